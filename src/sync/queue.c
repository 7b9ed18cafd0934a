/* Bounded queue. Getters wait only while it is empty, putters only while it is full; so at most one side waits.
 *
 * A grant moves the item: a put copies into the waiting getter's place, a get refills the queue from the waiting putter's.
 * Items go by the order of the puts: what a granted and then cancelled getter returns goes to those who were served after
 * it, and the last one's to the front.
 *
 * A plain queue that is open has short ways of its own: one word, `state`, tells it from all others. Those differ in where
 * the items lie (their order's business), count what is not done yet, and can be closed.
 */
#include "queue.h"

static inline void append(cosy_queue *q, const void *item, uint32_t size)
{
    uint32_t at = q->head + q->count; /* no overflow: both are at most capacity, which is below 2^31 */
    if (at >= q->capacity)
        at -= q->capacity;
    memcpy(cosy__queue_slot(q, at, size), item, size);
    q->count++;
}

static inline void drop_first(cosy_queue *q)
{
    if (++q->head == q->capacity)
        q->head = 0;
    q->count--;
}

static inline void take_first(cosy_queue *q, void *item, uint32_t size)
{
    memcpy(item, cosy__queue_slot(q, q->head, size), size);
    drop_first(q);
}

/* ---- first in, first out, as an order among others ---- */

static void fifo_add(cosy_queue *q, const void *item)
{
    append(q, item, q->size);
}

static void fifo_give_back(cosy_queue *q, const void *item)
{
    q->head = (q->head ? q->head : q->capacity) - 1;
    memcpy(cosy__queue_slot(q, q->head, q->size), item, q->size);
    q->count++;
}

static void *fifo_next(const cosy_queue *q)
{
    return cosy__queue_slot(q, q->head, q->size);
}

static const char *fifo_check(const cosy_queue *q)
{
    return q->head < q->capacity ? NULL : "a queue's first item lies behind its last slot";
}

const cosy_queue_order cosy_queue_fifo = {
    .add = fifo_add, .give_back = fifo_give_back, .next = fifo_next, .drop = drop_first, .check = fifo_check};

/* ---- work that is not done ---- */

void cosy__queue_done(cosy_queue *q)
{
    cosy_queue_more *more = q->more;
    cosy_wait *w;
    if (!more || !more->unfinished || --more->unfinished)
        return;
    while ((w = cosy__pop(&more->joiners)))
        cosy__grant(w);
}

/* Where waiting is forbidden: it may be in the middle of a cancel. */
void cosy__queue_undelivered(const cosy_queue *q, void *item)
{
    const cosy_queue_more *more = q->more;
    if (!more || !more->undelivered)
        return;
    cosy_task *me = cosy_self();
    uint8_t outer = me ? me->wait.attn & COSY_A_NOWAIT : 0;
    if (me)
        me->wait.attn |= COSY_A_NOWAIT;
    more->undelivered(item, more->arg);
    if (me && !outer)
        me->wait.attn &= (uint8_t)~COSY_A_NOWAIT;
}

/* ---- those who wait ---- */

static cosy_queue *queue_of_getter(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_queue, getters);
}

static cosy_queue *queue_of_putter(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_queue, putters);
}

static const cosy_wait_ops getting;

static inline int hand_over(const cosy_queue *q, const void *item, cosy_wait *getter)
{
    memcpy(getter->arg.ptr, item, q->size);
    return cosy__grant(getter);
}

/* The item of a getter that is cancelled after the queue was discarded. Whom it concerns may cancel that getter again. */
static COSY_COLD bool undo_discarded(cosy_queue *q, cosy_wait *w)
{
    void *item = w->arg.ptr;
    if (!item)
        return false;
    w->arg.ptr = NULL;
    cosy__queue_undelivered(q, item);
    cosy__queue_done(q);
    return true;
}

static void swap(unsigned char *a, unsigned char *b, uint32_t size)
{
    for (; size > 0; size--, a++, b++) {
        unsigned char c = *a;
        *a = *b;
        *b = c;
    }
}

/* Those who were served after w, and have not run, move up: each gets the item of the one before, as if w had never been
 * in line. What is over, at w's place, is the item of the last. So items keep their order, whoever is cancelled first. */
static void move_up(cosy_queue *q, cosy_wait *w)
{
    for (cosy_wait *g = w; (g = cosy__served_next(g, &q->getters, &getting)) != NULL;)
        swap(w->arg.ptr, g->arg.ptr, q->size);
}

/* The item that was handed to a cancelled getter: to those behind it, the last one's to the next getter, or back to the
 * front, or else it stands. */
