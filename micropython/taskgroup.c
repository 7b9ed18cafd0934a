/* asyncio.TaskGroup: children that end before the block does. The first failure cancels the others and the block; all
 * failures together are raised as one group. What is hard is whose cancel it is: the group takes back the one request that
 * it made itself, and a cancel from outside survives (the rules are CPython's, see Task.cancelling and uncancel).
 */
#include "cy.h"

#include "py/objtuple.h"

/* A child: the watch on its task, on its group's list `running` until it ends, on `failed` if it has failed. All that the
 * end of a child needs was allocated before it began, for then nothing may be raised. */
typedef struct _child_t {
    cy_watch_t watch; /* must be first; its owner is the group */
    struct _child_t *next, *prev;
} child_t;

enum {
    ENTERED = 1,
    EXITING = 2,       /* the block has ended; what is left is waiting for the children */
    ABORTING = 4,      /* children were cancelled; no new ones */
    CANCELS_PARENT = 8, /* it has asked its parent to cancel, and must take that back */
    CLOSED = 16
};

/* parent: while entered. error: what ended the block, an exception or MP_OBJ_NULL. cancel: the CancelledError that goes on
 * outwards at the end; a plain one is made of `cancelled` without it. bare: a KeyboardInterrupt or SystemExit, which is
 * raised as it is. */
typedef struct _group_t {
    mp_obj_base_t base;
    cy_task_t *parent;
    child_t *running, *running_last, *failed, *failed_last;
    mp_obj_t error, cancel, bare;
    cosy_event over; /* the block has ended, and so have all children */
    bool cancelled;
    uint8_t flags;
} group_t;

/* ---- the children ---- */

static void push(child_t **first, child_t **last, child_t *child)
{
    child->next = NULL;
    child->prev = *last;
    if (*last)
        (*last)->next = child;
    else
        *first = child;
    *last = child;
}

static void take_out(child_t **first, child_t **last, child_t *child)
{
    *(child->prev ? &child->prev->next : first) = child->next;
    *(child->next ? &child->next->prev : last) = child->prev;
}

static void abort_(group_t *group)
{
    group->flags |= ABORTING;
    for (child_t *child = group->running; child; child = child->next)
        (void)cy_future_cancel(child->watch.future, MP_OBJ_NULL);
}

static void child_failed(group_t *group, child_t *child, cy_future_t *task)
{
    push(&group->failed, &group->failed_last, child);
    task->flags |= CY_F_RETRIEVED;
    if (group->bare == MP_OBJ_NULL && cy_ends_run(task->value))
        group->bare = task->value;
    if (group->flags & CLOSED || cy_future_done(&group->parent->future)) { /* its block was left by no regular way */
        cy_report("a task of a group failed that nobody waits for", task->value, MP_OBJ_FROM_PTR(task));
        return;
    }
    if (group->flags & ABORTING)
        return;
    abort_(group);
    if (!(group->flags & EXITING)) { /* while it exits it waits for the children anyhow */
        group->flags |= CANCELS_PARENT;
        (void)cy_task_cancel(group->parent, MP_OBJ_NULL);
    }
}

static void child_done(cy_watch_t *watch, cy_future_t *task)
{
    child_t *child = (child_t *)watch;
    group_t *group = MP_OBJ_TO_PTR(watch->owner);
    take_out(&group->running, &group->running_last, child);
    if (task->state == CY_EXCEPTION)
        child_failed(group, child, task);
    if (!group->running && (group->flags & EXITING))
        cosy_event_set(&group->over, NULL);
}

/* Why no child can be created now; NULL if one can. */
static const char *refusal(const group_t *group)
{
    if (!(group->flags & ENTERED))
        return "has not been entered";
    if ((group->flags & EXITING) && !group->running)
        return "is finished";
    if (group->flags & ABORTING)
        return "is shutting down";
    return NULL;
}

static COSY_NORETURN void refuse(mp_obj_t coro, const char *why)
{
    mp_obj_t dest[2];
    mp_load_method_maybe(coro, MP_QSTR_close, dest);
    if (dest[0] != MP_OBJ_NULL)
        (void)mp_call_method_n_kw(0, 0, dest);
    mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("create_task: the TaskGroup %s"), why);
}

static mp_obj_t create_task(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    group_t *group = MP_OBJ_TO_PTR(args[0]);
    const char *why = refusal(group);
    if (why && n_args > 1)
        refuse(args[1], why);
    child_t *child = m_new0(child_t, 1);
    child->watch.owner = args[0];
    child->watch.done = child_done;
    mp_obj_t task = cy_create_task(n_args - 1, args + 1, kw);
    push(&group->running, &group->running_last, child);
    cy_future_watch_with(MP_OBJ_TO_PTR(task), &child->watch);
    return task;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(create_task_obj, 1, create_task);

/* ---- async with ---- */

static int enter_begin(cy_await_t *a, cy_task_t *task)
{
    group_t *group = MP_OBJ_TO_PTR(a->self);
    if (group->flags & ENTERED)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the TaskGroup was entered before: make one for each block"));
    group->flags |= ENTERED;
    group->parent = task;
    return COSY_OK;
}

static mp_obj_t enter_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    (void)rc;
    return a->self;
}

