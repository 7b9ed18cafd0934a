/* cosy/queue.h - a bounded queue: items of one size, first in first out, over storage of the user's.
 *
 *     static struct job room[16];
 *     static cosy_queue jobs = COSY_QUEUE_INIT("jobs", room);
 *
 *     cosy_queue_put(&jobs, &job, COSY_FOREVER);      // waits while it is full
 *     cosy_queue_get(&jobs, &job, COSY_FOREVER);      // waits while it is empty
 *
 * Items are copied. A put hands its item straight to a getter that waits, a get its slot straight to a putter that
 * waits. A getter that is cancelled after an item was handed to it, and before it ran, gives the item to the next
 * getter or back to the front; if the slot was refilled meanwhile and no getter waits, the get stands and the cancel
 * comes at the next wait. A put whose item is stored or delivered stands.
 */
#ifndef COSY_QUEUE_H
#define COSY_QUEUE_H

#include "loop.h"

COSY_BEGIN

/* A ring of `capacity` slots at `room`; `count` are full, beginning at slot `head`. getters wait only while it is empty,
 * putters only while it is full; a waiting node's arg points to its item. */
typedef struct cosy_queue {
    cosy_list getters, putters;
    void *room;
    uint32_t size; /* of an item, bytes */
    uint32_t capacity;
    uint32_t head, count;
    uint32_t closed;
#if COSY_NAMES
    const char *name;
#endif
} cosy_queue;

/* For a static queue over an array. */
#if COSY_NAMES
#define COSY_QUEUE_INIT(title, array)                                                                                  \
    {.room = (array), .size = sizeof((array)[0]), .capacity = sizeof(array) / sizeof((array)[0]), .name = (title)}
#else
#define COSY_QUEUE_INIT(title, array)                                                                                  \
    {.room = (array), .size = sizeof((array)[0]), .capacity = sizeof(array) / sizeof((array)[0])}
#endif

/**
 * cosy_queue_init - prepares a queue at run time.
 *
 * @queue: storage for the queue itself.
 * @room: capacity * size bytes for the items, aligned as they need; stays until the queue is destroyed.
 * @size: bytes of one item, at least 1.
 * @capacity: how many fit, at least 1.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, zero).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_queue_init(cosy_queue *queue, void *room, uint32_t size, uint32_t capacity, const char *name);

/**
 * cosy_queue_put - appends a copy of an item, waiting while the queue is full.
 *
 * @queue: which.
 * @item: what to copy; must stay until the call returns.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED, COSY_ECLOSED (the item is not in the queue);
 *     COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while full. From: a coroutine. Cost: a copy, and one switch when it waits.
 */
COSY_API int cosy_queue_put(cosy_queue *queue, const void *item, cosy_time deadline);

/**
 * cosy_queue_put_begin - begin form of cosy_queue_put().
 *
 * @queue: which.
 * @item: what to copy; must stay until the wait is over.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a copy or a list push.
 */
COSY_API int cosy_queue_put_begin(cosy_queue *queue, const void *item, cosy_wait *w);

/**
 * cosy_queue_get - takes the oldest item, waiting while the queue is empty.
 *
 * @queue: which.
 * @item: where it goes; must stay until the call returns.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (no item was taken; what `item` holds is undefined);
 *     COSY_ECLOSED (closed, and all items were taken); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while empty. From: a coroutine. Cost: a copy, and one switch when it waits.
 */
COSY_API int cosy_queue_get(cosy_queue *queue, void *item, cosy_time deadline);

/**
 * cosy_queue_get_begin - begin form of cosy_queue_get().
 *
 * @queue: which.
 * @item: where it goes; must stay until the wait is over.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a copy or a list push.
 */
COSY_API int cosy_queue_get_begin(cosy_queue *queue, void *item, cosy_wait *w);

/**
 * cosy_queue_try_put - puts if that needs no waiting; needs no task.
 *
 * @queue: which.
 * @item: what to copy.
 *
 * Returns: COSY_OK; COSY_EAGAIN (full); COSY_ECLOSED; COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a copy.
 */
COSY_API int cosy_queue_try_put(cosy_queue *queue, const void *item);

/**
 * cosy_queue_try_get - gets if that needs no waiting; needs no task.
 *
 * @queue: which.
 * @item: where it goes.
 *
 * Returns: COSY_OK; COSY_EAGAIN (empty); COSY_ECLOSED (closed and empty); COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a copy.
 */
COSY_API int cosy_queue_try_get(cosy_queue *queue, void *item);

/**
 * cosy_queue_close - no more puts; what is in the queue can still be got.
 *
 * @queue: which. Tasks that wait to put get COSY_ECLOSED; so do those that wait to get, since it is empty then.
 *
 * Returns: COSY_OK, also when closed already; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_queue_close(cosy_queue *queue);

/**
 * cosy_queue_count, cosy_queue_empty, cosy_queue_full - how many items are in it.
 *
 * @queue: which.
 *
 * Waits: no. From: the loop's thread. Cost: a load or two.
 */
COSY_INLINE uint32_t cosy_queue_count(const cosy_queue *queue)
{
    return queue->count;
}
COSY_INLINE bool cosy_queue_empty(const cosy_queue *queue)
{
    return queue->count == 0;
}
COSY_INLINE bool cosy_queue_full(const cosy_queue *queue)
{
    return queue->count == queue->capacity;
}

/**
 * cosy_queue_destroy - ends a queue's life.
 *
 * @queue: which. Items that are still in it are forgotten.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_API int cosy_queue_destroy(cosy_queue *queue);

COSY_END

#endif
