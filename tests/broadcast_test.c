/* Broadcast: contract rules 1 (order of items, order of those who wait), 2 (no item is lost but those that are counted
 * as missed, whenever a cancel comes), 3 (deadlines), 4 (fairness), 7 (misuse); RULE h: close.
 *
 * The object's invariants are looked at after each step of the scenarios: valid(). */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static int room[8];
static cosy_broadcast news;
static cosy_receiver ear; /* of the scenario */

static void valid(void)
{
    const char *wrong = cosy_broadcast_check(&news);
    if (wrong)
        say("%s", wrong);
}

static void fresh(uint32_t capacity)
{
    memset(&news, 0xee, sizeof news);
    memset(&ear, 0xee, sizeof ear);
    cosy_broadcast_init(&news, room, sizeof(int), capacity, "B");
    cosy_broadcast_join(&ear, &news);
}

static void tell(int first, int n)
{
    while (n-- > 0) {
        cosy_broadcast_send(&news, &first);
        valid();
        first++;
    }
}

static void cancel(cosy_task *task)
{
    cosy_cancel(task, NULL);
    valid();
}

static int receive_until(cosy_receiver *r, cosy_time deadline)
{
    int item = -1;
    uint32_t missed = 0xdead;
    int rc = cosy_broadcast_receive(r, &item, &missed, deadline);
    valid();
    if (rc)
        say("%s %s", ME, code_name(rc));
    else if (missed)
        say("%s missed %u, got %d", ME, (unsigned)missed, item);
    else
        say("%s got %d", ME, item);
    return rc;
}

/* Tries, and says what there is. */
static void attempt(cosy_receiver *r)
{
    int item = -1;
    uint32_t missed = 0xdead;
    int rc = cosy_broadcast_try(r, &item, &missed);
    valid();
    if (rc)
        say("there is %s", code_name(rc));
    else if (missed)
        say("missed %u, there is %d", (unsigned)missed, item);
    else
        say("there is %d", item);
}

