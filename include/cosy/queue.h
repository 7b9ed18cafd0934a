/* cosy/queue.h - a bounded queue: items of one size, first in first out or otherwise, over storage of the user's.
 *
 *     static struct job room[16];
 *     static cosy_queue jobs = COSY_QUEUE_INIT("jobs", room);
 *
 *     cosy_queue_put(&jobs, &job, COSY_FOREVER);      // waits while it is full
 *     cosy_queue_get(&jobs, &job, COSY_FOREVER);      // waits while it is empty
 *
 * Items are copied. A put hands its item straight to a getter that waits, a get its slot straight to a putter that
 * waits. A getter that is cancelled after an item was handed to it, and before it ran, gives the item to the next in
 * line, and that one, if it was served as well and has not run, its own to the one after it; what is over goes back to
 * the front: items keep their order. If the slot was refilled meanwhile and no getter waits, the get stands and the
 * cancel comes at the next wait. A put whose item is stored or delivered stands.
 *
 * With a cosy_queue_more beside it a queue is more than that: last in first out, or by priority; it counts the work that
 * is not done yet, so that one can join it; and what is in it when it is shut down is not lost but handed to a function.
 *
 *     static cosy_queue_more newest_first = COSY_QUEUE_MORE_LIFO;
 *     static cosy_queue pages = COSY_QUEUE_INIT_WITH("pages", room, &newest_first);
 */
#ifndef COSY_QUEUE_H
#define COSY_QUEUE_H

#include "loop.h"

COSY_BEGIN

typedef struct cosy_queue cosy_queue;

/* In which order items come out; one of the three below. Internal: the macros COSY_QUEUE_MORE_... choose. */
typedef struct cosy_queue_order {
    void (*add)(cosy_queue *queue, const void *item);       /* there is room */
    void (*give_back)(cosy_queue *queue, const void *item); /* as add, but it comes out before its equals */
    void *(*next)(const cosy_queue *queue);                 /* the slot of what comes out next; there is an item */
    void (*drop)(cosy_queue *queue);                        /* takes that one out */
    const char *(*check)(const cosy_queue *queue);
} cosy_queue_order;

COSY_API extern const cosy_queue_order cosy_queue_fifo;
COSY_API extern const cosy_queue_order cosy_queue_lifo;
COSY_API extern const cosy_queue_order cosy_queue_priority;

/* What a queue has that is more than a plain one. Made by one of the macros, used by one queue.
 * unfinished: items that were put and not yet marked done, stored ones included. joiners wait only while it is not 0.
 * numbers, first, last: of a priority queue. numbers[i] belongs to slot i; of equal items the one with the smaller number
 * comes out first. What is put gets the number after last, what is given back the one before first. */
typedef struct cosy_queue_more {
    const cosy_queue_order *order;
    bool (*before)(const void *a, const void *b);
    int64_t *numbers;
    cosy_list joiners;
    int64_t first, last;
    uint32_t unfinished;
    const char *reason; /* of the shutdown; NULL before, or if it has none */
    void (*undelivered)(void *item, void *arg);
    void *arg;
} cosy_queue_more;

/* First in, first out, as a plain queue, with the rest of what cosy_queue_more brings. */
#define COSY_QUEUE_MORE_FIFO {.order = &cosy_queue_fifo}
/* Last in, first out. */
#define COSY_QUEUE_MORE_LIFO {.order = &cosy_queue_lifo}
/* By priority: `first(a, b)`, of the type of cosy_queue_more.before, is true if item a must come out before item b; equal
 * items come out in the order of their puts. `array` is for the queue: int64_t, as many as it has slots. */
#define COSY_QUEUE_MORE_PRIORITY(first, array) {.order = &cosy_queue_priority, .before = (first), .numbers = (array)}

/* cosy_queue.state; internal */
enum {
    COSY_QUEUE_PLAIN = 1,     /* prepared; if that is all, it is open and plain: the fast paths */
    COSY_QUEUE_WITH_MORE = 2, /* `more` is not NULL */
    COSY_QUEUE_CLOSED = 4,
    COSY_QUEUE_DISCARDED = 8  /* what is stored, or given back, goes to undelivered() */
};

