/* Task groups: a circle of children, a count of the living, one joiner; and a circle of ended children, if it keeps them. */
#include "check.h"
#include "loop.h"
#include "report.h"
#include "task.h"

/* more flags */
enum {
    WON = 16,  /* with COSY_GROUP_FIRST: somebody has succeeded */
    WOKEN = 32 /* the joiner was granted and has not run: the group is still its */
};

void cosy__group_open(cosy_group *group, cosy_loop *loop, cosy_task *owner, const char *name)
{
    group->first = group->ended = NULL;
    group->joiners.head = NULL;
    group->loop = loop;
    group->owner = owner;
    group->body = NULL;
    group->locals = owner ? owner->locals : NULL;
    group->reason = NULL;
    group->live = 0;
    group->error = COSY_OK;
    group->flags = 0;
    COSY__SET_NAME(group, name);
    group->prev = NULL;
    group->next = loop->groups;
    if (group->next)
        group->next->prev = group;
    loop->groups = group;
}

int cosy_group_open_with(cosy_group *group, const char *name, unsigned flags, cosy_scope *body)
{
    cosy_task *me = cosy_self();
    if (!group || (flags & ~(unsigned)(COSY_GROUP_FAIL_FAST | COSY_GROUP_FIRST | COSY_GROUP_KEEP)))
        return cosy__misuse(COSY_EINVAL, "cosy_group_open", name, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_group_open", name, NULL);
    if (me->wait.loop->groups == group)
        return cosy__misuse(COSY_EBUSY, "cosy_group_open", COSY__NAME(group), NULL); /* open already, and not joined */
    int rc = body ? cosy_scope_open(body, COSY_FOREVER, 0) : COSY_OK;
    if (rc)
        return rc;
    cosy__group_open(group, me->wait.loop, me, name);
    group->flags = (uint8_t)flags;
    group->body = body;
    return COSY_OK;
}

int cosy_group_open(cosy_group *group, const char *name)
{
    return cosy_group_open_with(group, name, 0, NULL);
}

static void cancel(cosy_group *group, const char *reason, const cosy_task *by)
{
    if (!(group->flags & COSY_GROUP_CANCELLED)) {
        group->flags |= COSY_GROUP_CANCELLED;
        group->reason = reason;
    }
    cosy_task *child = group->first;
    if (child)
        do {
            cosy__cancel(child, group->reason, by);
            child = child->sib_next;
        } while (child != group->first);
    if (group->body && group->body->task)
        cosy__scope_cancel(group->body, group->reason, by);
}

int cosy_group_cancel(cosy_group *group, const char *reason)
{
    COSY__VALID(cosy_group_check(group));
    if (!group)
        return cosy__misuse(COSY_EINVAL, "cosy_group_cancel", NULL, NULL);
    if (!group->loop)
        return COSY_EDONE;
    cancel(group, reason ? reason : "its group was cancelled", cosy_self());
    return COSY_OK;
}

/* ---- the circles ---- */

static inline void unlink_child(cosy_task **circle, cosy_task *task)
{
    if (task->sib_next == task) {
        *circle = NULL;
    } else {
        task->sib_next->sib_prev = task->sib_prev;
        task->sib_prev->sib_next = task->sib_next;
        if (*circle == task)
            *circle = task->sib_next;
    }
}

/* To the end of those that have ended. */
static void keep(cosy_group *group, cosy_task *task)
{
    task->status |= COSY_T_KEPT;
    cosy__append_child(&group->ended, task);
}

void cosy__collected(cosy_task *task)
{
    task->status &= (uint8_t)~COSY_T_KEPT;
    unlink_child(&task->group->ended, task);
}

/* ---- what a joiner waits for ---- */

static cosy_group *group_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_group, joiners);
}

static const char *group_name(const cosy_wait *w)
{
    return COSY__NAME(group_of(w));
}

/* It has taken nothing yet: a child is given when the task runs, because whoever has the handle may join it until then. */
static bool undo_next(cosy_wait *w)
{
    group_of(w)->flags &= (uint8_t)~WOKEN;
    return true;
}

