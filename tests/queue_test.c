/* Queue: contract rules 1 (FIFO on both sides, direct hand-off), 2 (no item is lost or doubled), 3 (deadlines),
 * 4 (fairness), 7 (misuse); RULE h: close. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static int room[8];
static cosy_queue queue;

static void fresh(uint32_t capacity)
{
    cosy_queue_init(&queue, room, sizeof(int), capacity, "Q");
}

/* Is the queue what it should be? Called after each step. */
static void checked(void)
{
    const char *wrong = cosy_queue_check(&queue);
    if (wrong)
        say("WRONG: %s", wrong);
}

static void fill(int first, int n)
{
    while (n-- > 0) {
        cosy_queue_try_put(&queue, &first);
        checked();
        first++;
    }
}

static int get_until(cosy_time deadline)
{
    int item = -1;
    int rc = cosy_queue_get(&queue, &item, deadline);
    checked();
    if (rc == COSY_OK)
        say("%s got %d", ME, item);
    else
        say("%s %s", ME, code_name(rc));
    return 0;
}

static int put_until(int item, cosy_time deadline)
{
    int rc = cosy_queue_put(&queue, &item, deadline);
    checked();
    say("%s put %d %s", ME, item, code_name(rc));
    return 0;
}

static int getter(void *deadline)
{
    return get_until(deadline ? *(cosy_time *)deadline : COSY_FOREVER);
}

static int getter_then_sleeps(void *arg)
{
    getter(arg);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

static int putter(void *item)
{
    return put_until(*(int *)item, COSY_FOREVER);
}

static int putter_then_sleeps(void *item)
{
    putter(item);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int putter_until_10(void *item)
{
    return put_until(*(int *)item, cosy_ms(10));
}

static void drain(void)
{
    int item;
    while (cosy_queue_try_get(&queue, &item) == COSY_OK) {
        say("%d", item);
        checked();
    }
}

/* ---- order ---- */

static int items_in_order(void *arg)
{
    (void)arg;
    fresh(3);
    say("%d %d", cosy_queue_empty(&queue), cosy_queue_full(&queue));
    fill(1, 3);
    say("%d %d, %u", cosy_queue_empty(&queue), cosy_queue_full(&queue), cosy_queue_count(&queue));
    drain();
    return cosy_queue_destroy(&queue);
}

static int getters_in_order(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b"), *c = start(getter, NULL, "c");
    settle(1);
    fill(1, 3);
    say("put, %u stored", cosy_queue_count(&queue));
    join(a);
    join(b);
    return join(c);
}

static int putters_in_order(void *arg)
{
    (void)arg;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter, &numbers[1], "a"), *b = start(putter, &numbers[2], "b");
    settle(1);
    get_until(COSY_FOREVER);
    get_until(COSY_FOREVER);
    get_until(COSY_FOREVER);
    join(a);
    return join(b);
}

/* The item is the waiting getter's from the put on: nobody gets it before. */
static int gets_do_not_overtake(void *arg)
{
    (void)arg;
    int item = 7;
    fresh(3);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    cosy_queue_put(&queue, &item, COSY_FOREVER);
    say("try %s", code_name(cosy_queue_try_get(&queue, &item)));
    get_until(COSY_NOW);
    return join(a);
}

/* A slot that a get frees is the waiting putter's in the same step. */
static int puts_do_not_overtake(void *arg)
{
    (void)arg;
    int item;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter, &numbers[1], "a");
    settle(1);
    say("get %s", code_name(cosy_queue_get(&queue, &item, COSY_FOREVER)));
    say("try %s", code_name(cosy_queue_try_put(&queue, &item)));
    put_until(9, COSY_NOW);
    join(a);
    drain();
    return 0;
}

static int pings(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++)
        cosy_queue_put(&queue, &i, COSY_FOREVER);
    return 0;
}

static int through_one_slot(void *arg)
{
    (void)arg;
    int right = 0, item;
    fresh(1);
    cosy_task *a = start(pings, NULL, "a");
    for (int i = 0; i < 100; i++)
        right += cosy_queue_get(&queue, &item, COSY_FOREVER) == COSY_OK && item == i;
    say("%d right", right);
    return join(a);
}

