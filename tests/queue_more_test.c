/* What a queue can do beside first in, first out: orders, work to be joined, shutdown, several items at once,
 * other storage, arms.
 * Contract rules 1, 2, 3, 4 and 7 for each of them; RULE h: a shutdown drains or discards, what is discarded is told and
 * done exactly once, and all of it can be said twice. The plain queue is in queue_test.c.
 *
 * Items are numbers; the tens are their priority, so 11 and 12 are equal and come before 21. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static bool lower_ten(const void *a, const void *b)
{
    return *(const int *)a / 10 < *(const int *)b / 10;
}

static int room[64];
static int64_t numbers[64];
static cosy_queue queue;
static cosy_queue_more more;

static const cosy_queue_more fifo = COSY_QUEUE_MORE_FIFO, lifo = COSY_QUEUE_MORE_LIFO,
                             priority = COSY_QUEUE_MORE_PRIORITY(lower_ten, numbers);
#define FIFO ((void *)&fifo)
#define LIFO ((void *)&lifo)
#define PRIORITY ((void *)&priority)
#define PLAIN NULL /* no cosy_queue_more at all */

/* Is the queue what it should be? Called after each step. */
static void checked(void)
{
    const char *wrong = cosy_queue_check(&queue);
    if (wrong)
        say("WRONG: %s", wrong);
}

/* `kind` is one of the four above. */
static void fresh(const void *kind, uint32_t capacity)
{
    if (kind) {
        more = *(const cosy_queue_more *)kind;
        cosy_queue_init_with(&queue, room, sizeof(int), capacity, &more, "Q");
    } else {
        cosy_queue_init(&queue, room, sizeof(int), capacity, "Q");
    }
    checked();
}

static void put(int item)
{
    int rc = cosy_queue_try_put(&queue, &item);
    if (rc)
        say("put %d %s", item, code_name(rc));
    checked();
}

static void puts_(int n, const int *items)
{
    for (int i = 0; i < n; i++)
        put(items[i]);
}
#define PUT(...) puts_(sizeof((int[]){__VA_ARGS__}) / sizeof(int), (int[]){__VA_ARGS__})

static void drain(void)
{
    int item, rc;
    while ((rc = cosy_queue_try_get(&queue, &item)) == COSY_OK) {
        say("%d", item);
        checked();
    }
    if (rc != COSY_EAGAIN)
        say("%s", code_name(rc));
}

static int get_until(cosy_time deadline)
{
    int item = -1, rc = cosy_queue_get(&queue, &item, deadline);
    checked();
    if (rc)
        say("%s %s", ME, code_name(rc));
    else
        say("%s got %d", ME, item);
    return rc;
}

static int put_until(int item, cosy_time deadline)
{
    int rc = cosy_queue_put(&queue, &item, deadline);
    checked();
    say("%s put %d %s", ME, item, code_name(rc));
    return rc;
}

static int getter(void *arg)
{
    (void)arg;
    get_until(COSY_FOREVER);
    return 0;
}

static int getter_then_sleeps(void *arg)
{
    getter(arg);
    say("then %s", code_name(cosy_sleep(1)));
    return 0;
}

static int putter(void *item)
{
    put_until(*(int *)item, COSY_FOREVER);
    return 0;
}

static int join_until(cosy_time deadline)
{
    int rc = cosy_queue_join(&queue, deadline);
    checked();
    say("%s joined: %s", ME, code_name(rc));
    return rc;
}

