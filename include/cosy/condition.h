/* cosy/condition.h - a condition: tasks wait without the lock until somebody who holds it tells them to look again.
 *
 *     static cosy_lock lock = COSY_LOCK_INIT("stock");
 *     static cosy_condition arrived = COSY_CONDITION_INIT("arrived", &lock);
 *
 *     int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
 *     if (rc)
 *         return rc;
 *     while (!rc && stock < 3)
 *         rc = cosy_condition_wait(&arrived, COSY_FOREVER); // others have the lock meanwhile
 *     if (!rc)
 *         stock -= 3;                                       // nobody else has been at it since we looked
 *     cosy_lock_release(&lock);                             // however the wait ended, the lock is held
 *
 *     stock += 5;                                           // elsewhere, by a task that holds the lock
 *     cosy_condition_notify_all(&arrived);
 *
 * A notification moves waiters, first come first served, to the end of the lock's line; nobody is woken to find the
 * lock taken. A wait ends because of a notification, its deadline or a cancel, and for no other reason. However it
 * ends, it ends with the lock held: who is cancelled or out of time stands in the lock's line first, and nothing makes
 * it leave that. So it may come back later than its deadline.
 *
 * No notification is lost: who is cancelled after it was notified and before it has run returns COSY_ECANCELED, and the
 * next waiter is notified instead. But a condition remembers nothing: who comes later waits for the next one. What must
 * be remembered is an event, a set of flags or a watched value.
 *
 * There is no arm of a select for it: a wait that ends holds the lock, and arms that lost would have to wait for it in
 * order to give it back. Events, flags and watched values have arms.
 */
#ifndef COSY_CONDITION_H
#define COSY_CONDITION_H

#include "lock.h"

COSY_BEGIN

/* waiters: nodes of tasks that were not notified yet, first come first. None of them holds the lock. Who was notified,
 * or has left, stands in the lock's line and still refers to the condition. The lock must outlive the condition. */
typedef struct cosy_condition {
    cosy_list waiters;
    cosy_lock *lock; /* the user's; several conditions may share it */
#if COSY_NAMES
    const char *name;
#endif
} cosy_condition;

#if COSY_NAMES
#define COSY_CONDITION_INIT(title, which) {.lock = (which), .name = (title)}
#else
#define COSY_CONDITION_INIT(title, which) {.lock = (which)}
#endif

/**
 * cosy_condition_init - prepares a condition at run time; COSY_CONDITION_INIT(name, &lock) does it for static ones.
 *
 * @condition: storage.
 * @lock: the lock that guards what is waited for; it must outlive the condition. It may be held, and owner-less.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_condition_init(cosy_condition *condition, cosy_lock *lock, const char *name);

/**
 * cosy_condition_wait - gives the lock up, waits for a notification, and takes the lock again.
 *
 * @condition: which; the caller holds its lock.
 * @deadline: absolute, ns, for the notification only; taking the lock again takes as long as it takes.
 *
 * The lock goes to the first in its line, in any case: also a call that cannot wait, because it is cancelled or its
 * deadline has passed, lets them have their turn. A task that tries again and again keeps nobody out.
 *
 * Returns: COSY_OK (notified); COSY_ETIMEDOUT; COSY_EAGAIN (COSY_NOW); COSY_ECANCELED. All these with the lock held.
 *     These at once, nothing being changed: COSY_ENOTOWNER (another task holds the lock, and it is not owner-less),
 *     COSY_ENOTHELD (nobody does), COSY_ENOTASK, COSY_ENOWAIT (waiting is forbidden here), COSY_EINVAL (NULL).
 * Waits: until notified, and then for the lock. From: a coroutine that holds the lock.
 * Cost: two list pushes, one switch.
 */
COSY_API int cosy_condition_wait(cosy_condition *condition, cosy_time deadline);

/**
 * cosy_condition_wait_begin - begin form of cosy_condition_wait().
 *
 * @condition: which.
 * @w: the current task's node, not an arm's.
 *
 * cosy_await() may say COSY_WAITING even after COSY_NOW, and when the task is cancelled: then it waits for the lock.
 *
 * Returns: COSY_WAITING (the lock is given up), COSY_ENOTOWNER, COSY_ENOTHELD, COSY_ENOWAIT or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a list push, and what releasing the lock costs.
 */
COSY_API int cosy_condition_wait_begin(cosy_condition *condition, cosy_wait *w);

/**
 * cosy_condition_wait_for - waits until something is so: looks, and looks again after each notification.
 *
 * @condition: which; the caller holds its lock.
 * @predicate: says whether it is so. Called with the lock held; must not wait.
 * @arg: for the predicate.
 * @deadline: absolute, ns, for all the waiting together.
 *
 * If it is so at once the call returns at once, with or without the lock. If it has become so when the deadline passes,
 * that is a success.
 *
 * Returns: COSY_OK (the predicate has just said so); else as cosy_condition_wait(), with the lock held or, where it was
 *     not held, without; COSY_EINVAL (NULL, no predicate).
 * Waits: as cosy_condition_wait(), any number of times. From: a coroutine. Cost: a call of the predicate, and a wait,
 *     for each notification.
 *
 * Example:
 *     static bool enough(void *n) { return stock >= *(int *)n; }
 *
 *     rc = cosy_condition_wait_for(&arrived, enough, &three, cosy_in(cosy_s(5)));
 */
COSY_API int cosy_condition_wait_for(cosy_condition *condition, bool (*predicate)(void *arg), void *arg,
                                     cosy_time deadline);

/**
 * cosy_condition_notify - tells the first n waiters to look again. Never switches.
 *
 * @condition: which; the caller holds its lock.
 * @n: how many, 0 or more; more than there are is fine.
 *
 * They move to the end of the lock's line, in the order in which they came, and go on one by one as it is released.
 * Tell all (cosy_condition_notify_all()) unless any waiter can make use of what has changed.
 *
 * Returns: COSY_OK; COSY_ENOTOWNER (another task holds the lock, and it is not owner-less); COSY_ENOTHELD (nobody
 *     does); COSY_EINVAL (NULL, n < 0). What fails notifies nobody.
 * Waits: no. From: the task that holds the lock, of whatever kind; while an owner-less lock is held, anywhere on the
 *     loop's thread. Cost: O(waiters notified), O(log n) more for each that has a deadline.
 */
COSY_API int cosy_condition_notify(cosy_condition *condition, int32_t n);

/**
 * cosy_condition_notify_all - tells all who wait to look again. Never switches.
 *
 * @condition: which; the caller holds its lock.
 *
 * Returns: as cosy_condition_notify().
 * Waits: no. From: as cosy_condition_notify(). Cost: O(waiters).
 */
COSY_API int cosy_condition_notify_all(cosy_condition *condition);

/**
 * cosy_condition_waiting - how many tasks wait and were not notified yet.
 *
 * @condition: which.
 *
 * Returns: the number; those that stand in the lock's line do not count.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API uint32_t cosy_condition_waiting(const cosy_condition *condition);

/**
 * cosy_condition_destroy - ends a condition's life; the lock's comes to its end after it.
 *
 * @condition: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits, or comes from it and does not have the lock or has not run yet: nothing
 *     is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(the lock's line).
 */
COSY_API int cosy_condition_destroy(cosy_condition *condition);

/**
 * cosy_condition_check - looks at a condition's invariants.
 *
 * @condition: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters and the lock's line).
 */
COSY_API const char *cosy_condition_check(const cosy_condition *condition);

COSY_END

#endif
