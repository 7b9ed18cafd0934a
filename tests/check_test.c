/* What the checks of lock, event, semaphore, barrier, chain and signal find: nothing in a sound object, whoever waits for
 * it, and each kind of damage. (The other objects have such a row in their own tests.)
 *
 * Each row puts something wrong, looks, and puts it right again, so that the scenario can end in order. */
#include "support/test.h"

static cosy_lock lock;
static cosy_event event;
static cosy_semaphore sem;
static cosy_barrier barrier;
static cosy_chain chain;
static cosy_signal sig;

static void said(const char *wrong)
{
    say("%s", wrong ? wrong : "well");
}

static int waits_for_lock(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&lock, COSY_FOREVER);
    return cosy_lock_release(&lock);
}

static cosy_condition condition = COSY_CONDITION_INIT("C", &lock);

static int waits_for_condition(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&lock, COSY_FOREVER);
    int rc = cosy_condition_wait(&condition, COSY_FOREVER);
    cosy_lock_release(&lock);
    return rc;
}

static int waits_for_event(void *arg)
{
    (void)arg;
    return cosy_event_wait(&event, COSY_FOREVER);
}

static int waits_for_three(void *arg)
{
    (void)arg;
    return cosy_semaphore_acquire(&sem, 3, COSY_FOREVER);
}

static int waits_at_barrier(void *arg)
{
    (void)arg;
    return cosy_barrier_wait(&barrier, COSY_FOREVER);
}

static int waits_for_item(void *arg)
{
    cosy_link *item;
    (void)arg;
    return cosy_chain_get(&chain, &item, COSY_FOREVER);
}

static int waits_for_raise(void *arg)
{
    (void)arg;
    return cosy_signal_wait(&sig, COSY_FOREVER);
}

/* Two tasks that wait; the nodes of both. */
static cosy_task *a, *b;
static cosy_wait *first, *second;

static void two_wait(cosy_fn fn)
{
    a = start(fn, NULL, "a");
    b = start(fn, NULL, "b");
    settle(1);
    first = &a->wait;
    second = &b->wait;
}

static int join_both(void)
{
    int rc = join(a), other = join(b);
    return rc < 0 ? rc : other < 0 ? other : COSY_OK;
}

/* ---- what holds of every wait list, with a lock's as the example ---- */

static int lists(void *arg)
{
    static cosy_loop elsewhere;
    cosy_list line;
    (void)arg;
    cosy_lock_init(&lock, 0, "L");
    cosy_event_init(&event, "E");
    said(cosy_lock_check(&lock));
    cosy_lock_acquire(&lock, COSY_FOREVER);
    two_wait(waits_for_lock);
    said(cosy_lock_check(&lock));

    second->next = second;
    said(cosy_lock_check(&lock));
    second->next = first;
    second->prev = second;
    said(cosy_lock_check(&lock));
    second->prev = first;
    second->state = COSY_CONSUMED;
    said(cosy_lock_check(&lock));
    second->state = COSY_QUEUED;
    second->list = &line;
    said(cosy_lock_check(&lock));
    second->list = &lock.waiters;
    second->loop = &elsewhere;
    said(cosy_lock_check(&lock));
    second->loop = first->loop;
    cosy_task *c = start(waits_for_event, NULL, "c");
    settle(1);
    const cosy_wait_ops *ops = second->ops;
    second->ops = c->wait.ops;
    said(cosy_lock_check(&lock));
    second->ops = ops;
    said(cosy_lock_check(&lock));

    cosy_event_set(&event, NULL);
    join(c);
    cosy_lock_release(&lock);
    return join_both();
}

/* ---- each object ---- */

static int locks(void *arg)
{
    (void)arg;
    cosy_lock_init(&lock, COSY_LOCK_OWNERLESS | COSY_LOCK_CHECKPOINT, "L");
    cosy_lock_acquire(&lock, COSY_FOREVER);
    two_wait(waits_for_lock);
    said(cosy_lock_check(&lock));
    cosy_task *owner = lock.owner;
    lock.owner = NULL;
    said(cosy_lock_check(&lock));
    lock.owner = owner;
    lock.flags |= 64;
    said(cosy_lock_check(&lock));
    lock.flags &= ~64u;
    cosy_lock_release(&lock);
    said(cosy_lock_check(&lock));
    join_both();

    cosy_lock_init(&lock, 0, "L"); /* in its line may also stand who was notified by a condition */
    two_wait(waits_for_condition);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_condition_notify_all(&condition);
    say("%s", lock.waiters.head == first ? "in line" : "not in line");
    said(cosy_lock_check(&lock));
    cosy_lock_release(&lock);
    return join_both();
}

