/* Contract 9: no allocation in any waiting path; what allocates (a loop, stacks, timers, the pool of threads) reports failure and
 * leaves all usable. The program is linked with --wrap, so every malloc, calloc, realloc and mmap of the library passes
 * through here, where it is counted and, if a row wants it, fails.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <cosy/posix.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the allocator's door ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *p);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *p);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *at, size_t size);

enum { MALLOC = 1, CALLOC = 2, REALLOC = 4, MMAP = 8, ALL = 15 };

/* Only the loop's thread allocates while these are looked at. */
static long allocations; /* attempts */
static long blocks, maps; /* that live */
static unsigned kinds;    /* that may fail */
static long first_failure; /* counted among those kinds, from 1; 0: none fails */
static bool for_good;      /* all after the first fail too */
static long seen, failures;

static bool fails(unsigned kind)
{
    allocations++;
    if (!first_failure || !(kinds & kind))
        return false;
    seen++;
    if (seen < first_failure || (seen > first_failure && !for_good))
        return false;
    failures++;
    errno = ENOMEM;
    return true;
}

static void fail_from(unsigned which, long first, bool all_after)
{
    kinds = which;
    first_failure = first;
    for_good = all_after;
    seen = failures = 0;
}

static void fail_none(void)
{
    first_failure = 0;
}

void *__wrap_malloc(size_t size)
{
    void *p = fails(MALLOC) ? NULL : __real_malloc(size);
    blocks += p != NULL;
    return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *p = fails(CALLOC) ? NULL : __real_calloc(n, size);
    blocks += p != NULL;
    return p;
}

void *__wrap_realloc(void *old, size_t size)
{
    void *p = fails(REALLOC) ? NULL : __real_realloc(old, size);
    blocks += p && !old;
    return p;
}

void __wrap_free(void *p)
{
    blocks -= p != NULL;
    __real_free(p);
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    void *p = fails(MMAP) ? MAP_FAILED : __real_mmap(at, size, protection, flags, fd, offset);
    maps += p != MAP_FAILED;
    return p;
}

int __wrap_munmap(void *at, size_t size)
{
    maps--;
    return __real_munmap(at, size);
}

/* ---- waiting paths: two tasks each, both give the first failure they meet ---- */

static cosy_lock lock;
static cosy_event event;
static cosy_barrier barrier;
static cosy_semaphore permit;
static cosy_queue queue;
static int room[1];
static cosy_chain there, back;
static cosy_link item;
static cosy_fd ends[2];
static cosy_signal raised;

static int lock_hold(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        rc = cosy_lock_acquire(&lock, n % 2 ? COSY_FOREVER : cosy_in(cosy_s(1)));
        if (!rc) {
            rc = cosy_yield();
            cosy_lock_release(&lock);
        }
    }
    return rc;
}

static int lock_time_out(int n)
{
    int rc = 0;
    while (n-- > 0 && (rc == 0 || rc == COSY_ETIMEDOUT)) {
        rc = cosy_lock_acquire(&lock, cosy_in(cosy_us(10)));
        if (!rc) {
            rc = cosy_sleep(cosy_us(25));
            cosy_lock_release(&lock);
        }
    }
    return rc == COSY_ETIMEDOUT ? 0 : rc;
}

static int event_wait(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        rc = cosy_event_wait(&event, COSY_FOREVER);
        cosy_event_clear(&event);
    }
    return rc;
}

static int event_set(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        while (cosy_event_is_set(&event) && !rc)
            rc = cosy_yield();
        cosy_event_set(&event, NULL);
    }
    return rc;
}

static int barrier_meet(int n)
{
    int rc = 0;
    while (n-- > 0 && rc >= 0)
        rc = cosy_barrier_wait(&barrier, n % 2 ? COSY_FOREVER : cosy_in(cosy_s(1)));
    return rc < 0 ? rc : 0;
}

static int permit_hold(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        rc = cosy_semaphore_acquire(&permit, 1, n % 2 ? COSY_FOREVER : cosy_in(cosy_s(1)));
        if (!rc) {
            rc = cosy_yield();
            cosy_semaphore_release(&permit, 1);
        }
    }
    return rc;
}

static int queue_put(int n)
{
    int rc = 0;
    for (; n > 0 && !rc; n--)
        rc = cosy_queue_put(&queue, &n, COSY_FOREVER);
    return rc;
}

static int queue_get(int n)
{
    int rc = 0, got;
    for (; n > 0 && !rc; n--)
        rc = cosy_queue_get(&queue, &got, cosy_in(cosy_s(1)));
    return rc;
}

