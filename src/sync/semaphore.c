/* Semaphore. Permits are taken at the grant, not when the task runs, so who is granted counts against newcomers.
 *
 * Who has been granted and has not run is overtaken by nobody, not even for permits that are over: limit's sign says that
 * there may be such a task, see sync.h.
 *
 * The head of the line decides: while it waits for more than there is, everybody behind it waits. Whoever leaves the line
 * (cancel, time-out) makes it be looked at again.
 */
#include "sync.h"

#include "../../include/cosy/semaphore.h"

static cosy_semaphore *semaphore_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_semaphore, waiters);
}

static inline int32_t most(const cosy_semaphore *s)
{
    return s->limit & INT32_MAX;
}

static void grant_in_order(cosy_semaphore *s)
{
    cosy_wait *w;
    while ((w = s->waiters.head) && (int32_t)w->arg.n <= s->count) {
        s->limit |= COSY__SERVED;
        s->count -= (int32_t)w->arg.n;
        cosy__grant(cosy__pop(&s->waiters));
    }
}

/* A release that may grant more than the one it has popped. */
static COSY_NOINLINE int grant_more(cosy_semaphore *s, cosy_wait *first)
{
    cosy__grant(first);
    grant_in_order(s);
    return COSY_OK;
}

static void leave(cosy_wait *w)
{
    grant_in_order(semaphore_of(w));
}

static bool undo(cosy_wait *w)
{
    cosy_semaphore *s = semaphore_of(w);
    int32_t n = (int32_t)w->arg.n;
    s->count = n < most(s) - s->count ? s->count + n : most(s); /* above it only after an over-release */
    grant_in_order(s);
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(semaphore_of(w));
}

static const cosy_wait_ops acquiring = {.what = "semaphore", .leave = leave, .undo = undo, .name = name};

int cosy_semaphore_init(cosy_semaphore *s, int32_t permits, int32_t limit, const char *title)
{
    if (!s || permits < 0 || limit < 1 || limit < permits)
        return cosy__misuse(COSY_EINVAL, "cosy_semaphore_init", title, NULL);
    s->waiters.head = NULL;
    s->count = permits;
    s->limit = limit;
    COSY__SET_NAME(s, title);
    return COSY_OK;
}

const char *cosy_semaphore_check(const cosy_semaphore *s)
{
    static const cosy_wait_ops *const kinds[] = {&acquiring, NULL};
    if (!s)
        return NULL;
    if (s->count < 0 || s->count > most(s))
        return "a semaphore's permits are not between 0 and its limit";
    const char *wrong = cosy__list_check(&s->waiters, kinds);
    const cosy_wait *w = s->waiters.head;
    if (wrong || !w)
        return wrong;
    if ((int32_t)w->arg.n <= s->count)
        return "a task waits for permits that it could have";
    do {
        if ((int32_t)w->arg.n > most(s))
            return "a task waits for more permits than there can be";
        w = w->next;
    } while (w != s->waiters.head);
    return NULL;
}

static inline bool sane(const cosy_semaphore *s, int32_t n)
{
    return s && n >= 1 && n <= most(s);
}

/* What is wrong with a call; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_semaphore *s, int32_t n, const char *call)
{
    if (!s)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    if (n < 1)
        return cosy__misuse(COSY_EINVAL, call, COSY__NAME(s), NULL);
    if (n > most(s))
        return cosy__misuse(COSY_EOVER, call, COSY__NAME(s), NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(s), NULL);
}

static inline bool enough(const cosy_semaphore *s, int32_t n)
{
    return s->count >= n && !s->waiters.head;
}

/* Somebody may have been granted permits and not have run. Forgets it if there is nobody. */
static COSY_COLD bool served_waits(cosy_semaphore *s, const cosy_loop *loop)
{
    if (cosy__served(loop->ready, &s->waiters, &acquiring))
        return true;
    s->limit &= INT32_MAX;
    return false;
}

