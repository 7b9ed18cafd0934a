/* Barrier: contract rules 10 (generations, withdrawal, unique indices, the action, final trips), 2 (cancel against trip),
 * 3 (deadlines), 4 (fairness), 7 (misuse).
 *
 * Waiters without timers are released by one splice, with timers by a walk: rows with &far_away pin the walk. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_barrier barrier;
static cosy_time far_away = INT64_C(3600000000000);

static void fresh(uint32_t parties, int (*action)(void *))
{
    cosy_barrier_init(&barrier, parties, action, "arg", "B");
}

static const char *index_name(int rc)
{
    return rc ? code_name(rc) : "0";
}

static void waiting(void)
{
    say("%u wait", cosy_barrier_waiting(&barrier));
}

static int party(void *deadline)
{
    int rc = cosy_barrier_wait(&barrier, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    say("%s %s", ME, index_name(rc));
    return 0;
}

static int party_twice(void *deadline)
{
    party(deadline);
    return party(deadline);
}

/* Starts n parties named a, b, c ... and lets them arrive. */
static void arrive(cosy_task **t, int n, cosy_fn fn, void *deadline)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (int i = 0; i < n; i++)
        t[i] = start(fn, deadline, names[i]);
    settle(1);
}

static void join_all(cosy_task **t, int n)
{
    for (int i = 0; i < n; i++)
        join(t[i]);
}

/* ---- indices and generations ---- */

static int indices(void *deadline)
{
    cosy_task *t[3];
    fresh(3, NULL);
    arrive(t, 2, party, deadline);
    waiting();
    party(NULL);
    waiting();
    join_all(t, 2);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return cosy_barrier_destroy(&barrier);
}

static int middle_cancelled(void *deadline)
{
    cosy_task *t[4];
    fresh(4, NULL);
    arrive(t, 3, party, deadline);
    cosy_cancel(t[1], NULL);
    waiting();
    t[3] = start(party, deadline, "d");
    settle(1);
    party(NULL);
    join_all(t, 4);
    return 0;
}

static int middle_timed_out(void *arg)
{
    (void)arg;
    cosy_time five = cosy_ms(5);
    fresh(4, NULL);
    cosy_task *a = start(party, NULL, "a"), *b = start(party, &five, "b"), *c = start(party, NULL, "c");
    join(b);
    cosy_task *d = start(party, NULL, "d");
    settle(1);
    party(NULL);
    join(a);
    join(c);
    return join(d);
}

static int all_withdraw(void *arg)
{
    (void)arg;
    cosy_task *t[4];
    fresh(5, NULL);
    arrive(t, 4, party, NULL);
    cosy_cancel(t[3], NULL);
    cosy_cancel(t[0], NULL);
    cosy_cancel(t[2], NULL);
    cosy_cancel(t[1], NULL);
    waiting();
    join_all(t, 4);
    return 0;
}

/* Who has tripped and arrives again before the others have left belongs to the next generation. */
static int overlap(void *deadline)
{
    cosy_task *t[2];
    fresh(3, NULL);
    arrive(t, 2, party_twice, deadline);
    party(NULL);
    party(NULL);
    join_all(t, 2);
    return 0;
}

enum { PARTIES = 3, ROUNDS = 500 };
static unsigned seen[ROUNDS];

static int many_rounds_party(void *arg)
{
    int n = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int rc = cosy_barrier_wait(&barrier, (i + *(int *)arg) % 3 ? COSY_FOREVER : cosy_in(cosy_ms(1)));
        if (rc >= 0)
            seen[i] |= 1u << rc;
        n += rc < 0;
    }
    return n;
}

static int many_rounds(void *arg)
{
    (void)arg;
    static int id[PARTIES] = {0, 1, 2};
    cosy_task *t[PARTIES];
    int right = 0, failed = 0;
    fresh(PARTIES, NULL);
    for (int i = 0; i < PARTIES; i++)
        t[i] = start(many_rounds_party, &id[i], "p");
    for (int i = 0; i < PARTIES; i++)
        failed += join(t[i]);
    for (int i = 0; i < ROUNDS; i++) {
        right += seen[i] == 7;
        seen[i] = 0;
    }
    say("%d rounds with all indices, %d failed", right, failed);
    return 0;
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s ran", ME);
    return 0;
}

static int act(void *arg)
{
    say("action(%s) in %s, %u wait", (char *)arg, ME, cosy_barrier_waiting(&barrier));
    return 0;
}

