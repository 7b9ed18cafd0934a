/* Stack overflow, told by name. A coroutine that runs into its guard page raises SIGSEGV; its own stack cannot hold a
 * handler any more, so the handler runs on an alternate stack. It says whose stack it was, then lets the process die of
 * the same fault, at the same place, so that a core dump shows where.
 */
#define _GNU_SOURCE
#include "posix.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { ALTERNATE = 64 * 1024 };

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static int loops; /* that want the handler */
static struct sigaction previous;
static _Thread_local void *alternate; /* this thread's, if we made it */
static _Thread_local int users;

static void on_fault(int signo, siginfo_t *info, void *context)
{
    const cosy_task *task = cosy_here()->current;
    (void)context;
    if (task && cosy_stack_overflowed(task, (uintptr_t)info->si_addr))
        cosy__overflow_line(task);
    sigaction(signo, &previous, NULL); /* the fault repeats and meets whoever was there before us */
    if (info->si_code <= 0)
        raise(signo); /* sent by somebody: would not repeat by itself */
}

/* Signal handlers need more room than a small coroutine has, so a thread with a loop has a stack for them. */
static void open_alternate(void)
{
    stack_t old, mine = {.ss_size = ALTERNATE};
    if (users++ || sigaltstack(NULL, &old) || !(old.ss_flags & SS_DISABLE))
        return;
    alternate = mine.ss_sp = malloc(ALTERNATE);
    if (alternate)
        sigaltstack(&mine, NULL);
}

static void close_alternate(void)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    if (--users || !alternate)
        return;
    sigaltstack(&none, NULL);
    free(alternate);
    alternate = NULL;
}

void cosy__fault_open(bool report)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    open_alternate();
    if (!report)
        return;
    action.sa_sigaction = on_fault;
    pthread_mutex_lock(&guard);
    if (loops++ == 0)
        sigaction(SIGSEGV, &action, &previous);
    pthread_mutex_unlock(&guard);
}

void cosy__fault_close(bool report)
{
    close_alternate();
    if (!report)
        return;
    pthread_mutex_lock(&guard);
    if (--loops == 0)
        sigaction(SIGSEGV, &previous, NULL);
    pthread_mutex_unlock(&guard);
}
