/* Once: contract rules 1 (the turn goes to the first who waits, nobody overtakes), 2 (a turn is never lost), 3 (deadlines),
 * 4 (fairness), 7 (misuse), 8 (deadlock is an error).
 *
 * When it is done, waiters without timers are let go by one splice, with timers by a walk: rows that take an argument are
 * run with NULL (for ever) and with a deadline that is far away. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_once once, other;
static cosy_time far_away = INT64_C(3600000000000);

static void fresh(void)
{
    cosy_once_init(&once, "O");
    cosy_once_init(&other, "P");
}

/* Says what is wrong with it, and nothing if all is well. */
static void sound(void)
{
    const char *wrong = cosy_once_check(&once);
    if (wrong)
        say("WRONG: %s", wrong);
}

static void told(void)
{
    const char *wrong = cosy_once_check(&once);
    say("%s", wrong ? wrong : "all is well");
}

static const char *turn_name(int rc)
{
    return rc == COSY_ONCE_TURN ? "TURN" : code_name(rc);
}

static void at_it(void)
{
    const cosy_task *runner = cosy_once_runner(&once);
    say("%s", cosy_once_done(&once) ? "done" : runner ? cosy_task_name(runner) : "nobody");
    sound();
}

static cosy_time until(void *deadline)
{
    return deadline ? *(cosy_time *)deadline : COSY_FOREVER;
}

static int leave(int result)
{
    int rc = cosy_once_leave(&once, result);
    sound();
    return rc;
}

/* Asks for the turn and says what it got. If it is the turn, it is kept. */
static int asks(void *deadline)
{
    int rc = cosy_once_enter(&once, until(deadline));
    say("%s %s", ME, turn_name(rc));
    sound();
    return rc;
}

/* ... and does it. */
static int does(void *deadline)
{
    int rc = asks(deadline);
    return rc == COSY_ONCE_TURN ? leave(COSY_OK) : rc;
}

/* ... and fails. */
static int fails(void *deadline)
{
    int rc = asks(deadline);
    return rc == COSY_ONCE_TURN ? leave(COSY_EBROKEN) : rc;
}

static int tries;

/* Fails `bad` times, then succeeds, 10 ms each. */
static int work(void *bad)
{
    int nth = ++tries;
    int rc = cosy_sleep(cosy_ms(10));
    if (!rc && nth <= *(int *)bad)
        rc = COSY_ESYSTEM - 5;
    say("%s did it: %s", ME, code_name(rc));
    return rc;
}

static int bad, deadline_ms;

static int runs(void *arg)
{
    (void)arg;
    int rc = cosy_once_run(&once, work, &bad, deadline_ms ? cosy_ms((uint32_t)deadline_ms) : COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    sound();
    return rc;
}

/* ---- order ---- */

static int run_by_four(void *arg)
{
    fresh();
    tries = 0;
    bad = *(int *)arg;
    deadline_ms = 0;
    cosy_task *t[] = {start(runs, NULL, "a"), start(runs, NULL, "b"), start(runs, NULL, "c"), start(runs, NULL, "d")};
    for (int i = 0; i < 4; i++)
        join(t[i]);
    say("%d tries, at %d", tries, at_ms());
    at_it();
    return cosy_once_destroy(&once);
}

static int none = 0, one = 1, two = 2, always = 9;

static int lets_all_go(void *deadline)
{
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, deadline, "a"), *b = start(asks, deadline, "b"), *c = start(asks, deadline, "c");
    settle(2);
    at_it();
    leave(7);
    at_it();
    say("left, %s", code_name(cosy_once_enter(&once, COSY_NOW)));
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return cosy_once_destroy(&once);
}

static int lets_mixed_go(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, NULL, "a"), *b = start(asks, &far_away, "b"), *c = start(asks, NULL, "c");
    settle(1);
    sound();
    leave(COSY_OK);
    join(a);
    join(b);
    return join(c);
}

static int passes_when_done(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(asks, NULL, "a");
    asks(NULL);
    leave(COSY_OK);
    asks(NULL);
    say("no switch");
    return join(a);
}