static int one_party(void *arg)
{
    (void)arg;
    fresh(1, act);
    cosy_task *a = start(speaker, NULL, "a");
    party(NULL);
    party(NULL);
    return join(a);
}

/* ---- the action ---- */

static int action_first(void *deadline)
{
    cosy_task *t[2];
    fresh(3, act);
    arrive(t, 2, party, deadline);
    party(NULL);
    join_all(t, 2);
    return 0;
}

static int fails(void *arg)
{
    (void)arg;
    say("action fails");
    return -7;
}

static int failing_action(void *deadline)
{
    cosy_task *t[2];
    fresh(3, fails);
    arrive(t, 2, party, deadline);
    party(NULL);
    join_all(t, 2);
    party(NULL);
    say("trigger %s", code_name(cosy_barrier_trigger(&barrier)));
    say("reset %s", code_name(cosy_barrier_reset(&barrier)));
    arrive(t, 1, party, NULL);
    waiting();
    cosy_cancel(t[0], NULL);
    return join(t[0]);
}

static int recursive(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_barrier_wait(&barrier, COSY_FOREVER)));
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    say("%s", code_name(cosy_barrier_reset(&barrier)));
    say("%s", code_name(cosy_barrier_abort(&barrier)));
    return 0;
}

static int recursion(void *arg)
{
    (void)arg;
    fresh(1, recursive);
    party(NULL);
    return 0;
}

static cosy_lock lock;
static cosy_event event;

/* What can be done at once may be done; what would wait is refused. A countdown that is spent does not yield here, but
 * in the arrival that ran the action. */
static int waits(void *arg)
{
    (void)arg;
    say("lock %s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("event %s", code_name(cosy_event_wait(&event, COSY_FOREVER)));
    say("%s", event.waiters.head ? "queued" : "not queued");
    say("bounded %s", code_name(cosy_event_wait(&event, cosy_in(cosy_ms(1)))));
    say("sleep %s", code_name(cosy_sleep(1)));
    say("yield %s", code_name(cosy_yield()));
    for (int i = 0; i < 2 * COSY_BUDGET; i++) {
        cosy_lock_release(&lock);
        cosy_lock_acquire(&lock, COSY_FOREVER);
    }
    cosy_lock_release(&lock);
    return 0;
}

/* The reports of refused waits are not what this row is about. */
static void silent(const cosy_misuse *misuse, void *arg)
{
    (void)misuse;
    (void)arg;
}

static int waiting_in_action(void *arg)
{
    (void)arg;
    fresh(1, waits);
    cosy_set_reporter(silent, NULL);
    cosy_lock_init(&lock, 0, "L");
    cosy_event_init(&event, "E");
    cosy_task *a = start(speaker, NULL, "a");
    party(NULL);
    say("sleep %s", code_name(cosy_sleep(1)));
    return join(a);
}

static int waits_once(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_event_wait(&event, COSY_FOREVER)));
    say("%s", code_name(cosy_yield()));
    return 0;
}

/* A refused wait is misuse: a code and a line. */
static int told_of_waiting(void *arg)
{
    (void)arg;
    fresh(1, waits_once);
    cosy_event_init(&event, "E");
    party(NULL);
    return 0;
}

static cosy_barrier inner;

static int nested(void *arg)
{
    (void)arg;
    say("inner %s", index_name(cosy_barrier_wait(&inner, COSY_FOREVER)));
    say("yield %s", code_name(cosy_yield())); /* still forbidden: this is the outer one's action */
    return 0;
}

static int nested_actions(void *arg)
{
    (void)arg;
    fresh(1, nested);
    cosy_set_reporter(silent, NULL);
    cosy_barrier_init(&inner, 1, act, "inner", "I");
    party(NULL);
    return 0;
}

static cosy_task *victim;

static int cancels(void *arg)
{
    (void)arg;
    cosy_cancel(victim, NULL);
    return 0;
}

