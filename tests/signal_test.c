/* cosy_signal (include/cosy/inbox.h) and cosy_catch (include/cosy/posix.h): raises from tasks, signal handlers and threads;
 * none is lost, none counts twice.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <cosy/inbox.h>
#include <cosy/posix.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static cosy_signal signals;

static void fresh(bool latch)
{
    cosy_signal_init(&signals, cosy_here(), latch, "S");
}

static int waiter(void *name)
{
    say("%s %s", (const char *)name, code_name(cosy_signal_wait(&signals, COSY_FOREVER)));
    return 0;
}

/* What was raised gets to the loop. */
static void delivered(void)
{
    cosy_sleep(cosy_ms(1));
}

static int counts(void *arg)
{
    (void)arg;
    fresh(false);
    for (int i = 0; i < 3; i++)
        cosy_signal_raise(&signals);
    delivered();
    for (int i = 0; i < 4; i++)
        say("%s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    return 0;
}

static int one_each(void *arg)
{
    (void)arg;
    fresh(false);
    cosy_task *a = start(waiter, "a", "a"), *b = start(waiter, "b", "b"), *c = start(waiter, "c", "c");
    settle(1);
    cosy_signal_raise(&signals);
    cosy_signal_raise(&signals);
    delivered();
    say("two");
    cosy_signal_raise(&signals);
    join(a);
    join(b);
    return join(c);
}

static int latches(void *arg)
{
    (void)arg;
    fresh(true);
    for (int i = 0; i < 3; i++)
        cosy_signal_raise(&signals);
    delivered();
    cosy_signal_raise(&signals);
    delivered();
    for (int i = 0; i < 2; i++)
        say("%s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    return 0;
}

static int latch_lets_all_go(void *arg)
{
    (void)arg;
    fresh(true);
    cosy_task *a = start(waiter, "a", "a"), *b = start(waiter, "b", "b");
    settle(1);
    cosy_signal_raise(&signals);
    join(a);
    join(b);
    say("then %s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    return 0;
}

static int deadlines(void *arg)
{
    (void)arg;
    fresh(false);
    say("%s", code_name(cosy_signal_wait(&signals, cosy_in(cosy_ms(5)))));
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_ms(5)), 0);
    say("%s", code_name(cosy_signal_wait(&signals, COSY_FOREVER)));
    cosy_scope_close(&scope);
    say("%s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    cosy_signal_raise(&signals);
    int rc = cosy_signal_wait(&signals, cosy_in(cosy_ms(5)));
    say("%s at %d", code_name(rc), at_ms());
    return 0;
}

static int cancel_waiting(void *arg)
{
    (void)arg;
    fresh(false);
    cosy_task *a = start(waiter, "a", "a"), *b = start(waiter, "b", "b");
    settle(1);
    cosy_cancel(a, NULL);
    cosy_signal_raise(&signals);
    join(a);
    return join(b);
}

static void cancel_it(void *task)
{
    cosy_cancel(task, "too late");
}

/* Delivered by one look: the raise grants a, the post behind it cancels a before it runs. */
static int cancel_granted(void *with_another)
{
    static cosy_post post;
    cosy_task *b = NULL;
    fresh(false);
    cosy_task *a = start(waiter, "a", "a");
    if (with_another)
        b = start(waiter, "b", "b");
    settle(1);
    cosy_signal_raise(&signals);
    cosy_post_fn(cosy_here(), &post, cancel_it, a);
    join(a);
    if (b)
        join(b);
    say("then %s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    return 0;
}

/* Nobody overtakes: a raise that was granted belongs to the first waiter, a try does not get it. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh(false);
    cosy_task *a = start(waiter, "a", "a"), *b = start(waiter, "b", "b");
    settle(1);
    cosy_signal_raise(&signals);
    delivered();
    say("try %s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    cosy_signal_raise(&signals);
    join(a);
    return join(b);
}

static int misuse(void *arg)
{
    (void)arg;
    cosy_signal_init(NULL, cosy_here(), false, "none");
    cosy_signal_init(&signals, NULL, false, "no loop");
    cosy_signal_wait(NULL, COSY_FOREVER);
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    cosy_signal_init(&signals, cosy_here(), false, "S");
    return cosy_signal_wait(&signals, COSY_FOREVER);
}

/* Nobody told the loop that a raise may come. */
static int nobody_raises(void *arg)
{
    (void)arg;
    fresh(false);
    return cosy_signal_wait(&signals, COSY_FOREVER);
}

/* ---- from signal handlers and threads ---- */

static void on_usr2(int signo)
{
    (void)signo;
    cosy_signal_raise(&signals);
}

static int from_handler(void *arg)
{
    struct sigaction action = {.sa_handler = on_usr2}, before;
    (void)arg;
    fresh(false);
    sigaction(SIGUSR2, &action, &before);
    for (int i = 0; i < 3; i++)
        raise(SIGUSR2);
    for (int i = 0; i < 3; i++)
        say("%s", code_name(cosy_signal_wait(&signals, cosy_in(cosy_s(10)))));
    say("%s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    sigaction(SIGUSR2, &before, NULL);
    return 0;
}

enum { THREADS = 4, RAISES = 10000 };

static void *raise_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < RAISES; i++)
        cosy_signal_raise(&signals);
    return NULL;
}

static int from_threads(void *arg)
{
    pthread_t threads[THREADS];
    int taken = 0;
    (void)arg;
    fresh(false);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, raise_many, NULL);
    while (taken < THREADS * RAISES && cosy_signal_wait(&signals, cosy_in(cosy_s(60))) == COSY_OK)
        taken++;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    say("%d, then %s", taken, code_name(cosy_signal_wait(&signals, cosy_in(cosy_ms(5)))));
    return 0;
}

/* ---- signals of the operating system ---- */

static int caught(void *arg)
{
    (void)arg;
    fresh(false);
    say("catch %s", code_name(cosy_catch(&signals, SIGUSR1)));
    for (int i = 0; i < 3; i++)
        kill(getpid(), SIGUSR1);
    for (int i = 0; i < 3; i++)
        say("%s", code_name(cosy_signal_wait(&signals, cosy_in(cosy_s(10)))));
    say("%s", code_name(cosy_signal_wait(&signals, COSY_NOW)));
    say("let go %s", code_name(cosy_catch(NULL, SIGUSR1)));
    return 0;
}

static void *kill_later(void *arg)
{
    const struct timespec pause = {0, 20000000};
    (void)arg;
    nanosleep(&pause, NULL);
    kill(getpid(), SIGUSR1);
    return NULL;
}

/* The loop has nothing else and waits in the kernel: no deadlock. */
static int idle(void *arg)
{
    pthread_t thread;
    (void)arg;
    fresh(true);
    cosy_catch(&signals, SIGUSR1);
    pthread_create(&thread, NULL, kill_later, NULL);
    say("%s", code_name(cosy_signal_wait(&signals, COSY_FOREVER)));
    pthread_join(thread, NULL);
    cosy_catch(NULL, SIGUSR1);
    return 0;
}

static int let_go_then_wait(void *arg)
{
    (void)arg;
    fresh(true);
    cosy_catch(&signals, SIGUSR1);
    cosy_catch(&signals, SIGUSR1);
    cosy_catch(NULL, SIGUSR1);
    cosy_catch(NULL, SIGUSR1);
    return cosy_signal_wait(&signals, COSY_FOREVER);
}

static const char *disposition(int signo)
{
    struct sigaction action;
    sigaction(signo, NULL, &action);
    return action.sa_handler == SIG_DFL ? "default" : "handled";
}

static int busy(void *arg)
{
    cosy_signal other;
    (void)arg;
    fresh(false);
    cosy_signal_init(&other, cosy_here(), false, "other");
    say("S %s", code_name(cosy_catch(&signals, SIGUSR1)));
    say("other %s", code_name(cosy_catch(&other, SIGUSR1)));
    say("S again %s", code_name(cosy_catch(&signals, SIGUSR1)));
    say("S too %s", code_name(cosy_catch(&signals, SIGUSR2)));
    say("%s", disposition(SIGUSR1));
    cosy_catch(NULL, SIGUSR1);
    say("%s", disposition(SIGUSR1));
    say("other %s", code_name(cosy_catch(&other, SIGUSR1)));
    kill(getpid(), SIGUSR1);
    say("%s", code_name(cosy_signal_wait(&other, cosy_in(cosy_s(10)))));
    cosy_catch(NULL, SIGUSR1);
    cosy_catch(NULL, SIGUSR2);
    return 0;
}

static int refused(void *arg)
{
    static const int numbers[] = {SIGKILL, SIGSTOP, 0, -1, 1000};
    (void)arg;
    fresh(false);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int rc = cosy_catch(&signals, numbers[i]);
        say("%s", rc == COSY_ESYSTEM - EINVAL ? "EINVAL" : code_name(rc));
    }
    int rc = cosy_signal_wait(&signals, COSY_FOREVER); /* nothing is caught: nobody can wake us */
    return rc;
}

