/* Permits are neither lost nor made, whatever happens to those who wait for them; and the line is kept. */
#include "scenarios.h"

static cosy_semaphore semaphore;
static line queue;
static int32_t held, most;

static void fresh(int32_t permits, int32_t limit)
{
    cosy_semaphore_init(&semaphore, permits, limit, "permits");
    COSY_TESTING_WATCH(&semaphore);
    queue = (line){.strict = true};
    held = 0;
    most = permits;
}

static const char *all_back(void *arg)
{
    (void)arg;
    return held ? "permits are held still" : NULL;
}

static int acquire(int32_t n, cosy_time deadline)
{
    bool waits = semaphore.count < n || semaphore.waiters.head;
    unsigned number = line_up(&queue);
    int rc = cancel_won(waits, line_left(&queue, number, cosy_semaphore_acquire(&semaphore, n, deadline)));
    if (!rc && (held += n) > most)
        cosy_testing_fail("more permits are held than there are");
    return rc;
}

static void release(int32_t n)
{
    held -= n;
    cosy_semaphore_release(&semaphore, n);
}

typedef struct want {
    int32_t n;
    uint32_t work_ms, patience_ms; /* 0: works for a turn; waits for ever */
    bool in_vain;                  /* its patience does not suffice, and that is all right */
} want;

static int worker(void *arg)
{
    const want *w = arg;
    int rc = acquire(w->n, w->patience_ms ? cosy_in(cosy_ms(w->patience_ms)) : COSY_FOREVER);
    if (rc)
        return rc == COSY_ETIMEDOUT && w->in_vain ? COSY_OK : rc;
    rc = w->work_ms ? cosy_sleep(cosy_ms(w->work_ms)) : cosy_yield();
    release(w->n);
    return rc;
}

static int crew_of(const want *wants, size_t count, int32_t permits)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    member crew[6];
    for (size_t i = 0; i < count; i++)
        crew[i] = (member){names[i], worker, (void *)(uintptr_t)&wants[i]};
    fresh(permits, permits);
    return run_crew(crew, count);
}

static int two_at_a_time(void *arg)
{
    static const want wants[] = {{1, 1}, {1, 0}, {1, 2}, {1, 0}, {1, 1}};
    (void)arg;
    return crew_of(wants, 5, 2);
}

/* b holds c and d back, though there would be permits for them; e comes behind them. */
static int large_requests(void *arg)
{
    static const want wants[] = {{2, 2}, {3, 1}, {1, 1}, {1, 0}, {2, 1}};
    (void)arg;
    return crew_of(wants, 5, 3);
}

/* The large request at the head runs out of time. At that moment c gets in, and d after it: not when a is done. */
static int head_gives_up(void *arg)
{
    static const want wants[] = {{2, 9}, {3, 1, 2, true}, {1, 1, 4}, {1, 1, 4}, {2, 1, 20}, {1, 1, 1, true}};
    (void)arg;
    int rc = crew_of(wants, 6, 3);
    return rc ? rc : cosy_sleep(cosy_ms(30)); /* a timer that was forgotten would fire */
}

/* ---- who gives back more than is waited for and wants some again comes after those who were served ---- */

static int comes_again(void *arg)
{
    int32_t n = 2;
    int rc = COSY_OK;
    (void)arg;
    for (; n > 0 && !rc; n--) {
        rc = acquire(n, COSY_FOREVER);
        if (rc)
            return rc;
        rc = cosy_sleep(cosy_ms(1));
        release(n);
    }
    return rc;
}

static int again(void *arg)
{
    static const want one = {1, 2};
    const member crew[] = {{"a", comes_again, NULL}, {"b", worker, (void *)(uintptr_t)&one}, {"c", comes_again, NULL},
                           {"d", worker, (void *)(uintptr_t)&one}};
    (void)arg;
    fresh(2, 2);
    return RUN_CREW(crew);
}

/* ---- one release, and nobody who could make a second one ---- */

static int32_t given;

static int giver(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    cosy_semaphore_release(&semaphore, 3);
    given = 3;
    return rc;
}

static int taker(void *arg)
{
    int32_t n = *(const int32_t *)arg;
    int rc = acquire(n, cosy_in(cosy_ms(5)));
    if (rc == COSY_ETIMEDOUT && semaphore.count >= n) /* they come in order, so it was at the head by then */
        cosy_testing_fail("the permits were there for somebody who waited in vain");
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

/* Three for one, or one for each of three, as the wants in `arg` say. */
static int one_release(void *arg)
{
    int32_t *n = arg;
    const member crew[] = {{"a", taker, &n[0]}, {"b", taker, &n[1]}, {"c", taker, &n[2]}, {"d", taker, &n[3]},
                           {"giver", giver, NULL}};
    fresh(0, 3);
    most = 3;
    given = 0;
    int rc = RUN_CREW(crew);
    int32_t rest = given - held;
    if (rest)
        cosy_semaphore_try(&semaphore, rest); /* it began with none, and shall end so */
    held = 0;
    return rc;
}

static int32_t large_first[] = {3, 1, 1, 1}, small_first[] = {1, 1, 3, 1};

const cosy_scenario semaphore_scenarios[] = {
    {.name = "semaphore: two at a time", .run = two_at_a_time, .verify = all_back},
    {.name = "semaphore: large requests", .run = large_requests, .verify = all_back},
    {.name = "semaphore: the head gives up", .run = head_gives_up, .verify = all_back},
    {.name = "semaphore: given back and wanted again", .run = again, .verify = all_back},
    {.name = "semaphore: one release, large first", .run = one_release, .arg = large_first, .verify = all_back},
    {.name = "semaphore: one release, small first", .run = one_release, .arg = small_first, .verify = all_back},
    {.name = NULL},
};
