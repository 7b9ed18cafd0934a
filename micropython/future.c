/* Futures: one outcome, many waiters and watchers. Tasks are futures, too (task.c). */
#include "cy.h"

/* ---- for C ---- */

cy_future_t *cy_future_new(const mp_obj_type_t *type, size_t size)
{
    cy_future_t *future = m_malloc0(size);
    future->base.type = type;
    cosy_future_init(&future->core, NULL);
    return future;
}

cy_future_t *cy_future_of(mp_obj_t obj)
{
    /* The plain one last: for MicroPython a native instance of a type below it would be one of Python's. */
    static const mp_obj_type_t *const types[] = {&cy_type_task, &cy_type_gather, &cy_type_future};
    if (!mp_obj_is_obj(obj))
        return NULL;
    for (size_t i = 0; i < MP_ARRAY_SIZE(types); i++) {
        mp_obj_t native = mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(types[i]));
        if (native != MP_OBJ_NULL)
            return MP_OBJ_TO_PTR(native);
    }
    return NULL;
}

/* Watchers that are to be called: those of one future after those of the other. A watcher may settle a future itself;
 * whose watchers then wait here for their turn, so that a chain of futures, however long, needs no stack. */
MP_REGISTER_ROOT_POINTER(struct _cy_watch_t *cy_due);

void cy_future_init(void);

static bool calling; /* further out somebody goes through the list */

void cy_future_init(void)
{
    MP_STATE_VM(cy_due) = NULL;
    calling = false;
}

static void append_due(cy_watch_t *watchers)
{
    cy_watch_t **end = &MP_STATE_VM(cy_due);
    while (*end)
        end = &(*end)->next;
    *end = watchers;
}

/* Only for want of memory does a watcher raise: it could not create a callback. The others are called all the same. */
static mp_obj_t call_due(void)
{
    cy_watch_t *watch;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        while ((watch = MP_STATE_VM(cy_due))) {
            MP_STATE_VM(cy_due) = watch->next;
            watch->next = NULL;
            watch->done(watch, watch->future);
        }
        nlr_pop();
        return MP_OBJ_NULL;
    }
    return MP_OBJ_FROM_PTR(nlr.ret_val);
}

void cy_future_settle(cy_future_t *future, int state, mp_obj_t value)
{
    future->state = (uint8_t)state;
    future->value = value;
    if (future->core.waiters.head)
        future->flags |= CY_F_RETRIEVED; /* they will see it */
    cosy_future_set(&future->core, NULL);
    if (!future->watchers)
        return;
    append_due(future->watchers);
    future->watchers = NULL;
    if (calling)
        return;
    mp_obj_t first = MP_OBJ_NULL, raised;
    calling = true;
    while ((raised = call_due()) != MP_OBJ_NULL)
        if (first == MP_OBJ_NULL)
            first = raised;
    calling = false;
    if (first == MP_OBJ_NULL)
        return;
    if (!cy_is_running())
        nlr_raise(first);
    cy_escape(first);
}

cy_watch_t *cy_future_watch(cy_future_t *future, mp_obj_t owner, void (*done)(cy_watch_t *, cy_future_t *))
{
    cy_watch_t *watch = m_new(cy_watch_t, 1);
    watch->owner = owner;
    watch->done = done;
    cy_future_watch_with(future, watch);
    return watch;
}

void cy_future_watch_with(cy_future_t *future, cy_watch_t *watch)
{
    cy_watch_t **end = &future->watchers;
    while (*end)
        end = &(*end)->next;
    watch->next = NULL;
    watch->future = future;
    *end = watch;
}

void cy_future_unwatch(cy_future_t *future, cy_watch_t *watch)
{
    for (cy_watch_t **at = &future->watchers; *at; at = &(*at)->next)
        if (*at == watch) {
            *at = watch->next;
            return;
        }
}

void cy_future_forget(cy_future_t *future, mp_obj_t owner)
{
    for (cy_watch_t **at = &future->watchers; *at;)
        if ((*at)->owner == owner)
            *at = (*at)->next;
        else
            at = &(*at)->next;
}

mp_obj_t cy_future_outcome(cy_future_t *future)
{
    future->flags |= CY_F_RETRIEVED;
    if (future->state == CY_CANCELLED && future->value == MP_OBJ_NULL)
        return cy_cancelled_error(MP_OBJ_NULL);
    return future->value;
}

