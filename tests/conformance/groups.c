/* CPython's suite of asyncio.TaskGroup, on groups that fail fast and have a body (cosy/group.h).
 *
 * What is raised there is a code here: that of the join, which is the first failure of a child or the caller's own end;
 * and the body's own, which the body has in its hands. The groups are static, so that they can be watched; no row returns
 * between opening and joining one.
 */
#include "conformance.h"

static cosy_group g, h; /* the outer and the inner one */
static cosy_scope g_body, h_body;
static cosy_event go;

static void fresh(void)
{
    g = h = (cosy_group){0};
    g_body = h_body = (cosy_scope){0};
    cosy_event_init(&go, "go");
    WATCH(&go);
    WATCH(&g);
    WATCH(&h);
    WATCH(&g_body);
    WATCH(&h_body);
}

static void open_g(void)
{
    cosy_group_open_with(&g, "g", COSY_GROUP_FAIL_FAST, &g_body);
}

static void open_h(void)
{
    cosy_group_open_with(&h, "h", COSY_GROUP_FAIL_FAST, &h_body);
}

static int join_of(cosy_group *group)
{
    int rc = cosy_group_join(group, COSY_FOREVER);
    say("%s: %s", group == &g ? "g" : "h", code_name(rc));
    return rc;
}

/* Says whether the next wait is as usual. */
static void next_wait(void)
{
    say("next wait %s", code_name(cosy_sleep(0)));
}

static const char *reason(void)
{
    const char *why = cosy_cancel_reason(NULL);
    return why ? why : "none";
}

/* What the body of a group waits for meanwhile: an hour. */
static int body(const char *name)
{
    int rc = cosy_sleep(cosy_s(3600));
    say("%s %s at %d", name, code_name(rc), at_ms());
    return rc;
}

/* ---- children ---- */

typedef struct child {
    const char *name;
    int ms;     /* how long it sleeps; -1: until the event is set */
    int result; /* what it then returns */
    int late;   /* what it returns if it is cancelled; 0: what its sleep returned */
} child;

static int run_child(void *arg)
{
    const child *c = arg;
    int rc = c->ms < 0 ? cosy_event_wait(&go, COSY_FOREVER) : cosy_sleep(cosy_ms((uint32_t)c->ms));
    if (rc) {
        say("%s %s at %d", c->name, code_name(rc), at_ms());
        return c->late ? c->late : rc;
    }
    if (c->result < 0)
        say("%s fails at %d", c->name, at_ms());
    return c->result;
}

static child long_one = {"long", 10000, 42, 0}, second_long = {"long2", 20000, 11, 0};
static child fails_soon = {"bad", 10, COSY_EBROKEN, 0}, fails_at_once = {"worse", 0, COSY_ECLOSED, 0};
static child bad_end = {"bad end", 10000, 0, COSY_EBROKEN}, other_end = {"other end", 10000, 0, COSY_ECLOSED};

/* A child without a handle. */
static int add(cosy_group *group, child *c)
{
    cosy_spawn_options options = {.name = c->name};
    return cosy_spawn_in(group, NULL, run_child, c, &options);
}

/* A child with a handle; NULL if there is none. */
static cosy_task *add_task(cosy_group *group, cosy_fn fn, void *arg, const char *name)
{
    cosy_spawn_options options = {.name = name};
    cosy_task *task = NULL;
    cosy_spawn_in(group, &task, fn, arg, &options);
    return task;
}

static int result_of(cosy_task *task)
{
    int result = 0;
    return task && cosy_join(task, &result, COSY_NOW) == COSY_OK ? result : COSY_EINVAL;
}

/* Runs fn as a task, and cancels it after some milliseconds. Says what it returned. */
static int cancelled_after(cosy_fn fn, int ms)
{
    fresh();
    cosy_task *t = run("runner", fn, NULL);
    TRY(settle_ms(ms));
    stop(t);
    TRY(settle_ms(1000));
    say("runner: %s", code_name(outcome(t)));
    return 0;
}

/* ---- results ---- */

static child forty_two = {"a", 100, 42, 0}, eleven = {"b", 200, 11, 0};

static int results(void)
{
    fresh();
    open_g();
    cosy_task *a = add_task(&g, run_child, &forty_two, "a"), *b = add_task(&g, run_child, &eleven, "b");
    join_of(&g);
    say("%d %d", result_of(a), result_of(b));
    return 0;
}

