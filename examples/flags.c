/* A program whose parts come up at different speeds. It waits for all of them, says after 250 ms which are missing, and
 * then serves requests: each is taken by one worker. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

enum { DISK = 1, NETWORK = 2, CLOCK = 4, PARTS = DISK | NETWORK | CLOCK, PRINT = 8, SCAN = 16 };
static cosy_flags status = COSY_FLAGS_INIT("status", 0);

struct part {
    const char *name;
    uint32_t flag, ms;
};

static int come_up(void *arg)
{
    const struct part *part = arg;
    int rc = cosy_sleep(cosy_ms(part->ms));
    if (rc)
        return rc;
    printf("%s is up\n", part->name);
    return cosy_flags_set(&status, part->flag);
}

static int work(void *name)
{
    uint32_t request;
    int rc = cosy_flags_wait(&status, PRINT | SCAN, COSY_FLAGS_ANY | COSY_FLAGS_CLEAR, &request, COSY_FOREVER);
    if (rc)
        return rc;
    printf("%s: %s\n", (const char *)name, request & PRINT ? "print" : "scan");
    return cosy_sleep(cosy_ms(50));
}

static int run(void *arg)
{
    struct part parts[] = {{"the disk", DISK, 100}, {"the network", NETWORK, 200}, {"the clock", CLOCK, 300}};
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "all");
    if (rc)
        return rc;
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_spawn_in(&all, NULL, come_up, &parts[i], &(cosy_spawn_options){.name = parts[i].name});
    if (!rc)
        rc = cosy_spawn_in(&all, NULL, work, "anna", &(cosy_spawn_options){.name = "anna"});
    if (!rc)
        rc = cosy_spawn_in(&all, NULL, work, "bert", &(cosy_spawn_options){.name = "bert"});
    if (!rc)
        rc = cosy_flags_wait(&status, PARTS, COSY_FLAGS_ALL, NULL, cosy_in(cosy_ms(250)));
    if (rc == COSY_ETIMEDOUT) {
        printf("still missing:%s%s%s\n", cosy_flags_get(&status) & DISK ? "" : " disk",
               cosy_flags_get(&status) & NETWORK ? "" : " network", cosy_flags_get(&status) & CLOCK ? "" : " clock");
        rc = cosy_flags_wait(&status, PARTS, COSY_FLAGS_ALL, NULL, COSY_FOREVER);
    }
    if (!rc) {
        printf("all is up\n");
        cosy_flags_set(&status, PRINT); /* anna, who waits longer, takes it */
        cosy_flags_set(&status, SCAN);
    }
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "flags: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
