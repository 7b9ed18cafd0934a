/* Wait group. Invariant: at zero nobody waits, because whoever counts down to zero wakes all in the same step.
 *
 * Their wait is satisfied then, whatever is added before they run: a wait is for a moment at zero, not for a state.
 */
#include "sync.h"

#include "../../include/cosy/waitgroup.h"

static cosy_waitgroup *waitgroup_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_waitgroup, waiters);
}

static bool spliced(const cosy_wait *w)
{
    return w->arg.n != cosy__splices(waitgroup_of(w)->wakes);
}

static void timed(cosy_wait *w)
{
    waitgroup_of(w)->wakes |= COSY__TIMED;
}

/* Nothing is given to one waiter, so a cancel has nothing to put back. */
static bool undo(cosy_wait *w)
{
    (void)w;
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(waitgroup_of(w));
}

static const cosy_wait_ops waiting = {
    .what = "wait group", .undo = undo, .spliced = spliced, .timed = timed, .name = name};

const char *cosy_waitgroup_check(const cosy_waitgroup *wg)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!wg)
        return NULL;
    if (wg->count < 0)
        return "a wait group counts less than nothing";
    if (!wg->count && wg->waiters.head)
        return "somebody waits for a wait group that is at zero";
    const char *wrong = cosy__list_check(&wg->waiters, kinds);
    return wrong ? wrong : cosy__wake_all_check(&wg->waiters, wg->wakes);
}

int cosy_waitgroup_init(cosy_waitgroup *wg, int32_t n, const char *title)
{
    if (!wg || n < 0)
        return cosy__misuse(COSY_EINVAL, "cosy_waitgroup_init", title, NULL);
    wg->waiters.head = NULL;
    wg->count = n;
    wg->wakes = 0;
    COSY__SET_NAME(wg, title);
    return COSY_OK;
}

static inline int add(cosy_waitgroup *wg, int32_t n, const char *call)
{
    if (COSY_UNLIKELY(!wg))
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    if (COSY_UNLIKELY(n > INT32_MAX - wg->count || n < -wg->count))
        return cosy__misuse(COSY_EOVER, call, COSY__NAME(wg), NULL);
    wg->count += n;
    if (!wg->count && wg->waiters.head)
        cosy__wake_all(&wg->waiters, &wg->wakes);
    return COSY_OK;
}

int cosy_waitgroup_add(cosy_waitgroup *wg, int32_t n)
{
    COSY__VALID(cosy_waitgroup_check(wg));
    return add(wg, n, "cosy_waitgroup_add");
}

int cosy_waitgroup_done(cosy_waitgroup *wg)
{
    COSY__VALID(cosy_waitgroup_check(wg));
    return add(wg, -1, "cosy_waitgroup_done");
}

static inline int park(cosy_waitgroup *wg, cosy_wait *w)
{
    w->arg.n = cosy__splices(wg->wakes);
    return cosy__park(&wg->waiters, w, &waiting);
}

int cosy_waitgroup_wait_begin(cosy_waitgroup *wg, cosy_wait *w)
{
    COSY__VALID(cosy_waitgroup_check(wg));
    if (COSY_UNLIKELY(!wg || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_waitgroup_wait_begin", wg ? COSY__NAME(wg) : "NULL", NULL);
    if (!wg->count)
        return cosy__done(w, COSY_OK);
    return park(wg, w);
}

int cosy_waitgroup_wait_arm(cosy_arm *arm)
{
    return cosy_waitgroup_wait_begin((cosy_waitgroup *)arm->object, &arm->wait);
}

static COSY_COLD int refuse(const cosy_waitgroup *wg)
{
    if (!wg)
        return cosy__misuse(COSY_EINVAL, "cosy_waitgroup_wait", "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, "cosy_waitgroup_wait", COSY__NAME(wg), NULL);
}

int cosy_waitgroup_wait(cosy_waitgroup *wg, cosy_time deadline)
{
    COSY__VALID(cosy_waitgroup_check(wg));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!wg || !me))
        return refuse(wg);
    if (!wg->count)
        return cosy__done_here(me, COSY_OK);
    park(wg, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_waitgroup_destroy(cosy_waitgroup *wg)
{
    COSY__VALID(cosy_waitgroup_check(wg));
    if (!wg)
        return cosy__misuse(COSY_EINVAL, "cosy_waitgroup_destroy", "NULL", NULL);
    if (wg->count)
        return cosy__misuse(COSY_EBUSY, "cosy_waitgroup_destroy", COSY__NAME(wg),
                            wg->waiters.head ? cosy__waiter(wg->waiters.head) : NULL);
    return COSY_OK;
}
