/* Condition: contract rules 1 (FIFO through both lines), 2 (no notification is lost; whoever returns has the lock),
 * 3 (deadlines), 4 (fairness), 6 (cancel and its reason), 7 (misuse), 8 (cycles through a lock that is taken again).
 * C1 to C20 are what CPython's users expect of a condition, case by case. monitor_test.c is many of these at once. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static cosy_lock lock, other;
static cosy_condition cond;

static void fresh(unsigned flags)
{
    cosy_lock_init(&lock, flags, "L");
    cosy_lock_init(&other, 0, "K");
    cosy_condition_init(&cond, &lock, "C");
}

static const char *owner(void)
{
    return cosy_task_name(cosy_lock_owner(&lock));
}

/* Says what is wrong with the condition, if anything is. */
static void sound(void)
{
    const char *wrong = cosy_condition_check(&cond);
    if (wrong)
        say("%s", wrong);
}

static void take(void)
{
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        say("%s %s for the lock", ME, code_name(rc));
}

static void give(void)
{
    cosy_lock_release(&lock);
    sound();
}

static void told(const char *what, int rc)
{
    say("%s %s%s%s", ME, what, code_name(rc), cosy_lock_owner(&lock) == cosy_self() ? "" : " without the lock");
    sound();
}

/* Waits, says so, gives the lock back. The argument: a deadline, or NULL for ever. */
static int waiter(void *deadline)
{
    take();
    int rc = cosy_condition_wait(&cond, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    told("", rc);
    give();
    return rc;
}

/* The same, keeps the lock for 10 ms. */
static int keeper(void *arg)
{
    (void)arg;
    take();
    int rc = cosy_condition_wait(&cond, COSY_FOREVER);
    told("", rc);
    cosy_sleep(cosy_ms(10));
    give();
    return rc;
}

/* Wants the lock only. */
static int taker(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s %s", ME, rc ? code_name(rc) : "took it");
    if (rc == COSY_OK)
        cosy_lock_release(&lock);
    return rc;
}

static void notify(int n)
{
    int rc = cosy_condition_notify(&cond, n);
    if (rc)
        say("notify %s", code_name(rc));
    sound();
}

/* Notifies n under the lock, which is free. */
static void tell(int n)
{
    take();
    notify(n);
    give();
}

static void waiting(void)
{
    say("%d wait", (int)cosy_condition_waiting(&cond));
}

static void cancel(cosy_task *task)
{
    cosy_cancel(task, NULL);
    sound();
}

static cosy_time ms5 = 5000000, ms10 = 10000000, at_once = COSY_NOW;
static bool on = true; /* the argument of rows that do it the other way */

/* ---- order ---- */

static int one_then_two(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    waiting();
    take();
    notify(1);
    settle(3);
    waiting();
    give();
    say("released, owner %s", owner());
    join(a);
    tell(2);
    join(b);
    join(c);
    say("owner %s", owner());
    return cosy_condition_destroy(&cond);
}

static int too_many(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    tell(1);
    join(a);
    tell(2048);
    join(b);
    return join(c);
}

static int all_of_them(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(keeper, NULL, "a"), *b = start(keeper, NULL, "b"), *c = start(keeper, NULL, "c");
    settle(1);
    take();
    cosy_condition_notify_all(&cond);
    waiting();
    give();
    join(a);
    join(b);
    join(c);
    say("at %d", at_ms());
    return 0;
}

/* Waiting hands the lock to the first in its line; nobody gets in between. */
static int gives_up_in_order(void *arg)
{
    (void)arg;
    fresh(0);
    take();
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    cosy_condition_wait(&cond, cosy_in(cosy_ms(1)));
    say("main again");
    join(a);
    join(b);
    notify(1);
    give();
    return join(c);
}

/* Notified means: in the lock's line from now on, behind those who wanted it before, before those who come later. */
static int both_lines(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    cosy_task *x = start(taker, NULL, "x");
    settle(1);
    notify(1);
    cosy_task *y = start(taker, NULL, "y");
    settle(1);
    notify(1);
    give();
    join(x);
    join(a);
    join(y);
    return join(b);
}

/* However many are notified, nobody is made ready before the lock is there, and then one. */
static int no_herd(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(keeper, NULL, "a"), *b = start(keeper, NULL, "b");
    settle(1);
    take();
    cosy_condition_notify_all(&cond);
    say("%s", cosy_here()->ready ? "somebody is ready" : "nobody is ready");
    give();
    say("%s", cosy_here()->ready && !cosy_here()->ready->next ? "one is ready" : "not one is ready");
    join(a);
    return join(b);
}

static int no_overtaking(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    tell(1);
    say("owner %s, try %s", owner(), code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    return join(a);
}

static int remembers_nothing(void *arg)
{
    (void)arg;
    fresh(0);
    tell(1);
    take();
    cosy_condition_notify_all(&cond);
    give();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    tell(0);
    settle(2);
    waiting();
    tell(1);
    return join(a);
}

/* A holder that was notified and goes to wait again comes after those who wait already. */
static int twice(void *arg)
{
    (void)arg;
    take();
    for (int i = 0; i < 2; i++)
        told("", cosy_condition_wait(&cond, COSY_FOREVER));
    give();
    return 0;
}

static int waits_again(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(twice, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    tell(1);
    settle(2);
    tell(1);
    join(b);
    tell(1);
    return join(a);
}

static cosy_condition second;

static int waits_for_second(void *arg)
{
    (void)arg;
    take();
    told("", cosy_condition_wait(&second, COSY_FOREVER));
    give();
    return 0;
}

/* Two conditions over one lock: a notification of one is no business of the other's. */
static int two_conditions(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_condition_init(&second, &lock, "D");
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waits_for_second, NULL, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    take();
    cosy_condition_notify_all(&second);
    say("%d and %d", (int)cosy_condition_waiting(&cond), (int)cosy_condition_waiting(&second));
    notify(1);
    cancel(b); /* its notification is the second one's, where nobody waits */
    waiting();
    give();
    join(b);
    join(a);
    tell(1);
    return join(c);
}

/* ---- waiting until it is so ---- */

static bool always(void *arg)
{
    (void)arg;
    return true;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static int stock;

static bool three(void *asked)
{
    if (asked)
        ++*(int *)asked;
    return stock >= 3;
}

static int fetcher(void *asked)
{
    take();
    int rc = cosy_condition_wait_for(&cond, three, asked, COSY_FOREVER);
    told("", rc);
    give();
    return rc;
}

static int waits_until(void *arg)
{
    (void)arg;
    int asked = 0;
    fresh(0);
    stock = 0;
    cosy_task *a = start(fetcher, &asked, "a");
    settle(1);
    for (int i = 0; i < 2; i++) {
        stock++;
        tell(1);
        settle(2);
    }
    stock++;
    settle(2);
    say("nothing happens without a notification");
    tell(1);
    join(a);
    say("asked %d times", asked);
    return 0;
}

static int true_at_once(void *arg)
{
    (void)arg;
    fresh(0);
    stock = 3;
    say("without the lock %s", code_name(cosy_condition_wait_for(&cond, three, NULL, COSY_NOW)));
    take();
    say("with the lock %s", code_name(cosy_condition_wait_for(&cond, three, NULL, 1)));
    cosy_cancel(cosy_self(), NULL);
    say("cancelled %s", code_name(cosy_condition_wait_for(&cond, three, NULL, COSY_FOREVER)));
    give();
    stock = 0;
    say("%s", code_name(cosy_condition_wait_for(&cond, three, NULL, COSY_FOREVER)));
    return 0;
}

static int filler(void *arg)
{
    (void)arg;
    take();
    stock = 3;
    give();
    return 0;
}

/* Time is up, and so it is: a success. It has come true without a notification. */
static int true_in_the_end(void *arg)
{
    fresh(0);
    stock = 0;
    take();
    cosy_task *a = start(filler, NULL, "a");
    settle(1);
    told("", cosy_condition_wait_for(&cond, three, NULL, arg ? *(cosy_time *)arg : cosy_in(cosy_ms(5))));
    say("at %d", at_ms());
    give();
    return join(a);
}

static int never_true(void *arg)
{
    (void)arg;
    fresh(0);
    stock = 0;
    take();
    told("", cosy_condition_wait_for(&cond, three, NULL, cosy_in(cosy_ms(5))));
    say("at %d", at_ms());
    told("", cosy_condition_wait_for(&cond, three, NULL, COSY_NOW));
    told("", cosy_condition_wait_for(&cond, three, NULL, 1));
    give();
    return 0;
}

/* A cancel wins, though it would be so by now. */
static int cancelled_and_true(void *arg)
{
    (void)arg;
    fresh(0);
    stock = 0;
    cosy_task *a = start(fetcher, NULL, "a"), *b = start(fetcher, NULL, "b");
    settle(1);
    take();
    stock = 3;
    notify(1);
    cancel(a);
    give();
    join(a);
    return join(b);
}

/* ---- cancel ---- */

/* C2. Nobody has the lock: it is the waiter's again in the same step. */
static int cancel_waiting(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cancel(a);
    say("owner %s", owner());
    waiting();
    join(a);
    tell(1);
    return join(b);
}

/* Somebody has it: the waiter stands in the lock's line. It was not notified, so it takes no notification along. */
static int cancel_waiting_contended(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b"), *x = start(taker, NULL, "x");
    settle(1);
    join(x);
    take();
    x = start(taker, NULL, "x");
    settle(1);
    cancel(a);
    waiting();
    settle(3);
    notify(1);
    waiting();
    give();
    join(x);
    join(a);
    return join(b);
}

/* C3, C4, C20. Notified and in the lock's line: it ends cancelled, with the lock, and another one is notified. */
static int cancel_in_line(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    notify(1);
    settle(1);
    waiting();
    cancel(a);
    waiting();
    say("owner %s", owner());
    cancel(a);
    give();
    join(a);
    return join(b);
}

static int cancel_in_line_alone(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    take();
    notify(1);
    cancel(a);
    give();
    join(a);
    cosy_task *b = start(waiter, NULL, "b");
    settle(2);
    waiting();
    cancel(b);
    join(b);
    return 0;
}

/* The lock was handed to it and it has not run: the lock stays with it, the notification does not. */
static int cancel_granted(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    tell(1);
    say("owner %s", owner());
    cancel(a);
    cancel(a);
    say("owner %s", owner());
    waiting();
    join(a);
    join(b);
    tell(1);
    return join(c);
}

static int cancel_down_the_line(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b"), *c = start(waiter, NULL, "c"),
              *d = start(waiter, NULL, "d");
    settle(1);
    take();
    notify(2);
    cancel(b); /* c is notified */
    cancel(c); /* d is */
    waiting();
    cancel(d);
    cancel(a);
    give();
    join(a);
    join(b);
    join(c);
    join(d);
    say("owner %s", owner());
    return 0;
}

/* gh-112202 (C19): notify(1) and cancel of that waiter in one step, in either order: the other one gets it. */
static int notify_and_cancel(void *cancel_first)
{
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    if (cancel_first)
        cancel(a);
    notify(1);
    if (!cancel_first)
        cancel(a);
    give();
    join(a);
    return join(b);
}

/* A task that only wanted the lock is cancelled after it was handed over: the next in line may be the condition's. */
static int taker_cancelled(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    take();
    cosy_task *x = start(taker, NULL, "x");
    settle(1);
    notify(1);
    give();
    say("owner %s", owner());
    cancel(x);
    say("owner %s", owner());
    return join(a);
}

static int waits_on(void *arg)
{
    (void)arg;
    take();
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    cancel(cosy_self());
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    give();
    return cosy_sleep(1);
}

/* It has run: the cancel comes at the next wait, which gives the lock up and fails with the lock. */
static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waits_on, NULL, "a");
    settle(1);
    tell(1);
    say("%s", code_name(join(a)));
    return 0;
}

/* Cancelled, and then it waits: those in the lock's line have their turn before the call fails. */
static int cancelled_holder(void *arg)
{
    (void)arg;
    take();
    cosy_cancel(cosy_self(), NULL);
    cosy_yield();
    cosy_task *x = start(taker, NULL, "x"), *y = start(taker, NULL, "y");
    cosy_detach(x);
    cosy_detach(y);
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    settle(1);
    cosy_scope_close(&shield);
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    give();
    return 0;
}

static int refused_hands_over(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(cancelled_holder, NULL, "a");
    return join(a);
}

static int says_why(void *arg)
{
    (void)arg;
    take();
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    say("%s, by %s", cosy_cancel_reason(NULL), cosy_cancel_source(NULL));
    give();
    return 0;
}

/* C17, C18. */
static int reason_visible(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(says_why, NULL, "a"), *b = start(says_why, NULL, "b");
    settle(1);
    cosy_cancel(a, "foo");
    join(a);
    take();
    notify(1);
    cosy_cancel(b, "bar");
    cosy_cancel(b, "too late");
    give();
    return join(b);
}

static cosy_scope scope;

static int scoped(void *flags)
{
    take();
    cosy_scope_open(&scope, flags ? COSY_FOREVER : cosy_ms(5), flags ? *(unsigned *)flags : 0);
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    say("scope %s at %d", code_name(cosy_scope_close(&scope)), at_ms());
    say("then %s", code_name(cosy_sleep(1)));
    give();
    return 0;
}

static unsigned plain_scope = 0, shield = COSY_SCOPE_SHIELD;

/* The cancel of a scope does the same; outside it nothing is left of it. */
static int cancel_scope(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(scoped, &plain_scope, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    notify(1);
    cosy_scope_cancel(&scope, NULL);
    cosy_scope_cancel(&scope, NULL);
    waiting();
    give();
    join(a);
    return join(b);
}

static int cancel_shielded(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(scoped, &shield, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cancel(a);
    take();
    notify(1);
    cancel(a);
    waiting();
    give();
    join(a);
    tell(1);
    return join(b);
}

/* A group that is cancelled gets all of them back, one by one through the lock. */
static int cancel_group(void *arg)
{
    cosy_group all;
    (void)arg;
    fresh(0);
    cosy_group_open(&all, "all");
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        cosy_spawn_in(&all, NULL, keeper, NULL, &(cosy_spawn_options){.name = names[i]});
    settle(1);
    take();
    notify(1);
    cosy_group_cancel(&all, NULL);
    sound();
    give();
    cosy_group_join(&all, COSY_FOREVER);
    say("owner %s", owner());
    return 0;
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &ms5, "b"), *c = start(waiter, NULL, "c");
    join(b);
    say("at %d", at_ms());
    tell(2);
    join(a);
    return join(c);
}

/* C16 and more: the lock is not there when time is up. It comes back with the lock, and had no notification. */
static int times_out_contended(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &ms5, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    cosy_sleep_until(ms10);
    waiting();
    notify(1);
    waiting();
    cosy_sleep(cosy_ms(10));
    give();
    join(a);
    say("at %d", at_ms());
    return join(b);
}

/* The deadline is for the notification: 5 ms, in time; the lock comes at 20. */
static int notified_in_time(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &ms10, "a");
    settle(1);
    take();
    cosy_sleep_until(ms5);
    notify(1);
    say("next %s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "never" : "armed");
    cosy_sleep(cosy_ms(15));
    give();
    join(a);
    say("at %d", at_ms());
    return 0;
}

/* Both are due at 10 ms; the notifier's timer was armed first. */
static int notify_ties(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &ms10, "a");
    cosy_sleep_until(ms10);
    tell(1);
    return join(a);
}

static int timeout_ties(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &ms10, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cosy_sleep_until(ms10);
    say("owner %s", owner());
    tell(1);
    join(a);
    return join(b);
}

/* Time was up first: a cancel in the lock's line, and one after the hand-over, come at the next wait. */
static int late_and_cancelled(void *granted)
{
    fresh(0);
    scope.task = NULL;
    cosy_task *a = start(scoped, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    cosy_sleep_until(ms10);
    if (!granted)
        cancel(a);
    give();
    if (granted)
        cancel(a);
    waiting();
    join(a);
    tell(1);
    return join(b);
}

static int now_and_past(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_sleep_until(ms10);
    take();
    told("now ", cosy_condition_wait(&cond, COSY_NOW));
    told("past ", cosy_condition_wait(&cond, ms5));
    waiting();
    give();
    return 0;
}

/* A call that cannot wait still lets those in the lock's line have their turn, so trying keeps nobody out. */
static int trying_gives_way(void *arg)
{
    (void)arg;
    fresh(0);
    take();
    cosy_task *x = start(taker, NULL, "x"), *y = start(taker, NULL, "y");
    settle(1);
    told("now ", cosy_condition_wait(&cond, COSY_NOW));
    cosy_sleep_until(ms10);
    cosy_task *z = start(taker, NULL, "z");
    settle(1);
    told("past ", cosy_condition_wait(&cond, ms5));
    give();
    join(x);
    join(y);
    return join(z);
}

static int scope_times_out(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(scoped, NULL, "a");
    return join(a);
}

/* The scope's deadline passes while it stands in the lock's line: it was notified in time. */
static int scope_in_line(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(scoped, NULL, "a");
    settle(1);
    take();
    notify(1);
    cosy_scope_move(&scope, cosy_ms(3));
    sound();
    cosy_sleep_until(ms10);
    give();
    return join(a);
}

static int scope_moved(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(scoped, NULL, "a");
    settle(1);
    cosy_scope_move(&scope, cosy_ms(7));
    cosy_sleep_until(cosy_ms(6));
    waiting();
    return join(a);
}

/* ---- fairness ---- */

static bool stop;

static int greedy(void *predicate_holds)
{
    int n = 0;
    take();
    while (!stop && n < 100000) {
        cosy_condition_wait_for(&cond, predicate_holds ? always : never, NULL, COSY_NOW);
        n++;
    }
    give();
    return n;
}

static int stopper(void *arg)
{
    (void)arg;
    stop = true;
    return 0;
}

static int fair(void *predicate_holds)
{
    stop = false;
    fresh(0);
    cosy_task *a = start(greedy, predicate_holds, "a"), *b = start(stopper, NULL, "b");
    int n = join(a);
    say("%s", n > 0 && n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

/* ---- owner-less locks ---- */

static int waits_only(void *arg)
{
    (void)arg;
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    return 0;
}

/* Held by somebody: then whoever comes may wait and notify. Who waited holds it afterwards. */
static int ownerless(void *arg)
{
    (void)arg;
    fresh(COSY_LOCK_OWNERLESS);
    say("free: notify %s", code_name(cosy_condition_notify(&cond, 1)));
    say("free: wait %s", code_name(cosy_condition_wait(&cond, COSY_FOREVER)));
    take();
    cosy_task *a = start(waits_only, NULL, "a");
    settle(1);
    say("owner %s", owner());
    take();
    cosy_task *b = start(waits_only, NULL, "b");
    settle(1);
    say("owner %s", owner());
    take();
    notify(2);
    give();
    join(a);
    give();
    join(b);
    say("owner %s", owner());
    return cosy_lock_release(&lock);
}

/* An owner-less lock is taken from a before it has run, and is free: a's notification finds nobody to wait behind. */
static int ownerless_stolen(void *arg)
{
    (void)arg;
    fresh(COSY_LOCK_OWNERLESS);
    take();
    cosy_task *a = start(waits_only, NULL, "a");
    settle(1);
    take();
    cosy_task *b = start(waits_only, NULL, "b");
    settle(1);
    tell(1);
    say("owner %s", owner());
    give();
    say("owner %s", owner());
    cancel(a);
    say("owner %s", owner());
    cosy_task *x = start(taker, NULL, "x");
    join(a);
    join(b);
    give();
    return join(x);
}

/* ---- cycles ---- */

static int holds_other(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&other, COSY_FOREVER);
    waiter(NULL);
    return cosy_lock_release(&other);
}

/* a holds K and, notified, wants L; main holds L: it may not wait for K. Before the notification nothing is closed. */
static int cycle(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(holds_other, NULL, "a");
    settle(1);
    take();
    notify(1);
    say("%s", code_name(cosy_lock_acquire(&other, COSY_FOREVER)));
    say("%s", code_name(cosy_lock_acquire(&other, cosy_in(cosy_ms(1)))));
    give();
    return join(a);
}

/* Nobody will ever notify: the loop says so. */
static int for_ever(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    take();
    notify(1);
    join(a);
    give();
    return join(b);
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_time deadline;
    int step;
    bool notifies_itself;
};

static struct machine machines[2];

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (m->step == 0) {
        m->step = 1;
        rc = cosy_lock_acquire_begin(&lock, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_WAITING)
            return;
    }
    if (m->step == 1) {
        m->step = 2;
        rc = cosy_condition_wait_begin(&cond, &task->wait);
        if (m->notifies_itself)
            notify(1);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
        say("at once:");
    }
    told("", rc);
    cosy_task_end(task, cosy_lock_release(&lock));
}

static cosy_task *machine(int i, cosy_time deadline, const char *name)
{
    machines[i] = (struct machine){.deadline = deadline};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int beside_coroutines(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a"), *s = machine(0, COSY_FOREVER, "s"), *b = start(waiter, NULL, "b"),
              *t = machine(1, COSY_FOREVER, "t");
    settle(1);
    take();
    notify(3);
    cancel(s); /* t is notified instead */
    waiting();
    give();
    join(a);
    join(s);
    join(b);
    return join(t);
}

static int stackless_deadlines(void *arg)
{
    (void)arg;
    fresh(0);
    join(machine(0, COSY_NOW, "s"));
    join(machine(0, cosy_ms(5), "s"));
    say("at %d", at_ms());
    join(machine(0, cosy_ms(5), "s"));
    take();
    cosy_task *s = machine(0, COSY_NOW, "s"), *x = start(taker, NULL, "x"), *t = machine(1, 1, "t");
    settle(1);
    give();
    join(x);
    join(s);
    return join(t);
}

static int stackless_cancelled(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *s = machine(0, COSY_FOREVER, "s");
    settle(1);
    cancel(s);
    say("owner %s", owner());
    join(s);
    s = machine(0, COSY_FOREVER, "s");
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    tell(1);
    cancel(s);
    say("owner %s", owner());
    join(s);
    return join(a);
}

/* Parked, notified, and only then does it await: the notification came before the deadline. */
static int notified_before_await(void *deadline)
{
    fresh(COSY_LOCK_OWNERLESS);
    take();
    cosy_task *s = machine(0, *(cosy_time *)deadline, "s");
    machines[0].notifies_itself = true;
    settle(1);
    cosy_task *b = start(waiter, NULL, "b");
    settle(1);
    give(); /* s waits, so b has it; s notifies itself */
    settle(1);
    say("owner %s, %s", owner(), s->wait.flags & COSY_W_TIMED ? "s has a timer" : "no timer");
    join(s);
    tell(1);
    return join(b);
}

/* ---- a tool that cancels in the moment of waiting ---- */

static cosy_time meddle(const cosy_hooks *hooks, cosy_task *task, cosy_time deadline)
{
    (void)hooks;
    if (strcmp(task->wait.ops->what, "condition"))
        return deadline;
    cosy_cancel(task, "meddled");
    return cosy_task_name(task)[0] == 'b' ? COSY_NOW : deadline;
}

static int meddled(void *arg)
{
    static const cosy_hooks hooks = {.waits = meddle};
    (void)arg;
    fresh(0);
    cosy_loop_hook(cosy_here(), &hooks);
    cosy_task *a = start(waiter, NULL, "a");
    join(a);
    take();
    a = start(waiter, NULL, "a");
    cosy_task *b = start(waiter, NULL, "b"), *x = start(taker, NULL, "x");
    settle(1);
    give();
    settle(1);
    join(a);
    join(b);
    join(x);
    cosy_loop_hook(cosy_here(), NULL);
    return 0;
}

/* ---- misuse ---- */

static int with_null(void *arg)
{
    (void)arg;
    static cosy_condition empty;
    fresh(0);
    say("%s", code_name(cosy_condition_init(NULL, &lock, "C")));
    say("%s", code_name(cosy_condition_init(&cond, NULL, "C")));
    say("%s", code_name(cosy_condition_wait(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_wait(&empty, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_wait_begin(NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_condition_wait_begin(&cond, NULL)));
    cosy_selection select;
    cosy_arm arm = {.wait.flags = COSY_W_ARM, .select = &select};
    say("an arm: %s", code_name(cosy_condition_wait_begin(NULL, &arm.wait)));
    say("%s", code_name(cosy_condition_wait_for(NULL, always, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_wait_for(&cond, NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_notify(NULL, 1)));
    say("%s", code_name(cosy_condition_notify(&empty, 1)));
    say("%s", code_name(cosy_condition_notify_all(NULL)));
    say("%s", code_name(cosy_condition_destroy(NULL)));
    say("%s", cosy_condition_check(NULL) || cosy_condition_check(&empty) ? "wrong" : "nothing wrong");
    return cosy_condition_destroy(&empty);
}

static int not_holding(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_condition_wait(&cond, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_wait_begin(&cond, &cosy_self()->wait)));
    say("%s", code_name(cosy_condition_notify(&cond, 1)));
    say("%s", code_name(cosy_condition_notify_all(&cond)));
    return 0;
}

/* C5, C10, C11: nothing is changed by a refused call. */
static int unheld(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *w = start(waiter, NULL, "w");
    settle(1);
    not_holding(NULL);
    waiting();
    take();
    cosy_task *a = start(not_holding, NULL, "a");
    join(a);
    waiting();
    say("negative %s", code_name(cosy_condition_notify(&cond, -1)));
    waiting();
    notify(1);
    say("twice %s, owner %s", code_name(cosy_condition_notify(&cond, INT32_MAX)), owner());
    give();
    return join(w);
}

static int outside(void *arg)
{
    (void)arg;
    fresh(0);
    say("%s", code_name(cosy_condition_wait(&cond, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_wait_for(&cond, always, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_condition_notify(&cond, 1)));
    say("%s", code_name(cosy_condition_destroy(&cond)));
    return 0;
}

static int act(void *arg)
{
    (void)arg;
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    told("", cosy_condition_wait(&cond, COSY_NOW));
    told("", cosy_condition_wait_begin(&cond, &cosy_self()->wait));
    told("", cosy_condition_wait_for(&cond, never, NULL, COSY_FOREVER));
    told("", cosy_condition_wait_for(&cond, always, NULL, COSY_FOREVER));
    waiting();
    notify(1);
    return 0;
}

/* In a barrier's action nobody may wait: refused before the lock is given up. Notifying is no wait. */
static int forbidden(void *arg)
{
    cosy_barrier barrier;
    (void)arg;
    fresh(0);
    cosy_barrier_init(&barrier, 1, act, NULL, "B");
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    take();
    cosy_barrier_wait(&barrier, COSY_NOW);
    give();
    return join(a);
}

static int as_an_arm(void *arg)
{
    (void)arg;
    static cosy_arm arm;
    fresh(0);
    take();
    arm.wait.flags = COSY_W_ARM;
    say("%s", code_name(cosy_condition_wait_begin(&cond, &arm.wait)));
    say("owner %s", owner());
    give();
    return 0;
}

/* Who comes from it and runs may end it, with the lock held. */
static int last_one(void *arg)
{
    (void)arg;
    take();
    told("", cosy_condition_wait(&cond, COSY_FOREVER));
    say("%s", code_name(cosy_condition_destroy(&cond)));
    return cosy_lock_release(&lock);
}

/* Waiting, in the lock's line, granted and not run: it is in use. So is the lock, where it can see that. */
static int wants_lock(void *arg)
{
    (void)arg;
    take();
    give();
    return 0;
}

/* Others want its lock, and one has just been given it: none of them has to do with the condition. */
static int destroy_beside_others(void *arg)
{
    (void)arg;
    fresh(0);
    take();
    cosy_task *a = start(wants_lock, NULL, "a"), *b = start(wants_lock, NULL, "b");
    settle(1);
    say("in line %s", code_name(cosy_condition_destroy(&cond)));
    give();
    say("owner %s: %s", cosy_task_name(cosy_lock_owner(&lock)), code_name(cosy_condition_destroy(&cond)));
    join(a);
    return join(b);
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_condition_init(&second, &lock, "D");
    cosy_task *a = start(last_one, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_condition_destroy(&cond)));
    take();
    notify(1);
    say("another %s", code_name(cosy_condition_destroy(&second)));
    say("%s", code_name(cosy_condition_destroy(&cond)));
    say("%s", code_name(cosy_lock_destroy(&lock)));
    give();
    say("%s", code_name(cosy_condition_destroy(&cond)));
    say("%s", code_name(cosy_lock_destroy(&lock)));
    join(a);
    return cosy_lock_destroy(&lock);
}

static cosy_lock static_lock = COSY_LOCK_INIT("static lock");
static cosy_condition static_one = COSY_CONDITION_INIT("static", &static_lock);

static int static_ones(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&static_lock, COSY_FOREVER);
    say("%s", code_name(cosy_condition_notify_all(&static_one)));
    say("%s", code_name(cosy_condition_wait(&static_one, COSY_NOW)));
    cosy_lock_release(&static_lock);
    say("%s", code_name(cosy_condition_notify_all(&static_one)));
    return cosy_condition_destroy(&static_one);
}

/* What the check can see, made to happen. */
static int checks(void *arg)
{
    static cosy_lock elsewhere;
    (void)arg;
    fresh(0);
    cosy_lock_init(&elsewhere, 0, "E");
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    lock.owner = a;
    sound();
    lock.owner = NULL;
    a->wait.result = COSY_ECANCELED;
    sound();
    a->wait.result = COSY_OK;
    a->wait.state = COSY_GRANTED;
    sound();
    a->wait.state = COSY_QUEUED;
    cond.lock = NULL;
    sound();
    cond.lock = &lock;
    take();
    notify(1);
    lock.owner = NULL;
    sound();
    lock.owner = cosy_self();
    a->wait.flags |= COSY_W_TIMED;
    sound();
    a->wait.flags &= (uint8_t)~COSY_W_TIMED;
    cosy_condition stray = {.lock = &elsewhere};
    a->wait.arg.ptr = &stray;
    sound();
    a->wait.arg.ptr = &cond;
    sound();
    give();
    return join(a);
}

static const test_row rows[] = {
    {"notify under the lock wakes nobody before the release, then in order (C1)", one_then_two,
     "3 wait; 2 wait; released, owner a; a OK; b OK; c OK; owner (no task)"},
    {"more than there are is fine (C8)", too_many, "a OK; b OK; c OK"},
    {"notify_all: all, one after the other, in order (C9)", all_of_them, "0 wait; a OK; b OK; c OK; at 30"},
    {"a wait hands the lock to the first in its line", gives_up_in_order, "a took it; b took it; main again; c OK"},
    {"who is notified stands at the end of the lock's line", both_lines, "x took it; a OK; y took it; b OK"},
    {"nobody is woken to find the lock taken", no_herd, "nobody is ready; one is ready; a OK; b OK"},
    {"nobody overtakes who was notified and has not run", no_overtaking, "owner a, try EAGAIN; a OK"},
    {"a notification that nobody waits for is forgotten; so is one of none", remembers_nothing, "1 wait; a OK"},
    {"who waits again waits behind the others", waits_again, "a OK; b OK; a OK"},
    {"two conditions over one lock", two_conditions, "2 and 0; 1 wait; b ECANCELED; a OK; c OK"},

    {"wait_for looks again after each notification (C6)", waits_until,
     "nothing happens without a notification; a OK; asked 4 times"},
    {"wait_for: what is so returns at once, even without the lock; what is not needs it (C7)", true_at_once,
     "without the lock OK; with the lock OK; cancelled OK; cosy_condition_wait_for(C) by main: ENOTHELD; ENOTHELD"},
    {"wait_for: true when time is up is a success", true_in_the_end, "main OK; at 5"},
    {"wait_for with COSY_NOW: true when the lock comes back is a success", true_in_the_end, "main OK; at 0", &at_once},
    {"wait_for: never true", never_true, "main ETIMEDOUT; at 5; main EAGAIN; main ETIMEDOUT"},
    {"wait_for: a cancel wins, and the notification goes on", cancelled_and_true, "a ECANCELED; b OK"},

    {"cancel while waiting: out of the line, and the lock is held again (C2)", cancel_waiting,
     "owner a; 1 wait; a ECANCELED; b OK"},
    {"cancel while waiting and the lock is held: queues for it, takes no notification", cancel_waiting_contended,
     "x took it; 1 wait; 0 wait; x took it; a ECANCELED; b OK"},
    {"cancel in the lock's line: cancelled with the lock, another is notified (C3, C4, C20)", cancel_in_line,
     "1 wait; 0 wait; owner main; a ECANCELED; b OK"},
    {"cancel in the lock's line with nobody else: the notification is gone", cancel_in_line_alone,
     "a ECANCELED; 1 wait; b ECANCELED"},
    {"cancel after the hand-over: keeps the lock, another is notified", cancel_granted,
     "owner a; owner a; 1 wait; a ECANCELED; b OK; c OK"},
    {"the notification runs down the line of the cancelled", cancel_down_the_line,
     "0 wait; a ECANCELED; b ECANCELED; c ECANCELED; d ECANCELED; owner (no task)"},
    {"notify(1), then a cancel of that waiter in the same step (C19)", notify_and_cancel, "a ECANCELED; b OK"},
    {"cancel, then notify(1) in the same step", notify_and_cancel, "a ECANCELED; b OK", &on},
    {"a taker cancelled after the hand-over passes the lock to who was notified", taker_cancelled,
     "owner x; owner a; x ECANCELED; a OK"},
    {"cancel after it has run: the next wait fails, with the lock", cancel_resumed,
     "a OK; a ECANCELED; a ECANCELED; ECANCELED"},
    {"a wait that is refused hands the lock over and queues for it", refused_hands_over,
     "x took it; y took it; a ECANCELED"},
    {"the reason stays visible, waiting and in the lock's line (C17, C18)", reason_visible,
     "a ECANCELED; foo, by main; b ECANCELED; bar, by main"},
    {"the cancel of a scope, twice: one notification is passed on", cancel_scope,
     "0 wait; a ECANCELED; scope ECANCELED at 0; then OK; b OK"},
    {"a shield holds a cancel back, waiting and in the lock's line", cancel_shielded,
     "1 wait; a OK; scope OK at 0; then ECANCELED; b OK"},
    {"a group that is cancelled gets all back through the lock", cancel_group,
     "a ECANCELED; b ECANCELED; c ECANCELED; owner (no task)"},

    {"timeout in the middle of the line, with the lock", times_out, "b ETIMEDOUT; at 5; a OK; c OK"},
    {"timeout while the lock is held: queues for it, takes no notification (C16)", times_out_contended,
     "1 wait; 0 wait; a ETIMEDOUT; b OK; at 20"},
    {"the deadline is for the notification, not for the lock", notified_in_time, "next never; a OK; at 20"},
    {"a notification that ties with the deadline wins", notify_ties, "a OK"},
    {"a deadline that comes first takes no notification", timeout_ties, "a ETIMEDOUT; owner (no task); b OK"},
    {"time-out, then a cancel in the lock's line: the time-out stands", late_and_cancelled,
     "1 wait; a ETIMEDOUT; scope ETIMEDOUT at 10; then ECANCELED; b OK"},
    {"time-out, then a cancel after the hand-over: the time-out stands", late_and_cancelled,
     "1 wait; a ETIMEDOUT; scope ETIMEDOUT at 10; then ECANCELED; b OK", &on},
    {"COSY_NOW and a deadline in the past: with the lock", now_and_past,
     "main now EAGAIN; main past ETIMEDOUT; 0 wait"},
    {"a call that cannot wait gives the lock's line its turn", trying_gives_way,
     "x took it; y took it; main now EAGAIN; z took it; main past ETIMEDOUT"},
    {"the deadline of a scope", scope_times_out, "a ETIMEDOUT; scope ETIMEDOUT at 5; then OK"},
    {"the deadline of a scope is not for the lock", scope_in_line, "a OK; scope OK at 10; then OK"},
    {"the deadline of a scope is moved under the wait", scope_moved,
     "1 wait; a ETIMEDOUT; scope ETIMEDOUT at 7; then OK"},

    {"calls that complete at once do not starve others", fair, "others ran in time", &on},
    {"tries that fail do not starve others", fair, "others ran in time"},

    {"owner-less: whoever holds it, anybody waits and notifies", ownerless,
     "cosy_condition_notify(C) by main: ENOTHELD; free: notify ENOTHELD; cosy_condition_wait(C) by main: "
     "ENOTHELD; free: wait ENOTHELD; owner (no task); owner (no task); a OK; b OK; owner b"},
    {"owner-less: released under a notified task that is cancelled", ownerless_stolen,
     "owner a; owner (no task); owner b; a ECANCELED without the lock; b OK; x took it"},

    {"a cycle through a lock that is taken again", cycle,
     "cosy_lock_acquire(K) by main: EDEADLK, see a; EDEADLK; ETIMEDOUT; a OK"},
    {"a deadlock, waiting and in the lock's line", for_ever, "a ECANCELED; b ECANCELED", .result = COSY_EDEADLK},

    {"stackless tasks beside coroutines", beside_coroutines, "0 wait; a OK; s ECANCELED; b OK; t OK"},
    {"stackless: deadlines, refused at once or after the lock", stackless_deadlines,
     "at once:; s EAGAIN; s ETIMEDOUT; at 5; at once:; s ETIMEDOUT; x took it; s EAGAIN; t ETIMEDOUT"},
    {"stackless: cancels", stackless_cancelled, "owner s; s ECANCELED; owner s; s ECANCELED; a OK"},
    {"stackless: notified before it awaits, with COSY_NOW", notified_before_await,
     "owner b, no timer; s OK; b OK", &at_once},
    {"stackless: notified before it awaits, with a deadline", notified_before_await,
     "owner b, no timer; s OK; b OK", &ms10},
    {"a tool cancels in the moment of waiting", meddled, "a ECANCELED; x took it; a ECANCELED; b ECANCELED"},

    {"NULL, a condition without a lock", with_null,
     "cosy_condition_init(C) by main: EINVAL; EINVAL; cosy_condition_init(C) by main: EINVAL; EINVAL; "
     "cosy_condition_wait(NULL) by main: EINVAL; EINVAL; cosy_condition_wait((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_condition_wait_begin(NULL) by main: EINVAL; EINVAL; cosy_condition_wait_begin(NULL) by main: EINVAL; "
     "EINVAL; cosy_condition_wait_begin(NULL) by main: EINVAL; an arm: EINVAL; cosy_condition_wait_for(NULL) by main: EINVAL; EINVAL; cosy_condition_wait_for(C) by main: EINVAL; "
     "EINVAL; cosy_condition_notify(NULL) by main: EINVAL; EINVAL; cosy_condition_notify((unnamed)) by main: "
     "EINVAL; EINVAL; cosy_condition_notify_all(NULL) by main: EINVAL; EINVAL; cosy_condition_destroy(NULL) by "
     "main: EINVAL; EINVAL; nothing wrong"},
    {"without the lock (C5, C10, C11), and n < 0", unheld,
     "cosy_condition_wait(C) by main: ENOTHELD; ENOTHELD; cosy_condition_wait_begin(C) by main: ENOTHELD; "
     "ENOTHELD; cosy_condition_notify(C) by main: ENOTHELD; ENOTHELD; cosy_condition_notify_all(C) by main: "
     "ENOTHELD; ENOTHELD; 1 wait; cosy_condition_wait(C) by a: ENOTOWNER, see main; ENOTOWNER; "
     "cosy_condition_wait_begin(C) by a: ENOTOWNER, see main; ENOTOWNER; cosy_condition_notify(C) by a: "
     "ENOTOWNER, see main; ENOTOWNER; cosy_condition_notify_all(C) by a: ENOTOWNER, see main; ENOTOWNER; 1 wait; "
     "cosy_condition_notify(C) by main: EINVAL; negative EINVAL; 1 wait; twice OK, owner main; w OK"},
    {"outside a task", outside,
     "cosy_condition_wait(C) by (no task): ENOTASK; ENOTASK; cosy_condition_wait_for(C) by (no task): ENOTASK; "
     "ENOTASK; cosy_condition_notify(C) by (no task): ENOTHELD; ENOTHELD; OK", .without_loop = true},
    {"where waiting is forbidden: the lock is kept", forbidden,
     "cosy_condition_wait(C) by main: ENOWAIT; main ENOWAIT; cosy_condition_wait(C) by main: ENOWAIT; main "
     "ENOWAIT; cosy_condition_wait_begin(C) by main: ENOWAIT; main ENOWAIT; cosy_condition_wait_for(C) by main: "
     "ENOWAIT; main ENOWAIT; main OK; 1 wait; a OK"},
    {"an arm's node is refused", as_an_arm, "cosy_condition_wait_begin(C) by main: EINVAL; EINVAL; owner main"},
    {"destroy while others use its lock", destroy_beside_others, "in line OK; owner a: OK"},
    {"destroy while it is in use", destroy_used,
     "cosy_condition_destroy(C) by main: EBUSY, see a; EBUSY; another OK; "
     "cosy_condition_destroy(C) by main: EBUSY, see a; EBUSY; cosy_lock_destroy(L) by main: EBUSY, see main; EBUSY; "
     "cosy_condition_destroy(C) by main: EBUSY, see a; EBUSY; cosy_lock_destroy(L) by main: EBUSY, see a; EBUSY; "
     "a OK; OK"},
    {"static initialisers", static_ones, "OK; EAGAIN; cosy_condition_notify_all(static) by main: ENOTHELD; ENOTHELD"},
    {"the check tells", checks,
     "a task waits for a condition and holds its lock; a condition's waiter has a result, and still waits; a node "
     "in a wait list does not wait; tasks wait for a condition that has no lock; a condition's lock is free, and "
     "somebody waits for it; a condition's waiter has left it, and its timer is armed; a condition's waiter "
     "stands in the line of another lock; a OK"},
};

int main(void)
{
    return TEST_ROWS("condition", rows);
}