static int chain_serve(int n)
{
    cosy_link *got = &item;
    int rc = 0;
    while (n-- > 0 && !rc) {
        cosy_chain_put(&there, got);
        rc = cosy_chain_get(&back, &got, COSY_FOREVER);
    }
    return rc;
}

static int chain_return(int n)
{
    cosy_link *got = NULL;
    int rc = 0;
    while (n-- > 0 && !rc) {
        rc = cosy_chain_get(&there, &got, COSY_FOREVER);
        if (!rc)
            cosy_chain_put(&back, got);
    }
    return rc;
}

static int sleep_often(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc)
        rc = cosy_sleep(cosy_ms(1));
    return rc;
}

static int sleep_too_long(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        cosy_scope scope;
        cosy_scope_open(&scope, cosy_in(cosy_ms(1)), 0);
        rc = cosy_sleep(cosy_s(1)) == COSY_ETIMEDOUT ? 0 : -1;
        cosy_scope_close(&scope);
    }
    return rc;
}

static int child(void *arg)
{
    (void)arg;
    return cosy_yield();
}

static int join_children(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        cosy_task *t;
        rc = cosy_spawn(&t, child, NULL, NULL);
        if (!rc)
            rc = cosy_join(t, NULL, COSY_FOREVER);
    }
    return rc;
}

static int join_groups(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        cosy_group group;
        cosy_group_open(&group, "children");
        rc = cosy_spawn_in(&group, NULL, child, NULL, NULL);
        int failed = cosy_group_join(&group, COSY_FOREVER);
        rc = rc ? rc : failed;
    }
    return rc;
}

static int fd_ask(int n)
{
    char c = 'x';
    while (n-- > 0)
        if (cosy_fd_write(&ends[0], &c, 1, COSY_FOREVER) != 1 || cosy_fd_read(&ends[0], &c, 1, COSY_FOREVER) != 1)
            return -1;
    return 0;
}

static int fd_answer(int n)
{
    char c;
    while (n-- > 0)
        if (cosy_fd_wait(&ends[1], COSY_IN, COSY_FOREVER) || cosy_fd_read(&ends[1], &c, 1, COSY_FOREVER) != 1 ||
            cosy_fd_write(&ends[1], &c, 1, COSY_FOREVER) != 1)
            return -1;
    return 0;
}

static int yield_often(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc)
        rc = cosy_yield();
    return rc;
}

static int signal_wait(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc)
        rc = cosy_signal_wait(&raised, COSY_FOREVER);
    return rc;
}

static int signal_raise(int n)
{
    int rc = 0;
    while (n-- > 0 && !rc) {
        cosy_signal_raise(&raised);
        rc = cosy_sleep(cosy_us(1));
    }
    return rc;
}

static int blocking(void *arg)
{
    (void)arg;
    return 0;
}

static int call_threads(int n)
{
    int rc = 0;
    for (n = n < 50 ? n : 50; n > 0 && !rc; n--)
        rc = cosy_to_thread(blocking, NULL, NULL, COSY_FOREVER);
    return rc;
}

struct path {
    int (*left)(int rounds), (*right)(int rounds);
};

struct half {
    int (*fn)(int);
    int rounds;
};

static int run_half(void *arg)
{
    const struct half *me = arg;
    return me->fn(me->rounds);
}

static int both(const struct path *path, int rounds)
{
    struct half left = {path->left, rounds}, right = {path->right, rounds};
    cosy_task *a = start(run_half, &left, "left"), *b = start(run_half, &right, "right");
    int rc = join(a), other = join(b);
    return rc ? rc : other;
}

/* A short round warms up: stacks, timers and threads are made then. The long one must find all it needs. */
static int waits(void *arg)
{
    int pair[2];
    cosy_lock_init(&lock, 0, "lock");
    cosy_event_init(&event, "event");
    cosy_barrier_init(&barrier, 2, NULL, NULL, "barrier");
    cosy_semaphore_init(&permit, 1, 1, "permit");
    cosy_queue_init(&queue, room, sizeof room[0], 1, "queue");
    cosy_chain_init(&there, "there");
    cosy_chain_init(&back, "back");
    cosy_signal_init(&raised, cosy_here(), false, "raised");
    cosy_loop_expect(cosy_here(), true); /* for the raises */
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || cosy_fd_open(&ends[0], pair[0], "left") ||
        cosy_fd_open(&ends[1], pair[1], "right"))
        return -1;
    int rc = both(arg, 10);
    say("warm %s", code_name(rc));
    long before = allocations;
    rc = both(arg, 1000);
    long after = allocations;
    say("%s, %ld allocations", code_name(rc), after - before);
    cosy_fd_close(&ends[0]);
    cosy_fd_close(&ends[1]);
    return 0;
}

