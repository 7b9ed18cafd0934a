/* Coroutines: the first function of each, leaving for the next, and the resume function that the loop calls.
 *
 * A coroutine that waits takes the next ready one itself and jumps to it, without a trip through the loop. It goes to
 * the loop's own stack only when nobody is ready, when the next task is no coroutine, or when the countdown is spent.
 */
#include "coro.h"

#include "../core/report.h"

/* ---- the switch, with what the sanitizers must be told ---- */

#if COSY_ASAN || COSY_TSAN

#if COSY_ASAN
void __sanitizer_start_switch_fiber(void **fake_save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake, const void **bottom_old, size_t *size_old);
#endif
#if COSY_TSAN
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#endif

static _Thread_local cosy_fiber loop_fiber;  /* the thread's own stack */
static _Thread_local cosy_fiber *came_from;  /* who switched last */

static void leaving(cosy_fiber *from, cosy_fiber *to, bool for_good)
{
    came_from = from;
#if COSY_ASAN
    __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake, to->low, to->size);
#endif
#if COSY_TSAN
    if (from == &loop_fiber)
        from->tsan = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
    (void)to;
    (void)for_good;
}

static void arrived(cosy_fiber *here)
{
#if COSY_ASAN
    __sanitizer_finish_switch_fiber(here->fake, &came_from->low, &came_from->size);
#endif
    (void)here;
}

static COSY_NOINLINE int jump(void **save, cosy_fiber *from, void **to, cosy_fiber *dest, int result, bool for_good)
{
    leaving(from, dest, for_good);
    result = cosy__switch(save, to, result);
    arrived(from);
    return result;
}

#define FIBER(task) (&((cosy_coro *)(void *)(task))->fiber)
#define JUMP(save, from, to, dest, result, for_good) jump(save, from, to, dest, result, for_good)

void cosy__fiber_begin(cosy_coro *coro)
{
#if COSY_ASAN
    coro->fiber.fake = NULL;
    coro->fiber.low = coro->low;
    coro->fiber.size = coro->size;
#endif
#if COSY_TSAN
    cosy__fiber_end(coro);
    coro->fiber.tsan = __tsan_create_fiber(0);
#endif
}

void cosy__fiber_end(cosy_coro *coro)
{
#if COSY_TSAN
    if (coro->fiber.tsan)
        __tsan_destroy_fiber(coro->fiber.tsan);
    coro->fiber.tsan = NULL;
#endif
    (void)coro;
}

#else

#define JUMP(save, from, to, dest, result, for_good) cosy__switch(save, to, result)
#define arrived(here) ((void)0)

#endif

/* ---- leaving and entering ---- */

static inline cosy_coro *coro_of(cosy_task *task)
{
    return (cosy_coro *)(void *)task;
}

/* Has it written below its stack? Then it is told on the loop's stack: its own has no room to report. */
static inline bool overflowed(cosy_task *task)
{
    const cosy_coro *coro = coro_of(task);
    return coro->canary && *(const uintptr_t *)(const void *)coro->low != COSY_CANARY;
}

/* To the loop's own stack: nobody is ready, or the next is no coroutine, or a tool looks at each step, or the loop should look around. */
static COSY_NOINLINE int to_loop(cosy_task *me)
{
    cosy_loop *loop = me->wait.loop;
    loop->current = overflowed(me) ? me : NULL;
    return JUMP(&me->sp, FIBER(me), &loop->sp, &loop_fiber, 0, false);
}

static inline int to_coroutine(cosy_task *me, cosy_loop *loop, cosy_wait *w)
{
    cosy_task *next = cosy__task(w);
    cosy__take(loop, w);
    loop->current = next;
    return JUMP(&me->sp, FIBER(me), &next->sp, FIBER(next), w->result, false);
}

/* The countdown is spent. If there is nothing the loop could see, it starts anew without a trip to its stack. */
static COSY_NOINLINE int to_look(cosy_task *me)
{
    cosy_loop *loop = me->wait.loop;
    if (!cosy__nothing_to_see(loop))
        return to_loop(me);
    loop->budget = loop->quota;
    loop->flags |= COSY_L_STALE; /* whoever wants the time reads the clock */
    return to_coroutine(me, loop, loop->ready);
}

/* Leaves the current coroutine, which is parked or ready, for the next. Every path ends in a jump, so the caller's caller
 * sees one return, well predicted, however many levels of tail calls led here. */
