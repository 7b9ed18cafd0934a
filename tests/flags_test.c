/* Flags: contract rules 1 (the line is looked at in order, nobody overtakes), 2 (bits that were taken are never lost),
 * 3 (deadlines), 4 (fairness), 7 (misuse); RULE e: a clear cannot un-wake.
 *
 * The object's invariants are looked at after each step of the scenarios: valid(). */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

enum { ONE = 1, TWO = 2, FOUR = 4 };
enum { ANY = COSY_FLAGS_ANY, ALL = COSY_FLAGS_ALL, TAKE = COSY_FLAGS_CLEAR };

static cosy_flags flags;

static void fresh(uint32_t bits)
{
    memset(&flags, 0xee, sizeof flags);
    cosy_flags_init(&flags, bits, "F");
}

static void valid(void)
{
    const char *wrong = cosy_flags_check(&flags);
    if (wrong)
        say("%s", wrong);
}

static void set(uint32_t bits)
{
    cosy_flags_set(&flags, bits);
    valid();
}

static void clear(uint32_t bits)
{
    cosy_flags_clear(&flags, bits);
    valid();
}

static void cancel(cosy_task *task)
{
    cosy_cancel(task, NULL);
    valid();
}

static void bits(void)
{
    say("bits %x", (unsigned)cosy_flags_get(&flags));
}

typedef struct want {
    uint32_t mask;
    unsigned how;
    cosy_time deadline; /* 0: for ever */
} want;

/* Waits once and says how it went, with the bits if there are any. */
static int waiter(void *arg)
{
    const want *w = arg;
    uint32_t got = 0xdead;
    int rc = cosy_flags_wait(&flags, w->mask, w->how, &got, w->deadline ? w->deadline : COSY_FOREVER);
    valid();
    if (got)
        say("%s %s %x", ME, code_name(rc), (unsigned)got);
    else
        say("%s %s", ME, code_name(rc));
    return rc;
}

static want any_1 = {ONE, ANY, 0}, take_1 = {ONE, TAKE, 0}, take_2 = {TWO, TAKE, 0}, any_12 = {ONE | TWO, ANY, 0},
            take_any_12 = {ONE | TWO, TAKE, 0}, all_12 = {ONE | TWO, ALL, 0}, take_all_12 = {ONE | TWO, ALL | TAKE, 0},
            take_all_14 = {ONE | FOUR, ALL | TAKE, 0}, take_4 = {FOUR, TAKE, 0}, any_1_far = {ONE, ANY, 3600000000000},
            take_1_far = {ONE, TAKE, 3600000000000}, take_1_until_10 = {ONE, TAKE, 10000000},
            all_12_until_10 = {ONE | TWO, ALL | TAKE, 10000000};

static const char *now(want *w)
{
    int rc = cosy_flags_wait(&flags, w->mask, w->how, NULL, COSY_NOW);
    valid();
    return code_name(rc);
}

static const char *attempt(want *w)
{
    int rc = cosy_flags_try(&flags, w->mask, w->how, NULL);
    valid();
    return code_name(rc);
}

/* ---- conditions ---- */

static int any_and_all(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &all_12, "a"), *b = start(waiter, &any_12, "b");
    settle(1);
    set(FOUR);
    set(TWO | FOUR);
    join(b);
    set(ONE);
    join(a);
    bits();
    return cosy_flags_destroy(&flags);
}

/* What is got is what was set of the mask, whether it is taken or not. */
static int at_once(void *arg)
{
    (void)arg;
    fresh(ONE | FOUR);
    waiter(&any_12);
    bits();
    waiter(&take_any_12);
    bits();
    set(ONE | TWO);
    waiter(&all_12);
    waiter(&take_all_12);
    bits();
    return 0;
}

/* All means all at one moment: what was set and cleared does not count. */
static int not_one_by_one(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &all_12, "a");
    settle(1);
    set(ONE);
    clear(ONE);
    set(TWO);
    settle(1);
    say("waits");
    set(ONE);
    return join(a);
}