static int wraps_round(void *arg)
{
    (void)arg;
    int right = 0, in = 0, out = 0, item;
    fresh(7);
    for (int round = 0; round < 1000; round++) {
        for (int n = round % 8; n > 0 && cosy_queue_try_put(&queue, &in) == COSY_OK; n--)
            in++;
        for (int n = round % 5; n > 0 && cosy_queue_try_get(&queue, &item) == COSY_OK; n--)
            right += item == out++;
    }
    while (cosy_queue_try_get(&queue, &item) == COSY_OK)
        right += item == out++;
    say("%s, %s", right == in && in == out && in > 1000 ? "all in order" : "wrong", code_name(in == out ? 0 : -9));
    return 0;
}

/* ---- items of any size: handed over, stored, refilled from a waiting putter ---- */

static unsigned char bytes[3][24];
static uint32_t size;

static int bytes_putter(void *arg)
{
    return cosy_queue_put(&queue, arg, COSY_FOREVER);
}

static int bytes_getter(void *arg)
{
    return cosy_queue_get(&queue, arg, COSY_FOREVER);
}

static int sizes(void *arg)
{
    unsigned char got[3][24 + 1], two_slots[48 + 1];
    size = *(uint32_t *)arg;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 24; j++)
            bytes[i][j] = (unsigned char)(i * 64 + j + 1);
    memset(got, 0xee, sizeof got);
    memset(two_slots, 0xee, sizeof two_slots);
    cosy_queue_init(&queue, two_slots, size, 2, "Q");
    cosy_task *g = start(bytes_getter, got[0], "g");
    settle(1);
    cosy_queue_put(&queue, bytes[0], COSY_FOREVER); /* handed over */
    join(g);
    cosy_queue_put(&queue, bytes[1], COSY_FOREVER);
    cosy_queue_put(&queue, bytes[2], COSY_FOREVER);
    cosy_task *p = start(bytes_putter, bytes[0], "p");
    settle(1);
    cosy_queue_get(&queue, got[1], COSY_FOREVER); /* p's refills the ring */
    cosy_queue_get(&queue, got[2], COSY_FOREVER);
    join(p);
    bool right = true;
    for (int i = 0; i < 3; i++)
        right = right && !memcmp(got[i], bytes[i], size) && got[i][size] == 0xee;
    right = right && two_slots[2 * size] == 0xee;
    cosy_queue_get(&queue, got[1], COSY_FOREVER);
    say("%s", right && !memcmp(got[1], bytes[0], size) ? "right" : "wrong");
    return 0;
}

/* ---- cancel ---- */

static int cancel_getters(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b"), *c = start(getter, NULL, "c");
    settle(1);
    cosy_cancel(b, NULL);
    cosy_cancel(a, NULL);
    fill(1, 2);
    join(a);
    join(b);
    join(c);
    drain();
    return 0;
}

static int cancel_putters(void *arg)
{
    (void)arg;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter, &numbers[1], "a"), *b = start(putter, &numbers[2], "b"),
              *c = start(putter, &numbers[3], "c");
    settle(1);
    cosy_cancel(b, NULL);
    join(b);
    get_until(COSY_FOREVER);
    get_until(COSY_FOREVER);
    join(a);
    join(c);
    drain();
    return 0;
}

/* The item of an overruled grant goes to the next getter, in the same step. */
static int item_to_next(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b"), *c = start(getter, NULL, "c");
    settle(1);
    fill(1, 2);
    cosy_cancel(a, NULL); /* 1 goes to c: b holds 2 already */
    say("%s", queue.getters.head ? "somebody waits" : "nobody waits");
    join(a);
    join(b);
    return join(c);
}

/* ... or back to the front: items keep the order of their puts. */
static int item_to_front(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    fill(1, 2);
    cosy_cancel(a, NULL);
    say("%u", cosy_queue_count(&queue));
    drain();
    return join(a);
}

