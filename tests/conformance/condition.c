/* CPython's suite of asyncio.Condition. However a wait ends, it ends with the lock held: each task checks that.
 *
 * Who is notified stands in the lock's line here, and all of them get through it one by one; so what takes one pass
 * there takes here as many as it takes (X11).
 */
#include "conformance.h"

static cosy_lock lock;
static cosy_condition cond;
static cosy_event go;
static bool so;   /* what the predicate says */
static int items; /* what consumers wait for */

static void fresh(void)
{
    cosy_lock_init(&lock, 0, "L");
    cosy_condition_init(&cond, &lock, "C");
    cosy_event_init(&go, "go");
    so = false;
    items = 0;
    WATCH(&lock);
    WATCH(&cond);
    WATCH(&go);
}

static int take(void)
{
    return cosy_lock_acquire(&lock, COSY_FOREVER);
}

static void give_back(void)
{
    if (cosy_lock_owner(&lock) == cosy_self())
        cosy_lock_release(&lock);
}

static const char *owner(void)
{
    return cosy_task_name(cosy_lock_owner(&lock));
}

static void show(void)
{
    say("owner %s, %d wait", owner(), (int)cosy_condition_waiting(&cond));
}

/* How a wait ended, and what must not be. */
static void told(int rc)
{
    say("%s %s%s", me(), code_name(rc), cosy_lock_owner(&lock) == cosy_self() ? "" : " without the lock");
}

static int wait_here(void)
{
    int rc = cosy_condition_wait(&cond, COSY_FOREVER);
    told(rc);
    return rc;
}

/* Waits once. */
static int waiter(void *arg)
{
    (void)arg;
    TRY(take());
    int rc = wait_here();
    cosy_lock_release(&lock);
    return rc;
}

/* Waits once, and then keeps the lock until next(). */
static int keeper(void *arg)
{
    (void)arg;
    TRY(take());
    int rc = wait_here();
    if (!rc)
        rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_lock_release(&lock);
    return rc;
}

/* Has the keeper that has the lock give it back. */
static int next(void)
{
    cosy_event_set(&go, NULL);
    cosy_event_clear(&go);
    return settle_all();
}

/* Notifies n under the lock, which is free, and lets them run. */
static int tell(int n)
{
    TRY(take());
    cosy_condition_notify(&cond, n);
    cosy_lock_release(&lock);
    return settle_all();
}

static bool is_so(void *arg)
{
    (void)arg;
    return so;
}

/* ---- order ---- */

static int wait_in_order(void)
{
    fresh();
    run("T1", keeper, NULL);
    run("T2", keeper, NULL);
    run("T3", keeper, NULL);
    TRY(settle_all());
    TRY(take());
    cosy_condition_notify(&cond, 1);
    TRY(settle_all());
    show();
    cosy_lock_release(&lock);
    TRY(settle_all());
    show();
    TRY(next());
    TRY(tell(2));
    show();
    TRY(next());
    show();
    TRY(next());
    show();
    return 0;
}

static int notify(void)
{
    fresh();
    run("T1", waiter, NULL);
    run("T2", waiter, NULL);
    run("T3", waiter, NULL);
    TRY(settle_all());
    TRY(tell(1));
    say("-");
    TRY(take());
    cosy_condition_notify(&cond, 1);
    cosy_condition_notify(&cond, 2048);
    cosy_lock_release(&lock);
    return settle_all();
}

static int notify_all(void)
{
    fresh();
    run("T1", waiter, NULL);
    run("T2", waiter, NULL);
    TRY(settle_all());
    TRY(take());
    cosy_condition_notify_all(&cond);
    show();
    cosy_lock_release(&lock);
    return settle_all();
}

static int until_so(void *arg)
{
    (void)arg;
    TRY(take());
    int rc = cosy_condition_wait_for(&cond, is_so, NULL, COSY_FOREVER);
    told(rc);
    cosy_lock_release(&lock);
    return rc;
}

static int wait_for(void)
{
    fresh();
    cosy_task *t = run("T1", until_so, NULL);
    TRY(settle_all());
    TRY(tell(1));
    show();
    so = true;
    TRY(tell(1));
    say("result %s", code_name(outcome(t)));
    return 0;
}

/* ---- cancel ---- */

static int wait_cancel(void)
{
    fresh();
    cosy_task *t = run("T1", keeper, NULL);
    TRY(settle_all());
    show();
    stop(t);
    show();
    TRY(settle_all());
    say("result %s", code_name(outcome(t)));
    return 0;
}

/* Notified, and cancelled in the step in which the lock is given back: right before that, and right after it. */
static int wait_cancel_contested(void)
{
    fresh();
    for (int after = 0; after < 2; after++) {
        cosy_task *t = run(after ? "T2" : "T1", waiter, NULL);
        TRY(settle_all());
        TRY(take());
        cosy_condition_notify(&cond, 1);
        TRY(pass());
        if (!after)
            stop(t);
        cosy_lock_release(&lock);
        if (after)
            stop(t);
        TRY(settle_all());
    }
    return 0;
}