static int then_waits(void *deadline)
{
    party(deadline);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

/* From the action on the generation has tripped: the cancel of a participant comes too late. */
static int cancel_in_action(void *deadline)
{
    cosy_task *t[2];
    fresh(3, cancels);
    arrive(t, 1, then_waits, deadline);
    victim = t[0];
    t[1] = start(party, deadline, "b");
    settle(1);
    party(NULL);
    join_all(t, 2);
    return 0;
}

static int cancel_in_failing(void *arg)
{
    cosy_cancel(victim, NULL);
    return fails(arg);
}

static int cancel_in_failing_action(void *deadline)
{
    cosy_task *t[2];
    fresh(2, cancel_in_failing);
    arrive(t, 1, then_waits, deadline);
    victim = t[0];
    party(NULL);
    join_all(t, 1);
    return 0;
}

/* ---- cancel, reset, abort ---- */

static int cancel_tripped(void *deadline)
{
    cosy_task *t[2];
    fresh(3, NULL);
    arrive(t, 2, then_waits, deadline);
    party(NULL);
    cosy_cancel(t[0], NULL);
    cosy_cancel(t[1], NULL);
    join_all(t, 2);
    return 0;
}

static int cancelled_arrivals(void *arg)
{
    (void)arg;
    fresh(2, NULL);
    cosy_task *a = start(party_twice, NULL, "a");
    cosy_cancel(a, NULL); /* before it runs: it may not wait */
    settle(1);
    waiting();
    cosy_task *b = start(party, NULL, "b"), *c = start(party, NULL, "c");
    cosy_cancel(c, NULL); /* but it may trip: that completes at once */
    join(a);
    join(b);
    return join(c);
}

static int reset_tripped(void *deadline)
{
    cosy_task *t[2];
    fresh(3, NULL);
    arrive(t, 2, party, deadline);
    party(NULL);
    cosy_barrier_reset(&barrier);
    join_all(t, 2);
    waiting();
    return 0;
}

static int abort_tripped(void *deadline)
{
    cosy_task *t[2];
    fresh(3, NULL);
    arrive(t, 2, party_twice, deadline);
    party(NULL);
    cosy_barrier_abort(&barrier);
    join_all(t, 2);
    return 0;
}

static int reset_filling(void *deadline)
{
    cosy_task *t[4];
    fresh(4, NULL);
    arrive(t, 3, party_twice, deadline);
    say("reset %s", code_name(cosy_barrier_reset(&barrier)));
    waiting();
    settle(1);
    waiting();
    party(NULL);
    join_all(t, 3);
    return 0;
}

static int abort_filling(void *deadline)
{
    cosy_task *t[2];
    fresh(3, NULL);
    arrive(t, 2, party, deadline);
    cosy_barrier_abort(&barrier);
    join_all(t, 2);
    party(NULL);
    cosy_barrier_reset(&barrier);
    arrive(t, 2, party, deadline);
    party(NULL);
    join_all(t, 2);
    return 0;
}

static int reset_empty(void *arg)
{
    (void)arg;
    fresh(1, NULL);
    cosy_barrier_reset(&barrier);
    party(NULL);
    return 0;
}

/* A cancel that comes after the barrier was broken does not change the outcome. */
static int broken_then_cancelled(void *deadline)
{
    cosy_task *t[1];
    fresh(2, NULL);
    arrive(t, 1, then_waits, deadline);
    cosy_barrier_reset(&barrier);
    cosy_cancel(t[0], NULL);
    return join(t[0]);
}

/* ---- triggers ---- */

static int triggers(void *arg)
{
    (void)arg;
    cosy_task *t[2];
    fresh(4, act);
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    arrive(t, 1, party, NULL);
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    waiting();
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    waiting();
    join_all(t, 1);
    cosy_barrier_trigger(&barrier);
    say("destroy %s", code_name(cosy_barrier_destroy(&barrier)));
    return 0;
}

static int trigger_outside(void *arg)
{
    (void)arg;
    fresh(2, act);
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    say("%s", code_name(cosy_barrier_wait(&barrier, COSY_FOREVER)));
    fresh(1, fails);
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    say("%s", code_name(cosy_barrier_trigger(&barrier)));
    return 0;
}

/* ---- deadlines ---- */

static int in_the_past(void *arg)
{
    (void)arg;
    cosy_time past = cosy_ms(1), now = COSY_NOW;
    cosy_task *t[1];
    fresh(2, NULL);
    cosy_sleep(cosy_ms(2));
    party(&past);
    party(&now);
    waiting();
    arrive(t, 1, party, NULL);
    party(&past);
    join_all(t, 1);
    arrive(t, 1, party, NULL);
    party(&now);
    join_all(t, 1);
    return 0;
}

static int ties(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    cosy_task *a;
    fresh(2, NULL);
    a = start(party, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    party(NULL);
    return join(a);
}

/* ---- fairness ---- */

static int spinner(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_barrier_wait(&barrier, COSY_FOREVER);
        n++;
    }
    return n;
}

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
}

