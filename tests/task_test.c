/* Tasks: contract rules 3 (deadlines of calls and of blocks), 5 (sleeping), 6 (cancel, shield), 7 (misuse); joining. */
#include "support/test.h"

#include <cosy/virtual.h>

#include <string.h>

#define ME cosy_task_name(cosy_self())

static int speaker(void *arg)
{
    (void)arg;
    say("%s", ME);
    return 5;
}

static int sleeper(void *ms)
{
    int rc = cosy_sleep(cosy_ms(*(uint32_t *)ms));
    say("%s %s at %d", ME, code_name(rc), at_ms());
    return rc;
}

static uint32_t ms_0, ms_5 = 5, ms_10 = 10, ms_20 = 20, an_hour = 3600000;

/* ---- spawn, join, detach ---- */

static int spawned(void *arg)
{
    (void)arg;
    cosy_task *a = start(speaker, NULL, "a"), *b = start(speaker, NULL, "b");
    say("queued");
    say("%d", join(b));
    say("%s", cosy_task_ended(a) ? "a has ended" : "a runs");
    say("%d", join(a));
    return 0;
}

static int bad_spawns(void *arg)
{
    (void)arg;
    cosy_task *t = NULL;
    say("%s", code_name(cosy_spawn(&t, NULL, NULL, NULL)));
    say("%s", code_name(cosy_spawn(&t, speaker, NULL, &(cosy_spawn_options){.stack_size = COSY_STACK_MIN - 1})));
    return 0;
}

static int names(void *arg)
{
    (void)arg;
    cosy_task *t;
    say("%s, %s", cosy_task_name(NULL), ME);
    cosy_spawn(&t, speaker, NULL, NULL);
    say("%d", join(t));
    say("stack %s, used %s", cosy_stack_size(NULL) > 60000 ? "as asked" : "too small",
        cosy_stack_used(NULL) && cosy_stack_used(NULL) < cosy_stack_size(NULL) ? "a part" : "?");
    return 0;
}

static int detached(void *arg)
{
    (void)arg;
    cosy_spawn(NULL, speaker, NULL, &(cosy_spawn_options){.name = "born detached"});
    cosy_task *a = start(sleeper, &ms_10, "a"), *b = start(speaker, NULL, "b");
    say("%s", code_name(cosy_detach(a)));
    say("twice %s", code_name(cosy_detach(a)));
    say("join %s", code_name(cosy_join(a, NULL, COSY_FOREVER)));
    cosy_sleep(cosy_ms(20));
    say("ended: %s", code_name(cosy_detach(b)));
    say("self %s", code_name(cosy_detach(cosy_self())));
    return 0;
}