/* A failure hands the turn over in the same step: it is a's before a has run. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    cosy_task *a = start(fails, NULL, "a"), *b = start(does, NULL, "b");
    settle(1);
    leave(COSY_EBROKEN);
    at_it();
    say("now %s", turn_name(cosy_once_enter(&once, COSY_NOW)));
    join(a);
    join(b);
    at_it();
    return 0;
}

static int fails_alone(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    leave(COSY_EBROKEN);
    at_it();
    asks(NULL);
    at_it();
    leave(COSY_OK);
    at_it();
    return 0;
}

/* ---- cancel ---- */

static int cancel_queued(void *deadline)
{
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, deadline, "a"), *b = start(asks, deadline, "b"), *c = start(does, deadline, "c"),
              *d = start(asks, deadline, "d");
    settle(1);
    cosy_cancel(b, NULL);
    sound();
    cosy_cancel(a, NULL);
    cosy_cancel(d, NULL);
    leave(COSY_EBROKEN);
    at_it();
    join(a);
    join(b);
    join(d);
    return join(c);
}

/* The turn of a cancelled one goes to the next in the same step, or to whoever comes. */
static int cancel_with_turn(void *deadline)
{
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, deadline, "a"), *b = start(asks, deadline, "b"), *c = start(does, deadline, "c");
    settle(1);
    leave(COSY_EBROKEN);
    cosy_cancel(a, NULL);
    at_it();
    cosy_cancel(b, NULL);
    at_it();
    join(a);
    join(b);
    return join(c);
}

static int cancel_with_turn_alone(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, NULL, "a");
    settle(1);
    leave(COSY_EBROKEN);
    cosy_cancel(a, NULL);
    at_it();
    asks(NULL);
    join(a);
    return leave(COSY_OK);
}

static int cancel_when_done(void *deadline)
{
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, deadline, "a"), *b = start(asks, deadline, "b"), *c = start(asks, deadline, "c");
    settle(1);
    leave(COSY_OK);
    cosy_cancel(b, NULL);
    at_it();
    join(a);
    join(b);
    return join(c);
}

/* Cancelled in the middle of the work: the next one tries. */
static int cancel_at_work(void *arg)
{
    (void)arg;
    fresh();
    tries = bad = deadline_ms = 0;
    cosy_task *a = start(runs, NULL, "a"), *b = start(runs, NULL, "b"), *c = start(runs, NULL, "c");
    cosy_sleep(cosy_ms(5));
    cosy_cancel(a, NULL);
    join(a);
    join(b);
    join(c);
    say("at %d", at_ms());
    return 0;
}

/* It has run and has the turn: a cancel takes nothing from it; what completes at once still does. */
static int goes_on(void *arg)
{
    (void)arg;
    asks(NULL);
    cosy_cancel(cosy_self(), NULL);
    at_it();
    leave(COSY_OK);
    asks(NULL);
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    cosy_task *a = start(goes_on, NULL, "a");
    settle(1);
    leave(COSY_EBROKEN);
    return join(a);
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    cosy_time five = cosy_ms(5);
    fresh();
    asks(NULL);
    cosy_task *a = start(fails, NULL, "a"), *b = start(asks, &five, "b"), *c = start(does, NULL, "c");
    join(b);
    say("at %d", at_ms());
    leave(COSY_EBROKEN);
    join(a);
    return join(c);
}

static int run_times_out(void *arg)
{
    (void)arg;
    fresh();
    tries = bad = 0;
    deadline_ms = 5; /* for the wait, not for the work */
    cosy_task *a = start(runs, NULL, "a"), *b = start(runs, NULL, "b");
    join(b);
    return join(a);
}

