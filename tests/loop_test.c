/* Loop: contract rules 2 (wake-ups before timers), 4 (fairness), 5 (order of timers, one at a time; simulated time),
 * 6 (leaving a loop), 7 (misuse), 8 (deadlock). Run, run until, one pass, stop, clear, close, delayed calls.
 *
 * Rows without a loop open their own, in simulated time. */
#include "support/test.h"

#include <cosy/virtual.h>

#define ME cosy_task_name(cosy_self())

static cosy_loop *loop;
static cosy_semaphore sem;

static void open_loop(cosy_time grace)
{
    cosy_loop_open(&loop, &(cosy_options){.virtual_time = true, .grace = grace});
    cosy_semaphore_init(&sem, 0, 9, "S");
}

static cosy_task *put(cosy_fn fn, void *arg, const char *name)
{
    cosy_task *t = NULL;
    cosy_loop_spawn(loop, &t, fn, arg, &(cosy_spawn_options){.name = name});
    return t;
}

static void put_detached(cosy_fn fn, void *arg, const char *name)
{
    cosy_detach(put(fn, arg, name));
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s", ME);
    return 4;
}

static int thrice(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++) {
        say("%s%d", ME, i);
        cosy_yield();
    }
    return 3;
}

static int sleeper(void *ms)
{
    int rc = cosy_sleep(cosy_ms(*(uint32_t *)ms));
    say("%s %s at %d", ME, code_name(rc), at_ms());
    return rc;
}

static int taker(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return rc;
}

static uint32_t ms_10 = 10, ms_20 = 20;

static void caller(void *text)
{
    say("%s at %d", (char *)text, at_ms());
}

/* ---- run ---- */

