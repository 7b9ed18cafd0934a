/* A producer puts a random number every two seconds, a consumer prints what it gets.
 *
 * The run ends at 10 s: the fifth number comes at the same moment, but its timer is younger than the killer's.
 */
#include <cosy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int room[16];
static cosy_queue queue = COSY_QUEUE_INIT("queue", room);
static cosy_loop *loop;

static int slow_process(void)
{
    return 1 + rand() % 20;
}

static int producer(void *arg)
{
    (void)arg;
    for (;;) {
        int result = slow_process();
        int rc = cosy_sleep(cosy_s(2));
        if (!rc)
            rc = cosy_queue_put(&queue, &result, COSY_FOREVER);
        if (rc)
            return rc;
    }
}

static int consumer(void *arg)
{
    int result, rc;
    (void)arg;
    while ((rc = cosy_queue_get(&queue, &result, COSY_FOREVER)) == COSY_OK)
        printf("Result was %d\n", result);
    return rc;
}

static int killer(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(10));
    cosy_loop_stop(loop);
    return cosy_loop_close(loop); /* inside a run: done when the run ends */
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_loop_open(&loop, &options);
    setvbuf(stdout, NULL, _IOLBF, 0);
    srand((unsigned)time(NULL));
    if (!rc)
        rc = cosy_loop_spawn(loop, NULL, producer, NULL, &(cosy_spawn_options){.name = "producer"});
    if (!rc)
        rc = cosy_loop_spawn(loop, NULL, consumer, NULL, &(cosy_spawn_options){.name = "consumer"});
    if (!rc)
        rc = cosy_loop_spawn(loop, NULL, killer, NULL, &(cosy_spawn_options){.name = "killer"});
    if (!rc)
        rc = cosy_loop_run(loop);
    if (rc)
        fprintf(stderr, "queue: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
