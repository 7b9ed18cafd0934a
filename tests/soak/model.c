/* See model.h. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

static void append(model *m, place p, entry e)
{
    if (m->lines[p].count == ENTRIES) {
        fprintf(stderr, "the model has no room\n");
        exit(2);
    }
    m->lines[p].at[m->lines[p].count++] = e;
}

static entry take_at(model *m, place p, int i)
{
    entry e = m->lines[p].at[i];
    memmove(&m->lines[p].at[i], &m->lines[p].at[i + 1], (size_t)(m->lines[p].count - i - 1) * sizeof e);
    m->lines[p].count--;
    return e;
}

static bool remove_task(model *m, place p, int task)
{
    bool found = false;
    for (int i = m->lines[p].count - 1; i >= 0; i--)
        if (m->lines[p].at[i].task == task) {
            take_at(m, p, i);
            found = true;
        }
    return found;
}

static void make_ready(model *m, int task)
{
    m->tasks[task].state = S_READY;
    m->ready[m->ready_count++] = task;
}

static void look_again(model *m, place p);

/* An entry that was taken out of its line is served. */
static void grant(model *m, entry e, int result, bool undoable)
{
    mtask *t = &m->tasks[e.task];
    t->result = result;
    t->undoable = undoable;
    t->arm = e.arm;
    t->when = M_FOREVER;
    make_ready(m, e.task);
    if (t->job == J_SELECT_HOLD) { /* the other arms leave: first all, then each line is looked at */
        bool left[P_PLACES];
        for (int p = 0; p < P_PLACES; p++)
            left[p] = remove_task(m, (place)p, e.task);
        for (int p = 0; p < P_PLACES; p++)
            if (left[p])
                look_again(m, (place)p);
    }
}

static void grant_first(model *m, place p, int result, bool undoable)
{
    entry e = take_at(m, p, 0);
    grant(m, e, result, undoable);
}

static void grant_all(model *m, place p, int result, bool undoable)
{
    while (m->lines[p].count)
        grant_first(m, p, result, undoable);
}

/* ---- what each line does when something changes ---- */

static void look_semaphore(model *m)
{
    while (m->lines[P_SEMAPHORE].count && m->lines[P_SEMAPHORE].at[0].n <= m->permits) {
        m->permits -= m->lines[P_SEMAPHORE].at[0].n;
        grant_first(m, P_SEMAPHORE, M_OK, true);
    }
}

enum { READING = 0, WRITING = 1 };

static void look_rwlock(model *m)
{
    while (m->lines[P_RWLOCK].count && m->writer == FREE) {
        entry head = m->lines[P_RWLOCK].at[0];
        if (head.n == WRITING && m->readers)
            return;
        if (head.n == WRITING)
            m->writer = head.task;
        else
            m->readers++;
        grant_first(m, P_RWLOCK, M_OK, true);
    }
}

static void look_limiter(model *m)
{
    while (m->lines[P_LIMITER].count && m->limited < m->limit) {
        m->limited++;
        grant_first(m, P_LIMITER, M_OK, true);
    }
}

static bool satisfied(const model *m, int n, uint32_t *found)
{
    uint32_t mask = (uint32_t)n & 15;
    *found = m->bits & mask;
    return (n & 16) ? *found == mask : *found != 0;
}

/* n: four bits of mask, 16: all of them, 32: they are taken */
static void look_flags(model *m)
{
    for (int i = 0; i < m->lines[P_FLAGS].count;) {
        entry e = m->lines[P_FLAGS].at[i];
        uint32_t found;
        if (!satisfied(m, e.n, &found)) {
            i++;
            continue;
        }
        m->tasks[e.task].got = (int)found;
        if (e.n & 32)
            m->bits &= ~found;
        take_at(m, P_FLAGS, i);
        grant(m, e, M_OK, true);
        i = 0;
    }
}

static void look_again(model *m, place p)
{
    if (p == P_SEMAPHORE)
        look_semaphore(m);
    else if (p == P_RWLOCK)
        look_rwlock(m);
    else if (p == P_BARRIER)
        m->arrived--;
}

static void pass_lock(model *m, place p, int *owner)
{
    if (!m->lines[p].count) {
        *owner = FREE;
        return;
    }
    *owner = m->lines[p].at[0].task;
    entry e = take_at(m, p, 0);
    /* who comes from the condition brings its result along */
    grant(m, e, p == P_CONDITION_LOCK && m->tasks[e.task].step == 1 ? m->tasks[e.task].result : M_OK, true);
}

