/* Semaphore: contract rules 1 (FIFO, the head blocks), 2 (permits are never lost), 3 (deadlines), 4 (fairness),
 * 7 (misuse); RULE g: large requests, over-release. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_semaphore sem;

static void fresh(int32_t permits, int32_t limit)
{
    cosy_semaphore_init(&sem, permits, limit, "S");
}

typedef struct want {
    int32_t n;
    cosy_time deadline; /* 0: for ever */
} want;

/* Takes permits, says so, keeps them. */
static int taker(void *arg)
{
    const want *w = arg;
    int rc = cosy_semaphore_acquire(&sem, w ? w->n : 1, w && w->deadline ? w->deadline : COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return rc;
}

static int worker(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s %s at %d", ME, code_name(rc), at_ms());
    cosy_sleep(cosy_ms(10));
    return cosy_semaphore_release(&sem, 1);
}

static void count(void)
{
    say("count %d", (int)cosy_semaphore_count(&sem));
}

static want three = {.n = 3}, two = {.n = 2}, three_until_5 = {.n = 3, .deadline = 5000000};
static want one_until_10 = {.n = 1, .deadline = 10000000}, two_until_10 = {.n = 2, .deadline = 10000000};

/* ---- order ---- */

static int two_at_a_time(void *arg)
{
    (void)arg;
    fresh(2, 2);
    cosy_task *t[] = {start(worker, NULL, "a"), start(worker, NULL, "b"), start(worker, NULL, "c"),
                      start(worker, NULL, "d"), start(worker, NULL, "e")};
    for (int i = 0; i < 5; i++)
        join(t[i]);
    count();
    return cosy_semaphore_destroy(&sem);
}

/* Permits that were released to a waiter are taken already: neither try nor acquire gets them first. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b");
    settle(1);
    say("queued: try %s", code_name(cosy_semaphore_try(&sem, 1)));
    cosy_semaphore_release(&sem, 1);
    say("granted: try %s, now %s", code_name(cosy_semaphore_try(&sem, 1)),
        code_name(cosy_semaphore_acquire(&sem, 1, COSY_NOW)));
    join(a);
    cosy_semaphore_release(&sem, 1);
    return join(b);
}

/* Who releases more than is waited for and acquires again in the same step takes what is over, and goes behind whom he
 * served. */
static int release_and_acquire(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_semaphore_release(&sem, 3);
    count();
    taker(NULL);
    count();
    join(a);
    return join(b);
}

/* Permits are over while a is granted and has not run: for a newcomer there are none now; one that may wait comes after a. */
static int surplus(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 3);
    say("try %s, now %s", code_name(cosy_semaphore_try(&sem, 1)), code_name(cosy_semaphore_acquire(&sem, 1, COSY_NOW)));
    say("main %s", code_name(cosy_semaphore_acquire(&sem, 1, cosy_in(1))));
    count();
    say("try %s", code_name(cosy_semaphore_try(&sem, 1)));
    return join(a);
}

