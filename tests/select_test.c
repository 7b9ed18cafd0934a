/* Select: contract section 2 (arms are wait nodes like any other), rules 1 (an arm keeps its place and overtakes nobody),
 * 2 (a cancelled winner passes its grant on, losers take nothing), 3 (deadlines, time as an arm), 4 (the countdown), 7
 * (misuse). Most rows are run for every kind of arm: the argument says which.
 */
#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ME cosy_task_name(cosy_self())

/* ---- one of each kind; whatever it is, it can be served once ---- */

static cosy_lock lock;
static cosy_event event, other;
static cosy_semaphore sem;
static cosy_barrier barrier;
static cosy_queue getq, putq;
static cosy_chain chain;
static cosy_rwlock rw;
static cosy_limiter limiter;
static cosy_once once;
static cosy_future future;
static cosy_flags flags;
static cosy_watch watch;
static cosy_broadcast broadcast;
static cosy_waitgroup waitgroup;
static cosy_signal signal_;
static int get_room[2], put_room[1], watch_room, broadcast_room[2], number = 7;
static cosy_link link_;

/* Who waits: places and the like that an arm needs. */
typedef struct places {
    int item;
    void *value;
    cosy_link *link;
    uint32_t missed;
    cosy_permit permit;
    cosy_watcher watcher;
    cosy_receiver receiver;
    cosy_flags_want want;
} places;

typedef struct kind {
    const char *name;
    cosy_arm (*arm)(places *p);
    void (*serve)(void);         /* lets one waiter go */
    void (*give_back)(places *p); /* what a winner does when it is done; NULL: nothing */
    bool (*idle)(void);          /* nobody waits, nothing is taken */
    bool all;                    /* serving lets all go */
    bool stands;                 /* a cancel does not take the grant back */
} kind;

static cosy_permit held;

static cosy_arm arm_lock(places *p) { (void)p; return cosy_arm_lock(&lock); }
static void serve_lock(void) { cosy_lock_release(&lock); }
static void back_lock(places *p) { (void)p; cosy_lock_release(&lock); }
static bool idle_lock(void) { return !cosy_lock_check(&lock) && !lock.owner; }

static cosy_arm arm_event(places *p) { (void)p; return cosy_arm_event(&event); }
static void serve_event(void) { cosy_event_set(&event, NULL); }
static bool idle_event(void) { return !cosy_event_check(&event) && !event.waiters.head; }

static cosy_arm arm_sem(places *p) { (void)p; return cosy_arm_semaphore(&sem, 2); }
static void serve_sem(void) { cosy_semaphore_release(&sem, 2); }
static void back_sem(places *p) { (void)p; cosy_semaphore_release(&sem, 2); }
static bool idle_sem(void) { return !cosy_semaphore_check(&sem) && !sem.waiters.head; }

static cosy_arm arm_barrier(places *p) { (void)p; return cosy_arm_barrier(&barrier); }
static void serve_barrier(void) { cosy_barrier_wait(&barrier, COSY_NOW); }
static bool idle_barrier(void) { return !cosy_barrier_check(&barrier) && !barrier.waiters.head && !barrier.arrived; }

static cosy_arm arm_get(places *p) { return cosy_arm_get(&getq, &p->item); }
static void serve_get(void) { cosy_queue_try_put(&getq, &number); }
static bool idle_get(void) { return !cosy_queue_check(&getq) && !getq.getters.head; }

static cosy_arm arm_put(places *p) { (void)p; return cosy_arm_put(&putq, &number); }
static void serve_put(void) { int gone; cosy_queue_try_get(&putq, &gone); }
static bool idle_put(void) { return !cosy_queue_check(&putq) && !putq.putters.head; }

static cosy_arm arm_chain(places *p) { return cosy_arm_chain(&chain, &p->link); }
static void serve_chain(void) { cosy_chain_put(&chain, &link_); }
static bool idle_chain(void) { return !cosy_chain_check(&chain) && !chain.getters.head; }

static cosy_arm arm_read(places *p) { (void)p; return cosy_arm_rwlock_read(&rw); }
static void serve_rw(void) { cosy_rwlock_write_release(&rw); }
static void back_read(places *p) { (void)p; cosy_rwlock_read_release(&rw); }
static cosy_arm arm_write(places *p) { (void)p; return cosy_arm_rwlock_write(&rw); }
static void back_write(places *p) { (void)p; cosy_rwlock_write_release(&rw); }
static bool idle_rw(void) { return !cosy_rwlock_check(&rw) && cosy_rwlock_destroy(&rw) == COSY_OK; }

static cosy_arm arm_limiter(places *p) { return cosy_arm_limiter(&limiter, &p->permit); }
static void serve_limiter(void) { cosy_limiter_release(&held); }
static void back_limiter(places *p) { cosy_limiter_release(&p->permit); }
static bool idle_limiter(void) { return !cosy_limiter_check(&limiter) && cosy_limiter_destroy(&limiter) == COSY_OK; }

static cosy_arm arm_once(places *p) { (void)p; return cosy_arm_once(&once); }
static void serve_once(void) { cosy_once_leave(&once, COSY_ECLOSED); } /* the turn goes to the next */
static void back_once(places *p) { (void)p; if (cosy_once_runner(&once) == cosy_self()) cosy_once_leave(&once, 0); }
static bool idle_once(void) { return !cosy_once_check(&once) && cosy_once_destroy(&once) == COSY_OK; }

static cosy_arm arm_future(places *p) { return cosy_arm_future(&future, &p->value); }
static void serve_future(void) { cosy_future_set(&future, &number); }
static bool idle_future(void) { return !cosy_future_check(&future) && cosy_future_destroy(&future) == COSY_OK; }

