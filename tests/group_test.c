/* Task groups: contract rule 6 (a group cancels and joins its children, by its policy), 2 (nothing that was given is lost),
 * 3 (deadline), 4 (fairness), 7 (misuse).
 *
 * The invariants of the group are checked after each step; a row whose trace holds BROKEN has found one that is not kept. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static cosy_group group;
static cosy_scope body;

static void sound(void)
{
    const char *wrong = cosy_group_check(&group);
    if (!wrong)
        wrong = cosy_scope_check(&body);
    if (wrong)
        say("BROKEN: %s", wrong);
}

static void put(cosy_fn fn, void *arg, const char *name)
{
    int rc = cosy_spawn_in(&group, NULL, fn, arg, &(cosy_spawn_options){.name = name});
    if (rc)
        say("%s: %s", name, code_name(rc));
    sound();
}

/* A child with a handle. */
static cosy_task *keep(cosy_fn fn, void *arg, const char *name)
{
    cosy_task *task = NULL;
    int rc = cosy_spawn_in(&group, &task, fn, arg, &(cosy_spawn_options){.name = name});
    if (rc)
        say("%s: %s", name, code_name(rc));
    sound();
    return task;
}

/* Whatever the storage of a closed group held before must not matter. */
static void poison(void)
{
    memset(&group, 0xa5, sizeof group);
    group.loop = NULL;
}

static void open_group(unsigned policy, cosy_scope *scope)
{
    poison();
    int rc = cosy_group_open_with(&group, "g", policy, scope);
    if (rc)
        say("open %s", code_name(rc));
    sound();
}

static int sleeper(void *ms)
{
    int rc = cosy_sleep(cosy_ms(*(uint32_t *)ms));
    sound();
    say("%s %s at %d", ME, code_name(rc), at_ms());
    return rc;
}

static uint32_t ms_1 = 1, ms_5 = 5, ms_10 = 10;

static int fails(void *result)
{
    cosy_sleep(cosy_ms(2));
    say("%s fails", ME);
    return *(int *)result;
}

static int minus_70 = -70, minus_90 = -90, plus_3 = 3;

static int slow_to_stop(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(9));
    say("%s: %s", ME, cosy_cancel_reason(NULL));
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_sleep(cosy_ms(3));
    cosy_scope_close(&shield);
    say("%s done at %d", ME, at_ms());
    return COSY_ECANCELED;
}

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
}

static void join_group(cosy_time deadline)
{
    int rc = cosy_group_join(&group, deadline);
    sound();
    say("%s at %d", code_name(rc), at_ms());
}

static int waits_for_all(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(sleeper, &ms_10, "a");
    put(sleeper, &ms_1, "b");
    put(sleeper, &ms_5, "c");
    put(fails, &plus_3, "d"); /* a positive result is no failure */
    join_group(COSY_FOREVER);
    cosy_group_open(&group, "again");
    join_group(COSY_NOW); /* no children: completes at once */
    return 0;
}

static int first_error(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(fails, &minus_70, "a");
    put(fails, &minus_90, "b");
    put(sleeper, &ms_5, "c");
    join_group(COSY_FOREVER);
    return 0;
}

static int deadline(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(slow_to_stop, NULL, "a");
    put(sleeper, &ms_1, "b");
    put(sleeper, &ms_10, "c");
    join_group(cosy_ms(5));
    return 0;
}

static int block_deadline(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(slow_to_stop, NULL, "a");
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_ms(5), 0);
    join_group(COSY_FOREVER);
    say("still in force %s", code_name(cosy_sleep(1)));
    cosy_scope_close(&scope);
    return 0;
}

static int parent(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(slow_to_stop, NULL, "a");
    put(slow_to_stop, NULL, "b");
    join_group(COSY_FOREVER);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int parent_cancelled(void *arg)
{
    (void)arg;
    cosy_task *p = start(parent, NULL, "p");
    cosy_sleep(cosy_ms(1));
    cosy_cancel(p, "shutdown");
    return join(p);
}

static int cancelled(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(sleeper, &ms_10, "a");
    put(sleeper, &ms_10, "b");
    settle(1);
    cosy_group_cancel(&group, "enough");
    cosy_group_cancel(&group, "again");
    put(sleeper, &ms_10, "c");
    join_group(COSY_FOREVER); /* children that were cancelled are no failure of a cancelled group */
    cosy_group_open(&group, "empty");
    say("%s", code_name(cosy_group_cancel(&group, NULL)));
    join_group(COSY_FOREVER);
    return 0;
}

static int adds_another(void *arg)
{
    (void)arg;
    put(sleeper, &ms_10, "late");
    return 0;
}

static int late_children(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(adds_another, NULL, "a");
    join_group(COSY_FOREVER);
    return 0;
}

static int cancels_its_group(void *arg)
{
    (void)arg;
    cosy_group_cancel(&group, NULL);
    say("%s", code_name(cosy_sleep(1)));
    return COSY_ECANCELED;
}

static int from_inside(void *arg)
{
    (void)arg;
    cosy_group_open(&group, "g");
    put(sleeper, &ms_10, "a");
    put(cancels_its_group, NULL, "b");
    join_group(COSY_FOREVER);
    return 0;
}

/* Groups are closed in any order; a child that somebody joins by its handle counts all the same. */
static int several(void *arg)
{
    (void)arg;
    cosy_group g[3];
    cosy_task *t;
    for (int i = 0; i < 3; i++)
        cosy_group_open(&g[i], "g");
    cosy_spawn_in(&g[1], &t, sleeper, &ms_5, &(cosy_spawn_options){.name = "t"});
    say("%s", code_name(cosy_group_join(&g[1], COSY_FOREVER)));
    say("%s", code_name(join(t)));
    say("%s", code_name(cosy_group_join(&g[2], COSY_FOREVER)));
    say("%s", code_name(cosy_group_join(&g[0], COSY_FOREVER)));
    return 0;
}

static int joins_own(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_group_join(&group, COSY_FOREVER)));
    return 0;
}

