/* Callee-saved registers survive switches: integer and floating, in several coroutines, thousands of times, whoever comes
 * next. Built for every architecture and both kinds of switch.
 *
 * The compiler decides which variables live in which registers, so each task keeps more live values across a wait than
 * there are registers to save; at -O2 they fill all of them, the rest is spilled. Every value depends on the task and the
 * round: a register that a switch loses or mixes up shows at the next comparison.
 */
#include <cosy.h>
#include <stdint.h>
#include <stdio.h>

enum { TASKS = 7, ROUNDS = 5000 };

static cosy_lock lock = COSY_LOCK_INIT("lock");
static int wrong;

/* Opaque to the optimiser, so that nothing is computed again after a wait instead of being kept. */
static uint64_t seed(uint64_t n)
{
    __asm__ volatile("" : "+r"(n));
    return n * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static void expect(bool same, const char *what, int id, int round)
{
    if (!same) {
        fprintf(stderr, "registers: task %d, round %d: expected %s registers to survive a switch, they did not\n", id, round,
                what);
        wrong = 1;
    }
}

static int integers(void *arg)
{
    int id = *(const int *)arg;
    for (int round = 0; round < ROUNDS && !wrong; round++) {
        uint64_t s = (uint64_t)id * ROUNDS + (uint64_t)round;
        uint64_t a = seed(s), b = seed(s + 1), c = seed(s + 2), d = seed(s + 3), e = seed(s + 4), f = seed(s + 5);
        uint64_t g = seed(s + 6), h = seed(s + 7), i = seed(s + 8), j = seed(s + 9), k = seed(s + 10);
        int rc = cosy_yield();
        expect(rc == COSY_OK && a == seed(s) && b == seed(s + 1) && c == seed(s + 2) && d == seed(s + 3) && e == seed(s + 4) &&
                   f == seed(s + 5) && g == seed(s + 6) && h == seed(s + 7) && i == seed(s + 8) && j == seed(s + 9) &&
                   k == seed(s + 10),
               "integer", id, round);
    }
    return 0;
}

static double number(int n)
{
    __asm__ volatile("" : "+r"(n));
    return n * 1.25 + 0.5;
}

static int floats(void *arg)
{
    int id = *(const int *)arg;
    for (int round = 0; round < ROUNDS && !wrong; round++) {
        int s = id * ROUNDS + round;
        double a = number(s), b = number(s + 1), c = number(s + 2), d = number(s + 3), e = number(s + 4);
        double f = number(s + 5), g = number(s + 6), h = number(s + 7), i = number(s + 8), j = number(s + 9);
        int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
        if (!rc)
            rc = cosy_yield();
        cosy_lock_release(&lock);
        expect(rc == COSY_OK && a == number(s) && b == number(s + 1) && c == number(s + 2) && d == number(s + 3) &&
                   e == number(s + 4) && f == number(s + 5) && g == number(s + 6) && h == number(s + 7) &&
                   i == number(s + 8) && j == number(s + 9),
               "floating", id, round);
    }
    return 0;
}

/* Goes through the loop's own stack each time. */
static int sleeper(void *arg)
{
    int id = *(const int *)arg;
    for (int round = 0; round < ROUNDS / 10 && !wrong; round++) {
        uint64_t s = (uint64_t)round;
        uint64_t a = seed(s), b = seed(s + 1), c = seed(s + 2), d = seed(s + 3), e = seed(s + 4), f = seed(s + 5);
        double x = number(round), y = number(round + 1), z = number(round + 2);
        int rc = cosy_sleep(1);
        expect(rc == COSY_OK && a == seed(s) && b == seed(s + 1) && c == seed(s + 2) && d == seed(s + 3) && e == seed(s + 4) &&
                   f == seed(s + 5) && x == number(round) && y == number(round + 1) && z == number(round + 2),
               "integer and floating", id, round);
    }
    return 0;
}

static int program(void *arg)
{
    static int (*const kinds[])(void *) = {integers, floats, sleeper};
    static int ids[TASKS];
    cosy_task *tasks[TASKS];
    (void)arg;
    for (int i = 0; i < TASKS; i++) {
        ids[i] = i;
        if (cosy_spawn(&tasks[i], kinds[i % 3], &ids[i], NULL))
            return 2;
    }
    for (int i = 0; i < TASKS; i++)
        if (cosy_join(tasks[i], NULL, COSY_FOREVER))
            return 3;
    return 0;
}

int main(void)
{
    cosy_options options = {.virtual_time = true};
    int rc = cosy_run(program, NULL, &options);
    if (!rc && !wrong)
        printf("registers survive %d switches among %d tasks\n", TASKS * ROUNDS, TASKS);
    return rc || wrong;
}