static int runs_all(void *arg)
{
    (void)arg;
    open_loop(0);
    say("empty %s", code_name(cosy_loop_run(loop)));
    put_detached(thrice, NULL, "a");
    put_detached(sleeper, &ms_10, "b");
    put_detached(speaker, NULL, "c");
    say("%s", code_name(cosy_loop_run(loop)));
    put_detached(sleeper, &ms_10, "d");
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int until(void *arg)
{
    (void)arg;
    int result = 0;
    open_loop(0);
    cosy_task *a = put(sleeper, &ms_10, "a"), *b = put(speaker, NULL, "b"), *c = put(thrice, NULL, "c");
    put_detached(sleeper, &ms_20, "d");
    say("%s", code_name(cosy_loop_run_until(loop, b, &result)));
    say("%d", result);
    say("%s", code_name(cosy_loop_run_until(loop, a, NULL)));
    say("ended: %s", code_name(cosy_loop_run_until(loop, c, &result)));
    say("%d", result);
    say("rest %s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int stopper(void *times)
{
    say("stop");
    for (int n = *(int *)times; n > 0; n--)
        cosy_loop_stop(cosy_here());
    cosy_yield();
    say("next run");
    return 0;
}

static int once = 1, twice = 2;

/* The pass is finished: who is ready when it stops runs once more, and not again. */
static int stops(void *times)
{
    open_loop(0);
    cosy_loop_stop(loop); /* does not run: harmless, and forgotten */
    put_detached(thrice, NULL, "a");
    put_detached(stopper, times, "s");
    put_detached(thrice, NULL, "b");
    say("%s", code_name(cosy_loop_run(loop)));
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int breaker(void *with_stop)
{
    say("break");
    if (with_stop)
        cosy_loop_stop(cosy_here());
    cosy_loop_break(cosy_here());
    cosy_yield();
    say("next run");
    return 0;
}

/* The pass is not finished: who is ready stays so, also behind a stop that was asked for before. */
static int breaks(void *with_stop)
{
    open_loop(0);
    cosy_loop_break(loop); /* does not run: harmless, and forgotten */
    put_detached(thrice, NULL, "a");
    put_detached(breaker, with_stop, "s");
    put_detached(speaker, NULL, "b");
    say("%s", code_name(cosy_loop_run(loop)));
    say("%s", code_name(cosy_loop_run(loop)));
    say("%s", code_name(cosy_loop_break(NULL)));
    return cosy_loop_close(loop);
}

static void break_now(void *l)
{
    cosy_loop_break(l);
}

/* From a timer, while nobody is ready. */
static int breaks_idle(void *arg)
{
    cosy_call call = {.loop = NULL};
    (void)arg;
    open_loop(0);
    put_detached(sleeper, &(uint32_t){20}, "s");
    cosy_call_at(loop, &call, cosy_ms(10), break_now, loop);
    say("%s", code_name(cosy_loop_run(loop)));
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int stopped_until(void *arg)
{
    (void)arg;
    open_loop(0);
    cosy_task *a = put(sleeper, &ms_10, "a");
    put_detached(stopper, &once, "s");
    say("%s", code_name(cosy_loop_run_until(loop, a, NULL)));
    say("%s", code_name(cosy_loop_run_until(loop, a, NULL)));
    return cosy_loop_close(loop);
}

static int stop_and_end(void *arg)
{
    (void)arg;
    cosy_loop_stop(cosy_here());
    return 6;
}

/* Somebody stops the loop in the pass in which the awaited task ends: it has ended all the same. */
static int stopped_as_it_ended(void *arg)
{
    (void)arg;
    int result = 0;
    open_loop(0);
    cosy_task *a = put(stop_and_end, NULL, "a");
    say("%s", code_name(cosy_loop_run_until(loop, a, &result)));
    say("%d", result);
    put_detached(speaker, NULL, "b");
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int stops_main(void *arg)
{
    (void)arg;
    cosy_loop_stop(cosy_here());
    int rc = cosy_sleep(cosy_ms(10));
    say("%s", code_name(rc));
    return rc;
}

static int result_of_main(void *arg)
{
    (void)arg;
    say("runs");
    return -77;
}

static int inside(void *arg)
{
    (void)arg;
    cosy_task *a = start(speaker, NULL, "a");
    say("%s", code_name(cosy_loop_run(cosy_here())));
    say("%s", code_name(cosy_loop_run_until(cosy_here(), a, NULL)));
    say("%s", code_name(cosy_loop_run_once(cosy_here())));
    say("%s", code_name(cosy_loop_clear(cosy_here(), 0)));
    return join(a) == 4 ? 0 : 1;
}

static int with_null(void *arg)
{
    (void)arg;
    cosy_loop l;
    say("%s", code_name(cosy_loop_init(NULL, NULL)));
    say("%s", code_name(cosy_loop_init(&l, NULL)));
    say("%s", code_name(cosy_loop_run(NULL)));
    say("%s", code_name(cosy_loop_run_once(NULL)));
    say("%s", code_name(cosy_loop_run_until(NULL, NULL, NULL)));
    say("%s", code_name(cosy_loop_stop(NULL)));
    say("%s", code_name(cosy_loop_clear(NULL, 0)));
    return 0;
}

/* b comes between the mark of its stop and the one who waits for a's end. */
static int stops_and_goes_on(void *arg)
{
    cosy_loop_stop(cosy_here());
    return thrice(arg);
}

static int stopped_as_it_ended_with_others(void *arg)
{
    (void)arg;
    int result = 0;
    open_loop(0);
    put_detached(stops_and_goes_on, NULL, "b");
    cosy_task *a = put(speaker, NULL, "a");
    say("%s", code_name(cosy_loop_run_until(loop, a, &result)));
    say("%d", result);
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int another_inside(void *arg)
{
    (void)arg;
    open_loop(0);
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

/* ---- the least of ports: a clock, and a way to idle ---- */

static int poor_ports(void *arg)
{
    static const cosy_port no_clock = {.idle = NULL};
    cosy_port no_idling = cosy_virtual_port;
    cosy_loop l;
    (void)arg;
    no_idling.idle = NULL;
    say("%s", code_name(cosy_loop_init(&l, &no_clock)));
    say("%s", code_name(cosy_loop_init(&l, &no_idling)));
    say("%s", code_name(cosy_virtual_init(&l)));
    say("%s", code_name(cosy_loop_run_until(&l, NULL, NULL)));
    say("%s", code_name(cosy_loop_hook(NULL, NULL)));
    return 0;
}

enum { CROWD = 30 };
static cosy_loop small;
static cosy_event event;
static cosy_task machines[CROWD];

static void steps(cosy_task *task)
{
    int rc = task->wait.ops ? cosy_task_result(task) : cosy_event_wait_begin(&event, &task->wait);
    if (rc == COSY_WAITING && cosy_await(task, COSY_FOREVER) == COSY_WAITING)
        return;
    cosy_task_end(task, rc);
}

/* Room for so many timers, and as many tasks. */
static void open_small(const cosy_port *port, int n)
{
    static cosy_timer_slot heap[CROWD];
    static uint32_t place[CROWD + 1];
    static cosy_timer *timer[CROWD + 1];
    cosy_loop_init(&small, port);
    small.flags |= COSY_L_VIRTUAL;
    cosy_timers_room(&small, heap, place, timer, (uint32_t)n);
    cosy_event_init(&event, "E");
    for (int i = 0; i < n; i++) {
        cosy_task_init(&machines[i], &small, steps, "m");
        cosy_task_start(&machines[i], NULL);
    }
}

/* Nobody is woken by a post, nobody is told of a deadlock, and there is room for one timer only. */
static int least_of_ports(void *arg)
{
    static cosy_post post;
    cosy_task more;
    cosy_call call = {.loop = NULL};
    (void)arg;
    open_small(&cosy_virtual_port, 1);
    say("task %s", code_name(cosy_task_init(&more, &small, steps, "more")));
    say("call %s", code_name(cosy_call_at(&small, &call, 1, caller, "never")));
    say("%s", code_name(cosy_loop_run(&small)));
    say("grace %s", code_name(cosy_loop_clear(&small, cosy_ms(1)))); /* no timer for its end */
    say("post %s", code_name(cosy_post_set(&small, &post, &event)));
    say("%s", code_name(cosy_loop_run(&small)));
    say("ended %d %s", cosy_task_ended(&machines[0]), code_name(cosy_task_result(&machines[0])));
    return 0;
}

static int told, and_more;

static void tells(cosy_loop *l, const char *what, const cosy_task *task)
{
    (void)l;
    (void)what;
    told += task != NULL;
    and_more += task == NULL;
}

/* Thirty are deadlocked: twenty are named, then there are more. */
static int long_report(void *arg)
{
    cosy_port port = cosy_virtual_port;
    (void)arg;
    told = and_more = 0;
    port.tell = tells;
    open_small(&port, CROWD);
    say("%s", code_name(cosy_loop_run(&small)));
    say("told: %d", told);
    say("and more: %d", and_more);
    cosy_event_set(&event, NULL);
    return cosy_loop_run(&small);
}

/* ---- one pass ---- */

static int passes(void *arg)
{
    (void)arg;
    open_loop(0);
    say("idle %d %d", cosy_loop_next(loop) == COSY_FOREVER, cosy_loop_run_once(loop));
    put_detached(thrice, NULL, "a");
    put_detached(speaker, NULL, "b");
    put_detached(sleeper, &ms_10, "c");
    say("next %s", cosy_loop_next(loop) == COSY_NOW ? "now" : "later");
    for (int i = 0, rc = 1; rc == 1 && i < 9; i++) {
        rc = cosy_loop_run_once(loop);
        say("= %d", rc);
    }
    return cosy_loop_close(loop);
}

static int stuck_pass(void *arg)
{
    (void)arg;
    open_loop(0);
    put_detached(taker, NULL, "a");
    say("%d", cosy_loop_run_once(loop));
    say("%s", code_name(cosy_loop_run_once(loop)));
    cosy_loop_expect(loop, true);
    cosy_loop_expect(loop, true);
    say("expecting: %s", code_name(cosy_loop_run_once(loop)));
    cosy_loop_expect(loop, false);
    say("%s", code_name(cosy_loop_run_once(loop)));
    return cosy_loop_close(loop);
}

static int short_nap(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_ms(20));
}

static int next_in_real_time(void *arg)
{
    (void)arg;
    cosy_loop *real;
    cosy_loop_open(&real, NULL);
    cosy_task *t;
    cosy_loop_spawn(real, &t, short_nap, NULL, NULL);
    say("%d", cosy_loop_run_once(real));
    cosy_time next = cosy_loop_next(real);
    say("%s", next != COSY_NOW && next != COSY_FOREVER ? "a time" : "?");
    int rc, passes_made = 0;
    while ((rc = cosy_loop_run_once(real)) >= 0 && !cosy_task_ended(t))
        passes_made++;
    say("%s, %s", code_name(rc), passes_made ? "polled" : "slept");
    cosy_loop_run_until(real, t, NULL);
    return cosy_loop_close(real);
}

static int ends(void *arg)
{
    (void)arg;
    return 0;
}

/* ---- deadlock, spinning ---- */

static int deadlock(void *arg)
{
    (void)arg;
    open_loop(0);
    put_detached(taker, NULL, "a");
    put_detached(speaker, NULL, "b");
    say("%s", code_name(cosy_loop_run(loop)));
    cosy_semaphore_release(&sem, 1);
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int spinner(void *arg)
{
    (void)arg;
    int rc;
    while ((rc = cosy_yield()) == COSY_OK)
        ;
    return rc;
}

static int spins(void *arg)
{
    (void)arg;
    cosy_task *a = start(spinner, NULL, "a");
    cosy_task *b = start(spinner, NULL, "b");
    say("%s", code_name(cosy_sleep(cosy_ms(1))));
    cosy_cancel(a, NULL);
    cosy_cancel(b, NULL);
    join(a);
    return join(b);
}

static int waits_until_cancelled(void *arg)
{
    (void)arg;
    int rc;
    do
        rc = cosy_event_wait(&event, COSY_FOREVER);
    while (!rc);
    return rc;
}

static int sets_until_cancelled(void *arg)
{
    (void)arg;
    int rc;
    do {
        cosy_event_set(&event, NULL);
        cosy_event_clear(&event);
    } while (!(rc = cosy_yield()));
    return rc;
}

/* They do wait, but each is woken before the clock could move. */
static int spins_by_waking(void *arg)
{
    (void)arg;
    cosy_event_init(&event, "E");
    cosy_task *a = start(sets_until_cancelled, NULL, "a");
    cosy_task *b = start(waits_until_cancelled, NULL, "b"), *c = start(waits_until_cancelled, NULL, "c");
    say("%s", code_name(cosy_sleep(cosy_ms(1))));
    cosy_cancel(a, NULL);
    cosy_cancel(b, NULL);
    cosy_cancel(c, NULL);
    join(a);
    join(b);
    return join(c);
}

/* Simulated time stands still for too long in the middle of a pass: the next pass begins anew. The limit is as low as can
 * be, and checkpoints count each switch, so that a crowd reaches it by ending. */
static int spins_in_a_pass(void *arg)
{
    (void)arg;
    cosy_loop_open(&loop, &(cosy_options){.virtual_time = true, .checkpoint = true, .spin_limit = 1});
    for (int i = 0; i < CROWD; i++)
        put_detached(ends, NULL, "end");
    put_detached(thrice, NULL, "a");
    put_detached(speaker, NULL, "b");
    say("%s", code_name(cosy_loop_run_once(loop)));
    for (int i = 0; i < 3; i++)
        say("= %d", cosy_loop_run_once(loop));
    return cosy_loop_close(loop);
}

/* ---- leaving ---- */

static int cleans_up(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(100));
    say("%s %s: %s", ME, code_name(rc), cosy_cancel_reason(NULL));
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    rc = cosy_sleep(cosy_ms(5));
    cosy_scope_close(&shield);
    say("%s done %s at %d", ME, code_name(rc), at_ms());
    return 0;
}

/* Shielded to its end, which does not come. */
static int stubborn(void *arg)
{
    cosy_scope shield;
    (void)arg;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_sleep(cosy_s(100));
    say("never");
    return 0;
}

static int stubborn_taker(void *arg)
{
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    return taker(arg);
}

static int clears(void *arg)
{
    (void)arg;
    open_loop(0);
    put_detached(cleans_up, NULL, "a");
    put_detached(taker, NULL, "b");
    cosy_loop_run_once(loop);
    put_detached(taker, NULL, "not yet started");
    say("%s", code_name(cosy_loop_clear(loop, cosy_ms(10))));
    put_detached(speaker, NULL, "c");
    say("%s", code_name(cosy_loop_run(loop)));
    say("nothing left %s", code_name(cosy_loop_clear(loop, 0)));
    return cosy_loop_close(loop);
}

/* Survivors are unlinked from what they wait for; the loop starts clean. */
static int survivors(void *arg)
{
    (void)arg;
    open_loop(0);
    put_detached(stubborn, NULL, "a");
    put_detached(cleans_up, NULL, "b");
    put_detached(stubborn_taker, NULL, "c");
    put_detached(spinner, NULL, "d");
    cosy_loop_run_once(loop);
    say("%s", code_name(cosy_loop_clear(loop, cosy_ms(10))));
    say("%s, next %s", sem.waiters.head ? "queued" : "unlinked", cosy_loop_next(loop) == COSY_FOREVER ? "never" : "?");
    put_detached(sleeper, &ms_10, "e");
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static cosy_lock lock;
static cosy_condition condition;

static int holds_for_ever(void *arg)
{
    cosy_lock_acquire(&lock, COSY_FOREVER);
    return stubborn(arg);
}

static int stubborn_at_condition(void *arg)
{
    cosy_scope shield;
    (void)arg;
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_condition_wait(&condition, COSY_FOREVER);
    say("never");
    return 0;
}

/* Out of the condition's line it goes to that of the lock, and out of that one. */
static int survivor_at_condition(void *arg)
{
    (void)arg;
    open_loop(0);
    cosy_lock_init(&lock, 0, "L");
    cosy_condition_init(&condition, &lock, "C");
    put_detached(stubborn_at_condition, NULL, "a");
    put_detached(holds_for_ever, NULL, "b");
    cosy_loop_run_once(loop);
    say("%s", code_name(cosy_loop_clear(loop, 0)));
    say("%s, %s", condition.waiters.head ? "queued" : "unlinked", lock.waiters.head ? "queued" : "unlinked");
    return cosy_loop_close(loop);
}

/* Lets the other one go, and waits to be let go. */
static cosy_event ping, pong;

static int plays(void *arg)
{
    cosy_event *its = arg, *mine = its == &ping ? &pong : &ping;
    cosy_scope shield;
    int rc;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    do {
        cosy_event_set(its, NULL);
        cosy_event_clear(its);
        rc = cosy_event_wait(mine, COSY_FOREVER);
    } while (!rc);
    return rc;
}

/* One who has been let go by a splice when the grace ends is in no line any more. */
static int survivor_that_was_spliced(void *arg)
{
    (void)arg;
    open_loop(0);
    cosy_event_init(&ping, "ping");
    cosy_event_init(&pong, "pong");
    put_detached(plays, &ping, "a");
    put_detached(plays, &pong, "b");
    cosy_loop_run_once(loop);
    say("%s", code_name(cosy_loop_clear(loop, 0)));
    bool queued = ping.waiters.head || pong.waiters.head;
    say("%s, next %s", queued ? "queued" : "unlinked", cosy_loop_next(loop) == COSY_FOREVER ? "never" : "?");
    put_detached(speaker, NULL, "c");
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static int close_with_survivors(void *arg)
{
    (void)arg;
    open_loop(cosy_ms(3));
    put_detached(stubborn, NULL, "a");
    cosy_loop_run_once(loop);
    return cosy_loop_close(loop);
}

static int stops_while_cleaning(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(100));
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_loop_stop(cosy_here());
    cosy_sleep(cosy_ms(1));
    cosy_scope_close(&shield);
    say("cleaned up");
    return 0;
}

/* The grace period is not cut short by a stop. */
static int stop_in_grace(void *grace)
{
    open_loop(0);
    put_detached(sleeper, &ms_10, "b");
    cosy_loop_run(loop);
    put_detached(stops_while_cleaning, NULL, "a");
    cosy_loop_run_once(loop);
    say("%s", code_name(cosy_loop_clear(loop, *(cosy_time *)grace)));
    return cosy_loop_close(loop);
}

static int closes(void *arg)
{
    (void)arg;
    say("close %s", code_name(cosy_loop_close(cosy_here())));
    cosy_yield();
    say("still runs");
    return 0;
}

/* The loop is gone after the run; the sanitizer tells if not, or if too early. */
static int close_inside(void *until_end)
{
    open_loop(0);
    cosy_task *a = put(closes, NULL, "a");
    if (until_end) {
        put_detached(cleans_up, NULL, "b");
        say("%s", code_name(cosy_loop_run_until(loop, a, NULL)));
    } else {
        cosy_detach(a);
        say("%s", code_name(cosy_loop_run(loop)));
    }
    return 0;
}

static int leaves_children(void *arg)
{
    (void)arg;
    start(cleans_up, NULL, "a");
    start(taker, NULL, "b");
    settle(1);
    say("main ends");
    return 1;
}

/* ---- delayed calls, order of timers ---- */

static cosy_call calls[8];

static int call_order(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_call_at(cosy_here(), &calls[0], cosy_ms(2), caller, "b")));
    cosy_call_at(cosy_here(), &calls[1], cosy_ms(1), caller, "a");
    cosy_call_at(cosy_here(), &calls[2], cosy_ms(2), caller, "c");
    cosy_call_at(cosy_here(), &calls[3], cosy_ms(2), caller, "never");
    cosy_call_at(cosy_here(), &calls[4], COSY_NOW, caller, "past");
    cosy_call_at(cosy_here(), &calls[5], COSY_FOREVER, caller, "never");
    say("busy %s", code_name(cosy_call_at(cosy_here(), &calls[0], cosy_ms(3), caller, "b")));
    say("cancel %s", code_name(cosy_call_cancel(&calls[3])));
    say("again %s", code_name(cosy_call_cancel(&calls[3])));
    cosy_sleep(cosy_ms(3));
    say("fired %s", code_name(cosy_call_cancel(&calls[0])));
    say("for ever %s", code_name(cosy_call_cancel(&calls[5])));
    say("never %s, NULL %s", code_name(cosy_call_cancel(&calls[7])), code_name(cosy_call_cancel(NULL)));
    say("%s", code_name(cosy_call_at(NULL, &calls[0], 0, caller, NULL)));
    say("%s", code_name(cosy_call_at(cosy_here(), NULL, 0, caller, NULL)));
    say("%s", code_name(cosy_call_at(cosy_here(), &calls[0], 0, NULL, NULL)));
    return 0;
}

static int ticks;

static void ticker(void *arg)
{
    (void)arg;
    say("tick at %d, %s", at_ms(), ME);
    if (++ticks < 3)
        cosy_call_at(cosy_here(), &calls[0], cosy_in(cosy_ms(1)), ticker, NULL);
}

/* Without any task a loop runs for its calls; a call may arm itself again. */
static int calls_only(void *arg)
{
    (void)arg;
    ticks = 0;
    open_loop(0);
    cosy_call_at(loop, &calls[0], cosy_ms(1), ticker, NULL);
    say("%s", code_name(cosy_loop_run(loop)));
    return cosy_loop_close(loop);
}

static void releaser(void *text)
{
    caller(text);
    cosy_semaphore_release(&sem, 1);
}

/* Equal timers: what the first makes ready runs before the second is delivered. */
static int one_at_a_time(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 0, 9, "S");
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_call_at(cosy_here(), &calls[0], cosy_ms(1), releaser, "first");
    cosy_call_at(cosy_here(), &calls[1], cosy_ms(1), releaser, "second");
    join(a);
    return join(b);
}

static cosy_post post;

static void poster(void *arg)
{
    cosy_post_release(cosy_here(), &post, arg);
    say("posted");
}

static int taker_until_5(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&sem, 1, cosy_ms(5));
    say("%s %s", ME, code_name(rc));
    return rc;
}

/* What is in the inbox when a timer is due comes first: a timeout never beats a wake-up of the same pass. */
static int posts_first(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 0, 9, "S");
    cosy_call_at(cosy_here(), &calls[0], cosy_ms(5), poster, &sem);
    return join(start(taker_until_5, NULL, "a"));
}

/* ---- posts and signals, from the loop's own thread ---- */

static cosy_signal sig;

static int posts(void *arg)
{
    (void)arg;
    static cosy_post first, second;
    cosy_event_init(&event, "E");
    say("%s", code_name(cosy_post_fn(cosy_here(), &first, caller, "posted")));
    say("%s", code_name(cosy_post_fn(cosy_here(), &first, caller, "never")));
    say("%s", code_name(cosy_post_set(cosy_here(), &second, &event)));
    say("%s", code_name(cosy_event_wait(&event, COSY_FOREVER)));
    say("%s", code_name(cosy_post_fn(cosy_here(), &first, caller, "again"))); /* delivered: it may be posted again */
    cosy_sleep(1);
    say("%s", code_name(cosy_post_fn(NULL, &first, caller, NULL)));
    say("%s", code_name(cosy_post_fn(cosy_here(), NULL, caller, NULL)));
    say("%s", code_name(cosy_post_fn(cosy_here(), &first, NULL, NULL)));
    say("%s", code_name(cosy_post_set(cosy_here(), &first, NULL)));
    say("%s", code_name(cosy_post_release(cosy_here(), &first, NULL)));
    return 0;
}

static void posts_again(void *second)
{
    say("first");
    cosy_post_set(cosy_here(), second, &event);
}

/* What is posted while the inbox is emptied is not forgotten: no deadlock. */
static int post_that_posts(void *arg)
{
    (void)arg;
    static cosy_post first, second;
    cosy_event_init(&event, "E");
    cosy_post_fn(cosy_here(), &first, posts_again, &second);
    return cosy_event_wait(&event, COSY_FOREVER);
}

/* A raise between the hand-over of a post and its delivery is counted with those before it. Its own delivery then finds
 * nothing, and is no raise; here it is made by hand. */
static int raise_that_was_seen(void *latch)
{
    static cosy_post late;
    cosy_signal_init(&sig, cosy_here(), latch != NULL, "G");
    cosy_signal_raise(&sig);
    cosy_post_fn(cosy_here(), &late, sig.post.fn, sig.post.arg);
    say("%s", code_name(cosy_signal_wait(&sig, cosy_in(1))));
    say("%s", code_name(cosy_signal_wait(&sig, cosy_in(1))));
    return 0;
}

static int signal_waiter(void *arg)
{
    (void)arg;
    say("%s %s", ME, code_name(cosy_signal_wait(&sig, COSY_FOREVER)));
    return 0;
}

static int raises_of(void *latch)
{
    cosy_signal_init(&sig, cosy_here(), latch != NULL, "G");
    cosy_signal_raise(&sig);
    cosy_signal_raise(&sig);
    cosy_sleep(1);
    say("%s", code_name(cosy_signal_wait(&sig, COSY_NOW)));
    say("%s", code_name(cosy_signal_wait(&sig, COSY_NOW)));
    say("%s", code_name(cosy_signal_wait(&sig, cosy_in(1))));
    cosy_task *a = start(signal_waiter, NULL, "a"), *b = start(signal_waiter, NULL, "b");
    settle(1);
    cosy_signal_raise(&sig);
    cosy_sleep(1);
    cosy_cancel(b, NULL);
    join(a);
    return join(b);
}

static void cancels_a_waiter(void *task)
{
    cosy_cancel(task, NULL);
}

/* The raise is delivered, then the waiter that got it is cancelled before it ran: the next in line has it. */
static int raise_passed_on(void *arg)
{
    static cosy_post after;
    cosy_signal_init(&sig, cosy_here(), false, "G");
    cosy_task *a = start(signal_waiter, NULL, "a"), *b = arg ? start(signal_waiter, NULL, "b") : NULL;
    settle(1);
    cosy_signal_raise(&sig);
    cosy_post_fn(cosy_here(), &after, cancels_a_waiter, a);
    join(a);
    if (b)
        return join(b);
    say("left %s", code_name(cosy_signal_wait(&sig, COSY_NOW)));
    return 0;
}

static int bad_signals(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_signal_init(NULL, cosy_here(), false, "G")));
    say("%s", code_name(cosy_signal_init(&sig, NULL, false, "G")));
    say("%s", code_name(cosy_signal_wait(NULL, COSY_FOREVER)));
    cosy_signal_init(&sig, cosy_here(), false, "G");
    say("%s", code_name(cosy_signal_wait(&sig, COSY_FOREVER)));
    return 0;
}

/* ---- fairness ---- */

static bool stop;

static int counts(void *arg)
{
    (void)arg;
    int n = 0;
    while (!stop && n < 100000) {
        cosy_semaphore_release(&sem, 1);
        cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
        n++;
    }
    return n;
}

static int raises(void *arg)
{
    (void)arg;
    stop = true;
    return 0;
}

/* Exactly the countdown, less the switch that led there. */
static int countdown(void *from)
{
    stop = false;
    cosy_semaphore_init(&sem, 0, 9, "S");
    cosy_task *a = start(counts, NULL, "a"), *b = start(raises, NULL, "b");
    int n = join(a), most = *(int *)from;
    if (n <= most && n >= most - 4)
        say("within the countdown");
    else
        say("%d calls", n);
    return join(b);
}

static int sixty_four = 64, sixteen = 16, one = 1;

static int pair(void *arg)
{
    (void)arg;
    while (!stop && cosy_yield() == COSY_OK)
        ;
    return 0;
}

static int alarm_clock(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_ms(1));
    stop = true;
    say("timer came");
    return 0;
}