static int joins_too(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_group_join(&group, COSY_FOREVER)));
    return 0;
}

static int misuse(void *arg)
{
    (void)arg;
    cosy_group zero = {.live = 0};
    say("%s", code_name(cosy_group_open(NULL, "g")));
    say("%s", code_name(cosy_group_cancel(NULL, "g")));
    say("%s", code_name(cosy_group_join(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_group_join(&zero, COSY_FOREVER)));
    cosy_group_open(&group, "g");
    put(joins_own, NULL, "a");
    put(sleeper, &ms_1, "b");
    cosy_task *c = start(joins_too, NULL, "c");
    join_group(COSY_FOREVER);
    join(c);
    return 0;
}

/* A group that was joined is closed: it is not joined twice, which would tear others out of the loop's list. */
static int joined_twice(void *arg)
{
    (void)arg;
    cosy_group other;
    cosy_group_open(&group, "g");
    join_group(COSY_FOREVER);
    cosy_group_open(&other, "other");
    say("%s", code_name(cosy_group_join(&group, COSY_FOREVER)));
    say("%s", code_name(cosy_group_join(&other, COSY_FOREVER)));
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    cosy_group zero = {.live = 0};
    say("%s", code_name(cosy_group_open(&group, "g")));
    say("%s", code_name(cosy_group_join(&zero, COSY_FOREVER)));
    return 0;
}

static int empty_groups(void *stop)
{
    int n = 0;
    cosy_group g;
    while (!*(bool *)stop && n < 100000) {
        cosy_group_open(&g, "g");
        cosy_group_join(&g, COSY_FOREVER);
        n++;
    }
    return n;
}

static int fair(void *arg)
{
    (void)arg;
    static bool stop;
    stop = false;
    cosy_task *a = start(empty_groups, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

/* ---- policies ---- */

static void say_why(const char *who)
{
    const char *reason = cosy_cancel_reason(NULL), *source = cosy_cancel_source(NULL);
    say("%s: %s by %s", who, reason ? reason : "nothing", source ? source : "nobody");
}

static int obeys(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(9));
    sound();
    say_why(ME);
    return rc;
}

/* Answers its cancel with an error of its own. */
static int answers(void *result)
{
    int rc = cosy_sleep(cosy_ms(9));
    say("%s %s", ME, code_name(rc));
    return rc ? *(int *)result : COSY_OK;
}

static int succeeds(void *result)
{
    cosy_sleep(cosy_ms(5));
    say("%s succeeds", ME);
    return *(int *)result;
}

static int zero;

static int fail_fast(void *scope)
{
    open_group(COSY_GROUP_FAIL_FAST, scope);
    put(obeys, NULL, "a");
    put(fails, &minus_70, "b");
    int rc = cosy_sleep(cosy_ms(4));
    sound();
    say("body %s at %d", code_name(rc), at_ms());
    say_why("body");
    put(obeys, NULL, "late");
    join_group(COSY_FOREVER);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int fail_fast_in_join(void *scope)
{
    open_group(COSY_GROUP_FAIL_FAST, scope);
    put(obeys, NULL, "a");
    put(fails, &minus_70, "b");
    join_group(COSY_FOREVER);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int nobody_fails(void *scope)
{
    open_group(COSY_GROUP_FAIL_FAST, scope);
    put(sleeper, &ms_1, "a");
    put(sleeper, &ms_5, "b");
    say("body %s", code_name(cosy_sleep(cosy_ms(2))));
    join_group(COSY_FOREVER);
    say("body was %s", cosy_scope_cancelled(&body) ? "cancelled" : "left alone");
    return 0;
}

/* The first failure is told; what the others make of their cancel is not. */
static int fails_and_others_answer(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, NULL);
    put(answers, &minus_90, "a");
    put(fails, &minus_70, "b");
    put(answers, &minus_90, "c");
    join_group(COSY_FOREVER);
    say("%s, %u left", code_name(cosy_group_error(&group)), (unsigned)cosy_group_live(&group));
    return 0;
}

/* A failure in a cancelled group is one, also by default. */
static int fails_when_cancelled(void *policy)
{
    open_group(policy ? COSY_GROUP_FAIL_FAST : 0, NULL);
    put(sleeper, &ms_10, "a");
    put(answers, &minus_90, "b");
    settle(1);
    cosy_group_cancel(&group, NULL);
    sound();
    join_group(COSY_FOREVER);
    return 0;
}

static int cancelled_by_hand(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, &body);
    cosy_task *a = keep(obeys, NULL, "a");
    put(sleeper, &ms_5, "b");
    settle(1);
    cosy_cancel(a, "by hand");
    say("body %s", code_name(cosy_sleep(cosy_ms(2))));
    join_group(COSY_FOREVER);
    say("a: %s", code_name(join(a)));
    return 0;
}

/* Its own block was cancelled, not the task: that it could not do its work is a failure. */
static int cancels_its_block(void *arg)
{
    cosy_scope scope;
    (void)arg;
    cosy_scope_open(&scope, COSY_FOREVER, 0);
    cosy_scope_cancel(&scope, NULL);
    int rc = cosy_sleep(1);
    cosy_scope_close(&scope);
    return rc;
}

static int block_cancelled(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, NULL);
    put(obeys, NULL, "a");
    put(cancels_its_block, NULL, "b");
    join_group(COSY_FOREVER);
    return 0;
}

static int fills(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, NULL);
    put(sleeper, &ms_10, "a");
    put(fails, &minus_70, "b");
    cosy_sleep(cosy_ms(3));
    cosy_task *c = keep(sleeper, &ms_10, "c");
    say("%s", c ? "started" : "not started");
    join_group(COSY_FOREVER);
    return 0;
}

