/* The rarer half of waiting: a spent countdown, deadlines, time-outs, cancels. See include/cosy/wait.h for the states. */
#include "wait.h"

#include "report.h"

static const cosy_wait_ops going_round = {.what = "its turn"};

COSY_COLD int cosy__yield_with(cosy_wait *w, int result)
{
    if ((w->attn & COSY_A_NOWAIT) || (w->flags & COSY_W_ARM))
        return result; /* not here, not by an arm; the countdown stays spent and the next call yields */
    w->ops = &going_round;
    w->result = result;
    w->state = COSY_FINAL; /* it has taken effect: a cancel comes at the next wait */
    cosy__ready(w);
    return COSY_WAITING;
}

COSY_COLD int cosy__ready_slow(cosy_wait *w)
{
    if (w->flags & COSY_W_ARM) {
        cosy_arm *arm = (cosy_arm *)(void *)w;
        arm->select->won(arm->select, arm);
        return COSY_OK;
    }
    cosy__disarm(w);
    cosy__ready(w);
    return COSY_OK;
}

void cosy__withdraw(cosy_wait *w, uint8_t state, int result)
{
    if (w->list)
        cosy__unlink(w);
    cosy__disarm(w);
    w->state = state;
    w->result = result;
    if (w->ops->leave)
        w->ops->leave(w);
}

void cosy__timed_out(cosy_task *task)
{
    cosy_wait *w = &task->wait;
    uint8_t scope = w->flags & COSY_W_SCOPE;
    w->flags &= (uint8_t)~COSY_W_TIMED; /* it has fired; SCOPE stays for a sleeper's leave() */
    if (scope)
        cosy__scopes_expired(task);
    cosy__withdraw(w, COSY_TIMED_OUT, COSY_ETIMEDOUT);
    w->flags &= (uint8_t)~scope;
    if (w->state != COSY_QUEUED)
        cosy__ready(w);
}

/* The wait ends before it began. It completed at once, so it spends the countdown like any such call: a task that
 * polls with COSY_NOW, or that does not heed its cancel, starves nobody. */
static COSY_COLD int refuse(cosy_wait *w, uint8_t state, int result)
{
    cosy__withdraw(w, state, result);
    if (w->state == COSY_QUEUED)
        return COSY_WAITING; /* it needs something else first */
    result = w->result;
    w->state = COSY_CONSUMED;
    return cosy__done(w, result);
}

#if COSY_HOOKS
/* A tool looks at the wait; it may end it, and decide when it ends. */
static COSY_COLD cosy_time ask_hook(cosy_task *task, cosy_time deadline)
{
    const cosy_hooks *hooks = task->wait.loop->hooks;
    return hooks && hooks->waits ? hooks->waits(hooks, task, deadline) : deadline;
}

COSY_COLD bool cosy__ask_allocation(const cosy_loop *loop)
{
    return !loop->hooks->allocates || loop->hooks->allocates(loop->hooks);
}
#else
#define ask_hook(task, deadline) (deadline)
#endif

int cosy_await(cosy_task *task, cosy_time deadline)
{
    cosy_wait *w = &task->wait;
    if (w->state != COSY_QUEUED || w->ops->stay || cosy__granted_by_splice(w))
        return COSY_WAITING; /* granted already, going round, or past being ended: it only has to leave */
    if (w->attn & COSY_A_NOWAIT) {
        (void)cosy__misuse(COSY_ENOWAIT, "a wait for", w->ops->what, NULL);
        return refuse(w, COSY_CANCELLED, COSY_ENOWAIT);
    }
    if (w->attn & COSY_A_HOOK) {
        deadline = ask_hook(task, deadline);
        if (w->state != COSY_QUEUED || w->ops->stay)
            return COSY_WAITING; /* cancelled meanwhile, and ready or needing something else first */
    }
    if (deadline == COSY_NOW)
        return refuse(w, COSY_TIMED_OUT, COSY_EAGAIN);
    if (w->attn & COSY_A_CANCEL)
        return refuse(w, COSY_CANCELLED, COSY_ECANCELED);
    if (w->attn & COSY_A_SCOPE) {
        cosy_time limit = cosy__scopes_deadline(task);
        task->scope->call = deadline;
        if (limit < deadline) {
            deadline = limit;
            w->flags |= COSY_W_SCOPE;
        }
    }
    if (deadline == COSY_FOREVER)
        return COSY_WAITING;
    if (deadline <= w->loop->now) {
        uint8_t scope = w->flags & COSY_W_SCOPE;
        if (scope)
            cosy__scopes_expired(task);
        int result = refuse(w, COSY_TIMED_OUT, COSY_ETIMEDOUT);
        w->flags &= (uint8_t)~scope;
        return result;
    }
    task->timer.deadline = deadline;
    w->flags |= COSY_W_TIMED;
    cosy__timer_arm(w->loop, &task->timer);
    if (w->ops->timed)
        w->ops->timed(w);
    return COSY_WAITING;
}

void cosy__interrupt(cosy_task *task)
{
    cosy_wait *w = &task->wait;
    bool granted = w->state == COSY_GRANTED;
    if (w->state == COSY_QUEUED) {
        if (cosy__granted_by_splice(w)) {
            granted = true;
        } else if (!w->ops->stay || !w->ops->stay(w)) {
            cosy__withdraw(w, COSY_CANCELLED, COSY_ECANCELED);
            if (w->state != COSY_QUEUED)
                cosy__ready(w);
        }
    }
    if (granted && w->ops->undo && w->ops->undo(w)) {
        w->state = COSY_CANCELLED; /* it is in the ready list already; only the outcome changes */
        w->result = COSY_ECANCELED;
    }
}

int cosy__cancel(cosy_task *task, const char *reason, const cosy_task *by)
{
    if (task->status & COSY_T_ENDED)
        return COSY_EDONE;
    if (!task->reason) {
        task->reason = reason;
#if COSY_NAMES
        task->source = cosy_task_name(by);
#else
        (void)by;
#endif
    }
    if (COSY_UNLIKELY(task->scope != NULL))
        cosy__scopes_settle(task); /* a shield may keep it from the task */
    else
        task->wait.attn |= COSY_A_CANCEL;
    if (task->wait.attn & COSY_A_CANCEL)
        cosy__interrupt(task);
    return COSY_OK;
}

int cosy_cancel(cosy_task *task, const char *reason)
{
    if (!task)
        return cosy__misuse(COSY_EINVAL, "cosy_cancel", NULL, NULL);
    return cosy__cancel(task, reason ? reason : "cancelled", cosy_self());
}

int cosy_interrupt(cosy_task *task)
{
    if (!task)
        return cosy__misuse(COSY_EINVAL, "cosy_interrupt", NULL, NULL);
    if (task->status & COSY_T_ENDED)
        return COSY_EDONE;
    if (task->wait.state == COSY_CONSUMED)
        return COSY_EAGAIN;
    cosy__interrupt(task);
    return task->wait.result == COSY_ECANCELED ? COSY_OK : COSY_EAGAIN;
}