static int added_while_waiting(void)
{
    fresh();
    open_g();
    cosy_task *a = add_task(&g, run_child, &forty_two, "a");
    int rc = cosy_sleep(cosy_ms(50));
    cosy_task *b = add_task(&g, run_child, &eleven, "b");
    join_of(&g);
    say("%s, %d %d at %d", code_name(rc), result_of(a), result_of(b), at_ms());
    return 0;
}

static int cancelled_by_hand(void)
{
    fresh();
    open_g();
    cosy_task *a = add_task(&g, run_child, &long_one, "long"), *b = add_task(&g, run_child, &eleven, "b");
    cosy_sleep(cosy_ms(100));
    stop(a);
    join_of(&g);
    say("%s %d", code_name(result_of(a)), result_of(b));
    return 0;
}

/* ---- failures ---- */

static int child_fails(void)
{
    fresh();
    open_g();
    add(&g, &long_one);
    add(&g, &fails_soon);
    if (body("body") == COSY_OK)
        say("not reached");
    return join_of(&g) ? 0 : COSY_EINVAL;
}

static int child_fails_in_join(void)
{
    fresh();
    open_g();
    add(&g, &fails_soon);
    add(&g, &long_one);
    add(&g, &second_long);
    join_of(&g);
    say("at %d", at_ms());
    return 0;
}

static int body_fails(int ms)
{
    fresh();
    open_g();
    add(&g, &long_one);
    add(&g, &second_long);
    if (ms)
        cosy_sleep(cosy_ms((uint32_t)ms));
    int rc = COSY_EBROKEN; /* of something in the body */
    cosy_group_cancel(&g, "the body failed");
    join_of(&g);
    say("body %s", code_name(rc));
    return 0;
}

static int body_fails_later(void)
{
    return body_fails(100);
}

static int body_fails_at_once(void)
{
    return body_fails(0);
}

/* ---- cancelled from outside ---- */

static int joins_two(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &long_one);
    add(&g, &second_long);
    return join_of(&g);
}

static int waits_with_two(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &long_one);
    add(&g, &second_long);
    int rc = body("body");
    join_of(&g);
    return rc;
}

static int waits_alone(void *arg)
{
    (void)arg;
    open_g();
    int rc = body("body");
    join_of(&g);
    return rc;
}

static int joins_one_and_one_that_ended(void *arg)
{
    static child quick = {"quick", 5, 0, 0};
    (void)arg;
    open_g();
    add(&g, &quick);
    add(&g, &long_one);
    return join_of(&g);
}

static int cancel_joining(void)
{
    return cancelled_after(joins_two, 50);
}

static int cancel_body(void)
{
    return cancelled_after(waits_with_two, 50);
}

static int cancel_body_alone(void)
{
    return cancelled_after(waits_alone, 100);
}

static int cancel_when_half_done(void)
{
    return cancelled_after(joins_one_and_one_that_ended, 50);
}

static int fails_when_cancelled(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &bad_end);
    add(&g, &bad_end);
    body("body");
    int rc = join_of(&g);
    say("error %s", code_name(cosy_group_error(&g)));
    return rc;
}

static int failure_while_cancelled(void)
{
    return cancelled_after(fails_when_cancelled, 50);
}

static int inner_fails_when_cancelled(void *arg)
{
    (void)arg;
    open_g();
    open_h();
    add(&h, &bad_end);
    body("body");
    int rc = join_of(&h);
    join_of(&g);
    say("errors %s %s", code_name(cosy_group_error(&g)), code_name(cosy_group_error(&h)));
    return rc;
}

static int inner_failure_while_cancelled(void)
{
    return cancelled_after(inner_fails_when_cancelled, 50);
}

static int both_fail_when_cancelled(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &other_end);
    open_h();
    add(&h, &bad_end);
    body("body");
    int rc = join_of(&h);
    join_of(&g);
    say("errors %s %s", code_name(cosy_group_error(&g)), code_name(cosy_group_error(&h)));
    return rc;
}

static int both_failures_while_cancelled(void)
{
    return cancelled_after(both_fail_when_cancelled, 50);
}

static child fails_at_30 = {"bad", 30, COSY_EBROKEN, 0};

/* Cleans up for a while where a cancel does not reach. */
static void clean_up_slowly(void)
{
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    say("cleans up: %s", code_name(cosy_sleep(cosy_ms(50))));
    cosy_scope_close(&shield);
}

