/* Signals of the operating system as cosy_signals: the handler raises, which is safe from there. */
#define _GNU_SOURCE
#include "posix.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static cosy_signal *caught[NSIG]; /* written by the loop's thread, read by the handler */

static void on_signal(int signo)
{
    int saved = errno;
    cosy_signal *signal = cosy_atomic_load(&caught[signo]);
    if (signal)
        cosy_signal_raise(signal);
    errno = saved;
}

static void let_go(int signo)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    cosy_signal *signal = caught[signo];
    sigaction(signo, &action, NULL);
    cosy_atomic_store(&caught[signo], (cosy_signal *)NULL);
    signal->loop->expected--;
}

int cosy_catch(cosy_signal *signal, int signo)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
    if (signo < 1 || signo >= NSIG)
        return COSY_ESYSTEM - EINVAL;
    if (!signal) {
        if (caught[signo])
            let_go(signo);
        return COSY_OK;
    }
    if (caught[signo])
        return caught[signo] == signal ? COSY_OK : COSY_EBUSY;
    cosy_atomic_store(&caught[signo], signal);
    if (sigaction(signo, &action, NULL)) {
        int rc = COSY_ESYSTEM - errno;
        cosy_atomic_store(&caught[signo], (cosy_signal *)NULL);
        return rc;
    }
    signal->loop->expected++;
    return COSY_OK;
}

void cosy__signals_close(cosy_loop *loop)
{
    for (int signo = 1; signo < NSIG; signo++)
        if (caught[signo] && caught[signo]->loop == loop)
            let_go(signo);
}
