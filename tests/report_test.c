/* What humans read on stderr, and how a process dies: stack overflows, deadlocks, survivors, spinners, misuse. Each row is
 * a child process; the parent takes its stderr and how it ended.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <cosy/posix.h>

#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct report_row {
    const char *name;
    int (*child)(void);
    int signal;            /* the child dies of it; 0: it exits */
    int status;            /* ... with this */
    const char *lines[8];  /* what stderr must contain, in this order */
    const char *absent;    /* what it must not contain */
    bool faults;           /* SIGSEGV and stack contents: a sanitizer sees those its own way */
    bool small;  /* needs a stack below a page */
} report_row;

/* ---- stack overflow ---- */

static volatile char sink;
static volatile bool hungry = true;
static volatile uintptr_t nowhere = 8;

/* Eats stack, a piece per call, and does not let the compiler see that it never ends. */
static COSY_NOINLINE COSY_NO_SANITIZE int eat(volatile char *above)
{
    volatile char piece[512];
    memset((char *)piece, 1, sizeof piece);
    if (above)
        sink = above[0];
    int rc = hungry ? eat(piece) : 0;
    sink = piece[1];
    return rc;
}

static int glutton(void *arg)
{
    (void)arg;
    return eat(NULL);
}

static int feed(void *arg)
{
    const cosy_spawn_options *options = arg;
    cosy_task *t;
    int rc = cosy_spawn(&t, glutton, NULL, options);
    return rc ? rc : cosy_join(t, NULL, COSY_FOREVER);
}

static int overflow(void)
{
    cosy_spawn_options options = {.name = "glutton"};
    return cosy_run(feed, &options, NULL);
}

static int overflow_small(void)
{
    cosy_spawn_options options = {.name = "small glutton", .stack_size = 8192};
    return cosy_run(feed, &options, NULL);
}

static int overflow_untold(void)
{
    cosy_spawn_options options = {.name = "glutton"};
    return cosy_run(feed, &options, &(cosy_options){.no_overflow_report = true});
}

static int spawn_glutton(cosy_loop *loop)
{
    cosy_task *t;
    int rc = cosy_loop_spawn(loop, &t, glutton, NULL, &(cosy_spawn_options){.name = "glutton"});
    return rc ? rc : cosy_loop_run_until(loop, t, NULL);
}

/* A loop that does not want the report comes and goes: the other one keeps it. */
static int overflow_beside(void)
{
    cosy_loop *a, *b;
    int rc = cosy_loop_open(&a, NULL);
    rc = rc ? rc : cosy_loop_open(&b, &(cosy_options){.no_overflow_report = true});
    rc = rc ? rc : cosy_loop_close(b);
    return rc ? rc : spawn_glutton(a);
}

/* So does one that does want it. */
static int overflow_after_close(void)
{
    cosy_loop *a, *b;
    int rc = cosy_loop_open(&a, NULL);
    rc = rc ? rc : cosy_loop_open(&b, NULL);
    rc = rc ? rc : cosy_loop_close(b);
    return rc ? rc : spawn_glutton(a);
}

/* Writes to the lowest words of its own stack, as an overflow would. By hand: the first call of a function of the C library
 * looks it up, which takes more than this stack on processors with many registers to save. */
static COSY_NO_SANITIZE int scribble(void *arg)
{
    (void)arg;
    const cosy_task *me = cosy_self();
    volatile char *low = (char *)(uintptr_t)me - cosy_stack_size(me);
    for (int i = 0; i < 16; i++)
        low[i] = 0x55;
    return 0;
}

/* It waits without asking for the time: the C library would need more than this stack in a build without optimisation. */
static int scribble_and_wait(void *arg)
{
    static cosy_event nothing = COSY_EVENT_INIT("nothing");
    scribble(arg);
    return cosy_event_wait(&nothing, COSY_FOREVER);
}