/* Two that are returned in the order of the grants, newest first, are in order again. */
static int items_to_front(void *eldest_first)
{
    fresh(3);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    fill(1, 3);
    cosy_cancel(eldest_first ? a : b, NULL);
    cosy_cancel(eldest_first ? b : a, NULL);
    drain();
    join(a);
    return join(b);
}

/* The slot was refilled and nobody else waits: the get stands, the cancel comes at the next wait. */
static int refilled(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(getter_then_sleeps, NULL, "a");
    settle(1);
    fill(1, 2);
    cosy_cancel(a, NULL);
    join(a);
    drain();
    return 0;
}

/* A putter that waits for room does not change that. */
static int refilled_with_putter(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(getter_then_sleeps, NULL, "a");
    settle(1);
    fill(1, 2);
    cosy_task *b = start(putter, &numbers[3], "b");
    cosy_task *c = start(getter, NULL, "c");
    cosy_cancel(a, NULL);
    join(a);
    join(b);
    join(c);
    drain();
    return 0;
}

/* A put whose item is stored stands. */
static int put_stored(void *arg)
{
    (void)arg;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter_then_sleeps, &numbers[1], "a");
    settle(1);
    get_until(COSY_FOREVER);
    cosy_cancel(a, NULL);
    join(a);
    drain();
    return 0;
}

/* ... also one whose item is somebody's already. */
static int put_delivered(void *arg)
{
    (void)arg;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter_then_sleeps, &numbers[1], "a");
    settle(1);
    drain();
    cosy_cancel(a, NULL);
    return join(a);
}

static int cancel_resumed_getter(void *arg)
{
    (void)arg;
    getter(NULL);
    cosy_cancel(cosy_self(), NULL);
    getter(NULL); /* there is one */
    put_until(5, COSY_FOREVER); /* there is room */
    put_until(6, COSY_FOREVER); /* there is none */
    getter(NULL);
    getter(NULL);
    return 0;
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(cancel_resumed_getter, NULL, "a");
    settle(1);
    fill(1, 2);
    return join(a);
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    fresh(1);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, &ten, "b"), *c = start(getter, NULL, "c");
    join(b);
    fill(1, 2);
    join(a);
    join(c);
    return 0;
}

static int put_times_out(void *arg)
{
    (void)arg;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter, &numbers[1], "a"), *b = start(putter_until_10, &numbers[2], "b"),
              *c = start(putter, &numbers[3], "c");
    join(b);
    say("at %d", at_ms());
    get_until(COSY_FOREVER);
    get_until(COSY_FOREVER);
    join(a);
    join(c);
    drain();
    return 0;
}

static int ties(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    fresh(1);
    cosy_task *a = start(getter, &ten, "a");
    cosy_sleep_until(ten);
    fill(1, 2);
    join(a);
    cosy_time twenty = cosy_ms(20);
    a = start(getter, &twenty, "a");
    join(a);
    return 0;
}

static int put_ties(void *arg)
{
    (void)arg;
    fresh(1);
    fill(0, 1);
    cosy_task *a = start(putter_until_10, &numbers[1], "a");
    cosy_sleep_until(cosy_ms(10));
    get_until(COSY_FOREVER);
    join(a);
    drain();
    return 0;
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_sleep(cosy_ms(2));
    get_until(cosy_ms(1));
    get_until(COSY_NOW);
    put_until(1, cosy_ms(1));
    put_until(2, cosy_ms(1));
    put_until(3, COSY_NOW);
    say("%s", queue.getters.head || queue.putters.head ? "queued" : "not queued");
    get_until(cosy_ms(1));
    put_until(4, COSY_NOW);
    get_until(COSY_NOW);
    return 0;
}

/* ---- close ---- */

