/* MicroPython's scripts tests/extmod/asyncio_*.py: what in them is behaviour of tasks and objects, in C. As scripts they
 * must run unchanged on the module.
 *
 * Cancels come once there, and a task goes on after them; so are those of a scope here, which end with the scope.
 */
#define _POSIX_C_SOURCE 200809L
#include "conformance.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

static cosy_event event;
static cosy_lock lock;

static void fresh(void)
{
    cosy_event_init(&event, "E");
    cosy_lock_init(&lock, 0, "L");
    WATCH(&event);
    WATCH(&lock);
}

static void tidy(void)
{
    if (cosy_lock_owner(&lock) == cosy_self())
        cosy_lock_release(&lock);
}

static cosy_time in_ms(int ms)
{
    return cosy_in(cosy_ms((uint32_t)ms));
}

static int sleep_ms(int ms)
{
    return cosy_sleep(cosy_ms((uint32_t)ms));
}

/* Joins for ever, says how, and what the task returned. */
static void awaits(cosy_task *task)
{
    int result = 0;
    int rc = task ? cosy_join(task, &result, COSY_FOREVER) : COSY_ENOMEM;
    say("%s %s", code_name(rc), code_name(result));
}

/* ---- loops of our own: rows that are called outside any ---- */

static const cosy_options simulated = {.virtual_time = true};

/* Lets a thread do something to a loop a little later. */
typedef struct outsider {
    pthread_t thread;
    void (*act)(void *arg);
    void *arg;
} outsider;

static void *outside(void *arg)
{
    const outsider *o = arg;
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    o->act(o->arg);
    return NULL;
}

static bool start_outsider(outsider *o, void (*act)(void *), void *arg)
{
    o->act = act;
    o->arg = arg;
    return pthread_create(&o->thread, NULL, outside, o) == 0;
}

/* ---- await, sleep ---- */

static int returns(void *value)
{
    return *(int *)value;
}

static int await_return(void)
{
    static int one = 1, two = 2;
    cosy_task *t = run("task", returns, &two);
    say("%d", returns(&one));
    awaits(t);
    return 0;
}

static int basic(void)
{
    static const int lengths[] = {20, 100, 2500};
    for (int i = 0; i < 3; i++) {
        int before = at_ms();
        TRY(sleep_ms(lengths[i]));
        say("%d", at_ms() - before);
    }
    cosy_time before = cosy_now();
    TRY(cosy_sleep(-cosy_ms(100)));
    say("%s", cosy_now() == before ? "at once" : "late");
    return 0;
}

static int left_behind(void *arg)
{
    (void)arg;
    say("start");
    int rc = cosy_sleep(cosy_s(10));
    say("left behind: %s", code_name(rc));
    return rc;
}

static int leaves_one_behind(void *arg)
{
    (void)arg;
    cosy_spawn(NULL, left_behind, NULL, NULL);
    TRY(sleep_ms(10));
    return 42;
}

static int basic2(void)
{
    say("run: %d", cosy_run(leaves_one_behind, NULL, &simulated));
    return 0;
}

/* ---- cancel ---- */

static cosy_scope scopes[3];
static int over;

/* Cancels another's wait, waits itself; for ever. */
static int cancels_the_other(void *arg)
{
    int self = *(int *)arg, n = 0;
    while (!over) {
        cosy_scope_open(&scopes[self], COSY_FOREVER, 0);
        cosy_scope_cancel(&scopes[1 - self], NULL);
        n += cosy_yield() == COSY_ECANCELED;
        cosy_scope_close(&scopes[self]);
        if (cosy_cancel_reason(NULL))
            return COSY_ECANCELED;
    }
    say("%s was cancelled %s", me(), n > 2 ? "often" : "seldom");
    return 0;
}

static int third(void *arg)
{
    (void)arg;
    int rc = COSY_OK;
    for (int i = 0; i < 5 && !rc; i++)
        rc = cosy_yield();
    say("third %s", code_name(rc));
    over = 1;
    return rc;
}

static int cancel_fair(void)
{
    static int zero = 0, one = 1;
    scopes[0] = scopes[1] = (cosy_scope){0};
    over = 0;
    run("T0", cancels_the_other, &zero);
    run("T1", cancels_the_other, &one);
    run("T2", third, NULL);
    return settle_all();
}

/* Is cancelled again and again, and gets through all the same. */
static int target(void *arg)
{
    (void)arg;
    int cancelled = 0;
    for (int i = 0; i < 4 && !cosy_cancel_reason(NULL); i++) {
        cosy_scope_open(&scopes[2], COSY_FOREVER, 0);
        cancelled += cosy_sleep(cosy_s(1)) == COSY_ECANCELED;
        cosy_scope_close(&scopes[2]);
    }
    over = 1;
    say("cancelled %d times", cancelled);
    return 0;
}

static int canceller(void *arg)
{
    (void)arg;
    while (!over) {
        cosy_scope_cancel(&scopes[2], NULL);
        TRY(cosy_yield());
    }
    say("%s", me());
    return 0;
}

