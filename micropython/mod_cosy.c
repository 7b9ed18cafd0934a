/* The module cosy: what asyncio has no name for. Its clock counts integral nanoseconds, in which a point in time is never
 * rounded and never wraps. */
#include "cy.h"

#include "py/objstr.h"

static mp_obj_t now(void)
{
    return mp_obj_new_int_from_ll(cy_from_now(0));
}
static MP_DEFINE_CONST_FUN_OBJ_0(now_obj, now);

/* ---- the loop ---- */

static mp_obj_t virtual_(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_on, MP_ARG_BOOL, {.u_bool = true}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    cy_virtual(values[0].u_bool);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(virtual_obj, 0, virtual_);

static mp_obj_t expect(mp_obj_t may_be_woken)
{
    cosy_loop_expect(&cy_loop, mp_obj_is_true(may_be_woken));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(expect_obj, expect);

static mp_obj_t checkpoint(mp_obj_t always)
{
    cosy_loop_checkpoint(&cy_loop, mp_obj_is_true(always));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(checkpoint_obj, checkpoint);

/* ---- the table ---- */

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
static MP_DEFINE_STR_OBJ(version, TEXT(COSY_VERSION_MAJOR) "." TEXT(COSY_VERSION_MINOR) "." TEXT(COSY_VERSION_PATCH));

static const mp_rom_map_elem_t table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_cosy)},
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&cy_init_obj)},
    {MP_ROM_QSTR(MP_QSTR_version), MP_ROM_PTR(&version)},
    {MP_ROM_QSTR(MP_QSTR_now), MP_ROM_PTR(&now_obj)},
    {MP_ROM_QSTR(MP_QSTR_virtual), MP_ROM_PTR(&virtual_obj)},
    {MP_ROM_QSTR(MP_QSTR_expect), MP_ROM_PTR(&expect_obj)},
    {MP_ROM_QSTR(MP_QSTR_checkpoint), MP_ROM_PTR(&checkpoint_obj)},
    {MP_ROM_QSTR(MP_QSTR_tasks), MP_ROM_PTR(&cy_tasks_obj)},
    {MP_ROM_QSTR(MP_QSTR_dump), MP_ROM_PTR(&cy_dump_obj)},
    {MP_ROM_QSTR(MP_QSTR_deadline), MP_ROM_PTR(&cy_deadline_obj)},
    {MP_ROM_QSTR(MP_QSTR_sleep_until), MP_ROM_PTR(&cy_sleep_until_obj)},
    {MP_ROM_QSTR(MP_QSTR_select), MP_ROM_PTR(&cy_select_obj)},
    {MP_ROM_QSTR(MP_QSTR_Signal), MP_ROM_PTR(&cy_type_signal)},
#if COSY_MP_FAMILY
    {MP_ROM_QSTR(MP_QSTR_Flags), MP_ROM_PTR(&cy_type_flags)},
    {MP_ROM_QSTR(MP_QSTR_RWLock), MP_ROM_PTR(&cy_type_rwlock)},
    {MP_ROM_QSTR(MP_QSTR_WaitGroup), MP_ROM_PTR(&cy_type_waitgroup)},
    {MP_ROM_QSTR(MP_QSTR_Watch), MP_ROM_PTR(&cy_type_watch)},
    {MP_ROM_QSTR(MP_QSTR_Broadcast), MP_ROM_PTR(&cy_type_broadcast)},
    {MP_ROM_QSTR(MP_QSTR_Limiter), MP_ROM_PTR(&cy_type_limiter)},
    {MP_ROM_QSTR(MP_QSTR_Once), MP_ROM_PTR(&cy_type_once)},
#endif
};
static MP_DEFINE_CONST_DICT(globals, table);

const mp_obj_module_t cy_module_cosy = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&globals};

MP_REGISTER_MODULE(MP_QSTR_cosy, cy_module_cosy);