static const cy_op_t entering = {.what = "TaskGroup", .begin = enter_begin, .finish = enter_finish};

static mp_obj_t enter(mp_obj_t self)
{
    return cy_await_new(&entering, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static mp_obj_t errors(const group_t *group)
{
    size_t n = group->error != MP_OBJ_NULL ? 1 : 0;
    for (const child_t *child = group->failed; child; child = child->next)
        n++;
    if (n == 0)
        return MP_OBJ_NULL;
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(n, NULL));
    size_t i = 0;
    for (const child_t *child = group->failed; child; child = child->next)
        tuple->items[i++] = child->watch.future->value;
    if (group->error != MP_OBJ_NULL)
        tuple->items[i] = group->error;
    return MP_OBJ_FROM_PTR(tuple);
}

/* All children have ended: what comes out of the block. None: nothing, or the exception that ended the block. */
static mp_obj_t outcome(group_t *group)
{
    cy_task_t *parent = group->parent;
    mp_obj_t failures = errors(group);
    mp_obj_t bare = group->bare, cancel = group->cancel, error = group->error;
    bool cancelled = group->cancelled;
    group->flags |= CLOSED; /* and let go of what might be large */
    group->failed = group->failed_last = NULL;
    group->error = group->cancel = group->bare = MP_OBJ_NULL;
    group->parent = NULL;
    if (bare != MP_OBJ_NULL && bare == error)
        nlr_raise(bare);
    if (bare != MP_OBJ_NULL)
        cy_raise_of_other(bare);
    if ((group->flags & CANCELS_PARENT) && cy_task_uncancel(parent) == 0)
        cancelled = false; /* it was our own */
    if (failures == MP_OBJ_NULL) {
        if (cancelled)
            cy_raise_cancelled(cancel);
        return mp_const_none;
    }
    if (parent->cancels) { /* somebody else's: the failures come first, the cancel at the next wait */
        (void)cy_task_uncancel(parent);
        (void)cy_task_cancel(parent, MP_OBJ_NULL);
    }
    nlr_raise(cy_exception_group("unhandled errors in a TaskGroup", failures));
}

static int wait_for_children(group_t *group, cy_task_t *task)
{
    if (!group->running)
        return COSY_OK;
    int rc = cosy_event_wait_begin(&group->over, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static int leave_begin(cy_await_t *a, cy_task_t *task)
{
    group_t *group = MP_OBJ_TO_PTR(a->self);
    mp_obj_t error = a->arg;
    a->arg = MP_OBJ_NULL;
    if (!(group->flags & ENTERED) || (group->flags & (EXITING | CLOSED)) || group->parent != task)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the TaskGroup is left by who has not entered it"));
    group->flags |= EXITING;
    if (error != mp_const_none) {
        if (cy_is_cancel(error)) {
            group->cancelled = true;
            group->cancel = error;
        } else {
            group->error = error;
            if (cy_ends_run(error) && group->bare == MP_OBJ_NULL)
                group->bare = error;
        }
        if (!(group->flags & ABORTING))
            abort_(group);
    }
    return wait_for_children(group, task);
}

/* A cancel while it waits for the children goes to them; more such cancels change nothing. */
static mp_obj_t leave_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    group_t *group = MP_OBJ_TO_PTR(a->self);
    if (rc == COSY_ECANCELED && !(group->flags & ABORTING)) {
        group->cancelled = true;
        group->cancel = a->arg;
        abort_(group);
    }
    if (rc < 0 && rc != COSY_ECANCELED)
        cy_raise(rc, a->op->what);
    return wait_for_children(group, task) == COSY_WAITING ? MP_OBJ_NULL : outcome(group);
}

static const cy_op_t leaving = {
    .what = "TaskGroup", .begin = leave_begin, .finish = leave_finish, .cancel = cy_await_interrupt,
};

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    return cy_await_new(&leaving, args[0], args[2]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

/* ---- the type ---- */

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    group_t *group = m_new0(group_t, 1);
    group->base.type = type;
    cosy_event_init(&group->over, NULL);
    return MP_OBJ_FROM_PTR(group);
}

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    const group_t *group = MP_OBJ_TO_PTR(self);
    int n = 0;
    (void)kind;
    for (const child_t *child = group->running; child; child = child->next)
        n++;
    mp_printf(printer, "<TaskGroup%s tasks=%d>", group->flags & ABORTING ? " aborting" : "", n);
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&create_task_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_taskgroup, MP_QSTR_TaskGroup, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         locals_dict, &locals_dict);
