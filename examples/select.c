/* A router waits for whichever comes first: an item from one of two sensors, the order to stop, or half a second of
 * silence. What it does not take stays where it is. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static int left_room[4], right_room[4];
static cosy_queue left = COSY_QUEUE_INIT("left", left_room), right = COSY_QUEUE_INIT("right", right_room);
static cosy_event stop = COSY_EVENT_INIT("stop");

static int router(void *arg)
{
    unsigned turn = 0; /* neither sensor starves the other */
    int a, b;
    (void)arg;
    for (;;) {
        cosy_arm arms[] = {
            cosy_arm_get(&left, &a),
            cosy_arm_get(&right, &b),
            cosy_arm_event(&stop),
            cosy_arm_until(cosy_in(cosy_ms(500))),
        };
        int which = cosy_select(arms, 4, &turn, COSY_FOREVER);
        switch (which) {
        case 0: printf("left says %d\n", a); break;
        case 1: printf("right says %d\n", b); break;
        case 2: printf("stopped\n"); return COSY_OK;
        case 3: printf("nothing for half a second\n"); break;
        default: return which; /* cancelled */
        }
    }
}

static int sensors(void *arg)
{
    cosy_group tasks;
    (void)arg;
    int rc = cosy_group_open(&tasks, "tasks");
    if (rc)
        return rc;
    rc = cosy_spawn_in(&tasks, NULL, router, NULL, &(cosy_spawn_options){.name = "router"});
    for (int i = 0; i < 3 && !rc; i++) {
        rc = cosy_queue_put(&left, &i, COSY_FOREVER);
        int tenfold = 10 * i;
        if (!rc)
            rc = cosy_queue_put(&right, &tenfold, COSY_FOREVER);
        if (!rc)
            rc = cosy_sleep(cosy_ms(i == 1 ? 700 : 100));
    }
    cosy_event_set(&stop, NULL);
    int failed = cosy_group_join(&tasks, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(sensors, NULL, &options);
    if (rc)
        fprintf(stderr, "select: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
