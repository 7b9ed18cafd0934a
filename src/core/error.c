/* Result codes in words, and the report of misuse. */
#include "report.h"

#include "../../include/cosy/loop.h"

static const char *const sentences[] = {
    "success",
    "the task was cancelled",
    "the deadline passed before it could be done",
    "it would have had to wait",
    "the object is closed",
    "the barrier is broken: it was reset, aborted, or its action failed",
    "deadlock: this wait could never end",
    "a waiting call was made outside a coroutine; spawn one, or use the begin or try form",
    "a waiting call was made where waiting is forbidden",
    "an argument makes no sense: NULL, zero or negative where something is needed",
    "it is held by another task; only its owner may release it",
    "it is not held; it was released already or never acquired",
    "more than there can ever be, or more given back than was taken",
    "the object is in use: it has waiters, a joiner, or is queued already",
    "out of memory",
    "the stack size is too small; COSY_STACK_MIN is the least",
    "that is over: ended, closed or decided already",
    "program and library were built with different layouts; rebuild both with the same cosy/config.h",
    "simulated time cannot advance: tasks keep running without ever waiting",
    "tasks were left after the grace period",
    "this port cannot do that",
    "a task ended and left a scope or a binding open; close it in the frame that opened it",
};

#if COSY_HOSTED
const char *cosy_port_system_error(int number); /* the port knows what errno means */
#endif

const char *cosy_strerror(int code)
{
    if (code == COSY_WAITING)
        return "waiting: the result comes when the task is resumed";
    if (code > 0)
        return sentences[0];
    if (-code < (int)(sizeof sentences / sizeof sentences[0]))
        return sentences[-code];
#if COSY_HOSTED
    if (code < COSY_ESYSTEM)
        return cosy_port_system_error(cosy_errno(code));
#endif
    return "unknown result code";
}

#if COSY_CHECKED
COSY_COLD int cosy__misuse(int code, const char *call, const char *object, const cosy_task *other)
{
    cosy_misuse m = {
        .code = code,
        .call = call,
        .object = object ? object : "(unnamed)",
        .task = cosy_task_name(cosy_self()),
        .other = other ? cosy_task_name(other) : NULL,
    };
    cosy_port_report(&m);
    return code;
}
#endif
