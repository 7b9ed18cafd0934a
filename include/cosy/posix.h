/* cosy/posix.h - cosy on Linux: run a loop, wait for descriptors, signals and blocking calls.
 */
#ifndef COSY_POSIX_H
#define COSY_POSIX_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "coro.h"
#include "inbox.h"

COSY_BEGIN

typedef struct cosy_options {
    bool virtual_time;      /* time jumps to the next deadline when nobody can run */
    bool checkpoint;        /* every waiting call that completes at once yields */
    bool expect;            /* work may come from outside although nothing is registered: no deadlock report */
    bool no_overflow_report; /* leave SIGSEGV alone */
    cosy_time grace;        /* how long cosy_loop_close() lets cancelled tasks run; 0 for 1 s, COSY_FOREVER for ever */
    size_t stack_size;      /* default of cosy_spawn(); 0 for COSY_STACK_DEFAULT */
    uint32_t threads;       /* at most so many blocking calls at once; 0 for 4 */
    int32_t budget;         /* countdown; 0 for COSY_BUDGET */
    uint32_t spin_limit;    /* virtual time: switches that it may stand still for, and 16 more per task; 0 for 1,000,000 */
} cosy_options;

/**
 * cosy_run - the one-line entry: opens a loop, runs a function as its first task, closes the loop.
 *
 * @fn: the main task. When it returns, what is left is cancelled, given the grace period, and named if it survives.
 * @arg: its argument.
 * @options: NULL for the defaults.
 *
 * Returns: the result of fn; or a negative code if there could be no loop, COSY_EDEADLK, COSY_ESPIN, or COSY_EAGAIN
 *     (stopped before fn returned).
 * Waits: blocks the thread. From: a thread that runs no loop. Cost: a few system calls.
 *
 * Example:
 *     int main(void) { return cosy_run(serve, NULL, NULL) ? 1 : 0; }
 */
COSY_INLINE int cosy_run(cosy_fn fn, void *arg, const cosy_options *options);

/**
 * cosy_loop_open - makes a loop for this thread.
 *
 * @loop: where it goes.
 * @options: NULL for the defaults.
 *
 * Returns: COSY_OK; COSY_ENOMEM; COSY_EABI (program and library do not fit); COSY_EINVAL; COSY_ESYSTEM - errno (EMFILE).
 * Waits: no. From: any thread; the loop belongs to it. Cost: a few system calls.
 */
COSY_INLINE int cosy_loop_open(cosy_loop **loop, const cosy_options *options);

/**
 * cosy_loop_close - cancels and joins what is left within the grace period, names survivors, frees the loop.
 *
 * @loop: from cosy_loop_open(). Inside a run the close is done when the run ends.
 *
 * Returns: COSY_OK; COSY_ELEFT (survivors: each was named, their stacks are gone); COSY_EINVAL (NULL).
 * Waits: blocks the thread. From: the loop's thread.
 */
COSY_API int cosy_loop_close(cosy_loop *loop);

/**
 * cosy_loop_descriptor - a descriptor that polls readable when outside work is there for cosy_loop_run_once().
 *
 * @loop: from cosy_loop_open(). Wait for it until cosy_loop_next(), in poll, epoll or another library's loop.
 *
 * Returns: the descriptor; it stays the loop's.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_loop_descriptor(cosy_loop *loop);

/**
 * cosy_loop_timeout_ms - how long somebody else's loop may poll before it calls cosy_loop_run_once() again.
 *
 * @loop: from cosy_loop_open().
 *
 * Returns: what poll() and epoll_wait() take: milliseconds rounded up, 0 (something is ready), -1 (only outside work).
 * Waits: no. From: the loop's thread. Cost: a clock read if a timer is armed.
 *
 * Example:
 *     while (cosy_loop_live(loop)) {
 *         struct pollfd p = {.fd = cosy_loop_descriptor(loop), .events = POLLIN};
 *         poll(&p, 1, cosy_loop_timeout_ms(loop));
 *         cosy_loop_run_once(loop);
 *     }
 */
COSY_API int cosy_loop_timeout_ms(cosy_loop *loop);

