/* cosy/future.h - a future: one outcome, a value or an error, that is set once; any number of tasks wait for it.
 *
 *     static cosy_future answer = COSY_FUTURE_INIT("answer");
 *
 *     cosy_future_set(&answer, message);                         // or cosy_future_fail(&answer, COSY_ECLOSED)
 *     rc = cosy_future_wait(&answer, &value, COSY_FOREVER);      // COSY_OK and the value, or COSY_ECLOSED
 *
 * The first outcome stays; it can be asked for as often as needed, and before or after it is there. A task's result is
 * what cosy_join() gives to one; a future is for what is not a task, and for many. Who promises to set it is named in
 * reports.
 */
#ifndef COSY_FUTURE_H
#define COSY_FUTURE_H

#include "loop.h"

COSY_BEGIN

/* outcome: 0 while it is open, 1 when it has a value, else the code of its failure; once it is not 0 nobody waits.
 * producer is valid while it is open, value afterwards (NULL after a failure). Each waiter's arg says where it wants the
 * value. */
typedef struct cosy_future {
    cosy_list waiters;
    union {
        cosy_task *producer; /* who has promised to set it; NULL if nobody has */
        void *value;
    };
    int32_t outcome;
#if COSY_NAMES
    const char *name;
#endif
} cosy_future;

#if COSY_NAMES
#define COSY_FUTURE_INIT(title) {.name = (title)}
#else
#define COSY_FUTURE_INIT(title) {.outcome = 0}
#endif

/**
 * cosy_future_init - prepares a future, open; COSY_FUTURE_INIT(name) does it for static ones.
 *
 * @future: storage.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_future_init(cosy_future *future, const char *name);

/**
 * cosy_future_promise - names the task that will set it, for reports and so that it does not wait for itself.
 *
 * @future: an open one.
 * @task: who; NULL for the current task. A later promise replaces an earlier one. The task must not end before it is set.
 *
 * A promise forbids nothing to others: anybody may set a future.
 *
 * Returns: COSY_OK; COSY_EDONE (it has its outcome); COSY_EDEADLK (the task waits for it); COSY_ENOTASK (NULL, and there
 *     is no current task); COSY_EINVAL (NULL future).
 * Waits: no. From: the loop's thread. Cost: a store.
 */
COSY_API int cosy_future_promise(cosy_future *future, cosy_task *task);

/**
 * cosy_future_set - gives it its value and wakes all who wait, in order. Never switches.
 *
 * @future: an open one.
 * @value: anything, NULL included. What it points to must stay as long as somebody may look at it.
 *
 * Returns: COSY_OK; COSY_EDONE (it has its outcome already, which stays); COSY_EINVAL (NULL future).
 * Waits: no. From: the loop's thread, in a task or not; elsewhere through cosy_post_fn(). Cost: O(waiters).
 */
COSY_API int cosy_future_set(cosy_future *future, void *value);

/**
 * cosy_future_fail - lets it fail and wakes all who wait, in order. Never switches.
 *
 * @future: an open one.
 * @code: negative: what each wait for it will return.
 *
 * Returns: COSY_OK; COSY_EDONE (it has its outcome already, which stays); COSY_EINVAL (NULL, not negative).
 * Waits: no. From: the loop's thread, in a task or not; elsewhere through cosy_post_fn(). Cost: O(waiters).
 */
COSY_API int cosy_future_fail(cosy_future *future, int code);

/**
 * cosy_future_wait - waits for the outcome.
 *
 * @future: which.
 * @value: where the value goes, if there is one; must stay until the call returns. NULL if it is not wanted.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK (it was set); the code that it failed with; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (what `value`
 *     holds is undefined); COSY_EDEADLK (the caller has promised to set it; or whoever has waits, through futures, for the
 *     caller, and there is no deadline); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while it is open. From: a coroutine. Cost: a few instructions when it is done, else one switch.
 */
COSY_API int cosy_future_wait(cosy_future *future, void **value, cosy_time deadline);

/**
 * cosy_future_wait_begin - begin form of cosy_future_wait().
 *
 * @future: which.
 * @value: where the value goes; must stay until the wait is over. May be NULL.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, the code that it failed with, COSY_WAITING, COSY_EDEADLK (the task has promised to set it) or
 *     COSY_EINVAL (NULL).
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_future_wait_begin(cosy_future *future, void **value, cosy_wait *w);

/**
 * cosy_future_result - the outcome, without waiting; needs no task.
 *
 * @future: which.
 * @value: where the value goes, if there is one. May be NULL.
 *
 * Returns: COSY_OK; the code that it failed with; COSY_EAGAIN (it is open); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few loads.
 */
COSY_API int cosy_future_result(const cosy_future *future, void **value);

/**
 * cosy_future_done - has it an outcome, be it a value or a failure?
 *
 * @future: which.
 *
 * Returns: true once it was set or has failed.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE bool cosy_future_done(const cosy_future *future)
{
    return future->outcome != 0;
}

/**
 * cosy_future_producer - who has promised to set it.
 *
 * @future: which.
 *
 * Returns: the task; NULL if none has, and when it is done.
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_INLINE cosy_task *cosy_future_producer(const cosy_future *future)
{
    return future->outcome ? NULL : future->producer;
}

/**
 * cosy_future_reset - opens it again, without outcome and promise.
 *
 * @future: which; nobody waits for it. Who was woken by the outcome keeps it.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a few stores.
 */
COSY_API int cosy_future_reset(cosy_future *future);

/**
 * cosy_future_destroy - ends a future's life.
 *
 * @future: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_future_destroy(cosy_future *future);

/**
 * cosy_future_check - looks at a future's invariants.
 *
 * @future: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_future_check(const cosy_future *future);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_future_wait_arm(cosy_arm *arm);

/**
 * cosy_arm_future - an arm of a select: a future has its outcome.
 *
 * @future: which.
 * @value: where the value goes; must stay until the select is over. May be NULL.
 *
 * Returns: the arm, for an array that goes to a select. Its result is that of cosy_future_wait().
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_future(cosy_future *future, void **value)
{
    cosy_arm arm;
    arm.begin = cosy_future_wait_arm;
    arm.object = future;
    arm.place = value;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
