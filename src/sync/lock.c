/* Lock. Invariant: owner is NULL only if nobody waits, because release gives it to the first waiter in the same step.
 *
 * owner is the truth from the hand-off on, before the new owner has run.
 */
#include "lock.h"

static bool undo(cosy_wait *w)
{
    cosy__lock_pass_on(cosy__lock_of(w));
    return true;
}

const char *cosy__lock_name(const cosy_wait *w)
{
    return COSY__NAME(cosy__lock_of(w));
}

const cosy_task *cosy__lock_holder(const cosy_wait *w)
{
    return cosy__lock_of(w)->owner;
}

static const cosy_wait_ops acquiring = {
    .what = "lock", .undo = undo, .name = cosy__lock_name, .owner = cosy__lock_holder};

int cosy_lock_init(cosy_lock *lock, unsigned flags, const char *title)
{
    if (!lock || (flags & ~(unsigned)(COSY_LOCK_OWNERLESS | COSY_LOCK_CHECKPOINT)))
        return cosy__misuse(COSY_EINVAL, "cosy_lock_init", title, NULL);
    lock->waiters.head = NULL;
    lock->owner = NULL;
    lock->flags = flags;
    COSY__SET_NAME(lock, title);
    return COSY_OK;
}

const char *cosy_lock_check(const cosy_lock *lock)
{
    static const cosy_wait_ops *const kinds[] = {&acquiring, &cosy__reacquiring, NULL};
    if (!lock)
        return NULL;
    if (lock->waiters.head && !lock->owner)
        return "a task waits for a lock that is free";
    if (lock->flags & ~(uint32_t)(COSY_LOCK_OWNERLESS | COSY_LOCK_CHECKPOINT))
        return "a lock has flags that there are not";
    return cosy__list_check(&lock->waiters, kinds);
}

int cosy_lock_acquire_begin(cosy_lock *lock, cosy_wait *w)
{
    COSY__VALID(cosy_lock_check(lock));
    if (COSY_UNLIKELY(!lock || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_lock_acquire_begin", "NULL", NULL);
    if (!lock->owner) {
        lock->owner = cosy__waiter(w);
        if (COSY_UNLIKELY(lock->flags & COSY_LOCK_CHECKPOINT))
            return cosy__yield_with(w, COSY_OK);
        return cosy__done(w, COSY_OK);
    }
    return cosy__park(&lock->waiters, w, &acquiring);
}

int cosy_lock_acquire_arm(cosy_arm *arm)
{
    return cosy_lock_acquire_begin((cosy_lock *)arm->object, &arm->wait);
}

static COSY_COLD int refuse(const cosy_lock *lock)
{
    if (!lock)
        return cosy__misuse(COSY_EINVAL, "cosy_lock_acquire", "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, "cosy_lock_acquire", COSY__NAME(lock), NULL);
}

/* Would waiting for this lock wait for oneself? Follows owners that wait for a lock themselves, without a deadline; an
 * owner-less lock may be released by anybody and closes nothing. Stackless tasks may have closed a cycle unseen, so the
 * walk is bounded. */
static bool closes_cycle(const cosy_lock *lock, const cosy_task *me)
{
    for (int steps = 0; steps < 1000 && !(lock->flags & COSY_LOCK_OWNERLESS); steps++) {
        const cosy_task *owner = lock->owner;
        if (owner == me)
            return true;
        if (owner->wait.state != COSY_QUEUED || owner->wait.ops->owner != cosy__lock_holder ||
            (owner->wait.flags & COSY_W_TIMED))
            return false; /* it is in no lock's line, or will not stay there */
        lock = cosy__lock_of(&owner->wait);
    }
    return false;
}

/* The owner is the caller itself, or waits for something: without any deadline this wait might never end. */
static COSY_COLD int acquire_with_care(cosy_lock *lock, cosy_task *me, cosy_time deadline)
{
    if (deadline == COSY_FOREVER && !(me->wait.attn & COSY_A_SCOPE) && closes_cycle(lock, me))
        return cosy__misuse(COSY_EDEADLK, "cosy_lock_acquire", COSY__NAME(lock), lock->owner);
    cosy__park(&lock->waiters, &me->wait, &acquiring);
    return cosy_suspend(me, deadline);
}

int cosy_lock_acquire_slow(cosy_lock *lock, cosy_time deadline)
{
    COSY__VALID(cosy_lock_check(lock));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!lock || !me))
        return refuse(lock);
    if (!lock->owner) {
        lock->owner = me;
        if (COSY_UNLIKELY(lock->flags & COSY_LOCK_CHECKPOINT))
            return cosy__go_round(me, COSY_OK);
        return cosy__done_here(me, COSY_OK);
    }
    if (lock->owner == me || lock->owner->wait.state == COSY_QUEUED)
        return acquire_with_care(lock, me, deadline);
    cosy__park(&lock->waiters, &me->wait, &acquiring);
    return cosy_suspend(me, deadline);
}

/* Not the running coroutine's lock: a stackless task's, an owner-less one, or misuse. */
static COSY_COLD int release_as_other(cosy_lock *lock)
{
    if (!lock)
        return cosy__misuse(COSY_EINVAL, "cosy_lock_release", "NULL", NULL);
    if (!lock->owner)
        return cosy__misuse(COSY_ENOTHELD, "cosy_lock_release", COSY__NAME(lock), NULL);
    if (lock->owner != cosy_self() && !(lock->flags & COSY_LOCK_OWNERLESS))
        return cosy__misuse(COSY_ENOTOWNER, "cosy_lock_release", COSY__NAME(lock), lock->owner);
    return cosy__lock_pass_on(lock);
}

int cosy_lock_release_slow(cosy_lock *lock)
{
    COSY__VALID(cosy_lock_check(lock));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!lock || !me || lock->owner != me))
        return release_as_other(lock);
    return cosy__lock_pass_on(lock);
}

/* The holder of an owner-less lock may have ended without having released it, and lie in memory that is used otherwise
 * by now: its node is believed only if it knows this lock. */
bool cosy_lock_handed(const cosy_lock *lock)
{
    const cosy_task *owner = lock->owner;
    return owner && owner->wait.list == &lock->waiters && owner->wait.state == COSY_GRANTED &&
           owner->wait.ops->owner == cosy__lock_holder;
}

int cosy_lock_destroy(cosy_lock *lock)
{
    COSY__VALID(cosy_lock_check(lock));
    if (!lock)
        return cosy__misuse(COSY_EINVAL, "cosy_lock_destroy", "NULL", NULL);
    if (lock->owner)
        return cosy__misuse(COSY_EBUSY, "cosy_lock_destroy", COSY__NAME(lock), lock->owner);
    return COSY_OK;
}
