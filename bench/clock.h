/* Clocks, memory and the one line of output that every driver prints. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline int64_t bench_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds of the processor that this process has used. */
static inline int64_t bench_cpu(void)
{
    return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static inline int64_t bench_wall(void)
{
    return bench_clock(CLOCK_MONOTONIC);
}

/* A line of /proc/self/status in bytes: "VmRSS" resident memory, "VmPTE" page tables. */
static inline int64_t bench_memory(const char *field)
{
    char line[256];
    int64_t bytes = 0;
    FILE *status = fopen("/proc/self/status", "r");
    if (!status)
        return 0;
    while (fgets(line, sizeof line, status))
        if (strncmp(line, field, strlen(field)) == 0)
            bytes = strtol(line + strlen(field) + 1, NULL, 10) * 1024;
    fclose(status);
    return bytes;
}

static inline void bench_print(const char *library, const char *op, double value)
{
    printf("%s,%s,%.3f\n", library, op, value);
    fflush(stdout);
}

#endif
