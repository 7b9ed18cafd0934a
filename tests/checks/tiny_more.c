/* The second part of tiny.c: the rest of the family, each once in its begin form. One task, the taker, begins a wait that
 * parks; another one, the giver, ends it; what came of it is looked at, then the next row is taken.
 */
#include "tiny.h"

static cosy_task taker, giver, patient, failing;
static uint32_t at, served; /* rows */
static bool parked;
static cosy_time deadline;
static int wrong;
static cosy_event never = COSY_EVENT_INIT("never");

/* ---- condition ---- */

static cosy_lock lock = COSY_LOCK_INIT("lock");
static cosy_condition condition = COSY_CONDITION_INIT("condition", &lock);

static int condition_wait(cosy_wait *w)
{
    return cosy_lock_acquire_begin(&lock, w) ? -1 : cosy_condition_wait_begin(&condition, w);
}
static void notify(void)
{
    wrong |= cosy_lock_acquire_begin(&lock, &giver.wait) || cosy_condition_notify(&condition, 1) || cosy_lock_release(&lock);
}
static bool lock_is_back(void)
{
    return cosy_lock_release(&lock) == COSY_OK;
}

/* ---- rwlock: the giver has it written, then reads ---- */

static cosy_rwlock rwlock = COSY_RWLOCK_INIT("rwlock");

static int read_it(cosy_wait *w)
{
    return cosy_rwlock_read_begin(&rwlock, w);
}
static void downgrade(void)
{
    wrong |= cosy_rwlock_downgrade(&rwlock) != COSY_OK;
}
static bool reads(void)
{
    return cosy_rwlock_readers(&rwlock) == 2 && cosy_rwlock_read_release(&rwlock) == COSY_OK;
}
static int write_it(cosy_wait *w)
{
    return cosy_rwlock_write_begin(&rwlock, w);
}
static void stop_reading(void)
{
    wrong |= cosy_rwlock_read_release(&rwlock) != COSY_OK;
}
static bool writes(void)
{
    return cosy_rwlock_writer(&rwlock) == &taker && cosy_rwlock_write_release(&rwlock) == COSY_OK;
}

/* ---- limiter, once: the giver holds the permit and has the turn ---- */

static cosy_limiter limiter = COSY_LIMITER_INIT("limiter", 1);
static cosy_permit permits[2];
static cosy_once once = COSY_ONCE_INIT("once");

static int take_permit(cosy_wait *w)
{
    return cosy_limiter_acquire_begin(&limiter, &permits[0], w);
}
static void give_permit(void)
{
    wrong |= cosy_limiter_resize(&limiter, 0) || cosy_limiter_release(&permits[1]) || cosy_limiter_resize(&limiter, 1);
}
static bool has_permit(void)
{
    return cosy_permit_holder(&permits[0]) == &taker && cosy_limiter_release(&permits[0]) == COSY_OK;
}
static int enter(cosy_wait *w)
{
    return cosy_once_enter_begin(&once, w);
}
static void leave(void)
{
    wrong |= cosy_once_leave(&once, 0) != COSY_OK;
}
static bool once_is_done(void)
{
    return cosy_once_done(&once);
}

/* ---- what carries values: future, broadcast, watch, chain ---- */

static cosy_future future = COSY_FUTURE_INIT("future");
static void *value;
static uint32_t ring[2], newest, item, lost;
static cosy_broadcast broadcast = COSY_BROADCAST_INIT("broadcast", ring);
static cosy_receiver receiver;
static cosy_watch watch = COSY_WATCH_INIT("watch", newest);
static cosy_watcher watcher;
static cosy_chain chain = COSY_CHAIN_INIT("chain");
static cosy_link links[1], *link;

static int future_wait(cosy_wait *w)
{
    return cosy_future_wait_begin(&future, &value, w);
}
static void future_set(void)
{
    wrong |= cosy_future_set(&future, &future) != COSY_OK;
}
static bool has_value(void)
{
    return value == &future;
}
static int receive(cosy_wait *w)
{
    return cosy_broadcast_receive_begin(&receiver, &item, &lost, w);
}
static void send(void)
{
    uint32_t seven = 7;
    wrong |= cosy_broadcast_send(&broadcast, &seven) != COSY_OK;
}
static bool has_seven(void)
{
    return item == 7 && lost == 0;
}
static int next_version(cosy_wait *w)
{
    return cosy_watch_next_begin(&watcher, &item, w);
}
static void set_version(void)
{
    uint32_t nine = 9;
    wrong |= cosy_watch_set(&watch, &nine) != COSY_OK;
}
static bool has_nine(void)
{
    return item == 9 && !cosy_watch_changed(&watcher);
}
static int chain_get(cosy_wait *w)
{
    return cosy_chain_get_begin(&chain, &link, w);
}
static void chain_put(void)
{
    wrong |= cosy_chain_put(&chain, &links[0]) != COSY_OK;
}
static bool has_link(void)
{
    return link == &links[0];
}

