/* Event: contract rules 1 (all are woken, in order of arrival), 2 (cancel against set), 3 (deadlines), 4 (fairness),
 * 7 (misuse); RULE e: a clear cannot un-wake.
 *
 * Waiters without timers are woken by one splice, with timers by a walk; what matters is pinned for both: rows that take
 * an argument are run with NULL (for ever) and with a deadline that is far away. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_event event;
static cosy_time far_away = INT64_C(3600000000000);

static void fresh(void)
{
    cosy_event_init(&event, "E");
}

static cosy_time until(void *deadline)
{
    return deadline ? *(cosy_time *)deadline : COSY_FOREVER;
}

static int waiter(void *deadline)
{
    int rc = cosy_event_wait(&event, until(deadline));
    say("%s %s", ME, code_name(rc));
    return rc;
}

static int setter(void *value)
{
    return cosy_event_set(&event, value);
}

static int wakes_all(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c");
    settle(1);
    cosy_event_set(&event, NULL);
    say("set, %s armed", cosy_loop_next(cosy_here()) == COSY_NOW ? "ready or" : "not");
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return cosy_event_destroy(&event);
}

/* Who has a timer and who has not are woken together, in the order of their arrival. */
static int wakes_mixed(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &far_away, "b"), *c = start(waiter, NULL, "c");
    settle(1);
    cosy_event_set(&event, NULL);
    join(a);
    join(b);
    return join(c);
}

static int passes_when_set(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    cosy_event_set(&event, NULL);
    say("%s at once, set %d", code_name(cosy_event_wait(&event, COSY_FOREVER)), cosy_event_is_set(&event));
    return join(a);
}

/* Who is ready already runs before those that set makes ready. */
static int after_the_ready(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, NULL, "b");
    settle(1);
    cosy_task *c = start(waiter, NULL, "c");
    cosy_event_set(&event, NULL);
    join(c);
    join(a);
    return join(b);
}

static int set_then_clear(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b");
    settle(1);
    cosy_event_set(&event, "news");
    cosy_event_clear(&event);
    say("set %d, value %s", cosy_event_is_set(&event), (char *)cosy_event_value(&event));
    join(a);
    join(b);
    say("now %s", code_name(cosy_event_wait(&event, COSY_NOW)));
    return 0;
}

static int set_repeatedly(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a");
    settle(1);
    cosy_event_set(&event, NULL);
    cosy_event_clear(&event);
    cosy_event_set(&event, NULL);
    cosy_event_set(&event, NULL);
    return join(a);
}

static int cancel_queued(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c"),
              *d = start(waiter, deadline, "d");
    settle(1);
    cosy_cancel(b, NULL);
    cosy_cancel(a, NULL);
    cosy_cancel(d, NULL);
    cosy_event_set(&event, NULL);
    join(a);
    join(b);
    join(d);
    return join(c);
}

/* An event is a level: a woken waiter that is cancelled takes nothing away from the others. */
static int cancel_woken(void *deadline)
{
    fresh();
    cosy_task *a = start(waiter, deadline, "a"), *b = start(waiter, deadline, "b"), *c = start(waiter, deadline, "c");
    settle(1);
    cosy_event_set(&event, NULL);
    cosy_cancel(b, NULL);
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
    say("waiting: %s", event.waiters.head ? "somebody" : "nobody");
    return 0;
}

/* a was woken and has not run, c waits for the next set already: a cancel finds out which is which. */
static int two_wake_ups(void *arg)
{
    (void)arg;
    fresh();
    woken = start(waiter, NULL, "a");
    settle(1);
    queued = start(waiter, NULL, "c");
    cosy_task *d = start(canceller, NULL, "d");
    cosy_event_set(&event, NULL);
    cosy_event_clear(&event);
    join(d);
    join(woken);
    join(queued);
    return 0;
}

