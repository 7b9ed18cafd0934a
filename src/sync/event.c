/* Event. Setting wakes all by one splice of the wait list onto the ready list, unless a waiter has a timer to disarm; see
 * sync.h. The word that this takes holds the flag as well.
 */
#include "sync.h"

#include "../../include/cosy/event.h"

enum { SET = COSY__OWN };

static cosy_event *event_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_event, waiters);
}

static bool spliced(const cosy_wait *w)
{
    return w->arg.n != cosy__splices(event_of(w)->state);
}

static void timed(cosy_wait *w)
{
    event_of(w)->state |= COSY__TIMED;
}

/* The event is a level: nothing is given to one waiter, so a cancel has nothing to put back. */
static bool undo(cosy_wait *w)
{
    (void)w;
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(event_of(w));
}

static const cosy_wait_ops waiting = {.what = "event", .undo = undo, .spliced = spliced, .timed = timed, .name = name};

int cosy_event_init(cosy_event *event, const char *title)
{
    if (!event)
        return cosy__misuse(COSY_EINVAL, "cosy_event_init", title, NULL);
    event->waiters.head = NULL;
    event->value = NULL;
    event->state = 0;
    COSY__SET_NAME(event, title);
    return COSY_OK;
}

const char *cosy_event_check(const cosy_event *event)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!event)
        return NULL;
    const char *wrong = cosy__list_check(&event->waiters, kinds);
    if (!wrong && (event->state & SET) && event->waiters.head)
        return "a task waits for an event that is set";
    return wrong ? wrong : cosy__wake_all_check(&event->waiters, event->state);
}

int cosy_event_set(cosy_event *event, void *value)
{
    COSY__VALID(cosy_event_check(event));
    if (COSY_UNLIKELY(!event))
        return cosy__misuse(COSY_EINVAL, "cosy_event_set", "NULL", NULL);
    event->value = value;
    event->state |= SET;
    if (event->waiters.head)
        cosy__wake_all(&event->waiters, &event->state);
    return COSY_OK;
}

int cosy_event_clear(cosy_event *event)
{
    COSY__VALID(cosy_event_check(event));
    if (COSY_UNLIKELY(!event))
        return cosy__misuse(COSY_EINVAL, "cosy_event_clear", "NULL", NULL);
    event->state &= ~(uint32_t)SET;
    return COSY_OK;
}

static inline int park(cosy_event *event, cosy_wait *w)
{
    w->arg.n = cosy__splices(event->state);
    return cosy__park(&event->waiters, w, &waiting);
}

int cosy_event_wait_begin(cosy_event *event, cosy_wait *w)
{
    COSY__VALID(cosy_event_check(event));
    if (COSY_UNLIKELY(!event || !w))
        return cosy__misuse(COSY_EINVAL, "cosy_event_wait_begin", "NULL", NULL);
    if (event->state & SET)
        return cosy__done(w, COSY_OK);
    return park(event, w);
}

int cosy_event_wait_arm(cosy_arm *arm)
{
    return cosy_event_wait_begin((cosy_event *)arm->object, &arm->wait);
}

static COSY_COLD int refuse(const cosy_event *event)
{
    if (!event)
        return cosy__misuse(COSY_EINVAL, "cosy_event_wait", "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, "cosy_event_wait", COSY__NAME(event), NULL);
}

int cosy_event_wait(cosy_event *event, cosy_time deadline)
{
    COSY__VALID(cosy_event_check(event));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!event || !me))
        return refuse(event);
    if (event->state & SET)
        return cosy__done_here(me, COSY_OK);
    park(event, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_event_destroy(cosy_event *event)
{
    COSY__VALID(cosy_event_check(event));
    if (!event)
        return cosy__misuse(COSY_EINVAL, "cosy_event_destroy", "NULL", NULL);
    if (event->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_event_destroy", COSY__NAME(event), cosy__waiter(event->waiters.head));
    return COSY_OK;
}
