/* Watch: contract rules 1 (all who wait are let go, in order of arrival), 2 (the latest value is never missed, whenever a
 * cancel comes), 3 (deadlines), 4 (fairness), 7 (misuse); RULE h: close.
 *
 * The object's invariants are looked at after each step of the scenarios: valid(). */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static int number;
static cosy_watch watch;

static void fresh(int first)
{
    number = first;
    memset(&watch, 0xee, sizeof watch);
    cosy_watch_init(&watch, &number, sizeof number, "W");
}

static void valid(void)
{
    const char *wrong = cosy_watch_check(&watch);
    if (wrong)
        say("%s", wrong);
}

static int set(int value)
{
    int rc = cosy_watch_set(&watch, &value);
    valid();
    return rc;
}

static void cancel(cosy_task *task)
{
    cosy_cancel(task, NULL);
    valid();
}

static int next_until(cosy_watcher *watcher, cosy_time deadline)
{
    int value = -1;
    int rc = cosy_watch_next(watcher, &value, deadline);
    valid();
    if (rc == COSY_OK)
        say("%s sees %d", ME, value);
    else
        say("%s %s", ME, code_name(rc));
    return rc;
}

/* Tries, and says what there is. */
static void attempt(cosy_watcher *watcher)
{
    int value = -1;
    int rc = cosy_watch_try(watcher, &value);
    valid();
    if (rc == COSY_OK)
        say("there is %d", value);
    else
        say("there is %s", code_name(rc));
}

/* Sees one value with a watcher of its own. */
static int viewer(void *deadline)
{
    cosy_watcher mine;
    cosy_watch_open(&mine, &watch);
    next_until(&mine, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    return 0;
}

/* Sees one value with a watcher of the scenario. */
static int viewer_with(void *watcher)
{
    return next_until(watcher, COSY_FOREVER) ? 1 : 0;
}

static int viewer_for_good(void *arg)
{
    cosy_watcher mine;
    (void)arg;
    cosy_watch_open(&mine, &watch);
    while (next_until(&mine, COSY_FOREVER) == COSY_OK)
        ;
    return 0;
}

static cosy_time far_away = INT64_C(3600000000000);

/* ---- values ---- */

static int latest(void *arg)
{
    int value = 0;
    cosy_watcher w;
    (void)arg;
    fresh(7);
    memset(&w, 0xee, sizeof w);
    cosy_watch_open(&w, &watch);
    next_until(&w, COSY_NOW);
    say("changed %d", cosy_watch_changed(&w));
    attempt(&w);
    set(1);
    set(2);
    set(3);
    say("changed %d, version %u", cosy_watch_changed(&w), cosy_watch_version(&watch));
    next_until(&w, COSY_FOREVER);
    say("changed %d", cosy_watch_changed(&w));
    attempt(&w);
    cosy_watch_get(&watch, &value);
    say("%d", value);
    return cosy_watch_destroy(&watch);
}

/* A value that is equal to the last one is news all the same. */
static int same_again(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(1);
    cosy_watch_open(&w, &watch);
    set(1);
    attempt(&w);
    number = 5; /* in place */
    cosy_watch_set(&watch, &number);
    attempt(&w);
    return 0;
}

static int get_is_no_look(void *arg)
{
    int value = 0;
    cosy_watcher w;
    (void)arg;
    fresh(1);
    cosy_watch_open(&w, &watch);
    set(2);
    cosy_watch_get(&watch, &value);
    say("%d, changed %d", value, cosy_watch_changed(&w));
    return 0;
}

/* Each watcher has a view of its own. */
static int views(void *arg)
{
    cosy_watcher v, w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&v, &watch);
    set(1);
    cosy_watch_open(&w, &watch);
    say("%d %d", cosy_watch_changed(&v), cosy_watch_changed(&w));
    attempt(&v);
    set(2);
    set(3);
    attempt(&v);
    attempt(&w);
    return 0;
}

/* Without a place for the value: it is looked at where it lies. */
static int no_place(void *watcher)
{
    int rc = cosy_watch_next(watcher, NULL, COSY_FOREVER);
    say("%s %s, %d", ME, code_name(rc), number);
    return 0;
}

static int without_place(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(no_place, &w, "a");
    settle(1);
    set(4);
    join(a);
    set(5);
    return no_place(&w);
}

