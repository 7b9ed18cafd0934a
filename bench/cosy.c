/* bench_cosy OP [COUNT]: cosy behind the interface of ops.h. Stacks of 16 KiB; sleepers 4 KiB.
 * bench_cosy compiler: by what, and for what machine, it was compiled. */
#include "clock.h"

#include <cosy.h>

#define PEER_NAME "cosy"

typedef int bench_result;
typedef cosy_task *peer_task;

static const cosy_spawn_options small = {.name = "sleeper", .stack_size = 4096};

static void check(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "cosy: %s: %s\n", what, cosy_strerror(rc));
        exit(1);
    }
}

static inline peer_task peer_spawn(cosy_fn fn, void *arg)
{
    cosy_task *task;
    check(cosy_spawn(&task, fn, arg, NULL), "spawn");
    return task;
}
static inline peer_task peer_spawn_small(cosy_fn fn, void *arg)
{
    cosy_task *task;
    check(cosy_spawn(&task, fn, arg, &small), "spawn");
    return task;
}
static inline void peer_join(peer_task task)
{
    cosy_join(task, NULL, COSY_FOREVER);
}
static inline void peer_yield(void)
{
    cosy_yield();
}

typedef cosy_event peer_event;
static inline void peer_event_init(peer_event *event)
{
    check(cosy_event_init(event, "event"), "event");
}
static inline void peer_event_wait(peer_event *event)
{
    cosy_event_wait(event, COSY_FOREVER);
}
static inline void peer_event_set(peer_event *event)
{
    cosy_event_set(event, NULL);
}
static inline void peer_event_clear(peer_event *event)
{
    cosy_event_clear(event);
}

#define PEER_LOCK
typedef cosy_lock peer_lock;
static inline void peer_lock_init(peer_lock *lock)
{
    check(cosy_lock_init(lock, 0, "lock"), "lock");
}
static inline void peer_lock_acquire(peer_lock *lock)
{
    cosy_lock_acquire(lock, COSY_FOREVER);
}
static inline void peer_lock_release(peer_lock *lock)
{
    cosy_lock_release(lock);
}

#define PEER_SEMAPHORE
typedef cosy_semaphore peer_semaphore;
static inline void peer_semaphore_init(peer_semaphore *semaphore, long permits)
{
    check(cosy_semaphore_init(semaphore, (int32_t)permits, INT32_MAX, "semaphore"), "semaphore");
}
static inline void peer_semaphore_acquire(peer_semaphore *semaphore)
{
    cosy_semaphore_acquire(semaphore, 1, COSY_FOREVER);
}
static inline void peer_semaphore_release(peer_semaphore *semaphore)
{
    cosy_semaphore_release(semaphore, 1);
}

#define PEER_BARRIER
typedef cosy_barrier peer_barrier;
static inline void peer_barrier_init(peer_barrier *barrier, long parties)
{
    check(cosy_barrier_init(barrier, (uint32_t)parties, NULL, NULL, "barrier"), "barrier");
}
static inline void peer_barrier_wait(peer_barrier *barrier)
{
    cosy_barrier_wait(barrier, COSY_FOREVER);
}

#define PEER_QUEUE
typedef cosy_queue peer_queue;
static inline void peer_queue_init(peer_queue *queue, long capacity)
{
    void *room = malloc((size_t)capacity * sizeof(void *));
    check(cosy_queue_init(queue, room, sizeof(void *), (uint32_t)capacity, "queue"), "queue");
}
static inline void peer_queue_put(peer_queue *queue, void *item)
{
    cosy_queue_put(queue, &item, COSY_FOREVER);
}
static inline void *peer_queue_get(peer_queue *queue)
{
    void *item = NULL;
    cosy_queue_get(queue, &item, COSY_FOREVER);
    return item;
}

#define PEER_TIMEOUT
static inline void *peer_queue_get_until(peer_queue *queue, int64_t deadline)
{
    void *item = NULL;
    cosy_queue_get(queue, &item, deadline);
    return item;
}

#define PEER_UNBOUNDED
typedef cosy_chain peer_chain;
typedef cosy_link peer_item;
static inline void peer_chain_init(peer_chain *chain)
{
    check(cosy_chain_init(chain, "chain"), "chain");
}
static inline void peer_chain_put(peer_chain *chain, peer_item *item)
{
    cosy_chain_put(chain, item);
}
static inline peer_item *peer_chain_get(peer_chain *chain)
{
    cosy_link *item = NULL;
    cosy_chain_get(chain, &item, COSY_FOREVER);
    return item;
}

#define PEER_CANCEL
static inline void peer_event_wait_cancelable(peer_event *event)
{
    cosy_event_wait(event, COSY_FOREVER);
}
static inline void peer_cancel(peer_task task)
{
    cosy_cancel(task, "bench");
}

#define PEER_SLEEP
static inline void peer_sleep_until(int64_t deadline)
{
    cosy_sleep_until(deadline);
}

#include "ops.h"
#include "select.h"

static struct {
    const char *op;
    long count;
} job;

static int run(void *arg)
{
    (void)arg;
    int rc = bench_run(job.op, job.count);
    return rc == 2 ? bench_select(job.op, job.count) : rc; /* not one that the peers have */
}

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif
#if defined(__x86_64__)
#define MACHINE "x86-64"
#elif defined(__aarch64__)
#define MACHINE "aarch64"
#else
#define MACHINE "another machine"
#endif

int main(int argc, char **argv)
{
    cosy_options options = {.stack_size = 16384};
    if (argc < 2) {
        fputs("usage: bench_cosy OP [COUNT]\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "compiler") == 0) {
        puts(COMPILER ", " MACHINE);
        return 0;
    }
    job.op = argv[1];
    job.count = argc > 2 ? atol(argv[2]) : 0;
    return cosy_run(run, NULL, &options);
}
