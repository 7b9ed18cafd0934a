/* Cancel scopes. What they mean for a wait is two bits of its task, computed when a scope changes and not when a task
 * waits: a task without a cancel and without a deadline in force waits as fast as one without scopes.
 */
#include "check.h"
#include "report.h"
#include "task.h"

#include "../../include/cosy/local.h"
#include "../../include/cosy/scope.h"

/* ---- what waiting sees ---- */

static uint8_t attention(const cosy_task *task)
{
    uint8_t attn = 0;
    const cosy_scope *s;
    for (s = task->scope; s; s = s->outer) {
        if (s->flags & COSY_SCOPE_CANCELLED)
            attn |= COSY_A_CANCEL;
        if (s->deadline != COSY_FOREVER)
            attn |= COSY_A_SCOPE;
        if (s->flags & COSY_SCOPE_SHIELD)
            break;
    }
    if (!s && task->reason)
        attn |= COSY_A_CANCEL;
    return attn;
}

void cosy__scopes_settle(cosy_task *task)
{
    task->wait.attn = (uint8_t)((task->wait.attn & ~(COSY_A_CANCEL | COSY_A_SCOPE)) | attention(task));
}

cosy_time cosy__scopes_deadline(const cosy_task *task)
{
    cosy_time earliest = COSY_FOREVER;
    for (const cosy_scope *s = task->scope; s; s = s->outer) {
        if (s->deadline < earliest)
            earliest = s->deadline;
        if (s->flags & COSY_SCOPE_SHIELD)
            break;
    }
    return earliest;
}

void cosy__scopes_expired(cosy_task *task)
{
    for (cosy_scope *s = task->scope; s; s = s->outer) {
        if (s->deadline <= task->wait.loop->now)
            s->flags |= COSY_SCOPE_EXPIRED;
        if (s->flags & COSY_SCOPE_SHIELD)
            break;
    }
}

/* Does it wait, with a timer that follows the deadlines around it? */
static bool bounded(const cosy_task *task)
{
    const cosy_wait *w = &task->wait;
    return w->state == COSY_QUEUED && task != cosy_self() && !w->ops->stay && !cosy__granted_by_splice(w);
}

/* The deadlines around a task may have changed. If it waits, its timer follows; the call's own deadline stays. A timer
 * that need not move keeps its place among equal ones. */
static void rearm(cosy_task *task)
{
    cosy_wait *w = &task->wait;
    if (!bounded(task))
        return;
    cosy_time armed = w->flags & COSY_W_TIMED ? task->timer.deadline : COSY_FOREVER;
    cosy_time call = w->flags & COSY_W_SCOPE ? task->scope->call : armed;
    cosy_time limit = cosy__scopes_deadline(task);
    cosy_time until = limit < call ? limit : call;
    if (until == armed)
        return;
    cosy__disarm(w);
    if (limit < call) {
        task->scope->call = call;
        w->flags |= COSY_W_SCOPE;
    }
    if (until == COSY_FOREVER)
        return;
    task->timer.deadline = until;
    w->flags |= COSY_W_TIMED;
    cosy__timer_arm(w->loop, &task->timer);
    if (w->ops->timed)
        w->ops->timed(w);
}

/* A scope has changed: its task learns at once. */
static int changed(cosy_task *task)
{
    cosy__scopes_settle(task);
    if (task->wait.attn & COSY_A_CANCEL)
        cosy__interrupt(task);
    else
        rearm(task);
    return COSY_OK;
}

/* ---- for users ---- */

int cosy_scope_open(cosy_scope *scope, cosy_time deadline, unsigned flags)
{
    cosy_task *me = cosy_self();
    if (!scope || (flags & ~(unsigned)COSY_SCOPE_SHIELD))
        return cosy__misuse(COSY_EINVAL, "cosy_scope_open", NULL, NULL);
    if (!me) {
        scope->task = NULL;
        return cosy__misuse(COSY_ENOTASK, "cosy_scope_open", NULL, NULL);
    }
    for (const cosy_scope *s = me->scope; s; s = s->outer)
        if (s == scope) /* or one that was in the same place, and whose block was left without closing it */
            return cosy__misuse(COSY_EBUSY, "cosy_scope_open", NULL, NULL);
    scope->outer = me->scope;
    scope->task = me;
    scope->deadline = deadline;
    scope->call = COSY_FOREVER;
    scope->reason = NULL;
    scope->flags = (uint8_t)flags;
    me->scope = scope;
    me->status |= COSY_T_OPENED;
    cosy__scopes_settle(me);
    return COSY_OK;
}

