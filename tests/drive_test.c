/* A loop inside somebody else's: cosy_loop_run_once(), cosy_loop_next() and cosy_loop_descriptor(), driven by poll(). What
 * comes from timers, descriptors, threads and signals is served, in real and in simulated time, and poll sleeps meanwhile.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <cosy/inbox.h>
#include <cosy/posix.h>

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { LONG_MS = 10000 }; /* who waits that long in poll has lost a wake-up */

static cosy_loop *loop;

static void open_loop(bool virtual_time)
{
    cosy_options options = {.virtual_time = virtual_time, .expect = true};
    if (cosy_loop_open(&loop, &options))
        abort();
}

static void spawn(cosy_fn fn, void *arg, const char *name)
{
    if (cosy_loop_spawn(loop, NULL, fn, arg, &(cosy_spawn_options){.name = name}))
        abort();
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* For poll: milliseconds until the loop has something to do. */
static int time_left(void)
{
    cosy_time next = cosy_loop_next(loop);
    if (next == COSY_NOW)
        return 0;
    if (next == COSY_FOREVER)
        return LONG_MS;
    int64_t left = next - now_ns();
    if (left <= 0)
        return 0;
    return left > (int64_t)LONG_MS * 1000000 ? LONG_MS : (int)((left + 999999) / 1000000);
}

/* Runs until `done` is set. `descriptor`: asked for once, as a host loop does that registers it. */
static void drive(const bool *done, int descriptor)
{
    while (!*done) {
        int rc = cosy_loop_run_once(loop);
        if (rc < 0) {
            say("run_once %s", code_name(rc));
            return;
        }
        if (*done)
            return;
        int ms = time_left();
        struct pollfd p = {.fd = descriptor, .events = POLLIN};
        if (poll(&p, 1, ms) == 0 && ms == LONG_MS) {
            say("lost a wake-up");
            return;
        }
    }
}

static void close_loop(void)
{
    say("close %s", code_name(cosy_loop_close(loop)));
}

/* ---- one kind of work at a time ---- */

static bool done;

static int sleeper(void *arg)
{
    int ms = *(const int *)arg;
    cosy_sleep(cosy_ms((uint32_t)ms));
    say("%d", ms);
    if (ms == 30)
        done = true;
    return 0;
}

static int timers(void *simulated)
{
    static int lengths[] = {30, 10, 20};
    done = false;
    open_loop(simulated);
    for (int i = 0; i < 3; i++)
        spawn(sleeper, &lengths[i], "sleeper");
    drive(&done, cosy_loop_descriptor(loop));
    close_loop();
    return 0;
}

static sem_t turn;
static int posted;
static cosy_post post;

static void count_post(void *arg)
{
    (void)arg;
    if (++posted == 200)
        done = true;
    sem_post(&turn);
}

/* Each post comes when the loop has taken the one before and has, most likely, gone to poll. */
static void *post_by_turns(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        while (sem_wait(&turn))
            ;
        struct timespec pause = {0, i % 3 * 100000};
        nanosleep(&pause, NULL);
        if (cosy_post_fn(loop, &post, count_post, NULL))
            abort();
    }
    return NULL;
}

static int posts(void *simulated)
{
    pthread_t thread;
    done = false;
    posted = 0;
    sem_init(&turn, 0, 1);
    open_loop(simulated);
    int descriptor = cosy_loop_descriptor(loop);
    pthread_create(&thread, NULL, post_by_turns, NULL);
    drive(&done, descriptor);
    say("%d posts", posted);
    while (posted < 200) /* a failed run: let the thread end */
        if (cosy_loop_run_once(loop) < 0)
            break;
    pthread_join(thread, NULL);
    close_loop();
    return 0;
}

static int ends[2];

static int read_three(void *arg)
{
    cosy_fd f;
    char c[4] = "";
    (void)arg;
    if (cosy_fd_open(&f, ends[0], "pipe"))
        return -1;
    for (int i = 0; i < 3; i++)
        if (cosy_fd_read(&f, &c[i], 1, COSY_FOREVER) != 1)
            return -1;
    say("read %s", c);
    cosy_fd_close(&f);
    done = true;
    return 0;
}

static void *write_three(void *arg)
{
    struct timespec pause = {0, 3000000};
    (void)arg;
    for (int i = 0; i < 3; i++) {
        nanosleep(&pause, NULL);
        if (write(ends[1], &"abc"[i], 1) != 1)
            abort();
    }
    return NULL;
}

static int descriptors(void *simulated)
{
    pthread_t thread;
    done = false;
    open_loop(simulated);
    if (pipe(ends))
        abort();
    spawn(read_three, NULL, "reader");
    int descriptor = cosy_loop_descriptor(loop);
    pthread_create(&thread, NULL, write_three, NULL);
    drive(&done, descriptor);
    pthread_join(thread, NULL);
    close(ends[1]);
    close_loop();
    return 0;
}

