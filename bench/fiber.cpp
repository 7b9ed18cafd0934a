/* bench_fiber OP: Boost.Fiber. Its semaphore is built from mutex and condition variable, since it has none; its
 * queue(1) is a rendezvous; it cannot cancel. */
#include "clock.h"

#include <boost/fiber/all.hpp>
#include <chrono>

namespace bf = boost::fibers;

#define PEER_NAME "boost.fiber"
#define PEER_DIVISOR 4

typedef int bench_result;
typedef bf::fiber *peer_task;

static inline peer_task spawn_sized(bench_result (*fn)(void *), void *arg, std::size_t stack)
{
    return new bf::fiber(std::allocator_arg, bf::fixedsize_stack(stack), fn, arg);
}
static inline peer_task peer_spawn(bench_result (*fn)(void *), void *arg)
{
    return new bf::fiber(std::allocator_arg, bf::fixedsize_stack(), fn, arg);
}
static inline peer_task peer_spawn_small(bench_result (*fn)(void *), void *arg)
{
    return spawn_sized(fn, arg, 16384);
}
static inline void peer_join(peer_task task)
{
    task->join();
    delete task;
}
static inline void peer_yield()
{
    boost::this_fiber::yield();
}

struct peer_event {
    bf::mutex mutex;
    bf::condition_variable changed;
};
static inline void peer_event_init(peer_event *)
{
}
static inline void peer_event_wait(peer_event *event)
{
    std::unique_lock<bf::mutex> hold(event->mutex);
    event->changed.wait(hold);
}
static inline void peer_event_set(peer_event *event)
{
    event->changed.notify_all();
}
static inline void peer_event_clear(peer_event *)
{
}

#define PEER_LOCK
typedef bf::mutex peer_lock;
static inline void peer_lock_init(peer_lock *)
{
}
static inline void peer_lock_acquire(peer_lock *lock)
{
    lock->lock();
}
static inline void peer_lock_release(peer_lock *lock)
{
    lock->unlock();
}

#define PEER_SEMAPHORE
struct peer_semaphore {
    bf::mutex mutex;
    bf::condition_variable more;
    long permits;
};
static inline void peer_semaphore_init(peer_semaphore *semaphore, long permits)
{
    semaphore->permits = permits;
}
static inline void peer_semaphore_acquire(peer_semaphore *semaphore)
{
    std::unique_lock<bf::mutex> hold(semaphore->mutex);
    semaphore->more.wait(hold, [semaphore] { return semaphore->permits > 0; });
    semaphore->permits--;
}
static inline void peer_semaphore_release(peer_semaphore *semaphore)
{
    {
        std::unique_lock<bf::mutex> hold(semaphore->mutex);
        semaphore->permits++;
    }
    semaphore->more.notify_one();
}

#define PEER_BARRIER
typedef bf::barrier *peer_barrier;
static inline void peer_barrier_init(peer_barrier *barrier, long parties)
{
    *barrier = new bf::barrier((std::size_t)parties);
}
static inline void peer_barrier_wait(peer_barrier *barrier)
{
    (*barrier)->wait();
}

#define PEER_QUEUE
struct peer_queue {
    bf::unbuffered_channel<void *> *direct;
    bf::buffered_channel<void *> *ring;
};
static inline void peer_queue_init(peer_queue *queue, long capacity)
{
    if (capacity == 1)
        queue->direct = new bf::unbuffered_channel<void *>();
    else
        queue->ring = new bf::buffered_channel<void *>((std::size_t)capacity);
}
static inline void peer_queue_put(peer_queue *queue, void *item)
{
    if (queue->direct)
        queue->direct->push(item);
    else
        queue->ring->push(item);
}
static inline void *peer_queue_get(peer_queue *queue)
{
    void *item = nullptr;
    if (queue->direct)
        queue->direct->pop(item);
    else
        queue->ring->pop(item);
    return item;
}

static inline std::chrono::steady_clock::time_point moment(int64_t deadline)
{
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline));
}

#define PEER_TIMEOUT
static inline void *peer_queue_get_until(peer_queue *queue, int64_t deadline)
{
    void *item = nullptr;
    queue->direct->pop_wait_until(item, moment(deadline));
    return item;
}

#define PEER_SLEEP
static inline void peer_sleep_until(int64_t deadline)
{
    boost::this_fiber::sleep_until(moment(deadline));
}

#include "ops.h"

int main(int argc, char **argv)
{
    return argc < 2 ? 2 : bench_run(argv[1], argc > 2 ? atol(argv[2]) : 0);
}
