/* tests/scenarios/scenarios.h - programs in small that must survive any single fault (include/cosy/testing.h).
 *
 * A file per kind of object. Each ends with its scenarios, a line with nothing in it last:
 *
 *     const cosy_scenario lock_scenarios[] = {
 *         {.name = "lock: three take turns", .run = take_turns, .verify = nobody_inside},
 *         {.name = NULL},
 *     };
 *
 * To add a file: its name here and in tests/CMakeLists.txt. Linked by inject_test and by the program of checks/defects.
 */
#ifndef COSY_SCENARIOS_H
#define COSY_SCENARIOS_H

#include <cosy/testing.h>

#define SCENARIO_FILES(FILE) \
    FILE(lock)               \
    FILE(rwlock)             \
    FILE(event)              \
    FILE(flags)              \
    FILE(semaphore)          \
    FILE(limiter)            \
    FILE(barrier)            \
    FILE(condition)          \
    FILE(waitgroup)          \
    FILE(once)               \
    FILE(future)             \
    FILE(queue)              \
    FILE(queue_more)         \
    FILE(chain)              \
    FILE(watch)              \
    FILE(broadcast)          \
    FILE(task)               \
    FILE(gather)             \
    FILE(group)              \
    FILE(scope)              \
    FILE(select)             \
    FILE(stackless)

#define SCENARIOS_DECLARE(file) extern const cosy_scenario file##_scenarios[];
SCENARIO_FILES(SCENARIOS_DECLARE)

/* Runs the scenarios whose names contain `part` ("" is in all) and prints the table. Gives how many failed. */
int run_scenarios(const char *part);

/* Runs all of them, those with `part` first, until one fails, which is told on stderr. */
bool scenarios_pass(const char *part);

/* Runs all of them and says nothing: how many they are, and how many faults there were. Gives how many failed. */
int count_scenarios(long *cases, long *faults);

/* ---- what scenarios are made of ---- */

typedef struct member {
    const char *name;
    cosy_fn fn;
    void *arg;
} member;

/* Starts them in a group and joins it; gives the first failure. Who could not be started takes the others with him. */
int run_crew(const member *members, size_t count);
#define RUN_CREW(members) run_crew(members, sizeof(members) / sizeof((members)[0]))

/* First come, first served: who waits, by the number that it drew when it came. For up to 32 arrivals. */
typedef struct line {
    const cosy_task *waiting[32];
    unsigned next;
    bool strict; /* nor is anybody overtaken who was granted and has not run */
} line;

/* Before the call that waits: draws a number. */
unsigned line_up(line *l);

/* After it: fails the run if the call succeeded while somebody with a lower number is still in line. Gives rc. */
int line_left(line *l, unsigned number, int rc);

/* After a call that had to wait, of a kind whose grants can be taken back: fails the run if it succeeded although a cancel
 * came before the task went on. Gives rc. */
int cancel_won(bool waited, int rc);

/* What a task does that must not be disturbed: a little time, with a shield around it. */
void clean_up(uint32_t ms);

#endif
