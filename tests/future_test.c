/* Future: contract rules 1 (all are woken, in order of arrival), 2 (cancel against the outcome), 3 (deadlines), 4 (fairness),
 * 7 (misuse), 8 (deadlock is an error).
 *
 * Rows that take an argument are run with NULL (for ever) and with a deadline that is far away. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_future future, other;
static cosy_time far_away = INT64_C(3600000000000);

static void fresh(void)
{
    cosy_future_init(&future, "F");
    cosy_future_init(&other, "G");
}

/* Says what is wrong with it, and nothing if all is well. */
static void sound(void)
{
    const char *wrong = cosy_future_check(&future);
    if (wrong)
        say("WRONG: %s", wrong);
}

static void told(void)
{
    const char *wrong = cosy_future_check(&future);
    say("%s", wrong ? wrong : "all is well");
}

static cosy_time until(void *deadline)
{
    return deadline ? *(cosy_time *)deadline : COSY_FOREVER;
}

static int set(const char *value)
{
    int rc = cosy_future_set(&future, (void *)(uintptr_t)value);
    sound();
    return rc;
}

static int fail(int code)
{
    int rc = cosy_future_fail(&future, code);
    sound();
    return rc;
}

static int waiter(void *deadline)
{
    void *value = "nothing";
    int rc = cosy_future_wait(&future, &value, until(deadline));
    say("%s %s%s%s", ME, code_name(rc), rc ? "" : " ", rc ? "" : value ? (const char *)value : "NULL");
    sound();
    return rc;
}

static int without_place(void *deadline)
{
    int rc = cosy_future_wait(&future, NULL, until(deadline));
    say("%s %s", ME, code_name(rc));
    return rc;
}

/* What can be seen of it without waiting. */
static void seen(void)
{
    void *value = "nothing";
    const cosy_task *producer = cosy_future_producer(&future);
    int rc = cosy_future_result(&future, &value);
    say("%s %s %s%s%s", cosy_future_done(&future) ? "done" : "open", code_name(rc), value ? (const char *)value : "NULL",
        producer ? " by " : "", producer ? cosy_task_name(producer) : "");
    sound();
}

/* ---- order and outcome ---- */

static int wakes_all(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(without_place, deadline, "b"),
              *c = start(waiter, deadline, "c");
    settle(2);
    seen();
    set("forty-two");
    seen();
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return cosy_future_destroy(&future);
}

static int fails_all(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(without_place, deadline, "b"),
              *c = start(waiter, deadline, "c");
    settle(1);
    fail(COSY_ESYSTEM - 5);
    seen();
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return cosy_future_destroy(&future);
}

static int wakes_mixed(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &far_away, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    set("x");
    join(a);
    join(b);
    return join(c);
}

static int passes_when_done(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    set("x");
    waiter(NULL);
    without_place(NULL);
    waiter(NULL);
    say("no switch");
    return join(a);
}

static int passes_when_failed(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    fail(COSY_EBROKEN);
    waiter(NULL);
    without_place(NULL);
    say("no switch");
    join(a);
    return cosy_future_destroy(&future);
}

/* Who is ready already runs before those that the outcome makes ready. */
static int after_the_ready(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cosy_task *c = start(waiter, NULL, "c");
    set("x");
    join(c);
    join(a);
    return join(b);
}

static int null_value(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    set(NULL);
    seen();
    return join(a);
}

/* ---- the first outcome stays ---- */

static int twice(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    set("first");
    say("%s", code_name(set("second")));
    say("%s", code_name(fail(COSY_EBROKEN)));
    seen();
    join(a);
    fresh();
    a = start(waiter, NULL, "a");
    settle(1);
    fail(COSY_EBROKEN);
    say("%s", code_name(set("second")));
    say("%s", code_name(fail(COSY_ECLOSED)));
    seen();
    return join(a) == COSY_EBROKEN ? 0 : 1;
}

/* Who was woken keeps what it was woken with, also when it runs after a reset. */
static int reset_at_once(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a");
    settle(1);
    set("one");
    say("%s", code_name(cosy_future_reset(&future)));
    seen();
    cosy_task *b = start(waiter, deadline, "b");
    join(a);
    settle(1);
    say("%s", code_name(cosy_future_reset(&future)));
    fail(COSY_EBROKEN);
    cosy_future_reset(&future);
    join(b);
    cosy_future_promise(&future, NULL);
    seen();
    cosy_future_reset(&future);
    seen();
    set("two");
    waiter(NULL);
    return cosy_future_destroy(&future);
}

