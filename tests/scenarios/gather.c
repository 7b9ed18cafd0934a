/* All, any, a start with a handshake, and values bound around them: nobody outlives the call, whatever ends it. */
#include "scenarios.h"

static cosy_semaphore permits;
static int running, starts, ready;

/* Holds a permit for a while; counted, so that one that outlives its call is seen. */
static int work(void *arg)
{
    int rc = cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
    if (rc)
        return rc;
    running++;
    rc = cosy_sleep(cosy_ms(*(const uint32_t *)arg));
    running--;
    cosy_semaphore_release(&permits, 1);
    return rc;
}

static void fresh(void)
{
    running = starts = ready = 0;
    cosy_semaphore_init(&permits, 2, 2, "permits");
    COSY_TESTING_WATCH(&permits);
}

static int nobody_left(int rc)
{
    if (running)
        cosy_testing_fail("a function runs on after the call that ran it");
    return rc;
}

static uint32_t lengths[] = {3, 1, 2, 2};

static void fill(cosy_work *w)
{
    for (int i = 0; i < 4; i++)
        w[i] = (cosy_work){.fn = work, .arg = &lengths[i], .name = "work"};
}

static int all(void *arg)
{
    cosy_work w[4];
    (void)arg;
    fresh();
    fill(w);
    return nobody_left(cosy_all(w, 4, COSY_FOREVER));
}

static int any(void *arg)
{
    cosy_work w[4];
    (void)arg;
    fresh();
    fill(w);
    int rc = nobody_left(cosy_any(w, 4, cosy_in(cosy_ms(9))));
    if (rc >= 0 && w[rc].result != COSY_OK)
        cosy_testing_fail("the number of the first that succeeded is not that of a success");
    return rc;
}

static int settled(void *arg)
{
    cosy_work w[4];
    (void)arg;
    fresh();
    fill(w);
    return nobody_left(cosy_settled(w, 4, cosy_in(cosy_ms(2)))) == COSY_ETIMEDOUT ? COSY_OK : COSY_EBROKEN;
}

/* ---- start ---- */

static int server(void *arg)
{
    int rc = cosy_sleep(cosy_ms(1));
    if (rc)
        return rc;
    starts++;
    ready = 1;
    rc = cosy_started(arg);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(5));
    starts--;
    return rc;
}

static int start(void *arg)
{
    static const cosy_local key = COSY_LOCAL_INIT("key", NULL);
    cosy_binding binding;
    cosy_group group;
    void *value = NULL;
    (void)arg;
    fresh();
    int rc = cosy_bind(&binding, &key, &permits);
    if (rc)
        return rc;
    rc = cosy_group_open(&group, "servers");
    COSY_TESTING_WATCH(&group);
    rc = cosy_start_in(&group, NULL, server, &starts, &(cosy_spawn_options){.name = "server"}, &value, cosy_in(cosy_ms(3)));
    if (!rc && (value != &starts || !ready))
        cosy_testing_fail("a start returned before the child was ready");
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    cosy_group_cancel(&group, "served enough");
    int failed = cosy_group_join(&group, COSY_FOREVER);
    cosy_testing_unwatch(&group);
    if (starts)
        cosy_testing_fail("a server has not ended");
    cosy_unbind(&binding);
    return rc ? rc : failed;
}

const cosy_scenario gather_scenarios[] = {
    {.name = "gather: all of four", .run = all},
    {.name = "gather: the first of four", .run = any},
    {.name = "gather: four, and no time for all", .run = settled},
    {.name = "gather: a start with a handshake", .run = start},
    {.name = NULL},
};
