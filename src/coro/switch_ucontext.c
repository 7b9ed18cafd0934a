/* The switch on hosts without an assembly file: ucontext. Slower by two system calls, which save the signal mask.
 *
 * *save holds the address of a ucontext_t in the frame that waits, or near the top of a new stack.
 */
#include "coro.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

/* What travels along with a switch: one thread, one switch at a time. */
static _Thread_local int travelling;

int cosy__switch(void **save, void **to, int result)
{
    ucontext_t here, *mine = &here; /* lives as long as this call sleeps */
    memcpy(save, &mine, sizeof mine);
    travelling = result;
    ucontext_t *there = *to;
    if (there != mine && swapcontext(mine, there))
        abort(); /* cannot fail: it allocates nothing */
    return travelling;
}

/* makecontext() passes ints only. */
static void entry(unsigned low, unsigned high)
{
    cosy__coro_main((cosy_coro *)(((uintptr_t)high << 16 << 16) | low));
}

void *cosy__first_frame(void *top, cosy_coro *coro)
{
    uintptr_t at = ((uintptr_t)top - sizeof(ucontext_t)) & ~(uintptr_t)63;
    ucontext_t *first = (ucontext_t *)at;
    uintptr_t self = (uintptr_t)coro;
    if (getcontext(first))
        abort();
    first->uc_stack.ss_sp = coro->low;
    first->uc_stack.ss_size = at - (uintptr_t)coro->low;
    first->uc_link = NULL;
    makecontext(first, (void (*)(void))entry, 2, (unsigned)self, (unsigned)(self >> 16 >> 16));
    return first;
}
