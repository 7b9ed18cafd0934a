/* Lock: contract rules 1 (FIFO hand-off), 2 (nothing granted is lost), 3 (deadlines), 4 (fairness), 6 (sticky cancel),
 * 7 (misuse), 8 (deadlock at the acquire that would close the cycle). */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_lock lock, other;

static void fresh(unsigned flags)
{
    cosy_lock_init(&lock, flags, "L");
    cosy_lock_init(&other, 0, "K");
}

static const char *owner(void)
{
    return cosy_task_name(cosy_lock_owner(&lock));
}

/* Takes it, says so, keeps it for 10 ms. */
static int holder(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    if (rc == COSY_OK) {
        rc = cosy_sleep(cosy_ms(10));
        cosy_lock_release(&lock);
    }
    return rc;
}

/* Takes it, says so, gives it back at once. The argument: a deadline, or NULL for ever. */
static int taker(void *deadline)
{
    int rc = cosy_lock_acquire(&lock, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    if (rc == COSY_OK)
        cosy_lock_release(&lock);
    return rc;
}

/* ---- order ---- */

static int fifo(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(holder, NULL, "a"), *b = start(holder, NULL, "b"), *c = start(holder, NULL, "c");
    join(a);
    join(b);
    join(c);
    say("at %d", at_ms());
    return cosy_lock_destroy(&lock);
}

/* The owner is the next task from the release on; a try by somebody else does not overtake it. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(holder, NULL, "a");
    settle(1);
    cosy_lock_release(&lock);
    say("owner %s, try %s", owner(), code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    return join(a);
}

/* Who gives it back and wants it again at once goes to the end of the line. */
static int no_barging(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_lock_release(&lock);
    taker(NULL);
    join(a);
    return join(b);
}

/* Release never switches, however many wait. */
static int release_does_not_switch(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    cosy_lock_release(&lock);
    say("still here");
    return join(a);
}

static int from_the_middle(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *t[5];
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < 5; i++)
        t[i] = start(taker, NULL, names[i]);
    settle(1);
    cosy_cancel(t[2], NULL); /* from the middle, then its new neighbour, then the last */
    cosy_cancel(t[1], NULL);
    cosy_cancel(t[4], NULL);
    cosy_lock_release(&lock);
    for (int i = 0; i < 5; i++)
        join(t[i]);
    return 0;
}

/* ---- cancel ---- */

static int cancel_queued(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_cancel(a, "changed my mind");
    say("reason %s", cosy_cancel_reason(a));
    cosy_lock_release(&lock);
    join(a);
    return join(b);
}

static int cancel_granted(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_lock_release(&lock);
    say("owner %s", owner());
    cosy_cancel(a, NULL);
    say("owner %s", owner());
    join(a);
    return join(b);
}

static int cancel_granted_alone(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    cosy_lock_release(&lock);
    cosy_cancel(a, NULL);
    say("owner %s", owner());
    say("try %s", code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    join(a);
    return cosy_lock_release(&lock);
}

/* The grant runs down the line in one step. */
static int cancel_granted_all(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b"), *c = start(taker, NULL, "c");
    settle(1);
    cosy_lock_release(&lock);
    cosy_cancel(a, NULL);
    cosy_cancel(b, NULL);
    say("owner %s", owner());
    cosy_cancel(c, NULL);
    say("owner %s", owner());
    join(a);
    join(b);
    join(c);
    return 0;
}

/* bpo-32734: cancel and release in one step make one owner, not two, in either order. */
static int cancel_then_release(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(holder, NULL, "a"), *b = start(holder, NULL, "b"), *c = start(holder, NULL, "c");
    settle(1);
    cosy_cancel(a, NULL);
    cosy_lock_release(&lock);
    settle(2);
    say("owner %s", owner());
    join(a);
    join(b);
    join(c);
    say("at %d", at_ms());
    return 0;
}

static int cancelled_later(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("a %s", code_name(rc));
    cosy_cancel(cosy_self(), NULL);
    say("free one %s", code_name(cosy_lock_acquire(&other, COSY_FOREVER)));
    cosy_lock_release(&other);
    say("sleep %s", code_name(cosy_sleep(1)));
    cosy_lock_release(&lock);
    return 0;
}

/* It was resumed with the lock: the cancel comes at the next wait that has to wait. */
static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(cancelled_later, NULL, "a");
    settle(1);
    cosy_lock_release(&lock);
    return join(a);
}

