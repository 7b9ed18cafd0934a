/* cosy/broadcast.h - a broadcast: every receiver gets every item; who falls too far behind is told how many it missed.
 *
 *     static struct event room[32];
 *     static cosy_broadcast events = COSY_BROADCAST_INIT("events", room);
 *
 *     cosy_broadcast_send(&events, &event);                                    // never waits
 *
 *     cosy_receiver receiver;                                                  // of each task that listens
 *     cosy_broadcast_join(&receiver, &events);                                 // from now on
 *     cosy_broadcast_receive(&receiver, &event, &missed, COSY_FOREVER);        // waits until there is one
 *     cosy_broadcast_leave(&receiver);
 *
 * The last `capacity` items are kept in a ring over storage of yours. A send overwrites the oldest, whether everybody has
 * got it or not. A receiver whose next item was overwritten goes on at the oldest that is kept.
 *
 * A task that was handed an item and is cancelled before it has run gives it back: its receiver gets it at the next call.
 * If the item was overwritten meanwhile, the receive stands and the cancel comes at the next wait.
 */
#ifndef COSY_BROADCAST_H
#define COSY_BROADCAST_H

#include "loop.h"

COSY_BEGIN

/* A ring of `capacity` slots at `room`; the last `count` items sent lie before slot `head`, which is written next.
 * Items are numbered from 0, the next to be sent is `next`; numbers wrap, only their differences count.
 * waiters: nodes of receivers that have got everything, each pointed to by its receiver and its arg to the receiver; none
 * once it is closed. */
typedef struct cosy_broadcast {
    cosy_list waiters;
    void *room;
    uint32_t size; /* of an item, bytes */
    uint32_t capacity;
    uint32_t head, count;
    uint32_t next;
    uint32_t receivers; /* joined and not left */
    uint32_t closed;
#if COSY_NAMES
    const char *name;
#endif
} cosy_broadcast;

/* Who listens. Used by one task at a time. */
typedef struct cosy_receiver {
    cosy_broadcast *broadcast; /* NULL: has left */
    cosy_wait *wait;           /* the node that waits with it, or NULL */
    void *place;               /* where the item goes then */
    const cosy_wait *granted;  /* the wait that was last handed an item, unless one was got without waiting since */
    uint32_t at;               /* number of the item it gets next */
} cosy_receiver;

/* For a static broadcast over an array. */
#if COSY_NAMES
#define COSY_BROADCAST_INIT(title, array)                                                                              \
    {.room = (array), .size = sizeof((array)[0]), .capacity = sizeof(array) / sizeof((array)[0]), .name = (title)}
#else
#define COSY_BROADCAST_INIT(title, array)                                                                              \
    {.room = (array), .size = sizeof((array)[0]), .capacity = sizeof(array) / sizeof((array)[0])}
#endif

/**
 * cosy_broadcast_init - prepares a broadcast at run time.
 *
 * @broadcast: storage for the broadcast itself.
 * @room: capacity * size bytes for the items, aligned as they need; stays until the broadcast is destroyed.
 * @size: bytes of one item, at least 1.
 * @capacity: how many of the last items are kept, at least 1.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, zero, more than 2^32 bytes).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_broadcast_init(cosy_broadcast *broadcast, void *room, uint32_t size, uint32_t capacity,
                                 const char *name);

/**
 * cosy_broadcast_send - sends a copy of an item to all receivers. Never waits, never switches.
 *
 * @broadcast: which. It may have no receivers: then the item is kept for nobody.
 * @item: what to copy.
 *
 * Returns: COSY_OK; COSY_ECLOSED (nothing is sent); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread; elsewhere a function posted with cosy_post_fn(). Cost: a copy, and one for each
 *     task that waits.
 */
COSY_API int cosy_broadcast_send(cosy_broadcast *broadcast, const void *item);

/**
 * cosy_broadcast_join - begins to listen: gets what is sent from now on.
 *
 * @receiver: storage, usually in the frame of the task that listens; stays until it leaves.
 * @broadcast: which.
 *
 * Returns: COSY_OK, also when the broadcast is closed; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a few stores.
 */
COSY_API int cosy_broadcast_join(cosy_receiver *receiver, cosy_broadcast *broadcast);