static int run_on_canary(void *fn)
{
    cosy_task *t;
    int rc = cosy_spawn(&t, *(const cosy_fn *)fn, NULL, &(cosy_spawn_options){.name = "bird", .stack_size = 2048});
    return rc ? rc : cosy_join(t, NULL, COSY_FOREVER);
}

static int canary_at_end(void)
{
    cosy_fn fn = scribble;
    return cosy_run(run_on_canary, (void *)&fn, NULL);
}

static int canary_at_switch(void)
{
    cosy_fn fn = scribble_and_wait;
    return cosy_run(run_on_canary, (void *)&fn, NULL);
}

static void before_us(int signo)
{
    static const char text[] = "the previous handler\n";
    (void)signo;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(7);
}

static int chained(void)
{
    struct sigaction action = {.sa_handler = before_us, .sa_flags = SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    return overflow();
}

static int wild_pointer(void *arg)
{
    (void)arg;
    *(volatile int *)nowhere = 1;
    return 0;
}

static int chained_other_fault(void)
{
    struct sigaction action = {.sa_handler = before_us, .sa_flags = SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    return cosy_run(wild_pointer, NULL, NULL);
}

static int other_fault(void)
{
    return cosy_run(wild_pointer, NULL, NULL);
}

static int raise_segv(void *arg)
{
    (void)arg;
    raise(SIGSEGV);
    fprintf(stderr, "survived\n");
    return 0;
}

static int sent_fault(void)
{
    return cosy_run(raise_segv, NULL, NULL);
}

static int idle(void *arg)
{
    (void)arg;
    return cosy_yield();
}

/* When the last loop is closed the handler is the previous one again. */
static int handler_restored(void)
{
    struct sigaction action = {.sa_handler = before_us}, now;
    sigaction(SIGSEGV, &action, NULL);
    int rc = cosy_run(idle, NULL, NULL);
    sigaction(SIGSEGV, NULL, &now);
    return rc ? rc : now.sa_handler == before_us ? 0 : 9;
}

/* ---- deadlocks, survivors, spinners ---- */

static cosy_lock printer = COSY_LOCK_INIT("printer");
static cosy_event never = COSY_EVENT_INIT("never");
static int room[1];
static cosy_queue jobs = COSY_QUEUE_INIT("jobs", room);
static cosy_semaphore permits = COSY_SEMAPHORE_INIT("permits", 0);

static int alice(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&printer, COSY_FOREVER);
    return cosy_event_wait(&never, COSY_FOREVER);
}

static int bob(void *arg)
{
    (void)arg;
    return cosy_lock_acquire(&printer, COSY_FOREVER);
}

static int carol(void *arg)
{
    int item;
    (void)arg;
    return cosy_queue_get(&jobs, &item, COSY_FOREVER);
}

static int dave(void *arg)
{
    (void)arg;
    return cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
}

static int join_alice(void *arg)
{
    (void)arg;
    cosy_task *t = start(alice, NULL, "alice");
    cosy_detach(start(bob, NULL, "bob"));
    cosy_detach(start(carol, NULL, "carol"));
    cosy_detach(start(dave, NULL, "dave"));
    return join(t);
}

static int deadlock(void)
{
    return cosy_run(join_alice, NULL, NULL) == COSY_EDEADLK ? 0 : 9;
}

static int deadlock_virtual(void)
{
    return cosy_run(join_alice, NULL, &(cosy_options){.virtual_time = true}) == COSY_EDEADLK ? 0 : 9;
}

static int spin(void *arg)
{
    (void)arg;
    int rc;
    do
        rc = cosy_yield();
    while (!rc);
    return rc;
}

static int sleep_long(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_s(10));
}

static int start_spinner(void *arg)
{
    (void)arg;
    cosy_detach(start(spin, NULL, "spinner"));
    cosy_detach(start(sleep_long, NULL, "sleeper"));
    return cosy_sleep(cosy_s(10));
}