static int cancel_fair2(void)
{
    scopes[2] = (cosy_scope){0};
    over = 0;
    run("target", target, NULL);
    run("T1", canceller, NULL);
    run("T2", canceller, NULL);
    run("T3", canceller, NULL);
    return settle_all();
}

static int cancels_itself(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_cancel(cosy_self(), NULL)));
    int rc = cosy_sleep(1);
    say("%s", code_name(rc));
    return rc;
}

static int cancel_self(void)
{
    cosy_task *t = run("task", cancels_itself, NULL);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));
    return 0;
}

static int sleeper(void *arg)
{
    (void)arg;
    say("%s starts", me());
    int rc = cosy_sleep(cosy_s(1));
    say("%s %s", me(), code_name(rc));
    return rc;
}

/* Waits for another task, and passes its own cancel on to it. A task that was joined is gone. */
static int waits_for_sleeper(void *handle)
{
    cosy_task **inner = handle;
    if (!*inner)
        return COSY_ENOMEM;
    int rc = cosy_join(*inner, NULL, COSY_FOREVER);
    say("outer %s", code_name(rc));
    if (rc)
        stop(*inner);
    else
        *inner = NULL;
    return rc;
}

static int ignores(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(1));
    say("ignored");
    return 7;
}

static int cancel_task(void)
{
    static cosy_task *inner;
    cosy_task *t = run("unstarted", sleeper, NULL);
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));

    t = run("started", sleeper, NULL);
    TRY(settle_all());
    stop(t);
    stop(t);
    TRY(settle_all());
    say("after its end: %s, %s", code_name(t ? cosy_cancel(t, NULL) : 0), code_name(outcome(t)));

    inner = run("inner", sleeper, NULL);
    t = run("outer", waits_for_sleeper, &inner);
    TRY(settle_all());
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(inner)));

    t = run("ignoring", ignores, NULL);
    TRY(settle_all());
    stop(t);
    TRY(settle_all());
    say("%d", outcome(t));
    return 0;
}

static int quick(void *arg)
{
    (void)arg;
    return cosy_event_wait(&event, COSY_FOREVER);
}

static int waits_for_quick(void *arg)
{
    cosy_task *task = *(cosy_task **)arg;
    if (!task)
        return COSY_ENOMEM;
    say("join %s", code_name(cosy_join(task, NULL, COSY_FOREVER)));
    int rc = cosy_sleep(0);
    say("then %s", code_name(rc));
    return rc;
}

static int cancel_wait_on_finished(void)
{
    static cosy_task *inner;
    fresh();
    inner = run("inner", quick, NULL);
    cosy_task *t = run("outer", waits_for_quick, &inner);
    TRY(settle_all());
    cosy_event_set(&event, NULL);
    TRY(pass());
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));
    return 0;
}

static int is_it_me(void *handle)
{
    say("%s", *(cosy_task **)handle == cosy_self() ? "me" : "not me");
    return 0;
}

static int current_task(void)
{
    cosy_loop *loop;
    static cosy_task *task;
    say("%s", cosy_task_name(cosy_self()));
    TRY(cosy_loop_open(&loop, &simulated));
    TRY(cosy_loop_spawn(loop, &task, is_it_me, &task, NULL));
    cosy_loop_run_until(loop, task, NULL);
    say("%s", cosy_task_name(cosy_self()));
    return cosy_loop_close(loop);
}

/* ---- event ---- */

static const char *flag(void)
{
    return cosy_event_is_set(&event) ? "set" : "unset";
}

static int waiter(void *arg)
{
    (void)arg;
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    say("%s %s, %s", me(), code_name(rc), flag());
    return rc;
}

static int event_all(void)
{
    fresh();
    say("%s", flag());
    cosy_event_set(&event, NULL);
    say("%s", flag());
    cosy_event_clear(&event);
    run("1", waiter, NULL);
    run("2", waiter, NULL);
    TRY(settle_all());
    cosy_event_set(&event, NULL);
    TRY(settle_all());
    run("3", waiter, NULL); /* on a set one */
    TRY(settle_all());
    cosy_event_clear(&event);
    cosy_task *t4 = run("4", waiter, NULL);
    TRY(settle_all());
    cosy_event_set(&event, NULL);
    cosy_event_clear(&event);
    TRY(settle_all());
    cosy_task *t5 = run("5", waiter, NULL);
    TRY(settle_all());
    cosy_event_set(&event, NULL);
    stop(t5);
    TRY(settle_all());
    cosy_event_clear(&event);
    cosy_task *t6 = run("6", waiter, NULL);
    TRY(settle_all());
    stop(t6);
    cosy_event_set(&event, NULL);
    TRY(settle_all());
    say("%s %s %s", code_name(outcome(t4)), code_name(outcome(t5)), code_name(outcome(t6)));
    cosy_event_clear(&event);
    say("%s", code_name(cosy_event_wait(&event, in_ms(10))));
    cosy_event_set(&event, NULL);
    say("%s", code_name(cosy_event_wait(&event, in_ms(10))));
    return 0;
}

