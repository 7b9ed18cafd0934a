/* Task-local values: bindings nest, children see what was bound when their group was opened, tasks see nothing of each
 * other; contract rule 7 (misuse).
 */
#include "support/test.h"

static cosy_local user = COSY_LOCAL_INIT("user", "nobody");
static cosy_local color = COSY_LOCAL_INIT("color", "grey");
static cosy_local bare = COSY_LOCAL_INIT("bare", NULL);

static void say_both(const char *where)
{
    say("%s: %s %s", where, (const char *)cosy_local_get(&user), (const char *)cosy_local_get(&color));
}

static void binds(cosy_binding *binding, cosy_local *local, const char *value)
{
    int rc = cosy_bind(binding, local, (void *)(uintptr_t)value);
    if (rc)
        say("bind %s", code_name(rc));
}

static void unbinds(cosy_binding *binding)
{
    int rc = cosy_unbind(binding);
    if (rc)
        say("unbind %s", code_name(rc));
}

/* ---- nesting ---- */

static void deep_down(int levels)
{
    cosy_binding b;
    if (levels == 0) {
        say_both("deep down");
        return;
    }
    binds(&b, &user, levels == 1 ? "innermost" : "inner");
    deep_down(levels - 1);
    unbinds(&b);
}

static int nests(void *arg)
{
    cosy_binding a, b, c;
    (void)arg;
    say_both("first");
    binds(&a, &user, "ann");
    say_both("one");
    binds(&b, &color, "blue");
    say_both("two");
    binds(&c, &user, "carl");
    say_both("three");
    deep_down(3);
    say_both("three");
    unbinds(&c);
    say_both("two");
    unbinds(&b);
    unbinds(&a);
    say_both("none");
    binds(&a, &user, "again");
    say_both("again");
    unbinds(&a);
    return 0;
}

static int null_values(void *arg)
{
    cosy_binding a;
    (void)arg;
    say("%s", cosy_local_get(&bare) ? "something" : "nothing");
    binds(&a, &bare, "a value");
    say("%s", (const char *)cosy_local_get(&bare));
    unbinds(&a);
    binds(&a, &user, NULL); /* a value like any other, not the fallback */
    say("%s", cosy_local_get(&user) ? "something" : "nothing");
    unbinds(&a);
    return 0;
}

/* ---- children ---- */

static int reads(void *where)
{
    say_both(where);
    cosy_sleep(cosy_ms(1));
    say_both(where);
    return 0;
}

static int rebinds(void *where)
{
    cosy_binding b;
    binds(&b, &user, where);
    cosy_sleep(cosy_ms(1));
    say_both(where);
    unbinds(&b);
    say_both(where);
    return 0;
}

static void put(cosy_group *group, cosy_fn fn, const char *name)
{
    cosy_spawn_in(group, NULL, fn, (void *)(uintptr_t)name, &(cosy_spawn_options){.name = name});
}

static int isolated(void *arg)
{
    cosy_binding b;
    (void)arg;
    cosy_task *before = start(reads, "before", NULL);
    binds(&b, &user, "ann");
    cosy_task *after = start(reads, "after", NULL); /* of no group of ours: begins without any */
    join(before);
    join(after);
    unbinds(&b);
    return 0;
}

static int inherited(void *arg)
{
    cosy_group g;
    cosy_binding a, b;
    (void)arg;
    binds(&a, &user, "ann");
    cosy_group_open(&g, "g");
    put(&g, reads, "child");
    binds(&b, &user, "bob"); /* inside the group: its children may outlive this */
    put(&g, reads, "later child");
    unbinds(&b);
    cosy_group_join(&g, COSY_FOREVER);
    unbinds(&a);
    return 0;
}

static int siblings(void *arg)
{
    cosy_group g;
    cosy_binding a;
    (void)arg;
    binds(&a, &color, "red");
    cosy_group_open(&g, "g");
    put(&g, rebinds, "x");
    put(&g, rebinds, "y");
    cosy_group_join(&g, COSY_FOREVER);
    say_both("parent");
    unbinds(&a);
    return 0;
}