static unsigned char room[24 + 1], big[24];
static uint32_t size;

static int big_viewer(void *place)
{
    cosy_watcher mine;
    cosy_watch_open(&mine, &watch);
    return cosy_watch_next(&mine, place, COSY_FOREVER);
}

static int sizes(void *arg)
{
    unsigned char got[3][24 + 1];
    cosy_watcher w;
    size = *(uint32_t *)arg;
    memset(room, 0xee, sizeof room);
    memset(got, 0xee, sizeof got);
    for (int i = 0; i < 24; i++)
        big[i] = (unsigned char)(i + 1);
    cosy_watch_init(&watch, room, size, "W");
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(big_viewer, got[0], "a");
    settle(1);
    cosy_watch_set(&watch, big);
    join(a);
    cosy_watch_try(&w, got[1]);
    cosy_watch_get(&watch, got[2]);
    bool right = room[size] == 0xee;
    for (int i = 0; i < 3; i++)
        right = right && !memcmp(got[i], big, size) && got[i][size] == 0xee;
    say("%s", right ? "right" : "wrong");
    return 0;
}

/* Versions are compared, not counted: they may wrap. */
static int wraps(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    watch.version = UINT32_MAX;
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    set(1);
    say("version %u", cosy_watch_version(&watch));
    cancel(a);
    join(a);
    attempt(&w);
    attempt(&w);
    return 0;
}

/* ---- order ---- */

static int all_in_order(void *deadline)
{
    (void)deadline;
    fresh(0);
    cosy_task *a = start(viewer, NULL, "a"), *b = start(viewer, deadline, "b"), *c = start(viewer, NULL, "c");
    settle(1);
    set(1);
    say("set, %s", watch.waiters.head ? "somebody waits" : "nobody waits");
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return 0;
}

/* Who was let go by the first set gets that value, and the second at the next call. */
static int twice_in_a_step(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(viewer_for_good, NULL, "a"), *b = start(viewer_for_good, NULL, "b");
    settle(1);
    set(1);
    set(2);
    set(3);
    settle(1);
    cosy_watch_close(&watch);
    join(a);
    return join(b);
}

static int does_not_switch(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer, NULL, "a");
    set(1);
    say("set");
    next_until(&w, COSY_FOREVER);
    settle(1);
    set(2);
    say("set");
    return join(a);
}

/* ---- cancel ---- */

static int cancel_queued(void *deadline)
{
    fresh(0);
    cosy_task *t[] = {start(viewer, deadline, "a"), start(viewer, deadline, "b"), start(viewer, deadline, "c"),
                      start(viewer, deadline, "d")};
    settle(1);
    cancel(t[1]);
    cancel(t[0]);
    cancel(t[3]);
    set(1);
    join(t[0]);
    join(t[1]);
    join(t[3]);
    return join(t[2]);
}

/* A watcher whose task was cancelled while queued has seen what it had, and waits anew. */
static int queued_then_again(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    cancel(a);
    join(a);
    attempt(&w);
    a = start(viewer_with, &w, "a");
    settle(1);
    set(1);
    return join(a);
}

/* Who is cancelled before it has run has seen nothing: the value is there for the next call. */
static int cancel_granted(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a"), *b = start(viewer, NULL, "b");
    settle(1);
    set(1);
    cancel(a);
    say("changed %d", cosy_watch_changed(&w));
    join(a);
    join(b);
    attempt(&w);
    attempt(&w);
    return 0;
}

/* More was set since the grant: the latest is there, once. */
static int set_since(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    set(1);
    set(2);
    set(3);
    cancel(a);
    join(a);
    attempt(&w);
    attempt(&w);
    return 0;
}

/* It was closed since the grant: the last value is there, then it is closed. */
static int closed_since(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    set(1);
    cosy_watch_close(&watch);
    valid();
    cancel(a);
    join(a);
    next_until(&w, COSY_FOREVER);
    next_until(&w, COSY_FOREVER);
    return 0;
}

static int canceller(void *task)
{
    cancel(task);
    say("%s", watch.waiters.head ? "somebody waits" : "nobody waits");
    return 0;
}

static int closer(void *task)
{
    cosy_watch_close(&watch);
    return canceller(task);
}

