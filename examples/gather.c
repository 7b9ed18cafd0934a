/* Structured tasks: a server that says when it is ready, three mirrors of which the fastest counts, and a limit of one
 * second around it all. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

struct mirror {
    const char *name;
    uint32_t ms;
    int broken;
};

static int fetch(void *arg)
{
    const struct mirror *m = arg;
    int rc = cosy_sleep(cosy_ms(m->ms));
    if (rc) {
        printf("%s: given up, %s (%s)\n", m->name, cosy_cancel_reason(NULL), cosy_cancel_source(NULL));
        return rc;
    }
    printf("%s: %s\n", m->name, m->broken ? "broken" : "done");
    return m->broken ? COSY_ECLOSED : COSY_OK;
}

static int server(void *arg)
{
    static int port = 8080;
    (void)arg;
    int rc = cosy_sleep(cosy_ms(50)); /* getting ready */
    if (!rc)
        rc = cosy_started(&port);
    if (!rc)
        rc = cosy_sleep(COSY_FOREVER); /* until it is cancelled */
    return rc;
}

static int fastest_mirror(void)
{
    struct mirror mirrors[] = {{"north", 300, 0}, {"south", 100, 1}, {"east", 200, 0}};
    cosy_work work[3];
    for (int i = 0; i < 3; i++)
        work[i] = (cosy_work){.fn = fetch, .arg = &mirrors[i], .name = mirrors[i].name};
    int which = cosy_any(work, 3, COSY_FOREVER);
    if (which >= 0)
        printf("the answer of %s counts\n", mirrors[which].name);
    return which < 0 ? which : COSY_OK;
}

static int session(void *arg)
{
    cosy_group group;
    cosy_scope limit;
    int *port;
    (void)arg;
    cosy_scope_open(&limit, cosy_in(cosy_s(1)), 0); /* for all that follows */
    int rc = cosy_group_open(&group, "session");
    if (!rc) {
        rc = cosy_start_in(&group, NULL, server, NULL, &(cosy_spawn_options){.name = "server"}, (void **)&port, COSY_FOREVER);
        if (!rc) {
            printf("the server is ready, port %d\n", *port);
            rc = fastest_mirror();
        }
        cosy_group_cancel(&group, "the session is over");
        int failed = cosy_group_join(&group, COSY_FOREVER);
        rc = rc ? rc : failed;
    }
    if (cosy_scope_close(&limit) == COSY_ETIMEDOUT)
        printf("that took too long\n");
    return rc;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(session, NULL, &options);
    if (rc)
        fprintf(stderr, "gather: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
