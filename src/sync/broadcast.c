/* Broadcast. A receiver is a number, that of the item it gets next; how far it is behind is a difference, and the slot of
 * an item is so many before the head: nothing is divided, and numbers may wrap.
 *
 * Only receivers that have got everything wait, so a send hands its item to all of them. A cancel moves the number back
 * by one; that is right as long as the item is kept, and as long as nobody has gone on with the same receiver.
 */
#include "sync.h"

#include "../../include/cosy/broadcast.h"

void *memcpy(void *to, const void *from, size_t size); /* the one thing needed of a libc */

static cosy_broadcast *broadcast_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_broadcast, waiters);
}

static cosy_receiver *receiver_of(const cosy_wait *w)
{
    return (cosy_receiver *)w->arg.ptr;
}

/* The item that was sent `ago` sends ago, 1 to count. */
static inline const void *item_of(const cosy_broadcast *b, uint32_t ago)
{
    uint32_t at = b->head < ago ? b->head + b->capacity - ago : b->head - ago; /* below 2^32: capacity is below 2^31 */
    return (const char *)b->room + at * b->size; /* 32 bits: the ring is no larger than that */
}

/* The latest item to a receiver that waits; its node is unlinked. */
static void hand_over(const cosy_broadcast *b, cosy_receiver *r, const void *item)
{
    cosy_wait *w = r->wait;
    memcpy(r->place, item, b->size);
    r->at = b->next;
    r->wait = NULL;
    r->granted = w;
    cosy__grant(w);
}

static void withdrawn(cosy_wait *w)
{
    receiver_of(w)->wait = NULL;
}

static bool undo(cosy_wait *w)
{
    const cosy_broadcast *b = broadcast_of(w);
    cosy_receiver *r = receiver_of(w);
    if (r->granted != w)
        return false; /* somebody else has got the item after it already, or has left: it cannot come out of order */
    if (b->next - r->at >= b->count)
        return false; /* overwritten */
    if (r->wait) {
        cosy__unlink(r->wait); /* somebody else waits for the item after it: gets this one */
        hand_over(b, r, item_of(b, 1));
    } else {
        r->at--;
    }
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(broadcast_of(w));
}

static const cosy_wait_ops receiving = {.what = "broadcast", .leave = withdrawn, .undo = undo, .name = name};

const char *cosy_broadcast_check(const cosy_broadcast *b)
{
    static const cosy_wait_ops *const kinds[] = {&receiving, NULL};
    if (!b)
        return NULL;
    if (!b->room || !b->size || !b->capacity)
        return "a broadcast has no room";
    if (b->head >= b->capacity || b->count > b->capacity)
        return "a broadcast counts more items than it keeps";
    const char *wrong = cosy__list_check(&b->waiters, kinds);
    const cosy_wait *w = b->waiters.head;
    if (wrong || !w)
        return wrong;
    if (b->closed)
        return "a task waits for a broadcast that is closed";
    if (cosy__list_count(&b->waiters) > b->receivers)
        return "more tasks wait for a broadcast than have joined it";
    do {
        const cosy_receiver *r = receiver_of(w);
        if (r->broadcast != b || r->wait != w || !r->place)
            return "a task waits for a broadcast with a receiver that knows nothing of it";
        if (r->at != b->next)
            return "a task waits for a broadcast that has an item for it";
        w = w->next;
    } while (w != b->waiters.head);
    return NULL;
}

int cosy_broadcast_init(cosy_broadcast *b, void *room, uint32_t size, uint32_t capacity, const char *title)
{
    if (!b || !room || !size || !capacity || capacity > INT32_MAX || capacity > UINT32_MAX / size)
        return cosy__misuse(COSY_EINVAL, "cosy_broadcast_init", title, NULL);
    b->waiters.head = NULL;
    b->room = room;
    b->size = size;
    b->capacity = capacity;
    b->head = b->count = 0;
    b->next = 0;
    b->receivers = 0;
    b->closed = 0;
    COSY__SET_NAME(b, title);
    return COSY_OK;
}

static COSY_COLD int refuse(const cosy_broadcast *b, const char *call)
{
    return cosy__misuse(COSY_EINVAL, call, b ? COSY__NAME(b) : "NULL", NULL);
}

int cosy_broadcast_send(cosy_broadcast *b, const void *item)
{
    COSY__VALID(b && b->capacity ? cosy_broadcast_check(b) : NULL); /* one that was never prepared is misuse, told below */
    cosy_wait *w;
    if (COSY_UNLIKELY(!b || !item || !b->capacity))
        return refuse(b, "cosy_broadcast_send");
    if (COSY_UNLIKELY(b->closed))
        return COSY_ECLOSED;
    memcpy((char *)b->room + b->head * b->size, item, b->size);
    if (++b->head == b->capacity)
        b->head = 0;
    if (b->count < b->capacity)
        b->count++;
    b->next++;
    while ((w = cosy__pop(&b->waiters)))
        hand_over(b, receiver_of(w), item);
    return COSY_OK;
}