/* The same with a select, as the one that was served and as the newcomer. */
static int chooser(void *arg)
{
    (void)arg;
    cosy_arm arms[] = {cosy_arm_semaphore(&sem, 1)};
    int rc = cosy_select(arms, 1, NULL, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return rc;
}

static int surplus_selects(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(chooser, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 3);
    taker(NULL);
    cosy_task *b = start(chooser, NULL, "b");
    settle(1);
    cosy_semaphore_acquire(&sem, 1, COSY_NOW);
    cosy_task *c = start(taker, NULL, "c");
    settle(1);
    cosy_semaphore_release(&sem, 2);
    chooser(NULL);
    join(a);
    join(b);
    return join(c);
}

static int barger(void *arg)
{
    (void)arg;
    for (int round = 0; round < 2; round++) {
        int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
        if (rc)
            return rc;
        say("%s", ME);
        cosy_yield();
        cosy_semaphore_release(&sem, 1);
    }
    return 0;
}

/* Nobody takes it twice in a row while others wait. */
static int rounds(void *arg)
{
    (void)arg;
    fresh(1, 1);
    cosy_task *a = start(barger, NULL, "a"), *b = start(barger, NULL, "b"), *c = start(barger, NULL, "c");
    join(a);
    join(b);
    return join(c);
}

static int does_not_switch(void *arg)
{
    (void)arg;
    fresh(1, 9);
    cosy_task *a = start(taker, &two, "a");
    cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("acquired");
    cosy_semaphore_release(&sem, 2);
    say("released");
    return join(a);
}

/* ---- weights ---- */

static cosy_semaphore beside;

static int taker_beside(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&beside, 1, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return rc;
}

/* Only who was granted by this semaphore is waited for, not who was by another. */
static int granted_elsewhere(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_semaphore_init(&beside, 0, 9, "T");
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker_beside, NULL, "b");
    settle(1);
    cosy_semaphore_release(&sem, 2);
    join(a);
    cosy_semaphore_release(&beside, 1);
    say("main %s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_NOW)));
    return join(b);
}

/* a wants 3 of 2: b, who wants 1, waits behind it. */
static int head_blocks(void *arg)
{
    (void)arg;
    fresh(2, 9);
    cosy_task *a = start(taker, &three, "a"), *b = start(taker, NULL, "b");
    settle(1);
    count();
    say("try %s", code_name(cosy_semaphore_try(&sem, 1)));
    cosy_semaphore_release(&sem, 1);
    join(a);
    count();
    cosy_semaphore_release(&sem, 1);
    return join(b);
}

static int head_times_out(void *arg)
{
    (void)arg;
    fresh(2, 9);
    cosy_task *a = start(taker, &three_until_5, "a"), *b = start(taker, NULL, "b"), *c = start(taker, &two, "c");
    cosy_task *d = start(taker, NULL, "d");
    join(a);
    join(b);
    say("at %d", at_ms());
    count(); /* one is left, c wants two and d waits behind it */
    cosy_semaphore_release(&sem, 2);
    join(c);
    return join(d);
}

static int head_cancelled(void *arg)
{
    (void)arg;
    fresh(2, 9);
    cosy_task *a = start(taker, &three, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_cancel(a, NULL);
    count();
    join(a);
    return join(b);
}

/* A refused head (its deadline has passed) never blocks anybody. */
static int head_refused(void *arg)
{
    (void)arg;
    want late = {.n = 3, .deadline = 1};
    fresh(2, 9);
    cosy_sleep(cosy_ms(1));
    taker(&late);
    count();
    return 0;
}

static int many_granted(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, &two, "a"), *b = start(taker, NULL, "b"), *c = start(taker, &three, "c"),
              *d = start(taker, NULL, "d");
    settle(1);
    cosy_semaphore_release(&sem, 5);
    say("2 left over for c");
    join(a);
    join(b);
    cosy_semaphore_release(&sem, 2);
    join(c);
    join(d);
    count();
    return 0;
}

/* ---- cancel ---- */

static int cancel_queued(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *t[] = {start(taker, NULL, "a"), start(taker, NULL, "b"), start(taker, NULL, "c"),
                      start(taker, NULL, "d")};
    settle(1);
    cosy_cancel(t[1], NULL);
    cosy_cancel(t[0], NULL);
    cosy_semaphore_release(&sem, 1);
    join(t[0]);
    join(t[1]);
    join(t[2]);
    cosy_cancel(t[3], NULL);
    join(t[3]);
    cosy_semaphore_release(&sem, 1);
    count();
    return 0;
}

/* What one large grant holds serves several when it is overruled, in the same step. */
static int cancel_granted(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, &three, "a"), *b = start(taker, NULL, "b"), *c = start(taker, &two, "c"),
              *d = start(taker, NULL, "d");
    settle(1);
    cosy_semaphore_release(&sem, 3);
    cosy_cancel(a, NULL);
    say("%s waits", cosy_task_name((cosy_task *)(void *)sem.waiters.head));
    join(a);
    join(b);
    join(c);
    cosy_cancel(d, NULL);
    join(d);
    return 0;
}

static int cancel_granted_alone(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, &two, "a");
    settle(1);
    cosy_semaphore_release(&sem, 2);
    count();
    cosy_cancel(a, NULL);
    count();
    join(a);
    return 0;
}

static int then_waits(void *arg)
{
    (void)arg;
    taker(NULL);
    cosy_cancel(cosy_self(), NULL);
    cosy_semaphore_release(&sem, 1);
    taker(NULL); /* there is one: completes at once */
    taker(NULL);
    say("try %s", code_name(cosy_semaphore_try(&sem, 1)));
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(then_waits, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

/* A bounded semaphore counts permits, not holders: the second release is taken for b's. What a then gives back when its
 * grant is overruled must not lift the count above the limit. */
static int over_released(void *arg)
{
    (void)arg;
    fresh(0, 1);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 1); /* a's */
    say("%s", code_name(cosy_semaphore_release(&sem, 1)));
    cosy_cancel(a, NULL);
    count();
    join(a);
    return 0;
}

static int over_released_unbounded(void *arg)
{
    (void)arg;
    fresh(0, COSY_SEMAPHORE_MAX);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    cosy_semaphore_release(&sem, 1);
    say("%s", code_name(cosy_semaphore_release(&sem, COSY_SEMAPHORE_MAX)));
    cosy_cancel(a, NULL);
    say("%s", cosy_semaphore_count(&sem) == COSY_SEMAPHORE_MAX ? "full" : "not full");
    join(a);
    return 0;
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, NULL, "a"), *b = start(taker, &one_until_10, "b"), *c = start(taker, NULL, "c");
    join(b);
    say("at %d", at_ms());
    cosy_semaphore_release(&sem, 2);
    join(a);
    return join(c);
}