static int set_then_clear(void *arg)
{
    fresh(0);
    cosy_task *a = start(waiter, arg, "a"), *b = start(waiter, &take_1, "b");
    settle(1);
    set(ONE);
    clear(ONE);
    bits();
    join(a);
    join(b);
    say("now %s", now(&any_1));
    return 0;
}

static int high_bit(void *arg)
{
    (void)arg;
    want top = {UINT32_C(0x80000000), TAKE, 0}, every = {UINT32_MAX, ALL, 0};
    fresh(0);
    cosy_task *a = start(waiter, &top, "a"), *b = start(waiter, &every, "b");
    settle(1);
    set(UINT32_C(0x80000000));
    join(a);
    set(UINT32_MAX);
    join(b);
    bits();
    return 0;
}

/* ---- order ---- */

/* Each set of a bit that is taken lets one go: the first who wants it. */
static int one_at_a_time(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_1, "b"), *c = start(waiter, &take_1, "c");
    settle(1);
    set(ONE);
    set(ONE);
    bits();
    join(a);
    join(b);
    set(ONE);
    bits();
    join(c);
    set(ONE);
    bits();
    return 0;
}

/* Those before the one who takes see the bit, those behind it do not. */
static int before_and_behind(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &any_1, "a"), *b = start(waiter, &take_1, "b"), *c = start(waiter, &any_1, "c"),
              *d = start(waiter, &any_12, "d");
    settle(1);
    set(ONE | TWO);
    join(a);
    join(b);
    join(d);
    say("c waits");
    set(ONE);
    join(c);
    return 0;
}

/* A condition that does not hold holds nobody back, and those who stay keep their order. */
static int passes_over(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_all_12, "a"), *b = start(waiter, &take_2, "b"), *c = start(waiter, &take_1, "c"),
              *d = start(waiter, &take_1, "d");
    settle(1);
    set(ONE);
    join(c);
    set(ONE | TWO);
    join(a);
    set(ONE | TWO);
    join(b);
    return join(d);
}

/* A wait for all reserves nothing: a newcomer takes a bit that is set. It overtakes nobody, for nobody waits for it. */
static int reserves_nothing(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_all_12, "a");
    settle(1);
    set(ONE);
    say("try %s", attempt(&take_1));
    say("now %s", now(&take_1));
    set(TWO);
    say("try %s", attempt(&any_12));
    set(ONE);
    say("try %s", attempt(&any_12));
    return join(a);
}

static int no_overtaking(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_1, "b");
    settle(1);
    set(ONE);
    say("granted: try %s, now %s", attempt(&take_1), now(&any_1));
    set(ONE);
    say("granted: try %s, now %s", attempt(&take_1), now(&any_1));
    join(a);
    return join(b);
}

static int does_not_switch(void *arg)
{
    (void)arg;
    fresh(ONE);
    cosy_task *a = start(waiter, &any_1, "a");
    say("%s", code_name(cosy_flags_wait(&flags, ONE, TAKE, NULL, COSY_FOREVER)));
    set(ONE);
    say("set");
    clear(ONE);
    say("cleared");
    set(ONE);
    return join(a);
}

/* With and without timers, in the middle and at both ends: all in order of arrival. */
static int many(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *t[] = {start(waiter, &any_1_far, "a"), start(waiter, &take_2, "b"),   start(waiter, &any_1, "c"),
                      start(waiter, &take_4, "d"),    start(waiter, &any_1_far, "e"), start(waiter, &take_4, "f")};
    settle(1);
    set(ONE);
    join(t[0]);
    join(t[2]);
    join(t[4]);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    set(FOUR);
    join(t[3]);
    set(FOUR | TWO);
    join(t[1]);
    return join(t[5]);
}

/* ---- cancel ---- */

