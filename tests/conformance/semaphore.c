/* CPython's suite of asyncio.Semaphore and BoundedSemaphore.
 *
 * A semaphore of nothing, to which main releases, is here one whose permits main has taken first: so that what tasks hold
 * comes back to it in the end.
 */
#include "conformance.h"

static cosy_semaphore sem;
static cosy_event go;
static int held; /* permits that main has taken and not given back */

static void give(int n)
{
    held -= n;
    cosy_semaphore_release(&sem, n);
}

static void give_back(void)
{
    if (held > 0)
        give(held);
}

static int take(int n)
{
    TRY(cosy_semaphore_acquire(&sem, n, COSY_FOREVER));
    held += n;
    return COSY_OK;
}

/* So many permits, of which main takes some. */
static int fresh(int permits, int taken)
{
    held = 0;
    cosy_semaphore_init(&sem, permits, COSY_SEMAPHORE_MAX, "S");
    cosy_event_init(&go, "go");
    WATCH(&sem);
    WATCH(&go);
    return taken ? take(taken) : COSY_OK;
}

static void show(void)
{
    say("%d free, %d wait", cosy_semaphore_count(&sem), waiters(&sem.waiters));
}

/* Takes a permit, says so, keeps it until the event is set. */
static int keeper(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s %s", me(), code_name(rc));
    if (rc)
        return rc;
    rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_semaphore_release(&sem, 1);
    return rc;
}

/* ---- the cases ---- */

static int initial_value_zero(void)
{
    TRY(fresh(1, 1));
    cosy_semaphore none;
    say("%s", code_name(cosy_semaphore_init(&none, 0, COSY_SEMAPHORE_MAX, "none")));
    say("%d free, try %s", cosy_semaphore_count(&none), code_name(cosy_semaphore_try(&none, 1)));
    return 0;
}

static int state(void)
{
    TRY(fresh(2, 0));
    show();
    TRY(take(1));
    show();
    TRY(take(1));
    show();
    run("T1", keeper, NULL);
    run("T2", keeper, NULL);
    TRY(settle_all());
    show();
    return 0;
}

static int one(void)
{
    TRY(fresh(1, 0));
    show();
    say("try %s", code_name(cosy_semaphore_try(&sem, 1)));
    cosy_semaphore_release(&sem, 1);
    return 0;
}

static int value(void)
{
    cosy_semaphore s;
    say("%s", code_name(cosy_semaphore_init(&s, -1, COSY_SEMAPHORE_MAX, "S")));
    say("%s", code_name(cosy_semaphore_init(&s, -1, 1, "bounded")));
    return 0;
}

static int acquire(void)
{
    TRY(fresh(3, 2));
    run("T1", keeper, NULL);
    run("T2", keeper, NULL);
    run("T3", keeper, NULL);
    TRY(settle_all());
    show();
    run("T4", keeper, NULL);
    give(1);
    give(1);
    TRY(settle_all());
    show();
    cosy_event_set(&go, NULL);
    TRY(settle_all());
    show();
    return 0;
}

static int acquire_cancel(void)
{
    TRY(fresh(1, 1));
    cosy_task *t = run("T1", keeper, NULL);
    TRY(settle_all());
    show();
    stop(t);
    TRY(settle_all());
    show();
    say("result %s", code_name(outcome(t)));
    return 0;
}

static int acquire_cancel_before_awoken(void)
{
    TRY(fresh(1, 1));
    cosy_task *t1 = run("T1", keeper, NULL), *t2 = run("T2", keeper, NULL);
    run("T3", keeper, NULL);
    run("T4", keeper, NULL);
    TRY(settle_all());
    stop(t1);
    stop(t2);
    give(1);
    TRY(pass());
    say("-");
    TRY(settle_all());
    show();
    return 0;
}

static int acquire_hang(void)
{
    TRY(fresh(1, 1));
    cosy_task *t1 = run("T1", keeper, NULL);
    run("T2", keeper, NULL);
    TRY(settle_all());
    stop(t1);
    give(1);
    TRY(settle_all());
    show();
    return 0;
}

/* Gives its permit back and cancels the one who was granted it. */
static int release_and_cancel(void *task)
{
    TRY(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER));
    int rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_semaphore_release(&sem, 1);
    stop(*(cosy_task **)task);
    say("cancelled");
    return rc;
}

static int acquire_no_hang(void)
{
    static cosy_task *t2;
    TRY(fresh(1, 0));
    cosy_task *t1 = run("T1", release_and_cancel, &t2);
    t2 = run("T2", keeper, NULL);
    TRY(settle_all());
    cosy_event_set(&go, NULL);
    TRY(settle_all());
    show();
    say("results %s %s", code_name(outcome(t1)), code_name(outcome(t2)));
    return 0;
}

static int release_not_acquired(void)
{
    cosy_semaphore bounded;
    cosy_semaphore_init(&bounded, 1, 1, "bounded");
    say("%s", code_name(cosy_semaphore_release(&bounded, 1)));
    return 0;
}