static cosy_arm arm_flags(places *p)
{
    p->want.mask = 5;
    p->want.how = COSY_FLAGS_ALL | COSY_FLAGS_CLEAR;
    return cosy_arm_flags(&flags, &p->want);
}
static void serve_flags(void) { cosy_flags_set(&flags, 7); }
static bool idle_flags(void) { return !cosy_flags_check(&flags) && cosy_flags_destroy(&flags) == COSY_OK; }

static cosy_arm arm_watch(places *p) { cosy_watch_open(&p->watcher, &watch); return cosy_arm_watch(&p->watcher, &p->item); }
static void serve_watch(void) { cosy_watch_set(&watch, &number); }
static bool idle_watch(void) { return !cosy_watch_check(&watch) && cosy_watch_destroy(&watch) == COSY_OK; }

static cosy_arm arm_broadcast(places *p)
{
    cosy_broadcast_join(&p->receiver, &broadcast);
    return cosy_arm_broadcast(&p->receiver, &p->item, &p->missed);
}
static void serve_broadcast(void) { cosy_broadcast_send(&broadcast, &number); }
static void leave_broadcast(places *p) { cosy_broadcast_leave(&p->receiver); }
static bool idle_broadcast(void) { return !cosy_broadcast_check(&broadcast); }

static cosy_arm arm_waitgroup(places *p) { (void)p; return cosy_arm_waitgroup(&waitgroup); }
static void serve_waitgroup(void) { cosy_waitgroup_done(&waitgroup); }
static bool idle_waitgroup(void) { return !cosy_waitgroup_check(&waitgroup) && cosy_waitgroup_destroy(&waitgroup) == COSY_OK; }

static cosy_arm arm_signal(places *p) { (void)p; return cosy_arm_signal(&signal_); }
static void serve_signal(void) { cosy_signal_raise(&signal_); }
static bool idle_signal(void) { return !signal_.waiters.head; }

