/* Two tasks wait for an event that is set for four seconds out of every six.
 *
 * At 6 s and at 10 s two timers tie; the one that was armed first fires first, so the event is cleared before the tasks
 * look at it, and the run ends before they wake.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_event event = COSY_EVENT_INIT("event");
static cosy_loop *loop;

static int task(void *arg)
{
    int id = *(const int *)arg, rc;
    for (;;) {
        rc = cosy_event_wait(&event, COSY_FOREVER);
        if (rc)
            return rc;
        if (cosy_event_is_set(&event))
            printf("now running in task  %d\n", id);
        else
            printf("waiting for event in task  %d\n", id);
        rc = cosy_sleep(cosy_s(1));
        if (rc)
            return rc;
    }
}

static int set_and_clear(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    while (!rc) {
        cosy_event_clear(&event);
        printf("event cleared\n");
        rc = cosy_sleep(cosy_s(2));
        if (rc)
            break;
        cosy_event_set(&event, NULL);
        printf("event set for a little\n");
        rc = cosy_sleep(cosy_s(4));
    }
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
    int ids[] = {1, 2};
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_loop_open(&loop, &options);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!rc)
        rc = cosy_loop_spawn(loop, NULL, set_and_clear, NULL, &(cosy_spawn_options){.name = "set and clear"});
    for (int i = 0; i < 2 && !rc; i++)
        rc = cosy_loop_spawn(loop, NULL, task, &ids[i], &(cosy_spawn_options){.name = "task"});
    if (!rc)
        rc = cosy_loop_spawn(loop, NULL, killer, NULL, &(cosy_spawn_options){.name = "killer"});
    if (!rc)
        rc = cosy_loop_run(loop); /* forever, that is until stopped; the killer has closed the loop */
    if (rc)
        fprintf(stderr, "event: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
