/* Lock: contract rules 1 (FIFO hand-off), 2 (nothing granted is lost), 3 (deadlines), 4 (fairness), 7 (misuse). */
#include "support/test.h"

static cosy_lock lock;

static void fresh(void)
{
    cosy_lock_init(&lock, 0, "L");
}

static int holder(void *name)
{
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    say("%s %s", (const char *)name, code_name(rc));
    if (rc == COSY_OK) {
        rc = cosy_sleep(cosy_ms(10));
        cosy_lock_release(&lock);
    }
    return rc;
}

static int fifo(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(holder, "a", "a"), *b = start(holder, "b", "b"), *c = start(holder, "c", "c");
    join(a);
    join(b);
    join(c);
    say("at %d", at_ms());
    return cosy_lock_destroy(&lock);
}

/* The owner is the next task from the release on; a try by somebody else does not overtake it. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh();
    cosy_lock_acquire(&lock, COSY_FOREVER);
    cosy_task *a = start(holder, "a", "a");
    settle(1);
    cosy_lock_release(&lock);
    say("owner %s, try %s", cosy_task_name(cosy_lock_owner(&lock)), code_name(cosy_lock_acquire(&lock, COSY_NOW)));
    return join(a);
}

static const test_row rows[] = {
    {"release hands over in order of arrival", fifo, "a OK; b OK; c OK; at 30"},
    {"nobody overtakes a waiter that was granted and has not run", no_overtaking, "owner a, try EAGAIN; a OK"},
};

int main(void)
{
    return TEST_ROWS("lock", rows);
}
