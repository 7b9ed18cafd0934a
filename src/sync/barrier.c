/* Barrier. The last arriver gets index 0 and never parks; the others get 1.. in the order of their arrival.
 *
 * An index is stored in the node as its result when it parks; a participant that withdraws moves those behind it up, so
 * that at the trip the indices are 0..n-1 without walking the list: all are woken by one splice. As with the event, a
 * node remembers the generation it belongs to, which tells a spliced node from a queued one.
 */
#include "sync.h"

#include "../../include/cosy/barrier.h"

enum { BROKEN = 1, TIMED = 2, IN_ACTION = 4, FLAGS = 7, ONE_GENERATION = 8 };

static cosy_barrier *barrier_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_barrier, waiters);
}

/* Granted: its generation has tripped. From the action on that is decided, though nobody has been released yet. */
static bool spliced(const cosy_wait *w)
{
    uint32_t state = barrier_of(w)->state;
    return (state & IN_ACTION) || w->arg.n != (state & ~(uint32_t)FLAGS);
}

static void timed(cosy_wait *w)
{
    barrier_of(w)->state |= TIMED;
}

/* Takes its arrival back; it is unlinked. Those who came later move up. Not so once its generation is decided: then it is
 * an arm of a select that another arm has won, by the hand of the action perhaps, and nobody waits for it any more. */
static void leave(cosy_wait *w)
{
    cosy_barrier *b = barrier_of(w);
    int32_t index = 1;
    cosy_wait *other = b->waiters.head;
    if (spliced(w))
        return;
    b->arrived--;
    if (other)
        do {
            other->result = index++;
            other = other->next;
        } while (other != b->waiters.head);
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(barrier_of(w));
}

/* No undo: a tripped generation is final. */
static const cosy_wait_ops waiting = {
    .what = "barrier", .leave = leave, .spliced = spliced, .timed = timed, .name = name};

int cosy_barrier_init(cosy_barrier *b, uint32_t parties, int (*action)(void *), void *arg, const char *title)
{
    if (!b || !parties || parties > INT32_MAX)
        return cosy__misuse(COSY_EINVAL, "cosy_barrier_init", title, NULL);
    b->waiters.head = NULL;
    b->parties = parties;
    b->arrived = 0;
    b->state = 0;
    b->action = action;
    b->arg = arg;
    COSY__SET_NAME(b, title);
    return COSY_OK;
}

const char *cosy_barrier_check(const cosy_barrier *b)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!b)
        return NULL;
    if (b->arrived && b->arrived >= b->parties)
        return "all have arrived at a barrier, and it has not tripped";
    const char *wrong = cosy__list_check(&b->waiters, kinds);
    const cosy_wait *w = b->waiters.head;
    int32_t index = 0;
    if (wrong || !w)
        return wrong;
    if ((b->state & (BROKEN | IN_ACTION)) == BROKEN)
        return "a task waits at a barrier that is broken";
    if (cosy__list_count(&b->waiters) > b->arrived)
        return "more wait at a barrier than have arrived";
    do {
        if (w->arg.n != (b->state & ~(uint32_t)FLAGS))
            return "a task waits for a generation that is over";
        if ((w->flags & COSY_W_TIMED) && !(b->state & TIMED))
            return "a barrier does not know that a waiter has a timer";
        if (b->state & IN_ACTION ? w->result <= index : w->result != index + 1)
            return "the indices of a barrier are not in order";
        index = w->result;
        w = w->next;
    } while (w != b->waiters.head);
    return NULL;
}

/* The filling generation ends without having tripped. */
static void break_up(cosy_barrier *b)
{
    cosy_wait *w;
    b->arrived = 0;
    b->state = (b->state & ~(uint32_t)TIMED) + ONE_GENERATION;
    while ((w = cosy__pop(&b->waiters)))
        cosy__fail(w, COSY_EBROKEN);
}

/* Runs the action where waiting is forbidden. */
static COSY_NOINLINE int act(cosy_barrier *b)
{
    cosy_task *me = cosy_self();
    uint8_t outer = me ? me->wait.attn & COSY_A_NOWAIT : 0;
    b->state |= IN_ACTION;
    if (me)
        me->wait.attn |= COSY_A_NOWAIT;
    int rc = b->action(b->arg);
    if (me && !outer)
        me->wait.attn &= (uint8_t)~COSY_A_NOWAIT;
    b->state &= ~(uint32_t)IN_ACTION;
    return rc;
}

static int trip(cosy_barrier *b)
{
    if (b->action && act(b)) {
        b->state |= BROKEN;
        break_up(b);
        return COSY_EBROKEN;
    }
    b->arrived = 0;
    b->state += ONE_GENERATION;
    if (COSY_UNLIKELY(b->state & TIMED)) {
        cosy_wait *w;
        b->state &= ~(uint32_t)TIMED;
        while ((w = cosy__pop(&b->waiters)))
            cosy__grant_as(w, COSY_FINAL);
    } else {
        cosy__splice(&b->waiters);
    }
    return COSY_OK;
}

