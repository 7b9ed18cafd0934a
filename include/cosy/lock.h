/* cosy/lock.h - a lock: one task at a time, in the order they came.
 *
 *     static cosy_lock lock = COSY_LOCK_INIT("printer");
 *
 *     if (cosy_lock_acquire(&lock, COSY_FOREVER) == COSY_OK) {
 *         print_page();
 *         cosy_lock_release(&lock);
 *     }
 *
 * Release hands the lock to the first waiter: it never is free in between, and nobody overtakes. A waiter that is
 * cancelled, even after the lock was handed to it and before it ran, passes the lock on.
 */
#ifndef COSY_LOCK_H
#define COSY_LOCK_H

#include "loop.h"

COSY_BEGIN

/* owner is NULL when free, and then nobody waits. waiters: nodes of tasks that want it, first come first. */
typedef struct cosy_lock {
    cosy_list waiters;
    cosy_task *owner;
    uint32_t flags; /* COSY_LOCK_... */
#if COSY_NAMES
    const char *name;
#endif
} cosy_lock;

enum {
    COSY_LOCK_OWNERLESS = 1, /* records who holds it, but anybody may release */
    COSY_LOCK_CHECKPOINT = 2 /* acquiring yields once even if the lock is free */
};

#if COSY_NAMES
#define COSY_LOCK_INIT(title) {.name = (title)}
#define COSY_LOCK_INIT_WITH(title, options) {.flags = (options), .name = (title)}
#else
#define COSY_LOCK_INIT(title) {.flags = 0}
#define COSY_LOCK_INIT_WITH(title, options) {.flags = (options)}
#endif

/**
 * cosy_lock_init - prepares a lock at run time; COSY_LOCK_INIT(name) does it for static ones.
 *
 * @lock: storage.
 * @flags: 0, COSY_LOCK_OWNERLESS, COSY_LOCK_CHECKPOINT, or both.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, unknown flags).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_lock_init(cosy_lock *lock, unsigned flags, const char *name);

/**
 * cosy_lock_acquire - takes the lock, waiting in line while it is held.
 *
 * @lock: which.
 * @deadline: absolute, ns; COSY_NOW tries, COSY_FOREVER waits.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT; COSY_EAGAIN (COSY_NOW and held); COSY_ECANCELED; COSY_EDEADLK (the caller holds it
 *     already, or its holder waits, through locks, for the caller; only for waits without any deadline); COSY_ENOTASK (not in a coroutine); COSY_EINVAL (NULL).
 * Waits: while it is held. From: a coroutine. Cost: a few instructions when free, one switch when handed over.
 */
COSY_INLINE int cosy_lock_acquire(cosy_lock *lock, cosy_time deadline);

/**
 * cosy_lock_acquire_begin - begin form: for stackless tasks and bindings.
 *
 * @lock: which.
 * @w: the current task's node.
 *
 * Returns: COSY_OK (it is ours), COSY_WAITING (parked: cosy_await() next), COSY_EINVAL (NULL).
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_lock_acquire_begin(cosy_lock *lock, cosy_wait *w);

/**
 * cosy_lock_release - gives the lock to the first waiter, or frees it. Never switches.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_ENOTHELD (nobody holds it); COSY_ENOTOWNER (another task holds it, and it is not owner-less);
 *     COSY_EINVAL (NULL).
 * Waits: no. From: the task that holds it; an owner-less lock from anywhere on the loop's thread.
 * Cost: a few instructions, a list pop if somebody waits.
 */
COSY_INLINE int cosy_lock_release(cosy_lock *lock);

/**
 * cosy_lock_owner - who holds it.
 *
 * @lock: which.
 *
 * Returns: the task, from the moment the lock was handed to it; NULL if free (or an owner-less lock taken outside tasks).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE cosy_task *cosy_lock_owner(const cosy_lock *lock)
{
    return lock->owner;
}

/**
 * cosy_lock_handed - has it been handed to a waiter that has not run since?
 *
 * @lock: which.
 *
 * For bindings to asyncio, which calls such a lock not locked.
 *
 * Returns: true between a release and the moment its new owner goes on.
 * Waits: no. From: the loop's thread. Cost: some loads.
 */
COSY_API bool cosy_lock_handed(const cosy_lock *lock);

/**
 * cosy_lock_destroy - ends a lock's life; its storage may then go away.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (held or waited for: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_lock_destroy(cosy_lock *lock);

/**
 * cosy_lock_check - looks at a lock's invariants.
 *
 * @lock: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_lock_check(const cosy_lock *lock);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_lock_acquire_arm(cosy_arm *arm);

/**
 * cosy_arm_lock - an arm of a select: takes the lock.
 *
 * @lock: which.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_lock(cosy_lock *lock)
{
    cosy_arm arm;
    arm.begin = cosy_lock_acquire_arm;
    arm.object = lock;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

/* The general cases behind the inline ones, and the same calls for other languages. */
COSY_API int cosy_lock_acquire_slow(cosy_lock *lock, cosy_time deadline);
COSY_API int cosy_lock_release_slow(cosy_lock *lock);

COSY_INLINE int cosy_lock_acquire(cosy_lock *lock, cosy_time deadline)
{
    cosy_loop *loop = cosy_here();
    if (COSY_LIKELY(!COSY_VALIDATE && lock && !lock->owner && !lock->flags && loop->current && loop->budget > 1)) {
        loop->budget--;
        lock->owner = loop->current;
        return COSY_OK;
    }
    return cosy_lock_acquire_slow(lock, deadline);
}

COSY_INLINE int cosy_lock_release(cosy_lock *lock)
{
    cosy_task *me = cosy_here()->current;
    if (COSY_LIKELY(!COSY_VALIDATE && lock && me && lock->owner == me && !lock->waiters.head)) {
        lock->owner = NULL;
        return COSY_OK;
    }
    return cosy_lock_release_slow(lock);
}

COSY_END

#endif
