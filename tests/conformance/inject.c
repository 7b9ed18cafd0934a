/* Rows with faults: the way from a row to cosy/testing.h. */
#include "conformance.h"

#ifdef CONFORMANCE_INJECT

#include <stdio.h>

int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name)
{
    /* A task that fails early may leave others that wait for it: the row's group ends them. */
    cosy_scenario s = {.name = name, .run = scenario, .arg = arg, .allow = COSY_ALLOW_DEADLOCK};
    cosy_injection found = {0};
    int rc = cosy_inject(&s, &found);
    (void)row;
    if (rc == COSY_ENOSYS)
        return -1;
    if (rc && !found.waits && !found.allocations) /* nothing can go wrong where nobody waits */
        rc = cosy_inject_one(&s, COSY_FAULTS, 0, &found);
    if (rc)
        fprintf(stderr, "%s, %s %u: %s\n", name, cosy_fault_name(found.kind), (unsigned)found.at,
                found.wrong[0] ? found.wrong : cosy_strerror(rc));
    return rc != COSY_OK;
}

#else

int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name)
{
    (void)row, (void)scenario, (void)arg, (void)name;
    return -1;
}

#endif