static int yields(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++) {
        say("%s", me());
        TRY(cosy_yield());
    }
    return 0;
}

static int sets_clears_waits(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++) {
        cosy_event_set(&event, NULL);
        cosy_event_clear(&event);
        say("%s", me());
        TRY(cosy_event_wait(&event, COSY_FOREVER));
    }
    return 0;
}

static int event_fair(void)
{
    fresh();
    run("A", sets_clears_waits, NULL);
    run("B", sets_clears_waits, NULL);
    run("1", yields, NULL);
    run("2", yields, NULL);
    return settle_all();
}

static cosy_loop *the_loop;
static cosy_post post;

static void set_from_outside(void *arg)
{
    (void)arg;
    cosy_post_set(the_loop, &post, &event);
}

static int waits_for_outside(void *arg)
{
    outsider o;
    (void)arg;
    the_loop = cosy_here();
    cosy_event_init(&event, "E");
    post = (cosy_post){0};
    cosy_loop_expect(the_loop, true);
    if (!start_outsider(&o, set_from_outside, NULL))
        return COSY_ENOMEM;
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    pthread_join(o.thread, NULL);
    say("%s", code_name(rc));
    return rc;
}

static int event_queue(void)
{
    return cosy_run(waits_for_outside, NULL, NULL);
}

static int items[4];
static cosy_queue queue = COSY_QUEUE_INIT("Q", items);

static void feed(void *arg)
{
    (void)arg;
    for (int i = 1; i <= 3; i++)
        cosy_queue_try_put(&queue, &i);
    cosy_queue_close(&queue);
}

static void feed_from_outside(void *arg)
{
    (void)arg;
    cosy_post_fn(the_loop, &post, feed, NULL);
}

static int iterates(void *arg)
{
    outsider o;
    int item, rc;
    (void)arg;
    the_loop = cosy_here();
    cosy_queue_init(&queue, items, sizeof items[0], 4, "Q");
    post = (cosy_post){0};
    cosy_loop_expect(the_loop, true);
    if (!start_outsider(&o, feed_from_outside, NULL))
        return COSY_ENOMEM;
    while ((rc = cosy_queue_get(&queue, &item, COSY_FOREVER)) == COSY_OK)
        say("%d", item);
    pthread_join(o.thread, NULL);
    say("%s", code_name(rc));
    return 0;
}

static int iterator_event(void)
{
    return cosy_run(iterates, NULL, NULL);
}

/* ---- failures ---- */

static int fails(void *arg)
{
    (void)arg;
    return COSY_EBROKEN;
}

static int main_fails(void *arg)
{
    (void)arg;
    return COSY_ECLOSED;
}

static int awaits_failing(void *arg)
{
    cosy_task *t;
    (void)arg;
    TRY(cosy_spawn(&t, fails, NULL, NULL));
    awaits(t);
    return 0;
}

static int unstarted(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(1));
    say("unstarted: %s", code_name(rc));
    return rc;
}

static int main_fails_first(void *arg)
{
    (void)arg;
    TRY(cosy_spawn(NULL, unstarted, NULL, NULL));
    return COSY_ECLOSED;
}

static int exception(void)
{
    say("%s", code_name(cosy_run(main_fails, NULL, &simulated)));
    say("%s", code_name(cosy_run(awaits_failing, NULL, &simulated)));
    say("%s", code_name(cosy_run(main_fails_first, NULL, &simulated)));
    return 0;
}

/* A failure that nobody joins is known to its group; one that somebody joins is too. */
static int set_exception_handler(void)
{
    cosy_group g;
    cosy_task *t = NULL;
    cosy_group_open(&g, "g");
    say("%s", code_name(cosy_group_error(&g)));
    cosy_spawn_in(&g, NULL, fails, NULL, NULL);
    cosy_spawn_in(&g, NULL, main_fails, NULL, NULL);
    cosy_spawn_in(&g, &t, fails, NULL, NULL);
    say("join %s", code_name(cosy_group_join(&g, COSY_FOREVER)));
    say("first %s", code_name(cosy_group_error(&g)));
    awaits(t);
    return 0;
}

/* ---- fairness ---- */

static int negative_sleeper(void *length)
{
    while (!over)
        TRY(cosy_sleep(*(cosy_time *)length));
    return 0;
}

static int sleeps_then_says(void *ms)
{
    TRY(sleep_ms(*(int *)ms));
    say("%d", *(int *)ms);
    return 0;
}

static int fair_main(void *arg)
{
    static cosy_time a = -10000000, b = -100000000000;
    static int soon = 2, later = 20;
    cosy_task *first = NULL, *second = NULL;
    (void)arg;
    over = 0;
    TRY(cosy_spawn(NULL, negative_sleeper, &a, NULL));
    TRY(cosy_spawn(NULL, negative_sleeper, &b, NULL));
    TRY(cosy_spawn(&second, sleeps_then_says, &later, NULL));
    TRY(cosy_spawn(&first, sleeps_then_says, &soon, NULL));
    TRY(cosy_join(first, NULL, COSY_FOREVER));
    TRY(cosy_join(second, NULL, COSY_FOREVER));
    over = 1;
    return 0;
}

