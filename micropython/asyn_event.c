/* asyn.Event(delay_ms=0): an event that is awaited itself and carries a value. A set wakes all who wait, also if a
 * clear follows at once.
 */
#include "asyn.h"

typedef struct _event_t {
    mp_obj_base_t base;
    cosy_event core;
    mp_obj_t value; /* of the last set; None after a clear */
} event_t;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    asyn_no_args(n_args, n_kw, args);
    event_t *self = mp_obj_malloc(event_t, type);
    cosy_event_init(&self->core, NULL);
    self->value = mp_const_none;
    return MP_OBJ_FROM_PTR(self);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    event_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_event_wait_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    event_t *self = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_event(&self->core);
}

static const cy_op_t waiting = {.what = "Event.wait", .begin = begin, .arm = arm};

static mp_obj_t wait(mp_obj_t self)
{
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait);

static mp_obj_t getiter(mp_obj_t self, mp_obj_iter_buf_t *buf)
{
    (void)buf;
    return wait(self);
}

static mp_obj_t set(size_t n_args, const mp_obj_t *args)
{
    event_t *self = MP_OBJ_TO_PTR(args[0]);
    self->value = n_args > 1 ? args[1] : mp_const_none;
    cosy_event_set(&self->core, NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(set_obj, 1, 2, set);

static mp_obj_t clear(mp_obj_t obj)
{
    event_t *self = MP_OBJ_TO_PTR(obj);
    self->value = mp_const_none;
    cosy_event_clear(&self->core);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(clear_obj, clear);

static mp_obj_t is_set(mp_obj_t obj)
{
    event_t *self = MP_OBJ_TO_PTR(obj);
    return mp_obj_new_bool(cosy_event_is_set(&self->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(is_set_obj, is_set);

static mp_obj_t value(mp_obj_t obj)
{
    event_t *self = MP_OBJ_TO_PTR(obj);
    return self->value;
}
static MP_DEFINE_CONST_FUN_OBJ_1(value_obj, value);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_is_set), MP_ROM_PTR(&is_set_obj)},
    {MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&value_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_event, MP_QSTR_Event, MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new,
                         iter, getiter, locals_dict, &locals_dict);
