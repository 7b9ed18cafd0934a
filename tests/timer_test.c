/* Timer stores: contract rule 5 (total order by deadline and arming, ties first-in first-out, for ever).
 *
 * Built twice: against the library with its dense store, and against the same sources with the linked one. Both run over
 * the virtual port, without coroutines: calls and stackless tasks. What the store does is compared with a sorted list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include <cosy.h>
#include <cosy/virtual.h>

#include "../src/core/timer.h"

enum { MANY = 100000, SOME = 300 };

static cosy_loop loop;
static cosy_timer timers[MANY];

#if COSY_TIMERS_DENSE
static cosy_timer_slot heap[MANY + 1];
static uint32_t place[MANY + 1];
static cosy_timer *timer_of[MANY + 1];
static const uint32_t last_number = UINT32_MAX, step = 1;
#else
static const uint32_t last_number = UINT32_MAX - 1, step = 2;

/* What the port of a hosted build supplies; nothing of it is called here. */
const char *cosy_port_system_error(int number);
const char *cosy_port_system_error(int number)
{
    (void)number;
    return "";
}
void cosy_port_report(const cosy_misuse *misuse)
{
    (void)misuse;
}
void cosy_port_overflow(const cosy_task *task)
{
    (void)task;
    abort();
}
void cosy_port_broken(const char *call, const char *wrong)
{
    fprintf(stderr, "%s: %s\n", call, wrong);
    abort();
}
#endif

static void room(uint32_t count)
{
#if COSY_TIMERS_DENSE
    cosy_timers_room(&loop, heap, place, timer_of, count);
#else
    (void)count;
#endif
}

static void fresh(uint32_t count)
{
    cosy_virtual_init(&loop);
    room(MANY);
    for (uint32_t i = 0; i < count; i++)
        assert_true(cosy__timer_adopt(&loop, &timers[i], COSY_TIMER_TASK));
}

static void arm(uint32_t i, cosy_time deadline)
{
    timers[i].deadline = deadline;
    cosy__timer_arm(&loop, &timers[i]);
}

/* Takes the first timer; its place in timers, or -1. */
static int take(cosy_time now)
{
    cosy_timer *t = cosy__timer_take(&loop, now);
    return t ? (int)(t - timers) : -1;
}

static void expect_in_order(const int *order, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(take(COSY_FOREVER - 1), order[i]);
    assert_int_equal(take(COSY_FOREVER - 1), -1);
    assert_true(cosy__timer_next(&loop) == COSY_FOREVER);
}

static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 16) % n);
}

static void print_seed(void)
{
    const char *given = getenv("COSY_SEED");
    seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u + 1;
    print_message("COSY_SEED=%llu\n", (unsigned long long)seed);
}

/* ---- order ---- */

static void empty(void **state)
{
    (void)state;
    fresh(1);
    assert_true(cosy__timer_next(&loop) == COSY_FOREVER);
    assert_int_equal(take(COSY_FOREVER), -1);
    arm(0, 5);
    assert_true(cosy__timer_next(&loop) == 5);
    assert_int_equal(take(4), -1); /* not due */
    assert_int_equal(take(5), 0);
    arm(0, COSY_NOW);
    assert_int_equal(take(0), 0);
    arm(0, COSY_FOREVER); /* armed, though nobody will ever see it fire */
    assert_true(cosy__timer_next(&loop) == COSY_FOREVER);
    cosy__timer_disarm(&loop, &timers[0]);
    assert_int_equal(take(COSY_FOREVER), -1);
}

static void by_deadline(void **state)
{
    (void)state;
    fresh(6);
    const cosy_time at[] = {30, 10, 50, 20, 40, 10};
    for (uint32_t i = 0; i < 6; i++)
        arm(i, at[i]);
    expect_in_order((const int[]){1, 5, 3, 0, 4, 2}, 6);
}

static void ties(void **state)
{
    (void)state;
    int order[40];
    fresh(40);
    for (uint32_t i = 0; i < 40; i++) {
        arm(39 - i, 7);
        order[i] = 39 - (int)i;
    }
    expect_in_order(order, 40);
}

/* Armed anew is armed last, whatever it was before. */
static void armed_anew(void **state)
{
    (void)state;
    fresh(4);
    for (uint32_t i = 0; i < 4; i++)
        arm(i, 7);
    cosy__timer_disarm(&loop, &timers[1]);
    arm(1, 7);
    expect_in_order((const int[]){0, 2, 3, 1}, 4);
}

