/* The other orders in which items come out: a stack, and a heap.
 *
 * The heap moves a hole, not items: whatever stands in its way is copied into it, and the item last, so no place beside the
 * slots is needed. A number for each slot makes equal items come out in the order of their puts.
 */
#include "queue.h"

static void copy(const cosy_queue *q, uint32_t to, const void *item)
{
    memcpy(cosy__queue_slot(q, to, q->size), item, q->size);
}

/* ---- last in, first out ---- */

static void lifo_add(cosy_queue *q, const void *item)
{
    copy(q, q->count++, item);
}

static void *lifo_next(const cosy_queue *q)
{
    return cosy__queue_slot(q, q->count - 1, q->size);
}

static void lifo_drop(cosy_queue *q)
{
    q->count--;
}

static const char *lifo_check(const cosy_queue *q)
{
    (void)q; /* any number of items is a stack */
    return NULL;
}

const cosy_queue_order cosy_queue_lifo = {
    .add = lifo_add, .give_back = lifo_add, .next = lifo_next, .drop = lifo_drop, .check = lifo_check};

/* ---- by priority: slot i comes out before slots 2i + 1 and 2i + 2 ---- */

static void *at(const cosy_queue *q, uint32_t i)
{
    return cosy__queue_slot(q, i, q->size);
}

/* Does item a come out before b? Asks once: no two numbers are the same. */
static bool precedes(const cosy_queue *q, const void *a, int64_t number_of_a, const void *b, int64_t number_of_b)
{
    return number_of_a < number_of_b ? !q->more->before(b, a) : q->more->before(a, b);
}

static bool slot_precedes(const cosy_queue *q, uint32_t i, uint32_t j)
{
    return precedes(q, at(q, i), q->more->numbers[i], at(q, j), q->more->numbers[j]);
}

static void fill(const cosy_queue *q, uint32_t hole, const void *item, int64_t number)
{
    copy(q, hole, item);
    q->more->numbers[hole] = number;
}

static void insert(cosy_queue *q, const void *item, int64_t number)
{
    uint32_t hole = q->count++;
    while (hole) {
        uint32_t parent = (hole - 1) >> 1;
        int64_t its = q->more->numbers[parent];
        if (!precedes(q, item, number, at(q, parent), its))
            break;
        fill(q, hole, at(q, parent), its);
        hole = parent;
    }
    fill(q, hole, item, number);
}

static void priority_add(cosy_queue *q, const void *item)
{
    insert(q, item, ++q->more->last);
}

static void priority_give_back(cosy_queue *q, const void *item)
{
    insert(q, item, --q->more->first);
}

static void *priority_next(const cosy_queue *q)
{
    return q->room;
}

/* The last item looks for a place from the top down; its own slot is free by then. */
static void priority_drop(cosy_queue *q)
{
    uint32_t last = --q->count, hole = 0, child;
    while ((child = 2 * hole + 1) < last) {
        if (child + 1 < last && slot_precedes(q, child + 1, child))
            child++;
        if (slot_precedes(q, last, child))
            break;
        fill(q, hole, at(q, child), q->more->numbers[child]);
        hole = child;
    }
    if (hole != last)
        fill(q, hole, at(q, last), q->more->numbers[last]);
}

static const char *priority_check(const cosy_queue *q)
{
    const cosy_queue_more *more = q->more;
    if (!more->before || !more->numbers)
        return "a queue by priority does not know which item comes first";
    for (uint32_t i = 0; i < q->count; i++) {
        if (more->numbers[i] < more->first || more->numbers[i] > more->last)
            return "an item of a queue by priority has a number that was not given";
        if (i && !slot_precedes(q, (i - 1) >> 1, i))
            return "the items of a queue by priority are in disorder";
    }
    return NULL;
}

const cosy_queue_order cosy_queue_priority = {.add = priority_add,
                                              .give_back = priority_give_back,
                                              .next = priority_next,
                                              .drop = priority_drop,
                                              .check = priority_check};