static inline bool sane(const cosy_barrier *b)
{
    return b && b->parties && !(b->state & IN_ACTION);
}

/* Why nobody can arrive; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_barrier *b, const char *call)
{
    if (!b || !b->parties)
        return cosy__misuse(COSY_EINVAL, call, b ? COSY__NAME(b) : "NULL", NULL);
    if (b->state & IN_ACTION)
        return cosy__misuse(COSY_EBUSY, call, COSY__NAME(b), NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(b), NULL);
}

static inline bool last(const cosy_barrier *b)
{
    return b->arrived + 1 == b->parties;
}

static inline int park(cosy_barrier *b, cosy_wait *w)
{
    w->arg.n = b->state & ~(uint32_t)FLAGS;
    cosy__park(&b->waiters, w, &waiting);
    w->result = w->prev == w ? 1 : w->prev->result + 1; /* triggers take no index */
    b->arrived++;
    return COSY_WAITING;
}

/* A broken barrier, or the last arrival: never parks, so nothing can come between the trip and its return. */
static inline bool at_once(const cosy_barrier *b)
{
    return (b->state & BROKEN) || last(b);
}

static inline int arrive(cosy_barrier *b)
{
    return b->state & BROKEN ? COSY_EBROKEN : trip(b);
}

int cosy_barrier_wait_begin(cosy_barrier *b, cosy_wait *w)
{
    COSY__VALID(cosy_barrier_check(b));
    if (!sane(b) || !w)
        return refuse(w ? b : NULL, "cosy_barrier_wait_begin");
    return at_once(b) ? cosy__done(w, arrive(b)) : park(b, w);
}

/* Another arm of this select stands there already: one task does not arrive twice. The select finds that out itself, but
 * not if this arrival would be the last. */
static bool completes_itself(const cosy_barrier *b, const cosy_arm *arm)
{
    if (!b || !b->waiters.head || !last(b))
        return false;
    const cosy_wait *before = b->waiters.head->prev; /* nobody else can have arrived since this select began */
    return (before->flags & COSY_W_ARM) && ((const cosy_arm *)(const void *)before)->select == arm->select;
}

int cosy_barrier_wait_arm(cosy_arm *arm)
{
    cosy_barrier *b = (cosy_barrier *)arm->object;
    if (completes_itself(b, arm))
        return cosy__misuse(COSY_EINVAL, "cosy_arm_barrier", COSY__NAME(b), NULL);
    return cosy_barrier_wait_begin(b, &arm->wait);
}

static COSY_NOINLINE int arrive_here(cosy_barrier *b, cosy_task *me)
{
    return cosy__done_here(me, arrive(b));
}

int cosy_barrier_wait(cosy_barrier *b, cosy_time deadline)
{
    COSY__VALID(cosy_barrier_check(b));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!sane(b) || !me))
        return refuse(b, "cosy_barrier_wait");
    if (at_once(b))
        return arrive_here(b, me);
    park(b, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_barrier_trigger(cosy_barrier *b)
{
    COSY__VALID(cosy_barrier_check(b));
    if (!sane(b))
        return refuse(b, "cosy_barrier_trigger");
    if (at_once(b))
        return arrive(b);
    b->arrived++;
    return COSY_OK;
}

static int end_generation(cosy_barrier *b, const char *call, uint32_t broken)
{
    if (!b)
        return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);
    if (b->state & IN_ACTION)
        return cosy__misuse(COSY_EBUSY, call, COSY__NAME(b), NULL);
    b->state = (b->state & ~(uint32_t)BROKEN) | broken;
    break_up(b);
    return COSY_OK;
}

int cosy_barrier_reset(cosy_barrier *b)
{
    COSY__VALID(cosy_barrier_check(b));
    return end_generation(b, "cosy_barrier_reset", 0);
}

int cosy_barrier_abort(cosy_barrier *b)
{
    COSY__VALID(cosy_barrier_check(b));
    return end_generation(b, "cosy_barrier_abort", BROKEN);
}

bool cosy_barrier_broken(const cosy_barrier *b)
{
    return b && (b->state & BROKEN);
}

int cosy_barrier_destroy(cosy_barrier *b)
{
    COSY__VALID(cosy_barrier_check(b));
    if (!b)
        return cosy__misuse(COSY_EINVAL, "cosy_barrier_destroy", "NULL", NULL);
    if (b->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_barrier_destroy", COSY__NAME(b), cosy__waiter(b->waiters.head));
    return COSY_OK;
}