/* A cancel comes for one that was woken before a reset, and one that waits for the next outcome. */
static cosy_task *woken, *queued;

static int canceller(void *arg)
{
    (void)arg;
    cosy_cancel(woken, NULL);
    cosy_cancel(queued, NULL);
    say("waiting: %s", future.waiters.head ? "somebody" : "nobody");
    sound();
    return 0;
}

static int two_outcomes(void *arg)
{
    (void)arg;
    fresh();
    woken = start(waiter, NULL, "a");
    settle(1);
    queued = start(waiter, NULL, "c");
    cosy_task *d = start(canceller, NULL, "d");
    set("x");
    cosy_future_reset(&future);
    join(d);
    join(woken);
    join(queued);
    return 0;
}

/* ---- cancel ---- */

static int cancel_queued(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c"),
              *d = start(waiter, deadline, "d");
    settle(1);
    cosy_cancel(b, NULL);
    sound();
    cosy_cancel(a, NULL);
    cosy_cancel(d, NULL);
    set("x");
    join(a);
    join(b);
    join(d);
    return join(c);
}

static int cancel_woken(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c");
    settle(1);
    set("x");
    cosy_cancel(b, NULL);
    sound();
    join(a);
    join(b);
    return join(c);
}

static int cancel_failed(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b");
    settle(1);
    fail(COSY_EBROKEN);
    cosy_cancel(b, NULL);
    join(a);
    join(b);
    return 0;
}

static int waits_again(void *arg)
{
    (void)arg;
    waiter(NULL);
    cosy_cancel(cosy_self(), NULL);
    waiter(NULL); /* it is there: completes at once */
    cosy_future_reset(&future);
    waiter(NULL);
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waits_again, NULL, "a");
    settle(1);
    set("x");
    return join(a);
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    cosy_time five = cosy_ms(5);
    fresh();
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &five, "b"), *c = start(waiter, NULL, "c");
    join(b);
    say("at %d", at_ms());
    set("x");
    join(a);
    return join(c);
}

static int ties(void *failing)
{
    cosy_time ten = cosy_ms(10);
    fresh();
    cosy_task *a = start(waiter, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    if (failing)
        fail(COSY_EBROKEN);
    else
        set("x");
    join(a);
    return 0;
}

static int too_late(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    fresh();
    cosy_task *a = start(waiter, &ten, "a");
    settle(1);
    cosy_sleep_until(ten); /* armed after a's */
    set("x");
    join(a);
    return 0;
}

static int in_the_past(void *arg)
{
    (void)arg;
    cosy_time past = cosy_ms(1), now = COSY_NOW;
    fresh();
    cosy_sleep(cosy_ms(2));
    waiter(&past);
    say("%s", future.waiters.head ? "queued" : "not queued");
    waiter(&now);
    set("x");
    waiter(&past);
    waiter(&now);
    cosy_future_reset(&future);
    fail(COSY_EBROKEN);
    waiter(&past);
    waiter(&now);
    return 0;
}

/* ---- fairness ---- */

enum { CROWD = 1000 };
static int order[CROWD], arrived;

static int one_of_many(void *arg)
{
    void *value = NULL;
    if (cosy_future_wait(&future, &value, COSY_FOREVER) == COSY_OK && value == order)
        order[arrived++] = *(int *)arg;
    return 0;
}

static int crowd(void *arg)
{
    (void)arg;
    static int id[CROWD];
    int right = 0;
    arrived = 0;
    fresh();
    for (int i = 0; i < CROWD; i++) {
        id[i] = i;
        start(one_of_many, &id[i], "one");
    }
    settle(CROWD / COSY_BUDGET + 2);
    cosy_future_set(&future, order);
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
        cosy_future_wait(&future, NULL, COSY_FOREVER);
        n++;
    }
    return n;
}

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
}

static int fair(void *failing)
{
    static bool stop;
    stop = false;
    fresh();
    if (failing)
        fail(COSY_EBROKEN);
    else
        set("x");
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
    fresh();
    set("x");
    cosy_task *a = start(speaker, NULL, "a");
    waiter(NULL);
    return join(a);
}