static int close_empty(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    say("close %s", code_name(cosy_queue_close(&queue)));
    join(a);
    join(b);
    put_until(1, COSY_FOREVER);
    get_until(COSY_FOREVER);
    say("%s", code_name(cosy_queue_try_put(&queue, &numbers[1])));
    say("%s", code_name(cosy_queue_try_get(&queue, &numbers[1])));
    say("again %s", code_name(cosy_queue_close(&queue)));
    return cosy_queue_destroy(&queue);
}

static int close_full(void *arg)
{
    (void)arg;
    fresh(2);
    fill(1, 2);
    cosy_task *a = start(putter, &numbers[3], "a"), *b = start(putter_until_10, &numbers[4], "b");
    settle(1);
    cosy_queue_close(&queue);
    join(a);
    join(b);
    get_until(COSY_FOREVER);
    get_until(COSY_NOW);
    get_until(COSY_FOREVER);
    return 0;
}

/* What was handed over before stays with its getter; if that is cancelled, it can still be got. */
static int close_granted(void *cancel)
{
    fresh(2);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    fill(1, 1);
    cosy_queue_close(&queue);
    if (cancel)
        cosy_cancel(a, NULL);
    join(a);
    get_until(COSY_FOREVER);
    return 0;
}

static int close_then_cancel(void *arg)
{
    (void)arg;
    fresh(2);
    cosy_task *a = start(getter_then_sleeps, NULL, "a");
    settle(1);
    cosy_queue_close(&queue);
    cosy_cancel(a, NULL);
    return join(a);
}

/* ---- fairness ---- */

static int greedy(void *stop)
{
    int n = 0, item = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_queue_put(&queue, &item, COSY_FOREVER);
        cosy_queue_get(&queue, &item, COSY_FOREVER);
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
    fresh(1);
    if (closed)
        cosy_queue_close(&queue);
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
    fresh(1);
    cosy_task *a = start(speaker, NULL, "a");
    put_until(1, COSY_FOREVER);
    cosy_task *b = start(speaker, NULL, "b");
    get_until(COSY_FOREVER);
    join(a);
    return join(b);
}