static int ties(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, &one_until_10, "a");
    cosy_sleep_until(cosy_ms(10)); /* armed before a's */
    cosy_semaphore_release(&sem, 1);
    return join(a);
}

static int one_of_two(void *arg)
{
    (void)arg;
    fresh(0, 9);
    cosy_task *a = start(taker, &two_until_10, "a"), *b = start(taker, NULL, "b");
    settle(1);
    cosy_sleep_until(cosy_ms(10)); /* armed after a's: a has left when the one permit comes */
    cosy_semaphore_release(&sem, 1);
    join(a);
    return join(b);
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh(1, 9);
    cosy_sleep(cosy_ms(2));
    int rc = cosy_semaphore_acquire(&sem, 1, cosy_ms(1));
    say("%s", code_name(rc));
    rc = cosy_semaphore_acquire(&sem, 1, cosy_ms(1));
    say("%s, %s", code_name(rc), sem.waiters.head ? "queued" : "not queued");
    rc = cosy_semaphore_acquire(&sem, 1, COSY_NOW);
    say("%s", code_name(rc));
    cosy_semaphore_release(&sem, 1);
    rc = cosy_semaphore_acquire(&sem, 1, COSY_NOW);
    say("%s", code_name(rc));
    return 0;
}

/* ---- fairness ---- */

static int greedy(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
        cosy_semaphore_release(&sem, 1);
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
    fresh(1, 1);
    cosy_task *a = start(greedy, &stop, "a"), *b = start(stopper, &stop, "b");
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
    fresh(1, 1);
    cosy_task *a = start(speaker, NULL, "a");
    cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    count();
    return join(a);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_semaphore_init(NULL, 1, 1, "S")));
    say("%s", code_name(cosy_semaphore_init(&sem, -1, 1, "S")));
    say("%s", code_name(cosy_semaphore_init(&sem, 0, 0, "S")));
    say("%s", code_name(cosy_semaphore_init(&sem, 2, 1, NULL)));
    say("%s", code_name(cosy_semaphore_destroy(NULL)));
    return 0;
}

static int bad_numbers(void *arg)
{
    (void)arg;
    fresh(0, 3);
    say("%s", code_name(cosy_semaphore_acquire(NULL, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, 0, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, -1, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire(&sem, 4, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_acquire_begin(&sem, 4, &cosy_self()->wait)));
    say("%s", code_name(cosy_semaphore_try(&sem, 0)));
    say("%s", code_name(cosy_semaphore_release(NULL, 1)));
    say("%s", code_name(cosy_semaphore_release(&sem, 0)));
    say("%s", code_name(cosy_semaphore_release(&sem, INT32_MIN)));
    return 0;
}

static int over_release(void *arg)
{
    (void)arg;
    fresh(1, 3);
    say("%s", code_name(cosy_semaphore_release(&sem, 3)));
    count();
    say("%s", code_name(cosy_semaphore_release(&sem, 2)));
    say("%s", code_name(cosy_semaphore_release(&sem, 1)));
    count();
    fresh(1, COSY_SEMAPHORE_MAX);
    say("%s", code_name(cosy_semaphore_release(&sem, COSY_SEMAPHORE_MAX)));
    count();
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh(1, 1);
    say("%s", code_name(cosy_semaphore_acquire(&sem, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_semaphore_try(&sem, 1)));
    say("%s", code_name(cosy_semaphore_try(&sem, 1)));
    say("%s", code_name(cosy_semaphore_release(&sem, 1)));
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(0, 1);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_semaphore_destroy(&sem)));
    cosy_semaphore_release(&sem, 1);
    join(a);
    return cosy_semaphore_destroy(&sem);
}

static cosy_semaphore plain = COSY_SEMAPHORE_INIT("plain", 2), bounded = COSY_SEMAPHORE_INIT_BOUNDED("bounded", 1, 1);

static int static_ones(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_semaphore_acquire(&plain, 2, COSY_NOW)));
    say("%s", code_name(cosy_semaphore_release(&plain, 3)));
    say("%s", code_name(cosy_semaphore_release(&bounded, 1)));
    return 0;
}