/**
 * cosy_set_reporter - who hears of misuse, instead of one line on stderr.
 *
 * @fn: called with each report; NULL for stderr again.
 * @arg: handed through.
 *
 * Waits: no. From: any thread, before loops run.
 */
COSY_API void cosy_set_reporter(void (*fn)(const cosy_misuse *misuse, void *arg), void *arg);

/* A descriptor that tasks wait for. Owned by the user; registered with its loop from open to close.
 * readers and writers: queued while the direction is not ready. ready: COSY_IN, COSY_OUT as last seen. */
typedef struct cosy_fd {
    cosy_list readers, writers;
    cosy_loop *loop;
    int fd;        /* -1 when closed */
    uint8_t ready;
    uint8_t hung;  /* the peer has gone or an error waits: always try */
    uint8_t always; /* a file that cannot be polled: always ready */
    uint8_t stream; /* bytes without borders: a short read has taken all there was */
#if COSY_NAMES
    const char *name;
#endif
} cosy_fd;

enum { COSY_IN = 1, COSY_OUT = 2 };

/**
 * cosy_fd_open - registers a descriptor with the current loop and makes it non-blocking.
 *
 * @f: storage; must stay until cosy_fd_close().
 * @fd: an open descriptor; it is cosy's from here on, unless the call fails.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL; COSY_ENOTASK (no loop runs here); COSY_ESYSTEM - errno (EBADF for a closed one).
 * Waits: no. From: the loop's thread. Cost: two or three system calls.
 */
COSY_API int cosy_fd_open(cosy_fd *f, int fd, const char *name);

/**
 * cosy_fd_close - wakes who waits for it with COSY_ECLOSED, and closes the descriptor.
 *
 * @f: from cosy_fd_open(). Closing twice is harmless.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: one system call.
 */
COSY_API int cosy_fd_close(cosy_fd *f);

/**
 * cosy_fd_wait - waits until a descriptor can be read or written.
 *
 * @f: from cosy_fd_open().
 * @events: COSY_IN or COSY_OUT, one of them.
 * @deadline: absolute, ns.
 *
 * Readiness is remembered from the last look (edge-triggered): after a read or write of your own that returned EAGAIN,
 * call cosy_fd_drained(). The helpers below do it themselves.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT; COSY_EAGAIN; COSY_ECANCELED; COSY_ECLOSED; COSY_ENOTASK; COSY_EINVAL.
 * Waits: yes. From: a coroutine. Cost: a switch, no system call of its own.
 */
COSY_API int cosy_fd_wait(cosy_fd *f, int events, cosy_time deadline);

/**
 * cosy_fd_wait_begin - begin form of cosy_fd_wait().
 *
 * @f: from cosy_fd_open().
 * @events: COSY_IN or COSY_OUT.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a list push.
 */
COSY_API int cosy_fd_wait_begin(cosy_fd *f, int events, cosy_wait *w);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_fd_arm(cosy_arm *arm);

/**
 * cosy_arm_fd - an arm of a select that a descriptor serves when it is ready.
 *
 * @f: which.
 * @events: COSY_IN or COSY_OUT.
 *
 * Nothing is read or written: do that when the arm has won.
 *
 * Returns: the arm.
 * Waits: no. From: a task. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_fd(cosy_fd *f, int events)
{
    cosy_arm arm;
    arm.begin = cosy_fd_arm;
    arm.object = f;
    arm.place = NULL;
    arm.n = events;
    return arm;
}

/**
 * cosy_fd_drained - says that a direction is not ready any more.
 *
 * @f: from cosy_fd_open().
 * @events: COSY_IN, COSY_OUT or both.
 *
 * Waits: no. From: the loop's thread. Cost: a store.
 */
COSY_API void cosy_fd_drained(cosy_fd *f, int events);

/**
 * cosy_fd_read - reads what is there, waiting until something is.
 *
 * @f: from cosy_fd_open().
 * @buffer: where it goes.
 * @size: at most so many bytes.
 * @deadline: absolute, ns.
 *
 * Returns: bytes read; 0 at the end of the stream; COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED, COSY_ECLOSED;
 *     COSY_ESYSTEM - errno; COSY_ENOTASK; COSY_EINVAL.
 * Waits: while there is nothing. From: a coroutine. Cost: one system call once something is there.
 */