static cosy_event bell = COSY_EVENT_INIT("bell");

static int rings(void *arg)
{
    (void)arg;
    int rc;
    do {
        cosy_event_set(&bell, NULL);
        cosy_event_clear(&bell);
    } while (!(rc = cosy_yield()));
    return rc;
}

static int hears(void *arg)
{
    (void)arg;
    int rc;
    do
        rc = cosy_event_wait(&bell, COSY_FOREVER);
    while (!rc);
    return rc;
}

static int start_bell(void *arg)
{
    (void)arg;
    cosy_detach(start(rings, NULL, "ringer"));
    cosy_detach(start(hears, NULL, "hearer"));
    return cosy_sleep(cosy_s(10));
}

/* They do wait, but each is woken before the clock could move. */
static int spinners(void)
{
    cosy_options options = {.virtual_time = true, .spin_limit = 10000, .grace = cosy_ms(1)};
    return cosy_run(start_bell, NULL, &options) == COSY_ESPIN ? 0 : 9;
}

static int spinner(void)
{
    cosy_options options = {.virtual_time = true, .spin_limit = 10000, .grace = cosy_ms(1)};
    return cosy_run(start_spinner, NULL, &options) == COSY_ESPIN ? 0 : 9;
}

/* Does not heed its cancel. */
static int stubborn(void *arg)
{
    cosy_scope shield;
    (void)arg;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    int rc = cosy_event_wait(&never, COSY_FOREVER);
    cosy_scope_close(&shield);
    return rc;
}

static int polite(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_s(3600));
    fprintf(stderr, "polite: %s, because %s\n", code_name(rc), cosy_cancel_reason(NULL));
    return rc;
}

static int survivors(void)
{
    cosy_loop *loop;
    int rc = cosy_loop_open(&loop, &(cosy_options){.grace = cosy_ms(20)});
    rc = rc ? rc : cosy_loop_spawn(loop, NULL, stubborn, NULL, &(cosy_spawn_options){.name = "stubborn"});
    rc = rc ? rc : cosy_loop_spawn(loop, NULL, polite, NULL, &(cosy_spawn_options){.name = "polite"});
    rc = rc ? rc : cosy_loop_run_once(loop);
    if (rc < 0)
        return 8;
    return cosy_loop_close(loop) == COSY_ELEFT ? 0 : 9;
}

static int main_leaves(void *arg)
{
    (void)arg;
    cosy_detach(start(stubborn, NULL, "stubborn"));
    cosy_detach(start(polite, NULL, "polite"));
    cosy_yield();
    return 5;
}

static int survivors_of_run(void)
{
    return cosy_run(main_leaves, NULL, &(cosy_options){.grace = cosy_ms(20)});
}

static int wait_for_children(void *arg)
{
    cosy_group group;
    (void)arg;
    cosy_group_open(&group, "children");
    cosy_spawn_in(&group, NULL, stubborn, NULL, &(cosy_spawn_options){.name = "stubborn"});
    cosy_spawn_in(&group, NULL, polite, NULL, &(cosy_spawn_options){.name = "polite"});
    cosy_yield();
    cosy_group_cancel(&group, "enough");
    cosy_sleep(cosy_ms(1));
    int n = cosy_group_survivors(&group);
    cosy_event_set(&never, NULL);
    int rc = cosy_group_join(&group, COSY_FOREVER);
    return rc ? rc : n;
}

static int survivors_of_group(void)
{
    return cosy_run(wait_for_children, NULL, &(cosy_options){.virtual_time = true});
}

static int slow_to_go(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(3600));
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_sleep(cosy_ms(5)); /* cleans up, within the grace period */
    cosy_scope_close(&shield);
    fprintf(stderr, "cleaned up\n");
    return 0;
}

static int main_leaves_slow(void *arg)
{
    (void)arg;
    cosy_detach(start(slow_to_go, NULL, "slow"));
    cosy_yield();
    return 5;
}

