/* However a wait ends, the lock is held; and no notification is lost, whoever is cancelled after it was notified. */
#include "scenarios.h"

static cosy_lock lock;
static cosy_condition changed;
static int stock, made, used;
static bool open;

static void fresh(void)
{
    cosy_lock_init(&lock, 0, "lock");
    cosy_condition_init(&changed, &lock, "changed");
    COSY_TESTING_WATCH(&lock);
    COSY_TESTING_WATCH(&changed);
    stock = made = used = 0;
    open = false;
}

static int wait(cosy_time deadline)
{
    int rc = cosy_condition_wait(&changed, deadline);
    if (cosy_lock_owner(&lock) != cosy_self())
        cosy_testing_fail("a wait came back without the lock");
    return rc;
}

static const char *balanced(void *arg)
{
    (void)arg;
    return made - used == stock ? NULL : "the stock is not what it should be";
}

/* ---- one notification for each thing that is made, and nobody waits beside something that is there ---- */

static int user(void *arg)
{
    cosy_time deadline = cosy_in(cosy_ms(5));
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        return rc;
    while (!stock && !rc)
        rc = wait(deadline);
    if (!rc) {
        stock--;
        used++;
        rc = arg ? cosy_sleep(cosy_ms(1)) : cosy_yield(); /* others stand in line for the lock meanwhile */
    } else if (rc == COSY_ETIMEDOUT && stock && !cosy_lock_owner(&lock)) {
        cosy_testing_fail("somebody waited in vain");
    } else if (rc == COSY_ETIMEDOUT) {
        rc = COSY_OK;
    }
    cosy_lock_release(&lock);
    return rc;
}

static int maker(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    for (int i = 0; i < 2 && !rc; i++) {
        rc = cosy_sleep(cosy_ms(1));
        if (!rc)
            rc = cosy_lock_acquire(&lock, COSY_FOREVER);
        if (rc)
            return rc;
        stock++;
        made++;
        cosy_condition_notify(&changed, 1);
        rc = cosy_yield();
        cosy_lock_release(&lock);
    }
    return rc;
}

static int things(void *arg)
{
    const member crew[] = {{"a", user, NULL}, {"b", user, "sleeps"}, {"c", user, NULL}, {"maker", maker, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- two things at once for three who wait for ever: the third is for whom the makers' last word is ---- */

static bool is_open(void *arg)
{
    (void)arg;
    return open || stock > 0;
}

static int patient(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_condition_wait_for(&changed, is_open, NULL, COSY_FOREVER);
    if (cosy_lock_owner(&lock) != cosy_self())
        cosy_testing_fail("a wait came back without the lock");
    if (!rc && stock) {
        stock--;
        used++;
    }
    cosy_lock_release(&lock);
    return rc;
}

/* What it says comes in any case, since they wait for ever: behind a shield. */
static int opener(void *arg)
{
    cosy_scope shield;
    int rc = cosy_sleep(cosy_ms(1));
    (void)arg;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    stock += 2;
    made += 2;
    cosy_condition_notify(&changed, 2);
    cosy_lock_release(&lock);
    cosy_sleep(cosy_ms(1));
    if (stock && cosy_condition_waiting(&changed))
        cosy_testing_fail("a notification was lost");
    cosy_lock_acquire(&lock, COSY_FOREVER);
    open = true;
    cosy_condition_notify_all(&changed);
    cosy_lock_release(&lock);
    cosy_scope_close(&shield);
    return rc;
}

static int opening(void *arg)
{
    const member crew[] = {{"a", patient, NULL}, {"b", patient, NULL}, {"c", patient, NULL}, {"opener", opener, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

const cosy_scenario condition_scenarios[] = {
    {.name = "condition: one notification each", .run = things, .verify = balanced},
    {.name = "condition: two, and then all", .run = opening, .verify = balanced},
    {.name = NULL},
};
