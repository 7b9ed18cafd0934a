/* tests/soak/model.h - what cosy's objects and tasks ought to do, told differently: arrays of entries, no links, no wait
 * nodes, no loop. soak_test.c does the same with the real ones and compares after each step.
 *
 * A task here is a script: one call that waits, for some kinds a hold and a release after it. A step of the driver is one
 * of the functions below. Entries stand in the order of arrival; nothing but that order and a clock decides anything.
 */
#ifndef SOAK_MODEL_H
#define SOAK_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum { TASKS = 24, ENTRIES = 64, ROOM = 3, PARTIES = 3, KEEP = 2 };

/* What a task does. Those up to HOLDS keep what they got for a while and give it back. */
typedef enum job {
    J_LOCK,
    J_SEMAPHORE,  /* n permits */
    J_READ,
    J_WRITE,
    J_DOWNGRADE,  /* writes, then reads on */
    J_LIMITER,
    J_ONCE,       /* enters; its turn fails if n is 1 */
    J_SELECT_HOLD, /* a permit of the semaphore, or an item of the queue, or the event */
    J_HOLDS = J_SELECT_HOLD,
    J_CONDITION,  /* locks, waits, releases */
    J_EVENT,
    J_BARRIER,
    J_PUT,        /* n into line `line` */
    J_GET,
    J_CHAIN,
    J_FUTURE,
    J_FLAGS,      /* n: mask and how */
    J_WATCH,
    J_BROADCAST,  /* two items */
    J_WAITGROUP,
    J_JOBS
} job;

/* Where entries wait. */
typedef enum place {
    P_LOCK,
    P_SEMAPHORE,
    P_RWLOCK,
    P_LIMITER,
    P_ONCE,
    P_CONDITION,
    P_CONDITION_LOCK,
    P_EVENT,
    P_BARRIER,
    P_GET,        /* three queues: first in first out, last in first out, by priority */
    P_PUT = P_GET + 3,
    P_CHAIN = P_PUT + 3,
    P_FUTURE,
    P_FLAGS,
    P_WATCH,
    P_BROADCAST,
    P_WAITGROUP,
    P_PLACES
} place;

typedef enum state { S_NONE, S_STARTING, S_WAITING, S_READY, S_ENDED } state;

enum { M_OK = 0, M_CANCELED = -1, M_TIMEDOUT = -2, M_AGAIN = -3, M_CLOSED = -4, M_BROKEN = -5, M_TURN = 2 };
#define M_NOW INT64_MIN
#define M_FOREVER INT64_MAX

/* A task, as the driver ordered it and as the model has brought it on. */
typedef struct mtask {
    job job;
    int n, line, hold;
    int64_t deadline;
    /* what becomes of it */
    state state;
    int step;         /* how far it is in its script */
    int result;       /* of the call it is in or was in */
    bool undoable;    /* a cancel may still take back what it was granted */
    bool cancelled;
    int arm;          /* which arm of its select was served */
    int got;          /* item, bits, value */
    int64_t when;     /* its timer; M_FOREVER: none */
    uint64_t order;
    int outcome;      /* what it returned */
} mtask;

/* One that waits: which task, through which arm of a select, for how much. */
typedef struct entry {
    int task, arm, n;
} entry;

typedef struct model {
    mtask tasks[TASKS];
    struct {
        entry at[ENTRIES];
        int count;
    } lines[P_PLACES];
    int ready[4 * TASKS], ready_count;
    int64_t now;
    uint64_t orders;

    int lock_owner, condition_owner; /* a task, -1: free, DRIVER */
    int permits;
    int writer, readers;
    int limit, limited;
    int once_runner;
    bool once_done;
    bool event_set;
    int arrived;
    int items[3][ROOM + 1], item_count[3];
    int chained[ENTRIES], chained_count;
    int future; /* 0 open, 1 set, 2 failed */
    int future_value;
    uint32_t bits;
    int watched;
    int sent[8], sent_count; /* the last items; how many were sent in all */
    int at[TASKS];           /* each receiver's next number */
    int count;               /* of the wait group */
} model;

enum { FREE = -1, DRIVER = -2 };

void model_init(model *m);
void model_spawn(model *m, int task, job what, int n, int line, int hold, int64_t deadline);
void model_cancel(model *m, int task);
void model_settle(model *m);
void model_advance(model *m, int64_t length);

/* what the driver does to objects; none of it waits */
void model_release(model *m, int n);
void model_resize(model *m, int n);
void model_set(model *m, bool on);
void model_trigger(model *m);
void model_break(model *m);
int model_try_put(model *m, int line, int item);
int model_try_get(model *m, int line, int *item);
void model_chain(model *m, int number);
void model_outcome(model *m, bool ok, int value);
void model_reset_future(model *m);
void model_bits(model *m, uint32_t set, uint32_t clear);
void model_watch(model *m, int value);
void model_send(model *m, int value);
int model_add(model *m, int n);
bool model_notify(model *m, int n);
void model_reset_once(model *m);

#endif
