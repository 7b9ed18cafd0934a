/* cosy/event.h - an event: a flag that tasks wait for.
 *
 *     cosy_event_set(&ready, message);           // lets everybody go who waits, now and later
 *     cosy_event_wait(&ready, COSY_FOREVER);
 *     cosy_event_clear(&ready);                  // from here on they wait again
 *
 * set wakes every task that waits at that moment; a clear right after cannot un-wake them.
 */
#ifndef COSY_EVENT_H
#define COSY_EVENT_H

#include "loop.h"

COSY_BEGIN

/* waiters: queued while the flag is down. state: bit 0 the flag, bit 1 a waiter has a timer (so waking walks the list
 * instead of splicing it), the rest counts wake-ups; a node remembers the count at which it parked. */
typedef struct cosy_event {
    cosy_list waiters;
    void *value;
    uint32_t state;
#if COSY_NAMES
    const char *name;
#endif
} cosy_event;

#if COSY_NAMES
#define COSY_EVENT_INIT(title) {.name = (title)}
#else
#define COSY_EVENT_INIT(title) {.state = 0}
#endif

/**
 * cosy_event_init - prepares an event, cleared; COSY_EVENT_INIT(name) does it for static ones.
 *
 * @event: storage.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_event_init(cosy_event *event, const char *name);

/**
 * cosy_event_set - raises the flag and wakes all who wait. Never switches.
 *
 * @event: which.
 * @value: what cosy_event_value() gives from now on; NULL if the event carries nothing.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL event).
 * Waits: no. From: the loop's thread; elsewhere cosy_post_set(). Cost: O(1); O(waiters) if one of them has a deadline.
 */
COSY_API int cosy_event_set(cosy_event *event, void *value);

/**
 * cosy_event_clear - lowers the flag. Who was woken stays woken; the value stays until the next set.
 *
 * @event: which.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a store.
 */
COSY_API int cosy_event_clear(cosy_event *event);

/**
 * cosy_event_is_set - is the flag up?
 *
 * @event: which.
 *
 * Returns: true if set.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE bool cosy_event_is_set(const cosy_event *event)
{
    return (event->state & 1u) != 0;
}

/**
 * cosy_event_value - what the last set carried.
 *
 * @event: which.
 *
 * Returns: the pointer given to cosy_event_set(), NULL before the first.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE void *cosy_event_value(const cosy_event *event)
{
    return event->value;
}

/**
 * cosy_event_wait - waits until the event is set.
 *
 * @event: which.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK (it was set; it may be clear again by now); COSY_ETIMEDOUT; COSY_EAGAIN; COSY_ECANCELED;
 *     COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while it is clear. From: a coroutine. Cost: a few instructions when set, else one switch.
 */
COSY_API int cosy_event_wait(cosy_event *event, cosy_time deadline);

/**
 * cosy_event_wait_begin - begin form of cosy_event_wait().
 *
 * @event: which.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, or COSY_EINVAL (NULL).
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_event_wait_begin(cosy_event *event, cosy_wait *w);

/**
 * cosy_event_destroy - ends an event's life.
 *
 * @event: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_event_destroy(cosy_event *event);

/**
 * cosy_event_check - looks at an event's invariants.
 *
 * @event: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_event_check(const cosy_event *event);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_event_wait_arm(cosy_arm *arm);

/**
 * cosy_arm_event - an arm of a select: waits until the event is set.
 *
 * @event: which.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_event(cosy_event *event)
{
    cosy_arm arm;
    arm.begin = cosy_event_wait_arm;
    arm.object = event;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
