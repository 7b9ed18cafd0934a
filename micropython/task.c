/* Tasks: a generator that the loop resumes. What it yields says nothing; its node says whether it waits. */
#include "cy.h"

#include "py/objgenerator.h"
#include "py/objtype.h"

/* ---- running ---- */

cy_task_t *cy_current_or_null(void)
{
    cosy_task *core = cy_loop.running;
    return core ? cy_task_of_core(core) : NULL; /* callbacks, which run as tasks of the engine too, hide themselves */
}

cy_task_t *cy_current(void)
{
    cy_task_t *task = cy_current_or_null();
    if (!task)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("no running event loop: only a task can wait"));
    if (task->core.wait.state != COSY_CONSUMED)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the task waits already: it must yield first"));
    return task;
}

static void end(cy_task_t *task)
{
    cy_task_unregister(task);
    cosy_task_end(&task->core, COSY_OK);
}

static void settle(cy_task_t *task, int state, mp_obj_t value)
{
    task->spare = NULL;
    cy_future_settle(&task->future, state, value);
}

static void finished(cy_task_t *task, mp_obj_t result)
{
    if (task->flags & CY_T_LATER)
        settle(task, CY_CANCELLED, task->cancel);
    else
        settle(task, CY_RESULT, result);
    end(task);
}

static void failed(cy_task_t *task, mp_obj_t exception)
{
    if (cy_is_cancel(exception)) {
        settle(task, CY_CANCELLED, exception);
    } else {
        if (cy_ends_run(exception)) {
            task->future.flags |= CY_F_RETRIEVED;
            if (!(task->flags & CY_T_TOLD))
                cy_escape(exception);
        }
        settle(task, CY_EXCEPTION, exception);
        if (!(task->future.flags & CY_F_RETRIEVED)) { /* somebody may await it yet: report it a turn later */
            task->flags |= CY_T_CLOSED;
            (void)cosy_yield_begin(&task->core.wait);
            return;
        }
    }
    end(task);
}

static void throw_later(cy_task_t *task, mp_obj_t exception)
{
    task->cancel = exception;
    task->flags |= CY_T_CANCEL;
}

/* The generator yielded without having parked: what plain generators may yield. */
static void bare_yield(cy_task_t *task, mp_obj_t value)
{
    cosy_wait *w = &task->core.wait;
    if (mp_obj_is_small_int(value) && MP_OBJ_SMALL_INT_VALUE(value) > 0) { /* milliseconds */
        (void)cosy_sleep_begin(w);
        (void)cosy_await(&task->core, cy_from_now(cy_milliseconds(value)));
    } else if (value != mp_const_none && !mp_obj_is_small_int(value)) {
        throw_later(task, mp_obj_new_exception_msg_varg(&mp_type_RuntimeError,
                                                        MP_ERROR_TEXT("task yielded '%s': await something instead"),
                                                        mp_obj_get_type_str(value)));
    }
    if (w->state == COSY_CONSUMED)
        (void)cosy_yield_begin(w);
}

/* A cancel that came too late for the wait before ends this one, in the way of this one. */
static void cancel_if_late(cy_task_t *task)
{
    if (!(task->flags & CY_T_LATER))
        return;
    cy_await_t *a = task->awaiting;
    if (a && a->op->cancel && a->op->cancel(a, task, task->cancel)) {
        task->flags &= (uint8_t)~CY_T_LATER;
        task->cancel = MP_OBJ_NULL;
    } else if (cosy_interrupt(&task->core) == COSY_OK) {
        task->flags = (uint8_t)((task->flags & ~CY_T_LATER) | CY_T_CANCEL);
    }
}

/* What is thrown into the generator now, or MP_OBJ_NULL. */
static mp_obj_t to_throw(cy_task_t *task)
{
    if (!(task->flags & CY_T_CANCEL))
        return MP_OBJ_NULL;
    mp_obj_t exception = task->cancel;
    task->flags &= (uint8_t)~CY_T_CANCEL;
    task->cancel = MP_OBJ_NULL;
    cy_await_leave(task);
    return exception == MP_OBJ_NULL ? cy_cancelled_error(MP_OBJ_NULL) : exception;
}

static mp_vm_return_kind_t step(cy_task_t *task, mp_obj_t *value)
{
    mp_obj_t exception = to_throw(task);
    if (mp_obj_is_type(task->coro, &mp_type_gen_instance))
        return mp_obj_gen_resume(task->coro, mp_const_none, exception, value);
    return mp_resume(task->coro, exception == MP_OBJ_NULL ? mp_const_none : MP_OBJ_NULL, exception, value);
}

