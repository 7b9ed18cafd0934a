/* CPython's suite of asyncio.timeout() and timeout_at(), on scopes (cosy/scope.h).
 *
 * Theirs is an exception that a cancel is turned into. Ours is a level: while a deadline has passed, each wait in its scope
 * ends with COSY_ETIMEDOUT, and closing the scope says so once more. The scopes are static, so that a row may be left
 * anywhere; no row returns early from within one.
 */
#include "conformance.h"

static cosy_scope outer, inner;

static void fresh(void)
{
    outer = inner = (cosy_scope){0};
    WATCH(&outer);
    WATCH(&inner);
}

static void tidy(void)
{
    if (inner.task == cosy_self())
        cosy_scope_close(&inner);
    if (outer.task == cosy_self())
        cosy_scope_close(&outer);
}

static void open_in(cosy_scope *scope, int ms)
{
    cosy_scope_open(scope, cosy_in(cosy_ms((uint32_t)ms)), 0);
}

static const char *state(const cosy_scope *scope)
{
    if (cosy_scope_expired(scope))
        return scope->task ? "expired" : "expired, closed";
    if (!scope->task)
        return "closed";
    return scope->deadline == COSY_FOREVER ? "without deadline" : "active";
}

static void nap(int ms)
{
    say("%s", code_name(cosy_sleep(cosy_ms((uint32_t)ms))));
}

static void closes(cosy_scope *scope)
{
    int rc = cosy_scope_close(scope);
    say("%s: %s", scope == &outer ? "outer" : "inner", code_name(rc));
}

/* Time passes while nobody else runs: a task that computes. */
static void compute(int ms)
{
    cosy_here()->now += cosy_ms((uint32_t)ms);
}

/* ---- one scope ---- */

static int basic(void)
{
    fresh();
    open_in(&outer, 10);
    nap(1000);
    closes(&outer);
    say("%s at %d", state(&outer), at_ms());
    return 0;
}

static int at_basic(void)
{
    fresh();
    cosy_time when = cosy_in(cosy_ms(10));
    cosy_scope_open(&outer, when, 0);
    nap(1000);
    closes(&outer);
    say("%s at %d, %s", state(&outer), at_ms(), outer.deadline == when ? "kept" : "moved");
    return 0;
}

static int nested(void)
{
    fresh();
    cosy_time when = cosy_in(cosy_ms(10));
    cosy_scope_open(&outer, when, 0);
    cosy_scope_open(&inner, when, 0);
    nap(1000);
    closes(&inner);
    closes(&outer);
    return 0;
}

static int waiter_cancelled(void)
{
    fresh();
    open_in(&outer, 10);
    nap(1000);
    say("cancelled: %s", cosy_cancel_reason(NULL) ? "yes" : "no");
    closes(&outer);
    return 0;
}

static int not_called(void)
{
    fresh();
    open_in(&outer, 1000);
    nap(10);
    closes(&outer);
    say("%s, %s", state(&outer), outer.deadline > cosy_now() ? "to come" : "over");
    return 0;
}

static int without_deadline(cosy_time deadline)
{
    fresh();
    cosy_scope_open(&outer, deadline, 0);
    say("%s", state(&outer));
    nap(10);
    closes(&outer);
    return 0;
}

static int disabled(void)
{
    return without_deadline(cosy_in(COSY_FOREVER));
}

static int at_disabled(void)
{
    return without_deadline(COSY_FOREVER);
}

static int due(cosy_time ahead, int ms)
{
    fresh();
    cosy_scope_open(&outer, cosy_in(ahead), 0);
    nap(ms);
    closes(&outer);
    say("%s at %d", state(&outer), at_ms());
    return 0;
}

static int zero(void)
{
    return due(0, 10);
}

static int zero_sleep_zero(void)
{
    return due(0, 0);
}

static int in_the_past_sleep_zero(void)
{
    TRY(cosy_sleep(cosy_s(12)));
    return due(-cosy_s(11), 0);
}

/* ---- a timeout and another error ---- */

static int fails(void)
{
    return COSY_EBROKEN;
}

static int foreign_error(void)
{
    fresh();
    open_in(&outer, 10);
    say("%s", code_name(fails()));
    closes(&outer);
    say("%s", state(&outer));
    return 0;
}

