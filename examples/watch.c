/* A thermostat: settings change now and then, and whoever heats by them watches. The quick one sees every change, the
 * slow one skips what is outdated when it looks; both see the last. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

struct settings {
    int degrees;
    const char *why;
};

static struct settings settings = {18, "night"};
static cosy_watch thermostat = COSY_WATCH_INIT("thermostat", settings);

struct heater {
    const char *name;
    uint32_t ms; /* to adjust itself */
};

static int heat(void *arg)
{
    const struct heater *me = arg;
    cosy_watcher watcher;
    struct settings now;
    int rc = cosy_watch_open(&watcher, &thermostat); /* from here on nothing is missed */
    cosy_watch_get(&thermostat, &now);
    while (!rc) {
        printf("%s: %d degrees (%s)\n", me->name, now.degrees, now.why);
        rc = cosy_sleep(cosy_ms(me->ms));
        if (!rc)
            rc = cosy_watch_next(&watcher, &now, COSY_FOREVER);
    }
    return rc == COSY_ECLOSED ? COSY_OK : rc;
}

static int run(void *arg)
{
    struct heater heaters[] = {{"hall", 10}, {"kitchen", 250}};
    struct settings day[] = {{20, "morning"}, {21, "breakfast"}, {16, "nobody is home"}, {22, "evening"}};
    cosy_group house;
    (void)arg;
    int rc = cosy_group_open(&house, "house");
    if (rc)
        return rc;
    for (int i = 0; i < 2 && !rc; i++)
        rc = cosy_spawn_in(&house, NULL, heat, &heaters[i], &(cosy_spawn_options){.name = heaters[i].name});
    for (int i = 0; i < 4 && !rc; i++) {
        rc = cosy_sleep(cosy_ms(100));
        cosy_watch_set(&thermostat, &day[i]);
    }
    cosy_watch_close(&thermostat); /* the evening is still seen by both */
    int failed = cosy_group_join(&house, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "watch: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
