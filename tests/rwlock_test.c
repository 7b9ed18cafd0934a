/* Reader-writer lock: contract rules 1 (FIFO by phases), 2 (nothing granted is lost), 3 (deadlines), 4 (fairness), 6 (sticky
 * cancel), 7 (misuse), 8 (one's own); RULE c: a writer that leaves the line lets the readers behind it in.
 *
 * Whatever is said goes through the check of the lock's invariants, so each step of each scenario is looked at. */
#include "support/test.h"

#define ME cosy_task_name(cosy_self())

static cosy_rwlock lock;

static void fresh(void)
{
    cosy_rwlock_init(&lock, "RW");
}

/* Says what is wrong with the lock, if anything is. */
static void look(void)
{
    const char *wrong = cosy_rwlock_check(&lock);
    if (wrong)
        say("BROKEN: %s", wrong);
}

/* Who holds it: "free", "writer a", "readers 2". */
static void held(void)
{
    look();
    if (cosy_rwlock_writer(&lock))
        say("writer %s", cosy_task_name(cosy_rwlock_writer(&lock)));
    else if (cosy_rwlock_readers(&lock))
        say("readers %u", (unsigned)cosy_rwlock_readers(&lock));
    else
        say("free");
}

static void code(const char *who, int rc)
{
    look();
    say("%s %s", who, code_name(rc));
}

static int release(bool write)
{
    return write ? cosy_rwlock_write_release(&lock) : cosy_rwlock_read_release(&lock);
}

typedef struct job {
    bool write;
    uint32_t ms;        /* how long it holds it */
    cosy_time deadline; /* 0: for ever */
} job;

static job reads = {.write = false}, writes = {.write = true}, reads_10 = {.ms = 10}, writes_10 = {.write = true, .ms = 10};
static job writes_until_5 = {.write = true, .deadline = 5000000}, reads_until_5 = {.deadline = 5000000};
static job writes_until_10 = {.write = true, .deadline = 10000000}, reads_until_10 = {.deadline = 10000000};

static int user(void *arg)
{
    const job *j = arg;
    cosy_time deadline = j->deadline ? j->deadline : COSY_FOREVER;
    int rc = j->write ? cosy_rwlock_write(&lock, deadline) : cosy_rwlock_read(&lock, deadline);
    look();
    if (rc) {
        say("%s %s", ME, code_name(rc));
        return rc;
    }
    say("%s %s at %d", ME, j->write ? "writes" : "reads", at_ms());
    if (j->ms)
        cosy_sleep(cosy_ms(j->ms));
    return release(j->write);
}

/* Starts tasks a, b, c ... with these jobs and lets them ask. */
enum { MOST = 6 };
static cosy_task *tasks[MOST];
static int started;

static void line_up(job *const *jobs, int n)
{
    static const char *const names[MOST] = {"a", "b", "c", "d", "e", "f"};
    started = n;
    for (int i = 0; i < n; i++)
        tasks[i] = start(user, jobs[i], names[i]);
    settle(1);
    look();
}
#define LINE_UP(...) line_up((job *const[]){__VA_ARGS__}, (int)(sizeof(job *[]){__VA_ARGS__} / sizeof(job *)))

static int join_all(void)
{
    for (int i = 0; i < started; i++)
        join(tasks[i]);
    held();
    return cosy_rwlock_destroy(&lock);
}

/* ---- order ---- */

static int phases(void *arg)
{
    (void)arg;
    fresh();
    LINE_UP(&reads_10, &reads_10, &writes_10, &reads_10, &reads_10, &writes_10);
    return join_all();
}

/* Two readers take turns so that one always reads; the writer still gets it. */
static int relay(void *arg)
{
    int rounds = 0;
    while (!*(bool *)arg && rounds < 100) {
        cosy_rwlock_read(&lock, COSY_FOREVER);
        cosy_sleep(cosy_ms(10));
        cosy_rwlock_read_release(&lock);
        rounds++;
    }
    return rounds;
}

static int no_starvation(void *arg)
{
    static bool stop;
    (void)arg;
    stop = false;
    fresh();
    cosy_task *a = start(relay, &stop, "a");
    cosy_sleep(cosy_ms(5));
    cosy_task *b = start(relay, &stop, "b");
    cosy_sleep(cosy_ms(7));
    code("write", cosy_rwlock_write(&lock, COSY_FOREVER));
    say("at %d", at_ms());
    stop = true;
    cosy_rwlock_write_release(&lock);
    join(a);
    join(b);
    held();
    return 0;
}