static int join_waits(void *arg)
{
    (void)arg;
    cosy_task *a = start(sleeper, &ms_20, "a");
    say("now %s", code_name(cosy_join(a, NULL, COSY_NOW)));
    int rc = cosy_join(a, NULL, cosy_in(cosy_ms(5)));
    say("%s at %d", code_name(rc), at_ms());
    rc = cosy_join(a, NULL, cosy_ms(1));
    say("past %s", code_name(rc));
    rc = cosy_join(a, NULL, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    a = start(speaker, NULL, "b");
    settle(1);
    int result = 0;
    say("ended, past %s", code_name(cosy_join(a, &result, cosy_ms(1))));
    say("%d", result);
    return 0;
}

static cosy_task *target;

static int joiner(void *arg)
{
    int result = -1;
    int rc = cosy_join(target, &result, arg ? *(cosy_time *)arg : COSY_FOREVER);
    say("%s %s %d", ME, code_name(rc), result);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int join_twice(void *arg)
{
    (void)arg;
    target = start(speaker, NULL, "t");
    cosy_task *a = NULL;
    cosy_spawn(&a, joiner, NULL, &(cosy_spawn_options){.name = "a"});
    cosy_task *late = start(sleeper, &ms_10, "late");
    join(a);
    target = late;
    a = start(joiner, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_join(late, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_detach(late)));
    return join(a);
}

static int bad_joins(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_join(NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_join(cosy_self(), NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_detach(NULL)));
    return 0;
}

static int cancel_joiner(void *arg)
{
    (void)arg;
    target = start(sleeper, &ms_10, "t");
    cosy_task *a = start(joiner, NULL, "a");
    settle(1);
    cosy_cancel(a, NULL);
    join(a);
    say("still %s", code_name(join(target))); /* the target went on, and could be joined again */
    return 0;
}

static int granter(void *a)
{
    (void)a;
    return 8;
}

static int ends_then_cancels(void *arg)
{
    cosy_cancel(arg, NULL);
    return 0;
}

/* The target has ended and been given back: the join stands, the cancel comes at the next wait. */
static int cancel_joined(void *arg)
{
    (void)arg;
    target = start(granter, NULL, "t");
    cosy_task *a = start(joiner, NULL, "a");
    cosy_join(start(speaker, NULL, "x"), NULL, COSY_FOREVER); /* t has not been joined yet: a finds it ended */
    join(a);
    target = start(sleeper, &ms_0, "t");
    a = start(joiner, NULL, "a");
    settle(1); /* a waits, t goes round once more */
    cosy_task *c = start(ends_then_cancels, a, "c");
    join(c);
    return join(a);
}

static int join_ties(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    target = start(sleeper, &ms_10, "t"); /* its timer is armed first */
    cosy_task *a = start(joiner, &ten, "a");
    return join(a);
}

static int outside(void *arg)
{
    (void)arg;
    cosy_task *t;
    say("%s", code_name(cosy_spawn(&t, speaker, NULL, NULL)));
    say("%s", code_name(cosy_join(NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_yield()));
    say("%s", code_name(cosy_sleep(1)));
    say("%s", code_name(cosy_sleep(0)));
    say("%s", code_name(cosy_sleep_until(1)));
    say("%s %d", cosy_self() ? "a task" : "no task", (int)cosy_now());
    cosy_scope scope;
    say("%s", code_name(cosy_scope_open(&scope, COSY_FOREVER, COSY_SCOPE_SHIELD)));
    say("%s", code_name(cosy_scope_close(&scope)));
    say("%d", cosy_deadline() == COSY_FOREVER);
    say("%s", cosy_cancel_reason(NULL) ? "cancelled" : "not cancelled");
    say("%d", (int)(cosy_stack_size(NULL) + cosy_stack_used(NULL)));
    return 0;
}

/* ---- yield, sleep ---- */

static int yielder(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++) {
        say("%s%d", ME, i);
        cosy_yield();
    }
    return 0;
}

static int yields(void *arg)
{
    (void)arg;
    say("alone %s", code_name(cosy_yield()));
    cosy_task *a = start(yielder, NULL, "a"), *b = start(yielder, NULL, "b");
    join(a);
    return join(b);
}

static int yields_then(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_yield()));
    say("%s", code_name(cosy_yield()));
    return 0;
}

static int cancel_yield(void *arg)
{
    (void)arg;
    cosy_task *a = start(yields_then, NULL, "a");
    settle(1);
    cosy_cancel(a, NULL); /* it goes round the ready list */
    return join(a);
}

static int sleeps(void *arg)
{
    (void)arg;
    cosy_task *a = start(sleeper, &ms_10, "a"), *b = start(sleeper, &ms_5, "b"), *c = start(sleeper, &ms_0, "c"),
              *d = start(sleeper, &ms_10, "d"), *e = start(sleeper, &an_hour, "e");
    say("%s", code_name(cosy_sleep(-5)));
    say("%s at %d", code_name(cosy_sleep_until(-5)), at_ms());
    join(a);
    join(b);
    join(c);
    join(d);
    join(e);
    return 0;
}

static int sleeps_forever(void *arg)
{
    (void)arg;
    cosy_sleep(COSY_FOREVER);
    say("cancelled by the end of the loop");
    return 0;
}

static int cancel_sleep(void *arg)
{
    (void)arg;
    cosy_task *a = start(sleeper, &ms_10, "a"), *b = start(sleeper, &ms_10, "b"), *c = start(sleeper, &ms_10, "c");
    cosy_sleep(cosy_ms(5));
    cosy_cancel(b, NULL);
    join(b);
    join(a);
    join(c);
    return 0;
}

/* ---- cancel ---- */