static void pass_once(model *m)
{
    if (!m->lines[P_ONCE].count) {
        m->once_runner = FREE;
        return;
    }
    m->once_runner = m->lines[P_ONCE].at[0].task;
    grant_first(m, P_ONCE, M_TURN, true);
}

/* ---- queues: items in the order in which they will come out ---- */

static void store(model *m, int line, int item, bool front)
{
    int *items = m->items[line], n = m->item_count[line]++, at = n;
    if (line == 1)
        at = 0; /* the newest comes out first, and what is given back is the newest */
    else if (front && line == 0)
        at = 0;
    else if (line == 2)
        for (at = 0; at < n && (items[at] / 100 < item / 100 || (!front && items[at] / 100 == item / 100)); at++)
            ; /* by hundreds; among equals behind those that are there, or in front when given back */
    memmove(&items[at + 1], &items[at], (size_t)(n - at) * sizeof *items);
    items[at] = item;
}

static int fetch(model *m, int line)
{
    int item = m->items[line][0];
    memmove(&m->items[line][0], &m->items[line][1], (size_t)--m->item_count[line] * sizeof item);
    return item;
}

static bool serve_getter(model *m, int line, int item)
{
    place p = (place)(P_GET + line);
    if (!m->lines[p].count)
        return false;
    m->tasks[m->lines[p].at[0].task].got = item;
    grant_first(m, p, M_OK, true);
    return true;
}

int model_try_put(model *m, int line, int item)
{
    if (serve_getter(m, line, item))
        return M_OK;
    if (m->item_count[line] == ROOM)
        return M_AGAIN;
    store(m, line, item, false);
    return M_OK;
}

int model_try_get(model *m, int line, int *item)
{
    place p = (place)(P_PUT + line);
    if (!m->item_count[line])
        return M_AGAIN;
    *item = fetch(m, line);
    if (m->lines[p].count) {
        store(m, line, m->lines[p].at[0].n, false);
        grant_first(m, p, M_OK, false);
    }
    return M_OK;
}

void model_chain(model *m, int number)
{
    if (m->lines[P_CHAIN].count) {
        m->tasks[m->lines[P_CHAIN].at[0].task].got = number;
        grant_first(m, P_CHAIN, M_OK, true);
    } else {
        m->chained[m->chained_count++] = number;
    }
}

/* ---- the condition ---- */

static void to_lock(model *m, int task)
{
    m->tasks[task].when = M_FOREVER;
    if (m->condition_owner == FREE) {
        m->condition_owner = task;
        m->tasks[task].undoable = false;
        make_ready(m, task);
    } else {
        append(m, P_CONDITION_LOCK, (entry){.task = task});
    }
}

static void notify_one(model *m)
{
    if (!m->lines[P_CONDITION].count)
        return;
    entry e = take_at(m, P_CONDITION, 0);
    m->tasks[e.task].result = M_OK;
    to_lock(m, e.task);
}

bool model_notify(model *m, int n)
{
    if (m->condition_owner != FREE)
        return false; /* the driver tries the lock; it does not wait */
    m->condition_owner = DRIVER;
    while (n-- > 0)
        notify_one(m);
    pass_lock(m, P_CONDITION_LOCK, &m->condition_owner);
    return true;
}

/* ---- beginning to wait, and ceasing to ---- */

/* A task that waits leaves, for `result`. Ready afterwards, but for one that needs the lock first. */
static void leave(model *m, int task, int result)
{
    mtask *t = &m->tasks[task];
    t->result = result;
    t->when = M_FOREVER;
    if (remove_task(m, P_CONDITION, task)) {
        to_lock(m, task);
        return;
    }
    t->undoable = false;
    make_ready(m, task);
    bool left[P_PLACES];
    for (int p = 0; p < P_PLACES; p++)
        left[p] = remove_task(m, (place)p, task);
    for (int p = 0; p < P_PLACES; p++)
        if (left[p])
            look_again(m, (place)p);
}

enum { WAITS = 1000 };

/* The task's entries stand in their lines. Does it wait? */
static int begin(model *m, int task, int64_t deadline)
{
    mtask *t = &m->tasks[task];
    int refused = deadline == M_NOW ? M_AGAIN : t->cancelled ? M_CANCELED : deadline <= m->now ? M_TIMEDOUT : M_OK;
    t->state = S_WAITING;
    t->when = M_FOREVER;
    if (refused) {
        int ready = m->ready_count;
        leave(m, task, refused);
        if (m->ready_count > ready && m->ready[ready] == task) { /* it left without waiting: goes on at once */
            memmove(&m->ready[ready], &m->ready[ready + 1], (size_t)(--m->ready_count - ready) * sizeof m->ready[0]);
            return refused;
        }
        return WAITS;
    }
    if (deadline != M_FOREVER) {
        t->when = deadline;
        t->order = ++m->orders;
    }
    return WAITS;
}

