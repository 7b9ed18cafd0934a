/* src/sync/lock.h - what a condition shares with its lock: the line in which its waiters stand before they return. */
#ifndef COSY_SYNC_LOCK_H
#define COSY_SYNC_LOCK_H

#include "sync.h"

#include "../../include/cosy/lock.h"

/* The lock in whose line a node stands. */
static inline cosy_lock *cosy__lock_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_lock, waiters);
}

/* Gives the lock to the first in its line, of whatever kind, or frees it. */
static inline int cosy__lock_pass_on(cosy_lock *lock)
{
    cosy_wait *w = cosy__pop(&lock->waiters);
    if (!w) {
        lock->owner = NULL;
        return COSY_OK;
    }
    lock->owner = COSY_LIKELY(!(w->flags & COSY_W_SLOW)) ? cosy__task(w) : cosy__waiter(w);
    return cosy__grant(w);
}

/* `name` and `owner` of every kind of wait whose nodes stand in a lock's line. By its `owner` such a kind is known: the
 * search for cycles of owners follows it, without this file's having to know the others. In lock.c. */
const char *cosy__lock_name(const cosy_wait *w);
const cosy_task *cosy__lock_holder(const cosy_wait *w);

/* The kind that may stand in a lock's line besides acquiring: a condition's waiter that was notified, or has left, and
 * needs the lock before it returns. In condition.c. */
extern const cosy_wait_ops cosy__reacquiring;

#endif
