/* cosy/task.h - tasks: something a loop resumes, of whatever kind.
 *
 * The core resumes a task through a function pointer. A coroutine (cosy/coro.h) is a task with a stack, whose resume
 * function switches to it; a stackless task is a struct of the user's that starts with a cosy_task and has a resume
 * function of its own, written with begin forms. Both kinds mix in one loop and share every object.
 */
#ifndef COSY_TASK_H
#define COSY_TASK_H

#include "timer.h"
#include "wait.h"

COSY_BEGIN

typedef struct cosy_group cosy_group;
typedef struct cosy_scope cosy_scope;
typedef struct cosy_binding cosy_binding;

/* A task. All members are internal.
 *
 * Lists: `wait` links it into what it waits for or into its loop's ready list, never both; `sib_*` link it into its
 * group from start to end (into the group's ended children from then on, if it keeps those); `joiners` holds the one
 * task that joins it; `scope` and `locals` begin the lists of its open scopes and bindings, innermost first. Owner: the user (stackless) or the stack pool
 * (coroutine), which gets it back when the task has ended and was joined or is detached.
 * On 64-bit machines the first cache line holds all that a hand-off touches. */
struct cosy_task {
    cosy_wait wait; /* must be first */
    void *sp;       /* coroutine: its stack pointer while it does not run */
    void (*resume)(cosy_task *task);
    cosy_list joiners;
    cosy_group *group;
    cosy_task *sib_next, *sib_prev;
    cosy_scope *scope;
    const cosy_binding *locals;
    const char *reason; /* of its own cancel; NULL while it has none */
    cosy_timer timer;
#if COSY_NAMES
    const char *name;
    const char *source; /* name of the task that cancelled it */
#endif
    uint8_t status; /* COSY_T_... */
};

enum {
    COSY_T_STARTED = 1,
    COSY_T_ENDED = 2,   /* its result is in wait.result */
    COSY_T_DETACHED = 4, /* nobody will join: given back at its end */
    COSY_T_POOLED = 8,   /* a coroutine whose memory goes back to the port at its end */
    COSY_T_KEPT = 16,    /* it has ended and is on its group's list of ended children */
    COSY_T_OPENED = 32   /* it has opened a scope or a binding: at its end it is looked whether they are closed */
};

/**
 * cosy_task_init - prepares a stackless task.
 *
 * @task: storage, usually the first member of a struct of the caller's; must stay until the task has ended.
 * @loop: where it will run.
 * @resume: called each time it may go on; runs on the loop's stack. It does one step, then either parks (a begin form
 *     returned COSY_WAITING and so did cosy_await()) and returns, or calls cosy_task_end() and returns.
 * @name: for reports; a constant string or one that outlives the task; NULL for none.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_ENOMEM (the timer store cannot grow).
 * Waits: no. From: the loop's thread. Cost: some 20 stores.
 *
 * Example:
 *     static void step(cosy_task *task)
 *     {
 *         struct blinker *b = (struct blinker *)task;
 *         int rc = cosy_task_result(task);            // of the sleep it was resumed from; COSY_OK at first
 *         if (rc == COSY_OK) {
 *             toggle(b->led);
 *             cosy_sleep_begin(&task->wait);
 *             rc = cosy_await(task, cosy_in(cosy_ms(500)));
 *             if (rc == COSY_WAITING)
 *                 return;
 *         }
 *         cosy_task_end(task, rc);                    // cancelled
 *     }
 */
COSY_API int cosy_task_init(cosy_task *task, cosy_loop *loop, void (*resume)(cosy_task *), const char *name);

/**
 * cosy_task_start - puts a prepared task into a group and at the end of the ready list.
 *
 * @task: from cosy_task_init().
 * @group: what it belongs to; NULL for the loop itself.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, another loop's group); COSY_EBUSY (started already); COSY_ECANCELED (the group
 *     was cancelled and takes no more).
 * Waits: no. From: the loop's thread. Cost: a few stores.
 */
COSY_API int cosy_task_start(cosy_task *task, cosy_group *group);

/**
 * cosy_task_end - a stackless task has done its work.
 *
 * @task: the current task.
 * @result: what cosy_join() will report.
 *
 * Its resume function must return right after and will not be called again.
 *
 * Waits: no. From: its resume function. Cost: wakes the joiner.
 */
COSY_API void cosy_task_end(cosy_task *task, int result);

/**
 * cosy_task_result - the result of the wait that a stackless task was resumed from.
 *
 * @task: the current task.
 *
 * Returns: what the plain call would have returned.
 * Waits: no. From: its resume function. Cost: a load.
 */
COSY_INLINE int cosy_task_result(const cosy_task *task)
{
    return task->wait.result;
}

