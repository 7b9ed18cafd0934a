/* Limiter: contract rules 1 (FIFO), 2 (permits are never lost), 3 (deadlines), 4 (fairness), 6 (sticky cancel), 7 (misuse);
 * RULE g: shrinking revokes nothing, growing grants in order, a limit of 0 parks everybody, holders are known.
 *
 * Whatever is said goes through the check of the limiter's invariants, so each step of each scenario is looked at. */
#include "support/test.h"

#include <string.h>

#define ME cosy_task_name(cosy_self())

static cosy_limiter lim;
static cosy_permit mine, another;

static void fresh(int32_t limit)
{
    cosy_limiter_init(&lim, limit, "L");
    mine = another = (cosy_permit)COSY_PERMIT_INIT;
}

static void look(void)
{
    const char *wrong = cosy_limiter_check(&lim);
    if (wrong)
        say("BROKEN: %s", wrong);
}

static void code(const char *who, int rc)
{
    look();
    say("%s %s", who, code_name(rc));
}

/* "held 2 of 3, 1 wait" */
static void count(void)
{
    look();
    say("held %d of %d, %u wait", (int)cosy_limiter_held(&lim), (int)cosy_limiter_limit(&lim),
        (unsigned)cosy_limiter_waiting(&lim));
}

static int add_name(cosy_permit *permit, void *text)
{
    strcat(text, " ");
    strcat(text, cosy_task_name(cosy_permit_holder(permit)));
    return 0;
}

/* Who holds permits, the one who has held it the longest first. */
static void holders(void)
{
    char text[200] = "holders";
    look();
    cosy_limiter_each(&lim, add_name, text);
    say("%s", text);
}

static cosy_time until_5 = INT64_C(5000000), until_10 = INT64_C(10000000);

/* Takes a permit, says so, gives it back at once. The argument: a deadline, or NULL for ever. */
static int taker(void *deadline)
{
    cosy_permit permit = COSY_PERMIT_INIT;
    int rc = cosy_limiter_acquire(&lim, &permit, deadline ? *(cosy_time *)deadline : COSY_FOREVER);
    code(ME, rc);
    if (cosy_permit_holder(&permit) != (rc ? NULL : cosy_self()))
        say("BROKEN: the permit does not know");
    return rc ? rc : cosy_limiter_release(&permit);
}

/* ... after 10 ms. */
static int worker(void *arg)
{
    cosy_permit permit = COSY_PERMIT_INIT;
    (void)arg;
    int rc = cosy_limiter_acquire(&lim, &permit, COSY_FOREVER);
    if (rc) {
        code(ME, rc);
        return rc;
    }
    say("%s at %d", ME, at_ms());
    cosy_sleep(cosy_ms(10));
    return cosy_limiter_release(&permit);
}

enum { MOST = 5 };
static cosy_task *tasks[MOST];
static int started;

/* Starts tasks a, b, c ... and lets them ask. */
static void line_up(cosy_fn fn, int n)
{
    static const char *const names[MOST] = {"a", "b", "c", "d", "e"};
    started = n;
    for (int i = 0; i < n; i++)
        tasks[i] = start(fn, NULL, names[i]);
    settle(1);
    look();
}

static int join_all(void)
{
    for (int i = 0; i < started; i++)
        join(tasks[i]);
    count();
    return cosy_limiter_destroy(&lim);
}

/* ---- order ---- */

static int two_at_a_time(void *arg)
{
    (void)arg;
    fresh(2);
    line_up(worker, 5);
    holders();
    cosy_sleep(cosy_ms(5));
    count();
    return join_all();
}

/* A permit that was given to a waiter is held by it already: nobody gets it first. */
static int no_overtaking(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 2);
    code("queued: try", cosy_limiter_try(&lim, &another));
    cosy_limiter_release(&mine);
    holders();
    code("granted: try", cosy_limiter_try(&lim, &mine));
    code("now", cosy_limiter_acquire(&lim, &mine, COSY_NOW));
    say("%s, available %d", cosy_permit_held(&mine) ? "held" : "free", (int)cosy_limiter_available(&lim));
    return join_all();
}

/* Two permits come back, a is granted one of them and has not run: who asks by a begin form, or as an arm, takes the other
 * and goes behind a. */