/* Neither who waits nor who was granted and has not run is overtaken. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes, &reads);
    code("beside a reader, before a writer:", cosy_rwlock_try_read(&lock));
    code("now", cosy_rwlock_read(&lock, COSY_NOW));
    code("for writing", cosy_rwlock_try_write(&lock));
    cosy_rwlock_read_release(&lock);
    held();
    code("the writer has not run:", cosy_rwlock_try_read(&lock));
    code("for writing", cosy_rwlock_try_write(&lock));
    code("now", cosy_rwlock_write(&lock, COSY_NOW));
    return join_all();
}

static int granted_readers(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &reads);
    cosy_rwlock_write_release(&lock);
    held();
    code("the readers have not run: beside them", cosy_rwlock_try_read(&lock));
    code("for writing", cosy_rwlock_try_write(&lock));
    cosy_rwlock_read_release(&lock);
    return join_all();
}

static int together(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &reads, &writes, &reads);
    cosy_rwlock_write_release(&lock);
    held();
    return join_all();
}

static int writer_alone(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&writes, &writes, &reads);
    cosy_rwlock_write_release(&lock);
    held();
    return join_all();
}

static int last_reader(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes);
    cosy_rwlock_read_release(&lock);
    held();
    cosy_rwlock_read_release(&lock);
    held();
    return join_all();
}

/* Who gives it back and asks again in the same step goes to the end of the line. */
static int no_barging(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&writes, &reads);
    cosy_rwlock_write_release(&lock);
    user(&writes);
    return join_all();
}

static int no_switch(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &writes);
    cosy_rwlock_write_release(&lock);
    say("released");
    settle(2);
    cosy_task *c = start(user, &reads, "c");
    cosy_rwlock_read(&lock, COSY_FOREVER);
    say("reading");
    cosy_rwlock_read_release(&lock);
    cosy_rwlock_write(&lock, COSY_FOREVER);
    say("writing");
    cosy_rwlock_write_release(&lock);
    join(c);
    return join_all();
}

/* ---- downgrade ---- */

static int downgrades(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &reads, &writes, &reads);
    code("downgrade", cosy_rwlock_downgrade(&lock));
    held();
    settle(2);
    held();
    code("release", cosy_rwlock_read_release(&lock));
    held();
    return join_all();
}

static int downgrade_before_writer(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&writes, &reads);
    cosy_rwlock_downgrade(&lock);
    held();
    code("try", cosy_rwlock_try_read(&lock));
    cosy_rwlock_read_release(&lock);
    held();
    return join_all();
}

static int downgrade_alone(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    cosy_rwlock_downgrade(&lock);
    held();
    code("try", cosy_rwlock_try_read(&lock));
    held();
    cosy_rwlock_read_release(&lock);
    cosy_rwlock_read_release(&lock);
    held();
    return 0;
}

/* ---- cancel ---- */

static int cancel_queued(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &reads, &writes, &writes, &reads);
    cosy_cancel(tasks[1], NULL);
    cosy_cancel(tasks[3], NULL);
    held();
    cosy_rwlock_write_release(&lock);
    held();
    return join_all();
}

/* The writer at the head kept them out: they are let in in the same step, up to the next writer. */
static int cancel_head_writer(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes, &reads, &reads, &writes, &reads);
    cosy_cancel(tasks[0], NULL);
    held();
    cosy_rwlock_read_release(&lock);
    return join_all();
}

static int cancel_middle_writer(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes, &reads, &writes, &reads);
    cosy_cancel(tasks[2], NULL);
    held();
    cosy_rwlock_read_release(&lock);
    held();
    cosy_cancel(tasks[0], NULL);
    held();
    return join_all();
}

static int cancel_granted_reader(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &writes);
    cosy_rwlock_write_release(&lock);
    held();
    cosy_cancel(tasks[0], NULL);
    held();
    return join_all();
}

static int cancel_one_of_two(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &reads, &writes, &reads);
    cosy_rwlock_write_release(&lock);
    cosy_cancel(tasks[0], NULL);
    held();
    cosy_cancel(tasks[1], NULL);
    held();
    cosy_cancel(tasks[2], NULL);
    held();
    return join_all();
}