static int has_children(void *where)
{
    cosy_group g;
    cosy_binding b;
    binds(&b, &color, where);
    cosy_group_open(&g, "inner");
    put(&g, reads, "grandchild");
    cosy_group_join(&g, COSY_FOREVER);
    unbinds(&b);
    return 0;
}

static int grandchildren(void *arg)
{
    cosy_group g;
    cosy_binding a;
    (void)arg;
    binds(&a, &user, "ann");
    cosy_group_open(&g, "outer");
    put(&g, has_children, "child");
    cosy_group_join(&g, COSY_FOREVER);
    unbinds(&a);
    return 0;
}

/* A child that is put in by somebody else sees what the group has, not what that one has. */
static cosy_group shared;

static int puts_another(void *arg)
{
    cosy_binding b;
    (void)arg;
    binds(&b, &user, "stranger");
    put(&shared, reads, "put in");
    unbinds(&b);
    return 0;
}

static int put_by_another(void *arg)
{
    cosy_binding a;
    (void)arg;
    binds(&a, &user, "ann");
    cosy_group_open(&shared, "shared");
    put(&shared, reads, "child");
    join(start(puts_another, NULL, "stranger"));
    cosy_group_join(&shared, COSY_FOREVER);
    unbinds(&a);
    return 0;
}

/* ---- stackless tasks ---- */

struct machine {
    cosy_task task;
    cosy_binding binding;
    int steps;
};

static void steps(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    say_both("stackless");
    if (m->steps++ == 0) {
        binds(&m->binding, &color, "green");
        cosy_sleep_begin(&task->wait);
        if (cosy_await(task, cosy_in(cosy_ms(1))) == COSY_WAITING)
            return;
    }
    unbinds(&m->binding);
    say_both("stackless");
    cosy_task_end(task, 0);
}

static int stackless(void *arg)
{
    static struct machine machine;
    cosy_group g;
    cosy_binding a;
    (void)arg;
    machine = (struct machine){.steps = 0};
    binds(&a, &user, "ann");
    cosy_group_open(&g, "g");
    cosy_task_init(&machine.task, cosy_here(), steps, "s");
    cosy_task_start(&machine.task, &g);
    cosy_group_join(&g, COSY_FOREVER);
    unbinds(&a);
    return join(&machine.task);
}

static void reads_in_callback(void *arg)
{
    (void)arg;
    say_both("callback");
}

static int callback(void *arg)
{
    cosy_call call = {.loop = NULL};
    cosy_binding a;
    (void)arg;
    binds(&a, &user, "ann");
    cosy_call_at(cosy_here(), &call, cosy_ms(1), reads_in_callback, NULL);
    cosy_sleep(cosy_ms(2));
    unbinds(&a);
    return 0;
}

/* ---- misuse ---- */

static cosy_binding others;

static int unbinds_others(void *arg)
{
    (void)arg;
    unbinds(&others);
    return 0;
}

static int misuse(void *arg)
{
    cosy_binding a, never = {.task = NULL};
    (void)arg;
    say("%s", code_name(cosy_bind(NULL, &user, NULL)));
    say("%s", code_name(cosy_bind(&a, NULL, NULL)));
    say("%s", code_name(cosy_unbind(NULL)));
    say("%s", code_name(cosy_unbind(&never)));
    say("%s", cosy_local_get(NULL) ? "something" : "nothing");
    return 0;
}

static int out_of_order(void *arg)
{
    cosy_binding a, b;
    (void)arg;
    binds(&a, &user, "ann");
    binds(&b, &color, "blue");
    unbinds(&a);
    say_both("still");
    unbinds(&b);
    unbinds(&a);
    unbinds(&a);
    say_both("none");
    return 0;
}

static int by_another(void *arg)
{
    (void)arg;
    binds(&others, &user, "ann");
    join(start(unbinds_others, NULL, "a"));
    say_both("still");
    unbinds(&others);
    return 0;
}

/* A child cannot end what its parent has bound. */
static int by_child(void *arg)
{
    cosy_group g;
    (void)arg;
    binds(&others, &user, "ann");
    cosy_group_open(&g, "g");
    put(&g, unbinds_others, "child");
    cosy_group_join(&g, COSY_FOREVER);
    unbinds(&others);
    return 0;
}

