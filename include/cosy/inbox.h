/* cosy/inbox.h - how work enters a loop from other threads, signal handlers and interrupts.
 *
 * Objects belong to their loop's thread and need no atomics. What comes from elsewhere goes through one inbox per
 * loop: lock-free where the chip has atomics, behind cosy_port_mask() and cosy_port_unmask() where not.
 */
#ifndef COSY_INBOX_H
#define COSY_INBOX_H

#include "event.h"
#include "loop.h"
#include "semaphore.h"

COSY_BEGIN

/* One message: a function to call in the loop. Owned by the sender; queued at most once at a time. */
struct cosy_post {
    cosy_post *next;
    void (*fn)(void *arg);
    void *arg;
    uint32_t queued; /* 1 from post until the loop has taken it out, just before it calls fn */
};

/**
 * cosy_post_fn - has a function called on the loop's thread.
 *
 * @loop: which.
 * @post: storage, zeroed before first use; stays until fn has been called. It may be posted again from fn on.
 * @fn: what to call; runs on the loop's stack and must not wait.
 * @arg: its argument.
 *
 * Posts are delivered in the order they were made. Work that is on its way keeps a run alive only if the loop expects
 * it: cosy_loop_expect(), or something outstanding.
 *
 * Returns: COSY_OK; COSY_EBUSY (queued already; nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: anywhere, interrupts and signal handlers included. Cost: two atomic operations, and a system call
 *     if the loop sleeps.
 */
COSY_API int cosy_post_fn(cosy_loop *loop, cosy_post *post, void (*fn)(void *), void *arg);

/**
 * cosy_post_set - sets an event from elsewhere.
 *
 * @loop: the event's loop.
 * @post: as in cosy_post_fn().
 * @event: which.
 *
 * Returns, waits, from, cost: as cosy_post_fn().
 */
COSY_API int cosy_post_set(cosy_loop *loop, cosy_post *post, cosy_event *event);

/**
 * cosy_post_release - releases one permit of a semaphore from elsewhere.
 *
 * @loop: the semaphore's loop.
 * @post: as in cosy_post_fn().
 * @semaphore: which.
 *
 * Returns, waits, from, cost: as cosy_post_fn().
 */
COSY_API int cosy_post_release(cosy_loop *loop, cosy_post *post, cosy_semaphore *semaphore);

/* A signal: raised from anywhere, any number of tasks wait. Counting: each raise lets one waiter go, none is lost.
 * Latching: raises before the next wait melt into one, and a raise lets all who wait go. */
typedef struct cosy_signal {
    cosy_post post;     /* must be first */
    cosy_list waiters;
    cosy_loop *loop;
    uint32_t raised;    /* not yet seen by the loop; written from anywhere */
    uint32_t count;     /* seen by the loop, not yet taken by a waiter */
    uint8_t latch;
#if COSY_NAMES
    const char *name;
#endif
} cosy_signal;

/**
 * cosy_signal_init - prepares a signal.
 *
 * @signal: storage.
 * @loop: where its waiters live.
 * @latch: false: counts raises; true: remembers only that there was one.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere, before the first raise. Cost: a few stores.
 */
COSY_API int cosy_signal_init(cosy_signal *signal, cosy_loop *loop, bool latch, const char *name);

/**
 * cosy_signal_raise - raises it.
 *
 * @signal: which.
 *
 * Waits: no. From: anywhere, interrupts and signal handlers included. Cost: as cosy_post_fn().
 */
COSY_API void cosy_signal_raise(cosy_signal *signal);

/**
 * cosy_signal_wait - waits for a raise and takes it.
 *
 * @signal: which.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ECANCELED (a raise that was already granted goes to the next waiter); COSY_ETIMEDOUT;
 *     COSY_EAGAIN; COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: a switch.
 */
COSY_API int cosy_signal_wait(cosy_signal *signal, cosy_time deadline);

/**
 * cosy_signal_wait_begin - begin form of cosy_signal_wait().
 *
 * @signal: which.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, or COSY_WAITING.
 * Waits: no. From: a task. Cost: a list push.
 */
COSY_API int cosy_signal_wait_begin(cosy_signal *signal, cosy_wait *w);

/**
 * cosy_signal_check - looks at a signal's invariants.
 *
 * @signal: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_signal_check(const cosy_signal *signal);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_signal_wait_arm(cosy_arm *arm);

/**
 * cosy_arm_signal - an arm of a select: waits for a raise and takes it.
 *
 * @signal: which.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_signal(cosy_signal *signal)
{
    cosy_arm arm;
    arm.begin = cosy_signal_wait_arm;
    arm.object = signal;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
