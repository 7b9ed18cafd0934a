/* Threads: blocking calls on the pool (cosy_to_thread), and posts that enter a loop from other threads. Nothing is lost,
 * the order of each sender is kept. ThreadSanitizer must find nothing here.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <cosy/inbox.h>
#include <cosy/posix.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

static void nap(int ms)
{
    struct timespec t = {0, ms * 1000000};
    nanosleep(&t, NULL);
}

/* ---- blocking calls ---- */

static sem_t gate, inside;
static int began;  /* by the blocking functions, read after they ended */
static int order[64];

static void fresh(void)
{
    sem_init(&gate, 0, 0);
    sem_init(&inside, 0, 0);
    began = 0;
}

static int forty_two(void *arg)
{
    (void)arg;
    return 42;
}

static int wait_at_gate(void *arg)
{
    sem_post(&inside);
    while (sem_wait(&gate))
        ;
    return *(const int *)arg;
}

static int note(void *arg)
{
    order[__atomic_fetch_add(&began, 1, __ATOMIC_SEQ_CST)] = *(const int *)arg;
    return 0;
}

static int nap_20(void *arg)
{
    (void)arg;
    nap(20);
    return 7;
}

static int result(void *arg)
{
    int got = 0;
    (void)arg;
    int rc = cosy_to_thread(forty_two, NULL, &got, COSY_FOREVER);
    say("%s %d", code_name(rc), got);
    say("%s", code_name(cosy_to_thread(forty_two, NULL, NULL, cosy_in(cosy_s(10)))));
    return 0;
}

static int call_note(void *number)
{
    return cosy_to_thread(note, number, NULL, COSY_FOREVER);
}

static int in_order(void *arg)
{
    static const int numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
    cosy_group group;
    int right = 0;
    (void)arg;
    fresh();
    cosy_group_open(&group, "callers");
    for (int i = 0; i < 8; i++)
        cosy_spawn_in(&group, NULL, call_note, (void *)&numbers[i], NULL);
    say("%s", code_name(cosy_group_join(&group, COSY_FOREVER)));
    for (int i = 0; i < 8; i++)
        right += order[i] == i;
    say("%d in order", right);
    return 0;
}

static int active, most;

static int count_active(void *arg)
{
    (void)arg;
    int now = __atomic_add_fetch(&active, 1, __ATOMIC_SEQ_CST);
    int seen = __atomic_load_n(&most, __ATOMIC_SEQ_CST);
    while (now > seen && !__atomic_compare_exchange_n(&most, &seen, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    nap(3);
    __atomic_sub_fetch(&active, 1, __ATOMIC_SEQ_CST);
    return 1;
}

static int call_count(void *sum)
{
    int one = 0;
    int rc = cosy_to_thread(count_active, NULL, &one, COSY_FOREVER);
    *(int *)sum += one;
    return rc;
}

static int bounded(void *arg)
{
    cosy_group group;
    int sum = 0;
    (void)arg;
    active = most = 0;
    cosy_group_open(&group, "callers");
    for (int i = 0; i < 40; i++)
        cosy_spawn_in(&group, NULL, call_count, &sum, NULL);
    int rc = cosy_group_join(&group, COSY_FOREVER);
    say("%s, %d done", code_name(rc), sum);
    say(most <= 3 ? "at most 3 at once" : "too many at once");
    return 0;
}

struct caller {
    int (*fn)(void *);
    int argument, result;
    cosy_time deadline;
};

static int call(void *arg)
{
    struct caller *me = arg;
    me->result = -1;
    return cosy_to_thread(me->fn, &me->argument, &me->result, me->deadline);
}

/* One thread, and it is busy: the second call is in line when it is cancelled, or runs out of time. */
static int gives_up_in_line(void *timeout)
{
    struct caller a = {wait_at_gate, 5, 0, COSY_FOREVER}, b = {note, 6, 0, COSY_FOREVER}, c = b;
    fresh();
    cosy_task *first = start(call, &a, "first");
    settle(1);
    if (timeout)
        b.deadline = cosy_in(cosy_ms(5));
    cosy_task *second = start(call, &b, "second"), *third = start(call, &c, "third");
    settle(1);
    if (!timeout)
        cosy_cancel(second, NULL);
    say("second %s", code_name(join(second)));
    sem_post(&gate);
    int rc = join(first);
    say("first %s %d", code_name(rc), a.result);
    rc = join(third);
    say("third %s %d", code_name(rc), c.result);
    say("began %d, second's result %d", began, b.result);
    return 0;
}

static cosy_scope bound;

static int call_in_scope(void *arg)
{
    cosy_scope_open(&bound, COSY_FOREVER, 0);
    int rc = call(arg);
    cosy_scope_close(&bound);
    return rc;
}

/* The call goes on without its task; its result is dropped; its thread comes back. The deadline is set when it runs, however
 * long it took to begin. */
static int gives_up_running(void *timeout)
{
    static struct caller a;
    a = (struct caller){wait_at_gate, 5, 0, COSY_FOREVER};
    fresh();
    cosy_task *first = start(call_in_scope, &a, "first");
    settle(1);
    while (sem_trywait(&inside)) /* until it runs */
        cosy_sleep(cosy_ms(1));
    if (timeout)
        cosy_scope_move(&bound, cosy_in(cosy_ms(5)));
    else
        cosy_cancel(first, NULL);
    say("%s", code_name(join(first)));
    say("busy %s", code_name(cosy_to_thread(forty_two, NULL, NULL, cosy_in(cosy_ms(5)))));
    sem_post(&gate);
    int got = 0;
    int rc = cosy_to_thread(forty_two, NULL, &got, COSY_FOREVER);
    say("next %s %d, dropped %d", code_name(rc), got, a.result);
    for (int i = 0; i < 20 && !rc; i++)
        rc = cosy_to_thread(forty_two, NULL, &got, COSY_FOREVER);
    say("twenty more %s", code_name(rc));
    return 0;
}

static int block_deadline(void *arg)
{
    static struct caller a;
    a = (struct caller){wait_at_gate, 5, 0, COSY_FOREVER};
    (void)arg;
    fresh();
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_ms(5)), 0);
    say("%s", code_name(call(&a)));
    cosy_scope_close(&scope);
    sem_post(&gate);
    say("%s", code_name(cosy_to_thread(forty_two, NULL, NULL, COSY_FOREVER)));
    return 0;
}

