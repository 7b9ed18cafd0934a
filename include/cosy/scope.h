/* cosy/scope.h - cancel scopes: a deadline, a cancel or a shield around a block of code.
 *
 *     cosy_scope scope;
 *     cosy_scope_open(&scope, cosy_in(cosy_s(2)), 0);     // all that follows, however deep, has two seconds together
 *     rc = handle_request(connection);
 *     if (cosy_scope_close(&scope) == COSY_ETIMEDOUT)
 *         log_slow(connection);                           // outside the scope nothing is left of its deadline
 *
 * A scope lies in the frame of the task that opens it and ends with the block. Scopes nest; a wait is bounded by every
 * scope around it. The deadline of a scope is a timeout, not a cancel: it never beats a grant. A cancel of a scope does
 * what cosy_cancel() does to a task, but only until the scope is closed. Both are levels: each wait in the scope that
 * begins while they are in force fails at once.
 */
#ifndef COSY_SCOPE_H
#define COSY_SCOPE_H

#include "task.h"

COSY_BEGIN

/* A scope. Linked from its task, innermost first, from open to close; owned by the frame that opened it.
 * call is valid while its task waits with a timer that a scope has shortened: then the innermost scope holds the deadline
 * of the call itself, so that a scope's deadline can be moved under a wait. */
struct cosy_scope {
    cosy_scope *outer;
    cosy_task *task;    /* NULL while it is not open */
    cosy_time deadline; /* COSY_FOREVER for none */
    cosy_time call;
    const char *reason; /* of its cancel; NULL while it is not cancelled */
#if COSY_NAMES
    const char *source; /* name of the task that cancelled it */
#endif
    uint8_t flags; /* COSY_SCOPE_... */
};

enum {
    COSY_SCOPE_SHIELD = 1,    /* cancels and deadlines from outside do not reach the waits in it */
    COSY_SCOPE_CANCELLED = 2, /* internal */
    COSY_SCOPE_EXPIRED = 4    /* internal: its deadline has ended a wait, or kept one from beginning */
};

/**
 * cosy_scope_open - begins a block that has a deadline, can be cancelled, or is shielded.
 *
 * @scope: storage, usually in the frame of the block; must stay until it is closed.
 * @deadline: absolute, ns; COSY_FOREVER for none.
 * @flags: 0 or COSY_SCOPE_SHIELD: what must finish in spite of a cancel or a deadline around it.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, unknown flags); COSY_EBUSY (open already, or what was open in this place was never
 *     closed); COSY_ENOTASK.
 * Waits: no. From: a task, of whatever kind. Cost: O(scopes around it).
 *
 * Example:
 *     cosy_scope_open(&scope, cosy_in(cosy_s(1)), COSY_SCOPE_SHIELD);   // cancelled or not: one second to say goodbye
 *     say_goodbye(connection);
 *     cosy_scope_close(&scope);
 */
COSY_API int cosy_scope_open(cosy_scope *scope, cosy_time deadline, unsigned flags);

/**
 * cosy_scope_close - ends the block. Scopes close in the reverse order of their opening.
 *
 * @scope: the innermost scope of the current task.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT (its deadline ended a wait in it, or kept one from beginning); COSY_ECANCELED (it was
 *     cancelled; told before a deadline); COSY_EDONE (closed already); COSY_EINVAL (NULL, another task's, not the
 *     innermost: nothing is changed).
 * Waits: no. From: the task that opened it. Cost: O(scopes around it).
 */
COSY_API int cosy_scope_close(cosy_scope *scope);

/**
 * cosy_scope_cancel - ends the wait that the scope's task is in, and each further one in the scope.
 *
 * @scope: an open scope, of any task of this loop.
 * @reason: as in cosy_cancel().
 *
 * A wait ends with COSY_ECANCELED, unless a shield lies between it and the scope. The first reason stays.
 *
 * Returns: COSY_OK; COSY_EDONE (not open); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: as cosy_cancel().
 */
COSY_API int cosy_scope_cancel(cosy_scope *scope, const char *reason);

/**
 * cosy_scope_move - sets another deadline, earlier or later, also while the task waits in the scope.
 *
 * @scope: an open scope.
 * @deadline: absolute, ns; COSY_FOREVER for none. One that has passed ends the wait at the next look at the timers.
 *
 * Returns: COSY_OK; COSY_EDONE (not open); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(scopes), and a timer if the task waits.
 */
COSY_API int cosy_scope_move(cosy_scope *scope, cosy_time deadline);

/**
 * cosy_scope_shield - switches the shield of an open scope on or off.
 *
 * @scope: an open scope.
 * @on: true: what comes from outside does not reach the waits in it; false: it does, at once.
 *
 * Returns: COSY_OK; COSY_EDONE (not open); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: as cosy_scope_move(), or as cosy_cancel().
 */
COSY_API int cosy_scope_shield(cosy_scope *scope, bool on);

/**
 * cosy_scope_expired, cosy_scope_cancelled - what became of a scope, while it is open and after.
 *
 * @scope: which.
 *
 * Returns: true if its deadline ended a wait; true if it was cancelled.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE bool cosy_scope_expired(const cosy_scope *scope)
{
    return (scope->flags & COSY_SCOPE_EXPIRED) != 0;
}
COSY_INLINE bool cosy_scope_cancelled(const cosy_scope *scope)
{
    return (scope->flags & COSY_SCOPE_CANCELLED) != 0;
}

/**
 * cosy_deadline - until when the current task may wait: the earliest deadline of the scopes around it.
 *
 * Returns: absolute, ns; COSY_FOREVER if no scope bounds it, and outside a task.
 * Waits: no. From: a task. Cost: O(scopes).
 */
COSY_API cosy_time cosy_deadline(void);

/**
 * cosy_scope_check - looks at a scope's invariants.
 *
 * @scope: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(scopes of its task).
 */
COSY_API const char *cosy_scope_check(const cosy_scope *scope);

COSY_END

#endif
