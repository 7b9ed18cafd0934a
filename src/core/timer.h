/* src/core/timer.h - the small interface in front of the two timer stores (timer_dense.c, timer_linked.c).
 *
 * Order is total: (deadline, arming number). Arming numbers are 32 bits; before they would wrap, the store renumbers
 * what is armed, so that ties stay first-in first-out for ever.
 */
#ifndef COSY_CORE_TIMER_H
#define COSY_CORE_TIMER_H

#include "../../include/cosy/loop.h"

/* Prepares a timer; false if the store cannot hold one more. Cost: O(1), or the port's grow(). */
bool cosy__timer_adopt(cosy_loop *loop, cosy_timer *timer, unsigned kind);

/* The timer's storage goes away; it is not armed. O(1). */
void cosy__timer_forget(cosy_loop *loop, cosy_timer *timer);

/* Arms an adopted timer at timer->deadline. Never allocates. Dense O(log n); linked O(1). */
void cosy__timer_arm(cosy_loop *loop, cosy_timer *timer);

/* Disarms an armed timer. O(log n), linked amortised. */
void cosy__timer_disarm(cosy_loop *loop, cosy_timer *timer);

/* The earliest deadline, COSY_FOREVER if none. O(1). */
static inline cosy_time cosy__timer_next(const cosy_loop *loop);

/* Takes the first timer if it is due at `now`, else NULL. O(log n). The one place where the next timer is chosen. */
cosy_timer *cosy__timer_take(cosy_loop *loop, cosy_time now);

static inline unsigned cosy__timer_kind(const cosy_timer *timer)
{
#if COSY_TIMERS_DENSE
    return timer->kind;
#else
    return timer->order & 1u;
#endif
}

static inline cosy_time cosy__timer_next(const cosy_loop *loop)
{
#if COSY_TIMERS_DENSE
    return loop->timers.armed ? loop->timers.heap[0].deadline : COSY_FOREVER;
#else
    return loop->timers.root ? loop->timers.root->deadline : COSY_FOREVER;
#endif
}

#endif