static int obeys(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(9));
    say("%s %s, %s", ME, code_name(rc), cosy_cancel_reason(NULL));
    return rc;
}

static int cancels(void *arg)
{
    (void)arg;
    cosy_task *a = start(obeys, NULL, "a"), *b = start(obeys, NULL, "b");
    say("%s", cosy_cancel_reason(a) ? "cancelled" : "not cancelled");
    cosy_cancel(a, "before it ran");
    settle(1);
    say("%s", code_name(cosy_cancel(a, "too late")));
    say("%s", cosy_cancel_reason(a));
    cosy_cancel(b, NULL);
    say("%s", code_name(cosy_cancel(b, "second")));
    join(a);
    join(b);
    say("%s", code_name(cosy_cancel(NULL, NULL)));
    say("%s", code_name(cosy_cancel(cosy_self(), "myself")));
    say("%s", code_name(cosy_sleep(1)));
    say("%s", code_name(cosy_yield()));
    return 0;
}

/* A task that does not heed its cancel starves nobody: what fails at once spends the countdown too. */
static int deaf(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        if (n & 1)
            cosy_yield();
        else
            cosy_sleep(1);
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
    cosy_task *a = start(deaf, &stop, "a"), *b = start(stopper, &stop, "b");
    cosy_cancel(a, NULL);
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int joins_ended(void *arg)
{
    (void)arg;
    cosy_task *t[2 * COSY_BUDGET];
    for (int i = 0; i < 2 * COSY_BUDGET; i++)
        t[i] = start(granter, NULL, "t");
    cosy_sleep(1);
    cosy_task *a = start(speaker, NULL, "a");
    for (int i = 0; i < 2 * COSY_BUDGET; i++)
        join(t[i]);
    say("joined");
    return join(a) == 5 ? 0 : 1;
}

static int shielded(void *arg)
{
    cosy_scope outer, inner;
    (void)arg;
    cosy_scope_open(&outer, COSY_FOREVER, COSY_SCOPE_SHIELD);
    int rc = cosy_sleep(cosy_ms(10));
    say("%s at %d", code_name(rc), at_ms());
    cosy_scope_open(&inner, COSY_FOREVER, COSY_SCOPE_SHIELD);
    rc = cosy_scope_close(&inner); /* one shield less, but not the last */
    say("%s", code_name(rc));
    rc = cosy_sleep(cosy_ms(10));
    say("%s at %d", code_name(rc), at_ms());
    say("yield %s", code_name(cosy_yield()));
    say("%s", code_name(cosy_scope_close(&outer))); /* the cancel was not the scope's */
    rc = cosy_sleep(cosy_ms(10));
    say("%s at %d", code_name(rc), at_ms());
    return 0;
}

static int shields(void *arg)
{
    (void)arg;
    cosy_task *a = start(shielded, NULL, "a");
    cosy_sleep(cosy_ms(5));
    cosy_cancel(a, NULL);
    say("%s", cosy_cancel_reason(a) ? "in force" : "held back");
    join(a);
    a = start(shielded, NULL, "a");
    cosy_cancel(a, NULL); /* before it starts: the shield covers that too */
    return join(a);
}

/* ---- the deadline of a block ---- */

static int scopes(void *arg)
{
    (void)arg;
    cosy_scope outer, middle, inner;
    say("%d", cosy_deadline() == COSY_FOREVER);
    cosy_scope_open(&outer, cosy_ms(20), 0);
    cosy_scope_open(&middle, cosy_ms(10), 0);
    cosy_scope_open(&inner, cosy_ms(50), 0); /* later than the one in force: counts for nothing */
    int rc = cosy_sleep(cosy_ms(4));
    say("%s at %d", code_name(rc), at_ms());
    rc = cosy_sleep(cosy_ms(40));
    say("%s at %d", code_name(rc), at_ms());
    rc = cosy_sleep(1);
    say("again %s, yield %s", code_name(rc), code_name(cosy_yield()));
    say("%s", code_name(cosy_scope_close(&inner)));
    say("%s", code_name(cosy_scope_close(&middle)));
    rc = cosy_sleep(cosy_ms(40));
    say("%s at %d", code_name(rc), at_ms());
    say("%s", code_name(cosy_scope_close(&outer)));
    rc = cosy_sleep(cosy_ms(5));
    say("%s at %d", code_name(rc), at_ms());
    return 0;
}

static cosy_semaphore sem;

/* What completes at once does so under a deadline that has passed; a try is a try. */
static int scope_passed(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 1, 1, "S");
    cosy_sleep(cosy_ms(2));
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_ms(1), 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_NOW)));
    say("%s", code_name(cosy_sleep(1)));
    cosy_scope_close(&scope);
    say("%s at %d", code_name(cosy_sleep(1)), at_ms());
    return 0;
}

