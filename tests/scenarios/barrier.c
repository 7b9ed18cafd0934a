/* A generation trips with all of its parties or not at all, and gives each its own index. */
#include "scenarios.h"

static cosy_barrier barrier;
static uint32_t trips, passed, indices;

static int on_trip(void *arg)
{
    (void)arg;
    trips++;
    return 0;
}

static void fresh(uint32_t parties)
{
    cosy_barrier_init(&barrier, parties, on_trip, NULL, "barrier");
    COSY_TESTING_WATCH(&barrier);
    trips = passed = indices = 0;
}

static const char *all_or_none(void *arg)
{
    uint32_t parties = *(const uint32_t *)arg;
    return passed == trips * parties ? NULL : "a generation has tripped without all of its parties";
}

static int wait(cosy_time deadline)
{
    int rc = cosy_barrier_wait(&barrier, deadline);
    if (rc >= 0)
        passed++;
    return rc;
}

static uint32_t two = 2, three = 3;

/* ---- each round all; who cannot come to the next one breaks the barrier for all ---- */

static int runner(void *arg)
{
    const uint32_t *pause = arg;
    int rc = COSY_OK;
    for (int round = 0; round < 3 && rc >= 0; round++) {
        rc = pause ? cosy_sleep(cosy_ms(*pause)) : cosy_yield();
        if (!rc)
            rc = wait(COSY_FOREVER);
    }
    if (rc < 0)
        cosy_barrier_abort(&barrier);
    return rc < 0 ? rc : COSY_OK;
}

static int rounds(void *arg)
{
    static uint32_t ms[] = {1, 2};
    const member crew[] = {{"a", runner, NULL}, {"b", runner, &ms[0]}, {"c", runner, &ms[1]}};
    (void)arg;
    fresh(3);
    int rc = RUN_CREW(crew);
    if (rc < 0) /* one may not have been started: then nobody of the others has broken it, who were cancelled as well */
        cosy_barrier_abort(&barrier);
    return rc;
}

/* ---- three come once each, and two make a pair: in any run one of them waits in vain ---- */

static int passer_by(void *arg)
{
    int rc = cosy_sleep(cosy_ms(*(const uint32_t *)arg));
    if (!rc)
        rc = wait(cosy_in(cosy_ms(5)));
    return rc >= 0 || rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int pairs(void *arg)
{
    static uint32_t ms[] = {1, 2, 3, 9, 10};
    const member crew[] = {{"a", passer_by, &ms[0]}, {"b", passer_by, &ms[1]}, {"c", passer_by, &ms[2]},
                           {"d", passer_by, &ms[3]}, {"e", passer_by, &ms[4]}};
    (void)arg;
    fresh(2);
    return RUN_CREW(crew);
}

/* ---- four for three places: the indices of the one generation are 0, 1, 2, whoever leaves in between ---- */

static int contender(void *arg)
{
    (void)arg;
    int rc = wait(cosy_in(cosy_ms(5)));
    if (rc < 0)
        return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
    if (indices & (1u << rc))
        cosy_testing_fail("two parties have the same index");
    indices |= 1u << rc;
    return COSY_OK;
}

static const char *numbered(void *arg)
{
    if (passed && indices != 7)
        return "the indices are not 0, 1, 2";
    return all_or_none(arg);
}

static int places(void *arg)
{
    const member crew[] = {{"a", contender, NULL}, {"b", contender, NULL}, {"c", contender, NULL}, {"d", contender, NULL}};
    (void)arg;
    fresh(3);
    return RUN_CREW(crew);
}

/* ---- somebody resets while two wait; they come again, with one that does not wait ---- */

static int stubborn(void *arg)
{
    (void)arg;
    int rc = wait(COSY_FOREVER);
    if (rc == COSY_EBROKEN)
        rc = wait(cosy_in(cosy_ms(10)));
    return rc < 0 ? rc : COSY_OK;
}

static int resetter(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    cosy_barrier_reset(&barrier); /* fault or not: they wait for ever */
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    if (!rc && cosy_barrier_waiting(&barrier) == 2 && !(rc = cosy_barrier_trigger(&barrier)))
        passed++;
    return rc;
}

static int reset(void *arg)
{
    const member crew[] = {{"a", stubborn, NULL}, {"b", stubborn, NULL}, {"resetter", resetter, NULL}};
    (void)arg;
    fresh(3);
    return RUN_CREW(crew);
}

const cosy_scenario barrier_scenarios[] = {
    {.name = "barrier: three rounds", .run = rounds, .arg = &three, .verify = all_or_none},
    {.name = "barrier: pairs, with deadlines", .run = pairs, .arg = &two, .verify = all_or_none},
    {.name = "barrier: four for three places", .run = places, .arg = &three, .verify = numbered},
    {.name = "barrier: reset and trigger", .run = reset, .arg = &three, .verify = all_or_none},
    {.name = NULL},
};