/* The watcher went into other hands between the grant and the cancel: who waits with it now gets the value. */
static int in_other_hands(void *close)
{
    cosy_watcher w;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    cosy_task *b = start(viewer_with, &w, "b"), *c = start(close ? closer : canceller, a, "c");
    set(1); /* b and c run before a */
    join(c);
    join(a);
    join(b);
    attempt(&w);
    return 0;
}

static int then_waits(void *watcher)
{
    next_until(watcher, COSY_FOREVER);
    cosy_cancel(cosy_self(), NULL);
    set(2);
    next_until(watcher, COSY_FOREVER); /* unseen: completes at once */
    next_until(watcher, COSY_FOREVER);
    set(3);
    attempt(watcher);
    return 0;
}

static int cancel_resumed(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(then_waits, &w, "a");
    settle(1);
    set(1);
    return join(a);
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    cosy_time ten = cosy_ms(10);
    (void)arg;
    fresh(0);
    cosy_task *a = start(viewer, NULL, "a"), *b = start(viewer, &ten, "b"), *c = start(viewer, NULL, "c");
    join(b);
    valid();
    say("at %d", at_ms());
    set(1);
    join(a);
    return join(c);
}

static int ties(void *arg)
{
    cosy_time ten = cosy_ms(10);
    (void)arg;
    fresh(0);
    cosy_task *a = start(viewer, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    set(1);
    return join(a);
}

static int in_the_past(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_sleep(cosy_ms(2));
    next_until(&w, cosy_ms(1));
    next_until(&w, COSY_NOW);
    say("%s", watch.waiters.head || w.wait ? "queued" : "not queued");
    set(1);
    next_until(&w, cosy_ms(1));
    set(2);
    next_until(&w, COSY_NOW);
    next_until(&w, COSY_NOW);
    return 0;
}

/* ---- close ---- */

static int closes(void *arg)
{
    cosy_watcher v, w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&v, &watch);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &v, "a"), *b = start(viewer, &far_away, "b");
    settle(1);
    set(1);
    join(a);
    join(b);
    a = start(viewer_with, &v, "a");
    b = start(viewer, &far_away, "b");
    settle(1);
    say("close %s", code_name(cosy_watch_close(&watch)));
    valid();
    cancel(a); /* too late: closed it is */
    join(a);
    join(b);
    say("set %s, %d", code_name(set(2)), number);
    next_until(&w, COSY_FOREVER); /* had not seen the last value */
    next_until(&w, COSY_FOREVER);
    attempt(&w);
    say("again %s", code_name(cosy_watch_close(&watch)));
    cosy_watch_open(&w, &watch);
    next_until(&w, COSY_FOREVER);
    return cosy_watch_destroy(&watch);
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_watcher watcher;
    int value;
    int seen;
    bool open;
};

/* Sees values until it is closed. */
static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->open) {
        m->open = true;
        cosy_watch_open(&m->watcher, &watch);
    } else if (rc == COSY_OK) {
        say("%s sees %d", ME, m->value);
    }
    while (rc == COSY_OK) {
        rc = cosy_watch_next_begin(&m->watcher, &m->value, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_OK)
            say("%s sees %d at once", ME, m->value);
    }
    if (rc == COSY_WAITING)
        return;
    valid();
    say("%s %s", ME, code_name(rc));
    cosy_task_end(task, rc);
}

static struct machine machines[2];