/* The body was cancelled; while it cleans up, a child fails by itself. */
static int fails_during_clean_up(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &fails_at_30);
    body("body");
    clean_up_slowly();
    return join_of(&g);
}

static int failure_during_clean_up(void)
{
    return cancelled_after(fails_during_clean_up, 10);
}

static int inner_fails_during_clean_up(void *arg)
{
    (void)arg;
    open_g();
    open_h();
    add(&h, &fails_at_30);
    body("body");
    clean_up_slowly();
    int inner = join_of(&h);
    if (inner)
        cosy_group_cancel(&g, "the inner group failed");
    int rc = join_of(&g);
    return rc ? rc : inner;
}

static int inner_failure_during_clean_up(void)
{
    return cancelled_after(inner_fails_during_clean_up, 10);
}

/* ---- one group in another ---- */

static int outer_child_fails(void)
{
    fresh();
    open_g();
    add(&g, &fails_soon);
    open_h();
    add(&h, &long_one);
    body("body");
    join_of(&h);
    join_of(&g);
    return 0;
}

static int inner_child_fails(void)
{
    fresh();
    open_g();
    add(&g, &second_long);
    open_h();
    add(&h, &fails_soon);
    body("inner body");
    if (join_of(&h)) /* the error is the outer body's now */
        cosy_group_cancel(&g, "the inner group failed");
    join_of(&g);
    return 0;
}

static int turns_into_another(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &long_one);
    int rc = body("body") ? COSY_EBROKEN : 0;
    join_of(&g);
    return rc;
}

static int cancel_becomes_error(void)
{
    return cancelled_after(turns_into_another, 50);
}

static int child_and_body_fail(void)
{
    fresh();
    open_g();
    add(&g, &fails_soon);
    int rc = body("body") ? COSY_ECLOSED : 0;
    join_of(&g);
    say("body %s", code_name(rc));
    return 0;
}

/* ---- many children, and children of children ---- */

static child nothing = {"nothing", 0, 0, 0};

static int forgotten(void)
{
    int alive = 0, known = 0;
    fresh();
    open_g();
    for (int i = 0; i < 20; i++) {
        add(&g, &nothing);
        cosy_sleep(1);
        alive += (int)cosy_group_live(&g);
        known += g.first || g.ended;
    }
    say("%d alive, %d known", alive, known);
    join_of(&g);
    return 0;
}

static int generations; /* how many are still to be born */

static int has_a_sibling(void *arg)
{
    (void)arg;
    TRY(cosy_sleep(cosy_ms(1)));
    if (generations-- == 0)
        return 0;
    say("%d", generations);
    return cosy_spawn_in(&g, NULL, has_a_sibling, NULL, NULL);
}

static int siblings_of_siblings(void)
{
    fresh();
    generations = 3;
    open_g();
    cosy_spawn_in(&g, NULL, has_a_sibling, NULL, NULL);
    join_of(&g);
    say("at %d", at_ms());
    return 0;
}

/* Keeps trying to have siblings, while the group is being shut down too. */
static int insists(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(3600));
    if (rc)
        say("insists: %s, sibling %s", code_name(rc), code_name(cosy_spawn_in(&g, NULL, insists, NULL, NULL)));
    return rc;
}

static int siblings_during_shutdown(void)
{
    fresh();
    open_g();
    cosy_spawn_in(&g, NULL, insists, NULL, NULL);
    cosy_spawn_in(&g, NULL, insists, NULL, NULL);
    add(&g, &fails_soon);
    join_of(&g);
    return 0;
}

/* ---- what arrives at a child ---- */

static int says_its_name(void *arg)
{
    (void)arg;
    say("%s", me());
    return 0;
}

static int task_name(void)
{
    fresh();
    open_g();
    add_task(&g, says_its_name, NULL, "yolo");
    join_of(&g);
    return 0;
}

static int name_of_handle(void)
{
    fresh();
    open_g();
    cosy_task *named = add_task(&g, run_child, &nothing, "named"), *unnamed = add_task(&g, run_child, &nothing, NULL);
    say("%s, %s", cosy_task_name(named), cosy_task_name(unnamed));
    join_of(&g);
    return 0;
}

static const cosy_local request = COSY_LOCAL_INIT("request", "none");

static int says_its_request(void *arg)
{
    (void)arg;
    say("%s", (const char *)cosy_local_get(&request));
    return 0;
}

