/* cosy/loop.h - the loop: it resumes what is ready, looks at clock and I/O, and idles.
 *
 * A loop belongs to one thread. Programs get one from cosy_run() or cosy_loop_open() (cosy/posix.h); firmware embeds
 * a cosy_loop and calls cosy_loop_init() with its port.
 *
 * Fairness: one countdown per loop is spent by every switch and by every waiting call that completes at once. At zero
 * the call yields once, after taking effect, and the loop looks at clock, timers and I/O.
 */
#ifndef COSY_LOOP_H
#define COSY_LOOP_H

#include "group.h"
#include "task.h"

COSY_BEGIN

/* What a port supplies. Every function gets its loop. */
typedef struct cosy_port {
    /* Monotonic nanoseconds. */
    cosy_time (*now)(cosy_loop *loop);

    /* Looks at descriptors and the like without waiting, readies what is due; called only while loop->watched is not 0,
     * a count that the port keeps. NULL: nothing to look at. */
    void (*poll)(cosy_loop *loop);

    /* Nothing is ready: returns when work may have come from outside, at the latest at `until` (COSY_FOREVER: none).
     * Must look at the inbox with interrupts masked (or its own protocol) before it sleeps. */
    void (*idle)(cosy_loop *loop, cosy_time until);

    /* Called after something was put into the inbox, from whatever context did it: ends idle(). NULL: not needed. */
    void (*wake)(cosy_loop *loop);

    /* Room for `count` timers, by cosy_timers_room(); false if there is no memory. NULL: the store cannot grow. */
    bool (*grow)(cosy_loop *loop, uint32_t count);

    /* A task has ended and nobody needs it any more. Called on the task's own stack, just before it is left. */
    void (*reap)(cosy_loop *loop, cosy_task *task);

    /* cosy_loop_close() was called inside the run that has just ended. NULL: the port has no close. */
    void (*close)(cosy_loop *loop);

    /* One line for humans about a task: it survived its cancel, is deadlocked, spins. At most twenty in a report, then
     * once with task NULL: there are more. NULL: nobody listens. */
    void (*tell)(cosy_loop *loop, const char *what, const cosy_task *task);
} cosy_port;

/* The timer store of a loop. Dense: heap of (deadline, order, id) packed in an array; for id the tables `place` (index
 * in the heap, or the next free id) and `timer`. Ids start at 1. Linked: the root of a pairing heap. */
#if COSY_TIMERS_DENSE
typedef struct cosy_timer_slot {
    cosy_time deadline;
    uint32_t order, id;
} cosy_timer_slot;
typedef struct cosy_timers {
    cosy_timer_slot *heap;
    uint32_t *place;
    cosy_timer **timer;
    uint32_t armed, known, room, free_id, order;
} cosy_timers;
#else
typedef struct cosy_timers {
    cosy_timer *root;
    uint32_t order;
} cosy_timers;
#endif

/* What another thread or an interrupt handler leaves at the loop's door. See cosy/inbox.h. */
typedef struct cosy_post cosy_post;

/* What a tool may look at and decide; it supplies the functions, each of which may be NULL. See cosy/testing.h.
 * Tasks of a loop with hooks take a slower way, the others pay nothing. */
typedef struct cosy_hooks {
    /* The current task has parked and is about to leave. May cancel it. Returns the deadline of the call, changed or not. */
    cosy_time (*waits)(const struct cosy_hooks *hooks, cosy_task *task, cosy_time deadline);

    /* A task is about to go on; a cancel may still overrule what it was granted. Runs outside tasks. */
    void (*runs)(const struct cosy_hooks *hooks, cosy_task *task);

    /* Something is about to be allocated: a stack, room for a timer. Returns false to make it fail. */
    bool (*allocates)(const struct cosy_hooks *hooks);
} cosy_hooks;

/* A loop. ready..ready_tail: singly linked FIFO of nodes whose tasks may go on. current: the coroutine that runs;
 * running: the task that runs, of whatever kind, when it was entered from the loop's stack and is stackless. */
