/* The module asyn, as Peter Hinch's library for the uasyncio of old: its names, on the engine's primitives. What it did
 * by looking again and again is done by queues of waiters here, so nobody overtakes and no wake-up is lost.
 */
#include "asyn.h"

#include "py/objgenerator.h"

/* ---- launch(func, args) ---- */

mp_obj_t asyn_launch(mp_obj_t func, mp_obj_t args)
{
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(args, &n, &items);
    mp_obj_t result = mp_call_function_n_kw(func, n, 0, items);
    return mp_obj_is_type(result, &mp_type_gen_instance) ? MP_OBJ_FROM_PTR(cy_task_new(result, MP_OBJ_NULL)) : result;
}
MP_DEFINE_CONST_FUN_OBJ_2(asyn_launch_obj, asyn_launch);

/* ---- sleep(t, granularity=100) ---- */

/* There it slept in slices, for a cancel to be noticed; here a cancel ends any sleep at once. */
static mp_obj_t sleep_(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_t, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_granularity, MP_ARG_INT, {.u_int = 100}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    if (values[1].u_int <= 0)
        mp_raise_ValueError(MP_ERROR_TEXT("sleep: the granularity must be more than 0 ms"));
    return cy_sleep_obj.fun.var(1, &values[0].u_obj);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(sleep_obj, 1, sleep_);

/* ---- what several objects take ---- */

void asyn_no_args(size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_delay_ms, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
}

mp_obj_t asyn_turn(void)
{
    return cy_sleep_ms_obj.fun._1(MP_OBJ_NEW_SMALL_INT(0));
}

/* ---- the table ---- */

static mp_obj_t init(void)
{
    cy_init();
    asyn_cancel_init();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(init_obj, init);

static const mp_rom_map_elem_t table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_asyn)},
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&init_obj)},
    {MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&asyn_type_lock)},
    {MP_ROM_QSTR(MP_QSTR_Event), MP_ROM_PTR(&asyn_type_event)},
    {MP_ROM_QSTR(MP_QSTR_Barrier), MP_ROM_PTR(&asyn_type_barrier)},
    {MP_ROM_QSTR(MP_QSTR_Semaphore), MP_ROM_PTR(&asyn_type_semaphore)},
    {MP_ROM_QSTR(MP_QSTR_BoundedSemaphore), MP_ROM_PTR(&asyn_type_bounded_semaphore)},
    {MP_ROM_QSTR(MP_QSTR_Condition), MP_ROM_PTR(&asyn_type_condition)},
    {MP_ROM_QSTR(MP_QSTR_Gather), MP_ROM_PTR(&asyn_type_gather)},
    {MP_ROM_QSTR(MP_QSTR_Gatherable), MP_ROM_PTR(&asyn_type_gatherable)},
    {MP_ROM_QSTR(MP_QSTR_Cancellable), MP_ROM_PTR(&asyn_type_cancellable)},
    {MP_ROM_QSTR(MP_QSTR_NamedTask), MP_ROM_PTR(&asyn_type_named_task)},
    {MP_ROM_QSTR(MP_QSTR_cancellable), MP_ROM_PTR(&asyn_type_decorated)},
    {MP_ROM_QSTR(MP_QSTR_namedtask), MP_ROM_PTR(&asyn_type_decorated)},
    {MP_ROM_QSTR(MP_QSTR_TaskId), MP_ROM_PTR(&asyn_type_task_id)},
    {MP_ROM_QSTR(MP_QSTR_StopTask), MP_ROM_PTR(&cy_type_CancelledError)},
    {MP_ROM_QSTR(MP_QSTR_launch), MP_ROM_PTR(&asyn_launch_obj)},
    {MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&sleep_obj)},
};
static MP_DEFINE_CONST_DICT(globals, table);

const mp_obj_module_t cy_module_asyn = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&globals};

MP_REGISTER_MODULE(MP_QSTR_asyn, cy_module_asyn);