static int sticky(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("try %s", code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    say("free %s", code_name(cosy_lock_acquire(&other, COSY_FOREVER)));
    return cosy_lock_release(&other);
}

static int cancel_is_sticky(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(sticky, NULL, "a");
    settle(1);
    cosy_cancel(a, NULL);
    join(a);
    return cosy_lock_release(&lock);
}

/* A cancel that is withdrawn from a wait with a deadline takes the timer along: nothing fires later. */
static int cancel_disarms(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_time until = cosy_in(cosy_ms(5));
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, &until, "a");
    settle(1);
    cosy_cancel(a, NULL);
    join(a);
    say("next %s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "never" : "armed");
    return cosy_lock_release(&lock);
}

static int shielded(void *arg)
{
    (void)arg;
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    cosy_scope_close(&shield);
    say("%s", code_name(cosy_sleep(1)));
    return cosy_lock_release(&lock);
}

static int cancel_shielded(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(shielded, NULL, "a");
    settle(1);
    cosy_cancel(a, NULL);
    cosy_lock_release(&lock);
    cosy_cancel(a, NULL); /* granted: the shield holds that back too */
    say("owner %s", owner());
    return join(a);
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_time five = cosy_ms(5), seven = cosy_ms(7);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, &five, "b"), *c = start(taker, &seven, "c"),
              *d = start(taker, NULL, "d");
    cosy_sleep(cosy_ms(6));
    say("6 ms");
    cosy_sleep(cosy_ms(4));
    cosy_lock_release(&lock);
    join(a);
    join(b);
    join(c);
    return join(d);
}

/* Both are due at 10 ms. The releaser's timer was armed first, so the grant comes first, and the timeout has no effect. */
static int grant_ties(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_time ten = cosy_ms(10);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, &ten, "a");
    cosy_sleep_until(ten);
    cosy_lock_release(&lock);
    return join(a);
}

/* The other way round the timeout is there first; the lock is then free, not lost. */
static int timeout_ties(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_time ten = cosy_ms(10);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, &ten, "a");
    settle(1);
    cosy_sleep_until(ten);
    cosy_lock_release(&lock);
    say("owner %s", owner());
    join(a);
    return 0;
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_time past = cosy_ms(1);
    cosy_sleep(cosy_ms(2));
    say("free %s", code_name(cosy_lock_acquire(&lock, past)));
    cosy_task *a = start(taker, &past, "a");
    join(a);
    say("%s", lock.waiters.head ? "queued" : "not queued");
    return cosy_lock_release(&lock);
}

static int try(void *arg)
{
    (void)arg;
    cosy_time now = COSY_NOW;
    fresh(0);
    say("free %s", code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    cosy_task *a = start(taker, &now, "a");
    join(a);
    return cosy_lock_release(&lock);
}

/* ---- one's own, and cycles ---- */

static int own(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    int rc = cosy_lock_acquire(&lock, cosy_in(cosy_ms(3)));
    say("%s at %d", code_name(rc), at_ms());
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_ms(3)), 0);
    rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    cosy_scope_close(&scope);
    return cosy_lock_release(&lock);
}

static int crossing(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&other, COSY_FOREVER);
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER); /* main holds it, and waits for nothing yet */
    say("%s %s", ME, code_name(rc));
    cosy_lock_release(&lock);
    return cosy_lock_release(&other);
}

/* a holds K and waits for L; main holds L: its acquire of K would close the cycle. With a deadline it closes none. */
static int cycle(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(crossing, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_lock_acquire(&other, cosy_in(cosy_ms(1)))));
    say("%s", code_name(cosy_lock_acquire(&other, COSY_FOREVER)));
    cosy_lock_release(&lock);
    return join(a);
}

static int crossing_until_5(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&other, COSY_FOREVER);
    int rc = cosy_lock_acquire(&lock, cosy_ms(5));
    say("%s %s", ME, code_name(rc));
    return cosy_lock_release(&other);
}