static int does_not_switch(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    put_until(1, COSY_FOREVER);
    put_until(2, COSY_FOREVER);
    get_until(COSY_FOREVER);
    return join(a);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    (void)arg;
    cosy_queue zero = {.capacity = 0};
    say("%s", code_name(cosy_queue_init(NULL, room, 4, 1, "Q")));
    say("%s", code_name(cosy_queue_init(&queue, NULL, 4, 1, "Q")));
    say("%s", code_name(cosy_queue_init(&queue, room, 0, 1, "Q")));
    say("%s", code_name(cosy_queue_init(&queue, room, 4, 0, "Q")));
    say("%s", code_name(cosy_queue_init(&queue, room, 4, 1u << 31, "Q")));
    say("%s", code_name(cosy_queue_init(&queue, room, 8, 1u << 29, "Q")));
    fresh(1);
    say("%s", code_name(cosy_queue_put(NULL, room, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_get(&queue, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_put(&zero, room, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_try_put(&queue, NULL)));
    say("%s", code_name(cosy_queue_try_get(NULL, room)));
    say("%s", code_name(cosy_queue_put_begin(NULL, room, &cosy_self()->wait)));
    say("%s", code_name(cosy_queue_get_begin(NULL, room, &cosy_self()->wait)));
    say("%s", code_name(cosy_queue_close(NULL)));
    say("%s", code_name(cosy_queue_destroy(NULL)));
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    int item = 3;
    fresh(1);
    say("%s", code_name(cosy_queue_put(&queue, &item, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_get(&queue, &item, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_try_put(&queue, &item)));
    say("%s", code_name(cosy_queue_try_put(&queue, &item)));
    say("%s", code_name(cosy_queue_try_get(&queue, &item)));
    say("%s", code_name(cosy_queue_try_get(&queue, &item)));
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_queue_destroy(&queue)));
    fill(1, 2);
    join(a);
    cosy_task *b = start(putter, &numbers[3], "b");
    settle(1);
    say("%s", code_name(cosy_queue_destroy(&queue)));
    drain();
    join(b);
    return cosy_queue_destroy(&queue);
}

static short few[2];
static cosy_queue ready_made = COSY_QUEUE_INIT("static", few);

static int static_one(void *arg)
{
    (void)arg;
    short item = 5;
    say("%s", code_name(cosy_queue_put(&ready_made, &item, COSY_NOW)));
    say("%s", code_name(cosy_queue_put(&ready_made, &item, COSY_NOW)));
    say("%s", code_name(cosy_queue_put(&ready_made, &item, COSY_NOW)));
    item = 0;
    cosy_queue_get(&ready_made, &item, COSY_NOW);
    say("%d", item);
    return 0;
}

static uint32_t size_1 = 1, size_3 = 3, size_4 = 4, size_8 = 8, size_24 = 24;

static int puts_seven(void *where)
{
    say("put %s", code_name(cosy_queue_put(where, &(int){7}, COSY_FOREVER)));
    return 0;
}

/* A queue with nothing beside it moves, too, and lets in who waits. */
static int plain_resize(void *arg)
{
    int small[1], large[3], item = 6;
    cosy_queue plain;
    (void)arg;
    cosy_queue_init(&plain, small, sizeof *small, 1, "Q");
    cosy_queue_put(&plain, &item, COSY_FOREVER);
    cosy_task *t = start(puts_seven, &plain, "t");
    settle(1);
    say("%s", code_name(cosy_queue_resize(&plain, large, NULL, 3)));
    join(t);
    for (small[0] = 0; cosy_queue_try_get(&plain, &item) == COSY_OK;)
        say("%d", item);
    return 0;
}

static const test_row rows[] = {
    {"items come out as they went in", items_in_order, "1 0; 0 1, 3; 1; 2; 3"},
    {"items are handed to the getters in order of arrival", getters_in_order,
     "put, 0 stored; a got 1; b got 2; c got 3"},
    {"slots are handed to the putters in order of arrival", putters_in_order,
     "main got 0; main got 1; main got 2; a put 1 OK; b put 2 OK"},
    {"no get overtakes a getter that was granted", gets_do_not_overtake, "try EAGAIN; main EAGAIN; a got 7"},
    {"no put overtakes a putter that was granted", puts_do_not_overtake,
     "get OK; try EAGAIN; main put 9 EAGAIN; a put 1 OK; 1"},
    {"a hundred items through one slot", through_one_slot, "100 right"},
    {"the ring wraps round", wraps_round, "all in order, OK"},
    {"items of 1 byte", sizes, "right", &size_1},
    {"items of 3 bytes", sizes, "right", &size_3},
    {"items of 4 bytes", sizes, "right", &size_4},
    {"items of 8 bytes", sizes, "right", &size_8},
    {"items of 24 bytes", sizes, "right", &size_24},

    {"cancel of queued getters", cancel_getters, "b ECANCELED; a ECANCELED; c got 1; 2"},
    {"cancel of a queued putter: its item never enters", cancel_putters,
     "b put 2 ECANCELED; main got 0; main got 1; a put 1 OK; c put 3 OK; 3"},
    {"cancel after the hand-over: the item goes to the next getter, whose goes to the one after it", item_to_next,
     "nobody waits; a ECANCELED; b got 1; c got 2"},
    {"cancel after the hand-over: the item goes back to the front", item_to_front, "2; 1; 2; a ECANCELED"},
    {"cancel of two, newest first: items are in order again", items_to_front,
     "1; 2; 3; a ECANCELED; b ECANCELED"},
    {"cancel of two, eldest first: items are in order again", items_to_front,
     "1; 2; 3; a ECANCELED; b ECANCELED", "eldest first"},
    {"cancel after the hand-over, slot refilled: the get stands", refilled, "a got 1; then ECANCELED; 2"},
    {"... also when a putter waits", refilled_with_putter,
     "a got 1; then ECANCELED; c got 2; b put 3 OK; 3"},
    {"cancel of a put whose item is stored: the put stands", put_stored,
     "main got 0; a put 1 OK; then ECANCELED; 1"},
    {"cancel of a put whose item is delivered: the put stands", put_delivered, "0; 1; a put 1 OK; then ECANCELED"},
    {"cancel after it has run: what completes at once still does", cancel_resumed,
     "a got 1; a got 2; a put 5 OK; a put 6 ECANCELED; a got 5; a ECANCELED"},

    {"timeout of a getter in the middle", times_out, "b ETIMEDOUT; a got 1; c got 2"},
    {"timeout of a putter in the middle: its item never enters", put_times_out,
     "b put 2 ETIMEDOUT; at 10; main got 0; main got 1; a put 1 OK; c put 3 OK; 3"},
    {"a put that ties with the getter's deadline wins", ties, "a got 1; a got 2"},
    {"a get that ties with the putter's deadline wins", put_ties, "main got 0; a put 1 OK; 1"},
    {"deadlines in the past and COSY_NOW", in_the_past,
     "main ETIMEDOUT; main EAGAIN; main put 1 OK; main put 2 ETIMEDOUT; main put 3 EAGAIN; not queued; main got 1; "
     "main put 4 OK; main got 4"},

    {"close wakes the getters; later calls fail; closing twice is harmless", close_empty,
     "close OK; a ECLOSED; b ECLOSED; main put 1 ECLOSED; main ECLOSED; ECLOSED; ECLOSED; again OK"},
    {"close wakes the putters; what is stored can be got", close_full,
     "a put 3 ECLOSED; b put 4 ECLOSED; main got 1; main got 2; main ECLOSED"},
    {"close leaves an item with whom it was handed to", close_granted, "a got 1; main ECLOSED"},
    {"... and if that one is cancelled it can still be got", close_granted, "a ECANCELED; main got 1", "cancel"},
    {"closed, then cancelled: closed stands", close_then_cancel, "a ECLOSED; then ECANCELED"},

    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"calls that fail because it is closed do not starve others", fair, "others ran in time", "closed"},
    {"checkpoint = always: such a call is a scheduling point", with_checkpoint,
     "a ran; main put 1 OK; b ran; main got 1", .options = {.checkpoint = true}},
    {"puts and gets that complete at once do not switch", does_not_switch,
     "main put 1 OK; main put 2 OK; main got 2; a got 1"},

    {"NULL, no size, no capacity", with_nonsense,
     "cosy_queue_init(Q) by main: EINVAL; EINVAL; cosy_queue_init(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_init(Q) by main: EINVAL; EINVAL; cosy_queue_init(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_init(Q) by main: EINVAL; EINVAL; cosy_queue_init(Q) by main: EINVAL; EINVAL; cosy_queue_put(NULL) by main: EINVAL; EINVAL; "
     "cosy_queue_get(Q) by main: EINVAL; EINVAL; cosy_queue_put((unnamed)) by main: EINVAL; EINVAL; "
     "cosy_queue_try_put(Q) by main: EINVAL; EINVAL; cosy_queue_try_get(NULL) by main: EINVAL; EINVAL; "
     "cosy_queue_put_begin(NULL) by main: EINVAL; EINVAL; cosy_queue_get_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_queue_close(NULL) by main: EINVAL; EINVAL; cosy_queue_destroy(NULL) by main: EINVAL; EINVAL"},
    {"outside a task: the try forms work", outside,
     "cosy_queue_put(Q) by (no task): ENOTASK; ENOTASK; cosy_queue_get(Q) by (no task): ENOTASK; ENOTASK; OK; EAGAIN; "
     "OK; EAGAIN",
     .without_loop = true},
    {"destroy with getters, with putters", destroy_used,
     "cosy_queue_destroy(Q) by main: EBUSY, see a; EBUSY; a got 1; cosy_queue_destroy(Q) by main: EBUSY, see b; EBUSY; "
     "2; 3; b put 3 OK"},
    {"static initialiser", static_one, "OK; OK; EAGAIN; 5"},
    {"a plain queue is given more room", plain_resize, "OK; put OK; 6; 7"},
};

int main(void)
{
    return TEST_ROWS("queue", rows);
}