static int behind_who_was_served(void *as_arm)
{
    cosy_task *me = cosy_self();
    fresh(2);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    cosy_limiter_acquire(&lim, &another, COSY_FOREVER);
    line_up(taker, 1);
    cosy_limiter_release(&mine);
    cosy_limiter_release(&another);
    if (as_arm) {
        cosy_arm arms[] = {cosy_arm_limiter(&lim, &mine)};
        say("main %d", cosy_select(arms, 1, NULL, COSY_FOREVER));
    } else {
        int rc = cosy_limiter_acquire_begin(&lim, &mine, &me->wait);
        code("main", rc == COSY_WAITING ? cosy_suspend(me, COSY_FOREVER) : COSY_EDONE);
    }
    cosy_limiter_release(&mine);
    return join_all();
}

/* There is a permit over while a is granted and has not run: not for a newcomer, or only behind a. A resize changes nothing
 * of that. */
static int surplus(void *arg)
{
    bool resize = arg != NULL;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 1);
    cosy_limiter_release(&mine);
    cosy_limiter_resize(&lim, 3);
    if (resize)
        cosy_limiter_resize(&lim, 2);
    code("try", cosy_limiter_try(&lim, &mine));
    code("now", cosy_limiter_acquire(&lim, &mine, COSY_NOW));
    say("%s", cosy_permit_held(&mine) ? "held" : "free");
    code("main", cosy_limiter_acquire(&lim, &mine, COSY_FOREVER));
    code("try", cosy_limiter_try(&lim, &another));
    cosy_limiter_release(&mine);
    cosy_limiter_release(&another);
    return join_all();
}

static int no_barging(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 2);
    cosy_limiter_release(&mine);
    code(ME, cosy_limiter_acquire(&lim, &mine, COSY_FOREVER));
    cosy_limiter_release(&mine);
    return join_all();
}

static int no_switch(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(taker, NULL, "a");
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    say("acquired");
    settle(1);
    cosy_limiter_release(&mine);
    say("released");
    join(a);
    a = start(taker, NULL, "b");
    cosy_limiter_resize(&lim, 0);
    settle(1);
    cosy_limiter_resize(&lim, 1);
    say("resized");
    join(a);
    return 0;
}

/* ---- holders ---- */

static int release_it(void *permit)
{
    return cosy_limiter_release(permit);
}

static int on_behalf(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    holders();
    cosy_task *a = start(release_it, &mine, "a");
    say("%s", code_name(join(a)));
    count();
    say("%s", cosy_permit_holder(&mine) ? "held" : "free");
    return 0;
}

static cosy_permit numbered[5];

static int add_number(cosy_permit *permit, void *text)
{
    char digit[3] = " ?";
    if (permit >= numbered && permit < numbered + 5)
        digit[1] = (char)('0' + (permit - numbered));
    strcat(text, digit);
    return 0;
}

/* From the front, the middle and the end of the circle; a newcomer (?) is the last. */
static int leaving(void *arg)
{
    static const int order[] = {0, 2, 4, 1, 3};
    (void)arg;
    fresh(5);
    memset(numbered, 0, sizeof numbered);
    for (int i = 0; i < 5; i++)
        cosy_limiter_acquire(&lim, &numbered[i], COSY_FOREVER);
    cosy_task *a = start(taker, NULL, "a");
    settle(1);
    for (int i = 0; i < 5; i++) {
        char text[40] = "holders";
        cosy_limiter_release(&numbered[order[i]]);
        cosy_limiter_each(&lim, add_number, text);
        look();
        say("%s", text);
    }
    join(a);
    say("%s", lim.holders ? "holders left" : "none left");
    return cosy_limiter_destroy(&lim);
}

/* One task may hold several, each with a permit of its own. */
static int several(void *arg)
{
    (void)arg;
    fresh(3);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(worker, 1);
    code("try", cosy_limiter_try(&lim, &another));
    holders();
    cosy_limiter_release(&mine);
    holders();
    cosy_limiter_release(&another);
    return join_all();
}

struct search {
    const char *name;
    int visited;
};

static int stop_at(cosy_permit *permit, void *arg)
{
    struct search *search = arg;
    search->visited++;
    return strcmp(cosy_task_name(cosy_permit_holder(permit)), search->name) ? 0 : 7;
}

static int release_each(cosy_permit *permit, void *n)
{
    ++*(int *)n;
    return cosy_limiter_release(permit);
}

