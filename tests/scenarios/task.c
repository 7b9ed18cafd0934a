/* Sleeping, yielding, joining, delayed calls: time is right, every task is joined, no call comes that was taken back. */
#include "scenarios.h"

/* ---- sleep ---- */

static int finished;

static int sleeper(void *arg)
{
    const uint32_t *ms = arg;
    int rc = COSY_OK;
    for (int i = 0; i < 2 && !rc; i++) {
        cosy_time begin = cosy_now();
        rc = cosy_sleep(cosy_ms(*ms));
        if (!rc && cosy_now() != begin + cosy_ms(*ms))
            cosy_testing_fail("a sleep was too short or too long");
        if (rc && cosy_now() > begin + cosy_ms(*ms))
            cosy_testing_fail("a sleep that was ended took longer than whole");
    }
    if (rc == COSY_ECANCELED && cosy_sleep(cosy_ms(1)) != COSY_ECANCELED)
        cosy_testing_fail("a cancel has worn off");
    finished += !rc;
    return rc;
}

static int sleepers(void *arg)
{
    static uint32_t ms[] = {3, 1, 2, 2};
    const member crew[] = {{"a", sleeper, &ms[0]}, {"b", sleeper, &ms[1]}, {"c", sleeper, &ms[2]}, {"d", sleeper, &ms[3]}};
    (void)arg;
    finished = 0;
    int rc = RUN_CREW(crew);
    if (!rc && cosy_now() > cosy_ms(6))
        cosy_testing_fail("time went on too far");
    return rc;
}

static int yielder(void *arg)
{
    int *turns = arg, rc = COSY_OK;
    for (int i = 0; i < 3 && !rc; i++) {
        rc = cancel_won(true, cosy_yield());
        ++*turns;
    }
    return rc;
}

static int yielders(void *arg)
{
    static int turns[3];
    const member crew[] = {{"a", yielder, &turns[0]}, {"b", yielder, &turns[1]}, {"c", yielder, &turns[2]}};
    (void)arg;
    return RUN_CREW(crew);
}

/* ---- join ---- */

static int child(void *arg)
{
    int rc = cosy_sleep(cosy_ms(*(const uint32_t *)arg));
    return rc ? rc : 7;
}

/* A join that fails leaves the child to be joined again: cancelled this time, and whatever becomes of us. */
static int take(cosy_task *task, cosy_time deadline)
{
    cosy_scope shield;
    int result = 0, rc = cosy_join(task, &result, deadline);
    if (rc) {
        cosy_cancel(task, "nobody waits for it");
        cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
        int again = cosy_join(task, &result, COSY_FOREVER);
        cosy_scope_close(&shield);
        if (again || (result != 7 && result >= 0))
            cosy_testing_fail("a task could not be joined after all");
    }
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc ? rc : result == 7 ? COSY_OK : result;
}

static int joiner(void *arg)
{
    static uint32_t ms[] = {2, 9, 1};
    cosy_task *tasks[3];
    int n = 0, rc = COSY_OK;
    (void)arg;
    for (; n < 3 && !rc; n++)
        rc = cosy_spawn(&tasks[n], child, &ms[n], NULL);
    if (rc)
        n--;
    while (n-- > 0) { /* the last first: it is done before it is asked for, or after */
        int failed = take(tasks[n], n == 1 ? cosy_in(cosy_ms(5)) : COSY_FOREVER);
        rc = rc ? rc : failed;
    }
    return rc;
}

static int joins(void *arg)
{
    const member crew[] = {{"a", joiner, NULL}, {"b", joiner, NULL}};
    (void)arg;
    return RUN_CREW(crew);
}

/* Who is not joined is detached: it ends by itself, or with the loop. */
static int hands_off(void *arg)
{
    static uint32_t ms = 1;
    cosy_task *task;
    int rc = cosy_spawn(NULL, child, &ms, &(cosy_spawn_options){.name = "detached"});
    if (!rc)
        rc = cosy_spawn(&task, child, &ms, &(cosy_spawn_options){.name = "detached later"});
    if (!rc)
        rc = cosy_detach(task);
    (void)arg;
    int slept = cosy_sleep(cosy_ms(2));
    return rc ? rc : slept;
}

/* ---- calls that the loop makes later ---- */

static int calls_made, calls_armed;

static void count(void *arg)
{
    int *armed = arg;
    if (!*armed)
        cosy_testing_fail("a call came although it was taken back");
    *armed = 0;
    calls_made++;
}

static int caller(void *arg)
{
    int armed[2] = {0, 0};
    cosy_call call[2] = {{.loop = NULL}, {.loop = NULL}};
    cosy_loop *loop = cosy_here();
    int rc = COSY_OK;
    for (int i = 0; i < 2 && !rc; i++) {
        armed[i] = 1;
        rc = cosy_call_at(loop, &call[i], cosy_in(cosy_ms(i ? 9 : 1)), count, &armed[i]);
        armed[i] = !rc;
        calls_armed += !rc;
    }
    if (!rc)
        rc = cosy_sleep(cosy_ms(*(const uint32_t *)arg));
    for (int i = 0; i < 2; i++) {
        if ((cosy_call_cancel(&call[i]) == COSY_OK) != armed[i])
            cosy_testing_fail("a call was lost, or could be taken back after it was made");
        calls_armed -= armed[i];
        armed[i] = 0;
    }
    return rc;
}

static int calls(void *arg)
{
    static uint32_t ms[] = {0, 5, 12};
    const member crew[] = {{"a", caller, &ms[0]}, {"b", caller, &ms[1]}, {"c", caller, &ms[2]}};
    (void)arg;
    calls_made = calls_armed = 0;
    int rc = RUN_CREW(crew);
    return rc ? rc : cosy_sleep(cosy_ms(20));
}

static const char *all_made(void *arg)
{
    (void)arg;
    return calls_made == calls_armed ? NULL : "a call was not made, and not taken back";
}

const cosy_scenario task_scenarios[] = {
    {.name = "sleep: four lengths", .run = sleepers},
    {.name = "yield: three in turn", .run = yielders},
    {.name = "join: with and without a deadline", .run = joins},
    {.name = "join: nobody does", .run = hands_off, .allow = COSY_ALLOW_LEFT},
    {.name = "call: made or taken back", .run = calls, .verify = all_made},
    {.name = NULL},
};