static int wait_in(model *m, int task, place p, int n)
{
    append(m, p, (entry){.task = task, .n = n});
    return begin(m, task, m->tasks[task].deadline);
}

/* ---- calls ---- */

/* Has somebody been served here before who has not run yet? Then a newcomer goes behind him, with what it takes. */
static bool on_his_way(const model *m, job what, int arm)
{
    for (int i = 0; i < m->ready_count; i++) {
        const mtask *t = &m->tasks[m->ready[i]];
        if (t->state == S_READY && t->undoable && t->step == 0 && t->job == what && t->arm == arm)
            return true;
    }
    return false;
}

static int go_behind(model *m, int task)
{
    m->tasks[task].undoable = false;
    m->tasks[task].result = M_OK;
    make_ready(m, task);
    return WAITS;
}

static int take_permits(model *m, int task, int n)
{
    bool served = on_his_way(m, J_SEMAPHORE, 0) || on_his_way(m, J_SELECT_HOLD, 0);
    if (served && m->tasks[task].deadline == M_NOW && m->tasks[task].job == J_SEMAPHORE)
        return M_AGAIN;
    m->permits -= n;
    return served ? go_behind(m, task) : M_OK;
}

static int call_lock(model *m, int task, place p, int *owner, int64_t deadline)
{
    if (*owner == FREE) {
        *owner = task;
        return M_OK;
    }
    append(m, p, (entry){.task = task});
    return begin(m, task, deadline);
}

static int call_rwlock(model *m, int task, int how)
{
    bool empty = !m->lines[P_RWLOCK].count;
    if (how == READING && empty && m->writer == FREE) {
        m->readers++;
        return M_OK;
    }
    if (how == WRITING && m->writer == FREE && !m->readers) {
        m->writer = task;
        return M_OK;
    }
    return wait_in(m, task, P_RWLOCK, how);
}

static int call_barrier(model *m, int task)
{
    if (m->arrived + 1 == PARTIES) {
        int index = 1;
        m->arrived = 0;
        while (m->lines[P_BARRIER].count)
            grant_first(m, P_BARRIER, index++, false);
        return 0;
    }
    m->arrived++;
    return wait_in(m, task, P_BARRIER, 0);
}

static int call_get(model *m, int task, int line)
{
    if (model_try_get(m, line, &m->tasks[task].got) == M_OK)
        return M_OK;
    return wait_in(m, task, (place)(P_GET + line), 0);
}

static int call_put(model *m, int task, int line, int item)
{
    if (model_try_put(m, line, item) == M_OK)
        return M_OK;
    return wait_in(m, task, (place)(P_PUT + line), item);
}

static int call_flags(model *m, int task, int n)
{
    uint32_t found;
    if (satisfied(m, n, &found)) {
        m->tasks[task].got = (int)found;
        if (n & 32)
            m->bits &= ~found;
        return M_OK;
    }
    return wait_in(m, task, P_FLAGS, n);
}

static int retained(const model *m)
{
    return m->sent_count < KEEP ? m->sent_count : KEEP;
}

/* The next item; how many it missed goes into the hundreds of what it got. */
static int call_receive(model *m, int task)
{
    mtask *t = &m->tasks[task];
    int behind = m->sent_count - m->at[task], missed = 0;
    if (!behind)
        return wait_in(m, task, P_BROADCAST, 0);
    if (behind > retained(m)) {
        missed = behind - retained(m);
        behind = retained(m);
    }
    m->at[task] = m->sent_count - behind + 1;
    t->got += m->sent[(m->at[task] - 1) % 8] + 100 * missed;
    return M_OK;
}

/* Arms, in order of precedence: two permits, the event, an item of the first queue. */
static int call_select(model *m, int task)
{
    mtask *t = &m->tasks[task];
    if (m->permits >= 2 && !m->lines[P_SEMAPHORE].count) {
        t->arm = 0;
        return take_permits(m, task, 2);
    }
    if (m->event_set) {
        t->arm = 1;
        return M_OK;
    }
    if (model_try_get(m, 0, &t->got) == M_OK) {
        t->arm = 2;
        return M_OK;
    }
    append(m, P_SEMAPHORE, (entry){.task = task, .arm = 0, .n = 2});
    append(m, P_EVENT, (entry){.task = task, .arm = 1});
    append(m, P_GET, (entry){.task = task, .arm = 2});
    return begin(m, task, t->deadline);
}

