/* Wait group: contract rules 1 (all are woken, in order of arrival), 2 (cancel against the last done), 3 (deadlines),
 * 4 (fairness), 7 (misuse). RULE e for a count: an add cannot un-wake.
 *
 * As with the event, waiters without timers are woken by one splice, with timers by a walk: rows that take an argument are
 * run with NULL (for ever) and with a deadline that is far away. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_waitgroup wg;
static cosy_time far_away = INT64_C(3600000000000);

static void fresh(int32_t n)
{
    cosy_waitgroup_init(&wg, n, "W");
}

/* Says what is wrong with it, and nothing if all is well. */
static void sound(void)
{
    const char *wrong = cosy_waitgroup_check(&wg);
    if (wrong)
        say("WRONG: %s", wrong);
}

static int add(int32_t n)
{
    int rc = cosy_waitgroup_add(&wg, n);
    sound();
    return rc;
}

static int done(void)
{
    int rc = cosy_waitgroup_done(&wg);
    sound();
    return rc;
}

static void count(void)
{
    say("count %d", (int)cosy_waitgroup_count(&wg));
}

static int waiter(void *deadline)
{
    int rc = cosy_waitgroup_wait(&wg, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    sound();
    return rc;
}

static int worker(void *ms)
{
    cosy_sleep(cosy_ms(*(uint32_t *)ms));
    say("%s done", ME);
    return done();
}

/* ---- order ---- */

static int counts_down(void *arg)
{
    (void)arg;
    static uint32_t ms[] = {20, 10, 30};
    fresh(0);
    add(3);
    start(worker, &ms[0], "x");
    start(worker, &ms[1], "y");
    cosy_task *z = start(worker, &ms[2], "z"), *a = start(waiter, NULL, "a");
    join(a);
    say("at %d", at_ms());
    join(z);
    count();
    return cosy_waitgroup_destroy(&wg);
}

static int wakes_all(void *deadline)
{
    fresh(2);
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c");
    settle(1);
    done();
    settle(2);
    say("one is left");
    done();
    say("zero, %s armed", cosy_loop_next(cosy_here()) == COSY_NOW ? "ready or" : "not");
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return cosy_waitgroup_destroy(&wg);
}

/* Who has a timer and who has not are woken together, in the order of their arrival. */
static int wakes_mixed(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &far_away, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    sound();
    done();
    join(a);
    join(b);
    return join(c);
}

static int passes_at_zero(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, NULL, "a");
    say("%s at once", code_name(cosy_waitgroup_wait(&wg, COSY_FOREVER)));
    return join(a);
}

/* Who is ready already runs before those that zero makes ready. */
static int after_the_ready(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cosy_task *c = start(waiter, NULL, "c");
    done();
    join(c);
    join(a);
    return join(b);
}

static int many_at_once(void *arg)
{
    (void)arg;
    fresh(0);
    add(INT32_MAX);
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    add(1 - INT32_MAX);
    count();
    add(0);
    add(-1);
    return join(a);
}

/* ---- a count that goes up again ---- */

static int zero_then_add(void *deadline)
{
    fresh(1);
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b");
    settle(1);
    done();
    add(1);
    say("now %s", code_name(cosy_waitgroup_wait(&wg, COSY_NOW)));
    join(a);
    return join(b);
}

static int zero_repeatedly(void *deadline)
{
    fresh(1);
    cosy_task *a = start(waiter, deadline, "a");
    settle(1);
    for (int i = 0; i < 3; i++) {
        done();
        add(1);
    }
    join(a);
    count();
    return 0;
}

/* Each round has its own waiters. */
static int rounds(void *deadline)
{
    fresh(0);
    for (int i = 0; i < 3; i++) {
        add(1);
        cosy_task *a = start(waiter, deadline, "a");
        settle(1);
        done();
        join(a);
    }
    return cosy_waitgroup_destroy(&wg);
}

/* What is under way may add more: the count never is zero in between. */
static int parent(void *levels)
{
    int n = *(int *)levels;
    static int less[4];
    cosy_yield();
    if (n) {
        less[n - 1] = n - 1;
        add(2);
        start(parent, &less[n - 1], "left");
        start(parent, &less[n - 1], "right");
    }
    say("%d", n);
    return done();
}