static int joins_failing(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, &body);
    put(fails, &minus_70, "a");
    put(slow_to_stop, NULL, "b");
    join_group(COSY_FOREVER);
    say("error %s", code_name(cosy_group_error(&group)));
    say_why("p");
    return 0;
}

static int outer_beats(void *when)
{
    cosy_task *p = start(joins_failing, NULL, "p");
    cosy_sleep(cosy_ms(*(uint32_t *)when));
    cosy_cancel(p, "shutdown");
    return join(p);
}

static uint32_t ms_3 = 3;

static int first(void *scope)
{
    open_group(COSY_GROUP_FIRST, scope);
    put(fails, &minus_70, "a");
    put(succeeds, &zero, "b");
    put(obeys, NULL, "c");
    if (scope) {
        int rc = cosy_sleep(cosy_ms(7));
        say("body %s at %d", code_name(rc), at_ms());
        say_why("body");
    }
    join_group(COSY_FOREVER);
    say("error %s", code_name(cosy_group_error(&group)));
    return 0;
}

static int first_positive(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FIRST, NULL);
    put(sleeper, &ms_10, "a");
    put(succeeds, &plus_3, "b");
    join_group(COSY_FOREVER);
    return 0;
}

static int nobody_first(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FIRST, NULL);
    put(fails, &minus_70, "a");
    put(fails, &minus_90, "b");
    join_group(COSY_FOREVER);
    return 0;
}

/* What the losers return does not count, be it success or failure. */
static int losers(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FIRST, NULL);
    put(answers, &minus_90, "a");
    put(succeeds, &zero, "b");
    put(answers, &plus_3, "c");
    put(answers, &minus_90, "d");
    join_group(COSY_FOREVER);
    return 0;
}

static int first_too_late(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FIRST, NULL);
    put(fails, &minus_70, "a");
    put(sleeper, &ms_10, "b");
    join_group(cosy_ms(4));
    say("error %s", code_name(cosy_group_error(&group)));
    return 0;
}

static int first_or_fail(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FIRST | COSY_GROUP_FAIL_FAST, NULL);
    put(fails, &minus_70, "a");
    put(sleeper, &ms_10, "b");
    join_group(COSY_FOREVER);
    return 0;
}

/* ---- the children as they complete ---- */

static void say_next(cosy_time deadline)
{
    cosy_task *task = NULL;
    int rc = cosy_group_next(&group, &task, deadline);
    sound();
    if (rc || !task)
        say("%s next: %s at %d%s", ME, code_name(rc), at_ms(), task ? "?" : "");
    else
        say("%s next: %s", ME, cosy_task_name(task));
    if (task) {
        rc = join(task);
        sound();
        say("%s", code_name(rc));
    }
}

static int in_order_of_end(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    keep(sleeper, &ms_10, "a");
    keep(fails, &minus_70, "b");
    keep(sleeper, &ms_5, "c");
    for (int i = 0; i < 3; i++)
        say_next(COSY_FOREVER);
    say_next(COSY_FOREVER);
    put(sleeper, &ms_1, "d"); /* no handle: not given, but waited for */
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return 0;
}

static int ended_before(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    keep(sleeper, &ms_5, "a");
    keep(sleeper, &ms_1, "b");
    put(sleeper, &ms_3, "c");
    cosy_sleep(cosy_ms(20));
    sound();
    say_next(COSY_NOW);
    say_next(COSY_NOW);
    say_next(COSY_NOW);
    join_group(COSY_FOREVER);
    return 0;
}

static int next_in_time(void *arg)
{
    cosy_scope scope;
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    keep(sleeper, &ms_10, "a");
    say_next(COSY_NOW);
    say_next(cosy_ms(3));
    say_next(cosy_ms(1));
    cosy_scope_open(&scope, cosy_ms(5), 0);
    say_next(COSY_FOREVER);
    cosy_scope_close(&scope);
    say_next(cosy_ms(10)); /* a tie: who was armed first is a's sleep */
    join_group(COSY_FOREVER);
    return 0;
}

static int takes_next(void *arg)
{
    (void)arg;
    say_next(COSY_FOREVER);
    return 0;
}

static int cancels(void *task)
{
    cosy_cancel(task, NULL);
    sound();
    return 0;
}

static int joins(void *task)
{
    say("%s joins: %s", ME, code_name(join(task)));
    sound();
    return 0;
}

static cosy_event gate;

static int ends(void *result)
{
    cosy_event_wait(&gate, COSY_FOREVER);
    say("%s ends", ME);
    return *(int *)result;
}

/* A task waits in `wait` for a child; a ends; x acts upon one of them, and only then does the woken one run. */
static void between_end_and_turn(cosy_fn wait, cosy_fn act, bool on_child, bool one_more)
{
    cosy_event_init(&gate, "gate");
    open_group(COSY_GROUP_KEEP, NULL);
    cosy_task *a = keep(ends, &plus_3, "a"), *n = start(wait, NULL, "n");
    if (one_more)
        keep(sleeper, &ms_10, "b");
    settle(1);
    cosy_event_set(&gate, NULL);
    cosy_task *x = start(act, on_child ? a : n, "x");
    join(x);
    join(n);
}

