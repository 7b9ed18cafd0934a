/* Rows with faults: the way from a row to cosy/testing.h. */
#include "conformance.h"

#ifdef CONFORMANCE_INJECT

#include <stdio.h>

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

bool can_inject(void)
{
    cosy_scenario s = {.name = "nothing", .run = nothing};
    return cosy_inject_one(&s, COSY_FAULTS, 0, NULL) != COSY_ENOSYS;
}

/* A task that fails early may leave others that wait for it: the row's group ends them, or the loop does. */
int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name, long *faults)
{
    cosy_scenario s = {.name = name,
                       .run = scenario,
                       .arg = arg,
                       .allow = COSY_ALLOW_DEADLOCK | (row->misuse ? COSY_ALLOW_MISUSE : 0u)};
    cosy_injection found = {0};
    int rc = cosy_inject(&s, &found);
    if (rc && !found.waits && !found.allocations) /* nothing can go wrong where nobody waits */
        rc = cosy_inject_one(&s, COSY_FAULTS, 0, &found);
    *faults += found.faults;
    if (rc)
        fprintf(stderr, "%s, %s %u: %s\n", name, cosy_fault_name(found.kind), (unsigned)found.at,
                found.wrong[0] ? found.wrong : cosy_strerror(rc));
    return rc != COSY_OK;
}

#else

bool can_inject(void)
{
    return false;
}

int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name, long *faults)
{
    (void)row, (void)scenario, (void)arg, (void)name, (void)faults;
    return 0;
}

#endif
