/* See scenarios.h. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

int run_crew(const member *members, size_t count)
{
    cosy_group crew;
    int rc = cosy_group_open(&crew, "crew");
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&crew);
    for (size_t i = 0; i < count && !rc; i++)
        rc = cosy_spawn_in(&crew, NULL, members[i].fn, members[i].arg, &(cosy_spawn_options){.name = members[i].name});
    if (rc)
        cosy_group_cancel(&crew, "not all could be started");
    int failed = cosy_group_join(&crew, COSY_FOREVER);
    cosy_testing_unwatch(&crew);
    return rc ? rc : failed;
}

unsigned line_up(line *l)
{
    l->waiting[l->next] = cosy_self();
    return l->next++;
}

int line_left(line *l, unsigned number, int rc)
{
    l->waiting[number] = NULL;
    for (unsigned i = 0; i < number && rc >= 0; i++) {
        uint8_t state = l->waiting[i] ? l->waiting[i]->wait.state : (uint8_t)COSY_CONSUMED;
        if (state == COSY_QUEUED || (state == COSY_GRANTED && l->strict)) /* else it has left the line, and not run yet */
            cosy_testing_fail("somebody who came earlier was overtaken");
    }
    return rc;
}

int cancel_won(bool waited, int rc)
{
    if (waited && rc >= 0 && cosy_cancel_reason(NULL))
        cosy_testing_fail("a cancel that came before the task went on has not ended its wait");
    return rc;
}

void clean_up(uint32_t ms)
{
    cosy_scope shield;
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_sleep(cosy_ms(ms));
    cosy_scope_close(&shield);
}

/* Those with `part` in their names. */
static size_t choose(cosy_scenario *chosen, size_t room, const char *part, bool with)
{
#define LIST(file) file##_scenarios,
    static const cosy_scenario *const files[] = {SCENARIO_FILES(LIST)};
    size_t count = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (const cosy_scenario *s = files[i]; s->name && count < room; s++)
            if ((strstr(s->name, part) != NULL) == with)
                chosen[count++] = *s;
    return count;
}

int run_scenarios(const char *part)
{
    static cosy_scenario chosen[256];
    size_t count = choose(chosen, 256, part, true);
    if (!count)
        fprintf(stderr, "no scenario has \"%s\" in its name\n", part);
    return count ? cosy_inject_all(chosen, count) : 1;
}

bool scenarios_pass(const char *part)
{
    static cosy_scenario chosen[256];
    size_t count = choose(chosen, 256, part, true);
    count += choose(chosen + count, 256 - count, part, false);
    for (size_t i = 0; i < count; i++) {
        cosy_injection found;
        if (cosy_inject(&chosen[i], &found)) {
            fprintf(stderr, "%s\n", found.text);
            return false;
        }
    }
    return true;
}

int count_scenarios(long *cases, long *faults)
{
    static cosy_scenario chosen[256];
    size_t count = choose(chosen, 256, "", true);
    int failed = 0;
    *cases = (long)count;
    *faults = 0;
    for (size_t i = 0; i < count; i++) {
        cosy_injection found;
        failed += cosy_inject(&chosen[i], &found) != COSY_OK;
        *faults += (long)found.faults;
    }
    return failed;
}
