/* bench_st OP: State Threads. It yields only by sleeping; what it lacks is built from its condition variable. */
#include "clock.h"

#include <st.h>

#define PEER_NAME "st"

typedef void *bench_result;
typedef st_thread_t peer_task;

static inline peer_task peer_spawn(bench_result (*fn)(void *), void *arg)
{
    peer_task task = st_thread_create(fn, arg, 1, 0);
    if (!task) {
        perror("st_thread_create");
        exit(1);
    }
    return task;
}
#define peer_spawn_small peer_spawn
static inline void peer_join(peer_task task)
{
    st_thread_join(task, NULL);
}
static inline void peer_yield(void)
{
    st_usleep(0);
}

typedef st_cond_t peer_event;
static inline void peer_event_init(peer_event *event)
{
    *event = st_cond_new();
}
static inline void peer_event_wait(peer_event *event)
{
    st_cond_wait(*event);
}
static inline void peer_event_set(peer_event *event)
{
    st_cond_broadcast(*event);
}
static inline void peer_event_clear(peer_event *event)
{
    (void)event;
}

#define PEER_LOCK
typedef st_mutex_t peer_lock;
static inline void peer_lock_init(peer_lock *lock)
{
    *lock = st_mutex_new();
}
static inline void peer_lock_acquire(peer_lock *lock)
{
    st_mutex_lock(*lock);
}
static inline void peer_lock_release(peer_lock *lock)
{
    st_mutex_unlock(*lock);
}

#define PEER_SEMAPHORE
typedef struct {
    st_cond_t more;
    long permits;
} peer_semaphore;
static inline void peer_semaphore_init(peer_semaphore *semaphore, long permits)
{
    semaphore->more = st_cond_new();
    semaphore->permits = permits;
}
static inline void peer_semaphore_acquire(peer_semaphore *semaphore)
{
    while (semaphore->permits == 0)
        st_cond_wait(semaphore->more);
    semaphore->permits--;
}
static inline void peer_semaphore_release(peer_semaphore *semaphore)
{
    semaphore->permits++;
    st_cond_signal(semaphore->more);
}

#define PEER_BARRIER
typedef struct {
    st_cond_t tripped;
    long parties, arrived, generation;
} peer_barrier;
static inline void peer_barrier_init(peer_barrier *barrier, long parties)
{
    barrier->tripped = st_cond_new();
    barrier->parties = parties;
    barrier->arrived = 0;
    barrier->generation = 0;
}
static inline void peer_barrier_wait(peer_barrier *barrier)
{
    long mine = barrier->generation;
    if (++barrier->arrived == barrier->parties) {
        barrier->arrived = 0;
        barrier->generation++;
        st_cond_broadcast(barrier->tripped);
    } else {
        while (barrier->generation == mine)
            st_cond_wait(barrier->tripped);
    }
}

#define PEER_QUEUE
typedef struct {
    st_cond_t filled, emptied;
    void **ring;
    long capacity, first, count;
} peer_queue;
static inline void peer_queue_init(peer_queue *queue, long capacity)
{
    queue->filled = st_cond_new();
    queue->emptied = st_cond_new();
    queue->ring = malloc((size_t)capacity * sizeof(void *));
    queue->capacity = capacity;
    queue->first = queue->count = 0;
}
static inline void peer_queue_put(peer_queue *queue, void *item)
{
    long at;
    while (queue->count == queue->capacity)
        st_cond_wait(queue->emptied);
    at = queue->first + queue->count++;
    queue->ring[at < queue->capacity ? at : at - queue->capacity] = item;
    st_cond_signal(queue->filled);
}
static inline void *peer_queue_take(peer_queue *queue)
{
    void *item = queue->ring[queue->first];
    if (++queue->first == queue->capacity)
        queue->first = 0;
    queue->count--;
    st_cond_signal(queue->emptied);
    return item;
}
static inline void *peer_queue_get(peer_queue *queue)
{
    while (queue->count == 0)
        st_cond_wait(queue->filled);
    return peer_queue_take(queue);
}

#define PEER_TIMEOUT
static inline void *peer_queue_get_until(peer_queue *queue, int64_t deadline)
{
    (void)deadline; /* it takes lengths of time */
    while (queue->count == 0)
        st_cond_timedwait(queue->filled, 1000000000);
    return peer_queue_take(queue);
}

#define PEER_CANCEL
static inline void peer_event_wait_cancelable(peer_event *event)
{
    st_cond_wait(*event);
}
static inline void peer_cancel(peer_task task)
{
    st_thread_interrupt(task);
}

#define PEER_SLEEP
#define PEER_SLEEPERS 20000 /* its guards use up the mappings that a process may have */
static inline void peer_sleep_until(int64_t deadline)
{
    st_usleep((st_utime_t)((deadline - bench_wall()) / 1000));
}

#include "ops.h"

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    st_set_eventsys(ST_EVENTSYS_ALT); /* epoll */
    st_init();
    return bench_run(argv[1], argc > 2 ? atol(argv[2]) : 0);
}
