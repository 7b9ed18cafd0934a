/* cosy/rwlock.h - a lock for many readers or one writer, in the order they came.
 *
 *     static cosy_rwlock table = COSY_RWLOCK_INIT("table");
 *
 *     if (cosy_rwlock_read(&table, COSY_FOREVER) == COSY_OK) {      // beside other readers
 *         look_up(key);
 *         cosy_rwlock_read_release(&table);
 *     }
 *     if (cosy_rwlock_write(&table, COSY_FOREVER) == COSY_OK) {     // alone
 *         change(key, value);
 *         cosy_rwlock_write_release(&table);
 *     }
 *
 * First come, first served: a reader queues behind a writer that waits, so that readers who keep coming starve no writer;
 * readers who wait next to each other get it together. Release hands over directly, and nobody overtakes. A writer that
 * leaves the line (cancel, timeout) lets the readers behind it in at once.
 * The writer is known, readers are only counted: a task that reads must not ask again, for reading or for writing, before
 * it has released, or it may wait for itself.
 */
#ifndef COSY_RWLOCK_H
#define COSY_RWLOCK_H

#include "loop.h"

COSY_BEGIN

/* Held by a writer (then readers is 0) or by `readers` readers, from the hand-over on, before they have run. waiters: who
 * wants it, first come first; its head is a writer while readers hold it, and there is none while nobody does. */
typedef struct cosy_rwlock {
    cosy_list waiters;
    cosy_task *writer;
    uint32_t readers;
#if COSY_NAMES
    const char *name;
#endif
} cosy_rwlock;

#if COSY_NAMES
#define COSY_RWLOCK_INIT(title) {.name = (title)}
#else
#define COSY_RWLOCK_INIT(title) {.readers = 0}
#endif

/**
 * cosy_rwlock_init - prepares a lock at run time; COSY_RWLOCK_INIT(name) does it for static ones.
 *
 * @lock: storage.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_rwlock_init(cosy_rwlock *lock, const char *name);

/**
 * cosy_rwlock_read - takes the lock for reading, beside other readers.
 *
 * @lock: which.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT; COSY_EAGAIN; COSY_ECANCELED; COSY_EDEADLK (the caller holds it for writing; only for
 *     waits without any deadline); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while a writer holds it or waits for it. From: a coroutine. Cost: a few instructions, or one switch.
 */
COSY_API int cosy_rwlock_read(cosy_rwlock *lock, cosy_time deadline);

/**
 * cosy_rwlock_write - takes the lock for writing, alone.
 *
 * @lock: which.
 * @deadline: absolute, ns.
 *
 * Returns: as cosy_rwlock_read(). A task that holds it for reading, and without a deadline waits for itself, is not found
 *     here: readers are counted, not known.
 * Waits: while anybody holds it or waits for it. From: a coroutine. Cost: a few instructions, or one switch.
 */
COSY_API int cosy_rwlock_write(cosy_rwlock *lock, cosy_time deadline);

/**
 * cosy_rwlock_read_begin, cosy_rwlock_write_begin - begin forms of cosy_rwlock_read() and cosy_rwlock_write().
 *
 * @lock: which.
 * @w: the current task's node.
 *
 * Returns: COSY_OK (it is ours), COSY_WAITING, or COSY_EINVAL (NULL).
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_rwlock_read_begin(cosy_rwlock *lock, cosy_wait *w);
COSY_API int cosy_rwlock_write_begin(cosy_rwlock *lock, cosy_wait *w);

/**
 * cosy_rwlock_try_read - takes it for reading if that overtakes nobody; needs no task.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_EAGAIN (a writer holds it or waits); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few instructions.
 */
COSY_API int cosy_rwlock_try_read(cosy_rwlock *lock);

/**
 * cosy_rwlock_try_write - takes it for writing if nobody holds it.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_EAGAIN (held); COSY_ENOTASK (there would be no writer to know); COSY_EINVAL (NULL).
 * Waits: no. From: a task, of whatever kind. Cost: a few instructions.
 */
COSY_API int cosy_rwlock_try_write(cosy_rwlock *lock);

/**
 * cosy_rwlock_read_release - one reader less; the last one hands the lock to the writer that waits. Never switches.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_ENOTHELD (nobody holds it for reading); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a few instructions, a list pop if a writer gets it.
 */
COSY_API int cosy_rwlock_read_release(cosy_rwlock *lock);

/**
 * cosy_rwlock_write_release - hands the lock to the first who waits: a writer, or all readers before the next writer. Never
 * switches.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_ENOTHELD (nobody holds it for writing); COSY_ENOTOWNER (another task does); COSY_EINVAL (NULL).
 * Waits: no. From: the task that holds it for writing. Cost: O(tasks granted).
 */
COSY_API int cosy_rwlock_write_release(cosy_rwlock *lock);

/**
 * cosy_rwlock_downgrade - the writer becomes a reader; no other writer can come in between. Never switches.
 *
 * @lock: which. Readers at the head of the line get in too. Ends with cosy_rwlock_read_release().
 *
 * Returns: as cosy_rwlock_write_release().
 * Waits: no. From: the task that holds it for writing. Cost: O(tasks granted).
 *
 * Example:
 *     if (cosy_rwlock_write(&table, COSY_FOREVER) == COSY_OK) {
 *         change(key, value);
 *         cosy_rwlock_downgrade(&table);
 *         send_all(&table);                    // waits, and others may read meanwhile
 *         cosy_rwlock_read_release(&table);
 *     }
 */
COSY_API int cosy_rwlock_downgrade(cosy_rwlock *lock);

/**
 * cosy_rwlock_writer - who holds it for writing.
 *
 * @lock: which.
 *
 * Returns: the task, from the moment the lock was handed to it; NULL if there is none.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE cosy_task *cosy_rwlock_writer(const cosy_rwlock *lock)
{
    return lock->writer;
}

/**
 * cosy_rwlock_readers - how many hold it for reading.
 *
 * @lock: which.
 *
 * Returns: their number; who was let in and has not run yet counts.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_rwlock_readers(const cosy_rwlock *lock)
{
    return lock->readers;
}

/**
 * cosy_rwlock_destroy - ends a lock's life; its storage may then go away.
 *
 * @lock: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (held or waited for: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_rwlock_destroy(cosy_rwlock *lock);

/**
 * cosy_rwlock_check - looks at a lock's invariants.
 *
 * @lock: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_rwlock_check(const cosy_rwlock *lock);

/* Begin forms for arms, see cosy/select.h. */
COSY_API int cosy_rwlock_read_arm(cosy_arm *arm);
COSY_API int cosy_rwlock_write_arm(cosy_arm *arm);

/**
 * cosy_arm_rwlock_read, cosy_arm_rwlock_write - an arm of a select: takes the lock for reading or for writing.
 *
 * @lock: which.
 *
 * Returns: the arm. If it wins, the lock is held.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_rwlock_read(cosy_rwlock *lock)
{
    cosy_arm arm;
    arm.begin = cosy_rwlock_read_arm;
    arm.object = lock;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}
COSY_INLINE cosy_arm cosy_arm_rwlock_write(cosy_rwlock *lock)
{
    cosy_arm arm;
    arm.begin = cosy_rwlock_write_arm;
    arm.object = lock;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