/* The other one gives up in time: no deadlock. */
static int cycle_with_deadline(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(crossing_until_5, NULL, "a");
    settle(1);
    int rc = cosy_lock_acquire(&other, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    cosy_lock_release(&other);
    cosy_lock_release(&lock);
    return join(a);
}

static cosy_lock third;

static int middle(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&third, COSY_FOREVER);
    int rc = cosy_lock_acquire(&other, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    cosy_lock_release(&other);
    return cosy_lock_release(&third);
}

/* main holds L, a holds K and waits for L, b holds T and waits for K: main may not wait for T. */
static int cycle_of_three(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_init(&third, 0, "T");
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(crossing, NULL, "a"), *b = start(middle, NULL, "b");
    settle(1);
    say("%s", code_name(cosy_lock_acquire(&third, COSY_FOREVER)));
    cosy_lock_release(&lock);
    join(a);
    return join(b);
}

/* A chain of owners that ends in a task which sleeps is no cycle. */
static int no_cycle(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *h = start(holder, NULL, "h"), *a = start(crossing, NULL, "a");
    settle(1);
    int rc = cosy_lock_acquire(&other, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    cosy_lock_release(&other);
    join(h);
    return join(a);
}

static int closes_it(void *arg)
{
    cosy_lock *mine = arg, *wanted = arg == &lock ? &other : &lock;
    cosy_task *me = cosy_self();
    cosy_lock_acquire(mine, COSY_FOREVER);
    cosy_yield();
    int rc = cosy_lock_acquire_begin(wanted, &me->wait);
    if (rc == COSY_WAITING)
        rc = cosy_suspend(me, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    if (!rc)
        cosy_lock_release(wanted);
    return cosy_lock_release(mine);
}

/* A begin form does not look for cycles. Who comes later and is not part of the cycle waits, as for anybody. */
static int cycle_of_others(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(closes_it, &lock, "a"), *b = start(closes_it, &other, "b");
    settle(2);
    cosy_task *c = start(taker, NULL, "c");
    settle(1);
    cosy_cancel(a, NULL);
    join(a);
    join(b);
    return join(c);
}

/* ---- flags ---- */

static int give_back(void *arg)
{
    (void)arg;
    return cosy_lock_release(&lock);
}

static int ownerless(void *arg)
{
    (void)arg;
    fresh(COSY_LOCK_OWNERLESS);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    say("owner %s", owner());
    cosy_task *a = start(give_back, NULL, "a");
    say("own %s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER))); /* waits: somebody else may release it */
    say("a %s", code_name(join(a)));
    cosy_lock_release(&lock);
    return cosy_lock_release(&lock);
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s ran", ME);
    return 0;
}

static int checkpoint(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(speaker, NULL, "a");
    cosy_lock_acquire(&lock, COSY_FOREVER);
    say("plain did not switch");
    cosy_lock_release(&lock);
    fresh(COSY_LOCK_CHECKPOINT);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    say("flagged switched, owner %s", owner());
    cosy_lock_release(&lock);
    cosy_task *b = start(speaker, NULL, "b");
    cosy_arm arms[] = {cosy_arm_lock(&lock)};
    cosy_select(arms, 1, NULL, COSY_FOREVER);
    say("an arm did not, owner %s", owner());
    cosy_lock_release(&lock);
    cosy_task *me = cosy_self();
    int rc = cosy_lock_acquire_begin(&lock, &me->wait);
    say("begin %s", rc == COSY_WAITING ? code_name(cosy_suspend(me, COSY_FOREVER)) : "?");
    cosy_lock_release(&lock);
    join(b);
    return join(a);
}

/* The yield of a checkpoint comes after it took effect: others find the lock taken, and a cancel does not undo it. */
static int checked_taker(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("%s", code_name(cosy_sleep(1)));
    return cosy_lock_release(&lock);
}

static int cancel_at_checkpoint(void *arg)
{
    (void)arg;
    fresh(COSY_LOCK_CHECKPOINT);
    cosy_task *a = start(checked_taker, NULL, "a");
    settle(1);
    say("owner %s, try %s", owner(), code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    cosy_cancel(a, NULL);
    return join(a);
}

static int greedy(void *stop)
{
    int n = 0;
    while (!*(bool *)stop) {
        cosy_lock_acquire(&lock, COSY_FOREVER);
        cosy_lock_release(&lock);
        n++;
    }
    return n;
}

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
}

/* A task whose calls all complete at once spends the countdown of the loop, then others run. */
static int fair(void *arg)
{
    (void)arg;
    static bool stop;
    stop = false;
    fresh(0);
    cosy_task *a = start(greedy, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n > 0 && n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int tries(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_lock_acquire(&lock, COSY_NOW);
        n++;
    }
    return n;
}

/* So does one that polls in vain. */
static int fair_to_pollers(void *arg)
{
    (void)arg;
    static bool stop;
    stop = false;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(tries, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n > 0 && n <= COSY_BUDGET ? "others ran in time" : "starved");
    join(b);
    return cosy_lock_release(&lock);
}

/* ---- misuse ---- */

static int with_null(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_lock_init(NULL, 0, "L")));
    say("%s", code_name(cosy_lock_init(&lock, 64, "L")));
    say("%s", code_name(cosy_lock_acquire(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_lock_acquire_begin(NULL, NULL)));
    say("%s", code_name(cosy_lock_release(NULL)));
    say("%s", code_name(cosy_lock_destroy(NULL)));
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh(0);
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    say("%s", code_name(cosy_lock_release(&lock)));
    return 0;
}

static int by_stranger(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(give_back, NULL, "a");
    say("%s", code_name(join(a)));
    say("owner %s", owner());
    return cosy_lock_release(&lock);
}

/* Handed over, but the new owner has not run: it is a stranger's already. */
static int twice(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    cosy_lock_release(&lock);
    say("%s", code_name(cosy_lock_release(&lock)));
    join(a);
    say("%s", code_name(cosy_lock_release(&lock)));
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s", code_name(cosy_lock_destroy(&lock)));
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_lock_destroy(&lock)));
    cosy_lock_release(&lock);
    say("%s", code_name(cosy_lock_destroy(&lock)));
    join(a);
    return cosy_lock_destroy(&lock);
}

static cosy_lock ready_made = COSY_LOCK_INIT("static"), flagged = COSY_LOCK_INIT_WITH("flagged", COSY_LOCK_OWNERLESS);

static int static_ones(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_lock_acquire(&ready_made, COSY_FOREVER)));
    cosy_lock_release(&ready_made);
    say("%s", code_name(cosy_lock_release(&ready_made)));
    say("%s", code_name(cosy_lock_acquire(&flagged, COSY_FOREVER)));
    return cosy_lock_release(&flagged);
}

