/* Cancel scopes: contract rules 3 (deadlines of blocks, also moved under a wait), 6 (cancel and shield of a block, level by
 * level), 2 (a grant is not beaten), 7 (misuse).
 *
 * The scopes' invariants are checked after each step; a row whose trace holds BROKEN has found one that is not kept. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static void sound(const cosy_scope *scope)
{
    const char *wrong = cosy_scope_check(scope);
    if (wrong)
        say("BROKEN: %s", wrong);
}

/* Whatever its storage held before must not matter. */
static void open_scope(cosy_scope *scope, cosy_time deadline, unsigned flags)
{
    cosy_task *me = cosy_self();
    const cosy_scope *s = me ? me->scope : NULL;
    while (s && s != scope)
        s = s->outer;
    if (!s)
        memset(scope, 0xa5, sizeof *scope);
    int rc = cosy_scope_open(scope, deadline, flags);
    if (rc)
        say("open %s", code_name(rc));
    sound(scope);
}

static const char *close_scope(cosy_scope *scope)
{
    int rc = cosy_scope_close(scope);
    sound(scope);
    return code_name(rc);
}

static const char *sleep_ms(uint32_t ms)
{
    return code_name(cosy_sleep(cosy_ms(ms)));
}

static void nap(uint32_t ms)
{
    int rc = cosy_sleep(cosy_ms(ms));
    say("%s at %d", code_name(rc), at_ms());
}

static cosy_semaphore sem;
static cosy_event event;
static cosy_scope outer, inner;

static void fresh(void)
{
    cosy_semaphore_init(&sem, 0, COSY_SEMAPHORE_MAX, "S");
    cosy_event_init(&event, "E");
}

/* ---- deadlines of blocks ---- */

static int equal_deadlines(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(10), 0);
    open_scope(&inner, cosy_ms(10), 0);
    nap(20);
    say("%s", close_scope(&inner));
    say("%s", close_scope(&outer));
    return 0;
}

static int inner_first(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(20), 0);
    open_scope(&inner, cosy_ms(10), 0);
    nap(50);
    say("%s", close_scope(&inner));
    say("the outer one %s", cosy_scope_expired(&outer) ? "as well" : "not yet");
    nap(50);
    say("%s", close_scope(&outer));
    return 0;
}

static int outer_first(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(10), 0);
    open_scope(&inner, cosy_ms(20), 0);
    nap(50);
    say("%s", close_scope(&inner));
    say("%s", close_scope(&outer));
    return 0;
}

/* Time may have passed the deadline: only a wait that it ended, or kept from beginning, counts. */
static int expires_by_waiting(void *arg)
{
    (void)arg;
    fresh();
    cosy_semaphore_release(&sem, 1);
    cosy_sleep(cosy_ms(10));
    open_scope(&outer, cosy_ms(5), 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_NOW)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, cosy_ms(1)))); /* the call's own has passed before */
    say("%s", close_scope(&outer));
    open_scope(&outer, cosy_ms(5), 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, cosy_ms(50))));
    say("%s", close_scope(&outer));
    open_scope(&outer, cosy_ms(5), 0);
    say("%s", code_name(cosy_yield()));
    say("%s", close_scope(&outer));
    say("%s after", cosy_scope_expired(&outer) ? "expired" : "?");
    return 0;
}

static int sleeps(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(10), 0);
    nap(5);
    int rc = cosy_sleep_until(cosy_ms(10)); /* its own time has come */
    say("%s at %d", code_name(rc), at_ms());
    say("%s", close_scope(&outer));
    open_scope(&outer, cosy_ms(20), 0);
    nap(11);
    say("%s", close_scope(&outer));
    return 0;
}

static int tries(void *arg)
{
    (void)arg;
    fresh();
    cosy_sleep(cosy_ms(1));
    open_scope(&outer, COSY_NOW, 0);
    say("%s", code_name(cosy_event_wait(&event, COSY_NOW)));
    say("%s", close_scope(&outer));
    open_scope(&outer, COSY_FOREVER, 0);
    cosy_scope_cancel(&outer, NULL);
    say("%s", code_name(cosy_event_wait(&event, COSY_NOW)));
    cosy_event_set(&event, NULL);
    say("%s", code_name(cosy_event_wait(&event, COSY_NOW)));
    say("%s", close_scope(&outer));
    return 0;
}

static void say_deadline(void)
{
    cosy_time until = cosy_deadline();
    if (until == COSY_FOREVER)
        say("none");
    else
        say("%d", (int)(until / 1000000));
}

static int reads(void *arg)
{
    cosy_scope third;
    (void)arg;
    say_deadline();
    open_scope(&outer, cosy_ms(30), 0);
    say_deadline();
    open_scope(&inner, cosy_ms(50), 0);
    say_deadline();
    cosy_scope_move(&inner, cosy_ms(20));
    say_deadline();
    open_scope(&third, COSY_FOREVER, COSY_SCOPE_SHIELD);
    say_deadline();
    cosy_scope_move(&third, cosy_ms(40));
    say_deadline();
    cosy_scope_shield(&third, false);
    say_deadline();
    close_scope(&third);
    close_scope(&inner);
    say_deadline();
    close_scope(&outer);
    say_deadline();
    return 0;
}

