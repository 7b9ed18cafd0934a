/* Semaphore. Permits are taken at the grant, not when the task runs, so who is granted counts against newcomers.
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

static void grant_in_order(cosy_semaphore *s)
{
    cosy_wait *w;
    while ((w = s->waiters.head) && (int32_t)w->arg.n <= s->count) {
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
    s->count = n < s->limit - s->count ? s->count + n : s->limit; /* above it only after an over-release */
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
    if (s->count < 0 || s->count > s->limit)
        return "a semaphore's permits are not between 0 and its limit";
    const char *wrong = cosy__list_check(&s->waiters, kinds);
    const cosy_wait *w = s->waiters.head;
    if (wrong || !w)
        return wrong;
    if ((int32_t)w->arg.n <= s->count)
        return "a task waits for permits that it could have";
    do {
        if ((int32_t)w->arg.n > s->limit)
            return "a task waits for more permits than there can be";
        w = w->next;
    } while (w != s->waiters.head);
    return NULL;
}

static inline bool sane(const cosy_semaphore *s, int32_t n)
{
    return s && n >= 1 && n <= s->limit;
}

/* What is wrong with a call; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_semaphore *s, int32_t n, const char *call)
{
    if (!s)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    if (n < 1)
        return cosy__misuse(COSY_EINVAL, call, COSY__NAME(s), NULL);
    if (n > s->limit)
        return cosy__misuse(COSY_EOVER, call, COSY__NAME(s), NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(s), NULL);
}

static inline bool take(cosy_semaphore *s, int32_t n)
{
    if (s->count < n || s->waiters.head)
        return false;
    s->count -= n;
    return true;
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
    if (take(s, n))
        return cosy__done(w, COSY_OK);
    return park(s, n, w);
}

int cosy_semaphore_acquire(cosy_semaphore *s, int32_t n, cosy_time deadline)
{
    COSY__VALID(cosy_semaphore_check(s));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!sane(s, n) || !me))
        return refuse(s, n, "cosy_semaphore_acquire");
    if (take(s, n))
        return cosy__done_here(me, COSY_OK);
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
    return take(s, n) ? COSY_OK : COSY_EAGAIN;
}

int cosy_semaphore_release(cosy_semaphore *s, int32_t n)
{
    COSY__VALID(cosy_semaphore_check(s));
    if (COSY_UNLIKELY(!s || n < 1))
        return refuse(s, n, "cosy_semaphore_release");
    if (COSY_UNLIKELY(n > s->limit - s->count))
        return cosy__misuse(COSY_EOVER, "cosy_semaphore_release", COSY__NAME(s), NULL);
    s->count += n;
    cosy_wait *w = s->waiters.head;
    if (!w || (int32_t)w->arg.n > s->count)
        return COSY_OK;
    s->count -= (int32_t)w->arg.n;
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