/* What the walk releases is granted to others, whom it does not visit. */
static int each(void *arg)
{
    static cosy_permit p[2];
    int visited = 0;
    (void)arg;
    fresh(2);
    memset(p, 0, sizeof p);
    cosy_limiter_acquire(&lim, &p[0], COSY_FOREVER);
    cosy_limiter_acquire(&lim, &p[1], COSY_FOREVER);
    line_up(taker, 3);
    struct search nobody_there = {.name = "nobody"}, main_there = {.name = "main"};
    say("%d", cosy_limiter_each(&lim, stop_at, &nobody_there));
    say("%d", cosy_limiter_each(&lim, stop_at, &main_there));
    say("visited %d, %d", nobody_there.visited, main_there.visited);
    say("%d", cosy_limiter_each(&lim, release_each, &visited));
    say("visited %d", visited);
    holders();
    return join_all();
}

/* ---- the limit ---- */

static int grows(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(worker, 4);
    count();
    cosy_limiter_resize(&lim, 3);
    holders();
    count();
    cosy_limiter_release(&mine);
    return join_all();
}

static int shrinks(void *arg)
{
    (void)arg;
    fresh(3);
    line_up(worker, 5);
    cosy_limiter_resize(&lim, 1);
    holders();
    say("available %d", (int)cosy_limiter_available(&lim));
    cosy_sleep(cosy_ms(15)); /* all three have released: one was let in */
    holders();
    count();
    return join_all();
}

static int nobody(void *arg)
{
    (void)arg;
    fresh(0);
    line_up(taker, 2);
    count();
    code("try", cosy_limiter_try(&lim, &mine));
    cosy_limiter_resize(&lim, 1);
    holders();
    cosy_limiter_resize(&lim, 0); /* too late for a */
    cosy_task *c = start(taker, NULL, "c");
    settle(2);
    count();
    cosy_limiter_resize(&lim, COSY_SEMAPHORE_MAX);
    join(c);
    return join_all();
}

/* Granted above what is now the limit, then cancelled: nobody gets it. */
static int shrinks_before_cancel(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 2);
    cosy_limiter_release(&mine);
    cosy_limiter_resize(&lim, 0);
    cosy_cancel(tasks[0], NULL);
    count();
    cosy_limiter_resize(&lim, 1);
    return join_all();
}

/* ---- cancel ---- */

static int cancel_queued(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 3);
    cosy_cancel(tasks[1], NULL);
    cosy_cancel(tasks[0], NULL);
    count();
    cosy_limiter_release(&mine);
    holders();
    return join_all();
}

static int cancel_granted(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 2);
    cosy_limiter_release(&mine);
    holders();
    cosy_cancel(tasks[0], NULL);
    holders();
    cosy_cancel(tasks[1], NULL);
    holders();
    return join_all();
}

static int then_waits(void *arg)
{
    (void)arg;
    code("acquire", cosy_limiter_acquire(&lim, &mine, COSY_FOREVER));
    cosy_cancel(cosy_self(), NULL);
    holders();
    code("again", cosy_limiter_acquire(&lim, &another, COSY_FOREVER));
    cosy_limiter_release(&mine);
    code("free one", cosy_limiter_acquire(&lim, &another, COSY_FOREVER));
    return cosy_limiter_release(&another);
}

static int cancel_resumed(void *arg)
{
    cosy_permit held = COSY_PERMIT_INIT;
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &held, COSY_FOREVER);
    cosy_task *a = start(then_waits, NULL, "a");
    settle(1);
    cosy_limiter_release(&held);
    return join(a);
}

static int shielded_taker(void *arg)
{
    cosy_scope scope;
    cosy_scope_open(&scope, COSY_FOREVER, COSY_SCOPE_SHIELD);
    int rc = taker(arg);
    cosy_scope_close(&scope);
    return rc;
}

static int shielded(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(shielded_taker, 1);
    cosy_cancel(tasks[0], NULL);
    cosy_limiter_release(&mine);
    cosy_cancel(tasks[0], NULL);
    holders();
    return join_all();
}

/* A permit whose acquire has failed can be used again. */
static int retries(void *arg)
{
    (void)arg;
    cosy_permit permit = COSY_PERMIT_INIT;
    code(ME, cosy_limiter_acquire(&lim, &permit, cosy_ms(5)));
    code(ME, cosy_limiter_acquire(&lim, &permit, COSY_NOW));
    code(ME, cosy_limiter_try(&lim, &permit));
    int rc = cosy_limiter_acquire(&lim, &permit, COSY_FOREVER);
    say("%s %s at %d", ME, code_name(rc), at_ms());
    return cosy_limiter_release(&permit);
}

static int used_again(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(retries, 1);
    cosy_sleep(cosy_ms(8));
    cosy_limiter_release(&mine);
    return join_all();
}

/* ---- deadlines ---- */