static int cancel_queued(void *arg)
{
    fresh(0);
    cosy_task *t[] = {start(waiter, arg, "a"), start(waiter, arg, "b"), start(waiter, arg, "c"),
                      start(waiter, arg, "d")};
    settle(1);
    cancel(t[1]);
    cancel(t[0]);
    cancel(t[3]);
    set(ONE);
    join(t[0]);
    join(t[1]);
    join(t[3]);
    join(t[2]);
    bits();
    return 0;
}

/* What it took goes to the next who wants it, in the same step; or it is set again. */
static int cancel_granted(void *arg)
{
    fresh(0);
    cosy_task *a = start(waiter, arg, "a"), *b = start(waiter, &take_2, "b"), *c = start(waiter, arg, "c");
    settle(1);
    set(ONE);
    cancel(a);
    bits();
    say("%s waits", cosy_task_name((cosy_task *)(void *)flags.waiters.head));
    cancel(c);
    bits();
    join(a);
    join(c);
    cancel(b);
    join(b);
    return 0;
}

/* Who took nothing has nothing to give back: a bit that was cleared meanwhile stays so. */
static int cancel_level(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &any_1, "a");
    settle(1);
    set(ONE | TWO);
    clear(ONE);
    cancel(a);
    bits();
    return join(a) == COSY_ECANCELED ? 0 : 1;
}

/* Several bits at once come back and serve several, in their order; those behind see what is left. */
static int cancel_serves_several(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_all_12, "a"), *b = start(waiter, &any_1, "b"), *c = start(waiter, &take_1, "c"),
              *d = start(waiter, &any_1, "d"), *e = start(waiter, &take_2, "e");
    settle(1);
    set(ONE | TWO);
    bits();
    cancel(a);
    bits();
    join(a);
    join(b);
    join(c);
    join(e);
    cancel(d);
    join(d);
    return 0;
}

/* What comes back may complete what somebody who wants more has waited for. */
static int cancel_completes(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_all_14, "b");
    settle(1);
    set(ONE);
    set(FOUR);
    bits();
    cancel(a);
    bits();
    join(a);
    return join(b);
}

/* ---- cancel after the grant, when more has happened since ---- */

/* A second set has served the next: the first bit is over, and is set. */
static int set_since(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_1, "b");
    settle(1);
    set(ONE);
    set(ONE);
    cancel(a);
    bits();
    join(a);
    join(b);
    return 0;
}

/* ... or has stayed: a bit that is set twice is set. */
static int set_since_and_left(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a");
    settle(1);
    set(ONE);
    set(ONE);
    bits();
    cancel(a);
    bits();
    say("%s", attempt(&take_1));
    say("%s", attempt(&take_1));
    return join(a) == COSY_ECANCELED ? 0 : 1;
}

/* A clear does not reach what was taken: a's comes back. */
static int cleared_since(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a");
    settle(1);
    set(ONE | TWO);
    clear(ONE | TWO);
    bits();
    cancel(a);
    bits();
    return join(a) == COSY_ECANCELED ? 0 : 1;
}

static int canceller(void *task)
{
    cancel(task);
    bits();
    return 0;
}

/* Who queued after the set, and before the cancel, is served in its turn. */
static int came_since(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_all_12, "b");
    settle(1);
    cosy_task *c = start(waiter, &any_12, "c"), *d = start(canceller, a, "d");
    set(ONE); /* c and d run before a */
    join(d);
    join(a);
    join(c);
    set(TWO);
    return join(b);
}

/* What a gave back was handed to b; it can be given back again. */
static int down_the_line(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_1, "b"), *c = start(waiter, &take_any_12, "c");
    settle(1);
    set(ONE);
    cancel(a);
    cancel(b);
    bits();
    join(a);
    join(b);
    return join(c);
}

/* Newest grant first or oldest first: all bits are set again. */
static int all_come_back(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_any_12, "a"), *b = start(waiter, &take_2, "b"), *c = start(waiter, &take_4, "c");
    settle(1);
    set(ONE);
    set(TWO | FOUR);
    bits();
    cancel(c);
    bits();
    cancel(a);
    bits();
    cancel(b);
    bits();
    join(c);
    join(a);
    join(b);
    return 0;
}

