/* CPython's suite of asyncio.wait_for(). Three calls of ours do what it does:
 *
 * - cosy_all() of one function: a task of its own, cancelled and waited for when the deadline passes;
 * - cosy_join() with a deadline: the task goes on, as behind their shield();
 * - a scope around a plain call, which needs no task at all.
 */
#include "conformance.h"

static cosy_work work;

static int wait_for(cosy_fn fn, cosy_time deadline)
{
    work = (cosy_work){.fn = fn, .name = "inner", .result = 77};
    return cosy_all(&work, 1, deadline);
}

static cosy_time in_ms(int ms)
{
    return cosy_in(cosy_ms((uint32_t)ms));
}

static void tell(int rc)
{
    say("%s, inner %s at %d", code_name(rc), code_name(work.result), at_ms());
}

/* Waits where a cancel does not reach. */
static int shielded_sleep(int ms)
{
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    int rc = cosy_sleep(cosy_ms((uint32_t)ms));
    cosy_scope_close(&shield);
    return rc;
}

/* ---- functions to wait for ---- */

static int returns_5(void *arg)
{
    (void)arg;
    return 5;
}

static int soon_5(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(10));
    return rc ? rc : 5;
}

static int long_sleep(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(3600));
    say("slept: %s", code_name(rc));
    return rc;
}

/* Does not heed its cancel for 200 ms. */
static int takes_its_time(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(3600));
    shielded_sleep(200);
    say("ends at %d", at_ms());
    return rc;
}

static int heedless(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(3600));
    return 42;
}

static int fails_in_clean_up(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_s(3600)) ? COSY_EBROKEN : 0;
}

/* ---- the cases ---- */

static int waits_long(void *arg)
{
    (void)arg;
    int rc = wait_for(takes_its_time, COSY_FOREVER);
    tell(rc);
    return rc;
}

static int cancelled(void)
{
    cosy_task *t = run("T1", waits_long, NULL);
    TRY(settle_all());
    stop(t);
    TRY(settle_ms(300));
    say("%s", code_name(outcome(t)));
    return 0;
}

static int timeout(void)
{
    tell(wait_for(takes_its_time, in_ms(100)));
    return 0;
}

static int zero_done(void)
{
    cosy_task *t1 = run("T1", returns_5, NULL), *t2 = run("T2", returns_5, NULL);
    TRY(settle_ms(10));
    int r1 = 0, r2 = 0;
    TRY(cosy_join(t1, &r1, cosy_in(0)));
    TRY(cosy_join(t2, &r2, cosy_in(-cosy_s(1))));
    say("%d %d", r1, r2);
    return 0;
}

/* Cancelled before it ran: it runs, and fails where it would wait. */
static int zero_not_started(void)
{
    tell(wait_for(long_sleep, cosy_in(0)));
    tell(wait_for(long_sleep, cosy_in(-cosy_s(1))));
    return 0;
}

static int zero_running(void)
{
    int deadlines[] = {0, -1};
    for (int i = 0; i < 2; i++) {
        int result = 0;
        cosy_task *t = run("T1", takes_its_time, NULL);
        TRY(settle_all());
        int rc = cosy_join(t, &result, cosy_in(deadlines[i] * cosy_s(1)));
        say("%s", code_name(rc));
        stop(t);
        TRY(cosy_join(t, &result, COSY_FOREVER));
        say("%s", code_name(result));
    }
    return 0;
}

static int in_vain(void)
{
    tell(wait_for(long_sleep, in_ms(100)));
    return 0;
}

static int blocking(void)
{
    tell(wait_for(soon_5, COSY_FOREVER));
    return 0;
}

static int in_time(void)
{
    tell(wait_for(soon_5, in_ms(20)));
    return 0;
}

static int heedless_task(void)
{
    tell(wait_for(heedless, in_ms(10)));
    return 0;
}

static int slow_clean_up(void)
{
    tell(wait_for(takes_its_time, in_ms(10)));
    return 0;
}

static int slow_clean_up_at_once(void)
{
    tell(wait_for(takes_its_time, cosy_in(0)));
    return 0;
}

static int error_in_clean_up(void)
{
    tell(wait_for(fails_in_clean_up, in_ms(10)));
    return 0;
}

static int waits_for_long_sleep(void *deadline)
{
    int rc = wait_for(long_sleep, *(cosy_time *)deadline);
    tell(rc);
    return rc;
}

static int cancel_waiting(cosy_time deadline)
{
    static cosy_time until;
    until = deadline;
    cosy_task *t = run("T1", waits_for_long_sleep, &until);
    TRY(settle_all());
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));
    return 0;
}

static int cancel_blocking(void)
{
    return cancel_waiting(COSY_FOREVER);
}

static int cancel_bounded(void)
{
    return cancel_waiting(cosy_s(60));
}

/* The plain form: what the function returns is there, and that its time was over is told by the scope. */
static int heedless_call(void)
{
    cosy_scope scope;
    cosy_scope_open(&scope, in_ms(10), 0);
    say("%d", heedless(NULL));
    say("%s", code_name(cosy_scope_close(&scope)));
    return 0;
}