static int fair(void)
{
    return cosy_run(fair_main, NULL, NULL); /* in real time: tasks that never wait keep simulated time from moving */
}

/* ---- gather ---- */

typedef struct part {
    int ms, result;
    bool cancels_itself;
} part;

static int run_part(void *arg)
{
    const part *p = arg;
    if (p->cancels_itself)
        cosy_cancel(cosy_self(), NULL);
    int rc = p->ms ? sleep_ms(p->ms) : p->cancels_itself ? cosy_sleep(1) : COSY_OK;
    return rc ? rc : p->result;
}

static cosy_work works[3];

static void gather(const char *title, int (*call)(cosy_work *, size_t, cosy_time), part *a, part *b, part *c)
{
    part *parts[] = {a, b, c};
    int before = at_ms();
    for (int i = 0; i < 3; i++)
        works[i] = (cosy_work){.fn = run_part, .arg = parts[i], .result = 77};
    int rc = call(works, 3, COSY_FOREVER);
    say("%s %s: %s %s %s, %d", title, code_name(rc), code_name(works[0].result), code_name(works[1].result),
        code_name(works[2].result), at_ms() - before);
}

static int gathers(void *arg)
{
    static part a = {10, 1, false}, b = {20, 2, false}, c = {30, 3, false};
    (void)arg;
    gather("cancelled", cosy_all, &a, &b, &c);
    return cosy_cancel_reason(NULL) ? COSY_ECANCELED : 0;
}

static int gather_(void)
{
    static part a = {30, 1, false}, b = {10, 2, false}, c = {20, 3, false}, off = {10, 0, true};
    static part fails_soon = {5, COSY_EBROKEN, false}, fails_late = {15, COSY_ECLOSED, false};
    gather("all", cosy_all, &a, &b, &c);
    say("empty %s", code_name(cosy_all(works, 0, COSY_FOREVER)));
    gather("one cancelled", cosy_all, &a, &off, &c);
    gather("settled", cosy_settled, &a, &fails_soon, &c);
    gather("one fails", cosy_all, &a, &fails_soon, &c);
    gather("two fail", cosy_all, &a, &fails_soon, &fails_late);
    cosy_task *t = run("gatherer", gathers, NULL);
    TRY(settle_ms(15));
    stop(t);
    TRY(settle_all());
    say("%s", code_name(outcome(t)));
    return 0;
}

static int gather_finished_early(void)
{
    static part at_once[3] = {{0, 1, false}, {0, 2, false}, {0, 3, false}};
    static part later[3] = {{10, 1, false}, {20, 2, false}, {30, 3, false}};
    for (unsigned n = 0; n < 8; n++) {
        char title[] = {(char)('0' + n), 0};
        gather(title, cosy_all, n & 4 ? &later[0] : &at_once[0], n & 2 ? &later[1] : &at_once[1],
               n & 1 ? &later[2] : &at_once[2]);
    }
    return 0;
}

static int joins(void *handle)
{
    cosy_task **task = handle;
    int result = 0;
    TRY(*task ? cosy_join(*task, &result, COSY_FOREVER) : COSY_ENOMEM);
    *task = NULL; /* it is gone */
    return result;
}

/* One task, two that wait for it. */
static int gather_notimpl(void)
{
    static cosy_task *task;
    static part slow = {10, 5, false};
    task = run("task", run_part, &slow);
    cosy_task *first = run("first", joins, &task);
    TRY(settle_all());
    if (task)
        say("%s", code_name(cosy_join(task, NULL, COSY_FOREVER)));
    TRY(settle_ms(20));
    say("%d", outcome(first));
    return 0;
}

/* ---- loops ---- */

static int says_and_returns(void *arg)
{
    say("%s", (const char *)arg);
    return 9;
}

static int get_event_loop(void)
{
    cosy_loop *loop;
    cosy_task *task;
    int result = 0;
    TRY(cosy_loop_open(&loop, &simulated));
    TRY(cosy_loop_spawn(loop, &task, says_and_returns, (void *)"main", NULL));
    TRY(cosy_loop_run_until(loop, task, &result));
    say("%d", result);
    return cosy_loop_close(loop);
}

static bool locked;
static int refused;

static bool allocates(const cosy_hooks *hooks)
{
    (void)hooks;
    refused += locked;
    return !locked;
}

static int works_without_memory(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        TRY(cosy_lock_acquire(&lock, COSY_FOREVER));
        int rc = sleep_ms(1);
        cosy_lock_release(&lock);
        TRY(rc);
        TRY(cosy_yield());
    }
    return 0;
}