static int grace(void)
{
    return cosy_run(main_leaves_slow, NULL, &(cosy_options){.grace = cosy_s(60)});
}

static int blocking; /* a call that was not begun when its task gave up would not survive */

static int block_long(void *arg)
{
    struct timespec t = {1, 0};
    (void)arg;
    cosy_atomic_store(&blocking, 1);
    nanosleep(&t, NULL);
    return 0;
}

static int call_long(void *arg)
{
    (void)arg;
    return cosy_to_thread(block_long, NULL, NULL, COSY_FOREVER);
}

static int surviving_call(void)
{
    cosy_loop *loop;
    int rc = cosy_loop_open(&loop, &(cosy_options){.grace = cosy_ms(10)});
    rc = rc ? rc : cosy_loop_spawn(loop, NULL, call_long, NULL, &(cosy_spawn_options){.name = "caller"});
    rc = rc ? rc : cosy_loop_run_once(loop);
    if (rc < 0)
        return 8;
    while (!cosy_atomic_load(&blocking))
        ;
    return cosy_loop_close(loop) == COSY_ELEFT ? 0 : 9;
}

/* ---- misuse ---- */

static int release_twice(void *arg)
{
    (void)arg;
    return cosy_lock_release(&printer);
}

static int misuse(void)
{
    return cosy_run(release_twice, NULL, NULL) == COSY_ENOTHELD ? 0 : 9;
}

static int hold(void *arg)
{
    (void)arg;
    cosy_lock_acquire(&printer, COSY_FOREVER);
    cosy_sleep(cosy_ms(5));
    return cosy_lock_release(&printer);
}

static int release_others(void *arg)
{
    (void)arg;
    cosy_task *t = start(hold, NULL, "holder");
    cosy_yield();
    int rc = cosy_lock_release(&printer);
    join(t);
    return rc;
}

static int misuse_of_other(void)
{
    return cosy_run(release_others, NULL, NULL) == COSY_ENOTOWNER ? 0 : 9;
}

static int misuse_outside(void)
{
    return cosy_sleep(cosy_ms(1)) == COSY_ENOTASK && cosy_event_wait(&never, COSY_FOREVER) == COSY_ENOTASK ? 0 : 9;
}

static int misuse_unnamed(void)
{
    static cosy_lock plain;
    return cosy_lock_release(&plain) == COSY_ENOTHELD ? 0 : 9;
}

static char told[256];

static void remember(const cosy_misuse *m, void *arg)
{
    snprintf(told, sizeof told, "%s %s %s %s %d", (const char *)arg, m->call, m->object, m->task, m->code);
}

static int own_reporter(void)
{
    cosy_set_reporter(remember, "heard");
    cosy_lock_release(&printer);
    cosy_set_reporter(NULL, NULL);
    fprintf(stderr, "%s\n", told);
    cosy_lock_release(&printer);
    return 0;
}

static int never_runs(void *arg)
{
    (void)arg;
    fprintf(stderr, "ran\n");
    return 0;
}

static int wrong_abi(void)
{
    cosy_loop *loop = NULL;
    int a = cosy_run_abi(COSY_ABI + 1, never_runs, NULL, NULL), b = cosy_loop_open_abi(COSY_ABI ^ 1u, &loop, NULL);
    fprintf(stderr, "%s\n", cosy_strerror(a));
    return a == COSY_EABI && b == COSY_EABI && !loop ? 0 : 9;
}

static int bad_options(void)
{
    cosy_loop *loop;
    int a = cosy_loop_open(&loop, &(cosy_options){.grace = -1});
    int b = cosy_loop_open(&loop, &(cosy_options){.budget = -1});
    int c = cosy_loop_open(&loop, &(cosy_options){.stack_size = 100});
    int d = cosy_loop_open(NULL, NULL);
    fprintf(stderr, "%s %s %s %s\n", code_name(a), code_name(b), code_name(c), code_name(d));
    return 0;
}