static cosy_task *machine(int i, const char *name)
{
    machines[i] = (struct machine){.open = false};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int stackless(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *s = machine(0, "s"), *a = start(viewer, NULL, "a"), *t = machine(1, "t");
    settle(1);
    set(1);
    cancel(t);
    join(t);
    join(a);
    attempt(&machines[1].watcher);
    set(2);
    set(3);
    settle(1);
    cosy_watch_close(&watch);
    join(s);
    return 0;
}

/* ---- nobody misses the last, whatever happens ---- */

enum { CROWD = 5, ROUNDS = 2000 };
static int last_seen[CROWD], backwards;

static uint32_t dice(void)
{
    static uint32_t x = 1;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

static cosy_watcher crowd[CROWD];

static int reader(void *arg)
{
    int i = *(int *)arg, value, rc;
    for (;;) {
        rc = cosy_watch_next(&crowd[i], &value, dice() % 3 ? COSY_FOREVER : cosy_in(dice() % 3));
        if (rc == COSY_OK) {
            backwards += value <= last_seen[i];
            last_seen[i] = value;
        } else if (rc != COSY_ETIMEDOUT) {
            return rc;
        }
        if (dice() % 3 == 0 && cosy_sleep(dice() % 3))
            return COSY_ECANCELED;
    }
}

static int the_last(void *arg)
{
    static int id[CROWD];
    cosy_task *t[CROWD];
    int wrong = 0, right = 0, cancelled = 0;
    (void)arg;
    fresh(0);
    backwards = 0;
    for (int i = 0; i < CROWD; i++) {
        id[i] = i;
        last_seen[i] = 0;
        cosy_watch_open(&crowd[i], &watch);
        t[i] = start(reader, &id[i], "reader");
    }
    for (int round = 1; round <= ROUNDS; round++) {
        int i = (int)(dice() % CROWD);
        cosy_sleep(dice() % 3);
        set(round);
        if (dice() % 2) {
            cosy_cancel(t[i], NULL); /* granted, often */
            wrong += cosy_watch_check(&watch) != NULL;
            cancelled += join(t[i]) == COSY_ECANCELED;
            t[i] = start(reader, &id[i], "reader");
        }
    }
    for (int i = 0; i < CROWD; i++)
        if (dice() % 2)
            cosy_cancel(t[i], NULL);
    cosy_watch_close(&watch);
    for (int i = 0; i < CROWD; i++) {
        join(t[i]);
        if (cosy_watch_changed(&crowd[i]))
            cosy_watch_try(&crowd[i], &last_seen[i]);
        right += last_seen[i] == ROUNDS;
    }
    say("%d wrong, %d backwards, %d right, %s", wrong, backwards, right,
        cancelled > ROUNDS / 4 ? "many were cancelled" : "few were cancelled");
    return cosy_watch_destroy(&watch);
}

/* ---- fairness ---- */

static int polite(void *stop)
{
    cosy_watcher mine;
    int n = 0, value = 0;
    cosy_watch_open(&mine, &watch);
    while (!*(bool *)stop && n < 100000) {
        cosy_watch_set(&watch, &n);
        cosy_watch_next(&mine, &value, COSY_FOREVER);
        n++;
    }
    return n;
}

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
}

static int fair(void *closed)
{
    static bool stop;
    stop = false;
    fresh(0);
    if (closed)
        cosy_watch_close(&watch);
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
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    set(1);
    cosy_task *a = start(speaker, NULL, "a");
    next_until(&w, COSY_FOREVER);
    return join(a);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    int value = 0;
    cosy_watcher w = {NULL, NULL, NULL, 0}, v;
    (void)arg;
    fresh(0);
    cosy_watch_open(&v, &watch);
    say("%s", code_name(cosy_watch_init(NULL, &number, sizeof number, "W")));
    say("%s", code_name(cosy_watch_init(&watch, NULL, sizeof number, "W")));
    say("%s", code_name(cosy_watch_init(&watch, &number, 0, NULL)));
    say("%s", code_name(cosy_watch_set(NULL, &value)));
    say("%s", code_name(cosy_watch_set(&watch, NULL)));
    say("%s", code_name(cosy_watch_get(NULL, &value)));
    say("%s", code_name(cosy_watch_get(&watch, NULL)));
    say("%s", code_name(cosy_watch_open(NULL, &watch)));
    say("%s", code_name(cosy_watch_open(&w, NULL)));
    say("%s", code_name(cosy_watch_next(NULL, &value, COSY_NOW)));
    say("%s", code_name(cosy_watch_next(&w, &value, COSY_NOW)));
    say("%s", code_name(cosy_watch_next_begin(&w, &value, &cosy_self()->wait)));
    say("%s", code_name(cosy_watch_next_begin(&v, &value, NULL)));
    say("%s", code_name(cosy_watch_try(NULL, &value)));
    say("%s", code_name(cosy_watch_close(NULL)));
    say("%s", code_name(cosy_watch_destroy(NULL)));
    say("%s, version %u", cosy_watch_check(NULL) ? "wrong" : "unchanged", cosy_watch_version(&watch));
    return 0;
}

/* One task at a time waits with a watcher. */
static int two_with_one(void *arg)
{
    int value;
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    next_until(&w, COSY_FOREVER);
    say("%s", code_name(cosy_watch_next_begin(&w, &value, &cosy_self()->wait)));
    valid();
    set(1);
    return join(a);
}

static int outside(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    set(1);
    say("%s", code_name(cosy_watch_next(&w, NULL, COSY_NOW)));
    attempt(&w);
    attempt(&w);
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(viewer, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_watch_destroy(&watch)));
    set(1);
    say("%s", code_name(cosy_watch_destroy(&watch)));
    return join(a);
}