static const test_row rows[] = {
    {"release hands over in order of arrival", fifo, "a OK; b OK; c OK; at 30"},
    {"nobody overtakes a waiter that was granted and has not run", no_overtaking, "owner a, try EAGAIN; a OK"},
    {"who releases and acquires again goes to the end of the line", no_barging, "a OK; b OK; main OK"},
    {"release never switches", release_does_not_switch, "still here; a OK"},
    {"waiters leave from the middle and the end of the line", from_the_middle,
     "c ECANCELED; b ECANCELED; e ECANCELED; a OK; d OK"},

    {"cancel while queued: leaves the line, the next gets it", cancel_queued,
     "reason changed my mind; a ECANCELED; b OK"},
    {"cancel after the grant: the lock goes to the next in the same step", cancel_granted,
     "owner a; owner b; a ECANCELED; b OK"},
    {"cancel after the grant with nobody else: it is free in the same step", cancel_granted_alone,
     "owner (no task); try OK; a ECANCELED"},
    {"cancel after the grant runs down the line", cancel_granted_all,
     "owner c; owner (no task); a ECANCELED; b ECANCELED; c ECANCELED"},
    {"cancel and release in one step make one owner", cancel_then_release, "a ECANCELED; b OK; owner b; c OK; at 20"},
    {"cancel after it has run: what completes at once still does", cancel_resumed,
     "a OK; free one OK; sleep ECANCELED"},
    {"cancel is sticky", cancel_is_sticky, "ECANCELED; ECANCELED; try EAGAIN; free OK"},
    {"cancel disarms the timer of the wait", cancel_disarms, "a ECANCELED; next never"},
    {"a shield holds cancels back, queued and granted", cancel_shielded, "owner a; OK; ECANCELED"},

    {"timeouts leave from the middle of the line at their time", times_out,
     "b ETIMEDOUT; 6 ms; c ETIMEDOUT; a OK; d OK"},
    {"a grant that ties with the deadline wins", grant_ties, "a OK"},
    {"a deadline that comes first leaves the lock free", timeout_ties, "a ETIMEDOUT; owner (no task)"},
    {"a deadline in the past: takes a free lock, never queues for a held one", in_the_past,
     "free OK; a ETIMEDOUT; not queued"},
    {"COSY_NOW tries", try, "free OK; a EAGAIN"},

    {"one's own lock: a deadlock for ever, a timeout with a deadline", own,
     "cosy_lock_acquire(L) by main: EDEADLK, see main; EDEADLK; EAGAIN; ETIMEDOUT at 3; ETIMEDOUT at 6"},
    {"the acquire that closes a cycle of owners is refused", cycle,
     "ETIMEDOUT; cosy_lock_acquire(K) by main: EDEADLK, see a; EDEADLK; a OK"},

    {"a cycle in which somebody has a deadline is none", cycle_with_deadline, "a ETIMEDOUT; OK at 5"},
    {"a cycle of three", cycle_of_three, "cosy_lock_acquire(T) by main: EDEADLK, see b; EDEADLK; a OK; b OK"},
    {"a cycle of others does not keep one from waiting", cycle_of_others, "a ECANCELED; b OK; c OK"},
    {"a chain of owners that does not close", no_cycle, "h OK; a OK; OK at 10"},

    {"owner-less: anybody releases, its holder may wait for it", ownerless,
     "owner main; own OK; a OK; cosy_lock_release(L) by main: ENOTHELD", NULL, COSY_ENOTHELD},
    {"COSY_LOCK_CHECKPOINT: a free lock is a scheduling point", checkpoint,
     "plain did not switch; a ran; flagged switched, owner main; an arm did not, owner main; b ran; begin OK"},
    {"a checkpoint yields after taking effect, and a cancel there comes at the next wait", cancel_at_checkpoint,
     "owner a, try EAGAIN; OK; ECANCELED"},
    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"tries that fail do not starve others", fair_to_pollers, "others ran in time"},

    {"NULL and unknown flags", with_null,
     "cosy_lock_init(L) by main: EINVAL; EINVAL; cosy_lock_init(L) by main: EINVAL; EINVAL; "
     "cosy_lock_acquire(NULL) by main: EINVAL; EINVAL; cosy_lock_acquire_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_lock_release(NULL) by main: EINVAL; EINVAL; cosy_lock_destroy(NULL) by main: EINVAL; EINVAL"},
    {"outside a task", outside,
     "cosy_lock_acquire(L) by (no task): ENOTASK; ENOTASK; cosy_lock_acquire(L) by (no task): ENOTASK; ENOTASK; "
     "cosy_lock_release(L) by (no task): ENOTHELD; ENOTHELD",
     .without_loop = true},
    {"release by a stranger is refused and names the owner", by_stranger,
     "cosy_lock_release(L) by a: ENOTOWNER, see main; ENOTOWNER; owner main"},
    {"double release, before and after the next owner ran", twice,
     "cosy_lock_release(L) by main: ENOTOWNER, see a; ENOTOWNER; a OK; cosy_lock_release(L) by main: ENOTHELD; "
     "ENOTHELD"},
    {"destroy of a lock that is held, waited for, handed over", destroy_used,
     "cosy_lock_destroy(L) by main: EBUSY, see main; EBUSY; cosy_lock_destroy(L) by main: EBUSY, see main; EBUSY; "
     "cosy_lock_destroy(L) by main: EBUSY, see a; EBUSY; a OK"},
    {"static initialisers", static_ones, "OK; cosy_lock_release(static) by main: ENOTHELD; ENOTHELD; OK"},
};

int main(void)
{
    return TEST_ROWS("lock", rows);
}