/* An error, and then a timeout while cleaning up: both can be told. */
static int error_then_timeout(void)
{
    fresh();
    int rc = fails();
    open_in(&outer, 10);
    nap(1000);
    closes(&outer);
    say("%s", code_name(rc));
    return 0;
}

/* Fails while cleaning up after a timeout: this is what its caller sees. */
static int fails_after_timeout(void)
{
    int rc = cosy_sleep(cosy_s(1));
    say("%s", code_name(rc));
    return rc ? fails() : 0;
}

static int error_on_timeout(void)
{
    fresh();
    open_in(&outer, 10);
    say("%s", code_name(fails_after_timeout()));
    closes(&outer);
    return 0;
}

/* An error, a timeout while cleaning up after it, and another error after that. */
static int error_on_timeout_2(void)
{
    fresh();
    open_in(&outer, 10);
    int first = fails();
    int last = fails_after_timeout() ? COSY_ECLOSED : 0;
    say("%s, then %s", code_name(first), code_name(last));
    closes(&outer);
    return 0;
}

/* ---- a timeout and a cancel ---- */

static int in_a_scope(void *arg)
{
    (void)arg;
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_s(10)), 0);
    say("%s", code_name(cosy_sleep(cosy_s(60))));
    say("close: %s", code_name(cosy_scope_close(&scope)));
    say("still: %s", cosy_cancel_reason(NULL) ? cosy_cancel_reason(NULL) : "no");
    return COSY_ECANCELED;
}

static int foreign_cancel(void)
{
    cosy_task *t = run("T1", in_a_scope, NULL);
    TRY(settle_all());
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));
    return 0;
}

static int outer_task_is_not_cancelled(void)
{
    fresh();
    open_in(&outer, 1);
    nap(3600);
    closes(&outer);
    say("reason: %s", cosy_cancel_reason(NULL) ? cosy_cancel_reason(NULL) : "none");
    nap(1);
    return 0;
}

static int busy_past_the_outer(void)
{
    fresh();
    open_in(&outer, 2);
    open_in(&inner, 100);
    compute(10);
    nap(1000);
    closes(&inner);
    closes(&outer);
    return 0;
}

static int busy_past_both(void)
{
    fresh();
    open_in(&outer, 100);
    open_in(&inner, 10);
    compute(101);
    nap(1000);
    closes(&inner);
    nap(10000);
    closes(&outer);
    say("at %d", at_ms());
    return 0;
}

/* Its deadline is moved away, then taken away; then it is cancelled. */
static int waits_in_outer(void *arg)
{
    (void)arg;
    open_in(&outer, 10);
    int rc = cosy_sleep(cosy_s(60));
    say("%s", code_name(rc));
    closes(&outer);
    say("%s", state(&outer));
    return rc;
}

static int reschedule(void)
{
    fresh();
    cosy_task *t = run("T1", waits_in_outer, NULL);
    TRY(settle_all());
    say("%s", code_name(cosy_scope_move(&outer, cosy_in(cosy_ms(20)))));
    TRY(settle_ms(15));
    say("%s", state(&outer));
    say("%s", code_name(cosy_scope_move(&outer, COSY_FOREVER)));
    TRY(settle_ms(15));
    say("%s", state(&outer));
    stop(t);
    return settle_all();
}

static int repr_active(void)
{
    fresh();
    open_in(&outer, 10);
    say("%s", state(&outer));
    closes(&outer);
    return 0;
}

static int repr_expired(void)
{
    fresh();
    open_in(&outer, 10);
    nap(1000);
    say("%s", state(&outer));
    closes(&outer);
    say("%s", state(&outer));
    return 0;
}

static int repr_finished(void)
{
    fresh();
    open_in(&outer, 10);
    closes(&outer);
    say("%s", state(&outer));
    return 0;
}

static int repr_disabled(void)
{
    fresh();
    cosy_scope_open(&outer, COSY_FOREVER, 0);
    say("%s", state(&outer));
    closes(&outer);
    return 0;
}

/* What cleans up after a timeout is still in the scope that has expired: a shield gives it time of its own. */
static int nested_in_clean_up(void)
{
    fresh();
    open_in(&outer, 10);
    nap(1000);
    open_in(&inner, 10);
    nap(1000);
    closes(&inner);
    say("at %d", at_ms());
    cosy_scope_open(&inner, cosy_in(cosy_ms(10)), COSY_SCOPE_SHIELD);
    nap(1000);
    closes(&inner);
    say("at %d", at_ms());
    closes(&outer);
    return 0;
}