/* `capacity` slots at `room`, `count` of them full: a ring that begins at slot `head`, a stack, or a heap. Getters wait
 * only while it is empty, putters only while it is full; a waiting node's arg points to its item. */
struct cosy_queue {
    cosy_list getters, putters;
    void *room;
    uint32_t size; /* of an item, bytes */
    uint32_t capacity;
    uint32_t head, count;
    uint32_t state; /* COSY_QUEUE_...; 0: not prepared */
    cosy_queue_more *more;
#if COSY_NAMES
    const char *name;
#endif
};

/* For a static queue over an array; the second with a cosy_queue_more. */
#define COSY_QUEUE__SLOTS(array)                                                                                       \
    .room = (array), .size = sizeof((array)[0]), .capacity = sizeof(array) / sizeof((array)[0])
#if COSY_NAMES
#define COSY_QUEUE_INIT(title, array) {COSY_QUEUE__SLOTS(array), .state = COSY_QUEUE_PLAIN, .name = (title)}
#define COSY_QUEUE_INIT_WITH(title, array, extra)                                                                      \
    {COSY_QUEUE__SLOTS(array), .state = COSY_QUEUE_PLAIN | COSY_QUEUE_WITH_MORE, .more = (extra), .name = (title)}
#else
#define COSY_QUEUE_INIT(title, array) {COSY_QUEUE__SLOTS(array), .state = COSY_QUEUE_PLAIN}
#define COSY_QUEUE_INIT_WITH(title, array, extra)                                                                      \
    {COSY_QUEUE__SLOTS(array), .state = COSY_QUEUE_PLAIN | COSY_QUEUE_WITH_MORE, .more = (extra)}
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
 * cosy_queue_init_with - prepares a queue with a cosy_queue_more at run time.
 *
 * @queue: storage for the queue itself.
 * @room: capacity * size bytes for the items, aligned as they need; stays until the queue is destroyed.
 * @size: bytes of one item, at least 1.
 * @capacity: how many fit, at least 1.
 * @more: made by one of the macros COSY_QUEUE_MORE_...; for this queue alone, stays until it is destroyed.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, zero, or `more` was not made by a macro).
 * Waits: no. From: anywhere. Cost: a few stores.
 *
 * Example:
 *     cosy_queue_more more = COSY_QUEUE_MORE_PRIORITY(sooner, numbers);
 *     rc = cosy_queue_init_with(&queue, room, sizeof *room, 16, &more, "by date");
 */
COSY_API int cosy_queue_init_with(cosy_queue *queue, void *room, uint32_t size, uint32_t capacity, cosy_queue_more *more,
                                  const char *name);

/**
 * cosy_queue_put - appends a copy of an item, waiting while the queue is full.
 *
 * @queue: which.
 * @item: what to copy; must stay until the call returns.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED, COSY_ECLOSED (the item is not in the queue);
 *     COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while full. From: a coroutine. Cost: a copy, and one switch when it waits; by priority O(log n) comparisons.
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
 * cosy_queue_get - takes the next item, waiting while the queue is empty.
 *
 * @queue: which.
 * @item: where it goes; must stay until the call returns.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (no item was taken; what `item` holds is undefined);
 *     COSY_ECLOSED (closed, and all items were taken); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while empty. From: a coroutine. Cost: a copy, and one switch when it waits; by priority O(log n) comparisons.
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
 * cosy_queue_get_many - takes all items that are there, up to a number, waiting for the first.
 *
 * @queue: which.
 * @items: where they go, one behind the other; must stay until the call returns.
 * @n: how many at most, at least 1.
 * @deadline: absolute, ns, for the first.
 *
 * Putters that wait are let in as slots become free, and what they put is taken too. A call that had to wait takes the
 * one item that ended its wait.
 *
 * Returns: how many were taken, 1 .. n; as cosy_queue_get() if none was; COSY_EINVAL (NULL, n is 0 or above INT32_MAX).
 * Waits: while empty. From: a coroutine. Cost: a copy for each; one switch when it waits.
 */
COSY_API int cosy_queue_get_many(cosy_queue *queue, void *items, uint32_t n, cosy_time deadline);

/**
 * cosy_queue_get_many_begin - begin form of cosy_queue_get_many().
 *
 * @queue: which.
 * @items: where they go; must stay until the wait is over.
 * @n: how many at most, at least 1.
 * @got: where their number goes; it holds once the result is COSY_OK, now or after the wait.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a copy for each, or a list push.
 */
