/* Fault injection: the runner itself, on scenarios with planted errors and with known numbers; then the scenarios of all
 * objects (scenarios/), which must survive. Contract rules 2, 6, 7, 8.
 */
#define _GNU_SOURCE
#include "scenarios/scenarios.h"
#include "support/results.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cosy_semaphore permits;
static cosy_lock lock;
static cosy_event never;

static void fresh(void)
{
    cosy_semaphore_init(&permits, 1, 1, "permits");
    cosy_lock_init(&lock, 0, "lock");
    cosy_event_init(&never, "never");
    COSY_TESTING_WATCH(&permits);
    COSY_TESTING_WATCH(&lock);
    COSY_TESTING_WATCH(&never);
}

/* What came of it, in words; the line for humans if something is wrong. */
static void tell(int rc, const cosy_injection *in)
{
    if (in->text[0])
        say("%s: %s", code_name(rc), in->text);
    else
        say("%s: %d faults", code_name(rc), (int)in->faults);
}

static int injects(void *arg)
{
    cosy_injection in;
    tell(cosy_inject(arg, &in), &in);
    return 0;
}

typedef struct single {
    const cosy_scenario *scenario;
    cosy_fault kind;
    uint32_t at;
} single;

static int injects_one(void *arg)
{
    const single *s = arg;
    cosy_injection in;
    tell(cosy_inject_one(s->scenario, s->kind, s->at, &in), &in);
    return 0;
}

/* ---- numbers ---- */

static int naps(void *arg)
{
    return cosy_sleep(cosy_ms(*(const uint32_t *)arg));
}

static int join_after_all(cosy_task *task, cosy_time deadline)
{
    cosy_scope shield;
    int rc = cosy_join(task, NULL, deadline);
    if (!rc)
        return rc;
    cosy_cancel(task, NULL);
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_join(task, NULL, COSY_FOREVER);
    cosy_scope_close(&shield);
    return rc;
}

static uint32_t one_ms = 1;

/* Two waits: main's for the child, the child's for a moment. One allocation. */
static int tiny(void *arg)
{
    cosy_task *child;
    (void)arg;
    int rc = cosy_spawn(&child, naps, &one_ms, &(cosy_spawn_options){.name = "child"});
    return rc ? rc : join_after_all(child, COSY_FOREVER);
}

static void tell_numbers(const cosy_injection *in)
{
    uint32_t sum = 0;
    say("%d runs, %d waits, %d allocations, %d faults", (int)in->runs, (int)in->waits, (int)in->allocations,
        (int)in->faults);
    for (cosy_fault kind = COSY_FAULT_CANCEL; kind < COSY_FAULTS; kind++) {
        sum += in->by_kind[kind];
        if (in->by_kind[kind])
            say("%s %d", cosy_fault_name(kind), (int)in->by_kind[kind]);
    }
    if (sum != in->faults)
        say("which is not %d", (int)sum);
}

static int numbers(void *arg)
{
    cosy_injection in;
    say("%s", code_name(cosy_inject(arg, &in)));
    tell_numbers(&in);
    return 0;
}

static const cosy_scenario tiny_scenario = {.name = "tiny", .run = tiny};
static const cosy_scenario tiny_uncancelled = {.name = "tiny", .run = tiny, .without = COSY_WITHOUT_CANCELS};
static const cosy_scenario tiny_timeless = {
    .name = "tiny", .run = tiny, .without = COSY_WITHOUT_TIMEOUTS | COSY_WITHOUT(COSY_FAULT_ALLOCATION)};

/* Three yields are waits; a try and a deadline that has passed are none. */
static int turns(void *arg)
{
    int rc = COSY_OK;
    (void)arg;
    fresh();
    for (int i = 0; i < 3 && !rc; i++)
        rc = cosy_yield();
    if (cosy_event_wait(&never, COSY_NOW) != COSY_EAGAIN)
        cosy_testing_fail("a try has waited");
    int late = cosy_event_wait(&never, cosy_now());
    if (late != COSY_ETIMEDOUT && late != COSY_ECANCELED)
        cosy_testing_fail("a deadline that has passed let it wait");
    return rc;
}

static const cosy_scenario turns_scenario = {.name = "turns", .run = turns};