static int then_waits(void *arg)
{
    waiter(arg);
    cosy_cancel(cosy_self(), NULL);
    set(ONE);
    waiter(arg); /* it is set: completes at once */
    waiter(arg);
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(then_waits, &take_1, "a");
    settle(1);
    set(ONE);
    join(a);
    bits();
    return 0;
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1, "a"), *b = start(waiter, &take_1_until_10, "b"),
              *c = start(waiter, &take_1, "c");
    join(b);
    valid();
    say("at %d", at_ms());
    set(ONE);
    join(a);
    set(ONE);
    return join(c);
}

/* Half of what it waited for was set: it has taken nothing. */
static int times_out_halfway(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &all_12_until_10, "a");
    settle(1);
    set(ONE);
    join(a);
    bits();
    return 0;
}

static int ties(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1_until_10, "a");
    cosy_sleep_until(cosy_ms(10)); /* armed before a's */
    set(ONE);
    return join(a);
}

static int too_late(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &take_1_until_10, "a"), *b = start(waiter, &take_1, "b");
    settle(1);
    cosy_sleep_until(cosy_ms(10)); /* armed after a's */
    set(ONE);
    join(a);
    return join(b);
}

static int in_the_past(void *arg)
{
    (void)arg;
    want past = {ONE, TAKE, 1};
    fresh(ONE);
    cosy_sleep(cosy_ms(2));
    waiter(&past);
    waiter(&past);
    say("%s", flags.waiters.head ? "queued" : "not queued");
    say("%s", now(&take_1));
    set(ONE);
    say("%s", now(&take_1));
    bits();
    return 0;
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_flags_want want;
    bool waiting;
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = cosy_flags_wait_begin(&flags, &m->want, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_WAITING)
            return;
    }
    valid();
    say("%s %s %x", ME, code_name(rc), (unsigned)m->want.got);
    cosy_task_end(task, rc);
}

static struct machine machines[3];

