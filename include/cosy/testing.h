/* cosy/testing.h - tests of programs that wait: one fault at each wait, in simulated time.
 *
 *     static int transfer(void *arg) { ... the program's own code, with its tasks ... }
 *     static const char *balanced(void *arg) { return sum() == 100 ? NULL : "money was lost"; }
 *
 *     static const cosy_scenario scenarios[] = {
 *         {.name = "transfer", .run = transfer, .verify = balanced},
 *     };
 *     int main(void) { return cosy_inject_all(scenarios, 1) ? 1 : 0; }
 *
 * A scenario is the main function of a loop in simulated time. It is run once untouched, and then again and again: each
 * time one fault comes, at the first, the second, the third ... of its waits, until there is no further one. After each
 * run nobody may be left, nothing may have been misused, every watched object must be sound and idle, and the scenario's
 * own verify() must agree. What is found is told in one line, with the words that make the same run again.
 *
 * Hosted only, and not part of cosy.h: programs that test include it. The library needs COSY_HOOKS, as it has by default.
 */
#ifndef COSY_TESTING_H
#define COSY_TESTING_H

#include "../cosy.h"

COSY_BEGIN

/* What happens to a wait, or to an allocation. */
typedef enum cosy_fault {
    COSY_FAULT_CANCEL,         /* its task is cancelled as it begins to wait, or when its yield comes round */
    COSY_FAULT_CANCEL_QUEUED,  /* ... while it waits, when one other task has run */
    COSY_FAULT_CANCEL_LATE,    /* ... while it waits, when all others have run as far as they can and time would move */
    COSY_FAULT_CANCEL_GRANTED, /* ... when its wait is over, and it has not gone on yet */
    COSY_FAULT_CANCEL_MAIN,    /* the main task is cancelled, whoever it is that waits */
    COSY_FAULT_TIMEOUT,        /* the wait has a deadline that has passed */
    COSY_FAULT_TIMEOUT_SOON,   /* ... that passes when those who are ready have run */
    COSY_FAULT_ALLOCATION,     /* a spawn or a delayed call finds no memory */
    COSY_FAULTS                /* how many there are; also: none */
} cosy_fault;

/* For a scenario's `without`. */
#define COSY_WITHOUT(fault) (1u << (fault))
#define COSY_WITHOUT_CANCELS                                                                                           \
    (COSY_WITHOUT(COSY_FAULT_CANCEL) | COSY_WITHOUT(COSY_FAULT_CANCEL_QUEUED) |                                        \
     COSY_WITHOUT(COSY_FAULT_CANCEL_LATE) | COSY_WITHOUT(COSY_FAULT_CANCEL_GRANTED) |                                  \
     COSY_WITHOUT(COSY_FAULT_CANCEL_MAIN))
#define COSY_WITHOUT_TIMEOUTS (COSY_WITHOUT(COSY_FAULT_TIMEOUT) | COSY_WITHOUT(COSY_FAULT_TIMEOUT_SOON))

/* What is no failure in a scenario. */
enum {
    COSY_ALLOW_LEFT = 1,     /* the main function returns while tasks are left: they are cancelled, and must end */
    COSY_ALLOW_DEADLOCK = 2, /* a fault may leave tasks that nobody wakes: they are cancelled, and must end */
    COSY_ALLOW_MISUSE = 4    /* misuse is reported */
};

/* A scenario. It does the same each time it is run, so it begins with fresh objects, and neither real time nor chance
 * plays a part. Every failure is passed on after cleaning up: any wait may fail with COSY_ECANCELED (from then on all
 * waits of that task do) or COSY_ETIMEDOUT, any spawn with COSY_ENOMEM, and the main task is no exception. */
typedef struct cosy_scenario {
    const char *name;
    int (*run)(void *arg);            /* a negative result is a failure in a run without a fault only */
    void *arg;
    const char *(*verify)(void *arg); /* after each run, the loop being closed: NULL, or what is wrong; may be NULL */
    unsigned without;                 /* faults that make no sense here: COSY_WITHOUT(fault) | ... */
    unsigned allow;                   /* COSY_ALLOW_... */
    const cosy_options *options;      /* of its loop, NULL for the defaults; time is simulated whatever they say */
    uint32_t most_waits;              /* a run with more of them is taken for endless; 0 for 10,000 */
    uint32_t most_runs;               /* not more runs than these; 0 for 100,000 */
} cosy_scenario;