static int heaplock_main(void *arg)
{
    cosy_task *a, *b;
    cosy_fd stream;
    int ends[2];
    char text[5] = "";
    (void)arg;
    cosy_lock_init(&lock, 0, "L");
    if (pipe(ends))
        return COSY_ENOMEM;
    TRY(cosy_fd_open(&stream, ends[1], "pipe"));
    TRY(cosy_spawn(&a, works_without_memory, NULL, NULL));
    TRY(cosy_spawn(&b, works_without_memory, NULL, NULL));
    locked = true;
    awaits(a);
    awaits(b);
    say("write %d", (int)cosy_fd_write(&stream, "text", 4, COSY_FOREVER));
    locked = false;
    cosy_fd_close(&stream);
    if (read(ends[0], text, 4) == 4)
        say("%s", text);
    close(ends[0]);
    return 0;
}

static int heaplock(void)
{
    static const cosy_hooks hooks = {.allocates = allocates};
    cosy_loop *loop;
    cosy_task *task;
    locked = false;
    refused = 0;
    TRY(cosy_loop_open(&loop, &simulated));
    int hooked = cosy_loop_hook(loop, &hooks);
    if (hooked && hooked != COSY_ENOSYS)
        return hooked;
    TRY(cosy_loop_spawn(loop, &task, heaplock_main, NULL, NULL));
    TRY(cosy_loop_run_until(loop, task, NULL));
    say("%d refused", refused);
    return cosy_loop_close(loop);
}

/* ---- lock ---- */

static const char *owner(void)
{
    return cosy_task_name(cosy_lock_owner(&lock));
}

static int three_loops(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++) {
        TRY(cosy_lock_acquire(&lock, COSY_FOREVER));
        say("%s", me());
        int rc = cosy_yield();
        cosy_lock_release(&lock);
        TRY(rc);
    }
    return 0;
}

static int releases(void *arg)
{
    (void)arg;
    TRY(cosy_lock_acquire(&lock, COSY_FOREVER));
    int rc = cosy_event_wait(&event, COSY_FOREVER);
    cosy_lock_release(&lock);
    say("%s released: owner %s", me(), owner());
    return rc;
}

static int taker(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s %s", me(), code_name(rc));
    if (rc == COSY_OK)
        cosy_lock_release(&lock);
    return rc;
}

static int cancels_second(void *second)
{
    TRY(cosy_lock_acquire(&lock, COSY_FOREVER));
    int rc = cosy_yield();
    stop(*(cosy_task **)second);
    cosy_lock_release(&lock);
    return rc;
}

static int lock_all(void)
{
    static cosy_task *second;
    fresh();
    say("%s", owner());
    TRY(cosy_lock_acquire(&lock, COSY_FOREVER));
    say("%s", owner());
    cosy_lock_release(&lock);
    say("%s", owner());
    run("a", three_loops, NULL);
    run("b", three_loops, NULL);
    run("c", three_loops, NULL);
    TRY(settle_all());
    run("d", releases, NULL);
    run("e", taker, NULL);
    TRY(settle_all());
    cosy_event_set(&event, NULL);
    TRY(settle_all());
    run("first", cancels_second, &second);
    second = run("second", taker, NULL);
    run("third", taker, NULL);
    return settle_all();
}

static int lock_cancel(void)
{
    fresh();
    TRY(cosy_lock_acquire(&lock, COSY_FOREVER));
    run("1", taker, NULL);
    cosy_task *t2 = run("2", taker, NULL);
    cosy_task *t3 = run("3", taker, NULL);
    run("4", taker, NULL);
    TRY(settle_all());
    stop(t2);
    stop(t3);
    cosy_lock_release(&lock);
    TRY(settle_all());
    say("%s", owner());
    return 0;
}

/* ---- more loops ---- */

static int stops(void *arg)
{
    (void)arg;
    cosy_loop *loop = cosy_here();
    say("stop");
    cosy_loop_stop(loop);
    TRY(cosy_yield());
    say("pass");
    TRY(cosy_yield());
    say("stop twice");
    cosy_loop_stop(loop);
    cosy_loop_stop(loop);
    TRY(cosy_yield());
    say("pass");
    TRY(cosy_yield());
    say("stop with a new task");
    cosy_loop_stop(loop);
    return cosy_spawn(NULL, says_and_returns, (void *)"new", NULL);
}

static int loop_stop(void)
{
    cosy_loop *loop;
    TRY(cosy_loop_open(&loop, &simulated));
    TRY(cosy_loop_spawn(loop, NULL, stops, NULL, NULL));
    for (int i = 1; i <= 3; i++)
        say("run %d %s", i, code_name(cosy_loop_run(loop)));
    say("close %s", code_name(cosy_loop_close(loop)));
    return 0;
}

static int ten_times(void *arg)
{
    for (int i = 0; i < 10; i++) {
        int rc = sleep_ms(10);
        if (rc) {
            say("%s %s", (const char *)arg, code_name(rc));
            return rc;
        }
        say("%s", (const char *)arg);
    }
    return 0;
}

static int naps(void *ms)
{
    return sleep_ms(*(int *)ms);
}

