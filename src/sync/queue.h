/* src/sync/queue.h - what the files of the queue share: queue.c has the plain queue and who waits, queue_order.c the other
 * orders, queue_more.c what else a queue may have. */
#ifndef COSY_SYNC_QUEUE_H
#define COSY_SYNC_QUEUE_H

#include "sync.h"

#include "../../include/cosy/queue.h"

void *memcpy(void *to, const void *from, size_t size); /* the one thing needed of a libc */

/* `size` is q->size, as a constant in the specialised calls for items of a word: then a copy is two instructions. */
static inline void *cosy__queue_slot(const cosy_queue *q, uint32_t at, uint32_t size)
{
    return (char *)q->room + at * size; /* 32 bits: the room is no larger than that */
}

static inline const cosy_queue_order *cosy__queue_order(const cosy_queue *q)
{
    return q->more ? q->more->order : &cosy_queue_fifo;
}

static inline bool cosy__queue_sane(const cosy_queue *q, const void *item)
{
    return q && item && q->state;
}

/* One more item to be done. It stays at the largest number: those who count so far do not join. */
static inline void cosy__queue_count_in(cosy_queue_more *more)
{
    more->unfinished += more->unfinished != UINT32_MAX;
}

/* An item is done: the last one lets the joiners go. In queue.c. */
void cosy__queue_done(cosy_queue *q);

/* Nobody will get this item: told to whom it may concern. In queue.c. */
void cosy__queue_undelivered(const cosy_queue *q, void *item);

/* cosy_queue_init() on behalf of `call`. In queue.c. */
int cosy__queue_init(cosy_queue *q, void *room, uint32_t size, uint32_t capacity, const char *title, const char *call);

/* What is wrong with a call; a task is missing if nothing else is. In queue.c. */
COSY_COLD int cosy__queue_refuse(const cosy_queue *q, const void *item, const char *call);

/* The parts of a get. COSY_EAGAIN if it is empty. In queue.c. */
int cosy__queue_take(cosy_queue *q, void *item);
int cosy__queue_park_getter(cosy_queue *q, void *item, cosy_wait *w);

/* The waits of those who join a queue; their nodes' arg is the queue. In queue.c. */
extern const cosy_wait_ops cosy__queue_joining;

#endif