COSY_API ssize_t cosy_fd_read(cosy_fd *f, void *buffer, size_t size, cosy_time deadline);

/**
 * cosy_fd_write - writes all of it, waiting while the peer does not take it.
 *
 * @f: from cosy_fd_open().
 * @buffer: what to write.
 * @size: bytes.
 * @deadline: absolute, ns.
 *
 * Returns: size; or, if something was written before it failed, fewer bytes; else as cosy_fd_read(). A peer that has
 *     gone is COSY_ESYSTEM - EPIPE, never a SIGPIPE on sockets.
 * Waits: while it cannot be written. From: a coroutine. Cost: one system call if the kernel takes all at once.
 */
COSY_API ssize_t cosy_fd_write(cosy_fd *f, const void *buffer, size_t size, cosy_time deadline);

/**
 * cosy_fd_accept - accepts a connection, waiting for one.
 *
 * @listener: a listening socket from cosy_fd_open().
 * @connection: where the new descriptor goes, as if by cosy_fd_open().
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; as cosy_fd_read(). With COSY_ESYSTEM - EMFILE the connection is still in the backlog: close
 *     something and accept again.
 * Waits: yes. From: a coroutine. Cost: two system calls.
 */
COSY_API int cosy_fd_accept(cosy_fd *listener, cosy_fd *connection, cosy_time deadline);

/**
 * cosy_fd_connect - connects a socket, waiting until the peer answers.
 *
 * @f: a socket from cosy_fd_open().
 * @address: where to.
 * @length: its size.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK; COSY_ESYSTEM - errno (ECONNREFUSED); as cosy_fd_read().
 * Waits: yes. From: a coroutine. Cost: two system calls.
 */
COSY_API int cosy_fd_connect(cosy_fd *f, const struct sockaddr *address, socklen_t length, cosy_time deadline);

/**
 * cosy_catch - turns a signal of the operating system into a cosy_signal.
 *
 * @signal: from cosy_signal_init(); raised each time the signal arrives. NULL: default behaviour again.
 * @signo: SIGINT, SIGTERM, SIGUSR1 ...
 *
 * While it is caught, the loop's run does not end as a deadlock: the signal may come.
 *
 * Returns: COSY_OK; COSY_EBUSY (another cosy_signal has it); COSY_ESYSTEM - EINVAL (no such signal, or SIGKILL).
 * Waits: no. From: the loop's thread. Cost: one system call.
 */
COSY_API int cosy_catch(cosy_signal *signal, int signo);

/**
 * cosy_to_thread - makes a blocking call on a pool of threads.
 *
 * @fn: what to call there; it must not call cosy, except what may be called from anywhere.
 * @arg: its argument. If the call is cancelled or times out, fn may still run: then arg must outlive it.
 * @result: where its return value goes; may be NULL.
 * @deadline: absolute, ns, for waiting for a free thread and for fn.
 *
 * Returns: COSY_OK; COSY_ETIMEDOUT, COSY_ECANCELED (fn goes on or never began; its result is dropped); COSY_EAGAIN
 *     (COSY_NOW always: a thread takes time); COSY_ENOMEM, COSY_ESYSTEM - errno (no thread could be started);
 *     COSY_ENOTASK; COSY_EINVAL (NULL).
 * Waits: yes; with all threads busy, in line. From: a coroutine. Cost: a wake-up across threads each way.
 */
COSY_API int cosy_to_thread(int (*fn)(void *), void *arg, int *result, cosy_time deadline);

/* The two entries behind the inline ones: they compare layouts. */
COSY_API int cosy_loop_open_abi(uint32_t abi, cosy_loop **loop, const cosy_options *options);
COSY_API int cosy_run_abi(uint32_t abi, cosy_fn fn, void *arg, const cosy_options *options);

COSY_INLINE int cosy_loop_open(cosy_loop **loop, const cosy_options *options)
{
    return cosy_loop_open_abi(COSY_ABI, loop, options);
}

COSY_INLINE int cosy_run(cosy_fn fn, void *arg, const cosy_options *options)
{
    return cosy_run_abi(COSY_ABI, fn, arg, options);
}

COSY_END

#endif