/* ---- stacks ---- */

static int hundred(cosy_fn fn, const cosy_spawn_options *options)
{
    cosy_task *tasks[100];
    int rc = 0, n = 0;
    while (n < 100 && !(rc = cosy_spawn(&tasks[n], fn, NULL, options)))
        n++;
    while (n-- > 0)
        cosy_join(tasks[n], NULL, COSY_FOREVER);
    return rc;
}

static int reuse(void *arg)
{
    int rc = 0;
    (void)arg;
    hundred(child, NULL);
    hundred(child, &(cosy_spawn_options){.stack_size = 8192});
    long before = allocations;
    for (int i = 0; i < 10 && !rc; i++) {
        rc = hundred(child, NULL);
        if (!rc)
            rc = hundred(child, &(cosy_spawn_options){.stack_size = 8192});
    }
    say("%s, %ld allocations", code_name(rc), allocations - before);
    return 0;
}

/* A kind of allocation fails for good: so does the spawn that needs it; then all is well again. */
static int no_stack(void *arg)
{
    cosy_task *t;
    const cosy_spawn_options large = {.stack_size = 1 << 20};
    fail_from(*(const unsigned *)arg, 1, true);
    int rc = hundred(child, &large);
    say("%s", code_name(rc));
    say("again %s", code_name(hundred(child, &large)));
    fail_none();
    rc = cosy_spawn(&t, child, NULL, &large);
    say("then %s, %s", code_name(rc), code_name(rc ? rc : join(t)));
    say("all %s", code_name(hundred(child, &large)));
    return 0;
}

static int sizes(void *arg)
{
    static const size_t too_much[] = {SIZE_MAX, SIZE_MAX / 4, (size_t)1 << 47};
    cosy_task *t;
    (void)arg;
    say("%s", code_name(cosy_spawn(NULL, child, NULL, &(cosy_spawn_options){.name = "tiny", .stack_size = 100})));
    for (size_t i = 0; i < sizeof too_much / sizeof *too_much; i++)
        say("%s", code_name(cosy_spawn(NULL, child, NULL, &(cosy_spawn_options){.stack_size = too_much[i]})));
    int rc = cosy_spawn(&t, child, NULL, &(cosy_spawn_options){.stack_size = (size_t)1 << 42});
    if (!rc)
        rc = join(t); /* address space is all it takes, where the kernel hands that out */
    say(rc == COSY_OK || rc == COSY_ENOMEM ? "4 TiB or not" : "%s", code_name(rc));
    return join(start(child, NULL, "child"));
}

static void nothing(void *arg)
{
    (void)arg;
}

static int no_timer(void *arg)
{
    static cosy_call calls[1000];
    int n = 0, rc = 0;
    (void)arg;
    memset(calls, 0, sizeof calls);
    fail_from(REALLOC, 1, true);
    while (n < 1000 && !(rc = cosy_call_at(cosy_here(), &calls[n], cosy_in(cosy_ms(5)), nothing, NULL)))
        n++;
    fail_none();
    say("%s", code_name(rc));
    say("then %s", code_name(cosy_call_at(cosy_here(), &calls[n], cosy_in(cosy_ms(1)), nothing, NULL)));
    cosy_sleep(cosy_ms(10));
    int fired = 0;
    for (int i = 0; i <= n; i++)
        fired += calls[i].loop == NULL;
    say("%s", fired == n + 1 ? "all fired" : "not all fired");
    return 0;
}

/* ---- memory that really is used up: in a child with a limit ---- */

static int sleeper(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_ms(1));
}

static int use_up(void *arg)
{
    const cosy_spawn_options huge = {.stack_size = 16 << 20};
    int rc = 0, n = 0;
    (void)arg;
    hundred(sleeper, NULL);
    while (n < 10000 && !(rc = cosy_spawn(NULL, sleeper, NULL, &huge)))
        n++;
    if (rc != COSY_ENOMEM)
        return 10;
    if (hundred(sleeper, NULL)) /* from the pool */
        return 11;
    rc = cosy_sleep(cosy_ms(10)); /* the huge ones end: their stacks are there again */
    return rc ? 12 : cosy_spawn(NULL, sleeper, NULL, &huge) ? 13 : 7;
}

static int limited(void *arg)
{
    int status = 0;
    (void)arg;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {(rlim_t)1 << 30, (rlim_t)1 << 30};
        alarm(60);
        setrlimit(RLIMIT_AS, &limit);
        _exit(cosy_run(use_up, NULL, &(cosy_options){.virtual_time = true}));
    }
    waitpid(pid, &status, 0);
    say("%s %d", WIFEXITED(status) ? "exit" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return 0;
}

