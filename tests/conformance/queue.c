/* CPython's suite of asyncio.Queue: on plain queues, and on queues with a cosy_queue_more where work is counted or the
 * queue is shut down. Those cases are run there for each of three kinds of queue, and so they are here: Q33 is first in
 * first out, L33 the same case last in first out, P33 by priority.
 *
 * A queue without a bound is a chain here. Items are numbers, and their own priorities.
 */
#include "conformance.h"

enum { PLAIN, FIFO, LIFO, PRIORITY, MOST = 128 };

static int room[MOST];
static int64_t numbers[MOST];
static cosy_queue queue;
static cosy_queue_more more;

static bool smaller(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b;
}

static const cosy_queue_more kinds[] = {
    [FIFO] = COSY_QUEUE_MORE_FIFO,
    [LIFO] = COSY_QUEUE_MORE_LIFO,
    [PRIORITY] = COSY_QUEUE_MORE_PRIORITY(smaller, numbers),
};

static void dropped(void *item, void *arg)
{
    (void)arg;
    say("dropped %d", *(int *)item);
}

/* The row's kind of queue. */
static void fresh(uint32_t capacity)
{
    if (variant() == PLAIN) {
        cosy_queue_init(&queue, room, sizeof(int), capacity, "Q");
    } else {
        more = kinds[variant()];
        cosy_queue_init_with(&queue, room, sizeof(int), capacity, &more, "Q");
        cosy_queue_on_undelivered(&queue, dropped, NULL);
    }
    WATCH(&queue);
}

static void show(void)
{
    say("%d of %d, %d get, %d put, %d unfinished%s", (int)cosy_queue_count(&queue), (int)queue.capacity,
        waiters(&queue.getters), waiters(&queue.putters), (int)cosy_queue_unfinished(&queue),
        cosy_queue_closed(&queue) ? ", shut down" : "");
}

/* ---- what needs no waiting, said if it fails ---- */

static void put(int item)
{
    int rc = cosy_queue_try_put(&queue, &item);
    if (rc)
        say("put %d %s", item, code_name(rc));
}

static void get(void)
{
    int item, rc = cosy_queue_try_get(&queue, &item);
    if (rc)
        say("get %s", code_name(rc));
    else
        say("%d", item);
}

static void done(void)
{
    int rc = cosy_queue_task_done(&queue);
    if (rc)
        say("done %s", code_name(rc));
}

/* ---- what may wait, said in any case ---- */

static int get_until(cosy_time deadline)
{
    int item, rc = cosy_queue_get(&queue, &item, deadline);
    if (rc)
        say("%s %s", me(), code_name(rc));
    else
        say("%s got %d", me(), item);
    return rc;
}

static int get_wait(void)
{
    return get_until(COSY_FOREVER);
}

static int put_wait(int item)
{
    int rc = cosy_queue_put(&queue, &item, COSY_FOREVER);
    say("%s put %d %s", me(), item, code_name(rc));
    return rc;
}

static int getter(void *arg)
{
    (void)arg;
    return get_wait();
}

static int putter(void *item)
{
    return put_wait(*(int *)item);
}

static int joiner(void *arg)
{
    (void)arg;
    int rc = cosy_queue_join(&queue, COSY_FOREVER);
    say("%s joined %s", me(), code_name(rc));
    return rc;
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s", me());
    return 0;
}

static int items[] = {0, 1, 2, 3, 4, 5}; /* for putters */

/* ---- a chain, which has no bound ---- */

typedef struct entry {
    cosy_link link;
    int number;
} entry;

static cosy_chain chain;
static entry entries[1000];

static void fresh_chain(void)
{
    cosy_chain_init(&chain, "chain");
    WATCH(&chain);
    for (int i = 0; i < 1000; i++)
        entries[i].number = i;
}

/* ---- empty, full, in order ---- */

static int dump(void)
{
    fresh(2);
    show();
    cosy_task *t1 = run("T1", getter, NULL);
    TRY(settle_all());
    show();
    stop(t1);
    TRY(settle_all());
    put(1);
    put(2);
    run("T2", putter, &items[3]);
    TRY(settle_all());
    show();
    cosy_queue_close(&queue);
    show();
    return settle_all();
}

