/* A ticker that waits for nobody. One listener keeps up and gets every price; the other is slow, goes on at the oldest
 * price that is kept, and is told how many it has missed. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static int room[3];
static cosy_broadcast ticker = COSY_BROADCAST_INIT("ticker", room);

struct listener {
    const char *name;
    uint32_t ms; /* to think about a price */
    cosy_receiver receiver;
};

static int listen_to_it(void *arg)
{
    struct listener *me = arg;
    uint32_t missed;
    int price, rc;
    while ((rc = cosy_broadcast_receive(&me->receiver, &price, &missed, COSY_FOREVER)) == COSY_OK) {
        if (missed)
            printf("%s: missed %u\n", me->name, (unsigned)missed);
        printf("%s: %d\n", me->name, price);
        rc = cosy_sleep(cosy_ms(me->ms));
        if (rc)
            break;
    }
    cosy_broadcast_leave(&me->receiver);
    return rc == COSY_ECLOSED ? COSY_OK : rc; /* closed: it has got the last price */
}

static int run(void *arg)
{
    struct listener listeners[] = {{.name = "quick", .ms = 10}, {.name = "slow", .ms = 270}};
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "listeners");
    if (rc)
        return rc;
    for (int i = 0; i < 2 && !rc; i++) {
        cosy_broadcast_join(&listeners[i].receiver, &ticker); /* gets what is sent from now on */
        rc = cosy_spawn_in(&all, NULL, listen_to_it, &listeners[i], &(cosy_spawn_options){.name = listeners[i].name});
    }
    for (int price = 100; price < 108 && !rc; price++) {
        rc = cosy_sleep(cosy_ms(50));
        cosy_broadcast_send(&ticker, &price);
    }
    cosy_broadcast_close(&ticker);
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "broadcast: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