static int takes_till_10(void *arg)
{
    (void)arg;
    open_scope(&inner, cosy_ms(10), 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", close_scope(&inner));
    nap(10); /* its timer is gone */
    return 0;
}

static int grant_ties(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(takes_till_10, NULL, "a");
    cosy_sleep_until(cosy_ms(10)); /* armed before a's timer */
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

static int grant_beats_move(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(takes_till_10, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 1);
    say("%s", code_name(cosy_scope_move(&inner, COSY_NOW))); /* granted already, though it has not run */
    return join(a);
}

/* The deadline has passed, but nobody has looked at the timers yet. */
static int grant_after_move(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(takes_till_10, NULL, "a");
    settle(1);
    cosy_scope_move(&inner, COSY_NOW);
    sound(&inner);
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

/* ---- a deadline that is moved while the task waits ---- */

enum { SEMAPHORE, EVENT, SLEEP };

struct moving {
    int kind;
    uint32_t call, first; /* deadlines in ms: of the call, of the scope at first; 0 is none */
    uint32_t moved[2];    /* where to at 2 ms, at 4 ms; 0 leaves it, NEVER is none */
    uint32_t granted;     /* when; 0 is never */
    bool around;          /* it is an outer scope that moves; the inner one has no deadline */
};
enum { NEVER = 1000000 };

static cosy_time in_ms(uint32_t ms)
{
    return ms == 0 || ms == NEVER ? COSY_FOREVER : cosy_ms(ms);
}

static int waits(void *arg)
{
    const struct moving *m = arg;
    int rc;
    open_scope(&outer, in_ms(m->first), 0);
    if (m->around)
        open_scope(&inner, COSY_FOREVER, 0);
    if (m->kind == SLEEP)
        rc = cosy_sleep_until(in_ms(m->call));
    else if (m->kind == EVENT)
        rc = cosy_event_wait(&event, in_ms(m->call));
    else
        rc = cosy_semaphore_acquire(&sem, 1, in_ms(m->call));
    say("%s at %d", code_name(rc), at_ms());
    if (m->around)
        say("inner %s", close_scope(&inner));
    say("%s", close_scope(&outer));
    rc = cosy_sleep(cosy_ms(100));
    if (rc || outer.task)
        say("something is left: %s", code_name(rc));
    return 0;
}

static int moves(void *arg)
{
    const struct moving *m = arg;
    fresh();
    cosy_task *t = start(waits, arg, "t");
    for (int i = 0; i < 2; i++) {
        cosy_sleep(cosy_ms(2));
        if (m->moved[i])
            cosy_scope_move(&outer, in_ms(m->moved[i]));
        sound(&outer);
        sound(m->around ? &inner : NULL);
    }
    if (m->granted) {
        cosy_sleep_until(cosy_ms(m->granted));
        cosy_semaphore_release(&sem, 1);
        cosy_event_set(&event, NULL);
    }
    return join(t);
}

#define MOVE(title, expected, ...) {title, moves, expected, &(struct moving){__VA_ARGS__}}

/* A wake-up of all by splice is over: a deadline that is moved then finds no timer to arm. */
static int move_after_set(void *arg)
{
    fresh();
    cosy_task *t = start(waits, arg, "t");
    settle(1);
    cosy_event_set(&event, NULL);
    cosy_scope_move(&outer, COSY_NOW);
    sound(&outer);
    return join(t);
}

/* Whoever runs moves its own. */
static int renews(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(5), 0);
    for (int i = 0; i < 3; i++) {
        cosy_scope_move(&outer, cosy_in(cosy_ms(5)));
        sound(&outer);
        nap(4);
    }
    nap(4);
    cosy_scope_move(&outer, COSY_FOREVER); /* what has expired stays so */
    nap(4);
    say("%s", close_scope(&outer));
    return 0;
}

struct tied {
    cosy_scope scope, shield;
};

static int sleeps_shielded_till_10(void *arg)
{
    struct tied *t = arg;
    open_scope(&t->scope, COSY_FOREVER, 0);
    open_scope(&t->shield, cosy_ms(10), COSY_SCOPE_SHIELD);
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    close_scope(&t->shield);
    say("%s %s", ME, close_scope(&t->scope));
    return 0;
}

/* What does not concern a wait leaves its timer where it is among equal ones. */
static int keeps_place(void *arg)
{
    static struct tied one, two;
    (void)arg;
    fresh();
    cosy_task *a = start(sleeps_shielded_till_10, &one, "a"), *b = start(sleeps_shielded_till_10, &two, "b");
    settle(1);
    cosy_scope_cancel(&one.scope, NULL);
    cosy_scope_move(&one.scope, cosy_ms(3));
    cosy_scope_move(&one.shield, cosy_ms(10));
    sound(&one.shield);
    join(a);
    return join(b);
}

/* ---- shields ---- */

/* Waits in a shield inside a scope; main does things to it meanwhile. */
static int waits_shielded(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(10), 0);
    open_scope(&inner, COSY_FOREVER, COSY_SCOPE_SHIELD);
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s at %d, %s", code_name(rc), at_ms(), cosy_cancel_reason(NULL) ? cosy_cancel_reason(NULL) : "no cancel");
    say("%s", close_scope(&inner));
    rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s at %d, %s", code_name(rc), at_ms(), cosy_cancel_reason(NULL) ? cosy_cancel_reason(NULL) : "no cancel");
    say("%s", close_scope(&outer));
    return 0;
}

static int shield_holds_deadline(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waits_shielded, NULL, "a");
    cosy_sleep(cosy_ms(20));
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

static int shield_holds_cancels(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waits_shielded, NULL, "a");
    cosy_sleep(cosy_ms(2));
    cosy_cancel(a, "the task");
    cosy_scope_cancel(&outer, "the block");
    sound(&inner);
    cosy_sleep(cosy_ms(2));
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

static int shield_off(void *what)
{
    fresh();
    cosy_task *a = start(waits_shielded, NULL, "a");
    cosy_sleep(cosy_ms(2));
    if (!what)
        cosy_sleep(cosy_ms(20));
    else if (what == &outer)
        cosy_scope_cancel(&outer, "the block");
    else
        cosy_cancel(a, "the task");
    say("%s", code_name(cosy_scope_shield(&inner, false)));
    sound(&inner);
    return join(a);
}

/* The deadline around it is in the future still: it is waited for. */
static int shield_off_early(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waits_shielded, NULL, "a");
    cosy_sleep(cosy_ms(2));
    cosy_scope_shield(&inner, false);
    sound(&inner);
    return join(a);
}

