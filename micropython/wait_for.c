/* asyncio.wait_for, wait_for_ms.
 *
 * Where CPython (3.12 on) and upstream differ, upstream's tests decide:
 * - a cancel of the caller is raised at once; what it waited for is cancelled and goes on by itself,
 * - after a timeout it is TimeoutError even if what was waited for heeds no cancel and returns a value,
 * - there is a turn between the end of a coroutine and that of wait_for.
 * As in CPython: after a timeout it waits until the cancelled task has ended, and an error that this raises is passed on;
 * with a timeout of zero or less a coroutine does not begin to run.
 */
#include "cy.h"

/* The state of a wait is its op; `self` is the future, `arg` at first the timeout, then the CancelledError of a cancel. */

/* The caller was cancelled: so is what it waited for. */
static void pass_on_cancel(cy_await_t *a)
{
    (void)cy_future_cancel(MP_OBJ_TO_PTR(a->self), a->arg);
    cy_raise_cancelled(a->arg);
}

/* After the timeout: it has ended, in one way or another. */
static mp_obj_t late(cy_future_t *future)
{
    mp_obj_t outcome = cy_future_outcome(future);
    if (future->state == CY_EXCEPTION && !cy_is_cancel(outcome))
        cy_raise_of_other(outcome);
    mp_raise_type(&cy_type_TimeoutError);
}

static mp_obj_t ending_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc == COSY_ECANCELED)
        pass_on_cancel(a);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return late(MP_OBJ_TO_PTR(a->self));
}

static const cy_op_t ending = {.what = "wait_for", .finish = ending_finish, .cancel = cy_await_interrupt};

static int timed_out(cy_await_t *a, cy_task_t *task)
{
    cy_future_t *future = MP_OBJ_TO_PTR(a->self);
    a->op = &ending;
    a->arg = MP_OBJ_NULL;
    (void)cy_future_cancel(future, MP_OBJ_NULL);
    return cy_future_wait(future, task, COSY_FOREVER);
}

/* A cancel that comes in this turn wins; the result stays in the future. */
static mp_obj_t turn_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc == COSY_ECANCELED)
        cy_raise_cancelled(a->arg);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return cy_future_get(MP_OBJ_TO_PTR(a->self));
}

static const cy_op_t one_more_turn = {.what = "wait_for", .finish = turn_finish, .cancel = cy_await_interrupt};

static mp_obj_t waiting_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    if (rc == COSY_ECANCELED)
        pass_on_cancel(a);
    if (rc != COSY_ETIMEDOUT)
        return turn_finish(a, task, rc);
    rc = timed_out(a, task);
    return rc == COSY_WAITING ? MP_OBJ_NULL : ending_finish(a, task, rc);
}

static mp_obj_t coroutine_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    if (rc != COSY_OK)
        return waiting_finish(a, task, rc);
    a->op = &one_more_turn;
    rc = cosy_yield_begin(&task->core.wait);
    return rc == COSY_WAITING ? MP_OBJ_NULL : turn_finish(a, task, rc);
}

static const cy_op_t waiting = {.what = "wait_for", .finish = waiting_finish, .cancel = cy_await_interrupt};
static const cy_op_t waiting_for_coroutine = {
    .what = "wait_for", .finish = coroutine_finish, .cancel = cy_await_interrupt,
};

/* ---- our own awaitables: they need no task, for the deadline can go into the wait itself ---- */

/* A scope around the operation of another awaitable. Open, and so linked from the task, from begin until over(); kept
 * alive by the awaitable of wait_for, whose self it is. The other awaitable is marked as waiting all that time, for it may
 * be the one that some task lends out when it is spent. */
typedef struct _bounded_t {
    cosy_scope scope;
    cy_await_t *inner;
} bounded_t;

static void over(bounded_t *b)
{
    (void)cosy_scope_close(&b->scope);
    b->inner->base.type = &cy_type_spent;
}

