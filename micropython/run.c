/* Running the loop, and the Loop as Python sees it: one, known by its type, so its functions have no self. */
#include "cy.h"
#include "port.h"

#include "py/smallint.h"

MP_REGISTER_ROOT_POINTER(struct _handle_t *cy_handles);
MP_REGISTER_ROOT_POINTER(mp_obj_t cy_exception_handler);

void cy_run_init(void);
void cy_timer_init(void);

void cy_run_init(void)
{
    MP_STATE_VM(cy_handles) = NULL;
    MP_STATE_VM(cy_exception_handler) = mp_const_none;
    cy_io_init();
}

/* ---- exceptions that nobody awaits ---- */

static mp_obj_t default_handler(mp_obj_t loop, mp_obj_t context)
{
    (void)loop;
    mp_obj_t exception = mp_obj_dict_get(context, MP_OBJ_NEW_QSTR(MP_QSTR_exception));
    mp_obj_print_helper(MICROPY_ERROR_PRINTER, mp_obj_dict_get(context, MP_OBJ_NEW_QSTR(MP_QSTR_message)), PRINT_STR);
    mp_print_str(MICROPY_ERROR_PRINTER, "\nfuture: ");
    mp_obj_print_helper(MICROPY_ERROR_PRINTER, mp_obj_dict_get(context, MP_OBJ_NEW_QSTR(MP_QSTR_future)), PRINT_STR);
    mp_print_str(MICROPY_ERROR_PRINTER, "\n");
    if (exception != mp_const_none)
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, exception);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(default_handler_obj, default_handler);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(default_handler_static, MP_ROM_PTR(&default_handler_obj));

static mp_obj_t call_handler(mp_obj_t context)
{
    mp_obj_t handler = MP_STATE_VM(cy_exception_handler);
    if (handler == mp_const_none)
        handler = MP_OBJ_FROM_PTR(&default_handler_obj);
    return mp_call_function_2(handler, MP_OBJ_FROM_PTR(&cy_type_loop), context);
}
static MP_DEFINE_CONST_FUN_OBJ_1(call_handler_obj, call_handler);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_handler_static, MP_ROM_PTR(&call_handler_obj));

void cy_report(const char *message, mp_obj_t exception, mp_obj_t future)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t context = mp_obj_new_dict(3);
        mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_message), mp_obj_new_str_from_cstr(message));
        mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_exception), exception);
        mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_future), future);
        (void)call_handler(context);
        nlr_pop();
    } else {
        cy_escape(MP_OBJ_FROM_PTR(nlr.ret_val)); /* the handler itself failed: nobody else is left to tell */
    }
}

void cy_call(mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        (void)mp_call_function_n_kw(fn, n_args, 0, args);
        nlr_pop();
    } else if (!cy_ends_run(MP_OBJ_FROM_PTR(nlr.ret_val))) {
        cy_report("Exception in callback", MP_OBJ_FROM_PTR(nlr.ret_val), fn);
    } else {
        cy_escape(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

static mp_obj_t get_exception_handler(void)
{
    return MP_STATE_VM(cy_exception_handler);
}
static MP_DEFINE_CONST_FUN_OBJ_0(get_exception_handler_obj, get_exception_handler);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(get_exception_handler_static, MP_ROM_PTR(&get_exception_handler_obj));

static mp_obj_t set_exception_handler(mp_obj_t handler)
{
    if (handler != mp_const_none && !mp_obj_is_callable(handler))
        mp_raise_TypeError(MP_ERROR_TEXT("set_exception_handler: a callable or None is needed"));
    MP_STATE_VM(cy_exception_handler) = handler;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(set_exception_handler_obj, set_exception_handler);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(set_exception_handler_static, MP_ROM_PTR(&set_exception_handler_obj));

/* ---- running ---- */

bool cy_is_running(void)
{
    return (cy_loop.flags & COSY_L_RUNNING) != 0;
}

static void stop_now(cy_watch_t *watch, cy_future_t *future)
{
    (void)watch;
    (void)future;
    cosy_loop_break(&cy_loop);
}

static void raise_escaped(void)
{
    mp_obj_t exception = MP_STATE_VM(cy_escaped);
    if (exception != MP_OBJ_NULL) {
        MP_STATE_VM(cy_escaped) = MP_OBJ_NULL;
        nlr_raise(exception);
    }
}

static void must_not_run(void)
{
    if (cy_is_running())
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("run() cannot be called from a running event loop"));
}

mp_obj_t cy_run(cy_future_t *until)
{
    must_not_run();
    cy_watch_t *watch = NULL;
    if (until) {
        until->flags |= CY_F_RETRIEVED; /* it is raised here */
        if (cy_future_done(until))
            return cy_future_get(until);
        watch = cy_future_watch(until, mp_const_none, stop_now);
    }
    cy_port_enter();
    int rc = cosy_loop_run(&cy_loop);
    cy_port_leave();
    if (until && !cy_future_done(until))
        cy_future_unwatch(until, watch);
    raise_escaped();
    if (rc == COSY_EDEADLK)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("deadlock: nobody can wake the tasks that are left"));
    if (rc < 0)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("simulated time stands still: some task never waits"));
    if (!until)
        return mp_const_none;
    if (!cy_future_done(until))
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the event loop stopped before the future was done"));
    return cy_future_get(until);
}