/* Two that hand over to each other for ever do not keep the clock from being looked at. */
static int timers_come(void *arg)
{
    (void)arg;
    stop = false;
    cosy_task *a = start(pair, NULL, "a"), *b = start(pair, NULL, "b"), *c = start(alarm_clock, NULL, "c");
    join(a);
    join(b);
    return join(c);
}

static int checkpoint_on_and_off(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 9, 9, "S");
    cosy_task *a = start(thrice, NULL, "a");
    cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("no switch");
    cosy_loop_checkpoint(cosy_here(), true);
    cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("one");
    cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("two");
    cosy_loop_checkpoint(cosy_here(), false);
    cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("no switch");
    return join(a) == 3 ? 0 : 1;
}

static cosy_time grace_10 = INT64_C(10000000), grace_for_ever = COSY_FOREVER, grace_too_long = COSY_FOREVER - 1;

#if COSY_HOOKS
static cosy_time asks(const cosy_hooks *hooks, cosy_task *task, cosy_time deadline)
{
    (void)hooks;
    say("%s is asked", cosy_task_name(task));
    return deadline;
}

static int sleeps_twice(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_ms(2));
    cosy_sleep(cosy_ms(2));
    return 0;
}

/* A tool stops looking while there are tasks at which it has looked. */
static int unhooked(void *arg)
{
    static const cosy_hooks hooks = {.waits = asks};
    (void)arg;
    cosy_loop_hook(cosy_here(), &hooks);
    cosy_task *a = start(sleeps_twice, NULL, "a");
    cosy_sleep(cosy_ms(1)); /* main was there before: it is not asked */
    say("%s", code_name(cosy_loop_hook(cosy_here(), NULL)));
    return join(a);
}
#endif