enum { LOW_BIT = 1, TIMED_BIT = 2 }; /* of the state words of event and barrier */

static int events(void *arg)
{
    (void)arg;
    cosy_event_init(&event, "E");
    said(cosy_event_check(&event));
    two_wait(waits_for_event);
    cosy_scope scope;
    said(cosy_event_check(&event));
    event.state |= LOW_BIT;
    said(cosy_event_check(&event));
    event.state &= ~(uint32_t)LOW_BIT;
    event.state += 4;
    said(cosy_event_check(&event));
    event.state -= 4;
    second->flags |= COSY_W_TIMED;
    said(cosy_event_check(&event));
    event.state |= TIMED_BIT;
    said(cosy_event_check(&event));
    second->flags &= (uint8_t)~COSY_W_TIMED;
    second->state = COSY_CONSUMED;
    said(cosy_event_check(&event));
    second->state = COSY_QUEUED;
    cosy_event_set(&event, NULL);
    said(cosy_event_check(&event));
    join_both();

    cosy_event_clear(&event); /* once more with a timer that is real */
    cosy_scope_open(&scope, cosy_in(5), 0);
    cosy_task *c = start(waits_for_event, NULL, "c");
    said(code_name(cosy_event_wait(&event, COSY_FOREVER)));
    said(cosy_event_check(&event));
    cosy_scope_close(&scope);
    cosy_event_set(&event, NULL);
    return join(c);
}

static int semaphores(void *arg)
{
    (void)arg;
    cosy_semaphore_init(&sem, 2, 9, "S");
    said(cosy_semaphore_check(&sem));
    two_wait(waits_for_three);
    said(cosy_semaphore_check(&sem));
    sem.count = -1;
    said(cosy_semaphore_check(&sem));
    sem.count = 10;
    said(cosy_semaphore_check(&sem));
    sem.count = 3;
    said(cosy_semaphore_check(&sem));
    sem.count = 2;
    second->arg.n = 10;
    said(cosy_semaphore_check(&sem));
    second->arg.n = 3;
    second->state = COSY_CONSUMED;
    said(cosy_semaphore_check(&sem));
    second->state = COSY_QUEUED;
    cosy_semaphore_release(&sem, 4);
    said(cosy_semaphore_check(&sem));
    return join_both();
}

static int look_at_barrier(void *arg)
{
    (void)arg;
    said(cosy_barrier_check(&barrier));
    int32_t index = second->result;
    second->result = 1;
    said(cosy_barrier_check(&barrier));
    second->result = index;
    return 0;
}

static int barriers(void *arg)
{
    (void)arg;
    cosy_barrier_init(&barrier, 4, look_at_barrier, NULL, "B");
    said(cosy_barrier_check(&barrier));
    two_wait(waits_at_barrier);
    cosy_barrier_trigger(&barrier);
    said(cosy_barrier_check(&barrier));
    barrier.arrived = 4;
    said(cosy_barrier_check(&barrier));
    barrier.arrived = 1;
    said(cosy_barrier_check(&barrier));
    barrier.arrived = 3;
    barrier.state |= LOW_BIT;
    said(cosy_barrier_check(&barrier));
    barrier.state &= ~(uint32_t)LOW_BIT;
    barrier.state += 8;
    said(cosy_barrier_check(&barrier));
    barrier.state -= 8;
    second->flags |= COSY_W_TIMED;
    said(cosy_barrier_check(&barrier));
    second->flags &= (uint8_t)~COSY_W_TIMED;
    second->result = 3;
    said(cosy_barrier_check(&barrier));
    second->result = 2;
    second->state = COSY_CONSUMED;
    said(cosy_barrier_check(&barrier));
    second->state = COSY_QUEUED;
    say("in its action");
    say("%d", cosy_barrier_wait(&barrier, COSY_FOREVER));
    said(cosy_barrier_check(&barrier));
    return join_both();
}

