/* Soak: random operations on all kinds of objects at once, with random cancels and deadlines, compared after each step with
 * a model that is written differently (soak/model.c). Contract rules 1, 2, 3, 5, 6, 10.
 *
 * The driver is the main task of a loop in simulated time. Each step it does one thing: starts a task that makes one
 * waiting call, cancels one, does something to an object, or lets time pass; or it does several without letting anybody
 * run in between, which is where grants and cancels meet. After each step everything that can be seen of the real objects
 * must be what the model says: who waits where in which order, what is held, and what became of each task.
 *
 * usage: soak_test [SECONDS [SEED]]     a failing run prints the seed, the step, and its last steps. COSY_SOAK_SECONDS does
 * what SECONDS does.
 */
#define _POSIX_C_SOURCE 200809L
#include <cosy.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "soak/model.h"
#include "support/results.h"

/* ---- chance: replayable ---- */

static uint64_t chance;

static uint32_t any(uint32_t below)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 33) % below);
}

/* ---- what was done, for a failing run ---- */

enum { LAST = 40 };
static char last[LAST][96];
static uint64_t steps;

static void did(const char *format, ...) COSY_PRINTF(1, 2);
static void did(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(last[steps++ % LAST], sizeof last[0], format, args);
    va_end(args);
}

static const char *wrong; /* the first difference */
static char wrong_text[200];

static void differs(const char *format, ...) COSY_PRINTF(1, 2);
static void differs(const char *format, ...)
{
    va_list args;
    if (wrong)
        return;
    va_start(args, format);
    vsnprintf(wrong_text, sizeof wrong_text, format, args);
    va_end(args);
    wrong = wrong_text;
}

/* ---- the real objects ---- */

static cosy_lock lock, condition_lock;
static cosy_condition condition;
static cosy_semaphore semaphore;
static cosy_rwlock rwlock;
static cosy_limiter limiter;
static cosy_once once;
static cosy_event event;
static cosy_barrier barrier;
static cosy_queue queues[3];
static cosy_queue_more lifo = COSY_QUEUE_MORE_LIFO, priority;
static cosy_chain chain;
static cosy_future future;
static cosy_flags flags;
static cosy_watch watch;
static cosy_broadcast broadcast;
static cosy_waitgroup waitgroup;

static int queue_rooms[3][ROOM], watch_room, broadcast_room[KEEP];
static int64_t priority_numbers[ROOM];

/* By hundreds, so that there are equals. */
static bool before(const void *a, const void *b)
{
    return *(const int *)a / 100 < *(const int *)b / 100;
}

typedef struct number {
    cosy_link link;
    int number;
} number;
static number numbers[ENTRIES * 4];
static unsigned numbers_used;

static void prepare(void)
{
    cosy_lock_init(&lock, 0, "lock");
    cosy_lock_init(&condition_lock, 0, "condition's lock");
    cosy_condition_init(&condition, &condition_lock, "condition");
    cosy_semaphore_init(&semaphore, 3, INT32_MAX, "semaphore");
    cosy_rwlock_init(&rwlock, "rwlock");
    cosy_limiter_init(&limiter, 2, "limiter");
    cosy_once_init(&once, "once");
    cosy_event_init(&event, "event");
    cosy_barrier_init(&barrier, PARTIES, NULL, NULL, "barrier");
    cosy_queue_init(&queues[0], queue_rooms[0], sizeof(int), ROOM, "fifo");
    lifo = (cosy_queue_more)COSY_QUEUE_MORE_LIFO;
    cosy_queue_init_with(&queues[1], queue_rooms[1], sizeof(int), ROOM, &lifo, "lifo");
    priority = (cosy_queue_more)COSY_QUEUE_MORE_PRIORITY(before, priority_numbers);
    cosy_queue_init_with(&queues[2], queue_rooms[2], sizeof(int), ROOM, &priority, "priority");
    cosy_chain_init(&chain, "chain");
    cosy_future_init(&future, "future");
    cosy_flags_init(&flags, 0, "flags");
    cosy_watch_init(&watch, &watch_room, sizeof watch_room, "watch");
    cosy_broadcast_init(&broadcast, broadcast_room, sizeof(int), KEEP, "broadcast");
    cosy_waitgroup_init(&waitgroup, 0, "waitgroup");
    numbers_used = 0;
}

