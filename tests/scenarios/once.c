/* It is done once, by whoever does not fail; and nobody who came to see it done goes on before it is. */
#include "scenarios.h"

static cosy_once once;
static int attempts, successes, believers, at_it;

static void fresh(void)
{
    cosy_once_init(&once, "once");
    COSY_TESTING_WATCH(&once);
    attempts = successes = believers = at_it = 0;
}

static const char *once_only(void *arg)
{
    (void)arg;
    if (successes > 1)
        return "it was done twice";
    return believers && !successes ? "somebody believes that it was done" : NULL;
}

/* The first attempts fail, as many as arg says. */
static int attempt(void *arg)
{
    if (at_it++)
        cosy_testing_fail("two are at it");
    attempts++;
    int rc = cosy_sleep(cosy_ms(1));
    at_it--;
    if (!rc && attempts <= *(const int *)arg)
        rc = COSY_EOVER;
    successes += !rc;
    return rc;
}

static int runner(void *arg)
{
    int rc = cosy_once_run(&once, attempt, arg, COSY_FOREVER);
    believers += !rc;
    return rc == COSY_EOVER ? COSY_OK : rc;
}

static int never = 0, once_more = 1;

static int runs(void *arg)
{
    const member crew[] = {{"a", runner, arg}, {"b", runner, arg}, {"c", runner, arg}, {"d", runner, arg}};
    fresh();
    return RUN_CREW(crew);
}

/* ---- with deadlines in the line, and the turn in their own hands ---- */

static int hurried(void *arg)
{
    int rc = cosy_once_enter(&once, cosy_in(cosy_ms(*(const uint32_t *)arg)));
    if (rc == COSY_ONCE_TURN) {
        rc = attempt(&once_more);
        cosy_once_leave(&once, rc);
    }
    believers += !rc;
    return rc == COSY_EOVER || rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int hurries(void *arg)
{
    static uint32_t ms[] = {9, 9, 1, 9};
    const member crew[] = {{"a", hurried, &ms[0]}, {"b", hurried, &ms[1]}, {"c", hurried, &ms[2]}, {"d", hurried, &ms[3]}};
    (void)arg;
    fresh();
    int rc = RUN_CREW(crew);
    return rc ? rc : cosy_sleep(cosy_ms(20));
}

const cosy_scenario once_scenarios[] = {
    {.name = "once: done by the first", .run = runs, .arg = &never, .verify = once_only},
    {.name = "once: the first one fails", .run = runs, .arg = &once_more, .verify = once_only},
    {.name = "once: with deadlines", .run = hurries, .verify = once_only},
    {.name = NULL},
};
