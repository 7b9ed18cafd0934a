/* src/port/posix/posix.h - the loop of this port inside: the public loop, and what Linux adds. */
#ifndef COSY_POSIX_INSIDE_H
#define COSY_POSIX_INSIDE_H

#include "../../../include/cosy/posix.h"

typedef struct cosy_threads cosy_threads;

/* loop must be first. asleep: 1 while the thread is, or is about to be, in epoll_wait; whoever posts and swaps it to 0
 * writes to wake_fd. A driven loop counts as asleep whenever it is not looking. The loop's `watched` counts descriptors registered with epoll besides wake_fd. */
typedef struct cosy_posix {
    cosy_loop loop;
    int epoll_fd, wake_fd;
    uint32_t asleep;
    cosy_time grace;
    uint32_t threads_most;
    cosy_threads *threads; /* NULL until the first blocking call */
    bool in_run;           /* cosy_run() closes it */
    bool reports;          /* stack overflows are told */
    bool driven;           /* somebody polls epoll_fd: posts make it readable also between runs */
    bool no_pwait2;        /* the kernel lacks epoll_pwait2 */
} cosy_posix;

/* Epoll said something about a descriptor: readies who waits for it. fd.c */
void cosy__fd_event(cosy_fd *f, uint32_t events);

/* The signals that this loop catches are left to their defaults again. signal.c */
void cosy__signals_close(cosy_loop *loop);

/* Ends the thread pool; false if a blocking call did not end within the grace period. thread.c */
bool cosy__threads_close(cosy_posix *p);

/* Gives this thread a stack for signal handlers, and with `report` tells stack overflows by name. fault.c */
void cosy__fault_open(bool report);
void cosy__fault_close(bool report);

/* One line to stderr, in one write. report.c */
void cosy__line(const char *format, ...) COSY_PRINTF(1, 2);

/* The line about a stack overflow, written with next to no stack. report.c */
void cosy__overflow_line(const cosy_task *task);

/* One line about a task: what it waits for, who holds that. report.c */
void cosy__tell(cosy_loop *loop, const char *what, const cosy_task *task);

#endif