/* ---- flags, waitgroup ---- */

static cosy_flags flags = COSY_FLAGS_INIT("flags", 1);
static cosy_flags_want want = {.mask = 3, .how = COSY_FLAGS_ALL | COSY_FLAGS_CLEAR};
static cosy_waitgroup waitgroup = COSY_WAITGROUP_INIT("waitgroup", 1);

static int flags_wait(cosy_wait *w)
{
    return cosy_flags_wait_begin(&flags, &want, w);
}
static void flags_set(void)
{
    wrong |= cosy_flags_set(&flags, 6) != COSY_OK;
}
static bool flags_are_taken(void)
{
    return want.got == 3 && cosy_flags_get(&flags) == 4;
}
static int waitgroup_wait(cosy_wait *w)
{
    return cosy_waitgroup_wait_begin(&waitgroup, w);
}
static void waitgroup_done(void)
{
    wrong |= cosy_waitgroup_done(&waitgroup) != COSY_OK;
}

/* ---- queues with more: a stack, a heap ---- */

static bool less(const void *a, const void *b)
{
    return *(const uint32_t *)a < *(const uint32_t *)b;
}

static uint32_t stack_room[3], heap_room[3], many[3], got;
static int64_t numbers[3];
static cosy_queue_more stack_more = COSY_QUEUE_MORE_LIFO, heap_more = COSY_QUEUE_MORE_PRIORITY(less, numbers);
static cosy_queue stack = COSY_QUEUE_INIT_WITH("stack", stack_room, &stack_more);
static cosy_queue heap = COSY_QUEUE_INIT_WITH("heap", heap_room, &heap_more);

static int get_many(cosy_wait *w)
{
    return cosy_queue_get_many_begin(&stack, many, 3, &got, w);
}
static void fill(void)
{
    for (uint32_t i = 3; i > 0; i--)
        wrong |= cosy_queue_try_put(&stack, &i) || cosy_queue_try_put(&heap, &i);
}
static bool in_order(void)
{
    uint32_t second = 0, least = 0;
    return got == 1 && many[0] == 3 && !cosy_queue_try_get(&stack, &second) && second == 1 &&
           !cosy_queue_peek(&heap, &least) && least == 1;
}
static int queue_join(cosy_wait *w)
{
    return cosy_queue_join_begin(&heap, w);
}
static void finish(void)
{
    uint32_t x = 0;
    for (uint32_t i = 1; i <= 3; i++)
        wrong |= cosy_queue_try_get(&heap, &x) || x != i || cosy_queue_task_done(&heap);
    wrong |= cosy_queue_shutdown(&heap, COSY_QUEUE_DISCARD, "the end") != COSY_OK;
}
static bool is_closed(void)
{
    return cosy_queue_closed(&heap) && cosy_queue_unfinished(&heap) == 0;
}

/* ---- select: an object, then a moment ---- */

static cosy_semaphore semaphore = COSY_SEMAPHORE_INIT("semaphore", 0);
static cosy_arm arms[4];
static cosy_selection selection;

static int choose(cosy_wait *w)
{
    arms[0] = cosy_arm_event(&never);
    arms[1] = cosy_arm_off();
    arms[2] = cosy_arm_semaphore(&semaphore, 1);
    arms[3] = cosy_arm_until(cosy_in(cosy_s(1)));
    int rc = cosy_select_begin(&selection, arms, 4, 0, w);
    deadline = cosy_select_until(&selection, COSY_FOREVER);
    return rc;
}
static void release(void)
{
    wrong |= cosy_semaphore_release(&semaphore, 1) != COSY_OK;
}
static bool third_has_won(void)
{
    return cosy_select_winner(&selection) == 2 && cosy_arm_result(&arms[2]) == COSY_OK;
}
static bool fourth_has_won(void)
{
    return cosy_select_winner(&selection) == 3 && cosy_semaphore_count(&semaphore) == 0;
}

/* ---- scope, local ---- */

static cosy_local local = COSY_LOCAL_INIT("local", NULL);
static cosy_binding binding;
static cosy_scope scope;

static int wait_in_scope(cosy_wait *w)
{
    wrong |= cosy_bind(&binding, &local, &never) || cosy_scope_open(&scope, cosy_in(cosy_s(1)), 0);
    return cosy_event_wait_begin(&never, w);
}
static bool has_expired(void)
{
    return cosy_local_get(&local) == &never && cosy_scope_close(&scope) == COSY_ETIMEDOUT &&
           cosy_unbind(&binding) == COSY_OK && !cosy_local_get(&local);
}
static void cancel_scope(void)
{
    wrong |= cosy_scope_cancel(&scope, "enough") != COSY_OK;
}
static bool was_cancelled(void)
{
    return cosy_scope_close(&scope) == COSY_ECANCELED && cosy_unbind(&binding) == COSY_OK;
}

