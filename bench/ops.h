/* The operations, as loops over a small interface, so that every library does the same work.
 *
 * An adapter defines PEER_NAME, the types and static inline functions below for what its library has, includes this
 * file and calls bench_run() from a task. PEER_DIVISOR shrinks the counts for slow libraries. A count given to
 * bench_run() replaces the default one: instruction counts are differences between two counts.
 *
 *     always           bench_result, peer_task, peer_spawn(fn, arg), peer_join(task), peer_yield()
 *     always           peer_event, peer_event_init/wait/set/clear(event)
 *     PEER_LOCK        peer_lock, peer_lock_init/acquire/release(lock)
 *     PEER_SEMAPHORE   peer_semaphore, peer_semaphore_init(s, n), peer_semaphore_acquire/release(s)
 *     PEER_BARRIER     peer_barrier, peer_barrier_init(b, n), peer_barrier_wait(b)
 *     PEER_QUEUE       peer_queue, peer_queue_init(q, capacity), peer_queue_put(q, pointer), peer_queue_get(q)
 *     PEER_TIMEOUT     peer_queue_get_until(q, wall-clock deadline)
 *     PEER_UNBOUNDED   peer_chain, peer_item, peer_chain_init(c), peer_chain_put(c, item), peer_chain_get(c)
 *     PEER_CANCEL      peer_event_wait_cancelable(event), peer_cancel(task)
 *     PEER_SLEEP       peer_sleep_until(wall-clock deadline), peer_spawn_small(fn, arg)
 */
#ifndef BENCH_OPS_H
#define BENCH_OPS_H

#include "clock.h"

#ifndef PEER_DIVISOR
#define PEER_DIVISOR 1
#endif
#ifndef PEER_SLEEPERS
#define PEER_SLEEPERS 1000000
#endif

/* ---- a crowd: n workers, all parked on one event, released together, timed until the last has finished ---- */

static struct {
    peer_event start;
    volatile int open;
    long ready, left, rounds;
    int64_t ended;
} crowd;

static inline void crowd_enter(void)
{
    crowd.ready++;
    if (!crowd.open)
        peer_event_wait(&crowd.start);
}

static inline bench_result crowd_leave(void)
{
    if (--crowd.left == 0)
        crowd.ended = bench_cpu();
    return (bench_result)0;
}

/* Nanoseconds per turn: workers * rounds turns. */
static double crowd_run(bench_result (*worker)(void *), long workers, long rounds)
{
    peer_task *tasks = (peer_task *)malloc((size_t)workers * sizeof *tasks);
    int64_t began;
    long i;

    crowd.open = 0;
    crowd.ready = 0;
    crowd.left = workers;
    crowd.rounds = rounds;
    peer_event_init(&crowd.start);
    for (i = 0; i < workers; i++)
        tasks[i] = peer_spawn(worker, (void *)i);
    while (crowd.ready < workers)
        peer_yield();
    peer_yield();
    began = bench_cpu();
    crowd.open = 1;
    peer_event_set(&crowd.start);
    for (i = 0; i < workers; i++)
        peer_join(tasks[i]);
    free(tasks);
    return (double)(crowd.ended - began) / (double)(workers * rounds);
}

/* ---- yield ---- */

static bench_result yield_worker(void *arg)
{
    (void)arg;
    crowd_enter();
    for (long i = 0; i < crowd.rounds; i++)
        peer_yield();
    return crowd_leave();
}

static void bench_yield(const char *op, long tasks, long total)
{
    bench_print(PEER_NAME, op, crowd_run(yield_worker, tasks, total / tasks));
}

/* ---- lock ---- */

#ifdef PEER_LOCK
static peer_lock the_lock;

static bench_result lock_worker(void *arg)
{
    (void)arg;
    crowd_enter();
    for (long i = 0; i < crowd.rounds; i++) {
        peer_lock_acquire(&the_lock);
        peer_yield();
        peer_lock_release(&the_lock);
    }
    return crowd_leave();
}

static void bench_lock(const char *op, long tasks, long total)
{
    peer_lock_init(&the_lock);
    bench_print(PEER_NAME, op, crowd_run(lock_worker, tasks, total / tasks));
}