static int context(void)
{
    cosy_binding b;
    fresh();
    cosy_bind(&b, &request, "r-17");
    open_g();
    cosy_spawn_in(&g, NULL, says_its_request, NULL, NULL);
    join_of(&g);
    cosy_unbind(&b);
    say("%s", (const char *)cosy_local_get(&request));
    return 0;
}

/* ---- creating at the wrong time ---- */

static int creates(cosy_group *group)
{
    int rc = cosy_spawn_in(group, NULL, says_its_name, NULL, NULL);
    say("create %s", code_name(rc));
    return rc;
}

static int after_failure(void)
{
    fresh();
    open_g();
    add(&g, &fails_at_once);
    body("body");
    creates(&g);
    join_of(&g);
    return 0;
}

static int after_the_end(void)
{
    fresh();
    open_g();
    join_of(&g);
    creates(&g);
    return 0;
}

static int never_opened(void)
{
    fresh();
    creates(&g);
    return 0;
}

static void opens(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_group_open_with(&g, "g", COSY_GROUP_FAIL_FAST, &g_body)));
}

static int outside_a_task(void)
{
    static cosy_call call;
    fresh();
    call.loop = NULL;
    TRY(cosy_call_at(cosy_here(), &call, COSY_NOW, opens, NULL));
    int rc = settle_all();
    cosy_call_cancel(&call);
    return rc;
}

static int already_open(void)
{
    fresh();
    open_g();
    say("%s", code_name(cosy_group_open_with(&g, "g", COSY_GROUP_FAIL_FAST, &g_body)));
    join_of(&g);
    return 0;
}

static int opened_twice(void)
{
    fresh();
    open_g();
    join_of(&g);
    open_g();
    add(&g, &nothing);
    join_of(&g);
    return 0;
}

/* ---- whose cancel is it? ---- */

static int clean_up_fails(void)
{
    fresh();
    open_g();
    add(&g, &fails_soon);
    int rc = body("body");
    if (rc)
        rc = COSY_ECLOSED; /* what it does to clean up fails too */
    join_of(&g);
    say("body %s, reason %s", code_name(rc), reason());
    next_wait();
    return 0;
}

static int refused_task(void)
{
    cosy_task *task = NULL;
    fresh();
    open_g();
    cosy_group_cancel(&g, "no more");
    say("%s", code_name(cosy_spawn_in(&g, &task, says_its_name, NULL, NULL)));
    say("%s, %d alive", task ? "a task" : "no task", (int)cosy_group_live(&g));
    join_of(&g);
    return 0;
}

/* Cancelled once before, by somebody else, and shielded from that: the group's failure does not take it back. */
static int cancelled_and_failing(void *arg)
{
    cosy_scope shield;
    (void)arg;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_cancel(cosy_self(), "somebody else");
    open_g();
    add(&g, &fails_soon);
    int rc = body("body");
    join_of(&g);
    say("reason %s", reason());
    cosy_scope_close(&shield);
    say("reason %s", reason());
    next_wait();
    return rc;
}

static int level_preserved(void)
{
    fresh();
    cosy_task *t = run("runner", cancelled_and_failing, NULL);
    TRY(settle_ms(20));
    say("runner: %s", code_name(outcome(t)));
    return 0;
}

static child first_bad = {"g's", -1, COSY_EBROKEN, 0}, second_bad = {"h's", -1, COSY_ECLOSED, 0};

static int two_groups(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &first_bad);
    open_h();
    add(&h, &second_bad);
    body("body");
    join_of(&h);
    say("outer body %s", code_name(cosy_sleep(0)));
    join_of(&g);
    say("reason %s", reason());
    next_wait();
    return 0;
}

/* Children of both fail at the same moment. */
static int both_cancelled(void)
{
    fresh();
    run("runner", two_groups, NULL);
    TRY(settle_all());
    cosy_event_set(&go, NULL);
    return settle_all();
}

static int fails_on_go(void *arg)
{
    (void)arg;
    open_g();
    add(&g, &first_bad);
    body("body");
    join_of(&g);
    say("reason %s", reason());
    next_wait();
    return COSY_ECANCELED;
}

/* A child fails, and the one who opened its group is cancelled before it has seen that. */
static int failure_then_cancel(void)
{
    fresh();
    cosy_task *t = run("runner", fails_on_go, NULL);
    TRY(settle_all());
    cosy_event_set(&go, NULL);
    TRY(pass());
    stop(t);
    return settle_all();
}

