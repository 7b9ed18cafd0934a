/* cosy.WaitGroup: counts work that is under way; tasks wait for a moment at zero. */
#include "cy.h"

typedef struct _waitgroup_t {
    mp_obj_base_t base;
    cosy_waitgroup core;
} waitgroup_t;

static cosy_waitgroup *core(mp_obj_t self)
{
    return &((waitgroup_t *)MP_OBJ_TO_PTR(self))->core;
}

COSY_NORETURN static void raise_too_far(void)
{
    mp_raise_ValueError(MP_ERROR_TEXT("WaitGroup: nobody counts that far"));
}

static int32_t number(mp_obj_t obj)
{
    mp_int_t n = mp_obj_get_int(obj);
    if (n > INT32_MAX || n < -INT32_MAX)
        raise_too_far();
    return (int32_t)n;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    int32_t n = n_args ? number(args[0]) : 0;
    waitgroup_t *self = mp_obj_malloc(waitgroup_t, type);
    if (cosy_waitgroup_init(&self->core, n, NULL) != COSY_OK)
        mp_raise_ValueError(MP_ERROR_TEXT("WaitGroup: counts from 0"));
    return MP_OBJ_FROM_PTR(self);
}

static void count_on(mp_obj_t self, int32_t n)
{
    if (cosy_waitgroup_add(core(self), n) == COSY_OK)
        return;
    if (n > 0)
        raise_too_far();
    mp_raise_ValueError(MP_ERROR_TEXT("WaitGroup: more is done than was added"));
}

static mp_obj_t add(size_t n_args, const mp_obj_t *args)
{
    count_on(args[0], n_args > 1 ? number(args[1]) : 1);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(add_obj, 1, 2, add);

static mp_obj_t done(mp_obj_t self)
{
    count_on(self, -1);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(done_obj, done);

static mp_obj_t count(mp_obj_t self)
{
    return mp_obj_new_int(cosy_waitgroup_count(core(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(count_obj, count);

static int begin(cy_await_t *a, cy_task_t *task)
{
    int rc = cosy_waitgroup_wait_begin(core(a->self), &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cosy_arm_waitgroup(core(a->self));
}

static const cy_op_t waiting = {.what = "WaitGroup.wait", .begin = begin, .arm = arm};

static mp_obj_t wait(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    return cy_wait_method(&waiting, MP_OBJ_NULL, n_args, args, kw);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wait_obj, 1, wait);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&add_obj)},
    {MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&done_obj)},
    {MP_ROM_QSTR(MP_QSTR_count), MP_ROM_PTR(&count_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_waitgroup, MP_QSTR_WaitGroup, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals_dict);
