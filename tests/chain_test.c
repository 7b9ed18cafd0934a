/* Chain: contract rules 1 (FIFO, hand-over), 2 (no item is lost), 3 (deadlines), 4 (fairness), 7 (misuse); RULE h: close. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

struct job {
    cosy_link link;
    int id;
};

static struct job jobs[6] = {{.id = 0}, {.id = 1}, {.id = 2}, {.id = 3}, {.id = 4}, {.id = 5}};
static cosy_chain chain;

static void fresh(void)
{
    cosy_chain_init(&chain, "C");
}

static void put(int first, int n)
{
    while (n-- > 0)
        cosy_chain_put(&chain, &jobs[first++].link);
}

static int id(cosy_link *link)
{
    return COSY_CONTAINER(link, struct job, link)->id;
}

static int getter(void *deadline)
{
    cosy_link *link = NULL;
    int rc = cosy_chain_get(&chain, &link, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    if (rc == COSY_OK)
        say("%s got %d", ME, id(link));
    else
        say("%s %s", ME, code_name(rc));
    return 0;
}

static void drain(void)
{
    cosy_link *link;
    while ((link = cosy_chain_try_get(&chain)))
        say("%d", id(link));
}

static int items_in_order(void *arg)
{
    (void)arg;
    fresh();
    put(1, 3);
    say("%u", cosy_chain_count(&chain));
    getter(NULL);
    put(4, 1);
    drain();
    put(5, 1); /* after it was empty */
    drain();
    return cosy_chain_destroy(&chain);
}

static int getters_in_order(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    put(1, 3);
    say("put, %u left", cosy_chain_count(&chain));
    say("try %d", id(cosy_chain_try_get(&chain)));
    say("now %s", cosy_chain_try_get(&chain) ? "some" : "none");
    join(a);
    return join(b);
}

static int cancel_queued(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b"), *c = start(getter, NULL, "c");
    settle(1);
    cosy_cancel(b, NULL);
    cosy_cancel(a, NULL);
    put(1, 1);
    join(a);
    join(b);
    return join(c);
}

static int item_to_next(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    put(1, 1);
    cosy_cancel(a, NULL);
    join(a);
    return join(b);
}

static int items_to_front(void *arg)
{
    bool eldest_first = arg && !strcmp(arg, "eldest first"), empty = arg && !eldest_first;
    fresh();
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b");
    settle(1);
    put(1, empty ? 2 : 3);
    cosy_cancel(eldest_first ? a : b, NULL);
    cosy_cancel(eldest_first ? b : a, NULL);
    say("%u", cosy_chain_count(&chain));
    if (empty)
        put(4, 1); /* behind what was given back to an empty chain */
    drain();
    join(a);
    return join(b);
}

static int cancelled_getter(void *arg)
{
    getter(arg);
    cosy_cancel(cosy_self(), NULL);
    getter(arg);
    return getter(arg);
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(cancelled_getter, NULL, "a");
    settle(1);
    put(1, 2);
    return join(a);
}

static int deadlines(void *arg)
{
    (void)arg;
    cosy_time past = cosy_ms(1), now = COSY_NOW, five = cosy_ms(5), ten = cosy_ms(10);
    fresh();
    cosy_sleep(cosy_ms(2));
    getter(&past);
    getter(&now);
    say("%s", chain.getters.head ? "queued" : "not queued");
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, &five, "b"), *c = start(getter, &ten, "c");
    join(b);
    cosy_sleep_until(cosy_ms(9));
    put(1, 2);
    join(a);
    join(c);
    put(3, 2);
    getter(&past);
    getter(&now);
    return 0;
}

static int ties(void *arg)
{
    (void)arg;
    cosy_time ten = cosy_ms(10);
    fresh();
    cosy_task *a = start(getter, &ten, "a");
    cosy_sleep_until(ten);
    put(1, 1);
    return join(a);
}

static int closes(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(getter, NULL, "a"), *b = start(getter, NULL, "b"), *c = start(getter, NULL, "c");
    settle(1);
    put(1, 1);
    say("%s", code_name(cosy_chain_close(&chain)));
    cosy_cancel(a, NULL); /* what it was handed can still be got */
    say("again %s, put %s", code_name(cosy_chain_close(&chain)), code_name(cosy_chain_put(&chain, &jobs[2].link)));
    join(a);
    join(b);
    join(c);
    getter(NULL);
    return getter(NULL);
}

