/* Timer store for boards and bindings: a pairing heap through the timers themselves, no storage of its own.
 *
 * `prev` of a first child is its parent, of another child its elder sibling; the root has none. Arming is O(1), taking
 * the first O(log n) amortised.
 */
#include "timer.h"

#if !COSY_TIMERS_DENSE

static inline bool before(const cosy_timer *a, const cosy_timer *b)
{
    return a->deadline < b->deadline || (a->deadline == b->deadline && a->order < b->order);
}

/* Joins two heaps; either may be NULL. */
static cosy_timer *meld(cosy_timer *a, cosy_timer *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (before(b, a)) {
        cosy_timer *c = a;
        a = b;
        b = c;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    return a;
}

/* Makes one heap of a chain of siblings: pairs from left to right, then all from right to left. */
static cosy_timer *meld_all(cosy_timer *first)
{
    cosy_timer *pairs = NULL, *all = NULL;
    while (first) {
        cosy_timer *a = first, *b = a->next;
        first = b ? b->next : NULL;
        a->next = NULL;
        if (b)
            b->next = NULL;
        a = meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    while (pairs) {
        cosy_timer *next = pairs->next;
        pairs->next = NULL;
        all = meld(all, pairs);
        pairs = next;
    }
    if (all)
        all->prev = all->next = NULL;
    return all;
}

static cosy_timer *pop(cosy_timers *t)
{
    cosy_timer *first = t->root;
    t->root = meld_all(first->child);
    first->child = NULL;
    return first;
}

static void push(cosy_timers *t, cosy_timer *timer)
{
    timer->child = timer->next = timer->prev = NULL;
    t->root = meld(t->root, timer);
}

/* Arming numbers are used up: take all out in their order and put them back numbered from zero. */
static COSY_COLD void renumber(cosy_timers *t)
{
    cosy_timer *sorted = NULL, **end = &sorted;
    while (t->root) {
        cosy_timer *timer = pop(t);
        timer->next = NULL;
        *end = timer;
        end = &timer->next;
    }
    t->order = 0;
    while (sorted) {
        cosy_timer *timer = sorted;
        sorted = timer->next;
        timer->order = t->order | (timer->order & 1u);
        t->order += 2;
        push(t, timer);
    }
}

bool cosy__timer_adopt(cosy_loop *loop, cosy_timer *timer, unsigned kind)
{
    (void)loop;
    timer->order = kind;
    return true;
}

void cosy__timer_forget(cosy_loop *loop, cosy_timer *timer)
{
    (void)loop;
    (void)timer;
}

void cosy__timer_arm(cosy_loop *loop, cosy_timer *timer)
{
    cosy_timers *t = &loop->timers;
    if (COSY_UNLIKELY(t->order >= UINT32_MAX - 1))
        renumber(t);
    timer->order = t->order | (timer->order & 1u);
    t->order += 2;
    push(t, timer);
}

void cosy__timer_disarm(cosy_loop *loop, cosy_timer *timer)
{
    cosy_timers *t = &loop->timers;
    if (timer == t->root) {
        pop(t);
        return;
    }
    if (timer->prev->child == timer)
        timer->prev->child = timer->next;
    else
        timer->prev->next = timer->next;
    if (timer->next)
        timer->next->prev = timer->prev;
    cosy_timer *rest = meld_all(timer->child);
    timer->child = NULL;
    t->root = meld(t->root, rest);
}

cosy_timer *cosy__timer_take(cosy_loop *loop, cosy_time now)
{
    if (!loop->timers.root || loop->timers.root->deadline > now)
        return NULL;
    return pop(&loop->timers);
}

#endif