/* ---- every allocation fails once ---- */

/* Does all that allocates. Gives the first failure; what runs then is cancelled at the close. */
static int bit_of_all(void *arg)
{
    cosy_call call = {.loop = NULL};
    cosy_task *t;
    int rc = 0;
    (void)arg;
    for (int i = 0; i < 150 && !rc; i++)
        rc = cosy_spawn(NULL, sleeper, NULL, i % 3 ? NULL : &(cosy_spawn_options){.stack_size = 16384});
    if (!rc)
        rc = cosy_call_at(cosy_here(), &call, cosy_in(cosy_ms(1)), nothing, NULL);
    if (!rc)
        rc = cosy_spawn(&t, child, NULL, NULL);
    if (!rc)
        rc = cosy_join(t, NULL, COSY_FOREVER);
    if (!rc)
        rc = cosy_to_thread(blocking, NULL, NULL, COSY_FOREVER);
    int slept = cosy_sleep(cosy_ms(2));
    cosy_call_cancel(&call);
    return rc ? rc : slept;
}

static int sweep(void *all_after)
{
    long n = 0, wrong = 0, leaked = 0, told = 0;
    do {
        long blocks_before = blocks, maps_before = maps;
        fail_from(ALL, ++n, all_after != NULL);
        int rc = cosy_run(bit_of_all, NULL, &(cosy_options){.virtual_time = true});
        fail_none();
        wrong += rc != 0 && rc != COSY_ENOMEM;
        told += rc == COSY_ENOMEM;
        leaked += blocks != blocks_before || maps != maps_before;
    } while (failures && n < 10000);
    say("%ld wrong results, %ld leaks", wrong, leaked);
    say(n > 5 && told > 3 ? "failures were told" : "%ld runs, %ld told", n, told);
    say("then %s", code_name(cosy_run(bit_of_all, NULL, &(cosy_options){.virtual_time = true})));
    return 0;
}

static const unsigned mmaps = MMAP, mallocs = MALLOC, reallocs = REALLOC;

#define PATH(title, l, r) {title, waits, "warm OK; OK, 0 allocations", &(struct path){l, r}}

static const test_row rows[] = {
    PATH("a lock allocates nothing", lock_hold, lock_hold),
    PATH("a lock with time-outs allocates nothing", lock_time_out, lock_time_out),
    PATH("an event allocates nothing", event_wait, event_set),
    PATH("a barrier allocates nothing", barrier_meet, barrier_meet),
    PATH("a semaphore allocates nothing", permit_hold, permit_hold),
    PATH("a queue allocates nothing", queue_put, queue_get),
    PATH("a chain allocates nothing", chain_serve, chain_return),
    PATH("sleeping allocates nothing", sleep_often, sleep_often),
    PATH("sleeping with a deadline allocates nothing", sleep_too_long, sleep_often),
    PATH("joining allocates nothing, spawning takes pooled stacks", join_children, join_children),
    PATH("groups allocate nothing", join_groups, join_groups),
    PATH("descriptors allocate nothing", fd_ask, fd_answer),
    PATH("yielding allocates nothing", yield_often, yield_often),
    PATH("signals allocate nothing", signal_wait, signal_raise),
    PATH("blocking calls allocate nothing", call_threads, call_threads),
    {"stacks are used again", reuse, "OK, 0 allocations"},
    {"no mapping for a stack", no_stack, "ENOMEM; again ENOMEM; then OK, OK; all OK", (void *)&mmaps},
    {"no block for a slab", no_stack, "ENOMEM; again ENOMEM; then OK, OK; all OK", (void *)&mallocs},
    {"no room for the timer of a task", no_stack, "ENOMEM; again ENOMEM; then OK, OK; all OK", (void *)&reallocs},
    {"no room for the timer of a call", no_timer, "ENOMEM; then OK; all fired"},
    {"memory that is used up", limited, "exit 7", .without_loop = true},
    {"each allocation fails once", sweep, "0 wrong results, 0 leaks; failures were told; then OK", .without_loop = true},
    {"each allocation fails, and all after it", sweep, "0 wrong results, 0 leaks; failures were told; then OK",
     (void *)"all", .without_loop = true},
    {"stacks of sizes that cannot be", sizes,
     "cosy_spawn(tiny) by main: ESTACK; ESTACK; ENOMEM; ENOMEM; ENOMEM; 4 TiB or not"},
};

int main(void)
{
    if (COSY_ASAN || COSY_TSAN) {
        printf("SKIP: all %zu rows of memory (a sanitizer has an allocator of its own)\n", sizeof rows / sizeof *rows);
        return 0;
    }
    return TEST_ROWS("memory", rows);
}
