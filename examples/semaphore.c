/* Three workers share two permits. Who waits gets the next one, in order.
 *
 * At 3 s two timers are due at once: they are delivered one at a time, so worker 3 acquires what worker 1 releases before
 * worker 2 releases.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_semaphore semaphore = COSY_SEMAPHORE_INIT("semaphore", 2);
static cosy_loop *loop;

struct worker {
    int id;
    uint32_t pause_s;
};

static int work(void *arg)
{
    const struct worker *me = arg;
    for (;;) {
        int rc = cosy_semaphore_acquire(&semaphore, 1, COSY_FOREVER);
        if (rc)
            return rc;
        printf("Successfully acquired the semaphore %d\n", me->id);
        rc = cosy_sleep(cosy_s(3));
        if (!rc)
            printf("Releasing Semaphore %d\n", me->id);
        cosy_semaphore_release(&semaphore, 1); /* slept or cancelled, the permit is ours to give back */
        if (!rc)
            rc = cosy_sleep(cosy_s(me->pause_s));
        if (rc)
            return rc;
    }
}

static int killer(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(15));
    cosy_loop_stop(loop);
    return cosy_loop_close(loop); /* inside a run: done when the run ends */
}

int main(int argc, char **argv)
{
    struct worker workers[] = {{1, 2}, {2, 3}, {3, 1}};
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_loop_open(&loop, &options);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_loop_spawn(loop, NULL, work, &workers[i], &(cosy_spawn_options){.name = "worker"});
    if (!rc)
        rc = cosy_loop_spawn(loop, NULL, killer, NULL, &(cosy_spawn_options){.name = "killer"});
    if (!rc)
        rc = cosy_loop_run(loop);
    if (rc)
        fprintf(stderr, "semaphore: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
