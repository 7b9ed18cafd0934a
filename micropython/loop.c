/* The Loop as Python sees it: one, known by its type, so its functions have no self; and who runs in it. */
#include "cy.h"
#include "port.h"

static mp_obj_t close_(void)
{
    return mp_const_none; /* there is one loop; its tasks stay for the next run, as upstream's do */
}
static MP_DEFINE_CONST_FUN_OBJ_0(close_obj, close_);

static mp_obj_t is_running(void)
{
    return mp_obj_new_bool(cy_is_running());
}
static MP_DEFINE_CONST_FUN_OBJ_0(is_running_obj, is_running);

static mp_obj_t is_closed(void)
{
    return mp_const_false;
}
static MP_DEFINE_CONST_FUN_OBJ_0(is_closed_obj, is_closed);

static mp_obj_t time_(void)
{
    return cy_to_seconds(cy_from_now(0));
}
static MP_DEFINE_CONST_FUN_OBJ_0(time_obj, time_);

static mp_obj_t create_future(void)
{
    return MP_OBJ_FROM_PTR(cy_future_new(&cy_type_future, sizeof(cy_future_t)));
}
static MP_DEFINE_CONST_FUN_OBJ_0(create_future_obj, create_future);

/* ---- which loop, which tasks ---- */

/* Nothing of the old one goes on: its tasks leave what they wait for and end without running. */
static mp_obj_t new_event_loop(void)
{
    cy_must_not_run();
    for (cy_task_t *task = cy_task_first(); task; task = cy_task_after(task))
        task->flags = (uint8_t)((task->flags & ~CY_T_CLOSED) | CY_T_ABANDONED);
    cy_handle_cancel_all();
    cy_threadsafe_cancel_all();
    while (MP_STATE_VM(cy_timers))
        cy_timer_cancel(MP_STATE_VM(cy_timers));
    cosy_loop_clear(&cy_loop, 0);
    for (cy_task_t *task; (task = cy_task_first());)
        cy_task_unregister(task);
    cy_handle_init();
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

/* ---- its methods ---- */

static MP_DEFINE_CONST_STATICMETHOD_OBJ(create_task_static, MP_ROM_PTR(&cy_create_task_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(create_future_static, MP_ROM_PTR(&create_future_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(run_until_complete_static, MP_ROM_PTR(&cy_run_until_complete_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(run_forever_static, MP_ROM_PTR(&cy_run_forever_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(stop_static, MP_ROM_PTR(&cy_stop_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(close_static, MP_ROM_PTR(&close_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(is_running_static, MP_ROM_PTR(&is_running_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(is_closed_static, MP_ROM_PTR(&is_closed_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(time_static, MP_ROM_PTR(&time_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_soon_static, MP_ROM_PTR(&cy_call_soon_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_soon_threadsafe_static, MP_ROM_PTR(&cy_call_soon_threadsafe_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_later_static, MP_ROM_PTR(&cy_call_later_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_later_ms_static, MP_ROM_PTR(&cy_call_later_ms_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_at_static, MP_ROM_PTR(&cy_call_at_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_at_old_static, MP_ROM_PTR(&cy_call_at_old_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(set_exception_handler_static, MP_ROM_PTR(&cy_set_exception_handler_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(get_exception_handler_static, MP_ROM_PTR(&cy_get_exception_handler_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(default_handler_static, MP_ROM_PTR(&cy_default_handler_obj));
static MP_DEFINE_CONST_STATICMETHOD_OBJ(call_handler_static, MP_ROM_PTR(&cy_call_handler_obj));

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
    {MP_ROM_QSTR(MP_QSTR_call_soon_threadsafe), MP_ROM_PTR(&call_soon_threadsafe_static)},
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
