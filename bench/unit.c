/* bench_unit: S, one raw switch. Two coroutines in different code, each reaching the switch through three levels of
 * tail calls, as a program reaches it through a library. Every figure of a run can be told in multiples of it. */
#include "clock.h"

void unit_switch(void **save, void **restore);

static void *here, *there;

#define LEVEL static __attribute__((noinline, noclone)) void
LEVEL ping1(void)
{
    unit_switch(&here, &there);
}
LEVEL ping2(void)
{
    ping1();
}
LEVEL ping3(void)
{
    ping2();
}
LEVEL pong1(void)
{
    unit_switch(&there, &here);
}
LEVEL pong2(void)
{
    pong1();
}
LEVEL pong3(void)
{
    pong2();
}

static void other(void)
{
    for (;;)
        pong3();
}

int main(int argc, char **argv)
{
    static void *stack[2048] __attribute__((aligned(64)));
    long total = argc > 2 ? atol(argv[2]) : 4000000;
    int64_t began;
    if (argc < 2 || strcmp(argv[1], "S") != 0)
        return 2;
    there = &stack[2048 - 8]; /* six registers, then where to go; aligned as after a call */
    stack[2048 - 2] = (void *)(uintptr_t)other;
    for (int i = 0; i < 1000; i++)
        ping3();
    began = bench_cpu();
    for (long i = 0; i < total; i++)
        ping3();
    bench_print("unit", "S", (double)(bench_cpu() - began) / (double)(2 * total));
    return 0;
}