static bool undo_get(cosy_wait *w)
{
    cosy_queue *q = queue_of_getter(w);
    if (q->state & COSY_QUEUE_DISCARDED)
        return undo_discarded(q, w);
    if (!q->getters.head && q->count == q->capacity)
        return false; /* its slot was refilled meanwhile */
    move_up(q, w);
    cosy_wait *next = cosy__pop(&q->getters);
    if (next) {
        hand_over(q, w->arg.ptr, next);
        return true;
    }
    cosy__queue_order(q)->give_back(q, w->arg.ptr);
    if (q->more && q->more->unfinished < q->count)
        q->more->unfinished = q->count; /* it was marked done, by somebody who did not have it */
    return true;
}

/* That nothing is unfinished was so: nothing was given that could be put back. */
static bool undo_join(cosy_wait *w)
{
    (void)w;
    return true;
}

static const char *getter_name(const cosy_wait *w)
{
    return COSY__NAME(queue_of_getter(w));
}

static const char *putter_name(const cosy_wait *w)
{
    return COSY__NAME(queue_of_putter(w));
}

static const char *joiner_name(const cosy_wait *w)
{
    return COSY__NAME((const cosy_queue *)w->arg.ptr);
}

static const cosy_wait_ops getting = {.what = "an item of queue", .undo = undo_get, .name = getter_name};
/* No undo: a put whose item is stored stands. */
static const cosy_wait_ops putting = {.what = "room in queue", .name = putter_name};
const cosy_wait_ops cosy__queue_joining = {.what = "the work of queue", .undo = undo_join, .name = joiner_name};

const char *cosy_queue_check(const cosy_queue *q)
{
    static const cosy_wait_ops *const getters[] = {&getting, NULL}, *const putters[] = {&putting, NULL},
                                      *const joiners[] = {&cosy__queue_joining, NULL};
    if (!q || !q->state)
        return NULL;
    if (!q->room || !q->size || !q->capacity)
        return "a queue has no room";
    if (!(q->state & COSY_QUEUE_PLAIN) || !(q->state & COSY_QUEUE_WITH_MORE) != !q->more)
        return "a queue's state says what is not so";
    if (q->count > q->capacity)
        return "a queue holds more items than fit";
    const char *wrong = cosy__list_check(&q->getters, getters);
    if (!wrong)
        wrong = cosy__list_check(&q->putters, putters);
    if (!wrong)
        wrong = cosy__queue_order(q)->check(q);
    if (wrong)
        return wrong;
    if (q->getters.head && q->count)
        return "tasks wait for an item of a queue that has some";
    if (q->putters.head && q->count < q->capacity)
        return "tasks wait for room in a queue that has some";
    if ((q->state & COSY_QUEUE_CLOSED) && (q->getters.head || q->putters.head))
        return "tasks wait for a closed queue";
    if (!q->more)
        return NULL;
    if (q->more->unfinished < q->count)
        return "fewer items of a queue are unfinished than are in it";
    if (q->more->joiners.head && !q->more->unfinished)
        return "tasks wait for the work of a queue that has none";
    return cosy__list_check(&q->more->joiners, joiners);
}

int cosy__queue_init(cosy_queue *q, void *room, uint32_t size, uint32_t capacity, const char *title, const char *call)
{
    if (!q || !room || !size || !capacity || capacity > INT32_MAX || capacity > UINT32_MAX / size)
        return cosy__misuse(COSY_EINVAL, call, title, NULL);
    q->getters.head = q->putters.head = NULL;
    q->room = room;
    q->size = size;
    q->capacity = capacity;
    q->head = q->count = 0;
    q->state = COSY_QUEUE_PLAIN;
    q->more = NULL;
    COSY__SET_NAME(q, title);
    return COSY_OK;
}

int cosy_queue_init(cosy_queue *q, void *room, uint32_t size, uint32_t capacity, const char *title)
{
    return cosy__queue_init(q, room, size, capacity, title, "cosy_queue_init");
}