static int a_tree(void *arg)
{
    (void)arg;
    static int two = 2;
    fresh(1);
    start(parent, &two, "root");
    return waiter(NULL);
}

/* ---- cancel ---- */

static int cancel_queued(void *deadline)
{
    fresh(1);
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c"),
              *d = start(waiter, deadline, "d");
    settle(1);
    cosy_cancel(b, NULL);
    sound();
    cosy_cancel(a, NULL);
    cosy_cancel(d, NULL);
    done();
    join(a);
    join(b);
    join(d);
    return join(c);
}

static int cancel_woken(void *deadline)
{
    fresh(1);
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c");
    settle(1);
    done();
    cosy_cancel(b, NULL);
    sound();
    join(a);
    join(b);
    return join(c);
}

static cosy_task *woken, *queued;

static int canceller(void *arg)
{
    (void)arg;
    cosy_cancel(woken, NULL);
    cosy_cancel(queued, NULL);
    say("waiting: %s", wg.waiters.head ? "somebody" : "nobody");
    sound();
    return 0;
}

/* a was woken and has not run, c waits for the next zero already: a cancel finds out which is which. */
static int two_zeros(void *arg)
{
    (void)arg;
    fresh(1);
    woken = start(waiter, NULL, "a");
    settle(1);
    queued = start(waiter, NULL, "c");
    cosy_task *d = start(canceller, NULL, "d");
    done();
    add(1);
    join(d);
    join(woken);
    join(queued);
    return 0;
}

static int waits_again(void *arg)
{
    (void)arg;
    waiter(NULL);
    cosy_cancel(cosy_self(), NULL);
    waiter(NULL); /* still zero: completes at once */
    add(1);
    waiter(NULL);
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(waits_again, NULL, "a");
    settle(1);
    done();
    return join(a);
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    cosy_time five = cosy_ms(5);
    fresh(1);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &five, "b"), *c = start(waiter, NULL, "c");
    join(b);
    say("at %d", at_ms());
    done(); /* remembers that somebody had a timer: walks, which does no harm */
    join(a);
    join(c);
    add(1);
    cosy_task *d = start(waiter, NULL, "d");
    settle(1);
    say("%s", wg.wakes & 2 ? "will walk" : "will splice");
    done();
    return join(d);
}

