/* No child outlives the join of its group, whatever the policy and whatever ends the join. */
#include "scenarios.h"

static int running, ended;

static int child(void *arg)
{
    const int *wanted = arg; /* the milliseconds it takes; then odd ones fail */
    running++;
    int rc = cosy_sleep(cosy_ms((uint32_t)*wanted));
    if (rc)
        clean_up(2);
    running--;
    ended++;
    return rc ? rc : *wanted % 2 ? COSY_EOVER : *wanted;
}

static const char *none_runs(void *arg)
{
    (void)arg;
    return running ? "a child has not ended" : NULL;
}

static int spawn(cosy_group *group, cosy_task **task, const int *ms)
{
    return cosy_spawn_in(group, task, child, (void *)(uintptr_t)ms, &(cosy_spawn_options){.name = "child"});
}

static int join(cosy_group *group, cosy_time deadline)
{
    int rc = cosy_group_join(group, deadline);
    if (running)
        cosy_testing_fail("a child outlives the join of its group");
    cosy_testing_unwatch(group);
    return rc;
}

static void fresh(void)
{
    running = ended = 0;
}

/* ---- one fails: the others and the body learn ---- */

static int fail_fast(void *arg)
{
    static const int ms[] = {4, 3, 8, 2};
    cosy_group group;
    cosy_scope body;
    (void)arg;
    fresh();
    int rc = cosy_group_open_with(&group, "fail fast", COSY_GROUP_FAIL_FAST, &body);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    COSY_TESTING_WATCH(&body);
    for (int i = 0; i < 4 && !rc; i++)
        rc = spawn(&group, NULL, &ms[i]);
    if (!rc)
        rc = cosy_sleep(cosy_ms(20)); /* the child of 3 ms fails: this ends */
    int failed = join(&group, COSY_FOREVER);
    cosy_testing_unwatch(&body);
    if (!rc && failed == COSY_EOVER)
        cosy_testing_fail("the body has not learnt that a child failed");
    if (rc == COSY_ECANCELED && failed == COSY_EOVER && cosy_now() > cosy_ms(5))
        cosy_testing_fail("the siblings were not cancelled");
    return failed == COSY_EOVER ? COSY_OK : rc;
}

/* A cancelled child has not failed: the others go on, and the join knows nothing of it. */
static int one_cancelled(void *arg)
{
    static const int ms[] = {8, 4, 6};
    cosy_group group;
    cosy_task *tasks[3] = {NULL, NULL, NULL};
    (void)arg;
    fresh();
    int rc = cosy_group_open_with(&group, "one cancelled", COSY_GROUP_FAIL_FAST, NULL);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    for (int i = 0; i < 3 && !rc; i++)
        rc = spawn(&group, &tasks[i], &ms[i]);
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    if (tasks[0])
        cosy_cancel(tasks[0], "not needed");
    int failed = join(&group, COSY_FOREVER);
    for (int i = 0; i < 3 && tasks[i]; i++)
        cosy_join(tasks[i], NULL, COSY_NOW); /* they have ended */
    return rc ? rc : failed;
}

/* ---- the first one that succeeds is enough ---- */

static int first(void *arg)
{
    static const int ms[] = {3, 4, 8, 30};
    cosy_group group;
    (void)arg;
    fresh();
    int rc = cosy_group_open_with(&group, "first", COSY_GROUP_FIRST, NULL);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    for (int i = 0; i < 4 && !rc; i++)
        rc = spawn(&group, NULL, &ms[i]);
    int failed = join(&group, COSY_FOREVER);
    if (!failed && cosy_now() > cosy_ms(12))
        cosy_testing_fail("it was waited for more than the first success");
    return rc ? rc : failed;
}

/* ---- as they complete: each child is given once; one without a handle never, but the last call comes back ---- */

