/* queue.h - what the files of the Python queues share: queue.c has them all, heap.c what is special about a
 * PriorityQueue.
 */
#ifndef CY_QUEUE_H
#define CY_QUEUE_H

#include "cy.h"

/* A queue of Python objects. core.room is a block of the collector's heap that nobody else knows; it is replaced by a
 * larger one before a put that finds it full, until it has maxsize slots. Slots without an item are MP_OBJ_NULL, so
 * that nothing is kept alive that has been got. An item that was handed to a getter lies in the getter's awaitable. */
typedef struct _cy_queue_t {
    mp_obj_base_t base;
    mp_obj_t maxsize; /* as it was given */
    cosy_queue core;
    cosy_queue_more more;
    /* Of a PriorityQueue only; others end here. For the engine it is a stack: the last slot comes out next, and what it
     * stores itself, an item given back or that of a putter that waited, becomes the last. Slots 0 .. sorted - 1 are a
     * heap in the order of `<`; what is behind them is sorted in by the next who may raise an exception. */
    uint32_t sorted;
    uint32_t changes; /* counts: did the queue change while Python code compared? Besides, core.count tells */
} cy_queue_t;

static inline mp_obj_t *cy_queue_slots(const cy_queue_t *q)
{
    return q->core.room;
}

/* All of these compare, may raise, and have changed nothing but the order in the heap then. */

/* Where a new item would lie in the heap. */
uint32_t cy_heap_place(cy_queue_t *q, mp_obj_t item);

/* The item that must come out next goes to the last slot, from where the engine takes it. */
void cy_heap_serve(cy_queue_t *q);

/* The item of a putter that was let in while it waited: if it cannot be compared it is taken out again. */
void cy_heap_admit(cy_queue_t *q, mp_obj_t item);

/* The engine has stored a new item in the last slot: moves it to its place. Compares nothing. */
void cy_heap_insert(cy_queue_t *q, uint32_t place);

/* After an item has left by the engine's hand: frees its slot, and the room if that has become far too large. */
void cy_queue_left(cy_queue_t *q);

#endif
