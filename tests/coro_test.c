/* Coroutines: stacks of every size and origin, what a switch must keep, and a loop driven by its timeout. */
#include "support/test.h"

#include <string.h>

/* ---- on memory of the caller's ---- */

static unsigned char memory[8192];

static int speak(void *arg)
{
    say("%s", (const char *)arg);
    int rc = cosy_sleep(cosy_ms(5));
    say("%s again at %d, used %s", (const char *)arg, at_ms(), cosy_stack_used(NULL) > 64 ? "some" : "none");
    return rc ? rc : 7;
}

static int on_static_memory(void *arg)
{
    cosy_task *t;
    (void)arg;
    memset(memory, 0, sizeof memory);
    int rc = cosy_coro_init(cosy_here(), memory, sizeof memory, speak, "static", "static", &t);
    say("%s, %s", code_name(rc), cosy_stack_size(t) > sizeof memory - 1024 ? "most of it is stack" : "too little");
    say("%s", code_name(cosy_task_start(t, NULL)));
    say("twice %s", code_name(cosy_task_start(t, NULL)));
    say("%s", code_name(join(t)));
    return 0;
}

static int on_bad_memory(void *arg)
{
    cosy_task *t;
    (void)arg;
    say("%s", code_name(cosy_coro_init(cosy_here(), memory, 512, speak, "x", "small", &t)));
    say("%s", code_name(cosy_coro_init(cosy_here(), NULL, 8192, speak, "x", "null", &t)));
    return 0;
}

/* ---- from the pool ---- */

/* Uses about half of the stack that it was given. */
static int dig(void *arg)
{
    size_t deep = *(size_t *)arg / 2;
    volatile char hole[deep];
    for (size_t i = 0; i < deep; i += 64)
        hole[i] = 1;
    cosy_yield();
    return cosy_stack_used(NULL) >= deep ? hole[0] : -1;
}

static int sizes(void *arg)
{
    static size_t size[] = {4096, 8192, 20000, 65536, 1u << 20, 100u << 20};
    (void)arg;
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        cosy_task *t;
        int rc = cosy_spawn(&t, dig, &size[i], &(cosy_spawn_options){.name = "digger", .stack_size = size[i]});
        say("%s %s", code_name(rc), code_name(rc ? rc : join(t)));
    }
    return 0;
}

static int bad_sizes(void *arg)
{
    cosy_task *t = NULL;
    (void)arg;
    say("%s", code_name(cosy_spawn(&t, dig, NULL, &(cosy_spawn_options){.name = "small", .stack_size = 100})));
    say("%s", code_name(cosy_spawn(&t, dig, NULL, &(cosy_spawn_options){.name = "huge", .stack_size = SIZE_MAX / 2})));
    say("%s", code_name(cosy_spawn(&t, dig, NULL, &(cosy_spawn_options){.name = "large", .stack_size = SIZE_MAX >> 17})));
    say("%s", code_name(cosy_spawn(&t, NULL, NULL, NULL)));
    say("%s", t ? "a task" : "no task");
    say("open %s", code_name(cosy_stacks_open(cosy_here(), 10)));
    return 0;
}

static int no_loop(void *arg)
{
    cosy_task *t;
    (void)arg;
    say("%s", code_name(cosy_spawn(&t, dig, NULL, &(cosy_spawn_options){.name = "n"})));
    say("%s", code_name(cosy_loop_spawn(NULL, &t, dig, NULL, &(cosy_spawn_options){.name = "n"})));
    say("%zu %zu", cosy_stack_size(NULL), cosy_stack_used(NULL));
    return 0;
}

/* ---- what a switch keeps ---- */

static int compute(void *arg)
{
    double sum = *(int *)arg, expected = sum;
    for (int i = 1; i <= 1000; i++) {
        sum += 1.0 / i;
        cosy_yield();
    }
    for (int i = 1; i <= 1000; i++)
        expected += 1.0 / i;
    return sum == expected ? 0 : -1;
}

static int keeps_values(void *arg)
{
    static int seed[50];
    cosy_task *t[50];
    int wrong = 0;
    (void)arg;
    for (int i = 0; i < 50; i++) {
        seed[i] = i;
        t[i] = start(compute, &seed[i], "computer");
    }
    for (int i = 0; i < 50; i++)
        wrong += join(t[i]) != 0;
    say("%d wrong", wrong);
    return 0;
}

/* ---- driven ---- */

static int sleeper(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_ms(20));
}

static int timeouts(void *arg)
{
    cosy_loop *loop;
    int rc = cosy_loop_open(&loop, NULL);
    (void)arg;
    say("%s, idle %d, live %u", code_name(rc), cosy_loop_timeout_ms(loop), cosy_loop_live(loop));
    rc = cosy_loop_spawn(loop, NULL, sleeper, NULL, NULL);
    say("%s, ready %d, live %u", code_name(rc), cosy_loop_timeout_ms(loop), cosy_loop_live(loop));
    cosy_loop_run_once(loop);
    int ms = cosy_loop_timeout_ms(loop);
    say("asleep %s", ms >= 0 && ms <= 20 ? "for a while" : "wrong");
    while (cosy_loop_live(loop))
        cosy_loop_run_once(loop);
    say("done %d", cosy_loop_timeout_ms(loop));
    return cosy_loop_close(loop);
}

static const test_row rows[] = {
    {"a coroutine on static memory", on_static_memory,
     "OK, most of it is stack; OK; cosy_task_start(static) by main: EBUSY; twice EBUSY; static; "
     "static again at 5, used some; 7"},
    {"memory that is too small, or none", on_bad_memory,
     "cosy_coro_init(small) by main: ESTACK; ESTACK; cosy_coro_init(null) by main: EINVAL; EINVAL"},
    {"stacks of many sizes can be used", sizes, "OK 1; OK 1; OK 1; OK 1; OK 1; OK 1"},
    {"stack sizes that cannot be", bad_sizes,
     "cosy_spawn(small) by main: ESTACK; ESTACK; ENOMEM; ENOMEM; cosy_spawn((unnamed)) by main: EINVAL; EINVAL; no task; "
     "cosy_stacks_open((unnamed)) by main: ESTACK; open ESTACK"},
    {"spawning where no loop runs", no_loop,
     "cosy_spawn(n) by (no task): ENOTASK; ENOTASK; cosy_spawn(n) by (no task): ENOTASK; ENOTASK; 0 0",
     .without_loop = true},
    {"registers survive thousands of switches", keeps_values, "0 wrong"},
    {"a host loop learns how long to poll", timeouts,
     "OK, idle -1, live 0; OK, ready 0, live 1; asleep for a while; done -1", .without_loop = true},
};

int main(void)
{
    return TEST_ROWS("coro", rows);
}