static int cancel_given(void *arg)
{
    (void)arg;
    between_end_and_turn(takes_next, cancels, false, true);
    say_next(COSY_NOW); /* nothing is lost */
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return 0;
}

static int joined_meanwhile(void *arg)
{
    (void)arg;
    between_end_and_turn(takes_next, joins, true, true);
    join_group(COSY_FOREVER);
    return 0;
}

static int last_joined_meanwhile(void *arg)
{
    (void)arg;
    between_end_and_turn(takes_next, joins, true, false);
    join_group(COSY_FOREVER);
    return 0;
}

static int overtakes(void *arg)
{
    (void)arg;
    say_next(COSY_NOW);
    join_group(COSY_FOREVER);
    return 0;
}

static int next_meanwhile(void *arg)
{
    (void)arg;
    between_end_and_turn(takes_next, overtakes, false, true);
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return 0;
}

static int joined_by_handle(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    cosy_task *a = keep(sleeper, &ms_1, "a"), *b = keep(sleeper, &ms_1, "b"), *c = keep(sleeper, &ms_1, "c");
    cosy_task *x = start(joins, a, "x"); /* waits when a ends */
    cosy_sleep(cosy_ms(2));
    say("b: %s", code_name(join(b))); /* b has ended */
    sound();
    say("%s", code_name(cosy_detach(c)));
    sound();
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return join(x);
}

/* The joiner gave up: the child is the group's again. */
static int given_up(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    cosy_task *a = keep(sleeper, &ms_5, "a"), *x = start(joins, a, "x");
    settle(1);
    cosy_cancel(x, NULL);
    join(x);
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return 0;
}

/* The join lets go of who was kept; its handle is good as ever. */
static int kept_to_the_join(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    cosy_task *a = keep(sleeper, &ms_1, "a"), *b = keep(fails, &minus_70, "b");
    join_group(COSY_FOREVER);
    poison();
    cosy_group gone = group;
    say("%s", code_name(join(b)));
    say("%s", code_name(join(a)));
    say("%s", memcmp(&gone, &group, sizeof gone) ? "written to" : "left alone");
    return 0;
}

static int all_kinds(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP | COSY_GROUP_FAIL_FAST, &body);
    keep(sleeper, &ms_10, "a");
    keep(fails, &minus_70, "b");
    keep(sleeper, &ms_1, "c");
    say_next(COSY_FOREVER);
    say_next(COSY_FOREVER); /* the failure ends this wait, because the body is cancelled with all */
    say_next(COSY_FOREVER); /* who has ended is given without waiting */
    say_next(COSY_FOREVER);
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return 0;
}

static void steps(cosy_task *task)
{
    if (task->wait.ops) {
        cosy_task_end(task, 5);
        return;
    }
    cosy_sleep_begin(&task->wait);
    cosy_await(task, cosy_ms(1));
}

static int stackless_child(void *arg)
{
    static cosy_task s;
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    cosy_task_init(&s, cosy_here(), steps, "s");
    cosy_task_start(&s, &group);
    sound();
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    return 0;
}

static int calls_next(void *arg)
{
    (void)arg;
    say_next(COSY_FOREVER);
    return 0;
}

static int bad_next(void *arg)
{
    cosy_task *t;
    cosy_group none = {.live = 0};
    (void)arg;
    say("%s", code_name(cosy_group_next(NULL, &t, COSY_NOW)));
    say("%s", code_name(cosy_group_next(&none, &t, COSY_NOW)));
    open_group(0, NULL);
    say("%s", code_name(cosy_group_next(&group, &t, COSY_NOW)));
    join_group(COSY_FOREVER);
    open_group(COSY_GROUP_KEEP, NULL);
    say("%s", code_name(cosy_group_next(&group, NULL, COSY_NOW)));
    put(calls_next, NULL, "child");
    keep(sleeper, &ms_5, "a");
    cosy_task *n = start(takes_next, NULL, "n");
    settle(1);
    say_next(COSY_FOREVER);
    join_group(COSY_FOREVER);
    join(n);
    join_group(COSY_FOREVER);
    say_next(COSY_NOW);
    return 0;
}

static int does_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int many_ended(void *stop)
{
    cosy_task *task;
    open_group(COSY_GROUP_KEEP, NULL);
    for (int i = 0; i < 3 * COSY_BUDGET; i++)
        cosy_spawn_in(&group, &task, does_nothing, NULL, NULL);
    cosy_sleep(1);
    int n = 0;
    while (!*(bool *)stop && cosy_group_next(&group, &task, COSY_FOREVER) == COSY_OK) {
        cosy_detach(task);
        n++;
    }
    join_group(COSY_FOREVER);
    return n;
}

static int next_is_fair(void *arg)
{
    (void)arg;
    static bool stop;
    stop = false;
    cosy_task *a = start(many_ended, &stop, "a");
    cosy_sleep(1);
    cosy_task *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

/* ---- groups in groups ---- */

static int has_group(void *with_body)
{
    cosy_group mine;
    cosy_scope scope;
    cosy_group_open_with(&mine, "inner", 0, with_body ? &scope : NULL);
    cosy_spawn_in(&mine, NULL, slow_to_stop, NULL, &(cosy_spawn_options){.name = "grandchild"});
    int rc = with_body ? cosy_sleep(cosy_s(5)) : COSY_OK;
    if (with_body)
        say("body %s", code_name(rc));
    rc = cosy_group_join(&mine, COSY_FOREVER);
    say("%s %s at %d", ME, code_name(rc), at_ms());
    return rc;
}

static int nested(void *with_body)
{
    open_group(0, NULL);
    put(has_group, with_body, "child");
    cosy_sleep(cosy_ms(2));
    cosy_group_cancel(&group, "the outer one");
    sound();
    join_group(COSY_FOREVER);
    return 0;
}

static int nested_failure(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, &body);
    put(has_group, NULL, "child");
    put(fails, &minus_70, "b");
    say("body %s", code_name(cosy_sleep(cosy_s(1))));
    join_group(COSY_FOREVER);
    return 0;
}