static const test_row rows[] = {
    {"permits go round in order of arrival", two_at_a_time,
     "a OK at 0; b OK at 0; c OK at 10; d OK at 10; e OK at 20; count 2"},
    {"nobody overtakes who is queued or granted", no_overtaking,
     "queued: try EAGAIN; granted: try EAGAIN, now EAGAIN; a OK; b OK"},
    {"who releases and acquires in one step goes behind whom he served", release_and_acquire,
     "count 0; a OK; b OK; main OK; count 0"},
    {"permits are over while somebody is granted and has not run", surplus,
     "try EAGAIN, now EAGAIN; a OK; main OK; count 1; try OK"},
    {"the same with selects", surplus_selects, "a OK; main OK; b OK; c OK; main OK"},
    {"nobody takes it twice in a row while others wait", rounds, "a; b; c; a; b; c"},
    {"acquire of a free permit and release do not switch", does_not_switch, "acquired; released; a OK"},

    {"a large request at the head holds smaller ones back", head_blocks, "count 0; try EAGAIN; a OK; count 0; b OK"},
    {"who was granted by another semaphore is not waited for", granted_elsewhere, "a OK; main OK; b OK"},
    {"a head that times out lets those behind it be looked at", head_times_out,
     "b OK; a ETIMEDOUT; at 5; count 0; c OK; d OK"},
    {"a head that is cancelled lets the next go in the same step", head_cancelled, "count 0; b OK; a ECANCELED"},
    {"a head that is refused blocks nobody", head_refused, "main ETIMEDOUT; count 2"},
    {"a release grants as many as it serves, in order", many_granted,
     "2 left over for c; a OK; b OK; c OK; d OK; count 0"},

    {"cancel while queued", cancel_queued, "b ECANCELED; a ECANCELED; c OK; d ECANCELED; count 1"},
    {"cancel after the grant: its permits serve the next ones in the same step", cancel_granted,
     "d waits; a ECANCELED; b OK; c OK; d ECANCELED"},
    {"cancel after the grant with nobody else: the permits are free", cancel_granted_alone,
     "count 0; count 2; a ECANCELED"},
    {"cancel after it has run", cancel_resumed, "a OK; a OK; a ECANCELED; try EAGAIN"},
    {"an overruled grant does not lift the count above the limit", over_released, "OK; count 1; a ECANCELED"},
    {"an overruled grant does not overflow the count", over_released_unbounded, "OK; full; a ECANCELED"},

    {"timeout in the middle of the line", times_out, "b ETIMEDOUT; at 10; a OK; c OK"},
    {"a release that ties with the deadline wins", ties, "a OK"},
    {"a release that comes after the deadline serves the next", one_of_two, "a ETIMEDOUT; b OK"},
    {"a deadline in the past and COSY_NOW", in_the_past, "OK; ETIMEDOUT, not queued; EAGAIN; OK"},

    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"checkpoint = always: such a call is a scheduling point", with_checkpoint, "a ran; count 0",
     .options = {.checkpoint = true}},

    {"NULL, negative permits, no limit, limit below permits", with_nonsense,
     "cosy_semaphore_init(S) by main: EINVAL; EINVAL; cosy_semaphore_init(S) by main: EINVAL; EINVAL; "
     "cosy_semaphore_init(S) by main: EINVAL; EINVAL; cosy_semaphore_init((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_semaphore_destroy(NULL) by main: EINVAL; EINVAL"},
    {"n of zero, negative, above the limit", bad_numbers,
     "cosy_semaphore_acquire(NULL) by main: EINVAL; EINVAL; cosy_semaphore_acquire(S) by main: EINVAL; EINVAL; "
     "cosy_semaphore_acquire(S) by main: EINVAL; EINVAL; cosy_semaphore_acquire(S) by main: EOVER; EOVER; "
     "cosy_semaphore_acquire_begin(S) by main: EOVER; EOVER; cosy_semaphore_try(S) by main: EINVAL; EINVAL; "
     "cosy_semaphore_release(NULL) by main: EINVAL; EINVAL; cosy_semaphore_release(S) by main: EINVAL; EINVAL; "
     "cosy_semaphore_release(S) by main: EINVAL; EINVAL"},
    {"over-release is refused and releases nothing", over_release,
     "cosy_semaphore_release(S) by main: EOVER; EOVER; count 1; OK; cosy_semaphore_release(S) by main: EOVER; EOVER; "
     "count 3; cosy_semaphore_release(S) by main: EOVER; EOVER; count 1"},
    {"outside a task: try and release work", outside,
     "cosy_semaphore_acquire(S) by (no task): ENOTASK; ENOTASK; OK; EAGAIN; OK", .without_loop = true},
    {"destroy with waiters is refused", destroy_used,
     "cosy_semaphore_destroy(S) by main: EBUSY, see a; EBUSY; a OK"},
    {"static initialisers", static_ones, "OK; OK; cosy_semaphore_release(bounded) by main: EOVER; EOVER"},
};

int main(void)
{
    return TEST_ROWS("semaphore", rows);
}
