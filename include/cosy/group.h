/* cosy/group.h - task groups: children that do not outlive the block that started them.
 *
 *     cosy_group g;
 *     cosy_group_open(&g, "downloads");
 *     for (i = 0; i < n; i++)
 *         cosy_spawn_in(&g, NULL, download, &job[i], NULL);
 *     rc = cosy_group_join(&g, COSY_FOREVER);    // every child has ended here, whatever rc says
 */
#ifndef COSY_GROUP_H
#define COSY_GROUP_H

#include "task.h"

COSY_BEGIN

/* A group. Linked into its loop's list of groups from open to the end of join. `first` enters the circle of its live
 * children (sib_next, sib_prev). The loop has one group of its own for tasks that were put into none. */
struct cosy_group {
    cosy_task *first;
    cosy_list joiners; /* at most one: the task in cosy_group_join() */
    cosy_loop *loop;
    cosy_group *next, *prev;
    const char *reason; /* of the cancel */
    uint32_t live;
    int32_t error; /* first failure of a child: negative, and not COSY_ECANCELED in a cancelled group */
    uint8_t cancelled;
#if COSY_NAMES
    const char *name;
#endif
};

/**
 * cosy_group_open - prepares a group in the current loop.
 *
 * @group: storage, usually in the frame that will join.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_ENOTASK (no loop runs here).
 * Waits: no. From: the loop's thread. Cost: a few stores.
 */
COSY_API int cosy_group_open(cosy_group *group, const char *name);

/**
 * cosy_group_cancel - cancels every child; the group takes no new ones.
 *
 * @group: an open group.
 * @reason: as in cosy_cancel().
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(children).
 */
COSY_API int cosy_group_cancel(cosy_group *group, const char *reason);

/**
 * cosy_group_join - waits until every child has ended, and closes the group.
 *
 * @group: an open group.
 * @deadline: absolute, ns. When it passes, or when the caller is cancelled, the children are cancelled, and the call
 *     still waits until they have ended: none outlives it.
 *
 * Returns: COSY_OK; the first negative result of a child; COSY_ETIMEDOUT or COSY_ECANCELED (all children have ended all
 *     the same); COSY_EBUSY (somebody else joins); COSY_EINVAL (NULL, or the caller is a child); COSY_ENOTASK.
 * Waits: yes. From: a coroutine. Cost: one or two switches.
 */
COSY_API int cosy_group_join(cosy_group *group, cosy_time deadline);

COSY_END

#endif
