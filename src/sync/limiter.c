/* Limiter. A semaphore of one permit each whose holders are known: the permit is linked into the circle of holders by
 * whoever grants, so who is granted and has not run counts, and can be seen.
 *
 * A permit that waits is not linked but claimed (limiter is set), so that a second acquire with it is found.
 */
#include "sync.h"

#include "../../include/cosy/limiter.h"

static cosy_limiter *limiter_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_limiter, waiters);
}

static cosy_permit *permit_of(const cosy_wait *w)
{
    return (cosy_permit *)w->arg.ptr;
}

/* ---- the circle of holders ---- */

static inline void hold(cosy_limiter *l, cosy_permit *permit)
{
    cosy_permit *first = l->holders;
    l->held++;
    if (!first) {
        permit->next = permit->prev = permit;
        l->holders = permit;
        return;
    }
    cosy_permit *last = first->prev;
    permit->next = first;
    permit->prev = last;
    last->next = permit;
    first->prev = permit;
}

static inline void free_permit(cosy_permit *permit)
{
    permit->next = NULL;
    permit->limiter = NULL;
}

/* Whom the limit allows, in order. */
static void grant_in_order(cosy_limiter *l)
{
    cosy_wait *w;
    while (l->held < cosy_limiter_limit(l) && (w = cosy__pop(&l->waiters))) {
        l->limit |= COSY__SERVED;
        hold(l, permit_of(w));
        cosy__grant(w);
    }
}

static void give_back(cosy_limiter *l, cosy_permit *permit)
{
    if (permit->next == permit) {
        l->holders = NULL;
    } else {
        permit->prev->next = permit->next;
        permit->next->prev = permit->prev;
        if (l->holders == permit)
            l->holders = permit->next;
    }
    l->held--;
    free_permit(permit);
    grant_in_order(l);
}

/* ---- what waits ---- */

/* Those behind it move up, but not in: it was not the one that kept them out. */
static void leave(cosy_wait *w)
{
    free_permit(permit_of(w));
}

static bool undo(cosy_wait *w)
{
    give_back(limiter_of(w), permit_of(w));
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(limiter_of(w));
}

/* One of several; the one that has held its permit the longest. */
static const cosy_task *owner(const cosy_wait *w)
{
    const cosy_permit *first = limiter_of(w)->holders;
    return first ? first->task : NULL;
}

static const cosy_wait_ops acquiring = {
    .what = "a permit of limiter", .leave = leave, .undo = undo, .name = name, .owner = owner};

int cosy_limiter_init(cosy_limiter *l, int32_t limit, const char *title)
{
    if (!l || limit < 0)
        return cosy__misuse(COSY_EINVAL, "cosy_limiter_init", title, NULL);
    l->waiters.head = NULL;
    l->holders = NULL;
    l->held = 0;
    l->limit = limit;
    COSY__SET_NAME(l, title);
    return COSY_OK;
}

static const char *check_holders(const cosy_limiter *l)
{
    const cosy_permit *permit = l->holders;
    int32_t n = 0;
    if (permit)
        do {
            if (n++ == l->held)
                return "a limiter has more holders than it has counted";
            if (permit->next->prev != permit)
                return "the links of a limiter's holders do not agree";
            if (permit->limiter != l)
                return "a permit is held of another limiter";
            permit = permit->next;
        } while (permit != l->holders);
    return n == l->held ? NULL : "a limiter has fewer holders than it has counted";
}

const char *cosy_limiter_check(const cosy_limiter *l)
{
    static const cosy_wait_ops *const kinds[] = {&acquiring, NULL};
    if (!l)
        return NULL;
    if (l->waiters.head && l->held < cosy_limiter_limit(l))
        return "a task waits for a permit that it could have";
    const char *wrong = cosy__list_check(&l->waiters, kinds);
    if (!wrong)
        wrong = check_holders(l);
    if (wrong || !l->waiters.head)
        return wrong;
    cosy_wait *w = l->waiters.head;
    do {
        const cosy_permit *permit = permit_of(w);
        if (permit->limiter != l || permit->next || permit->task != cosy__waiter(w))
            return "a permit is waited for and does not know it";
        w = w->next;
    } while (w != l->waiters.head);
    return NULL;
}

/* ---- taking one ---- */

static inline bool usable(const cosy_limiter *l, const cosy_permit *permit)
{
    return l && permit && !permit->limiter;
}

/* What is wrong with a call; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_limiter *l, const cosy_permit *permit, const char *call)
{
    if (!l || !permit)
        return cosy__misuse(COSY_EINVAL, call, l ? COSY__NAME(l) : "NULL", NULL);
    if (permit->limiter)
        return cosy__misuse(COSY_EBUSY, call, COSY__NAME(l), permit->task);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(l), NULL);
}

static inline void claim(cosy_limiter *l, cosy_permit *permit, cosy_task *task)
{
    permit->limiter = l;
    permit->task = task;
}

/* Somebody waits only if there is none to be had. */
static inline bool enough(const cosy_limiter *l)
{
    return l->held < cosy_limiter_limit(l);
}

/* Somebody may have been granted a permit and not have run. Forgets it if there is nobody. */
static COSY_COLD bool served_waits(cosy_limiter *l, const cosy_loop *loop)
{
    if (cosy__served(loop->ready, &l->waiters, &acquiring))
        return true;
    l->limit &= INT32_MAX;
    return false;
}