static int dump_of_items(void)
{
    fresh(3);
    put(1);
    show();
    put(2);
    show();
    get();
    show();
    done();
    show();
    return 0;
}

static int empty(void)
{
    fresh(2);
    say("%d", cosy_queue_empty(&queue));
    put(1);
    say("%d", cosy_queue_empty(&queue));
    get();
    say("%d", cosy_queue_empty(&queue));
    return 0;
}

static int full(void)
{
    fresh(1);
    say("%d", cosy_queue_full(&queue));
    put(1);
    say("%d", cosy_queue_full(&queue));
    fresh_chain();
    for (int i = 0; i < 1000; i++)
        TRY(cosy_chain_put(&chain, &entries[i].link));
    say("%d in the chain", (int)cosy_chain_count(&chain));
    return 0;
}

static int puts_three(void *arg)
{
    static const int three[] = {1, 3, 2};
    (void)arg;
    for (int i = 0; i < 3; i++) {
        int rc = cosy_queue_put(&queue, &three[i], COSY_FOREVER);
        say("put %d %s", three[i], code_name(rc));
        if (rc)
            return rc;
    }
    return 0;
}

/* In which order three come out: first in first out, last in first out, by priority. */
static int order(void)
{
    fresh(4);
    put(1);
    put(3);
    put(2);
    get();
    get();
    get();
    return 0;
}

static int most(void)
{
    fresh(2);
    run("T1", puts_three, NULL);
    TRY(settle_all());
    show();
    get();
    TRY(pass());
    show();
    get();
    get();
    return 0;
}

/* ---- getting ---- */

/* Who is ready does not run in between. */
static int blocking_get(void)
{
    fresh(2);
    put(1);
    run("T1", speaker, NULL);
    TRY(get_wait());
    return settle_all();
}

static int nonblocking_get(void)
{
    fresh(2);
    put(1);
    get();
    show();
    return 0;
}

static int nonblocking_get_exception(void)
{
    fresh(2);
    get();
    return 0;
}

static int get_with_putters(void)
{
    fresh(1);
    put(1);
    run("T1", putter, &items[2]);
    TRY(settle_all());
    show();
    get();
    show();
    TRY(settle_all());
    return get_wait();
}

static void puts_one(void *arg)
{
    (void)arg;
    put(1);
}

static void gets_one(void *arg)
{
    (void)arg;
    get();
}

static cosy_call call;

/* Has fn called in 10 ms, when nobody else is there any more who could end the wait. */
static int call_later(void (*fn)(void *))
{
    call.loop = NULL;
    return cosy_call_at(cosy_here(), &call, cosy_in(cosy_ms(10)), fn, NULL);
}

static int blocking_get_wait(void)
{
    fresh(2);
    TRY(call_later(puts_one));
    int rc = get_wait();
    say("at %d", at_ms());
    cosy_call_cancel(&call);
    return rc;
}

static int get_cancelled_race(void)
{
    fresh(2);
    cosy_task *t1 = run("T1", getter, NULL);
    run("T2", getter, NULL);
    TRY(settle_all());
    stop(t1);
    put(1);
    TRY(settle_all());
    show();
    return 0;
}

static int get_with_waiting_putters(void)
{
    fresh(1);
    run("T1", putter, &items[1]);
    run("T2", putter, &items[2]);
    TRY(settle_all());
    TRY(get_wait());
    TRY(get_wait());
    return settle_all();
}

static int produces_five(void *arg)
{
    (void)arg;
    for (int i = 1; i <= 5; i++)
        TRY(cosy_queue_put(&queue, &items[i], COSY_FOREVER));
    return 0;
}

static int gets_five(void *arg)
{
    (void)arg;
    for (int i = 1; i <= 5; i++)
        TRY(get_wait());
    return 0;
}

static int why_are_getters_waiting(void)
{
    fresh(1);
    run("T1", gets_five, NULL);
    run("T2", produces_five, NULL);
    TRY(settle_all());
    show();
    return 0;
}