struct cosy_loop {
    cosy_wait *ready;
    cosy_wait **ready_tail;
    cosy_task *current;
    int32_t budget; /* counts down */
    int32_t quota;  /* what it starts from; 1 with checkpoint = always */
    void *sp;       /* the loop's own stack while a coroutine runs */
    cosy_task *running;
    cosy_time now;
    const cosy_port *port;
    cosy_timers timers;
    cosy_group *groups; /* all open groups */
    cosy_post *inbox;   /* newest first; written from anywhere */
    struct cosy_stacks *stacks; /* pool of cosy_spawn(); NULL without one */
    cosy_wait mark;     /* ends a pass: what run_once and stop put into the ready list */
    uint32_t watched;   /* what the port's poll() would look at; with none it is not called */
    uint32_t outside;   /* waits for descriptors and threads: work is under way, simulated time must not jump */
    uint32_t expected;  /* reasons to believe that work may come from outside: caught signals, cosy_loop_expect() */
    uint32_t spun;      /* switches since the loop last idled (simulated time only) */
    uint32_t spin_limit;
    uint32_t told;      /* lines of the report that is being made */
    uint8_t flags;      /* COSY_L_... */
#if COSY_HOOKS
    uint8_t hook_bit;   /* COSY_A_HOOK if there are hooks, else 0 */
    const cosy_hooks *hooks; /* NULL: nobody looks */
#endif
    cosy_group root;    /* tasks that are in no other group */
};

enum {
    COSY_L_STALE = 1,    /* `now` has to be read before it is used */
    COSY_L_RUNNING = 2,
    COSY_L_STOP = 4,     /* the mark has passed: leave run */
    COSY_L_MARKED = 8,   /* the mark is in the ready list */
    COSY_L_CLOSE = 16,   /* close was asked for inside a run */
    COSY_L_VIRTUAL = 32, /* simulated time */
    COSY_L_EXPECT = 64,  /* cosy_loop_expect(true) is counted in `expected` */
    COSY_L_CLEARING = 128 /* the run ends with the last task, whatever timers are left */
};

/**
 * cosy_loop_init - prepares a loop over a port.
 *
 * @loop: storage.
 * @port: its functions; must outlive the loop.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the thread that will run it. Cost: some stores.
 */
COSY_API int cosy_loop_init(cosy_loop *loop, const cosy_port *port);

/**
 * cosy_here - the loop of this thread.
 *
 * Returns: never NULL; outside a run a loop in which no task runs.
 * Waits: no. From: any thread. Cost: one load.
 */
COSY_INLINE cosy_loop *cosy_here(void);

/**
 * cosy_loop_run - runs until stopped, or until nothing is left to run.
 *
 * @loop: which.
 *
 * Returns: COSY_OK (stopped, or all tasks have ended); COSY_EDEADLK (tasks are left that nobody can ever wake; each is
 *     told with what it waits for); COSY_ESPIN (simulated time, and tasks that never wait); COSY_EBUSY (it runs already).
 * Waits: blocks the thread. From: the loop's thread, outside tasks.
 */
COSY_API int cosy_loop_run(cosy_loop *loop);

/**
 * cosy_loop_run_until - runs until a task has ended (run until complete).
 *
 * @loop: which.
 * @task: what to wait for; it is joined: the pointer is dead when the call returns COSY_OK.
 * @result: where its result goes; may be NULL.
 *
 * Returns: COSY_OK; COSY_EAGAIN (stopped before it ended); else as cosy_loop_run().
 * Waits: blocks the thread. From: the loop's thread, outside tasks.
 */
COSY_API int cosy_loop_run_until(cosy_loop *loop, cosy_task *task, int *result);

/**
 * cosy_loop_run_once - one pass: looks at clock, timers and I/O without waiting, resumes each task that is ready.
 *
 * @loop: which. For use inside somebody else's loop, with cosy_loop_next() and the pollable descriptor of the port.
 *
 * Returns: 1 (more can run at once), 0 (nothing until cosy_loop_next() or outside work), or as cosy_loop_run().
 * Waits: no. From: the loop's thread, outside tasks.
 */
COSY_API int cosy_loop_run_once(cosy_loop *loop);