static int cancel_granted_writer(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes, &reads, &reads, &writes);
    cosy_rwlock_read_release(&lock);
    held();
    cosy_cancel(tasks[0], NULL);
    held();
    return join_all();
}

static int cancel_granted_alone(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&writes);
    cosy_rwlock_write_release(&lock);
    cosy_cancel(tasks[0], NULL);
    held();
    code("try", cosy_rwlock_try_write(&lock));
    cosy_rwlock_write_release(&lock);
    return join_all();
}

static int then_waits(void *arg)
{
    (void)arg;
    code("write", cosy_rwlock_write(&lock, COSY_FOREVER));
    cosy_cancel(cosy_self(), NULL);
    held();
    cosy_rwlock_downgrade(&lock);
    code("read", cosy_rwlock_read(&lock, COSY_FOREVER)); /* needs no waiting */
    code("write", cosy_rwlock_write(&lock, COSY_FOREVER));
    cosy_rwlock_read_release(&lock);
    return cosy_rwlock_read_release(&lock);
}

static int cancel_resumed(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    cosy_task *a = start(then_waits, NULL, "a");
    settle(1);
    cosy_rwlock_write_release(&lock);
    join(a);
    held();
    return 0;
}

static int shielded_user(void *arg)
{
    cosy_scope scope;
    cosy_scope_open(&scope, COSY_FOREVER, COSY_SCOPE_SHIELD);
    int rc = user(arg);
    cosy_scope_close(&scope);
    return rc;
}

static int shielded(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    cosy_task *a = start(shielded_user, &writes, "a");
    settle(1);
    cosy_cancel(a, NULL);
    cosy_rwlock_read_release(&lock);
    cosy_cancel(a, NULL);
    held();
    return join(a);
}

/* ---- deadlines ---- */

static int head_writer_times_out(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes_until_5, &reads, &writes, &reads);
    cosy_sleep(cosy_ms(8));
    held();
    cosy_rwlock_read_release(&lock);
    return join_all();
}

static int middle_times_out(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &reads_until_5, &writes_until_5, &reads);
    cosy_sleep(cosy_ms(8));
    cosy_rwlock_write_release(&lock);
    held();
    return join_all();
}

static int ties(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    started = 3;
    tasks[0] = start(user, &reads_until_10, "a");
    tasks[1] = start(user, &writes_until_10, "b");
    tasks[2] = start(user, &reads, "c");
    cosy_sleep_until(cosy_ms(10)); /* armed before theirs: a gets it, and gives it to b before the timeout is looked at */
    cosy_rwlock_write_release(&lock);
    return join_all();
}

static int too_late(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes_until_10, &reads);
    cosy_sleep_until(cosy_ms(10)); /* armed after a's: a has left, c was let in */
    held();
    cosy_rwlock_read_release(&lock);
    return join_all();
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh();
    cosy_sleep(cosy_ms(2));
    code("read", cosy_rwlock_read(&lock, cosy_ms(1)));
    code("write", cosy_rwlock_write(&lock, cosy_ms(1)));
    code("read", cosy_rwlock_read(&lock, COSY_NOW));
    code("write", cosy_rwlock_write(&lock, COSY_NOW));
    held();
    say("%s", lock.waiters.head ? "queued" : "not queued");
    cosy_rwlock_read_release(&lock);
    cosy_rwlock_read_release(&lock);
    code("write", cosy_rwlock_write(&lock, cosy_ms(1)));
    cosy_task *a = start(user, &writes_until_5, "a");
    cosy_sleep_until(cosy_ms(6));
    cosy_task *b = start(user, &reads_until_5, "b"); /* in the past by now */
    join(a);
    join(b);
    return cosy_rwlock_write_release(&lock);
}

/* ---- fairness ---- */

static int greedy(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        if (n & 1) {
            cosy_rwlock_read(&lock, COSY_FOREVER);
            cosy_rwlock_read_release(&lock);
        } else {
            cosy_rwlock_write(&lock, COSY_FOREVER);
            cosy_rwlock_write_release(&lock);
        }
        n++;
    }
    return n;
}

static int poller(void *stop)
{
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_rwlock_read(&lock, COSY_NOW);
        n++;
    }
    return n;
}

