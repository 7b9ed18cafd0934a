/* A lock that is lost leaves all others waiting; one that is given twice lets two tasks in. */
#include "scenarios.h"

static cosy_lock lock, other;
static line queue;
static int inside, entered, left;

static void fresh(unsigned flags)
{
    cosy_lock_init(&lock, flags, "lock");
    cosy_lock_init(&other, flags, "other");
    COSY_TESTING_WATCH(&lock);
    COSY_TESTING_WATCH(&other);
    queue = (line){0};
    inside = entered = left = 0;
}

static const char *nobody_inside(void *arg)
{
    (void)arg;
    return inside || entered != left ? "somebody is inside still" : NULL;
}

static void enter(void)
{
    if (inside++)
        cosy_testing_fail("two tasks hold the lock");
    entered++;
}

static void leave(void)
{
    inside--;
    left++;
    cosy_lock_release(&lock);
}

static int acquire(cosy_time deadline)
{
    bool waits = cosy_lock_owner(&lock) != NULL;
    unsigned number = line_up(&queue);
    return cancel_won(waits, line_left(&queue, number, cosy_lock_acquire(&lock, deadline)));
}

/* ---- in turns, by yields and by time ---- */

static int worker(void *arg)
{
    int rc = COSY_OK;
    for (int round = 0; round < 2 && !rc; round++) {
        rc = acquire(COSY_FOREVER);
        if (rc)
            break;
        enter();
        rc = arg ? cosy_sleep(cosy_ms(1)) : cosy_yield();
        leave();
    }
    return rc;
}

static int take_turns(void *arg)
{
    const member crew[] = {{"a", worker, NULL}, {"b", worker, "sleeps"}, {"c", worker, NULL}, {"d", worker, "sleeps"}};
    (void)arg;
    fresh(0);
    return RUN_CREW(crew);
}

/* ---- deadlines: some run out in any run, others in the middle of the line only by a fault ---- */

static int hurried(void *arg)
{
    int rc = acquire(cosy_in(cosy_ms(*(const uint32_t *)arg)));
    if (rc)
        return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
    enter();
    rc = cosy_sleep(cosy_ms(3));
    leave();
    return rc;
}

static int in_a_hurry(void *arg)
{
    static const uint32_t ms[] = {10, 2, 10, 5, 10};
    const member crew[] = {{"a", hurried, (void *)&ms[0]}, {"b", hurried, (void *)&ms[1]}, {"c", hurried, (void *)&ms[2]},
                           {"d", hurried, (void *)&ms[3]}, {"e", hurried, (void *)&ms[4]}};
    (void)arg;
    fresh(0);
    return RUN_CREW(crew);
}

/* ---- one inside the other ---- */

static int nests(void *arg)
{
    (void)arg;
    int rc = acquire(COSY_FOREVER);
    if (rc)
        return rc;
    enter();
    rc = cosy_lock_acquire(&other, COSY_FOREVER);
    if (!rc) {
        rc = cosy_yield();
        cosy_lock_release(&other);
    }
    leave();
    return rc;
}

static int takes_the_inner(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&other, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(1));
    cosy_lock_release(&other);
    return rc;
}

static int nested(void *arg)
{
    const member crew[] = {{"a", nests, NULL}, {"b", takes_the_inner, NULL}, {"c", nests, NULL}, {"d", nests, NULL}};
    (void)arg;
    fresh(0);
    return RUN_CREW(crew);
}

/* ---- a lock that others release, and that makes each acquire a turn ---- */

static int guarded(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        return rc;
    enter();
    rc = cosy_sleep(cosy_ms(1));
    if (!rc)
        clean_up(1);
    leave();
    return rc;
}

static int owner_less(void *arg)
{
    const member crew[] = {{"a", guarded, NULL}, {"b", guarded, NULL}, {"c", guarded, NULL}};
    (void)arg;
    fresh(COSY_LOCK_OWNERLESS | COSY_LOCK_CHECKPOINT);
    return RUN_CREW(crew);
}

const cosy_scenario lock_scenarios[] = {
    {.name = "lock: four take turns", .run = take_turns, .verify = nobody_inside},
    {.name = "lock: five with deadlines", .run = in_a_hurry, .verify = nobody_inside},
    {.name = "lock: one inside the other", .run = nested, .verify = nobody_inside},
    {.name = "lock: owner-less, with checkpoints", .run = owner_less, .verify = nobody_inside},
    {.name = NULL},
};
