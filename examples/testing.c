/* How a program tests that it survives: whatever is cancelled, late or out of memory, the money stays what it was.
 *
 * The scenario below is run some ninety times in simulated time, each time with one fault in another place.
 */
#include <cosy/testing.h>

/* ---- the program ---- */

struct account {
    cosy_lock lock;
    int balance;
};

static struct account accounts[3];

/* Books in two steps, with a visit to the clearing house in between. If that fails, nothing has happened. */
static int transfer(struct account *from, struct account *to, int amount)
{
    struct account *first = from < to ? from : to, *second = from < to ? to : from; /* in one order: no deadlock */
    int rc = cosy_lock_acquire(&first->lock, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_lock_acquire(&second->lock, COSY_FOREVER);
    if (!rc) {
        from->balance -= amount;
        rc = cosy_sleep(cosy_ms(10)); /* the clearing house */
        if (rc)
            from->balance += amount; /* without this line the test says what is wrong, and when */
        else
            to->balance += amount;
        cosy_lock_release(&second->lock);
    }
    cosy_lock_release(&first->lock);
    return rc;
}

/* ---- the test ---- */

static int customer(void *arg)
{
    int from = *(const int *)arg, rc = COSY_OK;
    for (int to = 0; to < 3 && !rc; to++)
        if (to != from)
            rc = transfer(&accounts[from], &accounts[to], 10);
    return rc;
}

static int three_customers(void *arg)
{
    static int numbers[] = {0, 1, 2};
    cosy_group group;
    (void)arg;
    for (int i = 0; i < 3; i++) { /* each run begins with fresh objects */
        cosy_lock_init(&accounts[i].lock, 0, "account");
        accounts[i].balance = 100;
        COSY_TESTING_WATCH(&accounts[i].lock);
    }
    int rc = cosy_group_open(&group, "customers");
    if (rc)
        return rc;
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_spawn_in(&group, NULL, customer, &numbers[i], &(cosy_spawn_options){.name = "customer"});
    int failed = cosy_group_join(&group, COSY_FOREVER);
    return rc ? rc : failed;
}

static const char *nothing_lost(void *arg)
{
    (void)arg;
    return accounts[0].balance + accounts[1].balance + accounts[2].balance == 300 ? NULL : "money was lost";
}

int main(void)
{
    static const cosy_scenario scenarios[] = {
        {.name = "three customers", .run = three_customers, .verify = nothing_lost},
    };
    return cosy_inject_all(scenarios, 1) ? 1 : 0;
}