static int does_not_switch(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    set("x");
    say("set");
    return join(a);
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_time deadline;
    bool waiting;
    void *value;
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        m->value = "nothing";
        rc = cosy_future_wait_begin(&future, &m->value, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
    }
    say("%s %s %s", ME, code_name(rc), rc == COSY_ECANCELED ? "-" : (const char *)m->value);
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
    static struct machine m[6];
    fresh();
    cosy_task *a = machine(&m[0], until(deadline), "a"), *b = start(waiter, deadline, "b");
    cosy_task *c = machine(&m[1], until(deadline), "c"), *d = machine(&m[2], COSY_NOW, "d");
    settle(1);
    set("x");
    cosy_cancel(c, NULL);
    join(a);
    join(b);
    join(c);
    join(d);
    cosy_task *e = machine(&m[3], COSY_NOW, "e");
    join(e);
    cosy_future_reset(&future);
    e = machine(&m[4], until(deadline), "f");
    settle(1);
    fail(COSY_EBROKEN);
    join(e);
    e = machine(&m[5], until(deadline), "g");
    join(e);
    return 0;
}

/* A begin form that completes at once spends the countdown as well. */
static int machine_with_checkpoint(void *arg)
{
    (void)arg;
    static struct machine m;
    fresh();
    set("x");
    cosy_task *a = machine(&m, COSY_FOREVER, "a"), *b = start(speaker, NULL, "b");
    join(b);
    return join(a);
}

/* ---- promises and deadlock ---- */

static int promises(void *arg)
{
    (void)arg;
    cosy_future_promise(&future, NULL);
    seen();
    waiter(NULL);
    waiter(&far_away);
    say("begin %s", code_name(cosy_future_wait_begin(&future, NULL, &cosy_self()->wait)));
    cosy_sleep(cosy_ms(5));
    return set("kept");
}

static int a_promise(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(promises, NULL, "a"), *b = start(waiter, NULL, "b");
    cosy_sleep(cosy_ms(1));
    const cosy_wait *w = &b->wait;
    say("%s waits for %s %s, from %s", cosy_task_name(b), w->ops->what, w->ops->name(w), cosy_task_name(w->ops->owner(w)));
    join(b);
    seen();
    return join(a);
}

/* A promise binds nobody else, and can go to somebody else. */
static int a_promise_moves(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(speaker, NULL, "a");
    cosy_future_promise(&future, a);
    seen();
    cosy_future_promise(&future, NULL);
    seen();
    cosy_future_promise(&future, a);
    waiter(&far_away); /* nobody will set it, until time is up */
    say("at %d h", at_ms() / 3600000);
    set("by main");
    return join(a);
}

static int promise_refused(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_future_promise(&future, a)));
    seen();
    set("x");
    say("%s", code_name(cosy_future_promise(&future, a))); /* done; a was woken from it and has not run */
    seen();
    cosy_future_reset(&future);
    say("%s", code_name(cosy_future_promise(&future, a))); /* a does not wait any more */
    seen();
    join(a);
    say("%s", code_name(cosy_future_promise(NULL, NULL)));
    return 0;
}

static cosy_time other_deadline;

static int crosses(void *arg)
{
    (void)arg;
    cosy_future_promise(&other, NULL);
    cosy_yield();
    int rc = cosy_future_wait(&future, NULL, other_deadline);
    say("%s %s", ME, code_name(rc));
    return cosy_future_fail(&other, COSY_EBROKEN);
}

/* a has promised G and waits for F, which main has promised: main must not wait for G. */
static int in_a_circle(void *arg)
{
    (void)arg;
    fresh();
    other_deadline = COSY_FOREVER;
    cosy_future_promise(&future, NULL);
    cosy_task *a = start(crosses, NULL, "a");
    settle(2);
    int rc = cosy_future_wait(&other, NULL, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    set("x");
    return join(a);
}

/* Waits that have a deadline close no circle, whoever's it is: of a's call, of main's, or of a scope around main's. */
enum { A_CALL, CALL, SCOPE };
static int a_call = A_CALL, call = CALL, scope_ = SCOPE;

static int no_circle(void *arg)
{
    int whose = *(int *)arg;
    cosy_scope scope;
    fresh();
    other_deadline = whose == A_CALL ? cosy_ms(20) : COSY_FOREVER;
    cosy_future_promise(&future, NULL);
    cosy_task *a = start(crosses, NULL, "a");
    settle(2);
    cosy_scope_open(&scope, whose == SCOPE ? cosy_ms(5) : COSY_FOREVER, 0);
    int rc = cosy_future_wait(&other, NULL, whose == CALL ? cosy_ms(5) : COSY_FOREVER);
    cosy_scope_close(&scope);
    say("%s at %d", code_name(rc), at_ms());
    set("x");
    return join(a);
}

static int sets_later(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_ms(1));
    return set("x");
}

