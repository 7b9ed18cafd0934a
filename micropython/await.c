/* The awaitable: what every waiting method of the module returns. See cy_await_t. */
#include "cy.h"

static mp_obj_t parked(cy_await_t *a, cy_task_t *task)
{
    a->base.type = &cy_type_waiting;
    task->awaiting = a;
    return mp_const_none;
}

mp_obj_t cy_await_value(cy_await_t *a, cy_task_t *task, int rc)
{
    if (a->op->finish)
        return a->op->finish(a, task, rc);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return rc ? mp_const_true : mp_const_none;
}

static mp_obj_t ended(cy_await_t *a, cy_task_t *task, int rc)
{
    mp_obj_t value = cy_await_value(a, task, rc);
    if (value == MP_OBJ_NULL)
        return parked(a, task);
    a->base.type = &cy_type_spent;
    return mp_make_stop_iteration(value); /* also for None: what finish ran may have left another value there */
}

static inline mp_obj_t start(cy_await_t *a, cosy_time until)
{
    cy_task_t *task = cy_current();
    /* Not spent before it has ended: Python code that the operation runs must not be lent this one. */
    a->base.type = &cy_type_waiting;
    int rc = a->op->begin(a, task);
    if (rc == COSY_WAITING && until != COSY_FOREVER)
        rc = cy_park(task, until); /* begin has parked it without a deadline */
    return rc == COSY_WAITING ? parked(a, task) : ended(a, task, rc);
}

static mp_obj_t begin(mp_obj_t self)
{
    return start(MP_OBJ_TO_PTR(self), COSY_FOREVER);
}

/* One with a deadline; from its begin on it is as any other. */
typedef struct _limited_t {
    cy_await_t await; /* must be first */
    cosy_time until;
} limited_t;

static mp_obj_t begin_limited(mp_obj_t self)
{
    limited_t *a = MP_OBJ_TO_PTR(self);
    return start(&a->await, a->until);
}

static mp_obj_t resumed(mp_obj_t self)
{
    cy_await_t *a = MP_OBJ_TO_PTR(self);
    cy_task_t *task = cy_current_or_null();
    if (!task || task->awaiting != a)
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("%s is awaited by a task already"), a->op->what);
    task->awaiting = NULL;
    return ended(a, task, task->core.wait.result);
}

static mp_obj_t used_up(mp_obj_t self)
{
    cy_await_t *a = MP_OBJ_TO_PTR(self);
    mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("%s was awaited before: call it anew for each await"),
                      a->op->what);
}

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    const cy_await_t *a = MP_OBJ_TO_PTR(self);
    (void)kind;
    mp_printf(printer, "<awaitable %s>", a->op->what);
}

MP_DEFINE_CONST_OBJ_TYPE(cy_type_awaitable, MP_QSTR_awaitable, MP_TYPE_FLAG_ITER_IS_ITERNEXT, iter, begin, print, print);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_limited, MP_QSTR_awaitable, MP_TYPE_FLAG_ITER_IS_ITERNEXT, iter, begin_limited, print, print);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_waiting, MP_QSTR_awaitable, MP_TYPE_FLAG_ITER_IS_ITERNEXT, iter, resumed, print, print);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_spent, MP_QSTR_awaitable, MP_TYPE_FLAG_ITER_IS_ITERNEXT, iter, used_up, print, print);

cy_await_t *cy_await_spare(void)
{
    return mp_obj_malloc(cy_await_t, &cy_type_spent);
}

mp_obj_t cy_await_new(const cy_op_t *op, mp_obj_t self, mp_obj_t arg)
{
    cy_task_t *task = cy_current_or_null();
    cy_await_t *a = task ? task->spare : NULL;
    if (!a || a->base.type != &cy_type_spent) {
        a = cy_await_spare();
        if (task)
            task->spare = a; /* the one before stays with whoever has not awaited it */
    }
    a->base.type = &cy_type_awaitable;
    a->op = op;
    a->self = self;
    a->arg = arg;
    return MP_OBJ_FROM_PTR(a);
}

mp_obj_t cy_await_until(const cy_op_t *op, mp_obj_t self, mp_obj_t arg, cosy_time until)
{
    if (until == COSY_FOREVER)
        return cy_await_new(op, self, arg);
    limited_t *a = m_new_obj(limited_t);
    a->await = (cy_await_t){.base.type = &cy_type_limited, .op = op, .self = self, .arg = arg};
    a->until = until;
    return MP_OBJ_FROM_PTR(a);
}

void cy_await_leave(cy_task_t *task)
{
    if (task->awaiting) {
        task->awaiting->base.type = &cy_type_spent;
        task->awaiting = NULL;
    }
}

bool cy_await_interrupt(cy_await_t *a, cy_task_t *task, mp_obj_t exception)
{
    if (cosy_interrupt(&task->core) != COSY_OK)
        return false;
    a->arg = exception;
    return true;
}

int cy_park(cy_task_t *task, cosy_time deadline)
{
    return cosy_await(&task->core, deadline);
}

/* ---- nothing to wait for ---- */

static mp_obj_t at_once(mp_obj_t self)
{
    (void)self;
    return MP_OBJ_STOP_ITERATION;
}

static MP_DEFINE_CONST_OBJ_TYPE(nothing_type, MP_QSTR_awaitable, MP_TYPE_FLAG_ITER_IS_ITERNEXT, iter, at_once);

const mp_obj_base_t cy_nothing = {.type = &nothing_type};