static int has_body(void *arg)
{
    (void)arg;
    open_group(0, &body);
    put(obeys, NULL, "a");
    say("body %s", code_name(cosy_sleep(cosy_s(5))));
    say_why("body");
    join_group(COSY_FOREVER);
    return 0;
}

static int owner_cancelled(void *arg)
{
    (void)arg;
    cosy_task *p = start(has_body, NULL, "p");
    settle(1);
    cosy_cancel(p, "shutdown");
    return join(p);
}

static int cancels_group(void *reason)
{
    say("%s", code_name(cosy_group_cancel(&group, reason)));
    sound();
    return 0;
}

static int cancelled_from_outside(void *reason)
{
    (void)reason;
    cosy_task *p = start(has_body, NULL, "p");
    settle(1);
    join(start(cancels_group, reason, "x"));
    return join(p);
}

/* The body is a scope like any other: a deadline for the rest of the block, which is no reason to end the children. */
static int body_deadline(void *arg)
{
    (void)arg;
    open_group(0, &body);
    cosy_scope_move(&body, cosy_ms(2));
    put(sleeper, &ms_5, "a");
    say("body %s", code_name(cosy_sleep(cosy_s(5))));
    join_group(COSY_FOREVER);
    say("%s", cosy_scope_expired(&body) ? "expired" : "?");
    return 0;
}

/* ---- who joins, and when ---- */

static int stranger_joins(void *arg)
{
    (void)arg;
    open_group(0, &body);
    put(sleeper, &ms_1, "a");
    join(start(joins_too, NULL, "c"));
    cosy_scope inner;
    cosy_scope_open(&inner, COSY_FOREVER, 0);
    join_group(COSY_FOREVER);
    say("in scope %s", body.task ? "still" : "?");
    cosy_scope_close(&inner);
    join_group(COSY_FOREVER);
    return 0;
}

static int body_closed_before(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_FAIL_FAST, &body);
    put(sleeper, &ms_5, "a");
    put(fails, &minus_70, "b");
    say("%s", code_name(cosy_scope_close(&body)));
    say("%s", code_name(cosy_sleep(cosy_ms(3))));
    join_group(COSY_FOREVER);
    return 0;
}

static int joins_once(void *arg)
{
    (void)arg;
    join_group(COSY_FOREVER);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int joined_meanwhile_too(void *arg)
{
    (void)arg;
    between_end_and_turn(joins_once, joins_too, false, false);
    return 0;
}

static int cancel_joined(void *arg)
{
    (void)arg;
    between_end_and_turn(joins_once, cancels, false, false);
    return 0;
}

/* Another child comes between the last one's end and the joiner's turn. */
static int adds_one(void *arg)
{
    (void)arg;
    put(sleeper, &ms_5, "late");
    return 0;
}

static int added_meanwhile(void *arg)
{
    (void)arg;
    between_end_and_turn(joins_once, adds_one, false, false);
    return 0;
}

static int next_added_meanwhile(void *arg)
{
    (void)arg;
    cosy_event_init(&gate, "gate");
    open_group(COSY_GROUP_KEEP, NULL);
    put(ends, &plus_3, "a"); /* without a handle */
    cosy_task *n = start(takes_next, NULL, "n");
    settle(1);
    cosy_event_set(&gate, NULL);
    settle(1); /* n was woken to hear that nobody is left */
    keep(sleeper, &ms_5, "late");
    join(n);
    join_group(COSY_FOREVER);
    return 0;
}

static int join_now(void *arg)
{
    (void)arg;
    open_group(0, NULL);
    put(slow_to_stop, NULL, "a");
    settle(1);
    join_group(COSY_NOW);
    return 0;
}

static int joins_in_action(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_group_join(&group, COSY_FOREVER)));
    sound();
    return 0;
}

/* Where waiting is forbidden nothing is changed: neither are the children cancelled nor is the body closed. */
static int forbidden(void *arg)
{
    static cosy_barrier barrier;
    (void)arg;
    cosy_barrier_init(&barrier, 1, joins_in_action, NULL, "B");
    open_group(0, &body);
    put(sleeper, &ms_1, "a");
    cosy_barrier_wait(&barrier, COSY_FOREVER);
    say("body %s", body.task ? "open" : "closed");
    join_group(COSY_FOREVER);
    return 0;
}

/* The loop knows all groups, in whatever order they are closed. */
static int known_to_loop(void *arg)
{
    cosy_group g[3];
    (void)arg;
    memset(g, 0xa5, sizeof g);
    for (int i = 0; i < 3; i++) {
        cosy_group_open(&g[i], "g");
        cosy_spawn_in(&g[i], NULL, sleeper, &ms_1, &(cosy_spawn_options){.name = "child"});
    }
    for (int i = 0; i < 3; i++) {
        say("%u live", (unsigned)cosy_loop_live(cosy_here()));
        cosy_group *next = &g[(i + 1) % 3];
        cosy_group_join(next, COSY_FOREVER);
        cosy_group_open(next, "g");
        cosy_spawn_in(next, NULL, sleeper, &ms_1, &(cosy_spawn_options){.name = "another"});
        say("%u live", (unsigned)cosy_loop_live(cosy_here()));
        cosy_group_join(next, COSY_FOREVER);
        memset(next, 0xa5, sizeof *next);
    }
    say("%u live", (unsigned)cosy_loop_live(cosy_here()));
    return 0;
}