/* The least possible deadline of a block is still a timeout, not a try, and leaves nothing behind. */
static int scope_now(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 0, 1, "S");
    cosy_scope scope;
    cosy_scope_open(&scope, COSY_NOW, 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_sleep(1)));
    cosy_scope_close(&scope);
    say("%s", code_name(cosy_sleep(1)));
    return 0;
}

static int scoped_taker(void *arg)
{
    cosy_scope scope;
    (void)arg;
    cosy_scope_open(&scope, cosy_ms(10), 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_scope_close(&scope)));
    return 0;
}

static int scope_ties(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 0, 1, "S");
    cosy_task *a = start(scoped_taker, NULL, "a");
    cosy_sleep_until(cosy_ms(10));
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

/* A wait that was ended by the block's deadline, one by its own: each says timed out, a sleep of its own OK. */
static int scope_and_own(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 0, 1, "S");
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_ms(10), 0);
    int rc = cosy_semaphore_acquire(&sem, 1, cosy_ms(5));
    say("%s at %d", code_name(rc), at_ms());
    rc = cosy_semaphore_acquire(&sem, 1, cosy_ms(50));
    say("%s at %d", code_name(rc), at_ms());
    cosy_scope_close(&scope);
    rc = cosy_sleep_until(cosy_ms(20));
    say("%s at %d", code_name(rc), at_ms());
    return 0;
}

static int scope_cancelled(void *arg)
{
    cosy_scope scope;
    (void)arg;
    cosy_scope_open(&scope, cosy_ms(10), 0);
    say("%s", code_name(cosy_sleep(cosy_ms(20))));
    say("%s", code_name(cosy_sleep(cosy_ms(20))));
    say("%s", code_name(cosy_scope_close(&scope)));
    return 0;
}

static int cancel_in_scope(void *arg)
{
    (void)arg;
    cosy_task *a = start(scope_cancelled, NULL, "a");
    cosy_sleep(cosy_ms(5));
    cosy_cancel(a, NULL);
    return join(a);
}

/* ---- time, codes ---- */

static int times(void *arg)
{
    (void)arg;
    say("%d", cosy_in(COSY_FOREVER) == COSY_FOREVER);
    cosy_sleep(cosy_ms(1));
    say("%d", cosy_in(COSY_FOREVER - 10) == COSY_FOREVER && cosy_in(5) == 1000005);
    const uint32_t samples[] = {0, 1, 999, 65535, 65536, 65537, 1000000, UINT32_MAX};
    bool right = cosy_ns(7) == 7;
    for (int i = 0; i < 8; i++)
        right = right && cosy_us(samples[i]) == samples[i] * INT64_C(1000) &&
                cosy_ms(samples[i]) == samples[i] * INT64_C(1000000) &&
                cosy_s(samples[i]) == samples[i] * INT64_C(1000000000);
    say("%s", right ? "right" : "wrong");
    return 0;
}

static int codes(void *arg)
{
    (void)arg;
    int different = 0;
    for (int i = 0; i <= -COSY_EOPEN; i++) {
        const char *text = cosy_strerror(-i);
        different += strlen(text) > 5 && strcmp(text, cosy_strerror(-i - 1)) && !strstr(text, "unknown");
    }
    say("%d sentences", different);
    say("%s; %s", cosy_strerror(3), cosy_strerror(-999));
    say("%s", strstr(cosy_strerror(COSY_WAITING), "waiting") ? "waiting" : "?");
    say("%s", cosy_strerror(COSY_ESYSTEM - 2));
    say("%d %d", cosy_errno(COSY_ESYSTEM - 2), cosy_errno(COSY_EINVAL));
    return 0;
}