static bool is_stop(mp_obj_t exception)
{
    return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)),
                                   MP_OBJ_FROM_PTR(&mp_type_StopIteration));
}

static void report(cy_task_t *task)
{
    if (!(task->future.flags & CY_F_RETRIEVED)) {
        task->future.flags |= CY_F_RETRIEVED;
        cy_report("Task exception wasn't retrieved", task->future.value, MP_OBJ_FROM_PTR(task));
    }
}

static void resume(cosy_task *core)
{
    cy_task_t *task = cy_task_of_core(core);
    if (task->flags & (CY_T_CLOSED | CY_T_ABANDONED)) {
        if (task->flags & CY_T_CLOSED)
            report(task);
        end(task);
        return;
    }
    task->flags = (uint8_t)((task->flags & ~CY_T_TOLD) | CY_T_BEGUN);
    mp_vm_return_kind_t kind;
    mp_obj_t value;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        kind = step(task, &value);
        if (kind == MP_VM_RETURN_YIELD && core->wait.state == COSY_CONSUMED)
            bare_yield(task, value);
        nlr_pop();
    } else {
        kind = MP_VM_RETURN_EXCEPTION;
        value = MP_OBJ_FROM_PTR(nlr.ret_val);
    }
    if (kind == MP_VM_RETURN_YIELD)
        cancel_if_late(task);
    else if (kind == MP_VM_RETURN_NORMAL)
        finished(task, value);
    else if (is_stop(value) && !mp_obj_is_type(task->coro, &mp_type_gen_instance))
        finished(task, mp_obj_exception_get_value(value)); /* an iterator written in Python */
    else
        failed(task, value);
}

/* ---- creating ---- */

static bool has_method(mp_obj_t obj, qstr name)
{
    mp_obj_t dest[2];
    mp_load_method_maybe(obj, name, dest);
    return dest[0] != MP_OBJ_NULL;
}

/* What a task can run: a coroutine (a generator), one of our awaitables, or an instance that can be awaited. */
static mp_obj_t runnable(mp_obj_t aw)
{
    if (mp_obj_is_type(aw, &mp_type_gen_instance) || cy_await_is_fresh(aw) || has_method(aw, MP_QSTR_send))
        return aw;
    if (mp_obj_is_type(aw, &cy_type_waiting) || mp_obj_is_type(aw, &cy_type_spent))
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the awaitable was awaited before: call it anew"));
    if (mp_obj_is_instance_type(mp_obj_get_type(aw)) && (has_method(aw, MP_QSTR___await__) || has_method(aw, MP_QSTR___iter__)))
        return mp_getiter(aw, NULL);
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("coroutine expected, not '%s'"), mp_obj_get_type_str(aw));
}

cy_task_t *cy_task_new(mp_obj_t coro, mp_obj_t name)
{
    coro = runnable(coro);
    cy_task_t *task = (cy_task_t *)cy_future_new(&cy_type_task, sizeof(cy_task_t));
    task->future.flags = CY_F_TASK;
    task->coro = coro;
    task->name = name;
    if (mp_obj_is_type(coro, &mp_type_gen_instance))
        task->spare = cy_await_spare(); /* now: later the heap may be locked */
    cy_task_register(task);
    cosy_task_init(&task->core, &cy_loop, resume, NULL);
    cosy_task_start(&task->core, NULL);
    cosy_detach(&task->core);
    return task;
}

mp_obj_t cy_create_task(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_coro, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_name, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_context, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    return MP_OBJ_FROM_PTR(cy_task_new(values[0].u_obj, values[1].u_obj == mp_const_none ? MP_OBJ_NULL : values[1].u_obj));
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_create_task_obj, 1, cy_create_task);

/* ---- cancelling ---- */

/* The task that `task` awaits, if that is what it waits for and it has not ended. */
static cy_task_t *awaited(cy_task_t *task)
{
    if (!task->awaiting || task->awaiting->op != &cy_op_await)
        return NULL;
    cy_future_t *future = MP_OBJ_TO_PTR(task->awaiting->self);
    return (future->flags & CY_F_TASK) && !cy_future_done(future) ? (cy_task_t *)future : NULL;
}

