/* The framework of the suite, and its main function. See conformance.h. */
#include "conformance.h"
#include "support/results.h"

#include <stdio.h>
#include <string.h>

/* The suites and the names of their cases: "L1..L12" stands for twelve of them. */
extern const conformance_table lock_table, event_table, condition_table, semaphore_table, barrier_table, queue_table,
    timeouts_table, wait_for_table, groups_table, micropython_table;

static const struct suite {
    const conformance_table *table;
    const char *cases;
} suites[] = {
    {&lock_table, "L1..L12"},           {&event_table, "E1..E6"},
    {&condition_table, "C1..C20"},      {&semaphore_table, "S1..S15"},
    {&barrier_table, "B1..B22"},        {&queue_table, "Q1..Q41 L33..L41 P33..P41"},
    {&timeouts_table, "T1..T34"},       {&wait_for_table, "W1..W19"},
    {&groups_table, "01 02 03 04 07 08 09 10 11 12 13 14 15 16 17 18 19 20 20a 21a 22 23 24 25 "
                    "already_entered cancel_children_on_child_error cancellation cancellation_does_not_leak_out_of_tg "
                    "cancelling_level_preserved cancels_task_if_created_during_creation context_manager_exit_raises "
                    "coro_closed_when_tg_closed double_enter error_and_cancel exception_refcycles_1 exception_refcycles_2 "
                    "exception_refcycles_3 exception_refcycles_4 exception_refcycles_5 exception_refcycles_6 finished name "
                    "nested_groups_both_cancelled no_create_task_after_failure not_entered task_context task_name "
                    "without_parent_task"},
    {&micropython_table, "as_uasyncio await_return basic basic2 cancel_fair cancel_fair2 cancel_self cancel_task "
                         "cancel_wait_on_finished current_task event event_fair event_queue exception fair gather "
                         "gather_finished_early gather_notimpl get_event_loop heaplock iterator_event lock "
                         "lock_cancel loop_stop micropython new_event_loop set_exception_handler task_done "
                         "threadsafeflag wait_for wait_for_fwd wait_for_linked_task wait_task"},
};

enum { SUITES = sizeof suites / sizeof suites[0] };

/* ---- what bodies use ---- */

static const conformance_row *current; /* the row that runs, */
static cosy_group group;               /* its tasks, */
static int start_failed;               /* and the code of a start that failed in it */

cosy_task *run(const char *name, cosy_fn fn, void *arg)
{
    cosy_spawn_options options = {.name = name};
    cosy_task *task = NULL;
    int rc = cosy_spawn_in(&group, &task, fn, arg, &options);
    if (rc)
        start_failed = rc;
    return task;
}

void stop(cosy_task *task)
{
    if (task)
        cosy_cancel(task, NULL);
}

int outcome(cosy_task *task)
{
    int result = 0;
    int rc = task ? cosy_join(task, &result, COSY_NOW) : start_failed;
    return rc ? rc : result;
}

/* Simulated time moves on when nobody can run, and not before. */
int settle_all(void)
{
    return start_failed ? start_failed : cosy_sleep(1);
}

int settle_ms(int ms)
{
    return start_failed ? start_failed : cosy_sleep(cosy_ms((uint32_t)ms));
}

int pass(void)
{
    return start_failed ? start_failed : cosy_yield();
}

int waiters(const cosy_list *list)
{
    int n = 0;
    const cosy_wait *w = list->head;
    if (w)
        do
            n++;
        while ((w = w->next) != list->head);
    return n;
}

const char *me(void)
{
    return cosy_task_name(cosy_self());
}

int variant(void)
{
    return current->variant;
}

/* ---- a row as the main task of a loop ---- */

typedef struct job {
    const conformance_table *table;
    const conformance_row *row;
} job;

/* Ends what is left of a row, whatever became of its body, and gives the tasks back. */
static void clean_up(const conformance_table *table)
{
    cosy_scope shield;
    cosy_task *task;
    if (table->tidy)
        table->tidy();
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_group_cancel(&group, "the row is over");
    while (cosy_group_next(&group, &task, COSY_FOREVER) == COSY_OK)
        cosy_join(task, NULL, COSY_FOREVER);
    cosy_group_join(&group, COSY_FOREVER);
    cosy_scope_close(&shield);
}

static int scenario(void *arg)
{
    const job *j = arg;
    current = j->row;
    start_failed = COSY_OK;
    if (j->row->outside)
        return j->row->body();
    TRY(cosy_group_open_with(&group, j->row->id, COSY_GROUP_KEEP, NULL));
    int rc = j->row->body();
    clean_up(j->table);
    return rc;
}

/* ---- are all cases there, and once each? ---- */

/* Calls back with each name of "L1..L12 other"; the sum of the results. */
static int each_case(const struct suite *suite, int (*call)(const struct suite *suite, const char *id))
{
    char word[64], letter, last_letter;
    int sum = 0, first, last, skip;
    for (const char *text = suite->cases; sscanf(text, "%63s%n", word, &skip) == 1; text += skip) {
        if (sscanf(word, "%c%d..%c%d", &letter, &first, &last_letter, &last) != 4) {
            sum += call(suite, word);
            continue;
        }
        for (; first <= last; first++) {
            snprintf(word, sizeof word, "%c%d", letter, first);
            sum += call(suite, word);
        }
    }
    return sum;
}

static int one(const struct suite *suite, const char *id)
{
    (void)suite, (void)id;
    return 1;
}

