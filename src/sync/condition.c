/* Condition. There are two lines, the condition's and the lock's. A notification moves the first waiter of the one to
 * the end of the other, where it stands like anybody else who wants the lock; the release that hands it the lock wakes
 * it.
 *
 * What is hard about it is that every way out of a wait leads through the lock. Who is cancelled or out of time before
 * it was notified goes to the end of the lock's line as well, unless the lock is free, and takes its result along; from
 * there nothing makes it leave. A cancel that comes after the notification, in the line or after it, takes the
 * notification away and gives it to the next waiter; the lock it leaves.
 */
#include "lock.h"

#include "../../include/cosy/condition.h"

static cosy_condition *condition_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_condition, waiters);
}

/* To the end of the lock's line, with what the wait is going to return in w->result. */
static void line_up(cosy_condition *c, cosy_wait *w)
{
    w->arg.ptr = c;
    w->ops = &cosy__reacquiring;
    w->state = COSY_QUEUED;
    cosy__push(&c->lock->waiters, w);
}

/* Notifies the first waiter; false if there is none. */
static bool notify_first(cosy_condition *c)
{
    cosy_wait *w = cosy__pop(&c->waiters);
    if (!w)
        return false;
    cosy__disarm(w); /* a notification in time is a success, whenever the lock comes */
    line_up(c, w);
    if (COSY_UNLIKELY(!c->lock->owner)) /* owner-less, and released by somebody else before its holder could run */
        cosy__lock_pass_on(c->lock);
    return true;
}

/* ---- before the notification ---- */

static void leave(cosy_wait *w)
{
    cosy_condition *c = condition_of(w);
    if (!c->lock->owner)
        c->lock->owner = cosy__task(w); /* nobody is in line */
    else
        line_up(c, w);
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(condition_of(w));
}

static const cosy_wait_ops waiting = {.what = "condition", .leave = leave, .name = name};

/* ---- after it, or after having left: in the lock's line, or with the lock and not run yet ---- */

/* A cancel: the notification, if there was one, goes to the next waiter. What else ended the wait has ended it. */
static bool undo(cosy_wait *w)
{
    if (w->result != COSY_OK)
        return false;
    w->result = COSY_ECANCELED;
    notify_first((cosy_condition *)w->arg.ptr);
    return true;
}

static bool stay(cosy_wait *w)
{
    undo(w);
    return true;
}

const cosy_wait_ops cosy__reacquiring = {
    .what = "lock", .stay = stay, .undo = undo, .name = cosy__lock_name, .owner = cosy__lock_holder};

/* ---- waiting ---- */

int cosy_condition_init(cosy_condition *c, cosy_lock *lock, const char *title)
{
    if (!c || !lock)
        return cosy__misuse(COSY_EINVAL, "cosy_condition_init", title, NULL);
    c->waiters.head = NULL;
    c->lock = lock;
    COSY__SET_NAME(c, title);
    return COSY_OK;
}

/* An owner-less lock only has to be held, by whomever. */
static inline bool holds(const cosy_task *task, const cosy_lock *lock)
{
    return lock->owner && (lock->owner == task || (lock->flags & COSY_LOCK_OWNERLESS));
}

static inline bool may_wait(const cosy_condition *c, const cosy_task *me)
{
    return c && c->lock && me && holds(me, c->lock) && !(me->wait.attn & COSY_A_NOWAIT);
}

static COSY_COLD int not_held(const cosy_condition *c, const char *call)
{
    const cosy_task *owner = c->lock->owner;
    return cosy__misuse(owner ? COSY_ENOTOWNER : COSY_ENOTHELD, call, COSY__NAME(c), owner);
}

/* Why it may not wait. */
static COSY_COLD int refuse(const cosy_condition *c, const cosy_task *me, const char *call)
{
    if (!c || !c->lock)
        return cosy__misuse(COSY_EINVAL, call, c ? COSY__NAME(c) : "NULL", NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(c), NULL);
    if (!holds(me, c->lock))
        return not_held(c, call);
    return cosy__misuse(COSY_ENOWAIT, call, COSY__NAME(c), NULL);
}

/* Parks, then gives the lock up. Nobody can come in between: what the lock's next holder does, it does when it runs. */
static inline int park(cosy_condition *c, cosy_wait *w)
{
    cosy__park(&c->waiters, w, &waiting);
    cosy__lock_pass_on(c->lock);
    return COSY_WAITING;
}

int cosy_condition_wait_begin(cosy_condition *c, cosy_wait *w)
{
    COSY__VALID(cosy_condition_check(c));
    if (!w || (w->flags & COSY_W_ARM)) /* an arm that lost could not give the lock back at once */
        return cosy__misuse(COSY_EINVAL, "cosy_condition_wait_begin", w && c ? COSY__NAME(c) : "NULL", NULL);
    if (!may_wait(c, cosy__task(w)))
        return refuse(c, cosy__task(w), "cosy_condition_wait_begin");
    return park(c, w);
}

