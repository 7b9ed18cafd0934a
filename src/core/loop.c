/* The loop: takes the next ready task and resumes it; when none is ready or the countdown is spent, looks at inbox, I/O,
 * clock and timers; when there is nothing to do, idles in the port.
 *
 * Coroutines switch among themselves (src/coro) and come back here only then, or when the next task is no coroutine.
 */
#include "loop.h"

#include "report.h"
#include "task.h"

/* Outside any run: a loop in which no task runs, so that no call has to ask whether there is one. */
static cosy_loop nowhere;

COSY_THREAD_LOCAL cosy_loop *cosy_current_loop = &nowhere;

int cosy_loop_init(cosy_loop *loop, const cosy_port *port)
{
    if (!loop || !port || !port->now || !port->idle)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_init", NULL, NULL);
    *loop = (cosy_loop){.port = port, .quota = COSY_BUDGET, .budget = COSY_BUDGET, .spin_limit = 1000000};
    loop->ready_tail = &loop->ready;
    loop->mark.loop = loop;
    loop->flags = COSY_L_STALE;
    cosy__group_open(&loop->root, loop, NULL, "the loop");
    return COSY_OK;
}

/* ---- time ---- */

static cosy_time fresh_now(cosy_loop *loop)
{
    if (loop->flags & COSY_L_STALE) {
        loop->now = loop->port->now(loop);
        loop->flags &= (uint8_t)~COSY_L_STALE;
    }
    return loop->now;
}

cosy_time cosy_now(void)
{
    cosy_loop *loop = cosy_here();
    return loop->port ? fresh_now(loop) : 0;
}

cosy_time cosy_in(cosy_time length)
{
    cosy_time now = cosy_now();
    return length > COSY_FOREVER - now ? COSY_FOREVER : now + length;
}

/* ---- timers ---- */

static void fire(cosy_timer *timer)
{
    if (cosy__timer_kind(timer) == COSY_TIMER_TASK) {
        cosy__timed_out(COSY_CONTAINER(timer, cosy_task, timer));
    } else {
        cosy_call *call = COSY_CONTAINER(timer, cosy_call, timer);
        cosy__timer_forget(call->loop, timer);
        call->loop = NULL;
        call->fn(call->arg);
    }
}

/* Delivers one due timer: what it makes ready runs before the next one is looked at. */
static bool fire_one(cosy_loop *loop)
{
    if (cosy__timer_next(loop) == COSY_FOREVER)
        return false;
    cosy_timer *timer = cosy__timer_take(loop, loop->now);
    if (!timer)
        return false;
    fire(timer);
    return true;
}

int cosy_call_at(cosy_loop *loop, cosy_call *call, cosy_time when, void (*fn)(void *), void *arg)
{
    if (!loop || !call || !fn)
        return cosy__misuse(COSY_EINVAL, "cosy_call_at", NULL, NULL);
    if (call->loop)
        return cosy__misuse(COSY_EBUSY, "cosy_call_at", NULL, NULL);
    if (!cosy__may_allocate(loop) || !cosy__timer_adopt(loop, &call->timer, COSY_TIMER_CALL))
        return COSY_ENOMEM;
    call->loop = loop;
    call->fn = fn;
    call->arg = arg;
    call->timer.deadline = when;
    cosy__timer_arm(loop, &call->timer);
    return COSY_OK;
}

int cosy_call_cancel(cosy_call *call)
{
    if (!call || !call->loop)
        return COSY_EDONE;
    cosy__timer_disarm(call->loop, &call->timer);
    cosy__timer_forget(call->loop, &call->timer);
    call->loop = NULL;
    return COSY_OK;
}

/* ---- running ---- */

enum { TOLD_MOST = 20 }; /* a million survivors are no report */

void cosy__tell_task(cosy_loop *loop, const char *what, const cosy_task *task)
{
    if (loop->port->tell && loop->told <= TOLD_MOST)
        loop->port->tell(loop, what, loop->told < TOLD_MOST ? task : NULL);
    loop->told++;
}

static void each_task(cosy_loop *loop, void (*fn)(cosy_loop *, cosy_task *))
{
    loop->told = 0;
    for (cosy_group *group = loop->groups; group; group = group->next) {
        cosy_task *task = group->first, *next;
        for (uint32_t n = group->live; n > 0; n--, task = next) {
            next = task->sib_next;
            fn(loop, task);
        }
    }
}