static int only_tries(void *arg)
{
    int number = 1;
    (void)arg;
    fresh();
    say("%s", code_name(cosy_to_thread(note, &number, NULL, COSY_NOW)));
    say("%s", code_name(cosy_to_thread(forty_two, NULL, NULL, COSY_FOREVER)));
    say("began %d", began);
    return 0;
}

static int cancelled_before(void *arg)
{
    static struct caller a;
    a = (struct caller){forty_two, 0, 0, COSY_FOREVER};
    (void)arg;
    cosy_task *t = start(call, &a, "caller");
    cosy_cancel(t, "at once");
    int rc = join(t);
    say("%s %d", code_name(rc), a.result);
    say("%s", code_name(cosy_to_thread(forty_two, NULL, NULL, COSY_FOREVER)));
    return 0;
}

static int misuse(void *arg)
{
    (void)arg;
    return cosy_to_thread(NULL, NULL, NULL, COSY_FOREVER);
}

static int outside(void *arg)
{
    (void)arg;
    return cosy_to_thread(forty_two, NULL, NULL, COSY_FOREVER);
}

static int sleep_a_second(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(1));
    say("slept at %d", at_ms());
    return 0;
}

/* Contract 5: simulated time stands still while a thread works. */
static int simulated(void *arg)
{
    int got = 0;
    (void)arg;
    cosy_task *t = start(sleep_a_second, NULL, "sleeper");
    int rc = cosy_to_thread(nap_20, NULL, &got, COSY_FOREVER);
    say("%s %d at %d", code_name(rc), got, at_ms());
    return join(t);
}

static int abandon(void *arg)
{
    static struct caller a;
    a = (struct caller){nap_20, 0, 0, COSY_FOREVER};
    (void)arg;
    start(call, &a, "caller");
    settle(2);
    return 3; /* the loop closes under the call: cancelled, joined with its thread */
}

/* ---- posts ---- */

enum { SENDERS = 4, POSTS = 10000 };

struct letter {
    cosy_post post;
    struct sender *from;
    int number;
};

struct sender {
    cosy_loop *loop;
    struct letter *letters;
    int next;      /* what the loop must get next */
    int disorder;
    cosy_post one; /* used again and again */
    int accepted, delivered;
    pthread_t thread;
};

static struct sender senders[SENDERS];
static cosy_event all_here;
static cosy_semaphore permits;
static int arrived;