static cosy_task *machine(int i, const want *w, const char *name)
{
    machines[i] = (struct machine){.want = {.mask = w->mask, .how = w->how, .got = 0xdead}};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int stackless(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *s = machine(0, &take_all_12, "s"), *a = start(waiter, &take_1, "a"), *t = machine(1, &take_any_12, "t"),
              *u = machine(2, &take_4, "u");
    settle(1);
    set(ONE);
    join(a);
    set(ONE | TWO | FOUR);
    cancel(s); /* t gets what it took */
    join(u);
    join(s);
    join(t);
    bits();
    set(FOUR);
    u = machine(2, &take_4, "u");
    join(u);
    return 0;
}

/* ---- nothing is lost, whatever happens: bits as tokens ---- */

enum { PLAYERS = 6, ROUNDS = 3000 };
static uint32_t held[PLAYERS]; /* by who has taken it and not set it again */
static bool over;

static uint32_t dice(void)
{
    static uint32_t x = 1;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

static int player(void *arg)
{
    uint32_t *mine = arg;
    while (!over) {
        uint32_t mask = 1 + dice() % 15;
        int rc = cosy_flags_wait(&flags, mask, dice() % 2 ? ALL | TAKE : ANY | TAKE, mine,
                                 dice() % 4 ? COSY_FOREVER : cosy_in(dice() % 3));
        if (rc == COSY_ECANCELED)
            break;
        if (rc)
            continue;
        if (dice() % 3)
            cosy_sleep(dice() % 4);
        set(*mine);
        *mine = 0;
    }
    return 0;
}

static int tokens(void *arg)
{
    cosy_task *t[PLAYERS];
    int cancelled = 0, wrong = 0;
    (void)arg;
    fresh(15);
    over = false;
    for (int i = 0; i < PLAYERS; i++)
        t[i] = start(player, &held[i], "player");
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t all = cosy_flags_get(&flags);
        int i = (int)(dice() % PLAYERS);
        cosy_sleep(dice() % 2);
        if (dice() % 4 == 0) {
            set(all & (1 + dice() % 15)); /* sets nothing that is not set */
            cancel(t[i]);
            cancelled += join(t[i]) == 0;
            t[i] = start(player, &held[i], "player");
        }
        if (cosy_flags_check(&flags))
            wrong++;
    }
    over = true;
    for (int i = 0; i < PLAYERS; i++) {
        cancel(t[i]);
        join(t[i]);
    }
    say("%d wrong, %s", wrong, cancelled > ROUNDS / 8 ? "many were cancelled" : "few were cancelled");
    bits();
    return cosy_flags_destroy(&flags);
}

/* ---- fairness ---- */

static int greedy(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_flags_wait(&flags, ONE, TAKE, NULL, COSY_FOREVER);
        cosy_flags_set(&flags, ONE);
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
    (void)arg;
    stop = false;
    fresh(ONE);
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
    fresh(ONE);
    cosy_task *a = start(speaker, NULL, "a");
    waiter(&take_1);
    bits();
    return join(a);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    (void)arg;
    uint32_t got = 7;
    cosy_flags_want nothing = {0, ANY, 7}, strange = {ONE, 4, 7};
    fresh(ONE);
    say("%s", code_name(cosy_flags_init(NULL, 0, "F")));
    say("%s", code_name(cosy_flags_set(NULL, ONE)));
    say("%s", code_name(cosy_flags_clear(NULL, ONE)));
    say("%s", code_name(cosy_flags_wait(NULL, ONE, ANY, &got, COSY_NOW)));
    say("%s", code_name(cosy_flags_wait(&flags, 0, ANY, &got, COSY_NOW)));
    say("%s", code_name(cosy_flags_wait(&flags, ONE, 4, &got, COSY_NOW)));
    say("%s", code_name(cosy_flags_try(NULL, ONE, ANY, &got)));
    say("%s", code_name(cosy_flags_try(&flags, 0, TAKE, &got)));
    say("%s", code_name(cosy_flags_wait_begin(NULL, &nothing, &cosy_self()->wait)));
    say("%s", code_name(cosy_flags_wait_begin(&flags, NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_flags_wait_begin(&flags, &nothing, &cosy_self()->wait)));
    say("%s", code_name(cosy_flags_wait_begin(&flags, &strange, &cosy_self()->wait)));
    strange.how = ANY;
    say("%s", code_name(cosy_flags_wait_begin(&flags, &strange, NULL)));
    say("%s", code_name(cosy_flags_destroy(NULL)));
    say("%u %u %s", (unsigned)got, (unsigned)strange.got, cosy_flags_check(NULL) ? "wrong" : "unchanged");
    bits();
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh(ONE);
    say("%s", code_name(cosy_flags_wait(&flags, ONE, TAKE, NULL, COSY_NOW)));
    say("%s", attempt(&take_1));
    say("%s", attempt(&take_1));
    set(TWO);
    clear(TWO);
    bits();
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &any_1, "a");
    settle(1);
    say("%s", code_name(cosy_flags_destroy(&flags)));
    set(ONE);
    say("%s", code_name(cosy_flags_destroy(&flags)));
    return join(a);
}

static cosy_flags ready_made = COSY_FLAGS_INIT("static", TWO);

static int static_one(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_flags_try(&ready_made, TWO, TAKE, NULL)));
    say("%s", code_name(cosy_flags_wait(&ready_made, TWO, TAKE, NULL, COSY_NOW)));
    say("%s", code_name(cosy_flags_wait(&ready_made, 0, TAKE, NULL, COSY_NOW)));
    return cosy_flags_destroy(&ready_made);
}