static void say_check(void)
{
    const char *wrong = cosy_group_check(&group);
    say("%s", wrong ? wrong : "well");
}

/* The check itself: what it must find is put there. */
static int broken(void *arg)
{
    (void)arg;
    open_group(COSY_GROUP_KEEP, NULL);
    cosy_task *a = keep(sleeper, &ms_5, "a"), *b = keep(sleeper, &ms_5, "b"), *c = keep(does_nothing, NULL, "c");
    settle(1);
    say_check();
    a->group = NULL;
    say_check();
    a->group = &group;
    b->sib_prev = b;
    say_check();
    b->sib_prev = a;
    a->status |= COSY_T_ENDED;
    say_check();
    a->status &= (uint8_t)~COSY_T_ENDED;
    c->status &= (uint8_t)~COSY_T_KEPT;
    say_check();
    c->status |= COSY_T_KEPT;
    group.live++;
    say_check();
    group.live--;
    join(c);
    cosy_task *n = start(takes_next, NULL, "n");
    settle(1);
    say_check();
    n->wait.next = &a->wait;
    say_check();
    n->wait.next = &n->wait;
    group.first = NULL;
    group.live = 0;
    say_check();
    group.first = a;
    group.live = 2;
    group.flags ^= 32; /* that somebody was woken */
    say_check();
    group.flags ^= 32;
    say_check();
    join(n);
    join_group(COSY_FOREVER);
    return 0;
}

static int after_the_join(void *arg)
{
    (void)arg;
    open_group(0, NULL);
    put(fails, &minus_70, "a");
    join_group(COSY_FOREVER);
    say("%s", code_name(cosy_group_cancel(&group, NULL)));
    say("%s", code_name(cosy_group_error(&group)));
    say("%u", (unsigned)cosy_group_live(&group));
    say("%s", code_name(cosy_group_survivors(&group)));
    put(sleeper, &ms_1, "b");
    return 0;
}

static int survivors(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_group_survivors(NULL)));
    open_group(0, NULL);
    say("%d", cosy_group_survivors(&group));
    put(sleeper, &ms_1, "a");
    put(sleeper, &ms_5, "b");
    cosy_sleep(cosy_ms(2));
    say("%d", cosy_group_survivors(&group));
    join_group(COSY_FOREVER);
    return 0;
}

static int outside_more(void *arg)
{
    cosy_task *t;
    cosy_group never = {.live = 0};
    (void)arg;
    say("%s", code_name(cosy_group_open_with(&group, "g", 0, &body)));
    say("%s", code_name(cosy_group_next(&never, &t, COSY_NOW)));
    return 0;
}

static int bad_open(void *arg)
{
    cosy_group other;
    (void)arg;
    say("%s", code_name(cosy_group_open_with(NULL, "g", 0, NULL)));
    say("%s", code_name(cosy_group_open_with(&other, "g", COSY_GROUP_CANCELLED, NULL)));
    open_group(0, &body);
    say("%s", code_name(cosy_group_open_with(&other, "other", 0, &body)));
    join_group(COSY_FOREVER);
    say("%s", cosy_group_check(NULL) ? "?" : "nothing wrong with none");
    return 0;
}

