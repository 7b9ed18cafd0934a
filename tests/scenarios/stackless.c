/* Tasks without a stack, over begin forms, beside coroutines: the same waits, entered from the loop. */
#include "scenarios.h"

#include <string.h>

enum { MACHINES = 3 };

/* Takes the lock, a permit, an item, and a nap; gives all of it back, in whatever step it is ended. */
typedef struct machine {
    cosy_task task; /* must be first */
    int step, item;
    bool locked, permitted, loaded;
} machine;

static machine machines[MACHINES];
static cosy_lock lock;
static cosy_semaphore permits;
static cosy_event go;
static int room[2];
static cosy_queue items;
static int users;

static void end(machine *m, int rc)
{
    if (m->loaded)
        cosy_queue_try_put(&items, &m->item);
    if (m->permitted)
        cosy_semaphore_release(&permits, 1);
    if (m->locked) {
        users--;
        cosy_lock_release(&lock);
    }
    cosy_task_end(&m->task, rc);
}

/* Begins the wait of a step; COSY_OK if there is none any more. */
static int begin(machine *m)
{
    cosy_wait *w = &m->task.wait;
    switch (m->step) {
    case 0: return cosy_event_wait_begin(&go, w);
    case 1: return cosy_lock_acquire_begin(&lock, w);
    case 2: return cosy_semaphore_acquire_begin(&permits, 1, w);
    case 3: return cosy_queue_get_begin(&items, &m->item, w);
    case 4: return cosy_yield_begin(w);
    default: return cosy_sleep_begin(w);
    }
}

/* A step has succeeded. */
static void done(machine *m)
{
    switch (m->step++) {
    case 1:
        m->locked = true;
        if (users++)
            cosy_testing_fail("two tasks hold the lock");
        break;
    case 2:
        m->permitted = true;
        break;
    case 3:
        m->loaded = true;
        break;
    }
}

static void resume(cosy_task *task)
{
    machine *m = (machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (m->step < 0)
        m->step = 0; /* the first time: from no wait */
    else if (!rc)
        done(m);
    while (!rc) {
        if (m->step > 5) {
            end(m, COSY_OK);
            return;
        }
        cosy_time deadline = m->step == 5 ? cosy_in(cosy_ms(1)) : m->step == 2 ? cosy_in(cosy_ms(50)) : COSY_FOREVER;
        bool parks = m->step != 4; /* a yield is on its way already */
        rc = begin(m);
        if (rc == COSY_WAITING && parks)
            rc = cosy_await(task, deadline);
        if (rc == COSY_WAITING)
            return;
        if (!rc)
            done(m);
    }
    end(m, rc);
}

/* ---- beside them ---- */

static int worker(void *arg)
{
    int item = 0;
    int rc = cosy_event_wait(&go, COSY_FOREVER);
    if (!rc)
        rc = cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_queue_get(&items, &item, cosy_in(cosy_ms(5)));
    if (!rc) {
        rc = cosy_sleep(cosy_ms(1));
        cosy_queue_try_put(&items, &item);
    }
    cosy_semaphore_release(&permits, 1);
    (void)arg;
    return rc;
}

static int starter(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    cosy_event_set(&go, NULL); /* fault or not: all wait for it */
    return rc;
}

static int both_kinds(void *arg)
{
    static const char *const names[] = {"m", "n", "o"};
    cosy_group group;
    int item = 1;
    (void)arg;
    cosy_lock_init(&lock, 0, "lock");
    cosy_semaphore_init(&permits, 2, 2, "permits");
    cosy_event_init(&go, "go");
    cosy_queue_init(&items, room, sizeof room[0], 2, "items");
    cosy_queue_try_put(&items, &item);
    users = 0;
    COSY_TESTING_WATCH(&lock);
    COSY_TESTING_WATCH(&permits);
    COSY_TESTING_WATCH(&go);
    COSY_TESTING_WATCH(&items);
    int rc = cosy_group_open(&group, "both kinds");
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    memset(machines, 0, sizeof machines);
    for (int i = 0; i < MACHINES && !rc; i++) {
        machines[i].step = -1;
        rc = cosy_task_init(&machines[i].task, cosy_here(), resume, names[i]);
        if (!rc)
            rc = cosy_task_start(&machines[i].task, &group);
        if (!rc)
            rc = cosy_detach(&machines[i].task);
    }
    if (!rc)
        rc = cosy_spawn_in(&group, NULL, worker, NULL, &(cosy_spawn_options){.name = "w"});
    if (!rc)
        rc = cosy_spawn_in(&group, NULL, starter, NULL, &(cosy_spawn_options){.name = "starter"});
    if (rc)
        cosy_group_cancel(&group, "not all could be started");
    int failed = cosy_group_join(&group, COSY_FOREVER);
    cosy_testing_unwatch(&group);
    int slept = cosy_sleep(cosy_ms(60)); /* a timer that was forgotten would fire */
    return rc ? rc : failed ? failed : slept;
}

static const char *item_is_there(void *arg)
{
    (void)arg;
    return cosy_queue_count(&items) == 1 && !users ? NULL : "the item is not where it was";
}

/* Where each call that completes at once yields, a begin form may say that it waits although it has been granted. */
static const cosy_options checkpoints = {.checkpoint = true};

const cosy_scenario stackless_scenarios[] = {
    {.name = "stackless: three beside coroutines", .run = both_kinds, .verify = item_is_there},
    {.name = "stackless: the same with checkpoints", .run = both_kinds, .verify = item_is_there, .options = &checkpoints},
    {.name = NULL},
};