/* Gets one item with a receiver of its own. */
static int listener(void *deadline)
{
    cosy_receiver mine;
    cosy_broadcast_join(&mine, &news);
    receive_until(&mine, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    return cosy_broadcast_leave(&mine);
}

/* Gets one item with the receiver of the scenario. */
static int listener_with(void *arg)
{
    (void)arg;
    receive_until(&ear, COSY_FOREVER);
    return 0;
}

static int listener_then_sleeps(void *arg)
{
    listener_with(arg);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int listener_for_good(void *arg)
{
    cosy_receiver mine;
    (void)arg;
    cosy_broadcast_join(&mine, &news);
    while (receive_until(&mine, COSY_FOREVER) == COSY_OK)
        ;
    return cosy_broadcast_leave(&mine);
}

static cosy_time far_away = INT64_C(3600000000000);

/* ---- items ---- */

static int each_gets_all(void *arg)
{
    cosy_receiver late;
    (void)arg;
    fresh(4);
    say("%u", cosy_broadcast_behind(&ear));
    attempt(&ear);
    tell(1, 2);
    cosy_broadcast_join(&late, &news);
    tell(3, 1);
    say("%u %u, %u receivers", cosy_broadcast_behind(&ear), cosy_broadcast_behind(&late),
        cosy_broadcast_receivers(&news));
    attempt(&ear);
    attempt(&late);
    attempt(&ear);
    attempt(&late);
    attempt(&ear);
    attempt(&ear);
    cosy_broadcast_leave(&late);
    cosy_broadcast_leave(&ear);
    say("%u receivers", cosy_broadcast_receivers(&news));
    return cosy_broadcast_destroy(&news);
}

/* Up to the capacity nothing is missed; what is missed is counted once. */
static int falls_behind(void *arg)
{
    (void)arg;
    fresh(3);
    tell(1, 3);
    attempt(&ear);
    tell(4, 1);
    attempt(&ear);
    tell(5, 6);
    say("%u behind", cosy_broadcast_behind(&ear));
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

static int one_slot(void *arg)
{
    (void)arg;
    fresh(1);
    tell(1, 1);
    attempt(&ear);
    tell(2, 3);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

/* Who does not ask how many it has missed gets the oldest that is kept all the same. */
static int not_asked(void *arg)
{
    int item = -1;
    (void)arg;
    fresh(2);
    tell(1, 5);
    cosy_broadcast_try(&ear, &item, NULL);
    say("%d", item);
    return 0;
}

/* Capacities that are no power of two, receivers at different distances, many times round. */
static int wraps_round(void *capacity)
{
    cosy_receiver slow;
    int sent = 0, item, mine = 0, wrong = 0;
    uint32_t kept = *(uint32_t *)capacity, missed, lost = 0;
    fresh(kept);
    cosy_broadcast_join(&slow, &news);
    for (int round = 0; round < 1000; round++) {
        tell(sent, round % 4);
        sent += round % 4;
        while (cosy_broadcast_try(&ear, &item, &missed) == COSY_OK) {
            mine += (int)missed;
            wrong += item != mine++;
            lost += missed;
        }
        if (round % 5 == 0 && cosy_broadcast_try(&slow, &item, &missed) == COSY_OK)
            wrong += (uint32_t)(sent - item) > kept || (missed && (uint32_t)(sent - item) != kept);
    }
    say("%d wrong, %s lost, %s", wrong, lost ? "some" : "none", mine == sent ? "all" : "not all");
    return 0;
}

/* Numbers wrap: only differences count. */
static int numbers_wrap(void *arg)
{
    cosy_receiver slow;
    (void)arg;
    fresh(3);
    news.next = UINT32_MAX - 1;
    cosy_broadcast_join(&ear, &news);
    cosy_broadcast_join(&slow, &news);
    cosy_task *a = start(listener, NULL, "a");
    settle(1);
    tell(1, 2);
    say("%u", (unsigned)news.next);
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    tell(3, 3);
    attempt(&ear);
    attempt(&slow);
    cancel(a);
    return join(a);
}

static int to_nobody(void *arg)
{
    cosy_receiver late;
    (void)arg;
    fresh(2);
    cosy_broadcast_leave(&ear);
    say("%u receivers", cosy_broadcast_receivers(&news));
    tell(1, 5);
    cosy_broadcast_join(&late, &news);
    attempt(&late);
    tell(6, 1);
    attempt(&late);
    return 0;
}

/* Who leaves and joins again begins anew. */
static int joins_again(void *arg)
{
    (void)arg;
    fresh(2);
    tell(1, 1);
    cosy_broadcast_leave(&ear);
    tell(2, 1);
    cosy_broadcast_join(&ear, &news);
    attempt(&ear);
    tell(3, 1);
    attempt(&ear);
    return 0;
}

static unsigned char bytes[3][24];
static uint32_t size;

static int bytes_listener(void *place)
{
    cosy_receiver mine;
    cosy_broadcast_join(&mine, &news);
    return cosy_broadcast_receive(&mine, place, NULL, COSY_FOREVER);
}

static int sizes(void *arg)
{
    unsigned char got[4][24 + 1], two_slots[48 + 1];
    size = *(uint32_t *)arg;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 24; j++)
            bytes[i][j] = (unsigned char)(i * 64 + j + 1);
    memset(got, 0xee, sizeof got);
    memset(two_slots, 0xee, sizeof two_slots);
    cosy_broadcast_init(&news, two_slots, size, 2, "B");
    cosy_broadcast_join(&ear, &news);
    cosy_task *a = start(bytes_listener, got[0], "a");
    settle(1);
    cosy_broadcast_send(&news, bytes[0]); /* handed over */
    join(a);
    cosy_broadcast_try(&ear, got[1], NULL);
    cosy_broadcast_send(&news, bytes[1]);
    cosy_broadcast_send(&news, bytes[2]);
    cosy_broadcast_try(&ear, got[2], NULL);
    cosy_broadcast_try(&ear, got[3], NULL);
    bool right = two_slots[2 * size] == 0xee;
    for (int i = 0; i < 4; i++)
        right = right && !memcmp(got[i], bytes[i ? i - 1 : 0], size) && got[i][size] == 0xee;
    say("%s", right ? "right" : "wrong");
    return 0;
}

/* ---- order ---- */

static int all_in_order(void *deadline)
{
    fresh(2);
    cosy_task *a = start(listener, NULL, "a"), *b = start(listener, deadline, "b"), *c = start(listener, NULL, "c");
    settle(1);
    tell(1, 2);
    say("sent, %s", news.waiters.head ? "somebody waits" : "nobody waits");
    join(a);
    join(b);
    join(c);
    say("%s", cosy_loop_next(cosy_here()) == COSY_FOREVER ? "no timer left" : "a timer is left");
    return 0;
}

/* What was sent in one step: the first handed over, the others from the ring. */
static int several_in_a_step(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(listener_for_good, NULL, "a"), *b = start(listener_for_good, NULL, "b");
    settle(1);
    tell(1, 5);
    settle(1);
    cosy_broadcast_close(&news);
    join(a);
    return join(b);
}

static int does_not_switch(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener, NULL, "a");
    tell(1, 1);
    say("sent");
    receive_until(&ear, COSY_FOREVER);
    settle(1);
    tell(2, 1);
    say("sent");
    return join(a);
}

/* ---- cancel ---- */

static int cancel_queued(void *deadline)
{
    fresh(2);
    cosy_task *t[] = {start(listener, deadline, "a"), start(listener, deadline, "b"), start(listener, deadline, "c"),
                      start(listener, deadline, "d")};
    settle(1);
    cancel(t[1]);
    cancel(t[0]);
    cancel(t[3]);
    tell(1, 1);
    join(t[0]);
    join(t[1]);
    join(t[3]);
    join(t[2]);
    say("%u receivers", cosy_broadcast_receivers(&news));
    return 0;
}

static int queued_then_again(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener_with, NULL, "a");
    settle(1);
    cancel(a);
    join(a);
    attempt(&ear);
    a = start(listener_with, NULL, "a");
    settle(1);
    tell(1, 1);
    return join(a);
}

/* Who is cancelled before it has run has got nothing: its receiver gets it at the next call, once. */
static int cancel_granted(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener_with, NULL, "a"), *b = start(listener, NULL, "b");
    settle(1);
    tell(1, 1);
    say("%u behind", cosy_broadcast_behind(&ear));
    cancel(a);
    say("%u behind", cosy_broadcast_behind(&ear));
    join(a);
    join(b);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

/* More was sent since, and the item is still kept: all come, in order. */
static int sent_since(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    tell(1, 3);
    cancel(a);
    say("%u behind", cosy_broadcast_behind(&ear));
    join(a);
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

/* ... and it was overwritten: it is a's, who says so; the cancel comes at its next wait. */
static int overwritten_since(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    tell(1, 4);
    cancel(a);
    say("%u behind", cosy_broadcast_behind(&ear));
    join(a);
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

static int one_slot_since(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    tell(1, 1);
    cancel(a);
    join(a);
    attempt(&ear);
    a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    tell(2, 2);
    cancel(a);
    join(a);
    attempt(&ear);
    return 0;
}

static int closed_since(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener_with, NULL, "a");
    settle(1);
    tell(1, 2);
    cosy_broadcast_close(&news);
    valid();
    cancel(a);
    join(a);
    receive_until(&ear, COSY_FOREVER);
    receive_until(&ear, COSY_FOREVER);
    receive_until(&ear, COSY_FOREVER);
    return 0;
}

/* What happens between a's grant and its cancel; the receiver went into b's hands, who waits. */
static int just_cancel(void *a)
{
    cancel(a);
    return 0;
}

static int close_and_cancel(void *a)
{
    cosy_broadcast_close(&news);
    cancel(a);
    return 0;
}

static int send_and_cancel(void *a)
{
    tell(2, 1);
    cancel(a);
    return 0;
}

static int cancel_and_send(void *a)
{
    cancel(a);
    tell(2, 1);
    return 0;
}

static int in_other_hands(void *arg)
{
    cosy_fn *meanwhile = arg;
    fresh(3);
    cosy_task *a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    cosy_task *b = start(listener_with, NULL, "b"), *c = start(*meanwhile, a, "c");
    tell(1, 1); /* b and c run before a */
    join(c);
    join(a);
    cosy_broadcast_close(&news);
    join(b);
    attempt(&ear);
    return 0;
}

/* Both give back what they got, b what a gave back. */
static int all_come_back(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(listener_with, NULL, "a");
    settle(1);
    cosy_task *b = start(listener_with, NULL, "b"), *c = start(just_cancel, a, "c"), *d = start(just_cancel, b, "d");
    tell(1, 1);
    join(d);
    join(c);
    join(a);
    join(b);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

/* Somebody has gone on with the same receiver: the item cannot come after its successor, so it is a's. */
static int gone_on(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    tell(1, 3);
    attempt(&ear);
    cancel(a);
    join(a);
    attempt(&ear);
    attempt(&ear);
    return 0;
}

/* It has left: there is nobody to give it back to. */
static int left_since(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(listener_then_sleeps, NULL, "a");
    settle(1);
    tell(1, 1);
    cosy_broadcast_leave(&ear);
    cancel(a);
    join(a);
    return cosy_broadcast_destroy(&news);
}

static int then_waits(void *arg)
{
    (void)arg;
    receive_until(&ear, COSY_FOREVER);
    cosy_cancel(cosy_self(), NULL);
    receive_until(&ear, COSY_FOREVER); /* there is one: completes at once */
    receive_until(&ear, COSY_FOREVER);
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(then_waits, NULL, "a");
    settle(1);
    tell(1, 2);
    join(a);
    tell(3, 1);
    attempt(&ear);
    return 0;
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    cosy_time ten = cosy_ms(10);
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener, NULL, "a"), *b = start(listener, &ten, "b"), *c = start(listener, NULL, "c");
    join(b);
    valid();
    say("at %d", at_ms());
    tell(1, 1);
    join(a);
    return join(c);
}

static int ties(void *arg)
{
    cosy_time ten = cosy_ms(10);
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener, &ten, "a");
    cosy_sleep_until(ten); /* armed before a's */
    tell(1, 1);
    return join(a);
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_sleep(cosy_ms(2));
    receive_until(&ear, cosy_ms(1));
    receive_until(&ear, COSY_NOW);
    say("%s", news.waiters.head || ear.wait ? "queued" : "not queued");
    tell(1, 3);
    receive_until(&ear, cosy_ms(1));
    receive_until(&ear, COSY_NOW);
    receive_until(&ear, COSY_NOW);
    return 0;
}

/* ---- close ---- */

static int closes(void *arg)
{
    cosy_receiver slow;
    int item = 9;
    (void)arg;
    fresh(2);
    cosy_broadcast_join(&slow, &news);
    tell(1, 3);
    attempt(&ear);
    attempt(&ear);
    cosy_task *a = start(listener_with, NULL, "a"), *b = start(listener, &far_away, "b");
    settle(1);
    say("close %s", code_name(cosy_broadcast_close(&news)));
    valid();
    cancel(a); /* too late: closed it is */
    join(a);
    join(b);
    say("send %s", code_name(cosy_broadcast_send(&news, &item)));
    receive_until(&slow, COSY_FOREVER); /* what is left */
    receive_until(&slow, COSY_FOREVER);
    receive_until(&slow, COSY_FOREVER);
    attempt(&slow);
    say("again %s", code_name(cosy_broadcast_close(&news)));
    cosy_broadcast_leave(&slow);
    cosy_broadcast_join(&slow, &news);
    receive_until(&slow, COSY_FOREVER);
    return 0;
}

/* ---- begin forms ---- */

struct machine {
    cosy_task task;
    cosy_receiver receiver;
    int item;
    uint32_t missed;
    bool open;
};

/* Gets items until it is closed. */
static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->open) {
        m->open = true;
        cosy_broadcast_join(&m->receiver, &news);
    } else if (rc == COSY_OK) {
        say("%s got %d, missed %u", ME, m->item, (unsigned)m->missed);
    }
    while (rc == COSY_OK) {
        m->missed = 0xdead;
        rc = cosy_broadcast_receive_begin(&m->receiver, &m->item, &m->missed, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_OK)
            say("%s got %d at once, missed %u", ME, m->item, (unsigned)m->missed);
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
    fresh(2);
    cosy_task *s = machine(0, "s"), *a = start(listener, NULL, "a"), *t = machine(1, "t");
    settle(1);
    tell(1, 1);
    cancel(t);
    join(t);
    join(a);
    attempt(&machines[1].receiver);
    tell(2, 4);
    settle(1);
    cosy_broadcast_close(&news);
    join(s);
    return 0;
}

