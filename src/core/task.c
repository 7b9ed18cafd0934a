/* Tasks: their beginning, their end, joining, sleeping, yielding. */
#include "task.h"

#include "report.h"

int cosy_task_init(cosy_task *task, cosy_loop *loop, void (*resume)(cosy_task *), const char *name)
{
    if (!task || !loop || !resume)
        return cosy__misuse(COSY_EINVAL, "cosy_task_init", name, NULL);
    cosy__task_clear(task, loop, resume, name, 0);
    task->sp = NULL;
    if (!cosy__timer_adopt(loop, &task->timer, COSY_TIMER_TASK))
        return COSY_ENOMEM;
    return COSY_OK;
}

int cosy_task_start(cosy_task *task, cosy_group *group)
{
    if (!task)
        return cosy__misuse(COSY_EINVAL, "cosy_task_start", NULL, NULL);
    cosy_loop *loop = task->wait.loop;
    if (!group)
        group = &loop->root;
    if (group->loop != loop)
        return cosy__misuse(COSY_EINVAL, "cosy_task_start", COSY__NAME(group), task);
    if (task->status & COSY_T_STARTED)
        return cosy__misuse(COSY_EBUSY, "cosy_task_start", cosy_task_name(task), NULL);
    if (group->flags & COSY_GROUP_CANCELLED)
        return COSY_ECANCELED;
    task->status |= COSY_T_STARTED;
    cosy__adopt(group, task);
    cosy__ready(&task->wait);
    return COSY_OK;
}

static void reap(cosy_task *task)
{
    cosy_loop *loop = task->wait.loop;
    if (task->status & COSY_T_POOLED)
        loop->port->reap(loop, task);
    else
        cosy__timer_forget(loop, &task->timer);
}

void cosy_task_end(cosy_task *task, int result)
{
    if (COSY_UNLIKELY(task->status & COSY_T_OPENED) && (task->scope || task->locals != task->group->locals))
        cosy__scopes_left(task);
    task->status |= COSY_T_ENDED;
    task->wait.result = result;
    cosy__disown(task, result);
    cosy_wait *joiner = cosy__pop(&task->joiners);
    if (joiner) {
        if (joiner->arg.ptr)
            *(int *)joiner->arg.ptr = result;
        cosy__grant_as(joiner, COSY_FINAL); /* the result cannot be taken back */
        reap(task);
    } else if (task->status & COSY_T_DETACHED) {
        reap(task);
    }
}

cosy_task *cosy_self(void)
{
    cosy_loop *loop = cosy_here();
    return loop->current ? loop->current : loop->running;
}

const char *cosy_task_name(const cosy_task *task)
{
    if (!task)
        return "(no task)";
    const char *name = COSY__NAME(task);
    return name ? name : "(unnamed)";
}

void cosy_ready(cosy_task *task)
{
    cosy__ready(&task->wait);
}

/* ---- yielding: round the ready list once ---- */

static bool undo_yield(cosy_wait *w)
{
    (void)w;
    return true; /* nothing was given, so nothing to put back */
}

static const cosy_wait_ops yielding = {.what = "its turn", .undo = undo_yield};

/* What keeps a task from yielding, as from waiting; COSY_OK if nothing does. */
static int cannot_yield(cosy_task *task)
{
    const cosy_wait *w = &task->wait;
    if (w->attn & COSY_A_NOWAIT)
        return cosy__misuse(COSY_ENOWAIT, "cosy_yield", NULL, NULL);
    if (w->attn & COSY_A_CANCEL)
        return COSY_ECANCELED;
    if (!(w->attn & COSY_A_SCOPE) || cosy__scopes_deadline(task) > w->loop->now)
        return COSY_OK;
    cosy__scopes_expired(task);
    return COSY_ETIMEDOUT;
}

static inline int go_to_the_end(cosy_wait *w)
{
    w->ops = &yielding;
    w->result = COSY_OK;
    w->state = COSY_GRANTED;
    cosy__ready(w);
    return COSY_WAITING;
}

int cosy_yield_begin(cosy_wait *w)
{
    int rc = w->attn ? cannot_yield(cosy__task(w)) : COSY_OK;
    return rc ? cosy__done(w, rc) : go_to_the_end(w);
}

static COSY_COLD int yield_with_care(cosy_task *me)
{
    int rc = cosy_yield_begin(&me->wait);
    return rc == COSY_WAITING ? cosy__leave(me) : rc;
}

