/* A wait ends when all is done and not before, and what is done is counted down whatever becomes of who does it. */
#include "scenarios.h"

static cosy_waitgroup work;

static int worker(void *arg)
{
    const uint32_t *ms = arg;
    int rc = ms ? cosy_sleep(cosy_ms(*ms)) : cosy_yield();
    cosy_waitgroup_done(&work);
    return rc;
}

static int waiter(void *arg)
{
    bool waits = cosy_waitgroup_count(&work) > 0;
    int rc = cancel_won(waits, cosy_waitgroup_wait(&work, arg ? cosy_in(cosy_ms(9)) : COSY_FOREVER));
    if (!rc && cosy_waitgroup_count(&work))
        cosy_testing_fail("a wait has ended although work is under way");
    return rc;
}

static int overseer(void *arg)
{
    cosy_group group;
    static uint32_t ms[] = {1, 2};
    (void)arg;
    int rc = cosy_group_open(&group, "work");
    if (rc)
        return rc;
    for (int i = 0; i < 3 && !rc; i++) {
        cosy_waitgroup_add(&work, 1);
        rc = cosy_spawn_in(&group, NULL, worker, i ? &ms[i - 1] : NULL, &(cosy_spawn_options){.name = "worker"});
        if (rc)
            cosy_waitgroup_done(&work); /* it never began */
    }
    cosy_waitgroup_done(&work); /* that all has been started counted as well */
    int failed = cosy_group_join(&group, COSY_FOREVER);
    return rc ? rc : failed;
}

static int waits(void *arg)
{
    const member crew[] = {{"overseer", overseer, NULL}, {"a", waiter, NULL}, {"b", waiter, arg}, {"c", waiter, NULL}};
    cosy_waitgroup_init(&work, 0, "work");
    COSY_TESTING_WATCH(&work); /* idle is at 0, as it is now */
    cosy_waitgroup_add(&work, 1);
    int rc = RUN_CREW(crew);
    if (cosy_waitgroup_count(&work) && rc == COSY_ENOMEM)
        cosy_waitgroup_done(&work); /* there was no overseer */
    return rc ? rc : cosy_sleep(cosy_ms(20));
}

const cosy_scenario waitgroup_scenarios[] = {
    {.name = "waitgroup: three wait for three", .run = waits},
    {.name = "waitgroup: one of them with a deadline", .run = waits, .arg = "b"},
    {.name = NULL},
};