static int fair(void *broken)
{
    static bool stop;
    stop = false;
    fresh(1, NULL);
    if (broken)
        cosy_barrier_abort(&barrier);
    cosy_task *a = start(spinner, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int fails_quietly(void *arg)
{
    (void)arg;
    cosy_barrier_reset(&inner);
    return -1;
}

static int resetting_spinner(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_barrier_wait(&barrier, COSY_FOREVER);
        cosy_barrier_reset(&barrier);
        n++;
    }
    return n;
}

static int fair_failing(void *arg)
{
    (void)arg;
    static bool stop;
    stop = false;
    fresh(1, fails_quietly);
    cosy_barrier_init(&inner, 1, NULL, NULL, "I");
    cosy_task *a = start(resetting_spinner, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int trip_does_not_switch(void *arg)
{
    (void)arg;
    cosy_task *t[2];
    fresh(2, NULL);
    arrive(t, 1, party, NULL);
    party(NULL);
    join_all(t, 1);
    return 0;
}

/* ---- misuse ---- */

static int is_broken(void *arg)
{
    (void)arg;
    fresh(2, NULL);
    say("%d", cosy_barrier_broken(&barrier));
    cosy_barrier_abort(&barrier);
    say("%d", cosy_barrier_broken(&barrier));
    cosy_barrier_reset(&barrier);
    say("%d", cosy_barrier_broken(&barrier));
    say("NULL %d", cosy_barrier_broken(NULL));
    return 0;
}

static int with_nonsense(void *arg)
{
    (void)arg;
    cosy_barrier zero = {.parties = 0};
    say("%s", code_name(cosy_barrier_init(NULL, 1, NULL, NULL, "B")));
    say("%s", code_name(cosy_barrier_init(&barrier, 0, NULL, NULL, "B")));
    say("%s", code_name(cosy_barrier_init(&barrier, 1u << 31, NULL, NULL, "B")));
    say("%s", code_name(cosy_barrier_wait(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_barrier_wait(&zero, COSY_FOREVER)));
    say("%s", code_name(cosy_barrier_wait_begin(NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_barrier_trigger(NULL)));
    say("%s", code_name(cosy_barrier_reset(NULL)));
    say("%s", code_name(cosy_barrier_abort(NULL)));
    say("%s", code_name(cosy_barrier_destroy(NULL)));
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    cosy_task *t[1];
    fresh(2, NULL);
    arrive(t, 1, party, NULL);
    say("%s", code_name(cosy_barrier_destroy(&barrier)));
    party(NULL);
    say("%s", code_name(cosy_barrier_destroy(&barrier)));
    join_all(t, 1);
    return 0;
}

static cosy_barrier ready_made = COSY_BARRIER_INIT("static", 1, act, "me");

static int static_one(void *arg)
{
    (void)arg;
    say("%s", index_name(cosy_barrier_wait(&ready_made, COSY_FOREVER)));
    return 0;
}

#define WAY(name, scenario, expected) {name " (splice)", scenario, expected}, {name " (walk)", scenario, expected, &far_away}

static const test_row rows[] = {
    WAY("the last arriver is 0, the others 1.. in order", indices, "2 wait; main 0; 0 wait; a 1; b 2; no timer left"),
    WAY("a cancel in the middle: indices stay unique", middle_cancelled,
        "2 wait; b ECANCELED; main 0; a 1; c 2; d 3"),
    {"a timeout in the middle: indices stay unique", middle_timed_out, "b ETIMEDOUT; main 0; a 1; c 2; d 3"},
    {"everybody withdraws", all_withdraw, "0 wait; d ECANCELED; a ECANCELED; c ECANCELED; b ECANCELED"},
    WAY("the next generation fills while the last one leaves", overlap, "main 0; a 1; b 2; b 0; main 1; a 2"),
    {"500 generations, with and without timers", many_rounds, "500 rounds with all indices, 0 failed"},
    {"one party never waits, and does not switch", one_party,
     "action(arg) in main, 0 wait; main 0; action(arg) in main, 0 wait; main 0; a ran"},

    WAY("the action runs once, in the last arriver, before anyone goes on", action_first,
        "action(arg) in main, 2 wait; main 0; a 1; b 2"),
    WAY("a failing action breaks it until reset", failing_action,
        "action fails; main EBROKEN; a EBROKEN; b EBROKEN; main EBROKEN; trigger EBROKEN; reset OK; 1 wait; a ECANCELED"),
    {"its own action may not touch it", recursion,
     "cosy_barrier_wait(B) by main: EBUSY; EBUSY; cosy_barrier_trigger(B) by main: EBUSY; EBUSY; "
     "cosy_barrier_reset(B) by main: EBUSY; EBUSY; cosy_barrier_abort(B) by main: EBUSY; EBUSY; main 0"},
    {"an action may not wait, and is not interrupted", waiting_in_action,
     "lock OK; event ENOWAIT; not queued; bounded ENOWAIT; sleep ENOWAIT; yield ENOWAIT; a ran; main 0; sleep OK"},
    {"a wait that an action is refused is reported", told_of_waiting,
     "a wait for(event) by main: ENOWAIT; ENOWAIT; cosy_yield((unnamed)) by main: ENOWAIT; ENOWAIT; main 0"},
    {"an action inside an action", nested_actions, "action(inner) in main, 0 wait; inner 0; yield ENOWAIT; main 0"},
    WAY("a cancel inside the action comes too late", cancel_in_action, "main 0; a 1; then ECANCELED; b 2"),
    WAY("a cancel inside an action that fails", cancel_in_failing_action,
        "action fails; main EBROKEN; a EBROKEN; then ECANCELED"),

    WAY("a cancel after the trip comes at the next wait", cancel_tripped,
        "main 0; a 1; then ECANCELED; b 2; then ECANCELED"),
    {"a cancelled task may trip it but not wait", cancelled_arrivals,
     "a ECANCELED; a ECANCELED; 0 wait; c 0; b 1"},
    WAY("reset does not touch a tripped generation", reset_tripped, "main 0; a 1; b 2; 0 wait"),
    WAY("abort does not touch a tripped generation", abort_tripped, "main 0; a 1; a EBROKEN; b 2; b EBROKEN"),
    WAY("reset breaks the filling generation, the next fills at once", reset_filling,
        "reset OK; 0 wait; a EBROKEN; b EBROKEN; c EBROKEN; 3 wait; main 0; a 1; b 2; c 3"),
    WAY("abort breaks it until reset", abort_filling,
        "a EBROKEN; b EBROKEN; main EBROKEN; main 0; a 1; b 2"),
    {"one can ask whether it is broken", is_broken, "0; 1; 0; NULL 0"},
    {"reset of an empty barrier", reset_empty, "main 0"},
    WAY("broken, then cancelled: broken stands", broken_then_cancelled, "a EBROKEN; then ECANCELED"),

    {"triggers arrive without waiting and take no index", triggers,
     "OK; OK; 3 wait; action(arg) in main, 3 wait; OK; 0 wait; a 1; destroy OK"},
    {"outside a task: trigger works, wait does not", trigger_outside,
     "OK; action(arg) in (no task), 1 wait; OK; cosy_barrier_wait(B) by (no task): ENOTASK; ENOTASK; action fails; "
     "EBROKEN; EBROKEN",
     .without_loop = true},

    {"a deadline in the past and COSY_NOW: the arrival is taken back, but may trip", in_the_past,
     "main ETIMEDOUT; main EAGAIN; 0 wait; main 0; a 1; main 0; a 1"},
    {"a trip that ties with the deadline wins", ties, "main 0; a 1"},

    {"tripping does not switch", trip_does_not_switch, "main 0; a 1"},
    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"waits for a broken barrier do not starve others", fair, "others ran in time", "broken"},
    {"failing actions do not starve others", fair_failing, "others ran in time"},

    {"NULL, no parties, too many", with_nonsense,
     "cosy_barrier_init(B) by main: EINVAL; EINVAL; cosy_barrier_init(B) by main: EINVAL; EINVAL; "
     "cosy_barrier_init(B) by main: EINVAL; EINVAL; cosy_barrier_wait(NULL) by main: EINVAL; EINVAL; "
     "cosy_barrier_wait((unnamed)) by main: EINVAL; EINVAL; cosy_barrier_wait_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_barrier_trigger(NULL) by main: EINVAL; EINVAL; "
     "cosy_barrier_reset(NULL) by main: EINVAL; EINVAL; cosy_barrier_abort(NULL) by main: EINVAL; EINVAL; "
     "cosy_barrier_destroy(NULL) by main: EINVAL; EINVAL"},
    {"destroy with waiters is refused, after the trip it is not", destroy_used,
     "cosy_barrier_destroy(B) by main: EBUSY, see a; EBUSY; main 0; OK; a 1"},
    {"static initialiser", static_one, "action(me) in main, 0 wait; 0"},
};

int main(void)
{
    return TEST_ROWS("barrier", rows);
}
