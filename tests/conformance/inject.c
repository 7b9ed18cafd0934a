/* Rows with faults: the way from a row to cosy/testing.h. */
#include "conformance.h"

#ifdef CONFORMANCE_INJECT

#include <stdio.h>

int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name)
{
    /* A task that fails early may leave others that wait for it: the row's group ends them. */
    cosy_scenario s = {.name = name, .run = scenario, .arg = arg, .allow = COSY_ALLOW_DEADLOCK};
    cosy_injection found = {0};
    (void)row;
    int rc = cosy_inject(&s, &found);
    if (rc == COSY_ENOSYS)
        return -1;
    if (rc && !found.wrong[0] && !found.faults && !found.waits)
        return 0; /* it never waits: there is nothing to go wrong */
    if (rc)
        fprintf(stderr, "%s: %s\n", name, found.text[0] ? found.text : cosy_strerror(rc));
    return rc != COSY_OK;
}

#else

int inject_row(const conformance_row *row, cosy_fn scenario, void *arg, const char *name)
{
    (void)row, (void)scenario, (void)arg, (void)name;
    return -1;
}

#endif