static void never_runs(cosy_task *task)
{
    cosy_task_end(task, 0);
}

/* What belongs to another loop is not joined, and does not start here. */
static int of_another_loop(void *arg)
{
    static cosy_loop other;
    static cosy_timer_slot heap[1];
    static uint32_t place[2];
    static cosy_timer *timer[2];
    cosy_task foreign;
    cosy_group group;
    (void)arg;
    cosy_virtual_init(&other);
    cosy_timers_room(&other, heap, place, timer, 1);
    cosy_task_init(&foreign, &other, never_runs, "foreign");
    cosy_group_open(&group, "here");
    say("%s", code_name(cosy_task_start(&foreign, &group)));
    say("%s", code_name(cosy_task_start(&foreign, NULL)));
    say("%s", code_name(cosy_join(&foreign, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_join_begin(&foreign, NULL, NULL)));
    cosy_group_join(&group, COSY_FOREVER);
    say("%s %d", code_name(cosy_loop_run(&other)), cosy_task_ended(&foreign)); /* not from inside this one */
    return 0;
}

static int leaves_one(void *arg)
{
    (void)arg;
    say("%s", cosy_cancel_source(NULL) ? "cancelled" : "not cancelled");
    return 0;
}

static int joined_from_outside(void *arg)
{
    cosy_loop *loop;
    (void)arg;
    cosy_loop_open(&loop, &(cosy_options){.virtual_time = true});
    cosy_task *t;
    cosy_loop_spawn(loop, &t, leaves_one, NULL, &(cosy_spawn_options){.name = "t"});
    say("%s", code_name(cosy_join(t, NULL, COSY_FOREVER)));
    say("%s", cosy_cancel_source(NULL) ? "?" : "nobody");
    say("%s", code_name(cosy_loop_run_until(loop, t, NULL)));
    return cosy_loop_close(loop);
}

/* A sleep of no length, by the begin form, is one that did not come to its end. */
static int sleep_now(void *arg)
{
    cosy_task *me = cosy_self();
    (void)arg;
    cosy_sleep_begin(&me->wait);
    say("%s", code_name(cosy_await(me, COSY_NOW)));
    return 0;
}

/* ---- interrupting: a cancel that is not remembered ---- */

static cosy_lock busy = COSY_LOCK_INIT("busy");

static int waits_twice(void *arg)
{
    (void)arg;
    say("%s first %s", ME, code_name(cosy_lock_acquire(&busy, COSY_FOREVER)));
    say("%s second %s", ME, code_name(cosy_sleep(cosy_ms(1))));
    if (cosy_lock_owner(&busy) == cosy_self())
        cosy_lock_release(&busy);
    return 0;
}

static int interrupted(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&busy, COSY_FOREVER);
    cosy_task *a = start(waits_twice, NULL, "a"), *b = start(waits_twice, NULL, "b");
    say("not begun %s", code_name(cosy_interrupt(a)));
    settle(1);
    say("in line %s", code_name(cosy_interrupt(a)));
    say("again %s", code_name(cosy_interrupt(a)));
    join(a);
    cosy_lock_release(&busy);
    join(b);
    say("NULL %s", code_name(cosy_interrupt(NULL)));
    return 0;
}

/* What it was granted passes to the next in line. */
static int interrupted_after_grant(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&busy, COSY_FOREVER);
    cosy_task *a = start(waits_twice, NULL, "a"), *b = start(waits_twice, NULL, "b");
    settle(1);
    say("handed %d", cosy_lock_handed(&busy));
    cosy_lock_release(&busy);
    say("handed %d to %s", cosy_lock_handed(&busy), cosy_task_name(cosy_lock_owner(&busy)));
    int rc = cosy_interrupt(a);
    say("%s, to %s", code_name(rc), cosy_task_name(cosy_lock_owner(&busy)));
    settle(1);
    say("handed %d", cosy_lock_handed(&busy));
    join(a);
    join(b);
    say("free: handed %d", cosy_lock_handed(&busy));
    return 0;
}

