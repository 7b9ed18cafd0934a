/* What the debugger looks at: two coroutines that hand the processor to each other, each two calls deep. */
#include <cosy.h>

#define NOINLINE __attribute__((noinline))

static cosy_lock lock = COSY_LOCK_INIT("lock");
volatile int rounds;

/* The debugger stops here: at once after the coroutine was entered, and after every switch. */
NOINLINE void stop_here(int round)
{
    rounds = round;
    __asm__ volatile("");
}

NOINLINE int inner(int round);
NOINLINE int inner(int round)
{
    stop_here(round);
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (!rc)
        rc = cosy_yield();
    cosy_lock_release(&lock);
    stop_here(round);
    return rc + 1;
}

NOINLINE int coroutine_body(void *arg);
NOINLINE int coroutine_body(void *arg)
{
    int sum = 0;
    (void)arg;
    for (int round = 0; round < 3; round++)
        sum += inner(round);
    return cosy_sleep(cosy_ms(1)) ? -1 : sum;
}

NOINLINE int main_body(void *arg);
NOINLINE int main_body(void *arg)
{
    cosy_task *a, *b;
    int first = 0, second = 0;
    (void)arg;
    if (cosy_spawn(&a, coroutine_body, NULL, NULL) || cosy_spawn(&b, coroutine_body, NULL, NULL))
        return -1;
    if (cosy_join(a, &first, COSY_FOREVER) || cosy_join(b, &second, COSY_FOREVER))
        return -1;
    return first + second;
}

int main(void)
{
    return cosy_run(main_body, NULL, NULL) == 6 ? 0 : 1;
}