static int waits_twice(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(10), 0);
    open_scope(&inner, COSY_FOREVER, 0);
    nap(20);
    nap(20);
    say("%s", close_scope(&inner));
    nap(20);
    say("%s", close_scope(&outer));
    return 0;
}

static int shield_on(void *arg)
{
    (void)arg;
    cosy_task *a = start(waits_twice, NULL, "a");
    cosy_sleep(cosy_ms(2));
    cosy_scope_shield(&inner, true);
    sound(&inner);
    cosy_sleep(cosy_ms(20));
    cosy_cancel(a, NULL);
    sound(&inner);
    return join(a);
}

/* A shield of its own task's, switched while a cancel is pending. */
static int shield_by_hand(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    cosy_cancel(cosy_self(), "enough");
    say("%s", sleep_ms(1));
    cosy_scope_shield(&outer, true);
    sound(&outer);
    say("%s, %s", sleep_ms(1), cosy_cancel_reason(NULL) ? "in force" : "held back");
    cosy_scope_shield(&outer, false);
    sound(&outer);
    say("%s, %s", sleep_ms(1), cosy_cancel_reason(NULL));
    cosy_scope_shield(&outer, true);
    say("%s", close_scope(&outer));
    say("%s", sleep_ms(1));
    return 0;
}

static int shield_with_deadline(void *arg)
{
    (void)arg;
    cosy_cancel(cosy_self(), "enough");
    open_scope(&outer, cosy_ms(10), COSY_SCOPE_SHIELD);
    nap(5);
    nap(20);
    say("%s", close_scope(&outer));
    say("%s", sleep_ms(1));
    return 0;
}

/* It keeps off what comes from outside, not what is done to the scope itself. */
static int shield_cancelled(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_scope_cancel(&outer, "itself");
    say("%s, %s", sleep_ms(1), cosy_cancel_reason(NULL));
    open_scope(&inner, COSY_FOREVER, COSY_SCOPE_SHIELD);
    say("%s", sleep_ms(1));
    close_scope(&inner);
    say("%s", close_scope(&outer));
    return 0;
}

static int takes(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s %s at %d", ME, code_name(rc), at_ms());
    return 0;
}

/* A grant that has not been seen is passed on when the shield falls, as with any cancel. */
static int shield_off_after_grant(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waits_shielded, NULL, "a"), *b = start(takes, NULL, "b");
    settle(1);
    cosy_cancel(a, "the task");
    cosy_semaphore_release(&sem, 1);
    cosy_scope_shield(&inner, false);
    sound(&inner);
    join(a);
    return join(b);
}

/* ---- cancels of blocks ---- */

static int three_waits(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    nap(20);
    say("%s, %s by %s", sleep_ms(20), cosy_cancel_reason(NULL), cosy_cancel_source(NULL));
    say("%s", code_name(cosy_yield()));
    say("%s", close_scope(&outer));
    nap(20);
    say("%s, %s", cosy_cancel_reason(NULL) ? "cancelled" : "not cancelled", cosy_scope_cancelled(&outer) ? "was" : "?");
    return 0;
}

static int cancel_waiting(void *arg)
{
    (void)arg;
    cosy_task *a = start(three_waits, NULL, "a");
    cosy_sleep(cosy_ms(2));
    say("%s", code_name(cosy_scope_cancel(&outer, "a reason")));
    sound(&outer);
    say("%s", code_name(cosy_scope_cancel(&outer, "a second one")));
    return join(a);
}

static void cancel_outer(void *reason)
{
    cosy_scope_cancel(&outer, reason);
    sound(&outer);
}

static int cancel_by_callback(void *arg)
{
    cosy_call call = {.loop = NULL};
    (void)arg;
    cosy_call_at(cosy_here(), &call, cosy_ms(3), cancel_outer, NULL);
    return join(start(three_waits, NULL, "a"));
}

static int cancel_running(void *arg)
{
    (void)arg;
    fresh();
    cosy_semaphore_release(&sem, 1);
    open_scope(&outer, COSY_FOREVER, 0);
    cosy_scope_cancel(&outer, NULL);
    sound(&outer);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER))); /* needs no waiting */
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, cosy_ms(5))));
    say("%s", close_scope(&outer));
    int rc = cosy_semaphore_acquire(&sem, 1, cosy_ms(5));
    say("%s at %d", code_name(rc), at_ms());
    return 0;
}

static int takes_in_scope(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    say("%s %s", ME, code_name(cosy_semaphore_acquire(&sem, 1, cosy_ms(50))));
    say("%s", close_scope(&outer));
    return 0;
}

static int cancel_granted(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(takes_in_scope, NULL, "a"), *b = start(takes, NULL, "b");
    settle(1);
    cosy_semaphore_release(&sem, 1);
    cosy_scope_cancel(&outer, NULL);
    sound(&outer);
    join(b);
    return join(a);
}

