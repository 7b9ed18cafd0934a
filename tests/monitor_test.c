/* Lock and conditions at work: a bounded buffer under cancels and time-outs. Contract rules 1 (one at a time in the
 * lock), 2 (no notification is lost).
 *
 * Each item, and each place that becomes free, is told to one task only, and that task may be cancelled at any moment.
 * Whenever the lock is free nobody may wait for what is there. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

enum { WORKERS = 8, ITEMS = 250, ROOM = 2 };

static cosy_lock lock;
static cosy_condition not_full, not_empty;
static int filled, put, got, inside, failures, on_the_way, moments, running;

struct worker {
    cosy_scope scope;
    bool produces, nervous;
    int left;
};

static struct worker workers[WORKERS];
static uint32_t dice;

static uint32_t roll(uint32_t sides)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 16) % sides;
}

static void look(void)
{
    const char *wrong = cosy_condition_check(&not_full);
    if (!wrong)
        wrong = cosy_condition_check(&not_empty);
    if (!wrong && !cosy_lock_owner(&lock)) { /* nobody is on the way: who waits was not notified */
        if (filled > 0 && cosy_condition_waiting(&not_empty))
            wrong = "somebody waits for an item, and there is one";
        if (filled < ROOM && cosy_condition_waiting(&not_full))
            wrong = "somebody waits for room, and there is some";
        moments++;
    }
    if (wrong)
        say("%s", wrong);
}

/* The lock is held: nobody else is inside, however long it sleeps. */
static void look_around(void)
{
    if (inside++ || cosy_lock_owner(&lock) != cosy_self())
        say("%s is not alone", ME);
    cosy_sleep(cosy_us(roll(5)));
    inside--;
    look();
}

/* One item in or out. */
static int turn(struct worker *w)
{
    cosy_condition *mine = w->produces ? &not_full : &not_empty;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        return rc;
    look_around();
    while (!rc && filled == (w->produces ? ROOM : 0)) {
        cosy_time deadline = w->nervous && !roll(2) ? cosy_in(cosy_us(roll(50))) : COSY_FOREVER;
        rc = cosy_condition_wait(mine, deadline);
        look_around();
    }
    if (!rc) {
        filled += w->produces ? 1 : -1;
        put += w->produces;
        got += !w->produces;
        rc = cosy_condition_notify(w->produces ? &not_empty : &not_full, 1);
        look_around();
    }
    cosy_lock_release(&lock);
    look();
    return rc;
}

static int work(void *arg)
{
    struct worker *w = arg;
    while (w->left) {
        cosy_scope_open(&w->scope, COSY_FOREVER, 0);
        int rc = turn(w);
        cosy_scope_close(&w->scope);
        if (rc)
            failures++;
        else
            w->left--;
        cosy_sleep(cosy_us(roll(60)));
    }
    running--;
    return 0;
}

/* Notified or out of time, and without the lock, or with the lock and not run: the moments that matter most. */
static bool on_its_way(const struct worker *w)
{
    const cosy_task *task = w->scope.task;
    return task && task->wait.state != COSY_CONSUMED && task->wait.ops->stay;
}

static int chaos(void *arg)
{
    (void)arg;
    while (running) {
        struct worker *w = &workers[roll(WORKERS)];
        bool waits_for_lock = on_its_way(w);
        if (w->nervous && !roll(waits_for_lock ? 2 : 20)) {
            cosy_scope_cancel(&w->scope, NULL);
            on_the_way += waits_for_lock;
        }
        look();
        cosy_sleep(cosy_us(roll(3)));
    }
    return 0;
}

static int monitor(void *seed)
{
    dice = *(uint32_t *)seed;
    cosy_lock_init(&lock, 0, "L");
    cosy_condition_init(&not_full, &lock, "not full");
    cosy_condition_init(&not_empty, &lock, "not empty");
    filled = put = got = inside = failures = on_the_way = moments = 0;
    running = WORKERS;
    cosy_task *t[WORKERS + 1];
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.produces = i & 1, .nervous = i >= WORKERS / 4, .left = ITEMS};
        t[i] = start(work, &workers[i], "w");
    }
    t[WORKERS] = start(chaos, NULL, "chaos");
    for (int i = 0; i <= WORKERS; i++)
        join(t[i]);
    say("%d put, %d got", put, got);
    if (failures < 100 || on_the_way < 30 || moments < 500)
        say("%d failed, %d were cancelled on the way, the lock was free %d times", failures, on_the_way, moments);
    return cosy_condition_destroy(&not_full) || cosy_condition_destroy(&not_empty) || cosy_lock_destroy(&lock);
}

static uint32_t seeds[] = {1, 2, 3, 4};

static const test_row rows[] = {
    {"a bounded buffer under cancels and time-outs: nothing is lost", monitor,
     "1000 put, 1000 got", &seeds[0]},
    {"the same, otherwise", monitor, "1000 put, 1000 got", &seeds[1]},
    {"the same, once more", monitor, "1000 put, 1000 got", &seeds[2]},
    {"the same, and again", monitor, "1000 put, 1000 got", &seeds[3]},
};

int main(void)
{
    return TEST_ROWS("monitor", rows);
}
