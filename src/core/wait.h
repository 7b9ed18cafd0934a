/* src/core/wait.h - the list operations and the state machine of a wait node, in one place.
 *
 * Primitives use these and nothing else: park, pop a waiter, grant it. Each is a handful of instructions, so they are
 * inline; what is rare (timeout, cancel, a spent countdown) is in wait.c.
 */
#ifndef COSY_CORE_WAIT_H
#define COSY_CORE_WAIT_H

#include "timer.h"

static inline cosy_task *cosy__task(cosy_wait *w)
{
    return (cosy_task *)(void *)w; /* the node is a task's first member; not for arms */
}

/* The task that waits through a node: its own, or the one whose select it is an arm of. */
static inline cosy_task *cosy__waiter(cosy_wait *w)
{
    return w->flags & COSY_W_ARM ? ((cosy_arm *)(void *)w)->select->task : cosy__task(w);
}

/* ---- the circle ---- */

static inline void cosy__push(cosy_list *list, cosy_wait *w)
{
    cosy_wait *head = list->head;
    w->list = list;
    if (!head) {
        w->next = w->prev = w;
        list->head = w;
        return;
    }
    cosy_wait *tail = head->prev;
    w->next = head;
    w->prev = tail;
    tail->next = w;
    head->prev = w;
}

static inline void cosy__unlink(cosy_wait *w)
{
    cosy_list *list = w->list;
    if (w->next == w) {
        list->head = NULL;
        return;
    }
    w->prev->next = w->next;
    w->next->prev = w->prev;
    if (list->head == w)
        list->head = w->next;
}

/* The first waiter, unlinked; NULL if nobody waits. */
static inline cosy_wait *cosy__pop(cosy_list *list)
{
    cosy_wait *w = list->head;
    if (w) {
        cosy_wait *next = w->next;
        if (next == w) {
            list->head = NULL;
        } else {
            cosy_wait *tail = w->prev;
            list->head = next;
            next->prev = tail;
            tail->next = next;
        }
    }
    return w;
}

/* ---- outcomes; the node is unlinked ---- */

/* The end of its own loop's ready list: never the current loop's. */
static inline void cosy__ready(cosy_wait *w)
{
    cosy_loop *loop = w->loop;
    w->next = NULL;
    *loop->ready_tail = w;
    loop->ready_tail = &w->next;
}

static inline void cosy__disarm(cosy_wait *w)
{
    if (COSY_UNLIKELY(w->flags & COSY_W_TIMED)) {
        w->flags &= (uint8_t)~(COSY_W_TIMED | COSY_W_SCOPE);
        cosy__timer_disarm(w->loop, &cosy__task(w)->timer);
    }
}

/* The rest of a grant for a node whose timer is armed, or that is an arm of a select. In wait.c. Returns COSY_OK. */
int cosy__ready_slow(cosy_wait *w);
enum { COSY_W_SLOW = COSY_W_TIMED | COSY_W_ARM };

/* Success. The result was stored when it parked; COSY_GRANTED lets a cancel overrule, COSY_FINAL does not.
 * Returns COSY_OK, so that a release can end in a grant. */
static inline int cosy__grant_as(cosy_wait *w, uint8_t state)
{
    w->state = state;
    if (COSY_UNLIKELY(w->flags & COSY_W_SLOW))
        return cosy__ready_slow(w);
    cosy__ready(w);
    return COSY_OK;
}

static inline int cosy__grant(cosy_wait *w)
{
    return cosy__grant_as(w, COSY_GRANTED);
}

/* Failure decided by the object: closed, broken. */
static inline void cosy__fail(cosy_wait *w, int result)
{
    w->result = result;
    cosy__grant_as(w, COSY_CLOSED);
}

/* All who wait, in one splice: their states stay QUEUED, the object's spliced() tells. Only if no node has a timer and
 * none is an arm: their objects were told by timed(). */
static inline void cosy__splice(cosy_list *list)
{
    cosy_wait *head = list->head;
    if (head) {
        cosy_loop *loop = head->loop;
        cosy_wait *tail = head->prev;
        list->head = NULL;
        *loop->ready_tail = head;
        loop->ready_tail = &tail->next;
        tail->next = NULL;
    }
}

/* ---- beginnings; the node is the current task's ---- */

static inline int cosy__park(cosy_list *list, cosy_wait *w, const cosy_wait_ops *ops)
{
    w->ops = ops;
    w->result = COSY_OK;
    w->state = COSY_QUEUED;
    cosy__push(list, w);
    return COSY_WAITING;
}

/* Lets the current task go round the ready list once, to return with `result`. In wait.c. */
int cosy__yield_with(cosy_wait *w, int result);