static cosy_future third;

static int waits_for_third(void *arg)
{
    (void)arg;
    cosy_future_promise(&future, NULL);
    int rc = cosy_future_wait(&third, NULL, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return set("x");
}

/* A producer that waits for a future that nobody has promised: no circle. */
static int open_end(void *arg)
{
    (void)arg;
    fresh();
    other_deadline = COSY_FOREVER;
    cosy_task *a = start(crosses, NULL, "a"), *b = start(sets_later, NULL, "b");
    settle(2);
    say("%s", code_name(cosy_future_wait(&other, NULL, COSY_FOREVER)));
    join(b);
    return join(a);
}

static int passes_by(void *arg)
{
    (void)arg;
    cosy_future_promise(&third, NULL);
    settle(5);
    return cosy_future_set(&third, NULL);
}

/* A producer that waits for a future whose producer waits for nothing: it is about to go on. */
static int end_that_runs(void *arg)
{
    (void)arg;
    fresh();
    cosy_future_init(&third, "H");
    cosy_task *b = start(passes_by, NULL, "b"), *a = start(waits_for_third, NULL, "a");
    settle(2);
    waiter(NULL); /* b is ready */
    join(b);
    return join(a);
}

/* The promise of one who waits for something else, and a wait of another by the begin form. */
static int promise_of_a_sleeper(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *b = start(sets_later, NULL, "b");
    settle(1);
    say("%s", code_name(cosy_future_promise(&future, b)));
    cosy_wait *w = &cosy_self()->wait;
    say("%s", cosy_future_wait_begin(&future, NULL, w) == COSY_WAITING ? "waits" : "?");
    say("%s", code_name(cosy_suspend(cosy_self(), COSY_FOREVER)));
    return join(b);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(cosy_future_init(NULL, "F")));
    say("%s", code_name(cosy_future_set(NULL, NULL)));
    say("%s", code_name(cosy_future_fail(NULL, COSY_EBROKEN)));
    say("%s", code_name(fail(COSY_OK)));
    say("%s", code_name(fail(1)));
    say("%s", code_name(cosy_future_wait(NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_future_wait_begin(NULL, NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_future_wait_begin(&future, NULL, NULL)));
    say("%s", code_name(cosy_future_result(NULL, NULL)));
    say("%s", code_name(cosy_future_reset(NULL)));
    say("%s", code_name(cosy_future_destroy(NULL)));
    say("%s", cosy_future_check(NULL) ? "wrong" : "nothing to check");
    seen();
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(cosy_future_wait(&future, NULL, COSY_NOW)));
    say("%s", code_name(cosy_future_promise(&future, NULL)));
    say("%s", code_name(cosy_future_result(&future, NULL)));
    set("x");
    say("%s", code_name(cosy_future_wait(&future, NULL, COSY_NOW)));
    seen();
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_future_destroy(&future)));
    say("%s", code_name(cosy_future_reset(&future)));
    set("x");
    say("%s", code_name(cosy_future_destroy(&future)));
    return join(a);
}

static cosy_future ready_made = COSY_FUTURE_INIT("static");

static int static_one(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_future_result(&ready_made, NULL)));
    say("%s", code_name(cosy_future_set(&ready_made, NULL)));
    say("%s", code_name(cosy_future_set(&ready_made, NULL)));
    return cosy_future_destroy(&ready_made);
}

/* ---- the arm ---- */

static int the_arm(void *arg)
{
    (void)arg;
    void *value;
    cosy_arm a = cosy_arm_future(&future, &value);
    say("%s", a.object == &future && a.begin == cosy_future_wait_arm && a.place == &value && !a.n ? "right" : "WRONG");
    return 0;
}

/* ---- the check: each defect that it knows is made by hand, told, and mended ---- */

static int defects(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    told();
    future.outcome = 2;
    told();
    future.outcome = 1;
    told();
    future.outcome = 0;
    a->wait.state = COSY_GRANTED;
    told();
    a->wait.state = COSY_QUEUED;
    fail(COSY_EBROKEN);
    told();
    future.value = "x";
    told();
    future.value = NULL;
    join(a);
    return 0;
}

