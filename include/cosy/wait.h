/* cosy/wait.h - the one mechanism for waiting. For authors of primitives, ports and bindings.
 *
 * Whatever waits (for a lock, a permit, an item, a moment, a task's end) is a wait node on one FIFO list. The node is
 * the only place where the outcome is decided, and whoever decides does all the work: unlinks, disarms the timer, moves
 * ownership or item, stores the result. The sleeper has nothing left to do.
 *
 *     CONSUMED -> QUEUED -> GRANTED -> CONSUMED
 *                        -> TIMED_OUT | CANCELLED | CLOSED -> CONSUMED
 *                           GRANTED -> CANCELLED    (a cancel overrules a grant until the task runs again)
 *
 * A task that was woken from an object may still be cancelled before it runs, and then refers to the object once more:
 * an object's storage may go away when nobody waits for it and who was woken from it has run.
 *
 * All members are internal; they are public so that objects can be static and embedded.
 */
#ifndef COSY_WAIT_H
#define COSY_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "time.h"

COSY_BEGIN

typedef struct cosy_wait cosy_wait;
typedef struct cosy_task cosy_task;
typedef struct cosy_loop cosy_loop;
typedef struct cosy_arm cosy_arm;
typedef struct cosy_selection cosy_selection;

/* FIFO of waiting nodes: a circle, entered at its first; NULL when empty, so zero bytes are a valid list. */
typedef struct cosy_list {
    cosy_wait *head;
} cosy_list;

enum cosy_wait_state {
    COSY_CONSUMED = 0, /* its task runs, or has not started to wait */
    COSY_QUEUED,       /* on the object's list (a sleeper: on none), outcome open */
    COSY_GRANTED,      /* success; its task is ready but has not run: a cancel may still overrule */
    COSY_FINAL,        /* success that nothing overrules; its task is ready */
    COSY_TIMED_OUT,    /* these three: failed; its task is ready */
    COSY_CANCELLED,
    COSY_CLOSED
};

/* flags of a node */
enum {
    COSY_W_TIMED = 1,     /* its task's timer is armed for this wait */
    COSY_W_SCOPE = 2,     /* ... with the deadline of a scope, not that of the call */
    COSY_W_COROUTINE = 4, /* its task has a stack of its own */
    COSY_W_DIRECT = 8,    /* ... and may be switched to without a trip through the loop */
    COSY_W_ARM = 16       /* not a task's own node but an arm of a select */
};

/* reasons to look twice before its task waits */
enum {
    COSY_A_CANCEL = 1, /* a cancel is in force: the task's own, or that of a scope */
    COSY_A_SCOPE = 2,  /* a scope has a deadline */
    COSY_A_NOWAIT = 4, /* waiting is forbidden here */
    COSY_A_HOOK = 8    /* a tool looks at each wait */
};

/* What a primitive adds to a wait. One constant per kind of wait. Any member but `what` may be NULL. */
typedef struct cosy_wait_ops {
    const char *what; /* "lock": for reports */

    /* A queued node has left (state and result say why, and may be changed): withdraw what its arrival did, look at the
     * list again. The node is unlinked and its timer disarmed. If it must wait for something else before it can return
     * (a condition's lock), leave() queues it there: then it stays QUEUED, with the result it will return. */
    void (*leave)(cosy_wait *w);

    /* A cancel comes for a queued node that must not leave: true if it stays, its result being changed. Deadlines do
     * not end a wait of such a kind at all. */
    bool (*stay)(cosy_wait *w);

    /* A cancel overrules a grant: pass it on and return true, or return false if it cannot be taken back. */
    bool (*undo)(cosy_wait *w);

    /* For objects that wake all by splicing: true if this node, QUEUED by its state, was in fact granted. */
    bool (*spliced)(const cosy_wait *w);

    /* A timer has been armed for this queued node: the list can no longer be spliced. */
    void (*timed)(cosy_wait *w);

    /* For a wait that stands for others, a select: the node of the one that was granted. */
    cosy_wait *(*inner)(cosy_wait *w);

    const char *(*name)(const cosy_wait *w);             /* the object's name, for reports */
    const cosy_task *(*owner)(const cosy_wait *w);       /* who holds the object, for reports */
} cosy_wait_ops;

