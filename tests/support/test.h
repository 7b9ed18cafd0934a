/* tests/support/test.h - table-driven tests of things that happen in an order.
 *
 * A row is a scenario: a main task that runs in simulated time and says what happens, as it happens; the row holds the
 * trace that must come out. Misuse reports are part of the trace. Checks are made after the run, on the test program's
 * own stack: a failing row prints what was expected and what came.
 *
 *     static int hand_off(void *arg) { ... say("b has it"); ... return 0; }
 *
 *     static const test_row rows[] = {
 *         {"release hands the lock to the first waiter", hand_off, "a has it; b has it"},
 *     };
 *     int main(void) { return test_rows("lock", rows, sizeof rows / sizeof *rows); }
 */
#ifndef COSY_TEST_H
#define COSY_TEST_H

#include <cosy.h>

typedef struct test_row {
    const char *name;
    int (*scenario)(void *arg);  /* runs as the main task of a loop in simulated time */
    const char *expected;        /* what was said, joined by "; " */
    void *arg;                   /* handed to the scenario */
    int result;                  /* of cosy_run(); 0 if not given */
    cosy_options options;        /* virtual_time is set unless real_time says otherwise */
    bool real_time;
    bool without_loop;           /* the scenario is called directly, outside any loop */
} test_row;

/* Appends to the trace. From any task of the row's loop. */
void say(const char *format, ...) COSY_PRINTF(1, 2);

/* The short name of a code: "OK", "ECANCELED"; a positive one as a number. For traces. */
const char *code_name(int code);

/* Simulated milliseconds since the row began. */
int at_ms(void);

/* Spawns a named task, or ends the test program. NULL as a handle detaches. */
cosy_task *start(cosy_fn fn, void *arg, const char *name);

/* Joins and gives the result. */
int join(cosy_task *task);

/* Lets every other ready task run, n times round. */
void settle(int n);

/* Runs a row. Returns true if it came out as expected, else false, having printed what was expected and what came. */
bool test_row_holds(const test_row *row);

/* Runs each row as a test of its own, through cmocka, but for those whose name matches the pattern in COSY_SKIP.
 * Returns the number of failures. */
int test_rows(const char *suite, const test_row *rows, size_t count);

#define TEST_ROWS(suite, rows) test_rows(suite, rows, sizeof(rows) / sizeof((rows)[0]))

#endif