int cosy_scope_close(cosy_scope *scope)
{
    COSY__VALID(cosy_scope_check(scope));
    cosy_task *me = cosy_self();
    if (!scope)
        return cosy__misuse(COSY_EINVAL, "cosy_scope_close", NULL, NULL);
    if (!scope->task)
        return cosy__misuse(COSY_EDONE, "cosy_scope_close", NULL, NULL);
    if (scope->task != me || me->scope != scope)
        return cosy__misuse(COSY_EINVAL, "cosy_scope_close", NULL, scope->task);
    me->scope = scope->outer;
    scope->task = NULL;
    cosy__scopes_settle(me);
    if (scope->flags & COSY_SCOPE_CANCELLED)
        return COSY_ECANCELED;
    return scope->flags & COSY_SCOPE_EXPIRED ? COSY_ETIMEDOUT : COSY_OK;
}

int cosy__scope_cancel(cosy_scope *scope, const char *reason, const cosy_task *by)
{
    if (!(scope->flags & COSY_SCOPE_CANCELLED)) {
        scope->flags |= COSY_SCOPE_CANCELLED;
        scope->reason = reason;
#if COSY_NAMES
        scope->source = cosy_task_name(by);
#else
        (void)by;
#endif
    }
    return changed(scope->task);
}

/* Is there an open scope to act on? */
static int refuse(const cosy_scope *scope, const char *call)
{
    return scope ? COSY_EDONE : cosy__misuse(COSY_EINVAL, call, NULL, NULL);
}

int cosy_scope_cancel(cosy_scope *scope, const char *reason)
{
    COSY__VALID(cosy_scope_check(scope));
    if (!scope || !scope->task)
        return refuse(scope, "cosy_scope_cancel");
    return cosy__scope_cancel(scope, reason ? reason : "its scope was cancelled", cosy_self());
}

int cosy_scope_move(cosy_scope *scope, cosy_time deadline)
{
    COSY__VALID(cosy_scope_check(scope));
    if (!scope || !scope->task)
        return refuse(scope, "cosy_scope_move");
    scope->deadline = deadline;
    return changed(scope->task);
}

int cosy_scope_shield(cosy_scope *scope, bool on)
{
    COSY__VALID(cosy_scope_check(scope));
    if (!scope || !scope->task)
        return refuse(scope, "cosy_scope_shield");
    scope->flags = (uint8_t)((scope->flags & ~COSY_SCOPE_SHIELD) | (on ? COSY_SCOPE_SHIELD : 0));
    return changed(scope->task);
}

cosy_time cosy_deadline(void)
{
    const cosy_task *me = cosy_self();
    return me ? cosy__scopes_deadline(me) : COSY_FOREVER;
}

/* What cancels a task: its innermost cancelled scope, or itself (*scope is NULL). False if nothing in force does. */
static bool cause(const cosy_task *task, const cosy_scope **scope)
{
    for (const cosy_scope *s = task->scope; s; s = s->outer) {
        *scope = s;
        if (s->flags & COSY_SCOPE_CANCELLED)
            return true;
        if (s->flags & COSY_SCOPE_SHIELD)
            return false;
    }
    *scope = NULL;
    return task->reason != NULL;
}

const char *cosy_cancel_reason(const cosy_task *task)
{
    const cosy_scope *scope;
    if (!task)
        task = cosy_self();
    if (!task || !cause(task, &scope))
        return NULL;
    return scope ? scope->reason : task->reason;
}

const char *cosy_cancel_source(const cosy_task *task)
{
    const cosy_scope *scope;
    if (!task)
        task = cosy_self();
    if (!task || !cause(task, &scope))
        return NULL;
#if COSY_NAMES
    return scope ? scope->source : task->source;
#else
    return "(unnamed)";
#endif
}

COSY_COLD void cosy__scopes_left(cosy_task *task)
{
    (void)cosy__misuse(COSY_EOPEN, task->scope ? "cosy_scope_open" : "cosy_bind", cosy_task_name(task), NULL);
    task->scope = NULL; /* they lay in frames that are gone */
    task->locals = NULL;
    cosy__scopes_settle(task);
}

const char *cosy_scope_check(const cosy_scope *scope)
{
    if (!scope || !scope->task)
        return NULL;
    const cosy_task *task = scope->task;
    const cosy_scope *s = task->scope;
    for (; s && s != scope; s = s->outer)
        if (s->task != task)
            return "a scope inside this one belongs to another task";
    if (!s)
        return "the scope is not among the open scopes of its task";
    if (!(scope->flags & COSY_SCOPE_CANCELLED) != !scope->reason)
        return "a scope has a reason exactly if it is cancelled";
    if ((task->wait.attn & (COSY_A_CANCEL | COSY_A_SCOPE)) != attention(task))
        return "what its task knows of its scopes is not what they are";
    cosy_time armed = task->wait.flags & COSY_W_TIMED ? task->timer.deadline : COSY_FOREVER;
    if (bounded(task) && armed > cosy__scopes_deadline(task))
        return "its task waits beyond the deadline of its scopes";
    return NULL;
}