static int catches_and_leaves(void *arg)
{
    (void)arg;
    fresh(false);
    return cosy_catch(&signals, SIGUSR1);
}

static int end_of_loop(void *arg)
{
    (void)arg;
    int rc = cosy_run(catches_and_leaves, NULL, NULL);
    say("%s, %s", code_name(rc), disposition(SIGUSR1));
    rc = cosy_run(catches_and_leaves, NULL, NULL);
    say("%s, %s", code_name(rc), disposition(SIGUSR1));
    return 0;
}

/* A signal that comes while tasks keep the loop busy is seen all the same. */
static int busy_loop(void *arg)
{
    int turns = 0;
    (void)arg;
    fresh(false);
    cosy_catch(&signals, SIGUSR1);
    cosy_task *a = start(waiter, "a", "a");
    settle(1);
    kill(getpid(), SIGUSR1);
    while (turns < 100000 && !cosy_task_ended(a)) {
        cosy_yield();
        turns++;
    }
    say(turns < 100000 ? "seen" : "starved");
    join(a);
    cosy_catch(NULL, SIGUSR1);
    return 0;
}

static char yes[] = "yes";

static const test_row rows[] = {
    {"raises are counted", counts, "OK; OK; OK; EAGAIN"},
    {"each raise lets one waiter go, in order", one_each, "a OK; b OK; two; c OK"},
    {"a latch remembers only that there was one", latches, "OK; EAGAIN"},
    {"a latch lets all go who wait", latch_lets_all_go, "a OK; b OK; then EAGAIN"},
    {"deadlines", deadlines, "ETIMEDOUT; ETIMEDOUT; EAGAIN; OK at 10"},
    {"a cancelled waiter takes no raise", cancel_waiting, "a ECANCELED; b OK"},
    {"a cancel after the grant passes the raise on", cancel_granted, "a ECANCELED; b OK; then EAGAIN", yes},
    {"a cancel after the grant puts the raise back", cancel_granted, "a ECANCELED; then OK"},
    {"nobody overtakes", no_overtaking, "a OK; try EAGAIN; b OK"},
    {"misuse", misuse,
     "cosy_signal_init(none) by main: EINVAL; cosy_signal_init(no loop) by main: EINVAL; "
     "cosy_signal_wait((unnamed)) by main: EINVAL"},
    {"outside a task", outside, "cosy_signal_wait(S) by (no task): ENOTASK", .without_loop = true,
     .result = COSY_ENOTASK},
    {"a signal that nobody can raise is a deadlock", nobody_raises, "", .result = COSY_EDEADLK},
    {"raises from a signal handler", from_handler, "OK; OK; OK; EAGAIN", .real_time = true},
    {"raises from four threads", from_threads, "40000, then ETIMEDOUT", .real_time = true},
    {"a caught signal", caught, "catch OK; OK; OK; OK; EAGAIN; let go OK", .real_time = true},
    {"a loop with a caught signal is not a deadlock", idle, "OK", .real_time = true},
    {"nor in simulated time", idle, "OK"},
    {"a signal that was let go is a deadlock again", let_go_then_wait, "", .result = COSY_EDEADLK, .real_time = true},
    {"one cosy_signal per signal", busy,
     "S OK; other EBUSY; S again OK; S too OK; handled; default; other OK; OK", .real_time = true},
    {"signals that cannot be caught", refused, "EINVAL; EINVAL; EINVAL; EINVAL; EINVAL", .result = COSY_EDEADLK,
     .real_time = true},
    {"the end of a loop lets go", end_of_loop, "OK, default; OK, default", .without_loop = true},
    {"a busy loop sees the signal", busy_loop, "a OK; seen", .real_time = true},
};

int main(void)
{
    return TEST_ROWS("signal", rows);
}
