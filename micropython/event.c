/* asyncio.Event. set() may also come from a function that micropython.schedule() runs. */
#include "cy.h"

typedef struct _event_t {
    mp_obj_base_t base;
    cosy_event core;
} event_t;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    event_t *self = mp_obj_malloc(event_t, type);
    cosy_event_init(&self->core, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    event_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_event_wait_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return mp_const_true;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    event_t *self = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_event(&self->core);
}

static const cy_op_t waiting = {.what = "Event.wait", .begin = begin, .finish = finish, .arm = arm};

static mp_obj_t wait(mp_obj_t self)
{
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait);

static mp_obj_t set(mp_obj_t obj)
{
    event_t *self = MP_OBJ_TO_PTR(obj);
    cosy_event_set(&self->core, NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(set_obj, set);

static mp_obj_t clear(mp_obj_t obj)
{
    event_t *self = MP_OBJ_TO_PTR(obj);
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

static void print(const mp_print_t *printer, mp_obj_t obj, mp_print_kind_t kind)
{
    const event_t *self = MP_OBJ_TO_PTR(obj);
    (void)kind;
    cy_print_begin(printer, obj, cosy_event_is_set(&self->core) ? "set" : "unset");
    cy_print_end(printer, &self->core.waiters);
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_clear), MP_ROM_PTR(&clear_obj)},
    {MP_ROM_QSTR(MP_QSTR_is_set), MP_ROM_PTR(&is_set_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_event, MP_QSTR_Event, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         locals_dict, &locals_dict);