static const cosy_wait_ops joining = {.what = "the children of group", .name = group_name};
static const cosy_wait_ops next_child = {.what = "the next child of group", .undo = undo_next, .name = group_name};

static cosy_task *take_ended(cosy_group *group)
{
    cosy_task *task = group->ended;
    if (task)
        cosy__collected(task);
    return task;
}

static void wake_joiner(cosy_group *group, uint8_t state)
{
    group->flags |= WOKEN;
    cosy__grant_as(cosy__pop(&group->joiners), state);
}

/* ---- a child ends ---- */

/* Who was cancelled, alone or with the group, has not failed by saying so. */
static inline bool failed(const cosy_task *task, int result)
{
    return result < 0 && !(result == COSY_ECANCELED && task->reason);
}

/* The rare part of a child's end: it failed, or its group has a policy. */
static COSY_COLD void apply_policy(cosy_group *group, cosy_task *task, int result)
{
    bool wrong = failed(task, result);
    if (wrong && !group->error && !(group->flags & WON))
        group->error = result;
    if (wrong && (group->flags & (COSY_GROUP_FAIL_FAST | COSY_GROUP_CANCELLED)) == COSY_GROUP_FAIL_FAST)
        cancel(group, "a sibling failed", task);
    if ((group->flags & COSY_GROUP_FIRST) && result >= 0 && !(group->flags & WON)) {
        group->flags |= WON;
        group->error = COSY_OK; /* who failed before has been outdone */
        cancel(group, "a sibling was first", task);
    }
    if ((group->flags & COSY_GROUP_KEEP) && !(task->status & COSY_T_DETACHED) && !task->joiners.head)
        keep(group, task);
    const cosy_wait *joiner = group->joiners.head;
    if (joiner && joiner->ops == &next_child && (group->ended || !group->live))
        wake_joiner(group, COSY_GRANTED);
}

void cosy__disown(cosy_task *task, int result)
{
    cosy_group *group = task->group;
    unlink_child(&group->first, task);
    group->live--;
    if (COSY_UNLIKELY(group->flags || (result < 0 && failed(task, result))))
        apply_policy(group, task, result);
    if (group->live == 0 && group->joiners.head)
        wake_joiner(group, COSY_FINAL);
}

/* ---- joining ---- */

/* A child may be added between the last one's end and the joiner's turn: then it waits again. */
static int wait_for_children(cosy_group *group, cosy_task *me, cosy_time deadline)
{
    int rc = COSY_OK;
    while (group->live && !rc) {
        cosy__park(&group->joiners, &me->wait, &joining);
        rc = cosy_suspend(me, deadline);
        group->flags &= (uint8_t)~WOKEN;
    }
    return rc;
}

/* Nobody outlives the join: cancels them, then waits on, whatever becomes of the caller. */
static void end_children(cosy_group *group, cosy_task *me, int rc)
{
    cosy_scope shield;
    const char *reason = rc == COSY_ECANCELED ? cosy_cancel_reason(me) : "the deadline of its group passed";
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cancel(group, reason, me);
    wait_for_children(group, me, COSY_FOREVER);
    cosy_scope_close(&shield);
}

static void close_group(cosy_group *group)
{
    while (take_ended(group))
        ; /* whoever has their handles may still join them */
    group->next->prev = group->prev; /* the loop's own group is always the last */
    if (group->prev)
        group->prev->next = group->next;
    else
        group->loop->groups = group->next;
    group->loop = NULL;
}

/* What is wrong with waiting for a group's children; COSY_OK if nothing is. */
static int refuse(cosy_group *group, const cosy_task *me, const char *call)
{
    if (!group)
        return cosy__misuse(COSY_EINVAL, call, NULL, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(group), NULL);
    if (me->group == group || me->wait.loop != group->loop) /* a joined group has no loop */
        return cosy__misuse(COSY_EINVAL, call, COSY__NAME(group), me);
    if (group->joiners.head)
        return cosy__misuse(COSY_EBUSY, call, COSY__NAME(group), cosy__waiter(group->joiners.head));
    if (group->flags & WOKEN)
        return cosy__misuse(COSY_EBUSY, call, COSY__NAME(group), NULL);
    return COSY_OK;
}

