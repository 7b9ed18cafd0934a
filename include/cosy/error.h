/* cosy/error.h - result codes, and what becomes of misuse.
 *
 * Every call returns COSY_OK (0), a count or index (> 0), or one of these negative codes.
 * errno plays no part: what the operating system said is in the code (cosy_errno).
 */
#ifndef COSY_ERROR_H
#define COSY_ERROR_H

#include "compiler.h"

COSY_BEGIN

enum {
    COSY_OK = 0,
    COSY_WAITING = 1, /* begin forms only: the node is parked, the result comes when the task is resumed */

    COSY_ECANCELED = -1,  /* the task was cancelled, now or earlier */
    COSY_ETIMEDOUT = -2,  /* the deadline passed first */
    COSY_EAGAIN = -3,     /* COSY_NOW: it would have had to wait */
    COSY_ECLOSED = -4,    /* the object was closed */
    COSY_EBROKEN = -5,    /* the barrier was reset, aborted, or its action failed */
    COSY_EDEADLK = -6,    /* waiting could never end */
    COSY_ENOTASK = -7,    /* a waiting call outside a coroutine */
    COSY_ENOWAIT = -8,    /* a waiting call where waiting is forbidden (a barrier's action) */
    COSY_EINVAL = -9,     /* an argument that means nothing: NULL, zero parties, a negative count */
    COSY_ENOTOWNER = -10, /* release of what another task holds */
    COSY_ENOTHELD = -11,  /* release of what nobody holds */
    COSY_EOVER = -12,     /* more permits than there can ever be; more done than was begun */
    COSY_EBUSY = -13,     /* in use: it has waiters, a joiner, or is queued already */
    COSY_ENOMEM = -14,    /* no memory for a stack, a timer or a table */
    COSY_ESTACK = -15,    /* stack size too small */
    COSY_EDONE = -16,     /* over already: the task has ended, the scope is closed, the future has its outcome */
    COSY_EABI = -17,      /* program and library were built with different layouts */
    COSY_ESPIN = -18,     /* virtual time cannot advance: tasks run without ever waiting */
    COSY_ELEFT = -19,     /* tasks were left after the grace period */
    COSY_ENOSYS = -20,    /* this port cannot do that */
    COSY_EOPEN = -21,     /* a task ended and left a scope or a binding open */

    COSY_ESYSTEM = -1000  /* COSY_ESYSTEM - e: the operating system said errno e */
};

/**
 * cosy_strerror - one clear sentence for a result code.
 *
 * @code: what a cosy call returned.
 *
 * Returns: a constant string, never NULL.
 * Waits: no. From: anywhere. Cost: a table look-up.
 */
COSY_API const char *cosy_strerror(int code);

/**
 * cosy_errno - the errno behind a result code.
 *
 * @code: what a cosy call returned.
 *
 * Returns: the errno if the code carries one (the operating system refused), else 0.
 * Waits: no. From: anywhere. Cost: a comparison.
 */
COSY_INLINE int cosy_errno(int code)
{
    return code < COSY_ESYSTEM ? COSY_ESYSTEM - code : 0;
}

/* What a report of misuse says. Strings are never NULL in a report that reaches the port. */
typedef struct cosy_misuse {
    int code;            /* COSY_E... that the call returns */
    const char *call;    /* "cosy_lock_release" */
    const char *object;  /* name of the object, "(unnamed)" where it has none */
    const char *task;    /* name of the calling task, "(no task)" outside one */
    const char *other;   /* name of the task that matters too (the owner), or NULL */
} cosy_misuse;

/**
 * cosy_port_report - tells a human about misuse; supplied by the port.
 *
 * @misuse: what happened; valid during the call only.
 *
 * The posix port writes one line to stderr, or calls what cosy_set_reporter() was given.
 *
 * Waits: no. From: whatever context misused cosy.
 */
COSY_API void cosy_port_report(const cosy_misuse *misuse);

/**
 * cosy_port_broken - an object is not what it should be: tells so and ends the program; supplied by the port.
 *
 * @call: the call that found it.
 * @wrong: what is wrong, a sentence.
 *
 * Called only in builds with COSY_VALIDATE.
 *
 * Waits: no. From: whatever context called.
 */
COSY_API COSY_NORETURN void cosy_port_broken(const char *call, const char *wrong);

COSY_END

#endif