static mp_obj_t inner_value(bounded_t *b, cy_task_t *task, int rc)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t value = cy_await_value(b->inner, task, rc);
        nlr_pop();
        return value;
    }
    over(b);
    nlr_jump(nlr.ret_val);
}

static mp_obj_t bounded_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    bounded_t *b = MP_OBJ_TO_PTR(a->self);
    if (rc == COSY_ECANCELED) { /* no op without `cancel` is told of one */
        over(b);
        cy_raise_cancelled(a->arg);
    }
    mp_obj_t value = inner_value(b, task, rc);
    if (value == MP_OBJ_NULL)
        return value; /* waits for something else yet */
    over(b);
    if (rc == COSY_ETIMEDOUT)
        mp_raise_type(&cy_type_TimeoutError);
    return value;
}

static const cy_op_t bounded = {.what = "wait_for", .finish = bounded_finish, .cancel = cy_await_interrupt};

static int bounded_begin(cy_await_t *a, cy_task_t *task, cosy_time deadline)
{
    bounded_t *b = m_new0(bounded_t, 1);
    nlr_buf_t nlr;
    b->inner = MP_OBJ_TO_PTR(a->self);
    b->inner->base.type = &cy_type_waiting;
    a->self = MP_OBJ_FROM_PTR(b);
    a->arg = MP_OBJ_NULL;
    a->op = &bounded;
    (void)cosy_scope_open(&b->scope, deadline, 0);
    if (nlr_push(&nlr) == 0) {
        int rc = b->inner->op->begin(b->inner, task);
        nlr_pop();
        return rc;
    }
    over(b);
    nlr_jump(nlr.ret_val);
}

static bool can_be_bounded(mp_obj_t aw)
{
    if (!mp_obj_is_type(aw, &cy_type_awaitable))
        return false;
    const cy_await_t *inner = MP_OBJ_TO_PTR(aw);
    return !inner->op->cancel; /* it needs nothing but the end of its wait */
}

/* ---- the call ---- */

static int begin(cy_await_t *a, cy_task_t *task, cosy_time length)
{
    mp_obj_t aw = a->self;
    if (length != COSY_FOREVER && can_be_bounded(aw))
        return bounded_begin(a, task, cy_from_now(length));
    cy_future_t *future = cy_ensure_future(aw);
    if (future == &task->future)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("a task cannot await itself"));
    a->self = MP_OBJ_FROM_PTR(future);
    a->arg = MP_OBJ_NULL;
    if (length == COSY_FOREVER) {
        a->op = future->base.type == &cy_type_gather ? &cy_op_gather : &cy_op_await;
        return cy_future_wait(future, task, COSY_FOREVER);
    }
    a->op = cy_future_of(aw) ? &waiting : &waiting_for_coroutine;
    if (length <= 0 && !cy_future_done(future))
        return timed_out(a, task);
    return cy_future_wait(future, task, cy_from_now(length));
}

static int begin_s(cy_await_t *a, cy_task_t *task)
{
    return begin(a, task, cy_seconds(a->arg));
}

static int begin_ms(cy_await_t *a, cy_task_t *task)
{
    return begin(a, task, a->arg == mp_const_none ? COSY_FOREVER : cy_milliseconds(a->arg));
}

static const cy_op_t fresh = {.what = "wait_for", .begin = begin_s, .cancel = cy_await_interrupt};
static const cy_op_t fresh_ms = {.what = "wait_for_ms", .begin = begin_ms, .cancel = cy_await_interrupt};

static mp_obj_t wait_for(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_fut, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    (void)cy_seconds(values[1].u_obj); /* raises for what is no length of time */
    return cy_await_new(&fresh, values[0].u_obj, values[1].u_obj);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_wait_for_obj, 1, wait_for);

static mp_obj_t wait_for_ms(mp_obj_t aw, mp_obj_t ms)
{
    if (ms != mp_const_none)
        (void)cy_milliseconds(ms);
    return cy_await_new(&fresh_ms, aw, ms);
}
MP_DEFINE_CONST_FUN_OBJ_2(cy_wait_for_ms_obj, wait_for_ms);