static int ties(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    fresh(1);
    cosy_task *a = start(waiter, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    done();
    return join(a);
}

static int too_late(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    fresh(1);
    cosy_task *a = start(waiter, &ten, "a");
    settle(1);
    cosy_sleep_until(ten); /* armed after a's */
    done();
    return join(a) == COSY_ETIMEDOUT ? 0 : 1;
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_sleep(cosy_ms(2));
    int rc = cosy_waitgroup_wait(&wg, cosy_ms(1));
    say("%s, %s", code_name(rc), wg.waiters.head ? "queued" : "not queued");
    rc = cosy_waitgroup_wait(&wg, COSY_NOW);
    say("%s", code_name(rc));
    done();
    rc = cosy_waitgroup_wait(&wg, cosy_ms(1));
    say("zero %s", code_name(rc));
    rc = cosy_waitgroup_wait(&wg, COSY_NOW);
    say("%s", code_name(rc));
    return 0;
}

static cosy_scope scope;

static int in_scope(void *arg)
{
    (void)arg;
    cosy_scope_open(&scope, COSY_FOREVER, 0);
    int rc = cosy_waitgroup_wait(&wg, COSY_FOREVER);
    say("%s %s, closed %s", ME, code_name(rc), code_name(cosy_scope_close(&scope)));
    return rc;
}

/* A timer that comes while it waits: from then on nobody may splice. */
static int scope_moved(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(in_scope, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cosy_scope_move(&scope, cosy_in(cosy_ms(5)));
    sound();
    done();
    join(a);
    join(b);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    fresh(1);
    a = start(in_scope, NULL, "a");
    settle(1);
    cosy_scope_move(&scope, cosy_in(cosy_ms(5)));
    join(a);
    say("at %d", at_ms());
    return 0;
}

/* ---- fairness ---- */

enum { CROWD = 1000 };
static int order[CROWD], arrived;

static int one_of_many(void *arg)
{
    cosy_waitgroup_wait(&wg, COSY_FOREVER);
    order[arrived++] = *(int *)arg;
    return 0;
}

static int crowd(void *arg)
{
    (void)arg;
    static int id[CROWD];
    int right = 0;
    arrived = 0;
    fresh(1);
    for (int i = 0; i < CROWD; i++) {
        id[i] = i;
        start(one_of_many, &id[i], "one");
    }
    settle(CROWD / COSY_BUDGET + 2);
    done();
    say("%d ran", arrived);
    cosy_sleep(1);
    for (int i = 0; i < CROWD; i++)
        right += order[i] == i;
    say("%d in order", right);
    return 0;
}

static int polite(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_waitgroup_wait(&wg, COSY_FOREVER);
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
    fresh(0);
    cosy_task *a = start(polite, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s ran", ME);
    return 0;
}

static int with_checkpoint(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(speaker, NULL, "a");
    cosy_waitgroup_wait(&wg, COSY_FOREVER);
    say("passed");
    return join(a);
}

static int done_does_not_switch(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    add(1);
    done();
    done();
    say("done");
    return join(a);
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_time deadline;
    bool waiting;
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = cosy_waitgroup_wait_begin(&wg, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
    }
    say("%s %s", ME, code_name(rc));
    cosy_task_end(task, rc);
}

static cosy_task *machine(struct machine *m, cosy_time deadline, const char *name)
{
    *m = (struct machine){.deadline = deadline};
    cosy_task_init(&m->task, cosy_here(), step, name);
    cosy_task_start(&m->task, NULL);
    return &m->task;
}

static int with_machines(void *deadline)
{
    static struct machine m[4];
    cosy_time until = deadline ? *(cosy_time *)deadline : COSY_FOREVER;
    fresh(1);
    cosy_task *a = machine(&m[0], until, "a"), *b = start(waiter, deadline, "b"), *c = machine(&m[1], until, "c");
    cosy_task *d = machine(&m[2], COSY_NOW, "d");
    settle(1);
    done();
    cosy_cancel(c, NULL);
    join(a);
    join(b);
    join(c);
    join(d);
    cosy_task *e = machine(&m[3], COSY_NOW, "e"); /* at zero it completes at once */
    return join(e);
}

/* A begin form that completes at once spends the countdown as well. */
static int machine_with_checkpoint(void *arg)
{
    (void)arg;
    static struct machine m;
    fresh(0);
    cosy_task *a = machine(&m, COSY_FOREVER, "a"), *b = start(speaker, NULL, "b");
    join(b);
    return join(a);
}

/* ---- misuse ---- */

static int over_and_under(void *arg)
{
    (void)arg;
    fresh(1);
    say("%s", code_name(add(INT32_MAX)));
    say("%s", code_name(add(-2)));
    say("%s", code_name(add(INT32_MIN)));
    count();
    say("%s", code_name(done()));
    say("%s", code_name(done()));
    say("%s", code_name(add(-1)));
    say("%s", code_name(add(INT32_MAX)));
    say("%s", code_name(add(1)));
    say("%s", code_name(add(-INT32_MAX)));
    count();
    return 0;
}

/* A refused call changes nothing, and wakes nobody. */
static int under_with_waiters(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    say("%s", code_name(add(-2)));
    settle(1);
    count();
    done();
    return join(a);
}

static int with_nonsense(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_waitgroup_init(NULL, 0, "W")));
    say("%s", code_name(cosy_waitgroup_init(&wg, -1, NULL)));
    say("%s", code_name(cosy_waitgroup_add(NULL, 1)));
    say("%s", code_name(cosy_waitgroup_done(NULL)));
    say("%s", code_name(cosy_waitgroup_wait(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_waitgroup_wait_begin(NULL, &cosy_self()->wait)));
    fresh(0);
    say("%s", code_name(cosy_waitgroup_wait_begin(&wg, NULL)));
    say("%s", code_name(cosy_waitgroup_destroy(NULL)));
    say("%s", cosy_waitgroup_check(NULL) ? "wrong" : "nothing to check");
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh(1);
    say("%s", code_name(cosy_waitgroup_wait(&wg, COSY_NOW)));
    say("%s", code_name(add(1)));
    say("%s", code_name(done()));
    say("%s", code_name(done()));
    say("%s", code_name(cosy_waitgroup_wait(&wg, COSY_NOW)));
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(1);
    say("%s", code_name(cosy_waitgroup_destroy(&wg)));
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_waitgroup_destroy(&wg)));
    done();
    say("%s", code_name(cosy_waitgroup_destroy(&wg)));
    return join(a);
}