static cosy_event done;

static int waits_for_done(void *arg)
{
    (void)arg;
    int rc = cosy_event_wait(&done, COSY_FOREVER);
    return rc ? rc : 1;
}

static int joins(void *task)
{
    int result = 0;
    int rc = cosy_join(task, &result, cosy_in(cosy_s(1)));
    say("join %s, %d", code_name(rc), result);
    rc = cosy_sleep(0);
    say("then %s", code_name(rc));
    return rc;
}

/* The inner task ends, and its joiner is cancelled before it runs. */
static int done_and_cancelled(void)
{
    cosy_event_init(&done, "done");
    WATCH(&done);
    cosy_task *inner = run("inner", waits_for_done, NULL);
    TRY(settle_all());
    cosy_task *t = run("T1", joins, inner);
    TRY(settle_all());
    cosy_event_set(&done, NULL);
    TRY(pass());
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));
    return 0;
}

/* A join leaves the task alone. */
static int join_until(cosy_time deadline)
{
    int result = 0;
    cosy_task *t = run("inner", soon_5, NULL);
    TRY(settle_all());
    int rc = cosy_join(t, &result, deadline);
    say("%s, %d", code_name(rc), result);
    if (rc == COSY_OK)
        return rc;
    TRY(settle_ms(20));
    say("%d", outcome(t));
    return 0;
}

static int shield_zero(void)
{
    return join_until(cosy_in(0));
}

static int shield_none(void)
{
    return join_until(COSY_FOREVER);
}

static int shield_timeout(void)
{
    return join_until(in_ms(5));
}

#define OWN "cosy/group.h: a join tells its caller's own end first, and what a child made of its cancel is in its result; "

static const conformance_row rows[] = {
    {"W1", "wait_for_cancelled", cancelled, "ends at 200; ECANCELED, inner ECANCELED at 200; ECANCELED"},
    {"W2", "wait_for_timeout", timeout, "ends at 300; ETIMEDOUT, inner ECANCELED at 300"},
    {"W3", "wait_for_timeout_less_then_0_or_0_future_done", zero_done, "5 5"},
    {"W4", "wait_for_timeout_less_then_0_or_0_coroutine_do_not_started", zero_not_started,
     "slept: ECANCELED; ETIMEDOUT, inner ECANCELED at 0; slept: ECANCELED; ETIMEDOUT, inner ECANCELED at 0",
     .rule = "contract rule 6: a task that is cancelled before it has started runs, and fails at its first wait, so that it "
             "can put away what it was given; there its body never runs"},
    {"W5", "wait_for_timeout_less_then_0_or_0", zero_running,
     "ETIMEDOUT; ends at 200; ECANCELED; ETIMEDOUT; ends at 400; ECANCELED"},
    {"W6", "wait_for", in_vain, "slept: ECANCELED; ETIMEDOUT, inner ECANCELED at 100"},
    {"W7", "wait_for_blocking", blocking, "OK, inner 5 at 10"},
    {"W8", "wait_for_race_condition", in_time, "OK, inner 5 at 10"},
    {"W9", "wait_for_cancellation_race_condition", heedless_task, "ETIMEDOUT, inner 42 at 10", .rule = OWN "there its value is returned"},
    {"W10", "wait_for_waits_for_task_cancellation", slow_clean_up, "ends at 210; ETIMEDOUT, inner ECANCELED at 210"},
    {"W11", "wait_for_waits_for_task_cancellation_w_timeout_0", slow_clean_up_at_once,
     "ends at 200; ETIMEDOUT, inner ECANCELED at 200"},
    {"W12", "wait_for_reraises_exception_during_cancellation", error_in_clean_up, "ETIMEDOUT, inner EBROKEN at 10",
     .rule = OWN "there its error is raised instead of the timeout"},
    {"W13", "cancel_blocking_wait_for", cancel_blocking,
     "slept: ECANCELED; ECANCELED, inner ECANCELED at 0; ECANCELED"},
    {"W14", "cancel_wait_for", cancel_bounded, "slept: ECANCELED; ECANCELED, inner ECANCELED at 0; ECANCELED"},
    {"W15", "wait_for_cancel_suppressed", heedless_call, "42; ETIMEDOUT"},
    {"W16", "wait_for_issue86296", done_and_cancelled, "join OK, 1; then ECANCELED; ECANCELED",
     .rule = "contract rule 2: a join that has its result stands, and the cancel comes at the next wait; there it comes at "
             "once, and the result stays in the inner task"},
    {"W17", "wait_for_shield_zero", shield_zero, "ETIMEDOUT, 0; 5"},
    {"W18", "wait_for_shield_none", shield_none, "OK, 5"},
    {"W19", "wait_for_shield_timeout", shield_timeout, "ETIMEDOUT, 0; 5"},
};

CONFORMANCE_TABLE(wait_for_table, "CPython wait_for", rows, NULL);
