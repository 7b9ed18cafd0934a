/* All, any, settled, and the start that waits until ready: contract rule 6 (children do not outlive the call), first-error
 * policy, results; cosy/gather.h.
 */
#include "support/test.h"

#include <stdlib.h>

/* A function to run: sleeps, then returns; says so if it was cancelled meanwhile. */
typedef struct part {
    const char *name;
    int ms, result;
} part;

static int run_part(void *arg)
{
    const part *p = arg;
    int rc = cosy_sleep(cosy_ms((uint32_t)p->ms));
    if (rc) {
        say("%s %s at %d: %s by %s", p->name, code_name(rc), at_ms(), cosy_cancel_reason(NULL), cosy_cancel_source(NULL));
        return rc;
    }
    say("%s at %d", p->name, at_ms());
    return p->result;
}

static part a = {"a", 30, 1}, b = {"b", 10, 2}, c = {"c", 20, 3};
static part b_fails = {"b", 10, COSY_ECLOSED}, c_fails = {"c", 20, COSY_EBROKEN};

static cosy_work work[3];

static void fill(part *x, part *y, part *z)
{
    part *parts[] = {x, y, z};
    for (int i = 0; i < 3; i++)
        work[i] = (cosy_work){.fn = run_part, .arg = parts[i], .name = parts[i]->name, .result = 77};
}

static void results(int rc)
{
    say("%s: %s %s %s at %d", code_name(rc), code_name(work[0].result), code_name(work[1].result),
        code_name(work[2].result), at_ms());
}

enum call { ALL, SETTLED, ANY };
typedef struct gathering {
    enum call call;
    part *parts[3];
    int deadline_ms; /* 0: none */
} gathering;

static int gathered(void *arg)
{
    const gathering *g = arg;
    fill(g->parts[0], g->parts[1], g->parts[2]);
    cosy_time deadline = g->deadline_ms ? cosy_in(cosy_ms((uint32_t)g->deadline_ms)) : COSY_FOREVER;
    results(g->call == ALL ? cosy_all(work, 3, deadline)
            : g->call == SETTLED ? cosy_settled(work, 3, deadline)
                                 : cosy_any(work, 3, deadline));
    return 0;
}

static part b_late = {"b", 10, COSY_ETIMEDOUT};

static gathering settled_both = {SETTLED, {&a, &b_late, &c}, 15};

static gathering all_good = {ALL, {&a, &b, &c}, 0}, all_fails = {ALL, {&a, &b_fails, &c}, 0},
                 all_late = {ALL, {&a, &b, &c}, 15}, settled_fails = {SETTLED, {&a, &b_fails, &c}, 0},
                 settled_late = {SETTLED, {&a, &b_fails, &c}, 15}, any_good = {ANY, {&a, &b, &c}, 0},
                 any_second = {ANY, {&a, &b_fails, &c}, 0}, any_late = {ANY, {&a, &b_fails, &c}, 15};

static int all_fail(void *arg)
{
    (void)arg;
    static part a_fails = {"a", 30, COSY_EOVER};
    fill(&a_fails, &b_fails, &c_fails);
    results(cosy_any(work, 3, COSY_FOREVER));
    return 0;
}

static int caller(void *arg)
{
    gathered(arg);
    return 0;
}

/* The caller is cancelled while it waits: its children are, and it waits for them. */
static int cancelled(void *arg)
{
    cosy_task *t = start(caller, arg, "caller");
    cosy_sleep(cosy_ms(15));
    cosy_cancel(t, "enough");
    return join(t);
}

/* Children find their own call, not that of a sibling or an outer one. */
static int inner(void *arg)
{
    static part x = {"x", 1, 5}, y = {"y", 2, 6};
    cosy_work two[] = {{.fn = run_part, .arg = &x}, {.fn = run_part, .arg = &y}};
    (void)arg;
    int first = cosy_any(two, 2, COSY_FOREVER);
    say("inner: %d", first);
    return 9;
}

static int nested(void *arg)
{
    cosy_work two[] = {{.fn = run_part, .arg = &a}, {.fn = inner}};
    (void)arg;
    say("outer: %d", cosy_any(two, 2, COSY_FOREVER));
    return two[1].result;
}