/* What came of it. */
typedef struct cosy_injection {
    uint32_t runs;                 /* how often the scenario was run */
    uint32_t waits, allocations;   /* how many there are in the run without a fault */
    uint32_t faults;               /* how many came true, and of which kind: a wait that nobody grants cannot be */
    uint32_t by_kind[COSY_FAULTS]; /* cancelled after its grant */
    cosy_fault kind;               /* the fault of the run that went wrong, COSY_FAULTS for none; ... */
    uint32_t at;                   /* ... at which wait or allocation, 0 for none */
    char wrong[256];               /* what is wrong, in one sentence; empty if nothing is */
    char text[640];                /* the same in a line: scenario, fault, whose wait it was, and how to replay it */
} cosy_injection;

/**
 * cosy_inject - runs a scenario without a fault, then with one fault at a time, of every kind, at every wait.
 *
 * @scenario: what to run.
 * @out: what came of it; may be NULL. The first run that goes wrong is the last.
 *
 * Only waits that would wait count, and yields: not a COSY_NOW, a deadline that has passed, a wait of a task that is
 * cancelled. A wait that a shield protects is not made to time out, unless it has a deadline of its own.
 * cosy_set_reporter() is called with a function of the runner, and with NULL in the end.
 *
 * Returns: COSY_OK; COSY_EBROKEN (a run went wrong, or no fault came true in any); COSY_EOVER (most_runs were made, and
 *     there are faults left); COSY_EINVAL (NULL, no run function); COSY_EBUSY (inside a task); COSY_ENOMEM;
 *     COSY_ENOSYS (the library was built without COSY_HOOKS).
 * Waits: blocks the thread. From: a thread that runs no loop. Cost: about as many runs as waits times kinds.
 *
 * Example:
 *     cosy_injection found;
 *     if (cosy_inject(&scenario, &found))
 *         fprintf(stderr, "%s\n", found.text);
 */
COSY_API int cosy_inject(const cosy_scenario *scenario, cosy_injection *out);

/**
 * cosy_inject_one - makes a single run, with a given fault.
 *
 * @scenario: what to run.
 * @kind: which fault; COSY_FAULTS for none.
 * @at: at which wait (for COSY_FAULT_ALLOCATION at which allocation), counted from 1.
 * @out: what came of it; may be NULL. faults is 0 if it could not be.
 *
 * Returns: as cosy_inject(), but a fault that cannot be is no failure.
 * Waits: blocks the thread. From: a thread that runs no loop. Cost: one run.
 */
COSY_API int cosy_inject_one(const cosy_scenario *scenario, cosy_fault kind, uint32_t at, cosy_injection *out);

/**
 * cosy_inject_all - the main function of a test: runs scenarios, prints a table, one line each.
 *
 * @scenarios: an array.
 * @count: its length.
 *
 * What went wrong is told on stderr, with a value for the environment variable COSY_INJECT, as "cancel-granted 4
 * transfer", under which this call makes that one run only. With COSY_INJECT_TRACE=1 a line on stderr announces each
 * run: the last one names the run in which a program crashes or hangs.
 *
 * Returns: how many scenarios failed; COSY_EINVAL (NULL, COSY_INJECT means nothing).
 * Waits: blocks the thread. From: a thread that runs no loop. Cost: see cosy_inject().
 */
COSY_API int cosy_inject_all(const cosy_scenario *scenarios, size_t count);

/**
 * cosy_fault_name - a kind of fault in one word.
 *
 * @kind: which.
 *
 * Returns: "cancel", "cancel-queued", "cancel-late", "cancel-granted", "cancel-main", "timeout", "timeout-soon",
 *     "allocation"; "none".
 * Waits: no. From: anywhere. Cost: a table look-up.
 */
COSY_API const char *cosy_fault_name(cosy_fault kind);

/* ---- watched objects ---- */