static int cancelled_getters(void)
{
    fresh(1);
    for (int i = 0; i < 3; i++) {
        int rc = get_until(cosy_in(cosy_ms(10)));
        if (rc != COSY_ETIMEDOUT)
            return rc;
        show();
    }
    put(1);
    TRY(get_wait());
    return 0;
}

/* A getter is woken by the first of two puts, and cancelled before it runs. */
static int drop_one_pending_reader(void)
{
    fresh(3);
    cosy_task *t = run("T1", getter, NULL);
    TRY(settle_all());
    put(1);
    put(2);
    stop(t);
    get();
    TRY(settle_all());
    get();
    show();
    return 0;
}

static int drop_many_pending_readers(void)
{
    fresh(3);
    cosy_task *t1 = run("T1", getter, NULL);
    run("T2", getter, NULL);
    run("T3", getter, NULL);
    TRY(settle_all());
    put(1);
    put(2);
    stop(t1);
    TRY(settle_all());
    show();
    return 0;
}

/* ---- putting ---- */

static int blocking_put(void)
{
    fresh(2);
    run("T1", speaker, NULL);
    TRY(put_wait(1));
    TRY(settle_all());
    return get_wait();
}

static int blocking_put_wait(void)
{
    fresh(1);
    put(1);
    TRY(call_later(gets_one));
    int rc = put_wait(2);
    say("at %d", at_ms());
    cosy_call_cancel(&call);
    return rc;
}

static int nonblocking_put(void)
{
    fresh(2);
    put(1);
    show();
    get();
    return 0;
}

static int nonblocking_put_exception(void)
{
    fresh(1);
    put(1);
    put(2);
    return 0;
}

/* Its slot is freed, and it is cancelled before it runs. */
static int put_cancel_drop(void)
{
    fresh(1);
    put(1);
    cosy_task *t = run("T1", putter, &items[2]);
    TRY(settle_all());
    get();
    stop(t);
    TRY(settle_all());
    get();
    show();
    return 0;
}

static int puts_in_chain(void *arg)
{
    (void)arg;
    return cosy_chain_put(&chain, &entries[1].link);
}

static int put_cancelled(void)
{
    cosy_link *link;
    fresh_chain();
    cosy_task *t = run("T1", puts_in_chain, NULL);
    TRY(cosy_chain_get(&chain, &link, COSY_FOREVER));
    say("%d", COSY_CONTAINER(link, entry, link)->number);
    say("cancel %s, result %s", code_name(cosy_cancel(t, NULL)), code_name(outcome(t)));
    return 0;
}

static int put_cancelled_race(void)
{
    fresh(1);
    run("T1", putter, &items[1]);
    run("T2", putter, &items[2]);
    cosy_task *t3 = run("T3", putter, &items[3]);
    TRY(settle_all());
    stop(t3);
    get();
    TRY(settle_all());
    get();
    get();
    return 0;
}

static int put_with_waiting_getters(void)
{
    fresh(1);
    run("T1", getter, NULL);
    TRY(settle_all());
    TRY(put_wait(1));
    return settle_all();
}

static int why_are_putters_waiting(void)
{
    fresh(2);
    static const char *const names[] = {"T0", "T1", "T2", "T3", "T4"};
    for (int i = 1; i <= 4; i++)
        run(names[i], putter, &items[i]);
    TRY(settle_all());
    show();
    get();
    get();
    TRY(settle_all());
    show();
    return 0;
}

static int cancelled_puts(void)
{
    fresh(1);
    put(1);
    cosy_task *t = run("T1", putter, &items[2]);
    TRY(settle_all());
    stop(t);
    show();
    TRY(settle_all());
    get();
    get();
    return 0;
}

static int puts_and_waits(void *item)
{
    TRY(putter(item));
    int rc = cosy_sleep(0);
    say("then %s", code_name(rc));
    return rc;
}

