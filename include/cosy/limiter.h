/* cosy/limiter.h - a limiter: at most so many at a time, and it knows who.
 *
 *     static cosy_limiter downloads = COSY_LIMITER_INIT("downloads", 4);
 *
 *     cosy_permit permit = COSY_PERMIT_INIT;
 *     if (cosy_limiter_acquire(&downloads, &permit, COSY_FOREVER) == COSY_OK) {
 *         download();
 *         cosy_limiter_release(&permit);
 *     }
 *
 * A semaphore counts; a limiter has a list of its holders. Each brings a permit, usually in its frame, which links it into
 * that list, so a release without an acquire and an acquire with a permit that is in use are found at once, and a program
 * can ask who holds what. The limit can be changed at any time: raising it grants in order, lowering it revokes nothing.
 * First come, first served; release grants directly, and nobody overtakes.
 */
#ifndef COSY_LIMITER_H
#define COSY_LIMITER_H

#include "loop.h"

COSY_BEGIN

typedef struct cosy_limiter cosy_limiter;
typedef struct cosy_permit cosy_permit;

/* What a holder brings. Zeroed, it is free. limiter: NULL while it is free; set, like task, from the acquire on. next: NULL
 * while it is free or waits; with prev it links the permit into the limiter's holders from the grant until the release.
 * Owned by the caller; it must stay until it is free again. */
struct cosy_permit {
    cosy_permit *next, *prev;
    cosy_limiter *limiter;
    cosy_task *task;
};

#define COSY_PERMIT_INIT {.limiter = NULL}

/* holders: a circle of `held` permits entered at the one that is held the longest; grants to tasks that have not run yet
 * are in it. held may be above limit after that was lowered. Somebody waits only while it is not below. */
struct cosy_limiter {
    cosy_list waiters;
    cosy_permit *holders;
    int32_t held;
    int32_t limit; /* negative if a task may have been granted and not have run */
#if COSY_NAMES
    const char *name;
#endif
};

#if COSY_NAMES
#define COSY_LIMITER_INIT(title, most) {.limit = (most), .name = (title)}
#else
#define COSY_LIMITER_INIT(title, most) {.limit = (most)}
#endif

/**
 * cosy_limiter_init - prepares a limiter at run time; COSY_LIMITER_INIT() does it for static ones.
 *
 * @limiter: storage.
 * @limit: how many permits can be held at a time; 0 lets nobody in until it is raised.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, negative).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_limiter_init(cosy_limiter *limiter, int32_t limit, const char *name);

/**
 * cosy_limiter_acquire - takes a permit, waiting in line while as many are held as there can be.
 *
 * @limiter: which.
 * @permit: a free one; must stay until it is released, or this call has failed.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (the permit is free); COSY_EBUSY (it is held, or waits in a
 *     line already); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: yes. From: a coroutine. Cost: some stores, or one switch.
 */
COSY_API int cosy_limiter_acquire(cosy_limiter *limiter, cosy_permit *permit, cosy_time deadline);

/**
 * cosy_limiter_acquire_begin - begin form of cosy_limiter_acquire().
 *
 * @limiter: which.
 * @permit: a free one.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_EBUSY or COSY_EINVAL.
 * Waits: no. From: a task. Cost: some stores or a list push.
 */
COSY_API int cosy_limiter_acquire_begin(cosy_limiter *limiter, cosy_permit *permit, cosy_wait *w);

/**
 * cosy_limiter_try - takes a permit if that overtakes nobody; needs no task.
 *
 * @limiter: which.
 * @permit: a free one. Outside a task it has no holder.
 *
 * Returns: COSY_OK; COSY_EAGAIN; COSY_EBUSY; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread, in a task or not. Cost: some stores.
 */
COSY_API int cosy_limiter_try(cosy_limiter *limiter, cosy_permit *permit);

/**
 * cosy_limiter_release - gives a permit back and grants the first who waits. Never switches.
 *
 * @permit: one that is held, by whatever task: a permit may be released on behalf of its holder.
 *
 * Returns: COSY_OK; COSY_ENOTHELD (free, or still waiting: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: some stores.
 */
