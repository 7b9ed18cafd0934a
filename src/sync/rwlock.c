/* Reader-writer lock. One line for both; who stands at its head decides. let_in() is all there is to it: each change of
 * who holds the lock, or of who stands at the head, is followed by it.
 *
 * A reader that leaves the line changes nothing for those behind it: at the head it stands only while a writer holds the
 * lock. A writer that leaves may have kept readers out, who then join those that read already.
 */
#include "sync.h"

#include "../../include/cosy/rwlock.h"

static const cosy_wait_ops reading, writing;

static cosy_rwlock *rwlock_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_rwlock, waiters);
}

/* Whom the state allows, in order: a writer alone, or readers up to the next writer. */
static void let_in(cosy_rwlock *l)
{
    cosy_wait *w;
    while ((w = l->waiters.head) && !l->writer) {
        if (w->ops == &writing) {
            if (l->readers)
                return;
            l->writer = cosy__waiter(w);
        } else {
            l->readers++;
        }
        cosy__grant(cosy__pop(&l->waiters));
    }
}

static void leave_writing(cosy_wait *w)
{
    let_in(rwlock_of(w));
}

static bool undo_read(cosy_wait *w)
{
    cosy_rwlock *l = rwlock_of(w);
    l->readers--;
    let_in(l);
    return true;
}

static bool undo_write(cosy_wait *w)
{
    cosy_rwlock *l = rwlock_of(w);
    l->writer = NULL;
    let_in(l);
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(rwlock_of(w));
}

/* NULL while it is read: readers are not known. */
static const cosy_task *owner(const cosy_wait *w)
{
    return rwlock_of(w)->writer;
}

static const cosy_wait_ops reading = {.what = "the reading side of rwlock", .undo = undo_read, .name = name, .owner = owner};
static const cosy_wait_ops writing = {
    .what = "the writing side of rwlock", .leave = leave_writing, .undo = undo_write, .name = name, .owner = owner};

int cosy_rwlock_init(cosy_rwlock *l, const char *title)
{
    if (!l)
        return cosy__misuse(COSY_EINVAL, "cosy_rwlock_init", title, NULL);
    l->waiters.head = NULL;
    l->writer = NULL;
    l->readers = 0;
    COSY__SET_NAME(l, title);
    return COSY_OK;
}

const char *cosy_rwlock_check(const cosy_rwlock *l)
{
    static const cosy_wait_ops *const kinds[] = {&reading, &writing, NULL};
    if (!l)
        return NULL;
    const cosy_wait *head = l->waiters.head;
    if (l->writer && l->readers)
        return "a lock is held for writing and for reading at once";
    if (head && !l->writer && (!l->readers || head->ops != &writing))
        return "a task waits for a lock that it could have";
    return cosy__list_check(&l->waiters, kinds);
}

/* ---- taking it ---- */

/* Somebody waits only while somebody holds it, and behind readers a writer is the first. */
static inline bool take_read(cosy_rwlock *l)
{
    if (l->writer || l->waiters.head)
        return false;
    l->readers++;
    return true;
}

static inline bool take_write(cosy_rwlock *l, cosy_task *task)
{
    if (l->writer || l->readers)
        return false;
    l->writer = task;
    return true;
}

/* What is wrong with a call; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_rwlock *l, const char *call)
{
    if (!l)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(l), NULL);
}

/* The caller holds it for writing: without any deadline this wait could never end. */
static COSY_COLD int wait_for_oneself(cosy_rwlock *l, const cosy_wait_ops *ops, cosy_task *me, cosy_time deadline,
                                      const char *call)
{
    if (deadline == COSY_FOREVER && !(me->wait.attn & COSY_A_SCOPE))
        return cosy__misuse(COSY_EDEADLK, call, COSY__NAME(l), me);
    cosy__park(&l->waiters, &me->wait, ops);
    return cosy_suspend(me, deadline);
}

