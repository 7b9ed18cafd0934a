/* Future. The outcome is decided once, and whoever decides it carries it to each waiter: the value into its place, the
 * code into its result. So all are woken by a walk and not by a splice, and nobody who was woken refers to the future's
 * outcome again: it can be reset at once.
 */
#include "sync.h"

#include "../../include/cosy/future.h"

enum { OPEN = 0, VALUE = 1 }; /* outcomes; the others are codes */

static cosy_future *future_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_future, waiters);
}

/* The outcome is a level: it is there for whoever asks again, so a cancel has nothing to put back. */
static bool undo(cosy_wait *w)
{
    (void)w;
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(future_of(w));
}

static const cosy_task *owner(const cosy_wait *w)
{
    return cosy_future_producer(future_of(w));
}

static const cosy_wait_ops waiting = {.what = "future", .undo = undo, .name = name, .owner = owner};

const char *cosy_future_check(const cosy_future *f)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!f)
        return NULL;
    if (f->outcome > VALUE)
        return "a future has an outcome that is neither a value nor a code";
    if (f->outcome < 0 && f->value)
        return "a future has failed and has a value";
    if (f->outcome && f->waiters.head)
        return "somebody waits for a future that has its outcome";
    return cosy__list_check(&f->waiters, kinds);
}

int cosy_future_init(cosy_future *f, const char *title)
{
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_future_init", title, NULL);
    f->waiters.head = NULL;
    f->producer = NULL;
    f->outcome = OPEN;
    COSY__SET_NAME(f, title);
    return COSY_OK;
}

/* The outcome of one that is done, for one who asks. */
static inline int tell(const cosy_future *f, void **value)
{
    if (f->outcome < 0)
        return f->outcome;
    if (value)
        *value = f->value;
    return COSY_OK;
}

static int settle(cosy_future *f, void *value, int outcome, const char *call)
{
    cosy_wait *w;
    if (COSY_UNLIKELY(f->outcome))
        return cosy__misuse(COSY_EDONE, call, COSY__NAME(f), NULL);
    f->value = value;
    f->outcome = outcome;
    while ((w = cosy__pop(&f->waiters))) {
        w->result = tell(f, (void **)w->arg.ptr);
        cosy__grant(w);
    }
    return COSY_OK;
}

int cosy_future_set(cosy_future *f, void *value)
{
    COSY__VALID(cosy_future_check(f));
    if (COSY_UNLIKELY(!f))
        return cosy__misuse(COSY_EINVAL, "cosy_future_set", "NULL", NULL);
    return settle(f, value, VALUE, "cosy_future_set");
}

int cosy_future_fail(cosy_future *f, int code)
{
    COSY__VALID(cosy_future_check(f));
    if (COSY_UNLIKELY(!f || code >= 0))
        return cosy__misuse(COSY_EINVAL, "cosy_future_fail", f ? COSY__NAME(f) : "NULL", NULL);
    return settle(f, NULL, code, "cosy_future_fail");
}

static bool waits_for(const cosy_task *task, const cosy_future *f)
{
    return task->wait.state == COSY_QUEUED && task->wait.list == &f->waiters;
}

int cosy_future_promise(cosy_future *f, cosy_task *task)
{
    COSY__VALID(cosy_future_check(f));
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_future_promise", "NULL", NULL);
    if (f->outcome)
        return cosy__misuse(COSY_EDONE, "cosy_future_promise", COSY__NAME(f), NULL);
    if (!task)
        task = cosy_self();
    if (!task)
        return cosy__misuse(COSY_ENOTASK, "cosy_future_promise", COSY__NAME(f), NULL);
    if (waits_for(task, f))
        return cosy__misuse(COSY_EDEADLK, "cosy_future_promise", COSY__NAME(f), task);
    f->producer = task;
    return COSY_OK;
}

static inline int park(cosy_future *f, void **value, cosy_wait *w)
{
    w->arg.ptr = value;
    return cosy__park(&f->waiters, w, &waiting);
}

int cosy_future_wait_begin(cosy_future *f, void **value, cosy_wait *w)
{
    COSY__VALID(cosy_future_check(f));
    if (COSY_UNLIKELY(!f || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_future_wait_begin", f ? COSY__NAME(f) : "NULL", NULL);
    if (f->outcome)
        return cosy__done(w, tell(f, value));
    if (COSY_UNLIKELY(f->producer && f->producer == cosy__waiter(w)))
        return cosy__misuse(COSY_EDEADLK, "cosy_future_wait_begin", COSY__NAME(f), f->producer);
    return park(f, value, w);
}

int cosy_future_wait_arm(cosy_arm *arm)
{
    return cosy_future_wait_begin((cosy_future *)arm->object, (void **)arm->place, &arm->wait);
}

static COSY_COLD int refuse(const cosy_future *f)
{
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_future_wait", "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, "cosy_future_wait", COSY__NAME(f), NULL);
}

/* Who has promised it is the caller itself, or waits for something. */
static COSY_COLD int wait_with_care(cosy_future *f, void **value, cosy_time deadline, cosy_task *me)
{
    bool for_ever = deadline == COSY_FOREVER && !(me->wait.attn & COSY_A_SCOPE);
    if (f->producer == me || (for_ever && cosy__closes_cycle(f->producer, me, &waiting)))
        return cosy__misuse(COSY_EDEADLK, "cosy_future_wait", COSY__NAME(f), f->producer);
    park(f, value, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_future_wait(cosy_future *f, void **value, cosy_time deadline)
{
    COSY__VALID(cosy_future_check(f));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!f || !me))
        return refuse(f);
    if (f->outcome)
        return cosy__done_here(me, tell(f, value));
    if (f->producer && (f->producer == me || f->producer->wait.state == COSY_QUEUED))
        return wait_with_care(f, value, deadline, me);
    park(f, value, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_future_result(const cosy_future *f, void **value)
{
    COSY__VALID(cosy_future_check(f));
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_future_result", "NULL", NULL);
    return f->outcome ? tell(f, value) : COSY_EAGAIN;
}

/* What ends or renews a future is refused while somebody waits for it. */
static int idle(const cosy_future *f, const char *call)
{
    if (!f)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    if (f->waiters.head)
        return cosy__misuse(COSY_EBUSY, call, COSY__NAME(f), cosy__waiter(f->waiters.head));
    return COSY_OK;
}

int cosy_future_reset(cosy_future *f)
{
    COSY__VALID(cosy_future_check(f));
    int rc = idle(f, "cosy_future_reset");
    if (rc)
        return rc;
    f->producer = NULL;
    f->outcome = OPEN;
    return COSY_OK;
}

int cosy_future_destroy(cosy_future *f)
{
    COSY__VALID(cosy_future_check(f));
    return idle(f, "cosy_future_destroy");
}