/* ---- group: one child fails, so its sibling and the body are cancelled. (Only a coroutine can join a group.) ---- */

static cosy_group group;
static cosy_scope body;

static void be_patient(cosy_task *task)
{
    if (cosy_task_result(task) == COSY_OK && cosy_event_wait_begin(&never, &task->wait) == COSY_WAITING &&
        cosy_await(task, COSY_FOREVER) == COSY_WAITING)
        return;
    cosy_task_end(task, cosy_task_result(task));
}
static void fail(cosy_task *task)
{
    cosy_task_end(task, COSY_EBROKEN);
}
static int children(cosy_wait *w)
{
    wrong |= cosy_group_open_with(&group, "group", COSY_GROUP_FAIL_FAST, &body) ||
             cosy_task_init(&patient, w->loop, be_patient, "patient") ||
             cosy_task_init(&failing, w->loop, fail, "failing") || cosy_task_start(&patient, &group);
    return cosy_join_begin(&patient, NULL, w);
}
static void start_failing(void)
{
    wrong |= cosy_task_start(&failing, &group) != COSY_OK;
}
static bool body_is_cancelled(void)
{
    return cosy_scope_close(&body) == COSY_ECANCELED;
}

/* ---- the rows ---- */

static const struct {
    int (*begin)(cosy_wait *w);
    void (*serve)(void);    /* NULL: time does */
    bool (*is_right)(void); /* after the wait; NULL: the result says all */
    int result;
} rows[] = {
    {condition_wait, notify, lock_is_back, COSY_OK},
    {read_it, downgrade, reads, COSY_OK},
    {write_it, stop_reading, writes, COSY_OK},
    {take_permit, give_permit, has_permit, COSY_OK},
    {enter, leave, once_is_done, COSY_OK},
    {future_wait, future_set, has_value, COSY_OK},
    {receive, send, has_seven, COSY_OK},
    {next_version, set_version, has_nine, COSY_OK},
    {chain_get, chain_put, has_link, COSY_OK},
    {flags_wait, flags_set, flags_are_taken, COSY_OK},
    {waitgroup_wait, waitgroup_done, NULL, COSY_OK},
    {get_many, fill, in_order, COSY_OK},
    {queue_join, finish, is_closed, COSY_OK},
    {choose, release, third_has_won, 2},
    {choose, NULL, fourth_has_won, 3},
    {wait_in_scope, NULL, has_expired, COSY_ETIMEDOUT},
    {wait_in_scope, cancel_scope, was_cancelled, COSY_ECANCELED},
    {children, start_failing, body_is_cancelled, COSY_ECANCELED},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Goes through the rows; the first one that goes wrong is the last. */
static void take(cosy_task *task)
{
    for (;;) {
        if (parked) {
            parked = false;
            if (wrong || cosy_task_result(task) != rows[at].result || (rows[at].is_right && !rows[at].is_right()))
                break;
            at++;
        }
        if (at == ROWS)
            break;
        deadline = COSY_FOREVER;
        if (rows[at].begin(&task->wait) != COSY_WAITING || wrong)
            break;
        parked = true;
        if (cosy_await(task, deadline) == COSY_WAITING)
            return;
    }
    cosy_task_end(task, 0);
}

/* Every millisecond: serves the row that the taker waits in. */
static void give(cosy_task *task)
{
    if (at == served && parked) {
        served++;
        if (rows[at].serve)
            rows[at].serve();
    }
    if (cosy_task_ended(&taker)) {
        cosy_task_end(task, 0);
        return;
    }
    cosy_sleep_begin(&task->wait);
    cosy_await(task, cosy_in(cosy_ms(1)));
}

/* What the giver holds from the start. */
static void give_first(cosy_task *task)
{
    task->resume = give;
    wrong |= cosy_rwlock_try_write(&rwlock) || cosy_limiter_try(&limiter, &permits[1]) ||
             cosy_once_enter_begin(&once, &task->wait) != COSY_ONCE_TURN;
    give(task);
}

int tiny_more(cosy_loop *loop)
{
    at = served = 0;
    if (cosy_broadcast_join(&receiver, &broadcast) || cosy_watch_open(&watcher, &watch) ||
        cosy_task_init(&giver, loop, give_first, "giver") || cosy_task_init(&taker, loop, take, "taker") ||
        cosy_task_start(&giver, NULL) || cosy_task_start(&taker, NULL) || cosy_loop_run(loop))
        return 99;
    if (at == ROWS && (cosy_group_live(&group) || cosy_group_error(&group) != COSY_EBROKEN))
        return 98;
    return at == ROWS ? 0 : 100 + (int)at;
}