int cosy_broadcast_join(cosy_receiver *r, cosy_broadcast *b)
{
    COSY__VALID(cosy_broadcast_check(b));
    if (!r || !b)
        return refuse(b, "cosy_broadcast_join");
    r->broadcast = b;
    r->wait = NULL;
    r->place = NULL;
    r->granted = NULL;
    r->at = b->next;
    b->receivers++;
    return COSY_OK;
}

static inline cosy_broadcast *heard_by(const cosy_receiver *r)
{
    return r ? r->broadcast : NULL;
}

static COSY_COLD int busy(const cosy_receiver *r, const char *call)
{
    return cosy__misuse(COSY_EBUSY, call, COSY__NAME(r->broadcast), cosy__waiter(r->wait));
}

int cosy_broadcast_leave(cosy_receiver *r)
{
    cosy_broadcast *b = heard_by(r);
    COSY__VALID(cosy_broadcast_check(b));
    if (!b)
        return refuse(b, "cosy_broadcast_leave");
    if (r->wait)
        return busy(r, "cosy_broadcast_leave");
    b->receivers--;
    r->broadcast = NULL;
    r->granted = NULL;
    return COSY_OK;
}

/* COSY_EAGAIN if it has got everything. */
static inline int take(const cosy_broadcast *b, cosy_receiver *r, void *item, uint32_t *missed)
{
    uint32_t behind = b->next - r->at, lost = 0;
    if (behind > b->count) {
        lost = behind - b->count;
        behind = b->count;
    }
    if (missed)
        *missed = lost;
    if (!behind)
        return COSY_UNLIKELY(b->closed) ? COSY_ECLOSED : COSY_EAGAIN;
    memcpy(item, item_of(b, behind), b->size);
    r->at = b->next - behind + 1;
    r->granted = NULL;
    return COSY_OK;
}

static inline int park(cosy_broadcast *b, cosy_receiver *r, void *item, cosy_wait *w)
{
    r->wait = w;
    r->place = item;
    w->arg.ptr = r;
    return cosy__park(&b->waiters, w, &receiving);
}

int cosy_broadcast_receive_begin(cosy_receiver *r, void *item, uint32_t *missed, cosy_wait *w)
{
    cosy_broadcast *b = heard_by(r);
    COSY__VALID(cosy_broadcast_check(b));
    if (COSY_UNLIKELY(!b || !item || !w))
        return refuse(w ? b : NULL, "cosy_broadcast_receive_begin");
    int rc = take(b, r, item, missed);
    if (rc != COSY_EAGAIN)
        return cosy__done(w, rc);
    if (COSY_UNLIKELY(r->wait != NULL))
        return busy(r, "cosy_broadcast_receive_begin");
    return park(b, r, item, w);
}

int cosy_broadcast_receive_arm(cosy_arm *arm)
{
    return cosy_broadcast_receive_begin((cosy_receiver *)arm->object, arm->place, (uint32_t *)arm->n, &arm->wait);
}

int cosy_broadcast_receive(cosy_receiver *r, void *item, uint32_t *missed, cosy_time deadline)
{
    cosy_broadcast *b = heard_by(r);
    COSY__VALID(cosy_broadcast_check(b));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!b || !item))
        return refuse(b, "cosy_broadcast_receive");
    if (COSY_UNLIKELY(!me))
        return cosy__misuse(COSY_ENOTASK, "cosy_broadcast_receive", COSY__NAME(b), NULL);
    int rc = take(b, r, item, missed);
    if (rc != COSY_EAGAIN)
        return cosy__done_here(me, rc);
    if (COSY_UNLIKELY(r->wait != NULL))
        return busy(r, "cosy_broadcast_receive");
    park(b, r, item, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_broadcast_try(cosy_receiver *r, void *item, uint32_t *missed)
{
    cosy_broadcast *b = heard_by(r);
    COSY__VALID(cosy_broadcast_check(b));
    if (COSY_UNLIKELY(!b || !item))
        return refuse(b, "cosy_broadcast_try");
    return take(b, r, item, missed);
}

int cosy_broadcast_close(cosy_broadcast *b)
{
    COSY__VALID(cosy_broadcast_check(b));
    cosy_wait *w;
    if (!b)
        return refuse(b, "cosy_broadcast_close");
    b->closed = 1;
    while ((w = cosy__pop(&b->waiters))) {
        receiver_of(w)->wait = NULL;
        cosy__fail(w, COSY_ECLOSED);
    }
    return COSY_OK;
}

int cosy_broadcast_destroy(cosy_broadcast *b)
{
    COSY__VALID(cosy_broadcast_check(b));
    if (!b)
        return refuse(b, "cosy_broadcast_destroy");
    if (b->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_broadcast_destroy", COSY__NAME(b), cosy__waiter(b->waiters.head));
    if (b->receivers)
        return cosy__misuse(COSY_EBUSY, "cosy_broadcast_destroy", COSY__NAME(b), NULL);
    return COSY_OK;
}