/* ---- every item is got or counted as missed, whatever happens ---- */

enum { CROWD = 5, ROUNDS = 2000 };
static cosy_receiver crowd[CROWD];
static int expected[CROWD], out_of_order;
static uint32_t total_missed;

static uint32_t dice(void)
{
    static uint32_t x = 1;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}

static void account(int i, int item, uint32_t missed)
{
    expected[i] += (int)missed;
    out_of_order += item != expected[i]++;
    total_missed += missed;
}

static int reader(void *arg)
{
    int i = *(int *)arg, item, rc;
    uint32_t missed;
    for (;;) {
        rc = cosy_broadcast_receive(&crowd[i], &item, &missed, dice() % 3 ? COSY_FOREVER : cosy_in(dice() % 3));
        if (rc == COSY_OK)
            account(i, item, missed);
        else if (rc != COSY_ETIMEDOUT)
            return rc;
        if (dice() % 4 == 0 && cosy_sleep(dice() % 4))
            return COSY_ECANCELED;
    }
}

static int accounts(void *capacity)
{
    static int id[CROWD];
    cosy_task *t[CROWD];
    int wrong = 0, right = 0, cancelled = 0, sent = 0, item;
    uint32_t missed;
    fresh(*(uint32_t *)capacity);
    cosy_broadcast_leave(&ear);
    out_of_order = 0;
    total_missed = 0;
    for (int i = 0; i < CROWD; i++) {
        id[i] = i;
        expected[i] = 0;
        cosy_broadcast_join(&crowd[i], &news);
        t[i] = start(reader, &id[i], "reader");
    }
    for (int round = 0; round < ROUNDS; round++) {
        int i = (int)(dice() % CROWD);
        cosy_sleep(dice() % 3);
        for (uint32_t n = dice() % 4; n > 0; n--) {
            cosy_broadcast_send(&news, &sent);
            sent++;
        }
        if (dice() % 2) {
            cosy_cancel(t[i], NULL); /* granted, often */
            wrong += cosy_broadcast_check(&news) != NULL;
            cancelled += join(t[i]) == COSY_ECANCELED;
            t[i] = start(reader, &id[i], "reader");
        }
    }
    for (int i = 0; i < CROWD; i++)
        if (dice() % 2)
            cosy_cancel(t[i], NULL);
    cosy_broadcast_close(&news);
    for (int i = 0; i < CROWD; i++) {
        join(t[i]);
        while (cosy_broadcast_try(&crowd[i], &item, &missed) == COSY_OK)
            account(i, item, missed);
        right += expected[i] == sent;
        cosy_broadcast_leave(&crowd[i]);
    }
    say("%d wrong, %d out of order, %d right, %s missed, %s", wrong, out_of_order, right,
        total_missed ? "some" : "none", cancelled > ROUNDS / 4 ? "many were cancelled" : "few were cancelled");
    return cosy_broadcast_destroy(&news);
}

