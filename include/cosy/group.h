/* cosy/group.h - task groups: children that do not outlive the block that started them.
 *
 *     cosy_group g;
 *     cosy_group_open(&g, "downloads");
 *     for (i = 0; i < n; i++)
 *         cosy_spawn_in(&g, NULL, download, &job[i], NULL);
 *     rc = cosy_group_join(&g, COSY_FOREVER);    // every child has ended here, whatever rc says
 *
 * What a failing child means is the group's policy: nothing to the others (the default), the end of all
 * (COSY_GROUP_FAIL_FAST), or, when the first success counts, nothing while others still try (COSY_GROUP_FIRST).
 * cosy/gather.h has the common cases as one call.
 */
#ifndef COSY_GROUP_H
#define COSY_GROUP_H

#include "scope.h"
#include "task.h"

COSY_BEGIN

/* A group. Linked into its loop's list of groups from open to the end of join. `first` enters the circle of its live
 * children (sib_next, sib_prev), `ended` the circle of those that have ended and were not collected (COSY_GROUP_KEEP).
 * Groups nest through their owners: owner is the task that opened it, and is a child of another group.
 * The loop has one group of its own, without an owner, for tasks that were put into none. */
struct cosy_group {
    cosy_task *first, *ended;
    cosy_list joiners; /* at most one: the task in cosy_group_join() or cosy_group_next() */
    cosy_loop *loop;   /* NULL once it is joined */
    cosy_group *next, *prev;
    cosy_task *owner;
    cosy_scope *body;            /* the owner's scope from open to join; NULL without one */
    const cosy_binding *locals;  /* what the children see bound */
    const char *reason;          /* of the cancel */
    uint32_t live;
    int32_t error; /* first failure of a child: negative, and not the COSY_ECANCELED of a child that was cancelled */
    uint8_t flags; /* COSY_GROUP_... */
#if COSY_NAMES
    const char *name;
#endif
};

enum {
    COSY_GROUP_FAIL_FAST = 1,  /* the first child that fails cancels its siblings and the body */
    COSY_GROUP_FIRST = 2,      /* the first child that succeeds does */
    COSY_GROUP_KEEP = 4,       /* ended children with a handle are kept for cosy_group_next() */
    COSY_GROUP_CANCELLED = 8   /* internal */
};

/**
 * cosy_group_open - prepares a group in the current loop, with the default policy.
 *
 * @group: storage, usually in the frame that will join.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_ENOTASK (no loop runs here); COSY_EBUSY (it is the group that was opened last,
 *     and has not been joined).
 * Waits: no. From: a task. Cost: a few stores.
 */
COSY_API int cosy_group_open(cosy_group *group, const char *name);

/**
 * cosy_group_open_with - prepares a group with a policy, and a scope around the rest of the block.
 *
 * @group: storage, usually in the frame that will join.
 * @name: for reports; may be NULL.
 * @flags: COSY_GROUP_FAIL_FAST, COSY_GROUP_FIRST, COSY_GROUP_KEEP, or several.
 * @body: storage for a scope that is open until the join, and is cancelled with the group: so that the body of the block,
 *     which waits for something else, learns that the group is over. It may be closed before the join. NULL: only the
 *     children are cancelled.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, unknown flags); COSY_EBUSY (the body is open already); COSY_ENOTASK.
 * Waits: no. From: a task. Cost: a few stores.
 *
 * Example:
 *     cosy_group g;
 *     cosy_scope body;
 *     cosy_group_open_with(&g, "session", COSY_GROUP_FAIL_FAST, &body);
 *     cosy_spawn_in(&g, NULL, pump, out, NULL);
 *     serve(in);                                  // ends with COSY_ECANCELED when the pump fails
 *     rc = cosy_group_join(&g, COSY_FOREVER);     // ... and this says why
 */
COSY_API int cosy_group_open_with(cosy_group *group, const char *name, unsigned flags, cosy_scope *body);

/**
 * cosy_group_cancel - cancels every child and the body; the group takes no new children.
 *
 * @group: an open group.
 * @reason: as in cosy_cancel().
 *
 * Returns: COSY_OK; COSY_EDONE (joined already); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(children).
 */
COSY_API int cosy_group_cancel(cosy_group *group, const char *reason);

/**
 * cosy_group_join - waits until every child has ended, and closes the group and its body.
 *
 * @group: an open group. One with a body is joined by the task that opened it, with no scope left open in between.
 * @deadline: absolute, ns. When it passes, or when the caller is cancelled, the children are cancelled, and the call
 *     still waits until they have ended: none outlives it. So COSY_NOW ends them at once.
 *
 * Returns: COSY_OK; the first negative result of a child (with COSY_GROUP_FIRST only if none succeeded); COSY_ETIMEDOUT,
 *     COSY_EAGAIN or COSY_ECANCELED (the caller's own: told before a child's, which cosy_group_error() has; all children
 *     have ended all the same). Refused, the group stays open: COSY_EBUSY (somebody else waits for it); COSY_EINVAL (NULL,
 *     joined already, the caller is a child, scopes are open inside); COSY_ENOWAIT; COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: one or two switches.
 */
COSY_API int cosy_group_join(cosy_group *group, cosy_time deadline);

/**
 * cosy_group_next - the children as they complete: waits until one more has ended.
 *
 * @group: an open group with COSY_GROUP_KEEP.
 * @task: where the handle of the child goes that ended first and was not given yet. It has ended: cosy_join() takes its
 *     result at once and gives it back. Children without a handle, and those that were joined or detached by it, are not
 *     given.
 * @deadline: absolute, ns. When it passes nothing is cancelled.
 *
 * Returns: COSY_OK; COSY_EDONE (no child is left); COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED; COSY_EBUSY (somebody else
 *     waits for it); COSY_EINVAL (NULL, no such group, a child's own call); COSY_ENOTASK.
 * Waits: until a child ends. From: a coroutine. Cost: one switch.
 */
COSY_API int cosy_group_next(cosy_group *group, cosy_task **task, cosy_time deadline);

/**
 * cosy_group_error - the first failure of a child.
 *
 * @group: which; also after the join.
 *
 * Returns: COSY_OK, or the first negative result. A cancelled child's COSY_ECANCELED is none.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE int cosy_group_error(const cosy_group *group)
{
    return group->error;
}

/**
 * cosy_group_live - how many children have not ended.
 *
 * @group: which.
 *
 * Returns: their number.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_group_live(const cosy_group *group)
{
    return group->live;
}

/**
 * cosy_group_survivors - tells of each child that has not ended, and what it waits for, in one line each.
 *
 * @group: an open group: a join that does not come back, children that do not heed their cancel.
 *
 * Returns: how many they are; COSY_EINVAL (NULL, joined already).
 * Waits: no. From: the loop's thread. Cost: a line to the port's tell() for each of the first twenty.
 */
COSY_API int cosy_group_survivors(cosy_group *group);

/**
 * cosy_group_check - looks at a group's invariants.
 *
 * @group: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(children).
 */
COSY_API const char *cosy_group_check(const cosy_group *group);

COSY_END

#endif
