/* What a scope bounds ends with it and not later; what it shields is not disturbed; nothing of it is left afterwards. */
#include "scenarios.h"

static cosy_lock lock;
static cosy_semaphore permits;
static int held;

static void fresh(void)
{
    cosy_lock_init(&lock, 0, "lock");
    cosy_semaphore_init(&permits, 1, 1, "permits");
    COSY_TESTING_WATCH(&lock);
    COSY_TESTING_WATCH(&permits);
    held = 0;
}

static const char *not_held(void *arg)
{
    (void)arg;
    return held ? "something is held still" : NULL;
}

/* ---- a block with a deadline: two waits share it; outside of it nothing is left ---- */

static int bounded(void *arg)
{
    uint32_t ms = *(const uint32_t *)arg;
    cosy_time end = cosy_in(cosy_ms(ms));
    cosy_scope scope;
    int rc = cosy_scope_open(&scope, end, 0);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&scope);
    rc = cosy_lock_acquire(&lock, cosy_in(cosy_ms(50)));
    if (!rc) {
        held++;
        rc = cosy_sleep(cosy_ms(3));
        held--;
        cosy_lock_release(&lock);
    }
    if (cosy_now() > end)
        cosy_testing_fail("a wait went on beyond the deadline of its scope");
    int closed = cosy_scope_close(&scope);
    cosy_testing_unwatch(&scope);
    if (closed == COSY_ETIMEDOUT && cosy_now() < end)
        cosy_testing_fail("a scope has expired before its deadline");
    if (closed == COSY_ETIMEDOUT)
        rc = cosy_sleep(cosy_ms(1)); /* the deadline is over and done with */
    return rc;
}

static int bounded_blocks(void *arg)
{
    static uint32_t ms[] = {10, 4, 5, 7};
    const member crew[] = {{"a", bounded, &ms[0]}, {"b", bounded, &ms[1]}, {"c", bounded, &ms[2]}, {"d", bounded, &ms[3]}};
    (void)arg;
    fresh();
    int rc = RUN_CREW(crew);
    return rc ? rc : cosy_sleep(cosy_ms(60)); /* timers that were forgotten would fire */
}

/* ---- a shield: what was begun is finished, cancelled or not ---- */

static int careful(void *arg)
{
    cosy_scope shield;
    int begun = 0, done = 0;
    int rc = cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
    if (rc)
        return rc;
    held++;
    begun++;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    for (int i = 0; i < 2; i++)
        done += (arg ? cosy_sleep(cosy_ms(1)) : cosy_yield()) == COSY_OK;
    cosy_scope_close(&shield);
    if (done != 2 * begun)
        cosy_testing_fail("a shielded wait was disturbed");
    held--;
    cosy_semaphore_release(&permits, 1);
    return cosy_yield();
}

static int shielded(void *arg)
{
    const member crew[] = {{"a", careful, NULL}, {"b", careful, "sleeps"}, {"c", careful, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- a scope that another task cancels, moves and shields ---- */

static cosy_scope *target;
static int outside;

static int worker(void *arg)
{
    cosy_scope scope;
    int rc = cosy_scope_open(&scope, COSY_FOREVER, 0);
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&scope);
    target = &scope;
    rc = cosy_sleep(cosy_ms(20));
    if (!rc)
        rc = cosy_sleep(cosy_ms(20));
    target = NULL;
    int closed = cosy_scope_close(&scope);
    cosy_testing_unwatch(&scope);
    if (rc && closed) { /* the scope's end is not the task's */
        outside++;
        if (cosy_now() > cosy_ms(30))
            cosy_testing_fail("the scope was ended too late");
        rc = cosy_sleep(cosy_ms(1));
    }
    (void)arg;
    return rc;
}

static int meddler(void *arg)
{
    const int *what = arg;
    int rc = cosy_sleep(cosy_ms((uint32_t)*what));
    if (!target)
        return rc;
    if (*what == 1)
        cosy_scope_move(target, cosy_ms(6));
    else if (*what == 2)
        cosy_scope_shield(target, true);
    else if (*what == 3)
        cosy_scope_move(target, cosy_ms(30));
    else if (*what == 4)
        cosy_scope_shield(target, false);
    else
        cosy_scope_cancel(target, NULL);
    return rc;
}

static int meddled(void *arg)
{
    static int steps[] = {1, 2, 3, 4, 25};
    const member crew[] = {{"worker", worker, NULL}, {"1", meddler, &steps[0]}, {"2", meddler, &steps[1]},
                           {"3", meddler, &steps[2]}, {"4", meddler, &steps[3]}, {"25", meddler, &steps[4]}};
    (void)arg;
    target = NULL;
    outside = 0;
    return RUN_CREW(crew);
}

/* ---- scopes in scopes: the earlier deadline counts, and the outer one is told as the outer one's ---- */

static int layered(void *arg)
{
    cosy_scope outer, within;
    uint32_t ms = *(const uint32_t *)arg;
    cosy_time begin = cosy_now();
    int rc = cosy_scope_open(&outer, begin + cosy_ms(4), 0);
    if (rc)
        return rc;
    cosy_scope_open(&within, begin + cosy_ms(ms), 0);
    rc = cosy_sleep(cosy_ms(10));
    if (!rc || cosy_now() > begin + cosy_ms(ms < 4 ? ms : 4))
        cosy_testing_fail("the earlier deadline did not count");
    bool expired = cosy_now() == begin + cosy_ms(ms < 4 ? ms : 4) && rc == COSY_ETIMEDOUT;
    int closed = cosy_scope_close(&within);
    if (expired && closed != (ms < 4 ? COSY_ETIMEDOUT : COSY_OK))
        cosy_testing_fail("the inner scope does not say what became of it");
    if (expired && ms < 4)
        rc = cosy_sleep(cosy_ms(1)); /* the outer one has time left */
    closed = cosy_scope_close(&outer);
    if (expired && ms > 4 && closed != COSY_ETIMEDOUT)
        cosy_testing_fail("the outer scope does not say what became of it");
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int layers(void *arg)
{
    static uint32_t ms[] = {2, 8, 3};
    const member crew[] = {{"a", layered, &ms[0]}, {"b", layered, &ms[1]}, {"c", layered, &ms[2]}};
    (void)arg;
    return RUN_CREW(crew);
}

const cosy_scenario scope_scenarios[] = {
    {.name = "scope: blocks with deadlines", .run = bounded_blocks, .verify = not_held},
    {.name = "scope: shields", .run = shielded, .verify = not_held},
    {.name = "scope: moved, shielded, cancelled by others", .run = meddled},
    {.name = "scope: one in another", .run = layers},
    {.name = NULL},
};
