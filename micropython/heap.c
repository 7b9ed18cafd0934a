/* The order of a PriorityQueue: that of Python's `<`, by the algorithm of heapq, so that equal items come out as there.
 *
 * Comparing runs Python code. It may raise, and it may change this very queue, as may a function that was scheduled. So
 * all comparing is done before anything is moved; if the queue has changed meanwhile, it is done anew.
 */
#include "queue.h"

/* A state of the queue, to be recognised. */
typedef struct _seen_t {
    uint32_t changes, count;
} seen_t;

static inline seen_t look(const cy_queue_t *q)
{
    return (seen_t){q->changes, q->core.count};
}

static inline bool changed(const cy_queue_t *q, seen_t seen)
{
    return q->changes != seen.changes || q->core.count != seen.count;
}

static bool less(mp_obj_t a, mp_obj_t b)
{
    return mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, a, b));
}

/* How far an item at *at rises; false if the queue has changed. */
static bool rise(const cy_queue_t *q, mp_obj_t item, uint32_t *at)
{
    seen_t seen = look(q);
    while (*at) {
        uint32_t parent = (*at - 1) >> 1;
        bool rises = less(item, cy_queue_slots(q)[parent]);
        if (changed(q, seen))
            return false;
        if (!rises)
            break;
        *at = parent;
    }
    return true;
}

/* Puts an item at `at`, and what lies on the way there from `from` down one by one. */
static void push_down(cy_queue_t *q, mp_obj_t item, uint32_t from, uint32_t at)
{
    mp_obj_t *slots = cy_queue_slots(q);
    while (from != at) {
        uint32_t parent = (from - 1) >> 1;
        slots[from] = slots[parent];
        from = parent;
    }
    slots[at] = item;
    q->changes++;
}

static bool unsorted(cy_queue_t *q)
{
    if (q->sorted > q->core.count)
        q->sorted = q->core.count; /* all were discarded */
    return q->sorted < q->core.count;
}

/* Sorts the first unsorted item in, unless the queue changes. */
static bool sort_in_first(cy_queue_t *q)
{
    uint32_t at = q->sorted;
    mp_obj_t item = cy_queue_slots(q)[at];
    if (!rise(q, item, &at))
        return false;
    push_down(q, item, q->sorted, at);
    q->sorted++;
    return true;
}

static void sort_in(cy_queue_t *q)
{
    while (unsorted(q))
        (void)sort_in_first(q);
}

uint32_t cy_heap_place(cy_queue_t *q, mp_obj_t item)
{
    uint32_t at;
    do {
        sort_in(q);
        at = q->core.count;
    } while (!rise(q, item, &at));
    return at;
}

void cy_heap_insert(cy_queue_t *q, uint32_t place)
{
    uint32_t last = q->core.count - 1;
    push_down(q, cy_queue_slots(q)[last], last, place);
    q->sorted = q->core.count;
}

enum { DEEPEST = 32 };

/* The way of the last item from the top to its place, when the top is free: down to a leaf, always to the smaller
 * child, and up again as far as it is less. way[0] is the top. Returns the number of its steps, or -1 if the queue has
 * changed. */
static int sink(const cy_queue_t *q, uint32_t *way)
{
    seen_t seen = look(q);
    if (seen.count < 2)
        return 0;
    uint32_t last = seen.count - 1, child;
    mp_obj_t item = cy_queue_slots(q)[last];
    int n = 0;
    while ((child = 2 * way[n] + 1) < last) {
        if (child + 1 < last && !less(cy_queue_slots(q)[child], cy_queue_slots(q)[child + 1]))
            child++;
        if (changed(q, seen))
            return -1;
        way[++n] = child;
    }
    for (; n; n--) {
        bool rises = less(item, cy_queue_slots(q)[way[n]]);
        if (changed(q, seen))
            return -1;
        if (!rises)
            break;
    }
    return n;
}

void cy_heap_serve(cy_queue_t *q)
{
    uint32_t way[DEEPEST] = {0};
    int n;
    do {
        sort_in(q);
        n = sink(q, way);
    } while (n < 0);
    q->changes++;
    if (!q->core.count)
        return;
    mp_obj_t *slots = cy_queue_slots(q);
    uint32_t last = --q->sorted;
    mp_obj_t top = slots[0], item = slots[last];
    for (int i = 0; i < n; i++)
        slots[way[i]] = slots[way[i + 1]];
    slots[way[n]] = item;
    slots[last] = top;
}

/* Brings an item that is not sorted in to the first place of those, or to the last; false if there is none. Items are
 * told by their identity: of two equal references it does not matter which is meant. */
static bool find_unsorted(cy_queue_t *q, mp_obj_t item, bool last)
{
    mp_obj_t *slots = cy_queue_slots(q);
    if (unsorted(q))
        for (uint32_t i = q->sorted; i < q->core.count; i++)
            if (slots[i] == item) {
                uint32_t to = last ? q->core.count - 1 : q->sorted;
                slots[i] = slots[to];
                slots[to] = item;
                return true;
            }
    return false;
}

void cy_heap_admit(cy_queue_t *q, mp_obj_t item)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        while (find_unsorted(q, item, false) && !sort_in_first(q))
            ;
        nlr_pop();
    } else if (find_unsorted(q, item, true)) {
        mp_obj_t same;
        (void)cosy_queue_try_get(&q->core, &same); /* lets the next putter in */
        (void)cosy_queue_task_done(&q->core);
        cy_queue_left(q);
        nlr_jump(nlr.ret_val);
    } /* else somebody has got it already */
}
