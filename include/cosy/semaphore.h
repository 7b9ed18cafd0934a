/* cosy/semaphore.h - a semaphore: a number of permits, taken and given back.
 *
 *     static cosy_semaphore two = COSY_SEMAPHORE_INIT("two at a time", 2);
 *
 *     cosy_semaphore_acquire(&two, 1, COSY_FOREVER);
 *     work();
 *     cosy_semaphore_release(&two, 1);
 *
 * First come, first served: a request for many permits that waits at the head holds smaller ones behind it back.
 * Release grants directly; nobody overtakes who waits, or who was granted and has not run: a newcomer that finds permits
 * then takes them and goes behind that task, and a try fails. A cancelled waiter's permits go to the next in line.
 * A bounded semaphore refuses a release that would bring it above its limit. It counts permits, not holders: a task that
 * releases twice while another waits is only noticed when the count shows it.
 */
#ifndef COSY_SEMAPHORE_H
#define COSY_SEMAPHORE_H

#include "loop.h"

COSY_BEGIN

/* count: permits that nobody holds. Permits granted to a task that has not run yet are taken already. */
typedef struct cosy_semaphore {
    cosy_list waiters;
    int32_t count;
    int32_t limit; /* what count can never exceed; negative if a task may have been granted and not have run */
#if COSY_NAMES
    const char *name;
#endif
} cosy_semaphore;

#define COSY_SEMAPHORE_MAX INT32_MAX

#if COSY_NAMES
#define COSY_SEMAPHORE_INIT_BOUNDED(title, permits, most) {.count = (permits), .limit = (most), .name = (title)}
#else
#define COSY_SEMAPHORE_INIT_BOUNDED(title, permits, most) {.count = (permits), .limit = (most)}
#endif
#define COSY_SEMAPHORE_INIT(title, permits) COSY_SEMAPHORE_INIT_BOUNDED(title, permits, COSY_SEMAPHORE_MAX)

/**
 * cosy_semaphore_init - prepares a semaphore; the COSY_SEMAPHORE_INIT macros do it for static ones.
 *
 * @semaphore: storage.
 * @permits: how many are free at first, 0 or more.
 * @limit: how many there can ever be: permits or more; COSY_SEMAPHORE_MAX for no bound.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, negative, limit below permits or zero).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_semaphore_init(cosy_semaphore *semaphore, int32_t permits, int32_t limit, const char *name);

/**
 * cosy_semaphore_acquire - takes permits, waiting in line until there are enough.
 *
 * @semaphore: which.
 * @n: how many, at least 1.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT; COSY_EAGAIN; COSY_ECANCELED; COSY_EOVER (more than its limit: it could never be
 *     granted); COSY_ENOTASK; COSY_EINVAL (NULL, n < 1).
 * Waits: yes. From: a coroutine. Cost: a few instructions, or one switch.
 */
COSY_API int cosy_semaphore_acquire(cosy_semaphore *semaphore, int32_t n, cosy_time deadline);

/**
 * cosy_semaphore_acquire_begin - begin form of cosy_semaphore_acquire().
 *
 * @semaphore: which.
 * @n: how many.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_EOVER or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_semaphore_acquire_begin(cosy_semaphore *semaphore, int32_t n, cosy_wait *w);

/**
 * cosy_semaphore_try - takes permits if that overtakes nobody; needs no task.
 *
 * @semaphore: which.
 * @n: how many, at least 1.
 *
 * Returns: COSY_OK; COSY_EAGAIN; COSY_EOVER; COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few instructions.
 */
COSY_API int cosy_semaphore_try(cosy_semaphore *semaphore, int32_t n);

/**
 * cosy_semaphore_release - gives permits back and grants those who wait, in order. Never switches.
 *
 * @semaphore: which.
 * @n: how many, at least 1.
 *
 * Returns: COSY_OK; COSY_EOVER (above its limit: nothing is released); COSY_EINVAL (NULL, n < 1).
 * Waits: no. From: the loop's thread; elsewhere cosy_post_release(). Cost: O(tasks granted).
 */
COSY_API int cosy_semaphore_release(cosy_semaphore *semaphore, int32_t n);

/**
 * cosy_semaphore_count - how many permits could be had now without waiting.
 *
 * @semaphore: which.
 *
 * Returns: the free permits; 0 if somebody waits for more than there are, or was granted some and has not run.
 * Waits: no. From: the loop's thread. Cost: three loads; after a grant O(ready tasks) once.
 */
COSY_INLINE int32_t cosy_semaphore_count(const cosy_semaphore *semaphore);

/* The general case behind the inline one. */
COSY_API int32_t cosy_semaphore_count_slow(const cosy_semaphore *semaphore);

COSY_INLINE int32_t cosy_semaphore_count(const cosy_semaphore *semaphore)
{
    if (semaphore->waiters.head)
        return 0;
    return semaphore->limit < 0 ? cosy_semaphore_count_slow(semaphore) : semaphore->count;
}

/**
 * cosy_semaphore_destroy - ends a semaphore's life.
 *
 * @semaphore: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_semaphore_destroy(cosy_semaphore *semaphore);

/**
 * cosy_semaphore_check - looks at a semaphore's invariants.
 *
 * @semaphore: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_semaphore_check(const cosy_semaphore *semaphore);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_semaphore_acquire_arm(cosy_arm *arm);

/**
 * cosy_arm_semaphore - an arm of a select: takes permits.
 *
 * @semaphore: which.
 * @n: how many, at least 1.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_semaphore(cosy_semaphore *semaphore, int32_t n)
{
    cosy_arm arm;
    arm.begin = cosy_semaphore_acquire_arm;
    arm.object = semaphore;
    arm.place = NULL;
    arm.n = n;
    return arm;
}

COSY_END

#endif