/**
 * cosy_loop_next - until when a loop has nothing to do by itself.
 *
 * @loop: which.
 *
 * Returns: COSY_NOW (something is ready), the earliest deadline, or COSY_FOREVER.
 * Waits: no. From: the loop's thread. Cost: a load or two.
 */
COSY_API cosy_time cosy_loop_next(cosy_loop *loop);

/**
 * cosy_loop_live - how many tasks a loop still has.
 *
 * @loop: which.
 *
 * Returns: tasks that were started and have not ended, in all groups. A loop that is driven from outside is done at 0.
 * Waits: no. From: the loop's thread. Cost: O(groups).
 */
COSY_API uint32_t cosy_loop_live(const cosy_loop *loop);

/**
 * cosy_loop_stop - ends the run after the current pass: each task that is ready runs once more.
 *
 * @loop: which. Stopping twice, or a loop that does not run, is harmless.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread; from elsewhere post a function that calls it.
 */
COSY_API int cosy_loop_stop(cosy_loop *loop);

/**
 * cosy_loop_break - ends the run as soon as the current task has given way; who is ready stays ready.
 *
 * @loop: which. One that does not run is left alone.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread.
 */
COSY_API int cosy_loop_break(cosy_loop *loop);

/**
 * cosy_loop_clear - cancels what is left, runs it for a grace period, names the survivors.
 *
 * @loop: which; not running.
 * @grace: nanoseconds of the loop's time; COSY_FOREVER waits for all.
 *
 * Returns: COSY_OK; COSY_ELEFT (survivors, each told by name); COSY_EBUSY (it runs).
 * Waits: blocks the thread. From: the loop's thread, outside tasks.
 */
COSY_API int cosy_loop_clear(cosy_loop *loop, cosy_time grace);

/**
 * cosy_loop_checkpoint - makes every waiting call that completes at once a scheduling point (checkpoint = always).
 *
 * @loop: which.
 * @always: true: each such call yields; false: only when the countdown is spent.
 *
 * Waits: no. From: the loop's thread. Cost: two stores.
 */
COSY_API void cosy_loop_checkpoint(cosy_loop *loop, bool always);

/**
 * cosy_loop_expect - work may come although nothing is registered (interrupts, a host loop): do not call it a deadlock.
 *
 * @loop: which.
 * @expect: true to expect.
 *
 * Waits: no. From: the loop's thread. Cost: a store.
 */
COSY_API void cosy_loop_expect(cosy_loop *loop, bool expect);

/**
 * cosy_loop_hook - lets a tool look at and steer each step of a loop. For tests; see cosy/testing.h.
 *
 * @loop: which. The tool sees the tasks that are made from here on.
 * @hooks: the tool's functions; must stay. NULL: none any more.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_ENOSYS (built without COSY_HOOKS).
 * Waits: no. From: the loop's thread. Cost: two stores; then a trip to the loop's stack for each switch.
 */
COSY_API int cosy_loop_hook(cosy_loop *loop, const cosy_hooks *hooks);

/**
 * cosy_ready - puts a task at the end of its own loop's ready list.
 *
 * @task: one that is on no list: a resume protocol of a binding that parks tasks in ways of its own.
 *
 * Waits: no. From: its loop's thread. Cost: three stores.
 */
COSY_API void cosy_ready(cosy_task *task);

/**
 * cosy_timers_room - gives the dense store larger arrays; for ports.
 *
 * @loop: which.
 * @heap: room for count + 1 slots.
 * @place: room for count + 1 numbers.
 * @timer: room for count + 1 pointers.
 * @count: how many timers fit.
 *
 * What the old arrays held must already be in the new ones.
 *
 * Waits: no. From: the port's grow().
 */
#if COSY_TIMERS_DENSE
COSY_API void cosy_timers_room(cosy_loop *loop, cosy_timer_slot *heap, uint32_t *place, cosy_timer **timer,
                               uint32_t count);
#endif

/* The loop of this thread; outside a run one in which no task runs. Internal. */
COSY_API extern COSY_THREAD_LOCAL cosy_loop *cosy_current_loop;

COSY_INLINE cosy_loop *cosy_here(void)
{
    return cosy_current_loop;
}

COSY_END

#endif
