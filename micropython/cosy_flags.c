/* cosy.Flags: thirty-two flags in one object; tasks wait for any or all of some. */
#include "cy.h"

typedef struct _flags_t {
    mp_obj_base_t base;
    cosy_flags core;
} flags_t;

static cosy_flags *core(mp_obj_t self)
{
    return &((flags_t *)MP_OBJ_TO_PTR(self))->core;
}

static uint32_t bits_of(mp_obj_t obj)
{
    mp_int_t n = mp_obj_get_int_truncated(obj);
    uint32_t bits = (uint32_t)n;
    if (!mp_obj_equal(obj, mp_obj_new_int_from_uint(bits)))
        mp_raise_ValueError(MP_ERROR_TEXT("Flags: a mask has 32 bits"));
    return bits;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    uint32_t bits = n_args ? bits_of(args[0]) : 0;
    flags_t *self = mp_obj_malloc(flags_t, type);
    cosy_flags_init(&self->core, bits, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t set(mp_obj_t self, mp_obj_t bits)
{
    cosy_flags_set(core(self), bits_of(bits));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(set_obj, set);

static mp_obj_t clear(mp_obj_t self, mp_obj_t bits)
{
    cosy_flags_clear(core(self), bits_of(bits));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(clear_obj, clear);

static mp_obj_t get(mp_obj_t self)
{
    return mp_obj_new_int_from_uint(cosy_flags_get(core(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_obj, get);

/* The awaitable's arg is a cosy_flags_want. */
static int begin(cy_await_t *a, cy_task_t *task)
{
    int rc = cosy_flags_wait_begin(core(a->self), MP_OBJ_TO_PTR(a->arg), &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    const cosy_flags_want *want = MP_OBJ_TO_PTR(a->arg);
    return mp_obj_new_int_from_uint(want->got);
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cosy_arm_flags(core(a->self), MP_OBJ_TO_PTR(a->arg));
}

static const cy_op_t waiting = {.what = "Flags.wait", .begin = begin, .finish = finish, .arm = arm};

static mp_obj_t wait(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_mask, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_all, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_clear, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
        CY_LIMITS,
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    uint32_t mask = bits_of(values[0].u_obj);
    if (!mask)
        mp_raise_ValueError(MP_ERROR_TEXT("Flags.wait: a mask without bits would wait for ever"));
    cosy_flags_want *want = m_new(cosy_flags_want, 1);
    *want = (cosy_flags_want){.mask = mask,
                              .how = (values[1].u_bool ? COSY_FLAGS_ALL : COSY_FLAGS_ANY) |
                                     (values[2].u_bool ? COSY_FLAGS_CLEAR : 0u)};
    return cy_await_until(&waiting, args[0], MP_OBJ_FROM_PTR(want), cy_limit(&values[3]));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wait_obj, 2, wait);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&get_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_flags, MP_QSTR_Flags, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict, &locals_dict);