static int no_descriptors(void)
{
    struct rlimit none = {3, 3};
    cosy_loop *loop;
    setrlimit(RLIMIT_NOFILE, &none);
    int a = cosy_loop_open(&loop, NULL), b = cosy_run(never_runs, NULL, NULL);
    return a == COSY_ESYSTEM - EMFILE && b == a ? 0 : 9;
}

/* ---- rows ---- */

static const report_row rows[] = {
    {"an overflow is told by name", overflow, SIGSEGV, .faults = true,
     .lines = {"cosy: stack overflow in task \"glutton\": its ", " bytes do not suffice", ".stack_size"}},
    {"an overflow of a stack of two pages", overflow_small, SIGSEGV, .faults = true,
     .lines = {"cosy: stack overflow in task \"small glutton\""}},
    {"an overflow that nobody wants to hear of", overflow_untold, SIGSEGV, .absent = "cosy:", .faults = true},
    {"a loop without the report does not take it from another", overflow_beside, SIGSEGV, .faults = true,
     .lines = {"cosy: stack overflow in task \"glutton\""}},
    {"nor does one with it", overflow_after_close, SIGSEGV, .faults = true,
     .lines = {"cosy: stack overflow in task \"glutton\""}},
    {"an overwritten canary, seen at the end of the task", canary_at_end, SIGABRT, .faults = true, .small = true,
     .lines = {"cosy: stack overflow in task \"bird\""}},
    {"an overwritten canary, seen when the task waits", canary_at_switch, SIGABRT, .faults = true, .small = true,
     .lines = {"cosy: stack overflow in task \"bird\""}},
    {"the previous handler comes next", chained, 0, 7, .faults = true,
     .lines = {"cosy: stack overflow in task \"glutton\"", "the previous handler"}},
    {"the previous handler gets other faults", chained_other_fault, 0, 7, .lines = {"the previous handler"},
     .absent = "overflow", .faults = true},
    {"other faults kill as ever", other_fault, SIGSEGV, .absent = "cosy:", .faults = true},
    {"a SIGSEGV that was sent kills as well", sent_fault, SIGSEGV, .absent = "survived", .faults = true},
    {"the handler is given back", handler_restored},
    {"a deadlock names all who wait, for what, and who holds it", deadlock,
     .lines = {"cosy: deadlock: nobody can wake task \"main\", which waits for the end of task \"alice\"",
               "cosy: deadlock: nobody can wake task \"alice\", which waits for event \"never\"",
               "cosy: deadlock: nobody can wake task \"bob\", which waits for lock \"printer\", held by \"alice\"",
               "cosy: deadlock: nobody can wake task \"carol\", which waits for", "\"jobs\"",
               "cosy: deadlock: nobody can wake task \"dave\", which waits for", "\"permits\""}},
    {"the same in simulated time", deadlock_virtual,
     .lines = {"cosy: deadlock: nobody can wake task \"bob\", which waits for lock \"printer\", held by \"alice\""}},
    {"who is woken again and again is named", spinners, .lines = {"task \"ringer\"", "task \"hearer\""}},
    {"who never waits is named", spinner, .lines = {"simulated time stands still", "task \"spinner\""},
     .absent = "these never wait: task \"sleeper\""},
    {"survivors of close are named", survivors,
     .lines = {"polite: ECANCELED, because the loop is closing",
               "cosy: survived its cancel and is abandoned: task \"stubborn\", which waits for event \"never\""},
     .absent = "abandoned: task \"polite\""},
    {"survivors of cosy_run are named, its result stands", survivors_of_run, 0, 5,
     .lines = {"polite: ECANCELED", "abandoned: task \"stubborn\""}},
    {"survivors of a group are named", survivors_of_group, 0, 1,
     .lines = {"polite: ECANCELED, because enough",
               "cosy: still in its group: task \"stubborn\", which waits for event \"never\""},
     .absent = "group: task \"polite\""},
    {"who needs the grace period gets it", grace, 0, 5, .lines = {"cleaned up"}, .absent = "abandoned"},
    {"a blocking call that does not end is told", surviving_call, .lines = {"cosy: a blocking call survived"}},
    {"misuse names call, object and task", misuse,
     .lines = {"cosy: cosy_lock_release(\"printer\") in task \"main\": it is not held"}},
    {"misuse names the other task", misuse_of_other,
     .lines = {"cosy: cosy_lock_release(\"printer\") in task \"main\": it is held by another task",
               "(see task \"holder\")"}},
    {"misuse outside a task", misuse_outside,
     .lines = {"cosy: cosy_sleep(", "in task \"(no task)\": a waiting call was made outside a coroutine",
               "cosy: cosy_event_wait(\"never\") in task \"(no task)\""}},
    {"misuse of an object without a name", misuse_unnamed, .lines = {"cosy: cosy_lock_release(\"(unnamed)\")"}},
    {"somebody else hears of misuse, then stderr again", own_reporter,
     .lines = {"heard cosy_lock_release printer (no task) -11", "cosy: cosy_lock_release(\"printer\")"}},
    {"a program with another layout", wrong_abi, .lines = {"different layouts"}, .absent = "ran"},
    {"options that make no sense", bad_options, .lines = {"EINVAL EINVAL ESTACK EINVAL"}},
    {"no descriptor for a loop", no_descriptors, .absent = "ran"},
};