static int puts_one(void *queue)
{
    say("put %s", code_name(cosy_queue_put(queue, &(int){2}, COSY_FOREVER)));
    return 0;
}

/* A put that has taken effect stands, and nothing is remembered; a task that has ended is none any more. */
static int interrupted_too_late(void *arg)
{
    int room[1], item = 1;
    cosy_queue queue;
    (void)arg;
    cosy_queue_init(&queue, room, sizeof *room, 1, "Q");
    cosy_queue_put(&queue, &item, COSY_FOREVER);
    cosy_task *t = start(puts_one, &queue, "t");
    settle(1);
    cosy_queue_get(&queue, &item, COSY_FOREVER);
    say("%s", code_name(cosy_interrupt(t)));
    settle(1);
    say("%s", code_name(cosy_interrupt(t)));
    join(t);
    return cosy_queue_count(&queue) == 1 ? 0 : -1;
}

/* A yield is ended like a wait; a lock whose owner waits elsewhere is not one that was handed over. */
static int yields_once(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&busy, COSY_FOREVER);
    say("runs: handed %d", cosy_lock_handed(&busy));
    say("%s", code_name(cosy_yield()));
    say("%s", code_name(cosy_sleep(cosy_ms(1))));
    cosy_lock_release(&busy);
    return 0;
}

static int interrupted_yield(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&busy, COSY_FOREVER);
    cosy_task *t = start(yields_once, NULL, "t");
    settle(1);
    cosy_lock_release(&busy);
    settle(1);
    say("yields: handed %d", cosy_lock_handed(&busy));
    say("%s", code_name(cosy_interrupt(t)));
    settle(1);
    say("sleeps: handed %d", cosy_lock_handed(&busy));
    join(t);
    return 0;
}