static int wait_cancel_after_notify(void)
{
    fresh();
    cosy_task *t = run("T1", waiter, NULL);
    TRY(settle_all());
    TRY(take());
    cosy_condition_notify(&cond, 1);
    TRY(pass());
    show();
    stop(t);
    TRY(pass());
    show();
    cosy_lock_release(&lock);
    TRY(settle_all());
    say("result %s", code_name(outcome(t)));
    return 0;
}

static const char foo[] = "foo";

/* Waits, and looks why it was cancelled. */
static int asks_why(void *arg)
{
    (void)arg;
    TRY(take());
    int rc = wait_here();
    say("%s", cosy_cancel_reason(NULL) == foo ? "the same reason" : "another reason");
    cosy_lock_release(&lock);
    return rc;
}

static int reason_while_waiting(void)
{
    fresh();
    cosy_task *t = run("T1", asks_why, NULL);
    TRY(settle_all());
    cosy_cancel(t, foo);
    return settle_all();
}

static int reason_in_line(void)
{
    fresh();
    cosy_task *t = run("T1", asks_why, NULL);
    TRY(settle_all());
    TRY(take());
    cosy_condition_notify(&cond, 1);
    TRY(pass());
    cosy_cancel(t, foo);
    cosy_lock_release(&lock);
    return settle_all();
}

static int consumer(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    TRY(take());
    while (!rc && !items)
        rc = wait_here();
    if (!rc)
        say("%s consumes, %d left", me(), --items);
    cosy_lock_release(&lock);
    return rc;
}

/* An item for one of two. Who was notified is cancelled in the same step, or a pass later, in the lock's line. */
static int one_of_two(bool later)
{
    fresh();
    cosy_task *t1 = run("T1", consumer, NULL);
    run("T2", consumer, NULL);
    TRY(settle_all());
    TRY(take());
    items++;
    cosy_condition_notify(&cond, 1);
    if (later)
        TRY(pass());
    else
        cosy_lock_release(&lock);
    stop(t1);
    give_back();
    return settle_all();
}

static int cancelled_wakeup(void)
{
    return one_of_two(false);
}

static int cancelled_wakeup_relock(void)
{
    return one_of_two(true);
}

/* ---- the lock ---- */

static int state(void)
{
    fresh();
    show();
    TRY(take());
    show();
    cosy_lock_release(&lock);
    run("T1", waiter, NULL);
    TRY(settle_all());
    show();
    run("T2", waiter, NULL);
    TRY(settle_all());
    show();
    return 0;
}

static int block(void)
{
    fresh();
    TRY(take());
    show();
    cosy_lock_release(&lock);
    show();
    return 0;
}

/* What the condition does shows on the lock, and the other way round. */
static int explicit_lock(void)
{
    fresh();
    TRY(take());
    say("held: notify %s", code_name(cosy_condition_notify(&cond, 1)));
    cosy_lock_release(&lock);
    say("free: notify %s", code_name(cosy_condition_notify(&cond, 1)));
    run("T1", waiter, NULL);
    TRY(settle_all());
    show();
    TRY(take());
    say("%d in line", waiters(&lock.waiters));
    cosy_condition_notify(&cond, 1);
    say("%d in line", waiters(&lock.waiters));
    cosy_lock_release(&lock);
    show();
    return settle_all();
}

static int time_is_up(void)
{
    fresh();
    TRY(take());
    int rc = cosy_condition_wait(&cond, cosy_in(cosy_ms(500)));
    say("%s at %d", code_name(rc), at_ms());
    show();
    cosy_lock_release(&lock);
    show();
    return 0;
}

/* ---- misuse ---- */

static int wait_unacquired(void)
{
    fresh();
    say("%s", code_name(cosy_condition_wait(&cond, COSY_FOREVER)));
    show();
    return 0;
}

static int wait_for_unacquired(void)
{
    fresh();
    so = true;
    say("%s", code_name(cosy_condition_wait_for(&cond, is_so, NULL, COSY_FOREVER)));
    so = false;
    say("%s", code_name(cosy_condition_wait_for(&cond, is_so, NULL, COSY_FOREVER)));
    return 0;
}

static int notify_unacquired(void)
{
    fresh();
    run("T1", waiter, NULL);
    TRY(settle_all());
    say("%s", code_name(cosy_condition_notify(&cond, 1)));
    show();
    return 0;
}

static int notify_all_unacquired(void)
{
    fresh();
    run("T1", waiter, NULL);
    TRY(settle_all());
    say("%s", code_name(cosy_condition_notify_all(&cond)));
    show();
    return 0;
}

/* ---- two loops in one thread ---- */

static cosy_loop *loops[2];

/* Starts a task in one of them, and lets it come to its wait. */
static int run_in(int loop, cosy_fn fn, const char *name)
{
    cosy_spawn_options options = {.name = name};
    TRY(cosy_loop_spawn(loops[loop], NULL, fn, NULL, &options));
    return cosy_loop_run_once(loops[loop]);
}

/* Takes the lock, says so, and keeps it until the event is set. */
static int holder(void *arg)
{
    (void)arg;
    int rc = take();
    say("%s %s", me(), code_name(rc));
    if (rc)
        return rc;
    rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_lock_release(&lock);
    return rc;
}

