/* Once. Until it is done it is a lock: runner is the truth from the hand-off on, before the new runner has run, and nobody
 * waits while nobody has the turn. When it is done all who wait are let go together, like those of an event.
 *
 * So a grant is one of two things, but never in doubt: only the runner can make it done, and one whose grant can still be
 * overruled has not run.
 */
#include "sync.h"

#include "../../include/cosy/once.h"

enum { DONE = COSY__OWN };

static cosy_once *once_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_once, waiters);
}

/* Gives the turn to the first waiter, or to whoever comes. */
static void pass_on(cosy_once *once)
{
    cosy_wait *w = cosy__pop(&once->waiters);
    if (!w) {
        once->runner = NULL;
        return;
    }
    once->runner = cosy__waiter(w);
    w->result = COSY_ONCE_TURN;
    cosy__grant(w);
}

/* If it is done, what was granted is not a turn; then nobody has one, nobody waits, and this does nothing. */
static bool undo(cosy_wait *w)
{
    pass_on(once_of(w));
    return true;
}

static bool spliced(const cosy_wait *w)
{
    return w->arg.n != cosy__splices(once_of(w)->state);
}

static void timed(cosy_wait *w)
{
    once_of(w)->state |= COSY__TIMED;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(once_of(w));
}

static const cosy_task *owner(const cosy_wait *w)
{
    return once_of(w)->runner;
}

static const cosy_wait_ops entering = {
    .what = "once", .undo = undo, .spliced = spliced, .timed = timed, .name = name, .owner = owner};

const char *cosy_once_check(const cosy_once *once)
{
    static const cosy_wait_ops *const kinds[] = {&entering, NULL};
    if (!once)
        return NULL;
    if ((once->state & DONE) && once->runner)
        return "somebody has the turn at a once that is done";
    if (!once->runner && once->waiters.head)
        return "somebody waits for a once, and nobody is at it";
    const char *wrong = cosy__list_check(&once->waiters, kinds);
    return wrong ? wrong : cosy__wake_all_check(&once->waiters, once->state);
}

int cosy_once_init(cosy_once *once, const char *title)
{
    if (!once)
        return cosy__misuse(COSY_EINVAL, "cosy_once_init", title, NULL);
    once->waiters.head = NULL;
    once->runner = NULL;
    once->state = 0;
    COSY__SET_NAME(once, title);
    return COSY_OK;
}

static inline int park(cosy_once *once, cosy_wait *w)
{
    w->arg.n = cosy__splices(once->state);
    return cosy__park(&once->waiters, w, &entering);
}

int cosy_once_enter_begin(cosy_once *once, cosy_wait *w)
{
    COSY__VALID(cosy_once_check(once));
    if (COSY_UNLIKELY(!once || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_once_enter_begin", once ? COSY__NAME(once) : "NULL", NULL);
    if (once->state & DONE)
        return cosy__done(w, COSY_OK);
    cosy_task *me = cosy__waiter(w);
    if (!once->runner) {
        once->runner = me;
        return cosy__done(w, COSY_ONCE_TURN);
    }
    if (COSY_UNLIKELY(once->runner == me))
        return cosy__misuse(COSY_EDEADLK, "cosy_once_enter_begin", COSY__NAME(once), me);
    return park(once, w);
}

int cosy_once_enter_arm(cosy_arm *arm)
{
    return cosy_once_enter_begin((cosy_once *)arm->object, &arm->wait);
}

static COSY_COLD int refuse(const cosy_once *once, const char *call)
{
    if (!once)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(once), NULL);
}

/* Who is at it is the caller itself, or waits for something. The first can never end, deadline or not: until the caller
 * leaves nobody else will do it. */
static COSY_COLD int enter_with_care(cosy_once *once, cosy_task *me, cosy_time deadline, const char *call)
{
    bool for_ever = deadline == COSY_FOREVER && !(me->wait.attn & COSY_A_SCOPE);
    if (once->runner == me || (for_ever && cosy__closes_cycle(once->runner, me, &entering)))
        return cosy__misuse(COSY_EDEADLK, call, COSY__NAME(once), once->runner);
    park(once, &me->wait);
    return cosy_suspend(me, deadline);
}

static int enter(cosy_once *once, cosy_time deadline, const char *call)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!once || !me))
        return refuse(once, call);
    if (COSY_LIKELY(once->state & DONE))
        return cosy__done_here(me, COSY_OK);
    if (!once->runner) {
        once->runner = me;
        return cosy__done_here(me, COSY_ONCE_TURN);
    }
    if (once->runner == me || once->runner->wait.state == COSY_QUEUED)
        return enter_with_care(once, me, deadline, call);
    park(once, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_once_enter(cosy_once *once, cosy_time deadline)
{
    COSY__VALID(cosy_once_check(once));
    return enter(once, deadline, "cosy_once_enter");
}

int cosy_once_leave(cosy_once *once, int result)
{
    COSY__VALID(cosy_once_check(once));
    if (!once)
        return cosy__misuse(COSY_EINVAL, "cosy_once_leave", "NULL", NULL);
    if (!once->runner)
        return cosy__misuse(COSY_ENOTHELD, "cosy_once_leave", COSY__NAME(once), NULL);
    if (once->runner != cosy_self())
        return cosy__misuse(COSY_ENOTOWNER, "cosy_once_leave", COSY__NAME(once), once->runner);
    if (result < 0) {
        pass_on(once);
        return COSY_OK;
    }
    once->runner = NULL;
    once->state |= DONE;
    cosy__wake_all(&once->waiters, &once->state);
    return COSY_OK;
}

/* The one plain call here that has to be returned to: there is work to do after the wait. */
int cosy_once_run(cosy_once *once, int (*fn)(void *), void *arg, cosy_time deadline)
{
    COSY__VALID(cosy_once_check(once));
    if (COSY_UNLIKELY(!fn))
        return cosy__misuse(COSY_EINVAL, "cosy_once_run", once ? COSY__NAME(once) : "NULL", NULL);
    int rc = enter(once, deadline, "cosy_once_run");
    if (COSY_LIKELY(rc != COSY_ONCE_TURN))
        return rc;
    rc = fn(arg);
    int left = cosy_once_leave(once, rc);
    return rc < 0 ? rc : left;
}

int cosy_once_destroy(cosy_once *once)
{
    COSY__VALID(cosy_once_check(once));
    if (!once)
        return cosy__misuse(COSY_EINVAL, "cosy_once_destroy", "NULL", NULL);
    if (once->runner)
        return cosy__misuse(COSY_EBUSY, "cosy_once_destroy", COSY__NAME(once), once->runner);
    return COSY_OK;
}