static int stopper(void *stop)
{
    *(bool *)stop = true;
    return 0;
}

static int fair(void *arg)
{
    static bool stop;
    (void)arg;
    stop = false;
    fresh();
    cosy_task *a = start(greedy, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n > 0 && n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

static int fair_to_pollers(void *arg)
{
    static bool stop;
    (void)arg;
    stop = false;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    cosy_task *a = start(poller, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n > 0 && n <= COSY_BUDGET ? "others ran in time" : "starved");
    join(b);
    return cosy_rwlock_write_release(&lock);
}

/* Begin forms spend it as well: in the end one goes round the ready list. */
static int fair_begin(void *write)
{
    cosy_task *me = cosy_self();
    int n = 0, rc = COSY_OK;
    fresh();
    while (rc == COSY_OK && n++ < 100000) {
        rc = write ? cosy_rwlock_write_begin(&lock, &me->wait) : cosy_rwlock_read_begin(&lock, &me->wait);
        if (rc == COSY_WAITING)
            code("in the end", cosy_suspend(me, COSY_FOREVER));
        release(write != NULL);
    }
    say("%s", n <= COSY_BUDGET ? "in time" : "starved");
    return 0;
}

static int speaker(void *arg)
{
    (void)arg;
    say("%s ran", ME);
    return 0;
}

static int with_checkpoint(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(speaker, NULL, "a");
    cosy_rwlock_read(&lock, COSY_FOREVER);
    held();
    cosy_rwlock_read_release(&lock);
    cosy_task *b = start(speaker, NULL, "b");
    cosy_rwlock_write(&lock, COSY_FOREVER);
    held();
    cosy_rwlock_write_release(&lock);
    join(a);
    return join(b);
}

/* ---- misuse ---- */

static int with_null(void *arg)
{
    (void)arg;
    cosy_wait *w = &cosy_self()->wait;
    say("%s", code_name(cosy_rwlock_init(NULL, "RW")));
    say("%s", code_name(cosy_rwlock_read(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_rwlock_write(NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_rwlock_read_begin(NULL, w)));
    say("%s", code_name(cosy_rwlock_write_begin(NULL, w)));
    say("%s", code_name(cosy_rwlock_read_begin(&lock, NULL)));
    say("%s", code_name(cosy_rwlock_write_begin(&lock, NULL)));
    return 0;
}

static int with_null_too(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_rwlock_try_read(NULL)));
    say("%s", code_name(cosy_rwlock_try_write(NULL)));
    say("%s", code_name(cosy_rwlock_read_release(NULL)));
    say("%s", code_name(cosy_rwlock_write_release(NULL)));
    say("%s", code_name(cosy_rwlock_downgrade(NULL)));
    say("%s", code_name(cosy_rwlock_destroy(NULL)));
    say("%s", cosy_rwlock_check(NULL) ? "wrong" : "well");
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh();
    code("read", cosy_rwlock_read(&lock, COSY_NOW));
    code("write", cosy_rwlock_write(&lock, COSY_NOW));
    code("try", cosy_rwlock_try_write(&lock));
    code("try", cosy_rwlock_try_read(&lock));
    held();
    code("release", cosy_rwlock_read_release(&lock));
    return 0;
}

static int not_held(void *arg)
{
    (void)arg;
    fresh();
    code("read", cosy_rwlock_read_release(&lock));
    code("write", cosy_rwlock_write_release(&lock));
    code("downgrade", cosy_rwlock_downgrade(&lock));
    cosy_rwlock_read(&lock, COSY_FOREVER);
    code("write", cosy_rwlock_write_release(&lock));
    code("downgrade", cosy_rwlock_downgrade(&lock));
    cosy_rwlock_read_release(&lock);
    cosy_rwlock_write(&lock, COSY_FOREVER);
    code("read", cosy_rwlock_read_release(&lock));
    held();
    return cosy_rwlock_write_release(&lock);
}

static int by_stranger(void *arg)
{
    (void)arg;
    fresh();
    LINE_UP(&writes_10);
    code("release", cosy_rwlock_write_release(&lock));
    code("downgrade", cosy_rwlock_downgrade(&lock));
    held();
    return join_all();
}

/* Handed over, but the next writer has not run: it is a stranger's already. */
static int twice(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&writes);
    cosy_rwlock_write_release(&lock);
    code("again", cosy_rwlock_write_release(&lock));
    return join_all();
}

/* The writer asks again: a deadlock for ever; with a deadline, of the call or of a scope, a timeout. */
static int own(void *arg)
{
    cosy_scope scope;
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    code("read", cosy_rwlock_read(&lock, COSY_FOREVER));
    code("write", cosy_rwlock_write(&lock, COSY_FOREVER));
    code("now", cosy_rwlock_write(&lock, COSY_NOW));
    code("read", cosy_rwlock_read(&lock, cosy_in(cosy_ms(3))));
    cosy_scope_open(&scope, cosy_in(cosy_ms(3)), 0);
    code("write", cosy_rwlock_write(&lock, COSY_FOREVER));
    cosy_scope_close(&scope);
    say("at %d", at_ms());
    held();
    return cosy_rwlock_write_release(&lock);
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_read(&lock, COSY_FOREVER);
    LINE_UP(&writes);
    code("destroy", cosy_rwlock_destroy(&lock));
    cosy_rwlock_read_release(&lock);
    code("destroy", cosy_rwlock_destroy(&lock));
    return join_all();
}

static cosy_rwlock ready_made = COSY_RWLOCK_INIT("static");

static int static_one(void *arg)
{
    (void)arg;
    say("%s", code_name(cosy_rwlock_write(&ready_made, COSY_FOREVER)));
    say("%s", code_name(cosy_rwlock_downgrade(&ready_made)));
    say("%s", code_name(cosy_rwlock_read_release(&ready_made)));
    say("%s", code_name(cosy_rwlock_read_release(&ready_made)));
    return 0;
}

/* What a report of a deadlock asks a waiter's node. */
static void reported(const cosy_task *task)
{
    const cosy_wait *w = &task->wait;
    const cosy_task *owner = w->ops->owner(w);
    say("%s waits for %s %s, held by %s", cosy_task_name(task), w->ops->what, w->ops->name(w),
        owner ? cosy_task_name(owner) : "somebody");
}

static int reports(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &writes);
    reported(tasks[0]);
    cosy_rwlock_downgrade(&lock);
    reported(tasks[1]);
    cosy_rwlock_read_release(&lock);
    return join_all();
}