static inline bool comes_after(cosy_limiter *l, const cosy_loop *loop)
{
    return COSY_UNLIKELY(l->limit < 0) && served_waits(l, loop);
}

static inline int park(cosy_limiter *l, cosy_permit *permit, cosy_wait *w)
{
    w->arg.ptr = permit;
    return cosy__park(&l->waiters, w, &acquiring);
}

int cosy_limiter_acquire_begin(cosy_limiter *l, cosy_permit *permit, cosy_wait *w)
{
    COSY__VALID(cosy_limiter_check(l));
    if (!usable(l, permit) || !w)
        return refuse(l, w ? permit : NULL, "cosy_limiter_acquire_begin");
    claim(l, permit, cosy__waiter(w));
    if (!enough(l))
        return park(l, permit, w);
    bool after = comes_after(l, w->loop);
    hold(l, permit);
    return after ? cosy__behind(w, COSY_OK) : cosy__done(w, COSY_OK);
}

/* There is one, but somebody who was served earlier may not have run. */
static COSY_COLD int acquire_with_care(cosy_limiter *l, cosy_permit *permit, cosy_time deadline, cosy_task *me)
{
    bool after = served_waits(l, me->wait.loop);
    if (after && deadline == COSY_NOW) {
        free_permit(permit);
        return cosy__done_here(me, COSY_EAGAIN);
    }
    hold(l, permit);
    return after ? cosy__go_round(me, COSY_OK) : cosy__done_here(me, COSY_OK);
}

int cosy_limiter_acquire(cosy_limiter *l, cosy_permit *permit, cosy_time deadline)
{
    COSY__VALID(cosy_limiter_check(l));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!usable(l, permit) || !me))
        return refuse(l, permit, "cosy_limiter_acquire");
    claim(l, permit, me);
    if (enough(l)) {
        if (COSY_UNLIKELY(l->limit < 0))
            return acquire_with_care(l, permit, deadline, me);
        hold(l, permit);
        return cosy__done_here(me, COSY_OK);
    }
    park(l, permit, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_limiter_try(cosy_limiter *l, cosy_permit *permit)
{
    COSY__VALID(cosy_limiter_check(l));
    if (!usable(l, permit))
        return refuse(l, permit, "cosy_limiter_try");
    if (!enough(l) || comes_after(l, cosy_here()))
        return COSY_EAGAIN;
    hold(l, permit);
    claim(l, permit, cosy_self());
    return COSY_OK;
}

int cosy_limiter_acquire_arm(cosy_arm *arm)
{
    return cosy_limiter_acquire_begin((cosy_limiter *)arm->object, (cosy_permit *)arm->place, &arm->wait);
}

/* ---- giving it back ---- */

int cosy_limiter_release(cosy_permit *permit)
{
    if (COSY_UNLIKELY(!permit))
        return cosy__misuse(COSY_EINVAL, "cosy_limiter_release", "NULL", NULL);
    cosy_limiter *l = permit->limiter;
    COSY__VALID(cosy_limiter_check(l));
    if (COSY_UNLIKELY(!l))
        return cosy__misuse(COSY_ENOTHELD, "cosy_limiter_release", NULL, NULL);
    if (COSY_UNLIKELY(!permit->next))
        return cosy__misuse(COSY_ENOTHELD, "cosy_limiter_release", COSY__NAME(l), permit->task);
    give_back(l, permit);
    return COSY_OK;
}

int cosy_limiter_resize(cosy_limiter *l, int32_t limit)
{
    COSY__VALID(cosy_limiter_check(l));
    if (!l || limit < 0)
        return cosy__misuse(COSY_EINVAL, "cosy_limiter_resize", l ? COSY__NAME(l) : "NULL", NULL);
    l->limit = limit | (l->limit & COSY__SERVED);
    grant_in_order(l);
    return COSY_OK;
}

/* ---- looking at it ---- */

int cosy_limiter_each(const cosy_limiter *l, int (*fn)(cosy_permit *, void *), void *arg)
{
    COSY__VALID(cosy_limiter_check(l));
    if (!l || !fn)
        return cosy__misuse(COSY_EINVAL, "cosy_limiter_each", l ? COSY__NAME(l) : "NULL", NULL);
    cosy_permit *permit = l->holders, *next;
    int rc = COSY_OK;
    for (int32_t n = l->held; n > 0 && !rc; n--, permit = next) { /* who is granted meanwhile comes behind these */
        next = permit->next;
        rc = fn(permit, arg);
    }
    return rc;
}

uint32_t cosy_limiter_waiting(const cosy_limiter *l)
{
    return cosy__list_count(&l->waiters);
}

int cosy_limiter_destroy(cosy_limiter *l)
{
    COSY__VALID(cosy_limiter_check(l));
    if (!l)
        return cosy__misuse(COSY_EINVAL, "cosy_limiter_destroy", "NULL", NULL);
    if (l->holders)
        return cosy__misuse(COSY_EBUSY, "cosy_limiter_destroy", COSY__NAME(l), l->holders->task);
    if (l->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_limiter_destroy", COSY__NAME(l), cosy__waiter(l->waiters.head));
    return COSY_OK;
}
