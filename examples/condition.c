/* Three lorries wait at a store until there is enough for their load; a mill fills the store bag by bag. Each delivery
 * tells all lorries to look again: which of them it is enough for, only they know. One driver has no patience. With
 * --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_lock lock = COSY_LOCK_INIT("store");
static cosy_condition delivered = COSY_CONDITION_INIT("delivered", &lock);
static int bags; /* in the store; guarded by the lock */

struct lorry {
    const char *name;
    int load;
    cosy_time patience;
};

static bool enough(void *load)
{
    return bags >= *(int *)load;
}

static int fetch(void *arg)
{
    struct lorry *lorry = arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_condition_wait_for(&delivered, enough, &lorry->load, cosy_in(lorry->patience));
    if (rc == COSY_OK) {
        bags -= lorry->load;
        printf("%s leaves with %d, %d are left\n", lorry->name, lorry->load, bags);
    } else {
        printf("%s leaves empty: %s\n", lorry->name, cosy_strerror(rc));
    }
    cosy_lock_release(&lock); /* a wait that failed holds the lock as well */
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int mill(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    for (int i = 0; i < 7 && !rc; i++) {
        rc = cosy_sleep(cosy_ms(100));
        if (!rc)
            rc = cosy_lock_acquire(&lock, COSY_FOREVER);
        if (rc)
            break;
        printf("%d in the store\n", ++bags);
        cosy_condition_notify_all(&delivered);
        rc = cosy_lock_release(&lock);
    }
    return rc;
}

static int run(void *arg)
{
    static struct lorry lorries[] = {{"the long one", 4, COSY_FOREVER}, {"the old one", 3, COSY_FOREVER},
                                     {"the hasty one", 5, 250000000}};
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "store");
    if (rc)
        return rc;
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_spawn_in(&all, NULL, fetch, &lorries[i], NULL);
    if (!rc)
        rc = cosy_spawn_in(&all, NULL, mill, NULL, NULL);
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "condition: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