static const kind kinds[] = {
    {"lock", arm_lock, serve_lock, back_lock, idle_lock, false, false},
    {"event", arm_event, serve_event, NULL, idle_event, true, false},
    {"semaphore", arm_sem, serve_sem, back_sem, idle_sem, false, false},
    {"barrier", arm_barrier, serve_barrier, NULL, idle_barrier, true, true},
    {"get", arm_get, serve_get, NULL, idle_get, false, false},
    {"put", arm_put, serve_put, NULL, idle_put, false, true},
    {"chain", arm_chain, serve_chain, NULL, idle_chain, false, false},
    {"read", arm_read, serve_rw, back_read, idle_rw, true, false},
    {"write", arm_write, serve_rw, back_write, idle_rw, false, false},
    {"limiter", arm_limiter, serve_limiter, back_limiter, idle_limiter, false, false},
    {"once", arm_once, serve_once, back_once, idle_once, false, false},
    {"future", arm_future, serve_future, NULL, idle_future, true, false},
    {"flags", arm_flags, serve_flags, NULL, idle_flags, false, false},
    {"watch", arm_watch, serve_watch, NULL, idle_watch, true, false},
    {"broadcast", arm_broadcast, serve_broadcast, leave_broadcast, idle_broadcast, true, false},
    {"waitgroup", arm_waitgroup, serve_waitgroup, NULL, idle_waitgroup, true, false},
    {"signal", arm_signal, serve_signal, NULL, idle_signal, false, false},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Everything is such that each arm has to wait; what must be held for that is held by nobody in particular. */
static void fresh(void)
{
    cosy_lock_init(&lock, COSY_LOCK_OWNERLESS, "L");
    cosy_lock_acquire(&lock, COSY_NOW);
    cosy_event_init(&event, "E");
    cosy_event_init(&other, "O");
    cosy_semaphore_init(&sem, 0, 9, "S");
    cosy_barrier_init(&barrier, 3, NULL, NULL, "B");
    cosy_queue_init(&getq, get_room, sizeof(int), 2, "G");
    cosy_queue_init(&putq, put_room, sizeof(int), 1, "P");
    cosy_queue_try_put(&putq, &number);
    cosy_chain_init(&chain, "C");
    cosy_rwlock_init(&rw, "R");
    cosy_rwlock_write(&rw, COSY_NOW);
    cosy_limiter_init(&limiter, 1, "M");
    memset(&held, 0, sizeof held);
    cosy_limiter_acquire(&limiter, &held, COSY_NOW);
    cosy_once_init(&once, "1");
    cosy_once_enter(&once, COSY_NOW);
    cosy_future_init(&future, "F");
    cosy_flags_init(&flags, 0, "f");
    cosy_watch_init(&watch, &watch_room, sizeof watch_room, "W");
    cosy_broadcast_init(&broadcast, broadcast_room, sizeof(int), 2, "b");
    cosy_waitgroup_init(&waitgroup, 1, "w");
    cosy_signal_init(&signal_, cosy_here(), false, "G");
}

/* ---- a task that selects between one kind and an event that nobody sets, unless a row does ---- */

typedef struct chooser {
    const kind *kind;
    const char *name;
    cosy_time deadline; /* 0: none */
    bool second;        /* the kind's arm comes second */
    places places;
} chooser;

static int choose(void *arg)
{
    chooser *c = arg;
    memset(&c->places, 0, sizeof c->places);
    cosy_arm of_kind = c->kind->arm(&c->places);
    cosy_arm arms[2];
    arms[c->second] = of_kind;
    arms[!c->second] = cosy_arm_event(&other);
    int rc = cosy_select(arms, 2, NULL, c->deadline ? c->deadline : COSY_FOREVER);
    bool won = rc == c->second;
    say("%s %s", ME, rc < 0 ? code_name(rc) : won ? "won" : "other");
    if (won && cosy_arm_result(&arms[rc]) < 0)
        say("%s", code_name(cosy_arm_result(&arms[rc])));
    if (cosy_arm_result(&arms[!rc]) != COSY_EAGAIN && rc >= 0)
        say("the loser says %s", code_name(cosy_arm_result(&arms[!rc])));
    if (c->kind->give_back && (won || c->kind->arm == arm_broadcast))
        c->kind->give_back(&c->places);
    return rc;
}

static chooser choosers[3];

static cosy_task *chooses(int i, const kind *k, const char *name, cosy_time deadline)
{
    choosers[i] = (chooser){.kind = k, .name = name, .deadline = deadline};
    return start(choose, &choosers[i], name);
}

static void wrong_unless(bool idle)
{
    if (!idle)
        say("not idle");
}

/* ---- rows for every kind ---- */

/* It stands in line, is served in its turn, and leaves nothing behind in the other line. */
static int served(void *arg)
{
    const kind *k = arg;
    fresh();
    cosy_task *a = chooses(0, k, "a", 0), *b = chooses(1, k, "b", 0);
    settle(2);
    k->serve();
    cosy_sleep(1);
    if (!k->all && !k->give_back)
        k->serve();
    join(a);
    join(b);
    wrong_unless(k->idle() && idle_event() && !other.waiters.head);
    return 0;
}

/* The other arm wins: the kind's line knows nothing of it any more. */
static int loses(void *arg)
{
    const kind *k = arg;
    fresh();
    cosy_task *a = chooses(0, k, "a", 0);
    settle(1);
    cosy_event_set(&other, NULL);
    join(a);
    k->serve();
    cosy_sleep(1);
    wrong_unless(!other.waiters.head);
    return 0;
}

/* A cancel after the grant and before it ran: the next in line is served in its stead, or the grant stands. */
static int cancel_granted(void *arg)
{
    const kind *k = arg;
    fresh();
    cosy_task *a = chooses(0, k, "a", 0), *b = chooses(1, k, "b", 0);
    settle(2);
    k->serve();
    if (k->arm == arm_signal)
        cosy_sleep(1); /* a raise is delivered at the next look: too late for this race */
    else
        cosy_cancel(a, NULL);
    cosy_sleep(1);
    if (k->stands && !k->all)
        k->serve();
    if (k->arm == arm_signal)
        k->serve();
    join(a);
    join(b);
    wrong_unless(k->idle());
    return 0;
}

static int cancel_queued(void *arg)
{
    const kind *k = arg;
    fresh();
    cosy_task *a = chooses(0, k, "a", 0);
    settle(1);
    cosy_cancel(a, NULL);
    join(a);
    k->serve();
    cosy_sleep(1);
    wrong_unless(!other.waiters.head);
    return 0;
}

static int times_out(void *arg)
{
    const kind *k = arg;
    fresh();
    cosy_task *a = chooses(0, k, "a", cosy_in(cosy_ms(5))), *b = chooses(1, k, "b", COSY_NOW);
    join(a);
    say("at %d", at_ms());
    join(b);
    wrong_unless(!other.waiters.head);
    return 0;
}

/* Served in the very moment in which the deadline passes: a timeout never beats a grant. */
static int tie(void *arg)
{
    const kind *k = arg;
    fresh();
    if (k->arm == arm_barrier)
        cosy_barrier_init(&barrier, 2, NULL, NULL, "B");
    cosy_task *a = chooses(0, k, "a", cosy_ms(5));
    cosy_sleep_until(cosy_ms(5)); /* armed before a has begun, so this timer is the first of the two */
    k->serve();
    return join(a) < 0;
}

/* Can be served at once: no switch, whichever place the arm has. */
static int at_once(void *arg)
{
    const kind *k = arg;
    fresh();
    if (k->arm == arm_barrier)
        cosy_barrier_init(&barrier, 1, NULL, NULL, "B");
    else if (k->arm != arm_watch && k->arm != arm_broadcast)
        k->serve();
    cosy_sleep(1);
    for (int second = 0; second < 2; second++) {
        chooser c = {.kind = k, .second = second};
        if (k->arm == arm_watch || k->arm == arm_broadcast)
            continue; /* they wait for what comes after they have begun */
        choose(&c);
        if (!k->give_back && k->arm != arm_barrier && !k->all)
            k->serve();
        if (k->arm == arm_signal)
            cosy_sleep(1);
    }
    return 0;
}

/* ---- particular rows ---- */

/* A large request at the head leaves for another arm: those behind it are served in the same step. */
static int small_taker(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&sem, 1, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return rc;
}

static int large_leaves(void *arg)
{
    (void)arg;
    fresh();
    cosy_semaphore_release(&sem, 1);
    cosy_task *a = chooses(0, &kinds[2], "a", 0), *b = start(small_taker, NULL, "b");
    settle(2);
    say("count %d", (int)sem.count);
    cosy_event_set(&other, NULL);
    join(b);
    join(a);
    say("count %d", (int)sem.count);
    return 0;
}

/* Who wins leaves a line, which lets another select win, which leaves a line in which the first stood. */
static cosy_semaphore s1, s2;

static int either(void *arg)
{
    const int *want = arg;
    cosy_arm arms[] = {cosy_arm_semaphore(&s1, want[0]), cosy_arm_semaphore(&s2, want[1])};
    int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
    say("%s %d", ME, rc);
    return rc;
}

static int cascade(void *arg)
{
    static int first[] = {3, 5}, second[] = {1, 1}, third[] = {9, 1};
    (void)arg;
    cosy_semaphore_init(&s1, 1, 99, "s1");
    cosy_semaphore_init(&s2, 1, 99, "s2");
    cosy_task *a = start(either, first, "a"), *b = start(either, second, "b"), *c = start(either, third, "c");
    settle(3);
    cosy_semaphore_release(&s1, 2); /* a wins by s1, leaves the head of s2: b wins by s2 and leaves s1; c has to wait */
    join(a);
    join(b);
    say("s1 %d, s2 %d", (int)s1.count, (int)s2.count);
    cosy_semaphore_release(&s2, 1);
    join(c);
    say("s1 %d, s2 %d", (int)s1.count, (int)s2.count);
    return 0;
}

/* An arm keeps its place among plain waiters, and overtakes nobody. */
static int plain_taker(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s %s", ME, code_name(rc));
    return cosy_lock_release(&lock);
}

static int in_line(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(plain_taker, NULL, "a"), *b = chooses(0, &kinds[0], "b", 0), *c = start(plain_taker, NULL, "c");
    settle(3);
    cosy_lock_release(&lock);
    chooser d = {.kind = &kinds[0], .deadline = COSY_NOW};
    choose(&d); /* handed over already: not free */
    join(a);
    join(b);
    return join(c);
}

/* The owner of a lock that an arm was given is the task, at once and when it releases. */
static int owner_task(void *arg)
{
    (void)arg;
    cosy_arm arms[] = {cosy_arm_event(&other), cosy_arm_lock(&lock)};
    int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
    say("%s %d, release %s", ME, rc, code_name(cosy_lock_release(&lock)));
    return 0;
}

static int owners(void *arg)
{
    (void)arg;
    cosy_lock_init(&lock, 0, "L");
    cosy_event_init(&other, "O");
    cosy_lock_acquire(&lock, COSY_NOW);
    cosy_task *a = start(owner_task, NULL, "a");
    settle(1);
    cosy_lock_release(&lock);
    say("owner %s", cosy_task_name(cosy_lock_owner(&lock)));
    say("%s", code_name(cosy_lock_release(&lock)));
    join(a);
    cosy_task *b = start(owner_task, NULL, "b"); /* free: taken when it is asked */
    return join(b);
}

/* ---- precedence and turns ---- */

static int precedence(void *arg)
{
    bool rotating = arg != NULL;
    unsigned turn = 0;
    cosy_event_init(&event, "E");
    cosy_event_init(&other, "O");
    cosy_event_set(&event, NULL);
    cosy_event_set(&other, NULL);
    for (int i = 0; i < 4; i++) {
        cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_off(), cosy_arm_event(&other)};
        say("%d", cosy_select(arms, 3, rotating ? &turn : NULL, COSY_FOREVER));
    }
    turn = 99; /* means nothing: begins with the first */
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_event(&other)};
    say("%d", cosy_select(arms, 2, &turn, COSY_FOREVER));
    return 0;
}