static int misuse(void *arg)
{
    (void)arg;
    cosy_work none = {.fn = NULL, .name = "none"};
    say("%d", cosy_all(NULL, 0, COSY_FOREVER));
    say("%s", code_name(cosy_all(NULL, 2, COSY_FOREVER)));
    say("%s", code_name(cosy_settled(NULL, 2, COSY_FOREVER)));
    say("%s", code_name(cosy_any(work, 0, COSY_FOREVER)));
    say("%s", code_name(cosy_all(&none, 1, COSY_FOREVER)));
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fill(&a, &b, &c);
    say("%s", code_name(cosy_all(work, 3, COSY_FOREVER)));
    say("%s", code_name(cosy_start_in(NULL, NULL, run_part, &a, NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_started(NULL)));
    return 0;
}

/* ---- start ---- */

static int server(void *arg)
{
    static int port = 80;
    const part *p = arg;
    int rc = cosy_sleep(cosy_ms((uint32_t)p->ms));
    if (rc) {
        say("%s: %s", code_name(rc), cosy_cancel_reason(NULL));
        return rc;
    }
    if (p->result)
        return p->result > 0 ? 0 : p->result;
    rc = cosy_started(&port);
    say("ready %s at %d", code_name(rc), at_ms());
    say("again %s", code_name(cosy_started(&port)));
    rc = cosy_sleep(cosy_ms(10));
    say("served %s", code_name(rc));
    return rc;
}

static int start_with(part *p, cosy_time deadline, bool handle)
{
    cosy_group g;
    cosy_task *task = NULL;
    int *port = NULL;
    cosy_group_open(&g, "servers");
    int rc = cosy_start_in(&g, handle ? &task : NULL, server, p, &(cosy_spawn_options){.name = "server"}, (void **)&port,
                           deadline);
    say("start %s at %d, port %d", code_name(rc), at_ms(), port ? *port : -1);
    if (task)
        say("result %s", code_name(join(task)));
    int failed = cosy_group_join(&g, COSY_FOREVER);
    say("group %s at %d", code_name(failed), at_ms());
    return 0;
}

static part in_5 = {"in 5", 5, 0}, broken_at_5 = {"broken at 5", 5, COSY_EBROKEN}, silent = {"silent", 5, 1};

static int ready(void *arg)
{
    (void)arg;
    return start_with(&in_5, COSY_FOREVER, true);
}

static int ready_without_handle(void *arg)
{
    (void)arg;
    return start_with(&in_5, COSY_FOREVER, false);
}

static int fails_first(void *arg)
{
    (void)arg;
    return start_with(&broken_at_5, COSY_FOREVER, true);
}

static int never_ready(void *arg)
{
    (void)arg;
    return start_with(&silent, COSY_FOREVER, true);
}

static int too_slow(void *arg)
{
    (void)arg;
    return start_with(&in_5, cosy_in(cosy_ms(2)), true);
}

static int starter(void *arg)
{
    (void)arg;
    return start_with(&in_5, COSY_FOREVER, true);
}

static int starter_cancelled(void *arg)
{
    (void)arg;
    cosy_task *t = start(starter, NULL, "starter");
    cosy_sleep(cosy_ms(2));
    cosy_cancel(t, "no need");
    return join(t);
}

/* A child of the started task has not been started itself; its own bindings do not hide the handshake. */
static int grandchild(void *arg)
{
    (void)arg;
    say("grandchild %s", code_name(cosy_started(NULL)));
    return 0;
}

static int deep_server(void *arg)
{
    static const cosy_local key = COSY_LOCAL_INIT("key", NULL);
    cosy_binding binding;
    cosy_group g;
    (void)arg;
    cosy_bind(&binding, &key, (void *)(uintptr_t)&key);
    cosy_group_open(&g, "inner");
    cosy_spawn_in(&g, NULL, grandchild, NULL, &(cosy_spawn_options){.name = "grandchild"});
    cosy_group_join(&g, COSY_FOREVER);
    say("%s", code_name(cosy_started(NULL)));
    return cosy_unbind(&binding);
}

static int deep(void *arg)
{
    cosy_group g;
    (void)arg;
    cosy_group_open(&g, "servers");
    say("%s", code_name(cosy_start_in(&g, NULL, deep_server, NULL, NULL, NULL, COSY_FOREVER)));
    say("main %s", code_name(cosy_started(NULL)));
    return cosy_group_join(&g, COSY_FOREVER);
}

static int start_misuse(void *arg)
{
    cosy_group g;
    (void)arg;
    cosy_group_open(&g, "servers");
    say("%s", code_name(cosy_start_in(&g, NULL, NULL, NULL, NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_start_in(NULL, NULL, server, &in_5, NULL, NULL, COSY_FOREVER)));
    cosy_group_cancel(&g, NULL);
    say("%s", code_name(cosy_start_in(&g, NULL, server, &in_5, NULL, NULL, COSY_FOREVER)));
    return cosy_group_join(&g, COSY_FOREVER);
}

static const test_row rows[] = {
    {"all: each result", gathered, "b at 10; c at 20; a at 30; OK: 1 2 3 at 30", &all_good},
    {"all: the first failure cancels the others", gathered,
     "b at 10; a ECANCELED at 10: a sibling failed by b; c ECANCELED at 10: a sibling failed by b; "
     "ECLOSED: ECANCELED ECLOSED ECANCELED at 10",
     &all_fails},
    {"all: a deadline cancels them", gathered,
     "b at 10; a ECANCELED at 15: the deadline of its group passed by main; "
     "c ECANCELED at 15: the deadline of its group passed by main; ETIMEDOUT: ECANCELED 2 ECANCELED at 15",
     &all_late},
    {"all: the caller's cancel goes to the children", cancelled,
     "b at 10; a ECANCELED at 15: enough by caller; c ECANCELED at 15: enough by caller; "
     "ECANCELED: ECANCELED 2 ECANCELED at 15",
     &all_good},
    {"settled: a failure disturbs nobody", gathered, "b at 10; c at 20; a at 30; OK: 1 ECLOSED 3 at 30", &settled_fails},
    {"settled: a deadline ends it", gathered,
     "b at 10; a ECANCELED at 15: the deadline of its group passed by main; "
     "c ECANCELED at 15: the deadline of its group passed by main; ETIMEDOUT: ECANCELED ECLOSED ECANCELED at 15",
     &settled_late},
    {"settled: a deadline ends it, though a child has failed with the same code", gathered,
     "b at 10; a ECANCELED at 15: the deadline of its group passed by main; "
     "c ECANCELED at 15: the deadline of its group passed by main; ETIMEDOUT: ECANCELED ETIMEDOUT ECANCELED at 15",
     &settled_both},
    {"any: the first success cancels the others", gathered,
     "b at 10; a ECANCELED at 10: a sibling was first by b; c ECANCELED at 10: a sibling was first by b; "
     "1: ECANCELED 2 ECANCELED at 10",
     &any_good},
    {"any: a failure is no success", gathered,
     "b at 10; c at 20; a ECANCELED at 20: a sibling was first by c; 2: ECANCELED ECLOSED 3 at 20", &any_second},
    {"any: a deadline ends it", gathered,
     "b at 10; a ECANCELED at 15: the deadline of its group passed by main; "
     "c ECANCELED at 15: the deadline of its group passed by main; ETIMEDOUT: ECANCELED ECLOSED ECANCELED at 15",
     &any_late},
    {"any: nobody succeeds", all_fail, "b at 10; c at 20; a at 30; ECLOSED: EOVER ECLOSED EBROKEN at 30"},
    {"a call inside a child of a call", nested, "x at 1; y ECANCELED at 1: a sibling was first by (unnamed); inner: 0; "
     "a ECANCELED at 1: a sibling was first by (unnamed); outer: 1", NULL, 9},
    {"misuse", misuse,
     "0; cosy_all((unnamed)) by main: EINVAL; EINVAL; cosy_settled((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_any((unnamed)) by main: EINVAL; EINVAL; cosy_all(none) by main: EINVAL; EINVAL"},
    {"outside a task", outside,
     "cosy_bind(gathered) by (no task): ENOTASK; ENOTASK; cosy_start_in((unnamed)) by (no task): ENOTASK; ENOTASK; "
     "cosy_started((unnamed)) by (no task): EINVAL; EINVAL",
     .without_loop = true},
    {"start: waits until ready, hands over a value", ready,
     "ready OK at 5; cosy_started((unnamed)) by server: EDONE; again EDONE; start OK at 5, port 80; served OK; result OK; "
     "group OK at 15"},
    {"start: without a handle", ready_without_handle,
     "ready OK at 5; cosy_started((unnamed)) by server: EDONE; again EDONE; start OK at 5, port 80; served OK; "
     "group OK at 15"},
    {"start: the child fails before it is ready", fails_first,
     "start EBROKEN at 5, port -1; group EBROKEN at 5"},
    {"start: the child returns without having been ready", never_ready, "start EDONE at 5, port -1; group OK at 5"},
    {"start: a deadline cancels the child and waits for it", too_slow,
     "ECANCELED: its start was given up; start ETIMEDOUT at 2, port -1; group OK at 2"},
    {"start: a cancel of the starter does", starter_cancelled,
     "ECANCELED: its start was given up; start ECANCELED at 2, port -1; group OK at 2"},
    {"start: only the task that was started answers", deep,
     "cosy_started((unnamed)) by grandchild: EINVAL; grandchild EINVAL; OK; OK; "
     "cosy_started((unnamed)) by main: EINVAL; main EINVAL"},
    {"start: misuse", start_misuse,
     "cosy_start_in((unnamed)) by main: EINVAL; EINVAL; cosy_spawn_in((unnamed)) by main: EINVAL; EINVAL; ECANCELED"},
};

int main(void)
{
    return TEST_ROWS("gather", rows);
}
