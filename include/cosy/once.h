/* cosy/once.h - once: something that is done one time, by the first who needs it, while the others wait.
 *
 *     static cosy_once opened = COSY_ONCE_INIT("opened");
 *
 *     rc = cosy_once_run(&opened, open_database, &database, COSY_FOREVER);    // in every task that needs it
 *
 * The first caller gets the turn and does it; it may wait meanwhile. If it succeeds, all who wait go on, and whoever comes
 * later passes at once. If it fails, or is cancelled, it alone gets the failure, and the turn goes to the first who waits:
 * that one tries again. enter and leave are the two halves of run, for those who cannot wrap the work into a function.
 */
#ifndef COSY_ONCE_H
#define COSY_ONCE_H

#include "loop.h"

COSY_BEGIN

/* runner: who has the turn, from the moment it was handed over; NULL when nobody has, and then nobody waits. state: bit 0
 * done, and then nobody has the turn any more; bit 1 a waiter has a timer (so waking walks the list instead of splicing
 * it), the rest tells who was woken. */
typedef struct cosy_once {
    cosy_list waiters;
    cosy_task *runner;
    uint32_t state;
#if COSY_NAMES
    const char *name;
#endif
} cosy_once;

enum {
    COSY_ONCE_TURN = 2 /* it is the caller's turn to do it; not 1, which is COSY_WAITING in begin forms */
};

#if COSY_NAMES
#define COSY_ONCE_INIT(title) {.name = (title)}
#else
#define COSY_ONCE_INIT(title) {.state = 0}
#endif

/**
 * cosy_once_init - prepares a once, not done; COSY_ONCE_INIT(name) does it for static ones.
 *
 * @once: storage.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_once_init(cosy_once *once, const char *name);

/**
 * cosy_once_run - does it, unless it has been done; waits while somebody else is at it.
 *
 * @once: which.
 * @fn: what to do; it may wait. Its result: 0 or more: it is done; negative: it is not, and the next one tries.
 * @arg: its argument.
 * @deadline: absolute, ns, for the wait before the turn only; fn knows deadlines of its own, or those of a scope.
 *
 * Returns: COSY_OK (it has been done, by this call or another); what fn returned, if that is negative; COSY_ETIMEDOUT,
 *     COSY_EAGAIN, COSY_ECANCELED (before it was done, or before the turn came); COSY_EDEADLK (fn itself, or what it waits
 *     for, asks for the same once); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while another task has the turn, and in fn. From: a coroutine. Cost: a few instructions once it is done.
 */
COSY_API int cosy_once_run(cosy_once *once, int (*fn)(void *), void *arg, cosy_time deadline);

/**
 * cosy_once_enter - asks for the turn, waiting while somebody else has it.
 *
 * @once: which.
 * @deadline: absolute, ns.
 *
 * Who is cancelled after the turn was handed to it and before it ran passes the turn on.
 *
 * Returns: COSY_OK (it has been done); COSY_ONCE_TURN (do it, then cosy_once_leave()); COSY_ETIMEDOUT; COSY_EAGAIN;
 *     COSY_ECANCELED; COSY_EDEADLK (the caller has the turn already; or whoever has it waits, through onces, for the
 *     caller, and there is no deadline); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while another task has the turn. From: a coroutine. Cost: a few instructions, or one switch.
 *
 * Example:
 *     rc = cosy_once_enter(&opened, COSY_FOREVER);
 *     if (rc == COSY_ONCE_TURN) {
 *         rc = open_database(&database);
 *         cosy_once_leave(&opened, rc);
 *     }
 */
COSY_API int cosy_once_enter(cosy_once *once, cosy_time deadline);

/**
 * cosy_once_enter_begin - begin form of cosy_once_enter().
 *
 * @once: which.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_ONCE_TURN, COSY_WAITING, COSY_EDEADLK (the task has the turn already) or COSY_EINVAL (NULL).
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_once_enter_begin(cosy_once *once, cosy_wait *w);

/**
 * cosy_once_leave - gives the turn back. Never switches.
 *
 * @once: which; the caller has the turn.
 * @result: 0 or more: it is done, and all who wait go on with COSY_OK. Negative: it is not, and the first who waits gets
 *     the turn.
 *
 * Returns: COSY_OK; COSY_ENOTHELD (nobody has the turn); COSY_ENOTOWNER (another task has it); COSY_EINVAL (NULL).
 * Waits: no. From: the task that has the turn. Cost: a few stores; O(waiters) if it is done and one has a deadline.
 */
COSY_API int cosy_once_leave(cosy_once *once, int result);

/**
 * cosy_once_done - has it been done?
 *
 * @once: which.
 *
 * Returns: true from the leave that said so.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE bool cosy_once_done(const cosy_once *once)
{
    return (once->state & 1u) != 0;
}

/**
 * cosy_once_runner - who is at it.
 *
 * @once: which.
 *
 * Returns: the task that has the turn, from the moment it was handed over; NULL if none.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE cosy_task *cosy_once_runner(const cosy_once *once)
{
    return once->runner;
}

/**
 * cosy_once_destroy - ends a once's life; cosy_once_init() may begin a new one, that is not done.
 *
 * @once: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody is at it: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_once_destroy(cosy_once *once);

/**
 * cosy_once_check - looks at a once's invariants.
 *
 * @once: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_once_check(const cosy_once *once);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_once_enter_arm(cosy_arm *arm);

/**
 * cosy_arm_once - an arm of a select: it has been done, or it is our turn.
 *
 * @once: which.
 *
 * If the arm wins with COSY_ONCE_TURN, the task that selects has the turn and must leave.
 *
 * Returns: the arm, for an array that goes to a select. Its result is that of cosy_once_enter().
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_once(cosy_once *once)
{
    cosy_arm arm;
    arm.begin = cosy_once_enter_arm;
    arm.object = once;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