/* Behind a shield nothing is disturbed but what has a deadline of its own. A sleep of its own length has none. */
static int shielded(void *arg)
{
    cosy_scope shield;
    int rc = cosy_scope_open(&shield, arg ? cosy_in(cosy_ms(3)) : COSY_FOREVER, COSY_SCOPE_SHIELD);
    fresh();
    int slept = cosy_sleep(cosy_ms(1));
    int waited = cosy_event_wait(&never, cosy_in(cosy_ms(1)));
    cosy_scope_close(&shield);
    if (slept && !arg)
        cosy_testing_fail("a shielded sleep was disturbed");
    if (waited != COSY_ETIMEDOUT)
        cosy_testing_fail("a deadline did not come");
    return rc;
}

static const cosy_scenario shielded_scenario = {.name = "shielded", .run = shielded};
static const cosy_scenario bounded_scenario = {.name = "bounded", .run = shielded, .arg = "with a deadline"};

/* ---- planted errors: each shows only when a fault comes ---- */

static int holds(void *arg)
{
    bool returns_it = *(const bool *)arg;
    int rc = cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(1));
    if (!rc || returns_it)
        cosy_semaphore_release(&permits, 1);
    return rc;
}

/* The children of these scenarios end by themselves, but a fault may leave them waiting. */
static int crew_of_three(cosy_fn fn, void *arg)
{
    const member crew[] = {{"a", fn, arg}, {"b", fn, arg}, {"c", fn, arg}};
    fresh();
    return RUN_CREW(crew);
}

static bool yes = true, no = false;

static int keeps_permit(void *arg)
{
    return crew_of_three(holds, arg);
}

static int slow_holder(void *arg)
{
    (void)arg;
    int rc = cosy_semaphore_acquire(&permits, 1, cosy_in(cosy_ms(5)));
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(1));
    if (!rc)
        cosy_semaphore_release(&permits, 1);
    return rc;
}

static int leaks(void *arg)
{
    (void)arg;
    return crew_of_three(slow_holder, NULL);
}

static int releases_twice(void *arg)
{
    (void)arg;
    int rc = cosy_lock_acquire(&lock, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(1));
    if (rc)
        cosy_lock_release(&lock); /* "clean up" */
    cosy_lock_release(&lock);
    return rc;
}

static int double_release(void *arg)
{
    (void)arg;
    return crew_of_three(releases_twice, NULL);
}

/* Returns without its child if something comes in between. */
static int forgets(void *arg)
{
    cosy_task *child;
    static uint32_t long_ms = 9;
    (void)arg;
    int rc = cosy_spawn(&child, naps, &long_ms, &(cosy_spawn_options){.name = "child"});
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    return rc ? rc : join_after_all(child, COSY_FOREVER);
}

/* Does not heed its cancel: polls, or sleeps behind a shield until the grace period is over. */
static int stubborn(void *arg)
{
    cosy_scope shield;
    int rc = cosy_sleep(cosy_ms(1));
    if (arg)
        cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    while (rc)
        rc = cosy_sleep(cosy_s(5));
    if (arg)
        cosy_scope_close(&shield);
    return rc;
}

static int detaches_stubborn(void *arg)
{
    int rc = cosy_spawn(NULL, stubborn, arg, &(cosy_spawn_options){.name = "stubborn"});
    return rc ? rc : cosy_sleep(cosy_ms(9));
}

/* Who waits relies on who sets. */
static int waits_for_it(void *arg)
{
    (void)arg;
    return cosy_event_wait(&never, COSY_FOREVER);
}

static int sets_it(void *arg)
{
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    return rc ? rc : cosy_event_set(&never, NULL);
}

