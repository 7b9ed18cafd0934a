/* Each receiver gets every item, in order, or is told how many it has missed. */
#include "scenarios.h"

enum { ITEMS = 9 };

static int room[3];
static cosy_broadcast channel;

/* Sends in bursts that the ring can hold, and one that it cannot; closes whatever becomes of it. */
static int sender(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    for (int i = 0; i < ITEMS && !rc; i++) {
        cosy_broadcast_send(&channel, &i);
        if (i == 0 || i == 2)
            rc = cosy_sleep(cosy_ms(1));
    }
    cosy_broadcast_close(&channel);
    return rc;
}

/* Two tasks that listen with one receiver, one after the other: together they get all there is. */
typedef struct ear {
    cosy_receiver receiver;
    int next;
} ear;

static int listener(void *arg)
{
    ear *e = arg;
    uint32_t missed = 0;
    int item, rc;
    while ((rc = cosy_broadcast_receive(&e->receiver, &item, &missed, cosy_in(cosy_ms(9)))) == COSY_OK) {
        if (item != e->next + (int)missed)
            cosy_testing_fail("an item is missing, or came twice, and nobody told");
        e->next = item + 1;
        rc = cosy_yield();
        if (rc)
            return rc;
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int listens(void *arg)
{
    ear e = {.next = 0};
    const member first[] = {{"first", listener, &e}}, second[] = {{"second", listener, &e}};
    (void)arg;
    cosy_broadcast_join(&e.receiver, &channel);
    int rc = run_crew(first, 1);
    int failed = run_crew(second, 1);
    if (!rc && !failed && e.next + (int)cosy_broadcast_behind(&e.receiver) != (int)channel.next)
        cosy_testing_fail("a receiver is not where it should be");
    cosy_broadcast_leave(&e.receiver);
    return rc ? rc : failed;
}

static int news(void *arg)
{
    const member crew[] = {{"p", listens, NULL}, {"q", listens, NULL}, {"sender", sender, NULL}};
    (void)arg;
    cosy_broadcast_init(&channel, room, sizeof room[0], 3, "channel");
    COSY_TESTING_WATCH(&channel);
    return RUN_CREW(crew);
}

const cosy_scenario broadcast_scenarios[] = {
    {.name = "broadcast: two listen in turns", .run = news},
    {.name = NULL},
};
