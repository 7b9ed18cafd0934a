/* The loop on Linux: monotonic clock, epoll, eventfd; and cosy_run(). */
#define _GNU_SOURCE
#include "posix.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 }; /* events taken from the kernel at once */

/* What the task behind an event may spend of the countdown (read, write, wait, and one more) on top of the usual, so that a
 * batch is served before the kernel is asked for the next one. */
enum { PER_EVENT = 4 };

static cosy_posix *posix_of(cosy_loop *loop)
{
    return (cosy_posix *)(void *)loop;
}

/* ---- time ---- */

static cosy_time clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (cosy_time)t.tv_sec * 1000000000 + t.tv_nsec;
}

static cosy_time now(cosy_loop *loop)
{
    return loop->flags & COSY_L_VIRTUAL ? loop->now : clock_now();
}

/* ---- waiting for the kernel ---- */

/* Rounded up, so never early, and within what poll() takes. */
static int ms_until(cosy_time when)
{
    cosy_time left = when - clock_now();
    if (left <= 0)
        return 0;
    return left > 86400000 * (cosy_time)1000000 ? 86400000 : (int)((left + 999999) / 1000000);
}

static int take_events(cosy_posix *p, struct epoll_event *events, cosy_time until)
{
    if (until == COSY_NOW)
        return epoll_wait(p->epoll_fd, events, BATCH, 0);
    if (until == COSY_FOREVER)
        return epoll_wait(p->epoll_fd, events, BATCH, -1);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 35)
    cosy_time left = until - clock_now();
    if (!p->no_pwait2 && left > 0) {
        struct timespec t = {left / 1000000000, left % 1000000000};
        int n = epoll_pwait2(p->epoll_fd, events, BATCH, &t, NULL);
        if (n >= 0 || errno != ENOSYS)
            return n;
        p->no_pwait2 = true;
    }
#endif
    return epoll_wait(p->epoll_fd, events, BATCH, ms_until(until));
}

static void look_outside(cosy_posix *p, cosy_time until)
{
    struct epoll_event events[BATCH];
    int n = take_events(p, events, until); /* EINTR is a look that saw nothing */
    (void)cosy_atomic_swap(&p->asleep, p->driven ? 1u : 0u);
    if (n > 0 && p->loop.quota > 1)
        p->loop.budget += n * PER_EVENT;
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr) {
            cosy__fd_event(events[i].data.ptr, events[i].events);
        } else {
            uint64_t count;
            while (read(p->wake_fd, &count, sizeof count) < 0 && errno == EINTR)
                ;
        }
    }
}

static void poll_outside(cosy_loop *loop)
{
    look_outside(posix_of(loop), COSY_NOW);
}

static void idle(cosy_loop *loop, cosy_time until)
{
    cosy_posix *p = posix_of(loop);
    if (loop->flags & COSY_L_VIRTUAL) {
        if (!loop->outside && until != COSY_FOREVER) {
            loop->now = until;
            return;
        }
        until = COSY_FOREVER; /* work is under way outside: simulated time waits for it */
    }
    /* Say that we sleep, then look once more: a post that came before that is seen here, a later one writes wake_fd. */
    (void)cosy_atomic_swap(&p->asleep, 1u);
    if (cosy_atomic_load(&loop->inbox)) {
        cosy_atomic_store(&p->asleep, 0u);
        return;
    }
    look_outside(p, until);
}