static int joiner(void *deadline)
{
    join_until(deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    return 0;
}

static void done(int n)
{
    while (n-- > 0) {
        int rc = cosy_queue_task_done(&queue);
        if (rc)
            say("done %s", code_name(rc));
        checked();
    }
}

static void cancel(cosy_task *task)
{
    cosy_cancel(task, NULL);
    checked();
}

static void shut(int mode, const char *reason)
{
    int rc = cosy_queue_shutdown(&queue, mode, reason);
    if (rc)
        say("shutdown %s", code_name(rc));
    checked();
}

static void discarded(void *item, void *arg)
{
    say("%s%d", (const char *)arg, *(int *)item);
    checked();
}

/* ---- orders ---- */

static int order(void *kind)
{
    fresh(kind, 8);
    PUT(12, 31, 11, 13, 21, 22);
    drain();
    return cosy_queue_destroy(&queue);
}

static int mixed_with_gets(void *kind)
{
    int item;
    fresh(kind, 8);
    PUT(11, 31, 21);
    cosy_queue_try_get(&queue, &item);
    say("%d", item);
    PUT(12, 22);
    cosy_queue_try_get(&queue, &item);
    say("%d", item);
    PUT(32, 13);
    drain();
    return 0;
}

static uint32_t seed;

static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

/* A queue by priority beside a list that is searched from end to end. Ties are many, and items have an odd size. */
struct odd {
    unsigned char priority, serial[2];
};

static bool odd_before(const void *a, const void *b)
{
    return ((const struct odd *)a)->priority < ((const struct odd *)b)->priority;
}

static int by_random(void *arg)
{
    static struct odd slots[61], list[61];
    static int64_t order_numbers[61];
    static cosy_queue_more odd_more = COSY_QUEUE_MORE_PRIORITY(odd_before, order_numbers);
    static cosy_queue odds = COSY_QUEUE_INIT_WITH("odds", slots, &odd_more);
    int count = 0, wrong = 0, gets = 0;
    (void)arg;
    seed = 1;
    for (int i = 0; i < 20000; i++) {
        struct odd got, item = {(unsigned char)random_below(7), {(unsigned char)i, (unsigned char)(i >> 8)}};
        bool full = random_below(100) < (i / 2000 % 2 ? 30u : 70u); /* it fills, and empties */
        if (full && cosy_queue_try_put(&odds, &item) == COSY_OK) {
            list[count++] = item;
        } else if (!full && cosy_queue_try_get(&odds, &got) == COSY_OK) {
            int best = 0;
            for (int j = 1; j < count; j++)
                if (list[j].priority < list[best].priority)
                    best = j;
            wrong += memcmp(&list[best], &got, sizeof got) != 0;
            memmove(&list[best], &list[best + 1], (size_t)(--count - best) * sizeof list[0]);
            gets++;
        }
        wrong += cosy_queue_check(&odds) != NULL || cosy_queue_count(&odds) != (uint32_t)count;
    }
    say("%s, %d wrong", gets > 5000 ? "many" : "few", wrong);
    return 0;
}

static int peeks(void *kind)
{
    int item = -1;
    fresh(kind, 4);
    say("%s", code_name(cosy_queue_peek(&queue, &item)));
    PUT(21, 11, 31);
    cosy_queue_peek(&queue, &item);
    say("%d of %u", item, cosy_queue_count(&queue));
    cosy_queue_close(&queue);
    cosy_queue_try_get(&queue, &item);
    cosy_queue_peek(&queue, &item);
    say("%d of %u", item, cosy_queue_count(&queue));
    drain();
    say("%s", code_name(cosy_queue_peek(&queue, &item)));
    return 0;
}

/* ---- waiting, in every order: FIFO on both sides, nobody overtakes ---- */

static int items[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static int getters_in_order(void *kind)
{
    int item = 7;
    fresh(kind, 4);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    put(21);
    put(11);
    say("%u stored, %u unfinished", cosy_queue_count(&queue), cosy_queue_unfinished(&queue));
    say("try %s", code_name(cosy_queue_try_get(&queue, &item)));
    get_until(COSY_NOW);
    join(a);
    return join(b);
}

static int putters_in_order(void *kind)
{
    fresh(kind, 1);
    put(1);
    cosy_task *a = start(putter, &items[3], "a"), *b = start(putter, &items[2], "b");
    settle(1);
    get_until(COSY_FOREVER);
    say("try %s", code_name(cosy_queue_try_put(&queue, &items[9])));
    say("%u unfinished", cosy_queue_unfinished(&queue));
    get_until(COSY_FOREVER);
    join(a);
    join(b);
    drain();
    return 0;
}

static int cancel_and_time_out(void *kind)
{
    fresh(kind, 1);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    cancel(a);
    get_until(cosy_ms(1));
    put(11);
    join(a);
    join(b);
    put(12);
    cosy_task *c = start(putter, &items[1], "c"), *d = start(putter, &items[2], "d");
    settle(1);
    cancel(c);
    put_until(3, cosy_ms(2));
    get_until(COSY_FOREVER);
    join(c);
    join(d);
    drain();
    say("%u unfinished", cosy_queue_unfinished(&queue));
    return 0;
}

/* What completes at once succeeds whatever the deadline; a grant at the moment of the deadline wins. */
static int deadlines(void *kind)
{
    fresh(kind, 1);
    cosy_sleep(cosy_ms(2));
    get_until(COSY_NOW);
    get_until(cosy_ms(1));
    put_until(1, cosy_ms(1));
    put_until(2, COSY_NOW);
    put_until(3, cosy_ms(1));
    get_until(COSY_NOW);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    put(4);
    return join(a);
}

/* ---- a getter that is cancelled after its item was handed over ---- */

static int give_back(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    PUT(21, 22, 11);
    cancel(a);
    say("%u of %u", cosy_queue_count(&queue), cosy_queue_unfinished(&queue));
    drain();
    return join(a);
}

static int give_to_next(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    put(21);
    cancel(a);
    join(a);
    return join(b);
}

/* The younger one first: then both are where they were. */
static int give_back_two(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    PUT(21, 22, 23);
    cancel(b);
    cancel(a);
    drain();
    join(a);
    return join(b);
}

static int refilled(void *kind)
{
    fresh(kind, 1);
    cosy_task *a = start(getter_then_sleeps, NULL, "a");
    settle(1);
    PUT(21, 11);
    cancel(a);
    join(a);
    drain();
    return 0;
}

static int cancel_resumed_getter(void *arg)
{
    (void)arg;
    get_until(COSY_FOREVER);
    cosy_cancel(cosy_self(), NULL);
    get_until(COSY_FOREVER); /* there is one */
    get_until(COSY_FOREVER); /* there is none */
    return 0;
}

static int cancel_resumed(void *kind)
{
    fresh(kind, 2);
    cosy_task *a = start(cancel_resumed_getter, NULL, "a");
    settle(1);
    PUT(1, 2);
    return join(a);
}

/* ---- several at once ---- */

static int many_until(uint32_t n, cosy_time deadline)
{
    int got[8] = {0};
    int rc = cosy_queue_get_many(&queue, got, n, deadline);
    checked();
    say("%s %s:", ME, code_name(rc));
    for (int i = 0; i < rc; i++)
        say("%d", got[i]);
    return 0;
}

static int many(void *kind)
{
    fresh(kind, 4);
    PUT(21, 11, 31, 12);
    many_until(3, COSY_FOREVER);
    many_until(3, cosy_ms(0)); /* has passed */
    many_until(3, COSY_NOW);
    many_until(3, cosy_ms(1));
    cosy_queue_close(&queue);
    many_until(3, COSY_FOREVER);
    return 0;
}

/* Putters come in one by one, as slots become free, and theirs are taken too. */
static int many_with_putters(void *kind)
{
    fresh(kind, 2);
    PUT(1, 2);
    cosy_task *a = start(putter, &items[3], "a"), *b = start(putter, &items[4], "b"), *c = start(putter, &items[5], "c");
    settle(1);
    many_until(4, COSY_FOREVER);
    join(a);
    join(b);
    join(c);
    drain();
    return 0;
}

static int many_getter(void *arg)
{
    (void)arg;
    return many_until(8, COSY_FOREVER);
}

static int many_waits(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = start(many_getter, NULL, "a");
    settle(1);
    PUT(1, 2, 3);
    join(a);
    many_until(8, COSY_FOREVER);
    return 0;
}

static int many_cancelled(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = start(many_getter, NULL, "a");
    settle(1);
    PUT(1, 2);
    cancel(a);
    join(a);
    drain();
    return 0;
}

/* ---- work that is not done ---- */

static int underflow(void *kind)
{
    int item;
    fresh(kind, 2);
    done(1);
    put(1);
    done(1); /* it is still in there */
    cosy_queue_try_get(&queue, &item);
    done(2);
    return 0;
}

static int join_empty(void *kind)
{
    fresh(kind, 2);
    join_until(COSY_FOREVER);
    join_until(COSY_NOW);
    return 0;
}

static int worker(void *sum)
{
    int item, rc;
    while ((rc = cosy_queue_get(&queue, &item, COSY_FOREVER)) == COSY_OK) {
        if (item % 3 == 0)
            cosy_sleep(cosy_ms(1));
        *(int *)sum += item;
        cosy_queue_task_done(&queue);
    }
    return rc;
}

static int hundred_items(void *kind)
{
    int sum = 0;
    fresh(kind, 10);
    cosy_task *a = start(worker, &sum, "a"), *b = start(worker, &sum, "b");
    for (int i = 0; i < 100; i++)
        cosy_queue_put(&queue, &i, COSY_FOREVER);
    join_until(COSY_FOREVER);
    say("%d", sum);
    cosy_queue_close(&queue);
    say("%s", code_name(join(a)));
    say("%s", code_name(join(b)));
    return 0;
}

static int two_jobs(void)
{
    int item;
    PUT(1, 2);
    cosy_queue_try_get(&queue, &item);
    cosy_queue_try_get(&queue, &item);
    return 0;
}

/* All joiners go at once, in the order they came; work that comes before they run is not theirs. */
static int joiners_go(void *kind)
{
    fresh(kind, 4);
    two_jobs();
    cosy_task *a = start(joiner, NULL, "a"), *b = start(joiner, NULL, "b");
    settle(1);
    done(1);
    settle(1);
    say("one is left");
    done(1);
    put(3);
    join(a);
    join(b);
    join_until(COSY_NOW);
    return 0;
}

static int cancel_joiners(void *kind)
{
    fresh(kind, 4);
    two_jobs();
    cosy_task *a = start(joiner, NULL, "a"), *b = start(joiner, NULL, "b"), *c = start(joiner, NULL, "c");
    settle(1);
    cancel(b);
    done(2);
    cancel(c); /* after the grant */
    join(a);
    join(b);
    join(c);
    join_until(COSY_NOW);
    return 0;
}

static int join_deadlines(void *kind)
{
    cosy_time five = cosy_ms(5), ten = cosy_ms(10);
    fresh(kind, 4);
    two_jobs();
    cosy_task *a = start(joiner, NULL, "a"), *b = start(joiner, &five, "b");
    join_until(COSY_NOW);
    join(b);
    join_until(cosy_ms(1));
    say("at %d", at_ms());
    cosy_task *c = start(joiner, &ten, "c");
    cosy_sleep_until(ten); /* this timer is armed before c's */
    done(2);
    join(a);
    join(c);
    join_until(cosy_ms(1));
    return 0;
}

static int cancelled_joins_done_work(void *kind)
{
    fresh(kind, 4);
    cosy_cancel(cosy_self(), NULL);
    join_until(COSY_FOREVER);
    put(1);
    join_until(COSY_FOREVER);
    return 0;
}

static int who_is_done(void *kind)
{
    fresh(kind, 4);
    put(1);
    drain();
    return cosy_queue_join(&queue, COSY_FOREVER) == COSY_ECANCELED ? 0 : 1;
}

/* Somebody marks an item done that he does not have; then it is given back, and is work again. */
static int done_by_a_stranger(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    put(1);
    done(1);
    say("%u", cosy_queue_unfinished(&queue));
    cancel(a);
    say("%u", cosy_queue_unfinished(&queue));
    drain();
    done(1);
    return join(a);
}

static int very_many(void *kind)
{
    fresh(kind, 4);
    more.unfinished = UINT32_MAX - 1;
    PUT(1, 2, 3);
    say("%d", cosy_queue_unfinished(&queue) == UINT32_MAX);
    return 0;
}

/* ---- shutdown ---- */

static int shutdown_empty(void *kind)
{
    int item = 1;
    fresh(kind, 2);
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    shut(COSY_QUEUE_DRAIN, "over");
    join(a);
    join(b);
    if (kind)
        join_until(COSY_FOREVER);
    put_until(1, COSY_FOREVER);
    get_until(COSY_FOREVER);
    say("%s", code_name(cosy_queue_try_put(&queue, &item)));
    say("%s", code_name(cosy_queue_try_get(&queue, &item)));
    say("%s %d", kind ? cosy_queue_reason(&queue) : "none", cosy_queue_closed(&queue));
    return cosy_queue_destroy(&queue);
}

static int shutdown_full(void *kind)
{
    fresh(kind, 1);
    put(1);
    cosy_task *a = start(putter, &items[2], "a"), *b = start(joiner, NULL, "b");
    settle(1);
    shut(COSY_QUEUE_DRAIN, NULL);
    join(a);
    get_until(COSY_FOREVER);
    get_until(COSY_FOREVER);
    settle(1);
    say("not joined");
    done(1);
    join(b);
    done(1);
    return 0;
}

static int discard(void *kind)
{
    fresh(kind, 4);
    cosy_queue_on_undelivered(&queue, discarded, "lost ");
    PUT(21, 11, 31, 12);
    cosy_task *a = start(putter, &items[2], "a"), *b = start(joiner, NULL, "b");
    settle(1);
    shut(COSY_QUEUE_DISCARD, "fire");
    say("%u of %u", cosy_queue_count(&queue), cosy_queue_unfinished(&queue));
    join(a);
    join(b);
    get_until(COSY_FOREVER);
    put_until(1, COSY_NOW);
    done(1);
    say("%s", cosy_queue_reason(&queue));
    return cosy_queue_destroy(&queue);
}

/* One item was taken and is worked on, one is discarded: exactly one is waited for. */
static int discard_unfinished(void *kind)
{
    int item;
    fresh(kind, 4);
    cosy_queue_on_undelivered(&queue, discarded, "lost ");
    PUT(1, 2);
    cosy_queue_try_get(&queue, &item);
    cosy_task *a = start(joiner, NULL, "a");
    settle(1);
    shut(COSY_QUEUE_DISCARD, NULL);
    shut(COSY_QUEUE_DISCARD, NULL);
    settle(1);
    say("not joined");
    done(1);
    join(a);
    done(1);
    return 0;
}

static int discard_after_drain(void *kind)
{
    fresh(kind, 4);
    if (kind)
        cosy_queue_on_undelivered(&queue, discarded, "lost ");
    PUT(1, 2);
    cosy_queue_close(&queue);
    say("%s", cosy_queue_reason(&queue) ? "a reason" : "no reason");
    get_until(COSY_FOREVER);
    shut(COSY_QUEUE_DISCARD, "first");
    shut(COSY_QUEUE_DRAIN, "second");
    say("%u left", cosy_queue_count(&queue));
    get_until(COSY_FOREVER);
    say("%s", cosy_queue_reason(&queue) ? cosy_queue_reason(&queue) : "no reason");
    return 0;
}

/* Nobody told: they are gone all the same, and done. */
static int discard_untold(void *kind)
{
    fresh(kind, 4);
    PUT(1, 2);
    shut(COSY_QUEUE_DISCARD, NULL);
    say("%u of %u", cosy_queue_count(&queue), cosy_queue_unfinished(&queue));
    drain();
    return 0;
}

/* What was handed over before is its getter's. If that is cancelled, it is discarded too, once. */
static int discard_granted(void *kind)
{
    fresh(kind, 2);
    if (kind)
        cosy_queue_on_undelivered(&queue, discarded, "lost ");
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    PUT(1, 2, 3);
    shut(COSY_QUEUE_DISCARD, NULL);
    cancel(a);
    cancel(a);
    say("%u of %u", cosy_queue_count(&queue), cosy_queue_unfinished(&queue));
    join(a);
    join(b);
    if (kind)
        done(2);
    return 0;
}

static int drain_granted(void *kind)
{
    fresh(kind, 2);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    PUT(1);
    shut(COSY_QUEUE_DRAIN, NULL);
    cancel(a);
    join(a);
    get_until(COSY_FOREVER);
    get_until(COSY_FOREVER);
    return 0;
}

static int closed_then_cancelled(void *kind)
{
    fresh(kind, 2);
    cosy_task *a = start(getter_then_sleeps, NULL, "a");
    settle(1);
    shut(COSY_QUEUE_DISCARD, NULL);
    cancel(a);
    return join(a);
}

/* Called with what is discarded, it does what it should not, and what it may. */
static cosy_task *victim;

static void meddles(void *item, void *arg)
{
    int other = 9;
    (void)arg;
    say("lost %d", *(int *)item);
    say("put %s", code_name(cosy_queue_try_put(&queue, &other)));
    say("get %s", code_name(cosy_queue_try_get(&queue, &other)));
    say("peek %s", code_name(cosy_queue_peek(&queue, &other)));
    say("done %s", code_name(cosy_queue_task_done(&queue)));
    say("sleep %s", code_name(cosy_sleep(1)));
    shut(COSY_QUEUE_DISCARD, NULL);
    if (victim)
        cosy_cancel(victim, NULL);
}

static int meddling(void *kind)
{
    fresh(kind, 2);
    victim = NULL;
    cosy_queue_on_undelivered(&queue, meddles, NULL);
    put(1);
    shut(COSY_QUEUE_DISCARD, NULL);
    say("sleep %s", code_name(cosy_sleep(1)));
    join_until(COSY_NOW);
    return 0;
}

/* ... among others, cancels the getter whose item it was given. */
static int meddling_twice(void *kind)
{
    fresh(kind, 2);
    victim = start(getter, NULL, "a");
    cosy_queue_on_undelivered(&queue, meddles, NULL);
    settle(1);
    put(1);
    shut(COSY_QUEUE_DISCARD, NULL);
    cancel(victim);
    join(victim);
    join_until(COSY_NOW);
    return 0;
}

/* ---- fairness ---- */

enum greed { PUTS_AND_GETS, MANY, JOINS, PUTS_CLOSED, GETS_CLOSED };

static bool stop;

static int greedy(void *what)
{
    int n = 0, item = 0;
    while (!stop && n < 100000) {
        switch (*(enum greed *)what) {
        case MANY:
            cosy_queue_try_put(&queue, &item);
            cosy_queue_get_many(&queue, &item, 1, COSY_FOREVER);
            break;
        case JOINS: cosy_queue_join(&queue, COSY_FOREVER); break;
        case PUTS_CLOSED: cosy_queue_put(&queue, &item, COSY_FOREVER); break;
        case GETS_CLOSED: cosy_queue_get(&queue, &item, COSY_FOREVER); break;
        default:
            cosy_queue_put(&queue, &item, COSY_FOREVER);
            cosy_queue_get(&queue, &item, COSY_FOREVER);
        }
        n++;
    }
    return n;
}

static int stopper(void *arg)
{
    (void)arg;
    stop = true;
    return 0;
}

static enum greed greeds[] = {PUTS_AND_GETS, MANY, JOINS, PUTS_CLOSED, GETS_CLOSED};

static int fair(void *what)
{
    stop = false;
    fresh(LIFO, 1);
    if (*(enum greed *)what >= PUTS_CLOSED)
        cosy_queue_close(&queue);
    cosy_task *a = start(greedy, what, "a"), *b = start(stopper, NULL, "b");
    say("%s", join(a) <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

/* ---- tasks without a stack ---- */

struct machine {
    cosy_task task;
    bool joins, waiting;
    uint32_t got;
    int items[4];
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = m->joins ? cosy_queue_join_begin(&queue, &task->wait)
                      : cosy_queue_get_many_begin(&queue, m->items, 4, &m->got, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_WAITING)
            return;
    }
    checked();
    if (m->joins || rc)
        say("%s %s", ME, code_name(rc));
    else
        say("%s %u from %d", ME, m->got, m->items[0]);
    cosy_task_end(task, rc);
}

static struct machine machines[4];

static cosy_task *machine(int i, bool joins, const char *name)
{
    machines[i] = (struct machine){.joins = joins};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int stackless(void *kind)
{
    fresh(kind, 4);
    cosy_task *a = machine(0, false, "a"), *b = start(getter, NULL, "b"), *c = machine(1, true, "c"),
              *d = machine(2, false, "d");
    settle(1);
    join(c); /* nothing to be done yet */
    cosy_task *e = machine(3, true, "e");
    PUT(1, 2);
    settle(1);
    c = machine(1, true, "c");
    cosy_task *f = start(joiner, NULL, "f");
    settle(1);
    cancel(d);
    PUT(3, 4);
    join(a);
    join(b);
    join(d);
    d = machine(2, false, "d");
    settle(1);
    done(4);
    join(c);
    join(e);
    join(f);
    join(d);
    cosy_queue_close(&queue);
    return join(machine(0, false, "a")) == COSY_ECLOSED ? 0 : 1;
}

/* ---- arms: begin forms on a node that is no task's own ---- */

static cosy_arm arms[3];

static void won(cosy_selection *select, cosy_arm *arm)
{
    select->winner = (int32_t)(arm - arms);
    say("arm %d %s", (int)select->winner, code_name(arm->wait.result));
    checked();
}

static void make_node(cosy_arm *arm, cosy_selection *select)
{
    memset(&arm->wait, 0, sizeof arm->wait);
    arm->wait.loop = cosy_here();
    arm->wait.flags = COSY_W_ARM;
    arm->select = select;
}

static int as_arms(void *kind)
{
    int place = 0, got = 0;
    cosy_selection select = {.task = cosy_self(), .won = won};
    fresh(kind, 1);
    arms[0] = cosy_arm_get(&queue, &place);
    arms[1] = cosy_arm_put(&queue, &items[5]);
    arms[2] = cosy_arm_queue_join(&queue);
    for (int i = 0; i < 3; i++)
        make_node(&arms[i], &select);
    say("join %s", code_name(arms[2].begin(&arms[2])));
    say("get %s", code_name(arms[0].begin(&arms[0])));
    checked();
    say("%s", code_name(cosy_queue_destroy(&queue)));
    put(3);
    say("%d", place);
    say("put %s", code_name(arms[1].begin(&arms[1])));
    say("put %s", code_name(arms[1].begin(&arms[1])));
    say("join %s", code_name(arms[2].begin(&arms[2])));
    checked();
    cosy_queue_try_get(&queue, &got);
    say("%d", got);
    drain();
    done(3);
    return 0;
}

/* ---- misuse ---- */

static int nonsense_more(void *kind)
{
    cosy_queue zero = {.capacity = 0};
    cosy_queue_more none = {.order = NULL}, no_before = COSY_QUEUE_MORE_PRIORITY(NULL, numbers),
                    no_numbers = COSY_QUEUE_MORE_PRIORITY(lower_ten, NULL);
    say("%s", code_name(cosy_queue_init_with(&queue, room, 4, 1, NULL, "I")));
    say("%s", code_name(cosy_queue_init_with(&queue, room, 4, 1, &none, "I")));
    say("%s", code_name(cosy_queue_init_with(&queue, room, 4, 1, &no_before, "I")));
    say("%s", code_name(cosy_queue_init_with(&queue, room, 4, 1, &no_numbers, "I")));
    say("%s", code_name(cosy_queue_init_with(&queue, room, 4, 0, &more, "I")));
    fresh(kind, 1);
    say("%s", code_name(cosy_queue_task_done(&queue)));
    say("%s", code_name(cosy_queue_join(&queue, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_join_begin(&queue, &cosy_self()->wait)));
    say("%s", code_name(cosy_queue_on_undelivered(&queue, discarded, NULL)));
    say("%s", code_name(cosy_queue_task_done(NULL)));
    say("%s", code_name(cosy_queue_close(&zero)));
    say("%s", cosy_queue_check(NULL) ? "wrong" : "nothing wrong");
    return 0;
}

/* ---- other storage ---- */

static int other_room[8];
static int64_t other_numbers[8];

static void resize(uint32_t capacity)
{
    int rc = cosy_queue_resize(&queue, other_room, other_numbers, capacity);
    memset(room, 0x55, sizeof room); /* it is the user's again */
    memset(numbers, 0x55, sizeof numbers);
    if (rc)
        say("resize %s", code_name(rc));
    checked();
}

/* Of the ring one item lies before the others, at the end of the room. */
static int grows(void *kind)
{
    int item;
    fresh(kind, 3);
    PUT(12, 21, 11);
    cosy_queue_try_get(&queue, &item);
    cosy_queue_try_get(&queue, &item);
    PUT(31, 22);
    resize(5);
    PUT(13, 32, 33);
    drain();
    return cosy_queue_destroy(&queue);
}

static int shrinks(void *kind)
{
    fresh(kind, 6);
    PUT(11, 12, 13);
    resize(3);
    say("full %d", cosy_queue_full(&queue));
    say("%u unfinished", cosy_queue_unfinished(&queue));
    return 0;
}

static int grows_while_putters_wait(void *kind)
{
    fresh(kind, 1);
    put(0);
    cosy_task *tasks[3];
    for (int i = 0; i < 3; i++)
        tasks[i] = start(putter, &items[i + 1], (const char *[]){"a", "b", "c"}[i]);
    settle(1);
    resize(3);
    cosy_cancel(tasks[0], NULL); /* its item is in: too late */
    cosy_cancel(tasks[2], NULL);
    for (int i = 0; i < 3; i++)
        join(tasks[i]);
    say("%u of %u", cosy_queue_count(&queue), queue.capacity);
    return 0;
}

static int no_room(void *kind)
{
    fresh(kind, 4);
    PUT(11, 12, 13);
    say("%s", code_name(cosy_queue_resize(&queue, other_room, other_numbers, 2)));
    say("%s", code_name(cosy_queue_resize(&queue, other_room, other_numbers, 0)));
    say("%s", code_name(cosy_queue_resize(&queue, other_room, other_numbers, 1u << 31)));
    say("%s", code_name(cosy_queue_resize(&queue, other_room, other_numbers, 1u << 30)));
    say("%s", code_name(cosy_queue_resize(&queue, NULL, other_numbers, 4)));
    say("%s", code_name(cosy_queue_resize(&queue, room, other_numbers, 4)));
    say("%s", code_name(cosy_queue_resize(NULL, other_room, other_numbers, 4)));
    checked();
    shut(COSY_QUEUE_DRAIN, "why");
    resize(3);
    say("%u left", cosy_queue_count(&queue));
    shut(COSY_QUEUE_DISCARD, "why");
    say("%s", code_name(cosy_queue_resize(&queue, room, numbers, 4)));
    return 0;
}

static int no_numbers(void *kind)
{
    fresh(kind, 2);
    say("%s", code_name(cosy_queue_resize(&queue, other_room, NULL, 4)));
    return 0;
}

static int nonsense_calls(void *kind)
{
    int item = 0;
    uint32_t got;
    cosy_wait *w = &cosy_self()->wait;
    fresh(kind, 1);
    say("%s", code_name(cosy_queue_join(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_join_begin(&queue, NULL)));
    say("%s", code_name(cosy_queue_peek(&queue, NULL)));
    say("%s", code_name(cosy_queue_shutdown(&queue, 2, "why")));
    say("%s", code_name(cosy_queue_shutdown(NULL, COSY_QUEUE_DRAIN, "why")));
    say("%s", code_name(cosy_queue_get_many(&queue, &item, 0, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_get_many(&queue, &item, 1u << 31, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_get_many(NULL, &item, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_get_many_begin(&queue, NULL, 1, &got, w)));
    say("%s", code_name(cosy_queue_get_many_begin(&queue, &item, 1, NULL, w)));
    say("%s", code_name(cosy_queue_get_many_begin(&queue, &item, 1, &got, NULL)));
    say("%s %s", cosy_queue_closed(&queue) ? "closed" : "open", cosy_queue_reason(&queue) ? "why" : "no reason");
    return 0;
}

static cosy_queue inner;
static int inner_room[1];
static cosy_queue_more inner_more = COSY_QUEUE_MORE_FIFO;

static void discards_another(void *item, void *arg)
{
    discarded(item, arg);
    cosy_queue_shutdown(&inner, COSY_QUEUE_DISCARD, NULL);
    say("may wait: %s", code_name(cosy_sleep(1)));
}

/* Discarding one queue discards another: it stays forbidden to wait until the outer one is done. */
static int discard_inside_discard(void *kind)
{
    int item = 2;
    fresh(kind, 2);
    put(1);
    cosy_queue_init_with(&inner, inner_room, sizeof(int), 1, &inner_more, "I");
    cosy_queue_on_undelivered(&inner, discarded, "inner ");
    cosy_queue_try_put(&inner, &item);
    cosy_queue_on_undelivered(&queue, discards_another, "outer ");
    shut(COSY_QUEUE_DISCARD, NULL);
    say("may wait: %s", code_name(cosy_sleep(1)));
    return 0;
}

static int outside(void *kind)
{
    int item = 0;
    fresh(kind, 2);
    say("%s", code_name(cosy_queue_get_many(&queue, &item, 1, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_join(&queue, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_get(&queue, &item, COSY_FOREVER)));
    say("%s", code_name(cosy_queue_put(&queue, &item, COSY_FOREVER)));
    PUT(1, 2);
    cosy_queue_on_undelivered(&queue, discarded, "lost ");
    cosy_queue_peek(&queue, &item);
    say("%d", item);
    cosy_queue_try_get(&queue, &item);
    done(1);
    shut(COSY_QUEUE_DISCARD, NULL);
    return 0;
}

static int destroy_joined(void *kind)
{
    fresh(kind, 2);
    two_jobs();
    cosy_task *a = start(joiner, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_queue_destroy(&queue)));
    done(2);
    join(a);
    return cosy_queue_destroy(&queue);
}

static int prepared_again(void *kind)
{
    fresh(kind, 2);
    put(1);
    shut(COSY_QUEUE_DRAIN, "over");
    say("%s", code_name(cosy_queue_init_with(&queue, room, sizeof(int), 2, &more, "Q")));
    say("%u, %s", cosy_queue_unfinished(&queue), cosy_queue_reason(&queue) ? "a reason" : "no reason");
    put(2);
    drain();
    return 0;
}

/* ---- the check finds what is wrong ---- */

static void tell(const char *what)
{
    const char *wrong = cosy_queue_check(&queue);
    say("%s: %s", what, wrong ? wrong : "not found");
}

static int check_finds(void *kind)
{
    cosy_wait stray = {.state = COSY_QUEUED, .list = &queue.getters};
    fresh(kind, 4);
    PUT(11, 12, 21);
    queue.capacity = 2;
    tell("capacity");
    queue.capacity = 0;
    tell("no capacity");
    queue.capacity = 4;
    queue.size = 0;
    tell("no size");
    queue.size = sizeof(int);
    queue.room = NULL;
    tell("no room");
    queue.room = room;
    queue.state = COSY_QUEUE_WITH_MORE;
    tell("state");
    queue.state = 0;
    tell("not prepared");
    queue.state = COSY_QUEUE_PLAIN | COSY_QUEUE_WITH_MORE;
    queue.more = NULL;
    tell("more");
    queue.more = &more;
    numbers[1] = 99;
    tell("number");
    numbers[1] = -1;
    tell("too small");
    numbers[1] = 0;
    tell("equals");
    numbers[1] = 2;
    room[2] = 1;
    tell("disorder");
    room[2] = 21;
    more.unfinished = 2;
    tell("unfinished");
    more.unfinished = 3;
    stray.next = stray.prev = &stray;
    queue.getters.head = &stray;
    tell("stray");
    queue.getters.head = NULL;
    fresh(PLAIN, 4);
    queue.head = 4;
    tell("head");
    queue.head = 0;
    tell("mended");
    return 0;
}

static int check_finds_waiters(void *kind)
{
    fresh(kind, 1);
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    queue.count = more.unfinished = 1;
    tell("getter");
    queue.count = more.unfinished = 0;
    queue.state |= COSY_QUEUE_CLOSED;
    tell("closed");
    queue.state &= ~(uint32_t)COSY_QUEUE_CLOSED;
    put(1);
    join(a);
    put(1);
    cosy_task *b = start(putter, &items[2], "b"), *c = start(joiner, NULL, "c");
    settle(1);
    queue.count = 0;
    tell("putter");
    queue.count = 1;
    queue.state |= COSY_QUEUE_CLOSED;
    tell("closed");
    queue.state &= ~(uint32_t)COSY_QUEUE_CLOSED;
    drain();
    join(b);
    more.unfinished = 0;
    tell("joiner");
    more.unfinished = 3;
    done(3);
    return join(c);
}

static short few[2];
static cosy_queue_more newest_first = COSY_QUEUE_MORE_LIFO;
static cosy_queue ready_made = COSY_QUEUE_INIT_WITH("static", few, &newest_first);

static int static_one(void *arg)
{
    (void)arg;
    short item = 5;
    cosy_queue_put(&ready_made, &item, COSY_NOW);
    item = 6;
    cosy_queue_put(&ready_made, &item, COSY_NOW);
    say("%s", code_name(cosy_queue_put(&ready_made, &item, COSY_NOW)));
    item = 0;
    cosy_queue_get(&ready_made, &item, COSY_NOW);
    say("%d", item);
    return 0;
}

#define EACH(name, scenario, expected)                                                                                 \
    {name ": first in, first out", scenario, expected, FIFO}, {name ": last in, first out", scenario, expected, LIFO}, \
        {name ": by priority", scenario, expected, PRIORITY}

static const test_row rows[] = {
    {"first in, first out", order, "12; 31; 11; 13; 21; 22", FIFO},
    {"last in, first out", order, "22; 21; 13; 11; 31; 12", LIFO},
    {"by priority; equals in the order of their puts", order, "12; 11; 13; 21; 22; 31", PRIORITY},
    {"puts between gets: first in, first out", mixed_with_gets, "11; 31; 21; 12; 22; 32; 13", FIFO},
    {"puts between gets: last in, first out", mixed_with_gets, "21; 22; 13; 32; 12; 31; 11", LIFO},
    {"puts between gets: by priority", mixed_with_gets, "11; 12; 13; 21; 22; 31; 32", PRIORITY},
    {"by priority, with many equals, against a list", by_random, "many, 0 wrong"},
    {"peek: plain", peeks, "EAGAIN; 21 of 3; 11 of 2; 11; 31; ECLOSED; ECLOSED", PLAIN},
    {"peek: first in, first out", peeks, "EAGAIN; 21 of 3; 11 of 2; 11; 31; ECLOSED; ECLOSED", FIFO},
    {"peek: last in, first out", peeks, "EAGAIN; 31 of 3; 11 of 2; 11; 21; ECLOSED; ECLOSED", LIFO},
    {"peek: by priority", peeks, "EAGAIN; 11 of 3; 21 of 2; 21; 31; ECLOSED; ECLOSED", PRIORITY},

    EACH("getters in order of arrival, and nobody overtakes", getters_in_order,
         "0 stored, 2 unfinished; try EAGAIN; main EAGAIN; a got 21; b got 11"),
    EACH("putters in order of arrival, and nobody overtakes", putters_in_order,
         "main got 1; try EAGAIN; 2 unfinished; main got 3; a put 3 OK; b put 2 OK; 2"),
    EACH("cancel while queued, timeout in the middle", cancel_and_time_out,
         "a ECANCELED; main ETIMEDOUT; b got 11; c put 1 ECANCELED; main put 3 ETIMEDOUT; main got 12; d put 2 OK; 2; "
         "3 unfinished"),
    EACH("deadlines in the past and COSY_NOW", deadlines,
         "main EAGAIN; main ETIMEDOUT; main put 1 OK; main put 2 EAGAIN; main put 3 ETIMEDOUT; main got 1; a got 4"),

    {"a cancelled getter's item goes to the front", give_back, "3 of 3; 21; 22; 11; a ECANCELED", FIFO},
    {"a cancelled getter's item goes on top", give_back, "3 of 3; 21; 11; 22; a ECANCELED", LIFO},
    {"a cancelled getter's item goes before its equals", give_back, "3 of 3; 11; 21; 22; a ECANCELED", PRIORITY},
    EACH("a cancelled getter's item goes to the next getter", give_to_next, "a ECANCELED; b got 21"),
    EACH("two items that are given back, newest first", give_back_two, "21; 22; 23; a ECANCELED; b ECANCELED"),
    EACH("cancel after the hand-over, slot refilled: the get stands", refilled, "a got 21; then ECANCELED; 11"),
    {"cancel after it has run", cancel_resumed, "a got 1; a got 2; a ECANCELED", LIFO},

    {"several at once: plain", many, "main 3:; 21; 11; 31; main 1:; 12; main EAGAIN:; main ETIMEDOUT:; main ECLOSED:"},
    {"several at once: first in, first out", many,
     "main 3:; 21; 11; 31; main 1:; 12; main EAGAIN:; main ETIMEDOUT:; main ECLOSED:", FIFO},
    {"several at once: last in, first out", many,
     "main 3:; 12; 31; 11; main 1:; 21; main EAGAIN:; main ETIMEDOUT:; main ECLOSED:", LIFO},
    {"several at once: by priority", many,
     "main 3:; 11; 12; 21; main 1:; 31; main EAGAIN:; main ETIMEDOUT:; main ECLOSED:", PRIORITY},
    {"several at once, with putters: plain", many_with_putters,
     "main 4:; 1; 2; 3; 4; a put 3 OK; b put 4 OK; c put 5 OK; 5"},
    {"several at once, with putters: last in, first out", many_with_putters,
     "main 4:; 2; 3; 4; 5; a put 3 OK; b put 4 OK; c put 5 OK; 1", LIFO},
    {"several at once: who waits takes one: plain", many_waits, "a 1:; 1; main 2:; 2; 3"},
    EACH("several at once: cancelled after the hand-over", many_cancelled, "a ECANCELED:; 1; 2"),

    EACH("more is done than was got", underflow,
         "cosy_queue_task_done(Q) by main: EOVER; done EOVER; cosy_queue_task_done(Q) by main: EOVER; done EOVER; "
         "cosy_queue_task_done(Q) by main: EOVER; done EOVER"),
    EACH("joining a queue without work", join_empty, "main joined: OK; main joined: OK"),
    EACH("a hundred items, two workers", hundred_items, "main joined: OK; 4950; ECLOSED; ECLOSED"),
    EACH("all joiners go when the last item is done", joiners_go,
         "one is left; a joined: OK; b joined: OK; main joined: EAGAIN"),
    EACH("cancel of joiners, queued and granted", cancel_joiners,
         "b joined: ECANCELED; a joined: OK; c joined: ECANCELED; main joined: OK"),
    EACH("deadlines of joiners: now, past, in the middle, a tie", join_deadlines,
         "main joined: EAGAIN; b joined: ETIMEDOUT; main joined: ETIMEDOUT; at 5; a joined: OK; c joined: OK; main joined: "
         "OK"),
    {"a cancelled task can join what is done", cancelled_joins_done_work, "main joined: OK; main joined: ECANCELED", FIFO},
    {"work that nobody does is a deadlock", who_is_done, "1", FIFO, COSY_EDEADLK},
    {"marked done by a stranger, then given back", done_by_a_stranger, "0; 1; 1; a ECANCELED", FIFO},
    {"more unfinished items than can be counted", very_many, "1", FIFO},

    {"shutdown while empty: plain", shutdown_empty,
     "a ECLOSED; b ECLOSED; main put 1 ECLOSED; main ECLOSED; ECLOSED; ECLOSED; none 1", PLAIN},
    EACH("shutdown while empty", shutdown_empty,
         "a ECLOSED; b ECLOSED; main joined: OK; main put 1 ECLOSED; main ECLOSED; ECLOSED; ECLOSED; over 1"),
    EACH("shutdown drains", shutdown_full,
         "a put 2 ECLOSED; main got 1; main ECLOSED; not joined; b joined: OK; cosy_queue_task_done(Q) by main: EOVER; done "
         "EOVER"),
    {"discard: first in, first out", discard,
     "lost 21; lost 11; lost 31; lost 12; 0 of 0; a put 2 ECLOSED; b joined: OK; main ECLOSED; main put 1 ECLOSED; "
     "cosy_queue_task_done(Q) by main: EOVER; done EOVER; fire",
     FIFO},
    {"discard: last in, first out", discard,
     "lost 12; lost 31; lost 11; lost 21; 0 of 0; a put 2 ECLOSED; b joined: OK; main ECLOSED; main put 1 ECLOSED; "
     "cosy_queue_task_done(Q) by main: EOVER; done EOVER; fire",
     LIFO},
    {"discard: by priority", discard,
     "lost 11; lost 12; lost 21; lost 31; 0 of 0; a put 2 ECLOSED; b joined: OK; main ECLOSED; main put 1 ECLOSED; "
     "cosy_queue_task_done(Q) by main: EOVER; done EOVER; fire",
     PRIORITY},
    {"discard with work unfinished", discard_unfinished,
     "lost 2; not joined; a joined: OK; cosy_queue_task_done(Q) by main: EOVER; done EOVER", FIFO},
    {"discard after drain, drain after discard; the first reason stays", discard_after_drain,
     "no reason; main got 1; lost 2; 0 left; main ECLOSED; first", FIFO},
    {"discard after drain: plain", discard_after_drain, "no reason; main got 1; 0 left; main ECLOSED; no reason", PLAIN},
    {"discard that nobody is told: plain", discard_untold, "0 of 0; ECLOSED", PLAIN},
    EACH("discard that nobody is told", discard_untold, "0 of 0; ECLOSED"),
    EACH("discard, then cancel of a getter with an item", discard_granted,
         "lost 3; lost 1; 0 of 1; a ECANCELED; b got 2; cosy_queue_task_done(Q) by main: EOVER; done EOVER"),
    {"discard, then cancel of a getter with an item: plain", discard_granted, "0 of 0; a ECANCELED; b got 2", PLAIN},
    EACH("drain, then cancel of a getter with an item", drain_granted, "a ECANCELED; main got 1; main ECLOSED"),
    {"closed, then cancelled: closed stands", closed_then_cancelled, "a ECLOSED; then ECANCELED", LIFO},
    {"discard of a queue inside that of another", discard_inside_discard,
     "outer 1; inner 2; a wait for(a moment) by main: ENOWAIT; may wait: ENOWAIT; may wait: OK", FIFO},
    {"who is told of a discarded item may do what he likes, but not wait", meddling,
     "lost 1; put ECLOSED; get ECLOSED; peek ECLOSED; cosy_queue_task_done(Q) by main: EOVER; done EOVER; a wait "
     "for(a moment) by main: ENOWAIT; sleep ENOWAIT; sleep OK; main joined: OK",
     FIFO},
    {"... even cancel the getter whose item it was", meddling_twice,
     "lost 1; put ECLOSED; get ECLOSED; peek ECLOSED; done OK; a wait for(a moment) by main: ENOWAIT; sleep ENOWAIT; a "
     "ECANCELED; main joined: OK",
     FIFO},

    {"puts and gets that complete at once do not starve others", fair, "others ran in time", &greeds[PUTS_AND_GETS]},
    {"several at once do not starve others", fair, "others ran in time", &greeds[MANY]},
    {"joins that complete at once do not starve others", fair, "others ran in time", &greeds[JOINS]},
    {"puts that fail because it is closed do not starve others", fair, "others ran in time", &greeds[PUTS_CLOSED]},
    {"gets that fail because it is closed do not starve others", fair, "others ran in time", &greeds[GETS_CLOSED]},

    {"stackless tasks beside coroutines", stackless,
     "c OK; a 1 from 1; b got 2; d ECANCELED; d 2 from 3; e OK; c OK; f joined: OK; a ECLOSED", FIFO},
    EACH("arms of a select", as_arms,
         "join OK; get 1; cosy_queue_destroy(Q) by main: EBUSY, see main; EBUSY; arm 0 OK; 3; put OK; put 1; join 1; arm 1 "
         "OK; 5; 5; arm 2 OK"),

    {"NULL, no order, no comparison, no numbers, a plain queue", nonsense_more,
     "cosy_queue_init_with(I) by main: EINVAL; EINVAL; cosy_queue_init_with(I) by main: EINVAL; EINVAL; "
     "cosy_queue_init_with(I) by main: EINVAL; EINVAL; cosy_queue_init_with(I) by main: EINVAL; EINVAL; "
     "cosy_queue_init_with(I) by main: EINVAL; EINVAL; "
     "cosy_queue_task_done(Q) by main: EINVAL; EINVAL; cosy_queue_join(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_join_begin(Q) by main: EINVAL; EINVAL; cosy_queue_on_undelivered(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_task_done(NULL) by main: EINVAL; EINVAL; cosy_queue_close((unnamed)) by main: EINVAL; EINVAL; "
     "nothing wrong",
     PLAIN},
    {"it grows: first in, first out", grows, "put 33 EAGAIN; 11; 31; 22; 13; 32", FIFO},
    {"it grows: plain", grows, "put 33 EAGAIN; 11; 31; 22; 13; 32", PLAIN},
    {"it grows: last in, first out", grows, "put 33 EAGAIN; 32; 13; 22; 31; 12", LIFO},
    {"it grows: by priority", grows, "put 33 EAGAIN; 13; 21; 22; 31; 32", PRIORITY},
    EACH("it shrinks to what is in it", shrinks, "full 1; 3 unfinished"),
    EACH("it grows while putters wait: they are let in, and stay", grows_while_putters_wait,
         "a put 1 OK; b put 2 OK; c put 3 ECANCELED; 3 of 3"),
    {"no room to grow into", no_room,
     "cosy_queue_resize(Q) by main: EOVER; EOVER; cosy_queue_resize(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_resize(Q) by main: EINVAL; EINVAL; cosy_queue_resize(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_resize(Q) by main: EINVAL; EINVAL; cosy_queue_resize(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_resize(NULL) by main: EINVAL; EINVAL; 3 left; ECLOSED",
     LIFO},
    {"first in first out it needs no numbers", no_numbers, "OK", FIFO},
    {"by priority it does not move without numbers", no_numbers, "cosy_queue_resize(Q) by main: EINVAL; EINVAL", PRIORITY},
    {"arguments that mean nothing", nonsense_calls,
     "cosy_queue_join(NULL) by main: EINVAL; EINVAL; cosy_queue_join_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_queue_peek(Q) by main: EINVAL; EINVAL; cosy_queue_shutdown(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_shutdown(NULL) by main: EINVAL; EINVAL; cosy_queue_get_many(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_get_many(Q) by main: EINVAL; EINVAL; cosy_queue_get_many(NULL) by main: EINVAL; EINVAL; "
     "cosy_queue_get_many_begin(Q) by main: EINVAL; EINVAL; cosy_queue_get_many_begin(Q) by main: EINVAL; EINVAL; "
     "cosy_queue_get_many_begin(Q) by main: EINVAL; EINVAL; open "
     "no reason",
     FIFO},
    {"outside a task", outside,
     "cosy_queue_get_many(Q) by (no task): ENOTASK; ENOTASK; cosy_queue_join(Q) by (no task): ENOTASK; ENOTASK; "
     "cosy_queue_get(Q) by (no task): ENOTASK; ENOTASK; cosy_queue_put(Q) by (no task): ENOTASK; ENOTASK; 2; lost 1",
     LIFO, .without_loop = true},
    {"destroy with joiners", destroy_joined, "cosy_queue_destroy(Q) by main: EBUSY, see a; EBUSY; a joined: OK", FIFO},
    {"the check finds what is wrong", check_finds,
     "capacity: a queue holds more items than fit; no capacity: a queue has no room; no size: a queue has no room; "
     "no room: a queue has no room; state: a queue's state says what is not so; not prepared: not found; "
     "more: a queue's state says what is not so; number: an item of a queue by priority has a number that was not given; "
     "too small: an item of a queue by priority has a number that was not given; equals: the items of a queue by priority "
     "are in disorder; disorder: the items of a queue by priority are in disorder; unfinished: fewer items of a queue are "
     "unfinished than are in it; stray: a node in a wait list waits for another kind of thing; head: a queue's first item "
     "lies behind its last slot; mended: not found",
     PRIORITY},
    {"the check finds waiters that should not wait", check_finds_waiters,
     "getter: tasks wait for an item of a queue that has some; closed: tasks wait for a closed queue; a got 1; putter: "
     "tasks wait for room in a queue that has some; closed: tasks wait for a closed queue; 1; 2; b put 2 OK; joiner: tasks wait for the work of a queue that has "
     "none; c joined: OK",
     FIFO},
    {"prepared a second time", prepared_again, "OK; 0, no reason; 2", FIFO},
    {"static initialiser", static_one, "EAGAIN; 6"},
};

int main(void)
{
    return TEST_ROWS("queue_more", rows);
}
