/* A price list: many customers read it at the same time, one clerk changes it.
 *
 * A reader takes its time (it waits while it holds the lock), so it must not see half a change. The clerk comes third and
 * waits for the two who read; who comes after it waits behind it, and sees the new prices. Then the clerk reads on, as one
 * of many, to check what it wrote. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_rwlock list = COSY_RWLOCK_INIT("price list");
static int tea = 3, cake = 4;

static int customer(void *arg)
{
    int rc = cosy_rwlock_read(&list, COSY_FOREVER);
    if (rc)
        return rc;
    int tea_seen = tea;
    rc = cosy_sleep(cosy_ms(100)); /* thinks it over; the prices stay */
    if (!rc)
        printf("%s: tea %d and cake %d\n", (const char *)arg, tea_seen, cake);
    cosy_rwlock_read_release(&list);
    return rc;
}

static int clerk(void *arg)
{
    (void)arg;
    int rc = cosy_rwlock_write(&list, cosy_in(cosy_s(1)));
    if (rc)
        return rc;
    tea = 5;
    rc = cosy_sleep(cosy_ms(100)); /* has to look up the other one */
    cake = 6;
    printf("clerk: new prices\n");
    cosy_rwlock_downgrade(&list); /* no other writer comes in between; customers may look now */
    if (!rc)
        rc = cosy_sleep(cosy_ms(50));
    printf("clerk: tea %d and cake %d, checked while %d read\n", tea, cake, (int)cosy_rwlock_readers(&list));
    cosy_rwlock_read_release(&list);
    return rc;
}

static int shop(void *arg)
{
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "shop");
    if (rc)
        return rc;
    static const char *const names[] = {"ann", "bob", NULL, "cid", "dot"};
    for (int i = 0; i < 5 && !rc; i++)
        rc = cosy_spawn_in(&all, NULL, names[i] ? customer : clerk, (void *)names[i], NULL);
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(shop, NULL, &options);
    if (rc)
        fprintf(stderr, "rwlock: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
