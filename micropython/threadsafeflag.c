/* asyncio.ThreadSafeFlag: a latching signal that can be taken back. A wait clears it. */
#include "cosy_signal.h"

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return cy_signal_new(type, true);
}

static mp_obj_t set(mp_obj_t self)
{
    cy_signal_raise(MP_OBJ_TO_PTR(self));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(set_obj, set);

/* What the loop has not seen yet, and what it has seen and nobody has taken. Also from anywhere: two stores of a word. */
static mp_obj_t clear(mp_obj_t obj)
{
    cy_signal_t *self = MP_OBJ_TO_PTR(obj);
    self->core.raised = 0;
    self->core.count = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(clear_obj, clear);

static const cy_op_t waiting = {.what = "ThreadSafeFlag.wait", .begin = cy_signal_begin, .arm = cy_signal_arm};

static mp_obj_t wait(mp_obj_t self)
{
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_threadsafeflag, MP_QSTR_ThreadSafeFlag, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals_dict);