static void open_senders(void *(*fn)(void *))
{
    arrived = 0;
    cosy_event_init(&all_here, "all here");
    cosy_semaphore_init(&permits, 0, COSY_SEMAPHORE_MAX, "permits");
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.loop = cosy_here(), .letters = calloc(POSTS, sizeof(struct letter))};
        for (int n = 0; n < POSTS; n++) {
            senders[i].letters[n].from = &senders[i];
            senders[i].letters[n].number = n;
        }
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&senders[i].thread, NULL, fn, &senders[i]);
}

static void close_senders(void)
{
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
        free(senders[i].letters);
    }
}

static void take(void *arg)
{
    struct letter *l = arg;
    if (l->number != l->from->next++)
        l->from->disorder++;
    if (++arrived == SENDERS * POSTS)
        cosy_event_set(&all_here, NULL);
}

static void *send_letters(void *arg)
{
    struct sender *me = arg;
    for (int n = 0; n < POSTS; n++) {
        cosy_post_fn(me->loop, &me->letters[n].post, take, &me->letters[n]);
        if (n % 1000 == 0)
            nap(1); /* so that the loop idles now and then */
    }
    return NULL;
}

static int letters(void *simulated)
{
    int disorder = 0;
    open_senders(send_letters);
    say("%s", code_name(cosy_event_wait(&all_here, simulated ? COSY_FOREVER : cosy_in(cosy_s(60)))));
    close_senders();
    for (int i = 0; i < SENDERS; i++)
        disorder += senders[i].disorder;
    say("%d, %d out of order", arrived, disorder);
    return 0;
}

static void take_one(void *arg)
{
    struct sender *from = arg;
    from->delivered++;
}

static void *send_again(void *arg)
{
    struct sender *me = arg;
    for (int n = 0; n < POSTS; n++)
        me->accepted += cosy_post_fn(me->loop, &me->one, take_one, me) == COSY_OK;
    return NULL;
}

/* Each post that was accepted is delivered, once. */
static int one_post(void *arg)
{
    int accepted = 0, delivered = 0;
    (void)arg;
    open_senders(send_again);
    cosy_sleep(cosy_ms(5));
    close_senders();
    cosy_sleep(cosy_ms(1));
    for (int i = 0; i < SENDERS; i++) {
        accepted += senders[i].accepted;
        delivered += senders[i].delivered;
    }
    say(accepted == delivered && accepted >= SENDERS ? "as many as accepted" : "%d accepted, %d delivered", accepted,
        delivered);
    return 0;
}

static void *release_many(void *arg)
{
    struct sender *me = arg;
    for (int n = 0; n < POSTS; n++)
        cosy_post_release(me->loop, &me->letters[n].post, &permits);
    return NULL;
}

static int releases(void *arg)
{
    int got = 0;
    (void)arg;
    open_senders(release_many);
    while (got < SENDERS * POSTS && cosy_semaphore_acquire(&permits, 1, cosy_in(cosy_s(60))) == COSY_OK)
        got++;
    close_senders();
    say("%d, left %d", got, (int)cosy_semaphore_count(&permits));
    return 0;
}

static cosy_event ping;
static cosy_post ping_post;

static void *set_when_asked(void *loop)
{
    for (int i = 0; i < POSTS; i++) {
        while (sem_wait(&gate))
            ;
        if (cosy_post_set(loop, &ping_post, &ping))
            return NULL;
    }
    return NULL;
}

/* The loop goes to sleep each time, at the very moment the post comes: no wake-up may be lost. */
static int ping_pong(void *arg)
{
    pthread_t thread;
    int rounds = 0;
    (void)arg;
    fresh();
    cosy_event_init(&ping, "ping");
    pthread_create(&thread, NULL, set_when_asked, cosy_here());
    for (; rounds < POSTS; rounds++) {
        sem_post(&gate);
        if (cosy_event_wait(&ping, cosy_in(cosy_s(20))))
            break;
        cosy_event_clear(&ping);
    }
    say("%d", rounds);
    pthread_join(thread, NULL);
    return 0;
}

static void say_it(void *text)
{
    say("%s", (const char *)text);
}

static int posted_twice(void *arg)
{
    static cosy_post one, other;
    cosy_loop *loop = cosy_here();
    (void)arg;
    int a = cosy_post_fn(loop, &one, say_it, "first");
    int b = cosy_post_fn(loop, &one, say_it, "second");
    int c = cosy_post_fn(loop, &other, say_it, "other");
    say("%s, %s, %s", code_name(a), code_name(b), code_name(c));
    cosy_sleep(cosy_ms(1));
    say("%s", code_name(cosy_post_fn(loop, &one, say_it, "again")));
    cosy_sleep(cosy_ms(1));
    return 0;
}

