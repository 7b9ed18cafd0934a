/* Every item whose put succeeded is got once, or still there; none whose put failed is. Order is that of the puts. */
#include "scenarios.h"

#include <string.h>

enum { ITEMS = 12 };

static int room[3];
static cosy_queue queue;
static unsigned char n_put[ITEMS], n_got[ITEMS];
static int next_item, last_got;

static void fresh(uint32_t capacity)
{
    cosy_queue_init(&queue, room, sizeof room[0], capacity, "queue");
    COSY_TESTING_WATCH(&queue);
    memset(n_put, 0, sizeof n_put);
    memset(n_got, 0, sizeof n_got);
    next_item = 0;
    last_got = -1;
}

static int put(int item, cosy_time deadline)
{
    int rc = cosy_queue_put(&queue, &item, deadline);
    if (!rc)
        n_put[item]++;
    return rc;
}

static int get(cosy_time deadline)
{
    int item = -1, rc = cosy_queue_get(&queue, &item, deadline);
    if (!rc && (unsigned)item < ITEMS)
        n_got[item]++;
    else if (!rc)
        cosy_testing_fail("what was got was never put");
    return rc ? rc : item;
}

/* Each item was got as often as it was put: once, or never. */
static const char *accounted(void *arg)
{
    int item;
    (void)arg;
    while (cosy_queue_try_get(&queue, &item) == COSY_OK)
        n_got[item]++;
    for (item = 0; item < ITEMS; item++)
        if (n_put[item] > 1 || n_got[item] != n_put[item])
            return n_got[item] < n_put[item] ? "an item is lost" : "an item came twice, or came although its put failed";
    return NULL;
}

/* ---- producers and consumers ---- */

static int producer(void *arg)
{
    int rc = COSY_OK;
    for (int i = 0; i < 3 && !rc; i++) {
        rc = put(next_item++, arg ? cosy_in(cosy_ms(2)) : COSY_FOREVER);
        if (!rc && arg)
            rc = cosy_sleep(cosy_ms(1));
    }
    return rc;
}

static int consumer(void *arg)
{
    int rc;
    while ((rc = get(COSY_FOREVER)) >= 0) {
        rc = arg ? cosy_sleep(cosy_ms(1)) : cosy_yield();
        if (rc)
            return rc;
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

/* Closes when the producers are done; who is left without a consumer is closed out as well. */
static int producers(void *arg)
{
    const member crew[] = {{"p", producer, NULL}, {"q", producer, arg}, {"r", producer, NULL}};
    int rc = RUN_CREW(crew);
    cosy_queue_close(&queue);
    return rc;
}

/* The last consumer ends the producers, and a cancelled crew of producers has closed the queue. */
static int consumers(void *arg)
{
    const member crew[] = {{"c", consumer, NULL}, {"d", consumer, arg}, {"e", consumer, NULL}};
    int rc = RUN_CREW(crew);
    cosy_queue_close(&queue);
    return rc;
}

static int pipeline(void *arg)
{
    const member crew[] = {{"consumers", consumers, "slow"}, {"producers", producers, NULL}};
    fresh(*(const uint32_t *)arg);
    return RUN_CREW(crew);
}

static uint32_t one = 1, two = 2, three = 3;

static int consumers_late(void *arg)
{
    const member crew[] = {{"producers", producers, "slow"}, {"consumers", consumers, NULL}};
    fresh(*(const uint32_t *)arg);
    int rc = RUN_CREW(crew);
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

/* ---- order: one getter at a time, each as long as nothing happens to it ---- */

static int steady_producer(void *arg)
{
    int rc = COSY_OK;
    for (int i = 0; i < 8 && !rc; i++) {
        rc = put(i, COSY_FOREVER);
        if (!rc && i % 3 == 2)
            rc = cosy_sleep(cosy_ms(1)); /* now and then the getter waits */
    }
    cosy_queue_close(&queue);
    (void)arg;
    return rc;
}

static int in_order_getter(void *arg)
{
    int rc;
    (void)arg;
    while ((rc = get(cosy_in(cosy_ms(20)))) >= 0) {
        if (rc != last_got + 1)
            cosy_testing_fail("the items come in another order than they were put");
        last_got = rc;
    }
    return rc == COSY_ECLOSED || rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

/* The first getter may end by its fault, then the second goes on where it was; it is not there before. */
static int getters(void *arg)
{
    static const member first[] = {{"first", in_order_getter, NULL}}, second[] = {{"second", in_order_getter, NULL}};
    (void)arg;
    int rc = run_crew(first, 1);
    if (!rc)
        rc = run_crew(second, 1);
    cosy_queue_close(&queue);
    return rc;
}

static int order(void *arg)
{
    const member crew[] = {{"getters", getters, NULL}, {"producer", steady_producer, NULL}};
    fresh(*(const uint32_t *)arg);
    return RUN_CREW(crew);
}

/* ---- an item that two wait for: what the first gives back is the second's at once, there is no other ---- */

static int single_getter(void *arg)
{
    (void)arg;
    int rc = get(cosy_in(cosy_ms(5)));
    if (rc >= 0 && rc < last_got)
        cosy_testing_fail("who came later got what was put earlier");
    if (rc >= 0)
        last_got = rc;
    if (rc == COSY_ETIMEDOUT && cosy_queue_count(&queue))
        cosy_testing_fail("an item was there for somebody who waited in vain");
    return rc >= 0 || rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int burst(void *arg)
{
    int rc = cosy_sleep(cosy_ms(1));
    for (int i = 0; i < *(const int *)arg; i++)
        if (!cosy_queue_try_put(&queue, &i))
            n_put[i]++;
    return rc;
}

static int few_items(void *arg)
{
    static int items = 2;
    const member crew[] = {{"a", single_getter, NULL}, {"b", single_getter, NULL}, {"c", single_getter, NULL},
                           {"burst", burst, &items}};
    fresh(*(const uint32_t *)arg);
    return RUN_CREW(crew);
}

const cosy_scenario queue_scenarios[] = {
    {.name = "queue: pipeline through one slot", .run = pipeline, .arg = &one, .verify = accounted},
    {.name = "queue: pipeline through three", .run = pipeline, .arg = &three, .verify = accounted},
    {.name = "queue: putters with deadlines", .run = consumers_late, .arg = &two, .verify = accounted},
    {.name = "queue: order of two", .run = order, .arg = &two, .verify = accounted},
    {.name = "queue: order of three", .run = order, .arg = &three, .verify = accounted},
    {.name = "queue: two items for three", .run = few_items, .arg = &two, .verify = accounted},
    {.name = NULL},
};