static void bench_lock_free(const char *op, long total)
{
    int64_t began;
    peer_lock_init(&the_lock);
    began = bench_cpu();
    for (long i = 0; i < total; i++) {
        peer_lock_acquire(&the_lock);
        __asm__ volatile("" ::: "memory");
        peer_lock_release(&the_lock);
    }
    bench_print(PEER_NAME, op, (double)(bench_cpu() - began) / (double)total);
}
#endif

/* ---- semaphore ---- */

#ifdef PEER_SEMAPHORE
static peer_semaphore the_semaphore;

static bench_result semaphore_worker(void *arg)
{
    (void)arg;
    crowd_enter();
    for (long i = 0; i < crowd.rounds; i++) {
        peer_semaphore_acquire(&the_semaphore);
        peer_yield();
        peer_semaphore_release(&the_semaphore);
    }
    return crowd_leave();
}

static void bench_semaphore(const char *op, long tasks, long permits, long total)
{
    peer_semaphore_init(&the_semaphore, permits);
    bench_print(PEER_NAME, op, crowd_run(semaphore_worker, tasks, total / tasks));
}
#endif

/* ---- barrier ---- */

#ifdef PEER_BARRIER
static peer_barrier the_barrier;

static bench_result barrier_worker(void *arg)
{
    (void)arg;
    crowd_enter();
    for (long i = 0; i < crowd.rounds; i++)
        peer_barrier_wait(&the_barrier);
    return crowd_leave();
}

static void bench_barrier(const char *op, long tasks, long total)
{
    peer_barrier_init(&the_barrier, tasks);
    bench_print(PEER_NAME, op, crowd_run(barrier_worker, tasks, total / tasks));
}
#endif

/* ---- queues: as many consumers as producers; the first half of the workers produce ---- */

static long producers, got;

static void queue_print(const char *op, double turn, long items)
{
    if (got != items) {
        fprintf(stderr, "%s: %ld items went in, %ld came out\n", op, items, got);
        exit(1);
    }
    bench_print(PEER_NAME, op, turn * 2); /* an item is a put and a get: two turns */
}

#ifdef PEER_QUEUE
static peer_queue the_queue;

static bench_result queue_worker(void *arg)
{
    crowd_enter();
    if ((long)arg < producers) {
        for (long i = 0; i < crowd.rounds; i++)
            peer_queue_put(&the_queue, (void *)(i + 1));
    } else {
        for (long i = 0; i < crowd.rounds; i++)
            got += peer_queue_get(&the_queue) != NULL;
    }
    return crowd_leave();
}

static void bench_queue(const char *op, long count, long capacity, long total)
{
    peer_queue_init(&the_queue, capacity);
    producers = count;
    got = 0;
    queue_print(op, crowd_run(queue_worker, 2 * count, total / count), total / count * count);
}

#ifdef PEER_TIMEOUT
static bench_result timeout_worker(void *arg)
{
    int64_t deadline = bench_wall() + INT64_C(1000000000000);
    crowd_enter();
    if ((long)arg < producers) {
        for (long i = 0; i < crowd.rounds; i++)
            peer_queue_put(&the_queue, (void *)(i + 1));
    } else {
        for (long i = 0; i < crowd.rounds; i++)
            got += peer_queue_get_until(&the_queue, deadline) != NULL;
    }
    return crowd_leave();
}

static void bench_timeout(const char *op, long total)
{
    peer_queue_init(&the_queue, 1);
    producers = 1;
    got = 0;
    queue_print(op, crowd_run(timeout_worker, 2, total), total);
}
#endif
#endif

#ifdef PEER_UNBOUNDED
static peer_chain the_chain;
static peer_item *items; /* the program's own, there before the clock starts */

static bench_result chain_worker(void *arg)
{
    crowd_enter();
    if ((long)arg < producers) {
        peer_item *mine = items + (long)arg * crowd.rounds;
        for (long i = 0; i < crowd.rounds; i++)
            peer_chain_put(&the_chain, &mine[i]);
    } else {
        for (long i = 0; i < crowd.rounds; i++)
            got += peer_chain_get(&the_chain) != NULL;
    }
    return crowd_leave();
}

static void bench_chain(const char *op, long count, long total)
{
    items = (peer_item *)malloc((size_t)total * sizeof *items);
    memset((void *)items, 1, (size_t)total * sizeof *items);
    peer_chain_init(&the_chain);
    producers = count;
    got = 0;
    queue_print(op, crowd_run(chain_worker, 2 * count, total / count), total / count * count);
    free(items);
}
#endif

