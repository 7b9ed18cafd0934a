/* What a queue may have beside its items: work to be joined, a shutdown with a reason, several items at once, other
 * storage.
 *
 * Discarding calls the user's function between two changes of the queue. By then every put and get fails, what is given
 * back goes the same way, and another shutdown does nothing; so the slots stand still while it runs.
 */
#include "queue.h"

int cosy_queue_init_with(cosy_queue *q, void *room, uint32_t size, uint32_t capacity, cosy_queue_more *more,
                         const char *title)
{
    if (!more || !more->order)
        return cosy__misuse(COSY_EINVAL, "cosy_queue_init_with", title, NULL);
    int rc = cosy__queue_init(q, room, size, capacity, title, "cosy_queue_init_with");
    if (rc)
        return rc;
    more->joiners.head = NULL;
    more->first = more->last = 0;
    more->unfinished = 0;
    more->reason = NULL;
    q->more = more;
    q->state = COSY_QUEUE_PLAIN | COSY_QUEUE_WITH_MORE;
    if (more->order->check(q)) {
        q->state = 0;
        return cosy__misuse(COSY_EINVAL, "cosy_queue_init_with", title, NULL);
    }
    return COSY_OK;
}

/* Only a queue that has a cosy_queue_more will do. */
static inline bool has_more(const cosy_queue *q)
{
    return cosy__queue_sane(q, q) && q->more;
}

static COSY_COLD int refuse(const cosy_queue *q, const char *call)
{
    return cosy__queue_refuse(q, has_more(q) ? q : NULL, call); /* a task is missing, or the rest */
}

int cosy_queue_on_undelivered(cosy_queue *q, void (*undelivered)(void *item, void *arg), void *arg)
{
    COSY__VALID(cosy_queue_check(q));
    if (!has_more(q))
        return refuse(q, "cosy_queue_on_undelivered");
    q->more->undelivered = undelivered;
    q->more->arg = arg;
    return COSY_OK;
}

/* ---- several at once, and none at all ---- */

static int take_many(cosy_queue *q, void *items, uint32_t n)
{
    char *place = items;
    uint32_t got = 0;
    int rc;
    while ((rc = cosy__queue_take(q, place)) == COSY_OK && ++got < n)
        place += q->size;
    return got ? (int)got : rc;
}

static inline bool sane_many(const cosy_queue *q, const void *items, uint32_t n)
{
    return cosy__queue_sane(q, items) && n && n <= INT32_MAX;
}

int cosy_queue_get_many_begin(cosy_queue *q, void *items, uint32_t n, uint32_t *got, cosy_wait *w)
{
    COSY__VALID(cosy_queue_check(q));
    if (!sane_many(q, items, n) || !got || !w)
        return cosy__queue_refuse(q, NULL, "cosy_queue_get_many_begin");
    int rc = take_many(q, items, n);
    if (rc == COSY_EAGAIN) {
        *got = 1; /* which is what a put will bring */
        return cosy__queue_park_getter(q, items, w);
    }
    if (rc > 0)
        *got = (uint32_t)rc;
    return cosy__done(w, rc > 0 ? COSY_OK : rc);
}

int cosy_queue_get_many(cosy_queue *q, void *items, uint32_t n, cosy_time deadline)
{
    COSY__VALID(cosy_queue_check(q));
    cosy_task *me = cosy__me();
    if (!sane_many(q, items, n) || !me)
        return cosy__queue_refuse(q, sane_many(q, items, n) ? items : NULL, "cosy_queue_get_many");
    int rc = take_many(q, items, n);
    if (rc != COSY_EAGAIN)
        return cosy__done_here(me, rc);
    cosy__queue_park_getter(q, items, &me->wait);
    me->wait.result = 1;
    return cosy_suspend(me, deadline);
}

int cosy_queue_peek(const cosy_queue *q, void *item)
{
    COSY__VALID(cosy_queue_check(q));
    if (!cosy__queue_sane(q, item))
        return cosy__queue_refuse(q, item, "cosy_queue_peek");
    if (!q->count || (q->state & COSY_QUEUE_DISCARDED))
        return q->state & COSY_QUEUE_CLOSED ? COSY_ECLOSED : COSY_EAGAIN;
    memcpy(item, cosy__queue_order(q)->next(q), q->size);
    return COSY_OK;
}

/* ---- other storage ---- */

