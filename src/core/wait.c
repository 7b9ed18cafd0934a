/* The rarer half of waiting: a spent countdown, deadlines, time-outs, cancels. See include/cosy/wait.h for the states. */
#include "wait.h"

#include "report.h"

static const cosy_wait_ops going_round = {.what = "its turn"};

COSY_COLD int cosy__yield_with(cosy_wait *w, int result)
{
    if (w->attn & COSY_A_NOWAIT)
        return result; /* not here; the countdown stays spent and the next call yields */
    w->ops = &going_round;
    w->result = result;
    w->state = COSY_FINAL; /* it has taken effect: a cancel comes at the next wait */
    cosy__ready(w);
    return COSY_WAITING;
}

COSY_COLD int cosy__ready_timed(cosy_wait *w)
{
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
    cosy__withdraw(w, COSY_TIMED_OUT, COSY_ETIMEDOUT);
    w->flags &= (uint8_t)~scope;
    cosy__ready(w);
}

/* The wait ends before it began. It completed at once, so it spends the countdown like any such call: a task that
 * polls with COSY_NOW, or that does not heed its cancel, starves nobody. */
static COSY_COLD int refuse(cosy_wait *w, uint8_t state, int result)
{
    cosy__withdraw(w, state, result);
    result = w->result;
    w->state = COSY_CONSUMED;
    return cosy__done(w, result);
}

static bool granted_by_splice(const cosy_wait *w)
{
    return w->ops->spliced && w->ops->spliced(w);
}

int cosy_await(cosy_task *task, cosy_time deadline)
{
    cosy_wait *w = &task->wait;
    if (w->state != COSY_QUEUED || granted_by_splice(w))
        return COSY_WAITING; /* granted already, or going round: it only has to leave */
    if (w->attn & COSY_A_NOWAIT) {
        (void)cosy__misuse(COSY_ENOWAIT, "a wait for", w->ops->what, NULL);
        return refuse(w, COSY_CANCELLED, COSY_ENOWAIT);
    }
    if (deadline == COSY_NOW)
        return refuse(w, COSY_TIMED_OUT, COSY_EAGAIN);
    if ((w->attn & (COSY_A_CANCEL | COSY_A_SHIELD)) == COSY_A_CANCEL)
        return refuse(w, COSY_CANCELLED, COSY_ECANCELED);
    if ((w->attn & COSY_A_SCOPE) && task->scope < deadline) {
        deadline = task->scope;
        w->flags |= COSY_W_SCOPE;
    }
    if (deadline == COSY_FOREVER)
        return COSY_WAITING;
    if (deadline <= w->loop->now) {
        int result = refuse(w, COSY_TIMED_OUT, COSY_ETIMEDOUT);
        w->flags &= (uint8_t)~COSY_W_SCOPE;
        return result;
    }
    task->timer.deadline = deadline;
    w->flags |= COSY_W_TIMED;
    cosy__timer_arm(w->loop, &task->timer);
    if (w->ops->timed)
        w->ops->timed(w);
    return COSY_WAITING;
}

int cosy_cancel(cosy_task *task, const char *reason)
{
    if (!task)
        return cosy__misuse(COSY_EINVAL, "cosy_cancel", NULL, NULL);
    if (task->status & COSY_T_ENDED)
        return COSY_EDONE;
    cosy_wait *w = &task->wait;
    if (!(w->attn & COSY_A_CANCEL)) {
        w->attn |= COSY_A_CANCEL;
        task->reason = reason ? reason : "cancelled";
    }
    if (w->attn & COSY_A_SHIELD)
        return COSY_OK;
    bool granted = w->state == COSY_GRANTED;
    if (w->state == COSY_QUEUED) {
        if (granted_by_splice(w)) {
            granted = true;
        } else {
            cosy__withdraw(w, COSY_CANCELLED, COSY_ECANCELED);
            cosy__ready(w);
        }
    }
    if (granted && w->ops->undo && w->ops->undo(w)) {
        w->state = COSY_CANCELLED; /* it is in the ready list already; only the outcome changes */
        w->result = COSY_ECANCELED;
    }
    return COSY_OK;
}
