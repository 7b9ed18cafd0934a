/* cosy/chain.h - an unbounded queue that needs no storage: the items bring their own link.
 *
 *     struct job { cosy_link link; int id; };
 *     static cosy_chain jobs = COSY_CHAIN_INIT("jobs");
 *
 *     cosy_chain_put(&jobs, &job->link);                       // never waits
 *     rc = cosy_chain_get(&jobs, &link, COSY_FOREVER);
 *     job = COSY_CONTAINER(link, struct job, link);
 *
 * An item is in one chain at a time and must stay until it was got. Order, hand-over and cancellation are those of
 * cosy_queue; a cancelled getter always gives its item back.
 */
#ifndef COSY_CHAIN_H
#define COSY_CHAIN_H

#include "loop.h"

COSY_BEGIN

typedef struct cosy_link {
    struct cosy_link *next;
} cosy_link;

/* first..last: items nobody has got; getters wait only while there are none. last is valid only if first is. */
typedef struct cosy_chain {
    cosy_list getters;
    cosy_link *first, *last;
    uint32_t count;
    uint32_t closed;
#if COSY_NAMES
    const char *name;
#endif
} cosy_chain;

#if COSY_NAMES
#define COSY_CHAIN_INIT(title) {.name = (title)}
#else
#define COSY_CHAIN_INIT(title) {.count = 0}
#endif

/**
 * cosy_chain_init - prepares a chain; COSY_CHAIN_INIT(name) does it for static ones.
 *
 * @chain: storage.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_chain_init(cosy_chain *chain, const char *name);

/**
 * cosy_chain_put - appends an item, or hands it to the first getter that waits. Never waits, never switches.
 *
 * @chain: which.
 * @item: its link; in no chain now.
 *
 * Returns: COSY_OK; COSY_ECLOSED (the item stays the caller's); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few stores.
 */
COSY_API int cosy_chain_put(cosy_chain *chain, cosy_link *item);

/**
 * cosy_chain_get - takes the oldest item, waiting while there is none.
 *
 * @chain: which.
 * @item: where its link goes; must stay until the call returns.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (no item was taken; what `item` holds is undefined);
 *     COSY_ECLOSED (closed and empty); COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: while empty. From: a coroutine. Cost: a few loads, or one switch.
 */
COSY_API int cosy_chain_get(cosy_chain *chain, cosy_link **item, cosy_time deadline);

/**
 * cosy_chain_get_begin - begin form of cosy_chain_get().
 *
 * @chain: which.
 * @item: where its link goes; must stay until the wait is over.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a few loads or a list push.
 */
COSY_API int cosy_chain_get_begin(cosy_chain *chain, cosy_link **item, cosy_wait *w);

/**
 * cosy_chain_try_get - gets if there is an item; needs no task.
 *
 * @chain: which.
 *
 * Returns: the link of the oldest item, or NULL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few loads.
 */
COSY_API cosy_link *cosy_chain_try_get(cosy_chain *chain);

/**
 * cosy_chain_close - no more puts; what is in the chain can still be got.
 *
 * @chain: which. Tasks that wait to get receive COSY_ECLOSED, since it is empty then.
 *
 * Returns: COSY_OK, also when closed already; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_chain_close(cosy_chain *chain);

/**
 * cosy_chain_count - how many items are in it.
 *
 * @chain: which.
 *
 * Returns: the items nobody has got.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_chain_count(const cosy_chain *chain)
{
    return chain->count;
}

/**
 * cosy_chain_destroy - ends a chain's life.
 *
 * @chain: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_chain_destroy(cosy_chain *chain);

/**
 * cosy_chain_check - looks at a chain's invariants.
 *
 * @chain: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(items and waiters).
 */
COSY_API const char *cosy_chain_check(const cosy_chain *chain);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_chain_get_arm(cosy_arm *arm);

/**
 * cosy_arm_chain - an arm of a select: takes the oldest item.
 *
 * @chain: which.
 * @item: where its link goes; must stay until the select returns.
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_chain(cosy_chain *chain, cosy_link **item)
{
    cosy_arm arm;
    arm.begin = cosy_chain_get_arm;
    arm.object = chain;
    arm.place = item;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
