/* cosy/timer.h - timers, and calls that a loop makes later.
 *
 * Timers are totally ordered by (deadline, arming): ties fire first-in first-out. Due timers are delivered one at a
 * time, when no task is ready or the loop's countdown is spent: what the first one makes ready runs before the second.
 */
#ifndef COSY_TIMER_H
#define COSY_TIMER_H

#include "wait.h"

COSY_BEGIN

/* A timer. Two stores know it (see config.h): the dense one holds deadlines in an array and the timer only its number
 * there, the linked one is a pairing heap through the timers. In both, `kind` tells what firing means. */
typedef struct cosy_timer cosy_timer;
struct cosy_timer {
    cosy_time deadline;
#if COSY_TIMERS_DENSE
    uint32_t id;   /* number in the store, 0 while it has none */
    uint32_t kind; /* COSY_TIMER_TASK or COSY_TIMER_CALL */
#else
    cosy_timer *child, *next, *prev; /* prev: the elder sibling, or the parent of a first child; itself if root */
    uint32_t order;                  /* arming number times two, plus kind */
#endif
};

enum { COSY_TIMER_TASK = 0, COSY_TIMER_CALL = 1 };

/* A function that a loop calls later. Owned by the user until it has fired or was cancelled. */
typedef struct cosy_call {
    cosy_timer timer;
    void (*fn)(void *arg);
    void *arg;
    cosy_loop *loop; /* NULL while not armed */
} cosy_call;

/**
 * cosy_call_at - has a function called at a time.
 *
 * @loop: which loop calls.
 * @call: storage, zeroed before its first use; must stay until it has fired or was cancelled.
 * @when: absolute time, ns. If it has passed, the call is made at the loop's next look at its timers.
 * @fn: what to call; runs on the loop's own stack and must not wait.
 * @arg: its argument.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_EBUSY (already armed); COSY_ENOMEM (the store cannot grow).
 * Waits: no. From: the loop's thread. Cost: O(log n); the first use of a call may grow the store.
 */
COSY_API int cosy_call_at(cosy_loop *loop, cosy_call *call, cosy_time when, void (*fn)(void *), void *arg);

/**
 * cosy_call_cancel - takes a call back.
 *
 * @call: from cosy_call_at().
 *
 * Returns: COSY_OK; COSY_EDONE if it is not armed (it has fired, or never was).
 * Waits: no. From: the loop's thread. Cost: O(log n).
 */
COSY_API int cosy_call_cancel(cosy_call *call);

COSY_END

#endif