COSY_NORETURN void cy_raise_of_other(mp_obj_t exception)
{
    cy_task_t *task = cy_current_or_null();
    if (task && cy_ends_run(exception))
        task->flags |= CY_T_TOLD;
    nlr_raise(exception);
}

mp_obj_t cy_future_get(cy_future_t *future)
{
    if (!cy_future_done(future))
        mp_raise_msg(&cy_type_InvalidStateError, MP_ERROR_TEXT("the result is not there yet: await it"));
    mp_obj_t outcome = cy_future_outcome(future);
    if (future->state == CY_RESULT)
        return outcome;
    cy_raise_of_other(outcome);
}

bool cy_future_cancel(cy_future_t *future, mp_obj_t exception)
{
    const cy_future_kind_t *kind = MP_OBJ_TYPE_GET_SLOT(future->base.type, protocol);
    return kind->cancel(future, exception);
}

static bool cancel_plain(cy_future_t *future, mp_obj_t exception)
{
    if (cy_future_done(future))
        return false;
    cy_future_settle(future, CY_CANCELLED, exception);
    return true;
}

int cy_future_wait(cy_future_t *future, cy_task_t *task, cosy_time deadline)
{
    int rc = cosy_future_wait_begin(&future->core, NULL, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, deadline) : rc;
}

cy_future_t *cy_ensure_future(mp_obj_t aw)
{
    cy_future_t *future = cy_future_of(aw);
    return future ? future : &cy_task_new(aw, MP_OBJ_NULL)->future;
}

/* ---- failures that nobody sees ---- */

static mp_obj_t report(mp_obj_t self)
{
    cy_future_t *future = MP_OBJ_TO_PTR(self);
    if (!(future->flags & CY_F_RETRIEVED))
        cy_report("Future exception wasn't retrieved", cy_future_outcome(future), self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(report_obj, report);

void cy_future_report_later(cy_future_t *future)
{
    mp_obj_t self = MP_OBJ_FROM_PTR(future);
    if (!(future->flags & CY_F_RETRIEVED) && future->state == CY_EXCEPTION && !cy_is_cancel(future->value))
        cy_call_soon(MP_OBJ_FROM_PTR(&report_obj), 1, &self);
}

/* ---- await ---- */

static cy_future_t *another(cy_await_t *a, cy_task_t *task)
{
    cy_future_t *future = MP_OBJ_TO_PTR(a->self);
    if (future == &task->future)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("a task cannot await itself"));
    return future;
}

static int await_begin(cy_await_t *a, cy_task_t *task)
{
    cy_future_t *future = another(a, task);
    return cy_future_wait(future, task, COSY_FOREVER);
}

static mp_obj_t await_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    cy_future_t *future = MP_OBJ_TO_PTR(a->self);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return cy_future_get(future);
}

/* A cancel goes to what is awaited, as deep as that goes; its end wakes the task. */
static bool await_cancel(cy_await_t *a, cy_task_t *task, mp_obj_t exception)
{
    (void)task;
    return cy_future_cancel(MP_OBJ_TO_PTR(a->self), exception);
}

/* As an arm it is only looked at: a cancel of the select does not reach it. */
static void await_arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cosy_arm_future(&another(a, cy_current())->core, NULL);
}

const cy_op_t cy_op_await = {
    .what = "await", .begin = await_begin, .finish = await_finish, .cancel = await_cancel, .arm = await_arm,
};

mp_obj_t cy_future_getiter(mp_obj_t self, mp_obj_iter_buf_t *buf)
{
    (void)buf;
    return cy_await_new(&cy_op_await, self, MP_OBJ_NULL);
}

/* ---- for Python ---- */

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_loop, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    return MP_OBJ_FROM_PTR(cy_future_new(type, sizeof(cy_future_t)));
}

static mp_obj_t done(mp_obj_t self)
{
    return mp_obj_new_bool(cy_future_done(MP_OBJ_TO_PTR(self)));
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_future_done_obj, done);

static mp_obj_t cancelled(mp_obj_t self)
{
    cy_future_t *future = MP_OBJ_TO_PTR(self);
    return mp_obj_new_bool(future->state == CY_CANCELLED);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_future_cancelled_obj, cancelled);

static mp_obj_t result(mp_obj_t self)
{
    return cy_future_get(MP_OBJ_TO_PTR(self));
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_future_result_obj, result);

