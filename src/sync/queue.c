/* Bounded queue. Getters wait only while the ring is empty, putters only while it is full; so at most one side waits.
 *
 * A grant moves the item: a put copies into the waiting getter's place, a get refills the ring from the waiting putter's.
 * Items go by the order of the puts: what a granted and then cancelled getter returns goes to the front.
 */
#include "sync.h"

#include "../../include/cosy/queue.h"

void *memcpy(void *to, const void *from, size_t size); /* the one thing needed of a libc */

/* `size` is q->size, as a constant in the specialised calls for items of a word: then the copy is two instructions. */
static inline void *slot(const cosy_queue *q, uint32_t at, uint32_t size)
{
    return (char *)q->room + at * size; /* 32 bits: the ring is no larger than that */
}

static inline void append(cosy_queue *q, const void *item, uint32_t size)
{
    uint32_t at = q->head + q->count; /* no overflow: both are at most capacity, which is below 2^31 */
    if (at >= q->capacity)
        at -= q->capacity;
    memcpy(slot(q, at, size), item, size);
    q->count++;
}

static inline void take_first(cosy_queue *q, void *item, uint32_t size)
{
    memcpy(item, slot(q, q->head, size), size);
    if (++q->head == q->capacity)
        q->head = 0;
    q->count--;
}

static cosy_queue *queue_of_getter(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_queue, getters);
}

static cosy_queue *queue_of_putter(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_queue, putters);
}

static inline int hand_over(const cosy_queue *q, const void *item, cosy_wait *getter)
{
    memcpy(getter->arg.ptr, item, q->size);
    return cosy__grant(getter);
}

/* The item that was handed to a cancelled getter: to the next getter, or back to the front, or else it stands. */
static bool undo_get(cosy_wait *w)
{
    cosy_queue *q = queue_of_getter(w);
    cosy_wait *next = cosy__pop(&q->getters);
    if (next) {
        hand_over(q, w->arg.ptr, next);
        return true;
    }
    if (q->count == q->capacity)
        return false; /* its slot was refilled meanwhile */
    q->head = (q->head ? q->head : q->capacity) - 1;
    memcpy(slot(q, q->head, q->size), w->arg.ptr, q->size);
    q->count++;
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

static const cosy_wait_ops getting = {.what = "an item of queue", .undo = undo_get, .name = getter_name};
/* No undo: a put whose item is stored stands. */
static const cosy_wait_ops putting = {.what = "room in queue", .name = putter_name};

int cosy_queue_init(cosy_queue *q, void *room, uint32_t size, uint32_t capacity, const char *title)
{
    if (!q || !room || !size || !capacity || capacity > INT32_MAX || capacity > UINT32_MAX / size)
        return cosy__misuse(COSY_EINVAL, "cosy_queue_init", title, NULL);
    q->getters.head = q->putters.head = NULL;
    q->room = room;
    q->size = size;
    q->capacity = capacity;
    q->head = q->count = 0;
    q->closed = 0;
    COSY__SET_NAME(q, title);
    return COSY_OK;
}

static inline bool sane(const cosy_queue *q, const void *item)
{
    return q && item && q->capacity;
}

/* What is wrong with a call; a task is missing if nothing else is. */
static COSY_COLD int refuse(const cosy_queue *q, const void *item, const char *call)
{
    if (!sane(q, item))
        return cosy__misuse(COSY_EINVAL, call, q ? COSY__NAME(q) : "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(q), NULL);
}

/* COSY_EAGAIN if it is full. */
static inline int put(cosy_queue *q, const void *item)
{
    if (COSY_UNLIKELY(q->closed))
        return COSY_ECLOSED;
    cosy_wait *getter = cosy__pop(&q->getters);
    if (getter)
        return hand_over(q, item, getter);
    if (q->count == q->capacity)
        return COSY_EAGAIN;
    append(q, item, q->size);
    return COSY_OK;
}

/* COSY_EAGAIN if it is empty. */
static inline int get(cosy_queue *q, void *item)
{
    if (!q->count)
        return q->closed ? COSY_ECLOSED : COSY_EAGAIN;
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

int cosy_queue_put_begin(cosy_queue *q, const void *item, cosy_wait *w)
{
    if (!sane(q, item) || !w)
        return refuse(w ? q : NULL, item, "cosy_queue_put_begin");
    int rc = put(q, item);
    return rc == COSY_EAGAIN ? park_putter(q, item, w) : cosy__done(w, rc);
}

int cosy_queue_get_begin(cosy_queue *q, void *item, cosy_wait *w)
{
    if (!sane(q, item) || !w)
        return refuse(w ? q : NULL, item, "cosy_queue_get_begin");
    int rc = get(q, item);
    return rc == COSY_EAGAIN ? park_getter(q, item, w) : cosy__done(w, rc);
}

/* The plain calls, written out once more so that each path ends in a tail call and the size may be a constant. */
static inline int put_here(cosy_queue *q, const void *item, cosy_time deadline, cosy_task *me, uint32_t size)
{
    if (COSY_UNLIKELY(q->closed))
        return cosy__done_here(me, COSY_ECLOSED);
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
    if (COSY_UNLIKELY(q->closed))
        return cosy__done_here(me, COSY_ECLOSED);
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

int cosy_queue_put(cosy_queue *q, const void *item, cosy_time deadline)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!sane(q, item) || !me))
        return refuse(q, item, "cosy_queue_put");
    if (COSY_SPECIALISE && q->size == sizeof(void *))
        return put_here(q, item, deadline, me, sizeof(void *));
    return put_any(q, item, deadline, me);
}

int cosy_queue_get(cosy_queue *q, void *item, cosy_time deadline)
{
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!sane(q, item) || !me))
        return refuse(q, item, "cosy_queue_get");
    if (COSY_SPECIALISE && q->size == sizeof(void *))
        return get_here(q, item, deadline, me, sizeof(void *));
    return get_any(q, item, deadline, me);
}

int cosy_queue_try_put(cosy_queue *q, const void *item)
{
    return sane(q, item) ? put(q, item) : refuse(q, item, "cosy_queue_try_put");
}

int cosy_queue_try_get(cosy_queue *q, void *item)
{
    return sane(q, item) ? get(q, item) : refuse(q, item, "cosy_queue_try_get");
}

int cosy_queue_close(cosy_queue *q)
{
    cosy_wait *w;
    if (!q)
        return cosy__misuse(COSY_EINVAL, "cosy_queue_close", "NULL", NULL);
    q->closed = 1;
    while ((w = cosy__pop(&q->getters)))
        cosy__fail(w, COSY_ECLOSED);
    while ((w = cosy__pop(&q->putters)))
        cosy__fail(w, COSY_ECLOSED);
    return COSY_OK;
}

int cosy_queue_destroy(cosy_queue *q)
{
    if (!q)
        return cosy__misuse(COSY_EINVAL, "cosy_queue_destroy", "NULL", NULL);
    cosy_wait *w = q->getters.head ? q->getters.head : q->putters.head;
    if (w)
        return cosy__misuse(COSY_EBUSY, "cosy_queue_destroy", COSY__NAME(q), cosy__waiter(w));
    return COSY_OK;
}