/* A cancel that has been dealt with: that of a scope, which is gone with it. */
static void cancelled_and_over(void)
{
    open_in(&outer, 1000);
    cosy_scope_cancel(&outer, "changed my mind");
    nap(1000);
    closes(&outer);
}

static int after_cancellation(void)
{
    fresh();
    cancelled_and_over();
    open_in(&outer, 1);
    nap(1000);
    closes(&outer);
    return 0;
}

static int cancelled_twice(void *arg)
{
    (void)arg;
    cancelled_and_over();
    open_in(&outer, 10);
    cosy_cancel(cosy_self(), NULL);
    nap(1000);
    closes(&outer);
    return COSY_ECANCELED;
}

static int cancel_after_cancellation(void)
{
    fresh();
    cosy_task *t = run("T1", cancelled_twice, NULL);
    TRY(settle_all());
    say("%s, %s", code_name(outcome(t)), state(&outer));
    return 0;
}

/* ---- misuse ---- */

static int already_entered(void)
{
    fresh();
    open_in(&outer, 10);
    say("%s", code_name(cosy_scope_open(&outer, COSY_FOREVER, 0)));
    say("%s", state(&outer));
    closes(&outer);
    return 0;
}

static int double_enter(void)
{
    fresh();
    open_in(&outer, 10);
    closes(&outer);
    open_in(&outer, 10);
    nap(1000);
    closes(&outer);
    return 0;
}

static void moves(void)
{
    say("%s", code_name(cosy_scope_move(&outer, cosy_in(cosy_ms(20)))));
}

static int finished(void)
{
    fresh();
    open_in(&outer, 10);
    closes(&outer);
    moves();
    return 0;
}

static int expired(void)
{
    fresh();
    open_in(&outer, 10);
    nap(1000);
    closes(&outer);
    moves();
    return 0;
}

static int expiring(void)
{
    fresh();
    open_in(&outer, 10);
    nap(1000);
    moves();
    nap(5);
    closes(&outer);
    return 0;
}

static int not_entered(void)
{
    fresh();
    moves();
    return 0;
}

static void opens(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_scope_open(&outer, COSY_FOREVER, 0)));
}

static int without_task(void)
{
    static cosy_call call;
    fresh();
    call.loop = NULL;
    TRY(cosy_call_at(cosy_here(), &call, COSY_NOW, opens, NULL));
    int rc = settle_all();
    cosy_call_cancel(&call);
    return rc;
}

/* ---- around a group ---- */

static int fails_when_cancelled(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_s(60)) ? COSY_EBROKEN : 0;
}

static int around_a_group(void)
{
    cosy_group children;
    fresh();
    open_in(&outer, 10);
    cosy_group_open(&children, "children");
    cosy_spawn_in(&children, NULL, fails_when_cancelled, NULL, NULL);
    say("join %s", code_name(cosy_group_join(&children, COSY_FOREVER)));
    say("child %s", code_name(cosy_group_error(&children)));
    closes(&outer);
    return 0;
}

#define LEVEL "contract rules 2 and 6: a passed deadline is a level, not a cancel that is turned into an exception; "

