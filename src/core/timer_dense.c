/* Timer store for hosts: a 4-ary heap of packed (deadline, order, id), four children to a cache line.
 *
 * Positions are written to a dense table by id, not into the tasks: popping at 100,000 sleepers touches the arrays only,
 * not a cold line of a sleeping task per level. An id is given at spawn, so arming never allocates.
 */
#include "timer.h"

#if COSY_TIMERS_DENSE

static inline bool before(const cosy_timer_slot *a, const cosy_timer_slot *b)
{
    return a->deadline < b->deadline || (a->deadline == b->deadline && a->order < b->order);
}

static inline void settle(cosy_timers *t, uint32_t at, cosy_timer_slot s)
{
    t->heap[at] = s;
    t->place[s.id] = at;
}

static void sift_up(cosy_timers *t, uint32_t at, cosy_timer_slot s)
{
    while (at > 0) {
        uint32_t parent = (at - 1) >> 2;
        if (!before(&s, &t->heap[parent]))
            break;
        settle(t, at, t->heap[parent]);
        at = parent;
    }
    settle(t, at, s);
}

static void sift_down(cosy_timers *t, uint32_t count, uint32_t at, cosy_timer_slot s)
{
    for (;;) {
        uint32_t child = 4 * at + 1, least = child, end = child + 4;
        if (child >= count)
            break;
        if (end > count)
            end = count;
        for (child++; child < end; child++)
            if (before(&t->heap[child], &t->heap[least]))
                least = child;
        if (!before(&t->heap[least], &s))
            break;
        settle(t, at, t->heap[least]);
        at = least;
    }
    settle(t, at, s);
}

/* Arming numbers are used up: give the armed ones 0, 1, 2 ... in their order. Heapsort leaves the array sorted backwards;
 * turned round it is a heap again. */
static COSY_COLD void renumber(cosy_timers *t)
{
    for (uint32_t n = t->armed; n > 1; n--) {
        cosy_timer_slot first = t->heap[0], last = t->heap[n - 1];
        sift_down(t, n - 1, 0, last);
        t->heap[n - 1] = first;
    }
    for (uint32_t i = 0, j = t->armed; i + 1 < j; i++) {
        cosy_timer_slot s = t->heap[i];
        t->heap[i] = t->heap[--j];
        t->heap[j] = s;
    }
    for (uint32_t i = 0; i < t->armed; i++) {
        t->heap[i].order = i;
        t->place[t->heap[i].id] = i;
    }
    t->order = t->armed;
}

bool cosy__timer_adopt(cosy_loop *loop, cosy_timer *timer, unsigned kind)
{
    cosy_timers *t = &loop->timers;
    if (t->free_id) {
        timer->id = t->free_id;
        t->free_id = t->place[timer->id];
    } else {
        if (t->known == t->room) {
            uint32_t more = t->room < 32 ? 64 : t->room * 2;
            if (more < t->room || !loop->port->grow || !loop->port->grow(loop, more))
                return false;
        }
        timer->id = ++t->known;
    }
    timer->kind = kind;
    t->timer[timer->id] = timer;
    return true;
}

void cosy__timer_forget(cosy_loop *loop, cosy_timer *timer)
{
    cosy_timers *t = &loop->timers;
    t->place[timer->id] = t->free_id;
    t->free_id = timer->id;
    timer->id = 0;
}

void cosy__timer_arm(cosy_loop *loop, cosy_timer *timer)
{
    cosy_timers *t = &loop->timers;
    if (COSY_UNLIKELY(t->order == UINT32_MAX))
        renumber(t);
    cosy_timer_slot s = {timer->deadline, t->order++, timer->id};
    sift_up(t, t->armed++, s);
}

static void remove_at(cosy_timers *t, uint32_t at)
{
    cosy_timer_slot last = t->heap[--t->armed];
    if (at == t->armed)
        return;
    if (at > 0 && before(&last, &t->heap[(at - 1) >> 2]))
        sift_up(t, at, last);
    else
        sift_down(t, t->armed, at, last);
}

void cosy__timer_disarm(cosy_loop *loop, cosy_timer *timer)
{
    remove_at(&loop->timers, loop->timers.place[timer->id]);
}

cosy_timer *cosy__timer_take(cosy_loop *loop, cosy_time now)
{
    cosy_timers *t = &loop->timers;
    if (!t->armed || t->heap[0].deadline > now)
        return NULL;
    cosy_timer *timer = t->timer[t->heap[0].id];
    COSY_PREFETCH(timer);
    remove_at(t, 0);
    return timer;
}

void cosy_timers_room(cosy_loop *loop, cosy_timer_slot *heap, uint32_t *place, cosy_timer **timer, uint32_t count)
{
    loop->timers.heap = heap;
    loop->timers.place = place;
    loop->timers.timer = timer;
    loop->timers.room = count;
}

#endif