static int times_out(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    started = 3;
    tasks[0] = start(taker, NULL, "a");
    tasks[1] = start(taker, &until_5, "b");
    tasks[2] = start(taker, NULL, "c");
    cosy_sleep(cosy_ms(8));
    count();
    cosy_limiter_release(&mine);
    return join_all();
}

static int ties(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    started = 2;
    tasks[0] = start(taker, &until_10, "a");
    tasks[1] = start(taker, NULL, "b");
    cosy_sleep_until(until_10); /* armed before a's */
    cosy_limiter_release(&mine);
    return join_all();
}

static int too_late(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    started = 2;
    tasks[0] = start(taker, &until_10, "a");
    tasks[1] = start(taker, NULL, "b");
    settle(1);
    cosy_sleep_until(until_10); /* armed after a's */
    cosy_limiter_release(&mine);
    return join_all();
}

static int in_the_past(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_sleep(cosy_ms(6));
    code("free", cosy_limiter_acquire(&lim, &mine, until_5));
    code("held", cosy_limiter_acquire(&lim, &another, until_5));
    code("now", cosy_limiter_acquire(&lim, &another, COSY_NOW));
    count();
    cosy_limiter_release(&mine);
    code("now", cosy_limiter_acquire(&lim, &another, COSY_NOW));
    return cosy_limiter_release(&another);
}

/* ---- fairness ---- */