static const test_row rows[] = {
    {"join waits for every child", waits_for_all, "b OK at 1; d fails; c OK at 5; a OK at 10; OK at 10; OK at 10"},
    {"the first failure is the result, and all have ended", first_error, "a fails; b fails; c OK at 5; -70 at 5"},
    {"at the deadline children are cancelled and waited for", deadline,
     "b OK at 1; a: the deadline of its group passed; c ECANCELED at 5; a done at 8; ETIMEDOUT at 8"},
    {"so at the deadline of a block", block_deadline,
     "a: the deadline of its group passed; a done at 8; ETIMEDOUT at 8; still in force ETIMEDOUT"},
    {"a cancelled parent hands its reason on, and waits", parent_cancelled,
     "a: shutdown; b: shutdown; a done at 4; b done at 4; ECANCELED at 4; then ECANCELED"},
    {"a cancelled group takes no more", cancelled,
     "c: ECANCELED; a ECANCELED at 0; b ECANCELED at 0; OK at 0; OK; OK at 0"},
    {"children that come late are waited for", late_children, "late OK at 10; OK at 10"},
    {"a child cancels its group", from_inside, "ECANCELED; a ECANCELED at 0; OK at 0"},
    {"several groups, closed in any order", several, "t OK at 5; OK; OK; OK; OK"},
    {"NULL, never opened, a child, a second joiner", misuse,
     "cosy_group_open(g) by main: EINVAL; EINVAL; cosy_group_cancel((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_group_join((unnamed)) by main: EINVAL; EINVAL; cosy_group_join((unnamed)) by main: EINVAL, see main; EINVAL; "
     "cosy_group_join(g) by a: EINVAL, see a; EINVAL; cosy_group_join(g) by c: EBUSY, see main; EBUSY; b OK at 1; "
     "OK at 1"},
    {"a group that was joined is closed", joined_twice, "OK at 0; cosy_group_join(g) by main: EINVAL, see main; EINVAL; OK"},
    {"outside a task", outside,
     "cosy_group_open(g) by (no task): ENOTASK; ENOTASK; cosy_group_join((unnamed)) by (no task): ENOTASK; ENOTASK",
     .without_loop = true},
    {"joins of empty groups do not starve others", fair, "others ran in time"},

    {"FAIL_FAST: a failure cancels siblings and body", fail_fast,
     "b fails; a: a sibling failed by b; body ECANCELED at 2; body: a sibling failed by b; late: ECANCELED; -70 at 2; "
     "then OK", &body},
    {"FAIL_FAST without a body: the block goes on", fail_fast,
     "b fails; a: a sibling failed by b; body OK at 4; body: nothing by nobody; late: ECANCELED; -70 at 4; then OK"},
    {"FAIL_FAST: a failure during the join", fail_fast_in_join,
     "b fails; a: a sibling failed by b; -70 at 2; then OK", &body},
    {"FAIL_FAST: nobody fails", nobody_fails, "a OK at 1; body OK; b OK at 5; OK at 5; body was left alone", &body},
    {"FAIL_FAST: others answer their cancel with errors", fails_and_others_answer,
     "b fails; a ECANCELED; c ECANCELED; -70 at 2; -70, 0 left"},
    {"a failure in a cancelled group counts", fails_when_cancelled, "a ECANCELED at 0; b ECANCELED; -90 at 0"},
    {"FAIL_FAST: a failure in a cancelled group counts", fails_when_cancelled,
     "a ECANCELED at 0; b ECANCELED; -90 at 0", &body},
    {"FAIL_FAST: a child that is cancelled by hand disturbs nobody", cancelled_by_hand,
     "a: by hand by main; body OK; b OK at 5; OK at 5; a: ECANCELED"},
    {"FAIL_FAST: a child whose block was cancelled has failed", block_cancelled,
     "a: a sibling failed by b; ECANCELED at 0"},
    {"FAIL_FAST: a failure while the group is being filled", fills,
     "b fails; a ECANCELED at 2; c: ECANCELED; not started; -70 at 3"},
    {"a cancel of the joining task is told before a failure", outer_beats,
     "a fails; b: a sibling failed; b done at 5; ECANCELED at 5; error -70; p: shutdown by main", &ms_3},
    {"a cancel of the joining task, then a failure", outer_beats,
     "a fails; b: shutdown; b done at 4; ECANCELED at 4; error -70; p: shutdown by main", &ms_1},
    {"FIRST: a success ends the others and the body", first,
     "a fails; b succeeds; c: a sibling was first by b; body ECANCELED at 5; body: a sibling was first by b; OK at 5; "
     "error OK", &body},
    {"FIRST without a body", first, "a fails; b succeeds; c: a sibling was first by b; OK at 5; error OK"},
    {"FIRST: a positive result is a success", first_positive, "b succeeds; a ECANCELED at 5; OK at 5"},
    {"FIRST: all fail, the first failure is told", nobody_first, "a fails; b fails; -70 at 2"},
    {"FIRST: what the losers return does not count", losers, "b succeeds; a ECANCELED; c ECANCELED; d ECANCELED; OK at 5"},
    {"FIRST: nobody in time", first_too_late, "a fails; b ECANCELED at 4; ETIMEDOUT at 4; error -70"},
    {"FIRST and FAIL_FAST: a failure ends it", first_or_fail, "a fails; b ECANCELED at 2; -70 at 2"},

    {"KEEP: the children in the order of their ends", in_order_of_end,
     "b fails; main next: b; -70; c OK at 5; main next: c; OK; a OK at 10; main next: a; OK; main next: EDONE at 10; "
     "d OK at 11; main next: EDONE at 11; -70 at 11"},
    {"KEEP: children that have ended before, those without a handle are not given", ended_before,
     "b OK at 1; c OK at 3; a OK at 5; main next: b; OK; main next: a; OK; main next: EDONE at 20; OK at 20"},
    {"KEEP: deadlines cancel nobody", next_in_time,
     "main next: EAGAIN at 0; main next: ETIMEDOUT at 3; main next: ETIMEDOUT at 3; main next: ETIMEDOUT at 5; "
     "a OK at 10; main next: a; OK; OK at 10"},
    {"KEEP: cancel after a child's end, before the next turn: it is not lost", cancel_given,
     "a ends; n next: ECANCELED at 0; main next: a; 3; b OK at 10; main next: b; OK; OK at 10"},
    {"KEEP: joined by hand between its end and the turn of who waits", joined_meanwhile,
     "a ends; x joins: 3; b OK at 10; n next: b; OK; OK at 10"},
    {"KEEP: the last one joined by hand meanwhile", last_joined_meanwhile,
     "a ends; x joins: 3; n next: EDONE at 0; OK at 0"},
    {"KEEP: nobody overtakes who was woken", next_meanwhile,
     "a ends; cosy_group_next(g) by x: EBUSY; x next: EBUSY at 0; cosy_group_join(g) by x: EBUSY; EBUSY at 0; "
     "n next: a; 3; b OK at 10; main next: b; OK; OK at 10"},
    {"KEEP: children that are joined or detached are not given", joined_by_handle,
     "a OK at 1; x joins: OK; b OK at 1; c OK at 1; b: OK; OK; main next: EDONE at 2; OK at 2"},
    {"KEEP: a joiner that gave up leaves the child to the group", given_up,
     "x joins: ECANCELED; a OK at 5; main next: a; OK; OK at 5"},
    {"KEEP: handles outlive the join", kept_to_the_join, "a OK at 1; b fails; -70 at 2; -70; OK; left alone"},
    {"KEEP and FAIL_FAST", all_kinds,
     "c OK at 1; main next: c; OK; b fails; a ECANCELED at 2; main next: ECANCELED at 2; main next: b; -70; "
     "main next: a; ECANCELED; main next: EDONE at 2; -70 at 2"},
    {"KEEP: a stackless child", stackless_child, "main next: s; 5; OK at 1"},
    {"KEEP: misuse of next", bad_next,
     "cosy_group_next((unnamed)) by main: EINVAL; EINVAL; cosy_group_next((unnamed)) by main: EINVAL, see main; "
     "EINVAL; cosy_group_next(g) by main: EINVAL; EINVAL; OK at 0; cosy_group_next(g) by main: EINVAL; EINVAL; "
     "cosy_group_next(g) by child: EINVAL, see child; child next: EINVAL at 0; "
     "cosy_group_next(g) by main: EBUSY, see n; main next: EBUSY at 0; cosy_group_join(g) by main: EBUSY, see n; "
     "EBUSY at 0; a OK at 5; n next: a; OK; OK at 5; cosy_group_next(g) by main: EINVAL, see main; "
     "main next: EINVAL at 5"},
    {"KEEP: children that have ended do not starve others", next_is_fair, "OK at 0; others ran in time"},

    {"a cancel reaches the children of children", nested,
     "grandchild: the outer one; grandchild done at 5; child ECANCELED at 5; OK at 5"},
    {"a cancel reaches the children of children, and a body", nested,
     "body ECANCELED; grandchild: the outer one; grandchild done at 5; child ECANCELED at 5; OK at 5", &body},
    {"a failure reaches the children of siblings", nested_failure,
     "b fails; body ECANCELED; grandchild: a sibling failed; grandchild done at 5; child ECANCELED at 5; -70 at 5"},
    {"a cancel of the owner ends body and children", owner_cancelled,
     "body ECANCELED; body: shutdown by main; a: shutdown by p; ECANCELED at 0"},
    {"a cancel of the group from outside ends body and children", cancelled_from_outside,
     "OK; a: from outside by x; body ECANCELED; body: from outside by x; OK at 0", "from outside"},
    {"a cancel of the group without a reason", cancelled_from_outside,
     "OK; a: its group was cancelled by x; body ECANCELED; body: its group was cancelled by x; OK at 0"},
    {"a body with a deadline", body_deadline, "body ETIMEDOUT; a OK at 5; OK at 5; expired"},

    {"a group with a body is joined by its owner, with no scope open in it", stranger_joins,
     "cosy_group_join(g) by c: EINVAL, see main; EINVAL; cosy_group_join(g) by main: EINVAL, see main; EINVAL at 0; "
     "in scope still; a OK at 1; OK at 1"},
    {"a body that was closed before the join", body_closed_before, "OK; b fails; a ECANCELED at 2; OK; -70 at 3"},
    {"a second joiner, when the first was woken and has not run", joined_meanwhile_too,
     "a ends; cosy_group_join(g) by x: EBUSY; EBUSY; OK at 0; then OK"},
    {"a join that was granted stands", cancel_joined, "a ends; OK at 0; then ECANCELED"},
    {"a child that is added before the joiner's turn is waited for", added_meanwhile,
     "a ends; late OK at 5; OK at 5; then OK"},
    {"a child that is added before the turn of who waits for the next", next_added_meanwhile,
     "a ends; late OK at 5; n next: late; OK; OK at 5"},
    {"a join that may not wait ends the children", join_now,
     "a: the deadline of its group passed; a done at 3; EAGAIN at 3"},
    {"a join where waiting is forbidden changes nothing", forbidden,
     "cosy_group_join(g) by main: ENOWAIT; ENOWAIT; body open; a OK at 1; OK at 1"},
    {"the loop knows all groups", known_to_loop,
     "4 live; child OK at 1; child OK at 1; 3 live; child OK at 1; another OK at 2; 1 live; 2 live; another OK at 3; "
     "1 live; 2 live; another OK at 4; 1 live"},
    {"the check finds what is broken", broken,
     "well; a task in the group's list belongs to another group; the links between a group's children do not agree; "
     "a task is in the wrong one of the group's lists; a task is in the wrong one of the group's lists; "
     "a group's count of live children is wrong; well; two tasks join one group; a task joins a group without children; "
     "a task joins a group that another one has not finished to join; well; a OK at 5; n next: a; OK; b OK at 5; "
     "OK at 5"},
    {"a group after its join", after_the_join,
     "a fails; -70 at 2; EDONE; -70; 0; cosy_group_survivors(g) by main: EINVAL; EINVAL; "
     "cosy_spawn_in(g) by main: EINVAL; b: EINVAL"},
    {"survivors are counted", survivors,
     "cosy_group_survivors((unnamed)) by main: EINVAL; EINVAL; 0; a OK at 1; 1; b OK at 5; OK at 5"},
    {"opened with nonsense", bad_open,
     "cosy_group_open(g) by main: EINVAL; EINVAL; cosy_group_open(g) by main: EINVAL; EINVAL; "
     "cosy_scope_open((unnamed)) by main: EBUSY; EBUSY; OK at 0; nothing wrong with none"},
    {"open with a policy, next: outside a task", outside_more,
     "cosy_group_open(g) by (no task): ENOTASK; ENOTASK; cosy_group_next((unnamed)) by (no task): ENOTASK; ENOTASK",
     .without_loop = true},
};

int main(void)
{
    return TEST_ROWS("group", rows);
}