/* Not one that has begun to run again: it hears of it at its next wait. */
static int takes_and_sleeps(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    cosy_scope_cancel(&outer, NULL);
    say("%s", sleep_ms(1));
    say("%s", close_scope(&outer));
    return 0;
}

static int cancel_after_run(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(takes_and_sleeps, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

static int cancel_around(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    open_scope(&inner, COSY_FOREVER, 0);
    cosy_scope_cancel(&outer, NULL);
    sound(&inner);
    say("%s", sleep_ms(1));
    say("%s, %s", cosy_scope_cancelled(&inner) ? "?" : "not the inner one", close_scope(&inner));
    say("%s", sleep_ms(1));
    say("%s", close_scope(&outer));
    say("%s", sleep_ms(1));
    return 0;
}

static int cancel_inside(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    open_scope(&inner, COSY_FOREVER, 0);
    cosy_scope_cancel(&inner, NULL);
    say("%s", sleep_ms(1));
    say("%s", close_scope(&inner));
    say("%s", sleep_ms(1));
    say("%s", close_scope(&outer));
    return 0;
}

static int cancelled_and_expired(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(2), 0);
    nap(5);
    cosy_scope_cancel(&outer, NULL);
    say("%s", sleep_ms(5));
    say("%s %s", cosy_scope_expired(&outer) ? "expired" : "?", cosy_scope_cancelled(&outer) ? "cancelled" : "?");
    say("%s", close_scope(&outer));
    return 0;
}

/* Cancelling oneself ends nothing by itself: a block may well be left without another wait. */
static int cancel_unheard(void *arg)
{
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    cosy_scope_cancel(&outer, NULL);
    say("%s", close_scope(&outer));
    return 0;
}

static int cancel_a_closed_one(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(5), 0);
    close_scope(&outer);
    say("%s", code_name(cosy_scope_cancel(&outer, NULL)));
    say("%s", code_name(cosy_scope_move(&outer, COSY_NOW)));
    say("%s", code_name(cosy_scope_shield(&outer, true)));
    nap(20);
    return 0;
}

/* A task that does not heed the cancel of its block starves nobody. */
static int deaf(void *stop)
{
    int n = 0;
    open_scope(&outer, COSY_FOREVER, 0);
    cosy_scope_cancel(&outer, NULL);
    while (!*(bool *)stop && n < 100000) {
        cosy_sleep(1);
        n++;
    }
    close_scope(&outer);
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
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

/* ---- why, and by whom ---- */

static void say_why(void)
{
    const char *reason = cosy_cancel_reason(NULL), *source = cosy_cancel_source(NULL);
    say("%s by %s", reason ? reason : "nothing", source ? source : "nobody");
}

static int asks_why(void *arg)
{
    cosy_scope shield;
    (void)arg;
    open_scope(&outer, COSY_FOREVER, 0);
    open_scope(&inner, COSY_FOREVER, 0);
    say_why();
    cosy_sleep(cosy_s(1));
    say_why();
    open_scope(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    say_why();
    cosy_scope_cancel(&shield, "mine");
    say_why();
    close_scope(&shield);
    say_why();
    close_scope(&inner);
    say_why();
    close_scope(&outer);
    say_why();
    return 0;
}

static int cancels_inner(void *reason)
{
    cosy_scope_cancel(&inner, reason);
    return 0;
}

static int cancels_outer(void *reason)
{
    cosy_scope_cancel(&outer, reason);
    return 0;
}

static int cancels_task(void *task)
{
    cosy_cancel(task, "whole");
    return 0;
}

static int why(void *arg)
{
    (void)arg;
    cosy_task *a = start(asks_why, NULL, "a");
    settle(1);
    cosy_task *x = start(cancels_task, a, "x"), *y = start(cancels_outer, "around", "y"),
              *z = start(cancels_inner, "inside", "z");
    settle(1);
    say("from outside: %s by %s", cosy_cancel_reason(a), cosy_cancel_source(a));
    join(a);
    join(x);
    join(y);
    return join(z);
}

static int why_not(void *arg)
{
    (void)arg;
    say_why();
    open_scope(&outer, COSY_NOW, 0); /* a deadline is no cancel */
    cosy_sleep(1);
    say_why();
    close_scope(&outer);
    return 0;
}

static int why_after(void *arg)
{
    (void)arg;
    cosy_task *a = start(asks_why, NULL, "a");
    cosy_cancel(a, "before it ran");
    settle(3);
    say("ended: %s by %s", cosy_cancel_reason(a), cosy_cancel_source(a));
    return join(a);
}

/* ---- misuse ---- */

static int closes_outer(void *arg)
{
    (void)arg;
    say("%s", close_scope(&outer));
    return 0;
}

static int misuse(void *arg)
{
    cosy_scope never = {.outer = NULL};
    (void)arg;
    say("%s", code_name(cosy_scope_open(NULL, COSY_FOREVER, 0)));
    say("%s", code_name(cosy_scope_open(&never, COSY_FOREVER, 2)));
    say("%s", code_name(cosy_scope_close(NULL)));
    say("%s", code_name(cosy_scope_close(&never)));
    say("%s", code_name(cosy_scope_cancel(NULL, NULL)));
    say("%s", code_name(cosy_scope_move(NULL, 0)));
    say("%s", code_name(cosy_scope_shield(NULL, true)));
    say("%s", cosy_scope_check(NULL) ? "?" : "nothing wrong with none");
    return 0;
}

static int out_of_order(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(5), 0);
    open_scope(&inner, cosy_ms(9), 0);
    say("%s", close_scope(&outer));
    nap(20); /* it is in force still */
    say("%s", close_scope(&inner));
    say("%s", close_scope(&outer));
    say("%s", close_scope(&outer));
    return 0;
}

static int by_another(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(5), 0);
    join(start(closes_outer, NULL, "a"));
    nap(20);
    say("%s", close_scope(&outer));
    return 0;
}