static int call(model *m, int task)
{
    mtask *t = &m->tasks[task];
    switch (t->job) {
    case J_LOCK: return call_lock(m, task, P_LOCK, &m->lock_owner, t->deadline);
    case J_SEMAPHORE:
        if (m->permits >= t->n && !m->lines[P_SEMAPHORE].count)
            return take_permits(m, task, t->n);
        return wait_in(m, task, P_SEMAPHORE, t->n);
    case J_READ: return call_rwlock(m, task, READING);
    case J_WRITE:
    case J_DOWNGRADE: return call_rwlock(m, task, WRITING);
    case J_LIMITER:
        if (m->limited < m->limit && !m->lines[P_LIMITER].count) {
            if (!on_his_way(m, J_LIMITER, 0))
                return m->limited++, M_OK;
            return t->deadline == M_NOW ? M_AGAIN : (m->limited++, go_behind(m, task));
        }
        return wait_in(m, task, P_LIMITER, 0);
    case J_ONCE:
        if (m->once_done)
            return M_OK;
        if (m->once_runner == FREE) {
            m->once_runner = task;
            return M_TURN;
        }
        return wait_in(m, task, P_ONCE, 0);
    case J_SELECT_HOLD: return call_select(m, task);
    case J_CONDITION: return call_lock(m, task, P_CONDITION_LOCK, &m->condition_owner, M_FOREVER);
    case J_EVENT: return m->event_set ? M_OK : wait_in(m, task, P_EVENT, 0);
    case J_BARRIER: return call_barrier(m, task);
    case J_PUT: return call_put(m, task, t->line, t->n);
    case J_GET: return call_get(m, task, t->line);
    case J_CHAIN:
        if (m->chained_count) {
            t->got = m->chained[0];
            memmove(&m->chained[0], &m->chained[1], (size_t)--m->chained_count * sizeof(int));
            return M_OK;
        }
        return wait_in(m, task, P_CHAIN, 0);
    case J_FUTURE:
        if (m->future == 1)
            t->got = m->future_value;
        return m->future == 1 ? M_OK : m->future == 2 ? M_BROKEN : wait_in(m, task, P_FUTURE, 0);
    case J_FLAGS: return call_flags(m, task, t->n);
    case J_WATCH: return wait_in(m, task, P_WATCH, 0);
    case J_BROADCAST: m->at[task] = m->sent_count; return call_receive(m, task);
    default: return m->count ? wait_in(m, task, P_WAITGROUP, 0) : M_OK;
    }
}

/* ---- scripts ---- */

static void end(model *m, int task, int outcome)
{
    m->tasks[task].state = S_ENDED;
    m->tasks[task].outcome = outcome;
}

static void give_back(model *m, int task)
{
    mtask *t = &m->tasks[task];
    switch (t->job) {
    case J_LOCK: pass_lock(m, P_LOCK, &m->lock_owner); break;
    case J_SEMAPHORE: m->permits += t->n; look_semaphore(m); break;
    case J_READ:
    case J_DOWNGRADE: m->readers--; look_rwlock(m); break;
    case J_WRITE: m->writer = FREE; look_rwlock(m); break;
    case J_LIMITER: m->limited--; look_limiter(m); break;
    case J_ONCE:
        if (t->n) {
            pass_once(m);
        } else {
            m->once_runner = FREE;
            m->once_done = true;
            grant_all(m, P_ONCE, M_OK, true);
        }
        break;
    default: /* a select */
        if (t->arm == 0) {
            m->permits += 2;
            look_semaphore(m);
        }
        break;
    }
}