static int run_for(const char *name, int ms)
{
    cosy_loop *loop;
    cosy_task *task;
    TRY(cosy_loop_open(&loop, &simulated));
    if (name)
        TRY(cosy_loop_spawn(loop, NULL, ten_times, (void *)name, NULL));
    TRY(cosy_loop_spawn(loop, &task, naps, &ms, NULL));
    TRY(cosy_loop_run_until(loop, task, NULL));
    say("main %d", ms);
    return cosy_loop_close(loop);
}

static int new_event_loop(void)
{
    TRY(run_for("old", 25));
    return run_for(NULL, 200);
}

static int sleeps_for_ms(void *ms)
{
    int rc = sleep_ms(*(int *)ms);
    return rc ? rc : *(int *)ms;
}

static int wait_for(cosy_fn fn, void *arg, cosy_time deadline)
{
    works[0] = (cosy_work){.fn = fn, .arg = arg, .name = "inner"};
    return cosy_all(works, 1, deadline);
}

static int micropython(void)
{
    static int one = 1, many = 100;
    int before = at_ms();
    TRY(sleep_ms(1));
    say("%d", at_ms() - before);
    say("%s", cosy_in(COSY_FOREVER - 1) == COSY_FOREVER ? "never" : "some time");
    int rc = wait_for(sleeps_for_ms, &one, in_ms(5));
    say("%s %s", code_name(rc), code_name(works[0].result));
    rc = wait_for(sleeps_for_ms, &many, in_ms(5));
    say("%s %s", code_name(rc), code_name(works[0].result));
    return 0;
}

/* ---- done ---- */

static const char *done(cosy_task *task)
{
    return task && cosy_task_ended(task) ? "done" : "not yet";
}

static int task_done(void)
{
    static int ms = 5;
    cosy_task *t = run("t", sleeps_for_ms, &ms);
    say("%s", done(t));
    TRY(settle_all());
    say("%s", done(t));
    TRY(settle_ms(10));
    say("%s", done(t));
    awaits(t);
    cosy_task *bad = run("bad", fails, NULL);
    say("%s", done(bad));
    TRY(settle_all());
    say("%s", done(bad));
    awaits(bad);
    return 0;
}

/* ---- flags set from elsewhere ---- */

static cosy_signal a_signal;

static int waits_for_signal(void *arg)
{
    (void)arg;
    int rc = cosy_signal_wait(&a_signal, COSY_FOREVER);
    say("%s", code_name(rc));
    return rc;
}

static void raise_it(void *arg)
{
    (void)arg;
    cosy_signal_raise(&a_signal);
}

static int threadsafeflag(void)
{
    cosy_signal_init(&a_signal, cosy_here(), true, "flag");
    post = (cosy_post){0};
    say("from the loop");
    run("T", waits_for_signal, NULL);
    TRY(settle_all());
    raise_it(NULL);
    TRY(settle_all());
    say("from outside");
    run("T", waits_for_signal, NULL);
    TRY(settle_all());
    TRY(cosy_post_fn(cosy_here(), &post, raise_it, NULL));
    TRY(settle_all());
    say("already set");
    raise_it(NULL);
    TRY(settle_all());
    TRY(cosy_signal_wait(&a_signal, COSY_FOREVER));
    say("set, clear, set");
    raise_it(NULL);
    TRY(settle_all());
    say("%s", code_name(cosy_signal_wait(&a_signal, COSY_NOW)));
    say("%s", code_name(cosy_signal_wait(&a_signal, COSY_NOW)));
    raise_it(NULL);
    TRY(settle_all());
    say("%s", code_name(cosy_signal_wait(&a_signal, COSY_FOREVER)));
    return 0;
}

/* ---- wait_for ---- */

static int heedless(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(1));
    say("ignores %s", code_name(rc));
    return 8;
}

/* Needs 20 ms to end when it is cancelled. */
static int ends_slowly(void *arg)
{
    cosy_scope shield;
    (void)arg;
    int rc = cosy_sleep(cosy_s(1));
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    sleep_ms(20);
    cosy_scope_close(&shield);
    return rc;
}

static int waits_for_a_long_one(void *ms)
{
    int rc = wait_for(ends_slowly, NULL, in_ms(*(int *)ms));
    say("wait %s, inner %s, cancelled %s", code_name(rc), code_name(works[0].result),
        cosy_cancel_reason(NULL) ? "yes" : "no");
    return rc;
}

static int waited(const char *title, cosy_fn fn, void *arg, cosy_time deadline)
{
    int rc = wait_for(fn, arg, deadline);
    say("%s: %s %s", title, code_name(rc), code_name(works[0].result));
    return cosy_cancel_reason(NULL) ? COSY_ECANCELED : COSY_OK;
}