static inline int to_next(cosy_task *me)
{
    cosy_loop *loop = me->wait.loop;
    cosy_wait *w = loop->ready;
    if (COSY_UNLIKELY(!w || !(w->flags & COSY_W_DIRECT)))
        return to_loop(me);
    if (COSY_UNLIKELY(--loop->budget <= 0))
        return to_look(me);
    return to_coroutine(me, loop, w);
}

int cosy__leave(cosy_task *me)
{
    return to_next(me);
}

static COSY_COLD int suspend_until(cosy_task *me, cosy_time deadline)
{
    int rc = cosy_await(me, deadline);
    return rc == COSY_WAITING ? to_next(me) : rc;
}

int cosy_suspend(cosy_task *me, cosy_time deadline)
{
    if (deadline == COSY_FOREVER && COSY_LIKELY(!me->wait.attn))
        return to_next(me);
    return suspend_until(me, deadline);
}

int cosy__go_round(cosy_task *me, int result)
{
    result = cosy__yield_with(&me->wait, result);
    return result == COSY_WAITING ? to_next(me) : result;
}

int cosy__grant_slow(cosy_task *me, cosy_wait *w, uint8_t state)
{
    cosy__grant_as(w, state);
    return me->wait.loop->budget > 0 ? COSY_OK : cosy__go_round(me, COSY_OK);
}

void cosy__coro_resume(cosy_task *task)
{
    cosy_loop *loop = task->wait.loop;
    loop->current = task;
    (void)JUMP(&loop->sp, &loop_fiber, &task->sp, FIBER(task), task->wait.result, false);
    if (COSY_UNLIKELY(loop->current != NULL)) /* who comes back in peace has cleared it */
        cosy_port_overflow(loop->current);
}

void cosy__coro_main(cosy_coro *coro)
{
    cosy_task *me = &coro->task;
    cosy_loop *loop = me->wait.loop;
    arrived(&coro->fiber);
    int result = coro->fn(coro->arg);
    if (overflowed(me))
        to_loop(me); /* for good */
    cosy_task_end(me, result);
    /* The stack may be in the pool already; nobody gets it before this switch, because one thread runs it all. */
    cosy_wait *w = loop->ready;
    void *nowhere;
    if (w && (w->flags & COSY_W_DIRECT) && --loop->budget > 0) {
        cosy_task *next = cosy__task(w);
        cosy__take(loop, w);
        loop->current = next;
        (void)JUMP(&nowhere, FIBER(me), &next->sp, FIBER(next), w->result, true);
    } else {
        loop->current = NULL;
        (void)JUMP(&nowhere, FIBER(me), &loop->sp, &loop_fiber, 0, true);
    }
    cosy_port_overflow(me); /* nobody resumes an ended task; if it happens, memory was overwritten */
}

/* ---- making one ---- */

int cosy_coro_init(cosy_loop *loop, void *memory, size_t size, cosy_fn fn, void *arg, const char *name,
                   cosy_task **task)
{
    if (!loop || !memory || !fn || !task)
        return cosy__misuse(COSY_EINVAL, "cosy_coro_init", name, NULL);
    if (size < COSY_STACK_MIN)
        return cosy__misuse(COSY_ESTACK, "cosy_coro_init", name, NULL);
    uintptr_t low = ((uintptr_t)memory + 15) & ~(uintptr_t)15;
    uintptr_t top = ((uintptr_t)memory + size - sizeof(cosy_coro)) & ~(uintptr_t)63;
    cosy_coro *coro = (cosy_coro *)top;
    coro->low = (char *)low;
    coro->size = top - low;
    coro->canary = 1;
    *(uintptr_t *)low = COSY_CANARY;
#if COSY_TSAN
    coro->fiber.tsan = NULL;
#endif
    if (!cosy__timer_adopt(loop, &coro->task.timer, COSY_TIMER_TASK))
        return COSY_ENOMEM;
    cosy__coro_prepare(coro, loop, fn, arg, name);
    *task = &coro->task;
    return COSY_OK;
}

/* ---- its stack ---- */

static const cosy_coro *coro_or_null(const cosy_task *task)
{
    if (!task)
        task = cosy_self();
    return task && (task->wait.flags & COSY_W_COROUTINE) ? (const cosy_coro *)(const void *)task : NULL;
}

size_t cosy_stack_size(const cosy_task *task)
{
    const cosy_coro *coro = coro_or_null(task);
    return coro ? coro->size : 0;
}

bool cosy_stack_overflowed(const cosy_task *task, uintptr_t address)
{
    const cosy_coro *coro = coro_or_null(task);
    return coro && address < (uintptr_t)coro->low && address >= (uintptr_t)coro->low - 65536;
}