/* The arm whose turn it is, and those behind it, are off. */
static int turn_of_an_arm_that_is_off(void *arg)
{
    unsigned turn = 1;
    (void)arg;
    cosy_event_init(&event, "E");
    cosy_event_set(&event, NULL);
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_off(), cosy_arm_off()};
    say("%d", cosy_select(arms, 3, &turn, COSY_FOREVER));
    say("turn %u", turn);
    return 0;
}

/* A winner that had to wait moves the turn as well. */
static int turns_of_waits(void *arg)
{
    unsigned turn = 0;
    (void)arg;
    cosy_event_init(&event, "E");
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_until(cosy_in(5))};
    say("%d", cosy_select(arms, 2, &turn, COSY_FOREVER));
    say("turn %u", turn);
    turn = 0;
    cosy_arm again[] = {cosy_arm_until(cosy_in(5)), cosy_arm_event(&event)};
    say("%d", cosy_select(again, 2, &turn, COSY_FOREVER));
    say("turn %u", turn);
    return 0;
}

static int spends(void *arg)
{
    (void)arg;
    say("%s at %d", ME, at_ms());
    return 0;
}

static int countdown(void *arg)
{
    (void)arg;
    cosy_event_init(&event, "E");
    cosy_event_set(&event, NULL);
    cosy_task *t = start(spends, NULL, "t");
    int n = 0;
    while (!cosy_task_ended(t)) {
        cosy_arm arms[] = {cosy_arm_event(&event)};
        cosy_select(arms, 1, NULL, COSY_FOREVER);
        n++;
    }
    say("after %s", n > 1 && n <= COSY_BUDGET ? "a while" : "too long");
    return join(t);
}

/* ---- time ---- */

static int time_arms(void *arg)
{
    (void)arg;
    cosy_event_init(&event, "E");
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_until(cosy_ms(20)), cosy_arm_until(cosy_ms(10))};
    int rc = cosy_select(arms, 3, NULL, COSY_FOREVER);
    say("%d at %d: %s %s", rc, at_ms(), code_name(cosy_arm_result(&arms[1])), code_name(cosy_arm_result(&arms[2])));
    cosy_arm past[] = {cosy_arm_event(&event), cosy_arm_until(cosy_ms(1))};
    say("%d", cosy_select(past, 2, NULL, COSY_FOREVER));
    cosy_arm before[] = {cosy_arm_until(cosy_ms(40))};
    rc = cosy_select(before, 1, NULL, cosy_ms(30));
    say("%s at %d", code_name(rc), at_ms());
    cosy_arm same[] = {cosy_arm_until(cosy_ms(40))};
    rc = cosy_select(same, 1, NULL, cosy_ms(40)); /* due at once with the deadline: an arm wins */
    say("%d at %d", rc, at_ms());
    cosy_arm later[] = {cosy_arm_until(cosy_ms(50)), cosy_arm_until(cosy_ms(60))};
    rc = cosy_select(later, 2, NULL, COSY_FOREVER);
    say("%d at %d: %s %s", rc, at_ms(), code_name(cosy_arm_result(&later[0])), code_name(cosy_arm_result(&later[1])));
    return 0;
}