static int release_no_waiters(void)
{
    TRY(fresh(1, 1));
    show();
    give(1);
    show();
    return 0;
}

static int two_rounds(void *arg)
{
    (void)arg;
    int rc = COSY_OK;
    for (int i = 0; i < 2 && !rc; i++) {
        TRY(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER));
        say("%s", me());
        rc = cosy_sleep(cosy_ms(10));
        cosy_semaphore_release(&sem, 1);
    }
    return rc;
}

static int fifo_order(void)
{
    TRY(fresh(1, 0));
    run("1", two_rounds, NULL);
    run("2", two_rounds, NULL);
    run("3", two_rounds, NULL);
    return settle_ms(100);
}

/* Takes a permit and says so; the argument, if any, takes one more. */
static int taker(void *again)
{
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    if (rc)
        return rc;
    say("%s", me());
    if (again) {
        cosy_semaphore_release(&sem, 1);
        rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
        if (rc)
            return rc;
        say("%s", (const char *)again);
    }
    rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_semaphore_release(&sem, 1);
    return rc;
}

/* Two are granted at once; the first to run gives its permit back and wants one anew: not before the second has run. */
static int fifo_order_2(void)
{
    TRY(fresh(3, 2));
    run("1", taker, NULL);
    run("2", taker, (void *)"4");
    run("3", taker, NULL);
    TRY(settle_all());
    give(1);
    give(1);
    return settle_all();
}

static int fifo_order_3(void)
{
    TRY(fresh(2, 2));
    cosy_task *t1 = run("1", taker, NULL);
    run("2", taker, NULL);
    run("3", taker, NULL);
    TRY(settle_all());
    stop(t1);
    give(1);
    give(1);
    return settle_all();
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s", me());
    return 0;
}

static int first_of_four(void *arg)
{
    (void)arg;
    TRY(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER));
    say("%s", me());
    run("4", speaker, NULL);
    int rc = cosy_event_wait(&go, COSY_FOREVER);
    cosy_semaphore_release(&sem, 1);
    return rc;
}

/* Gives the permits that main has taken, and takes one itself. */
static int giver(void *arg)
{
    give_back();
    say("%d free", cosy_semaphore_count(&sem));
    return taker(arg);
}

/* T1 waits and is granted, T2 takes what it has released itself, T3 comes: none of them before T1 has run. */
static int fifo_order_4(void)
{
    TRY(fresh(3, 3));
    run("1", first_of_four, NULL);
    run("2", giver, NULL);
    run("3", taker, NULL);
    TRY(settle_all());
    show();
    return 0;
}

static const conformance_row rows[] = {
    {"S1", "initial_value_zero", initial_value_zero, "OK; 0 free, try EAGAIN"},
    {"S2", "repr", state,
     "2 free, 0 wait; 1 free, 0 wait; 0 free, 0 wait; 0 free, 2 wait; T1 ECANCELED; T2 ECANCELED"},
    {"S3", "semaphore", one, "1 free, 0 wait; try OK"},
    {"S4", "semaphore_value", value,
     "cosy_semaphore_init(S) by main: EINVAL; EINVAL; cosy_semaphore_init(bounded) by main: EINVAL; EINVAL",
     .misuse = true},
    {"S5", "acquire", acquire, "T1 OK; 0 free, 2 wait; T2 OK; T3 OK; 0 free, 1 wait; T4 OK; 3 free, 0 wait"},
    {"S6", "acquire_cancel", acquire_cancel, "0 free, 1 wait; T1 ECANCELED; 0 free, 0 wait; result ECANCELED"},
    {"S7", "acquire_cancel_before_awoken", acquire_cancel_before_awoken,
     "T1 ECANCELED; T2 ECANCELED; T3 OK; -; 0 free, 1 wait; T4 ECANCELED"},
    {"S8", "acquire_hang", acquire_hang, "T1 ECANCELED; T2 OK; 0 free, 0 wait"},
    {"S9", "acquire_no_hang", acquire_no_hang,
     "cancelled; T2 ECANCELED; 1 free, 0 wait; results OK ECANCELED"},
    {"S10", "release_not_acquired", release_not_acquired, "cosy_semaphore_release(bounded) by main: EOVER; EOVER",
     .misuse = true},
    {"S11", "release_no_waiters", release_no_waiters, "0 free, 0 wait; 1 free, 0 wait"},
    {"S12", "acquire_fifo_order", fifo_order, "1; 2; 3; 1; 2; 3"},
    {"S13", "acquire_fifo_order_2", fifo_order_2, "1; 2; 3; 4"},
    {"S14", "acquire_fifo_order_3", fifo_order_3, "2; 3"},
    {"S15", "acquire_fifo_order_4", fifo_order_4, "0 free; 1; 2; 3; 4; 0 free, 0 wait"},
};

CONFORMANCE_TABLE(semaphore_table, "CPython Semaphore", rows, give_back);
