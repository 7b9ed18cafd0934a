/* Task groups: contract rule 6 (a group cancels and joins its children), 3 (deadline), 4 (fairness), 7 (misuse). */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_group group;

static void put(cosy_fn fn, void *arg, const char *name)
{
    int rc = cosy_spawn_in(&group, NULL, fn, arg, &(cosy_spawn_options){.name = name});
    if (rc)
        say("%s: %s", name, code_name(rc));
}

static int sleeper(void *ms)
{
    int rc = cosy_sleep(cosy_ms(*(uint32_t *)ms));
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

static void join_group(cosy_time deadline)
{
    int rc = cosy_group_join(&group, deadline);
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

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
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
};

int main(void)
{
    return TEST_ROWS("group", rows);
}