/* What the check is for: the object is spoilt on purpose. */
static int spoilt(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &any_1, "a");
    settle(1);
    flags.bits = ONE;
    valid();
    flags.bits = 0;
    valid();
    a->wait.list = NULL;
    valid();
    a->wait.list = &flags.waiters;
    cosy_flags_want *its = a->wait.arg.ptr;
    its->mask = 0;
    valid();
    its->mask = ONE;
    say("try %s", code_name(cosy_flags_try(&flags, ONE, COSY_FLAGS_ANY, NULL)));
    set(ONE);
    uint32_t got = 0;
    say("try %s", code_name(cosy_flags_try(&flags, ONE | TWO, COSY_FLAGS_ANY, &got)));
    say("%x", (unsigned)got);
    return join(a);
}

/* What a deadlock report would say. */
static int reported(void *arg)
{
    (void)arg;
    fresh(0);
    cosy_task *a = start(waiter, &any_1, "a");
    settle(1);
    say("%s %s", a->wait.ops->what, a->wait.ops->name(&a->wait));
    set(ONE);
    return join(a);
}

static const test_row rows[] = {
    {"any and all, with bits set one after the other", any_and_all, "b OK 2; a OK 3; bits 7"},
    {"what is set satisfies at once, and is taken or not", at_once,
     "main OK 1; bits 5; main OK 1; bits 4; main OK 3; main OK 3; bits 4"},
    {"all means at one moment", not_one_by_one, "waits; a OK 3"},
    {"a clear right after a set un-wakes nobody", set_then_clear, "bits 0; a OK 1; b OK 1; now EAGAIN", &any_1},
    {"a clear right after a set un-wakes nobody (timers)", set_then_clear, "bits 0; a OK 1; b OK 1; now EAGAIN",
     &any_1_far},
    {"all thirty-two bits", high_bit, "a OK 80000000; b OK ffffffff; bits ffffffff"},

    {"a bit that is taken lets one go, in order of arrival", one_at_a_time,
     "bits 0; a OK 1; b OK 1; bits 0; c OK 1; bits 1"},
    {"those before the one who takes see the bit, those behind do not", before_and_behind,
     "a OK 1; b OK 1; d OK 2; c waits; c OK 1"},
    {"a condition that does not hold holds nobody back", passes_over, "c OK 1; a OK 3; b OK 2; d OK 1"},
    {"a wait for all reserves nothing", reserves_nothing, "try OK; now EAGAIN; try OK; try EAGAIN; a OK 3"},
    {"nobody overtakes who was granted", no_overtaking,
     "granted: try EAGAIN, now EAGAIN; granted: try EAGAIN, now EAGAIN; a OK 1; b OK 1"},
    {"what completes at once, set and clear do not switch", does_not_switch, "OK; set; cleared; a OK 1"},
    {"several go at once, from both ends and the middle", many,
     "a OK 1; c OK 1; e OK 1; no timer left; d OK 4; b OK 2; f OK 4"},

    {"cancel while queued: head, middle and tail", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK 1; bits 0", &take_1},
    {"cancel while queued: head, middle and tail (timers)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c OK 1; bits 0", &take_1_far},
    {"cancel after the grant: its bits go to the next in the same step", cancel_granted,
     "bits 0; b waits; bits 1; a ECANCELED; c ECANCELED; b ECANCELED", &take_1},
    {"cancel after the grant: its bits go to the next in the same step (timers)", cancel_granted,
     "bits 0; b waits; bits 1; a ECANCELED; c ECANCELED; b ECANCELED", &take_1_far},
    {"cancel after the grant of one who takes nothing changes nothing", cancel_level, "bits 2; a ECANCELED"},
    {"cancel after the grant: the bits serve several, in order", cancel_serves_several,
     "bits 0; bits 0; a ECANCELED; b OK 1; c OK 1; e OK 2; d ECANCELED"},
    {"cancel after the grant completes another's condition", cancel_completes, "bits 4; bits 0; a ECANCELED; b OK 5"},
    {"set again between grant and cancel: one is over", set_since, "bits 1; a ECANCELED; b OK 1"},
    {"set again between grant and cancel, and still set", set_since_and_left,
     "bits 1; bits 1; OK; EAGAIN; a ECANCELED"},
    {"cleared between grant and cancel: what was taken comes back", cleared_since, "bits 0; bits 1; a ECANCELED"},
    {"who came between grant and cancel is served in its turn", came_since,
     "bits 1; a ECANCELED; c OK 1; b OK 3"},
    {"cancels after the grant run down the line", down_the_line, "bits 0; a ECANCELED; b ECANCELED; c OK 1"},
    {"all grants of a moment cancelled: all bits are set again", all_come_back,
     "bits 0; bits 4; bits 5; bits 7; a ECANCELED; b ECANCELED; c ECANCELED"},
    {"cancel after it has run", cancel_resumed, "a OK 1; a OK 1; a ECANCELED; bits 0"},

    {"timeout in the middle of the line", times_out, "b ETIMEDOUT; at 10; a OK 1; c OK 1"},
    {"timeout of one who wanted more takes nothing", times_out_halfway, "a ETIMEDOUT; bits 1"},
    {"a set that ties with the deadline wins", ties, "a OK 1"},
    {"a set after the deadline serves the next", too_late, "a ETIMEDOUT; b OK 1"},
    {"a deadline in the past and COSY_NOW", in_the_past,
     "main OK 1; main ETIMEDOUT; not queued; EAGAIN; OK; bits 0"},

    {"stackless tasks beside coroutines", stackless,
     "a OK 1; s ECANCELED 0; u OK 4; t OK 3; bits 0; u OK 4"},
    {"random waits and cancels: no bit is lost, none is doubled", tokens, "0 wrong, many were cancelled; bits f"},

    {"waits that complete at once do not starve others", fair, "others ran in time"},
    {"checkpoint = always: such a wait is a scheduling point", with_checkpoint, "a ran; main OK 1; bits 0",
     .options = {.checkpoint = true}},

    {"NULL, no bits, an unknown how", with_nonsense,
     "cosy_flags_init(F) by main: EINVAL; EINVAL; cosy_flags_set(NULL) by main: EINVAL; EINVAL; "
     "cosy_flags_clear(NULL) by main: EINVAL; EINVAL; cosy_flags_wait(NULL) by main: EINVAL; EINVAL; "
     "cosy_flags_wait(F) by main: EINVAL; EINVAL; cosy_flags_wait(F) by main: EINVAL; EINVAL; "
     "cosy_flags_try(NULL) by main: EINVAL; EINVAL; cosy_flags_try(F) by main: EINVAL; EINVAL; "
     "cosy_flags_wait_begin(NULL) by main: EINVAL; EINVAL; cosy_flags_wait_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_flags_wait_begin(F) by main: EINVAL; EINVAL; cosy_flags_wait_begin(F) by main: EINVAL; EINVAL; "
     "cosy_flags_wait_begin(NULL) by main: EINVAL; EINVAL; cosy_flags_destroy(NULL) by main: EINVAL; EINVAL; "
     "7 7 unchanged; bits 1"},
    {"outside a task: all but wait works", outside,
     "cosy_flags_wait(F) by (no task): ENOTASK; ENOTASK; OK; EAGAIN; bits 0", .without_loop = true},
    {"destroy with waiters is refused, after the set it is not", destroy_used,
     "cosy_flags_destroy(F) by main: EBUSY, see a; EBUSY; OK; a OK 1"},
    {"static initialiser", static_one, "OK; EAGAIN; cosy_flags_wait(static) by main: EINVAL; EINVAL"},
    {"reports name it", reported, "flags F; a OK 1"},
    {"the check finds what is wrong", spoilt,
     "a task waits for flags that are set; a node in a wait list believes to be in another; "
     "a task waits for no flags, or in an unknown way; try EAGAIN; try OK; 1; a OK 1"},
};

int main(void)
{
    return TEST_ROWS("flags", rows);
}
