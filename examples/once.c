/* Three requests need a connection, which is opened by the first that does. The first attempt fails: that request gives up,
 * and the next one that waits tries again. Who comes later finds it open. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

struct connection {
    int number;
};

static cosy_once opened = COSY_ONCE_INIT("connection");
static struct connection connection;
static int attempts;

/* Runs in the task whose turn it is, and may wait. A negative result means: not opened. */
static int open_connection(void *arg)
{
    struct connection *c = arg;
    int nth = ++attempts;
    int rc = cosy_sleep(cosy_ms(100));
    if (rc)
        return rc;
    printf("attempt %d: %s\n", nth, nth == 1 ? "refused" : "open");
    if (nth == 1)
        return COSY_ECLOSED;
    c->number = 7;
    return COSY_OK;
}

static int request(void *arg)
{
    const char *what = arg;
    int rc = cosy_once_run(&opened, open_connection, &connection, cosy_in(cosy_s(1)));
    if (rc) {
        printf("%s: %s\n", what, cosy_strerror(rc));
        return rc == COSY_ECLOSED ? COSY_OK : rc;
    }
    printf("%s: over connection %d\n", what, connection.number);
    return COSY_OK;
}

static int run(void *arg)
{
    const char *requests[] = {"cat", "dog", "cow"};
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "requests");
    if (rc)
        return rc;
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_spawn_in(&all, NULL, request, (void *)(uintptr_t)requests[i], NULL);
    int failed = cosy_group_join(&all, COSY_FOREVER);
    if (!rc && !failed)
        failed = request("late");
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "once: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