/**
 * cosy_self - the current task.
 *
 * Returns: the task that runs, of whatever kind; NULL outside one.
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API cosy_task *cosy_self(void);

/**
 * cosy_task_name - a task's name.
 *
 * @task: a task, or NULL.
 *
 * Returns: never NULL; "(no task)" and "(unnamed)" where there is none.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API const char *cosy_task_name(const cosy_task *task);

/**
 * cosy_task_ended - has it ended?
 *
 * @task: a task that was not given back (joined, or detached and ended).
 *
 * Returns: true once its function has returned.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE bool cosy_task_ended(const cosy_task *task)
{
    return (task->status & COSY_T_ENDED) != 0;
}

/**
 * cosy_cancel - asks a task to stop.
 *
 * @task: which; it may be the current one.
 * @reason: for humans and cosy_cancel_reason(); constant, or outlives the task; NULL for "cancelled".
 *
 * The wait it is in ends with COSY_ECANCELED, and so does each later call that would have to wait: cancellation is
 * sticky. What completes at once still does. A grant that the task has not seen yet is passed to the next in line. The
 * first reason stays. A task that has not started runs, and fails at its first wait. A block of code can be cancelled
 * alone, or shielded from this: see cosy/scope.h.
 *
 * Returns: COSY_OK; COSY_EDONE (it has ended); COSY_EINVAL (NULL).
 * Waits: no, not even for the task: join it. From: the loop's thread. Cost: O(1), O(log n) if it waits with a deadline.
 */
COSY_API int cosy_cancel(cosy_task *task, const char *reason);

/**
 * cosy_interrupt - ends the wait that a task is in, once. For bindings to languages whose cancel is an exception.
 *
 * @task: which; not the current one.
 *
 * As cosy_cancel(), but nothing is remembered: the next wait is like any other. What cannot be taken back stands.
 *
 * Returns: COSY_OK: that wait fails with COSY_ECANCELED; COSY_EAGAIN: the task is in no wait that can be ended (it has
 *     not begun to run, or its wait has succeeded for good); COSY_EDONE (it has ended); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(1), O(log n) if it waits with a deadline.
 */
COSY_API int cosy_interrupt(cosy_task *task);

/**
 * cosy_cancel_reason, cosy_cancel_source - why a task was cancelled, and by whom.
 *
 * @task: which; NULL for the current one.
 *
 * What is in force counts: the innermost cancelled scope's, else the task's own; what a shield holds back does not.
 *
 * Returns: the reason; the name of the task that cancelled ("(no task)" from a callback; of the child whose failure
 *     ended its group). NULL if no cancel is in force; the source is "(unnamed)" in builds without names.
 * Waits: no. From: the loop's thread. Cost: O(scopes).
 */
COSY_API const char *cosy_cancel_reason(const cosy_task *task);
COSY_API const char *cosy_cancel_source(const cosy_task *task);

/**
 * cosy_yield - lets every other ready task run once.
 *
 * Returns: COSY_OK; COSY_ECANCELED; COSY_ETIMEDOUT (the task's own deadline); COSY_ENOTASK.
 * Waits: switches if another task is ready. From: a coroutine. Cost: one switch.
 */
COSY_API int cosy_yield(void);

/**
 * cosy_yield_begin - begin form of cosy_yield().
 *
 * @w: the current task's node.
 *
 * Returns: COSY_WAITING, COSY_ECANCELED, COSY_ETIMEDOUT or COSY_ENOWAIT.
 * Waits: no. From: a task. Cost: a list push.
 */
COSY_API int cosy_yield_begin(cosy_wait *w);

/**
 * cosy_sleep - waits for a length of time. Reads the clock anew.
 *
 * @length: nanoseconds; zero and less yields.
 *
 * Returns: COSY_OK; COSY_ECANCELED; COSY_ETIMEDOUT (the task's own deadline); COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: a clock read, O(log n) timers, two switches.
 */
COSY_API int cosy_sleep(cosy_time length);

/**
 * cosy_sleep_until - waits for a point in time.
 *
 * @when: absolute, ns; what has passed yields.
 *
 * Returns: as cosy_sleep().
 * Waits: yes. From: a coroutine. Cost: O(log n) timers, two switches.
 */
COSY_API int cosy_sleep_until(cosy_time when);

/**
 * cosy_sleep_begin - begin form of sleeping: cosy_await() then takes the time.
 *
 * @w: the current task's node.
 *
 * Returns: COSY_WAITING.
 * Waits: no. From: a task. Cost: three stores.
 */
COSY_API int cosy_sleep_begin(cosy_wait *w);

/**
 * cosy_join - waits until a task has ended, takes its result and gives the task back.
 *
 * @task: which; started, not detached. Afterwards the pointer is dead, unless the join failed.
 * @result: where its result goes; NULL if nobody wants it.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ECANCELED, COSY_ETIMEDOUT, COSY_EAGAIN (the task goes on and can be joined again);
 *     COSY_EBUSY (somebody else joins it); COSY_EDEADLK (oneself); COSY_EINVAL (NULL, detached, never started, another
 *     loop's); COSY_ENOTASK.
 * Waits: until it has ended. From: a coroutine. Cost: a switch; a few stores if it has ended.
 */
COSY_API int cosy_join(cosy_task *task, int *result, cosy_time deadline);

/**
 * cosy_join_begin - begin form of cosy_join().
 *
 * @task: which.
 * @result: where its result goes, valid until the wait is over; may be NULL.
 * @w: the current task's node.
 *
 * Returns: COSY_WAITING, or as cosy_join().
 * Waits: no. From: a task. Cost: a list push.
 */
COSY_API int cosy_join_begin(cosy_task *task, int *result, cosy_wait *w);

/**
 * cosy_detach - nobody will join this task: it is given back when it ends.
 *
 * @task: which. The pointer is dead from here on, unless the task is the current one.
 *
 * Returns: COSY_OK; COSY_EBUSY (being joined); COSY_EINVAL (NULL, detached already).
 * Waits: no. From: the loop's thread. Cost: a store.
 */
COSY_API int cosy_detach(cosy_task *task);

COSY_END

#endif
