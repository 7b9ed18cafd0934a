/* tests/conformance/conformance.h - what the test suites of others demand, as rows of ours.
 *
 * A table holds the cases of one suite. Each case is described there in a line or two and written here anew, against the
 * C interface; nothing of a suite itself is in these files. A row is a case: a body that runs in simulated time and says
 * what happens, and the trace that must come out. Where our contract decides otherwise than the suite, `rule` says so and
 * the row tests what we promise. What has no meaning in C has a reason instead of a body.
 *
 *     static int acquire(void)
 *     {
 *         fresh();
 *         cosy_task *t1 = run("T1", taker, NULL), *t2 = run("T2", taker, NULL);
 *         TRY(settle_all());
 *         cosy_lock_release(&lock);
 *         ...
 *     }
 *
 * conformance.c knows which cases there are: one that is missing, or is there twice, is a failure.
 *
 * Each body also runs with faults (conformance_test --inject): a cancel, a timeout or a failed allocation at each of its
 * waits, and in any of its tasks. So a body
 * - begins with fresh objects, which it names with WATCH(): they must be idle and sound after each such run;
 * - starts tasks with run(): they are cancelled and joined when the body has returned, however early it did;
 * - returns when a wait fails that was not to fail (TRY), and leaves what it holds itself to its table's tidy();
 * - has tasks that give back what they hold whatever happens.
 */
#ifndef COSY_CONFORMANCE_H
#define COSY_CONFORMANCE_H

#include "support/test.h"

#ifdef CONFORMANCE_INJECT
#include <cosy/testing.h>
#endif

typedef struct conformance_row {
    const char *id;        /* of the case: "L5" */
    const char *name;      /* what its suite calls it */
    int (*body)(void);     /* NULL for a case that is not for C */
    const char *expected;  /* what is said, joined by "; " */
    const char *rule;      /* where we differ: which rule of the contract, what the suite wants, what we do; else NULL */
    const char *not_for_c; /* why there is nothing to test in C; else NULL */
    bool misuse;           /* its point is a report of misuse */
    bool outside;          /* the body is called outside any task, and runs loops itself; not with faults */
    int variant;           /* for a body that several rows share: it asks variant() */
} conformance_row;

typedef struct conformance_table {
    const char *origin; /* the suite: "CPython Lock" */
    const conformance_row *rows;
    size_t count;
    void (*tidy)(void); /* gives back what a body holds that returned early; may be NULL */
} conformance_table;

#define CONFORMANCE_TABLE(table, suite, its_rows, its_tidy)                                                            \
    const conformance_table table = {                                                                                  \
        .origin = (suite), .rows = (its_rows), .count = sizeof(its_rows) / sizeof((its_rows)[0]), .tidy = (its_tidy)}

/* Leaves a body or a task's function with the code of a call that should have succeeded. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        int tried = (call);                                                                                            \
        if (tried < 0)                                                                                                 \
            return tried;                                                                                              \
    } while (0)

/* Names an object that is to be sound at each step, and idle in the end, when the row runs with faults. */
#ifdef CONFORMANCE_INJECT
#define WATCH(object) COSY_TESTING_WATCH(object)
#else
#define WATCH(object) ((void)(object))
#endif

/* Starts a task of the row, queued behind those that are ready. NULL if there is no memory for it: stop() and outcome()
 * take that, and the next settle_all(), settle_ms() or pass() of anybody returns COSY_ENOMEM. */
cosy_task *run(const char *name, cosy_fn fn, void *arg);

/* Cancels a task. */
void stop(cosy_task *task);

/* What a task that has ended returned; COSY_EAGAIN if it has not. Does not wait. Takes it, so once for each task. */
int outcome(cosy_task *task);

/* Lets all others run until each of them is blocked. */
int settle_all(void);

/* Lets so many simulated milliseconds pass. */
int settle_ms(int ms);

/* Lets each task that is ready run once. For races, where the number of steps is the point. */
int pass(void);

/* How many nodes a list has. */
int waiters(const cosy_list *list);

/* Name of the current task. */
const char *me(void);

/* That of the row that runs. */
int variant(void);

/* ---- between conformance.c and inject.c ---- */

bool can_inject(void);

/* Runs a row once for each fault at each of its waits, and adds the faults that came true. Returns 0; 1 and says what
 * went wrong. */
int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name, long *faults);

#endif