static int then_sleeps(void *arg)
{
    (void)arg;
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    say("%s", code_name(rc));
    cosy_cancel(cosy_self(), NULL);
    rc = cosy_event_wait(&event, COSY_FOREVER);
    say("still set %s", code_name(rc));
    cosy_event_clear(&event);
    rc = cosy_event_wait(&event, COSY_FOREVER);
    say("cleared %s", code_name(rc));
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(then_sleeps, NULL, "a");
    settle(1);
    cosy_event_set(&event, NULL);
    return join(a);
}

static int times_out(void *arg)
{
    (void)arg;
    fresh();
    cosy_time five = cosy_ms(5);
    cosy_task *a = start(waiter, NULL, "a"), *b = start(waiter, &five, "b"), *c = start(waiter, NULL, "c");
    join(b);
    say("at %d", at_ms());
    cosy_event_set(&event, NULL); /* remembers that somebody had a timer: walks, which does no harm */
    join(a);
    join(c);
    cosy_event_clear(&event);
    cosy_task *d = start(waiter, NULL, "d");
    settle(1);
    cosy_event_set(&event, NULL);
    return join(d);
}

static int ties(void *arg)
{
    (void)arg;
    fresh();
    cosy_time ten = cosy_ms(10);
    cosy_task *a = start(waiter, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    cosy_event_set(&event, NULL);
    return join(a);
}

static int in_the_past(void *arg)
{
    (void)arg;
    cosy_time past = cosy_ms(1);
    fresh();
    cosy_sleep(cosy_ms(2));
    int rc = cosy_event_wait(&event, past);
    say("%s, %s", code_name(rc), event.waiters.head ? "queued" : "not queued");
    rc = cosy_event_wait(&event, COSY_NOW);
    say("%s", code_name(rc));
    cosy_event_set(&event, NULL);
    rc = cosy_event_wait(&event, past);
    say("set %s", code_name(rc));
    rc = cosy_event_wait(&event, COSY_NOW);
    say("%s", code_name(rc));
    return 0;
}

/* The deadline of a block of code is a timer of the wait as well. */
static int scoped(void *arg)
{
    (void)arg;
    fresh();
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_ms(4)), 0);
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    cosy_scope_close(&scope);
    start(setter, NULL, "setter");
    rc = cosy_event_wait(&event, COSY_FOREVER);
    say("%s", code_name(rc));
    return 0;
}

static int values(void *arg)
{
    (void)arg;
    fresh();
    say("%s", cosy_event_value(&event) ? "something" : "nothing");
    cosy_event_set(&event, "one");
    cosy_event_set(&event, "two");
    cosy_event_clear(&event);
    say("%s", (char *)cosy_event_value(&event));
    cosy_task *a = start(setter, "three", "a");
    cosy_event_wait(&event, COSY_FOREVER);
    say("%s", (char *)cosy_event_value(&event));
    return join(a);
}

enum { CROWD = 1000 };
static int order[CROWD], arrived;

static int one_of_many(void *arg)
{
    cosy_event_wait(&event, COSY_FOREVER);
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
    cosy_event_set(&event, NULL);
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
        cosy_event_wait(&event, COSY_FOREVER);
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
    fresh();
    cosy_event_set(&event, NULL);
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
    cosy_event_set(&event, NULL);
    cosy_task *a = start(speaker, NULL, "a");
    cosy_event_wait(&event, COSY_FOREVER);
    say("passed");
    return join(a);
}

static int with_null(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_event_init(NULL, "E")));
    say("%s", code_name(cosy_event_set(NULL, NULL)));
    say("%s", code_name(cosy_event_clear(NULL)));
    say("%s", code_name(cosy_event_wait(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_event_wait_begin(NULL, NULL)));
    say("%s", code_name(cosy_event_destroy(NULL)));
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh();
    say("%s", code_name(cosy_event_wait(&event, COSY_NOW)));
    say("%s", code_name(cosy_event_set(&event, NULL)));
    say("%s", code_name(cosy_event_wait(&event, COSY_FOREVER)));
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(waiter, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_event_destroy(&event)));
    cosy_event_set(&event, NULL);
    say("%s", code_name(cosy_event_destroy(&event)));
    return join(a);
}

