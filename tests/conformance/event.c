/* CPython's suite of asyncio.Event. */
#include "conformance.h"

static cosy_event event;

static void fresh(void)
{
    cosy_event_init(&event, "E");
    WATCH(&event);
}

static const char *flag(void)
{
    return cosy_event_is_set(&event) ? "set" : "unset";
}

static int waiter(void *arg)
{
    (void)arg;
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    say("%s %s", me(), code_name(rc));
    return rc;
}

/* ---- the cases ---- */

static int state(void)
{
    fresh();
    say("%s", flag());
    cosy_event_set(&event, NULL);
    say("%s", flag());
    cosy_event_clear(&event);
    run("T1", waiter, NULL);
    TRY(settle_all());
    say("%s, %d waits", flag(), waiters(&event.waiters));
    return 0;
}

/* T3 is ready before the set and need not wait: neither does the set run anybody, nor does it suspend T3. */
static int wait_(void)
{
    fresh();
    cosy_task *t1 = run("T1", waiter, NULL), *t2 = run("T2", waiter, NULL);
    TRY(settle_all());
    say("-");
    cosy_task *t3 = run("T3", waiter, NULL);
    cosy_event_set(&event, NULL);
    say("set");
    TRY(pass());
    say("%s %s %s", code_name(outcome(t1)), code_name(outcome(t2)), code_name(outcome(t3)));
    return 0;
}

static int wait_on_set(void)
{
    fresh();
    cosy_event_set(&event, NULL);
    say("%s", code_name(cosy_event_wait(&event, COSY_FOREVER)));
    return 0;
}

static int wait_cancel(void)
{
    fresh();
    cosy_task *t = run("T1", waiter, NULL);
    TRY(settle_all());
    say("%d", waiters(&event.waiters));
    stop(t);
    TRY(settle_all());
    say("%d, result %s", waiters(&event.waiters), code_name(outcome(t)));
    return 0;
}

static int clear(void)
{
    fresh();
    say("%s", flag());
    cosy_event_set(&event, NULL);
    say("%s", flag());
    cosy_event_clear(&event);
    say("%s", flag());
    return 0;
}

static int clear_with_waiters(void)
{
    fresh();
    cosy_task *t = run("T1", waiter, NULL);
    TRY(settle_all());
    cosy_event_set(&event, NULL);
    cosy_event_clear(&event);
    say("%s", flag());
    cosy_event_set(&event, NULL);
    cosy_event_set(&event, NULL);
    TRY(settle_all());
    say("%s, %d wait, result %s", flag(), waiters(&event.waiters), code_name(outcome(t)));
    return 0;
}

static const conformance_row rows[] = {
    {"E1", "repr", state, "unset; set; unset, 1 waits; T1 ECANCELED"},
    {"E2", "wait", wait_, "-; set; T3 OK; T1 OK; T2 OK; OK OK OK"},
    {"E3", "wait_on_set", wait_on_set, "OK"},
    {"E4", "wait_cancel", wait_cancel, "1; T1 ECANCELED; 0, result ECANCELED"},
    {"E5", "clear", clear, "unset; set; unset"},
    {"E6", "clear_with_waiters", clear_with_waiters, "unset; T1 OK; set, 0 wait, result OK"},
};

CONFORMANCE_TABLE(event_table, "CPython Event", rows, NULL);