static int relies(void *arg)
{
    const member crew[] = {{"a", waits_for_it, NULL}, {"b", sets_it, NULL}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

static int seen;

static int counts_on_it(void *arg)
{
    seen = 0;
    (void)arg;
    int rc = cosy_sleep(cosy_ms(1));
    if (!rc)
        seen++;
    return rc;
}

static const char *seen_once(void *arg)
{
    (void)arg;
    return seen == 1 ? NULL : "it was not seen";
}

static int fails_always(void *arg)
{
    (void)arg;
    cosy_yield();
    return COSY_ECLOSED;
}

/* Does not begin anew: waits once more in each run. */
static int remembers(void *arg)
{
    static uint32_t runs;
    (void)arg;
    runs++;
    int rc = cosy_sleep(cosy_ms(runs > 1 ? 2 : 1));
    return rc ? rc : cosy_sleep(cosy_ms(1));
}

/* Looks the same until its last run. */
static int surprises(void *arg)
{
    static int runs;
    int rc = cosy_sleep(cosy_ms(1));
    (void)arg;
    return !rc && ++runs == 2 ? cosy_sleep(cosy_ms(1)) : rc;
}

static int two_inside(void *arg)
{
    static int inside;
    bool careful = *(const bool *)arg;
    int rc = careful ? cosy_lock_acquire(&lock, COSY_FOREVER) : COSY_OK;
    if (rc)
        return rc;
    if (inside++)
        cosy_testing_fail("two tasks are inside");
    rc = cosy_yield();
    inside--;
    if (careful)
        cosy_lock_release(&lock);
    return rc;
}

static int critical(void *arg)
{
    return crew_of_three(two_inside, arg);
}

static const cosy_scenario
    scenario_leaks = {.name = "leaks", .run = leaks},
    scenario_hang = {.name = "hangs", .run = keeps_permit, .arg = &no},
    scenario_returns = {.name = "returns it", .run = keeps_permit, .arg = &yes},
    scenario_twice = {.name = "twice", .run = double_release},
    scenario_forgets = {.name = "forgets", .run = forgets},
    scenario_stubborn = {.name = "stubborn", .run = detaches_stubborn, .allow = COSY_ALLOW_LEFT},
    scenario_sleepy = {.name = "sleepy", .run = detaches_stubborn, .arg = "behind a shield", .allow = COSY_ALLOW_LEFT},
    scenario_verify = {.name = "verify", .run = counts_on_it, .verify = seen_once},
    scenario_fails = {.name = "fails", .run = fails_always},
    scenario_remembers = {.name = "remembers", .run = remembers},
    scenario_surprises = {.name = "surprises", .run = surprises, .without = ~COSY_WITHOUT(COSY_FAULT_CANCEL)},
    scenario_critical = {.name = "critical", .run = critical, .arg = &no},
    scenario_careful = {.name = "critical", .run = critical, .arg = &yes},
    scenario_may_hang = {.name = "may hang", .run = relies, .allow = COSY_ALLOW_DEADLOCK},
    scenario_hangs_not = {.name = "hangs not", .run = relies},
    scenario_may_leave = {.name = "may leave", .run = forgets, .allow = COSY_ALLOW_LEFT},
    scenario_may_misuse = {.name = "may misuse", .run = double_release, .allow = COSY_ALLOW_MISUSE};

/* ---- what is watched ---- */

typedef struct account {
    int balance, moves;
} account;

static account mine, yours;

static const char *account_check(const void *object)
{
    const account *a = object;
    return a->balance < 0 ? "the balance is negative" : NULL;
}

static intptr_t account_note(const void *object)
{
    return ((const account *)object)->balance;
}

static const char *account_idle(const void *object, intptr_t noted)
{
    (void)object; /* both together: that is what they have in common */
    return mine.balance + yours.balance < 2 * noted ? "money was lost" : NULL;
}

static const char *account_name(const void *object)
{
    return object == &mine ? "mine" : "yours";
}

static const cosy_testing_kind account_kind = {"account", account_name, account_check, account_note, account_idle};
static const cosy_testing_kind bare_kind = {.what = "something"};

/* arg: 0 no error; 1 negative for a moment; 2 loses what is on its way. */
static int transfers(void *arg)
{
    int error = *(const int *)arg;
    mine = yours = (account){.balance = error == 1 ? 1 : 5};
    cosy_testing_watch(&mine, &account_kind);
    cosy_testing_watch(&yours, &account_kind);
    mine.balance -= 3;
    int rc = cosy_sleep(cosy_ms(1));
    if (error == 2 && rc)
        return rc; /* what was on its way belongs to nobody now */
    yours.balance += 3;
    return rc;
}

static int no_error = 0, negative = 1, loses = 2;

/* Objects in frames: the check comes with the unwatch. */
static int in_a_frame(void *arg)
{
    cosy_group group;
    cosy_scope scope;
    int error = *(const int *)arg;
    int rc = cosy_group_open(&group, "framed");
    if (rc)
        return rc;
    COSY_TESTING_WATCH(&group);
    rc = cosy_scope_open(&scope, COSY_FOREVER, 0);
    COSY_TESTING_WATCH(&scope);
    if (!rc)
        rc = cosy_yield();
    cosy_scope_close(&scope);
    cosy_testing_unwatch(&scope);
    cosy_testing_unwatch(&scope); /* it is not watched any more */
    if (rc && error)
        cosy_testing_unwatch(&group);
    int failed = cosy_group_join(&group, COSY_FOREVER);
    cosy_testing_unwatch(&group);
    return rc ? rc : failed;
}

/* More than the runner begins with; twice is once, and notes anew. */
static int many(void *arg)
{
    static cosy_lock locks[40];
    (void)arg;
    fresh();
    for (int i = 0; i < 40; i++) {
        cosy_lock_init(&locks[i], 0, "one of many");
        COSY_TESTING_WATCH((const cosy_lock *)&locks[i]);
    }
    cosy_testing_watch(&seen, &bare_kind);
    cosy_testing_watch(NULL, &bare_kind);
    cosy_testing_watch(&seen, NULL);
    int rc = cosy_semaphore_try(&permits, 1); /* never given back: from here on it has none */
    COSY_TESTING_WATCH(&permits);
    int slept = cosy_sleep(cosy_ms(1));
    return rc ? rc : slept;
}

/* Each kind of cosy's own notices who is left in it. What is allowed to be left is what waits there. */
static cosy_barrier barrier;
static cosy_chain chain;
static cosy_queue queue;
static int room[1];

static int waits_for(void *arg)
{
    cosy_link *link;
    int item = 0;
    switch (*(const int *)arg) {
    case COSY_KIND_BARRIER: return cosy_barrier_wait(&barrier, COSY_FOREVER);
    case COSY_KIND_CHAIN: return cosy_chain_get(&chain, &link, COSY_FOREVER);
    case COSY_KIND_EVENT: return cosy_event_wait(&never, COSY_FOREVER);
    case COSY_KIND_LOCK: return cosy_lock_acquire(&lock, COSY_FOREVER);
    case COSY_KIND_QUEUE: return cosy_queue_get(&queue, &item, COSY_FOREVER);
    default: return cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
    }
}

static int unwatches_too_early(void *arg)
{
    cosy_task *task;
    const void *const objects[] = {[COSY_KIND_BARRIER] = &barrier, [COSY_KIND_CHAIN] = &chain,
                                   [COSY_KIND_EVENT] = &never,     [COSY_KIND_LOCK] = &lock,
                                   [COSY_KIND_QUEUE] = &queue,     [COSY_KIND_SEMAPHORE] = &permits};
    fresh();
    cosy_barrier_init(&barrier, 2, NULL, NULL, "barrier");
    cosy_chain_init(&chain, "chain");
    cosy_queue_init(&queue, room, sizeof room[0], 1, "queue");
    COSY_TESTING_WATCH(&barrier);
    COSY_TESTING_WATCH(&chain);
    COSY_TESTING_WATCH(&queue);
    cosy_semaphore_acquire(&permits, 1, COSY_FOREVER);
    cosy_lock_acquire(&lock, COSY_FOREVER);
    int rc = cosy_spawn(&task, waits_for, arg, NULL);
    cosy_yield();
    cosy_testing_unwatch(objects[*(const int *)arg]);
    if (!rc) {
        cosy_cancel(task, NULL);
        rc = cosy_join(task, NULL, COSY_FOREVER);
    }
    cosy_lock_release(&lock);
    cosy_semaphore_release(&permits, 1);
    return rc;
}

static int each_kind(void *arg)
{
    static int kinds[] = {COSY_KIND_BARRIER, COSY_KIND_CHAIN, COSY_KIND_EVENT,
                          COSY_KIND_LOCK,    COSY_KIND_QUEUE, COSY_KIND_SEMAPHORE};
    (void)arg;
    for (int i = 0; i < 6; i++) {
        cosy_scenario scenario = {.name = "early", .run = unwatches_too_early, .arg = &kinds[i]};
        cosy_injection in;
        say("%s: %s", code_name(cosy_inject_one(&scenario, COSY_FAULTS, 0, &in)), in.wrong);
    }
    return 0;
}

/* Permits come and go in both directions. */
static int more_permits(void *arg)
{
    int n = *(const int *)arg;
    cosy_semaphore_init(&permits, 2, 9, "permits");
    COSY_TESTING_WATCH(&permits);
    int rc = cosy_yield();
    if (n > 0)
        cosy_semaphore_release(&permits, n);
    return rc;
}

static int one = 1;

static const cosy_scenario
    scenario_honest = {.name = "honest", .run = transfers, .arg = &no_error},
    scenario_negative = {.name = "negative", .run = transfers, .arg = &negative},
    scenario_loses = {.name = "loses", .run = transfers, .arg = &loses},
    scenario_framed = {.name = "framed", .run = in_a_frame, .arg = &no_error},
    scenario_unframed = {.name = "unframed", .run = in_a_frame, .arg = &one},
    scenario_many = {.name = "many", .run = many},
    scenario_more = {.name = "more", .run = more_permits, .arg = &one};

/* ---- what does not end ---- */

static int for_ever(void *arg)
{
    (void)arg;
    while (!cosy_sleep(cosy_ms(1)))
        ;
    return COSY_OK;
}

static int never_waits(void *arg)
{
    (void)arg;
    while (!cosy_yield())
        ;
    return COSY_OK;
}

static int spins(void *arg)
{
    int rc;
    (void)arg;
    fresh();
    do
        rc = cosy_event_wait(&never, COSY_NOW);
    while (rc == COSY_EAGAIN);
    return rc;
}

static int stops(void *arg)
{
    (void)arg;
    cosy_loop_stop(cosy_here());
    return cosy_sleep(cosy_ms(1));
}

static int waits_for_nobody(void *arg)
{
    (void)arg;
    fresh();
    return cosy_event_wait(&never, COSY_FOREVER);
}

static int does_nothing(void *arg)
{
    (void)arg;
    return COSY_OK;
}

static const cosy_options not_so_patient = {.spin_limit = 1000};

static const cosy_scenario
    scenario_for_ever = {.name = "for ever", .run = for_ever},
    scenario_for_long = {.name = "for long", .run = for_ever, .most_waits = 50},
    scenario_turning = {.name = "turning", .run = never_waits},
    scenario_spinning = {.name = "spinning", .run = spins, .options = &not_so_patient},
    scenario_stops = {.name = "stops", .run = stops},
    scenario_nobody = {.name = "nobody", .run = waits_for_nobody},
    scenario_nothing = {.name = "nothing", .run = does_nothing},
    scenario_few_runs = {.name = "few runs", .run = tiny, .most_runs = 5};

/* ---- a single run, and the table ---- */

static int by_number(void *arg)
{
    cosy_injection in;
    (void)arg;
    tell(cosy_inject_one(&scenario_leaks, COSY_FAULT_CANCEL, 2, &in), &in);
    tell(cosy_inject_one(&scenario_leaks, COSY_FAULT_CANCEL_GRANTED, 2, &in), &in);
    tell(cosy_inject_one(&scenario_leaks, COSY_FAULT_CANCEL, 99, &in), &in);
    tell(cosy_inject_one(&scenario_leaks, COSY_FAULTS, 7, &in), &in);
    say("%d", (int)in.runs);
    say("%s", code_name(cosy_inject_one(&scenario_leaks, COSY_FAULT_TIMEOUT, 2, NULL)));
    return 0;
}

static int refused(void *arg)
{
    cosy_injection in;
    const cosy_scenario empty = {.name = "empty"};
    (void)arg;
    say("%s %s", code_name(cosy_inject(NULL, &in)), code_name(cosy_inject(&empty, NULL)));
    say("%s", code_name(cosy_inject_one(NULL, COSY_FAULT_CANCEL, 1, NULL)));
    say("%s", code_name(cosy_inject_all(NULL, 1)));
    say("%s", cosy_fault_name(COSY_FAULTS));
    return 0;
}

static int inside_a_task(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_inject(&tiny_scenario, NULL)));
    cosy_testing_watch(&seen, &bare_kind); /* there is no run to watch it in */
    cosy_testing_unwatch(&seen);
    return 0;
}