/* ---- event: one set wakes all; two events in turn, so that nobody is woken twice ---- */

static peer_event the_events[2];
static long woken;

static bench_result event_worker(void *arg)
{
    (void)arg;
    for (long i = 0; i < crowd.rounds; i++) {
        peer_event_wait(&the_events[i & 1]);
        woken++;
    }
    return (bench_result)0;
}

static void bench_event(const char *op, long tasks, long rounds)
{
    peer_task *waiters = (peer_task *)malloc((size_t)tasks * sizeof *waiters);
    int64_t began, ended;
    long i, round;

    peer_event_init(&the_events[0]);
    peer_event_init(&the_events[1]);
    crowd.rounds = rounds;
    woken = 0;
    for (i = 0; i < tasks; i++)
        waiters[i] = peer_spawn(event_worker, NULL);
    peer_yield();
    peer_yield();
    began = bench_cpu();
    for (round = 0; round < rounds; round++) {
        peer_event_set(&the_events[round & 1]);
        while (woken < (round + 1) * tasks)
            peer_yield();
        peer_event_clear(&the_events[round & 1]);
    }
    ended = bench_cpu();
    for (i = 0; i < tasks; i++)
        peer_join(waiters[i]);
    free(waiters);
    bench_print(PEER_NAME, op, (double)(ended - began) / (double)(tasks * rounds));
}

/* ---- spawn, join, cancel ---- */

enum { BATCH = 1000 };
static peer_task batch[BATCH];

static bench_result empty_worker(void *arg)
{
    (void)arg;
    return (bench_result)0;
}

static void bench_spawn(const char *op, long total)
{
    int64_t began = bench_cpu();
    for (long i = 0; i < total; i++) {
        peer_task task = peer_spawn(empty_worker, NULL);
        peer_join(task);
    }
    bench_print(PEER_NAME, op, (double)(bench_cpu() - began) / (double)total);
}

static void spawn_batch(bench_result (*worker)(void *))
{
    for (int i = 0; i < BATCH; i++)
        batch[i] = peer_spawn(worker, NULL);
}

static void bench_spawn_batch(const char *op, long rounds)
{
    int64_t began = 0;
    if (rounds < 5)
        rounds = 5;
    for (long round = 0; round <= rounds; round++) { /* the first one warms up */
        if (round == 1)
            began = bench_cpu();
        spawn_batch(empty_worker);
        for (int i = 0; i < BATCH; i++)
            peer_join(batch[i]);
    }
    bench_print(PEER_NAME, op, (double)(bench_cpu() - began) / (double)(rounds * BATCH));
}

#ifdef PEER_CANCEL
static peer_event never;

static bench_result cancel_worker(void *arg)
{
    (void)arg;
    peer_event_wait_cancelable(&never);
    return (bench_result)0;
}

static void bench_cancel(const char *op, long rounds)
{
    int64_t began, sum = 0;
    if (rounds < 3)
        rounds = 3;
    peer_event_init(&never);
    for (long round = 0; round <= rounds; round++) { /* the first one warms up */
        spawn_batch(cancel_worker);
        peer_yield();
        peer_yield();
        began = bench_cpu();
        for (int i = 0; i < BATCH; i++) {
            peer_cancel(batch[i]);
            peer_join(batch[i]);
        }
        if (round)
            sum += bench_cpu() - began;
    }
    bench_print(PEER_NAME, op, (double)sum / (double)(rounds * BATCH));
}
#endif

/* ---- sleepers: deadlines 1 us apart in scattered order; all have passed before anyone is woken, so that waking is
 * timer, switch, end and join, and no idling ---- */

#ifdef PEER_SLEEP
static int64_t sleep_base, sleep_last;
static long sleepers, disorder;

static bench_result sleep_worker(void *arg)
{
    int64_t when = (int64_t)(((uint64_t)(long)arg * 2654435761u) % (uint64_t)sleepers) * 1000;
    peer_sleep_until(sleep_base + when);
    disorder += when < sleep_last;
    sleep_last = when;
    return crowd_leave();
}