static int blocking(void *arg)
{
    struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
    return *(const int *)arg;
}

static int call_thread(void *arg)
{
    static int five = 5;
    int got = 0;
    (void)arg;
    int rc = cosy_to_thread(blocking, &five, &got, COSY_FOREVER);
    say("thread %s %d", code_name(rc), got);
    done = true;
    return 0;
}

static int threads(void *simulated)
{
    done = false;
    open_loop(simulated);
    spawn(call_thread, NULL, "caller");
    drive(&done, cosy_loop_descriptor(loop));
    close_loop();
    return 0;
}

static cosy_signal usr1;

static int wait_for_signal(void *arg)
{
    (void)arg;
    say("signal %s", code_name(cosy_signal_wait(&usr1, COSY_FOREVER)));
    done = true;
    return 0;
}

static void *kill_later(void *arg)
{
    struct timespec pause = {0, 5000000};
    (void)arg;
    nanosleep(&pause, NULL);
    kill(getpid(), SIGUSR1);
    return NULL;
}

static int system_signals(void *simulated)
{
    pthread_t thread;
    done = false;
    open_loop(simulated);
    cosy_signal_init(&usr1, loop, false, "usr1");
    cosy_catch(&usr1, SIGUSR1);
    spawn(wait_for_signal, NULL, "waiter");
    int descriptor = cosy_loop_descriptor(loop);
    pthread_create(&thread, NULL, kill_later, NULL);
    drive(&done, descriptor);
    pthread_join(thread, NULL);
    close_loop();
    return 0;
}

/* ---- all of it ---- */

static int parts;

static void part_done(void)
{
    if (++parts == 4)
        done = true;
}

static int tick(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++)
        cosy_sleep(cosy_ms(1));
    part_done();
    return 0;
}

static int read_quietly(void *arg)
{
    cosy_fd f;
    char c;
    int got = 0;
    (void)arg;
    if (cosy_fd_open(&f, ends[0], "pipe"))
        return -1;
    while (got < 3 && cosy_fd_read(&f, &c, 1, COSY_FOREVER) == 1)
        got++;
    cosy_fd_close(&f);
    part_done();
    return 0;
}

static int call_quietly(void *arg)
{
    static int five = 5;
    (void)arg;
    for (int i = 0; i < 5; i++)
        if (cosy_to_thread(blocking, &five, NULL, COSY_FOREVER))
            return -1;
    part_done();
    return 0;
}

static void count_quietly(void *arg)
{
    (void)arg;
    if (++posted == 200)
        part_done();
    sem_post(&turn);
}

static void *post_quietly(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        while (sem_wait(&turn))
            ;
        if (cosy_post_fn(loop, &post, count_quietly, NULL))
            abort();
    }
    return NULL;
}

static int everything(void *simulated)
{
    pthread_t writer, poster;
    done = false;
    parts = posted = 0;
    sem_init(&turn, 0, 1);
    open_loop(simulated);
    if (pipe(ends))
        abort();
    spawn(tick, NULL, "ticker");
    spawn(read_quietly, NULL, "reader");
    spawn(call_quietly, NULL, "caller");
    int descriptor = cosy_loop_descriptor(loop);
    pthread_create(&writer, NULL, write_three, NULL);
    pthread_create(&poster, NULL, post_quietly, NULL);
    drive(&done, descriptor);
    say("%d parts", parts);
    pthread_join(writer, NULL);
    pthread_join(poster, NULL);
    close(ends[1]);
    close_loop();
    return 0;
}

/* The descriptor inside another epoll, level-triggered, as other libraries have it. */
static int nested(void *arg)
{
    pthread_t thread;
    struct epoll_event e = {.events = EPOLLIN};
    (void)arg;
    done = false;
    posted = 0;
    sem_init(&turn, 0, 1);
    open_loop(false);
    int outer = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ctl(outer, EPOLL_CTL_ADD, cosy_loop_descriptor(loop), &e))
        abort();
    pthread_create(&thread, NULL, post_by_turns, NULL);
    drive(&done, outer);
    say("%d posts", posted);
    while (posted < 200)
        if (cosy_loop_run_once(loop) < 0)
            break;
    pthread_join(thread, NULL);
    close(outer);
    close_loop();
    return 0;
}

/* ---- what the calls promise one by one ---- */

static int readable(int descriptor)
{
    struct pollfd p = {.fd = descriptor, .events = POLLIN};
    return poll(&p, 1, 0);
}

static void nothing(void *arg)
{
    (void)arg;
}