static const test_row rows[] = {
#if COSY_HOOKS
    {"hooks can be taken off while tasks run", unhooked, "a is asked; OK"},
#endif
    {"run: until all tasks have ended, and again", runs_all, "empty OK; a0; c; a1; a2; b OK at 10; OK; d OK at 20; OK",
     .without_loop = true},
    {"run until: the rest stays for the next run", until,
     "b; c0; c1; OK; 4; c2; a OK at 10; OK; ended: OK; 3; d OK at 20; rest OK", .without_loop = true},
    {"stop finishes the pass", stops, "a0; stop; b0; a1; OK; next run; b1; a2; b2; OK", &once, .without_loop = true},
    {"stop twice is stop once", stops, "a0; stop; b0; a1; OK; next run; b1; a2; b2; OK", &twice, .without_loop = true},
    {"run until is stopped, and goes on", stopped_until, "stop; EAGAIN; next run; a OK at 10; OK",
     .without_loop = true},
    {"stopped in the very pass in which it ended", stopped_as_it_ended, "OK; 6; b; OK", .without_loop = true},
    {"stopped in that pass, and others are ready as well", stopped_as_it_ended_with_others, "b0; a; OK; 4; b1; b2; OK",
     .without_loop = true},
    {"cosy_run: stopped before main returned", stops_main, "ECANCELED", NULL, COSY_EAGAIN},
    {"cosy_run: the result of main", result_of_main, "runs", NULL, -77},
    {"a loop that runs cannot be run or cleared", inside,
     "cosy_loop_run((unnamed)) by main: EBUSY, see main; EBUSY; cosy_loop_run((unnamed)) by main: EBUSY, see main; "
     "EBUSY; cosy_loop_run((unnamed)) by main: EBUSY, see main; EBUSY; cosy_loop_clear((unnamed)) by main: EBUSY; "
     "EBUSY; a"},
    {"nor can another one inside it", another_inside,
     "cosy_loop_run((unnamed)) by main: EBUSY, see main; EBUSY"},
    {"a port without clock, without idling; no task, no loop", poor_ports,
     "cosy_loop_init((unnamed)) by (no task): EINVAL; EINVAL; cosy_loop_init((unnamed)) by (no task): EINVAL; EINVAL; OK; "
     "cosy_loop_run_until((no task)) by (no task): EINVAL; EINVAL; cosy_loop_hook((unnamed)) by (no task): EINVAL; EINVAL",
     .without_loop = true},
    {"the least of ports", least_of_ports,
     "task ENOMEM; call ENOMEM; EDEADLK; grace ENOMEM; post OK; OK; ended 1 ECANCELED", .without_loop = true},
    {"a report names twenty, and says that there are more", long_report, "EDEADLK; told: 20; and more: 1",
     .without_loop = true},
    {"NULL", with_null,
     "cosy_loop_init((unnamed)) by (no task): EINVAL; EINVAL; cosy_loop_init((unnamed)) by (no task): EINVAL; EINVAL; "
     "cosy_loop_run((unnamed)) by (no task): EINVAL; EINVAL; cosy_loop_run_once((unnamed)) by (no task): EINVAL; "
     "EINVAL; cosy_loop_run_until((no task)) by (no task): EINVAL; EINVAL; cosy_loop_stop((unnamed)) by (no task): "
     "EINVAL; EINVAL; cosy_loop_clear((unnamed)) by (no task): EINVAL; EINVAL",
     .without_loop = true},

    {"one pass resumes each ready task once", passes,
     "idle 1 0; next now; a0; b; = 1; a1; = 1; a2; = 1; = 1; c OK at 10; = 0", .without_loop = true},
    {"a pass over nobody who can run", stuck_pass, "0; EDEADLK; expecting: OK; EDEADLK; a ECANCELED",
     .without_loop = true},
    {"one pass in real time does not wait", next_in_real_time, "0; a time; OK, polled", .without_loop = true},

    {"deadlock is a result, and not the end", deadlock, "b; EDEADLK; a OK; OK", .without_loop = true},
    {"spinning in simulated time is a result", spins, "ECANCELED", NULL, COSY_ESPIN, .options = {.spin_limit = 1000}},

    {"spinning by waking each other", spins_by_waking, "ECANCELED", NULL, COSY_ESPIN, .options = {.spin_limit = 1000}},
    {"spinning in the middle of a pass", spins_in_a_pass, "a0; b; ESPIN; a1; = 1; a2; = 1; = 0", .without_loop = true},

    {"clear cancels, waits, leaves the loop usable", clears,
     "not yet started ECANCELED; a ECANCELED: the loop is closing; b ECANCELED; a done OK at 5; OK; c; OK; "
     "nothing left OK",
     .without_loop = true},
    {"survivors are named and unlinked", survivors,
     "b ECANCELED: the loop is closing; b done OK at 5; ELEFT; unlinked, next never; e OK at 20; OK",
     .without_loop = true},
    {"close with survivors says so", close_with_survivors, "", NULL, COSY_ELEFT, .without_loop = true},
    {"a survivor leaves a condition, and its lock", survivor_at_condition, "ELEFT; unlinked, unlinked",
     .without_loop = true},
    {"a survivor that was let go has left", survivor_that_was_spliced, "ELEFT; unlinked, next never; c; OK",
     .without_loop = true},
    {"a stop does not cut the grace period short", stop_in_grace, "b OK at 10; cleaned up; OK", &grace_10,
     .without_loop = true},
    {"nor one without an end", stop_in_grace, "b OK at 10; cleaned up; OK", &grace_for_ever, .without_loop = true},
    {"nor one that ends after the end of time", stop_in_grace, "b OK at 10; cleaned up; OK", &grace_too_long,
     .without_loop = true},
    {"close inside a run comes at its end", close_inside, "close OK; still runs; OK", .without_loop = true},
    {"close inside run until", close_inside,
     "close OK; still runs; b ECANCELED: the loop is closing; b done OK at 5; OK", "until", .without_loop = true},
    {"what main leaves is cancelled and waited for", leaves_children,
     "main ends; a ECANCELED: the loop is closing; b ECANCELED; a done OK at 5", NULL, 1},

    {"calls come in order of time, ties in order of arming", call_order,
     "OK; cosy_call_at((unnamed)) by main: EBUSY; busy EBUSY; cancel OK; again EDONE; past at 0; a at 1; b at 2; c at 2; "
     "fired EDONE; for ever OK; never EDONE, NULL EDONE; cosy_call_at((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_call_at((unnamed)) by main: EINVAL; EINVAL; cosy_call_at((unnamed)) by main: EINVAL; EINVAL"},
    {"a loop runs for calls alone; a call arms itself again", calls_only,
     "tick at 1, (no task); tick at 2, (no task); tick at 3, (no task); OK", .without_loop = true},
    {"what the first of two equal timers makes ready runs before the second", one_at_a_time,
     "first at 1; a OK; second at 1; b OK"},
    {"a post beats a timeout of the same pass", posts_first, "posted; a OK"},

    {"posts are delivered in order, once, and may be made again", posts,
     "OK; EBUSY; OK; posted at 0; OK; OK; again at 0; EINVAL; EINVAL; EINVAL; EINVAL; EINVAL"},
    {"a post that posts", post_that_posts, "first"},
    {"a raise counts once", raise_that_was_seen, "OK; ETIMEDOUT"},
    {"a raise counts once, for a latch as well", raise_that_was_seen, "OK; ETIMEDOUT", "latch"},
    {"a counting signal lets one go per raise", raises_of, "OK; OK; ETIMEDOUT; a OK; b ECANCELED"},
    {"a latching signal remembers one raise, and lets all go", raises_of, "OK; EAGAIN; ETIMEDOUT; a OK; b OK", "latch"},
    {"a raise that a cancelled waiter does not take goes to the next", raise_passed_on, "a ECANCELED; b OK", "two"},
    {"... or waits", raise_passed_on, "a ECANCELED; left OK"},
    {"signals: NULL, outside a task", bad_signals,
     "cosy_signal_init(G) by (no task): EINVAL; EINVAL; cosy_signal_init(G) by (no task): EINVAL; EINVAL; "
     "cosy_signal_wait((unnamed)) by (no task): EINVAL; EINVAL; cosy_signal_wait(G) by (no task): ENOTASK; ENOTASK",
     .without_loop = true},

    {"the countdown is 64", countdown, "within the countdown", &sixty_four},
    {"the countdown is what was asked for", countdown, "within the countdown", &sixteen, .options = {.budget = 16}},
    {"checkpoint = always is a countdown of one", countdown, "within the countdown", &one,
     .options = {.checkpoint = true}},
    {"hand-overs do not keep timers away", timers_come, "timer came", .real_time = true},
    {"checkpoint can be set while it runs", checkpoint_on_and_off, "no switch; a0; one; a1; two; no switch; a2"},
    {"break leaves at once, who is ready stays ready", breaks,
     "a0; break; OK; b; a1; next run; a2; OK; cosy_loop_break((unnamed)) by (no task): EINVAL; EINVAL", .without_loop = true},
    {"break overrules a stop", breaks,
     "a0; break; OK; b; a1; next run; a2; OK; cosy_loop_break((unnamed)) by (no task): EINVAL; EINVAL", &once,
     .without_loop = true},
    {"break from a timer", breaks_idle, "OK; s OK at 20; OK", .without_loop = true},
};

int main(void)
{
    return TEST_ROWS("loop", rows);
}
