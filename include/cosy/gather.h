/* cosy/gather.h - several functions at once: all of them, or the first that succeeds; and a start that waits until ready.
 *
 *     cosy_work w[] = {{.fn = fetch, .arg = &a}, {.fn = fetch, .arg = &b}};
 *     rc = cosy_all(w, 2, cosy_in(cosy_s(5)));        // both, or the first failure; w[i].result
 *     which = cosy_any(w, 2, cosy_in(cosy_s(5)));     // the first that succeeds; the other is cancelled
 *
 * Each call opens a group and joins it: when it returns, every function has returned. Results as they come:
 * cosy_group_next() in cosy/group.h.
 */
#ifndef COSY_GATHER_H
#define COSY_GATHER_H

#include "coro.h"

COSY_BEGIN

/* One function to run. The caller's, until the call returns. */
typedef struct cosy_work {
    cosy_fn fn;
    void *arg;
    const char *name; /* of its task, for reports; may be NULL */
    int result;       /* out: what fn returned; COSY_ECANCELED if it was never started */
} cosy_work;

/**
 * cosy_all - runs functions concurrently until all have returned; the first failure cancels the others.
 *
 * @work: the functions; their results are filled in.
 * @count: how many; 0 is done at once.
 * @deadline: absolute, ns; when it passes all are cancelled, and waited for.
 *
 * Returns: COSY_OK (all succeeded: no result is negative); the first failure; COSY_ETIMEDOUT, COSY_ECANCELED; COSY_ENOMEM
 *     (not all could be started: those that were have been cancelled); COSY_EINVAL; COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: a spawn each.
 */
COSY_API int cosy_all(cosy_work *work, size_t count, cosy_time deadline);

/**
 * cosy_settled - runs functions concurrently until all have returned, whatever they return.
 *
 * @work: the functions; their results are filled in.
 * @count: how many; 0 is done at once.
 * @deadline: absolute, ns; when it passes all are cancelled, and waited for.
 *
 * Returns: COSY_OK, also if some failed; else as cosy_all().
 * Waits: yes. From: a coroutine. Cost: a spawn each.
 */
COSY_API int cosy_settled(cosy_work *work, size_t count, cosy_time deadline);

/**
 * cosy_any - runs functions concurrently until one succeeds; the others are cancelled, and waited for.
 *
 * @work: the functions; their results are filled in.
 * @count: how many, at least 1.
 * @deadline: absolute, ns; when it passes all are cancelled, and waited for.
 *
 * Returns: the number of the first that returned 0 or more; if there is none the first failure; COSY_ETIMEDOUT,
 *     COSY_ECANCELED (also if one succeeded in the end: see the results); COSY_ENOMEM; COSY_EINVAL; COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: a spawn each.
 */
COSY_API int cosy_any(cosy_work *work, size_t count, cosy_time deadline);

/**
 * cosy_start_in - starts a coroutine in a group and waits until it says that it is ready.
 *
 * @group: an open group.
 * @task: where its handle goes; NULL: nobody will join it. Untouched unless the start succeeds.
 * @fn: what it runs; it calls cosy_started() when others may rely on it.
 * @arg: as in cosy_spawn().
 * @options: as in cosy_spawn().
 * @value: where the value goes that it was called with; may be NULL.
 * @deadline: absolute, ns.
 *
 * If the deadline passes or the caller is cancelled first, the child is cancelled, and the call waits until it has ended or
 * says that it is ready after all.
 *
 * Returns: COSY_OK (it is ready and runs on); what the child returned if it failed before; COSY_EDONE (it returned without
 *     having been ready); COSY_ETIMEDOUT, COSY_ECANCELED; as cosy_spawn_in().
 * Waits: yes. From: a coroutine. Cost: a spawn and two switches.
 *
 * Example:
 *     static int server(void *arg) { ...listen...; cosy_started(&port); ...accept...; }
 *
 *     rc = cosy_start_in(&group, NULL, server, NULL, NULL, (void **)&port, cosy_in(cosy_s(1)));
 */
COSY_API int cosy_start_in(cosy_group *group, cosy_task **task, cosy_fn fn, void *arg, const cosy_spawn_options *options,
                           void **value, cosy_time deadline);

/**
 * cosy_started - tells who waits in cosy_start_in() that the current task is ready.
 *
 * @value: handed over; what it points to is read by the starter.
 *
 * Returns: COSY_OK; COSY_EDONE (said already); COSY_EINVAL (the current task was not started by cosy_start_in()).
 * Waits: no. From: the task that was started, or a task in it that was plainly called. Cost: a look-up among its bindings.
 */
COSY_API int cosy_started(void *value);

COSY_END

#endif
