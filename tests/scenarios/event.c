/* An event wakes all who wait, and only then; nobody keeps waiting after it was set. */
#include "scenarios.h"

static cosy_event event, reply;
static int sets, woken, given_up;

static void fresh(void)
{
    cosy_event_init(&event, "event");
    cosy_event_init(&reply, "reply");
    COSY_TESTING_WATCH(&event);
    COSY_TESTING_WATCH(&reply);
    sets = woken = given_up = 0;
}

static void set(void)
{
    sets++;
    cosy_event_set(&event, &sets);
}

static int wait(cosy_time deadline)
{
    int before = sets;
    bool up = cosy_event_is_set(&event);
    int rc = cancel_won(!up, cosy_event_wait(&event, deadline));
    if (rc) {
        given_up++;
        return rc;
    }
    woken++;
    if (!up && sets == before)
        cosy_testing_fail("woken by nobody");
    return rc;
}

/* ---- one set for all ---- */

static int waiter(void *arg)
{
    int rc = cosy_yield();
    return rc ? rc : wait(arg ? cosy_in(cosy_ms(*(const uint32_t *)arg)) : COSY_FOREVER);
}

/* Sets whatever becomes of it: the others rely on that. The clear in the same step does not hold them back. */
static int setter(void *arg)
{
    int rc = cosy_sleep(cosy_ms(5));
    if (rc)
        clean_up(1); /* they shall wait by then */
    set();
    if (arg)
        cosy_event_clear(&event);
    return rc;
}

/* Who comes after the set passes; who comes after the clear waits in vain. */
static int late(void *arg)
{
    int rc = cosy_sleep(cosy_ms(7));
    if (rc)
        return rc;
    rc = wait(arg ? cosy_in(cosy_ms(1)) : COSY_FOREVER);
    if (arg && !rc)
        cosy_testing_fail("a flag that was lowered let somebody pass");
    return arg && rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static const char *all_told(void *arg)
{
    int asked = *(const int *)arg;
    return sets > 1 ? "it was set too often" : woken + given_up > asked ? "more were woken than waited" : NULL;
}

static int three = 3, four = 4, five = 5;

static int for_all(void *arg)
{
    const member crew[] = {{"a", waiter, NULL}, {"b", waiter, NULL}, {"c", waiter, NULL}, {"setter", setter, NULL},
                           {"d", waiter, NULL}, {"late", late, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

static int set_and_clear(void *arg)
{
    static const uint32_t ms[] = {3, 9};
    const member crew[] = {{"a", waiter, NULL}, {"b", waiter, (void *)&ms[1]}, {"c", waiter, NULL},
                           {"setter", setter, "clears"}, {"late", late, "in vain"}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- some with deadlines: then waking walks the list; a is late in any run ---- */

static int some_late(void *arg)
{
    static const uint32_t ms[] = {3, 9};
    const member crew[] = {{"a", waiter, (void *)&ms[0]}, {"b", waiter, (void *)&ms[1]}, {"c", waiter, NULL},
                           {"setter", setter, NULL}};
    (void)arg;
    fresh();
    int rc = RUN_CREW(crew);
    if (rc == COSY_ETIMEDOUT)
        rc = COSY_OK; /* a's */
    return rc ? rc : cosy_sleep(cosy_ms(20)); /* a timer that was forgotten would fire */
}

/* ---- there and back: three askers, one that answers until nobody can ask any more ---- */

static int asker(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    for (int round = 0; round < 2 && !rc; round++) {
        set();
        rc = cosy_event_wait(&reply, cosy_in(cosy_ms(10)));
    }
    return rc;
}

static int answerer(void *arg)
{
    (void)arg;
    int rc;
    while ((rc = cosy_event_wait(&event, cosy_in(cosy_ms(5)))) == COSY_OK) {
        cosy_event_clear(&event);
        cosy_event_set(&reply, NULL);
        cosy_event_clear(&reply);
    }
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int there_and_back(void *arg)
{
    const member crew[] = {{"answerer", answerer, NULL}, {"a", asker, NULL}, {"b", asker, NULL}, {"c", asker, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

const cosy_scenario event_scenarios[] = {
    {.name = "event: one set for five", .run = for_all, .arg = &five, .verify = all_told},
    {.name = "event: set and cleared in one step", .run = set_and_clear, .arg = &four, .verify = all_told},
    {.name = "event: waiters with deadlines", .run = some_late, .arg = &three, .verify = all_told},
    {.name = "event: there and back", .run = there_and_back},
    {.name = NULL},
};