static int greedy(void *stop)
{
    cosy_permit permit = COSY_PERMIT_INIT;
    int n = 0;
    while (!*(bool *)stop && n < 100000) {
        cosy_limiter_acquire(&lim, &permit, COSY_FOREVER);
        cosy_limiter_release(&permit);
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
    fresh(1);
    cosy_task *a = start(greedy, &stop, "a"), *b = start(stopper, &stop, "b");
    int n = join(a);
    say("%s", n > 0 && n <= COSY_BUDGET ? "others ran in time" : "starved");
    return join(b);
}

/* Begin forms spend it as well: in the end one goes round the ready list. */
static int fair_begin(void *arg)
{
    cosy_task *me = cosy_self();
    int n = 0, rc = COSY_OK;
    (void)arg;
    fresh(1);
    while (rc == COSY_OK && n++ < 100000) {
        rc = cosy_limiter_acquire_begin(&lim, &mine, &me->wait);
        if (rc == COSY_WAITING)
            code("in the end", cosy_suspend(me, COSY_FOREVER));
        cosy_limiter_release(&mine);
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
    fresh(1);
    cosy_task *a = start(speaker, NULL, "a");
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    count();
    cosy_limiter_release(&mine);
    return join(a);
}

/* ---- misuse ---- */

static int with_nonsense(void *arg)
{
    (void)arg;
    cosy_wait *w = &cosy_self()->wait;
    fresh(1);
    say("%s", code_name(cosy_limiter_init(NULL, 1, "L")));
    say("%s", code_name(cosy_limiter_init(&lim, -1, "L")));
    say("%s", code_name(cosy_limiter_acquire(NULL, &mine, COSY_FOREVER)));
    say("%s", code_name(cosy_limiter_acquire(&lim, NULL, COSY_FOREVER)));
    say("%s", code_name(cosy_limiter_acquire_begin(NULL, &mine, w)));
    say("%s", code_name(cosy_limiter_acquire_begin(&lim, NULL, w)));
    say("%s", code_name(cosy_limiter_acquire_begin(&lim, &mine, NULL)));
    return 0;
}

static int with_nonsense_too(void *arg)
{
    (void)arg;
    fresh(1);
    say("%s", code_name(cosy_limiter_try(NULL, &mine)));
    say("%s", code_name(cosy_limiter_try(&lim, NULL)));
    say("%s", code_name(cosy_limiter_release(NULL)));
    say("%s", code_name(cosy_limiter_resize(NULL, 1)));
    say("%s", code_name(cosy_limiter_resize(&lim, -1)));
    say("%s", code_name(cosy_limiter_each(NULL, add_name, NULL)));
    say("%s", code_name(cosy_limiter_each(&lim, NULL, NULL)));
    say("%s", code_name(cosy_limiter_destroy(NULL)));
    say("%s", cosy_limiter_check(NULL) ? "wrong" : "well");
    count();
    return 0;
}

static int outside(void *arg)
{
    (void)arg;
    fresh(1);
    code("acquire", cosy_limiter_acquire(&lim, &mine, COSY_NOW));
    code("try", cosy_limiter_try(&lim, &mine));
    code("try", cosy_limiter_try(&lim, &another));
    holders();
    code("release", cosy_limiter_release(&mine));
    return 0;
}

static cosy_permit shared;

static int with_shared(void *arg)
{
    (void)arg;
    code(ME, cosy_limiter_acquire(&lim, &shared, COSY_FOREVER));
    return 0;
}

/* A permit that is held, then one that waits: neither can be acquired with, here or elsewhere. */
static int in_use(void *arg)
{
    static cosy_limiter elsewhere = COSY_LIMITER_INIT("elsewhere", 1);
    (void)arg;
    fresh(1);
    shared = (cosy_permit)COSY_PERMIT_INIT;
    code("first", cosy_limiter_acquire(&lim, &mine, COSY_FOREVER));
    code("held", cosy_limiter_acquire(&lim, &mine, COSY_FOREVER));
    code("elsewhere", cosy_limiter_acquire(&elsewhere, &mine, COSY_FOREVER));
    line_up(with_shared, 1);
    code("waits", cosy_limiter_acquire(&lim, &shared, COSY_FOREVER));
    code("try", cosy_limiter_try(&elsewhere, &shared));
    code("begin", cosy_limiter_acquire_begin(&elsewhere, &shared, &cosy_self()->wait));
    code("release", cosy_limiter_release(&shared));
    count();
    cosy_limiter_release(&mine);
    join_all();
    return cosy_limiter_release(&shared);
}

static int twice(void *arg)
{
    (void)arg;
    fresh(2);
    code("never", cosy_limiter_release(&mine));
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    cosy_limiter_acquire(&lim, &another, COSY_FOREVER);
    code("once", cosy_limiter_release(&mine));
    code("twice", cosy_limiter_release(&mine));
    count();
    return cosy_limiter_release(&another);
}

static int destroy_used(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 1);
    code("destroy", cosy_limiter_destroy(&lim));
    cosy_limiter_resize(&lim, 0);
    cosy_limiter_release(&mine);
    code("destroy", cosy_limiter_destroy(&lim));
    cosy_limiter_resize(&lim, 1);
    code("destroy", cosy_limiter_destroy(&lim));
    return join_all();
}

static cosy_limiter ready_made = COSY_LIMITER_INIT("static", 1);

static int static_one(void *arg)
{
    (void)arg;
    fresh(1);
    say("%s", code_name(cosy_limiter_acquire(&ready_made, &mine, COSY_FOREVER)));
    say("%s", code_name(cosy_limiter_try(&ready_made, &another)));
    say("%s", code_name(cosy_limiter_destroy(&ready_made)));
    return cosy_limiter_release(&mine);
}

/* What a report of a deadlock asks a waiter's node. */
static int reports(void *arg)
{
    (void)arg;
    fresh(0);
    line_up(taker, 1);
    const cosy_wait *w = &tasks[0]->wait;
    say("%s %s, held by %s", w->ops->what, w->ops->name(w), cosy_task_name(w->ops->owner(w)));
    cosy_limiter_resize(&lim, 2);
    join_all();
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    cosy_task *b = start(worker, NULL, "b"), *c = start(taker, NULL, "c");
    settle(1);
    w = &c->wait;
    say("%s %s, held by %s", w->ops->what, w->ops->name(w), cosy_task_name(w->ops->owner(w)));
    cosy_limiter_release(&mine);
    join(b);
    return join(c);
}

/* ---- begin forms: tasks without a stack, in line with the others ---- */

struct machine {
    cosy_task task;
    cosy_permit permit;
    cosy_time deadline;
    bool waits;
};

/* Asks; says what came of it; holds the permit for 10 ms. */
static void step(cosy_task *task)
{
    struct machine *m = (struct machine *)(void *)task;
    int rc = cosy_task_result(task);
    if (cosy_permit_held(&m->permit) && m->deadline == 0) {
        code(ME, cosy_limiter_release(&m->permit));
        cosy_task_end(task, rc);
        return;
    }
    if (!m->waits) {
        m->waits = true;
        rc = cosy_limiter_acquire_begin(&lim, &m->permit, &task->wait);
        if (rc == COSY_WAITING)
            rc = cosy_await(task, m->deadline);
        if (rc == COSY_WAITING)
            return;
    }
    look();
    if (rc) {
        code(ME, rc);
        cosy_task_end(task, rc);
        return;
    }
    say("%s at %d", cosy_task_name(cosy_permit_holder(&m->permit)), at_ms());
    m->deadline = 0;
    cosy_sleep_begin(&task->wait);
    (void)cosy_await(task, cosy_in(cosy_ms(10)));
}

static struct machine machines[3];

static cosy_task *machine(int i, cosy_time deadline, const char *name)
{
    machines[i] = (struct machine){.deadline = deadline};
    cosy_task_init(&machines[i].task, cosy_here(), step, name);
    cosy_task_start(&machines[i].task, NULL);
    return &machines[i].task;
}

static int stackless(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_task *a = start(worker, NULL, "a"), *s = machine(0, COSY_FOREVER, "s"), *b = start(worker, NULL, "b"),
              *t = machine(1, COSY_FOREVER, "t");
    cosy_sleep(cosy_ms(15));
    holders();
    join(a);
    join(s);
    join(b);
    join(t);
    count();
    return 0;
}

static int stackless_refused(void *arg)
{
    (void)arg;
    fresh(1);
    cosy_sleep(cosy_ms(1));
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    cosy_task *s = machine(0, until_5, "s"), *t = machine(1, COSY_NOW, "t"), *u = machine(2, 1, "u");
    join(t);
    join(u);
    join(s);
    say("at %d", at_ms());
    s = machine(0, COSY_FOREVER, "s");
    settle(1);
    cosy_limiter_release(&mine);
    holders();
    cosy_cancel(s, NULL);
    holders();
    join(s);
    say("%s", cosy_permit_held(&machines[0].permit) || machines[0].permit.limiter ? "in use" : "free");
    return 0;
}

/* ---- many of them ---- */

enum { CROWD = 24, ROUNDS = 300 };
static uint32_t seed;
static int inside, accidents, successes;

static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

static int member(void *arg)
{
    cosy_permit permit = COSY_PERMIT_INIT;
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        cosy_time deadline = dice(4) ? COSY_FOREVER : cosy_in(dice(3) * INT64_C(1000));
        int rc = cosy_limiter_acquire(&lim, &permit, deadline);
        accidents += cosy_limiter_check(&lim) != NULL;
        accidents += cosy_permit_held(&permit) != (rc == COSY_OK);
        if (rc == COSY_ECANCELED)
            return 0;
        if (rc == COSY_OK) {
            successes++;
            inside++;
            accidents += inside > 6; /* the highest limit it ever has */
            if (dice(2))
                cosy_sleep(dice(3) * INT64_C(1000));
            inside--;
            accidents += cosy_limiter_release(&permit) != COSY_OK;
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
    fresh(3);
    seed = 1;
    inside = accidents = successes = 0;
    for (int i = 0; i < CROWD; i++)
        t[i] = start(member, NULL, "member");
    for (int i = 0; i < CROWD / 3; i++) {
        cosy_sleep(20000);
        cosy_limiter_resize(&lim, (int32_t)dice(7));
        cosy_cancel(t[3 * i], NULL);
        accidents += cosy_limiter_check(&lim) != NULL;
    }
    cosy_limiter_resize(&lim, 4);
    for (int i = 0; i < CROWD; i++)
        join(t[i]);
    say("%d accidents, %s", accidents, successes > CROWD * ROUNDS / 4 ? "most got it" : "few got it");
    count();
    return cosy_limiter_destroy(&lim);
}

/* ---- the check itself ---- */

static int damaged(void *arg)
{
    cosy_limiter elsewhere;
    (void)arg;
    fresh(1);
    cosy_limiter_acquire(&lim, &mine, COSY_FOREVER);
    line_up(taker, 1);
    lim.limit = 2;
    look();
    lim.limit = 1;
    lim.held = 2;
    look();
    lim.held = 0;
    lim.limit = 0;
    look();
    lim.held = lim.limit = 1;
    mine.limiter = &elsewhere;
    look();
    mine.limiter = &lim;
    mine.next = &another;
    another.prev = NULL;
    look();
    mine.next = &mine;
    cosy_permit *waits = tasks[0]->wait.arg.ptr;
    waits->limiter = NULL;
    look();
    waits->limiter = &lim;
    waits->next = waits;
    look();
    waits->next = NULL;
    waits->task = cosy_self();
    look();
    waits->task = tasks[0];
    tasks[0]->wait.state = COSY_CONSUMED;
    look();
    tasks[0]->wait.state = COSY_QUEUED;
    cosy_limiter_release(&mine);
    return join_all();
}

static const test_row rows[] = {
    {"permits go round in order of arrival", two_at_a_time,
     "a at 0; b at 0; holders a b; held 2 of 2, 3 wait; c at 10; d at 10; e at 20; held 0 of 2, 0 wait"},
    {"nobody overtakes who is queued or granted", no_overtaking,
     "queued: try EAGAIN; holders a; granted: try EAGAIN; now EAGAIN; free, available 0; a OK; b OK; held 0 of 1, 0 wait"},
    {"nor who was granted, by the begin form", behind_who_was_served, "a OK; main OK; held 0 of 2, 0 wait"},
    {"nor as an arm", behind_who_was_served, "a OK; main 0; held 0 of 2, 0 wait", "arm"},
    {"a permit is over while somebody is granted and has not run", surplus,
     "try EAGAIN; now EAGAIN; free; a OK; main OK; try OK; held 0 of 3, 0 wait"},
    {"... and the limit was changed once more", surplus,
     "try EAGAIN; now EAGAIN; free; a OK; main OK; try OK; held 0 of 2, 0 wait", &lim},
    {"who releases and acquires again goes to the end of the line", no_barging,
     "a OK; b OK; main OK; held 0 of 1, 0 wait"},
    {"acquire of a free permit, release and resize do not switch", no_switch,
     "acquired; released; a OK; resized; b OK"},

    {"release on behalf of the holder", on_behalf, "holders main; OK; held 0 of 1, 0 wait; free"},
    {"holders leave from the front, the middle and the end, whom they let in comes last", leaving,
     "holders 1 2 3 4 ?; holders 1 3 4 ?; holders 1 3 ?; holders 3 ?; holders ?; a OK; none left"},
    {"a task may hold several permits", several,
     "a at 0; try OK; holders main a main; holders a main; held 0 of 3, 0 wait"},
    {"a walk over the holders: to its end, to a result, releasing each", each,
     "0; 7; visited 2, 1; 0; visited 2; holders a b; a OK; b OK; c OK; held 0 of 2, 0 wait"},

    {"a higher limit grants those who wait, in order", grows,
     "held 1 of 1, 4 wait; holders main a b; held 3 of 3, 2 wait; a at 0; b at 0; c at 0; d at 10; held 0 of 3, 0 wait"},
    {"a lower limit revokes nothing, and lets nobody in until it is met", shrinks,
     "a at 0; b at 0; c at 0; holders a b c; available 0; d at 10; holders d; held 1 of 1, 1 wait; e at 20; "
     "held 0 of 1, 0 wait"},
    {"a limit of 0 parks everybody", nobody,
     "held 0 of 0, 2 wait; try EAGAIN; holders a; a OK; held 0 of 0, 2 wait; b OK; c OK; held 0 of 2147483647, 0 wait"},
    {"a cancelled grant above a lower limit goes to nobody", shrinks_before_cancel,
     "held 0 of 0, 1 wait; a ECANCELED; b OK; held 0 of 1, 0 wait"},

    {"cancel while queued", cancel_queued,
     "held 1 of 1, 1 wait; holders c; b ECANCELED; a ECANCELED; c OK; held 0 of 1, 0 wait"},
    {"cancel after the grant: the permit goes to the next in the same step", cancel_granted,
     "holders a; holders b; holders; a ECANCELED; b ECANCELED; held 0 of 1, 0 wait"},
    {"cancel after it has run: what needs no waiting still succeeds", cancel_resumed,
     "acquire OK; holders a; again ECANCELED; free one OK"},
    {"a shield holds cancels back, queued and granted", shielded, "holders a; a OK; held 0 of 1, 0 wait"},
    {"a permit whose acquire has failed can be used again", used_again,
     "a ETIMEDOUT; a EAGAIN; a EAGAIN; a OK at 8; held 0 of 1, 0 wait"},

    {"timeout in the middle of the line", times_out,
     "b ETIMEDOUT; held 1 of 1, 2 wait; a OK; c OK; held 0 of 1, 0 wait"},
    {"a release that ties with the deadline wins", ties, "a OK; b OK; held 0 of 1, 0 wait"},
    {"a release that comes after the deadline serves the next", too_late, "a ETIMEDOUT; b OK; held 0 of 1, 0 wait"},
    {"a deadline in the past and COSY_NOW", in_the_past,
     "free OK; held ETIMEDOUT; now EAGAIN; held 1 of 1, 0 wait; now OK"},

    {"calls that complete at once do not starve others", fair, "others ran in time"},
    {"begin forms spend the countdown", fair_begin, "in the end OK; in time"},
    {"checkpoint = always: such a call is a scheduling point", with_checkpoint, "a ran; held 1 of 1, 0 wait",
     .options = {.checkpoint = true}},

    {"NULL and negative limits", with_nonsense,
     "cosy_limiter_init(L) by main: EINVAL; EINVAL; cosy_limiter_init(L) by main: EINVAL; EINVAL; "
     "cosy_limiter_acquire(NULL) by main: EINVAL; EINVAL; cosy_limiter_acquire(L) by main: EINVAL; EINVAL; "
     "cosy_limiter_acquire_begin(NULL) by main: EINVAL; EINVAL; cosy_limiter_acquire_begin(L) by main: EINVAL; EINVAL; "
     "cosy_limiter_acquire_begin(L) by main: EINVAL; EINVAL"},
    {"NULL and negative limits, calls that do not wait", with_nonsense_too,
     "cosy_limiter_try(NULL) by main: EINVAL; EINVAL; cosy_limiter_try(L) by main: EINVAL; EINVAL; "
     "cosy_limiter_release(NULL) by main: EINVAL; EINVAL; cosy_limiter_resize(NULL) by main: EINVAL; EINVAL; "
     "cosy_limiter_resize(L) by main: EINVAL; EINVAL; cosy_limiter_each(NULL) by main: EINVAL; EINVAL; "
     "cosy_limiter_each(L) by main: EINVAL; EINVAL; cosy_limiter_destroy(NULL) by main: EINVAL; EINVAL; well; "
     "held 0 of 1, 0 wait"},
    {"outside a task: a permit that nobody holds", outside,
     "cosy_limiter_acquire(L) by (no task): ENOTASK; acquire ENOTASK; try OK; try EAGAIN; holders (no task); release OK",
     .without_loop = true},
    {"a permit that is held or waits cannot be acquired with, nor a waiting one released", in_use,
     "first OK; cosy_limiter_acquire(L) by main: EBUSY, see main; held EBUSY; "
     "cosy_limiter_acquire(elsewhere) by main: EBUSY, see main; elsewhere EBUSY; "
     "cosy_limiter_acquire(L) by main: EBUSY, see a; waits EBUSY; cosy_limiter_try(elsewhere) by main: EBUSY, see a; "
     "try EBUSY; cosy_limiter_acquire_begin(elsewhere) by main: EBUSY, see a; begin EBUSY; "
     "cosy_limiter_release(L) by main: ENOTHELD, see a; release ENOTHELD; held 1 of 1, 1 wait; a OK; held 1 of 1, 0 wait; "
     "cosy_limiter_destroy(L) by main: EBUSY, see a"},
    {"release of a permit that was never held, or released already", twice,
     "cosy_limiter_release((unnamed)) by main: ENOTHELD; never ENOTHELD; once OK; "
     "cosy_limiter_release((unnamed)) by main: ENOTHELD; twice ENOTHELD; held 1 of 2, 0 wait"},
    {"destroy while a permit is held, waited for, granted", destroy_used,
     "cosy_limiter_destroy(L) by main: EBUSY, see main; destroy EBUSY; "
     "cosy_limiter_destroy(L) by main: EBUSY, see a; destroy EBUSY; "
     "cosy_limiter_destroy(L) by main: EBUSY, see a; destroy EBUSY; a OK; held 0 of 1, 0 wait"},
    {"static initialiser", static_one,
     "OK; EAGAIN; cosy_limiter_destroy(static) by main: EBUSY, see main; EBUSY"},
    {"what a report says of who waits", reports,
     "a permit of limiter L, held by (no task); a OK; held 0 of 2, 0 wait; b at 0; a permit of limiter L, held by main; "
     "c OK"},

    {"tasks without a stack stand in the same line", stackless,
     "a at 0; s at 10; holders s; s OK; b at 20; t at 30; t OK; held 0 of 1, 0 wait"},
    {"tasks without a stack: deadlines, and a cancel after the grant", stackless_refused,
     "t EAGAIN; u ETIMEDOUT; s ETIMEDOUT; at 5; holders s; holders; s ECANCELED; free"},
    {"24 tasks, 300 rounds each, timeouts, cancels and other limits", crowd,
     "0 accidents, most got it; held 0 of 4, 0 wait"},
    {"the check finds damage", damaged,
     "BROKEN: a task waits for a permit that it could have; BROKEN: a limiter has fewer holders than it has counted; "
     "BROKEN: a limiter has more holders than it has counted; BROKEN: a permit is held of another limiter; "
     "BROKEN: the links of a limiter's holders do not agree; BROKEN: a permit is waited for and does not know it; "
     "BROKEN: a permit is waited for and does not know it; BROKEN: a permit is waited for and does not know it; "
     "BROKEN: a node in a wait list does not wait; a OK; "
     "held 0 of 1, 0 wait"},
};

int main(void)
{
    return TEST_ROWS("limiter", rows);
}
