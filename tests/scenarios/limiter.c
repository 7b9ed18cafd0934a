/* Permits know their holders: none is held twice, none is forgotten, and a new limit is kept from then on. */
#include "scenarios.h"

static cosy_limiter limiter;
static line queue;
static int inside;

static void fresh(int32_t limit)
{
    cosy_limiter_init(&limiter, limit, "limiter");
    COSY_TESTING_WATCH(&limiter);
    queue = (line){.strict = true};
    inside = 0;
}

static const char *nobody_inside(void *arg)
{
    (void)arg;
    return inside ? "somebody is inside still" : NULL;
}

static int acquire(cosy_permit *permit, cosy_time deadline)
{
    bool waits = !cosy_limiter_available(&limiter);
    unsigned number = line_up(&queue);
    int rc = cancel_won(waits, line_left(&queue, number, cosy_limiter_acquire(&limiter, permit, deadline)));
    if (cosy_permit_held(permit) != !rc || (!rc && cosy_permit_holder(permit) != cosy_self()))
        cosy_testing_fail("a permit does not know who holds it");
    if (rc && permit->limiter)
        cosy_testing_fail("a permit that was not got cannot be used again");
    if (!rc)
        inside++;
    return rc;
}

static int worker(void *arg)
{
    cosy_permit permit = COSY_PERMIT_INIT;
    uint32_t ms = *(const uint32_t *)arg;
    int rc = COSY_OK;
    for (int round = 0; round < 2 && !rc; round++) {
        rc = acquire(&permit, round ? cosy_in(cosy_ms(20)) : COSY_FOREVER);
        if (rc)
            break;
        rc = ms ? cosy_sleep(cosy_ms(ms)) : cosy_yield();
        inside--;
        cosy_limiter_release(&permit);
    }
    return rc;
}

static uint32_t none = 0, one = 1, two = 2;

static int two_at_a_time(void *arg)
{
    const member crew[] = {{"a", worker, &one}, {"b", worker, &none}, {"c", worker, &two}, {"d", worker, &none}};
    (void)arg;
    fresh(2);
    return RUN_CREW(crew);
}

/* With two permits at a time, given back in one step; and one again, after those who were served meanwhile. */
static int greedy(void *arg)
{
    cosy_permit permits[2] = {COSY_PERMIT_INIT, COSY_PERMIT_INIT};
    int held = 0, rc = COSY_OK;
    (void)arg;
    while (held < 2 && !rc) {
        rc = acquire(&permits[held], cosy_in(cosy_ms(9)));
        held += !rc;
    }
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    for (int i = 0; i < held; i++) {
        inside--;
        cosy_limiter_release(&permits[i]);
    }
    if (!rc)
        rc = acquire(&permits[0], COSY_FOREVER);
    if (cosy_permit_held(&permits[0])) {
        inside--;
        cosy_limiter_release(&permits[0]);
    }
    return rc;
}

static int given_back(void *arg)
{
    const member crew[] = {{"a", greedy, NULL}, {"b", worker, &one}, {"c", worker, &none}};
    (void)arg;
    fresh(2);
    return RUN_CREW(crew);
}

/* Down to nothing and up to three: who waits for that gets in at once, all together. It ends open, whatever happens. */
static int manager(void *arg)
{
    (void)arg;
    int rc = cosy_yield();
    cosy_limiter_resize(&limiter, 0);
    if (!rc)
        rc = cosy_sleep(cosy_ms(3));
    if (!rc && inside)
        cosy_testing_fail("somebody is inside although the limit is nothing");
    cosy_limiter_resize(&limiter, 3);
    if (limiter.waiters.head && cosy_limiter_held(&limiter) < 3)
        cosy_testing_fail("somebody waits beside a permit");
    return rc;
}

static int resized(void *arg)
{
    const member crew[] = {{"a", worker, &one}, {"b", worker, &one}, {"manager", manager, NULL}, {"c", worker, &one},
                           {"d", worker, &none}};
    (void)arg;
    fresh(1);
    return RUN_CREW(crew);
}

const cosy_scenario limiter_scenarios[] = {
    {.name = "limiter: two at a time", .run = two_at_a_time, .verify = nobody_inside},
    {.name = "limiter: two given back, one wanted again", .run = given_back, .verify = nobody_inside},
    {.name = "limiter: resized", .run = resized, .verify = nobody_inside},
    {.name = NULL},
};