static int ties(void *with_turn)
{
    cosy_time ten = cosy_ms(10);
    fresh();
    asks(NULL);
    cosy_task *a = start(does, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    leave(with_turn ? COSY_EBROKEN : COSY_OK);
    return join(a);
}

static int in_the_past(void *arg)
{
    (void)arg;
    cosy_time past = cosy_ms(1);
    fresh();
    cosy_sleep(cosy_ms(2));
    asks(&past);
    cosy_task *a = start(asks, &past, "a");
    join(a);
    say("%s", once.waiters.head ? "queued" : "not queued");
    past = COSY_NOW;
    a = start(asks, &past, "a");
    join(a);
    leave(COSY_EBROKEN);
    asks(&past);
    leave(COSY_OK);
    asks(&past);
    past = cosy_ms(1);
    asks(&past);
    return 0;
}

/* ---- fairness ---- */

static int polite(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_once_enter(&once, COSY_FOREVER);
        n++;
    }
    return n;
}

static int hopeless(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_once_enter(&once, COSY_FOREVER);
        cosy_once_leave(&once, COSY_EBROKEN);
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
    static bool stop;
    stop = false;
    fresh();
    if (!arg) {
        cosy_once_enter(&once, COSY_FOREVER);
        leave(COSY_OK);
    }
    cosy_task *a = start(arg ? hopeless : polite, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int with_checkpoint(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(asks, &far_away, "a"); /* runs while main goes round with its turn */
    asks(NULL);
    leave(COSY_OK);
    asks(NULL);
    say("passed");
    return join(a);
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_time deadline;
    int result;
    bool waiting;
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = cosy_once_enter_begin(&once, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
    }
    say("%s %s", ME, turn_name(rc));
    if (rc == COSY_ONCE_TURN) {
        rc = cosy_once_enter_begin(&once, &task->wait);
        say("%s", code_name(rc));
        leave(m->result);
    }
    cosy_task_end(task, rc);
}

static cosy_task *machine(struct machine *m, cosy_time deadline, int result, const char *name)
{
    *m = (struct machine){.deadline = deadline, .result = result};
    cosy_task_init(&m->task, cosy_here(), step, name);
    cosy_task_start(&m->task, NULL);
    return &m->task;
}

static int with_machines(void *deadline)
{
    static struct machine m[4];
    fresh();
    asks(NULL);
    cosy_task *a = machine(&m[0], until(deadline), COSY_EBROKEN, "a"), *b = start(asks, deadline, "b");
    cosy_task *c = machine(&m[1], until(deadline), COSY_OK, "c"), *d = machine(&m[2], COSY_NOW, COSY_OK, "d");
    settle(1);
    leave(COSY_EBROKEN);
    cosy_cancel(b, NULL);
    join(a);
    join(b);
    join(c);
    join(d);
    cosy_task *e = machine(&m[3], COSY_NOW, COSY_OK, "e");
    return join(e);
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s ran", ME);
    return 0;
}

/* A begin form that completes at once spends the countdown as well: a with its turn, b when it is done. */
static int machines_with_checkpoint(void *arg)
{
    (void)arg;
    static struct machine m[2];
    fresh();
    cosy_task *a = machine(&m[0], COSY_FOREVER, COSY_OK, "a"), *b = start(speaker, NULL, "b");
    join(b);
    join(a);
    a = machine(&m[1], COSY_FOREVER, COSY_OK, "c");
    b = start(speaker, NULL, "d");
    join(b);
    return join(a);
}

/* ---- deadlock ---- */

static int again(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_once_enter(&once, COSY_FOREVER)));
    say("%s", code_name(cosy_once_enter(&once, cosy_ms(5))));
    at_it();
    return cosy_once_run(&once, again, NULL, COSY_FOREVER);
}

/* With a deadline too: nobody but the caller could ever end that wait. */
static int itself(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(cosy_once_run(&once, again, NULL, COSY_FOREVER)));
    at_it();
    return 0;
}

static cosy_time other_deadline;

static int crosses(void *arg)
{
    (void)arg;
    cosy_once_enter(&other, COSY_FOREVER);
    cosy_yield();
    int rc = cosy_once_enter(&once, other_deadline);
    say("%s %s", ME, turn_name(rc));
    cosy_once_leave(&other, rc);
    return 0;
}