/* ---- begin forms: tasks without a stack, in line with the others ---- */

struct machine {
    cosy_task task;
    bool write, waits, holds;
    cosy_time deadline;
};

/* Asks; says what came of it; holds the lock for 10 ms; releases as its owner. */
static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    look();
    if (m->holds) {
        code(ME, release(m->write));
        cosy_task_end(task, rc);
        return;
    }
    if (!m->waits) {
        m->waits = true;
        rc = m->write ? cosy_rwlock_write_begin(&lock, &task->wait) : cosy_rwlock_read_begin(&lock, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
    }
    if (rc) {
        code(ME, rc);
        cosy_task_end(task, rc);
        return;
    }
    say("%s %s at %d", ME, m->write ? "writes" : "reads", at_ms());
    m->holds = true;
    cosy_sleep_begin(&task->wait);
    (void)cosy_await(task, cosy_in(cosy_ms(10)));
}

static struct machine machines[3];

static cosy_task *machine(int i, bool write, cosy_time deadline, const char *name)
{
    machines[i] = (struct machine){.write = write, .deadline = deadline};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int stackless(void *arg)
{
    (void)arg;
    fresh();
    cosy_task *a = start(user, &reads_10, "a"), *s = machine(0, false, COSY_FOREVER, "s"),
              *t = machine(1, true, COSY_FOREVER, "t"), *b = start(user, &writes_10, "b"),
              *u = machine(2, false, COSY_FOREVER, "u");
    cosy_sleep(cosy_ms(15));
    held();
    join(a);
    join(s);
    join(t);
    join(b);
    join(u);
    held();
    return 0;
}

static int stackless_refused(void *arg)
{
    (void)arg;
    fresh();
    cosy_sleep(cosy_ms(1));
    cosy_rwlock_read(&lock, COSY_FOREVER);
    cosy_task *s = machine(0, true, cosy_ms(5), "s"), *t = machine(1, true, COSY_NOW, "t"), *u = machine(2, true, 1, "u");
    join(t);
    join(u);
    join(s);
    say("at %d", at_ms());
    s = machine(0, true, COSY_FOREVER, "s");
    settle(1);
    cosy_rwlock_read_release(&lock);
    held();
    cosy_cancel(s, NULL);
    held();
    join(s);
    return 0;
}

/* ---- many of them ---- */

enum { CROWD = 24, ROUNDS = 300 };
static uint32_t seed;
static int inside_reading, inside_writing, accidents, successes;

static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

/* Takes it one way or another, with all sorts of deadlines, and looks whether it is in company it should not have. */
static int member(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        bool write = dice(3) == 0;
        cosy_time deadline = dice(4) ? COSY_FOREVER : cosy_in(dice(3) * INT64_C(1000));
        int rc = write ? cosy_rwlock_write(&lock, deadline) : cosy_rwlock_read(&lock, deadline);
        accidents += cosy_rwlock_check(&lock) != NULL;
        if (rc == COSY_ECANCELED)
            return 0;
        if (rc == COSY_OK) {
            successes++;
            *(write ? &inside_writing : &inside_reading) += 1;
            accidents += inside_writing > 1 || (inside_writing && inside_reading);
            if (dice(2))
                cosy_sleep(dice(3) * INT64_C(1000));
            if (write && dice(4) == 0) {
                inside_writing--;
                inside_reading++;
                write = false;
                accidents += cosy_rwlock_downgrade(&lock) != COSY_OK;
                if (dice(2))
                    cosy_yield();
            }
            *(write ? &inside_writing : &inside_reading) -= 1;
            accidents += release(write) != COSY_OK;
        }
        if (dice(8) == 0)
            cosy_yield();
    }
    return 0;
}

