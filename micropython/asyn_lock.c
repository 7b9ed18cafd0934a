/* asyn.Lock(delay_ms=0): as asyncio's, but a block gets the lock itself, and leaving one is a turn for the others. */
#include "asyn.h"

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    asyn_no_args(n_args, n_kw, args);
    return cy_lock_new(type, 0);
}

/* Acquiring gives what is in the awaitable's arg. */
mp_obj_t asyn_lock_enter(mp_obj_t lock, mp_obj_t gives)
{
    cy_await_t *a = MP_OBJ_TO_PTR(cy_lock_acquire(lock));
    a->arg = gives;
    return MP_OBJ_FROM_PTR(a);
}

static MP_DEFINE_CONST_FUN_OBJ_1(acquire_obj, cy_lock_acquire);
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, cy_lock_release);

static mp_obj_t locked(mp_obj_t self)
{
    return mp_obj_new_bool(cy_lock_is_held(cy_lock_core(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(locked_obj, locked);

static mp_obj_t enter(mp_obj_t self)
{
    return asyn_lock_enter(self, self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)cy_lock_release(args[0]);
    return asyn_turn();
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&locked_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_lock, MP_QSTR_Lock, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals_dict);
