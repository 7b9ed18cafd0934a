/* One arm of a select takes effect and no other, whatever happens between its grant and the task's turn. */
#include "scenarios.h"

static cosy_semaphore permits;
static cosy_event stop;
static int room[2];
static cosy_queue queue;
static int taken, given, got, put;

static void fresh(void)
{
    static cosy_testing_kind sound; /* idle is not asked: what was given is taken */
    sound = cosy_testing_kinds[COSY_KIND_SEMAPHORE];
    sound.idle = NULL;
    cosy_semaphore_init(&permits, 0, 9, "permits");
    cosy_testing_watch(&permits, &sound);
    cosy_event_init(&stop, "stop");
    cosy_queue_init(&queue, room, sizeof room[0], 2, "queue");
    COSY_TESTING_WATCH(&stop);
    COSY_TESTING_WATCH(&queue);
    taken = given = got = put = 0;
}

static const char *accounted(void *arg)
{
    (void)arg;
    if (taken + permits.count != given)
        return "permits are lost, or were made";
    return got + (int)cosy_queue_count(&queue) == put ? NULL : "items are lost, or came twice";
}

/* ---- permits and items for three who take what comes, until they are told to stop; one wants two permits, and holds
 * the others back while it stands before them ---- */

static int32_t one = 1, two = 2;

static int chooser(void *arg)
{
    int32_t n = *(const int32_t *)arg;
    int item, rc = COSY_OK;
    unsigned turn = 0;
    for (;;) {
        cosy_arm arms[] = {cosy_arm_semaphore(&permits, n), cosy_arm_get(&queue, &item), cosy_arm_event(&stop)};
        rc = cosy_select(arms, 3, &turn, cosy_in(cosy_ms(9)));
        if (rc == 0)
            taken += n;
        else if (rc == 1)
            got++;
        else
            return rc == 2 ? COSY_OK : rc;
        rc = cosy_yield();
        if (rc)
            return rc;
    }
}

static void give(void)
{
    given++;
    cosy_semaphore_release(&permits, 1);
    put += !cosy_queue_try_put(&queue, &put);
}

static int giver(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    for (int i = 0; i < 4; i++) {
        if (!rc && i != 3)
            rc = cosy_sleep(cosy_ms(1));
        give();
    }
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    cosy_event_set(&stop, NULL);
    return rc;
}

static int choice(void *arg)
{
    const member crew[] = {{"a", chooser, &two}, {"b", chooser, &one}, {"c", chooser, &one}, {"giver", giver, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

/* ---- whichever of two locks comes first; both may come in one step ---- */

static cosy_lock locks[2];
static int inside[2];

static int visitor(void *arg)
{
    bool until = arg != NULL;
    cosy_arm arms[] = {cosy_arm_lock(&locks[0]), cosy_arm_lock(&locks[1]),
                       until ? cosy_arm_until(cosy_in(cosy_ms(2))) : cosy_arm_off()};
    int which = cosy_select(arms, 3, NULL, COSY_FOREVER);
    if (which < 0 || which == 2)
        return which < 0 ? which : COSY_OK;
    if (inside[which]++)
        cosy_testing_fail("two tasks hold a lock");
    if (cosy_lock_owner(&locks[!which]) == cosy_self())
        cosy_testing_fail("a select has taken two locks");
    int rc = cosy_sleep(cosy_ms(1));
    inside[which]--;
    cosy_lock_release(&locks[which]);
    return rc;
}

static int holder(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2; i++) {
        int rc = cosy_lock_acquire(&locks[i], COSY_FOREVER);
        if (rc) {
            if (i)
                cosy_lock_release(&locks[0]);
            return rc;
        }
    }
    int rc = cosy_sleep(cosy_ms(1));
    cosy_lock_release(&locks[0]);
    cosy_lock_release(&locks[1]);
    return rc;
}

static int two_locks(void *arg)
{
    const member crew[] = {{"holder", holder, NULL}, {"a", visitor, NULL}, {"b", visitor, NULL},
                           {"c", visitor, "until"}, {"d", visitor, NULL}};
    (void)arg;
    for (int i = 0; i < 2; i++) {
        cosy_lock_init(&locks[i], 0, i ? "right" : "left");
        COSY_TESTING_WATCH(&locks[i]);
        inside[i] = 0;
    }
    int rc = RUN_CREW(crew);
    return rc ? rc : cosy_sleep(cosy_ms(20));
}

const cosy_scenario select_scenarios[] = {
    {.name = "select: permits, items and an end", .run = choice, .verify = accounted},
    {.name = "select: two locks", .run = two_locks},
    {.name = NULL},
};