/* A child that creates one which fails in its first step. */
static int creates_a_failing_one(void *arg)
{
    (void)arg;
    int created = add(&g, &fails_at_once);
    int rc = cosy_sleep(cosy_s(3600));
    say("creator: created %s, %s", code_name(created), code_name(rc));
    return rc;
}

static int creator_is_cancelled(void)
{
    fresh();
    open_g();
    cosy_spawn_in(&g, NULL, creates_a_failing_one, NULL, NULL);
    join_of(&g);
    return 0;
}

static int nothing_leaks_out(void)
{
    fresh();
    open_g();
    add(&g, &fails_at_once);
    body("body");
    join_of(&g);
    say("reason %s", reason());
    next_wait();
    return 0;
}

#define OWN "cosy/group.h: a join tells its caller's own end first, what children made of their cancel is in cosy_group_error(); "
#define EXCEPTIONS "results are codes: there is no exception that is more than the others"
#define CYCLES "there are no references that could form a cycle"

static const conformance_row rows[] = {
    {"01", "taskgroup_01", results, "g: OK; 42 11"},
    {"02", "taskgroup_02", added_while_waiting, "g: OK; OK, 42 11 at 250"},
    {"03", "taskgroup_03", cancelled_by_hand, "long ECANCELED at 100; g: OK; ECANCELED 11"},
    {"04", "taskgroup_04", child_fails, "bad fails at 10; long ECANCELED at 10; body ECANCELED at 10; g: EBROKEN"},
    {"cancel_children_on_child_error", "cancel_children_on_child_error", child_fails_in_join,
     "bad fails at 10; long ECANCELED at 10; long2 ECANCELED at 10; g: EBROKEN; at 10"},
    {"cancellation", "cancellation_in_body", cancel_body,
     "body ECANCELED at 50; long ECANCELED at 50; long2 ECANCELED at 50; g: ECANCELED; runner: ECANCELED"},
    {"07", "taskgroup_07", cancel_joining,
     "long ECANCELED at 50; long2 ECANCELED at 50; g: ECANCELED; runner: ECANCELED"},
    {"17", "taskgroup_17", cancel_body_alone, "body ECANCELED at 100; g: OK; runner: ECANCELED"},
    {"22", "taskgroup_22", cancel_when_half_done, "long ECANCELED at 50; g: ECANCELED; runner: ECANCELED"},
    {"08", "taskgroup_08", failure_while_cancelled,
     "body ECANCELED at 50; bad end ECANCELED at 50; bad end ECANCELED at 50; g: ECANCELED; error EBROKEN; "
     "runner: ECANCELED", .rule = OWN "there the errors are raised instead of the cancel"},
    {"11", "taskgroup_11", inner_failure_while_cancelled,
     "body ECANCELED at 50; bad end ECANCELED at 50; h: ECANCELED; g: OK; errors OK EBROKEN; runner: ECANCELED",
     .rule = OWN "there the errors are raised instead of the cancel, and wrapped once per level"},
    {"12", "taskgroup_12", both_failures_while_cancelled,
     "body ECANCELED at 50; bad end ECANCELED at 50; h: ECANCELED; other end ECANCELED at 50; g: ECANCELED; "
     "errors ECLOSED EBROKEN; runner: ECANCELED",
     .rule = OWN "there the errors are raised instead of the cancel, and wrapped once per level"},
    {"15", "taskgroup_15", failure_during_clean_up,
     "body ECANCELED at 10; bad fails at 30; cleans up: OK; g: EBROKEN; runner: EBROKEN"},
    {"16", "taskgroup_16", inner_failure_during_clean_up,
     "body ECANCELED at 10; bad fails at 30; cleans up: OK; h: EBROKEN; g: OK; runner: EBROKEN"},
    {"09", "taskgroup_09", body_fails_later, "long ECANCELED at 100; long2 ECANCELED at 100; g: OK; body EBROKEN"},
    {"10", "taskgroup_10", body_fails_at_once, "long ECANCELED at 0; long2 ECANCELED at 0; g: OK; body EBROKEN"},
    {"13", "taskgroup_13", outer_child_fails,
     "bad fails at 10; body ECANCELED at 10; long ECANCELED at 10; h: ECANCELED; g: EBROKEN"},
    {"14", "taskgroup_14", inner_child_fails,
     "bad fails at 10; inner body ECANCELED at 10; h: EBROKEN; long2 ECANCELED at 10; g: OK"},
    {"18", "taskgroup_18", cancel_becomes_error,
     "body ECANCELED at 50; long ECANCELED at 50; g: ECANCELED; runner: EBROKEN"},
    {"19", "taskgroup_19", child_and_body_fail, "bad fails at 10; body ECANCELED at 10; g: EBROKEN; body ECLOSED"},
    {"20", "taskgroup_20", .not_for_c = EXCEPTIONS},
    {"20a", "taskgroup_20a", .not_for_c = EXCEPTIONS},
    {"21a", "taskgroup_21a", .not_for_c = EXCEPTIONS},
    {"23", "taskgroup_23", forgotten, "0 alive, 0 known; g: OK"},
    {"24", "taskgroup_24", siblings_of_siblings, "2; 1; 0; g: OK; at 4"},
    {"25", "taskgroup_25", siblings_during_shutdown,
     "bad fails at 10; insists: ECANCELED, sibling ECANCELED; insists: ECANCELED, sibling ECANCELED; g: EBROKEN"},
    {"task_name", "taskgroup_task_name", task_name, "yolo; g: OK"},
    {"name", "taskgroup_name", name_of_handle, "named, (unnamed); g: OK"},
    {"task_context", "taskgroup_task_context", context, "r-17; g: OK; none"},
    {"no_create_task_after_failure", "no_create_task_after_failure", after_failure,
     "worse fails at 0; body ECANCELED at 0; create ECANCELED; g: ECLOSED"},
    {"finished", "taskgroup_finished", after_the_end, "g: OK; cosy_spawn_in(g) by main: EINVAL; create EINVAL", .misuse = true},
    {"not_entered", "taskgroup_not_entered", never_opened, "cosy_spawn_in((unnamed)) by main: EINVAL; create EINVAL", .misuse = true},
    {"without_parent_task", "taskgroup_without_parent_task", outside_a_task,
     "cosy_group_open(g) by (no task): ENOTASK; ENOTASK", .misuse = true},
    {"already_entered", "taskgroup_already_entered", already_open,
     "cosy_group_open(g) by main: EBUSY; EBUSY; g: OK", .misuse = true},
    {"double_enter", "taskgroup_double_enter", opened_twice, "g: OK; g: OK",
     .rule = "cosy/group.h: a group is storage; there entering it anew is an error, here it may be opened again once joined"},
    {"context_manager_exit_raises", "taskgroup_context_manager_exit_raises", clean_up_fails,
     "bad fails at 10; body ECANCELED at 10; g: EBROKEN; body ECLOSED, reason none; next wait OK"},
    {"coro_closed_when_tg_closed", "coro_closed_when_tg_closed", refused_task, "ECANCELED; no task, 0 alive; g: OK"},
    {"cancelling_level_preserved", "cancelling_level_preserved", level_preserved,
     "bad fails at 10; body ECANCELED at 10; g: EBROKEN; reason none; reason somebody else; next wait ECANCELED; "
     "runner: ECANCELED"},
    {"nested_groups_both_cancelled", "nested_groups_both_cancelled", both_cancelled,
     "g's fails at 0; h's fails at 0; body ECANCELED at 0; h: ECLOSED; outer body ECANCELED; g: EBROKEN; "
     "reason none; next wait OK"},
    {"error_and_cancel", "error_and_cancel", failure_then_cancel,
     "g's fails at 0; body ECANCELED at 0; g: EBROKEN; reason cancelled; next wait ECANCELED"},
    {"exception_refcycles_1", "exception_refcycles", .not_for_c = CYCLES},
    {"exception_refcycles_2", "exception_refcycles", .not_for_c = CYCLES},
    {"exception_refcycles_3", "exception_refcycles", .not_for_c = CYCLES},
    {"exception_refcycles_4", "exception_refcycles", .not_for_c = CYCLES},
    {"exception_refcycles_5", "exception_refcycles", .not_for_c = CYCLES},
    {"exception_refcycles_6", "exception_refcycles", .not_for_c = CYCLES},
    {"cancels_task_if_created_during_creation", "cancels_task_if_created_during_creation", creator_is_cancelled,
     "worse fails at 0; creator: created OK, ECANCELED; g: ECLOSED"},
    {"cancellation_does_not_leak_out_of_tg", "cancellation_does_not_leak_out_of_tg", nothing_leaks_out,
     "worse fails at 0; body ECANCELED at 0; g: ECLOSED; reason none; next wait OK"},
};

CONFORMANCE_TABLE(groups_table, "CPython TaskGroup", rows, NULL);