/* Poll sleeps when there is nothing to do: what was served does not stay readable. */
static int quiet(void *arg)
{
    (void)arg;
    open_loop(false);
    int descriptor = cosy_loop_descriptor(loop);
    for (int i = 0; i < 3; i++) {
        bool before = readable(descriptor);
        cosy_post_fn(loop, &post, nothing, NULL);
        bool posted_now = readable(descriptor);
        const char *next = cosy_loop_next(loop) == COSY_NOW ? "now" : "later";
        int rc = cosy_loop_run_once(loop);
        if (rc == 1) /* one more look may be needed; a busy poll is not */
            rc = cosy_loop_run_once(loop);
        say("%d %d %s %d %d", before, posted_now, next, rc, readable(descriptor));
    }
    close_loop();
    return 0;
}

static int three_turns(void *arg)
{
    for (int i = 0; i < 3; i++) {
        say("%s%d", (const char *)arg, i);
        cosy_yield();
    }
    return 0;
}

static int passes(void *arg)
{
    int rc;
    (void)arg;
    open_loop(false);
    spawn(three_turns, "a", "a");
    spawn(three_turns, "b", "b");
    do {
        rc = cosy_loop_run_once(loop);
        say("pass %d", rc);
    } while (rc == 1);
    say("next %s", cosy_loop_next(loop) == COSY_FOREVER ? "never" : "some time");
    close_loop();
    return 0;
}

static int stuck_task(void *arg)
{
    return cosy_event_wait(arg, COSY_FOREVER);
}

static int stuck(void *arg)
{
    static cosy_event event = COSY_EVENT_INIT("E");
    (void)arg;
    open_loop(false);
    spawn(stuck_task, &event, "stuck");
    say("first %s", code_name(cosy_loop_run_once(loop)));
    say("expecting %s", code_name(cosy_loop_run_once(loop)));
    cosy_loop_expect(loop, false);
    say("alone %s", code_name(cosy_loop_run_once(loop)));
    close_loop();
    return 0;
}

static int nest_run(void *arg)
{
    (void)arg;
    say("inside %s", code_name(cosy_loop_run_once(loop)));
    return 0;
}

static int misuse(void *arg)
{
    (void)arg;
    open_loop(false);
    say("NULL %s", code_name(cosy_loop_run_once(NULL)));
    spawn(nest_run, NULL, "nester");
    cosy_loop_run_once(loop);
    close_loop();
    return 0;
}

static int sleeper_deadline(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(3600));
    return 0;
}

static int next(void *simulated)
{
    open_loop(simulated);
    say("%s", cosy_loop_next(loop) == COSY_FOREVER ? "never" : "some time");
    spawn(sleeper_deadline, NULL, "sleeper");
    say("%s", cosy_loop_next(loop) == COSY_NOW ? "now" : "later");
    cosy_loop_run_once(loop);
    cosy_time when = cosy_loop_next(loop);
    say("%s", when == COSY_NOW ? "now" : when == COSY_FOREVER ? "never" : "in an hour");
    close_loop();
    return 0;
}

static char yes[] = "simulated";
#define BARE .without_loop = true

static const test_row rows[] = {
    {"timers", timers, "10; 20; 30; close OK", BARE},
    {"timers in simulated time", timers, "10; 20; 30; close OK", yes, BARE},
    {"posts of a thread, one at a time", posts, "200 posts; close OK", BARE},
    {"posts in simulated time", posts, "200 posts; close OK", yes, BARE},
    {"descriptors", descriptors, "read abc; close OK", BARE},
    {"descriptors in simulated time", descriptors, "read abc; close OK", yes, BARE},
    {"blocking calls", threads, "thread OK 5; close OK", BARE},
    {"blocking calls in simulated time", threads, "thread OK 5; close OK", yes, BARE},
    {"signals", system_signals, "signal OK; close OK", BARE},
    {"signals in simulated time", system_signals, "signal OK; close OK", yes, BARE},
    {"everything", everything, "4 parts; close OK", BARE},
    {"everything in simulated time", everything, "4 parts; close OK", yes, BARE},
    {"the descriptor in another epoll", nested, "200 posts; close OK", BARE},
    {"what was served does not stay readable", quiet, "0 1 now 0 0; 0 1 now 0 0; 0 1 now 0 0; close OK", BARE},
    {"a pass runs each ready task once", passes, "a0; b0; pass 1; a1; b1; pass 1; a2; b2; pass 1; pass 0; next never; close OK",
     BARE},
    {"nobody can wake it", stuck, "first OK; expecting OK; alone EDEADLK; close OK", BARE},
    {"run_once without a loop, and inside one", misuse,
     "cosy_loop_run_once((unnamed)) by (no task): EINVAL; NULL EINVAL; cosy_loop_run((unnamed)) by nester: EBUSY, see nester; "
     "inside EBUSY; close OK",
     BARE},
    {"until when there is nothing to do", next, "never; now; in an hour; close OK", BARE},
    {"the same in simulated time", next, "never; now; now; close OK", yes, BARE},
};

int main(void)
{
    return TEST_ROWS("drive", rows);
}