enum { SANITIZED = COSY_ASAN || COSY_TSAN };

static char text[65536];

static void slurp(int fd)
{
    size_t used = 0;
    ssize_t n;
    while (used < sizeof text - 1 && ((n = read(fd, text + used, sizeof text - 1 - used)) > 0 || (n < 0 && errno == EINTR)))
        used += n > 0 ? (size_t)n : 0;
    text[used] = 0;
}

static void run_child(const report_row *row, int stderr_to)
{
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL); /* whatever cmocka installed */
    signal(SIGABRT, SIG_DFL);
    dup2(stderr_to, STDERR_FILENO);
    alarm(60);
    _exit(row->child());
}

static void run_row(void **state)
{
    const report_row *row = *state;
    int ends[2], status;
#ifdef COSY_UCONTEXT
    if (row->small) {
        print_message("SKIP: %s (the ucontext switch has no stacks below a page)\n", row->name);
        return;
    }
#endif
    if (row->faults && SANITIZED) {
        print_message("SKIP: %s (a sanitizer watches stacks and SIGSEGV itself)\n", row->name);
        return;
    }
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        run_child(row, ends[1]);
    close(ends[1]);
    slurp(ends[0]);
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    const char *at = text;
    for (size_t i = 0; i < sizeof row->lines / sizeof *row->lines && row->lines[i]; i++) {
        const char *found = strstr(at, row->lines[i]);
        if (!found)
            print_error("missing: %s\nin:\n%s\n", row->lines[i], text);
        assert_non_null(found);
        at = found + strlen(row->lines[i]);
    }
    if (row->absent && strstr(text, row->absent)) {
        print_error("must not be there: %s\nin:\n%s\n", row->absent, text);
        fail();
    }
    if (WIFSIGNALED(status) ? WTERMSIG(status) != row->signal : row->signal || WEXITSTATUS(status) != row->status)
        print_error("ended by %s %d; stderr was:\n%s\n", WIFSIGNALED(status) ? "signal" : "exit",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), text);
    if (row->signal) {
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), row->signal);
    } else {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), row->status);
    }
}

int main(void)
{
    enum { COUNT = sizeof rows / sizeof *rows };
    static struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = run_row, .initial_state = (void *)&rows[i]};
    return _cmocka_run_group_tests("report", tests, COUNT, NULL, NULL);
}