uint32_t cosy_loop_live(const cosy_loop *loop)
{
    uint32_t n = 0;
    for (const cosy_group *group = loop->groups; group; group = group->next)
        n += group->live;
    return n;
}

/* Inbox, I/O, clock, one timer. Wake-ups of the first two are committed before timers: a time-out never beats them. */
static void look(cosy_loop *loop)
{
    loop->budget = loop->quota;
    if (cosy_atomic_load(&loop->inbox))
        cosy__inbox_drain(loop);
    if (loop->watched)
        loop->port->poll(loop);
    loop->flags |= COSY_L_STALE;
    if (cosy__timer_next(loop) != COSY_FOREVER) { /* without timers the clock is read when somebody asks */
        fresh_now(loop);
        fire_one(loop);
    }
}

/* Idling has looked at I/O: what is left of a look is inbox and clock. */
static void after_idle(cosy_loop *loop)
{
    if (cosy_atomic_load(&loop->inbox))
        cosy__inbox_drain(loop);
    loop->flags |= COSY_L_STALE;
    if (cosy__timer_next(loop) != COSY_FOREVER)
        fresh_now(loop);
}

/* Nothing is ready, and nothing can become so by itself or from outside. */
static bool stuck(const cosy_loop *loop)
{
    return cosy__timer_next(loop) == COSY_FOREVER && !loop->outside && !cosy_atomic_load(&loop->inbox) &&
           (!loop->expected || !cosy_loop_live(loop));
}

static void tell_deadlock(cosy_loop *loop, cosy_task *task)
{
    cosy__tell_task(loop, "deadlock: nobody can wake", task);
}

static void tell_spinner(cosy_loop *loop, cosy_task *task)
{
    uint8_t state = task->wait.state;
    if (state != COSY_QUEUED || cosy__granted_by_splice(&task->wait))
        cosy__tell_task(loop, "simulated time stands still, because these never wait:", task);
}

/* Simulated time: have there been too many switches since it last could move? Many tasks may take many to begin. */
static bool spins(cosy_loop *loop)
{
    loop->spun += (uint32_t)loop->quota;
    if (loop->spun <= loop->spin_limit || loop->spun - loop->spin_limit <= 16 * (uint64_t)cosy_loop_live(loop))
        return false;
    loop->spun = 0;
    return true;
}

static void dispatch(cosy_loop *loop)
{
    cosy_wait *w = loop->ready;
#if COSY_HOOKS
    if (COSY_UNLIKELY(loop->hooks != NULL) && loop->hooks->runs && w != &loop->mark)
        loop->hooks->runs(loop->hooks, cosy__task(w));
#endif
    cosy__take(loop, w);
    loop->budget--;
    if (w == &loop->mark) {
        loop->flags = (uint8_t)((loop->flags & ~COSY_L_MARKED) | COSY_L_STOP);
        return;
    }
    cosy_task *task = cosy__task(w);
    loop->running = task;
    task->resume(task);
    loop->running = NULL;
}

/* Runs until the mark has passed or there is nothing left to do. */
static int cycle(cosy_loop *loop)
{
    while (!(loop->flags & COSY_L_STOP)) {
        if (COSY_LIKELY(loop->ready && loop->budget > 0)) {
            dispatch(loop);
            continue;
        }
        if (loop->budget > 0 && !(loop->flags & COSY_L_STALE) && !cosy_atomic_load(&loop->inbox) && fire_one(loop))
            continue; /* due by the time we know, and nothing that could beat it */
        bool spent = loop->ready != NULL;
        look(loop);
        if (spent && (loop->flags & COSY_L_VIRTUAL) && spins(loop)) {
            each_task(loop, tell_spinner);
            return COSY_ESPIN;
        }
        if (loop->ready)
            continue;
        if ((loop->flags & COSY_L_CLEARING) && !cosy_loop_live(loop))
            return COSY_OK;
        if (stuck(loop)) {
            if (!cosy_loop_live(loop))
                return COSY_OK;
            each_task(loop, tell_deadlock);
            return COSY_EDEADLK;
        }
        loop->spun = 0;
        loop->budget = loop->quota;
        loop->port->idle(loop, cosy__timer_next(loop));
        after_idle(loop);
    }
    return COSY_OK;
}