int cosy_group_join(cosy_group *group, cosy_time deadline)
{
    COSY__VALID(cosy_group_check(group));
    cosy_task *me = cosy__me();
    int rc = refuse(group, me, "cosy_group_join");
    if (rc)
        return rc;
    cosy_scope *body = group->body;
    if (body && (me != group->owner || (body->task && me->scope != body)))
        return cosy__misuse(COSY_EINVAL, "cosy_group_join", COSY__NAME(group), group->owner);
    if (group->live && (me->wait.attn & COSY_A_NOWAIT))
        return cosy__misuse(COSY_ENOWAIT, "cosy_group_join", COSY__NAME(group), NULL);
    if (body && body->task)
        cosy_scope_close(body); /* what was cancelled with the group is the children's business from here on */

    rc = wait_for_children(group, me, deadline);
    if (rc)
        end_children(group, me, rc);
    close_group(group);
    return cosy__done_here(me, rc ? rc : group->error);
}

/* COSY_WAITING if there is no ended child to give yet. */
static int take_next(cosy_group *group, cosy_task **task)
{
    *task = take_ended(group);
    if (*task)
        return COSY_OK;
    return group->live ? COSY_WAITING : COSY_EDONE;
}

int cosy_group_next(cosy_group *group, cosy_task **task, cosy_time deadline)
{
    COSY__VALID(cosy_group_check(group));
    cosy_task *me = cosy__me();
    int rc = refuse(group, me, "cosy_group_next");
    if (rc)
        return rc;
    if (!task || !(group->flags & COSY_GROUP_KEEP))
        return cosy__misuse(COSY_EINVAL, "cosy_group_next", COSY__NAME(group), NULL);
    rc = take_next(group, task);
    if (rc != COSY_WAITING)
        return cosy__done_here(me, rc);
    do { /* a child that has ended may be joined by its handle before this task runs: then it waits again */
        cosy__park(&group->joiners, &me->wait, &next_child);
        rc = cosy_suspend(me, deadline);
        if (rc)
            return rc;
        group->flags &= (uint8_t)~WOKEN;
        rc = take_next(group, task);
    } while (rc == COSY_WAITING);
    return rc;
}

/* ---- looking at it ---- */

int cosy_group_survivors(cosy_group *group)
{
    COSY__VALID(cosy_group_check(group));
    if (!group || !group->loop)
        return cosy__misuse(COSY_EINVAL, "cosy_group_survivors", group ? COSY__NAME(group) : NULL, NULL);
    group->loop->told = 0;
    cosy_task *child = group->first;
    for (uint32_t n = group->live; n > 0; n--, child = child->sib_next)
        cosy__tell_task(group->loop, "still in its group:", child);
    return (int)group->live;
}

static const char *check_circle(const cosy_group *group, const cosy_task *first, bool ended, uint32_t *count)
{
    const cosy_task *task = first;
    *count = 0;
    if (task)
        do {
            if (task->group != group)
                return "a task in the group's list belongs to another group";
            if (task->sib_next->sib_prev != task)
                return "the links between a group's children do not agree";
            if (((task->status & COSY_T_ENDED) != 0) != ended || ((task->status & COSY_T_KEPT) != 0) != ended)
                return "a task is in the wrong one of the group's lists";
            ++*count;
            task = task->sib_next;
        } while (task != first);
    return NULL;
}

const char *cosy_group_check(const cosy_group *group)
{
    uint32_t count;
    if (!group || !group->loop)
        return NULL;
    const char *wrong = check_circle(group, group->ended, true, &count);
    if (!wrong)
        wrong = check_circle(group, group->first, false, &count);
    if (wrong)
        return wrong;
    if (count != group->live)
        return "a group's count of live children is wrong";
    if (group->joiners.head && group->joiners.head->next != group->joiners.head)
        return "two tasks join one group";
    if (group->joiners.head && !group->live)
        return "a task joins a group without children";
    if (group->joiners.head && (group->flags & WOKEN))
        return "a task joins a group that another one has not finished to join";
    return NULL;
}
