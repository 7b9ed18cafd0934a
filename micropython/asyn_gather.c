/* asyn.Gather([asyn.Gatherable(coro, *args, timeout=None, **kwargs), ...]): starts a task for each; awaited, it gives
 * the list of their results. The first that fails ends the wait with its exception, the others go on, and a cancel of
 * who waits is passed on to them: all that as in asyncio.gather().
 */
#include "asyn.h"

/* ---- Gatherable ---- */

/* A call to come. items: positional arguments first, then pairs of keyword and value. */
typedef struct _gatherable_t {
    mp_obj_base_t base;
    mp_obj_t coro, timeout;
    size_t n_args, n_kw;
    mp_obj_t items[];
} gatherable_t;

static mp_obj_t gatherable_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    if (!mp_obj_is_callable(args[0]))
        mp_raise_TypeError(MP_ERROR_TEXT("Gatherable: a coroutine function is needed, and then its arguments"));
    gatherable_t *self = mp_obj_malloc_var(gatherable_t, items, mp_obj_t, n_args + 2 * n_kw, type);
    self->coro = args[0];
    self->timeout = mp_const_none;
    self->n_args = n_args - 1;
    self->n_kw = 0;
    mp_obj_t *end = self->items;
    for (size_t i = 1; i < n_args; i++)
        *end++ = args[i];
    for (const mp_obj_t *kw = args + n_args; kw < args + n_args + 2 * n_kw; kw += 2)
        if (kw[0] == MP_OBJ_NEW_QSTR(MP_QSTR_timeout)) {
            self->timeout = kw[1];
            (void)cy_seconds(kw[1]); /* raises for what is no length of time */
        } else {
            *end++ = kw[0];
            *end++ = kw[1];
            self->n_kw++;
        }
    return MP_OBJ_FROM_PTR(self);
}

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_gatherable, MP_QSTR_Gatherable, MP_TYPE_FLAG_NONE, make_new, gatherable_make_new);

/* ---- Gather ---- */

/* tasks: a tuple. done is set when all have ended, or one has failed: then failed is the first that did. */
typedef struct _gather_t {
    mp_obj_base_t base;
    mp_obj_t tasks;
    cosy_event done;
    size_t pending;
    cy_future_t *failed;
    mp_obj_t cancelled; /* who waited was cancelled, with this; MP_OBJ_NULL */
} gather_t;

/* Owner of a task's watch, and of the timer that ends the time it has. No Python object; it hangs from either. */
typedef struct _child_t {
    gather_t *gather;
    cy_task_t *task;
    cy_timer_t *timer; /* NULL: it has time */
} child_t;

static void ended(cy_watch_t *watch, cy_future_t *future)
{
    child_t *child = MP_OBJ_TO_PTR(watch->owner);
    gather_t *self = child->gather;
    cy_timer_cancel(child->timer);
    child->timer = NULL;
    self->pending--;
    if (future->state != CY_RESULT && !self->failed) {
        self->failed = future;
        if (self->done.waiters.head)
            future->flags |= CY_F_RETRIEVED; /* who waits will see it; else it is reported */
    }
    if (self->failed || !self->pending)
        cosy_event_set(&self->done, NULL);
}

/* The coroutine may catch it and return what it has. */
static void too_late(mp_obj_t owner)
{
    child_t *child = MP_OBJ_TO_PTR(owner);
    child->timer = NULL;
    cy_task_cancel(child->task, mp_obj_new_exception(&cy_type_TimeoutError));
}

static mp_obj_t coroutine(mp_obj_t item)
{
    if (!mp_obj_is_type(item, &asyn_type_gatherable))
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("Gather: a list of Gatherable is needed, not of '%s'"),
                          mp_obj_get_type_str(item));
    gatherable_t *call = MP_OBJ_TO_PTR(item);
    return mp_call_function_n_kw(call->coro, call->n_args, call->n_kw, call->items);
}

static mp_obj_t start(gather_t *self, mp_obj_t coro, mp_obj_t timeout)
{
    child_t *child = m_new0(child_t, 1);
    child->gather = self;
    child->task = cy_task_new(coro, MP_OBJ_NULL);
    cy_future_watch(&child->task->future, MP_OBJ_FROM_PTR(child), ended);
    self->pending++;
    if (timeout != mp_const_none)
        child->timer = cy_timer_at(cy_from_now(cy_seconds(timeout)), MP_OBJ_FROM_PTR(child), too_late);
    return MP_OBJ_FROM_PTR(child->task);
}

/* All coroutines are made before the first is started: if one cannot be, none runs. */
static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    size_t n;
    mp_obj_t *items;
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_obj_t all = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_tuple), args[0]);
    mp_obj_get_array(all, &n, &items); /* points into `all`, which alone does not keep it alive */
    mp_obj_tuple_t *tasks = MP_OBJ_TO_PTR(mp_obj_new_tuple(n, NULL));
    gather_t *self = mp_obj_malloc(gather_t, type);
    self->tasks = MP_OBJ_FROM_PTR(tasks);
    cosy_event_init(&self->done, NULL);
    self->pending = 0;
    self->failed = NULL;
    self->cancelled = all; /* nobody can cancel yet; this keeps it alive */
    for (size_t i = 0; i < n; i++)
        tasks->items[i] = coroutine(items[i]);
    for (size_t i = 0; i < n; i++)
        tasks->items[i] = start(self, tasks->items[i], ((gatherable_t *)MP_OBJ_TO_PTR(items[i]))->timeout);
    self->cancelled = MP_OBJ_NULL;
    if (!n)
        cosy_event_set(&self->done, NULL);
    return MP_OBJ_FROM_PTR(self);
}

/* ---- await ---- */

static int begin(cy_await_t *a, cy_task_t *task)
{
    gather_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_event_wait_begin(&self->done, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    gather_t *self = MP_OBJ_TO_PTR(a->self);
    size_t n;
    mp_obj_t *tasks;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    if (self->cancelled != MP_OBJ_NULL)
        nlr_raise(self->cancelled);
    if (self->failed)
        return cy_future_get(self->failed);
    mp_obj_get_array(self->tasks, &n, &tasks);
    mp_obj_list_t *results = MP_OBJ_TO_PTR(mp_obj_new_list(n, NULL));
    for (size_t i = 0; i < n; i++)
        results->items[i] = cy_future_get(MP_OBJ_TO_PTR(tasks[i]));
    return MP_OBJ_FROM_PTR(results);
}

/* The end of the tasks ends the wait. */
static bool cancel(cy_await_t *a, cy_task_t *task, mp_obj_t exception)
{
    (void)task;
    gather_t *self = MP_OBJ_TO_PTR(a->self);
    size_t n;
    mp_obj_t *tasks;
    if (cosy_event_is_set(&self->done))
        return false;
    self->cancelled = exception == MP_OBJ_NULL ? cy_cancelled_error(MP_OBJ_NULL) : exception;
    mp_obj_get_array(self->tasks, &n, &tasks);
    for (size_t i = 0; i < n; i++)
        cy_task_cancel(MP_OBJ_TO_PTR(tasks[i]), MP_OBJ_NULL);
    return true;
}

static const cy_op_t gathering = {.what = "Gather", .begin = begin, .finish = finish, .cancel = cancel};

static mp_obj_t getiter(mp_obj_t self, mp_obj_iter_buf_t *buf)
{
    (void)buf;
    return cy_await_new(&gathering, self, MP_OBJ_NULL);
}

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_gather, MP_QSTR_Gather, MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new,
                         iter, getiter);