static int open_both(void)
{
    static const cosy_options simulated = {.virtual_time = true};
    fresh();
    TRY(cosy_loop_open(&loops[0], &simulated));
    return cosy_loop_open(&loops[1], &simulated);
}

/* Cancels what is left in them. */
static int close_both(void)
{
    TRY(cosy_loop_close(loops[1]));
    return cosy_loop_close(loops[0]);
}

static const char *wrong(const char *sentence)
{
    return sentence ? sentence : "nothing is wrong";
}

/* Two that are not of one loop wait for the condition, and two for its lock. */
static int ambiguous_loops(void)
{
    TRY(open_both());
    TRY(run_in(0, waiter, "T1"));
    say("%s", wrong(cosy_condition_check(&cond)));
    TRY(run_in(1, waiter, "T2"));
    say("%s", wrong(cosy_condition_check(&cond)));
    TRY(close_both());
    TRY(open_both());
    TRY(run_in(0, holder, "T3"));
    TRY(run_in(0, holder, "T4"));
    say("%s", wrong(cosy_lock_check(&lock)));
    TRY(run_in(1, holder, "T5"));
    say("%s", wrong(cosy_lock_check(&lock)));
    return close_both();
}

static const conformance_row rows[] = {
    {"C1", "wait", wait_in_order,
     "owner main, 2 wait; T1 OK; owner T1, 2 wait; T2 OK; owner T2, 0 wait; T3 OK; owner T3, 0 wait; "
     "owner (no task), 0 wait"},
    {"C2", "wait_cancel", wait_cancel,
     "owner (no task), 1 wait; owner T1, 0 wait; T1 ECANCELED; result ECANCELED"},
    {"C3", "wait_cancel_contested", wait_cancel_contested, "T1 ECANCELED; T2 ECANCELED"},
    {"C4", "wait_cancel_after_notify", wait_cancel_after_notify,
     "owner main, 0 wait; owner main, 0 wait; T1 ECANCELED; result ECANCELED"},
    {"C5", "wait_unacquired", wait_unacquired,
     "cosy_condition_wait(C) by main: ENOTHELD; ENOTHELD; owner (no task), 0 wait", .misuse = true},
    {"C6", "wait_for", wait_for, "owner (no task), 1 wait; T1 OK; result OK"},
    {"C7", "wait_for_unacquired", wait_for_unacquired,
     "OK; cosy_condition_wait_for(C) by main: ENOTHELD; ENOTHELD", .misuse = true},
    {"C8", "notify", notify, "T1 OK; -; T2 OK; T3 OK"},
    {"C9", "notify_all", notify_all, "owner main, 0 wait; T1 OK; T2 OK"},
    {"C10", "notify_unacquired", notify_unacquired,
     "cosy_condition_notify(C) by main: ENOTHELD; ENOTHELD; owner (no task), 1 wait; T1 ECANCELED", .misuse = true},
    {"C11", "notify_all_unacquired", notify_all_unacquired,
     "cosy_condition_notify_all(C) by main: ENOTHELD; ENOTHELD; owner (no task), 1 wait; T1 ECANCELED",
     .misuse = true},
    {"C12", "repr", state,
     "owner (no task), 0 wait; owner main, 0 wait; owner (no task), 1 wait; owner (no task), 2 wait; T1 ECANCELED; "
     "T2 ECANCELED"},
    {"C13", "context_manager", block, "owner main, 0 wait; owner (no task), 0 wait"},
    {"C14", "explicit_lock", explicit_lock,
     "held: notify OK; cosy_condition_notify(C) by main: ENOTHELD; free: notify ENOTHELD; owner (no task), 1 wait; "
     "0 in line; 1 in line; owner T1, 0 wait; T1 OK",
     .misuse = true},
    {"C15", "ambiguous_loops", ambiguous_loops,
     "nothing is wrong; tasks of two loops wait in one list; T2 ECANCELED; T1 ECANCELED; "
     "T3 OK; nothing is wrong; tasks of two loops wait in one list; T5 ECANCELED; T4 ECANCELED",
     .rule = "cosy/loop.h: an object does not know its loop; there contention between two loops is an error, here its "
             "check says so, and with COSY_VALIDATE its next call",
     .outside = true},
    {"C16", "timeout_in_block", time_is_up, "ETIMEDOUT at 500; owner main, 0 wait; owner (no task), 0 wait"},
    {"C17", "cancelled_error_wakeup", reason_while_waiting, "T1 ECANCELED; the same reason"},
    {"C18", "cancelled_error_re_aquire", reason_in_line, "T1 ECANCELED; the same reason"},
    {"C19", "cancelled_wakeup", cancelled_wakeup, "T1 ECANCELED; T2 OK; T2 consumes, 0 left"},
    {"C20", "cancelled_wakeup_relock", cancelled_wakeup_relock, "T1 ECANCELED; T2 OK; T2 consumes, 0 left"},
};

CONFORMANCE_TABLE(condition_table, "CPython Condition", rows, give_back);