static cosy_event ready_made = COSY_EVENT_INIT("static");

static int static_one(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_event_wait(&ready_made, COSY_NOW)));
    return cosy_event_destroy(&ready_made);
}

static const test_row rows[] = {
    {"set wakes all, in order (splice)", wakes_all,
     "set, ready or armed; a OK; b OK; c OK; no timer left"},
    {"set wakes all, in order (walk)", wakes_all,
     "set, ready or armed; a OK; b OK; c OK; no timer left", &far_away},
    {"with and without a timer, in order", wakes_mixed, "a OK; b OK; c OK"},
    {"waiting for a set event does not switch", passes_when_set, "OK at once, set 1; a OK"},
    {"woken waiters run after those that were ready", after_the_ready, "c OK; a OK; b OK"},
    {"clear right after set does not un-wake (splice)", set_then_clear,
     "set 0, value news; a OK; b OK; now EAGAIN"},
    {"clear right after set does not un-wake (walk)", set_then_clear,
     "set 0, value news; a OK; b OK; now EAGAIN", &far_away},
    {"set, clear, set, set wakes once (splice)", set_repeatedly, "a OK"},
    {"set, clear, set, set wakes once (walk)", set_repeatedly, "a OK", &far_away},
    {"cancel while queued: head, middle and tail (splice)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK"},
    {"cancel while queued: head, middle and tail (walk)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK", &far_away},
    {"cancel after set and before it ran wins, the others go on (splice)", cancel_woken,
     "a OK; b ECANCELED; c OK"},
    {"cancel after set and before it ran wins, the others go on (walk)", cancel_woken,
     "a OK; b ECANCELED; c OK", &far_away},
    {"cancel tells one who was woken from one who waits again", two_wake_ups,
     "waiting: nobody; a ECANCELED; c ECANCELED"},
    {"cancel after it has run: a set event still passes", cancel_resumed,
     "OK; still set OK; cleared ECANCELED"},
    {"timeout of one leaves the others, also for later sets", times_out,
     "b ETIMEDOUT; at 5; a OK; c OK; d OK"},
    {"a set that ties with the deadline wins", ties, "a OK"},
    {"a deadline in the past and COSY_NOW", in_the_past, "ETIMEDOUT, not queued; EAGAIN; set OK; OK"},
    {"the deadline of a block", scoped, "ETIMEDOUT at 4; OK"},
    {"the value is that of the last set", values, "nothing; two; three"},
    {"a thousand waiters keep their order", crowd, "0 ran; 1000 in order"},
    {"waits that complete at once do not starve others", fair, "others ran in time"},
    {"checkpoint = always: such a wait is a scheduling point", with_checkpoint, "a ran; passed",
     .options = {.checkpoint = true}},
    {"NULL", with_null,
     "cosy_event_init(E) by main: EINVAL; EINVAL; cosy_event_set(NULL) by main: EINVAL; EINVAL; "
     "cosy_event_clear(NULL) by main: EINVAL; EINVAL; cosy_event_wait(NULL) by main: EINVAL; EINVAL; "
     "cosy_event_wait_begin(NULL) by main: EINVAL; EINVAL; cosy_event_destroy(NULL) by main: EINVAL; EINVAL"},
    {"outside a task: set works, wait does not", outside,
     "cosy_event_wait(E) by (no task): ENOTASK; ENOTASK; OK; cosy_event_wait(E) by (no task): ENOTASK; ENOTASK",
     .without_loop = true},
    {"destroy with waiters is refused, after the set it is not", destroy_used,
     "cosy_event_destroy(E) by main: EBUSY, see a; EBUSY; OK; a OK"},
    {"static initialiser", static_one, "EAGAIN"},
};

int main(void)
{
    return TEST_ROWS("event", rows);
}
