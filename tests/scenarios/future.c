/* Who gets an outcome gets the one that was set; who waits gets one. */
#include "scenarios.h"

static cosy_future future;
static int result, told;

static void fresh(void)
{
    cosy_future_init(&future, "future");
    COSY_TESTING_WATCH(&future);
    told = 0;
}

/* It sets the future whatever becomes of it: the others wait for ever. arg: it fails. */
static int producer(void *arg)
{
    cosy_future_promise(&future, NULL);
    int rc = cosy_sleep(cosy_ms(2));
    if (rc || arg)
        cosy_future_fail(&future, rc ? COSY_EBROKEN : COSY_ECLOSED);
    else
        cosy_future_set(&future, &result);
    return rc;
}

static int consumer(void *arg)
{
    void *value = NULL;
    bool waits = !cosy_future_done(&future);
    int rc = cancel_won(waits, cosy_future_wait(&future, &value, arg ? cosy_in(cosy_ms(9)) : COSY_FOREVER));
    if (!rc && value != &result)
        cosy_testing_fail("a value came that was not set");
    told += !rc;
    return rc == COSY_ECLOSED || rc == COSY_EBROKEN ? COSY_OK : rc;
}

static int late(void *arg)
{
    int rc = cosy_sleep(cosy_ms(3));
    return rc ? rc : consumer(arg);
}

static int consumers(void *arg)
{
    const member crew[] = {{"producer", producer, arg}, {"a", consumer, NULL}, {"b", consumer, "with a deadline"},
                           {"c", consumer, NULL}, {"late", late, NULL}};
    fresh();
    int rc = RUN_CREW(crew);
    return rc ? rc : cosy_sleep(cosy_ms(20));
}

const cosy_scenario future_scenarios[] = {
    {.name = "future: a value for four", .run = consumers},
    {.name = "future: a failure for four", .run = consumers, .arg = "fails"},
    {.name = NULL},
};
