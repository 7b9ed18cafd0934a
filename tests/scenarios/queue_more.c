/* Queues with more: an item that comes back keeps its place in the order, a join ends when all is done, and what is
 * discarded is told. */
#include "scenarios.h"

#include <string.h>

enum { ITEMS = 8 };

static int room[ITEMS];
static int64_t numbers[ITEMS];
static cosy_queue queue;
static cosy_queue_more more;
static int n_put[ITEMS], n_got[ITEMS], n_discarded[ITEMS];
static int next_item;

static const int urgency[ITEMS] = {5, 1, 1, 1, 3, 4, 9, 2};

static bool before(const void *a, const void *b)
{
    return urgency[*(const int *)a] < urgency[*(const int *)b];
}

static void undelivered(void *item, void *arg)
{
    (void)arg;
    n_discarded[*(int *)item]++;
}

static void fresh(const cosy_queue_order *order, uint32_t capacity)
{
    more = (cosy_queue_more){.order = order, .before = before, .numbers = numbers, .undelivered = undelivered};
    cosy_queue_init_with(&queue, room, sizeof room[0], capacity, &more, "queue");
    COSY_TESTING_WATCH(&queue);
    memset(n_put, 0, sizeof n_put);
    memset(n_got, 0, sizeof n_got);
    memset(n_discarded, 0, sizeof n_discarded);
    next_item = 0;
}

static const char *accounted(void *arg)
{
    int item;
    (void)arg;
    while (cosy_queue_try_get(&queue, &item) == COSY_OK)
        n_got[item]++;
    for (item = 0; item < ITEMS; item++)
        if (n_got[item] + n_discarded[item] != n_put[item])
            return n_got[item] + n_discarded[item] < n_put[item] ? "an item is lost" : "an item came twice";
    return NULL;
}

static int put(void)
{
    int item = next_item++;
    int rc = cosy_queue_put(&queue, &item, COSY_FOREVER);
    n_put[item] += !rc;
    return rc;
}

static int get(cosy_time deadline)
{
    int item = 0, rc = cosy_queue_get(&queue, &item, deadline);
    if (rc)
        return rc;
    n_got[item]++;
    return item;
}

/* ---- order: what lies there is never better than what comes out ---- */

static int producer(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    while (next_item < ITEMS && !rc) {
        rc = put();
        if (!rc && next_item == 2)
            rc = cosy_sleep(cosy_ms(1)); /* the getter has got both; the others come in one step */
    }
    cosy_queue_close(&queue);
    return rc;
}

static bool comes_before(int a, int b)
{
    if (more.order == &cosy_queue_lifo)
        return a > b;
    return urgency[a] < urgency[b] || (urgency[a] == urgency[b] && a < b);
}

static int getter(void *arg)
{
    bool began = more.order != &cosy_queue_lifo;
    (void)arg;
    for (;;) {
        bool waits = cosy_queue_empty(&queue); /* then it gets what comes first */
        int item = get(cosy_in(cosy_ms(9)));
        if (item < 0)
            return item == COSY_ECLOSED || item == COSY_ETIMEDOUT ? COSY_OK : item;
        for (int other = 0; other < ITEMS && !waits && began; other++)
            if (n_put[other] > n_got[other] && comes_before(other, item))
                cosy_testing_fail("something that should have come before lies there still");
        began = true; /* on a stack the first item may be one that was given back, and lies on top of newer ones */
        int rc = cosy_yield();
        if (rc)
            return rc;
    }
}

static int getters(void *arg)
{
    static const member first[] = {{"first", getter, NULL}}, second[] = {{"second", getter, NULL}};
    (void)arg;
    int rc = run_crew(first, 1);
    if (!rc)
        rc = run_crew(second, 1);
    cosy_queue_close(&queue);
    return rc;
}

static int by_order(const cosy_queue_order *order)
{
    const member crew[] = {{"getters", getters, NULL}, {"producer", producer, NULL}};
    fresh(order, ITEMS);
    return RUN_CREW(crew);
}

static int by_urgency(void *arg)
{
    (void)arg;
    return by_order(&cosy_queue_priority);
}

static int newest_first(void *arg)
{
    (void)arg;
    return by_order(&cosy_queue_lifo);
}

/* ---- joining: each item is marked done by whoever got it, finished or not ---- */

static int worker(void *arg)
{
    int rc;
    while ((rc = get(COSY_FOREVER)) >= 0) {
        rc = arg ? cosy_sleep(cosy_ms(1)) : cosy_yield();
        cosy_queue_task_done(&queue);
        if (rc)
            return rc;
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int boss(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    while (next_item < 5 && !rc)
        rc = put();
    if (!rc)
        rc = cosy_queue_join(&queue, cosy_in(cosy_ms(20)));
    if (!rc && cosy_queue_unfinished(&queue))
        cosy_testing_fail("it was joined before all was done");
    if (rc == COSY_ETIMEDOUT && !cosy_queue_unfinished(&queue))
        cosy_testing_fail("all was done, and nobody told who joins");
    cosy_queue_close(&queue);
    return rc;
}

static int joined(void *arg)
{
    const member crew[] = {{"a", worker, NULL}, {"boss", boss, NULL}, {"b", worker, "sleeps"}, {"c", worker, NULL}};
    (void)arg;
    fresh(&cosy_queue_fifo, 4);
    return RUN_CREW(crew);
}

static const char *all_done(void *arg)
{
    if (cosy_queue_unfinished(&queue) != cosy_queue_count(&queue))
        return "more or less is unfinished than lies in the queue";
    return accounted(arg);
}

/* ---- shutdown: what nobody got is told, also what is taken back from who was cancelled ---- */

static int shutter(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    for (int i = 0; i < 5 && !rc; i++)
        rc = put();
    cosy_queue_shutdown(&queue, COSY_QUEUE_DISCARD, "enough");
    return rc;
}

static int shut_down(void *arg)
{
    const member crew[] = {{"a", worker, "sleeps"}, {"b", worker, "sleeps"}, {"shutter", shutter, NULL}};
    (void)arg;
    fresh(&cosy_queue_fifo, 4);
    return RUN_CREW(crew);
}

const cosy_scenario queue_more_scenarios[] = {
    {.name = "queue: by urgency", .run = by_urgency, .verify = accounted},
    {.name = "queue: newest first", .run = newest_first, .verify = accounted},
    {.name = "queue: joined", .run = joined, .verify = all_done},
    {.name = "queue: shut down", .run = shut_down, .verify = all_done},
    {.name = NULL},
};
