/* Blocking calls on a bounded pool of threads.
 *
 * As many slots as threads, made with the pool; a semaphore counts the free ones, so a full pool is a queue of waiting
 * tasks, first come first served. A job whose task gave up keeps its slot until the call has returned.
 */
#define _GNU_SOURCE
#include "posix.h"

#include "../../sync/sync.h"

#include "../../../include/cosy/semaphore.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* A job. FREE: on the free list. QUEUED: on the pool's queue, a thread will take it. RUNNING: a thread calls fn. DONE: its
 * post is in the loop's inbox. next belongs to the list it is on; state is guarded by the pool's mutex. */
typedef struct job {
    cosy_post post;
    struct job *next;
    struct cosy_threads *pool;
    int (*fn)(void *);
    void *arg;
    int result;
    cosy_list waiter; /* the task that wants the result; empty if it gave up */
    enum { FREE, QUEUED, RUNNING, DONE } state;
} job;

struct cosy_threads {
    cosy_loop *loop; /* NULL once the loop has gone: guarded by mutex */
    cosy_semaphore slots;
    pthread_mutex_t mutex;
    pthread_cond_t work, gone;
    job *free;        /* the loop's */
    job *first, *last; /* queued jobs, guarded by mutex */
    uint32_t alive, idle, queued, most; /* guarded by mutex; idle threads may have been signalled already */
    bool closing;
    job jobs[];
};

static void finished(void *arg);

static void *work(void *arg)
{
    cosy_threads *pool = arg;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (!pool->first && !pool->closing) {
            pool->idle++;
            pthread_cond_wait(&pool->work, &pool->mutex);
            pool->idle--;
        }
        if (pool->closing)
            break;
        job *j = pool->first;
        pool->first = j->next;
        pool->queued--;
        j->state = RUNNING;
        pthread_mutex_unlock(&pool->mutex);
        int result = j->fn(j->arg);
        pthread_mutex_lock(&pool->mutex);
        j->result = result;
        j->state = DONE;
        if (pool->loop)
            cosy_post_fn(pool->loop, &j->post, finished, j);
    }
    pool->alive--;
    pthread_cond_signal(&pool->gone);
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* ---- on the loop's side ---- */

static void give_back(cosy_threads *pool, job *j)
{
    j->state = FREE;
    j->next = pool->free;
    pool->free = j;
    pool->loop->outside--;
    cosy_semaphore_release(&pool->slots, 1);
}

static void finished(void *arg)
{
    job *j = arg;
    cosy_wait *w = cosy__pop(&j->waiter);
    if (w) {
        if (w->arg.ptr)
            *(int *)w->arg.ptr = j->result;
        cosy__grant_as(w, COSY_FINAL); /* the call was made: its result cannot be taken back */
    }
    give_back(j->pool, j);
}

/* The task gave up. A job that no thread has taken yet is not begun. */
static void leave(cosy_wait *w)
{
    job *j = COSY_CONTAINER(w->list, job, waiter);
    cosy_threads *pool = j->pool;
    bool begun = true;
    pthread_mutex_lock(&pool->mutex);
    if (j->state == QUEUED) {
        job **at = &pool->first, *before = NULL;
        while (*at != j) {
            before = *at;
            at = &(*at)->next;
        }
        *at = j->next;
        if (pool->last == j)
            pool->last = before;
        pool->queued--;
        begun = false;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (!begun)
        give_back(pool, j);
}

static const cosy_wait_ops calling = {.what = "a blocking call", .leave = leave};

static cosy_threads *open_pool(cosy_posix *p)
{
    cosy_threads *pool = calloc(1, sizeof *pool + p->threads_most * sizeof(job));
    if (!pool)
        return NULL;
    pool->loop = &p->loop;
    pool->most = p->threads_most;
    cosy_semaphore_init(&pool->slots, (int32_t)pool->most, (int32_t)pool->most, "a free thread");
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->gone, NULL);
    for (uint32_t i = 0; i < pool->most; i++) {
        pool->jobs[i].pool = pool;
        pool->jobs[i].next = pool->free;
        pool->free = &pool->jobs[i];
    }
    return pool;
}

/* Called with the mutex held: starts a thread if none is idle for one more job. An errno, or 0. */
static int ensure_thread(cosy_threads *pool)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (pool->idle > pool->queued || pool->alive == pool->most)
        return 0;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, work, pool);
    pthread_attr_destroy(&attributes);
    if (!error)
        pool->alive++;
    return pool->alive ? 0 : error;
}

static int submit(cosy_threads *pool, int (*fn)(void *), void *arg, job **taken)
{
    job *j = pool->free;
    pthread_mutex_lock(&pool->mutex);
    int error = ensure_thread(pool);
    if (!error) {
        pool->free = j->next;
        j->fn = fn;
        j->arg = arg;
        j->next = NULL;
        j->state = QUEUED;
        if (pool->first)
            pool->last->next = j;
        else
            pool->first = j;
        pool->last = j;
        pool->queued++;
        pool->loop->outside++;
        pthread_cond_signal(&pool->work);
        *taken = j;
    }
    pthread_mutex_unlock(&pool->mutex);
    return error ? COSY_ESYSTEM - error : COSY_OK;
}

int cosy_to_thread(int (*fn)(void *), void *arg, int *result, cosy_time deadline)
{
    cosy_task *me = cosy__me();
    job *j = NULL;
    if (!fn)
        return cosy__misuse(COSY_EINVAL, "cosy_to_thread", NULL, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_to_thread", NULL, NULL);
    if (deadline == COSY_NOW)
        return cosy__done_here(me, COSY_EAGAIN);
    cosy_posix *p = (cosy_posix *)(void *)me->wait.loop;
    if (!p->threads && !(p->threads = open_pool(p)))
        return COSY_ENOMEM;
    cosy_threads *pool = p->threads;
    int rc = cosy_semaphore_acquire(&pool->slots, 1, deadline);
    if (rc)
        return rc;
    rc = submit(pool, fn, arg, &j);
    if (rc) {
        cosy_semaphore_release(&pool->slots, 1);
        return rc;
    }
    me->wait.arg.ptr = result;
    cosy__park(&j->waiter, &me->wait, &calling);
    return cosy_suspend(me, deadline);
}

bool cosy__threads_close(cosy_posix *p)
{
    cosy_threads *pool = p->threads;
    if (!pool)
        return true;
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pool->loop = NULL;
    pthread_cond_broadcast(&pool->work);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    if (p->grace != COSY_FOREVER) {
        until.tv_sec += p->grace / 1000000000;
        until.tv_nsec += p->grace % 1000000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
    }
    while (pool->alive) {
        int error = p->grace == COSY_FOREVER ? pthread_cond_wait(&pool->gone, &pool->mutex)
                                             : pthread_cond_timedwait(&pool->gone, &pool->mutex, &until);
        if (error)
            break;
    }
    bool all_gone = !pool->alive;
    pthread_mutex_unlock(&pool->mutex);
    if (!all_gone) {
        cosy__line("cosy: a blocking call survived the grace period; its thread is left behind");
        return false; /* the pool stays: that thread still looks at it */
    }
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->gone);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
    p->threads = NULL;
    return true;
}
