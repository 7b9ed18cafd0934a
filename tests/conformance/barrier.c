/* CPython's suite of asyncio.Barrier. Five parties unless a case says otherwise. */
#include "conformance.h"

static cosy_barrier barrier, other;

static void fresh(uint32_t parties)
{
    cosy_barrier_init(&barrier, parties, NULL, NULL, "B");
    cosy_barrier_init(&other, parties, NULL, NULL, "other");
    WATCH(&barrier);
    WATCH(&other);
}

static int meet(void)
{
    return cosy_barrier_wait(&barrier, COSY_FOREVER);
}

static const char *index_name(int rc)
{
    return rc ? code_name(rc) : "0";
}

static int waiting(void)
{
    return (int)cosy_barrier_waiting(&barrier);
}

static const char *state(void)
{
    return cosy_barrier_broken(&barrier) ? "broken" : "whole";
}

static const char *const names[] = {"1", "2", "3", "4", "5"};

/* Starts n tasks, "1" and so on. */
static void run_many(int n, cosy_fn fn, void *arg)
{
    for (int i = 0; i < n; i++)
        run(names[i], fn, arg);
}

/* Meets once, says who and how. */
static int once(void *arg)
{
    (void)arg;
    int rc = meet();
    say("%s:%s", me(), index_name(rc));
    return rc;
}

static int twice(void *arg)
{
    (void)arg;
    for (int round = 1; round <= 2; round++) {
        int rc = meet();
        if (rc < 0)
            return rc;
        say("%s:%d in %d", me(), rc, round);
    }
    return 0;
}

/* ---- filling ---- */

static void wait_here(void *arg)
{
    (void)arg;
    say("%s", index_name(meet()));
    say("%d", waiting());
}

static int nobody_waits(void)
{
    static cosy_call call;
    fresh(5);
    say("%d, %s", waiting(), state());
    call.loop = NULL;
    TRY(cosy_call_at(cosy_here(), &call, COSY_NOW, wait_here, NULL));
    int rc = settle_all();
    cosy_call_cancel(&call);
    return rc;
}

static int tells(void *arg)
{
    (void)arg;
    int rc = meet();
    if (rc >= 0)
        say("%d %s", waiting(), state());
    return rc;
}