static const conformance_row rows[] = {
    {"T1", "timeout_basic", basic, "ETIMEDOUT; outer: ETIMEDOUT; expired, closed at 10"},
    {"T2", "timeout_at_basic", at_basic, "ETIMEDOUT; outer: ETIMEDOUT; expired, closed at 10, kept"},
    {"T3", "nested_timeouts", nested, "ETIMEDOUT; inner: ETIMEDOUT; outer: ETIMEDOUT",
     .rule = LEVEL "there both have expired and the outermost raises alone, here both say so when they are closed"},
    {"T4", "waiter_cancelled", waiter_cancelled, "ETIMEDOUT; cancelled: no; outer: ETIMEDOUT",
     .rule = LEVEL "there the code inside sees a cancel, here it sees what it is, a timeout"},
    {"T5", "timeout_not_called", not_called, "OK; outer: OK; closed, to come"},
    {"T6", "timeout_disabled", disabled, "without deadline; OK; outer: OK"},
    {"T7", "timeout_at_disabled", at_disabled, "without deadline; OK; outer: OK"},
    {"T8", "timeout_zero", zero, "ETIMEDOUT; outer: ETIMEDOUT; expired, closed at 0"},
    {"T9", "timeout_zero_sleep_zero", zero_sleep_zero, "ETIMEDOUT; outer: ETIMEDOUT; expired, closed at 0"},
    {"T10", "timeout_in_the_past_sleep_zero", in_the_past_sleep_zero,
     "ETIMEDOUT; outer: ETIMEDOUT; expired, closed at 12000"},
    {"T11", "foreign_exception_passed", foreign_error, "EBROKEN; outer: OK; closed"},
    {"T12", "timeout_exception_context", error_then_timeout, "ETIMEDOUT; outer: ETIMEDOUT; EBROKEN"},
    {"T13", "foreign_exception_on_timeout", error_on_timeout, "ETIMEDOUT; EBROKEN; outer: ETIMEDOUT"},
    {"T14", "foreign_exception_on_timeout_2", error_on_timeout_2,
     "ETIMEDOUT; EBROKEN, then ECLOSED; outer: ETIMEDOUT"},
    {"T15", "foreign_cancel_doesnt_timeout_if_not_expired", foreign_cancel,
     "ECANCELED; close: OK; still: cancelled; ECANCELED"},
    {"T16", "outer_task_is_not_cancelled", outer_task_is_not_cancelled,
     "ETIMEDOUT; outer: ETIMEDOUT; reason: none; OK"},
    {"T17", "nested_timeouts_concurrent", busy_past_the_outer, "ETIMEDOUT; inner: OK; outer: ETIMEDOUT"},
    {"T18", "nested_timeouts_loop_busy", busy_past_both,
     "ETIMEDOUT; inner: ETIMEDOUT; ETIMEDOUT; outer: ETIMEDOUT; at 101"},
    {"T19", "reschedule", reschedule, "OK; active; OK; without deadline; ECANCELED; outer: OK; closed"},
    {"T20", "repr_active", repr_active, "active; outer: OK"},
    {"T21", "repr_expired", repr_expired, "ETIMEDOUT; expired; outer: ETIMEDOUT; expired, closed"},
    {"T22", "repr_finished", repr_finished, "outer: OK; closed"},
    {"T23", "repr_disabled", repr_disabled, "without deadline; outer: OK"},
    {"T24", "nested_timeout_in_finally", nested_in_clean_up,
     "ETIMEDOUT; ETIMEDOUT; inner: OK; at 10; ETIMEDOUT; inner: ETIMEDOUT; at 20; outer: ETIMEDOUT",
     .rule = LEVEL "there clean-up may wait again, here it opens a shield with a deadline of its own for that"},
    {"T25", "timeout_after_cancellation", after_cancellation,
     "ECANCELED; outer: ECANCELED; ETIMEDOUT; outer: ETIMEDOUT"},
    {"T26", "cancel_in_timeout_after_cancellation", cancel_after_cancellation,
     "ECANCELED; outer: ECANCELED; ECANCELED; outer: OK; ECANCELED, closed"},
    {"T27", "timeout_already_entered", already_entered,
     "cosy_scope_open((unnamed)) by main: EBUSY; EBUSY; active; outer: OK", .misuse = true},
    {"T28", "timeout_double_enter", double_enter, "outer: OK; ETIMEDOUT; outer: ETIMEDOUT",
     .rule = "cosy/scope.h: a scope is storage; there entering it anew is an error, here it may be opened again once closed"},
    {"T29", "timeout_finished", finished, "outer: OK; EDONE"},
    {"T30", "timeout_expired", expired, "ETIMEDOUT; outer: ETIMEDOUT; EDONE"},
    {"T31", "timeout_expiring", expiring, "ETIMEDOUT; OK; OK; outer: ETIMEDOUT",
     .rule = LEVEL "there it cannot be moved any more, here the block may wait again, and closing says that it had expired"},
    {"T32", "timeout_not_entered", not_entered, "EDONE"},
    {"T33", "timeout_without_task", without_task, "cosy_scope_open((unnamed)) by (no task): ENOTASK; ENOTASK",
     .misuse = true},
    {"T34", "timeout_taskgroup", around_a_group, "join ETIMEDOUT; child EBROKEN; outer: ETIMEDOUT",
     .rule = "cosy/group.h: there the children's error comes, with the timeout behind it; here join tells its caller's own "
             "end first, and cosy_group_error() the child's"},
};

CONFORMANCE_TABLE(timeouts_table, "CPython timeouts", rows, tidy);