/* What is known about a kind of object. Programs may have kinds of their own. */
typedef struct cosy_testing_kind {
    const char *what;                                         /* "lock": for reports */
    const char *(*name)(const void *object);                  /* of the object; NULL: it has none */
    const char *(*check)(const void *object);                 /* its invariants: NULL, or what is wrong; NULL: none */
    intptr_t (*note)(const void *object);                     /* what idle() will compare with; NULL: nothing */
    const char *(*idle)(const void *object, intptr_t noted);  /* nobody holds it or waits: as check; NULL: none */
} cosy_testing_kind;

/* The kinds that cosy has itself. A new one is a line here, and a line in src/testing/kinds.c. */
#define COSY_TESTING_KINDS(KIND)                                                                                       \
    KIND(barrier, BARRIER)                                                                                             \
    KIND(broadcast, BROADCAST)                                                                                         \
    KIND(chain, CHAIN)                                                                                                 \
    KIND(condition, CONDITION)                                                                                         \
    KIND(event, EVENT)                                                                                                 \
    KIND(flags, FLAGS)                                                                                                 \
    KIND(future, FUTURE)                                                                                               \
    KIND(group, GROUP)                                                                                                 \
    KIND(limiter, LIMITER)                                                                                             \
    KIND(lock, LOCK)                                                                                                   \
    KIND(once, ONCE)                                                                                                   \
    KIND(queue, QUEUE)                                                                                                 \
    KIND(rwlock, RWLOCK)                                                                                               \
    KIND(scope, SCOPE)                                                                                                 \
    KIND(semaphore, SEMAPHORE)                                                                                         \
    KIND(signal, SIGNAL)                                                                                               \
    KIND(waitgroup, WAITGROUP)                                                                                         \
    KIND(watch, WATCH)

enum {
#define COSY__TESTING_NUMBER(kind, KIND) COSY_KIND_##KIND,
    COSY_TESTING_KINDS(COSY__TESTING_NUMBER)
#undef COSY__TESTING_NUMBER
    COSY_KIND_COUNT
};

/**
 * cosy_testing_kinds - the kinds that cosy has itself, by number: COSY_KIND_LOCK ...
 */
COSY_API extern const cosy_testing_kind cosy_testing_kinds[COSY_KIND_COUNT];

/* Watches an object of one of these kinds, by its type. C++ programs write the kind themselves:
 * cosy_testing_watch(&lock, &cosy_testing_kinds[COSY_KIND_LOCK]). */
#define COSY_TESTING_WATCH(object)                                                                                     \
    cosy_testing_watch((object), &cosy_testing_kinds[_Generic((object), COSY_TESTING_KINDS(COSY__TESTING_TYPE)         \
                                                              struct cosy_testing_no_kind *: 0)])
#define COSY__TESTING_TYPE(kind, KIND) cosy_##kind * : COSY_KIND_##KIND, const cosy_##kind * : COSY_KIND_##KIND,

/**
 * cosy_testing_watch - has an object checked at each step of this run, and after it; COSY_TESTING_WATCH(&lock) is shorter.
 *
 * @object: stays until the run is over, or until cosy_testing_unwatch(): frames of the main function end before that.
 * @kind: what it is; must stay as long.
 *
 * Its check() is called at each wait and whenever a task goes on. After the run, or with cosy_testing_unwatch(), it
 * must be idle too: a lock free, a semaphore with the permits it had when this was called. Watching it once more notes
 * them anew. Does nothing when no scenario runs here, so that a scenario's function can be called elsewhere.
 *
 * Waits: no. From: a scenario's tasks. Cost: O(watched objects).
 */
COSY_API void cosy_testing_watch(const void *object, const cosy_testing_kind *kind);

/**
 * cosy_testing_unwatch - checks that a watched object is sound and idle, and forgets it.
 *
 * @object: which; one that is not watched is ignored.
 *
 * For groups, scopes and other objects in frames.
 *
 * Waits: no. From: a scenario's tasks. Cost: O(watched objects).
 */
COSY_API void cosy_testing_unwatch(const void *object);

/**
 * cosy_testing_fail - says that this run has gone wrong.
 *
 * @wrong: what is wrong, in one sentence; "two tasks in the critical section". The first one counts.
 *
 * When no scenario runs here it is told on stderr.
 *
 * Waits: no. From: a scenario's tasks. Cost: a copy.
 */
COSY_API void cosy_testing_fail(const char *wrong);

COSY_END

#endif