static cosy_waitgroup empty = COSY_WAITGROUP_INIT("empty", 0), latch = COSY_WAITGROUP_INIT("latch", 2);

static int static_ones(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_waitgroup_wait(&empty, COSY_NOW)));
    say("%s", code_name(cosy_waitgroup_done(&empty)));
    say("%s", code_name(cosy_waitgroup_wait(&latch, COSY_NOW)));
    cosy_waitgroup_done(&latch);
    cosy_waitgroup_done(&latch);
    say("%s", code_name(cosy_waitgroup_wait(&latch, COSY_NOW)));
    return cosy_waitgroup_destroy(&latch);
}

/* ---- the arm ---- */

static int the_arm(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_arm a = cosy_arm_waitgroup(&wg);
    say("%s", a.object == &wg && a.begin == cosy_waitgroup_wait_arm && !a.place && !a.n ? "right" : "WRONG");
    return 0;
}

/* ---- the check: each defect that it knows is made by hand, told, and mended ---- */

static void told(void)
{
    const char *wrong = cosy_waitgroup_check(&wg);
    say("%s", wrong ? wrong : "all is well");
}

static int defects(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &far_away, "b");
    settle(1);
    told();
    wg.count = -1;
    told();
    wg.count = 0;
    told();
    wg.count = 2;
    b->wait.state = COSY_GRANTED;
    told();
    b->wait.state = COSY_QUEUED;
    wg.wakes += 4;
    told();
    wg.wakes = 0;
    told();
    wg.wakes = 2;
    told();
    add(-2);
    join(a);
    return join(b);
}