/* Also what comes of a block that was left without closing its scope: the next time it is in the same place. */
static int opened_twice(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(5), 0);
    open_scope(&outer, cosy_ms(9), 0);
    open_scope(&inner, COSY_FOREVER, 0);
    open_scope(&outer, COSY_FOREVER, COSY_SCOPE_SHIELD);
    nap(20);
    say("%s", close_scope(&inner));
    say("%s", close_scope(&outer));
    return 0;
}

static int leaves_open(void *arg)
{
    (void)arg;
    open_scope(&outer, cosy_ms(5), 0);
    open_scope(&inner, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_scope_cancel(&inner, "to be gone");
    return 7;
}

static int left_open(void *arg)
{
    (void)arg;
    cosy_task *a = start(leaves_open, NULL, "a");
    settle(1);
    say("%s", cosy_cancel_reason(a) ? cosy_cancel_reason(a) : "no scope, no reason");
    say("%d", join(a));
    return 0;
}

static void say_check(void)
{
    const char *wrong = cosy_scope_check(&outer);
    say("%s", wrong ? wrong : "well");
}

/* The check itself: what it must find is put there. */
static int broken(void *arg)
{
    (void)arg;
    cosy_task *t = start(waits_twice, NULL, "t");
    settle(1);
    say_check();
    inner.task = cosy_self();
    say_check();
    inner.task = t;
    t->scope = NULL;
    say_check();
    t->scope = &inner;
    outer.reason = "none";
    say_check();
    outer.reason = NULL;
    t->wait.attn ^= COSY_A_SCOPE;
    say_check();
    t->wait.attn ^= COSY_A_SCOPE;
    outer.deadline--;
    say_check();
    outer.deadline++;
    say_check();
    cosy_cancel(t, NULL);
    return join(t);
}

static int outside(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_scope_open(&outer, COSY_FOREVER, 0)));
    say("%s", code_name(cosy_scope_cancel(&outer, NULL)));
    say("%s", code_name(cosy_scope_close(&outer)));
    say("%d", cosy_deadline() == COSY_FOREVER);
    return 0;
}

/* ---- stackless tasks ---- */

struct machine {
    cosy_task task;
    cosy_scope scope;
    int steps;
    bool leaves;
};

static void steps(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    if (m->steps == 0)
        open_scope(&m->scope, cosy_ms(10), 0);
    else
        say("%s at %d", code_name(cosy_task_result(task)), at_ms());
    while (m->steps++ < 3) {
        if (m->steps == 3)
            say("%s", close_scope(&m->scope));
        cosy_sleep_begin(&task->wait);
        int rc = cosy_await(task, cosy_in(cosy_ms(20)));
        if (rc == COSY_WAITING)
            return;
        say("%s at once", code_name(rc));
    }
    if (m->leaves)
        open_scope(&m->scope, COSY_FOREVER, 0);
    cosy_task_end(task, 0);
}

static struct machine machine;

static int stackless(void *what)
{
    machine = (struct machine){.leaves = what == &machine};
    cosy_task_init(&machine.task, cosy_here(), steps, "s");
    cosy_task_start(&machine.task, NULL);
    cosy_sleep(cosy_ms(2));
    sound(&machine.scope);
    if (what == &outer)
        cosy_scope_cancel(&machine.scope, NULL);
    else if (what == &inner)
        cosy_scope_move(&machine.scope, cosy_ms(5));
    sound(&machine.scope);
    return join(&machine.task);
}

/* Parked, but not yet awaiting: what happens to its scopes in between counts. */
static void changes_between(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    if (m->steps++ == 0) {
        open_scope(&m->scope, COSY_FOREVER, 0);
        cosy_sleep_begin(&task->wait);
        if (m->leaves)
            cosy_scope_cancel(&m->scope, NULL);
        else
            cosy_scope_move(&m->scope, cosy_ms(5));
        if (cosy_await(task, cosy_ms(20)) == COSY_WAITING)
            return;
        say("?");
    }
    say("%s at %d", code_name(cosy_task_result(task)), at_ms());
    say("%s", close_scope(&m->scope));
    cosy_task_end(task, 0);
}

static int between(void *cancel)
{
    machine = (struct machine){.leaves = cancel != NULL};
    cosy_task_init(&machine.task, cosy_here(), changes_between, "s");
    cosy_task_start(&machine.task, NULL);
    return join(&machine.task);
}

/* ---- at random, beside a model ---- */

enum { DEPTH = 5, ROUNDS = 3000 };

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % sides;
}

/* What the scopes of one task are, told once more, in the plainest way. */
static struct model {
    cosy_time deadline;
    bool shield, cancelled, expired;
} model[DEPTH];
static cosy_scope real[DEPTH];
static int depth;
static bool over, waiting;
static cosy_time call;    /* deadline of the call, if it waits */
static int expected;      /* its outcome, as things stand */
static cosy_time expected_at;

/* Some point in time that no other thing happens at: deadlines have odd nanoseconds. */
static cosy_time some_time(void)
{
    return dice(4) ? cosy_now() + cosy_ms(dice(12)) - cosy_ms(3) + 1 : COSY_FOREVER;
}

