/* Stack overflow, told by name. A coroutine that runs into its guard page raises SIGSEGV; its own stack cannot hold a
 * handler any more, so the handler runs on an alternate stack. It says whose stack it was, then lets the process die of
 * the same fault, at the same place, so that a core dump shows where.
 */
#define _GNU_SOURCE
#include "posix.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

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
        cosy__line("cosy: stack overflow in task \"%s\": its %zu bytes do not suffice; spawn it with a larger "
                   ".stack_size",
                   cosy_task_name(task), cosy_stack_size(task));
    sigaction(signo, &previous, NULL); /* the fault repeats and meets whoever was there before us */
}

void cosy__fault_open(void)
{
    stack_t old;
    if (users++ == 0 && sigaltstack(NULL, &old) == 0 && (old.ss_flags & SS_DISABLE)) {
        stack_t mine = {.ss_size = ALTERNATE};
        alternate = mine.ss_sp = malloc(ALTERNATE);
        if (alternate)
            sigaltstack(&mine, NULL);
    }
    pthread_mutex_lock(&guard);
    if (loops++ == 0) {
        struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
        action.sa_sigaction = on_fault;
        sigemptyset(&action.sa_mask);
        sigaction(SIGSEGV, &action, &previous);
    }
    pthread_mutex_unlock(&guard);
}

void cosy__fault_close(void)
{
    if (users == 0)
        return; /* this loop did not want it */
    pthread_mutex_lock(&guard);
    if (--loops == 0)
        sigaction(SIGSEGV, &previous, NULL);
    pthread_mutex_unlock(&guard);
    if (--users == 0 && alternate) {
        stack_t none = {.ss_flags = SS_DISABLE};
        sigaltstack(&none, NULL);
        free(alternate);
        alternate = NULL;
    }
}
