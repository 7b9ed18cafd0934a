/* src/core/task.h - what the parts of the core and the coroutines share about tasks. */
#ifndef COSY_CORE_TASK_H
#define COSY_CORE_TASK_H

#include "wait.h"

/* status bit of a coroutine whose memory goes back to the port at its end */
enum { COSY_T_POOLED = 8 };

/* Fills a task's members. Its timer is adopted already, or will be. */
static inline void cosy__task_clear(cosy_task *task, cosy_loop *loop, void (*resume)(cosy_task *), const char *name,
                                    uint8_t flags)
{
    cosy_wait *w = &task->wait;
    w->ops = NULL;
    w->loop = loop;
    w->result = COSY_OK;
    w->state = COSY_CONSUMED;
    w->flags = flags;
    w->attn = 0;
    w->spare = 0; /* with the three above one store */
    task->resume = resume;
    task->joiners.head = NULL;
    task->group = NULL;
    task->reason = NULL;
    task->scope = COSY_FOREVER;
    task->status = 0;
#if COSY_NAMES
    task->name = name;
#else
    (void)name;
#endif
}

/* A group's children are a circle entered at the eldest. */
static inline void cosy__adopt(cosy_group *group, cosy_task *task)
{
    cosy_task *first = group->first;
    task->group = group;
    if (first) {
        task->sib_next = first;
        task->sib_prev = first->sib_prev;
        first->sib_prev->sib_next = task;
        first->sib_prev = task;
    } else {
        group->first = task->sib_next = task->sib_prev = task;
    }
    group->live++;
}

/* A child has ended: leaves its group, which may now be joined. In group.c. */
void cosy__disown(cosy_task *task, int result);

/* Prepares a group and links it into its loop. In group.c. */
void cosy__group_open(cosy_group *group, cosy_loop *loop, const char *name);

#endif