static void bench_sleep(long count)
{
    peer_task *tasks = (peer_task *)malloc((size_t)count * sizeof *tasks);
    int64_t memory, tables, began, created, woke, end;
    const char *ahead = getenv("BENCH_AHEAD"); /* seconds for all to start and fall asleep */

    memset((void *)tasks, 1, (size_t)count * sizeof *tasks);
    sleepers = count;
    crowd.left = count;
    peer_yield();
    memory = bench_memory("VmRSS");
    tables = bench_memory("VmPTE");
    began = bench_cpu();
    for (long i = 0; i < count; i++)
        tasks[i] = peer_spawn_small(sleep_worker, (void *)i);
    sleep_base = bench_wall() + (ahead ? atol(ahead) : 8) * INT64_C(1000000000);
    peer_yield();
    created = bench_cpu();
    memory = bench_memory("VmRSS") - memory;
    tables = bench_memory("VmPTE") - tables;
    if (crowd.left != count)
        fprintf(stderr, "sleep: %ld woke before all slept; try BENCH_AHEAD=20\n", count - crowd.left);
    end = sleep_base + count * 1000 + 2000000;
    while (bench_wall() < end)
        ;
    woke = bench_cpu();
    for (long i = 0; i < count; i++)
        peer_join(tasks[i]);
    bench_print(PEER_NAME, "sleep_create", (double)(created - began) / (double)count);
    bench_print(PEER_NAME, "sleep_wake", (double)(crowd.ended - woke) / (double)count);
    bench_print(PEER_NAME, "sleep_rss", (double)memory / (double)count);
    bench_print(PEER_NAME, "sleep_pte", (double)tables / (double)count);
    if (disorder)
        fprintf(stderr, "sleep: %ld woke out of order\n", disorder);
    free(tasks);
}
#endif

/* ---- by name ---- */

/* 0: done; 2: this library has no such thing. `count` of 0: the default. */
static int bench_run(const char *op, long count)
{
#define OP(name, call, standard)                                                                                       \
    if (strcmp(op, name) == 0) {                                                                                       \
        long total = count ? count : (standard) / PEER_DIVISOR;                                                        \
        call;                                                                                                          \
        return 0;                                                                                                      \
    }
    OP("yield2", bench_yield(op, 2, total), 4000000)
    OP("yield1000", bench_yield(op, 1000, total), 2000000)
    OP("yield100000", bench_yield(op, 100000, total), 1000000 * PEER_DIVISOR)
#ifdef PEER_LOCK
    OP("lock_unc", bench_lock_free(op, total), 5000000)
    OP("lock3", bench_lock(op, 3, total), 1000000)
    OP("lock1000", bench_lock(op, 1000, total), 1000000)
#endif
#ifdef PEER_SEMAPHORE
    OP("sem2x3", bench_semaphore(op, 3, 2, total), 1000000)
#endif
#ifdef PEER_BARRIER
    OP("bar3", bench_barrier(op, 3, total), 1000000)
    OP("bar1000", bench_barrier(op, 1000, total), 1000000)
#endif
#ifdef PEER_QUEUE
    OP("q1", bench_queue(op, 1, 1, total), 1000000)
    OP("q1024", bench_queue(op, 1, 1024, total), 3000000)
    OP("q1_4x4", bench_queue(op, 4, 1, total), 1000000)
    OP("q1024_4x4", bench_queue(op, 4, 1024, total), 3000000)
#ifdef PEER_TIMEOUT
    OP("q1_timeout", bench_timeout(op, total), 500000)
#endif
#endif
#ifdef PEER_UNBOUNDED
    OP("qunb", bench_chain(op, 1, total), 2000000)
    OP("qunb_4x4", bench_chain(op, 4, total), 2000000)
#endif
    OP("event1000", bench_event(op, 1000, total / 1000), 500000)
    OP("spawn_join", bench_spawn(op, total), 300000)
    OP("spawn1000_join", bench_spawn_batch(op, total / BATCH), 200000)
    if (strcmp(op, "spawn") == 0)
        return bench_run("spawn_join", count) | bench_run("spawn1000_join", count);
#ifdef PEER_CANCEL
    OP("cancel_join", bench_cancel(op, total / BATCH), 60000)
    if (strcmp(op, "cancel") == 0)
        return bench_run("cancel_join", count);
#endif
#ifdef PEER_SLEEP
    OP("sleep", bench_sleep(total), PEER_SLEEPERS * PEER_DIVISOR)
#endif
#undef OP
    return 2;
}

#endif
