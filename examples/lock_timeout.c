/* Two ways to give up on a lock: a deadline for one call, and a deadline for a block of calls.
 *
 * Both are points in time, made by cosy_in(). Whoever gives up leaves the line, and those behind it move up. With --virtual
 * it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_lock printer = COSY_LOCK_INIT("printer");

static int print_book(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&printer, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_s(5));
    cosy_lock_release(&printer);
    printf("the book is printed\n");
    return rc;
}

/* One call: waits two seconds at most. */
static int impatient(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&printer, cosy_in(cosy_s(2)));
    if (rc == COSY_ETIMEDOUT) {
        printf("impatient: %s\n", cosy_strerror(rc));
        return COSY_OK;
    }
    if (!rc)
        cosy_lock_release(&printer);
    return rc;
}

/* Knows nothing of deadlines. */
static int print_pages(int pages)
{
    int rc = cosy_lock_acquire(&printer, COSY_FOREVER);
    if (rc)
        return rc;
    for (int i = 1; i <= pages && !rc; i++) {
        rc = cosy_sleep(cosy_s(1));
        if (!rc)
            printf("busy: page %d\n", i);
    }
    cosy_lock_release(&printer); /* in time or not, it is ours to give back */
    return rc;
}

/* A block of calls: all of it within eight seconds, the wait for the lock included. */
static int busy(void *arg)
{
    (void)arg;
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_s(8)), 0);
    int rc = print_pages(10);
    if (cosy_scope_close(&scope) == COSY_ETIMEDOUT) {
        printf("busy: no time left\n");
        return COSY_OK;
    }
    return rc;
}

static int run(void *arg)
{
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "all");
    if (rc)
        return rc;
    rc = cosy_spawn_in(&all, NULL, print_book, NULL, &(cosy_spawn_options){.name = "book"});
    if (!rc)
        rc = cosy_spawn_in(&all, NULL, impatient, NULL, &(cosy_spawn_options){.name = "impatient"});
    if (!rc)
        rc = cosy_spawn_in(&all, NULL, busy, NULL, &(cosy_spawn_options){.name = "busy"});
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "lock_timeout: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
