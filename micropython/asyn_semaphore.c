/* asyn.Semaphore(value=1), asyn.BoundedSemaphore(value=1): first come, first served. */
#include "asyn.h"

typedef struct _semaphore_t {
    mp_obj_base_t base;
    cosy_semaphore core;
} semaphore_t;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_value, MP_ARG_INT, {.u_int = 1}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_int_t value = values[0].u_int;
    if (value < 0 || value >= INT32_MAX)
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%q: the value must be 0 or more, and below 2**31 - 1"),
                          (qstr)type->name);
    semaphore_t *self = mp_obj_malloc(semaphore_t, type);
    bool bounded = type == &asyn_type_bounded_semaphore && value > 0; /* the engine's bound is never 0: see release() */
    cosy_semaphore_init(&self->core, (int32_t)value, bounded ? (int32_t)value : COSY_SEMAPHORE_MAX, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    semaphore_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_semaphore_acquire_begin(&self->core, 1, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

/* acquire() gives None, entering a block the semaphore: `arg` says which. */
static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return a->arg;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    semaphore_t *self = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_semaphore(&self->core, 1);
}

static const cy_op_t acquiring = {.what = "Semaphore.acquire", .begin = begin, .finish = finish, .arm = arm};

static mp_obj_t acquire(mp_obj_t self)
{
    return cy_await_new(&acquiring, self, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(acquire_obj, acquire);

static mp_obj_t enter(mp_obj_t self)
{
    return cy_await_new(&acquiring, self, self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

/* A bounded one that began with 0 has the engine's largest bound; what is released was not acquired. */
static mp_obj_t release(mp_obj_t obj)
{
    semaphore_t *self = MP_OBJ_TO_PTR(obj);
    bool none = self->base.type == &asyn_type_bounded_semaphore && self->core.limit == COSY_SEMAPHORE_MAX;
    if (none || cosy_semaphore_release(&self->core, 1) != COSY_OK)
        mp_raise_ValueError(MP_ERROR_TEXT("Semaphore.release: released more often than acquired"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, release);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)release(args[0]);
    return asyn_turn();
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_semaphore, MP_QSTR_Semaphore, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals_dict);
MP_DEFINE_CONST_OBJ_TYPE(asyn_type_bounded_semaphore, MP_QSTR_BoundedSemaphore, MP_TYPE_FLAG_NONE, make_new, make_new,
                         parent, &asyn_type_semaphore, locals_dict, &locals_dict);