static int slot_and_cancel(void)
{
    fresh(1);
    put(1);
    cosy_task *t = run("T1", puts_and_waits, &items[2]);
    TRY(settle_all());
    get();
    stop(t);
    TRY(settle_all());
    say("result %s", code_name(outcome(t)));
    get();
    return 0;
}

/* ---- work that is done ---- */

static int task_done_underflow(void)
{
    fresh(4);
    done();
    return 0;
}

static int sum;

/* Adds up what it gets, a while after it got it. What it has got it marks done, whatever happens. */
static int adds_up(void *arg)
{
    int item, rc = COSY_OK;
    (void)arg;
    while (!rc) {
        TRY(cosy_queue_get(&queue, &item, COSY_FOREVER));
        if (item % 8 == 0)
            rc = cosy_sleep(cosy_ms(1));
        sum += item;
        cosy_queue_task_done(&queue);
    }
    return rc;
}

static int task_done(void)
{
    fresh(MOST);
    sum = 0;
    for (int i = 0; i < 100; i++)
        put(i);
    run("T1", adds_up, NULL);
    run("T2", adds_up, NULL);
    TRY(cosy_queue_join(&queue, COSY_FOREVER));
    say("sum %d", sum);
    show();
    return 0;
}

static int join_empty(void)
{
    fresh(4);
    run("T1", speaker, NULL);
    joiner(NULL);
    joiner(NULL);
    return settle_all();
}

static int dump_of_work(void)
{
    fresh(4);
    put(1);
    put(1);
    show();
    get();
    show();
    return 0;
}

static int dump_shut_down(void)
{
    fresh(4);
    cosy_queue_shutdown(&queue, COSY_QUEUE_DRAIN, "over");
    show();
    say("%s", cosy_queue_reason(&queue));
    return 0;
}

/* ---- the end ---- */

/* Nothing goes in or comes out any more, waiting or not. */
static void all_fail(void)
{
    int item = 1;
    say("%s %s %s %s", code_name(cosy_queue_put(&queue, &item, COSY_FOREVER)),
        code_name(cosy_queue_get(&queue, &item, COSY_FOREVER)), code_name(cosy_queue_try_put(&queue, &item)),
        code_name(cosy_queue_try_get(&queue, &item)));
}

static int shutdown_empty(void)
{
    fresh(4);
    run("T1", getter, NULL);
    TRY(settle_all());
    cosy_queue_shutdown(&queue, COSY_QUEUE_DRAIN, NULL);
    show();
    TRY(settle_all());
    joiner(NULL);
    all_fail();
    return 0;
}

static int shutdown_nonempty(void)
{
    fresh(1);
    put(1);
    run("T1", putter, &items[2]);
    run("T2", joiner, NULL);
    TRY(settle_all());
    cosy_queue_shutdown(&queue, COSY_QUEUE_DRAIN, NULL);
    TRY(settle_all());
    show();
    TRY(get_wait());
    get_wait();
    all_fail();
    TRY(settle_all());
    say("done");
    done();
    TRY(settle_all());
    done();
    return 0;
}

static int shutdown_immediate(void)
{
    fresh(1);
    put(1);
    run("T1", putter, &items[2]);
    run("T2", joiner, NULL);
    TRY(settle_all());
    cosy_queue_shutdown(&queue, COSY_QUEUE_DISCARD, NULL);
    show();
    TRY(settle_all());
    all_fail();
    done();
    return 0;
}

static int shutdown_immediate_with_unfinished(void)
{
    fresh(2);
    put(1);
    put(1);
    get();
    run("T1", joiner, NULL);
    TRY(settle_all());
    cosy_queue_shutdown(&queue, COSY_QUEUE_DISCARD, NULL);
    TRY(settle_all());
    show();
    all_fail();
    done();
    TRY(settle_all());
    done();
    return 0;
}