/* Its turn: goes on until it waits or ends. */
static void run(model *m, int task)
{
    mtask *t = &m->tasks[task];
    int rc = t->result;
    if (t->state == S_STARTING) {
        rc = call(m, task);
        t->step = 0;
    }
    for (;;) {
        if (rc == WAITS)
            return;
        t->undoable = false;
        if (t->job == J_CONDITION && t->step == 0) {
            if (rc < 0) {
                end(m, task, rc);
                return;
            }
            t->step = 1;
            append(m, P_CONDITION, (entry){.task = task});
            pass_lock(m, P_CONDITION_LOCK, &m->condition_owner);
            rc = begin(m, task, t->deadline);
        } else if (t->job == J_CONDITION) {
            pass_lock(m, P_CONDITION_LOCK, &m->condition_owner);
            end(m, task, rc);
            return;
        } else if (t->job == J_BROADCAST && t->step == 0 && rc == M_OK) {
            t->step = 1;
            rc = call_receive(m, task);
        } else if (t->job <= J_HOLDS && t->step == 0) {
            if (rc < 0 || (t->job == J_ONCE && rc == 0)) {
                end(m, task, rc);
                return;
            }
            t->step = 1;
            if (t->job == J_DOWNGRADE) {
                m->writer = FREE;
                m->readers = 1;
                look_rwlock(m);
            }
            rc = begin(m, task, m->now + t->hold); /* a sleep */
        } else {
            if (t->job <= J_HOLDS)
                give_back(m, task);
            end(m, task, rc);
            return;
        }
    }
}

void model_settle(model *m)
{
    while (m->ready_count) {
        int task = m->ready[0];
        memmove(&m->ready[0], &m->ready[1], (size_t)--m->ready_count * sizeof m->ready[0]);
        run(m, task);
    }
}

void model_spawn(model *m, int task, job what, int n, int line, int hold, int64_t deadline)
{
    m->tasks[task] = (mtask){.job = what, .n = n, .line = line, .hold = hold, .deadline = deadline,
                             .state = S_STARTING, .when = M_FOREVER};
    m->ready[m->ready_count++] = task;
}

/* ---- time ---- */

void model_advance(model *m, int64_t length)
{
    int64_t target = m->now + length;
    uint64_t mine = ++m->orders; /* the driver's own sleep */
    for (;;) {
        int first = -1;
        model_settle(m);
        for (int i = 0; i < TASKS; i++) {
            const mtask *t = &m->tasks[i];
            if (t->state != S_WAITING || t->when == M_FOREVER || t->when > target || (t->when == target && t->order > mine))
                continue;
            if (first < 0 || t->when < m->tasks[first].when ||
                (t->when == m->tasks[first].when && t->order < m->tasks[first].order))
                first = i;
        }
        if (first < 0)
            break;
        mtask *t = &m->tasks[first];
        m->now = t->when;
        bool slept = t->job <= J_HOLDS && t->step == 1;
        leave(m, first, slept ? M_OK : M_TIMEDOUT);
    }
    m->now = target;
}

/* ---- cancels ---- */

/* Is this task one that a queue, or the chain, has handed an item, and that has not run? */
static bool has_item(const mtask *t, job what, int line)
{
    if (t->state != S_READY || !t->undoable || t->step != 0)
        return false;
    if (t->job == J_SELECT_HOLD)
        return what == J_GET && line == 0 && t->arm == 2;
    return t->job == what && (what == J_CHAIN || t->line == line);
}

/* Those served behind it get the items of those before them; it has the last one's then. */
static void move_up(model *m, int task, job what, int line)
{
    bool behind = false;
    for (int i = 0; i < m->ready_count; i++) {
        mtask *t = &m->tasks[m->ready[i]];
        if (behind && has_item(t, what, line)) {
            int item = t->got;
            t->got = m->tasks[task].got;
            m->tasks[task].got = item;
        }
        behind |= m->ready[i] == task;
    }
}

/* Takes back what a ready task was granted; false if it stands. */
static bool undo(model *m, int task)
{
    mtask *t = &m->tasks[task];
    if (!t->undoable)
        return false;
    switch (t->job) {
    case J_LOCK: pass_lock(m, P_LOCK, &m->lock_owner); return true;
    case J_SEMAPHORE: m->permits += t->n; look_semaphore(m); return true;
    case J_READ: m->readers--; look_rwlock(m); return true;
    case J_WRITE:
    case J_DOWNGRADE: m->writer = FREE; look_rwlock(m); return true;
    case J_LIMITER: m->limited--; look_limiter(m); return true;
    case J_ONCE:
        if (m->once_runner == task)
            pass_once(m);
        return true;
    case J_SELECT_HOLD:
        if (t->arm == 0) {
            m->permits += 2;
            look_semaphore(m);
        }
        if (t->arm != 2)
            return true;
        break; /* an item of the first queue */
    case J_CONDITION:
        if (t->step == 0) {
            pass_lock(m, P_CONDITION_LOCK, &m->condition_owner);
            return true;
        }
        if (t->result != M_OK)
            return false; /* it had left before; what ended it has ended it */
        notify_one(m);    /* the lock stays */
        return true;
    case J_GET: break;
    case J_CHAIN:
        move_up(m, task, J_CHAIN, 0);
        if (m->lines[P_CHAIN].count) {
            model_chain(m, t->got);
        } else {
            memmove(&m->chained[1], &m->chained[0], (size_t)m->chained_count++ * sizeof(int));
            m->chained[0] = t->got;
        }
        t->got = 0;
        return true;
    case J_FLAGS:
        if (t->n & 32) {
            m->bits |= (uint32_t)t->got;
            t->got = 0;
            look_flags(m);
        }
        t->got = 0;
        return true;
    case J_BROADCAST:
        if (m->sent_count - m->at[task] >= retained(m))
            return false; /* overwritten meanwhile */
        m->at[task]--;
        t->got -= m->sent[m->at[task] % 8];
        return true;
    default: return true;
    }
    int line = t->job == J_GET ? t->line : 0;
    if (!m->lines[P_GET + line].count && m->item_count[line] == ROOM)
        return false;
    move_up(m, task, J_GET, line);
    if (!serve_getter(m, line, t->got))
        store(m, line, t->got, true);
    t->got = 0;
    return true;
}