COSY_COLD int cosy__queue_refuse(const cosy_queue *q, const void *item, const char *call)
{
    if (!cosy__queue_sane(q, item))
        return cosy__misuse(COSY_EINVAL, call, q ? COSY__NAME(q) : "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(q), NULL);
}

/* ---- putting and getting; COSY_EAGAIN if it is full, or empty ---- */

/* Not a plain open queue: closed, or with more. */
static COSY_NOINLINE int put_otherwise(cosy_queue *q, const void *item)
{
    if (q->state & COSY_QUEUE_CLOSED)
        return COSY_ECLOSED;
    cosy_wait *getter = cosy__pop(&q->getters);
    if (!getter && q->count == q->capacity)
        return COSY_EAGAIN;
    cosy__queue_count_in(q->more);
    if (getter)
        return hand_over(q, item, getter);
    q->more->order->add(q, item);
    return COSY_OK;
}

/* Not a plain open queue. What is being discarded cannot be got. */
static COSY_NOINLINE int get_otherwise(cosy_queue *q, void *item)
{
    const cosy_queue_order *order = cosy__queue_order(q);
    if (!q->count || (q->state & COSY_QUEUE_DISCARDED))
        return q->state & COSY_QUEUE_CLOSED ? COSY_ECLOSED : COSY_EAGAIN;
    memcpy(item, order->next(q), q->size);
    order->drop(q);
    cosy_wait *putter = cosy__pop(&q->putters);
    if (!putter)
        return COSY_OK;
    cosy__queue_count_in(q->more); /* who waits to put waits for an open queue: not a plain one here */
    order->add(q, putter->arg.ptr);
    return cosy__grant_as(putter, COSY_FINAL);
}

static inline int put(cosy_queue *q, const void *item)
{
    if (COSY_UNLIKELY(q->state != COSY_QUEUE_PLAIN))
        return put_otherwise(q, item);
    cosy_wait *getter = cosy__pop(&q->getters);
    if (getter)
        return hand_over(q, item, getter);
    if (q->count == q->capacity)
        return COSY_EAGAIN;
    append(q, item, q->size);
    return COSY_OK;
}

int cosy__queue_take(cosy_queue *q, void *item)
{
    if (COSY_UNLIKELY(q->state != COSY_QUEUE_PLAIN))
        return get_otherwise(q, item);
    if (!q->count)
        return COSY_EAGAIN;
    take_first(q, item, q->size);
    cosy_wait *putter = cosy__pop(&q->putters);
    if (!putter)
        return COSY_OK;
    append(q, putter->arg.ptr, q->size);
    return cosy__grant_as(putter, COSY_FINAL);
}

static inline int park_putter(cosy_queue *q, const void *item, cosy_wait *w)
{
    w->arg.ptr = (void *)(uintptr_t)item; /* only read through */
    return cosy__park(&q->putters, w, &putting);
}

static inline int park_getter(cosy_queue *q, void *item, cosy_wait *w)
{
    w->arg.ptr = item;
    return cosy__park(&q->getters, w, &getting);
}

int cosy__queue_park_getter(cosy_queue *q, void *item, cosy_wait *w)
{
    return park_getter(q, item, w);
}

int cosy_queue_put_begin(cosy_queue *q, const void *item, cosy_wait *w)
{
    COSY__VALID(cosy_queue_check(q));
    if (!cosy__queue_sane(q, item) || !w)
        return cosy__queue_refuse(w ? q : NULL, item, "cosy_queue_put_begin");
    int rc = put(q, item);
    return rc == COSY_EAGAIN ? park_putter(q, item, w) : cosy__done(w, rc);
}

int cosy_queue_get_begin(cosy_queue *q, void *item, cosy_wait *w)
{
    COSY__VALID(cosy_queue_check(q));
    if (!cosy__queue_sane(q, item) || !w)
        return cosy__queue_refuse(w ? q : NULL, item, "cosy_queue_get_begin");
    int rc = cosy__queue_take(q, item);
    return rc == COSY_EAGAIN ? park_getter(q, item, w) : cosy__done(w, rc);
}

int cosy_queue_put_arm(cosy_arm *arm)
{
    cosy_queue *q = arm->object;
    if (q)
        cosy__step_aside(&q->getters, arm);
    return cosy_queue_put_begin(q, arm->item, &arm->wait);
}

int cosy_queue_get_arm(cosy_arm *arm)
{
    cosy_queue *q = arm->object;
    if (q)
        cosy__step_aside(&q->putters, arm);
    return cosy_queue_get_begin(q, arm->place, &arm->wait);
}

/* ---- the plain calls, and their short ways: a plain open queue once more, so that each path ends in a tail call and the
 * size may be a constant ---- */

static inline int put_here(cosy_queue *q, const void *item, cosy_time deadline, cosy_task *me, uint32_t size)
{
    cosy_wait *getter = cosy__pop(&q->getters);
    if (getter) {
        memcpy(getter->arg.ptr, item, size);
        return cosy__grant_here(me, getter, COSY_GRANTED);
    }
    if (q->count < q->capacity) {
        append(q, item, size);
        return cosy__done_here(me, COSY_OK);
    }
    park_putter(q, item, &me->wait);
    return cosy_suspend(me, deadline);
}

static inline int get_here(cosy_queue *q, void *item, cosy_time deadline, cosy_task *me, uint32_t size)
{
    if (q->count) {
        take_first(q, item, size);
        cosy_wait *putter = cosy__pop(&q->putters);
        if (!putter)
            return cosy__done_here(me, COSY_OK);
        append(q, putter->arg.ptr, size);
        return cosy__grant_here(me, putter, COSY_FINAL);
    }
    park_getter(q, item, &me->wait);
    return cosy_suspend(me, deadline);
}

static COSY_NOINLINE int put_any(cosy_queue *q, const void *item, cosy_time deadline, cosy_task *me)
{
    return put_here(q, item, deadline, me, q->size);
}

static COSY_NOINLINE int get_any(cosy_queue *q, void *item, cosy_time deadline, cosy_task *me)
{
    return get_here(q, item, deadline, me, q->size);
}

static COSY_NOINLINE int put_slow(cosy_queue *q, const void *item, cosy_time deadline, cosy_task *me)
{
    if (!cosy__queue_sane(q, item) || !me)
        return cosy__queue_refuse(q, item, "cosy_queue_put");
    int rc = put(q, item);
    if (rc != COSY_EAGAIN)
        return cosy__done_here(me, rc);
    park_putter(q, item, &me->wait);
    return cosy_suspend(me, deadline);
}

static COSY_NOINLINE int get_slow(cosy_queue *q, void *item, cosy_time deadline, cosy_task *me)
{
    if (!cosy__queue_sane(q, item) || !me)
        return cosy__queue_refuse(q, item, "cosy_queue_get");
    int rc = cosy__queue_take(q, item);
    if (rc != COSY_EAGAIN)
        return cosy__done_here(me, rc);
    park_getter(q, item, &me->wait);
    return cosy_suspend(me, deadline);
}

/* The short way is for a plain open queue, where code size does not count. */
static inline bool is_short(const cosy_queue *q, const void *item, const cosy_task *me)
{
    return COSY_SPECIALISE && COSY_LIKELY(q && item && q->state == COSY_QUEUE_PLAIN && me);
}

int cosy_queue_put(cosy_queue *q, const void *item, cosy_time deadline)
{
    COSY__VALID(cosy_queue_check(q));
    cosy_task *me = cosy__me();
    if (!is_short(q, item, me))
        return put_slow(q, item, deadline, me);
    if (q->size == sizeof(void *))
        return put_here(q, item, deadline, me, sizeof(void *));
    return put_any(q, item, deadline, me);
}

int cosy_queue_get(cosy_queue *q, void *item, cosy_time deadline)
{
    COSY__VALID(cosy_queue_check(q));
    cosy_task *me = cosy__me();
    if (!is_short(q, item, me))
        return get_slow(q, item, deadline, me);
    if (q->size == sizeof(void *))
        return get_here(q, item, deadline, me, sizeof(void *));
    return get_any(q, item, deadline, me);
}

int cosy_queue_try_put(cosy_queue *q, const void *item)
{
    COSY__VALID(cosy_queue_check(q));
    return cosy__queue_sane(q, item) ? put(q, item) : cosy__queue_refuse(q, item, "cosy_queue_try_put");
}

int cosy_queue_try_get(cosy_queue *q, void *item)
{
    COSY__VALID(cosy_queue_check(q));
    return cosy__queue_sane(q, item) ? cosy__queue_take(q, item) : cosy__queue_refuse(q, item, "cosy_queue_try_get");
}

/* ---- the end ---- */

int cosy_queue_close(cosy_queue *q)
{
    cosy_wait *w;
    COSY__VALID(cosy_queue_check(q));
    if (!q || !q->state)
        return cosy__queue_refuse(q, NULL, "cosy_queue_close");
    q->state |= COSY_QUEUE_CLOSED;
    while ((w = cosy__pop(&q->getters)))
        cosy__fail(w, COSY_ECLOSED);
    while ((w = cosy__pop(&q->putters)))
        cosy__fail(w, COSY_ECLOSED);
    return COSY_OK;
}

int cosy_queue_destroy(cosy_queue *q)
{
    COSY__VALID(cosy_queue_check(q));
    if (!q)
        return cosy__misuse(COSY_EINVAL, "cosy_queue_destroy", "NULL", NULL);
    cosy_wait *w = q->getters.head ? q->getters.head : q->putters.head;
    if (!w && q->more)
        w = q->more->joiners.head;
    if (w)
        return cosy__misuse(COSY_EBUSY, "cosy_queue_destroy", COSY__NAME(q), cosy__waiter(w));
    return COSY_OK;
}