static int bound_twice(void *arg)
{
    cosy_binding a, b;
    (void)arg;
    binds(&a, &user, "ann");
    binds(&a, &user, "twice");
    binds(&b, &user, "bob");
    binds(&a, &color, "blue");
    say_both("as before");
    unbinds(&b);
    unbinds(&a);
    return 0;
}

static int leaves_bound(void *arg)
{
    (void)arg;
    binds(&others, &user, "ann");
    return 7;
}

static int left_bound(void *arg)
{
    cosy_group g;
    cosy_binding a;
    int result = 0;
    cosy_task *t;
    (void)arg;
    say("%d", join(start(leaves_bound, NULL, "a")));
    binds(&a, &color, "red");
    cosy_group_open(&g, "g");
    cosy_spawn_in(&g, &t, leaves_bound, NULL, &(cosy_spawn_options){.name = "child"});
    cosy_group_join(&g, COSY_FOREVER);
    cosy_join(t, &result, COSY_FOREVER);
    say("%d", result);
    unbinds(&a);
    return 0;
}

static int outside(void *arg)
{
    cosy_binding a;
    (void)arg;
    say("%s", code_name(cosy_bind(&a, &user, NULL)));
    say("%s", code_name(cosy_unbind(&a)));
    say_both("outside");
    return 0;
}

static const test_row rows[] = {
    {"bindings nest", nests,
     "first: nobody grey; one: ann grey; two: ann blue; three: carl blue; deep down: innermost blue; three: carl blue; "
     "two: ann blue; none: nobody grey; again: again grey"},
    {"NULL as fallback and as value", null_values, "nothing; a value; nothing"},

    {"other tasks see nothing of it", isolated,
     "before: nobody grey; after: nobody grey; before: nobody grey; after: nobody grey"},
    {"children see what was bound when the group was opened", inherited,
     "child: ann grey; later child: ann grey; child: ann grey; later child: ann grey"},
    {"siblings bind for themselves", siblings,
     "x: x red; x: nobody red; y: y red; y: nobody red; parent: nobody red"},
    {"grandchildren see all that is around them", grandchildren, "grandchild: ann child; grandchild: ann child"},
    {"a child that somebody else put in", put_by_another,
     "child: ann grey; put in: ann grey; child: ann grey; put in: ann grey"},
    {"a stackless child", stackless, "stackless: ann grey; stackless: ann green; stackless: ann grey"},
    {"callbacks see the fallback", callback, "callback: nobody grey"},

    {"NULL, never bound", misuse,
     "cosy_bind(user) by main: EINVAL; EINVAL; cosy_bind((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_unbind((unnamed)) by main: EINVAL; EINVAL; cosy_unbind((unnamed)) by main: EDONE; EDONE; nothing"},
    {"unbound out of order, unbound twice", out_of_order,
     "cosy_unbind(user) by main: EINVAL, see main; unbind EINVAL; still: ann blue; "
     "cosy_unbind((unnamed)) by main: EDONE; unbind EDONE; none: nobody grey"},
    {"unbound by another task", by_another,
     "cosy_unbind(user) by a: EINVAL, see main; unbind EINVAL; still: ann grey"},
    {"unbound by a child", by_child, "cosy_unbind(user) by child: EINVAL, see main; unbind EINVAL"},
    {"bound twice", bound_twice,
     "cosy_bind(user) by main: EBUSY; bind EBUSY; cosy_bind(color) by main: EBUSY; bind EBUSY; as before: bob grey"},
    {"a task ends and leaves a binding", left_bound, "cosy_bind(a) by a: EOPEN; 7; cosy_bind(child) by child: EOPEN; 7"},
    {"outside a task", outside,
     "cosy_bind(user) by (no task): ENOTASK; ENOTASK; cosy_unbind((unnamed)) by (no task): EDONE; EDONE; "
     "outside: nobody grey",
     .without_loop = true},
};

int main(void)
{
    return TEST_ROWS("local", rows);
}