/* How the wait will end: by the least of the deadlines, or now. */
static void foresee(bool sleeping)
{
    cosy_time limit = COSY_FOREVER, now = cosy_now();
    expected_at = call;
    expected = sleeping ? COSY_OK : COSY_ETIMEDOUT;
    for (int i = depth - 1; i >= 0; i--) {
        if (model[i].cancelled) {
            expected = COSY_ECANCELED;
            expected_at = now;
            return;
        }
        if (model[i].deadline < limit)
            limit = model[i].deadline;
        if (model[i].shield)
            break;
    }
    if (limit < call) {
        expected = COSY_EAGAIN; /* stands for: a scope's deadline */
        expected_at = limit;
    }
    if (expected_at < now)
        expected_at = now;
}

static void expire(void)
{
    for (int i = depth - 1; i >= 0; i--) {
        if (model[i].deadline <= cosy_now())
            model[i].expired = true;
        if (model[i].shield)
            break;
    }
}

static int mismatches;

static void compare(int rc)
{
    int want = expected == COSY_EAGAIN ? COSY_ETIMEDOUT : expected;
    if (expected == COSY_EAGAIN)
        expire();
    if ((rc != want || cosy_now() != expected_at) && mismatches++ < 5)
        say("wait: %s at %d, not %s at %d", code_name(rc), (int)(cosy_now() / 1000), code_name(want),
            (int)(expected_at / 1000));
}

static void compare_close(int rc, const struct model *m)
{
    int want = m->cancelled ? COSY_ECANCELED : m->expired ? COSY_ETIMEDOUT : COSY_OK;
    if (rc != want && mismatches++ < 5)
        say("close: %s, not %s", code_name(rc), code_name(want));
}

static bool sleeping;

static int wanders(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        while (depth > 0 && dice(3) == 0) {
            depth--;
            compare_close(cosy_scope_close(&real[depth]), &model[depth]);
        }
        while (depth < DEPTH && dice(2)) {
            model[depth] = (struct model){.deadline = some_time(), .shield = dice(4) == 0};
            cosy_scope_open(&real[depth], model[depth].deadline, model[depth].shield ? COSY_SCOPE_SHIELD : 0);
            depth++;
        }
        call = cosy_now() + cosy_ms(1 + dice(10)) + 1;
        sleeping = dice(2);
        waiting = true;
        foresee(sleeping);
        int rc = sleeping ? cosy_sleep_until(call) : cosy_event_wait(&event, call);
        waiting = false;
        compare(rc);
        if (rc && cosy_yield() == COSY_ETIMEDOUT) /* lets the other one have its turn if all fails at once */
            expire();
    }
    while (depth > 0) {
        depth--;
        compare_close(cosy_scope_close(&real[depth]), &model[depth]);
    }
    over = true;
    return 0;
}

static int at_random(void *arg)
{
    (void)arg;
    fresh();
    seed = 20;
    depth = mismatches = 0;
    over = waiting = false;
    cosy_task *a = start(wanders, NULL, "a");
    int done = 0;
    while (!over) {
        cosy_sleep(cosy_ms(1));
        if (depth == 0 || (waiting && expected_at <= cosy_now()))
            continue; /* its end is under way */
        int i = (int)dice((uint32_t)depth);
        switch (dice(8)) {
        case 0:
            model[i].cancelled = true;
            cosy_scope_cancel(&real[i], NULL);
            break;
        case 1:
        case 2:
            model[i].shield = !model[i].shield;
            cosy_scope_shield(&real[i], model[i].shield);
            break;
        default:
            model[i].deadline = some_time();
            cosy_scope_move(&real[i], model[i].deadline);
            break;
        }
        done++;
        if (waiting)
            foresee(sleeping);
        for (i = 0; i < depth; i++)
            sound(&real[i]);
    }
    say("%s changes, %d differences", done > 1000 ? "many" : "few", mismatches);
    return join(a);
}