static int as_completed(void *arg)
{
    static const int ms[] = {6, 2, 4, 2, 8};
    cosy_group group;
    cosy_task *task, *given[4];
    int spawned = 0, count = 0, last = 0, asked = COSY_OK;
    (void)arg;
    fresh();
    int rc = cosy_group_open_with(&group, "as completed", COSY_GROUP_KEEP, NULL);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    for (; spawned < 4 && !rc; spawned++)
        rc = spawn(&group, &task, &ms[spawned]);
    if (rc)
        spawned--;
    else
        rc = spawn(&group, NULL, &ms[4]);
    for (;;) {
        asked = cosy_group_next(&group, &task, COSY_FOREVER);
        if (asked && asked != COSY_EDONE) { /* cancelled or out of time: the rest behind a shield */
            cosy_scope shield;
            rc = rc ? rc : asked;
            cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
            asked = cosy_group_next(&group, &task, COSY_FOREVER);
            cosy_scope_close(&shield);
        }
        if (asked || count == spawned)
            break;
        given[count++] = task;
    }
    if (asked != COSY_EDONE || count != spawned)
        cosy_testing_fail("not every child was given once");
    for (int i = 0; i < count; i++) {
        int result = 0;
        for (int j = 0; j < i; j++)
            if (given[i] == given[j])
                cosy_testing_fail("a child was given twice");
        if (cosy_join(given[i], &result, COSY_NOW))
            cosy_testing_fail("a child that was given has not ended");
        if (result > 0 && result < last)
            cosy_testing_fail("children are given in another order than they ended");
        last = result > 0 ? result : last;
    }
    int failed = join(&group, COSY_FOREVER);
    return rc ? rc : failed;
}

/* Three ask one after another for children that end together: what a cancelled one was given is the next one's. */
static int collector(void *arg)
{
    cosy_group *group = arg;
    cosy_task *task = NULL;
    int rc = cosy_group_next(group, &task, cosy_in(cosy_ms(10)));
    if (!rc)
        rc = cosy_join(task, NULL, COSY_NOW);
    return rc;
}

static int collected_by_others(void *arg)
{
    static const int ms[] = {2, 2, 4};
    cosy_group group;
    cosy_task *task;
    int spawned = 0;
    (void)arg;
    fresh();
    int rc = cosy_group_open_with(&group, "collected", COSY_GROUP_KEEP, NULL);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    for (; spawned < 3 && !rc; spawned++)
        rc = spawn(&group, &task, &ms[spawned]);
    if (rc)
        spawned--;
    for (int i = 0; i < 3 && !rc; i++) {
        const member crew[] = {{"collector", collector, &group}};
        rc = run_crew(crew, 1);
    }
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    while (!cosy_group_next(&group, &task, COSY_FOREVER))
        cosy_join(task, NULL, COSY_NOW);
    cosy_scope_close(&shield);
    int failed = join(&group, COSY_FOREVER);
    if (ended != spawned)
        cosy_testing_fail("a child has not run");
    return rc ? rc : failed;
}

/* ---- groups in groups, and a deadline around all ---- */

static int inner(void *arg)
{
    static const int ms[] = {2, 4, 30};
    cosy_group group;
    int rc = cosy_group_open(&group, "inner");
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    for (int i = 0; i < 3 && !rc; i++)
        rc = spawn(&group, NULL, &ms[i]);
    int failed = cosy_group_join(&group, arg ? cosy_in(cosy_ms(7)) : COSY_FOREVER);
    cosy_testing_unwatch(&group);
    if (arg && cosy_now() > cosy_ms(10))
        cosy_testing_fail("a join whose deadline has passed waited for a child to end by itself");
    return failed ? failed : rc;
}

static int nested(void *arg)
{
    cosy_group group;
    (void)arg;
    fresh();
    int rc = cosy_group_open(&group, "outer");
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    rc = cosy_spawn_in(&group, NULL, inner, NULL, &(cosy_spawn_options){.name = "patient"});
    if (!rc)
        rc = cosy_spawn_in(&group, NULL, inner, "in a hurry", &(cosy_spawn_options){.name = "hurried"});
    int failed = join(&group, cosy_in(cosy_ms(12)));
    return rc ? rc : failed == COSY_ETIMEDOUT ? COSY_OK : failed;
}

const cosy_scenario group_scenarios[] = {
    {.name = "group: fail fast, with a body", .run = fail_fast, .verify = none_runs},
    {.name = "group: one is cancelled", .run = one_cancelled, .verify = none_runs},
    {.name = "group: first success", .run = first, .verify = none_runs},
    {.name = "group: as completed", .run = as_completed, .verify = none_runs},
    {.name = "group: collected by others", .run = collected_by_others, .verify = none_runs},
    {.name = "group: nested, with deadlines", .run = nested, .verify = none_runs},
    {.name = NULL},
};