static struct pair {
    int x, y;
} pair = {1, 2};
static cosy_watch ready_made = COSY_WATCH_INIT("static", pair);

static int static_one(void *arg)
{
    struct pair one = {3, 4}, got = {0, 0};
    cosy_watcher w;
    (void)arg;
    cosy_watch_get(&ready_made, &got);
    say("%d %d", got.x, got.y);
    cosy_watch_open(&w, &ready_made);
    cosy_watch_set(&ready_made, &one);
    cosy_watch_try(&w, &got);
    say("%d %d, %d %d", got.x, got.y, pair.x, pair.y);
    say("%s", code_name(cosy_watch_set(&ready_made, NULL)));
    return cosy_watch_destroy(&ready_made);
}

/* What a deadlock report would say; and what the check is for: the object is spoilt on purpose. */
static int spoilt(void *arg)
{
    cosy_watcher w;
    (void)arg;
    fresh(0);
    cosy_watch_open(&w, &watch);
    cosy_task *a = start(viewer_with, &w, "a");
    settle(1);
    say("%s %s", a->wait.ops->what, a->wait.ops->name(&a->wait));
    watch.version++;
    valid();
    watch.version--;
    watch.closed = 1;
    valid();
    watch.closed = 0;
    w.wait = NULL;
    valid();
    w.wait = &a->wait;
    w.watch = NULL;
    valid();
    w.watch = &watch;
    a->wait.state = COSY_CANCELLED;
    valid();
    a->wait.state = COSY_QUEUED;
    watch.size = 0;
    valid();
    watch.size = sizeof number;
    watch.value = NULL;
    valid();
    watch.value = &number;
    set(1);
    return join(a);
}

static uint32_t one_byte = 1, three_bytes = 3, eight_bytes = 8, all_bytes = 24;