static inline int wait_here(cosy_condition *c, cosy_time deadline, const char *call)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!may_wait(c, me)))
        return refuse(c, me, call);
    park(c, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_condition_wait(cosy_condition *c, cosy_time deadline)
{
    COSY__VALID(cosy_condition_check(c));
    return wait_here(c, deadline, "cosy_condition_wait");
}

int cosy_condition_wait_for(cosy_condition *c, bool (*predicate)(void *), void *arg, cosy_time deadline)
{
    static const char call[] = "cosy_condition_wait_for";
    COSY__VALID(cosy_condition_check(c));
    cosy_task *me = cosy__me();
    if (!c || !predicate)
        return cosy__misuse(COSY_EINVAL, call, c ? COSY__NAME(c) : "NULL", NULL);
    if (!me)
        return refuse(c, me, call);
    if (predicate(arg))
        return cosy__done_here(me, COSY_OK);
    for (;;) {
        int rc = wait_here(c, deadline, call);
        bool late = rc == COSY_ETIMEDOUT || rc == COSY_EAGAIN; /* it may have come true for all that */
        if ((rc == COSY_OK || late) && predicate(arg))
            return COSY_OK;
        if (rc)
            return rc;
    }
}

/* ---- notifying ---- */

static int notify(cosy_condition *c, int32_t n, const char *call)
{
    if (COSY_UNLIKELY(!c || !c->lock || n < 0))
        return cosy__misuse(COSY_EINVAL, call, c ? COSY__NAME(c) : "NULL", NULL);
    if (COSY_UNLIKELY(!holds(cosy_self(), c->lock)))
        return not_held(c, call);
    while (n > 0 && notify_first(c))
        n--;
    return COSY_OK;
}

int cosy_condition_notify(cosy_condition *c, int32_t n)
{
    COSY__VALID(cosy_condition_check(c));
    return notify(c, n, "cosy_condition_notify");
}

int cosy_condition_notify_all(cosy_condition *c)
{
    COSY__VALID(cosy_condition_check(c));
    return notify(c, INT32_MAX, "cosy_condition_notify_all");
}

uint32_t cosy_condition_waiting(const cosy_condition *c)
{
    return cosy__list_count(&c->waiters);
}

/* ---- its end, and what always holds ---- */

static bool came_from(const cosy_wait *w, const cosy_condition *c)
{
    return w->ops == &cosy__reacquiring && w->arg.ptr == c;
}

/* A task that a cancel could still make refer to the condition: one that waits, one that comes from it and stands in
 * the lock's line, one that got the lock there and has not run. NULL if there is none. */
static const cosy_task *user_of(const cosy_condition *c)
{
    cosy_wait *w = c->waiters.head;
    if (w || !c->lock)
        return w ? cosy__task(w) : NULL;
    const cosy_task *owner = c->lock->owner;
    if (owner && owner->wait.state != COSY_CONSUMED && came_from(&owner->wait, c))
        return owner;
    w = c->lock->waiters.head;
    if (w)
        do {
            if (came_from(w, c))
                return cosy__task(w);
            w = w->next;
        } while (w != c->lock->waiters.head);
    return NULL;
}

int cosy_condition_destroy(cosy_condition *c)
{
    COSY__VALID(cosy_condition_check(c));
    if (!c)
        return cosy__misuse(COSY_EINVAL, "cosy_condition_destroy", "NULL", NULL);
    const cosy_task *user = user_of(c);
    if (user)
        return cosy__misuse(COSY_EBUSY, "cosy_condition_destroy", COSY__NAME(c), user);
    return COSY_OK;
}

static const char *check_line(const cosy_lock *lock)
{
    const cosy_wait *w = lock->waiters.head;
    if (w && !lock->owner)
        return "a condition's lock is free, and somebody waits for it";
    if (w)
        do {
            if (w->ops == &cosy__reacquiring) {
                if (((const cosy_condition *)w->arg.ptr)->lock != lock)
                    return "a condition's waiter stands in the line of another lock";
                if (w->flags & COSY_W_TIMED)
                    return "a condition's waiter has left it, and its timer is armed";
            }
            w = w->next;
        } while (w != lock->waiters.head);
    return NULL;
}

const char *cosy_condition_check(const cosy_condition *c)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!c)
        return NULL;
    if (!c->lock)
        return c->waiters.head ? "tasks wait for a condition that has no lock" : NULL;
    const char *wrong = cosy__list_check(&c->waiters, kinds);
    if (wrong)
        return wrong;
    cosy_wait *w = c->waiters.head;
    if (w)
        do {
            if (w->result != COSY_OK)
                return "a condition's waiter has a result, and still waits";
            if (cosy__task(w) == c->lock->owner)
                return "a task waits for a condition and holds its lock";
            w = w->next;
        } while (w != c->waiters.head);
    return check_line(c->lock);
}