static const test_row rows[] = {
    {"a task of another loop", of_another_loop,
     "cosy_task_start(here) by main: EINVAL, see foreign; EINVAL; OK; cosy_join(foreign) by main: EINVAL; EINVAL; "
     "cosy_join(foreign) by main: ENOTASK; ENOTASK; cosy_loop_run((unnamed)) by main: EBUSY, see main; EBUSY 0"},
    {"joined from outside a task", joined_from_outside,
     "cosy_join(t) by (no task): ENOTASK; ENOTASK; nobody; not cancelled; OK", .without_loop = true},
    {"a sleep that may not wait", sleep_now, "EAGAIN"},
    {"a spawned task is queued, not entered; join gives its result", spawned, "queued; a; b; 5; a has ended; 5"},
    {"spawn refuses no function and too small a stack", bad_spawns,
     "cosy_spawn((unnamed)) by main: EINVAL; EINVAL; cosy_spawn((unnamed)) by main: ESTACK; ESTACK"},
    {"names and stacks", names, "(no task), main; (unnamed); 5; stack as asked, used a part"},
    {"detached tasks cannot be joined or detached again", detached,
     "OK; cosy_detach(a) by main: EINVAL; twice EINVAL; cosy_join(a) by main: EINVAL; join EINVAL; born detached; b; "
     "a OK at 10; ended: OK; cosy_detach(main) by main: EBUSY, see run until; self EBUSY"},
    {"join waits until its deadline, and can be repeated", join_waits,
     "now EAGAIN; ETIMEDOUT at 5; past ETIMEDOUT; a OK at 20; OK at 20; b; ended, past OK; 5"},
    {"one joiner at a time", join_twice,
     "t; a OK 5; then OK; cosy_join(late) by main: EBUSY, see a; EBUSY; cosy_detach(late) by main: EBUSY, see a; EBUSY; "
     "late OK at 10; a OK 0; then OK"},
    {"join NULL, join oneself, detach NULL", bad_joins,
     "cosy_join((no task)) by main: EINVAL; EINVAL; cosy_join(main) by main: EDEADLK, see main; EDEADLK; "
     "cosy_detach((no task)) by main: EINVAL; EINVAL"},
    {"a cancelled joiner leaves the task as it was", cancel_joiner, "a ECANCELED -1; then ECANCELED; t OK at 10; still OK"},
    {"a join that was granted stands", cancel_joined,
     "a OK 8; x; then OK; t OK at 0; a OK 0; then ECANCELED"},
    {"an end that ties with the joiner's deadline wins", join_ties, "t OK at 10; a OK 0; then OK"},
    {"outside a task", outside,
     "cosy_spawn((unnamed)) by (no task): ENOTASK; ENOTASK; cosy_join((no task)) by (no task): ENOTASK; ENOTASK; "
     "cosy_yield((unnamed)) by (no task): ENOTASK; ENOTASK; cosy_sleep((unnamed)) by (no task): ENOTASK; ENOTASK; "
     "cosy_yield((unnamed)) by (no task): ENOTASK; ENOTASK; cosy_sleep((unnamed)) by (no task): ENOTASK; ENOTASK; "
     "no task 0; cosy_scope_open((unnamed)) by (no task): ENOTASK; ENOTASK; "
     "cosy_scope_close((unnamed)) by (no task): EDONE; EDONE; 1; not cancelled; 0",
     .without_loop = true},

    {"yield goes round", yields, "alone OK; a0; b0; a1; b1; a2; b2"},
    {"cancel of a task that yields", cancel_yield, "ECANCELED; ECANCELED"},
    {"sleepers wake in order of time, ties in order of arming", sleeps,
     "OK; c OK at 0; OK at 0; b OK at 5; a OK at 10; d OK at 10; e OK at 3600000"},
    {"sleeping for ever is a deadlock", sleeps_forever, "cancelled by the end of the loop", NULL, COSY_EDEADLK},
    {"cancel of a sleeper leaves the others", cancel_sleep, "b ECANCELED at 5; a OK at 10; c OK at 10"},

    {"cancel before it runs, while it waits, twice, after its end, NULL, oneself", cancels,
     "not cancelled; a ECANCELED, before it ran; EDONE; before it ran; OK; b ECANCELED, cancelled; "
     "cosy_cancel((unnamed)) by main: EINVAL; EINVAL; OK; ECANCELED; ECANCELED"},
    {"a task that does not heed its cancel does not starve others", fair, "others ran in time"},
    {"joins of ended tasks do not starve others", joins_ended, "a; joined"},
    {"a shield holds cancels back", shields,
     "held back; OK at 10; OK; OK at 20; yield OK; OK; ECANCELED at 20; OK at 30; OK; OK at 40; yield OK; OK; "
     "ECANCELED at 40"},

    {"the earliest of nested deadlines counts, and each wait in it ends", scopes,
     "1; OK at 4; ETIMEDOUT at 10; again ETIMEDOUT, yield ETIMEDOUT; OK; ETIMEDOUT; ETIMEDOUT at 20; ETIMEDOUT; "
     "OK at 25"},
    {"under a deadline that has passed", scope_passed, "OK; ETIMEDOUT; EAGAIN; ETIMEDOUT; OK at 2"},
    {"a scope of COSY_NOW", scope_now, "ETIMEDOUT; ETIMEDOUT; OK"},
    {"a grant that ties with the block's deadline wins", scope_ties, "OK; OK"},
    {"the block's deadline and the call's own", scope_and_own, "ETIMEDOUT at 5; ETIMEDOUT at 10; OK at 20"},
    {"cancel in a block with a deadline", cancel_in_scope, "ECANCELED; ECANCELED; OK"},

    {"lengths of time", times, "1; 1; right"},
    {"codes in words", codes, "22 sentences; success; unknown result code; waiting; No such file or directory; 2 0"},

    {"interrupt ends a wait, once", interrupted,
     "not begun EAGAIN; in line OK; again OK; a first ECANCELED; a second OK; b first OK; b second OK; "
     "cosy_interrupt((unnamed)) by main: EINVAL; NULL EINVAL"},
    {"interrupt overrules a grant", interrupted_after_grant,
     "handed 0; handed 1 to a; OK, to b; a first ECANCELED; b first OK; handed 0; a second OK; b second OK; free: handed 0"},
    {"interrupt of what cannot be taken back", interrupted_too_late, "EAGAIN; put OK; EDONE"},
    {"interrupt of a yield", interrupted_yield, "runs: handed 0; yields: handed 0; OK; ECANCELED; sleeps: handed 0; OK"},
};

int main(void)
{
    return TEST_ROWS("task", rows);
}