/* The rows of a case that is run for each kind of queue. */
#define EACH_KIND(n, title, body, expected, is_misuse)                                                                 \
    {"Q" #n, title, body, expected, .misuse = (is_misuse), .variant = FIFO},                                           \
    {"L" #n, title " (lifo)", body, expected, .misuse = (is_misuse), .variant = LIFO},                                 \
    {"P" #n, title " (priority)", body, expected, .misuse = (is_misuse), .variant = PRIORITY}

static const conformance_row rows[] = {
    {"Q1", "repr", dump,
     "0 of 2, 0 get, 0 put, 0 unfinished; 0 of 2, 1 get, 0 put, 0 unfinished; T1 ECANCELED; "
     "2 of 2, 0 get, 1 put, 2 unfinished; 2 of 2, 0 get, 0 put, 2 unfinished, shut down; T2 put 3 ECLOSED",
     .variant = FIFO},
    {"Q2", "str", dump_of_items,
     "1 of 3, 0 get, 0 put, 1 unfinished; 2 of 3, 0 get, 0 put, 2 unfinished; 1; 1 of 3, 0 get, 0 put, 2 unfinished; "
     "1 of 3, 0 get, 0 put, 1 unfinished",
     .variant = FIFO},
    {"Q3", "generic_alias", .not_for_c = "items have a size, and no type that could be named"},
    {"Q4", "empty", empty, "1; 0; 1; 1"},
    {"Q5", "full", full, "0; 1; 1000 in the chain"},
    {"Q6", "order", order, "1; 3; 2"},
    {"Q7", "maxsize", most,
     "put 1 OK; put 3 OK; 2 of 2, 0 get, 1 put, 0 unfinished; 1; put 2 OK; 2 of 2, 0 get, 0 put, 0 unfinished; 3; 2"},
    {"Q8", "blocking_get", blocking_get, "main got 1; T1"},
    {"Q9", "get_with_putters", get_with_putters,
     "1 of 1, 0 get, 1 put, 0 unfinished; 1; 1 of 1, 0 get, 0 put, 0 unfinished; T1 put 2 OK; main got 2"},
    {"Q10", "blocking_get_wait", blocking_get_wait, "main got 1; at 10"},
    {"Q11", "nonblocking_get", nonblocking_get, "1; 0 of 2, 0 get, 0 put, 0 unfinished"},
    {"Q12", "nonblocking_get_exception", nonblocking_get_exception, "get EAGAIN"},
    {"Q13", "get_cancelled_race", get_cancelled_race,
     "T1 ECANCELED; T2 got 1; 0 of 2, 0 get, 0 put, 0 unfinished"},
    {"Q14", "get_with_waiting_putters", get_with_waiting_putters,
     "T1 put 1 OK; main got 1; main got 2; T2 put 2 OK"},
    {"Q15", "why_are_getters_waiting", why_are_getters_waiting,
     "T1 got 1; T1 got 2; T1 got 3; T1 got 4; T1 got 5; 0 of 1, 0 get, 0 put, 0 unfinished"},
    {"Q16", "cancelled_getters_not_being_held_in_self_getters", cancelled_getters,
     "main ETIMEDOUT; 0 of 1, 0 get, 0 put, 0 unfinished; main ETIMEDOUT; 0 of 1, 0 get, 0 put, 0 unfinished; "
     "main ETIMEDOUT; 0 of 1, 0 get, 0 put, 0 unfinished; main got 1"},
    {"Q17", "blocking_put", blocking_put, "main put 1 OK; T1; main got 1"},
    {"Q18", "blocking_put_wait", blocking_put_wait, "1; main put 2 OK; at 10"},
    {"Q19", "nonblocking_put", nonblocking_put, "1 of 2, 0 get, 0 put, 0 unfinished; 1"},
    {"Q20", "get_cancel_drop_one_pending_reader", drop_one_pending_reader,
     "1; T1 ECANCELED; 2; 0 of 3, 0 get, 0 put, 0 unfinished"},
    {"Q21", "get_cancel_drop_many_pending_readers", drop_many_pending_readers,
     "T1 ECANCELED; T2 got 1; T3 got 2; 0 of 3, 0 get, 0 put, 0 unfinished"},
    {"Q22", "put_cancel_drop", put_cancel_drop, "1; T1 put 2 OK; 2; 0 of 1, 0 get, 0 put, 0 unfinished"},
    {"Q23", "nonblocking_put_exception", nonblocking_put_exception, "put 2 EAGAIN"},
    {"Q24", "float_maxsize", .not_for_c = "a capacity is a whole number"},
    {"Q25", "put_cancelled", put_cancelled, "1; cancel EDONE, result OK"},
    {"Q26", "put_cancelled_race", put_cancelled_race,
     "T1 put 1 OK; 1; T3 put 3 ECANCELED; T2 put 2 OK; 2; get EAGAIN"},
    {"Q27", "put_with_waiting_getters", put_with_waiting_getters, "main put 1 OK; T1 got 1"},
    {"Q28", "why_are_putters_waiting", why_are_putters_waiting,
     "T1 put 1 OK; T2 put 2 OK; 2 of 2, 0 get, 2 put, 0 unfinished; 1; 2; T3 put 3 OK; T4 put 4 OK; "
     "2 of 2, 0 get, 0 put, 0 unfinished"},
    {"Q29", "cancelled_puts_not_being_held_in_self_putters", cancelled_puts,
     "1 of 1, 0 get, 0 put, 0 unfinished; T1 put 2 ECANCELED; 1; get EAGAIN"},
    {"Q30", "cancelled_put_silence_value_error_exception", slot_and_cancel,
     "1; T1 put 2 OK; then ECANCELED; result ECANCELED; 2",
     .rule = "contract rule 2: a put whose item is stored stands, and the cancel comes at the next wait; there the put "
             "is cancelled, and its item does not go in"},
    {"Q31", "order (lifo)", order, "2; 3; 1", .variant = LIFO},
    {"Q32", "order (priority)", order, "1; 2; 3", .variant = PRIORITY},

    EACH_KIND(33, "task_done_underflow", task_done_underflow,
              "cosy_queue_task_done(Q) by main: EOVER; done EOVER", true),
    EACH_KIND(34, "task_done", task_done, "sum 4950; 0 of 128, 2 get, 0 put, 0 unfinished", false),
    EACH_KIND(35, "join_empty_queue", join_empty, "main joined OK; main joined OK; T1", false),
    EACH_KIND(36, "format", dump_of_work,
              "2 of 4, 0 get, 0 put, 2 unfinished; 1; 1 of 4, 0 get, 0 put, 2 unfinished", false),
    EACH_KIND(37, "format_shutdown", dump_shut_down, "0 of 4, 0 get, 0 put, 0 unfinished, shut down; over", false),
    EACH_KIND(38, "shutdown_empty", shutdown_empty,
              "0 of 4, 0 get, 0 put, 0 unfinished, shut down; T1 ECLOSED; main joined OK; "
              "ECLOSED ECLOSED ECLOSED ECLOSED",
              false),
    EACH_KIND(39, "shutdown_nonempty", shutdown_nonempty,
              "T1 put 2 ECLOSED; 1 of 1, 0 get, 0 put, 1 unfinished, shut down; main got 1; main ECLOSED; "
              "ECLOSED ECLOSED ECLOSED ECLOSED; done; T2 joined OK; cosy_queue_task_done(Q) by main: EOVER; done EOVER",
              true),
    EACH_KIND(40, "shutdown_immediate", shutdown_immediate,
              "dropped 1; 0 of 1, 0 get, 0 put, 0 unfinished, shut down; T1 put 2 ECLOSED; T2 joined OK; "
              "ECLOSED ECLOSED ECLOSED ECLOSED; cosy_queue_task_done(Q) by main: EOVER; done EOVER",
              true),
    EACH_KIND(41, "shutdown_immediate_with_unfinished", shutdown_immediate_with_unfinished,
              "1; dropped 1; 0 of 2, 0 get, 0 put, 1 unfinished, shut down; ECLOSED ECLOSED ECLOSED ECLOSED; "
              "T1 joined OK; cosy_queue_task_done(Q) by main: EOVER; done EOVER",
              true),
};

CONFORMANCE_TABLE(queue_table, "CPython Queue", rows, NULL);