static int wrong_number(const struct suite *suite, const char *id)
{
    int n = 0;
    for (size_t i = 0; i < suite->table->count; i++)
        n += strcmp(suite->table->rows[i].id, id) == 0;
    if (n != 1)
        fprintf(stderr, "%s %s: %s\n", suite->table->origin, id, n ? "more than one row" : "no row");
    return n != 1;
}

/* The number of cases in the suite; failures are counted up by what does not agree. */
static int compare_with_reference(const struct suite *suite, int *failures)
{
    int cases = each_case(suite, one), wrong = each_case(suite, wrong_number);
    if (!wrong && suite->table->count != (size_t)cases) {
        fprintf(stderr, "%s: a row that is no case of it\n", suite->table->origin);
        wrong = 1;
    }
    *failures += wrong;
    return cases;
}

/* ---- running ---- */

typedef struct tally {
    int cases, as_there, by_rule, not_for_c, failed;
} tally;

static void add(tally *sum, const tally *t)
{
    sum->cases += t->cases;
    sum->as_there += t->as_there;
    sum->by_rule += t->by_rule;
    sum->not_for_c += t->not_for_c;
    sum->failed += t->failed;
}

static bool row_holds(const job *j, const char *title)
{
    test_row row = {.name = title,
                    .scenario = scenario,
                    .expected = j->row->expected,
                    .arg = (void *)j,
                    .without_loop = j->row->outside};
    return test_row_holds(&row);
}

static void run_table(const conformance_table *table, const char *pattern, tally *t)
{
    for (size_t i = 0; i < table->count; i++) {
        char title[128];
        job j = {table, &table->rows[i]};
        snprintf(title, sizeof title, "%s %s %s", table->origin, j.row->id, j.row->name);
        if (pattern && !strstr(title, pattern))
            continue;
        if (!j.row->body)
            t->not_for_c++;
        else if (!row_holds(&j, title))
            t->failed++;
        else if (j.row->rule)
            t->by_rule++;
        else
            t->as_there++;
    }
}

static void print_line(const char *origin, const tally *t)
{
    printf("%-22s %5d %8d %12d %9d %6d\n", origin, t->cases, t->as_there, t->by_rule, t->not_for_c, t->failed);
}

/* Cases that are not as in their suite, with the reasons. */
static void print_reasons(const char *title, bool by_rule)
{
    printf("\n%s:\n", title);
    for (int s = 0; s < SUITES; s++)
        for (size_t i = 0; i < suites[s].table->count; i++) {
            const conformance_row *row = &suites[s].table->rows[i];
            const char *why = by_rule ? row->rule : row->not_for_c;
            if (why)
                printf("  %s %s %s: %s\n", suites[s].table->origin, row->id, row->name, why);
        }
}

static void print_table(const tally *tallies)
{
    print_reasons("By our rule", true);
    print_reasons("Not for C", false);
    printf("\n%-22s %5s %8s %12s %9s %6s\n", "suite", "cases", "as there", "by our rule", "not for C", "failed");
    for (int s = 0; s < SUITES; s++)
        print_line(suites[s].table->origin, &tallies[s]);
}

/* What script/test shows of it. */
static void tell_results(const conformance_table *table, long cases, long faults, long failures)
{
    char suite[64];
    snprintf(suite, sizeof suite, "conformance: %s", table->origin);
    results(suite, cases, faults, failures);
}

static int run_all(const char *pattern)
{
    tally sum = {0}, tallies[SUITES] = {{0}};
    int failures = 0;
    for (int s = 0; s < SUITES; s++) {
        tally *t = &tallies[s];
        t->cases = compare_with_reference(&suites[s], &failures);
        run_table(suites[s].table, pattern, t);
        add(&sum, t);
        tell_results(suites[s].table, t->as_there + t->by_rule + t->failed, -1, t->failed);
    }
    if (!pattern)
        print_table(tallies);
    print_line(pattern ? pattern : "all", &sum);
    return failures + sum.failed;
}

/* ---- with faults ---- */

static int inject_table(const conformance_table *table, const char *pattern, int *rows, long *faults)
{
    int failures = 0;
    for (size_t i = 0; i < table->count; i++) {
        char title[128];
        job j = {table, &table->rows[i]};
        snprintf(title, sizeof title, "%s %s %s", table->origin, j.row->id, j.row->name);
        if (!j.row->body || j.row->outside || (pattern && !strstr(title, pattern)))
            continue;
        ++*rows;
        failures += inject_row(j.row, scenario, &j, title, faults);
    }
    return failures;
}

static int inject_all(const char *pattern)
{
    int rows = 0, failures = 0;
    long sum = 0;
    if (!can_inject()) {
        printf("this library cannot inject faults\n");
        return 77; /* skipped */
    }
    for (int s = 0; s < SUITES; s++) {
        long faults = 0;
        int failed = inject_table(suites[s].table, pattern, &rows, &faults);
        tell_results(suites[s].table, 0, faults, failed);
        sum += faults;
        failures += failed;
    }
    printf("%d rows with %ld faults, %d failed\n", rows, sum, failures);
    return failures ? 1 : 0;
}

/* conformance_test [--inject] [PATTERN]: the rows whose "CPython Lock L5 acquire" contains the pattern. */
int main(int argc, char **argv)
{
    bool inject = argc > 1 && strcmp(argv[1], "--inject") == 0;
    const char *pattern = argc > 1 + inject ? argv[1 + inject] : NULL;
    return inject ? inject_all(pattern) : run_all(pattern) ? 1 : 0;
}