static const test_row rows[] = {
    {"the value goes to all, in order (for ever)", wakes_all,
     "open EAGAIN nothing; done OK forty-two; a OK forty-two; b OK; c OK forty-two; no timer left"},
    {"the value goes to all, in order (timed)", wakes_all,
     "open EAGAIN nothing; done OK forty-two; a OK forty-two; b OK; c OK forty-two; no timer left", &far_away},
    {"the failure goes to all, in order (for ever)", fails_all,
     "done errno 5 nothing; a errno 5; b errno 5; c errno 5; no timer left"},
    {"the failure goes to all, in order (timed)", fails_all,
     "done errno 5 nothing; a errno 5; b errno 5; c errno 5; no timer left", &far_away},
    {"with and without a timer, in order", wakes_mixed, "a OK x; b OK x; c OK x"},
    {"waiting for what is done does not switch, as often as one likes", passes_when_done,
     "main OK x; main OK; main OK x; no switch; a OK x"},
    {"waiting for what has failed does not switch", passes_when_failed,
     "main EBROKEN; main EBROKEN; no switch; a EBROKEN"},
    {"set does not switch", does_not_switch, "set; a OK x"},
    {"woken waiters run after those that were ready", after_the_ready, "c OK x; a OK x; b OK x"},
    {"NULL is a value", null_value, "done OK NULL; a OK NULL"},

    {"the first outcome stays", twice,
     "cosy_future_set(F) by main: EDONE; EDONE; cosy_future_fail(F) by main: EDONE; EDONE; done OK first; a OK first; "
     "cosy_future_set(F) by main: EDONE; EDONE; cosy_future_fail(F) by main: EDONE; EDONE; done EBROKEN nothing; a EBROKEN"},
    {"reset opens it again; who was woken keeps its outcome (for ever)", reset_at_once,
     "OK; open EAGAIN nothing; a OK one; cosy_future_reset(F) by main: EBUSY, see b; EBUSY; b EBROKEN; "
     "open EAGAIN nothing by main; open EAGAIN nothing; main OK two"},
    {"reset opens it again; who was woken keeps its outcome (timed)", reset_at_once,
     "OK; open EAGAIN nothing; a OK one; cosy_future_reset(F) by main: EBUSY, see b; EBUSY; b EBROKEN; "
     "open EAGAIN nothing by main; open EAGAIN nothing; main OK two", &far_away},
    {"cancel tells one who was woken from one who waits for the next outcome", two_outcomes,
     "waiting: nobody; a ECANCELED; c ECANCELED"},

    {"cancel while queued: head, middle and tail (for ever)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK x"},
    {"cancel while queued: head, middle and tail (timed)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK x", &far_away},
    {"cancel after the value and before it ran wins, the others go on (for ever)", cancel_woken,
     "a OK x; b ECANCELED; c OK x"},
    {"cancel after the value and before it ran wins, the others go on (timed)", cancel_woken,
     "a OK x; b ECANCELED; c OK x", &far_away},
    {"cancel after the failure and before it ran wins (for ever)", cancel_failed, "a EBROKEN; b ECANCELED"},
    {"cancel after the failure and before it ran wins (timed)", cancel_failed, "a EBROKEN; b ECANCELED", &far_away},
    {"cancel after it has run: what is done still passes", cancel_resumed, "a OK x; a OK x; a ECANCELED"},

    {"timeout in the middle of the line", times_out, "b ETIMEDOUT; at 5; a OK x; c OK x"},
    {"a value that ties with the deadline wins", ties, "a OK x"},
    {"a failure that ties with the deadline wins", ties, "a EBROKEN", &far_away},
    {"a value that comes after the deadline does not", too_late, "a ETIMEDOUT"},
    {"a deadline in the past and COSY_NOW", in_the_past,
     "main ETIMEDOUT; not queued; main EAGAIN; main OK x; main OK x; main EBROKEN; main EBROKEN"},

    {"a thousand waiters keep their order, and each gets the value", crowd, "0 ran; 1000 in order"},
    {"waits that complete at once do not starve others: a value", fair, "others ran in time"},
    {"waits that complete at once do not starve others: a failure", fair, "others ran in time", &far_away},
    {"checkpoint = always: such a wait is a scheduling point", with_checkpoint, "a ran; main OK x",
     .options = {.checkpoint = true}},

    {"tasks with and without a stack (for ever)", with_machines,
     "d EAGAIN nothing; a OK x; b OK x; c ECANCELED -; e OK x; f EBROKEN nothing; g EBROKEN nothing"},
    {"tasks with and without a stack (timed)", with_machines,
     "d EAGAIN nothing; a OK x; b OK x; c ECANCELED -; e OK x; f EBROKEN nothing; g EBROKEN nothing", &far_away},

    {"checkpoint = always for a task without a stack", machine_with_checkpoint, "b ran; a OK x",
     .options = {.checkpoint = true}},

    {"who has promised it must not wait for it, and is named in reports", a_promise,
     "open EAGAIN nothing by a; cosy_future_wait(F) by a: EDEADLK, see a; a EDEADLK; "
     "cosy_future_wait(F) by a: EDEADLK, see a; a EDEADLK; cosy_future_wait_begin(F) by a: EDEADLK, see a; begin EDEADLK; "
     "b waits for future F, from a; b OK kept; done OK kept"},
    {"a promise can go to another, and binds nobody else", a_promise_moves,
     "open EAGAIN nothing by a; open EAGAIN nothing by main; a ran; main ETIMEDOUT; at 1 h"},
    {"a promise of one who waits for it, and one that comes too late", promise_refused,
     "cosy_future_promise(F) by main: EDEADLK, see a; EDEADLK; open EAGAIN nothing; "
     "cosy_future_promise(F) by main: EDONE; EDONE; done OK x; OK; open EAGAIN nothing by a; a OK x; "
     "cosy_future_promise(NULL) by main: EINVAL; EINVAL"},
    {"a circle of two promises is found where it would close", in_a_circle,
     "cosy_future_wait(G) by main: EDEADLK, see a; EDEADLK at 0; a OK"},
    {"who has promised waits with a deadline: no circle", no_circle, "a ETIMEDOUT; EBROKEN at 20", &a_call},
    {"a wait with a deadline closes no circle", no_circle, "ETIMEDOUT at 5; a OK", &call},
    {"a wait in a scope with a deadline closes no circle", no_circle, "ETIMEDOUT at 5; a OK", &scope_},
    {"who has promised waits for one who is about to go on: no circle", end_that_runs, "a OK; main OK x"},
    {"a promise of one who waits for something else", promise_of_a_sleeper, "OK; waits; OK"},
    {"who has promised waits for what nobody has promised: no circle", open_end,
     "a OK; EBROKEN"},

    {"NULL, and failures that are none", with_nonsense,
     "cosy_future_init(F) by main: EINVAL; EINVAL; cosy_future_set(NULL) by main: EINVAL; EINVAL; "
     "cosy_future_fail(NULL) by main: EINVAL; EINVAL; cosy_future_fail(F) by main: EINVAL; EINVAL; "
     "cosy_future_fail(F) by main: EINVAL; EINVAL; cosy_future_wait(NULL) by main: EINVAL; EINVAL; "
     "cosy_future_wait_begin(NULL) by main: EINVAL; EINVAL; cosy_future_wait_begin(F) by main: EINVAL; EINVAL; "
     "cosy_future_result(NULL) by main: EINVAL; EINVAL; cosy_future_reset(NULL) by main: EINVAL; EINVAL; "
     "cosy_future_destroy(NULL) by main: EINVAL; EINVAL; nothing to check; open EAGAIN nothing"},
    {"outside a task: all but wait and one's own promise works", outside,
     "cosy_future_wait(F) by (no task): ENOTASK; ENOTASK; cosy_future_promise(F) by (no task): ENOTASK; ENOTASK; EAGAIN; "
     "cosy_future_wait(F) by (no task): ENOTASK; ENOTASK; done OK x",
     .without_loop = true},
    {"destroy and reset with waiters are refused, after the outcome they are not", destroy_used,
     "cosy_future_destroy(F) by main: EBUSY, see a; EBUSY; cosy_future_reset(F) by main: EBUSY, see a; EBUSY; OK; a OK x"},
    {"static initialiser", static_one, "EAGAIN; OK; cosy_future_set(static) by main: EDONE; EDONE"},
    {"the arm says what it waits for", the_arm, "right"},
    {"the check tells what is wrong", defects,
     "all is well; a future has an outcome that is neither a value nor a code; "
     "somebody waits for a future that has its outcome; a node in a wait list does not wait; all is well; "
     "a future has failed and has a value; a EBROKEN"},
};

int main(void)
{
    return TEST_ROWS("future", rows);
}
