/* Several functions at once, and the handshake of a start. Written with the public calls only; what a child must know of
 * the call that started it, it finds among its task-local values.
 */
#include "../core/report.h"

#include "../../include/cosy/event.h"
#include "../../include/cosy/gather.h"
#include "../../include/cosy/local.h"

/* ---- all, settled, any ---- */

/* What the children of one call share; lies in the frame of the call. */
typedef struct gathering {
    const cosy_work *work;
    int first; /* number of the first that succeeded, -1 while none has */
} gathering;

static const cosy_local gathered = COSY_LOCAL_INIT("gathered", NULL);

static int run_work(void *arg)
{
    cosy_work *work = arg;
    gathering *all = cosy_local_get(&gathered);
    work->result = work->fn(work->arg);
    if (work->result >= 0 && all->first < 0)
        all->first = (int)(work - all->work);
    return work->result;
}

static int spawn_all(cosy_group *group, cosy_work *work, size_t count)
{
    int rc = COSY_OK;
    for (size_t i = 0; i < count && !rc; i++)
        rc = cosy_spawn_in(group, NULL, run_work, &work[i], &(cosy_spawn_options){.name = work[i].name});
    return rc;
}

/* Runs all under a policy. What a spawn or the join says; the failures of children are the caller's to weigh. */
static int gather(cosy_work *work, size_t count, unsigned policy, cosy_time deadline, gathering *all, int *failure)
{
    cosy_binding binding;
    cosy_group group;
    for (size_t i = 0; i < count; i++) {
        if (!work[i].fn)
            return cosy__misuse(COSY_EINVAL, "cosy_all", work[i].name, NULL);
        work[i].result = COSY_ECANCELED;
    }
    all->work = work;
    all->first = -1;
    int rc = cosy_bind(&binding, &gathered, all);
    if (rc)
        return rc;
    cosy_group_open_with(&group, "gathered", policy, NULL);
    int refused = spawn_all(&group, work, count);
    if (refused)
        cosy_group_cancel(&group, "not all could be started");
    rc = cosy_group_join(&group, deadline);
    cosy_unbind(&binding);
    *failure = cosy_group_error(&group);
    if (refused)
        return refused;
    /* The join tells the caller's own cancel or deadline before a child's failure, and both may be the same code. Without a
     * policy only the caller's own end cancels the group. */
    if (rc == *failure && (policy || !(group.flags & COSY_GROUP_CANCELLED)))
        rc = COSY_OK;
    return rc;
}

static bool sane(const cosy_work *work, size_t count)
{
    return work && count <= INT32_MAX;
}

int cosy_all(cosy_work *work, size_t count, cosy_time deadline)
{
    gathering all;
    int failure;
    if (!count)
        return COSY_OK;
    if (!sane(work, count))
        return cosy__misuse(COSY_EINVAL, "cosy_all", NULL, NULL);
    int rc = gather(work, count, COSY_GROUP_FAIL_FAST, deadline, &all, &failure);
    return rc ? rc : failure;
}

int cosy_settled(cosy_work *work, size_t count, cosy_time deadline)
{
    gathering all;
    int failure;
    if (!count)
        return COSY_OK;
    if (!sane(work, count))
        return cosy__misuse(COSY_EINVAL, "cosy_settled", NULL, NULL);
    return gather(work, count, 0, deadline, &all, &failure);
}

int cosy_any(cosy_work *work, size_t count, cosy_time deadline)
{
    gathering all;
    int failure;
    if (!sane(work, count) || !count)
        return cosy__misuse(COSY_EINVAL, "cosy_any", NULL, NULL);
    int rc = gather(work, count, COSY_GROUP_FIRST, deadline, &all, &failure);
    if (rc)
        return rc;
    return all.first >= 0 ? all.first : failure;
}

/* ---- a start that waits until ready ---- */

/* One start; in the starter's frame until the child has answered. */
typedef struct handshake {
    cosy_event answered;
    cosy_fn fn;
    void *arg;
    void *value;
    int result; /* COSY_OK: ready; else what the child has returned instead, COSY_EDONE if that was no failure */
} handshake;

/* The child's side, in its own frame: the handshake it has to answer, NULL once it has. */
typedef struct started {
    handshake *open;
    cosy_task *task;
} started;

static const cosy_local starting = COSY_LOCAL_INIT("starting", NULL);

static void answer(started *child, int result, void *value)
{
    handshake *h = child->open;
    child->open = NULL; /* the starter's frame may go from here on */
    h->result = result;
    h->value = value;
    cosy_event_set(&h->answered, NULL);
}

static int run_started(void *arg)
{
    handshake *h = arg;
    started child = {.open = h, .task = cosy_self()};
    cosy_binding binding;
    cosy_bind(&binding, &starting, &child);
    int result = h->fn(h->arg);
    cosy_unbind(&binding);
    if (child.open)
        answer(&child, result < 0 ? result : COSY_EDONE, NULL);
    return result;
}

int cosy_started(void *value)
{
    started *child = cosy_local_get(&starting);
    if (!child || child->task != cosy_self())
        return cosy__misuse(COSY_EINVAL, "cosy_started", NULL, NULL);
    if (!child->open)
        return cosy__misuse(COSY_EDONE, "cosy_started", NULL, NULL);
    answer(child, COSY_OK, value);
    return COSY_OK;
}

/* The starter gives up. The child is told so, and answers in any case: it refers to our frame until then. */
static void give_up(cosy_task *child, handshake *h)
{
    cosy_scope shield;
    cosy_cancel(child, "its start was given up");
    cosy_scope_open(&shield, COSY_FOREVER, COSY_SCOPE_SHIELD);
    cosy_event_wait(&h->answered, COSY_FOREVER);
    cosy_scope_close(&shield);
}

int cosy_start_in(cosy_group *group, cosy_task **task, cosy_fn fn, void *arg, const cosy_spawn_options *options,
                  void **value, cosy_time deadline)
{
    cosy_task *child, *me = cosy_here()->current;
    handshake h = {.fn = fn, .arg = arg};
    if (!fn)
        return cosy__misuse(COSY_EINVAL, "cosy_start_in", NULL, NULL);
    /* The child refers to this frame until it has answered, so nothing is begun that could not be waited for. */
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_start_in", NULL, NULL);
    if (me->wait.attn & COSY_A_NOWAIT)
        return cosy__misuse(COSY_ENOWAIT, "cosy_start_in", NULL, NULL);
    cosy_event_init(&h.answered, "the start of a task");
    int rc = cosy_spawn_in(group, &child, run_started, &h, options);
    if (rc)
        return rc;
    rc = cosy_event_wait(&h.answered, deadline);
    if (rc)
        give_up(child, &h);
    else
        rc = h.result;
    if (rc || !task)
        cosy_detach(child);
    else
        *task = child;
    if (!rc && value)
        *value = h.value;
    return rc;
}
