/* Downloads, a few at a time. How many is decided while they run: two, then four, then one again.
 *
 * Raising the limit lets the next ones start at once. Lowering it stops nobody: new ones wait until enough have finished.
 * The limiter knows who holds its permits. With --virtual it takes no time.
 */
#include <cosy.h>
#include <stdio.h>
#include <string.h>

static cosy_limiter downloads = COSY_LIMITER_INIT("downloads", 2);

static int download(void *arg)
{
    cosy_permit permit = COSY_PERMIT_INIT;
    (void)arg;
    int rc = cosy_limiter_acquire(&downloads, &permit, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(100));
    cosy_limiter_release(&permit); /* done or cancelled, it is ours to give back */
    return rc;
}

static int print_holder(cosy_permit *permit, void *arg)
{
    (void)arg;
    printf(" %s", cosy_task_name(cosy_permit_holder(permit)));
    return 0;
}

static void print_holders(void)
{
    printf("%d of %d:", (int)cosy_limiter_held(&downloads), (int)cosy_limiter_limit(&downloads));
    cosy_limiter_each(&downloads, print_holder, NULL);
    printf(", %u wait\n", (unsigned)cosy_limiter_waiting(&downloads));
}

static int manager(void *arg)
{
    static const struct {
        uint32_t pause_ms;
        int32_t limit;
    } plan[] = {{30, 2}, {100, 4}, {50, 1}, {70, 1}, {80, 1}};
    int rc = COSY_OK;
    (void)arg;
    for (int i = 0; i < 5 && !rc; i++) {
        rc = cosy_sleep(cosy_ms(plan[i].pause_ms));
        cosy_limiter_resize(&downloads, plan[i].limit);
        print_holders();
    }
    return rc;
}

static int run(void *arg)
{
    static const char *const names[] = {"ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"};
    cosy_group all;
    (void)arg;
    int rc = cosy_group_open(&all, "all");
    if (rc)
        return rc;
    for (int i = 0; i < 8 && !rc; i++)
        rc = cosy_spawn_in(&all, NULL, download, NULL, &(cosy_spawn_options){.name = names[i]});
    if (!rc)
        rc = cosy_spawn_in(&all, NULL, manager, NULL, &(cosy_spawn_options){.name = "manager"});
    int failed = cosy_group_join(&all, COSY_FOREVER);
    return rc ? rc : failed;
}

int main(int argc, char **argv)
{
    cosy_options options = {.virtual_time = argc > 1 && !strcmp(argv[1], "--virtual")};
    int rc = cosy_run(run, NULL, &options);
    if (rc)
        fprintf(stderr, "limiter: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