static int wait_for_all(void)
{
    static int five = 5, second = 1000, ten = 10, minute = 60000;
    TRY(waited("in time", sleeps_for_ms, &five, in_ms(10)));
    TRY(waited("timeout", sleeps_for_ms, &second, in_ms(10)));
    TRY(waited("ignored", heedless, NULL, in_ms(10)));
    TRY(waited("raising", fails, NULL, in_ms(10)));
    TRY(waited("for ever", sleeps_for_ms, &five, COSY_FOREVER));
    TRY(waited("cancelling itself", cancels_itself, NULL, in_ms(10)));
    cosy_task *t = run("outer", waits_for_a_long_one, &minute);
    TRY(settle_all());
    stop(t);
    TRY(settle_ms(30));
    say("outer cancelled: %s", code_name(outcome(t)));
    t = run("outer", waits_for_a_long_one, &ten);
    TRY(settle_ms(15)); /* it has timed out, and the inner task has not ended yet */
    stop(t);
    TRY(settle_ms(30));
    say("both: %s", code_name(outcome(t)));
    return 0;
}

/* The outer's cancel reaches what the inner waits for; a timeout inside a task that was cancelled does what it does. */
static int cleans_up_with_timeout(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(1));
    cosy_scope shield;
    cosy_scope_open(&shield, in_ms(5), COSY_SCOPE_SHIELD);
    say("cancelled %s, then %s", code_name(rc), code_name(cosy_sleep(cosy_s(1))));
    say("%s", code_name(cosy_scope_close(&shield)));
    return rc;
}

static int waits_for_the_one_that_cleans_up(void *arg)
{
    (void)arg;
    int rc = wait_for(cleans_up_with_timeout, NULL, COSY_FOREVER);
    say("wait %s, inner %s", code_name(rc), code_name(works[0].result));
    return rc;
}

static int wait_for_fwd(void)
{
    cosy_task *t = run("outer", waits_for_the_one_that_cleans_up, NULL);
    TRY(settle_all());
    stop(t);
    TRY(settle_ms(10));
    say("%s", code_name(outcome(t)));
    return 0;
}

static cosy_task *linked[2];

static int waits_for_linked(void *arg)
{
    int self = *(int *)arg, result = 0;
    if (!linked[1 - self])
        return COSY_ENOMEM;
    int rc = cosy_join(linked[1 - self], &result, in_ms(10 + 10 * self));
    say("%s %s, %s at %d", me(), code_name(rc), code_name(result), at_ms());
    if (rc == COSY_OK)
        linked[1 - self] = NULL; /* it is gone */
    return rc ? rc : 3;
}

static int wait_for_linked_task(void)
{
    static int zero = 0, one = 1;
    linked[0] = linked[1] = NULL;
    linked[0] = run("T0", waits_for_linked, &zero);
    linked[1] = run("T1", waits_for_linked, &one);
    TRY(settle_ms(30));
    say("%s", code_name(outcome(linked[1])));
    return 0;
}

static int wait_task(void)
{
    static int ms = 5;
    cosy_task *t = run("running", sleeps_for_ms, &ms);
    TRY(settle_all());
    awaits(t);
    t = run("later", sleeps_for_ms, &ms);
    TRY(settle_ms(20));
    awaits(t);
    awaits(run("raising", fails, NULL));
    t = run("raising", fails, NULL);
    TRY(settle_ms(20));
    awaits(t);
    return 0;
}

#define SCRIPTS "there tasks that are left stay queued for the next run"