/* A run was ended by something that is not main's outcome: Ctrl-C, a deadlock, stop(). Nobody has a hold of main, so it is
 * cancelled and may clean up; what else it raises, or a second Ctrl-C, is not told any more. */
static void unwind(cy_future_t *main)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        if (cy_future_cancel(main, MP_OBJ_NULL))
            (void)cy_run(main);
        nlr_pop();
    }
}

static mp_obj_t run(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_main, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_debug, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_loop_factory, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    must_not_run();
    cy_future_t *main = &cy_task_new(values[0].u_obj, MP_OBJ_NULL)->future;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t result = cy_run(main);
        nlr_pop();
        return result;
    }
    unwind(main);
    nlr_jump(nlr.ret_val);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_run_obj, 1, run);

static mp_obj_t run_until_complete(mp_obj_t aw)
{
    must_not_run();
    return cy_run(cy_ensure_future(aw));
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_run_until_complete_obj, run_until_complete);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(run_until_complete_static, MP_ROM_PTR(&cy_run_until_complete_obj));

static mp_obj_t run_forever(void)
{
    return cy_run(NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_0(run_forever_obj, run_forever);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(run_forever_static, MP_ROM_PTR(&run_forever_obj));

/* Who is ready now has its turn yet. A loop that does not run keeps nothing of it for the next run. */
static mp_obj_t stop(void)
{
    cosy_loop_stop(&cy_loop);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(stop_obj, stop);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(stop_static, MP_ROM_PTR(&stop_obj));

static mp_obj_t close_(void)
{
    return mp_const_none; /* there is one loop; its tasks stay for the next run, as upstream's do */
}
static MP_DEFINE_CONST_FUN_OBJ_0(close_obj, close_);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(close_static, MP_ROM_PTR(&close_obj));

static mp_obj_t is_running(void)
{
    return mp_obj_new_bool(cy_is_running());
}
static MP_DEFINE_CONST_FUN_OBJ_0(is_running_obj, is_running);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(is_running_static, MP_ROM_PTR(&is_running_obj));

static mp_obj_t is_closed(void)
{
    return mp_const_false;
}
static MP_DEFINE_CONST_FUN_OBJ_0(is_closed_obj, is_closed);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(is_closed_static, MP_ROM_PTR(&is_closed_obj));

static mp_obj_t time_(void)
{
    return cy_to_seconds(cy_from_now(0));
}
static MP_DEFINE_CONST_FUN_OBJ_0(time_obj, time_);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(time_static, MP_ROM_PTR(&time_obj));

static MP_DEFINE_CONST_STATICMETHOD_OBJ(create_task_static, MP_ROM_PTR(&cy_create_task_obj));

static mp_obj_t create_future(void)
{
    return MP_OBJ_FROM_PTR(cy_future_new(&cy_type_future, sizeof(cy_future_t)));
}
static MP_DEFINE_CONST_FUN_OBJ_0(create_future_obj, create_future);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(create_future_static, MP_ROM_PTR(&create_future_obj));

/* ---- call_soon, call_later, call_at ---- */

/* A callback to come. On the root's list until it has been called or cancelled. call_soon: its core is a stackless task
 * that stands in the ready list. Later ones have a timer instead. */
typedef struct _handle_t {
    mp_obj_base_t base;
    struct _handle_t *next, *prev;
    mp_obj_t fn, args; /* args: a tuple; fn: MP_OBJ_NULL once called or cancelled */
    cosy_time when;    /* for call_later */
    cy_timer_t *timer;
    cosy_task core;
} handle_t;

static void handle_unlink(handle_t *handle)
{
    if (handle->next)
        handle->next->prev = handle->prev;
    if (handle->prev)
        handle->prev->next = handle->next;
    else
        MP_STATE_VM(cy_handles) = handle->next;
    handle->next = handle->prev = NULL;
}

/* Programs for the loop of old give it coroutines as callbacks, too: they become tasks when it is time. */
static bool is_coroutine(mp_obj_t fn)
{
    return mp_obj_is_type(fn, &mp_type_gen_instance);
}

static void handle_call(handle_t *handle)
{
    mp_obj_t fn = handle->fn;
    if (fn == MP_OBJ_NULL)
        return;
    handle->fn = MP_OBJ_NULL;
    size_t n;
    mp_obj_t *args;
    mp_obj_get_array(handle->args, &n, &args);
    if (is_coroutine(fn))
        cy_call(MP_OBJ_FROM_PTR(&cy_create_task_obj), 1, &fn);
    else
        cy_call(fn, n, args);
}

static void handle_resume(cosy_task *core)
{
    handle_t *handle = COSY_CONTAINER(core, handle_t, core);
    cy_loop.running = NULL; /* a callback is no task: nothing can be awaited in it */
    handle_call(handle);
    handle_unlink(handle);
    cosy_task_end(core, COSY_OK);
}

static const mp_obj_type_t handle_type, timer_handle_type;

static handle_t *handle_new(const mp_obj_type_t *type, mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    if (!mp_obj_is_callable(fn) && !is_coroutine(fn))
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a callable is needed, not '%s'"), mp_obj_get_type_str(fn));
    /* The part with a core is not needed for a timer. */
    handle_t *handle = m_malloc0(type == &handle_type ? sizeof(handle_t) : offsetof(handle_t, core));
    handle->base.type = type;
    handle->fn = fn;
    handle->args = mp_obj_new_tuple(n_args, args);
    handle->next = MP_STATE_VM(cy_handles);
    if (handle->next)
        handle->next->prev = handle;
    MP_STATE_VM(cy_handles) = handle;
    return handle;
}

mp_obj_t cy_call_soon(mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    handle_t *handle = handle_new(&handle_type, fn, n_args, args);
    cosy_task_init(&handle->core, &cy_loop, handle_resume, NULL);
    cosy_task_start(&handle->core, NULL);
    cosy_detach(&handle->core);
    return MP_OBJ_FROM_PTR(handle);
}

static mp_obj_t call_soon(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw; /* context=... */
    return cy_call_soon(args[0], n_args - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(call_soon_obj, 1, call_soon);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_soon_static, MP_ROM_PTR(&call_soon_obj));

static void handle_fired(mp_obj_t owner)
{
    handle_t *handle = MP_OBJ_TO_PTR(owner);
    handle_call(handle);
    handle_unlink(handle); /* not before: the arguments of the call hang from it */
}

static mp_obj_t call_when(cosy_time when, mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    handle_t *handle = handle_new(&timer_handle_type, fn, n_args, args);
    handle->when = when;
    handle->timer = cy_timer_at(when, MP_OBJ_FROM_PTR(handle), handle_fired);
    return MP_OBJ_FROM_PTR(handle);
}

static mp_obj_t call_later(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw;
    return call_when(cy_from_now(cy_seconds(args[0])), args[1], n_args - 2, args + 2);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(call_later_obj, 2, call_later);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_later_static, MP_ROM_PTR(&call_later_obj));

static mp_obj_t call_later_ms(size_t n_args, const mp_obj_t *args)
{
    return call_when(cy_from_now(cy_milliseconds(args[0])), args[1], n_args - 2, args + 2);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(call_later_ms_obj, 2, call_later_ms);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_later_ms_static, MP_ROM_PTR(&call_later_ms_obj));

static mp_obj_t call_at(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw;
    return call_when(cy_seconds(args[0]), args[1], n_args - 2, args + 2);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(call_at_obj, 2, call_at);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_at_static, MP_ROM_PTR(&call_at_obj));

/* call_at_(when, callback, args=()), of the loop of old. An int is what time.ticks_ms() counts, which wraps; a float is
 * what time() of this loop counts. */
enum { LONGEST_MS = INT32_MAX }; /* 24 days: what is longer is for ever */

static mp_obj_t call_at_old(size_t n_args, const mp_obj_t *args)
{
    cosy_time when;
    size_t n = 0;
    mp_obj_t *rest = NULL;
    if (mp_obj_is_small_int(args[0])) {
        mp_uint_t half = MICROPY_PY_TIME_TICKS_PERIOD / 2;
        mp_uint_t left = (mp_uint_t)MP_OBJ_SMALL_INT_VALUE(args[0]) - mp_hal_ticks_ms() + half;
        cosy_time ms = (cosy_time)(left & (MICROPY_PY_TIME_TICKS_PERIOD - 1)) - (cosy_time)half;
        when = ms < 0 ? cy_from_now(0) : ms > LONGEST_MS ? COSY_FOREVER : cy_from_now(ms * 1000000);
    } else {
        when = cy_seconds(args[0]);
    }
    if (n_args > 2)
        mp_obj_get_array(args[2], &n, &rest);
    return call_when(when, args[1], n, rest);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(call_at_old_obj, 2, 3, call_at_old);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_at_old_static, MP_ROM_PTR(&call_at_old_obj));

static mp_obj_t handle_cancel(mp_obj_t self)
{
    handle_t *handle = MP_OBJ_TO_PTR(self);
    if (handle->fn == MP_OBJ_NULL)
        return mp_const_none;
    handle->fn = MP_OBJ_NULL;
    if (handle->timer) {
        cy_timer_cancel(handle->timer);
        handle_unlink(handle);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(handle_cancel_obj, handle_cancel);

static mp_obj_t handle_cancelled(mp_obj_t self)
{
    handle_t *handle = MP_OBJ_TO_PTR(self);
    return mp_obj_new_bool(handle->fn == MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(handle_cancelled_obj, handle_cancelled);

static mp_obj_t handle_when(mp_obj_t self)
{
    handle_t *handle = MP_OBJ_TO_PTR(self);
    return cy_to_seconds(handle->when);
}
static MP_DEFINE_CONST_FUN_OBJ_1(handle_when_obj, handle_when);

static const mp_rom_map_elem_t handle_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&handle_cancel_obj)},
    {MP_ROM_QSTR(MP_QSTR_cancelled), MP_ROM_PTR(&handle_cancelled_obj)},
    {MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&handle_when_obj)},
};
static MP_DEFINE_CONST_DICT(handle_locals, handle_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(handle_type, MP_QSTR_Handle, MP_TYPE_FLAG_NONE, locals_dict, &handle_locals);
static MP_DEFINE_CONST_OBJ_TYPE(timer_handle_type, MP_QSTR_TimerHandle, MP_TYPE_FLAG_NONE, locals_dict, &handle_locals);

/* ---- a new loop ---- */

/* Nothing of the old one goes on: its tasks leave what they wait for and end without running. */
static mp_obj_t new_event_loop(void)
{
    must_not_run();
    for (cy_task_t *task = cy_task_first(); task; task = cy_task_after(task))
        task->flags = (uint8_t)((task->flags & ~CY_T_CLOSED) | CY_T_ABANDONED);
    for (handle_t *handle = MP_STATE_VM(cy_handles), *next; handle; handle = next) {
        next = handle->next;
        (void)handle_cancel(MP_OBJ_FROM_PTR(handle));
    }
    while (MP_STATE_VM(cy_timers))
        cy_timer_cancel(MP_STATE_VM(cy_timers));
    cosy_loop_clear(&cy_loop, 0);
    for (cy_task_t *task; (task = cy_task_first());)
        cy_task_unregister(task);
    MP_STATE_VM(cy_handles) = NULL;
    cy_io_init();
    cy_loop.watched = CY_PORT_POLLS;
    return MP_OBJ_FROM_PTR(&cy_type_loop);
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_new_event_loop_obj, new_event_loop);

/* runq_len and waitq_len of old programs: there is nothing that could be full. */
static mp_obj_t get_event_loop(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)n_args;
    (void)args;
    (void)kw;
    return MP_OBJ_FROM_PTR(&cy_type_loop);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_get_event_loop_obj, 0, get_event_loop);

static void must_run(void)
{
    if (!cy_is_running())
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("no running event loop"));
}

static mp_obj_t get_running_loop(void)
{
    must_run();
    return MP_OBJ_FROM_PTR(&cy_type_loop);
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_get_running_loop_obj, get_running_loop);

/* In a callback there is none. */
static mp_obj_t current_task(size_t n_args, const mp_obj_t *args)
{
    cy_task_t *task = cy_current_or_null();
    if (n_args == 0 || args[0] == mp_const_none)
        must_run();
    return task ? MP_OBJ_FROM_PTR(task) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(cy_current_task_obj, 0, 1, current_task);

static mp_obj_t all_tasks(size_t n_args, const mp_obj_t *args)
{
    if (n_args == 0 || args[0] == mp_const_none)
        must_run();
    mp_obj_t set = mp_obj_new_set(0, NULL);
    for (cy_task_t *task = cy_task_first(); task; task = cy_task_after(task))
        if (!cy_future_done(&task->future))
            mp_obj_set_store(set, MP_OBJ_FROM_PTR(task));
    return set;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(cy_all_tasks_obj, 0, 1, all_tasks);

static const mp_rom_map_elem_t loop_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&create_task_static)},
    {MP_ROM_QSTR(MP_QSTR_create_future), MP_ROM_PTR(&create_future_static)},
    {MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&run_until_complete_static)},
    {MP_ROM_QSTR(MP_QSTR_run_forever), MP_ROM_PTR(&run_forever_static)},
    {MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&stop_static)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_static)},
    {MP_ROM_QSTR(MP_QSTR_is_running), MP_ROM_PTR(&is_running_static)},
    {MP_ROM_QSTR(MP_QSTR_is_closed), MP_ROM_PTR(&is_closed_static)},
    {MP_ROM_QSTR(MP_QSTR_time), MP_ROM_PTR(&time_static)},
    {MP_ROM_QSTR(MP_QSTR_call_soon), MP_ROM_PTR(&call_soon_static)},
    {MP_ROM_QSTR(MP_QSTR_call_soon_threadsafe), MP_ROM_PTR(&call_soon_static)},
    {MP_ROM_QSTR(MP_QSTR_call_later), MP_ROM_PTR(&call_later_static)},
    {MP_ROM_QSTR(MP_QSTR_call_later_ms), MP_ROM_PTR(&call_later_ms_static)},
    {MP_ROM_QSTR(MP_QSTR_call_at), MP_ROM_PTR(&call_at_static)},
    {MP_ROM_QSTR(MP_QSTR_call_at_), MP_ROM_PTR(&call_at_old_static)},
    {MP_ROM_QSTR(MP_QSTR_set_exception_handler), MP_ROM_PTR(&set_exception_handler_static)},
    {MP_ROM_QSTR(MP_QSTR_get_exception_handler), MP_ROM_PTR(&get_exception_handler_static)},
    {MP_ROM_QSTR(MP_QSTR_default_exception_handler), MP_ROM_PTR(&default_handler_static)},
    {MP_ROM_QSTR(MP_QSTR_call_exception_handler), MP_ROM_PTR(&call_handler_static)},
};
static MP_DEFINE_CONST_DICT(loop_locals, loop_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_loop, MP_QSTR_Loop, MP_TYPE_FLAG_NONE, locals_dict, &loop_locals);