static int chains(void *arg)
{
    cosy_link x, y, z;
    (void)arg;
    cosy_chain_init(&chain, "C");
    said(cosy_chain_check(&chain));
    cosy_chain_put(&chain, &x);
    cosy_chain_put(&chain, &y);
    said(cosy_chain_check(&chain));
    chain.count = 1;
    said(cosy_chain_check(&chain));
    chain.count = 3;
    said(cosy_chain_check(&chain));
    chain.count = 2;
    chain.last = &z;
    said(cosy_chain_check(&chain));
    chain.last = &y;
    said(cosy_chain_check(&chain));
    cosy_chain_try_get(&chain);
    cosy_chain_try_get(&chain);
    said(cosy_chain_check(&chain));

    two_wait(waits_for_item);
    said(cosy_chain_check(&chain));
    z.next = NULL;
    chain.first = chain.last = &z;
    chain.count = 1;
    said(cosy_chain_check(&chain));
    chain.first = NULL;
    chain.count = 0;
    chain.closed = 1;
    said(cosy_chain_check(&chain));
    chain.closed = 0;
    second->state = COSY_CONSUMED;
    said(cosy_chain_check(&chain));
    second->state = COSY_QUEUED;
    cosy_chain_put(&chain, &x);
    cosy_chain_put(&chain, &y);
    return join_both();
}

static int signals(void *arg)
{
    static cosy_loop elsewhere;
    (void)arg;
    cosy_signal_init(&sig, cosy_here(), false, "G");
    said(cosy_signal_check(&sig));
    two_wait(waits_for_raise);
    said(cosy_signal_check(&sig));
    sig.count = 1;
    said(cosy_signal_check(&sig));
    sig.count = 0;
    sig.loop = &elsewhere;
    said(cosy_signal_check(&sig));
    sig.loop = cosy_here();
    second->state = COSY_CONSUMED;
    said(cosy_signal_check(&sig));
    second->state = COSY_QUEUED;
    cosy_signal_raise(&sig);
    cosy_signal_raise(&sig);
    join_both();

    sig.count = 2;
    said(cosy_signal_check(&sig));
    sig.latch = 1;
    said(cosy_signal_check(&sig));
    sig.count = 1;
    said(cosy_signal_check(&sig));
    return 0;
}

static int with_null(void *arg)
{
    (void)arg;
    said(cosy_lock_check(NULL));
    said(cosy_event_check(NULL));
    said(cosy_semaphore_check(NULL));
    said(cosy_barrier_check(NULL));
    said(cosy_chain_check(NULL));
    said(cosy_signal_check(NULL));
    return 0;
}

static const test_row rows[] = {
    {"wait lists: links, states, lists, loops, kinds", lists,
     "well; well; the links of a wait list do not agree; the links of a wait list do not agree; a node in a wait list does not wait; "
     "a node in a wait list believes to be in another; tasks of two loops wait in one list; "
     "a node in a wait list waits for another kind of thing; well"},
    {"lock", locks,
     "well; a task waits for a lock that is free; a lock has flags that there are not; well; in line; well"},
    {"event", events,
     "well; well; a task waits for an event that is set; a node in a wait list was granted already; "
     "a node has a timer, and its object would splice it; well; a node in a wait list does not wait; well; ETIMEDOUT; well"},
    {"semaphore", semaphores,
     "well; well; a semaphore's permits are not between 0 and its limit; "
     "a semaphore's permits are not between 0 and its limit; a task waits for permits that it could have; "
     "a task waits for more permits than there can be; a node in a wait list does not wait; well"},
    {"barrier", barriers,
     "well; well; all have arrived at a barrier, and it has not tripped; more wait at a barrier than have arrived; "
     "a task waits at a barrier that is broken; a task waits for a generation that is over; "
     "a barrier does not know that a waiter has a timer; the indices of a barrier are not in order; "
     "a node in a wait list does not wait; in its action; well; the indices of a barrier are not in order; 0; well"},
    {"chain", chains,
     "well; well; the links of a chain do not agree with its count; the links of a chain do not agree with its count; "
     "the links of a chain do not agree with its count; well; well; well; a task waits for an item that it could have; "
     "a task waits for an item of a chain that is closed; a node in a wait list does not wait"},
    {"signal", signals,
     "well; well; a task waits for a raise that it could have; a task waits for a signal of another loop; "
     "a node in a wait list does not wait; well; a latching signal has counted; well"},
    {"NULL is well", with_null, "well; well; well; well; well; well"},
};

int main(void)
{
    return TEST_ROWS("check", rows);
}