/**
 * cosy_broadcast_leave - listens no more. A receiver that has left may join again.
 *
 * @receiver: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (a task waits with it: nothing is changed); COSY_EINVAL (NULL, has left already).
 * Waits: no. From: the loop's thread. Cost: a few stores.
 */
COSY_API int cosy_broadcast_leave(cosy_receiver *receiver);

/**
 * cosy_broadcast_receive - gets the next item, waiting until there is one.
 *
 * @receiver: whose turn; one task at a time waits with it.
 * @item: where it goes; must stay until the call returns.
 * @missed: where it goes how many items before this one were overwritten before the receiver came to them, modulo 2^32;
 *     0 when it has missed none. May be NULL.
 * @deadline: absolute, ns.
 *
 * What is left to get is got even after a close.
 *
 * Returns: COSY_OK; COSY_ECLOSED (closed, and it has got everything); COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (no
 *     item was taken; what `item` holds is undefined); COSY_EBUSY (another task waits with this receiver); COSY_ENOTASK;
 *     COSY_EINVAL (NULL, not joined).
 * Waits: while it has got everything. From: a coroutine. Cost: a copy, and one switch when it waits.
 */
COSY_API int cosy_broadcast_receive(cosy_receiver *receiver, void *item, uint32_t *missed, cosy_time deadline);

/**
 * cosy_broadcast_receive_begin - begin form of cosy_broadcast_receive().
 *
 * @receiver: whose turn.
 * @item: where it goes; must stay until the wait is over.
 * @missed: as in cosy_broadcast_receive(); written at once: who has to wait misses nothing.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED, COSY_EBUSY or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a copy or a list push.
 */
COSY_API int cosy_broadcast_receive_begin(cosy_receiver *receiver, void *item, uint32_t *missed, cosy_wait *w);

/**
 * cosy_broadcast_try - gets the next item if there is one; needs no task.
 *
 * @receiver: whose turn.
 * @item: where it goes.
 * @missed: as in cosy_broadcast_receive().
 *
 * Returns: COSY_OK; COSY_EAGAIN (it has got everything); COSY_ECLOSED (closed as well); COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a copy.
 */
COSY_API int cosy_broadcast_try(cosy_receiver *receiver, void *item, uint32_t *missed);

/**
 * cosy_broadcast_behind - how many items were sent that a receiver has not got, those that it will miss included.
 *
 * @receiver: whose.
 *
 * Returns: 0 if it has got everything. Above the capacity of the broadcast it has missed the rest.
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_INLINE uint32_t cosy_broadcast_behind(const cosy_receiver *receiver)
{
    return receiver->broadcast->next - receiver->at;
}

/**
 * cosy_broadcast_receivers - how many receivers have joined and not left.
 *
 * @broadcast: which.
 *
 * Returns: their number.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_broadcast_receivers(const cosy_broadcast *broadcast)
{
    return broadcast->receivers;
}

/**
 * cosy_broadcast_close - no more sends; each receiver still gets what it has not got.
 *
 * @broadcast: which. Tasks that wait get COSY_ECLOSED, for they have got everything.
 *
 * Returns: COSY_OK, also when closed already; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_broadcast_close(cosy_broadcast *broadcast);

/**
 * cosy_broadcast_destroy - ends a broadcast's life.
 *
 * @broadcast: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits, or has joined and not left: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_broadcast_destroy(cosy_broadcast *broadcast);

/**
 * cosy_broadcast_check - looks at a broadcast's invariants.
 *
 * @broadcast: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_broadcast_check(const cosy_broadcast *broadcast);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_broadcast_receive_arm(cosy_arm *arm);

/**
 * cosy_arm_broadcast - an arm of a select: cosy_broadcast_receive().
 *
 * @receiver: whose turn. If another arm wins, it has taken no item.
 * @item: where it goes; stays until the select returns.
 * @missed: as in cosy_broadcast_receive(); may be NULL.
 *
 * Returns: the arm, to be put among those of a select.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_broadcast(cosy_receiver *receiver, void *item, uint32_t *missed)
{
    cosy_arm arm;
    arm.begin = cosy_broadcast_receive_arm;
    arm.object = receiver;
    arm.place = item;
    arm.n = (intptr_t)missed; /* a second place */
    return arm;
}

COSY_END

#endif
