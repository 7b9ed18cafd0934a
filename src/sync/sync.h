/* src/sync/sync.h - what every primitive starts from, and the shape of a plain call. */
#ifndef COSY_SYNC_H
#define COSY_SYNC_H

#include "../core/check.h"
#include "../core/report.h"
#include "../core/wait.h"

/* ---- selects ----
 *
 * An arm is asked of an object at which an earlier arm of its select stands in the line that it would serve: that one steps
 * out, because a task does not serve itself. It is the only one there, or it would not be first: nobody queued since. What
 * it waited for is there now, so the arm that is asked needs no waiting. */
static inline void cosy__step_aside(cosy_list *served, const cosy_arm *arm)
{
    cosy_wait *w = served->head;
    if (!w || !(w->flags & COSY_W_ARM) || ((cosy_arm *)(void *)w)->select != arm->select)
        return;
    cosy__unlink(w);
    w->state = COSY_CONSUMED;
}

/* ---- who was granted and has not run ----
 *
 * Where more can be had than was granted, a newcomer could be done before a waiter that was served earlier has run. It
 * takes what is there, but goes round the ready list once, behind that waiter: nobody is overtaken. Whether there is such
 * a waiter is only looked up if the object remembers a grant (COSY__SERVED, in a word of which the sign is free). */
enum { COSY__SERVED = INT32_MIN };

/* In the ready list from `w` on: the first node that this object has granted, by this kind of wait; it may be an arm. NULL
 * if there is none. O(ready tasks). In wake.c. */
cosy_wait *cosy__served(cosy_wait *w, const cosy_list *list, const cosy_wait_ops *kind);

/* The next one behind a node that was granted and has not run. */
cosy_wait *cosy__served_next(cosy_wait *w, const cosy_list *list, const cosy_wait_ops *kind);

/* A begin form for a newcomer that has taken what is there and goes round. An arm cannot: then its select does. */
static inline int cosy__behind(cosy_wait *w, int result)
{
    if (w->flags & COSY_W_ARM)
        w->loop->budget = 0;
    return cosy__yield_with(w, result);
}

/* ---- waking all ----
 *
 * Where all who wait get the same, they are woken by one splice of their list, unless one of them has a timer to disarm or
 * is an arm. Spliced nodes are not touched: their states still say QUEUED. So the object counts its splices in a word of
 * its own, and a node remembers in arg.n the count at which it parked; if the object has counted on since, the node was
 * granted. A walk grants each node by its state and counts nothing. */
enum {
    COSY__OWN = 1,       /* belongs to the object */
    COSY__TIMED = 2,     /* somebody has or had a timer, or is an arm: set by the object's timed() */
    COSY__ONE_SPLICE = 4 /* the rest counts */
};

static inline uint32_t cosy__splices(uint32_t word)
{
    return word & ~(uint32_t)(COSY__ONE_SPLICE - 1);
}

static inline void cosy__wake_all(cosy_list *list, uint32_t *word)
{
    cosy_wait *w;
    if (COSY_LIKELY(!(*word & COSY__TIMED))) {
        *word += COSY__ONE_SPLICE;
        cosy__splice(list);
        return;
    }
    *word &= ~(uint32_t)COSY__TIMED;
    while ((w = cosy__pop(list)))
        cosy__grant(w);
}

/* Who has a timer has told so; and who waits has not been granted. For checks. */
const char *cosy__wake_all_check(const cosy_list *list, uint32_t word);

/* ---- cycles of holders ---- */

/* Would a wait for what `holder` has be a wait for `me`? Follows holders that wait themselves, without a deadline, for a
 * thing of the same kind; owner() gives NULL for one that is done. Stackless tasks may have closed a cycle unseen, so the
 * walk is bounded. */
static inline bool cosy__closes_cycle(const cosy_task *holder, const cosy_task *me, const cosy_wait_ops *kind)
{
    for (int steps = 0; holder && steps < 1000; steps++) {
        const cosy_wait *w = &holder->wait;
        if (holder == me)
            return true;
        if (w->state != COSY_QUEUED || w->ops != kind || (w->flags & COSY_W_TIMED))
            return false;
        holder = kind->owner(w);
    }
    return false;
}

/* The shape of a plain call, and why: every path of it ends in a tail call or in a return without a call before it, so the
 * compiler saves no register for the common paths, and a task that waits leaves one frame, the user's, to return to.
 *
 *     cosy_task *me = cosy__me();
 *     if (COSY_UNLIKELY(!sane(object, ...) || !me))
 *         return refuse(object, ..., call);              // cold: finds out what is wrong and reports it
 *     if (take(object))
 *         return cosy__done_here(me, COSY_OK);           // completed at once: spends the countdown
 *     park(object, &me->wait);
 *     return cosy_suspend(me, deadline);                 // the switch
 */

#endif