/* Calls it with stdout and stderr into one file, and says its lines. */
static int captured(int (*fn)(void), int say_from)
{
    char text[700];
    FILE *file = tmpfile();
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    if (!file || out < 0 || err < 0)
        return -1;
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    int rc = fn();
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    for (int i = 0; fgets(text, sizeof text, file); i++) {
        char words[700], *to = words;
        for (const char *from = text; *from && *from != '\n'; from++)
            if (*from != ' ' || from[1] != ' ')
                *to++ = *from;
        *to = 0;
        if (i >= say_from)
            say("%s", words);
    }
    fclose(file);
    return rc;
}

static const cosy_scenario table[] = {
    {.name = "tiny", .run = tiny},
    {.name = "leaks", .run = leaks},
    {.name = "critical", .run = critical, .arg = &yes},
};

static int print_table(void)
{
    return cosy_inject_all(table, 3);
}

static int whole_table(void *arg)
{
    (void)arg;
    say("%d", captured(print_table, 0));
    return 0;
}

static int named(void *arg)
{
    const char *const words[] = {"cancel 2 leaks", "timeout 1 tiny", "none 0 critical", "cancel 1 unknown",
                                 "sneeze 1 tiny",  "cancel tiny",    "cancel"};
    (void)arg;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        setenv("COSY_INJECT", words[i], 1);
        say("%s", code_name(captured(print_table, i < 3))); /* not the head of the table */
    }
    unsetenv("COSY_INJECT");
    say("%d scenarios", (int)(sizeof table / sizeof table[0]));
    return 0;
}

