/* A million tasks asleep at once, each on a guarded stack of its own of 4096 bytes. They wake in the order of their deadlines,
 * and each costs what its stack costs and 64 bytes: measured, as the growth of the resident set.
 */
#define _GNU_SOURCE
#include <cosy.h>
#include <cosy/posix.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 4096, OVERHEAD = 64 };

#if COSY_TSAN
enum { TASKS = 1000, SANITIZED = 1 }; /* ThreadSanitizer has room for some thousand fibers only */
#elif COSY_ASAN
enum { TASKS = 100000, SANITIZED = 1 };
#else
enum { TASKS = 1000000, SANITIZED = 0 };
#endif

#if defined(__OPTIMIZE__)
enum { OPTIMIZED = 1 };
#else
enum { OPTIMIZED = 0 };
#endif

static uint32_t woken, disorder, failed;

/* What is resident, bytes. */
static int64_t resident(void)
{
    char line[128];
    int64_t kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, "VmRSS:", 6))
            kib = strtoll(line + 6, NULL, 10);
    fclose(f);
    return kib * 1024;
}

/* Ranks in an order that looks random: the multiplier has no factor in common with any TASKS above. */
static uint32_t rank_of(uint32_t i)
{
    return (uint32_t)((uint64_t)i * 7919 % TASKS);
}

static int sleeper(void *arg)
{
    uint32_t rank = (uint32_t)(uintptr_t)arg;
    if (cosy_sleep_until(cosy_s(1) + cosy_us(rank)))
        failed++;
    if (rank != woken++)
        disorder++;
    return 0;
}

static int everybody(void *arg)
{
    static const char *const guards[] = {"a guard page each (MADV_GUARD_INSTALL)",
                                         "a guard page each (mprotect), a canary where the kernel allows no more mappings",
                                         "a canary: the kernel allows no more mappings"};
    const cosy_spawn_options options = {.name = "sleeper", .stack_size = STACK};
    (void)arg;
    cosy_guard first = cosy_stacks_guard(cosy_here());
    int64_t before = resident();
    for (uint32_t i = 0; i < TASKS; i++) {
        int rc = cosy_spawn(NULL, sleeper, (void *)(uintptr_t)rank_of(i), &options);
        if (rc) {
            printf("spawn %" PRIu32 ": %s\n", i, cosy_strerror(rc));
            return 1;
        }
    }
    cosy_yield(); /* each runs until it sleeps */
    int64_t each = (resident() - before) / TASKS;
    cosy_guard last = cosy_stacks_guard(cosy_here());
    printf("%d tasks asleep: %" PRId64 " bytes each, of which the stack %d; guard: %s\n", TASKS, each, STACK, guards[last]);
    if (first != last || last != COSY_GUARD_MADVISE)
        printf("this kernel has no MADV_GUARD_INSTALL (Linux 6.13), or refused it\n");
    if (woken) {
        printf("%" PRIu32 " woke before their time\n", woken);
        return 1;
    }
    cosy_sleep_until(cosy_s(3));
    printf("%" PRIu32 " woke, %" PRIu32 " out of order, %" PRIu32 " with an error\n", woken, disorder, failed);
    if (woken != TASKS || disorder || failed)
        return 1;
    if (SANITIZED || !OPTIMIZED) {
        printf("SKIP: memory is not judged in this build\n");
    } else if (each > STACK + OVERHEAD) {
        printf("more than %d bytes each\n", STACK + OVERHEAD);
        return 1;
    }
    return 0;
}

int main(void)
{
    int rc = cosy_run(everybody, NULL, &(cosy_options){.virtual_time = true, .spin_limit = UINT32_MAX});
    if (rc < 0)
        printf("cosy_run: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