static const test_row rows[] = {
    {"the latest value, once; those before it are skipped", latest,
     "main EAGAIN; changed 0; there is EAGAIN; changed 1, version 3; main sees 3; changed 0; there is EAGAIN; 3"},
    {"an equal value is news, and so is one changed in place", same_again, "there is 1; there is 5"},
    {"to get the value is not to have seen it", get_is_no_look, "2, changed 1"},
    {"each watcher has its own view", views, "1 0; there is 1; there is 3; there is 3"},
    {"without a place for the value", without_place, "a OK, 4; main OK, 5"},
    {"values of 1 byte", sizes, "right", &one_byte},
    {"values of 3 bytes", sizes, "right", &three_bytes},
    {"values of 8 bytes", sizes, "right", &eight_bytes},
    {"values of 24 bytes", sizes, "right", &all_bytes},
    {"versions wrap", wraps, "version 0; a ECANCELED; there is 1; there is EAGAIN"},

    {"a set lets all go, in order of arrival", all_in_order,
     "set, nobody waits; a sees 1; b sees 1; c sees 1; no timer left"},
    {"a set lets all go, in order of arrival (timers)", all_in_order,
     "set, nobody waits; a sees 1; b sees 1; c sees 1; no timer left", &far_away},
    {"sets in one step: the one that let it go, then the latest", twice_in_a_step,
     "a sees 1; a sees 3; b sees 1; b sees 3; a ECLOSED; b ECLOSED"},
    {"set, and next of what is unseen, do not switch", does_not_switch, "set; main sees 1; set; a sees 2"},

    {"cancel while queued: head, middle and tail", cancel_queued, "b ECANCELED; a ECANCELED; d ECANCELED; c sees 1"},
    {"cancel while queued: head, middle and tail (timers)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c sees 1", &far_away},
    {"a watcher waits again after a cancel while queued", queued_then_again, "a ECANCELED; there is EAGAIN; a sees 1"},
    {"cancel after the grant: the value is unseen", cancel_granted,
     "changed 1; a ECANCELED; b sees 1; there is 1; there is EAGAIN"},
    {"set again between grant and cancel: the latest is unseen, once", set_since,
     "a ECANCELED; there is 3; there is EAGAIN"},
    {"closed between grant and cancel: the last is unseen, then closed", closed_since,
     "a ECANCELED; main sees 1; main ECLOSED"},
    {"the watcher in other hands between grant and cancel", in_other_hands,
     "nobody waits; a ECANCELED; b sees 1; there is EAGAIN"},
    {"the watcher in other hands between grant and cancel, and closed", in_other_hands,
     "nobody waits; a ECANCELED; b ECLOSED; there is 1", "close"},
    {"cancel after it has run", cancel_resumed, "a sees 1; a sees 2; a ECANCELED; there is 3"},

    {"timeout in the middle of the line", times_out, "b ETIMEDOUT; at 10; a sees 1; c sees 1"},
    {"a set that ties with the deadline wins", ties, "a sees 1"},
    {"a deadline in the past and COSY_NOW", in_the_past,
     "main ETIMEDOUT; main EAGAIN; not queued; main sees 1; main sees 2; main EAGAIN"},

    {"close: who waits has seen all; who has not sees the last", closes,
     "a sees 1; b sees 1; close OK; a ECLOSED; b ECLOSED; set ECLOSED, 1; main sees 1; main ECLOSED; there is ECLOSED; "
     "again OK; main ECLOSED"},

    {"stackless tasks beside coroutines", stackless,
     "s sees 1; a sees 1; t ECANCELED; there is 1; s sees 2; s sees 3 at once; s ECLOSED"},
    {"random sets and cancels: nobody misses the last, nobody goes back", the_last,
     "0 wrong, 0 backwards, 5 right, many were cancelled"},

    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"calls that fail because it is closed do not starve others", fair, "others ran in time", "closed"},
    {"checkpoint = always: such a call is a scheduling point", with_checkpoint, "a ran; main sees 1",
     .options = {.checkpoint = true}},

    {"NULL, no size, not open", with_nonsense,
     "cosy_watch_init(W) by main: EINVAL; EINVAL; cosy_watch_init(W) by main: EINVAL; EINVAL; "
     "cosy_watch_init((unnamed)) by main: EINVAL; EINVAL; cosy_watch_set(NULL) by main: EINVAL; EINVAL; "
     "cosy_watch_set(W) by main: EINVAL; EINVAL; cosy_watch_get(NULL) by main: EINVAL; EINVAL; "
     "cosy_watch_get(W) by main: EINVAL; EINVAL; cosy_watch_open(W) by main: EINVAL; EINVAL; "
     "cosy_watch_open(NULL) by main: EINVAL; EINVAL; cosy_watch_next(NULL) by main: EINVAL; EINVAL; "
     "cosy_watch_next(NULL) by main: EINVAL; EINVAL; cosy_watch_next_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_watch_next_begin(NULL) by main: EINVAL; EINVAL; cosy_watch_try(NULL) by main: EINVAL; EINVAL; "
     "cosy_watch_close(NULL) by main: EINVAL; EINVAL; cosy_watch_destroy(NULL) by main: EINVAL; EINVAL; "
     "unchanged, version 0"},
    {"a second task with the same watcher is refused", two_with_one,
     "cosy_watch_next(W) by main: EBUSY, see a; main EBUSY; cosy_watch_next_begin(W) by main: EBUSY, see a; EBUSY; "
     "a sees 1"},
    {"outside a task: all but next works", outside,
     "cosy_watch_next(W) by (no task): ENOTASK; ENOTASK; there is 1; there is EAGAIN", .without_loop = true},
    {"destroy with waiters is refused, after the set it is not", destroy_used,
     "cosy_watch_destroy(W) by main: EBUSY, see a; EBUSY; OK; a sees 1"},
    {"static initialiser", static_one, "1 2; 3 4, 3 4; cosy_watch_set(static) by main: EINVAL; EINVAL"},
    {"reports name it, and the check finds what is wrong", spoilt,
     "watch W; a task waits for a watch that has a value it has not seen; a task waits for a watch that is closed; "
     "a task waits for a watch with a watcher that knows nothing of it; "
     "a task waits for a watch with a watcher that knows nothing of it; a node in a wait list does not wait; "
     "a watch has no value; a watch has no value; a sees 1"},
};

int main(void)
{
    return TEST_ROWS("watch", rows);
}
