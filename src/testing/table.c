/* Scenarios by the dozen: a line for each, and the one run that COSY_INJECT names. Knows the runner as any program does. */
#include "../../include/cosy/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A kind by its name, and at the head of its column. */
static const char *const names[COSY_FAULTS + 1] = {"cancel",      "cancel-queued", "cancel-late",  "cancel-granted",
                                                   "cancel-main", "timeout",       "timeout-soon", "allocation", "none"};
static const char *const heads[COSY_FAULTS] = {"cancel", "queued",  "late", "granted",
                                               "main",   "timeout", "soon", "alloc"};
static const int widths[COSY_FAULTS] = {6, 6, 6, 7, 6, 7, 5, 5};

const char *cosy_fault_name(cosy_fault kind)
{
    return names[(unsigned)kind < COSY_FAULTS ? kind : COSY_FAULTS];
}

/* ---- the table ---- */

enum { NAME_WIDTH = 40 };

static void print_head(void)
{
    printf("%-*s %6s %5s ", NAME_WIDTH, "scenario", "runs", "waits");
    for (int i = 0; i < COSY_FAULTS; i++)
        printf(" %*s", widths[i], heads[i]);
    puts("");
}

static void print_line(const cosy_scenario *scenario, const cosy_injection *in, int rc)
{
    printf("%-*.*s %6u %5u ", NAME_WIDTH, NAME_WIDTH, scenario->name, (unsigned)in->runs, (unsigned)in->waits);
    for (int i = 0; i < COSY_FAULTS; i++)
        printf(" %*u", widths[i], (unsigned)in->by_kind[i]);
    printf("  %s\n", rc ? "FAILED" : "ok");
    fflush(stdout);
    if (rc)
        fprintf(stderr, "%s\n", in->text[0] ? in->text : cosy_strerror(rc));
}

/* ---- a single run: "cancel-granted 4 transfer" ---- */

static cosy_fault fault_named(const char *word, size_t length)
{
    int kind = 0;
    while (kind < COSY_FAULTS && (strlen(names[kind]) != length || memcmp(names[kind], word, length)))
        kind++;
    return (cosy_fault)kind;
}

static int inject_named(const cosy_scenario *scenarios, size_t count, const char *words)
{
    cosy_injection in;
    size_t length = strcspn(words, " ");
    cosy_fault kind = fault_named(words, length);
    char *name = NULL;
    unsigned long at = words[length] ? strtoul(words + length, &name, 10) : 0;
    bool known = kind < COSY_FAULTS || !strncmp(words, names[COSY_FAULTS], length);
    if (known && name && name > words + length && *name == ' ')
        for (const cosy_scenario *s = scenarios; s < scenarios + count; s++)
            if (!strcmp(s->name, name + 1)) {
                int rc = cosy_inject_one(s, kind, (uint32_t)at, &in);
                print_head();
                print_line(s, &in, rc);
                return rc ? 1 : 0;
            }
    fprintf(stderr, "COSY_INJECT=\"%s\": expected a fault, a number and the name of a scenario, as in \"cancel 1 %s\"\n",
            words, count ? scenarios->name : "transfer");
    return COSY_EINVAL;
}

int cosy_inject_all(const cosy_scenario *scenarios, size_t count)
{
    cosy_injection in;
    const char *words = getenv("COSY_INJECT");
    int failed = 0;
    if (!scenarios)
        return COSY_EINVAL;
    if (words && *words)
        return inject_named(scenarios, count, words);
    print_head();
    for (size_t i = 0; i < count; i++) {
        int rc = cosy_inject(&scenarios[i], &in);
        print_line(&scenarios[i], &in, rc);
        failed += rc != COSY_OK;
    }
    return failed;
}
