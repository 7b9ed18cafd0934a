/* Three tasks share a lock. The lock goes round in the order in which they came for it.
 *
 * Acquiring is a scheduling point here (COSY_LOCK_CHECKPOINT), so all three ask before the first one goes on. A fourth
 * task ends the run after ten seconds. With --virtual the ten seconds take no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_lock lock = COSY_LOCK_INIT_WITH("lock", COSY_LOCK_CHECKPOINT);
static cosy_loop *loop;

struct worker {
    int id;
    uint32_t hold_ms;
};

static int task(void *arg)
{
    const struct worker *me = arg;
    int rc;
    for (;;) {
        printf("Waiting lock in task  %d\n", me->id);
        rc = cosy_lock_acquire(&lock, COSY_FOREVER);
        if (rc)
            return rc; /* cancelled while waiting: the lock is not ours */
        printf("Acquired lock in task  %d\n", me->id);
        rc = cosy_sleep(cosy_ms(me->hold_ms));
        if (rc) {
            cosy_lock_release(&lock); /* cancelled while sleeping: the lock is ours to give back */
            return rc;
        }
        printf("Realeasing lock in task  %d\n", me->id);
        cosy_lock_release(&lock);
    }
}

static int killer(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(10));
    return cosy_loop_stop(loop);
}

int main(int argc, char **argv)
{
    struct worker workers[] = {{1, 500}, {2, 1000}, {3, 1500}};
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    cosy_task *end;
    int rc = cosy_loop_open(&loop, &options);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_loop_spawn(loop, NULL, task, &workers[i], &(cosy_spawn_options){.name = "task"});
    if (!rc)
        rc = cosy_loop_spawn(loop, &end, killer, NULL, &(cosy_spawn_options){.name = "killer"});
    if (!rc)
        rc = cosy_loop_run_until(loop, end, NULL);
    if (!rc)
        rc = cosy_loop_close(loop);
    if (rc)
        fprintf(stderr, "lock: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