static int greedy(void *stop)
{
    int n = 0;
    cosy_link *link;
    while (!*(bool *)stop && n < 100000) {
        cosy_chain_put(&chain, &jobs[0].link);
        cosy_chain_get(&chain, &link, COSY_FOREVER);
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
    stop = false;
    fresh();
    if (arg)
        cosy_chain_close(&chain);
    cosy_task *a = start(greedy, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int with_null(void *arg)
{
    (void)arg;
    cosy_link *link;
    fresh();
    say("%s", code_name(cosy_chain_init(NULL, "C")));
    say("%s", code_name(cosy_chain_put(NULL, &jobs[0].link)));
    say("%s", code_name(cosy_chain_put(&chain, NULL)));
    say("%s", code_name(cosy_chain_get(NULL, &link, COSY_FOREVER)));
    say("%s", code_name(cosy_chain_get(&chain, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_chain_get_begin(NULL, &link, &cosy_self()->wait)));
    say("%s", code_name(cosy_chain_get_begin(&chain, NULL, &cosy_self()->wait)));
    say("%s", code_name(cosy_chain_get_begin(&chain, &link, NULL)));
    say("%s", cosy_chain_try_get(NULL) ? "something" : "nothing");
    say("%s", code_name(cosy_chain_close(NULL)));
    say("%s", code_name(cosy_chain_destroy(NULL)));
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    cosy_link *link;
    fresh();
    say("%s", code_name(cosy_chain_get(&chain, &link, COSY_FOREVER)));
    put(1, 1);
    drain();
    return 0;
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(getter, NULL, "a");
    settle(1);
    say("%s", code_name(cosy_chain_destroy(&chain)));
    put(1, 1);
    return join(a);
}

static cosy_chain ready_made = COSY_CHAIN_INIT("static");

static int static_one(void *arg)
{
    (void)arg;
    say("%u %s", cosy_chain_count(&ready_made), cosy_chain_try_get(&ready_made) ? "some" : "none");
    return 0;
}

static const test_row rows[] = {
    {"items come out as they went in", items_in_order, "3; main got 1; 2; 3; 4; 5"},
    {"items are handed to the getters in order, and are not overtaken", getters_in_order,
     "put, 1 left; try 3; now none; a got 1; b got 2"},
    {"cancel while queued", cancel_queued, "b ECANCELED; a ECANCELED; c got 1"},
    {"cancel after the hand-over: to the next getter", item_to_next, "a ECANCELED; b got 1"},
    {"cancel after the hand-over: back to the front", items_to_front, "3; 1; 2; 3; a ECANCELED; b ECANCELED"},
    {"... eldest first", items_to_front, "3; 1; 2; 3; a ECANCELED; b ECANCELED", "eldest first"},
    {"cancel after the hand-over: back to an empty chain", items_to_front, "2; 1; 2; 4; a ECANCELED; b ECANCELED",
     "empty"},
    {"cancel after it has run", cancel_resumed, "a got 1; a got 2; a ECANCELED"},
    {"deadlines: past, now, in the middle of the line", deadlines,
     "main ETIMEDOUT; main EAGAIN; not queued; b ETIMEDOUT; a got 1; c got 2; main got 3; main got 4"},
    {"a put that ties with the deadline wins", ties, "a got 1"},
    {"close wakes the getters; what was handed over is not lost", closes,
     "OK; again OK, put ECLOSED; a ECANCELED; b ECLOSED; c ECLOSED; main got 1; main ECLOSED"},
    {"gets that complete at once do not starve others", fair, "others ran in time"},
    {"gets that fail because it is closed do not starve others", fair, "others ran in time", "closed"},
    {"NULL", with_null,
     "cosy_chain_init(C) by main: EINVAL; EINVAL; cosy_chain_put(NULL) by main: EINVAL; EINVAL; "
     "cosy_chain_put(C) by main: EINVAL; EINVAL; cosy_chain_get(NULL) by main: EINVAL; EINVAL; "
     "cosy_chain_get(C) by main: EINVAL; EINVAL; cosy_chain_get_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_chain_get_begin(C) by main: EINVAL; EINVAL; cosy_chain_get_begin(C) by main: EINVAL; EINVAL; nothing; "
     "cosy_chain_close(NULL) by main: EINVAL; EINVAL; cosy_chain_destroy(NULL) by main: EINVAL; EINVAL"},
    {"outside a task: put and try work", outside, "cosy_chain_get(C) by (no task): ENOTASK; ENOTASK; 1",
     .without_loop = true},
    {"destroy with getters is refused", destroy_used, "cosy_chain_destroy(C) by main: EBUSY, see a; EBUSY; a got 1"},
    {"static initialiser", static_one, "0 none"},
};

int main(void)
{
    return TEST_ROWS("chain", rows);
}