int cosy_yield(void)
{
    cosy_loop *loop = cosy_here();
    cosy_task *me = loop->current;
    if (COSY_UNLIKELY(!me))
        return cosy__misuse(COSY_ENOTASK, "cosy_yield", NULL, NULL);
    if (COSY_UNLIKELY(me->wait.attn))
        return yield_with_care(me);
    if (!loop->ready && loop->budget > 1) { /* nobody to yield to */
        loop->budget--;
        return COSY_OK;
    }
    go_to_the_end(&me->wait);
    return cosy__leave(me);
}

/* ---- sleeping: waiting for nothing but the timer ---- */

/* A sleep that the task's own deadline or a cancel ended has failed; its own time has come otherwise. */
static void woke(cosy_wait *w)
{
    if (w->state == COSY_TIMED_OUT && !(w->flags & COSY_W_SCOPE) && w->result == COSY_ETIMEDOUT)
        w->result = COSY_OK;
}

static const cosy_wait_ops sleeping = {.what = "a moment", .leave = woke};

int cosy_sleep_begin(cosy_wait *w)
{
    w->ops = &sleeping;
    w->list = NULL;
    w->result = COSY_OK;
    w->state = COSY_QUEUED;
    return COSY_WAITING;
}

int cosy_sleep_until(cosy_time when)
{
    cosy_loop *loop = cosy_here();
    cosy_task *me = loop->current;
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_sleep", NULL, NULL);
    if (when <= loop->now)
        return cosy_yield();
    cosy_sleep_begin(&me->wait);
    return cosy_suspend(me, when);
}

int cosy_sleep(cosy_time length)
{
    cosy_loop *loop = cosy_here();
    if (length <= 0)
        return cosy_yield();
    if (loop->current)
        loop->flags |= COSY_L_STALE; /* read the clock anew */
    return cosy_sleep_until(cosy_in(length));
}

/* ---- joining ---- */

static const char *joined_name(const cosy_wait *w)
{
    return cosy_task_name(COSY_CONTAINER(w->list, cosy_task, joiners));
}

static const cosy_wait_ops joining = {.what = "the end of task", .name = joined_name};

/* Can this task be joined by that one? It runs or has ended, and nobody else joins it. */
static inline bool joinable(const cosy_task *task, const cosy_task *me)
{
    return task && me && (task->status & (COSY_T_STARTED | COSY_T_DETACHED)) == COSY_T_STARTED && task != me &&
           task->wait.loop == me->wait.loop && !task->joiners.head;
}

/* Why not. */
static COSY_COLD int refuse_join(cosy_task *task, const cosy_task *me)
{
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_join", cosy_task_name(task), NULL);
    if (task == me)
        return cosy__misuse(COSY_EDEADLK, "cosy_join", cosy_task_name(task), task);
    if (task && task->joiners.head)
        return cosy__misuse(COSY_EBUSY, "cosy_join", cosy_task_name(task), cosy__waiter(task->joiners.head));
    return cosy__misuse(COSY_EINVAL, "cosy_join", cosy_task_name(task), NULL);
}

static inline void take_result(cosy_task *task, int *result)
{
    if (result)
        *result = task->wait.result;
    if (COSY_UNLIKELY(task->status & COSY_T_KEPT))
        cosy__collected(task);
    reap(task);
}

static inline int park_joiner(cosy_task *task, int *result, cosy_wait *w)
{
    w->arg.ptr = result;
    return cosy__park(&task->joiners, w, &joining);
}

int cosy_join_begin(cosy_task *task, int *result, cosy_wait *w)
{
    cosy_task *me = w ? cosy__waiter(w) : NULL;
    if (!joinable(task, me))
        return refuse_join(task, me);
    if (!(task->status & COSY_T_ENDED))
        return park_joiner(task, result, w);
    take_result(task, result);
    return cosy__done(w, COSY_OK);
}

static COSY_NOINLINE int join_ended(cosy_task *task, int *result, cosy_task *me)
{
    take_result(task, result);
    return cosy__done_here(me, COSY_OK);
}

int cosy_join(cosy_task *task, int *result, cosy_time deadline)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!joinable(task, me)))
        return refuse_join(task, me);
    if (task->status & COSY_T_ENDED)
        return join_ended(task, result, me);
    park_joiner(task, result, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_detach(cosy_task *task)
{
    if (!task || (task->status & COSY_T_DETACHED))
        return cosy__misuse(COSY_EINVAL, "cosy_detach", cosy_task_name(task), NULL);
    if (task->joiners.head)
        return cosy__misuse(COSY_EBUSY, "cosy_detach", cosy_task_name(task), cosy__waiter(task->joiners.head));
    task->status |= COSY_T_DETACHED;
    if (task->status & COSY_T_ENDED)
        take_result(task, NULL);
    return COSY_OK;
}
