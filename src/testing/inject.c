/* Fault injection: the passes over all faults, and what is said of the run that went wrong. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 100000 };

static const char *name_of(const cosy_scenario *scenario)
{
    return scenario->name ? scenario->name : "(unnamed)";
}

/* `transfer: cancel-granted at wait 4, of task "b" for lock "l": money was lost; again with COSY_INJECT="..."` */
static int tell_run(cosy_injection *out, const cosy_scenario *scenario, const char *where)
{
    const char *name = name_of(scenario), *kind = cosy_fault_name(out->kind);
    snprintf(out->text, sizeof out->text, "%s: %s%s%s: %s; again with COSY_INJECT=\"%s %u %s\"", name,
             where[0] ? kind : "without a fault", where[0] ? " at " : "", where, out->wrong, kind, (unsigned)out->at, name);
    return COSY_EBROKEN;
}

/* What no single run would show. */
static int tell_all(cosy_injection *out, const cosy_scenario *scenario, int rc)
{
    snprintf(out->text, sizeof out->text, "%s: %s", name_of(scenario), out->wrong);
    return rc;
}

static int once(const cosy_scenario *scenario, cosy_fault kind, uint32_t at, cosy_prints *p, cosy_injection *out)
{
    cosy_trial r = {.scenario = scenario, .kind = kind, .at = at, .prints = p, .out = out};
    if (getenv("COSY_INJECT_TRACE"))
        fprintf(stderr, "COSY_INJECT=\"%s %u %s\"\n", cosy_fault_name(kind), (unsigned)at, name_of(scenario));
    out->runs++;
    int rc = cosy__trial_run(&r);
    if (rc)
        return rc;
    if (r.faulty) {
        out->faults++;
        out->by_kind[kind]++;
    }
    if (!at || !p) {
        out->waits = r.waits;
        out->allocations = r.allocations;
    }
    if (!out->wrong[0])
        return COSY_OK;
    if (r.unlike)
        return tell_all(out, scenario, COSY_EBROKEN);
    out->kind = r.where[0] ? kind : COSY_FAULTS;
    out->at = r.where[0] ? at : 0;
    return tell_run(out, scenario, r.where);
}

static int untouched(const cosy_scenario *scenario, cosy_prints *p, cosy_injection *out)
{
    return once(scenario, COSY_FAULTS, 0, p, out);
}

/* Every fault of every kind, one to a run. */
static int each_fault(const cosy_scenario *scenario, cosy_prints *p, cosy_injection *out)
{
    uint32_t most = scenario->most_runs ? scenario->most_runs : MOST_RUNS;
    for (cosy_fault kind = COSY_FAULT_CANCEL; kind < COSY_FAULTS; kind++) {
        uint32_t count = kind == COSY_FAULT_ALLOCATION ? out->allocations : out->waits;
        for (uint32_t at = 1; at <= count && !(scenario->without & COSY_WITHOUT(kind)); at++) {
            if (out->runs >= most) {
                snprintf(out->wrong, sizeof out->wrong, "%u runs did not suffice for all faults", (unsigned)most);
                return tell_all(out, scenario, COSY_EOVER);
            }
            int rc = once(scenario, kind, at, p, out);
            if (rc)
                return rc;
        }
    }
    return COSY_OK;
}

/* Is it as good as new after all that, and was there anything to it? */
static int conclude(const cosy_scenario *scenario, cosy_prints *p, cosy_injection *out)
{
    uint32_t waits = out->waits;
    const char *wrong = NULL;
    int rc = untouched(scenario, p, out);
    if (rc)
        return rc;
    if (waits != out->waits)
        wrong = "the run is not the same each time: it ends with another number of waits";
    else if (!out->faults)
        wrong = "no fault was possible: it never waits";
    if (!wrong)
        return COSY_OK;
    snprintf(out->wrong, sizeof out->wrong, "%s", wrong);
    return tell_all(out, scenario, COSY_EBROKEN);
}

static int begin(const cosy_scenario *scenario, cosy_injection *out)
{
    memset(out, 0, sizeof *out);
    out->kind = COSY_FAULTS;
    if (!scenario || !scenario->run)
        return COSY_EINVAL;
    return cosy_self() ? COSY_EBUSY : COSY_OK;
}

int cosy_inject(const cosy_scenario *scenario, cosy_injection *out)
{
    cosy_injection unwanted;
    cosy_prints p = {.recording = true};
    if (!out)
        out = &unwanted;
    int rc = begin(scenario, out);
    if (rc)
        return rc;
    rc = untouched(scenario, &p, out);
    p.recording = false;
    if (!rc)
        rc = each_fault(scenario, &p, out);
    if (!rc)
        rc = conclude(scenario, &p, out);
    free(p.print);
    return rc;
}

int cosy_inject_one(const cosy_scenario *scenario, cosy_fault kind, uint32_t at, cosy_injection *out)
{
    cosy_injection unwanted;
    if (!out)
        out = &unwanted;
    int rc = begin(scenario, out);
    if (rc)
        return rc;
    if (kind >= COSY_FAULTS || !at)
        return untouched(scenario, NULL, out);
    return once(scenario, kind, at, NULL, out);
}