static int enter(cosy_loop *loop, cosy_loop **outer)
{
    if (loop->flags & COSY_L_RUNNING || cosy_self())
        return cosy__misuse(COSY_EBUSY, "cosy_loop_run", NULL, cosy_self());
    loop->flags = (uint8_t)((loop->flags & ~COSY_L_STOP) | COSY_L_RUNNING | COSY_L_STALE);
    loop->spun = 0;
    *outer = cosy_current_loop;
    cosy_current_loop = loop;
    return COSY_OK;
}

/* Takes a node out of the middle of the ready list, if it is there. */
static void unready(cosy_loop *loop, const cosy_wait *w)
{
    for (cosy_wait **at = &loop->ready; *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            if (!*at)
                loop->ready_tail = at;
            return;
        }
}

static void leave(cosy_loop *loop, cosy_loop *outer)
{
    if (loop->flags & COSY_L_MARKED)
        unready(loop, &loop->mark); /* the run ended before its pass did */
    loop->flags &= (uint8_t)~(COSY_L_RUNNING | COSY_L_STOP | COSY_L_MARKED);
    cosy_current_loop = outer;
}

static void put_mark(cosy_loop *loop)
{
    if (loop->flags & COSY_L_MARKED)
        return;
    loop->flags |= COSY_L_MARKED;
    cosy__ready(&loop->mark);
}

static int run(cosy_loop *loop)
{
    cosy_loop *outer;
    int rc = enter(loop, &outer);
    if (rc)
        return rc;
    rc = cycle(loop);
    leave(loop, outer);
    return rc;
}

/* A close that was asked for inside the run; afterwards the loop may be gone. */
static int finish(cosy_loop *loop, int rc)
{
    if ((loop->flags & (COSY_L_CLOSE | COSY_L_RUNNING)) == COSY_L_CLOSE)
        loop->port->close(loop);
    return rc;
}

int cosy_loop_run(cosy_loop *loop)
{
    if (!loop)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_run", NULL, NULL);
    return finish(loop, run(loop));
}

/* A stackless task that joins another one and then stops the loop; it belongs to no group. */
static void until_resume(cosy_task *task)
{
    cosy_loop_stop(task->wait.loop);
}

int cosy_loop_run_until(cosy_loop *loop, cosy_task *task, int *result)
{
    cosy_task waiter;
    if (!loop || !task)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_run_until", cosy_task_name(task), NULL);
    cosy__task_clear(&waiter, loop, until_resume, "run until", 0);
    waiter.wait.attn = 0; /* no tool looks at this one */
    waiter.locals = NULL;
    loop->budget = 2; /* if it has ended, joining completes at once and must not put the waiter into the ready list */
    int rc = cosy_join_begin(task, result, &waiter.wait);
    loop->budget = loop->quota;
    if (rc != COSY_WAITING)
        return rc;
    rc = run(loop);
    if (waiter.wait.state == COSY_QUEUED) {
        cosy__unlink(&waiter.wait);
        rc = rc ? rc : COSY_EAGAIN;
    } else if (waiter.wait.state != COSY_CONSUMED) {
        unready(loop, &waiter.wait); /* somebody else stopped the loop in the very pass in which the task ended */
    }
    return finish(loop, rc);
}

int cosy_loop_run_once(cosy_loop *loop)
{
    cosy_loop *outer;
    if (!loop)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_run_once", NULL, NULL);
    int rc = enter(loop, &outer);
    if (rc)
        return rc;
    look(loop);
    if (!loop->ready && (loop->flags & COSY_L_VIRTUAL) && !loop->outside &&
        cosy__timer_next(loop) != COSY_FOREVER) {
        loop->port->idle(loop, cosy__timer_next(loop)); /* simulated time jumps */
        look(loop);
    }
    if (loop->ready) {
        put_mark(loop);
        rc = cycle(loop);
    } else if (stuck(loop) && cosy_loop_live(loop)) {
        each_task(loop, tell_deadlock);
        rc = COSY_EDEADLK;
    }
    leave(loop, outer);
    if (!rc)
        rc = cosy_loop_next(loop) == COSY_NOW;
    return finish(loop, rc);
}

cosy_time cosy_loop_next(cosy_loop *loop)
{
    if (loop->ready || cosy_atomic_load(&loop->inbox))
        return COSY_NOW;
    cosy_time next = cosy__timer_next(loop);
    if (next == COSY_FOREVER)
        return COSY_FOREVER;
    if (loop->flags & COSY_L_VIRTUAL && !loop->outside)
        return COSY_NOW;
    loop->flags |= COSY_L_STALE;
    return next <= fresh_now(loop) ? COSY_NOW : next;
}

