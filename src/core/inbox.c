/* The inbox: a stack that anybody pushes to and the loop takes whole, then turns round, so that posts are delivered in
 * the order they were made. One swap empties it, so no post can be lost or seen twice.
 */
#include "check.h"
#include "loop.h"
#include "report.h"

#include "../../include/cosy/inbox.h"

#if COSY_ATOMICS

static bool claim(cosy_post *post)
{
    return cosy_atomic_swap(&post->queued, 1u) == 0;
}

static void push(cosy_loop *loop, cosy_post *post)
{
    cosy_post *head = cosy_atomic_load(&loop->inbox);
    do
        post->next = head;
    while (!cosy_atomic_cas(&loop->inbox, &head, post));
}

static cosy_post *take_all(cosy_loop *loop)
{
    return cosy_atomic_swap(&loop->inbox, (cosy_post *)NULL);
}

static void count(uint32_t *raised)
{
    cosy_atomic_add(raised, 1u);
}

static uint32_t take_count(uint32_t *raised)
{
    return cosy_atomic_swap(raised, 0u);
}

#else

/* Supplied by the port: everything that may interrupt the loop and post is held off; unmask restores. */
unsigned cosy_port_mask(void);
void cosy_port_unmask(unsigned state);

static bool claim(cosy_post *post)
{
    unsigned state = cosy_port_mask();
    bool mine = !post->queued;
    post->queued = 1;
    cosy_port_unmask(state);
    return mine;
}

static void push(cosy_loop *loop, cosy_post *post)
{
    unsigned state = cosy_port_mask();
    post->next = loop->inbox;
    loop->inbox = post;
    cosy_port_unmask(state);
}

static cosy_post *take_all(cosy_loop *loop)
{
    unsigned state = cosy_port_mask();
    cosy_post *all = loop->inbox;
    loop->inbox = NULL;
    cosy_port_unmask(state);
    return all;
}

static void count(uint32_t *raised)
{
    unsigned state = cosy_port_mask();
    ++*raised;
    cosy_port_unmask(state);
}

static uint32_t take_count(uint32_t *raised)
{
    unsigned state = cosy_port_mask();
    uint32_t n = *raised;
    *raised = 0;
    cosy_port_unmask(state);
    return n;
}

#endif

static void send(cosy_loop *loop, cosy_post *post)
{
    push(loop, post);
    if (loop->port->wake)
        loop->port->wake(loop);
}

int cosy_post_fn(cosy_loop *loop, cosy_post *post, void (*fn)(void *), void *arg)
{
    if (!loop || !post || !fn)
        return COSY_EINVAL; /* no report: this may be an interrupt */
    if (!claim(post))
        return COSY_EBUSY;
    post->fn = fn;
    post->arg = arg;
    send(loop, post);
    return COSY_OK;
}

void cosy__inbox_drain(cosy_loop *loop)
{
    cosy_post *newest = take_all(loop), *oldest = NULL;
    while (newest) {
        cosy_post *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest) {
        cosy_post *post = oldest;
        void (*fn)(void *) = post->fn;
        void *arg = post->arg;
        oldest = post->next;
        cosy_atomic_store(&post->queued, 0u); /* from here on the sender may use it again, or free it in fn */
        fn(arg);
    }
}

static void set_event(void *event)
{
    cosy_event_set(event, NULL);
}

int cosy_post_set(cosy_loop *loop, cosy_post *post, cosy_event *event)
{
    return event ? cosy_post_fn(loop, post, set_event, event) : COSY_EINVAL;
}

static void release_permit(void *semaphore)
{
    cosy_semaphore_release(semaphore, 1);
}

int cosy_post_release(cosy_loop *loop, cosy_post *post, cosy_semaphore *semaphore)
{
    return semaphore ? cosy_post_fn(loop, post, release_permit, semaphore) : COSY_EINVAL;
}

/* ---- signals ---- */

/* Lets go whom the raises seen so far allow; a latch remembers one raise if nobody waits. */
static void grant_raises(cosy_signal *signal)
{
    cosy_wait *w;
    if (signal->latch) {
        signal->count = signal->waiters.head == NULL;
        while ((w = cosy__pop(&signal->waiters)))
            cosy__grant(w);
    } else {
        while (signal->count && (w = cosy__pop(&signal->waiters))) {
            signal->count--;
            cosy__grant(w);
        }
    }
}

static void deliver(void *arg)
{
    cosy_signal *signal = arg;
    uint32_t n = take_count(&signal->raised);
    if (n) {
        signal->count += n;
        grant_raises(signal);
    }
}

int cosy_signal_init(cosy_signal *signal, cosy_loop *loop, bool latch, const char *name)
{
    if (!signal || !loop)
        return cosy__misuse(COSY_EINVAL, "cosy_signal_init", name, NULL);
    *signal = (cosy_signal){.loop = loop, .latch = latch};
    signal->post.fn = deliver;
    signal->post.arg = signal;
    COSY__SET_NAME(signal, name);
    return COSY_OK;
}

void cosy_signal_raise(cosy_signal *signal)
{
    count(&signal->raised);
    if (claim(&signal->post))
        send(signal->loop, &signal->post);
}

/* The raise that a cancelled waiter does not take goes to the next, or waits. */
static bool undo(cosy_wait *w)
{
    cosy_signal *signal = COSY_CONTAINER(w->list, cosy_signal, waiters);
    signal->count++;
    grant_raises(signal);
    return true;
}

static const char *signal_name(const cosy_wait *w)
{
    return COSY__NAME(COSY_CONTAINER(w->list, cosy_signal, waiters));
}

static const cosy_wait_ops waiting = {.what = "signal", .undo = undo, .name = signal_name};

/* What other threads write, `raised` and the post, is not looked at. */
const char *cosy_signal_check(const cosy_signal *signal)
{
    static const cosy_wait_ops *const kinds[] = {&waiting, NULL};
    if (!signal)
        return NULL;
    const cosy_wait *head = signal->waiters.head;
    if (signal->latch && signal->count > 1)
        return "a latching signal has counted";
    if (head && signal->count)
        return "a task waits for a raise that it could have";
    if (head && head->loop != signal->loop)
        return "a task waits for a signal of another loop";
    return cosy__list_check(&signal->waiters, kinds);
}

int cosy_signal_wait_begin(cosy_signal *signal, cosy_wait *w)
{
    COSY__VALID(cosy_signal_check(signal));
    if (signal->count) { /* then nobody waits */
        signal->count--;
        return cosy__done(w, COSY_OK);
    }
    return cosy__park(&signal->waiters, w, &waiting);
}

int cosy_signal_wait_arm(cosy_arm *arm)
{
    return cosy_signal_wait_begin((cosy_signal *)arm->object, &arm->wait);
}

int cosy_signal_wait(cosy_signal *signal, cosy_time deadline)
{
    COSY__VALID(cosy_signal_check(signal));
    cosy_task *me = cosy__me();
    if (!signal)
        return cosy__misuse(COSY_EINVAL, "cosy_signal_wait", NULL, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_signal_wait", COSY__NAME(signal), NULL);
    int rc = cosy_signal_wait_begin(signal, &me->wait);
    return rc == COSY_WAITING ? cosy_suspend(me, deadline) : rc;
}