static int crowd(void *arg)
{
    cosy_task *t[CROWD];
    (void)arg;
    fresh();
    seed = 1;
    inside_reading = inside_writing = accidents = successes = 0;
    for (int i = 0; i < CROWD; i++)
        t[i] = start(member, NULL, "member");
    for (int i = 0; i < CROWD / 3; i++) {
        cosy_sleep(20000);
        cosy_cancel(t[3 * i], NULL);
        accidents += cosy_rwlock_check(&lock) != NULL;
    }
    for (int i = 0; i < CROWD; i++)
        join(t[i]);
    say("%d accidents, %s", accidents, successes > CROWD * ROUNDS / 4 ? "most got it" : "few got it");
    held();
    return cosy_rwlock_destroy(&lock);
}

/* ---- the check itself ---- */

static int damaged(void *arg)
{
    (void)arg;
    fresh();
    cosy_rwlock_write(&lock, COSY_FOREVER);
    LINE_UP(&reads, &writes);
    lock.readers = 1;
    look();
    lock.readers = 0;
    lock.writer = NULL;
    look();
    lock.readers = 1; /* a reader at the head, who could come in */
    look();
    lock.readers = 0;
    lock.waiters.head = &tasks[1]->wait; /* a writer at the head of a free lock */
    look();
    lock.waiters.head = &tasks[0]->wait;
    lock.readers = 0;
    lock.writer = cosy_self();
    tasks[1]->wait.state = COSY_GRANTED;
    look();
    tasks[1]->wait.state = COSY_QUEUED;
    cosy_rwlock_write_release(&lock);
    return join_all();
}