int cosy_loop_stop(cosy_loop *loop)
{
    if (!loop)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_stop", NULL, NULL);
    if (loop->flags & COSY_L_RUNNING)
        put_mark(loop);
    return COSY_OK;
}

int cosy_loop_break(cosy_loop *loop)
{
    if (!loop)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_break", NULL, NULL);
    if (!(loop->flags & COSY_L_RUNNING))
        return COSY_OK;
    if (loop->flags & COSY_L_MARKED)
        unready(loop, &loop->mark);
    loop->flags |= COSY_L_MARKED;
    loop->mark.next = loop->ready; /* the first: whoever gives way finds it, also a coroutine that would go straight on */
    loop->ready = &loop->mark;
    if (!loop->mark.next)
        loop->ready_tail = &loop->mark.next;
    return COSY_OK;
}

/* ---- leaving ---- */

static void cancel_task(cosy_loop *loop, cosy_task *task)
{
    (void)loop;
    cosy_cancel(task, "the loop is closing");
}

/* A survivor's stack and node will be gone: nothing may point to them any more. */
static void abandon(cosy_loop *loop, cosy_task *task)
{
    cosy_wait *w = &task->wait;
    cosy__tell_task(loop, "survived its cancel and is abandoned:", task);
    if (w->state != COSY_QUEUED || cosy__granted_by_splice(w))
        cosy__disarm(w);
    else
        do
            cosy__withdraw(w, COSY_CANCELLED, COSY_ECANCELED);
        while (w->state == COSY_QUEUED); /* a condition's waiter queues once more, for the lock */
    task->status |= COSY_T_ENDED;
}

static void grace_is_over(void *loop)
{
    cosy_loop_stop(loop);
}

int cosy_loop_clear(cosy_loop *loop, cosy_time grace)
{
    cosy_call end = {.loop = NULL};
    int rc = COSY_OK;
    if (!loop)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_clear", NULL, NULL);
    if (loop->flags & COSY_L_RUNNING)
        return cosy__misuse(COSY_EBUSY, "cosy_loop_clear", NULL, NULL);
    if (cosy_loop_live(loop)) {
        loop->root.flags |= COSY_GROUP_CANCELLED;
        loop->root.reason = "the loop is closing";
        each_task(loop, cancel_task);
        loop->flags |= COSY_L_STALE;
        cosy_time now = fresh_now(loop);
        if (grace > COSY_FOREVER - now)
            grace = COSY_FOREVER;
        if (grace != COSY_FOREVER && cosy_call_at(loop, &end, now + grace, grace_is_over, loop))
            return COSY_ENOMEM;
        loop->flags |= COSY_L_CLEARING;
        do /* a task that is cleaning up may stop the loop: that ends nothing before the grace period does */
            rc = run(loop);
        while (!rc && cosy_loop_live(loop) && (end.loop || grace == COSY_FOREVER));
        loop->flags &= (uint8_t)~COSY_L_CLEARING;
        cosy_call_cancel(&end);
        if (cosy_loop_live(loop)) {
            each_task(loop, abandon);
            rc = COSY_ELEFT;
        }
    }
    loop->ready = NULL;
    loop->ready_tail = &loop->ready;
    loop->groups = NULL;
    cosy__group_open(&loop->root, loop, NULL, "the loop");
    return rc;
}

void cosy_loop_checkpoint(cosy_loop *loop, bool always)
{
    loop->quota = always ? 1 : COSY_BUDGET;
    loop->budget = loop->quota;
}

int cosy_loop_hook(cosy_loop *loop, const cosy_hooks *hooks)
{
    if (!loop)
        return cosy__misuse(COSY_EINVAL, "cosy_loop_hook", NULL, NULL);
#if COSY_HOOKS
    loop->hooks = hooks;
    loop->hook_bit = hooks ? COSY_A_HOOK : 0;
    return COSY_OK;
#else
    (void)hooks;
    return COSY_ENOSYS;
#endif
}

void cosy_loop_expect(cosy_loop *loop, bool expect)
{
    bool did = (loop->flags & COSY_L_EXPECT) != 0;
    if (expect == did)
        return;
    loop->flags ^= COSY_L_EXPECT;
    loop->expected += expect ? 1u : (uint32_t)-1;
}