static const test_row rows[] = {
    {"goes on when all that was added is done", counts_down, "y done; x done; z done; a OK; at 30; count 0"},
    {"zero wakes all, in order, and nothing before it does (splice)", wakes_all,
     "one is left; zero, ready or armed; a OK; b OK; c OK; no timer left"},
    {"zero wakes all, in order, and nothing before it does (walk)", wakes_all,
     "one is left; zero, ready or armed; a OK; b OK; c OK; no timer left", &far_away},
    {"with and without a timer, in order", wakes_mixed, "a OK; b OK; c OK"},
    {"waiting at zero does not switch", passes_at_zero, "OK at once; a OK"},
    {"woken waiters run after those that were ready", after_the_ready, "c OK; a OK; b OK"},
    {"add and done never switch", done_does_not_switch, "done; a OK"},
    {"large numbers, negative ones and none", many_at_once, "count 1; a OK"},

    {"an add right after zero does not un-wake (splice)", zero_then_add, "now EAGAIN; a OK; b OK"},
    {"an add right after zero does not un-wake (walk)", zero_then_add, "now EAGAIN; a OK; b OK", &far_away},
    {"zero several times in one step wakes once (splice)", zero_repeatedly, "a OK; count 1"},
    {"zero several times in one step wakes once (walk)", zero_repeatedly, "a OK; count 1", &far_away},
    {"it can be used again (splice)", rounds, "a OK; a OK; a OK"},
    {"it can be used again (walk)", rounds, "a OK; a OK; a OK", &far_away},
    {"what is under way adds more", a_tree, "2; 1; 1; 0; 0; 0; 0; main OK"},

    {"cancel while queued: head, middle and tail (splice)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK"},
    {"cancel while queued: head, middle and tail (walk)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK", &far_away},
    {"cancel after zero and before it ran wins, the others go on (splice)", cancel_woken, "a OK; b ECANCELED; c OK"},
    {"cancel after zero and before it ran wins, the others go on (walk)", cancel_woken, "a OK; b ECANCELED; c OK",
     &far_away},
    {"cancel tells one who was woken from one who waits again", two_zeros, "waiting: nobody; a ECANCELED; c ECANCELED"},
    {"cancel after it has run: zero still passes", cancel_resumed, "a OK; a OK; a ECANCELED"},

    {"timeout of one leaves the others, also for later rounds", times_out,
     "b ETIMEDOUT; at 5; a OK; c OK; will splice; d OK"},
    {"a done that ties with the deadline wins", ties, "a OK"},
    {"a done that comes after the deadline does not", too_late, "a ETIMEDOUT"},
    {"a deadline in the past and COSY_NOW", in_the_past, "ETIMEDOUT, not queued; EAGAIN; zero OK; OK"},
    {"a scope's deadline that comes while it waits", scope_moved,
     "a OK, closed OK; b OK; no timer left; a ETIMEDOUT, closed ETIMEDOUT; at 5"},

    {"a thousand waiters keep their order", crowd, "0 ran; 1000 in order"},
    {"waits that complete at once do not starve others", fair, "others ran in time"},
    {"checkpoint = always: such a wait is a scheduling point", with_checkpoint, "a ran; passed",
     .options = {.checkpoint = true}},

    {"tasks with and without a stack (splice)", with_machines, "d EAGAIN; a OK; b OK; c ECANCELED; e OK"},
    {"tasks with and without a stack (walk)", with_machines, "d EAGAIN; a OK; b OK; c ECANCELED; e OK", &far_away},

    {"checkpoint = always for a task without a stack", machine_with_checkpoint, "b ran; a OK",
     .options = {.checkpoint = true}},

    {"above the largest and below zero: refused, nothing is changed", over_and_under,
     "cosy_waitgroup_add(W) by main: EOVER; EOVER; cosy_waitgroup_add(W) by main: EOVER; EOVER; "
     "cosy_waitgroup_add(W) by main: EOVER; EOVER; count 1; OK; cosy_waitgroup_done(W) by main: EOVER; EOVER; "
     "cosy_waitgroup_add(W) by main: EOVER; EOVER; OK; cosy_waitgroup_add(W) by main: EOVER; EOVER; OK; count 0"},
    {"a refused add wakes nobody", under_with_waiters, "cosy_waitgroup_add(W) by main: EOVER; EOVER; count 1; a OK"},
    {"NULL and a negative beginning", with_nonsense,
     "cosy_waitgroup_init(W) by main: EINVAL; EINVAL; cosy_waitgroup_init((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_waitgroup_add(NULL) by main: EINVAL; EINVAL; cosy_waitgroup_done(NULL) by main: EINVAL; EINVAL; "
     "cosy_waitgroup_wait(NULL) by main: EINVAL; EINVAL; cosy_waitgroup_wait_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_waitgroup_wait_begin(W) by main: EINVAL; EINVAL; cosy_waitgroup_destroy(NULL) by main: EINVAL; EINVAL; "
     "nothing to check"},
    {"outside a task: add and done work, wait does not", outside,
     "cosy_waitgroup_wait(W) by (no task): ENOTASK; ENOTASK; OK; OK; OK; "
     "cosy_waitgroup_wait(W) by (no task): ENOTASK; ENOTASK",
     .without_loop = true},
    {"destroy while something is under way is refused, at zero it is not", destroy_used,
     "cosy_waitgroup_destroy(W) by main: EBUSY; EBUSY; cosy_waitgroup_destroy(W) by main: EBUSY, see a; EBUSY; OK; a OK"},
    {"static initialisers, and a latch", static_ones,
     "OK; cosy_waitgroup_done(empty) by main: EOVER; EOVER; EAGAIN; OK"},
    {"the arm says what it waits for", the_arm, "right"},
    {"the check tells what is wrong", defects,
     "all is well; a wait group counts less than nothing; somebody waits for a wait group that is at zero; "
     "a node in a wait list does not wait; a node in a wait list was granted already; "
     "a node has a timer, and its object would splice it; all is well; a OK; b OK"},
};

int main(void)
{
    return TEST_ROWS("waitgroup", rows);
}
