/* asyn.Barrier(participants, func=None, args=()): is awaited itself. The last to arrive launches func and goes on, then
 * the others do, in the order in which they came. Who arrives after that belongs to the next round, however many they
 * are.
 */
#include "asyn.h"

typedef struct _barrier_t {
    mp_obj_base_t base;
    cosy_barrier core; /* arg: this */
    mp_obj_t func, args;
} barrier_t;

/* The engine's action: what func raises is reported, and the round goes on; nobody is left waiting for it. */
static int act(void *arg)
{
    barrier_t *self = arg;
    mp_obj_t call[2] = {self->func, self->args};
    cy_call(MP_OBJ_FROM_PTR(&asyn_launch_obj), 2, call);
    return 0;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_participants, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_func, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_args, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_PTR(&mp_const_empty_tuple_obj)}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_obj_t func = values[1].u_obj;
    if (func != mp_const_none && !mp_obj_is_callable(func))
        mp_raise_TypeError(MP_ERROR_TEXT("Barrier: func must be a callable or None"));
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(values[2].u_obj, &n, &items); /* TypeError if it is neither a tuple nor a list */
    mp_int_t parties = values[0].u_int;
    barrier_t *self = mp_obj_malloc(barrier_t, type);
    if (parties < 1 || parties > INT32_MAX ||
        cosy_barrier_init(&self->core, (uint32_t)parties, func == mp_const_none ? NULL : act, self, NULL) != COSY_OK)
        mp_raise_ValueError(MP_ERROR_TEXT("Barrier: the number of participants must be 1 or more"));
    self->func = func;
    self->args = values[2].u_obj;
    return MP_OBJ_FROM_PTR(self);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    barrier_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_barrier_wait_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return mp_const_none;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    barrier_t *self = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_barrier(&self->core);
}

static const cy_op_t waiting = {.what = "Barrier", .begin = begin, .finish = finish, .arm = arm};

static mp_obj_t getiter(mp_obj_t self, mp_obj_iter_buf_t *buf)
{
    (void)buf;
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}

static mp_obj_t trigger(mp_obj_t obj)
{
    barrier_t *self = MP_OBJ_TO_PTR(obj);
    int rc = cosy_barrier_trigger(&self->core);
    if (rc < 0)
        cy_raise(rc, "Barrier.trigger");
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(trigger_obj, trigger);

static mp_obj_t busy(mp_obj_t obj)
{
    barrier_t *self = MP_OBJ_TO_PTR(obj);
    return mp_obj_new_bool(cosy_barrier_waiting(&self->core) > 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(busy_obj, busy);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_trigger), MP_ROM_PTR(&trigger_obj)},
    {MP_ROM_QSTR(MP_QSTR_busy), MP_ROM_PTR(&busy_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_barrier, MP_QSTR_Barrier, MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new,
                         iter, getiter, locals_dict, &locals_dict);
