/* CPython's suite of asyncio.Lock. Its lock knows no owner: so is ours where somebody else gives it back. */
#include "conformance.h"

static cosy_lock lock;
static cosy_event go;

static void fresh(unsigned flags)
{
    cosy_lock_init(&lock, flags, "L");
    cosy_event_init(&go, "go");
    WATCH(&lock);
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

/* Takes the lock, says so, and gives it back at once. */
static int taker(void *arg)
{
    (void)arg;
    int rc = take();
    say("%s %s", me(), code_name(rc));
    if (rc == COSY_OK)
        cosy_lock_release(&lock);
    return rc;
}

/* Takes the lock, says so, and keeps it until the event is set, or until somebody else gives it back. */
static int keeper(void *arg)
{
    (void)arg;
    int rc = take();
    say("%s %s", me(), code_name(rc));
    if (rc)
        return rc;
    rc = cosy_event_wait(&go, COSY_FOREVER);
    give_back();
    return rc;
}

/* ---- the cases ---- */

static int state(void)
{
    fresh(0);
    say("%s, %d", owner(), waiters(&lock.waiters));
    TRY(take());
    run("T1", taker, NULL);
    TRY(settle_all());
    say("%s, %d", owner(), waiters(&lock.waiters));
    give_back();
    return settle_all();
}

static void acquire_here(void *arg)
{
    say("%s", code_name(cosy_lock_acquire(arg, COSY_FOREVER)));
    say("owner %s", owner());
}

/* What would wait where nobody can wait: an error, and nothing has been taken. */
static int nobody_waits(void)
{
    static cosy_call call;
    fresh(0);
    call.loop = NULL;
    TRY(cosy_call_at(cosy_here(), &call, COSY_NOW, acquire_here, &lock));
    int rc = settle_all();
    cosy_call_cancel(&call);
    return rc;
}

static int meaningless_arguments(void)
{
    cosy_semaphore s;
    cosy_barrier b;
    say("lock %s", code_name(cosy_lock_init(&lock, 1u << 31, "lock")));
    say("event %s", code_name(cosy_event_init(NULL, "event")));
    say("semaphore %s", code_name(cosy_semaphore_init(&s, 1, 0, "semaphore")));
    say("bounded %s", code_name(cosy_semaphore_init(&s, 2, 1, "bounded")));
    say("barrier %s", code_name(cosy_barrier_init(&b, 0, NULL, NULL, "barrier")));
    return 0;
}

/* Half of a wait: the begin form without a node. */
static int half_a_wait(void)
{
    cosy_semaphore s, bounded;
    cosy_semaphore_init(&s, 1, COSY_SEMAPHORE_MAX, "S");
    cosy_semaphore_init(&bounded, 1, 1, "one");
    fresh(0);
    cosy_lock_acquire_begin(&lock, NULL);
    cosy_semaphore_acquire_begin(&s, 1, NULL);
    cosy_semaphore_acquire_begin(&bounded, 1, NULL);
    say("owner %s, %d and %d free", owner(), cosy_semaphore_count(&s), cosy_semaphore_count(&bounded));
    return 0;
}

static int acquire(void)
{
    fresh(COSY_LOCK_OWNERLESS);
    TRY(take());
    cosy_task *t1 = run("T1", keeper, NULL), *t2 = run("T2", keeper, NULL);
    TRY(settle_all());
    cosy_lock_release(&lock);
    TRY(pass());
    say("-");
    TRY(pass());
    say("-");
    cosy_task *t3 = run("T3", keeper, NULL);
    TRY(settle_all());
    cosy_lock_release(&lock);
    TRY(settle_all());
    say("-");
    cosy_lock_release(&lock);
    TRY(settle_all());
    cosy_event_set(&go, NULL);
    TRY(settle_all());
    say("%s %s %s", code_name(outcome(t1)), code_name(outcome(t2)), code_name(outcome(t3)));
    return 0;
}

static int acquire_cancel(void)
{
    fresh(0);
    TRY(take());
    cosy_task *t = run("T1", taker, NULL);
    TRY(settle_all());
    say("%d", waiters(&lock.waiters));
    stop(t);
    TRY(settle_all());
    say("%d, result %s", waiters(&lock.waiters), code_name(outcome(t)));
    cosy_lock_release(&lock);
    return 0;
}

/* Holds it until the event comes, and looks at it right after giving it back. */
static int holder(void *arg)
{
    (void)arg;
    TRY(take());
    int rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_lock_release(&lock);
    say("released: owner %s", owner());
    return rc;
}

static int cancel_race(void)
{
    fresh(0);
    run("A", holder, NULL);
    cosy_task *b = run("B", taker, NULL);
    run("C", taker, NULL);
    TRY(settle_all());
    cosy_event_set(&go, NULL);
    stop(b);
    TRY(settle_all());
    say("owner %s", owner());
    return 0;
}

static void cancel_and_release(void *task)
{
    stop(task);
    cosy_lock_release(&lock);
}

static int cancel_release_race(void)
{
    static cosy_call call;
    fresh(COSY_LOCK_OWNERLESS);
    TRY(take());
    cosy_task *t1 = run("T1", keeper, NULL);
    run("T2", keeper, NULL);
    run("T3", keeper, NULL);
    TRY(settle_all());
    call.loop = NULL;
    TRY(cosy_call_at(cosy_here(), &call, COSY_NOW, cancel_and_release, t1));
    int rc = settle_all();
    cosy_call_cancel(&call);
    TRY(rc);
    say("owner %s, %d waits", owner(), waiters(&lock.waiters));
    return 0;
}

static int finished_waiter_cancelled(void)
{
    fresh(0);
    TRY(take());
    cosy_task *t1 = run("T1", taker, NULL), *t2 = run("T2", taker, NULL);
    TRY(settle_all());
    stop(t1);
    cosy_lock_release(&lock);
    say("owner %s", owner());
    TRY(settle_all());
    say("result %s", code_name(outcome(t2)));
    return 0;
}

static int release_not_acquired(void)
{
    fresh(0);
    say("%s", code_name(cosy_lock_release(&lock)));
    return 0;
}

static int release_no_waiters(void)
{
    fresh(0);
    TRY(take());
    say("owner %s", owner());
    say("%s", code_name(cosy_lock_release(&lock)));
    say("owner %s", owner());
    return 0;
}

static int block(void)
{
    fresh(0);
    if (take() == COSY_OK) {
        say("owner %s", owner());
        cosy_lock_release(&lock);
    }
    say("owner %s", owner());
    return 0;
}

static const conformance_row rows[] = {
    {"L1", "repr", state, "(no task), 0; main, 1; T1 OK"},
    {"L2", "lock", nobody_waits, "cosy_lock_acquire(L) by (no task): ENOTASK; ENOTASK; owner (no task)", .misuse = true},
    {"L3", "lock_doesnt_accept_loop_parameter", meaningless_arguments,
     "cosy_lock_init(lock) by main: EINVAL; lock EINVAL; "
     "cosy_event_init(event) by main: EINVAL; event EINVAL; "
     "cosy_semaphore_init(semaphore) by main: EINVAL; semaphore EINVAL; "
     "cosy_semaphore_init(bounded) by main: EINVAL; bounded EINVAL; "
     "cosy_barrier_init(barrier) by main: EINVAL; barrier EINVAL",
     .misuse = true},
    {"L4", "lock_by_with_statement", half_a_wait,
     "cosy_lock_acquire_begin(NULL) by main: EINVAL; cosy_semaphore_acquire_begin(NULL) by main: EINVAL; "
     "cosy_semaphore_acquire_begin(NULL) by main: EINVAL; owner (no task), 1 and 1 free",
     .misuse = true},
    {"L5", "acquire", acquire, "T1 OK; -; -; T2 OK; -; T3 OK; OK OK OK"},
    {"L6", "acquire_cancel", acquire_cancel, "1; T1 ECANCELED; 0, result ECANCELED"},
    {"L7", "cancel_race", cancel_race, "released: owner C; B ECANCELED; C OK; owner (no task)",
     .rule = "X2, contract rule 1: right after the release their locked() is False; our owner is the next task already"},
    {"L8", "cancel_release_race", cancel_release_race, "T1 ECANCELED; T2 OK; owner T2, 1 waits; T3 ECANCELED"},
    {"L9", "finished_waiter_cancelled", finished_waiter_cancelled, "owner T2; T1 ECANCELED; T2 OK; result OK"},
    {"L10", "release_not_acquired", release_not_acquired, "cosy_lock_release(L) by main: ENOTHELD; ENOTHELD",
     .misuse = true},
    {"L11", "release_no_waiters", release_no_waiters, "owner main; OK; owner (no task)"},
    {"L12", "context_manager", block, "owner main; owner (no task)"},
};

CONFORMANCE_TABLE(lock_table, "CPython Lock", rows, give_back);