static void wake(cosy_loop *loop)
{
    cosy_posix *p = posix_of(loop);
    if (cosy_atomic_swap(&p->asleep, 0u)) {
        int saved = errno; /* this may be a signal handler */
        uint64_t one = 1;
        while (write(p->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
            ;
        errno = saved;
    }
}

/* ---- memory for timers ---- */

static bool grow(cosy_loop *loop, uint32_t count)
{
    cosy_timers *t = &loop->timers;
    size_t n = (size_t)count + 1;
    cosy_timer_slot *heap = realloc(t->heap, n * sizeof *heap);
    if (heap)
        t->heap = heap;
    uint32_t *place = realloc(t->place, n * sizeof *place);
    if (place)
        t->place = place;
    cosy_timer **timer = realloc(t->timer, n * sizeof(cosy_timer *));
    if (timer)
        t->timer = timer;
    if (!heap || !place || !timer)
        return false; /* what has grown is kept; the room is as before */
    cosy_timers_room(loop, heap, place, timer, count);
    return true;
}

/* ---- open, close, run ---- */

static void free_loop(cosy_posix *p)
{
    cosy_stacks_close(&p->loop);
    if (p->wake_fd >= 0)
        close(p->wake_fd);
    if (p->epoll_fd >= 0)
        close(p->epoll_fd);
    free(p->loop.timers.heap);
    free(p->loop.timers.place);
    free(p->loop.timers.timer);
    free(p);
}

static int close_loop(cosy_posix *p)
{
    int rc = cosy_loop_clear(&p->loop, p->grace);
    cosy__signals_close(&p->loop);
    if (!cosy__threads_close(p))
        rc = COSY_ELEFT;
    cosy__fault_close(p->reports);
    free_loop(p);
    return rc;
}

static void close_after_run(cosy_loop *loop)
{
    cosy_posix *p = posix_of(loop);
    if (!p->in_run)
        close_loop(p);
}

static const cosy_port port = {
    .now = now,
    .poll = poll_outside,
    .idle = idle,
    .wake = wake,
    .grow = grow,
    .reap = cosy_stacks_reap,
    .close = close_after_run,
    .tell = cosy__tell,
};

static int open_descriptors(cosy_posix *p)
{
    struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = NULL}};
    p->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (p->epoll_fd < 0)
        return COSY_ESYSTEM - errno;
    p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->wake_fd < 0)
        return COSY_ESYSTEM - errno;
    if (epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, p->wake_fd, &e))
        return COSY_ESYSTEM - errno;
    return COSY_OK;
}

int cosy_loop_open_abi(uint32_t abi, cosy_loop **loop, const cosy_options *options)
{
    static const cosy_options defaults;
    if (abi != COSY_ABI)
        return COSY_EABI;
    if (!loop)
        return COSY_EINVAL;
    if (!options)
        options = &defaults;
    if (options->grace < 0 || options->budget < 0)
        return COSY_EINVAL;
    cosy_posix *p = calloc(1, sizeof *p);
    if (!p)
        return COSY_ENOMEM;
    p->epoll_fd = p->wake_fd = -1;
    cosy_loop_init(&p->loop, &port);
    int rc = open_descriptors(p);
    if (!rc)
        rc = cosy_stacks_open(&p->loop, options->stack_size);
    if (rc) {
        free_loop(p);
        return rc;
    }
    p->grace = options->grace ? options->grace : cosy_s(1);
    p->threads_most = options->threads ? options->threads : 4;
    if (options->virtual_time)
        p->loop.flags |= COSY_L_VIRTUAL;
    if (options->spin_limit)
        p->loop.spin_limit = options->spin_limit;
    if (options->budget)
        p->loop.quota = p->loop.budget = options->budget;
    if (options->checkpoint)
        cosy_loop_checkpoint(&p->loop, true);
    cosy_loop_expect(&p->loop, options->expect);
    p->reports = !options->no_overflow_report;
    cosy__fault_open(p->reports);
    *loop = &p->loop;
    return COSY_OK;
}

int cosy_loop_close(cosy_loop *loop)
{
    if (!loop)
        return COSY_EINVAL;
    if (loop->flags & COSY_L_RUNNING) {
        loop->flags |= COSY_L_CLOSE;
        return COSY_OK;
    }
    return close_loop(posix_of(loop));
}

int cosy_loop_descriptor(cosy_loop *loop)
{
    cosy_posix *p = posix_of(loop);
    if (!p->driven) {
        p->driven = true;
        loop->watched++; /* each look reads wake_fd, or it would stay readable */
        (void)cosy_atomic_swap(&p->asleep, 1u);
    }
    return p->epoll_fd;
}

int cosy_loop_timeout_ms(cosy_loop *loop)
{
    cosy_time next = cosy_loop_next(loop);
    if (next == COSY_NOW)
        return 0;
    if (next == COSY_FOREVER || (loop->flags & COSY_L_VIRTUAL))
        return -1; /* simulated time waits for what is under way outside */
    return ms_until(next);
}

int cosy_run_abi(uint32_t abi, cosy_fn fn, void *arg, const cosy_options *options)
{
    cosy_loop *loop;
    cosy_task *main_task;
    const cosy_spawn_options name = {.name = "main"};
    int result = COSY_OK;
    int rc = cosy_loop_open_abi(abi, &loop, options);
    if (rc)
        return rc;
    posix_of(loop)->in_run = true;
    rc = cosy_loop_spawn(loop, &main_task, fn, arg, &name);
    if (!rc)
        rc = cosy_loop_run_until(loop, main_task, &result);
    cosy_loop_close(loop);
    return rc ? rc : result;
}