static void disarmed(void **state)
{
    (void)state;
    fresh(9);
    for (uint32_t i = 0; i < 9; i++)
        arm(i, 10 + (cosy_time)i);
    cosy__timer_disarm(&loop, &timers[0]); /* first */
    cosy__timer_disarm(&loop, &timers[8]); /* last */
    cosy__timer_disarm(&loop, &timers[4]); /* middle */
    assert_true(cosy__timer_next(&loop) == 11);
    assert_int_equal(take(20), 1);         /* what has children in the linked store */
    cosy__timer_disarm(&loop, &timers[2]);
    cosy__timer_disarm(&loop, &timers[6]);
    expect_in_order((const int[]){3, 5, 7}, 3);
    arm(3, 1);
    cosy__timer_disarm(&loop, &timers[3]); /* the only one */
    expect_in_order(NULL, 0);
}

/* ---- arming numbers run out ---- */

static void wraps(void **state)
{
    (void)state;
    int order[32];
    fresh(32);
    for (uint32_t i = 0; i < 10; i++)
        arm(i, 7);
    loop.timers.order = last_number - 5 * step; /* five more fit */
    for (uint32_t i = 10; i < 32; i++)
        arm(i, 7);
    assert_true(loop.timers.order <= 40 * step);
    for (int i = 0; i < 32; i++)
        order[i] = i;
    expect_in_order(order, 32);
}

static void wraps_empty(void **state)
{
    (void)state;
    fresh(2);
    loop.timers.order = last_number;
    arm(0, 7);
    loop.timers.order = last_number;
    arm(1, 7);
    expect_in_order((const int[]){0, 1}, 2);
}

/* ---- against a sorted list ---- */

static int sorted[SOME], sorted_count;

static void list_arm(int i)
{
    int at = sorted_count++;
    while (at > 0 && timers[sorted[at - 1]].deadline > timers[i].deadline) { /* after its equals */
        sorted[at] = sorted[at - 1];
        at--;
    }
    sorted[at] = i;
}

static bool list_disarm(int i)
{
    for (int at = 0; at < sorted_count; at++)
        if (sorted[at] == i) {
            sorted_count--;
            for (; at < sorted_count; at++)
                sorted[at] = sorted[at + 1];
            return true;
        }
    return false;
}

static void like_a_list(void **state)
{
    (void)state;
    print_seed();
    sorted_count = 0;
    fresh(SOME);
    for (int round = 0; round < 200000; round++) {
        int i = (int)random_below(SOME);
        if (random_below(5000) == 0 && loop.timers.order < last_number - 20 * step)
            loop.timers.order = last_number - random_below(20) * step;
        if (random_below(8) == 0) {
            int expected = sorted_count ? sorted[0] : -1;
            assert_int_equal(take(COSY_FOREVER - 1), expected);
            if (expected >= 0)
                list_disarm(expected);
        } else if (list_disarm(i)) {
            cosy__timer_disarm(&loop, &timers[i]);
        } else {
            arm((uint32_t)i, random_below(40)); /* many ties */
            list_arm(i);
        }
        assert_true(cosy__timer_next(&loop) == (sorted_count ? timers[sorted[0]].deadline : COSY_FOREVER));
    }
    expect_in_order(sorted, sorted_count);
}

static void hundred_thousand(void **state)
{
    (void)state;
    print_seed();
    fresh(MANY);
    for (uint32_t i = 0; i < MANY; i++)
        arm(i, random_below(MANY / 4));
    for (uint32_t i = 0; i < MANY; i += 3)
        cosy__timer_disarm(&loop, &timers[i]);
    int before = -1, n = 0, now;
    while ((now = take(COSY_FOREVER - 1)) >= 0) {
        assert_int_not_equal(now % 3, 0);
        if (before >= 0) {
            assert_true(timers[before].deadline <= timers[now].deadline);
            assert_true(timers[before].deadline < timers[now].deadline || before < now);
        }
        before = now;
        n++;
    }
    assert_int_equal(n, MANY - (MANY + 2) / 3);
}

/* ---- through the loop ---- */

static int fired[8], fired_count;

static void note(void *arg)
{
    fired[fired_count++] = *(int *)arg;
}

