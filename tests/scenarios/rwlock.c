/* One writer or many readers; who came first goes first; who leaves the line lets those in whom it kept out. */
#include "scenarios.h"

static cosy_rwlock lock;
static line queue;
static int reading, writing;

static void fresh(void)
{
    cosy_rwlock_init(&lock, "lock");
    COSY_TESTING_WATCH(&lock);
    queue = (line){0};
    reading = writing = 0;
}

static const char *nobody_inside(void *arg)
{
    (void)arg;
    return reading || writing ? "somebody is inside still" : NULL;
}

static void look(void)
{
    if (writing > 1 || (writing && reading))
        cosy_testing_fail("a writer is not alone");
}

static int acquire(bool write, cosy_time deadline)
{
    bool waits = write ? cosy_rwlock_writer(&lock) || cosy_rwlock_readers(&lock) : cosy_rwlock_writer(&lock) != NULL;
    unsigned number = line_up(&queue);
    int rc = write ? cosy_rwlock_write(&lock, deadline) : cosy_rwlock_read(&lock, deadline);
    if (cancel_won(waits, line_left(&queue, number, rc)))
        return rc;
    write ? writing++ : reading++;
    look();
    return COSY_OK;
}

static void leave(bool write)
{
    if (write) {
        writing--;
        cosy_rwlock_write_release(&lock);
    } else {
        reading--;
        cosy_rwlock_read_release(&lock);
    }
}

typedef struct visit {
    bool write;
    uint32_t ms, patience_ms; /* 0: a turn; for ever */
    bool in_vain;
} visit;

static int visitor(void *arg)
{
    const visit *v = arg;
    int rc = acquire(v->write, v->patience_ms ? cosy_in(cosy_ms(v->patience_ms)) : COSY_FOREVER);
    if (rc)
        return rc == COSY_ETIMEDOUT && v->in_vain ? COSY_OK : rc;
    rc = v->ms ? cosy_sleep(cosy_ms(v->ms)) : cosy_yield();
    look();
    leave(v->write);
    return rc;
}

static int crew_of(const visit *visits, size_t count)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    member crew[6];
    for (size_t i = 0; i < count; i++)
        crew[i] = (member){names[i], visitor, (void *)(uintptr_t)&visits[i]};
    fresh();
    return run_crew(crew, count);
}

static int mixed(void *arg)
{
    static const visit visits[] = {{false, 2}, {false, 1}, {true, 1}, {false, 1}, {false, 0}, {true, 0}};
    (void)arg;
    return crew_of(visits, 6);
}

/* The writer gives up while a reads: at that moment b and c, who came after it, read too. */
static int writer_gives_up(void *arg)
{
    static const visit visits[] = {{false, 9}, {true, 1, 2, true}, {false, 1, 4}, {false, 2, 4}, {true, 1, 30}};
    (void)arg;
    int rc = crew_of(visits, 5);
    return rc ? rc : cosy_sleep(cosy_ms(40));
}

/* ---- a writer becomes a reader: readers get in, no writer in between ---- */

static int downgrader(void *arg)
{
    (void)arg;
    int rc = acquire(true, COSY_FOREVER);
    if (rc)
        return rc;
    rc = cosy_sleep(cosy_ms(1));
    writing--;
    reading++;
    cosy_rwlock_downgrade(&lock);
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    look();
    leave(false);
    return rc;
}

static int downgraded(void *arg)
{
    static const visit reads = {false, 1}, writes = {true, 1};
    const member crew[] = {{"downgrader", downgrader, NULL}, {"a", visitor, (void *)(uintptr_t)&reads},
                           {"b", visitor, (void *)(uintptr_t)&writes}, {"c", visitor, (void *)(uintptr_t)&reads}};
    (void)arg;
    fresh();
    return RUN_CREW(crew);
}

const cosy_scenario rwlock_scenarios[] = {
    {.name = "rwlock: readers and writers", .run = mixed, .verify = nobody_inside},
    {.name = "rwlock: a writer gives up", .run = writer_gives_up, .verify = nobody_inside},
    {.name = "rwlock: a writer becomes a reader", .run = downgraded, .verify = nobody_inside},
    {.name = NULL},
};
