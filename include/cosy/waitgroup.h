/* cosy/waitgroup.h - a wait group: counts what is under way; tasks wait until that is nothing.
 *
 *     static cosy_waitgroup pages = COSY_WAITGROUP_INIT("pages", 0);
 *
 *     cosy_waitgroup_add(&pages, 1);                  // before it begins, so that nobody sees zero in between
 *     cosy_waitgroup_done(&pages);                    // when it has ended
 *     cosy_waitgroup_wait(&pages, COSY_FOREVER);      // until all that was added is done
 *
 * It counts anything: tasks, callbacks, files. A group (cosy/group.h) owns its tasks; a wait group knows nobody.
 * Reaching zero lets everybody go who waits at that moment; an add right after does not hold them back. One that begins
 * with a number and is only counted down is a latch.
 */
#ifndef COSY_WAITGROUP_H
#define COSY_WAITGROUP_H

#include "loop.h"

COSY_BEGIN

/* count: what is under way, never negative; at zero nobody waits. wakes: bit 1 a waiter has a timer (so waking walks the
 * list instead of splicing it), from bit 2 on a number that tells who was woken. */
typedef struct cosy_waitgroup {
    cosy_list waiters;
    int32_t count;
    uint32_t wakes;
#if COSY_NAMES
    const char *name;
#endif
} cosy_waitgroup;

#if COSY_NAMES
#define COSY_WAITGROUP_INIT(title, number) {.count = (number), .name = (title)}
#else
#define COSY_WAITGROUP_INIT(title, number) {.count = (number)}
#endif

/**
 * cosy_waitgroup_init - prepares a wait group; COSY_WAITGROUP_INIT(name, n) does it for static ones.
 *
 * @waitgroup: storage.
 * @n: what is under way already, 0 or more; of a latch, how often it will be counted down.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, negative).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_waitgroup_init(cosy_waitgroup *waitgroup, int32_t n, const char *name);

/**
 * cosy_waitgroup_add - more is under way, or less. Never switches.
 *
 * @waitgroup: which.
 * @n: how much more; negative for less. Reaching 0 wakes all who wait.
 *
 * Returns: COSY_OK; COSY_EOVER (below 0, or above 2^31 - 1: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread, in a task or not; elsewhere through cosy_post_fn().
 * Cost: O(1); O(waiters) at 0 if one of them has a deadline.
 */
COSY_API int cosy_waitgroup_add(cosy_waitgroup *waitgroup, int32_t n);

/**
 * cosy_waitgroup_done - one thing has ended: cosy_waitgroup_add() of -1.
 *
 * @waitgroup: which.
 *
 * Returns: COSY_OK; COSY_EOVER (nothing is under way: done once too often); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread, in a task or not. Cost: as cosy_waitgroup_add().
 */
COSY_API int cosy_waitgroup_done(cosy_waitgroup *waitgroup);

/**
 * cosy_waitgroup_wait - waits until nothing is under way.
 *
 * @waitgroup: which.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK (the count was 0; it may be more again by now); COSY_ETIMEDOUT; COSY_EAGAIN; COSY_ECANCELED;
 *     COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while the count is not 0. From: a coroutine. Cost: a few instructions at 0, else one switch.
 */
COSY_API int cosy_waitgroup_wait(cosy_waitgroup *waitgroup, cosy_time deadline);

/**
 * cosy_waitgroup_wait_begin - begin form of cosy_waitgroup_wait().
 *
 * @waitgroup: which.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, or COSY_EINVAL (NULL).
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_waitgroup_wait_begin(cosy_waitgroup *waitgroup, cosy_wait *w);

/**
 * cosy_waitgroup_count - how much is under way.
 *
 * @waitgroup: which.
 *
 * Returns: 0 or more.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE int32_t cosy_waitgroup_count(const cosy_waitgroup *waitgroup)
{
    return waitgroup->count;
}

/**
 * cosy_waitgroup_destroy - ends a wait group's life.
 *
 * @waitgroup: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (something is under way: somebody will still count it down); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_waitgroup_destroy(cosy_waitgroup *waitgroup);

/**
 * cosy_waitgroup_check - looks at a wait group's invariants.
 *
 * @waitgroup: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_waitgroup_check(const cosy_waitgroup *waitgroup);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_waitgroup_wait_arm(cosy_arm *arm);

/**
 * cosy_arm_waitgroup - an arm of a select: nothing is under way.
 *
 * @waitgroup: which.
 *
 * Returns: the arm, for an array that goes to a select. Its result is that of cosy_waitgroup_wait().
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_waitgroup(cosy_waitgroup *waitgroup)
{
    cosy_arm arm;
    arm.begin = cosy_waitgroup_wait_arm;
    arm.object = waitgroup;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