/* ---- fairness ---- */

static int greedy(void *stop)
{
    cosy_receiver mine;
    int n = 0, item = 0;
    cosy_broadcast_join(&mine, &news);
    while (!*(bool *)stop && n < 100000) {
        cosy_broadcast_send(&news, &item);
        cosy_broadcast_receive(&mine, &item, NULL, COSY_FOREVER);
        n++;
    }
    cosy_broadcast_leave(&mine);
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
    fresh(2);
    if (closed)
        cosy_broadcast_close(&news);
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
    fresh(2);
    tell(1, 1);
    cosy_task *a = start(speaker, NULL, "a");
    receive_until(&ear, COSY_FOREVER);
    return join(a);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    int item = 0;
    cosy_receiver never = {NULL, NULL, NULL, NULL, 0};
    static cosy_broadcast nothing;
    (void)arg;
    fresh(2);
    say("%s", code_name(cosy_broadcast_init(NULL, room, sizeof(int), 2, "B")));
    say("%s", code_name(cosy_broadcast_init(&news, NULL, sizeof(int), 2, "B")));
    say("%s", code_name(cosy_broadcast_init(&news, room, 0, 2, "B")));
    say("%s", code_name(cosy_broadcast_init(&news, room, sizeof(int), 0, "B")));
    say("%s", code_name(cosy_broadcast_init(&news, room, 8, UINT32_C(0x20000000), "B")));
    say("%s", code_name(cosy_broadcast_init(&news, room, 1, UINT32_C(0x80000000), NULL)));
    say("%s", code_name(cosy_broadcast_send(NULL, &item)));
    say("%s", code_name(cosy_broadcast_send(&news, NULL)));
    say("%s", code_name(cosy_broadcast_send(&nothing, &item)));
    say("%s", code_name(cosy_broadcast_join(NULL, &news)));
    say("%s", code_name(cosy_broadcast_join(&never, NULL)));
    say("%s", code_name(cosy_broadcast_leave(NULL)));
    say("%s", code_name(cosy_broadcast_leave(&never)));
    say("%s", code_name(cosy_broadcast_receive(NULL, &item, NULL, COSY_NOW)));
    say("%s", code_name(cosy_broadcast_receive(&never, &item, NULL, COSY_NOW)));
    say("%s", code_name(cosy_broadcast_receive(&ear, NULL, NULL, COSY_NOW)));
    say("%s", code_name(cosy_broadcast_receive_begin(&never, &item, NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_broadcast_receive_begin(&ear, NULL, NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_broadcast_receive_begin(&ear, &item, NULL, NULL)));
    say("%s", code_name(cosy_broadcast_try(&never, &item, NULL)));
    say("%s", code_name(cosy_broadcast_try(&ear, NULL, NULL)));
    say("%s", code_name(cosy_broadcast_close(NULL)));
    say("%s", code_name(cosy_broadcast_destroy(NULL)));
    say("%s, %u receivers", cosy_broadcast_check(NULL) ? "wrong" : "unchanged", cosy_broadcast_receivers(&news));
    return 0;
}

/* One task at a time waits with a receiver, and none while it leaves. */
static int two_with_one(void *arg)
{
    int item;
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener_with, NULL, "a");
    settle(1);
    receive_until(&ear, COSY_FOREVER);
    say("%s", code_name(cosy_broadcast_receive_begin(&ear, &item, NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_broadcast_leave(&ear)));
    valid();
    tell(1, 1);
    join(a);
    say("%s", code_name(cosy_broadcast_leave(&ear)));
    say("%s", code_name(cosy_broadcast_leave(&ear)));
    return 0;
}

static int outside(void *arg)
{
    int item;
    (void)arg;
    fresh(2);
    tell(1, 1);
    say("%s", code_name(cosy_broadcast_receive(&ear, &item, NULL, COSY_NOW)));
    attempt(&ear);
    attempt(&ear);
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener_with, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_broadcast_destroy(&news)));
    tell(1, 1);
    say("%s", code_name(cosy_broadcast_destroy(&news)));
    join(a);
    cosy_broadcast_leave(&ear);
    return cosy_broadcast_destroy(&news);
}