/* One wait. A task has exactly one of its own, as its first member.
 *
 * QUEUED: next and prev link it into list (list is NULL for a sleeper), arg belongs to the kind of wait.
 * Ready (all other states but CONSUMED): next links it into its loop's ready list, singly; prev and list are stale.
 * result is stored before parking, so that waking all can be one splice. */
struct cosy_wait {
    cosy_wait *next, *prev;
    cosy_list *list;
    const cosy_wait_ops *ops;
    union {
        void *ptr;
        uintptr_t n;
    } arg;
    cosy_loop *loop;
    int32_t result;
    uint8_t state; /* enum cosy_wait_state */
    uint8_t flags; /* COSY_W_... */
    uint8_t attn;  /* COSY_A_... */
    uint8_t spare;
};

/* An arm of a select: a wait node that is not a task's own, so that one task can stand in several lines. It lies in the
 * caller's frame. What the object decides of its node is passed to the select, which withdraws the other arms and readies
 * the task. Made by the cosy_arm_...() of each kind of object; begin, object, place, n are theirs, the rest is the
 * select's. See cosy/select.h. */
struct cosy_arm {
    cosy_wait wait;              /* must be first; on the object's list while its select waits */
    int (*begin)(cosy_arm *arm); /* the begin form of its kind, on `wait`; NULL: the arm is off */
    void *object;                /* what it waits for */
    union {
        void *place;             /* where the result goes */
        const void *item;        /* what is given */
        cosy_time when;
    };
    intptr_t n;                  /* how many, which direction */
    cosy_selection *select;         /* whose arm */
    uint32_t index;              /* its number there */
};

/* A select under way. While it waits, its task's own node is QUEUED on no list, like a sleeper's, with `selecting` as
 * its kind and this as its argument; the arms' nodes are queued on their objects. Owned by the caller. */
struct cosy_selection {
    cosy_arm *arms;
    uint32_t count;
    int32_t winner;    /* number of the arm that won, -1 while none has */
    cosy_task *task;
    cosy_time until;   /* the earliest of its timer arms; COSY_FOREVER without one */
    uint32_t timer;    /* which arm that is */
    uint8_t waiting;   /* every arm is parked, and so is the task */
    void (*won)(cosy_selection *select, cosy_arm *arm); /* an arm's node, unlinked, has an outcome */
};

/**
 * cosy_await - second half of every wait: makes a parked task wait until a deadline.
 *
 * @task: the current task, whose node a begin form has just parked (it returned COSY_WAITING).
 * @deadline: absolute, ns.
 *
 * A pending cancel, a deadline that has passed, or COSY_NOW end the wait on the spot. Stackless tasks call this and then
 * return from their resume function; coroutines call the plain forms, which do it for them.
 *
 * Returns: COSY_WAITING (leave now, cosy_task_result() will give the result), or the result.
 * Waits: no. From: the current task. Cost: arming a timer, O(log n), unless COSY_FOREVER.
 */
COSY_API int cosy_await(cosy_task *task, cosy_time deadline);

/**
 * cosy_suspend - cosy_await(), then runs others until this task is resumed.
 *
 * @task: the current coroutine, parked by a begin form.
 * @deadline: absolute, ns.
 *
 * Supplied by the coroutines (src/coro); a build without them has no plain forms.
 *
 * Returns: the result of the wait.
 * Waits: yes. From: a coroutine. Cost: one switch, straight to the next ready coroutine.
 */
COSY_API int cosy_suspend(cosy_task *task, cosy_time deadline);

COSY_END

#endif
