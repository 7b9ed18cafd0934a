/* A watcher sees what is newer than what it has seen; values may be left out, the last one never. */
#include "scenarios.h"

enum { LAST = 4 };

static cosy_watch watched;
static int value;

static void fresh(void)
{
    value = 0;
    cosy_watch_init(&watched, &value, sizeof value, "value");
    COSY_TESTING_WATCH(&watched);
}

/* Sets and closes whatever becomes of it. */
static int setter(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    for (int i = 1; i <= LAST; i++) {
        if (!rc && i != 3)
            rc = cosy_sleep(cosy_ms(1));
        cosy_watch_set(&watched, &i);
    }
    if (!rc)
        rc = cosy_sleep(cosy_ms(1)); /* by then they wait for one that does not come */
    cosy_watch_close(&watched);
    return rc;
}

/* A watcher that two use one after the other: what the first gives back the second sees. */
typedef struct eye {
    cosy_watcher watcher;
    int seen;
} eye;

static int looker(void *arg)
{
    eye *e = arg;
    int got = 0, rc;
    while ((rc = cosy_watch_next(&e->watcher, &got, cosy_in(cosy_ms(9)))) == COSY_OK) {
        if (got <= e->seen)
            cosy_testing_fail("what was seen is not newer than what had been seen");
        e->seen = got;
        rc = cosy_yield();
        if (rc)
            return rc;
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int eyes(void *arg)
{
    eye e;
    const member first[] = {{"first", looker, &e}}, second[] = {{"second", looker, &e}};
    (void)arg;
    cosy_watch_open(&e.watcher, &watched);
    cosy_watch_get(&watched, &e.seen);
    int rc = run_crew(first, 1);
    int failed = run_crew(second, 1);
    if (cosy_watch_version(&watched) == LAST && e.seen != LAST && !cosy_watch_changed(&e.watcher))
        cosy_testing_fail("the last value is lost");
    return rc ? rc : failed;
}

static int in_turns(void *arg)
{
    const member crew[] = {{"p", eyes, NULL}, {"setter", setter, NULL}, {"q", eyes, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- a cancelled watcher has seen nothing of what came while it waited ---- */

typedef struct look {
    cosy_watcher watcher;
    int rc;
} look;

static int one_look(void *arg)
{
    look *l = arg;
    int got;
    return l->rc = cosy_watch_next(&l->watcher, &got, COSY_FOREVER);
}

static int looks(void *arg)
{
    look l = {.rc = COSY_OK};
    const member looking[] = {{"look", one_look, &l}};
    int rc = COSY_OK;
    (void)arg;
    cosy_watch_open(&l.watcher, &watched);
    while (!rc) {
        uint32_t before = cosy_watch_version(&watched);
        l.rc = COSY_OK;
        rc = run_crew(looking, 1); /* that it was cancelled alone is no failure: then it looks again */
        if (l.rc < 0 && l.rc != COSY_ECLOSED && cosy_watch_version(&watched) != before && !cosy_watch_changed(&l.watcher))
            cosy_testing_fail("who was cancelled has seen a value all the same");
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int one_at_a_time(void *arg)
{
    const member crew[] = {{"p", looks, NULL}, {"q", looks, NULL}, {"setter", setter, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

const cosy_scenario watch_scenarios[] = {
    {.name = "watch: two share a watcher", .run = in_turns},
    {.name = "watch: a look at a time", .run = one_at_a_time},
    {.name = NULL},
};
