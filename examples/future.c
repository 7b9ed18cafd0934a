/* A report is fetched once and read by many, each of whom waits as long as it likes: the future holds it for those who come
 * early and for those who come late. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_future report = COSY_FUTURE_INIT("report");

struct reader {
    const char *name;
    uint32_t comes_ms, patience_ms;
};

static int fetch(void *arg)
{
    static char text[] = "sunny, 21 degrees";
    (void)arg;
    cosy_future_promise(&report, NULL); /* for reports: who waits for the report waits for this task */
    int rc = cosy_sleep(cosy_ms(300));
    if (rc)
        cosy_future_fail(&report, rc); /* those who wait must not wait for ever */
    else
        cosy_future_set(&report, text);
    return rc;
}

static int read_it(void *arg)
{
    const struct reader *me = arg;
    void *text;
    int rc = cosy_sleep(cosy_ms(me->comes_ms));
    if (rc)
        return rc;
    rc = cosy_future_wait(&report, &text, cosy_in(cosy_ms(me->patience_ms)));
    if (rc)
        printf("%s: %s\n", me->name, cosy_strerror(rc));
    else
        printf("%s: %s\n", me->name, (const char *)text);
    return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
}

static int run(void *arg)
{
    struct reader readers[] = {{"early", 0, 1000}, {"impatient", 50, 100}, {"late", 400, 0}};
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "all");
    if (rc)
        return rc;
    rc = cosy_spawn_in(&all, NULL, fetch, NULL, &(cosy_spawn_options){.name = "fetch"});
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_spawn_in(&all, NULL, read_it, &readers[i], &(cosy_spawn_options){.name = readers[i].name});
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "future: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