bool cy_task_cancel(cy_task_t *task, mp_obj_t exception)
{
    if (cy_future_done(&task->future))
        return false;
    /* Down to the last task of a chain of awaits, without recursion. If they wait in a circle, `behind`, which goes half
     * as fast, is met some time: there it is cut. */
    cy_task_t *behind = task, *next;
    bool odd = false;
    task->cancels++;
    while ((next = awaited(task)) && next != behind) {
        next->cancels++;
        task = next;
        if (odd)
            behind = awaited(behind);
        odd = !odd;
    }
    if (!next && task->awaiting && task->awaiting->op->cancel &&
        task->awaiting->op->cancel(task->awaiting, task, exception))
        return true;
    if (!(task->flags & (CY_T_CANCEL | CY_T_LATER)))
        task->cancel = exception;
    bool overruled = !(task->flags & CY_T_BEGUN) || cosy_interrupt(&task->core) == COSY_OK ||
                     (task->awaiting && task->awaiting->op == &cy_op_await); /* the result stays in the future */
    if (!(task->flags & CY_T_CANCEL))
        task->flags |= overruled ? CY_T_CANCEL : CY_T_LATER;
    return true;
}

static bool cancel_of_kind(cy_future_t *future, mp_obj_t exception)
{
    return cy_task_cancel((cy_task_t *)future, exception);
}

/* ---- for Python ---- */

static mp_obj_t get_coro(mp_obj_t self)
{
    cy_task_t *task = MP_OBJ_TO_PTR(self);
    return task->coro;
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_coro_obj, get_coro);

/* Numbers for tasks without a name; they only differ, they do not count. */
static mp_obj_t get_name(mp_obj_t self)
{
    cy_task_t *task = MP_OBJ_TO_PTR(self);
    if (task->name == MP_OBJ_NULL) {
        vstr_t text;
        vstr_init(&text, 16);
        vstr_printf(&text, "Task-%x", (unsigned)((uintptr_t)task / MICROPY_BYTES_PER_GC_BLOCK));
        task->name = mp_obj_new_str_from_vstr(&text);
    }
    return task->name;
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_name_obj, get_name);

static mp_obj_t set_name(mp_obj_t self, mp_obj_t name)
{
    cy_task_t *task = MP_OBJ_TO_PTR(self);
    task->name = mp_obj_is_str(name) ? name : mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), name);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(set_name_obj, set_name);

static mp_obj_t cancelling(mp_obj_t self)
{
    cy_task_t *task = MP_OBJ_TO_PTR(self);
    return MP_OBJ_NEW_SMALL_INT(task->cancels);
}
static MP_DEFINE_CONST_FUN_OBJ_1(cancelling_obj, cancelling);

unsigned cy_task_uncancel(cy_task_t *task)
{
    if (task->cancels && --task->cancels == 0)
        task->flags &= (uint8_t)~CY_T_LATER;
    return task->cancels;
}

static mp_obj_t uncancel(mp_obj_t self)
{
    return MP_OBJ_NEW_SMALL_INT(cy_task_uncancel(MP_OBJ_TO_PTR(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(uncancel_obj, uncancel);

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    static const char *const states[] = {"pending", "finished", "finished with an exception", "cancelled"};
    const cy_task_t *task = MP_OBJ_TO_PTR(self);
    (void)kind;
    mp_printf(printer, "<Task %s", states[task->future.state]);
    if (task->name != MP_OBJ_NULL) {
        mp_printf(printer, " ");
        mp_obj_print_helper(printer, task->name, PRINT_REPR);
    }
    if (task->awaiting)
        mp_printf(printer, " in %s", task->awaiting->op->what);
    mp_printf(printer, ">");
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)type;
    mp_map_t kw;
    mp_map_init_fixed_table(&kw, n_kw, args + n_args);
    return cy_create_task(n_args, args, &kw);
}

/* `coro`, as upstream's handlers of exceptions read it; all else are methods. */
static void attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
    cy_task_t *task = MP_OBJ_TO_PTR(self);
    if (dest[0] == MP_OBJ_NULL && name == MP_QSTR_coro)
        dest[0] = task->coro;
    else
        dest[1] = MP_OBJ_SENTINEL; /* look in the table */
}

static const mp_rom_map_elem_t locals[] = {
    CY_FUTURE_METHODS,
    {MP_ROM_QSTR(MP_QSTR_get_coro), MP_ROM_PTR(&get_coro_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_name), MP_ROM_PTR(&get_name_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_name), MP_ROM_PTR(&set_name_obj)},
    {MP_ROM_QSTR(MP_QSTR_cancelling), MP_ROM_PTR(&cancelling_obj)},
    {MP_ROM_QSTR(MP_QSTR_uncancel), MP_ROM_PTR(&uncancel_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

static const cy_future_kind_t kind = {cancel_of_kind};

MP_DEFINE_CONST_OBJ_TYPE(cy_type_task, MP_QSTR_Task, MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new,
                         iter, cy_future_getiter, print, print, attr, attr, protocol, &kind, parent, &cy_type_future,
                         locals_dict, &locals_dict);