static int scoped(void *arg)
{
    cosy_scope scope;
    (void)arg;
    cosy_event_init(&event, "E");
    cosy_scope_open(&scope, cosy_ms(5), 0);
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_until(cosy_ms(10))};
    int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
    say("%s at %d", code_name(rc), at_ms());
    cosy_arm now[] = {cosy_arm_event(&event)};
    say("%s", code_name(cosy_select(now, 1, NULL, COSY_FOREVER)));
    cosy_event_set(&event, NULL);
    cosy_arm set[] = {cosy_arm_event(&event)};
    say("%d", cosy_select(set, 1, NULL, COSY_FOREVER)); /* needs no waiting */
    return cosy_scope_close(&scope);
}

/* ---- joins and descriptors ---- */

static int ends(void *arg)
{
    int rc = cosy_sleep(cosy_ms(*(const uint32_t *)arg));
    return rc ? rc : (int)*(const uint32_t *)arg;
}

static int joins(void *arg)
{
    static const uint32_t ten = 10, five = 5;
    int x = 0, y = 0;
    (void)arg;
    cosy_task *a = start(ends, (void *)(uintptr_t)&ten, "a"), *b = start(ends, (void *)(uintptr_t)&five, "b");
    cosy_arm arms[] = {cosy_arm_join(a, &x), cosy_arm_join(b, &y)};
    int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
    say("%d: %d %d", rc, x, y);
    say("a %d", join(a)); /* untouched: can be joined */
    cosy_arm me[] = {cosy_arm_join(cosy_self(), NULL)};
    rc = cosy_select(me, 1, NULL, COSY_FOREVER);
    say("%d %s", rc, code_name(cosy_arm_result(&me[0])));
    return 0;
}

static int descriptors(void *arg)
{
    int ends_[2];
    cosy_fd in;
    char bytes[2];
    (void)arg;
    if (pipe(ends_))
        return -1;
    cosy_event_init(&event, "E");
    cosy_fd_open(&in, ends_[0], "in");
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_fd(&in, COSY_IN), cosy_arm_until(cosy_in(cosy_ms(3)))};
    say("%d", cosy_select(arms, 3, NULL, COSY_FOREVER));
    say("%d", (int)write(ends_[1], "x", 1));
    cosy_arm again[] = {cosy_arm_event(&event), cosy_arm_fd(&in, COSY_IN)};
    say("%d", cosy_select(again, 2, NULL, COSY_FOREVER));
    say("%d", (int)cosy_fd_read(&in, bytes, 2, COSY_NOW));
    cosy_event_set(&event, NULL);
    cosy_arm third[] = {cosy_arm_fd(&in, COSY_IN), cosy_arm_event(&event)};
    say("%d", cosy_select(third, 2, NULL, COSY_FOREVER));
    say("outside %u", cosy_here()->outside);
    close(ends_[1]);
    return cosy_fd_close(&in);
}

/* ---- failures of arms, and misuse ---- */

static int closed(void *arg)
{
    (void)arg;
    int item;
    cosy_queue_init(&getq, get_room, sizeof(int), 2, "G");
    cosy_queue_close(&getq);
    cosy_event_init(&event, "E");
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_get(&getq, &item)};
    int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
    say("%d %s", rc, code_name(cosy_arm_result(&arms[1])));
    return 0;
}

static int closes_later(void *arg)
{
    (void)arg;
    return cosy_queue_close(&getq);
}

static int closed_while_waiting(void *arg)
{
    (void)arg;
    int item;
    cosy_queue_init(&getq, get_room, sizeof(int), 2, "G");
    cosy_event_init(&event, "E");
    cosy_task *t = start(closes_later, NULL, "t");
    cosy_arm arms[] = {cosy_arm_event(&event), cosy_arm_get(&getq, &item)};
    int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
    say("%d %s", rc, code_name(cosy_arm_result(&arms[1])));
    return join(t);
}

