/* Coroutines and stackless tasks in one loop: contract section 2 (begin forms and plain calls are one mechanism), rules 1
 * (FIFO across kinds), 2, 3, 4, 6 for begin forms and cosy_await(), 7 (misuse of stackless tasks).
 *
 * Most rows are run for every kind of wait: the argument says which. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

enum op { LOCK, EVENT, SEMAPHORE, BARRIER, PUT, GET, CHAIN, SIGNAL, OPS };

static cosy_lock lock;
static cosy_event event;
static cosy_semaphore sem;
static cosy_barrier barrier;
static cosy_queue queue;
static cosy_chain chain;
static cosy_signal signal_;
static cosy_link links[8];
static int room[1], item;

/* Everything is such that each op has to wait. The lock is the caller's. */
static void fresh(void)
{
    cosy_lock_init(&lock, 0, "L");
    if (cosy_self())
        cosy_lock_acquire(&lock, COSY_NOW);
    cosy_event_init(&event, "E");
    cosy_semaphore_init(&sem, 0, 9, "S");
    cosy_barrier_init(&barrier, 4, NULL, NULL, "B");
    cosy_queue_init(&queue, room, sizeof(int), 1, "Q");
    cosy_chain_init(&chain, "C");
    cosy_signal_init(&signal_, cosy_here(), false, "G");
}

static int begin(enum op op, cosy_wait *w, void *place)
{
    switch (op) {
    case LOCK: return cosy_lock_acquire_begin(&lock, w);
    case EVENT: return cosy_event_wait_begin(&event, w);
    case SEMAPHORE: return cosy_semaphore_acquire_begin(&sem, 1, w);
    case BARRIER: return cosy_barrier_wait_begin(&barrier, w);
    case PUT: return cosy_queue_put_begin(&queue, &item, w);
    case GET: return cosy_queue_get_begin(&queue, place, w);
    case CHAIN: return cosy_chain_get_begin(&chain, place, w);
    default: return cosy_signal_wait_begin(&signal_, w);
    }
}

static int plain(enum op op, cosy_time deadline, void *place)
{
    switch (op) {
    case LOCK: return cosy_lock_acquire(&lock, deadline);
    case EVENT: return cosy_event_wait(&event, deadline);
    case SEMAPHORE: return cosy_semaphore_acquire(&sem, 1, deadline);
    case BARRIER: return cosy_barrier_wait(&barrier, deadline);
    case PUT: return cosy_queue_put(&queue, &item, deadline);
    case GET: return cosy_queue_get(&queue, place, deadline);
    case CHAIN: return cosy_chain_get(&chain, place, deadline);
    default: return cosy_signal_wait(&signal_, deadline);
    }
}

/* Lets one waiter go, or all where that is the nature of the thing. */
static void grant(enum op op)
{
    int gone;
    static unsigned turn;
    switch (op) {
    case LOCK: cosy_lock_release(&lock); break;
    case EVENT: cosy_event_set(&event, NULL); break;
    case SEMAPHORE: cosy_semaphore_release(&sem, 1); break;
    case BARRIER: cosy_barrier_wait(&barrier, COSY_NOW); break;
    case PUT: cosy_queue_try_get(&queue, &gone); break;
    case GET: cosy_queue_try_put(&queue, &item); break;
    case CHAIN: cosy_chain_put(&chain, &links[turn++ % 8]); break;
    default: cosy_signal_raise(&signal_); break;
    }
}

/* What a task that was let go does for the next. */
static void hand_on(enum op op, int rc)
{
    if (rc < 0)
        return;
    if (op == LOCK || op == SEMAPHORE)
        grant(op);
}

/* ---- a task of each kind ---- */

struct machine {
    cosy_task task;
    enum op op;
    cosy_time deadline;
    cosy_scope block, shield;
    bool waiting;
    union {
        int number;
        cosy_link *link;
    } place;
};