COSY_API int cosy_limiter_release(cosy_permit *permit);

/**
 * cosy_limiter_resize - sets how many permits can be held at a time.
 *
 * @limiter: which.
 * @limit: 0 or more. A higher one grants those who wait, in order. A lower one takes nothing away from anybody: new ones
 *     have to wait until so many have been given back.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, negative).
 * Waits: no. From: the loop's thread. Cost: O(tasks granted).
 */
COSY_API int cosy_limiter_resize(cosy_limiter *limiter, int32_t limit);

/**
 * cosy_limiter_each - shows all holders, the one that holds its permit the longest first.
 *
 * @limiter: which.
 * @fn: called for each permit that is held now; may release it, but none of the others. A result other than 0 ends the
 *     walk.
 * @arg: its second argument.
 *
 * Returns: COSY_OK; what fn returned if it ended the walk; COSY_EINVAL (NULL).
 * Waits: no, and fn must not. From: the loop's thread. Cost: O(holders).
 *
 * Example:
 *     static int print_holder(cosy_permit *permit, void *arg)
 *     {
 *         printf("%s\n", cosy_task_name(cosy_permit_holder(permit)));
 *         return 0;
 *     }
 *
 *     cosy_limiter_each(&downloads, print_holder, NULL);
 */
COSY_API int cosy_limiter_each(const cosy_limiter *limiter, int (*fn)(cosy_permit *permit, void *arg), void *arg);

/**
 * cosy_limiter_limit, cosy_limiter_held - how many permits can be held, and how many are.
 *
 * @limiter: which.
 *
 * Returns: the number; grants to tasks that have not run yet count as held, which may be more than the limit after that
 *     was lowered.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE int32_t cosy_limiter_limit(const cosy_limiter *limiter)
{
    return limiter->limit & INT32_MAX;
}
COSY_INLINE int32_t cosy_limiter_held(const cosy_limiter *limiter)
{
    return limiter->held;
}

/**
 * cosy_limiter_available - how many permits could be had now without waiting.
 *
 * @limiter: which.
 *
 * Returns: the limit less what is held, at least 0; 0 if somebody waits.
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_INLINE int32_t cosy_limiter_available(const cosy_limiter *limiter)
{
    int32_t limit = cosy_limiter_limit(limiter);
    return limiter->held < limit ? limit - limiter->held : 0;
}

/**
 * cosy_limiter_waiting - how many tasks wait for a permit.
 *
 * @limiter: which; not NULL.
 *
 * Returns: their number.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API uint32_t cosy_limiter_waiting(const cosy_limiter *limiter);

/**
 * cosy_permit_held, cosy_permit_holder - is a permit held, and by whom?
 *
 * @permit: which.
 *
 * Returns: true from the grant to the release; the task that acquired it, NULL if it is not held or was taken outside a
 *     task. A task that ends should have released: this pointer does not know of its end.
 * Waits: no. From: the loop's thread. Cost: a load or two.
 */
COSY_INLINE bool cosy_permit_held(const cosy_permit *permit)
{
    return permit->next != NULL;
}
COSY_INLINE cosy_task *cosy_permit_holder(const cosy_permit *permit)
{
    return permit->next ? permit->task : NULL;
}

/**
 * cosy_limiter_destroy - ends a limiter's life.
 *
 * @limiter: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (a permit is held or waited for: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_limiter_destroy(cosy_limiter *limiter);

/**
 * cosy_limiter_check - looks at a limiter's invariants.
 *
 * @limiter: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(holders and waiters).
 */
COSY_API const char *cosy_limiter_check(const cosy_limiter *limiter);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_limiter_acquire_arm(cosy_arm *arm);

/**
 * cosy_arm_limiter - an arm of a select: takes a permit.
 *
 * @limiter: which.
 * @permit: a free one. If the arm wins it is held; if another one does, it is free.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_limiter(cosy_limiter *limiter, cosy_permit *permit)
{
    cosy_arm arm;
    arm.begin = cosy_limiter_acquire_arm;
    arm.object = limiter;
    arm.place = permit;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
