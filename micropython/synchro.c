/* What uasyncio had before it became asyncio, and programs of that time ask for: uasyncio.synchro, uasyncio.queues,
 * uasyncio.cancel(). The loop's verbs of that time are with the others (loop.c).
 */
#include "cy.h"

/* ---- uasyncio.synchro.Lock ---- */

/* acquire() lets the others have a turn even if the lock is free: programs count on that. delay_ms said how often to
 * look again; here nobody has to. */
static mp_obj_t lock_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_delay_ms, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    return cy_lock_new(type, COSY_LOCK_CHECKPOINT);
}

/* `locked` is an attribute here, not a method; the rest is as for every lock. */
static void lock_attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
    if (dest[0] == MP_OBJ_NULL && name == MP_QSTR_locked)
        dest[0] = mp_obj_new_bool(cy_lock_is_held(cy_lock_core(self)));
    else
        dest[1] = MP_OBJ_SENTINEL; /* look in the table */
}

MP_DEFINE_CONST_OBJ_TYPE(cy_type_synchro_lock, MP_QSTR_Lock, MP_TYPE_FLAG_NONE, make_new, lock_make_new,
                         attr, lock_attr, locals_dict, &cy_lock_locals);

static const mp_rom_map_elem_t synchro_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_synchro)},
    {MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&cy_type_synchro_lock)},
};
static MP_DEFINE_CONST_DICT(synchro_globals, synchro_table);

const mp_obj_module_t cy_module_synchro = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&synchro_globals};

/* ---- uasyncio.queues ---- */

/* asyncio's: the same verbs, and more. */
static const mp_rom_map_elem_t queues_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_queues)},
    {MP_ROM_QSTR(MP_QSTR_Queue), MP_ROM_PTR(&cy_type_queue)},
    {MP_ROM_QSTR(MP_QSTR_QueueEmpty), MP_ROM_PTR(&cy_type_QueueEmpty)},
    {MP_ROM_QSTR(MP_QSTR_QueueFull), MP_ROM_PTR(&cy_type_QueueFull)},
};
static MP_DEFINE_CONST_DICT(queues_globals, queues_table);

const mp_obj_module_t cy_module_queues = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&queues_globals};

/* ---- uasyncio.cancel ---- */

cy_task_t *cy_task_of_coro(mp_obj_t coro)
{
    cy_task_t *task = cy_task_first();
    while (task && task->coro != coro)
        task = cy_task_after(task);
    return task;
}

/* Takes a coroutine, as create_task() was given it (or a task). One that is no task has the exception waiting for it:
 * it is raised when the coroutine runs next, so one that has not begun never will. */
static mp_obj_t cancel(mp_obj_t coro)
{
    cy_future_t *future = cy_future_of(coro);
    cy_task_t *task = future ? NULL : cy_task_of_coro(coro);
    if (task)
        future = &task->future;
    if (future && future == (cy_future_t *)cy_current_or_null()) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("can't cancel self"));
    } else if (future) {
        cy_future_cancel(future, MP_OBJ_NULL);
    } else if (mp_obj_is_type(coro, &mp_type_gen_instance)) {
        mp_obj_t pend[3];
        mp_load_method(coro, MP_QSTR_pend_throw, pend);
        pend[2] = cy_cancelled_error(MP_OBJ_NULL);
        (void)mp_call_method_n_kw(1, 0, pend);
    } else {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("cancel: a coroutine is needed, not '%s'"),
                          mp_obj_get_type_str(coro));
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_cancel_obj, cancel);