COSY_API int cosy_queue_get_many_begin(cosy_queue *queue, void *items, uint32_t n, uint32_t *got, cosy_wait *w);

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
 * cosy_queue_peek - looks at the next item without taking it.
 *
 * @queue: which.
 * @item: where a copy of it goes. It is what a get would bring now; a put may bring a more urgent one.
 *
 * Returns: COSY_OK; COSY_EAGAIN (empty); COSY_ECLOSED (closed and empty); COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a copy.
 */
COSY_API int cosy_queue_peek(const cosy_queue *queue, void *item);

/**
 * cosy_queue_resize - gives a queue other storage, larger or smaller, and moves its items there.
 *
 * @queue: which.
 * @room: capacity * size bytes for the items, aligned as they need, apart from the storage in use; stays until the
 *     queue is destroyed or moved again.
 * @numbers: as many as there are slots, for a queue by priority; else NULL.
 * @capacity: how many fit, at least as many as are in it.
 *
 * Tasks that wait to put are let in as far as there is room now. The storage used before is free when the call returns.
 *
 * Returns: COSY_OK; COSY_EOVER (more items than would fit: nothing is changed); COSY_ECLOSED (its items were discarded);
 *     COSY_EINVAL (NULL, zero).
 * Waits: no. From: the loop's thread, in a task or not. Cost: O(items), and O(putters let in).
 *
 * Example:
 *     if (cosy_queue_full(&jobs) && (more = malloc(2 * n * sizeof *more)) != NULL) { // a queue that grows
 *         cosy_queue_resize(&jobs, more, NULL, 2 * n);
 *         free(room);
 *         room = more;
 *     }
 */
COSY_API int cosy_queue_resize(cosy_queue *queue, void *room, int64_t *numbers, uint32_t capacity);

/**
 * cosy_queue_task_done - tells that an item that was got has been dealt with.
 *
 * @queue: which, with a cosy_queue_more. Once all items ever put are done, those who join the queue go on.
 *
 * Returns: COSY_OK; COSY_EOVER (more often than items were got); COSY_EINVAL (NULL, a plain queue).
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few instructions; O(joiners) for the last.
 */
COSY_API int cosy_queue_task_done(cosy_queue *queue);

/**
 * cosy_queue_join - waits until every item that was put is done.
 *
 * @queue: which, with a cosy_queue_more.
 * @deadline: absolute, ns.
 *
 * An item counts from the moment it is stored or handed over until cosy_queue_task_done() is called for it or it is
 * discarded. Closing the queue does not end the wait: what is in it must still be dealt with. A moment without unfinished
 * work is enough; what is put after it is not waited for.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT; COSY_EAGAIN; COSY_ECANCELED; COSY_ENOTASK; COSY_EINVAL (NULL, a plain queue).
 * Waits: until all is done. From: a coroutine. Cost: a few instructions, or one switch.
 *
 * Example:
 *     while (cosy_queue_get(&jobs, &job, COSY_FOREVER) == COSY_OK) {      // a worker
 *         rc = handle(&job);
 *         cosy_queue_task_done(&jobs);
 *     }
 */
COSY_API int cosy_queue_join(cosy_queue *queue, cosy_time deadline);

/**
 * cosy_queue_join_begin - begin form of cosy_queue_join().
 *
 * @queue: which, with a cosy_queue_more.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_queue_join_begin(cosy_queue *queue, cosy_wait *w);

/**
 * cosy_queue_close - no more puts; what is in the queue can still be got.
 *
 * @queue: which. Tasks that wait to put get COSY_ECLOSED; so do those that wait to get, since it is empty then.
 *
 * Returns: COSY_OK, also when closed already; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_queue_close(cosy_queue *queue);

/* what becomes of the items in a queue that is shut down */
enum {
    COSY_QUEUE_DRAIN,  /* they can still be got; then gets fail too */
    COSY_QUEUE_DISCARD /* nobody gets them; they count as done */
};