static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = begin(m->op, &task->wait, &m->place);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
    }
    say("%s %s", ME, code_name(rc));
    hand_on(m->op, rc);
    cosy_task_end(task, rc);
}

static struct machine machines[4];

static cosy_task *machine(int i, enum op op, cosy_time deadline, const char *name)
{
    machines[i] = (struct machine){.op = op, .deadline = deadline};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int coroutine(void *arg)
{
    union {
        int number;
        cosy_link *link;
    } place;
    enum op op = *(enum op *)arg;
    int rc = plain(op, COSY_FOREVER, &place);
    say("%s %s", ME, code_name(rc));
    hand_on(op, rc);
    return rc;
}

/* ---- rows for every op ---- */

static enum op ops[OPS] = {LOCK, EVENT, SEMAPHORE, BARRIER, PUT, GET, CHAIN, SIGNAL};

static void fill_for(enum op op)
{
    if (op == PUT)
        cosy_queue_try_put(&queue, &item);
}

static int in_order(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    fill_for(op);
    cosy_task *a = start(coroutine, arg, "a"), *s = machine(0, op, COSY_FOREVER, "s"), *b = start(coroutine, arg, "b");
    settle(1);
    for (int i = 0; i < 3; i++)
        if (i == 0 || op == PUT || op == GET || op == CHAIN || op == SIGNAL)
            grant(op);
    join(a);
    join(s);
    join(b);
    return 0;
}

static int deadlines(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    fill_for(op);
    cosy_sleep(cosy_ms(1));
    cosy_task *s = machine(0, op, cosy_ms(5), "s"), *t = machine(1, op, COSY_NOW, "t"), *u = machine(2, op, 1, "u");
    join(t);
    join(u);
    join(s);
    say("at %d", at_ms());
    return 0;
}

static int cancels(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    fill_for(op);
    cosy_task *s = machine(0, op, cosy_s(5), "s");
    settle(1);
    cosy_cancel(s, NULL);
    join(s);
    s = machine(0, op, COSY_FOREVER, "s");
    cosy_cancel(s, NULL); /* before it has begun */
    join(s);
    return 0;
}

#define EACH(name, scenario, expected)                                                                                 \
    {name ": lock", scenario, expected, &ops[LOCK]}, {name ": event", scenario, expected, &ops[EVENT]},                \
        {name ": semaphore", scenario, expected, &ops[SEMAPHORE]}, {name ": put", scenario, expected, &ops[PUT]},      \
        {name ": get", scenario, expected, &ops[GET]}, {name ": chain", scenario, expected, &ops[CHAIN]},              \
    {                                                                                                                  \
        name ": signal", scenario, expected, &ops[SIGNAL]                                                              \
    }

/* ---- grants and cancels across kinds ---- */

static int cancel_granted(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    cosy_task *s = machine(0, op, cosy_s(5), "s"), *a = start(coroutine, arg, "a");
    settle(1);
    grant(op);
    cosy_cancel(s, NULL);
    join(s);
    join(a);
    return 0;
}

/* ---- begin, granted, and only then await ---- */

static void grants_itself(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    if (!m->waiting) {
        m->waiting = true;
        begin(m->op, &task->wait, &m->place);
        if (m->op == EVENT)
            cosy_event_set(&event, NULL);
        else if (m->op == BARRIER)
            cosy_barrier_trigger(&barrier);
        else
            cosy_semaphore_release(&sem, 1);
        if (cosy_await(task, m->deadline) == COSY_WAITING)
            return;
        say("not parked");
    }
    say("%s %s", ME, code_name(cosy_task_result(task)));
    cosy_task_end(task, 0);
}

static int granted_before_await(void *arg)
{
    fresh();
    cosy_barrier_init(&barrier, 2, NULL, NULL, "B");
    machines[0] = (struct machine){.op = *(enum op *)arg, .deadline = cosy_in(cosy_ms(1))};
    cosy_task_init(&machines[0].task, cosy_here(), grants_itself, "s");
    cosy_task_start(&machines[0].task, NULL);
    join(&machines[0].task);
    cosy_sleep(cosy_ms(5));
    return 0;
}

/* Everything is there already: begin says so, the task goes on without leaving. */
static int at_once(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    if (op == BARRIER)
        cosy_barrier_init(&barrier, 1, NULL, NULL, "B");
    else if (op != PUT)
        grant(op);
    cosy_yield();
    cosy_sleep(1); /* a raise is seen at the next look */
    cosy_task *s = machine(0, op, COSY_NOW, "s");
    return join(s);
}

/* Nobody will ever come: the loop says so, and its report can name each kind of wait. */
static int for_ever(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    fill_for(op);
    join(op % 2 ? machine(0, op, COSY_FOREVER, "s") : start(coroutine, arg, "s"));
    return 0;
}

static int without_node(void *arg)
{
    enum op op = *(enum op *)arg;
    fresh();
    fill_for(op);
    say("%s", code_name(begin(op, NULL, &item)));
    return 0;
}

/* ---- yield, sleep, scopes, shields ---- */

static void yields(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    if (m->waiting)
        say("%s %s", ME, code_name(cosy_task_result(task)));
    while (m->place.number-- > 0) {
        m->waiting = true;
        int rc = cosy_yield_begin(&task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_WAITING)
            return;
        say("%s %s", ME, code_name(rc));
    }
    cosy_task_end(task, 0);
}

static cosy_task *yielder(const char *name)
{
    machines[0] = (struct machine){.place.number = 2};
    cosy_task_init(&machines[0].task, cosy_here(), yields, name);
    cosy_task_start(&machines[0].task, NULL);
    return &machines[0].task;
}

static int yielding(void *arg)
{
    (void)arg;
    return join(yielder("s"));
}

static int cancelled_yield(void *arg)
{
    (void)arg;
    cosy_task *s = yielder("s");
    cosy_cancel(s, NULL);
    return join(s);
}

/* Two scopes that are open across steps: they lie in its struct, as it has no frame. */
static void blocked(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    if (!m->waiting) {
        cosy_scope_open(&m->block, cosy_in(cosy_ms(5)), 0);
        cosy_scope_open(&m->shield, cosy_deadline(), COSY_SCOPE_SHIELD); /* from cancels, not from the deadline */
    } else {
        say("%s at %d", code_name(cosy_task_result(task)), at_ms());
        if (m->place.number == 1)
            say("%s", code_name(cosy_scope_close(&m->shield)));
    }
    m->waiting = true;
    if (++m->place.number < 3) {
        cosy_sleep_begin(&task->wait);
        int rc = cosy_await(task, m->place.number == 1 ? cosy_in(cosy_ms(2)) : COSY_FOREVER);
        if (rc == COSY_WAITING)
            return;
        say("%s at once", code_name(rc));
    }
    say("%s", code_name(cosy_scope_close(&m->block)));
    cosy_task_end(task, 7);
}

static int scoped(void *cancel)
{
    machines[0] = (struct machine){.op = LOCK};
    cosy_task_init(&machines[0].task, cosy_here(), blocked, "s");
    cosy_task_start(&machines[0].task, NULL);
    settle(1);
    if (cancel)
        cosy_cancel(&machines[0].task, NULL);
    say("%d", join(&machines[0].task));
    return 0;
}

/* ---- joining across kinds ---- */

static cosy_task *joined;
static int result;

static void joins(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (!m->waiting) {
        m->waiting = true;
        rc = cosy_join_begin(joined, &result, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, COSY_FOREVER);
        if (rc == COSY_WAITING)
            return;
    }
    say("%s %s %d", ME, code_name(rc), result);
    cosy_task_end(task, 9);
}

static int gives_six(void *arg)
{
    (void)arg;
    return 6;
}

static int joining(void *arg)
{
    (void)arg;
    machines[0] = (struct machine){.op = LOCK};
    cosy_task_init(&machines[0].task, cosy_here(), joins, "s");
    cosy_task_start(&machines[0].task, NULL);
    joined = start(gives_six, NULL, "a");
    say("%d", join(&machines[0].task));
    return 0;
}

/* ---- misuse ---- */

static void calls_plain_forms(cosy_task *task)
{
    say("%s", code_name(cosy_lock_acquire(&lock, COSY_FOREVER)));
    say("%s", code_name(cosy_yield()));
    say("%s", code_name(cosy_lock_release(&lock)));
    cosy_task_end(task, 0);
}

static int plain_in_stackless(void *arg)
{
    (void)arg;
    fresh();
    cosy_task_init(&machines[0].task, cosy_here(), calls_plain_forms, "s");
    cosy_task_start(&machines[0].task, NULL);
    return join(&machines[0].task);
}

static int bad_tasks(void *arg)
{
    (void)arg;
    cosy_group g;
    cosy_task *t = &machines[0].task;
    say("%s", code_name(cosy_task_init(NULL, cosy_here(), step, "s")));
    say("%s", code_name(cosy_task_init(t, NULL, step, "s")));
    say("%s", code_name(cosy_task_init(t, cosy_here(), NULL, "s")));
    machines[0] = (struct machine){.op = BARRIER};
    cosy_task_init(t, cosy_here(), calls_plain_forms, "s");
    say("never started: %s", code_name(cosy_join(t, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_task_start(NULL, NULL)));
    cosy_group_open(&g, "g");
    cosy_group_cancel(&g, NULL);
    say("%s", code_name(cosy_task_start(t, &g)));
    cosy_group_join(&g, COSY_FOREVER);
    fresh();
    say("%s", code_name(cosy_task_start(t, NULL)));
    say("%s", code_name(cosy_task_start(t, NULL)));
    return join(t);
}

/* ---- fairness ---- */

static void greedy(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    while (!m->waiting && m->place.number < 100000) {
        m->place.number++;
        if (cosy_event_wait_begin(&event, &task->wait) == COSY_WAITING &&
            cosy_await(task, COSY_FOREVER) == COSY_WAITING)
            return;
    }
    cosy_task_end(task, m->place.number);
}

static int fair(void *arg)
{
    (void)arg;
    fresh();
    cosy_event_set(&event, NULL);
    machines[0] = (struct machine){.op = EVENT};
    cosy_task_init(&machines[0].task, cosy_here(), greedy, "s");
    cosy_task_start(&machines[0].task, NULL);
    settle(1);
    machines[0].waiting = true; /* main had its turn */
    say("%s", join(&machines[0].task) <= COSY_BUDGET ? "others ran in time" : "starved");
    return 0;
}

static const test_row rows[] = {
    EACH("coroutine, stackless, coroutine in order of arrival", in_order, "a OK; s OK; b OK"),
    {"coroutine, stackless, coroutine in order of arrival: barrier", in_order, "a 1; s 2; b 3", &ops[BARRIER]},
    EACH("deadlines of stackless tasks: future, now, past", deadlines, "t EAGAIN; u ETIMEDOUT; s ETIMEDOUT; at 5"),
    {"deadlines of stackless tasks: future, now, past: barrier", deadlines,
     "t EAGAIN; u ETIMEDOUT; s ETIMEDOUT; at 5", &ops[BARRIER]},
    EACH("cancel of stackless tasks", cancels, "s ECANCELED; s ECANCELED"),
    {"cancel of stackless tasks: barrier", cancels, "s ECANCELED; s ECANCELED", &ops[BARRIER]},
    {"cancel after the grant goes to the coroutine behind: lock", cancel_granted, "s ECANCELED; a OK", &ops[LOCK]},
    {"cancel after the grant goes to the coroutine behind: semaphore", cancel_granted, "s ECANCELED; a OK",
     &ops[SEMAPHORE]},
    {"cancel after the grant goes to the coroutine behind: get", cancel_granted, "s ECANCELED; a OK", &ops[GET]},
    {"cancel after the grant goes to the coroutine behind: chain", cancel_granted, "s ECANCELED; a OK", &ops[CHAIN]},
    EACH("begin completes at once", at_once, "s OK"),
    {"begin completes at once: barrier", at_once, "s OK", &ops[BARRIER]},
#define DEADLOCK(name, op)                                                                                             \
    {                                                                                                                  \
        "a deadlock over " name, for_ever, "s ECANCELED", &ops[op], COSY_EDEADLK                            \
    }
    DEADLOCK("a lock", LOCK),
    DEADLOCK("an event", EVENT),
    DEADLOCK("a semaphore", SEMAPHORE),
    DEADLOCK("a barrier", BARRIER),
    DEADLOCK("room in a queue", PUT),
    DEADLOCK("an item of a queue", GET),
    DEADLOCK("an item of a chain", CHAIN),
    DEADLOCK("a signal", SIGNAL),
    {"no node: lock", without_node, "cosy_lock_acquire_begin(NULL) by main: EINVAL; EINVAL", &ops[LOCK]},
    {"no node: event", without_node, "cosy_event_wait_begin(NULL) by main: EINVAL; EINVAL", &ops[EVENT]},
    {"no node: semaphore", without_node, "cosy_semaphore_acquire_begin(NULL) by main: EINVAL; EINVAL", &ops[SEMAPHORE]},
    {"no node: barrier", without_node, "cosy_barrier_wait_begin(NULL) by main: EINVAL; EINVAL", &ops[BARRIER]},
    {"no node: put", without_node, "cosy_queue_put_begin(NULL) by main: EINVAL; EINVAL", &ops[PUT]},
    {"no node: get", without_node, "cosy_queue_get_begin(NULL) by main: EINVAL; EINVAL", &ops[GET]},
    {"granted between begin and await: semaphore", granted_before_await, "s OK", &ops[SEMAPHORE]},
    {"granted between begin and await: event", granted_before_await, "s OK", &ops[EVENT]},
    {"granted between begin and await: barrier", granted_before_await, "s 1", &ops[BARRIER]},
    {"a stackless task yields", yielding, "s OK; s OK"},
    {"a cancelled stackless task cannot yield", cancelled_yield, "s ECANCELED; s ECANCELED"},
    {"deadline of a block in a stackless task", scoped, "OK at 2; OK; ETIMEDOUT at 5; ETIMEDOUT; 7"},
    {"shield in a stackless task", scoped, "OK at 2; OK; ECANCELED at once; OK; 7", "cancel"},
    {"a stackless task joins a coroutine, a coroutine joins it", joining, "s OK 6; 9"},
    {"plain forms are refused in a stackless task", plain_in_stackless,
     "cosy_lock_acquire(L) by s: ENOTASK; ENOTASK; cosy_yield((unnamed)) by s: ENOTASK; ENOTASK; "
     "cosy_lock_release(L) by s: ENOTOWNER, see main; ENOTOWNER"},
    {"init and start with nonsense, join before start", bad_tasks,
     "cosy_task_init(s) by main: EINVAL; EINVAL; cosy_task_init(s) by main: EINVAL; EINVAL; "
     "cosy_task_init(s) by main: EINVAL; EINVAL; cosy_join(s) by main: EINVAL; never started: EINVAL; "
     "cosy_task_start((unnamed)) by main: EINVAL; EINVAL; ECANCELED; OK; cosy_task_start(s) by main: EBUSY; EBUSY; "
     "cosy_lock_acquire(L) by s: ENOTASK; ENOTASK; cosy_yield((unnamed)) by s: ENOTASK; ENOTASK; "
     "cosy_lock_release(L) by s: ENOTOWNER, see main; ENOTOWNER"},
    {"begin forms that complete at once do not starve others", fair, "others ran in time"},
};

int main(void)
{
    return TEST_ROWS("mixed", rows);
}