static const conformance_row rows[] = {
    {"as_uasyncio", "as_uasyncio", .not_for_c = "the names of a Python module"},
    {"await_return", "await_return", await_return, "1; OK 2"},
    {"basic", "basic", basic, "20; 100; 2500; at once"},
    {"basic2", "basic2", basic2, "start; left behind: ECANCELED; run: 42",
     .rule = "X9: leaving a loop cancels what is left; " SCRIPTS, .outside = true},
    {"cancel_fair", "cancel_fair", cancel_fair, "third OK; T0 was cancelled often; T1 was cancelled often"},
    {"cancel_fair2", "cancel_fair2", cancel_fair2, "cancelled 4 times; T1; T2; T3"},
    {"cancel_self", "cancel_self", cancel_self, "OK; ECANCELED; ECANCELED",
     .rule = "contract rule 6: a task may cancel itself, and fails at its next wait; there it is an error"},
    {"cancel_task", "cancel_task", cancel_task,
     "unstarted starts; unstarted ECANCELED; ECANCELED; started starts; started ECANCELED; "
     "after its end: EDONE, ECANCELED; inner starts; outer ECANCELED; inner ECANCELED; ECANCELED; ignored; 7",
     .rule = "contract rule 6: a task that is cancelled before it has started runs, and fails at its first wait; there its "
             "body never runs"},
    {"cancel_wait_on_finished", "cancel_wait_on_finished", cancel_wait_on_finished,
     "join OK; then ECANCELED; ECANCELED",
     .rule = "contract rule 2: a join that has its result stands, and the cancel comes at the next wait"},
    {"current_task", "current_task", current_task, "(no task); me; (no task)", .outside = true},
    {"event", "event", event_all,
     "unset; set; 1 OK, set; 2 OK, set; 3 OK, set; 4 OK, unset; 5 ECANCELED, set; 6 ECANCELED, set; "
     "OK ECANCELED ECANCELED; ETIMEDOUT; OK"},
    {"event_fair", "event_fair", event_fair, "A; B; 1; 2; A; 1; 2; B; 1; 2; A; B"},
    {"event_queue", "event_queue", event_queue, "OK", .outside = true},
    {"exception", "exception", exception, "ECLOSED; OK EBROKEN; OK; unstarted: ECANCELED; ECLOSED",
     .rule = "X9: leaving a loop cancels what is left; " SCRIPTS, .outside = true},
    {"fair", "fair", fair, "2; 20", .outside = true},
    {"gather", "gather", gather_,
     "all OK: 1 2 3, 30; empty OK; one cancelled OK: 1 ECANCELED 3, 30; settled OK: 1 EBROKEN 3, 30; "
     "one fails EBROKEN: ECANCELED EBROKEN ECANCELED, 5; two fail EBROKEN: ECANCELED EBROKEN ECANCELED, 5; "
     "cancelled ECANCELED: 1 ECANCELED ECANCELED, 15; ECANCELED"},
    {"gather_finished_early", "gather_finished_early", gather_finished_early,
     "0 OK: 1 2 3, 0; 1 OK: 1 2 3, 30; 2 OK: 1 2 3, 20; 3 OK: 1 2 3, 30; 4 OK: 1 2 3, 10; 5 OK: 1 2 3, 30; "
     "6 OK: 1 2 3, 20; 7 OK: 1 2 3, 30"},
    {"gather_notimpl", "gather_notimpl", gather_notimpl, "cosy_join(task) by main: EBUSY, see first; EBUSY; 5", .misuse = true},
    {"get_event_loop", "get_event_loop", get_event_loop, "main; 9", .outside = true},
    {"heaplock", "heaplock", heaplock, "OK OK; OK OK; write 4; text; 0 refused", .outside = true},
    {"iterator_event", "iterator_event", iterator_event, "1; 2; 3; ECLOSED", .outside = true},
    {"lock", "lock", lock_all,
     "(no task); main; (no task); a; b; c; a; b; c; a; b; c; d released: owner e; e OK; second ECANCELED; third OK",
     .rule = "X2, contract rule 1: right after a release their locked() is False; our owner is the next task already"},
    {"lock_cancel", "lock_cancel", lock_cancel, "2 ECANCELED; 3 ECANCELED; 1 OK; 4 OK; (no task)"},
    {"loop_stop", "loop_stop", loop_stop,
     "stop; run 1 OK; pass; stop twice; run 2 OK; pass; stop with a new task; run 3 OK; new; close OK", .outside = true},
    {"micropython", "micropython", micropython, "1; never; OK 1; ETIMEDOUT ECANCELED",
     .rule = "cosy/time.h: what is too long for the clock never ends; there it is an OverflowError"},
    {"new_event_loop", "new_event_loop", new_event_loop, "old; old; main 25; old ECANCELED; main 200",
     .rule = "X9: closing a loop cancels what is left; there it is forgotten where it waits", .outside = true},
    {"set_exception_handler", "set_exception_handler", set_exception_handler,
     "OK; join EBROKEN; first EBROKEN; OK EBROKEN",
     .rule = "cosy/group.h: failures that nobody joins are told by the group's error, there by a handler"},
    {"task_done", "task_done", task_done, "not yet; not yet; done; OK 5; not yet; done; OK EBROKEN"},
    {"threadsafeflag", "threadsafeflag", threadsafeflag,
     "from the loop; OK; from outside; OK; already set; set, clear, set; OK; EAGAIN; OK"},
    {"wait_for", "wait_for", wait_for_all,
     "in time: OK 5; timeout: ETIMEDOUT ECANCELED; ignores ECANCELED; ignored: ETIMEDOUT 8; "
     "raising: EBROKEN EBROKEN; for ever: OK 5; OK; ECANCELED; cancelling itself: OK ECANCELED; "
     "wait ECANCELED, inner ECANCELED, cancelled yes; outer cancelled: ECANCELED; "
     "wait ETIMEDOUT, inner ECANCELED, cancelled yes; both: ETIMEDOUT",
     .rule = "cosy/group.h: a join tells its caller's own end first, and what a child made of its cancel is in its result; "
             "a child that cancels itself has not failed"},
    {"wait_for_fwd", "wait_for_fwd", wait_for_fwd,
     "cancelled ECANCELED, then ETIMEDOUT; ETIMEDOUT; wait ECANCELED, inner ECANCELED; ECANCELED"},
    {"wait_for_linked_task", "wait_for_linked_task", wait_for_linked_task,
     "T0 ETIMEDOUT, OK at 10; T1 OK, ETIMEDOUT at 10; 3"},
    {"wait_task", "wait_task", wait_task, "OK 5; OK 5; OK EBROKEN; OK EBROKEN"},
};

CONFORMANCE_TABLE(micropython_table, "MicroPython", rows, tidy);