static mp_obj_t exception(mp_obj_t self)
{
    cy_future_t *future = MP_OBJ_TO_PTR(self);
    if (future->state != CY_EXCEPTION) {
        (void)cy_future_get(future); /* raises if it is pending or cancelled */
        return mp_const_none;
    }
    future->flags |= CY_F_RETRIEVED;
    return future->value;
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_future_exception_obj, exception);

static void must_be_plain(cy_future_t *future)
{
    if (future->flags & CY_F_TASK)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("a task's outcome is set by its coroutine alone"));
    if (cy_future_done(future))
        mp_raise_msg(&cy_type_InvalidStateError, MP_ERROR_TEXT("the future has its outcome already"));
}

static mp_obj_t set_result(mp_obj_t self, mp_obj_t value)
{
    cy_future_t *future = MP_OBJ_TO_PTR(self);
    must_be_plain(future);
    cy_future_settle(future, CY_RESULT, value);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(cy_future_set_result_obj, set_result);

static mp_obj_t set_exception(mp_obj_t self, mp_obj_t value)
{
    cy_future_t *future = MP_OBJ_TO_PTR(self);
    must_be_plain(future);
    if (!mp_obj_is_exception_type(value) && !mp_obj_is_exception_instance(value))
        mp_raise_TypeError(MP_ERROR_TEXT("set_exception: an exception is needed"));
    value = mp_make_raise_obj(value);
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(value)), MP_OBJ_FROM_PTR(&mp_type_StopIteration)))
        value = mp_obj_new_exception_msg(&mp_type_RuntimeError,
                                         MP_ERROR_TEXT("StopIteration cannot be raised into a future"));
    cy_future_settle(future, CY_EXCEPTION, value);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(cy_future_set_exception_obj, set_exception);

static mp_obj_t cancel(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_msg, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_obj_t message = values[0].u_obj;
    /* Upstream's rule, for the method alone: what cancels a group of tasks may be one of them. */
    cy_task_t *running = cy_current_or_null();
    if (running && args[0] == MP_OBJ_FROM_PTR(running) && !cy_future_done(&running->future))
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("can't cancel self"));
    mp_obj_t error = message == mp_const_none ? MP_OBJ_NULL : cy_cancelled_error(message);
    return mp_obj_new_bool(cy_future_cancel(MP_OBJ_TO_PTR(args[0]), error));
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_future_cancel_obj, 1, cancel);

/* Python callbacks run in a turn of their own, after what is ready now. */
static void callback_due(cy_watch_t *watch, cy_future_t *future)
{
    mp_obj_t self = MP_OBJ_FROM_PTR(future);
    cy_call_soon(watch->owner, 1, &self);
}

static mp_obj_t add_done_callback(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)n_args;
    (void)kw; /* context=...: there are no contexts */
    cy_future_t *future = MP_OBJ_TO_PTR(args[0]);
    if (!mp_obj_is_callable(args[1]))
        mp_raise_TypeError(MP_ERROR_TEXT("add_done_callback: a callable is needed"));
    if (cy_future_done(future))
        cy_call_soon(args[1], 1, &args[0]);
    else
        cy_future_watch(future, args[1], callback_due);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_future_add_done_callback_obj, 2, add_done_callback);

static mp_obj_t remove_done_callback(mp_obj_t self, mp_obj_t fn)
{
    cy_future_t *future = MP_OBJ_TO_PTR(self);
    mp_int_t n = 0;
    for (cy_watch_t **at = &future->watchers; *at;) {
        if ((*at)->done == callback_due && mp_obj_equal((*at)->owner, fn)) {
            *at = (*at)->next;
            n++;
        } else {
            at = &(*at)->next;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
MP_DEFINE_CONST_FUN_OBJ_2(cy_future_remove_done_callback_obj, remove_done_callback);

static mp_obj_t get_loop(mp_obj_t self)
{
    (void)self;
    return MP_OBJ_FROM_PTR(&cy_type_loop);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_future_get_loop_obj, get_loop);

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    static const char *const states[] = {"pending", "finished", "finished with an exception", "cancelled"};
    const cy_future_t *future = MP_OBJ_TO_PTR(self);
    (void)kind;
    mp_printf(printer, "<%q %s>", (qstr)future->base.type->name, states[future->state]);
}

static const mp_rom_map_elem_t locals[] = {CY_FUTURE_METHODS};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

static const cy_future_kind_t plain = {cancel_plain};

MP_DEFINE_CONST_OBJ_TYPE(cy_type_future, MP_QSTR_Future, MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new, iter, cy_future_getiter,
                         print, print, protocol, &plain, locals_dict, &locals_dict);
