/* Lock. Invariant: owner is NULL only if nobody waits, because release gives it to the first waiter in the same step.
 *
 * owner is the truth from the hand-off on, before the new owner has run. A lock that is taken outside tasks (an
 * owner-less one, through begin with no task behind it) does not occur: begin needs a task's node.
 */
#include "sync.h"

#include "../../include/cosy/lock.h"

static cosy_lock *lock_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_lock, waiters);
}

/* Gives the lock to the first waiter, or frees it. */
static void pass_on(cosy_lock *lock)
{
    cosy_wait *w = cosy__pop(&lock->waiters);
    if (w) {
        lock->owner = cosy__task(w);
        cosy__grant(w);
    } else {
        lock->owner = NULL;
    }
}

static bool undo(cosy_wait *w)
{
    pass_on(lock_of(w));
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(lock_of(w));
}

static const cosy_task *owner(const cosy_wait *w)
{
    return lock_of(w)->owner;
}

static const cosy_wait_ops acquiring = {.what = "lock", .undo = undo, .name = name, .owner = owner};

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

int cosy_lock_acquire_begin(cosy_lock *lock, cosy_wait *w)
{
    if (COSY_UNLIKELY(!lock || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_lock_acquire_begin", "NULL", NULL);
    if (!lock->owner) {
        lock->owner = cosy__task(w);
        if (COSY_UNLIKELY(lock->flags & COSY_LOCK_CHECKPOINT))
            return cosy__yield_with(w, COSY_OK);
        return cosy__done(w, COSY_OK);
    }
    return cosy__park(&lock->waiters, w, &acquiring);
}

static COSY_COLD int refuse(const cosy_lock *lock)
{
    if (!lock)
        return cosy__misuse(COSY_EINVAL, "cosy_lock_acquire", "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, "cosy_lock_acquire", COSY__NAME(lock), NULL);
}

/* Its owner asks again. Without any deadline that would never end; with one it is only foolish. */
static COSY_COLD int acquire_own(cosy_lock *lock, cosy_task *me, cosy_time deadline)
{
    if (deadline == COSY_FOREVER && !(lock->flags & COSY_LOCK_OWNERLESS) && !(me->wait.attn & COSY_A_SCOPE))
        return cosy__misuse(COSY_EDEADLK, "cosy_lock_acquire", COSY__NAME(lock), me);
    cosy__park(&lock->waiters, &me->wait, &acquiring);
    return cosy_suspend(me, deadline);
}

int cosy_lock_acquire_slow(cosy_lock *lock, cosy_time deadline)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!lock || !me))
        return refuse(lock);
    if (!lock->owner) {
        lock->owner = me;
        if (COSY_UNLIKELY(lock->flags & COSY_LOCK_CHECKPOINT))
            return cosy__go_round(me, COSY_OK);
        return cosy__done_here(me, COSY_OK);
    }
    if (COSY_UNLIKELY(lock->owner == me))
        return acquire_own(lock, me, deadline);
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
    pass_on(lock);
    return COSY_OK;
}

int cosy_lock_release_slow(cosy_lock *lock)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!lock || !me || lock->owner != me))
        return release_as_other(lock);
    pass_on(lock);
    return COSY_OK;
}

int cosy_lock_destroy(cosy_lock *lock)
{
    if (!lock)
        return cosy__misuse(COSY_EINVAL, "cosy_lock_destroy", "NULL", NULL);
    if (lock->owner)
        return cosy__misuse(COSY_EBUSY, "cosy_lock_destroy", COSY__NAME(lock), lock->owner);
    return COSY_OK;
}
