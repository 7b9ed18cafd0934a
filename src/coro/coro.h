/* src/coro/coro.h - a coroutine inside: its task block, and the switch. */
#ifndef COSY_CORO_INSIDE_H
#define COSY_CORO_INSIDE_H

#include "../../include/cosy/coro.h"
#include "../core/task.h"

/* What the sanitizers want to know of a stack. */
typedef struct cosy_fiber {
#if COSY_ASAN
    void *fake;
    const void *low;
    size_t size;
#endif
#if COSY_TSAN
    void *tsan;
#endif
    char unused; /* keeps the struct from being empty */
} cosy_fiber;

/* A coroutine: lies at the top of its own stack. Free ones are linked through task.sib_next. */
typedef struct cosy_coro {
    cosy_task task; /* must be first */
    cosy_fn fn;
    void *arg;
    char *low;    /* lowest usable byte */
    size_t size;  /* usable bytes from low, up to this block */
    uint8_t rank; /* size class of a pooled one */
    uint8_t canary; /* the lowest word holds COSY_CANARY */
    cosy_fiber fiber;
} cosy_coro;

#define COSY_CANARY ((uintptr_t)0x5afec0de0ddba11u)

/* Assembly, one file per architecture. Saves the callee-saved registers on the current stack and the stack pointer in
 * *save, then takes the stack pointer from *to (read after the save, so both may be the same), and returns `result`
 * there. Ends in an indirect jump, not in a return: the processor's return predictor is wrong after a switch. */
int cosy__switch(void **save, void **to, int result);

/* The first stack pointer of a coroutine whose stack ends at `top`: switching to it enters cosy__coro_main(coro). */
void *cosy__first_frame(void *top, cosy_coro *coro);

/* The first C function of every coroutine; never returns. */
COSY_NORETURN void cosy__coro_main(cosy_coro *coro);

/* What the loop calls to resume a coroutine; returns when some coroutine comes back to the loop's stack. */
void cosy__coro_resume(cosy_task *task);

/* The sanitizers learn of a stack that begins anew, and forget one that will be unmapped. */
#if COSY_ASAN || COSY_TSAN
void cosy__fiber_begin(cosy_coro *coro);
void cosy__fiber_end(cosy_coro *coro);
#else
#define cosy__fiber_begin(coro) ((void)(coro))
#define cosy__fiber_end(coro) ((void)(coro))
#endif

/* Fills a coroutine's block; its timer is adopted already. */
static inline void cosy__coro_prepare(cosy_coro *coro, cosy_loop *loop, cosy_fn fn, void *arg, const char *name)
{
    uint8_t flags = COSY_W_COROUTINE | (COSY_W_DIRECT ^ cosy__hook_bit(loop)); /* the two bits are the same */
    cosy__task_clear(&coro->task, loop, cosy__coro_resume, name, flags);
    coro->fn = fn;
    coro->arg = arg;
    cosy__fiber_begin(coro);
    coro->task.sp = cosy__first_frame(coro->low + coro->size, coro);
}

#endif