/* A waiting call has completed at once: it spends the countdown, and at zero yields once. */
static inline int cosy__done(cosy_wait *w, int result)
{
    if (COSY_LIKELY(--w->loop->budget > 0))
        return result;
    return cosy__yield_with(w, result);
}

/* A queued node leaves for a reason that the object did not decide: time or cancel. In wait.c.
 * Afterwards it is unlinked, disarmed and settled, but not ready; or QUEUED elsewhere, by its leave(). */
void cosy__withdraw(cosy_wait *w, uint8_t state, int result);

/* A node that was spliced: QUEUED by its state, yet granted. */
static inline bool cosy__granted_by_splice(const cosy_wait *w)
{
    return w->ops->spliced && w->ops->spliced(w);
}

/* A cancel has come into force for a task: ends its wait, takes back its grant. In wait.c. */
void cosy__interrupt(cosy_task *task);

/* cosy_cancel() of a task that is one, on behalf of `by`. In wait.c. */
int cosy__cancel(cosy_task *task, const char *reason, const cosy_task *by);

/* ---- scopes, as far as waiting sees them. In scope.c. ---- */

/* Computes again what the scopes of a task mean for its waits: its COSY_A_CANCEL and COSY_A_SCOPE. */
void cosy__scopes_settle(cosy_task *task);

/* The earliest deadline of the scopes around a task. */
cosy_time cosy__scopes_deadline(const cosy_task *task);

/* A wait ended, or did not begin, because of a scope's deadline: marks each scope that has expired by now. */
void cosy__scopes_expired(cosy_task *task);

/* cosy_scope_cancel() of an open scope, on behalf of `by`. */
int cosy__scope_cancel(cosy_scope *scope, const char *reason, const cosy_task *by);


/* The task's timer has fired. In wait.c. */
void cosy__timed_out(cosy_task *task);

/* What tasks of a loop are born with in attn, and without in flags: COSY_A_HOOK if a tool looks at them. */
#if COSY_HOOKS
#define cosy__hook_bit(loop) ((loop)->hook_bit)
#else
#define cosy__hook_bit(loop) ((void)(loop), (uint8_t)0)
#endif

/* Would this allocation succeed? A tool may say no. */
#if COSY_HOOKS
bool cosy__ask_allocation(const cosy_loop *loop); /* in wait.c */
#define cosy__may_allocate(loop) (COSY_LIKELY(!(loop)->hooks) || cosy__ask_allocation(loop))
#else
#define cosy__may_allocate(loop) ((void)(loop), true)
#endif

/* ---- the next to run ---- */

/* Takes the first ready node off the list, which is not empty, and marks it consumed. With cosy__timer_take() the one
 * place where the order of things is chosen. */
static inline void cosy__take(cosy_loop *loop, cosy_wait *w)
{
    cosy_wait *next = w->next;
    loop->ready = next;
    if (next)
        COSY_PREFETCH(next); /* never of NULL: that walks the page tables in vain each time */
    else
        loop->ready_tail = &loop->ready;
    w->state = COSY_CONSUMED;
}

/* Would the loop see anything if it looked now? If not, a spent countdown may simply start anew. */
static inline bool cosy__nothing_to_see(const cosy_loop *loop)
{
    return !loop->watched && cosy__timer_next(loop) == COSY_FOREVER && !cosy_atomic_load(&loop->inbox) &&
           !(loop->flags & COSY_L_VIRTUAL);
}

/* ---- plain calls ---- */

/* cosy_suspend() for a task that is ready or has checked all that could end its wait. In src/coro. */
int cosy__leave(cosy_task *me);

/* The coroutine that runs; NULL outside one. */
static inline cosy_task *cosy__me(void)
{
    return cosy_here()->current;
}

/* The task's turn comes round again, then it returns `result`. In src/coro. */
int cosy__go_round(cosy_task *me, int result);

/* The rare rest of cosy__grant_here(). In src/coro. */
int cosy__grant_slow(cosy_task *me, cosy_wait *w, uint8_t state);

/* A plain call that completes at once by granting another task: cosy__grant_as(), then cosy__done_here() with COSY_OK. */
static inline int cosy__grant_here(cosy_task *me, cosy_wait *w, uint8_t state)
{
    if (COSY_UNLIKELY(--me->wait.loop->budget <= 0 || (w->flags & COSY_W_SLOW)))
        return cosy__grant_slow(me, w, state);
    w->state = state;
    cosy__ready(w);
    return COSY_OK;
}

/* cosy__done() for a plain call. */
static inline int cosy__done_here(cosy_task *me, int result)
{
    if (COSY_LIKELY(--me->wait.loop->budget > 0))
        return result;
    return cosy__go_round(me, result);
}

#endif