static inline bool comes_after(cosy_semaphore *s, const cosy_loop *loop)
{
    return COSY_UNLIKELY(s->limit < 0) && served_waits(s, loop);
}

static inline int park(cosy_semaphore *s, int32_t n, cosy_wait *w)
{
    w->arg.n = (uintptr_t)n;
    return cosy__park(&s->waiters, w, &acquiring);
}

int cosy_semaphore_acquire_begin(cosy_semaphore *s, int32_t n, cosy_wait *w)
{
    COSY__VALID(cosy_semaphore_check(s));
    if (!sane(s, n) || !w)
        return refuse(w ? s : NULL, n, "cosy_semaphore_acquire_begin");
    if (!enough(s, n))
        return park(s, n, w);
    bool after = comes_after(s, w->loop);
    s->count -= n;
    return after ? cosy__behind(w, COSY_OK) : cosy__done(w, COSY_OK);
}

/* There are enough, but somebody who was served earlier may not have run. */
static COSY_COLD int acquire_with_care(cosy_semaphore *s, int32_t n, cosy_time deadline, cosy_task *me)
{
    bool after = served_waits(s, me->wait.loop);
    if (after && deadline == COSY_NOW)
        return cosy__done_here(me, COSY_EAGAIN);
    s->count -= n;
    return after ? cosy__go_round(me, COSY_OK) : cosy__done_here(me, COSY_OK);
}

int cosy_semaphore_acquire(cosy_semaphore *s, int32_t n, cosy_time deadline)
{
    COSY__VALID(cosy_semaphore_check(s));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!sane(s, n) || !me))
        return refuse(s, n, "cosy_semaphore_acquire");
    if (enough(s, n)) {
        if (COSY_UNLIKELY(s->limit < 0))
            return acquire_with_care(s, n, deadline, me);
        s->count -= n;
        return cosy__done_here(me, COSY_OK);
    }
    park(s, n, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_semaphore_acquire_arm(cosy_arm *arm)
{
    return cosy_semaphore_acquire_begin((cosy_semaphore *)arm->object, (int32_t)arm->n, &arm->wait);
}

int cosy_semaphore_try(cosy_semaphore *s, int32_t n)
{
    COSY__VALID(cosy_semaphore_check(s));
    if (!sane(s, n))
        return refuse(s, n, "cosy_semaphore_try");
    if (!enough(s, n) || comes_after(s, cosy_here()))
        return COSY_EAGAIN;
    s->count -= n;
    return COSY_OK;
}

int32_t cosy_semaphore_count_slow(const cosy_semaphore *s)
{
    return cosy__served(cosy_here()->ready, &s->waiters, &acquiring) ? 0 : s->count;
}

int cosy_semaphore_release(cosy_semaphore *s, int32_t n)
{
    COSY__VALID(cosy_semaphore_check(s));
    if (COSY_UNLIKELY(!s || n < 1))
        return refuse(s, n, "cosy_semaphore_release");
    if (COSY_UNLIKELY(n > most(s) - s->count))
        return cosy__misuse(COSY_EOVER, "cosy_semaphore_release", COSY__NAME(s), NULL);
    s->count += n;
    cosy_wait *w = s->waiters.head;
    if (!w || (int32_t)w->arg.n > s->count)
        return COSY_OK;
    s->count -= (int32_t)w->arg.n;
    s->limit |= COSY__SERVED;
    cosy__pop(&s->waiters);
    if (s->count && s->waiters.head)
        return grant_more(s, w);
    return cosy__grant(w);
}

int cosy_semaphore_destroy(cosy_semaphore *s)
{
    COSY__VALID(cosy_semaphore_check(s));
    if (!s)
        return cosy__misuse(COSY_EINVAL, "cosy_semaphore_destroy", "NULL", NULL);
    if (s->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_semaphore_destroy", COSY__NAME(s), cosy__waiter(s->waiters.head));
    return COSY_OK;
}
