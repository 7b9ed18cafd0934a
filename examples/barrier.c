/* Three tasks count to five at different speeds and meet at a barrier after each number. */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

/* Run by the last arriver, before anyone goes on. */
static int callback(void *text)
{
    printf("%s\n", (const char *)text);
    return 0;
}

static cosy_barrier barrier = COSY_BARRIER_INIT("barrier", 3, callback, "Synch");

static int report(void *arg)
{
    uint32_t pause_ms = *(const uint32_t *)arg;
    for (int i = 0; i < 5; i++) {
        int rc = cosy_sleep(cosy_ms(pause_ms));
        if (rc)
            return rc;
        printf("%d ", i);
        fflush(stdout);
        rc = cosy_barrier_wait(&barrier, COSY_FOREVER);
        if (rc < 0)
            return rc;
    }
    return COSY_OK;
}

static int killer(void *arg)
{
    (void)arg;
    return cosy_sleep(cosy_s(18));
}

int main(int argc, char **argv)
{
    uint32_t pauses[] = {500, 1000, 1500};
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    cosy_loop *loop;
    cosy_task *end;
    int rc = cosy_loop_open(&loop, &options);
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_loop_spawn(loop, NULL, report, &pauses[i], &(cosy_spawn_options){.name = "report"});
    if (!rc)
        rc = cosy_loop_spawn(loop, &end, killer, NULL, &(cosy_spawn_options){.name = "killer"});
    if (!rc)
        rc = cosy_loop_run_until(loop, end, NULL);
    if (!rc)
        rc = cosy_loop_close(loop);
    if (rc)
        fprintf(stderr, "barrier: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
