/* Task groups: a circle of children, a count of the living, one joiner. */
#include "report.h"
#include "task.h"

void cosy__group_open(cosy_group *group, cosy_loop *loop, const char *name)
{
    group->first = NULL;
    group->joiners.head = NULL;
    group->loop = loop;
    group->reason = NULL;
    group->live = 0;
    group->error = COSY_OK;
    group->cancelled = 0;
    COSY__SET_NAME(group, name);
    group->prev = NULL;
    group->next = loop->groups;
    if (group->next)
        group->next->prev = group;
    loop->groups = group;
}

int cosy_group_open(cosy_group *group, const char *name)
{
    cosy_task *me = cosy_self();
    if (!group)
        return cosy__misuse(COSY_EINVAL, "cosy_group_open", name, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_group_open", name, NULL);
    cosy__group_open(group, me->wait.loop, name);
    return COSY_OK;
}

void cosy__disown(cosy_task *task, int result)
{
    cosy_group *group = task->group;
    if (task->sib_next == task) {
        group->first = NULL;
    } else {
        task->sib_next->sib_prev = task->sib_prev;
        task->sib_prev->sib_next = task->sib_next;
        if (group->first == task)
            group->first = task->sib_next;
    }
    if (result < 0 && !group->error && !(group->cancelled && result == COSY_ECANCELED))
        group->error = result;
    if (--group->live == 0 && group->joiners.head)
        cosy__grant_as(cosy__pop(&group->joiners), COSY_FINAL);
}

int cosy_group_cancel(cosy_group *group, const char *reason)
{
    if (!group)
        return cosy__misuse(COSY_EINVAL, "cosy_group_cancel", NULL, NULL);
    if (!group->cancelled) {
        group->cancelled = 1;
        group->reason = reason ? reason : "its group was cancelled";
    }
    cosy_task *child = group->first;
    if (child)
        do {
            cosy_cancel(child, group->reason);
            child = child->sib_next;
        } while (child != group->first);
    return COSY_OK;
}

static const char *group_name(const cosy_wait *w)
{
    return COSY__NAME(COSY_CONTAINER(w->list, cosy_group, joiners));
}

static const cosy_wait_ops joining = {.what = "the children of group", .name = group_name};

/* A child may be added between the last one's end and the joiner's turn: then it waits again. */
static int wait_for_children(cosy_group *group, cosy_task *me, cosy_time deadline)
{
    int rc = COSY_OK;
    while (group->live && !rc) {
        cosy__park(&group->joiners, &me->wait, &joining);
        rc = cosy_suspend(me, deadline);
    }
    return rc;
}

int cosy_group_join(cosy_group *group, cosy_time deadline)
{
    cosy_task *me = cosy__me();
    if (!group)
        return cosy__misuse(COSY_EINVAL, "cosy_group_join", NULL, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_group_join", COSY__NAME(group), NULL);
    if (me->group == group || me->wait.loop != group->loop) /* a joined group has no loop */
        return cosy__misuse(COSY_EINVAL, "cosy_group_join", COSY__NAME(group), me);
    if (group->joiners.head)
        return cosy__misuse(COSY_EBUSY, "cosy_group_join", COSY__NAME(group), cosy__task(group->joiners.head));

    int rc = wait_for_children(group, me, deadline);
    if (rc) {
        /* Nobody outlives this call: cancel them, then wait on, whatever becomes of the caller. */
        cosy_time outer = me->scope;
        bool was = cosy_shield(true);
        cosy_deadline_restore(COSY_FOREVER);
        cosy_group_cancel(group, rc == COSY_ECANCELED ? me->reason : "the deadline of its group passed");
        wait_for_children(group, me, COSY_FOREVER);
        cosy_deadline_restore(outer);
        cosy_shield(was);
        if (group->live)
            return rc; /* waiting is forbidden here: the group stays open */
    }
    if (group->next)
        group->next->prev = group->prev;
    if (group->prev)
        group->prev->next = group->next;
    else
        group->loop->groups = group->next;
    group->loop = NULL;
    return cosy__done_here(me, rc ? rc : group->error);
}
