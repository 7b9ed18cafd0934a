/* Flags. The line is walked, not only its head: a condition that does not hold stays where it is, those behind it are
 * looked at as well. Conditions only come to hold by a bit being set, so at rest none in the line does.
 *
 * What a wait asks for is more than the one word that a node has, so it lies in a cosy_flags_want: the caller's in the
 * begin form, one in the frame of the plain call.
 */
#include "sync.h"

#include "../../include/cosy/flags.h"

static cosy_flags *flags_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_flags, waiters);
}

/* The bits that satisfy a wait; 0 if they do not. */
static inline uint32_t satisfying(uint32_t bits, const cosy_flags_want *want)
{
    uint32_t found = bits & want->mask;
    return (want->how & COSY_FLAGS_ALL) && found != want->mask ? 0 : found;
}

static inline bool take(cosy_flags *f, cosy_flags_want *want)
{
    uint32_t found = satisfying(f->bits, want);
    want->got = found;
    if (want->how & COSY_FLAGS_CLEAR)
        f->bits &= ~found;
    return found != 0;
}

/* Bits were set: lets each go whose condition holds. */
static void look(cosy_flags *f)
{
    cosy_wait *w = f->waiters.head, *next;
    for (; w && f->bits; w = next) {
        next = w->next != f->waiters.head ? w->next : NULL;
        if (!take(f, (cosy_flags_want *)w->arg.ptr))
            continue;
        bool alone = !(w->flags & COSY_W_ARM);
        cosy__unlink(w);
        cosy__grant(w);
        if (!alone)
            next = f->waiters.head; /* its select has withdrawn arms, `next` perhaps: all who are left, once more */
    }
}

static bool undo(cosy_wait *w)
{
    cosy_flags *f = flags_of(w);
    cosy_flags_want *want = (cosy_flags_want *)w->arg.ptr;
    uint32_t taken = want->how & COSY_FLAGS_CLEAR ? want->got : 0;
    want->got = 0;
    if (taken) {
        f->bits |= taken; /* whether they were cleared meanwhile or not: no clear reaches what was taken */
        look(f);
    }
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(flags_of(w));
}

/* No leave: who leaves the line held nobody back. */
static const cosy_wait_ops waiting = {.what = "flags", .undo = undo, .name = name};

static inline bool sane(const cosy_flags *f, uint32_t mask, unsigned how)
{
    return f && mask && how <= (COSY_FLAGS_ALL | COSY_FLAGS_CLEAR);
}

const char *cosy_flags_check(const cosy_flags *f)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!f)
        return NULL;
    const char *wrong = cosy__list_check(&f->waiters, kinds);
    const cosy_wait *w = f->waiters.head;
    if (wrong || !w)
        return wrong;
    do {
        const cosy_flags_want *want = (const cosy_flags_want *)w->arg.ptr;
        if (!sane(f, want->mask, want->how))
            return "a task waits for no flags, or in an unknown way";
        if (satisfying(f->bits, want))
            return "a task waits for flags that are set";
        w = w->next;
    } while (w != f->waiters.head);
    return NULL;
}

int cosy_flags_init(cosy_flags *f, uint32_t bits, const char *title)
{
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_flags_init", title, NULL);
    f->waiters.head = NULL;
    f->bits = bits;
    COSY__SET_NAME(f, title);
    return COSY_OK;
}

/* What is wrong with a call; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_flags *f, uint32_t mask, unsigned how, const char *call)
{
    if (!f)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    return cosy__misuse(sane(f, mask, how) ? COSY_ENOTASK : COSY_EINVAL, call, COSY__NAME(f), NULL);
}

int cosy_flags_set(cosy_flags *f, uint32_t bits)
{
    COSY__VALID(cosy_flags_check(f));
    if (COSY_UNLIKELY(!f))
        return refuse(f, bits, 0, "cosy_flags_set");
    if (!(bits & ~f->bits))
        return COSY_OK;
    f->bits |= bits;
    look(f);
    return COSY_OK;
}

int cosy_flags_clear(cosy_flags *f, uint32_t bits)
{
    COSY__VALID(cosy_flags_check(f));
    if (COSY_UNLIKELY(!f))
        return refuse(f, bits, 0, "cosy_flags_clear");
    f->bits &= ~bits;
    return COSY_OK;
}

static inline int park(cosy_flags *f, cosy_flags_want *want, cosy_wait *w)
{
    w->arg.ptr = want;
    return cosy__park(&f->waiters, w, &waiting);
}

int cosy_flags_wait_begin(cosy_flags *f, cosy_flags_want *want, cosy_wait *w)
{
    COSY__VALID(cosy_flags_check(f));
    if (COSY_UNLIKELY(!want || !w || !sane(f, want->mask, want->how)))
        return refuse(want && w ? f : NULL, want ? want->mask : 0, want ? want->how : 0, "cosy_flags_wait_begin");
    if (take(f, want))
        return cosy__done(w, COSY_OK);
    return park(f, want, w);
}

int cosy_flags_wait_arm(cosy_arm *arm)
{
    return cosy_flags_wait_begin((cosy_flags *)arm->object, (cosy_flags_want *)arm->place, &arm->wait);
}

/* The wait of the plain call, which is returned to: `want` lies in this frame. Apart, so that a call which completes at
 * once has none. */
static COSY_NOINLINE int stand_in_line(cosy_flags *f, uint32_t mask, unsigned how, uint32_t *got, cosy_time deadline,
                                       cosy_task *me)
{
    cosy_flags_want want = {.mask = mask, .how = how};
    park(f, &want, &me->wait);
    int rc = cosy_suspend(me, deadline);
    if (got)
        *got = want.got; /* 0 if it failed: only what satisfies leaves bits there, and undo takes them out */
    return rc;
}

int cosy_flags_wait(cosy_flags *f, uint32_t mask, unsigned how, uint32_t *got, cosy_time deadline)
{
    COSY__VALID(cosy_flags_check(f));
    cosy_task *me = cosy__me();
    cosy_flags_want want = {.mask = mask, .how = how};
    if (COSY_UNLIKELY(!sane(f, mask, how) || !me))
        return refuse(f, mask, how, "cosy_flags_wait");
    if (!take(f, &want))
        return stand_in_line(f, mask, how, got, deadline, me);
    if (got)
        *got = want.got;
    return cosy__done_here(me, COSY_OK);
}

int cosy_flags_try(cosy_flags *f, uint32_t mask, unsigned how, uint32_t *got)
{
    COSY__VALID(cosy_flags_check(f));
    cosy_flags_want want = {.mask = mask, .how = how};
    if (COSY_UNLIKELY(!sane(f, mask, how)))
        return refuse(f, mask, how, "cosy_flags_try");
    bool found = take(f, &want);
    if (got)
        *got = want.got;
    return found ? COSY_OK : COSY_EAGAIN;
}

int cosy_flags_destroy(cosy_flags *f)
{
    COSY__VALID(cosy_flags_check(f));
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_flags_destroy", "NULL", NULL);
    if (f->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_flags_destroy", COSY__NAME(f), cosy__waiter(f->waiters.head));
    return COSY_OK;
}