static int trace_tiny(void)
{
    cosy_injection in;
    return cosy_inject(&tiny_timeless, &in);
}

static int traced(void *arg)
{
    (void)arg;
    setenv("COSY_INJECT_TRACE", "1", 1);
    say("%d", captured(trace_tiny, 0));
    unsetenv("COSY_INJECT_TRACE");
    return 0;
}

static int fail_outside(void)
{
    cosy_testing_fail("nobody runs");
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    captured(fail_outside, 0);
    return 0;
}

#define BARE .without_loop = true
#define MEANS_NOTHING "expected a fault, a number and the name of a scenario, as in \"cancel 1 tiny\"; EINVAL; "

static const test_row rows[] = {
    {"each fault of a tiny scenario is counted", numbers,
     "OK; 17 runs, 2 waits, 1 allocations, 14 faults; cancel 2; cancel-queued 2; cancel-late 2; cancel-granted 2; "
     "cancel-main 1; timeout 2; timeout-soon 2; allocation 1", (void *)&tiny_scenario, BARE},
    {"without cancels", numbers,
     "OK; 7 runs, 2 waits, 1 allocations, 5 faults; timeout 2; timeout-soon 2; allocation 1",
     (void *)&tiny_uncancelled, BARE},
    {"without timeouts and allocations", numbers,
     "OK; 12 runs, 2 waits, 1 allocations, 9 faults; cancel 2; cancel-queued 2; cancel-late 2; cancel-granted 2; "
     "cancel-main 1", (void *)&tiny_timeless, BARE},
    {"yields count, tries do not", numbers,
     "OK; 23 runs, 3 waits, 0 allocations, 3 faults; cancel 3", (void *)&turns_scenario,
     BARE},
    {"behind a shield only what has a deadline times out", numbers,
     "OK; 16 runs, 2 waits, 0 allocations, 10 faults; cancel 2; cancel-queued 2; cancel-late 2; cancel-granted 2; "
     "timeout 1; timeout-soon 1", (void *)&shielded_scenario, BARE},
    {"a shield with a deadline lets timeouts in", numbers,
     "OK; 16 runs, 2 waits, 0 allocations, 12 faults; cancel 2; cancel-queued 2; cancel-late 2; cancel-granted 2; "
     "timeout 2; timeout-soon 2", (void *)&bounded_scenario, BARE},

    {"a permit is kept when its holder is cancelled", injects,
     "EBROKEN: leaks: cancel at wait 1, of task \"main\" for the children of group \"crew\": semaphore \"permits\": "
     "it has fewer permits than it had; again with COSY_INJECT=\"cancel 1 leaks\"", (void *)&scenario_leaks, BARE},
    {"others wait for it: a deadlock", injects_one,
     "EBROKEN: hangs: cancel at wait 2, of task \"a\" for a moment: deadlock: nobody can wake task \"b\", which waits "
     "for semaphore \"permits\"; task \"c\", which waits for semaphore \"permits\"; task \"main\", which waits for "
     "the children of group \"crew\"; again with COSY_INJECT=\"cancel 2 hangs\"",
     &(single){&scenario_hang, COSY_FAULT_CANCEL, 2}, BARE},
    {"given back in any case: nothing is wrong", injects, "OK: 44 faults", (void *)&scenario_returns, BARE},
    {"a lock is released twice", injects,
     "EBROKEN: twice: cancel at wait 1, of task \"main\" for the children of group \"crew\": misuse: "
     "cosy_lock_release(\"lock\") in task \"a\": it is not held; it was released already or never acquired; "
     "again with COSY_INJECT=\"cancel 1 twice\"", (void *)&scenario_twice, BARE},
    {"a task is forgotten", injects,
     "EBROKEN: forgets: cancel at wait 1, of task \"main\" for a moment: the main task has ended, and left others: "
     "still in its group: task \"child\", which waits for a moment; again with COSY_INJECT=\"cancel 1 forgets\"",
     (void *)&scenario_forgets, BARE},
    {"a task does not heed its cancel", injects,
     "EBROKEN: stubborn: cancel at wait 1, of task \"main\" for a moment: simulated time stands still, because these "
     "never wait: task \"stubborn\", which is ready; again with COSY_INJECT=\"cancel 1 stubborn\"",
     (void *)&scenario_stubborn, BARE},
    {"a task survives its cancel", injects,
     "EBROKEN: sleepy: cancel at wait 1, of task \"main\" for a moment: survived its cancel and is abandoned: task "
     "\"stubborn\", which waits for a moment; again with COSY_INJECT=\"cancel 1 sleepy\"",
     (void *)&scenario_sleepy, BARE},
    {"its verify says what is wrong", injects,
     "EBROKEN: verify: cancel at wait 1, of task \"main\" for a moment: it was not seen; again with "
     "COSY_INJECT=\"cancel 1 verify\"", (void *)&scenario_verify, BARE},
    {"it fails by itself", injects,
     "EBROKEN: fails: without a fault: it fails: the object is closed; again with COSY_INJECT=\"none 0 fails\"",
     (void *)&scenario_fails, BARE},
    {"it depends on what an earlier run has left", injects,
     "EBROKEN: remembers: the run is not the same each time: wait 2 is of task \"main\" now",
     (void *)&scenario_remembers, BARE},
    {"its last run waits once more", injects,
     "EBROKEN: surprises: the run is not the same each time: it ends with another number of waits",
     (void *)&scenario_surprises, BARE},
    {"a task of it says what is wrong", injects,
     "EBROKEN: critical: without a fault: two tasks are inside; again with COSY_INJECT=\"none 0 critical\"",
     (void *)&scenario_critical, BARE},
    {"... or has nothing to say", injects, "OK: 23 faults", (void *)&scenario_careful, BARE},
    {"a deadlock may be allowed", injects, "OK: 22 faults", (void *)&scenario_may_hang, BARE},
    {"... or not", injects,
     "EBROKEN: hangs not: cancel at wait 3, of task \"b\" for a moment: deadlock: nobody can wake task \"a\", which "
     "waits for event \"never\"; task \"main\", which waits for the children of group \"crew\"; again with "
     "COSY_INJECT=\"cancel 3 hangs not\"", (void *)&scenario_hangs_not, BARE},
    {"tasks that are left may be allowed", injects, "OK: 20 faults", (void *)&scenario_may_leave, BARE},
    {"misuse may be allowed", injects, "OK: 44 faults", (void *)&scenario_may_misuse, BARE},

    {"a kind of object of the program's own", injects, "OK: 6 faults", (void *)&scenario_honest, BARE},
    {"its check is made while the tasks wait", injects,
     "EBROKEN: negative: without a fault: account \"mine\": the balance is negative; again with COSY_INJECT=\"none 0 "
     "negative\"", (void *)&scenario_negative, BARE},
    {"it is not idle after the run", injects,
     "EBROKEN: loses: cancel at wait 1, of task \"main\" for a moment: account \"mine\": money was lost; again with "
     "COSY_INJECT=\"cancel 1 loses\"", (void *)&scenario_loses, BARE},
    {"objects in frames", injects, "OK: 1 faults", (void *)&scenario_framed, BARE},
    {"an object in a frame is in use when it is unwatched", injects,
     "EBROKEN: unframed: cancel at wait 1, of task \"main\" for its turn: group \"framed\": it has not been joined; "
     "again with COSY_INJECT=\"cancel 1 unframed\"", (void *)&scenario_unframed, BARE},
    {"many objects, and one noted anew", injects, "OK: 6 faults", (void *)&scenario_many, BARE},
    {"more permits than there were", injects,
     "EBROKEN: more: without a fault: semaphore \"permits\": it has more permits than it had; again with "
     "COSY_INJECT=\"none 0 more\"", (void *)&scenario_more, BARE},
    {"each kind says who is left in it", each_kind,
     "EBROKEN: barrier \"barrier\": somebody waits for it still; EBROKEN: chain \"chain\": somebody waits for it "
     "still; EBROKEN: event \"never\": somebody waits for it still; EBROKEN: lock \"lock\": it is held still; "
     "EBROKEN: queue \"queue\": somebody waits for it still; EBROKEN: semaphore \"permits\": somebody waits for it "
     "still", BARE},

    {"sleeps without end", injects,
     "EBROKEN: for ever: without a fault: it does not end: there are more than 10000 waits; again with "
     "COSY_INJECT=\"none 0 for ever\"", (void *)&scenario_for_ever, BARE},
    {"a bound of its own", injects,
     "EBROKEN: for long: without a fault: it does not end: there are more than 50 waits; again with "
     "COSY_INJECT=\"none 0 for long\"", (void *)&scenario_for_long, BARE},
    {"yields without end", injects,
     "EBROKEN: turning: without a fault: it does not end: there are more than 10000 waits; again with "
     "COSY_INJECT=\"none 0 turning\"", (void *)&scenario_turning, BARE},
    {"tries without end", injects,
     "EBROKEN: spinning: without a fault: simulated time stands still, because these never wait: task \"main\", which "
     "is ready; again with COSY_INJECT=\"none 0 spinning\"", (void *)&scenario_spinning, BARE},
    {"the loop is stopped", injects,
     "EBROKEN: stops: without a fault: the loop was stopped before the main task had ended; again with "
     "COSY_INJECT=\"none 0 stops\"", (void *)&scenario_stops, BARE},
    {"nobody wakes it", injects,
     "EBROKEN: nobody: without a fault: deadlock: nobody can wake task \"main\", which waits for event \"never\"; "
     "again with COSY_INJECT=\"none 0 nobody\"", (void *)&scenario_nobody, BARE},
    {"no fault is possible", injects,
     "EBROKEN: nothing: no fault was possible: it never waits", (void *)&scenario_nothing, BARE},
    {"not more runs than allowed", injects,
     "EOVER: few runs: 5 runs did not suffice for all faults", (void *)&scenario_few_runs,
     BARE},

    {"one run, by kind and number", by_number,
     "EBROKEN: leaks: cancel at wait 2, of task \"a\" for a moment: semaphore \"permits\": it has fewer permits than "
     "it had; again with COSY_INJECT=\"cancel 2 leaks\"; OK: 1 faults; OK: 0 faults; OK: 0 faults; 1; EBROKEN", BARE},
    {"NULL, no function", refused, "EINVAL EINVAL; EINVAL; EINVAL; none", BARE},
    {"inside a task", inside_a_task, "EBUSY"},
    {"the table", whole_table,
     "scenario runs waits cancel queued late granted main timeout soon alloc; tiny 17 2 2 2 2 2 1 2 2 1 ok; leaks 2 6 "
     "1 0 0 0 0 0 0 0 FAILED; leaks: cancel at wait 1, of task \"main\" for the children of group \"crew\": semaphore "
     "\"permits\": it has fewer permits than it had; again with COSY_INJECT=\"cancel 1 leaks\"; critical 47 6 6 3 0 3 "
     "5 3 0 3 ok; 1", BARE},
    {"one run, by the environment", named,
     "leaks 1 4 1 0 0 0 0 0 0 0 FAILED; leaks: cancel at wait 2, of task \"a\" for a moment: semaphore \"permits\": "
     "it has fewer permits than it had; again with COSY_INJECT=\"cancel 2 leaks\"; 1; tiny 1 2 0 0 0 0 0 1 0 0 ok; "
     "OK; critical 1 6 0 0 0 0 0 0 0 0 ok; OK; COSY_INJECT=\"cancel 1 unknown\": " MEANS_NOTHING
     "COSY_INJECT=\"sneeze 1 tiny\": " MEANS_NOTHING "COSY_INJECT=\"cancel tiny\": " MEANS_NOTHING
     "COSY_INJECT=\"cancel\": " MEANS_NOTHING "3 scenarios", BARE},
    {"each run announced", traced,
     "COSY_INJECT=\"none 0 tiny\"; COSY_INJECT=\"cancel 1 tiny\"; COSY_INJECT=\"cancel 2 tiny\"; "
     "COSY_INJECT=\"cancel-queued 1 tiny\"; COSY_INJECT=\"cancel-queued 2 tiny\"; COSY_INJECT=\"cancel-late 1 tiny\"; "
     "COSY_INJECT=\"cancel-late 2 tiny\"; COSY_INJECT=\"cancel-granted 1 tiny\"; COSY_INJECT=\"cancel-granted 2 "
     "tiny\"; COSY_INJECT=\"cancel-main 1 tiny\"; COSY_INJECT=\"cancel-main 2 tiny\"; COSY_INJECT=\"none 0 tiny\"; 0",
     BARE},
    {"a failure outside of runs", outside, "cosy: nobody runs", BARE},
};

/* For script/test's table, if that is wanted: once more, for the table of run_scenarios() does not give its sums. */
static void tell_results(void)
{
    long cases, faults;
    if (!getenv("COSY_RESULTS"))
        return;
    int failed = count_scenarios(&cases, &faults);
    results("inject: scenarios", cases, faults, failed);
}

int main(void)
{
    int failed = TEST_ROWS("inject", rows);
    tell_results();
    puts("");
    return failed + run_scenarios("");
}
