/* As for the queue: no item is lost or comes twice, and the order is that of the puts. Putting never waits. */
#include "scenarios.h"

#include <string.h>

enum { ITEMS = 9 };

typedef struct job {
    cosy_link link;
    int number, put, got;
} job;

static job jobs[ITEMS];
static cosy_chain chain, back;
static int next_job, last_got;

static void fresh(void)
{
    cosy_chain_init(&chain, "chain");
    cosy_chain_init(&back, "back");
    COSY_TESTING_WATCH(&chain);
    COSY_TESTING_WATCH(&back);
    memset(jobs, 0, sizeof jobs);
    next_job = 0;
    last_got = -1;
}

static void put(void)
{
    job *j = &jobs[next_job];
    j->number = next_job++;
    j->put += !cosy_chain_put(&chain, &j->link);
}

/* The number of the job, or why there is none. */
static int get(cosy_chain *from, cosy_time deadline)
{
    cosy_link *link = NULL;
    int rc = cosy_chain_get(from, &link, deadline);
    if (rc)
        return rc;
    job *j = COSY_CONTAINER(link, job, link);
    j->got++;
    return j->number;
}

static const char *accounted(void *arg)
{
    cosy_link *link;
    (void)arg;
    for (int i = 0; i < 2; i++)
        while ((link = cosy_chain_try_get(i ? &back : &chain)))
            COSY_CONTAINER(link, job, link)->got++;
    for (int i = 0; i < ITEMS; i++)
        if (jobs[i].got != jobs[i].put)
            return jobs[i].got < jobs[i].put ? "a job is lost" : "a job came twice";
    return NULL;
}

/* ---- in order ---- */

static int producer(void *arg)
{
    int rc = COSY_OK;
    while (next_job < ITEMS && !rc) {
        put();
        if (next_job % 2)
            rc = next_job % 3 ? cosy_yield() : cosy_sleep(cosy_ms(1));
    }
    cosy_chain_close(&chain);
    (void)arg;
    return rc;
}

static int getter(void *arg)
{
    int rc;
    (void)arg;
    while ((rc = get(&chain, cosy_in(cosy_ms(20)))) >= 0) {
        if (rc != last_got + 1)
            cosy_testing_fail("the jobs come in another order than they were put");
        last_got = rc;
    }
    return rc == COSY_ECLOSED || rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int getters(void *arg)
{
    static const member first[] = {{"first", getter, NULL}}, second[] = {{"second", getter, NULL}};
    (void)arg;
    int rc = run_crew(first, 1);
    return rc ? rc : run_crew(second, 1);
}

static int order(void *arg)
{
    const member crew[] = {{"getters", getters, NULL}, {"producer", producer, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- three wait for two ---- */

static int single_getter(void *arg)
{
    (void)arg;
    int rc = get(&chain, cosy_in(cosy_ms(5)));
    if (rc >= 0 && rc < last_got)
        cosy_testing_fail("who came later got what was put earlier");
    if (rc >= 0)
        last_got = rc;
    if (rc == COSY_ETIMEDOUT && cosy_chain_count(&chain))
        cosy_testing_fail("a job was there for somebody who waited in vain");
    return rc >= 0 || rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int burst(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    put();
    put();
    return rc;
}

static int few(void *arg)
{
    const member crew[] = {{"a", single_getter, NULL}, {"b", single_getter, NULL}, {"c", single_getter, NULL},
                           {"burst", burst, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- workers that give each job back; the boss closes when all are back or it has waited long enough ---- */

static int worker(void *arg)
{
    cosy_link *link;
    int rc;
    while ((rc = cosy_chain_get(&chain, &link, COSY_FOREVER)) == COSY_OK) {
        rc = arg ? cosy_sleep(cosy_ms(1)) : cosy_yield();
        cosy_chain_put(&back, link); /* fault or not: it is in our hands */
        if (rc)
            return rc;
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int boss(void *arg)
{
    int rc = COSY_OK;
    for (int i = 0; i < 5; i++)
        put();
    for (int i = 0; i < 5 && rc >= 0; i++)
        rc = get(&back, cosy_in(cosy_ms(10)));
    cosy_chain_close(&chain);
    (void)arg;
    return rc < 0 ? rc : COSY_OK;
}

static int there_and_back(void *arg)
{
    const member crew[] = {{"a", worker, NULL}, {"b", worker, "sleeps"}, {"boss", boss, NULL}, {"c", worker, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

const cosy_scenario chain_scenarios[] = {
    {.name = "chain: order", .run = order, .verify = accounted},
    {.name = "chain: two jobs for three", .run = few, .verify = accounted},
    {.name = "chain: there and back", .run = there_and_back, .verify = accounted},
    {.name = NULL},
};
