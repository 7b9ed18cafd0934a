/* src/core/task.h - what the parts of the core and the coroutines share about tasks. */
#ifndef COSY_CORE_TASK_H
#define COSY_CORE_TASK_H

#include "wait.h"

/* Fills a task's members but what its group gives it (see cosy__adopt). Its timer is adopted already, or will be. */
static inline void cosy__task_clear(cosy_task *task, cosy_loop *loop, void (*resume)(cosy_task *), const char *name,
                                    uint8_t flags)
{
    cosy_wait *w = &task->wait;
    w->ops = NULL;
    w->loop = loop;
    w->result = COSY_OK;
    w->state = COSY_CONSUMED;
    w->flags = flags;
    w->attn = cosy__hook_bit(loop);
    w->spare = 0;
    task->resume = resume;
    task->joiners.head = NULL;
    task->group = NULL;
    task->scope = NULL;
    task->reason = NULL;
    task->status = 0;
#if COSY_NAMES
    task->name = name;
#else
    (void)name;
#endif
}

/* To the end of one of a group's circles, which are entered at the eldest. */
static inline void cosy__append_child(cosy_task **circle, cosy_task *task)
{
    cosy_task *first = *circle;
    if (first) {
        task->sib_next = first;
        task->sib_prev = first->sib_prev;
        first->sib_prev->sib_next = task;
        first->sib_prev = task;
    } else {
        *circle = task->sib_next = task->sib_prev = task;
    }
}

static inline void cosy__adopt(cosy_group *group, cosy_task *task)
{
    task->group = group;
    task->locals = group->locals; /* bound when the group was opened: they outlive its children */
    cosy__append_child(&group->first, task);
    group->live++;
}

/* A child has ended: leaves its group, which may now be joined. In group.c. */
void cosy__disown(cosy_task *task, int result);

/* A child that its group kept is given back: leaves the group's list of ended children. In group.c. */
void cosy__collected(cosy_task *task);

/* A task ends: whatever it has left open is told and closed. In scope.c. */
void cosy__scopes_left(cosy_task *task);

/* Prepares a group and links it into its loop. In group.c. */
void cosy__group_open(cosy_group *group, cosy_loop *loop, cosy_task *owner, const char *name);

#endif