/* ---- the real tasks ---- */

typedef struct real {
    job job;
    int n, line, hold;
    int64_t deadline;
    cosy_task *task;
    bool ended;
    int outcome, got;
} real;

static real tasks[TASKS];
static model ours;

static int keep(const real *r)
{
    return cosy_sleep(r->hold);
}

static int select_and_keep(real *r)
{
    cosy_arm arms[] = {cosy_arm_semaphore(&semaphore, 2), cosy_arm_event(&event), cosy_arm_get(&queues[0], &r->got)};
    int rc = cosy_select(arms, 3, NULL, r->deadline);
    if (rc < 0)
        return rc;
    int kept = keep(r);
    if (rc == 0)
        cosy_semaphore_release(&semaphore, 2);
    return kept;
}

static int wait_for_condition(const real *r)
{
    int rc = cosy_lock_acquire(&condition_lock, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_condition_wait(&condition, r->deadline);
    if (cosy_lock_owner(&condition_lock) != cosy_self())
        differs("a wait for the condition returned without the lock");
    cosy_lock_release(&condition_lock);
    return rc;
}

static int receive_two(real *r)
{
    cosy_receiver receiver;
    int rc = COSY_OK;
    cosy_broadcast_join(&receiver, &broadcast);
    for (int i = 0; i < 2 && !rc; i++) {
        int item = 0;
        uint32_t missed = 0;
        rc = cosy_broadcast_receive(&receiver, &item, &missed, r->deadline);
        if (!rc)
            r->got += item + 100 * (int)missed;
    }
    cosy_broadcast_leave(&receiver);
    return rc;
}

static int call(real *r)
{
    int rc, kept;
    cosy_permit permit = COSY_PERMIT_INIT;
    switch (r->job) {
    case J_LOCK:
        rc = cosy_lock_acquire(&lock, r->deadline);
        if (rc)
            return rc;
        kept = keep(r);
        cosy_lock_release(&lock);
        return kept;
    case J_SEMAPHORE:
        rc = cosy_semaphore_acquire(&semaphore, r->n, r->deadline);
        if (rc)
            return rc;
        kept = keep(r);
        cosy_semaphore_release(&semaphore, r->n);
        return kept;
    case J_READ:
        rc = cosy_rwlock_read(&rwlock, r->deadline);
        if (rc)
            return rc;
        kept = keep(r);
        cosy_rwlock_read_release(&rwlock);
        return kept;
    case J_WRITE:
        rc = cosy_rwlock_write(&rwlock, r->deadline);
        if (rc)
            return rc;
        kept = keep(r);
        cosy_rwlock_write_release(&rwlock);
        return kept;
    case J_DOWNGRADE:
        rc = cosy_rwlock_write(&rwlock, r->deadline);
        if (rc)
            return rc;
        cosy_rwlock_downgrade(&rwlock);
        kept = keep(r);
        cosy_rwlock_read_release(&rwlock);
        return kept;
    case J_LIMITER:
        rc = cosy_limiter_acquire(&limiter, &permit, r->deadline);
        if (rc)
            return rc;
        kept = keep(r);
        cosy_limiter_release(&permit);
        return kept;
    case J_ONCE:
        rc = cosy_once_enter(&once, r->deadline);
        if (rc != COSY_ONCE_TURN)
            return rc;
        kept = keep(r);
        cosy_once_leave(&once, r->n ? COSY_EBROKEN : COSY_OK);
        return kept;
    case J_SELECT_HOLD: return select_and_keep(r);
    case J_CONDITION: return wait_for_condition(r);
    case J_EVENT: return cosy_event_wait(&event, r->deadline);
    case J_BARRIER: return cosy_barrier_wait(&barrier, r->deadline);
    case J_PUT: return cosy_queue_put(&queues[r->line], &r->n, r->deadline);
    case J_GET: return cosy_queue_get(&queues[r->line], &r->got, r->deadline);
    case J_CHAIN: {
        cosy_link *link;
        rc = cosy_chain_get(&chain, &link, r->deadline);
        if (!rc)
            r->got = COSY_CONTAINER(link, number, link)->number;
        return rc;
    }
    case J_FUTURE: {
        void *value = NULL;
        rc = cosy_future_wait(&future, &value, r->deadline);
        r->got = (int)(intptr_t)value;
        return rc;
    }
    case J_FLAGS: {
        uint32_t got = 0;
        unsigned how = (r->n & 16 ? COSY_FLAGS_ALL : COSY_FLAGS_ANY) | (r->n & 32 ? COSY_FLAGS_CLEAR : 0);
        rc = cosy_flags_wait(&flags, (uint32_t)r->n & 15, how, &got, r->deadline);
        r->got = (int)got;
        return rc;
    }
    case J_WATCH: {
        cosy_watcher watcher;
        cosy_watch_open(&watcher, &watch);
        return cosy_watch_next(&watcher, &r->got, r->deadline);
    }
    case J_BROADCAST: return receive_two(r);
    default: return cosy_waitgroup_wait(&waitgroup, r->deadline);
    }
}

static int run(void *arg)
{
    real *r = arg;
    r->outcome = call(r);
    r->ended = true;
    return 0;
}

/* ---- comparing ---- */

static const char *const place_names[P_PLACES] = {
    "lock", "semaphore", "rwlock", "limiter", "once", "condition", "condition's lock", "event", "barrier", "getters, fifo",
    "getters, lifo", "getters, priority", "putters, fifo", "putters, lifo", "putters, priority", "chain", "future", "flags",
    "watch", "broadcast", "waitgroup"};

static const cosy_list *real_line(place p)
{
    switch (p) {
    case P_LOCK: return &lock.waiters;
    case P_SEMAPHORE: return &semaphore.waiters;
    case P_RWLOCK: return &rwlock.waiters;
    case P_LIMITER: return &limiter.waiters;
    case P_ONCE: return &once.waiters;
    case P_CONDITION: return &condition.waiters;
    case P_CONDITION_LOCK: return &condition_lock.waiters;
    case P_EVENT: return &event.waiters;
    case P_BARRIER: return &barrier.waiters;
    case P_CHAIN: return &chain.getters;
    case P_FUTURE: return &future.waiters;
    case P_FLAGS: return &flags.waiters;
    case P_WATCH: return &watch.waiters;
    case P_BROADCAST: return &broadcast.waiters;
    case P_WAITGROUP: return &waitgroup.waiters;
    default: return p < P_PUT ? &queues[p - P_GET].getters : &queues[p - P_PUT].putters;
    }
}

/* Which of our tasks waits through this node. */
static int number_of(const cosy_wait *w)
{
    const cosy_task *task = w->flags & COSY_W_ARM ? ((const cosy_arm *)(const void *)w)->select->task
                                                  : (const cosy_task *)(const void *)w;
    for (int i = 0; i < TASKS; i++)
        if (tasks[i].task == task)
            return i;
    return -9;
}

static void compare_lines(void)
{
    for (int p = 0; p < P_PLACES; p++) {
        const cosy_wait *head = real_line((place)p)->head, *w = head;
        int n = ours.lines[p].count;
        for (int i = 0; i < n; i++) {
            int task = w ? number_of(w) : -1;
            if (task != ours.lines[p].at[i].task) {
                differs("%s: place %d is task %d's, the model says %d", place_names[p], i, task, ours.lines[p].at[i].task);
                return;
            }
            w = w->next == head ? NULL : w->next;
        }
        if (w)
            differs("%s: task %d waits behind the %d that the model knows", place_names[p], number_of(w), n);
    }
}

static int owner_number(const cosy_task *owner)
{
    return owner ? number_of(&owner->wait) : FREE;
}

static void same(const char *what, long is, long should)
{
    if (is != should)
        differs("%s: %ld, the model says %ld", what, is, should);
}

static void sound(const char *what, const char *complaint)
{
    if (complaint)
        differs("%s: %s", what, complaint);
}

static void compare_objects(void)
{
    same("owner of the lock", owner_number(lock.owner), ours.lock_owner);
    same("owner of the condition's lock", owner_number(condition_lock.owner), ours.condition_owner);
    same("permits", cosy_semaphore_count(&semaphore), ours.permits);
    same("writer", owner_number(cosy_rwlock_writer(&rwlock)), ours.writer);
    same("readers", cosy_rwlock_readers(&rwlock), ours.readers);
    same("held of the limiter", cosy_limiter_held(&limiter), ours.limited);
    same("runner of the once", owner_number(cosy_once_runner(&once)), ours.once_runner);
    same("once done", cosy_once_done(&once), ours.once_done);
    same("arrived", (long)barrier.arrived, ours.arrived);
    for (int i = 0; i < 3; i++)
        same("items", cosy_queue_count(&queues[i]), ours.item_count[i]);
    same("chained", (long)chain.count, ours.chained_count);
    same("bits", (long)cosy_flags_get(&flags), (long)ours.bits);
    same("wait group", cosy_waitgroup_count(&waitgroup), ours.count);

    sound("lock", cosy_lock_check(&lock));
    sound("condition's lock", cosy_lock_check(&condition_lock));
    sound("condition", cosy_condition_check(&condition));
    sound("semaphore", cosy_semaphore_check(&semaphore));
    sound("rwlock", cosy_rwlock_check(&rwlock));
    sound("limiter", cosy_limiter_check(&limiter));
    sound("once", cosy_once_check(&once));
    sound("event", cosy_event_check(&event));
    sound("barrier", cosy_barrier_check(&barrier));
    for (int i = 0; i < 3; i++)
        sound("queue", cosy_queue_check(&queues[i]));
    sound("chain", cosy_chain_check(&chain));
    sound("future", cosy_future_check(&future));
    sound("flags", cosy_flags_check(&flags));
    sound("watch", cosy_watch_check(&watch));
    sound("broadcast", cosy_broadcast_check(&broadcast));
    sound("waitgroup", cosy_waitgroup_check(&waitgroup));
}

static void compare_tasks(void)
{
    for (int i = 0; i < TASKS; i++) {
        const mtask *t = &ours.tasks[i];
        const real *r = &tasks[i];
        if (t->state == S_NONE)
            continue;
        if (r->ended != (t->state == S_ENDED)) {
            differs("task %d has %sended, the model says otherwise", i, r->ended ? "" : "not ");
        } else if (r->ended && r->outcome != t->outcome) {
            differs("task %d returned %d, the model says %d", i, r->outcome, t->outcome);
        } else if (r->ended && r->outcome >= 0 && r->got != t->got && t->job != J_SELECT_HOLD && t->job != J_PUT) {
            differs("task %d got %d, the model says %d", i, r->got, t->got);
        }
    }
}

/* After each step; what has ended is only known when all have had their turn. */
static void compare(bool settled)
{
    compare_lines();
    compare_objects();
    if (settled)
        compare_tasks();
}

/* ---- steps ---- */

static const char *const job_names[J_JOBS] = {
    "lock", "semaphore", "read", "write", "downgrade", "limiter", "once", "select", "condition", "event", "barrier", "put",
    "get", "chain", "future", "flags", "watch", "broadcast", "waitgroup"};

/* Ended tasks are given back; their numbers are free again. */
static void collect(void)
{
    for (int i = 0; i < TASKS; i++)
        if (ours.tasks[i].state == S_ENDED) {
            cosy_join(tasks[i].task, NULL, COSY_NOW);
            tasks[i].task = NULL;
            ours.tasks[i].state = S_NONE;
        }
}

static void spawn(void)
{
    int i = 0;
    while (i < TASKS && ours.tasks[i].state != S_NONE)
        i++;
    if (i == TASKS)
        return;
    real *r = &tasks[i];
    *r = (real){.job = (job)any(J_JOBS), .line = (int)any(3), .hold = 1 + (int)any(4000)};
    r->n = r->job == J_SEMAPHORE ? 1 + (int)any(3) : r->job == J_ONCE ? (int)any(2) : 1 + (int)any(499);
    if (r->job == J_FLAGS)
        r->n = (1 + (int)any(15)) | (int)any(4) * 16;
    uint32_t kind = any(8);
    r->deadline = kind == 0 ? COSY_NOW : kind < 5 ? COSY_FOREVER : cosy_now() - 500 + (int64_t)any(6000);
    did("task %d: %s %d, line %d, hold %d, until %" PRId64, i, job_names[r->job], r->n, r->line, r->hold, r->deadline);
    cosy_spawn(&r->task, run, r, &(cosy_spawn_options){.name = job_names[r->job], .stack_size = 16384});
    model_spawn(&ours, i, r->job, r->n, r->line, r->hold, r->deadline);
}

static void cancel(void)
{
    int i = (int)any(TASKS);
    if (ours.tasks[i].state == S_NONE || !tasks[i].task)
        return;
    did("cancel task %d", i);
    cosy_cancel(tasks[i].task, "by chance");
    model_cancel(&ours, i);
}

static void act_on_queue(void)
{
    int line = (int)any(3), item = (int)any(400), got = -1, should = -1;
    if (any(2)) {
        did("try to put %d into line %d", item, line);
        same("try put", cosy_queue_try_put(&queues[line], &item), model_try_put(&ours, line, item));
    } else {
        did("try to get from line %d", line);
        same("try get", cosy_queue_try_get(&queues[line], &got), model_try_get(&ours, line, &should));
        same("got", got, should);
    }
}

static void act_on_chain(void)
{
    if (ours.chained_count > 20)
        return;
    number *n = &numbers[numbers_used++ % (sizeof numbers / sizeof numbers[0])];
    n->number = (int)any(1000);
    did("chain %d", n->number);
    cosy_chain_put(&chain, &n->link);
    model_chain(&ours, n->number);
}

static void act_on_flags(void)
{
    uint32_t set = any(16), clear = any(16);
    if (any(2)) {
        did("set bits %u", set);
        cosy_flags_set(&flags, set);
        model_bits(&ours, set, 0);
    } else {
        did("clear bits %u", clear);
        cosy_flags_clear(&flags, clear);
        model_bits(&ours, 0, clear);
    }
}

static void act_on_barrier(void)
{
    if (any(4)) {
        did("trigger");
        cosy_barrier_trigger(&barrier);
        model_trigger(&ours);
    } else {
        did("break");
        cosy_barrier_reset(&barrier);
        model_break(&ours);
    }
}

static void act_on_future(void)
{
    if (ours.future)
        return;
    int value = (int)any(1000);
    bool ok = any(4) != 0;
    did("future %s %d", ok ? "set" : "failed", value);
    if (ok)
        cosy_future_set(&future, (void *)(intptr_t)value);
    else
        cosy_future_fail(&future, COSY_EBROKEN);
    model_outcome(&ours, ok, value);
}

static void notify(void)
{
    int n = (int)any(4);
    if (cosy_lock_acquire(&condition_lock, COSY_NOW)) {
        same("the condition's lock can be had", false, model_notify(&ours, n));
        return;
    }
    did("notify %d", n);
    cosy_condition_notify(&condition, n);
    cosy_lock_release(&condition_lock);
    same("the condition's lock can be had", true, model_notify(&ours, n));
}

static void act(void)
{
    int n = (int)any(3), value = (int)any(90);
    switch (any(11)) {
    case 0:
        if (ours.permits > 6)
            return;
        did("release %d", n + 1);
        cosy_semaphore_release(&semaphore, n + 1);
        model_release(&ours, n + 1);
        return;
    case 1:
        did("resize to %d", n);
        cosy_limiter_resize(&limiter, n);
        model_resize(&ours, n);
        return;
    case 2:
        did("event %d", n > 1);
        if (n > 1)
            cosy_event_set(&event, NULL);
        else
            cosy_event_clear(&event);
        model_set(&ours, n > 1);
        return;
    case 3: act_on_barrier(); return;
    case 4: act_on_queue(); return;
    case 5: act_on_chain(); return;
    case 6: act_on_future(); return;
    case 7: act_on_flags(); return;
    case 8:
        did("watch and broadcast %d", value);
        cosy_watch_set(&watch, &value);
        model_watch(&ours, value);
        cosy_broadcast_send(&broadcast, &value);
        model_send(&ours, value);
        return;
    case 9:
        n = n == 2 || ours.count == 0 ? 1 : -1;
        did("wait group %d", n);
        same("add", cosy_waitgroup_add(&waitgroup, n), model_add(&ours, n));
        return;
    default: notify(); return;
    }
}

static void settle(void)
{
    while (cosy_here()->ready)
        cosy_yield();
    model_settle(&ours);
}

/* What has ended begins anew now and then; only when nobody is on his way. */
static void renew(void)
{
    if (ours.future && !any(3)) {
        did("future reset");
        same("reset", cosy_future_reset(&future), COSY_OK);
        model_reset_future(&ours);
    }
    if (ours.once_done) {
        did("once anew");
        cosy_once_init(&once, "once");
        model_reset_once(&ours);
    }
}

static void step(void)
{
    uint32_t kind = any(16);
    if (kind < 6) {
        spawn();
    } else if (kind < 8) {
        cancel();
    } else if (kind < 12) {
        act();
    } else if (kind < 14) {
        did("settle");
        settle();
        compare(true);
        collect();
        renew();
        return;
    } else {
        int64_t length = 1 + (int64_t)any(3000);
        settle(); /* who was started begins before time moves */
        did("time goes on by %" PRId64, length);
        cosy_sleep(length);
        model_advance(&ours, length);
        same("the time", (long)cosy_now(), (long)ours.now);
        settle();
        compare(true);
        collect();
        return;
    }
    compare(false);
}

/* A run: a fresh loop, some thousand steps, then everybody is cancelled and must leave nothing behind. */
static int world(void *arg)
{
    const int *length = arg;
    prepare();
    model_init(&ours);
    memset(tasks, 0, sizeof tasks);
    ours.now = cosy_now();
    for (int i = 0; i < *length && !wrong; i++)
        step();
    for (int i = 0; i < TASKS && !wrong; i++)
        if (tasks[i].task && ours.tasks[i].state != S_NONE) {
            cosy_cancel(tasks[i].task, "the end");
            model_cancel(&ours, i);
            compare(false);
        }
    if (wrong)
        return -1;
    settle();
    compare(true);
    for (int i = 0; i < TASKS; i++)
        if (ours.tasks[i].state != S_NONE && ours.tasks[i].state != S_ENDED)
            differs("task %d outlives its cancel", i);
    collect();
    return 0;
}

static void on_misuse(const cosy_misuse *m, void *arg)
{
    (void)arg;
    differs("misuse: %s(%s) by %s: %s", m->call, m->object, m->task, cosy_strerror(m->code));
}

static void report(uint64_t seed)
{
    printf("soak: seed %" PRIu64 ", step %" PRIu64 ": %s\nthe last steps:\n", seed, steps, wrong);
    for (uint64_t i = steps > LAST ? steps - LAST : 0; i < steps; i++)
        printf("  %s\n", last[i % LAST]);
}

int main(int argc, char **argv)
{
    const char *given = argc > 1 ? argv[1] : getenv("COSY_SOAK_SECONDS");
    double seconds = given ? atof(given) : 60;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    uint64_t runs = 0, all = 0;
    int length = 3000;
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    cosy_set_reporter(on_misuse, NULL);
    printf("soak: first seed %" PRIu64 ", %g seconds\n", seed, seconds);
    fflush(stdout);
    do {
        steps = 0;
        chance = seed * 2654435761u + 88172645463325252u;
        cosy_options options = {.virtual_time = true, .budget = 1 << 30, .spin_limit = UINT32_MAX};
        int rc = cosy_run(world, &length, &options);
        if (rc && !wrong)
            differs("the run ended with %d", rc);
        if (wrong) {
            report(seed);
            break;
        }
        all += steps;
        runs++;
        seed++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (argc <= 2 && (double)(now.tv_sec - began.tv_sec) + 1e-9 * (double)(now.tv_nsec - began.tv_nsec) < seconds);
    printf("soak: %" PRIu64 " runs, %" PRIu64 " steps, each compared with the model: %s\n", runs, all, wrong ? "WRONG" : "the same");
    results("soak", (long)runs, -1, wrong ? 1 : 0);
    return wrong ? 1 : 0;
}