static int post_null(void *arg)
{
    static cosy_post post;
    static cosy_event event;
    cosy_loop *loop = cosy_here();
    (void)arg;
    say("%s %s %s", code_name(cosy_post_fn(NULL, &post, say_it, NULL)), code_name(cosy_post_fn(loop, NULL, say_it, NULL)),
        code_name(cosy_post_fn(loop, &post, NULL, NULL)));
    say("%s %s", code_name(cosy_post_set(loop, &post, NULL)), code_name(cosy_post_release(loop, &post, NULL)));
    say("%s", code_name(cosy_post_set(loop, &post, &event)));
    say("%s", code_name(cosy_event_wait(&event, cosy_in(cosy_s(10)))));
    return 0;
}

static cosy_post chain_post;
static int chain_left;

static void post_again(void *loop)
{
    if (chain_left-- > 0)
        cosy_post_fn(loop, &chain_post, post_again, loop);
    else
        cosy_event_set(&all_here, NULL);
}

/* From fn on a post may be used again; and a chain of them starves nobody. */
static int post_in_fn(void *arg)
{
    (void)arg;
    cosy_event_init(&all_here, "all here");
    chain_left = 1000;
    cosy_post_fn(cosy_here(), &chain_post, post_again, cosy_here());
    int rc = cosy_event_wait(&all_here, cosy_in(cosy_s(10)));
    say("%s, left %d", code_name(rc), chain_left);
    return 0;
}

static char yes[] = "yes";
#define EXPECT .options = {.expect = true}, .real_time = true

static const test_row rows[] = {
    {"a blocking call gives its result", result, "OK 42; OK", .real_time = true},
    {"more calls than threads begin in order", in_order, "OK; 8 in order", .options = {.threads = 1}, .real_time = true},
    {"at most so many at once", bounded, "OK, 40 done; at most 3 at once", .options = {.threads = 3}, .real_time = true},
    {"cancelled in line: never begins", gives_up_in_line,
     "second ECANCELED; first OK 5; third OK 0; began 1, second's result -1", .options = {.threads = 1},
     .real_time = true},
    {"out of time in line: never begins", gives_up_in_line,
     "second ETIMEDOUT; first OK 5; third OK 0; began 1, second's result -1", yes, .options = {.threads = 1},
     .real_time = true},
    {"cancelled while it runs: the result is dropped, the thread comes back", gives_up_running,
     "ECANCELED; busy ETIMEDOUT; next OK 42, dropped -1; twenty more OK", .options = {.threads = 1}, .real_time = true},
    {"out of time while it runs: likewise", gives_up_running,
     "ETIMEDOUT; busy ETIMEDOUT; next OK 42, dropped -1; twenty more OK", yes, .options = {.threads = 1},
     .real_time = true},
    {"the deadline of a block", block_deadline, "ETIMEDOUT; OK", .options = {.threads = 1}, .real_time = true},
    {"COSY_NOW begins nothing", only_tries, "EAGAIN; OK; began 0", .real_time = true},
    {"cancelled before it was called", cancelled_before, "ECANCELED -1; OK", .options = {.threads = 1},
     .real_time = true},
    {"no function", misuse, "cosy_to_thread((unnamed)) by main: EINVAL", .result = COSY_EINVAL, .real_time = true},
    {"outside a task", outside, "cosy_to_thread((unnamed)) by (no task): ENOTASK", .result = COSY_ENOTASK,
     .without_loop = true},
    {"simulated time stands still while a thread works", simulated, "OK 7 at 0; slept at 1000"},
    {"a loop that closes waits for its threads", abandon, "", .result = 3, .real_time = true},
    {"40,000 posts of four threads, each in order", letters, "OK; 40000, 0 out of order", EXPECT},
    {"the same in simulated time", letters, "OK; 40000, 0 out of order", yes, .options = {.expect = true}},
    {"one post again and again", one_post, "as many as accepted", EXPECT},
    {"40,000 permits from four threads", releases, "40000, left 0", EXPECT},
    {"no wake-up is lost", ping_pong, "10000", EXPECT},
    {"a post that is queued already", posted_twice, "OK, EBUSY, OK; first; other; OK; again", EXPECT},
    {"posts of nothing", post_null, "EINVAL EINVAL EINVAL; EINVAL EINVAL; OK; OK", EXPECT},
    {"a post is free again when its function is called", post_in_fn, "OK, left -1", EXPECT},
};

int main(void)
{
    return TEST_ROWS("thread", rows);
}