void model_cancel(model *m, int task)
{
    mtask *t = &m->tasks[task];
    if (t->state == S_ENDED || t->state == S_NONE)
        return;
    t->cancelled = true;
    if (t->state == S_WAITING) {
        bool reacquiring = false;
        for (int i = 0; t->job == J_CONDITION && t->step == 1 && i < m->lines[P_CONDITION_LOCK].count; i++)
            reacquiring |= m->lines[P_CONDITION_LOCK].at[i].task == task;
        if (!reacquiring) {
            leave(m, task, M_CANCELED);
        } else if (t->result == M_OK) {
            t->result = M_CANCELED;
            notify_one(m);
        }
    } else if (t->state == S_READY && undo(m, task)) {
        t->result = M_CANCELED;
        t->undoable = false;
    }
}

/* ---- what the driver does ---- */

void model_init(model *m)
{
    memset(m, 0, sizeof *m);
    m->lock_owner = m->condition_owner = m->writer = m->once_runner = FREE;
    m->permits = 3;
    m->limit = 2;
}

void model_release(model *m, int n)
{
    m->permits += n;
    look_semaphore(m);
}

void model_resize(model *m, int n)
{
    m->limit = n;
    look_limiter(m);
}

void model_set(model *m, bool on)
{
    m->event_set = on;
    if (on)
        grant_all(m, P_EVENT, M_OK, true);
}

void model_trigger(model *m)
{
    if (m->arrived + 1 < PARTIES) {
        m->arrived++;
        return;
    }
    int index = 1;
    m->arrived = 0;
    while (m->lines[P_BARRIER].count)
        grant_first(m, P_BARRIER, index++, false);
}

void model_break(model *m)
{
    m->arrived = 0;
    grant_all(m, P_BARRIER, M_BROKEN, false);
}

void model_outcome(model *m, bool ok, int value)
{
    m->future = ok ? 1 : 2;
    m->future_value = value;
    for (int i = 0; i < m->lines[P_FUTURE].count && ok; i++)
        m->tasks[m->lines[P_FUTURE].at[i].task].got = value;
    grant_all(m, P_FUTURE, ok ? M_OK : M_BROKEN, true);
}

void model_reset_future(model *m)
{
    m->future = 0;
}

void model_bits(model *m, uint32_t set, uint32_t clear)
{
    m->bits &= ~clear;
    m->bits |= set;
    look_flags(m);
}

void model_watch(model *m, int value)
{
    m->watched = value;
    for (int i = 0; i < m->lines[P_WATCH].count; i++)
        m->tasks[m->lines[P_WATCH].at[i].task].got = value;
    grant_all(m, P_WATCH, M_OK, true);
}

void model_send(model *m, int value)
{
    m->sent[m->sent_count++ % 8] = value;
    for (int i = 0; i < m->lines[P_BROADCAST].count; i++) {
        int task = m->lines[P_BROADCAST].at[i].task;
        m->tasks[task].got += value;
        m->at[task] = m->sent_count;
    }
    grant_all(m, P_BROADCAST, M_OK, true);
}

int model_add(model *m, int n)
{
    if (m->count + n < 0)
        return -1;
    m->count += n;
    if (n && !m->count)
        grant_all(m, P_WAITGROUP, M_OK, true);
    return M_OK;
}

void model_reset_once(model *m)
{
    m->once_done = false;
}
