/* cosy/select.h - waits for whichever of several things comes first, and takes that one only.
 *
 *     cosy_arm arms[] = {
 *         cosy_arm_get(&jobs, &job),                 // 0: an item of a queue
 *         cosy_arm_event(&stop),                     // 1: an event
 *         cosy_arm_until(cosy_in(cosy_ms(500))),     // 2: a moment
 *     };
 *     switch (cosy_select(arms, 3, NULL, COSY_FOREVER)) {
 *     case 0: work(&job); break;
 *     case 1: return COSY_OK;
 *     case 2: blink(); break;
 *     }
 *
 * Whatever can be waited for has an arm: locks, permits, events, items, room for an item, barriers, descriptors, the end
 * of a task, time, and so on; the header of each object says how its arm is made. (A condition has none: its wait ends
 * with a lock held.) Exactly one arm takes effect. The others are as if they had never been there: no permit is taken, no
 * item moves, an arrival is withdrawn.
 *
 * The arm that wins may do so with a failure of its own (a queue that is closed, a future that failed): its number is
 * returned all the same, and cosy_arm_result() tells.
 */
#ifndef COSY_SELECT_H
#define COSY_SELECT_H

#include "task.h"
#include "wait.h"

COSY_BEGIN

/**
 * cosy_select - waits until one of several arms can be served, and serves it.
 *
 * @arms: made anew for each call; must stay until it returns.
 * @count: how many, at least 1.
 * @turn: which arm is asked first. NULL: the first one; then the order of the arms is their precedence. Else the number in
 *     *turn, which becomes that of the arm after the winner: then no arm that is always ready starves another. Begin with
 *     0 and keep it between calls.
 * @deadline: absolute, ns.
 *
 * Arms are asked in order; the first that needs no waiting wins at once. Otherwise the task stands in all lines, in the
 * place it came, and the first object that serves it wins. A cancel after that and before the task ran takes the grant
 * back and passes it on, as with the plain call. No two arms may stand in one line: the same lock twice, two gets of one
 * queue. A get and a put of one queue may; the task does not serve itself.
 *
 * Returns: the number of the arm that won, 0 to count - 1; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (no arm took
 *     effect); COSY_EDEADLK (no arm is on, and no deadline); COSY_EINVAL (NULL, no arms, the same line twice); COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: that of each arm's begin form; an arm that is off a few instructions.
 */
COSY_API int cosy_select(cosy_arm *arms, unsigned count, unsigned *turn, cosy_time deadline);

/**
 * cosy_select_begin - begin form of cosy_select().
 *
 * @select: storage for the select itself; must stay until the wait is over.
 * @arms: as in cosy_select().
 * @count: as in cosy_select().
 * @first: which arm is asked first; the others follow in order, round the end.
 * @w: the current task's node.
 *
 * Returns: COSY_OK (an arm has won: cosy_select_winner()), COSY_WAITING (parked: cosy_await() next, until
 *     cosy_select_until(); then cosy_task_result() is the number of the winner or a failure), or as cosy_select().
 * Waits: no. From: a task. Cost: as cosy_select().
 *
 * Example:
 *     rc = cosy_select_begin(&me->select, me->arms, 2, 0, &task->wait);
 *     if (rc == COSY_WAITING && cosy_await(task, cosy_select_until(&me->select, COSY_FOREVER)) == COSY_WAITING)
 *         return;
 *     switch (cosy_select_winner(&me->select)) { ... }
 */
COSY_API int cosy_select_begin(cosy_selection *select, cosy_arm *arms, unsigned count, unsigned first, cosy_wait *w);

/**
 * cosy_select_winner - which arm has won.
 *
 * @select: from cosy_select_begin(), when its wait is over.
 *
 * Returns: the number of the arm, -1 if none has.
 * Waits: no. From: its task. Cost: a load.
 */
COSY_INLINE int cosy_select_winner(const cosy_selection *select)
{
    return select->winner;
}

/**
 * cosy_select_until - the deadline to await a select with: that of the call, or its earliest timer arm.
 *
 * @select: from cosy_select_begin().
 * @deadline: of the call, absolute, ns.
 *
 * Returns: the earlier one.
 * Waits: no. From: a task. Cost: a comparison.
 */
COSY_INLINE cosy_time cosy_select_until(const cosy_selection *select, cosy_time deadline)
{
    return select->until < deadline ? select->until : deadline;
}

/**
 * cosy_arm_result - what became of an arm.
 *
 * @arm: an arm of a select that has returned.
 *
 * Returns: of the arm that won what its plain call would have returned (COSY_OK, an index, COSY_ECLOSED); COSY_EAGAIN of
 *     the others. One exception: if the arm that won is a barrier's, and the barrier's action took the item that this same
 *     select was waiting to put, the put has taken effect as well, and says COSY_OK.
 * Waits: no. From: the task that made it. Cost: a load.
 */
COSY_INLINE int cosy_arm_result(const cosy_arm *arm)
{
    return arm->wait.result;
}

/**
 * cosy_arm_off - an arm that never wins, to keep the others' numbers.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: none.
 *
 * Example:
 *     arms[1] = room ? cosy_arm_put(&out, &item) : cosy_arm_off();
 */
COSY_INLINE cosy_arm cosy_arm_off(void)
{
    cosy_arm arm;
    arm.begin = NULL;
    arm.object = NULL;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

/* Begin forms for arms; not for people. */
COSY_API int cosy_until_arm(cosy_arm *arm);
COSY_API int cosy_join_arm(cosy_arm *arm);

/**
 * cosy_arm_until - an arm that a moment serves.
 *
 * @when: absolute, ns; one that has passed wins when it is asked.
 *
 * Unlike the deadline of the call it is one of the arms: its number is the result. If both are due at once, it wins.
 *
 * Returns: the arm.
 * Waits: no. From: a task. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_until(cosy_time when)
{
    cosy_arm arm;
    arm.begin = cosy_until_arm;
    arm.object = NULL;
    arm.when = when;
    arm.n = 0;
    return arm;
}

/**
 * cosy_arm_join - an arm that the end of a task serves; it joins the task.
 *
 * @task: which, as in cosy_join(). If this arm wins, the pointer is dead; if not, the task can be joined as before.
 * @result: where its result goes; may be NULL.
 *
 * Returns: the arm.
 * Waits: no. From: a task. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_join(cosy_task *task, int *result)
{
    cosy_arm arm;
    arm.begin = cosy_join_arm;
    arm.object = task;
    arm.place = result;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
