/* One doctor, patients by urgency: the most urgent first, equals in the order they came. Who comes while the doctor is
 * busy may overtake those who wait; the waiting room is joined before the practice closes. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

struct patient {
    const char *name;
    int urgency;
    uint32_t arrives_ms;
};

static bool more_urgent(const void *a, const void *b)
{
    return ((const struct patient *)a)->urgency > ((const struct patient *)b)->urgency;
}

static struct patient chairs[8];
static int64_t numbers[8]; /* keeps equals in order */
static cosy_queue_more urgent_first = COSY_QUEUE_MORE_PRIORITY(more_urgent, numbers);
static cosy_queue waiting_room = COSY_QUEUE_INIT_WITH("waiting room", chairs, &urgent_first);

static int doctor(void *arg)
{
    struct patient patient;
    int rc;
    (void)arg;
    while ((rc = cosy_queue_get(&waiting_room, &patient, COSY_FOREVER)) == COSY_OK) {
        printf("%-5s (urgency %d) comes in, %u wait\n", patient.name, patient.urgency, cosy_queue_count(&waiting_room));
        rc = cosy_sleep(cosy_ms(100));
        if (rc)
            return rc;
        cosy_queue_task_done(&waiting_room);
    }
    printf("doctor: %s\n", cosy_queue_reason(&waiting_room));
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int practice(void *arg)
{
    static const struct patient patients[] = {{"Ann", 1, 0},  {"Bob", 1, 10}, {"Cleo", 3, 10},
                                              {"Dan", 2, 20}, {"Eve", 3, 20}, {"Finn", 9, 250}};
    cosy_task *task;
    int result = 0, rc = cosy_spawn(&task, doctor, NULL, &(cosy_spawn_options){.name = "doctor"});
    (void)arg;
    if (rc)
        return rc;
    cosy_time open = cosy_now();
    for (size_t i = 0; i < sizeof patients / sizeof patients[0] && !rc; i++) {
        rc = cosy_sleep_until(open + cosy_ms(patients[i].arrives_ms));
        if (!rc)
            rc = cosy_queue_put(&waiting_room, &patients[i], COSY_FOREVER);
    }
    if (!rc)
        rc = cosy_queue_join(&waiting_room, COSY_FOREVER); /* until the last one was treated, not only called in */
    cosy_queue_shutdown(&waiting_room, COSY_QUEUE_DRAIN, "everybody was here");
    int failed = cosy_join(task, &result, COSY_FOREVER);
    return rc ? rc : failed ? failed : result;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(practice, NULL, &options);
    if (rc)
        fprintf(stderr, "priority_queue: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
