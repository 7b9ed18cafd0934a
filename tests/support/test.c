/* See test.h. */
#include "test.h"
#include "results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char trace[65536];
static size_t used;

void say(const char *format, ...)
{
    va_list args;
    if (used && used < sizeof trace - 2) {
        memcpy(trace + used, "; ", 2);
        used += 2;
    }
    va_start(args, format);
    int n = vsnprintf(trace + used, sizeof trace - used, format, args);
    va_end(args);
    if (n > 0)
        used += (size_t)n < sizeof trace - used ? (size_t)n : sizeof trace - used - 1;
    trace[used] = 0;
}

const char *code_name(int code)
{
    static const char *const names[] = {"OK",       "ECANCELED", "ETIMEDOUT", "EAGAIN",    "ECLOSED",  "EBROKEN", "EDEADLK",
                                        "ENOTASK",  "ENOWAIT",   "EINVAL",    "ENOTOWNER", "ENOTHELD", "EOVER",   "EBUSY",
                                        "ENOMEM",   "ESTACK",    "EDONE",     "EABI",      "ESPIN",    "ELEFT",   "ENOSYS", "EOPEN"};
    static char numbers[4][24];
    static unsigned turn;
    if (code <= 0 && -code < (int)(sizeof names / sizeof names[0]))
        return names[-code];
    char *text = numbers[turn++ % 4];
    if (code < COSY_ESYSTEM)
        snprintf(text, sizeof numbers[0], "errno %d", cosy_errno(code));
    else
        snprintf(text, sizeof numbers[0], "%d", code);
    return text;
}

int at_ms(void)
{
    return (int)(cosy_now() / 1000000);
}

cosy_task *start(cosy_fn fn, void *arg, const char *name)
{
    cosy_task *task;
    int rc = cosy_spawn(&task, fn, arg, &(cosy_spawn_options){.name = name});
    if (rc) {
        fprintf(stderr, "spawn of %s: %s\n", name, cosy_strerror(rc));
        exit(2);
    }
    return task;
}

int join(cosy_task *task)
{
    int result = 0;
    int rc = cosy_join(task, &result, COSY_FOREVER);
    return rc ? rc : result;
}

void settle(int n)
{
    while (n-- > 0)
        cosy_yield();
}

static void on_misuse(const cosy_misuse *m, void *arg)
{
    (void)arg;
    say("%s(%s) by %s: %s%s%s", m->call, m->object, m->task, code_name(m->code), m->other ? ", see " : "",
        m->other ? m->other : "");
}

bool test_row_holds(const test_row *row)
{
    cosy_options options = row->options;
    used = 0;
    trace[0] = 0;
    options.virtual_time = !row->real_time;
    cosy_set_reporter(on_misuse, NULL);
    int rc = row->without_loop ? row->scenario(row->arg) : cosy_run(row->scenario, row->arg, &options);
    cosy_set_reporter(NULL, NULL);
    bool as_expected = strcmp(trace, row->expected) == 0;
    if (!as_expected)
        print_error("%s\nexpected: %s\ncame:     %s\n", row->name, row->expected, trace);
    if (rc != row->result)
        print_error("%s\nexpected result %s, came %s\n", row->name, code_name(row->result), code_name(rc));
    return as_expected && rc == row->result;
}

static void run_row(void **state)
{
    assert_true(test_row_holds(*state));
}

int test_rows(const char *suite, const test_row *rows, size_t count)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = run_row, .initial_state = (void *)&rows[i]};
    cmocka_set_skip_filter(getenv("COSY_SKIP")); /* a pattern of rows that cannot work where we run */
    int failures = _cmocka_run_group_tests(suite, tests, count, NULL, NULL);
    free(tests);
    results(suite, (long)count, -1, failures);
    return failures;
}