static const test_row rows[] = {
    {"equal deadlines: both scopes have expired", equal_deadlines, "ETIMEDOUT at 10; ETIMEDOUT; ETIMEDOUT"},
    {"the inner deadline first", inner_first,
     "ETIMEDOUT at 10; ETIMEDOUT; the outer one not yet; ETIMEDOUT at 20; ETIMEDOUT"},
    {"the outer deadline first", outer_first, "ETIMEDOUT at 10; OK; ETIMEDOUT"},
    {"a scope expires only by a wait", expires_by_waiting,
     "OK; EAGAIN; ETIMEDOUT; OK; ETIMEDOUT; ETIMEDOUT; ETIMEDOUT; ETIMEDOUT; expired after"},
    {"a sleep in time, at the deadline, beyond it", sleeps, "OK at 5; OK at 10; OK; ETIMEDOUT at 20; ETIMEDOUT"},
    {"COSY_NOW in a scope tries", tries, "EAGAIN; OK; EAGAIN; OK; ECANCELED"},
    {"cosy_deadline() is the earliest up to a shield", reads, "none; 30; 30; 20; none; 40; 20; 30; none"},
    {"a grant that ties with a scope's deadline wins", grant_ties, "OK; OK; OK at 20"},
    {"a grant is not beaten by a deadline that is moved", grant_beats_move, "OK; OK; OK; OK at 10"},

    {"a grant in the step of the move beats it", grant_after_move, "OK; OK; OK at 10"},

    MOVE("moved from none", "ETIMEDOUT at 10; ETIMEDOUT", .moved = {10}),
    MOVE("moved earlier", "ETIMEDOUT at 5; ETIMEDOUT", .first = 10, .moved = {5}),
    MOVE("moved later", "ETIMEDOUT at 20; ETIMEDOUT", .first = 10, .moved = {20}),
    MOVE("moved to never", "OK at 30; OK", .first = 10, .moved = {NEVER}, .granted = 30),
    MOVE("moved into the past", "ETIMEDOUT at 2; ETIMEDOUT", .first = 10, .moved = {1}),
    MOVE("moved to never and back", "ETIMEDOUT at 6; ETIMEDOUT", .first = 10, .moved = {NEVER, 6}),
    MOVE("moved beyond the call's own", "ETIMEDOUT at 15; OK", .call = 15, .first = 10, .moved = {20}),
    MOVE("moved to the call's own", "ETIMEDOUT at 15; OK", .call = 15, .first = 10, .moved = {15}),
    MOVE("moved to never, the call has its own", "ETIMEDOUT at 15; OK", .call = 15, .first = 10, .moved = {NEVER}),
    MOVE("moved from none, the call has its own", "ETIMEDOUT at 10; ETIMEDOUT", .call = 15, .moved = {10}),
    MOVE("moved before the call's own", "ETIMEDOUT at 10; ETIMEDOUT", .call = 15, .first = 20, .moved = {10}),
    MOVE("moved where the call's own is the earlier one", "ETIMEDOUT at 5; OK", .call = 5, .first = 10, .moved = {20}),
    MOVE("moved into the past, the call has its own", "ETIMEDOUT at 2; ETIMEDOUT", .call = 15, .moved = {1}),
    MOVE("moved before the call's own, and beyond", "ETIMEDOUT at 15; OK", .call = 15, .first = 20, .moved = {10, 30}),
    MOVE("moved beyond the call's own, and before", "ETIMEDOUT at 8; ETIMEDOUT", .call = 15, .first = 10,
         .moved = {30, 8}),
    MOVE("granted before a moved deadline", "OK at 6; OK", .first = 10, .moved = {20, 7}, .granted = 6),
    MOVE("granted, the deadline passed before it was moved", "OK at 12; OK", .first = 10, .moved = {20}, .granted = 12),
    MOVE("a sleep, moved before its time", "ETIMEDOUT at 10; ETIMEDOUT", SLEEP, .call = 15, .first = 20, .moved = {10}),
    MOVE("a sleep, moved beyond its time", "OK at 15; OK", SLEEP, .call = 15, .first = 10, .moved = {20}),
    MOVE("a sleep, moved to its time", "OK at 15; OK", SLEEP, .call = 15, .first = 10, .moved = {15}),
    MOVE("an outer scope, moved earlier", "ETIMEDOUT at 5; inner OK; ETIMEDOUT", .first = 10, .moved = {5},
         .around = true),
    MOVE("an outer scope, moved beyond the call's own", "ETIMEDOUT at 15; inner OK; OK", .call = 15, .first = 10,
         .moved = {20}, .around = true),
    MOVE("an outer scope, moved from none to before the call's own, and back", "ETIMEDOUT at 15; inner OK; OK",
         .call = 15, .moved = {10, NEVER}, .around = true),
    MOVE("an event's waiter gets a deadline while it waits", "OK at 6; OK", EVENT, .moved = {10}, .granted = 6),
    MOVE("an event's waiter gets a deadline and loses it", "OK at 20; OK", EVENT, .moved = {10, NEVER}, .granted = 20),
    MOVE("an event's waiter gets a deadline, which passes", "ETIMEDOUT at 10; ETIMEDOUT", EVENT, .moved = {10}),
    {"moved after an event was set", move_after_set, "OK at 0; OK", &(struct moving){.kind = EVENT}},
    {"whoever runs moves its own", renews, "OK at 4; OK at 8; OK at 12; ETIMEDOUT at 13; OK at 17; ETIMEDOUT"},
    {"a timer that need not move keeps its place", keeps_place, "a ETIMEDOUT; a ECANCELED; b ETIMEDOUT; b OK"},

    {"a shield holds a deadline back", shield_holds_deadline,
     "OK at 20, no cancel; OK; ETIMEDOUT at 20, no cancel; ETIMEDOUT"},
    {"a shield holds cancels of task and block back", shield_holds_cancels,
     "OK at 4, no cancel; OK; ECANCELED at 4, the block; ECANCELED"},
    {"a shield falls while a deadline is pending", shield_off,
     "OK; ETIMEDOUT at 22, no cancel; OK; ETIMEDOUT at 22, no cancel; ETIMEDOUT"},
    {"a shield falls while a cancel of the block is pending", shield_off,
     "OK; ECANCELED at 2, the block; OK; ECANCELED at 2, the block; ECANCELED", &outer},
    {"a shield falls while a cancel of the task is pending", shield_off,
     "OK; ECANCELED at 2, the task; OK; ECANCELED at 2, the task; OK", &inner},
    {"a shield falls before the deadline around it", shield_off_early,
     "ETIMEDOUT at 10, no cancel; OK; ETIMEDOUT at 10, no cancel; ETIMEDOUT"},
    {"a shield is raised while the task waits", shield_on, "OK at 20; OK at 40; OK; ECANCELED at 40; OK"},
    {"a shield is raised and falls while a cancel is pending", shield_by_hand,
     "ECANCELED; OK, held back; ECANCELED, enough; OK; ECANCELED"},
    {"a shield with a deadline of its own", shield_with_deadline, "OK at 5; ETIMEDOUT at 10; ETIMEDOUT; ECANCELED"},
    {"a shield does not hold back its own cancel", shield_cancelled, "ECANCELED, itself; OK; ECANCELED"},
    {"a shield falls after the grant: it is passed on", shield_off_after_grant,
     "ECANCELED at 0, the task; OK; ECANCELED at 0, the task; OK; b OK at 0"},

    {"cancel of a scope while its task waits; each wait ends until it is closed", cancel_waiting,
     "OK; OK; ECANCELED at 2; ECANCELED, a reason by main; ECANCELED; ECANCELED; OK at 22; not cancelled, was"},
    {"cancel of a scope by a callback", cancel_by_callback,
     "ECANCELED at 3; ECANCELED, its scope was cancelled by (no task); ECANCELED; ECANCELED; OK at 23; "
     "not cancelled, was"},
    {"cancel of a scope by the task in it", cancel_running, "OK; ECANCELED; ECANCELED; ETIMEDOUT at 5"},
    {"cancel of a scope after the grant: it is passed on", cancel_granted, "a ECANCELED; ECANCELED; b OK at 0"},
    {"cancel of a scope after its task ran: at the next wait", cancel_after_run, "OK; ECANCELED; ECANCELED"},
    {"cancel of an outer scope reaches inwards", cancel_around,
     "ECANCELED; not the inner one, OK; ECANCELED; ECANCELED; OK"},
    {"cancel of an inner scope stays inside", cancel_inside, "ECANCELED; ECANCELED; OK; OK"},
    {"a cancel is told before a deadline", cancelled_and_expired,
     "ETIMEDOUT at 2; ECANCELED; expired cancelled; ECANCELED"},
    {"a cancel that ended no wait is told all the same", cancel_unheard, "ECANCELED"},
    {"a closed scope cannot be cancelled, moved, shielded", cancel_a_closed_one, "EDONE; EDONE; EDONE; OK at 20"},
    {"a task that does not heed its scope does not starve others", fair, "others ran in time"},

    {"reason and source: the innermost in force", why,
     "nothing by nobody; from outside: inside by z; inside by z; nothing by nobody; mine by a; inside by z; around by y; "
     "whole by x"},
    {"a deadline has no reason", why_not, "nothing by nobody; nothing by nobody"},
    {"reason and source of a task that has ended", why_after,
     "before it ran by main; before it ran by main; nothing by nobody; mine by a; before it ran by main; "
     "before it ran by main; before it ran by main; ended: before it ran by main"},

    {"NULL, unknown flags, never opened", misuse,
     "cosy_scope_open((unnamed)) by main: EINVAL; EINVAL; cosy_scope_open((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_scope_close((unnamed)) by main: EINVAL; EINVAL; cosy_scope_close((unnamed)) by main: EDONE; EDONE; "
     "cosy_scope_cancel((unnamed)) by main: EINVAL; EINVAL; cosy_scope_move((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_scope_shield((unnamed)) by main: EINVAL; EINVAL; nothing wrong with none"},
    {"closed out of order, closed twice", out_of_order,
     "cosy_scope_close((unnamed)) by main: EINVAL, see main; EINVAL; ETIMEDOUT at 5; OK; ETIMEDOUT; "
     "cosy_scope_close((unnamed)) by main: EDONE; EDONE"},
    {"closed by another task", by_another,
     "cosy_scope_close((unnamed)) by a: EINVAL, see main; EINVAL; ETIMEDOUT at 5; ETIMEDOUT"},
    {"opened twice", opened_twice,
     "cosy_scope_open((unnamed)) by main: EBUSY; open EBUSY; cosy_scope_open((unnamed)) by main: EBUSY; open EBUSY; "
     "ETIMEDOUT at 5; OK; ETIMEDOUT"},
    {"a task ends and leaves scopes open", left_open, "cosy_scope_open(a) by a: EOPEN; no scope, no reason; 7"},
    {"the check finds what is broken", broken,
     "well; a scope inside this one belongs to another task; the scope is not among the open scopes of its task; "
     "a scope has a reason exactly if it is cancelled; what its task knows of its scopes is not what they are; "
     "its task waits beyond the deadline of its scopes; well; ECANCELED at 0; ECANCELED at 0; OK; ECANCELED at 0; OK"},
    {"outside a task", outside,
     "cosy_scope_open((unnamed)) by (no task): ENOTASK; ENOTASK; EDONE; cosy_scope_close((unnamed)) by (no task): EDONE; "
     "EDONE; 1",
     .without_loop = true},

    {"a stackless task: deadline", stackless, "ETIMEDOUT at 10; ETIMEDOUT at once; ETIMEDOUT; OK at 30"},
    {"a stackless task: cancel", stackless, "ECANCELED at 2; ECANCELED at once; ECANCELED; OK at 22", &outer},
    {"a stackless task: moved", stackless, "ETIMEDOUT at 5; ETIMEDOUT at once; ETIMEDOUT; OK at 25", &inner},
    {"a stackless task ends and leaves a scope open", stackless,
     "ETIMEDOUT at 10; ETIMEDOUT at once; ETIMEDOUT; OK at 30; cosy_scope_open(s) by s: EOPEN", &machine},
    {"a scope is moved between begin and await", between, "ETIMEDOUT at 5; ETIMEDOUT"},
    {"a scope is cancelled between begin and await", between, "ECANCELED at 0; ECANCELED", &outer},

    {"thousands of random changes do what a model does", at_random, "many changes, 0 differences"},
};

int main(void)
{
    return TEST_ROWS("scope", rows);
}