/* a has P and waits for O, which main has: main must not wait for P. */
static int in_a_circle(void *arg)
{
    (void)arg;
    fresh();
    other_deadline = COSY_FOREVER;
    asks(NULL);
    cosy_task *a = start(crosses, NULL, "a");
    settle(2);
    int rc = cosy_once_enter(&other, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    leave(COSY_OK);
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
    asks(NULL);
    cosy_task *a = start(crosses, NULL, "a");
    settle(2);
    cosy_scope_open(&scope, whose == SCOPE ? cosy_ms(5) : COSY_FOREVER, 0);
    int rc = cosy_once_enter(&other, whose == CALL ? cosy_ms(5) : COSY_FOREVER);
    cosy_scope_close(&scope);
    say("%s at %d", turn_name(rc), at_ms());
    leave(COSY_OK);
    return join(a);
}

/* a was let go from O and has not run: it does not wait any more, whatever its node looks like. */
static int no_circle_when_let_go(void *arg)
{
    (void)arg;
    fresh();
    other_deadline = COSY_FOREVER;
    asks(NULL);
    cosy_task *a = start(crosses, NULL, "a");
    settle(2);
    leave(COSY_OK);
    say("%s", turn_name(cosy_once_enter(&other, COSY_FOREVER)));
    return join(a);
}

/* A task without a stack that has one and waits for the other: begin forms see no circles. */
struct knot {
    cosy_task task;
    cosy_once *has, *wants;
    int steps;
};

static void tie(cosy_task *task)
{
    struct knot *k = (struct knot *)(void *)task;
    switch (k->steps++) {
    case 0:
        cosy_once_enter_begin(k->has, &task->wait);
        cosy_yield_begin(&task->wait);
        break;
    case 1:
        cosy_once_enter_begin(k->wants, &task->wait);
        cosy_await(task, COSY_FOREVER);
        break;
    default:
        say("%s %s", ME, turn_name(cosy_task_result(task)));
        if (cosy_task_result(task) == COSY_ONCE_TURN)
            cosy_once_leave(k->wants, COSY_OK);
        cosy_once_leave(k->has, COSY_EBROKEN);
        cosy_task_end(task, 0);
    }
}

/* A circle that others have closed and that the caller is not part of is not its deadlock: it waits, as for anybody. */
static int circle_of_others(void *arg)
{
    (void)arg;
    static struct knot k[2];
    fresh();
    for (int i = 0; i < 2; i++) {
        k[i] = (struct knot){.has = i ? &other : &once, .wants = i ? &once : &other};
        cosy_task_init(&k[i].task, cosy_here(), tie, i ? "b" : "a");
        cosy_task_start(&k[i].task, NULL);
    }
    settle(2);
    cosy_task *c = start(does, NULL, "c");
    settle(1);
    cosy_cancel(&k[0].task, NULL);
    join(&k[0].task);
    at_it();
    join(&k[1].task);
    return join(c);
}

static cosy_lock lock;

static int takes_lock(void *arg)
{
    (void)arg;
    cosy_once_enter(&other, COSY_FOREVER);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    return cosy_once_leave(&other, COSY_OK);
}

static int frees_lock(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_ms(1));
    return cosy_lock_release(&lock);
}

/* a has P and waits for a lock that main holds, but that others may release. */
static int other_kinds(void *arg)
{
    (void)arg;
    fresh();
    cosy_lock_init(&lock, COSY_LOCK_OWNERLESS, "L");
    cosy_lock_acquire(&lock, COSY_NOW);
    cosy_task *a = start(takes_lock, NULL, "a"), *b = start(frees_lock, NULL, "b");
    settle(2);
    say("%s", turn_name(cosy_once_enter(&other, COSY_FOREVER)));
    join(b);
    return join(a);
}

/* What a report of a deadlock says about one who waits. */
static int for_reports(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, NULL, "a");
    settle(1);
    const cosy_wait *w = &a->wait;
    say("%s waits for %s %s, which %s has", cosy_task_name(a), w->ops->what, w->ops->name(w),
        cosy_task_name(w->ops->owner(w)));
    leave(COSY_OK);
    return join(a);
}

/* ---- misuse ---- */

static int leaves(void *arg)
{
    (void)arg;
    say("%s", code_name(leave(COSY_OK)));
    return 0;
}