static struct pair {
    int x, y;
} pairs[3];
static cosy_broadcast ready_made = COSY_BROADCAST_INIT("static", pairs);

static int static_one(void *arg)
{
    struct pair got = {0, 0};
    uint32_t missed;
    (void)arg;
    cosy_broadcast_join(&ear, &ready_made);
    for (int i = 1; i <= 4; i++)
        cosy_broadcast_send(&ready_made, &(struct pair){i, -i});
    cosy_broadcast_try(&ear, &got, &missed);
    say("missed %u, got %d %d", (unsigned)missed, got.x, got.y);
    say("%s", code_name(cosy_broadcast_send(&ready_made, NULL)));
    cosy_broadcast_leave(&ear);
    return cosy_broadcast_destroy(&ready_made);
}

/* What a deadlock report would say; and what the check is for: the object is spoilt on purpose. */
static int spoilt(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(listener_with, NULL, "a");
    settle(1);
    say("%s %s", a->wait.ops->what, a->wait.ops->name(&a->wait));
    void *place = ear.place;
    news.next++;
    valid();
    news.next--;
    news.closed = 1;
    valid();
    news.closed = 0;
    news.receivers--;
    valid();
    news.receivers++;
    ear.wait = NULL;
    valid();
    ear.wait = &a->wait;
    ear.broadcast = NULL;
    valid();
    ear.broadcast = &news;
    ear.place = NULL;
    valid();
    ear.place = place;
    news.head = 2;
    valid();
    news.head = 0;
    news.count = 3;
    valid();
    news.count = 0;
    a->wait.state = COSY_CANCELLED;
    valid();
    a->wait.state = COSY_QUEUED;
    news.room = NULL;
    valid();
    news.room = room;
    news.size = 0;
    valid();
    news.size = sizeof room[0];
    news.capacity = 0;
    valid();
    news.capacity = 2;
    tell(1, 1);
    return join(a);
}