static const test_row rows[] = {
    {"readers go together, writers alone, all in order of arrival", phases,
     "a reads at 0; b reads at 0; c writes at 10; d reads at 20; e reads at 20; f writes at 30; free"},
    {"readers who keep coming do not starve a writer", no_starvation, "write OK; at 20; free"},
    {"nobody overtakes a writer that waits or was granted", no_overtaking,
     "beside a reader, before a writer: EAGAIN; now EAGAIN; for writing EAGAIN; writer a; the writer has not run: EAGAIN; "
     "for writing EAGAIN; now EAGAIN; a writes at 0; b reads at 0; free"},
    {"readers that were granted hold it before they run", granted_readers,
     "readers 2; the readers have not run: beside them OK; for writing EAGAIN; a reads at 0; b reads at 0; free"},
    {"readers at the head are granted together, up to the next writer", together,
     "readers 2; a reads at 0; b reads at 0; c writes at 0; d reads at 0; free"},
    {"a writer at the head is granted alone", writer_alone,
     "writer a; a writes at 0; b writes at 0; c reads at 0; free"},
    {"the last reader hands over to the writer", last_reader, "readers 1; writer a; a writes at 0; free"},
    {"who releases and asks again goes to the end of the line", no_barging,
     "a writes at 0; b reads at 0; main writes at 0; free"},
    {"release and taking a free lock do not switch", no_switch,
     "released; a reads at 0; b writes at 0; reading; writing; c reads at 0; free"},

    {"downgrade: the writer reads on, readers at the head get in", downgrades,
     "downgrade OK; readers 3; a reads at 0; b reads at 0; readers 1; release OK; writer c; c writes at 0; d reads at 0; "
     "free"},
    {"downgrade before a writer: nobody gets in", downgrade_before_writer,
     "readers 1; try EAGAIN; writer a; a writes at 0; b reads at 0; free"},
    {"downgrade with nobody waiting", downgrade_alone, "readers 1; try OK; readers 2; free"},

    {"cancel while queued: leaves the line", cancel_queued,
     "writer main; readers 1; b ECANCELED; d ECANCELED; a reads at 0; c writes at 0; e reads at 0; free"},
    {"cancel of a writer at the head: readers behind it get in in the same step", cancel_head_writer,
     "readers 3; b reads at 0; c reads at 0; a ECANCELED; d writes at 0; e reads at 0; free"},
    {"cancel of a writer in the middle joins the readers around it", cancel_middle_writer,
     "readers 1; writer a; readers 2; c ECANCELED; a ECANCELED; b reads at 0; d reads at 0; free"},
    {"cancel of a granted reader: the count goes back, the writer gets it in the same step", cancel_granted_reader,
     "readers 1; writer b; a ECANCELED; b writes at 0; free"},
    {"cancel of granted readers, one by one, then of the writer", cancel_one_of_two,
     "readers 1; writer c; readers 1; a ECANCELED; b ECANCELED; c ECANCELED; d reads at 0; free"},
    {"cancel of a granted writer: those behind it get it in the same step", cancel_granted_writer,
     "writer a; readers 2; a ECANCELED; b reads at 0; c reads at 0; d writes at 0; free"},
    {"cancel of a granted writer with nobody else: it is free", cancel_granted_alone, "free; try OK; a ECANCELED; free"},
    {"cancel after it has run: what needs no waiting still succeeds", cancel_resumed,
     "write OK; writer a; read OK; write ECANCELED; free"},
    {"a shield holds cancels back, queued and granted", shielded, "writer a; a writes at 0"},

    {"a writer that times out at the head lets readers in at that time", head_writer_times_out,
     "b reads at 5; a ETIMEDOUT; readers 1; c writes at 8; d reads at 8; free"},
    {"timeouts in the middle of the line", middle_times_out,
     "b ETIMEDOUT; c ETIMEDOUT; readers 2; a reads at 8; d reads at 8; free"},
    {"a grant that ties with the deadline wins", ties, "a reads at 10; b writes at 10; c reads at 10; free"},
    {"a deadline that comes first passes it on", too_late, "b reads at 10; a ETIMEDOUT; readers 1; free"},
    {"deadlines in the past and COSY_NOW take what is free and never queue", in_the_past,
     "read OK; write ETIMEDOUT; read OK; write EAGAIN; readers 2; not queued; write OK; a ETIMEDOUT; b ETIMEDOUT"},

    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"tries that fail do not starve others", fair_to_pollers, "others ran in time"},
    {"begin forms spend the countdown: reading", fair_begin, "in the end OK; in time"},
    {"begin forms spend the countdown: writing", fair_begin, "in the end OK; in time", &writes},
    {"checkpoint = always: such a call is a scheduling point", with_checkpoint,
     "a ran; readers 1; b ran; writer main", .options = {.checkpoint = true}},

    {"NULL", with_null,
     "cosy_rwlock_init(RW) by main: EINVAL; EINVAL; cosy_rwlock_read(NULL) by main: EINVAL; EINVAL; "
     "cosy_rwlock_write(NULL) by main: EINVAL; EINVAL; cosy_rwlock_read_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_rwlock_write_begin(NULL) by main: EINVAL; EINVAL; cosy_rwlock_read_begin(NULL) by main: EINVAL; EINVAL; "
     "cosy_rwlock_write_begin(NULL) by main: EINVAL; EINVAL"},
    {"NULL, calls that do not wait", with_null_too,
     "cosy_rwlock_try_read(NULL) by main: EINVAL; EINVAL; cosy_rwlock_try_write(NULL) by main: EINVAL; EINVAL; "
     "cosy_rwlock_read_release(NULL) by main: EINVAL; EINVAL; cosy_rwlock_write_release(NULL) by main: EINVAL; EINVAL; "
     "cosy_rwlock_downgrade(NULL) by main: EINVAL; EINVAL; cosy_rwlock_destroy(NULL) by main: EINVAL; EINVAL; well"},
    {"outside a task: only reading needs no owner", outside,
     "cosy_rwlock_read(RW) by (no task): ENOTASK; read ENOTASK; cosy_rwlock_write(RW) by (no task): ENOTASK; "
     "write ENOTASK; cosy_rwlock_try_write(RW) by (no task): ENOTASK; try ENOTASK; try OK; readers 1; release OK",
     .without_loop = true},
    {"release of what is not held, and of the other side", not_held,
     "cosy_rwlock_read_release(RW) by main: ENOTHELD; read ENOTHELD; "
     "cosy_rwlock_write_release(RW) by main: ENOTHELD; write ENOTHELD; "
     "cosy_rwlock_downgrade(RW) by main: ENOTHELD; downgrade ENOTHELD; "
     "cosy_rwlock_write_release(RW) by main: ENOTHELD; write ENOTHELD; "
     "cosy_rwlock_downgrade(RW) by main: ENOTHELD; downgrade ENOTHELD; "
     "cosy_rwlock_read_release(RW) by main: ENOTHELD, see main; read ENOTHELD; writer main"},
    {"release by a stranger is refused and names the writer", by_stranger,
     "a writes at 0; cosy_rwlock_write_release(RW) by main: ENOTOWNER, see a; release ENOTOWNER; "
     "cosy_rwlock_downgrade(RW) by main: ENOTOWNER, see a; downgrade ENOTOWNER; writer a; free"},
    {"double release before the next writer ran", twice,
     "cosy_rwlock_write_release(RW) by main: ENOTOWNER, see a; again ENOTOWNER; a writes at 0; free"},
    {"the writer asks again: a deadlock for ever, a timeout with a deadline", own,
     "cosy_rwlock_read(RW) by main: EDEADLK, see main; read EDEADLK; "
     "cosy_rwlock_write(RW) by main: EDEADLK, see main; write EDEADLK; now EAGAIN; read ETIMEDOUT; write ETIMEDOUT; at 6; "
     "writer main"},
    {"destroy of a lock that is read, or handed over", destroy_used,
     "cosy_rwlock_destroy(RW) by main: EBUSY; destroy EBUSY; cosy_rwlock_destroy(RW) by main: EBUSY, see a; destroy EBUSY; "
     "a writes at 0; free"},
    {"static initialiser", static_one,
     "OK; OK; OK; cosy_rwlock_read_release(static) by main: ENOTHELD; ENOTHELD"},
    {"what a report says of who waits", reports,
     "a waits for the reading side of rwlock RW, held by main; b waits for the writing side of rwlock RW, held by somebody; "
     "a reads at 0; b writes at 0; free"},

    {"tasks without a stack stand in the same line", stackless,
     "a reads at 0; s reads at 0; s OK; t writes at 10; writer t; t OK; b writes at 20; u reads at 30; u OK; free"},
    {"tasks without a stack: deadlines, and a cancel after the grant", stackless_refused,
     "t EAGAIN; u ETIMEDOUT; s ETIMEDOUT; at 5; writer s; free; s ECANCELED"},
    {"24 tasks, 300 rounds each, timeouts and cancels", crowd, "0 accidents, most got it; free"},
    {"the check finds damage", damaged,
     "BROKEN: a lock is held for writing and for reading at once; BROKEN: a task waits for a lock that it could have; "
     "BROKEN: a task waits for a lock that it could have; BROKEN: a task waits for a lock that it could have; "
     "BROKEN: a node in a wait list does not wait; a reads at 0; b writes at 0; free"},
};

int main(void)
{
    return TEST_ROWS("rwlock", rows);
}