static int states(void)
{
    fresh(5);
    say("%d %s", waiting(), state());
    run_many(2, tells, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    run_many(3, tells, NULL);
    TRY(settle_all());
    cosy_barrier_reset(&barrier);
    say("reset %d %s", waiting(), state());
    cosy_barrier_abort(&barrier);
    say("abort %d %s", waiting(), state());
    return 0;
}

static int no_parties(void)
{
    cosy_barrier b;
    say("%s", code_name(cosy_barrier_init(&b, 0, NULL, NULL, "none")));
    say("%s", code_name(cosy_barrier_init(&b, (uint32_t)-4, NULL, NULL, "-4")));
    return 0;
}

static int block(void)
{
    fresh(3);
    run_many(3, once, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

static int one_task(void)
{
    fresh(1);
    say("%s", index_name(meet()));
    say("%d %s", waiting(), state());
    return 0;
}

static int one_task_twice(void)
{
    fresh(1);
    say("%s", index_name(meet()));
    say("%s", index_name(meet()));
    say("%d %s", waiting(), state());
    return 0;
}

static int task_by_task(void)
{
    fresh(3);
    run("1", once, NULL);
    TRY(settle_all());
    say("%d", waiting());
    run("2", once, NULL);
    TRY(settle_all());
    say("%d", waiting());
    run("3", once, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

static int wait_twice(void)
{
    fresh(5);
    run_many(5, twice, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

static int seen[2]; /* the indices of each round, as bits; 1 << 30: one came twice */

static int collector(void *arg)
{
    (void)arg;
    for (int round = 0; round < 2; round++) {
        int rc = meet();
        if (rc < 0)
            return rc;
        seen[round] |= seen[round] & 1 << rc ? 1 << 30 : 1 << rc;
    }
    return 0;
}

static int check_return_value(void)
{
    fresh(5);
    seen[0] = seen[1] = 0;
    run_many(5, collector, NULL);
    TRY(settle_all());
    say("%x %x, %d %s", (unsigned)seen[0], (unsigned)seen[1], waiting(), state());
    return 0;
}

/* ---- leaving ---- */

static int draining(void)
{
    fresh(5);
    run_many(5, tells, NULL);
    return settle_all();
}

static int order; /* of leaving, in the round under way */

/* The first two to leave wait again at once, the others meet at another barrier before they do. */
static int meets_elsewhere(void *arg)
{
    (void)arg;
    TRY(meet());
    if (++order > 2) {
        say("%s elsewhere", me());
        TRY(cosy_barrier_wait(&other, COSY_FOREVER));
    }
    int rc = meet();
    say("%s:%s", me(), index_name(rc));
    return rc;
}

static int blocking_while_draining(void)
{
    fresh(5);
    cosy_barrier_init(&other, 3, NULL, NULL, "other");
    order = 0;
    run_many(5, meets_elsewhere, NULL);
    TRY(settle_all());
    say("%d and %d %s", waiting(), (int)cosy_barrier_waiting(&other), state());
    return 0;
}

static int cancel_one(void)
{
    fresh(3);
    cosy_task *t1 = run("1", once, NULL);
    run("2", once, NULL);
    TRY(settle_all());
    say("%d", waiting());
    stop(t1);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    run("3", once, NULL);
    run("4", once, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

/* ---- reset ---- */

static int reset_empty(void)
{
    fresh(1);
    cosy_barrier_reset(&barrier);
    say("%d %s", waiting(), state());
    say("%s", index_name(meet()));
    return 0;
}

static int reset_while_waiting(void)
{
    fresh(5);
    run_many(4, once, NULL);
    TRY(settle_all());
    say("%d", waiting());
    cosy_barrier_reset(&barrier);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    run_many(5, once, NULL);
    return settle_all();
}

/* What a task does that leaves the barrier: the first `again` wait again, the one numbered `ends` ends the generation. */
static struct plan {
    int again, ends;
    int (*end)(cosy_barrier *b);
} plan;

static int follows_plan(void *arg)
{
    (void)arg;
    int rc = meet();
    say("%s:%s", me(), index_name(rc));
    if (rc < 0)
        return rc;
    int left = ++order;
    if (left <= plan.again) {
        rc = meet();
        say("%s again:%s", me(), index_name(rc));
    } else if (left == plan.ends) {
        plan.end(&barrier);
        say("%s ends it", me());
    }
    return rc;
}

static int end_half_drained(int again, int ends, int (*end)(cosy_barrier *))
{
    fresh(5);
    order = 0;
    plan = (struct plan){.again = again, .ends = ends, .end = end};
    run_many(5, follows_plan, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

static int reset_half_drained(void)
{
    return end_half_drained(0, 3, cosy_barrier_reset);
}

static int reset_half_drained_half_waiting(void)
{
    return end_half_drained(2, 3, cosy_barrier_reset);
}

/* Broken or not, it waits once more. */
static int waits_again(void *arg)
{
    (void)arg;
    int rc = meet();
    say("%s:%s", me(), index_name(rc));
    if (rc == COSY_EBROKEN)
        return once(arg);
    return rc;
}

static int waiting_and_waiting_again(void)
{
    fresh(5);
    run_many(4, waits_again, NULL);
    TRY(settle_all());
    cosy_barrier_reset(&barrier);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    run("5", once, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

/* All leave and wait again, but the last, which resets and then waits again too; twice more they all meet. */
static int reset_by_the_last(void *arg)
{
    (void)arg;
    TRY(meet());
    if (++order == 5) {
        say("%d reset", waiting());
        cosy_barrier_reset(&barrier);
    } else {
        int rc = meet();
        say("%s:%s", me(), index_name(rc));
        if (rc != COSY_EBROKEN)
            return rc;
    }
    return twice(arg);
}

static int reset_while_draining(void)
{
    fresh(5);
    order = 0;
    run_many(5, reset_by_the_last, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

/* ---- abort ---- */

static int abort_(void)
{
    fresh(5);
    run_many(4, once, NULL);
    TRY(settle_all());
    cosy_barrier_abort(&barrier);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    say("%s", index_name(meet()));
    return 0;
}

static int abort_half_drained_half_waiting(void)
{
    return end_half_drained(2, 3, cosy_barrier_abort);
}

/* The third to leave fails, and breaks the barrier for the others, which meet again. */
static int fails(void *arg)
{
    (void)arg;
    TRY(meet());
    if (++order == 3) {
        say("%s fails", me());
        cosy_barrier_abort(&barrier);
        return 0;
    }
    return once(arg);
}

static int abort_when_exception(void)
{
    fresh(5);
    order = 0;
    run_many(5, fails, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

/* The same; then all meet at another barrier, one of them resets, they meet there again, and the barrier works. */
static int mends(void *arg)
{
    int rc = fails(arg);
    if (rc && rc != COSY_EBROKEN)
        return rc;
    rc = cosy_barrier_wait(&other, COSY_FOREVER);
    if (rc < 0)
        return rc;
    if (rc == 2) {
        say("%s resets", me());
        cosy_barrier_reset(&barrier);
    }
    TRY(cosy_barrier_wait(&other, COSY_FOREVER));
    return once(arg);
}

static int abort_then_reset(void)
{
    fresh(5);
    order = 0;
    run_many(5, mends, NULL);
    TRY(settle_all());
    say("%d %s", waiting(), state());
    return 0;
}

#define FINAL "X5, contract rule 10: a tripped generation is final; "
#define NEXT "X6: a tripped barrier fills its next generation at once, there is no draining or resetting state; "

static const conformance_row rows[] = {
    {"B1", "barrier", nobody_waits, "0, whole; cosy_barrier_wait(B) by (no task): ENOTASK; ENOTASK; 0", .misuse = true},
    {"B2", "repr", states,
     "0 whole; 2 whole; 0 whole; 0 whole; 0 whole; 0 whole; 0 whole; reset 0 whole; abort 0 broken",
     .rule = NEXT "ours shows how many wait, and whether it is broken"},
    {"B3", "barrier_parties", no_parties,
     "cosy_barrier_init(none) by main: EINVAL; EINVAL; cosy_barrier_init(-4) by main: EINVAL; EINVAL", .misuse = true},
    {"B4", "context_manager", block,
     "3:0; 1:1; 2:2; 0 whole"},
    {"B5", "filling_one_task", one_task, "0; 0 whole"},
    {"B6", "filling_one_task_twice", one_task_twice, "0; 0; 0 whole"},
    {"B7", "filling_task_by_task", task_by_task,
     "1; 2; 3:0; 1:1; 2:2; 0 whole"},
    {"B8", "filling_tasks_wait_twice", wait_twice,
     "5:0 in 1; 1:1 in 1; 2:2 in 1; 3:3 in 1; 4:4 in 1; 4:0 in 2; 5:1 in 2; 1:2 in 2; 2:3 in 2; 3:4 in 2; 0 whole"},
    {"B9", "filling_tasks_check_return_value", check_return_value, "1f 1f, 0 whole"},
    {"B10", "draining_state", draining, "0 whole; 0 whole; 0 whole; 0 whole; 0 whole",
     .rule = NEXT "who leaves sees the next one, empty"},
    {"B11", "blocking_tasks_while_draining", blocking_while_draining,
     "2 elsewhere; 3 elsewhere; 4 elsewhere; 3:0; 5:1; 1:2; 4:3; 2:4; 0 and 0 whole"},
    {"B12", "filling_tasks_cancel_one", cancel_one,
     "2; 1:ECANCELED; 1 whole; 4:0; 2:1; 3:2; 0 whole"},
    {"B13", "reset_barrier", reset_empty, "0 whole; 0"},
    {"B14", "reset_barrier_while_tasks_waiting", reset_while_waiting,
     "4; 1:EBROKEN; 2:EBROKEN; 3:EBROKEN; 4:EBROKEN; 0 whole; 5:0; 1:1; 2:2; 3:3; 4:4"},
    {"B15", "reset_barrier_when_tasks_half_draining", reset_half_drained,
     "5:0; 1:1; 2:2; 2 ends it; 3:3; 4:4; 0 whole",
     .rule = FINAL "there the two that have not resumed are told Broken, here all five pass"},
    {"B16", "reset_barrier_when_tasks_half_draining_half_blocking", reset_half_drained_half_waiting,
     "5:0; 1:1; 2:2; 2 ends it; 3:3; 4:4; 5 again:EBROKEN; 1 again:EBROKEN; 0 whole",
     .rule = FINAL "there those waiting again are spared, here they are the filling generation, and Broken; the five pass"},
    {"B17", "reset_barrier_while_tasks_waiting_and_waiting_again", waiting_and_waiting_again,
     "1:EBROKEN; 2:EBROKEN; 3:EBROKEN; 4:EBROKEN; 4 whole; 5:0; 1:1; 2:2; 3:3; 4:4; 0 whole"},
    {"B18", "reset_barrier_while_tasks_draining", reset_while_draining,
     "4 reset; 5:EBROKEN; 1:EBROKEN; 2:EBROKEN; 3:EBROKEN; 3:0 in 1; 4:1 in 1; 5:2 in 1; 1:3 in 1; 2:4 in 1; "
     "2:0 in 2; 3:1 in 2; 4:2 in 2; 5:3 in 2; 1:4 in 2; 0 whole",
     .rule = FINAL "there those waiting again are spared, here they are the filling generation, and Broken"},
    {"B19", "abort_barrier", abort_,
     "1:EBROKEN; 2:EBROKEN; 3:EBROKEN; 4:EBROKEN; 0 broken; EBROKEN"},
    {"B20", "abort_barrier_when_tasks_half_draining_half_blocking", abort_half_drained_half_waiting,
     "5:0; 1:1; 2:2; 2 ends it; 3:3; 4:4; 5 again:EBROKEN; 1 again:EBROKEN; 0 broken",
     .rule = FINAL "there all who have not left are told Broken, here only those waiting again"},
    {"B21", "abort_barrier_when_exception", abort_when_exception,
     "2 fails; 3:EBROKEN; 4:EBROKEN; 5:EBROKEN; 1:EBROKEN; 0 broken"},
    {"B22", "abort_barrier_when_exception_then_resetting", abort_then_reset,
     "2 fails; 3:EBROKEN; 4:EBROKEN; 5:EBROKEN; 1:EBROKEN; 3 resets; 4:0; 5:1; 1:2; 2:3; 3:4; 0 whole"},
};

CONFORMANCE_TABLE(barrier_table, "CPython Barrier", rows, NULL);