static inline bool may_resize(const cosy_queue *q, const void *room, const int64_t *numbers, uint32_t capacity)
{
    return cosy__queue_sane(q, room) && room != q->room && capacity && capacity <= INT32_MAX &&
           capacity <= UINT32_MAX / q->size && (numbers || !q->more || !q->more->numbers);
}

/* The ring is rolled out: the items of each order begin at slot 0 then. */
static void move(cosy_queue *q, void *room, int64_t *numbers, uint32_t capacity)
{
    uint32_t ahead = q->capacity - q->head; /* slots before the ring turns round */
    if (ahead > q->count)
        ahead = q->count;
    memcpy(room, cosy__queue_slot(q, q->head, q->size), ahead * q->size);
    memcpy((char *)room + ahead * q->size, q->room, (q->count - ahead) * q->size);
    if (q->more && q->more->numbers) {
        memcpy(numbers, q->more->numbers, q->count * sizeof *numbers);
        q->more->numbers = numbers;
    }
    q->room = room;
    q->capacity = capacity;
    q->head = 0;
}

int cosy_queue_resize(cosy_queue *q, void *room, int64_t *numbers, uint32_t capacity)
{
    COSY__VALID(cosy_queue_check(q));
    cosy_wait *putter;
    if (!may_resize(q, room, numbers, capacity))
        return cosy__queue_refuse(q, NULL, "cosy_queue_resize");
    if (capacity < q->count)
        return cosy__misuse(COSY_EOVER, "cosy_queue_resize", COSY__NAME(q), NULL);
    if (q->state & COSY_QUEUE_DISCARDED)
        return COSY_ECLOSED; /* it may be doing so now, and hold on to its slots */
    move(q, room, numbers, capacity);
    while (q->count < q->capacity && (putter = cosy__pop(&q->putters)) != NULL) {
        if (q->more)
            cosy__queue_count_in(q->more);
        cosy__queue_order(q)->add(q, putter->arg.ptr);
        cosy__grant_as(putter, COSY_FINAL);
    }
    return COSY_OK;
}

/* ---- work that is not done ---- */

int cosy_queue_task_done(cosy_queue *q)
{
    COSY__VALID(cosy_queue_check(q));
    if (!has_more(q))
        return refuse(q, "cosy_queue_task_done");
    if (q->more->unfinished <= q->count) /* what is still in it cannot be done */
        return cosy__misuse(COSY_EOVER, "cosy_queue_task_done", COSY__NAME(q), NULL);
    cosy__queue_done(q);
    return COSY_OK;
}

static inline int park_joiner(cosy_queue *q, cosy_wait *w)
{
    w->arg.ptr = q;
    return cosy__park(&q->more->joiners, w, &cosy__queue_joining);
}

int cosy_queue_join_begin(cosy_queue *q, cosy_wait *w)
{
    COSY__VALID(cosy_queue_check(q));
    if (!has_more(q) || !w)
        return refuse(w ? q : NULL, "cosy_queue_join_begin");
    return q->more->unfinished ? park_joiner(q, w) : cosy__done(w, COSY_OK);
}

int cosy_queue_join(cosy_queue *q, cosy_time deadline)
{
    COSY__VALID(cosy_queue_check(q));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!has_more(q) || !me))
        return refuse(q, "cosy_queue_join");
    if (!q->more->unfinished)
        return cosy__done_here(me, COSY_OK);
    park_joiner(q, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_queue_join_arm(cosy_arm *arm)
{
    return cosy_queue_join_begin((cosy_queue *)arm->object, &arm->wait);
}

/* ---- the end ---- */

static void discard(cosy_queue *q)
{
    const cosy_queue_order *order = cosy__queue_order(q);
    q->state |= COSY_QUEUE_DISCARDED;
    while (q->count) {
        cosy__queue_undelivered(q, order->next(q));
        order->drop(q);
        cosy__queue_done(q);
    }
}

int cosy_queue_shutdown(cosy_queue *q, int mode, const char *reason)
{
    COSY__VALID(cosy_queue_check(q));
    if (!cosy__queue_sane(q, q) || (mode != COSY_QUEUE_DRAIN && mode != COSY_QUEUE_DISCARD))
        return cosy__queue_refuse(q, NULL, "cosy_queue_shutdown");
    if (q->more && !q->more->reason)
        q->more->reason = reason;
    cosy_queue_close(q);
    if (mode == COSY_QUEUE_DISCARD && !(q->state & COSY_QUEUE_DISCARDED))
        discard(q);
    return COSY_OK;
}