static void calls(void **state)
{
    (void)state;
    static cosy_call call[5];
    static int number[5] = {0, 1, 2, 3, 4};
    const cosy_time at[5] = {20, 10, 20, 10, -5};
    fired_count = 0;
    fresh(0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(cosy_call_at(&loop, &call[i], at[i], note, &number[i]), COSY_OK);
    assert_int_equal(cosy_call_cancel(&call[3]), COSY_OK);
    assert_int_equal(cosy_loop_run(&loop), COSY_OK);
    assert_int_equal(fired_count, 4);
    assert_int_equal(fired[0] * 1000 + fired[1] * 100 + fired[2] * 10 + fired[3], 4102);
    assert_true(loop.now == 20);
}

struct sleeper {
    cosy_task task;
    int number, naps;
};

static void nap(cosy_task *task)
{
    struct sleeper *s = (struct sleeper *)(void *)task;
    note(&s->number);
    if (s->naps-- == 0) {
        cosy_task_end(task, cosy_task_result(task));
        return;
    }
    cosy_sleep_begin(&task->wait);
    assert_int_equal(cosy_await(task, cosy_in(cosy_ms(1))), COSY_WAITING);
}

static void tasks(void **state)
{
    (void)state;
    static struct sleeper s[2] = {{.number = 1, .naps = 2}, {.number = 2, .naps = 2}};
    fired_count = 0;
    fresh(0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cosy_task_init(&s[i].task, &loop, nap, "s"), COSY_OK);
        assert_int_equal(cosy_task_start(&s[i].task, NULL), COSY_OK);
    }
    assert_int_equal(cosy_loop_run(&loop), COSY_OK);
    assert_int_equal(fired_count, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(fired[i], 1 + i % 2);
    assert_true(loop.now == cosy_ms(2));
    assert_true(cosy_task_ended(&s[0].task));
}

/* A store that cannot grow says so at the beginning, not when a timer is armed; room that is given back is found again. */
static void no_room(void **state)
{
    (void)state;
#if COSY_TIMERS_DENSE
    static cosy_call call[3];
    static cosy_task task;
    static int number;
    cosy_virtual_init(&loop);
    assert_int_equal(cosy_call_at(&loop, &call[0], 1, note, &number), COSY_ENOMEM);
    room(2);
    assert_int_equal(cosy_call_at(&loop, &call[0], 1, note, &number), COSY_OK);
    assert_int_equal(cosy_call_at(&loop, &call[1], 1, note, &number), COSY_OK);
    assert_int_equal(cosy_call_at(&loop, &call[2], 1, note, &number), COSY_ENOMEM);
    assert_int_equal(cosy_task_init(&task, &loop, nap, "t"), COSY_ENOMEM);
    assert_int_equal(cosy_call_cancel(&call[0]), COSY_OK);
    assert_int_equal(cosy_call_at(&loop, &call[2], 1, note, &number), COSY_OK);
    assert_int_equal(cosy_call_cancel(&call[1]), COSY_OK);
    assert_int_equal(cosy_call_cancel(&call[2]), COSY_OK);
    assert_int_equal(cosy_task_init(&task, &loop, nap, "t"), COSY_OK);
#else
    skip(); /* the linked store needs no room */
#endif
}

static cosy_time hands; /* of a clock that the test turns itself */

static cosy_time turned_now(cosy_loop *l)
{
    (void)l;
    return hands;
}

static void turned_idle(cosy_loop *l, cosy_time until)
{
    (void)l;
    hands = until;
}

/* A timer that is due says so at its deadline and after it, and not before. */
static void due(void **state)
{
    static const cosy_port port = {.now = turned_now, .idle = turned_idle};
    static cosy_call call;
    static int number;
    (void)state;
    cosy_loop_init(&loop, &port);
    room(1);
    hands = 100;
    assert_int_equal(cosy_call_at(&loop, &call, 200, note, &number), COSY_OK);
    hands = 199;
    assert_true(cosy_loop_next(&loop) == 200);
    hands = 200;
    assert_true(cosy_loop_next(&loop) == COSY_NOW);
    hands = 201;
    assert_true(cosy_loop_next(&loop) == COSY_NOW);
    assert_int_equal(cosy_loop_run_once(&loop), 0);
    assert_true(cosy_loop_next(&loop) == COSY_FOREVER);
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        {"none, one, one that is not due", empty, NULL, NULL, NULL},
        {"by deadline", by_deadline, NULL, NULL, NULL},
        {"ties in order of arming", ties, NULL, NULL, NULL},
        {"armed anew is armed last", armed_anew, NULL, NULL, NULL},
        {"disarming the first, the last, one in the middle", disarmed, NULL, NULL, NULL},
        {"arming numbers run out: ties stay in order", wraps, NULL, NULL, NULL},
        {"arming numbers run out with nothing or one armed", wraps_empty, NULL, NULL, NULL},
        {"200,000 random steps do what a sorted list does", like_a_list, NULL, NULL, NULL},
        {"100,000 timers", hundred_thousand, NULL, NULL, NULL},
        {"delayed calls", calls, NULL, NULL, NULL},
        {"sleeping stackless tasks", tasks, NULL, NULL, NULL},
        {"no room", no_room, NULL, NULL, NULL},
        {"due at its deadline and after it", due, NULL, NULL, NULL},
    };
    return _cmocka_run_group_tests(COSY_TIMERS_DENSE ? "timer (dense)" : "timer (linked)", rows,
                                   sizeof rows / sizeof rows[0], NULL, NULL);
}
