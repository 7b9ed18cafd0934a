/* Three workers share a bounded queue of jobs. Closing the queue ends them: what is in it is still done, then every get
 * says that it is closed, and the group can be joined. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

struct job {
    int number;
    uint32_t work_ms;
};

static struct job room[4];
static cosy_queue jobs = COSY_QUEUE_INIT("jobs", room);

static int work(void *arg)
{
    int me = *(const int *)arg, done = 0, rc;
    struct job job;
    while ((rc = cosy_queue_get(&jobs, &job, COSY_FOREVER)) == COSY_OK) {
        rc = cosy_sleep(cosy_ms(job.work_ms)); /* the work */
        if (rc)
            return rc;
        printf("worker %d did job %d\n", me, job.number);
        done++;
    }
    printf("worker %d goes home after %d jobs\n", me, done);
    return rc == COSY_ECLOSED ? COSY_OK : rc; /* closed: no job is left */
}

static int run(void *arg)
{
    int ids[] = {1, 2, 3};
    cosy_group workers;
    (void)arg;
    int rc = cosy_group_open(&workers, "workers");
    if (rc)
        return rc;
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_spawn_in(&workers, NULL, work, &ids[i], &(cosy_spawn_options){.name = "worker"});
    for (int i = 0; i < 12 && !rc; i++) {
        struct job job = {i, 100 + 50 * (uint32_t)(i % 3)};
        rc = cosy_queue_put(&jobs, &job, COSY_FOREVER); /* waits while the workers are behind */
    }
    cosy_queue_close(&jobs);
    int failed = cosy_group_join(&workers, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "worker_pool: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