/**
 * cosy_queue_shutdown - no more puts, for a reason; what is in the queue is kept or discarded.
 *
 * @queue: which. All who wait get COSY_ECLOSED, those who join it excepted.
 * @mode: COSY_QUEUE_DRAIN: as cosy_queue_close(). COSY_QUEUE_DISCARD: gets fail at once too; each item that nobody has got
 *     goes to the function given to cosy_queue_on_undelivered(), in the order they would have come out, and is done.
 *     So does one that was handed to a getter which is cancelled before it runs.
 * @reason: stays valid, and is what cosy_queue_reason() gives; the first that is not NULL stays. A plain queue has no
 *     place for it.
 *
 * May be called again: discarding may follow draining, not the other way round.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, unknown mode).
 * Waits: no. From: the loop's thread. Cost: O(waiters), and O(items) to discard.
 */
COSY_API int cosy_queue_shutdown(cosy_queue *queue, int mode, const char *reason);

/**
 * cosy_queue_on_undelivered - sets what is called with each item that is discarded: to free what it points to.
 *
 * @queue: which, with a cosy_queue_more.
 * @undelivered: called with the item and arg, from within the call that discards, which may be a cosy_cancel(). It must
 *     not wait: in it waiting calls give COSY_ENOWAIT. NULL: nobody.
 * @arg: handed to it.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, a plain queue).
 * Waits: no. From: anywhere. Cost: two stores.
 */
COSY_API int cosy_queue_on_undelivered(cosy_queue *queue, void (*undelivered)(void *item, void *arg), void *arg);

/**
 * cosy_queue_closed, cosy_queue_reason - has it been closed or shut down, and why.
 *
 * @queue: which.
 *
 * Returns: true if puts fail; the reason that was given, or NULL.
 * Waits: no. From: the loop's thread. Cost: a load or two.
 */
COSY_INLINE bool cosy_queue_closed(const cosy_queue *queue)
{
    return (queue->state & COSY_QUEUE_CLOSED) != 0;
}
COSY_INLINE const char *cosy_queue_reason(const cosy_queue *queue)
{
    return queue->more ? queue->more->reason : NULL;
}

/**
 * cosy_queue_unfinished - how many items are not done yet.
 *
 * @queue: which.
 *
 * Returns: those in it, and those that were got but not marked done; 0 for a plain queue.
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_INLINE uint32_t cosy_queue_unfinished(const cosy_queue *queue)
{
    return queue->more ? queue->more->unfinished : 0;
}

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
 * @queue: which. Items that are still in it are forgotten; to have them discarded, shut it down before.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a few loads.
 */
COSY_API int cosy_queue_destroy(cosy_queue *queue);

/**
 * cosy_queue_check - looks at a queue's invariants.
 *
 * @queue: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters), and O(items) by priority.
 */
COSY_API const char *cosy_queue_check(const cosy_queue *queue);

/* Begin forms for arms, see cosy/select.h. */
COSY_API int cosy_queue_get_arm(cosy_arm *arm);
COSY_API int cosy_queue_put_arm(cosy_arm *arm);
COSY_API int cosy_queue_join_arm(cosy_arm *arm);

/**
 * cosy_arm_get - an arm of a select: an item comes out of a queue.
 *
 * @queue: which.
 * @item: where it goes; must stay until the select returns.
 *
 * Returns: the arm, to be put in the array of a select.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_get(cosy_queue *queue, void *item)
{
    cosy_arm arm;
    arm.begin = cosy_queue_get_arm;
    arm.object = queue;
    arm.place = item;
    arm.n = 0;
    return arm;
}

/**
 * cosy_arm_put - an arm of a select: a copy of an item goes into a queue.
 *
 * @queue: which.
 * @item: what to copy; must stay until the select returns.
 *
 * Returns: the arm, to be put in the array of a select.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_put(cosy_queue *queue, const void *item)
{
    cosy_arm arm;
    arm.begin = cosy_queue_put_arm;
    arm.object = queue;
    arm.item = item;
    arm.n = 0;
    return arm;
}

/**
 * cosy_arm_queue_join - an arm of a select: every item that was put is done.
 *
 * @queue: which, with a cosy_queue_more.
 *
 * Returns: the arm, to be put in the array of a select.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_queue_join(cosy_queue *queue)
{
    cosy_arm arm;
    arm.begin = cosy_queue_join_arm;
    arm.object = queue;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