static uint32_t n1 = 1, n2 = 2, n3 = 3, n5 = 5, n7 = 7, n8 = 8, n24 = 24;
static cosy_fn hands[] = {just_cancel, close_and_cancel, send_and_cancel, cancel_and_send};

static const test_row rows[] = {
    {"each receiver gets all since it joined", each_gets_all,
     "0; there is EAGAIN; 3 1, 2 receivers; there is 1; there is 3; there is 2; there is EAGAIN; there is 3; "
     "there is EAGAIN; 0 receivers"},
    {"who falls behind goes on at the oldest, and is told what it missed", falls_behind,
     "there is 1; there is 2; 8 behind; missed 5, there is 8; there is 9; there is 10; there is EAGAIN"},
    {"a capacity of one", one_slot, "there is 1; missed 2, there is 4; there is EAGAIN"},
    {"who does not ask what it missed", not_asked, "4"},
    {"many times round, capacity 1", wraps_round, "0 wrong, some lost, all", &n1},
    {"many times round, capacity 3", wraps_round, "0 wrong, none lost, all", &n3},
    {"many times round, capacity 7", wraps_round, "0 wrong, none lost, all", &n7},
    {"numbers wrap", numbers_wrap,
     "0; there is 1; there is 2; there is EAGAIN; there is 3; missed 2, there is 3; a got 1"},
    {"sent to nobody", to_nobody, "0 receivers; there is EAGAIN; there is 6"},
    {"who joins again begins anew", joins_again, "there is EAGAIN; there is 3"},
    {"items of 1 byte", sizes, "right", &n1},
    {"items of 3 bytes", sizes, "right", &n3},
    {"items of 8 bytes", sizes, "right", &n8},
    {"items of 24 bytes", sizes, "right", &n24},

    {"a send lets all go, in order of arrival", all_in_order,
     "sent, nobody waits; a got 1; b got 1; c got 1; no timer left"},
    {"a send lets all go, in order of arrival (timers)", all_in_order,
     "sent, nobody waits; a got 1; b got 1; c got 1; no timer left", &far_away},
    {"several sends in one step", several_in_a_step,
     "a got 1; a missed 1, got 3; a got 4; a got 5; b got 1; b missed 1, got 3; b got 4; b got 5; a ECLOSED; "
     "b ECLOSED"},
    {"send, and receive of what is there, do not switch", does_not_switch, "sent; main got 1; sent; a got 2"},

    {"cancel while queued: head, middle and tail", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c got 1; 1 receivers"},
    {"cancel while queued: head, middle and tail (timers)", cancel_queued,
     "b ECANCELED; a ECANCELED; d ECANCELED; c got 1; 1 receivers", &far_away},
    {"a receiver waits again after a cancel while queued", queued_then_again, "a ECANCELED; there is EAGAIN; a got 1"},
    {"cancel after the grant: the item is there again, once", cancel_granted,
     "0 behind; 1 behind; a ECANCELED; b got 1; there is 1; there is EAGAIN"},
    {"sent between grant and cancel, the item is kept: all come in order", sent_since,
     "3 behind; a ECANCELED; then ECANCELED; there is 1; there is 2; there is 3; there is EAGAIN"},
    {"sent between grant and cancel, overwritten: the receive stands", overwritten_since,
     "3 behind; a got 1; then ECANCELED; there is 2; there is 3; there is 4; there is EAGAIN"},
    {"the same with a capacity of one", one_slot_since,
     "a ECANCELED; then ECANCELED; there is 1; a got 2; then ECANCELED; there is 3"},
    {"closed between grant and cancel: the item is there, then closed", closed_since,
     "a ECANCELED; main got 1; main got 2; main ECLOSED"},
    {"the receiver in other hands: who waits with it gets the item", in_other_hands,
     "a ECANCELED; then ECANCELED; b got 1; there is ECLOSED", &hands[0]},
    {"the receiver in other hands, and closed", in_other_hands,
     "a ECANCELED; then ECANCELED; b ECLOSED; there is 1", &hands[1]},
    {"the receiver in other hands, which got the next item: the receive stands", in_other_hands,
     "a got 1; then ECANCELED; b got 2; there is ECLOSED", &hands[2]},
    {"the receiver in other hands, and sent after the cancel", in_other_hands,
     "a ECANCELED; then ECANCELED; b got 1; there is 2", &hands[3]},
    {"an item that was given back is given back again", all_come_back,
     "a ECANCELED; b ECANCELED; there is 1; there is EAGAIN"},
    {"somebody has gone on with the receiver: the receive stands", gone_on,
     "there is 2; a got 1; then ECANCELED; there is 3; there is EAGAIN"},
    {"the receiver has left: the receive stands", left_since, "a got 1; then ECANCELED"},
    {"cancel after it has run", cancel_resumed, "a got 1; a got 2; a ECANCELED; there is 3"},

    {"timeout in the middle of the line", times_out, "b ETIMEDOUT; at 10; a got 1; c got 1"},
    {"a send that ties with the deadline wins", ties, "a got 1"},
    {"a deadline in the past and COSY_NOW", in_the_past,
     "main ETIMEDOUT; main EAGAIN; not queued; main missed 1, got 2; main got 3; main EAGAIN"},

    {"close: who waits has got all; the others get what is left", closes,
     "missed 1, there is 2; there is 3; close OK; a ECLOSED; b ECLOSED; send ECLOSED; main missed 1, got 2; "
     "main got 3; main ECLOSED; there is ECLOSED; again OK; main ECLOSED"},

    {"stackless tasks beside coroutines", stackless,
     "s got 1, missed 0; a got 1; t ECANCELED; there is 1; s got 2, missed 0; s got 4 at once, missed 1; "
     "s got 5 at once, missed 0; s ECLOSED"},
    {"random sends and cancels: each item is got or counted as missed, capacity 1", accounts,
     "0 wrong, 0 out of order, 5 right, some missed, many were cancelled", &n1},
    {"random sends and cancels: each item is got or counted as missed, capacity 2", accounts,
     "0 wrong, 0 out of order, 5 right, some missed, many were cancelled", &n2},
    {"random sends and cancels: each item is got or counted as missed, capacity 5", accounts,
     "0 wrong, 0 out of order, 5 right, some missed, many were cancelled", &n5},

    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"calls that fail because it is closed do not starve others", fair, "others ran in time", "closed"},
    {"checkpoint = always: such a call is a scheduling point", with_checkpoint, "a ran; main got 1",
     .options = {.checkpoint = true}},

    {"NULL, no size, no capacity, too large, not joined", with_nonsense,
     "cosy_broadcast_init(B) by main: EINVAL; EINVAL; cosy_broadcast_init(B) by main: EINVAL; EINVAL; "
     "cosy_broadcast_init(B) by main: EINVAL; EINVAL; cosy_broadcast_init(B) by main: EINVAL; EINVAL; "
     "cosy_broadcast_init(B) by main: EINVAL; EINVAL; cosy_broadcast_init((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_broadcast_send(NULL) by main: EINVAL; EINVAL; cosy_broadcast_send(B) by main: EINVAL; EINVAL; "
     "cosy_broadcast_send((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_broadcast_join(B) by main: EINVAL; EINVAL; cosy_broadcast_join(NULL) by main: EINVAL; EINVAL; "
     "cosy_broadcast_leave(NULL) by main: EINVAL; EINVAL; cosy_broadcast_leave(NULL) by main: EINVAL; EINVAL; "
     "cosy_broadcast_receive(NULL) by main: EINVAL; EINVAL; cosy_broadcast_receive(NULL) by main: EINVAL; EINVAL; "
     "cosy_broadcast_receive(B) by main: EINVAL; EINVAL; cosy_broadcast_receive_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_broadcast_receive_begin(B) by main: EINVAL; EINVAL; cosy_broadcast_receive_begin(NULL) by main: EINVAL; "
     "EINVAL; cosy_broadcast_try(NULL) by main: EINVAL; EINVAL; "
     "cosy_broadcast_try(B) by main: EINVAL; EINVAL; cosy_broadcast_close(NULL) by main: EINVAL; EINVAL; "
     "cosy_broadcast_destroy(NULL) by main: EINVAL; EINVAL; unchanged, 1 receivers"},
    {"a second task with the same receiver is refused, and leaving too", two_with_one,
     "cosy_broadcast_receive(B) by main: EBUSY, see a; main EBUSY; "
     "cosy_broadcast_receive_begin(B) by main: EBUSY, see a; EBUSY; cosy_broadcast_leave(B) by main: EBUSY, see a; "
     "EBUSY; a got 1; OK; cosy_broadcast_leave(NULL) by main: EINVAL; EINVAL"},
    {"outside a task: all but receive works", outside,
     "cosy_broadcast_receive(B) by (no task): ENOTASK; ENOTASK; there is 1; there is EAGAIN", .without_loop = true},
    {"destroy with waiters, with receivers", destroy_used,
     "cosy_broadcast_destroy(B) by main: EBUSY, see a; EBUSY; cosy_broadcast_destroy(B) by main: EBUSY; EBUSY; "
     "a got 1"},
    {"static initialiser", static_one,
     "missed 1, got 2 -2; cosy_broadcast_send(static) by main: EINVAL; EINVAL"},
    {"reports name it, and the check finds what is wrong", spoilt,
     "broadcast B; a task waits for a broadcast that has an item for it; "
     "a task waits for a broadcast that is closed; more tasks wait for a broadcast than have joined it; "
     "a task waits for a broadcast with a receiver that knows nothing of it; "
     "a task waits for a broadcast with a receiver that knows nothing of it; "
     "a task waits for a broadcast with a receiver that knows nothing of it; "
     "a broadcast counts more items than it keeps; a broadcast counts more items than it keeps; "
     "a node in a wait list does not wait; a broadcast has no room; a broadcast has no room; "
     "a broadcast has no room; a got 1"},
};

int main(void)
{
    return TEST_ROWS("broadcast", rows);
}