static int without_turn(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(leave(COSY_OK)));
    asks(NULL);
    join(start(leaves, NULL, "a"));
    at_it();
    say("%s", code_name(leave(COSY_EBROKEN)));
    say("%s", code_name(leave(COSY_EBROKEN)));
    asks(NULL);
    leave(COSY_OK);
    say("%s", code_name(leave(COSY_EBROKEN)));
    at_it();
    return 0;
}

static int leaves_early(void *arg)
{
    leave(COSY_OK);
    return *(int *)arg;
}

static int left_in_fn(void *arg)
{
    (void)arg;
    static int fine = 0, broken = COSY_EBROKEN;
    fresh();
    say("%s", code_name(cosy_once_run(&once, leaves_early, &fine, COSY_FOREVER)));
    fresh();
    say("%s", code_name(cosy_once_run(&once, leaves_early, &broken, COSY_FOREVER)));
    return 0;
}

static int with_nonsense(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(cosy_once_init(NULL, "O")));
    say("%s", code_name(cosy_once_run(NULL, work, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_once_run(&once, NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_once_run(NULL, NULL, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_once_enter(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_once_enter_begin(NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_once_enter_begin(&once, NULL)));
    say("%s", code_name(cosy_once_leave(NULL, COSY_OK)));
    say("%s", code_name(cosy_once_destroy(NULL)));
    say("%s", cosy_once_check(NULL) ? "wrong" : "nothing to check");
    at_it();
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(cosy_once_enter(&once, COSY_NOW)));
    say("%s", code_name(cosy_once_run(&once, work, NULL, COSY_NOW)));
    say("%s", code_name(leave(COSY_OK)));
    at_it();
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    say("%s", code_name(cosy_once_destroy(&once)));
    cosy_task *a = start(does, NULL, "a");
    settle(1);
    leave(COSY_EBROKEN);
    say("%s", code_name(cosy_once_destroy(&once)));
    join(a);
    return cosy_once_destroy(&once);
}

static cosy_once ready_made = COSY_ONCE_INIT("static");

static int static_one(void *arg)
{
    (void)arg;
    say("%s", turn_name(cosy_once_enter(&ready_made, COSY_NOW)));
    say("%s", code_name(cosy_once_enter(&ready_made, COSY_NOW)));
    cosy_once_leave(&ready_made, COSY_OK);
    return cosy_once_destroy(&ready_made);
}

/* ---- the arm ---- */

static int the_arm(void *arg)
{
    (void)arg;
    cosy_arm a = cosy_arm_once(&once);
    say("%s", a.object == &once && a.begin == cosy_once_enter_arm && !a.place && !a.n ? "right" : "WRONG");
    return 0;
}

/* ---- the check: each defect that it knows is made by hand, told, and mended ---- */

static int defects(void *arg)
{
    (void)arg;
    fresh();
    asks(NULL);
    cosy_task *a = start(asks, NULL, "a"), *b = start(asks, &far_away, "b");
    settle(1);
    told();
    once.state |= 1;
    told();
    once.state &= ~1u;
    once.runner = NULL;
    told();
    once.runner = cosy_self();
    b->wait.list = &other.waiters;
    told();
    b->wait.list = &once.waiters;
    once.state += 4;
    told();
    once.state = 0;
    told();
    once.state = 2;
    told();
    leave(COSY_OK);
    join(a);
    return join(b);
}

static const test_row rows[] = {
    {"the first does it, the others wait for it", run_by_four,
     "a did it: OK; a OK; b OK; c OK; d OK; 1 tries, at 10; done", &none},
    {"the first fails, the second does it", run_by_four,
     "a did it: errno 5; a errno 5; b did it: OK; b OK; c OK; d OK; 2 tries, at 20; done", &one},
    {"two fail", run_by_four,
     "a did it: errno 5; a errno 5; b did it: errno 5; b errno 5; c did it: OK; c OK; d OK; 3 tries, at 30; done", &two},
    {"all fail, and it can still be tried", run_by_four,
     "a did it: errno 5; a errno 5; b did it: errno 5; b errno 5; c did it: errno 5; c errno 5; d did it: errno 5; "
     "d errno 5; 4 tries, at 40; nobody",
     &always},
    {"done lets all go, in order (splice)", lets_all_go,
     "main TURN; main; done; left, OK; a OK; b OK; c OK; no timer left"},
    {"done lets all go, in order (walk)", lets_all_go,
     "main TURN; main; done; left, OK; a OK; b OK; c OK; no timer left", &far_away},
    {"with and without a timer, in order", lets_mixed_go, "main TURN; a OK; b OK; c OK"},
    {"a turn that is free, leaving, and what is done do not switch", passes_when_done,
     "main TURN; main OK; no switch; a OK"},
    {"nobody overtakes who was handed the turn", no_overtaking, "main TURN; a; now EAGAIN; a TURN; b TURN; done"},
    {"a failure with nobody else frees the turn", fails_alone, "main TURN; nobody; main TURN; main; done"},

    {"cancel while queued: head, middle and tail (for ever)", cancel_queued,
     "main TURN; c; b ECANCELED; a ECANCELED; d ECANCELED; c TURN"},
    {"cancel while queued: head, middle and tail (timed)", cancel_queued,
     "main TURN; c; b ECANCELED; a ECANCELED; d ECANCELED; c TURN", &far_away},
    {"cancel after the turn was handed over and before it ran passes it on in the same step (for ever)",
     cancel_with_turn, "main TURN; b; c; a ECANCELED; b ECANCELED; c TURN"},
    {"cancel after the turn was handed over and before it ran passes it on in the same step (timed)",
     cancel_with_turn, "main TURN; b; c; a ECANCELED; b ECANCELED; c TURN", &far_away},
    {"cancel after the turn was handed over with nobody else frees it", cancel_with_turn_alone,
     "main TURN; nobody; main TURN; a ECANCELED"},
    {"cancel after it was done and before it ran wins, the others go on (splice)", cancel_when_done,
     "main TURN; done; a OK; b ECANCELED; c OK"},
    {"cancel after it was done and before it ran wins, the others go on (walk)", cancel_when_done,
     "main TURN; done; a OK; b ECANCELED; c OK", &far_away},
    {"cancel in the middle of the work: the next one tries", cancel_at_work,
     "a did it: ECANCELED; a ECANCELED; b did it: OK; b OK; c OK; at 15"},
    {"cancel after it has run takes nothing from it", cancel_resumed, "main TURN; a TURN; a; a OK"},

    {"timeout in the middle of the line", times_out, "main TURN; b ETIMEDOUT; at 5; a TURN; c TURN"},
    {"the deadline of a run is for the wait", run_times_out, "b ETIMEDOUT; a did it: OK; a OK"},
    {"a leave that ties with the deadline wins: done", ties, "main TURN; a OK"},
    {"a leave that ties with the deadline wins: the turn", ties, "main TURN; a TURN", &one},
    {"a deadline in the past and COSY_NOW", in_the_past,
     "main TURN; a ETIMEDOUT; not queued; a EAGAIN; main TURN; main OK; main OK"},

    {"calls that find it done do not starve others", fair, "others ran in time"},
    {"turns that are taken at once do not starve others", fair, "others ran in time", &one},
    {"checkpoint = always: such a call is a scheduling point, and keeps its turn", with_checkpoint,
     "main TURN; a OK; main OK; passed", .options = {.checkpoint = true}},

    {"tasks with and without a stack (for ever)", with_machines,
     "main TURN; d EAGAIN; a TURN; cosy_once_enter_begin(O) by a: EDEADLK, see a; EDEADLK; b ECANCELED; c TURN; "
     "cosy_once_enter_begin(O) by c: EDEADLK, see c; EDEADLK; e OK"},
    {"tasks with and without a stack (timed)", with_machines,
     "main TURN; d EAGAIN; a TURN; cosy_once_enter_begin(O) by a: EDEADLK, see a; EDEADLK; b ECANCELED; c TURN; "
     "cosy_once_enter_begin(O) by c: EDEADLK, see c; EDEADLK; e OK", &far_away},

    {"checkpoint = always for tasks without a stack", machines_with_checkpoint,
     "b ran; a TURN; cosy_once_enter_begin(O) by a: EDEADLK, see a; EDEADLK; d ran; c OK",
     .options = {.checkpoint = true}},

    {"asking for a turn that one has", itself,
     "cosy_once_enter(O) by main: EDEADLK, see main; EDEADLK; cosy_once_enter(O) by main: EDEADLK, see main; EDEADLK; "
     "main; cosy_once_run(O) by main: EDEADLK, see main; EDEADLK; nobody"},
    {"a circle of two is found where it would close", in_a_circle,
     "main TURN; cosy_once_enter(P) by main: EDEADLK, see a; EDEADLK at 0; a OK"},
    {"whose turn it is waits with a deadline: no circle", no_circle, "main TURN; a ETIMEDOUT; TURN at 20", &a_call},
    {"a wait with a deadline closes no circle", no_circle, "main TURN; ETIMEDOUT at 5; a OK", &call},
    {"a wait in a scope with a deadline closes no circle", no_circle, "main TURN; ETIMEDOUT at 5; a OK", &scope_},
    {"whose turn it is waits for another kind of thing: no circle", other_kinds, "OK"},
    {"whose turn it is was let go: no circle", no_circle_when_let_go, "main TURN; a OK; OK"},
    {"a circle that others have closed", circle_of_others, "a ECANCELED; b TURN; done; c OK"},
    {"reports name who is at it", for_reports, "main TURN; a waits for once O, which main has; a OK"},

    {"leaving without the turn", without_turn,
     "cosy_once_leave(O) by main: ENOTHELD; ENOTHELD; main TURN; cosy_once_leave(O) by a: ENOTOWNER, see main; ENOTOWNER; "
     "main; OK; cosy_once_leave(O) by main: ENOTHELD; ENOTHELD; main TURN; cosy_once_leave(O) by main: ENOTHELD; ENOTHELD; "
     "done"},
    {"a function that leaves by itself", left_in_fn,
     "cosy_once_leave(O) by main: ENOTHELD; ENOTHELD; cosy_once_leave(O) by main: ENOTHELD; EBROKEN"},
    {"NULL", with_nonsense,
     "cosy_once_init(O) by main: EINVAL; EINVAL; cosy_once_run(NULL) by main: EINVAL; EINVAL; "
     "cosy_once_run(O) by main: EINVAL; EINVAL; cosy_once_run(NULL) by main: EINVAL; EINVAL; "
     "cosy_once_enter(NULL) by main: EINVAL; EINVAL; cosy_once_enter_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_once_enter_begin(O) by main: EINVAL; EINVAL; cosy_once_leave(NULL) by main: EINVAL; EINVAL; "
     "cosy_once_destroy(NULL) by main: EINVAL; EINVAL; nothing to check; nobody"},
    {"outside a task", outside,
     "cosy_once_enter(O) by (no task): ENOTASK; ENOTASK; cosy_once_run(O) by (no task): ENOTASK; ENOTASK; "
     "cosy_once_leave(O) by (no task): ENOTHELD; ENOTHELD; nobody",
     .without_loop = true},
    {"destroy while somebody is at it is refused", destroy_used,
     "main TURN; cosy_once_destroy(O) by main: EBUSY, see main; EBUSY; cosy_once_destroy(O) by main: EBUSY, see a; EBUSY; "
     "a TURN"},
    {"static initialiser", static_one, "TURN; cosy_once_enter(static) by main: EDEADLK, see main; EDEADLK"},
    {"the arm says what it waits for", the_arm, "right"},
    {"the check tells what is wrong", defects,
     "main TURN; all is well; somebody has the turn at a once that is done; "
     "somebody waits for a once, and nobody is at it; a node in a wait list believes to be in another; "
     "a node in a wait list was granted already; a node has a timer, and its object would splice it; all is well; "
     "a OK; b OK"},
};

int main(void)
{
    return TEST_ROWS("once", rows);
}