int cosy_rwlock_read_begin(cosy_rwlock *l, cosy_wait *w)
{
    COSY__VALID(cosy_rwlock_check(l));
    if (COSY_UNLIKELY(!l || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_rwlock_read_begin", "NULL", NULL);
    if (take_read(l))
        return cosy__done(w, COSY_OK);
    return cosy__park(&l->waiters, w, &reading);
}

int cosy_rwlock_write_begin(cosy_rwlock *l, cosy_wait *w)
{
    COSY__VALID(cosy_rwlock_check(l));
    if (COSY_UNLIKELY(!l || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_rwlock_write_begin", "NULL", NULL);
    if (take_write(l, cosy__waiter(w)))
        return cosy__done(w, COSY_OK);
    return cosy__park(&l->waiters, w, &writing);
}

int cosy_rwlock_read(cosy_rwlock *l, cosy_time deadline)
{
    COSY__VALID(cosy_rwlock_check(l));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!l || !me))
        return refuse(l, "cosy_rwlock_read");
    if (take_read(l))
        return cosy__done_here(me, COSY_OK);
    if (COSY_UNLIKELY(l->writer == me))
        return wait_for_oneself(l, &reading, me, deadline, "cosy_rwlock_read");
    cosy__park(&l->waiters, &me->wait, &reading);
    return cosy_suspend(me, deadline);
}

int cosy_rwlock_write(cosy_rwlock *l, cosy_time deadline)
{
    COSY__VALID(cosy_rwlock_check(l));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!l || !me))
        return refuse(l, "cosy_rwlock_write");
    if (take_write(l, me))
        return cosy__done_here(me, COSY_OK);
    if (COSY_UNLIKELY(l->writer == me))
        return wait_for_oneself(l, &writing, me, deadline, "cosy_rwlock_write");
    cosy__park(&l->waiters, &me->wait, &writing);
    return cosy_suspend(me, deadline);
}

int cosy_rwlock_try_read(cosy_rwlock *l)
{
    COSY__VALID(cosy_rwlock_check(l));
    if (!l)
        return refuse(l, "cosy_rwlock_try_read");
    return take_read(l) ? COSY_OK : COSY_EAGAIN;
}

int cosy_rwlock_try_write(cosy_rwlock *l)
{
    COSY__VALID(cosy_rwlock_check(l));
    cosy_task *me = cosy_self();
    if (!l || !me)
        return refuse(l, "cosy_rwlock_try_write");
    return take_write(l, me) ? COSY_OK : COSY_EAGAIN;
}

int cosy_rwlock_read_arm(cosy_arm *arm)
{
    return cosy_rwlock_read_begin((cosy_rwlock *)arm->object, &arm->wait);
}

int cosy_rwlock_write_arm(cosy_arm *arm)
{
    return cosy_rwlock_write_begin((cosy_rwlock *)arm->object, &arm->wait);
}

/* ---- giving it back ---- */

int cosy_rwlock_read_release(cosy_rwlock *l)
{
    COSY__VALID(cosy_rwlock_check(l));
    if (COSY_UNLIKELY(!l))
        return refuse(l, "cosy_rwlock_read_release");
    if (COSY_UNLIKELY(!l->readers))
        return cosy__misuse(COSY_ENOTHELD, "cosy_rwlock_read_release", COSY__NAME(l), l->writer);
    if (--l->readers == 0)
        let_in(l);
    return COSY_OK;
}

/* The current task is no longer the writer; `readers` hold it instead. */
static int end_writing(cosy_rwlock *l, uint32_t readers, const char *call)
{
    if (COSY_UNLIKELY(!l))
        return refuse(l, call);
    if (COSY_UNLIKELY(!l->writer))
        return cosy__misuse(COSY_ENOTHELD, call, COSY__NAME(l), NULL);
    if (COSY_UNLIKELY(l->writer != cosy_self()))
        return cosy__misuse(COSY_ENOTOWNER, call, COSY__NAME(l), l->writer);
    l->writer = NULL;
    l->readers = readers;
    let_in(l);
    return COSY_OK;
}

int cosy_rwlock_write_release(cosy_rwlock *l)
{
    COSY__VALID(cosy_rwlock_check(l));
    return end_writing(l, 0, "cosy_rwlock_write_release");
}

int cosy_rwlock_downgrade(cosy_rwlock *l)
{
    COSY__VALID(cosy_rwlock_check(l));
    return end_writing(l, 1, "cosy_rwlock_downgrade");
}

int cosy_rwlock_destroy(cosy_rwlock *l)
{
    COSY__VALID(cosy_rwlock_check(l));
    if (!l)
        return refuse(l, "cosy_rwlock_destroy");
    if (l->writer || l->readers)
        return cosy__misuse(COSY_EBUSY, "cosy_rwlock_destroy", COSY__NAME(l), l->writer);
    return COSY_OK;
}