static int misuse(void *arg)
{
    cosy_arm off[] = {cosy_arm_off(), cosy_arm_off()};
    (void)arg;
    fresh();
    say("%s", code_name(cosy_select(NULL, 1, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_select(off, 0, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_select(off, UINT32_C(0x80000000), NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_select(off, 2, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_select(off, 2, NULL, cosy_in(5))));
    cosy_arm twice[] = {cosy_arm_lock(&lock), cosy_arm_event(&event), cosy_arm_lock(&lock)};
    say("%s", code_name(cosy_select(twice, 3, NULL, COSY_FOREVER)));
    cosy_arm alike[] = {cosy_arm_semaphore(&sem, 3), cosy_arm_semaphore(&sem, 1)};
    say("%s", code_name(cosy_select(alike, 2, NULL, cosy_in(5))));
    cosy_arm null[] = {cosy_arm_event(&event), cosy_arm_event(NULL)};
    int rc = cosy_select(null, 2, NULL, COSY_FOREVER);
    say("%d %s", rc, code_name(cosy_arm_result(&null[1])));
    cosy_arm nothing[] = {cosy_arm_barrier(NULL), cosy_arm_put(NULL, &number), cosy_arm_get(NULL, get_room)};
    for (unsigned i = 0; i < 3; i++) {
        rc = cosy_select(&nothing[i], 1, NULL, COSY_FOREVER);
        say("%d %s", rc, code_name(cosy_arm_result(&nothing[i])));
    }
    wrong_unless(!lock.waiters.head && idle_event() && idle_sem());
    return 0;
}

static int misuse_outside(void *arg)
{
    cosy_arm off[] = {cosy_arm_off()};
    (void)arg;
    say("%s", code_name(cosy_select(off, 1, NULL, COSY_FOREVER)));
    return 0;
}

/* One task cannot arrive twice at a barrier, nor make up a round alone. */
static int barrier_twice(void *arg)
{
    (void)arg;
    cosy_barrier_init(&barrier, 2, NULL, NULL, "B");
    cosy_arm arms[] = {cosy_arm_barrier(&barrier), cosy_arm_barrier(&barrier)};
    int rc = cosy_select(arms, 2, NULL, cosy_in(5));
    say("%d %s", rc, code_name(cosy_arm_result(&arms[1])));
    say("%s", idle_barrier() ? "idle" : "not idle");
    return 0;
}

static int plain_party(void *arg)
{
    (void)arg;
    int rc = cosy_barrier_wait(&barrier, COSY_FOREVER);
    say("%s %d", ME, rc);
    return rc;
}

/* The last arrival is an arm's, behind a plain wait, and behind an arm of somebody else's. */
static int barrier_arms_meet(void *arg)
{
    (void)arg;
    fresh();
    cosy_barrier_init(&barrier, 2, NULL, NULL, "B");
    cosy_task *a = start(plain_party, NULL, "a");
    settle(1);
    chooser me = {.kind = &kinds[3]};
    choose(&me);
    join(a);
    cosy_task *b = chooses(0, &kinds[3], "b", 0);
    settle(1);
    choose(&me);
    return join(b);
}

/* A put finds a getter in line that is an arm of another select: served like any. And the other way round. */
static int ends_of_two(void *arg)
{
    int item = 0;
    (void)arg;
    fresh();
    cosy_task *a = chooses(0, &kinds[4], "a", 0);
    settle(1);
    cosy_arm put[] = {cosy_arm_put(&getq, &number)};
    int rc = cosy_select(put, 1, NULL, COSY_FOREVER);
    say("%d, %u in it", rc, cosy_queue_count(&getq));
    join(a);
    cosy_task *b = chooses(0, &kinds[5], "b", 0);
    settle(1);
    cosy_arm get[] = {cosy_arm_get(&putq, &item)};
    rc = cosy_select(get, 1, NULL, COSY_FOREVER);
    say("%d, %u in it", rc, cosy_queue_count(&putq));
    return join(b);
}

/* A get and a put of one queue: the task does not serve itself; whichever can be done first is done. */
static int both_ends(void *arg)
{
    int item = 0, one = 1;
    (void)arg;
    cosy_queue_init(&putq, put_room, sizeof(int), 1, "P");
    for (int i = 0; i < 2; i++) {
        cosy_arm arms[] = {cosy_arm_get(&putq, &item), cosy_arm_put(&putq, &one)};
        int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
        say("%d, %u in it", rc, cosy_queue_count(&putq));
    }
    for (int i = 0; i < 2; i++) {
        cosy_arm arms[] = {cosy_arm_put(&putq, &one), cosy_arm_get(&putq, &item)};
        int rc = cosy_select(arms, 2, NULL, COSY_FOREVER);
        say("%d, %u in it", rc, cosy_queue_count(&putq));
    }
    wrong_unless(!cosy_queue_check(&putq));
    return 0;
}

/* ---- a barrier's action meets a select ---- */

static cosy_task *victim;
static int what_action_does;

static int meddle(void *arg)
{
    (void)arg;
    if (what_action_does == 1)
        say("cancel %s", code_name(cosy_cancel(victim, NULL)));
    if (what_action_does == 2)
        cosy_event_set(&other, NULL);
    return 0;
}

static int action(void *arg)
{
    what_action_does = *(int *)arg;
    cosy_barrier_init(&barrier, 2, meddle, NULL, "B");
    cosy_event_init(&other, "O");
    victim = chooses(0, &kinds[3], "a", 0);
    settle(1);
    say("%d", cosy_barrier_wait(&barrier, COSY_FOREVER));
    join(victim);
    say("%s", idle_barrier() ? "idle" : "not idle");
    cosy_event_init(&other, "O");
    victim = chooses(0, &kinds[3], "b", 0);
    settle(1);
    what_action_does = 0;
    say("%d", cosy_barrier_wait(&barrier, COSY_FOREVER)); /* the next round is not disturbed */
    return join(victim) < 0;
}

static int serves_the_arriver(void *arg)
{
    int gone = 0;
    (void)arg;
    cosy_semaphore_release(&sem, 1);
    cosy_queue_try_put(&getq, &number);
    cosy_chain_put(&chain, &link_);
    cosy_queue_try_get(&putq, &gone);
    return 0;
}

/* The task that arrives stands in other lines already, and the action serves it there: permits and items are given back at
 * once, a put cannot be, and says so. */
static int action_serves_arriver(void *arg)
{
    (void)arg;
    fresh();
    cosy_barrier_init(&barrier, 1, serves_the_arriver, NULL, "B");
    int item;
    cosy_link *link;
    cosy_task *a = chooses(0, &kinds[4], "a", 0); /* served before, and not run yet: no concern of the arriver's */
    settle(1);
    cosy_queue_try_put(&getq, &number);
    cosy_arm arms[] = {cosy_arm_semaphore(&sem, 1), cosy_arm_put(&putq, &number), cosy_arm_get(&getq, &item),
                       cosy_arm_chain(&chain, &link), cosy_arm_barrier(&barrier)};
    int rc = cosy_select(arms, 5, NULL, COSY_FOREVER);
    for (int i = 0; i < 4; i++)
        say("%s", code_name(cosy_arm_result(&arms[i])));
    say("won %d: %d permit, %u, %u and %u items", rc, (int)sem.count, cosy_queue_count(&putq), cosy_queue_count(&getq),
        cosy_chain_count(&chain));
    wrong_unless(idle_sem() && !putq.putters.head && idle_get() && idle_chain() && idle_barrier());
    return join(a);
}

static int one = 1, two = 2;

/* ---- begin form ---- */

struct machine {
    cosy_task task;
    cosy_selection select;
    cosy_arm arms[2];
    cosy_time deadline;
    bool waiting;
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = cosy_select_begin(&m->select, m->arms, 2, 1, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, cosy_select_until(&m->select, m->deadline));
        if (rc == COSY_WAITING)
            return;
    }
    say("%s %d %s", ME, cosy_select_winner(&m->select), code_name(rc));
    cosy_task_end(task, 0);
}

static cosy_task *machine(struct machine *m, cosy_arm first, cosy_arm second, cosy_time deadline, const char *name)
{
    *m = (struct machine){.arms = {first, second}, .deadline = deadline};
    cosy_task_init(&m->task, cosy_here(), step, name);
    cosy_task_start(&m->task, NULL);
    return &m->task;
}

static int stackless(void *arg)
{
    static struct machine m[4];
    (void)arg;
    fresh();
    cosy_task *a = machine(&m[0], cosy_arm_event(&event), cosy_arm_semaphore(&sem, 1), COSY_FOREVER, "a");
    cosy_task *b = machine(&m[1], cosy_arm_event(&event), cosy_arm_until(cosy_in(5)), COSY_FOREVER, "b");
    cosy_task *c = machine(&m[2], cosy_arm_event(&event), cosy_arm_semaphore(&sem, 1), cosy_in(2), "c");
    settle(1);
    cosy_semaphore_release(&sem, 1);
    join(a);
    join(c);
    join(b);
    cosy_event_set(&event, NULL);
    cosy_semaphore_release(&sem, 1);
    return join(machine(&m[3], cosy_arm_event(&event), cosy_arm_semaphore(&sem, 1), COSY_FOREVER, "d"));
}

/* Served when it is asked: COSY_OK, or COSY_WAITING if that has spent the countdown. */
static int stackless_at_once(void *arg)
{
    static struct machine m[2];
    (void)arg;
    fresh();
    cosy_event_set(&event, NULL);
    cosy_task *a = machine(&m[0], cosy_arm_event(&event), cosy_arm_off(), COSY_FOREVER, "a");
    cosy_task *b = machine(&m[1], cosy_arm_off(), cosy_arm_event(&event), COSY_FOREVER, "b");
    join(a);
    return join(b);
}

static int stackless_misuse(void *arg)
{
    cosy_selection s;
    cosy_arm off[] = {cosy_arm_off()};
    (void)arg;
    say("%s", code_name(cosy_select_begin(NULL, off, 1, 0, &cosy_self()->wait)));
    say("%s", code_name(cosy_select_begin(&s, off, 1, 0, NULL)));
    say("%s", code_name(cosy_select_begin(&s, NULL, 1, 0, &cosy_self()->wait)));
    return 0;
}

/* ---- many ---- */

enum { CROWD = 40, LINES = 5, ROUNDS = 50 };
static cosy_queue lines[LINES];
static int line_rooms[LINES][2];
static int taken, sum;

static int consumer(void *arg)
{
    unsigned turn = (unsigned)(uintptr_t)arg % LINES;
    for (;;) {
        int items[LINES];
        cosy_arm arms[LINES];
        for (int i = 0; i < LINES; i++)
            arms[i] = cosy_arm_get(&lines[i], &items[i]);
        int rc = cosy_select(arms, LINES, &turn, COSY_FOREVER);
        if (rc < 0)
            return rc;
        if (cosy_arm_result(&arms[rc]) < 0)
            return 0;
        sum += items[rc];
        taken++;
    }
}

static int crowd(void *arg)
{
    cosy_task *tasks[CROWD];
    (void)arg;
    taken = sum = 0;
    for (int i = 0; i < LINES; i++)
        cosy_queue_init(&lines[i], line_rooms[i], sizeof(int), 2, "line");
    for (uintptr_t i = 0; i < CROWD; i++)
        tasks[i] = start(consumer, (void *)i, "consumer");
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < LINES; i++) {
            cosy_queue_put(&lines[i], &round, COSY_FOREVER);
            if (round == 10 && i == 2) /* some leave while they stand in all lines, or have just been served */
                for (int k = 0; k < CROWD / 2; k++)
                    cosy_cancel(tasks[k], NULL);
            const char *wrong = cosy_queue_check(&lines[i]);
            if (wrong)
                say("%s", wrong);
        }
    settle(CROWD);
    for (int i = 0; i < LINES; i++)
        cosy_queue_close(&lines[i]);
    for (int i = 0; i < CROWD; i++)
        join(tasks[i]);
    say("%d taken, sum %d", taken, sum);
    return 0;
}

/* ---- the table ---- */

static test_row rows[200];
static size_t used;
static char names[200][64];

static void add(const char *name, int (*scenario)(void *), const char *expected, void *arg)
{
    rows[used++] = (test_row){.name = name, .scenario = scenario, .expected = expected, .arg = arg};
}

static void add_each(const char *name, int (*scenario)(void *), const char *expected)
{
    for (size_t i = 0; i < KINDS; i++) {
        const kind *k = &kinds[i];
        const char *text = expected;
        if (scenario == at_once && (k->arm == arm_watch || k->arm == arm_broadcast))
            text = "";
        if (scenario == cancel_granted)
            text = k->stands || k->arm == arm_signal ? "a won; b won" : "a ECANCELED; b won";
        snprintf(names[used], sizeof names[used], "%s: %s", name, k->name);
        add(names[used], scenario, text, (void *)(uintptr_t)k);
    }
}

int main(void)
{
    add_each("served in its turn", served, "a won; b won");
    add_each("another arm wins", loses, "a other");
    add_each("cancelled while it waits", cancel_queued, "a ECANCELED");
    add_each("cancelled after it was served", cancel_granted, "");
    add_each("deadline", times_out, "b EAGAIN; a ETIMEDOUT; at 5");
    add_each("served when the deadline passes", tie, "a won");
    add_each("served at once", at_once, "main won; main won");

    add("a large request leaves: those behind it are served", large_leaves, "count 1; a other; b OK; count 0", NULL);
    add("winners leave lines in which others win", cascade, "a 0; b 1; s1 0, s2 0; c 1; s1 0, s2 0", NULL);
    add("an arm keeps its place and overtakes nobody", in_line, "main EAGAIN; a OK; b won; c OK", NULL);
    add("the task owns the lock, not the arm", owners,
        "owner a; cosy_lock_release(L) by main: ENOTOWNER, see a; ENOTOWNER; a 1, release OK; b 1, release OK", NULL);
    add("the order of arms is their precedence", precedence, "0; 0; 0; 0; 0", NULL);
    add("with a turn each has its own", precedence, "0; 2; 0; 2; 0", &one);
    add("an arm that is off passes its turn on", turn_of_an_arm_that_is_off, "0; turn 1", NULL);
    add("a winner that waited moves the turn", turns_of_waits, "1; turn 0; 0; turn 1", NULL);
    add("selects that need no waiting spend the countdown", countdown, "t at 0; after a while", NULL);
    add("time as an arm", time_arms, "2 at 10: EAGAIN OK; 1; ETIMEDOUT at 30; 0 at 40; 0 at 50: OK EAGAIN", NULL);
    add("a scope bounds it", scoped, "ETIMEDOUT at 5; ETIMEDOUT; 0", NULL);
    rows[used - 1].result = COSY_ETIMEDOUT;
    add("the end of a task", joins, "1: 0 5; a 10; cosy_join(main) by main: EDEADLK, see main; 0 EDEADLK", NULL);
    add("a descriptor", descriptors, "2; 1; 1; 1; 1; outside 0", NULL);
    rows[used - 1].real_time = true; /* simulated time waits for what is under way outside */
    add("closed before", closed, "1 ECLOSED", NULL);
    add("closed while it waits", closed_while_waiting, "1 ECLOSED", NULL);
    add("misuse", misuse,
        "cosy_select((unnamed)) by main: EINVAL; EINVAL; cosy_select((unnamed)) by main: EINVAL; EINVAL; "
        "cosy_select((unnamed)) by main: EINVAL; EINVAL; cosy_select((unnamed)) by main: EDEADLK; EDEADLK; ETIMEDOUT; cosy_select((unnamed)) by main: EINVAL; EINVAL; "
        "cosy_select((unnamed)) by main: EINVAL; EINVAL; cosy_event_wait_begin(NULL) by main: EINVAL; 1 EINVAL; "
        "cosy_barrier_wait_begin(NULL) by main: EINVAL; 0 EINVAL; cosy_queue_put_begin(NULL) by main: EINVAL; 0 EINVAL; "
        "cosy_queue_get_begin(NULL) by main: EINVAL; 0 EINVAL", NULL);
    add("outside a task", misuse_outside, "cosy_select((unnamed)) by (no task): ENOTASK; ENOTASK", NULL);
    rows[used - 1].without_loop = true;
    add("one task does not arrive twice", barrier_twice,
        "cosy_arm_barrier(B) by main: EINVAL; 1 EINVAL; idle", NULL);
    add("two selects meet at a barrier, or one and a plain wait", barrier_arms_meet,
        "main won; a 1; main won; b won", NULL);
    add("one select puts what another gets", ends_of_two, "0, 0 in it; a won; 0, 1 in it; b won", NULL);
    add("both ends of one queue", both_ends, "1, 1 in it; 0, 0 in it; 0, 1 in it; 1, 0 in it", NULL);
    add("cancelled by the action of its barrier: the trip stands", action, "cancel OK; 0; a won; idle; 0; b won", &one);
    add("another arm is served by the action of its barrier", action, "0; a other; idle; 0; b won", &two);
    add("the action of its barrier serves another arm of the one who arrives", action_serves_arriver,
        "EAGAIN; OK; EAGAIN; EAGAIN; won 4: 1 permit, 1, 1 and 1 items; a won", NULL);
    add("stackless", stackless, "a 1 1; c -1 ETIMEDOUT; b 1 1; d 1 OK", NULL);
    add("stackless, served at once", stackless_at_once, "a 0 OK; b 1 OK", NULL);
    add("stackless, served at once, and the countdown is spent", stackless_at_once, "a 0 OK; b 1 1", NULL);
    rows[used - 1].options.checkpoint = true;
    add("stackless: misuse", stackless_misuse,
        "cosy_select((unnamed)) by main: EINVAL; EINVAL; cosy_select((unnamed)) by main: EINVAL; EINVAL; "
        "cosy_select((unnamed)) by main: EINVAL; EINVAL", NULL);
    add("40 tasks over 5 queues, some cancelled: nothing is lost", crowd, "250 taken, sum 6125", NULL);
    return test_rows("select", rows, used);
}
