/* src/testing/run.h - one run of a scenario: its loop, its fault, what it watches, what went wrong.
 *
 * inject.c makes runs, run.c is one, hooks.c puts the fault into it, watch.c looks at objects. All of it uses the public
 * headers only, like a tool of somebody else's.
 */
#ifndef COSY_TESTING_RUN_H
#define COSY_TESTING_RUN_H

#include "../../include/cosy/testing.h"

/* What the waits of the first run looked like, a number each: later runs must look the same up to their fault. */
typedef struct cosy_prints {
    uint32_t *print;
    uint32_t count, room;
    bool recording;
} cosy_prints;

typedef struct cosy_watched {
    const void *object;
    const cosy_testing_kind *kind;
    intptr_t noted;
} cosy_watched;

/* Its loop points to `hooks`, and to `port`, which is the loop's own (`below`) but for reports and idling. */
typedef struct cosy_trial {
    cosy_hooks hooks; /* must be first */
    cosy_port port;
    const cosy_port *below;
    const cosy_scenario *scenario;
    cosy_injection *out;
    cosy_prints *prints; /* NULL in a single run */

    cosy_fault kind;
    uint32_t at;         /* the number of the wait or allocation that fails; 0 for none */
    bool faulty;         /* the fault has come true */
    cosy_loop *loop;     /* NULL before it is open, and when it is being closed */
    cosy_task *main;     /* NULL when it has ended */
    cosy_task *target;   /* it is in wait number `at`, and the fault is still to come, or to come true */
    uint32_t passed;     /* others that have run since the target began to wait */
    uint32_t waits, allocations;

    cosy_watched *list;
    size_t watching, room;

    char where[160];     /* the wait, for humans */
    const char *what;    /* the loop's own report: a deadlock, survivors; NULL while there is none */
    char told[256];
    int lines;
    bool unlike;         /* it differs from the first run where it should not */
} cosy_trial;

/* Makes the run. Negative if that could not be; what went wrong in it is in out->wrong. run.c */
int cosy__trial_run(cosy_trial *r);

/* Something is wrong. The first thing is the cause, what follows may be its effect: the run ends here. run.c */
void cosy__trial_wrong(cosy_trial *r, const char *format, ...) COSY_PRINTF(2, 3);

/* The run whose loop runs here; NULL if none does. run.c */
cosy_trial *cosy__trial_here(void);

/* `for lock "l"`, `for a moment`. run.c */
void cosy__trial_describe(char *to, size_t size, const cosy_wait *w);

/* The name of what it waits for, or NULL. run.c */
const char *cosy__trial_object(const cosy_wait *w);

/* Fills in the hooks, and what the port does when nobody is ready. hooks.c */
void cosy__trial_hook(cosy_trial *r);

/* Looks at all watched objects; idle: at whether they are idle, too. watch.c */
void cosy__trial_check(cosy_trial *r, bool idle);

#endif
