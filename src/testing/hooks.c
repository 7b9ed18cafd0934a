/* Where the fault comes: before a task leaves to wait, before it goes on, before time moves, before an allocation.
 *
 * What takes care is to know whether it came true. A cancel after the grant needs a grant, a timeout that nobody grants
 * first; a run in which the fault could not be is the untouched run once more, and is not counted.
 */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WAITS = 10000 };

static cosy_trial *trial_of(const cosy_hooks *hooks)
{
    return (cosy_trial *)(uintptr_t)hooks; /* the member of a run, which is not constant */
}

/* ---- the waits, one by one ---- */

static uint32_t mix(uint32_t hash, const char *text)
{
    for (; text && *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash * 31u + 7u;
}

static uint32_t print_of(const cosy_task *task)
{
    const cosy_wait *w = &task->wait;
    uint32_t print = mix(mix(mix(2166136261u, cosy_task_name(task)), w->ops->what), cosy__trial_object(w));
    return print ^ (uint32_t)(w->loop->now ^ (w->loop->now >> 32));
}

static void record(cosy_prints *p, uint32_t print)
{
    if (p->count == p->room) {
        uint32_t more = p->room ? p->room * 2 : 64;
        uint32_t *larger = realloc(p->print, more * sizeof *larger);
        if (!larger)
            return; /* so many fewer are compared */
        p->print = larger;
        p->room = more;
    }
    p->print[p->count++] = print;
}

/* Is this wait the one that the first run had here? Not if the scenario depends on what an earlier run left behind. */
static void compare(cosy_trial *r, const cosy_task *task)
{
    cosy_prints *p = r->prints;
    if (!p || r->faulty || (r->kind == COSY_FAULT_TIMEOUT_SOON && r->at && r->waits > r->at))
        return; /* from here on it may differ */
    if (p->recording) {
        record(p, print_of(task));
    } else if (r->waits <= p->count && p->print[r->waits - 1] != print_of(task)) {
        r->unlike = !r->out->wrong[0];
        cosy__trial_wrong(r, "the run is not the same each time: wait %u is of task \"%s\" now", (unsigned)r->waits,
                          cosy_task_name(task));
    }
}

/* A wait that counts has come. True if it is the one that the fault is for. */
static bool reached(cosy_trial *r, const cosy_task *task)
{
    char wait[100];
    uint32_t most = r->scenario->most_waits ? r->scenario->most_waits : MOST_WAITS;
    r->waits++;
    compare(r, task);
    if (r->waits > most)
        cosy__trial_wrong(r, "it does not end: there are more than %u waits", (unsigned)most);
    if (r->at != r->waits || r->kind == COSY_FAULT_ALLOCATION || r->out->wrong[0])
        return false;
    cosy__trial_describe(wait, sizeof wait, &task->wait);
    snprintf(r->where, sizeof r->where, "wait %u, of task \"%s\" %s", (unsigned)r->at, cosy_task_name(task), wait);
    return true;
}

/* Would this wait really wait? */
static bool waits(const cosy_task *task, cosy_time deadline)
{
    cosy_time now = task->wait.loop->now;
    return deadline > now && cosy_deadline() > now && !cosy_cancel_reason(task);
}

/* ---- cancels ---- */

static void cancel(cosy_trial *r, cosy_task *task)
{
    if (cosy_cancel_reason(task))
        return; /* it is cancelled already */
    r->faulty = true;
    cosy_cancel(task, "a fault was injected");
}

/* Of the main task, while another one waits; its own waits are the other kinds' business. */
static void cancel_main(cosy_trial *r, const cosy_task *waiting)
{
    if (r->main && r->main != waiting)
        cancel(r, r->main);
}

/* The time for a cancel has come, if the wait is not over meanwhile. */
static void cancel_queued(cosy_trial *r)
{
    cosy_task *target = r->target;
    const cosy_wait *w = &target->wait;
    r->target = NULL;
    if (w->state == COSY_QUEUED && !(w->ops->spliced && w->ops->spliced(w)))
        cancel(r, target);
}

/* ---- timeouts ---- */

/* Could a deadline end this wait? Some scope around the code could always have one, unless a shield keeps it out: then it
 * is the call's own, but what a sleep is given is no deadline; or that of a scope within. */
static bool may_time_out(const cosy_task *task, cosy_time deadline)
{
    const cosy_scope *s = task->scope;
    while (s && !(s->flags & COSY_SCOPE_SHIELD))
        s = s->outer;
    return !s || cosy_deadline() != COSY_FOREVER || (deadline != COSY_FOREVER && task->wait.list);
}

/* The deadline that the wait gets. */
static cosy_time time_out(cosy_trial *r, cosy_task *task, cosy_time deadline)
{
    cosy_time now = task->wait.loop->now;
    if (!may_time_out(task, deadline))
        return deadline;
    if (!task->wait.list)
        task->wait.flags |= COSY_W_SCOPE; /* a sleep is ended by a scope's deadline; its own is its success */
    if (r->kind == COSY_FAULT_TIMEOUT) {
        r->faulty = true;
        return now;
    }
    r->target = task; /* if it is granted first, nothing has happened */
    return now + 1;
}

/* ---- the hooks ---- */

static cosy_time on_wait(const cosy_hooks *hooks, cosy_task *task, cosy_time deadline)
{
    cosy_trial *r = trial_of(hooks);
    cosy__trial_check(r, false);
    if (!waits(task, deadline) || !reached(r, task))
        return deadline;
    switch (r->kind) {
    case COSY_FAULT_CANCEL:
        cancel(r, task);
        return deadline;
    case COSY_FAULT_CANCEL_MAIN:
        cancel_main(r, task);
        return deadline;
    case COSY_FAULT_TIMEOUT:
    case COSY_FAULT_TIMEOUT_SOON:
        return time_out(r, task, deadline);
    default:
        r->target = task; /* later */
        return deadline;
    }
}

/* It has given way by cosy_yield(), which parks nothing: the only trace is that it comes round. */
static bool yielded(const cosy_wait *w)
{
    return w->state == COSY_GRANTED && !strcmp(w->ops->what, "its turn");
}

static void on_run(const cosy_hooks *hooks, cosy_task *task)
{
    cosy_trial *r = trial_of(hooks);
    cosy__trial_check(r, false);
    if (r->target == task) { /* its wait is over */
        r->target = NULL;
        if (r->kind == COSY_FAULT_CANCEL_GRANTED)
            cancel(r, task);
        else if (r->kind == COSY_FAULT_TIMEOUT_SOON && task->wait.result == COSY_ETIMEDOUT)
            r->faulty = true;
        return;
    }
    if (r->target && r->kind == COSY_FAULT_CANCEL_QUEUED && r->passed++)
        cancel_queued(r);
    if (yielded(&task->wait) && reached(r, task)) {
        if (r->kind == COSY_FAULT_CANCEL)
            cancel(r, task);
        else if (r->kind == COSY_FAULT_CANCEL_MAIN)
            cancel_main(r, task);
    }
}

/* Nobody is ready. A cancel for a task that waits comes before time moves. */
static void on_idle(cosy_loop *loop, cosy_time until)
{
    cosy_trial *r = COSY_CONTAINER(loop->port, cosy_trial, port);
    if (r->target && (r->kind == COSY_FAULT_CANCEL_QUEUED || r->kind == COSY_FAULT_CANCEL_LATE))
        cancel_queued(r);
    if (!loop->ready)
        r->below->idle(loop, until);
}

static bool on_allocate(const cosy_hooks *hooks)
{
    cosy_trial *r = trial_of(hooks);
    if (!r->loop)
        return true; /* the main task itself, or somebody's farewell */
    r->allocations++;
    if (r->kind != COSY_FAULT_ALLOCATION || r->allocations != r->at)
        return true;
    snprintf(r->where, sizeof r->where, "allocation %u, by task \"%s\"", (unsigned)r->at, cosy_task_name(cosy_self()));
    r->faulty = true;
    return false;
}

void cosy__trial_hook(cosy_trial *r)
{
    r->hooks.waits = on_wait;
    r->hooks.runs = on_run;
    r->hooks.allocates = on_allocate;
    r->port.idle = on_idle;
}
