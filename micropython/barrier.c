/* asyncio.Barrier. The engine gives the last arrival 0, those before it 1, 2 ...; asyncio counts arrivals from 0. */
#include "cy.h"

typedef struct _barrier_t {
    mp_obj_base_t base;
    cosy_barrier core;
} barrier_t;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_parties, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_int_t parties = values[0].u_int;
    if (parties < 1 || parties > INT32_MAX)
        mp_raise_ValueError(MP_ERROR_TEXT("Barrier: parties must be 1 or more"));
    barrier_t *self = mp_obj_malloc(barrier_t, type);
    cosy_barrier_init(&self->core, (uint32_t)parties, NULL, NULL, NULL);
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
    const barrier_t *self = MP_OBJ_TO_PTR(a->self);
    (void)task;
    if (rc == COSY_EBROKEN)
        mp_raise_msg(&cy_type_BrokenBarrierError, MP_ERROR_TEXT("Barrier.wait: the barrier was reset or aborted"));
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return MP_OBJ_NEW_SMALL_INT(rc ? rc - 1 : (mp_int_t)self->core.parties - 1);
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    barrier_t *self = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_barrier(&self->core);
}

static const cy_op_t waiting = {.what = "Barrier.wait", .begin = begin, .finish = finish, .arm = arm};

/* Also __aenter__: a block is told its index. */
static mp_obj_t wait_(mp_obj_t self)
{
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait_);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)args;
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

/* These two are coroutines in CPython: they act when they are awaited. */
static int reset_begin(cy_await_t *a, cy_task_t *task)
{
    barrier_t *self = MP_OBJ_TO_PTR(a->self);
    (void)task;
    return cosy_barrier_reset(&self->core);
}

static int abort_begin(cy_await_t *a, cy_task_t *task)
{
    barrier_t *self = MP_OBJ_TO_PTR(a->self);
    (void)task;
    return cosy_barrier_abort(&self->core);
}

static const cy_op_t resetting = {.what = "Barrier.reset", .begin = reset_begin};
static const cy_op_t aborting = {.what = "Barrier.abort", .begin = abort_begin};

static mp_obj_t reset(mp_obj_t self)
{
    return cy_await_new(&resetting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(reset_obj, reset);

static mp_obj_t abort_(mp_obj_t self)
{
    return cy_await_new(&aborting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(abort_obj, abort_);

static void attr(mp_obj_t obj, qstr name, mp_obj_t *dest)
{
    const barrier_t *self = MP_OBJ_TO_PTR(obj);
    if (dest[0] != MP_OBJ_NULL)
        return; /* nothing can be set */
    switch (name) {
    case MP_QSTR_parties:
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->core.parties);
        break;
    case MP_QSTR_n_waiting:
        dest[0] = MP_OBJ_NEW_SMALL_INT(cosy_barrier_waiting(&self->core));
        break;
    case MP_QSTR_broken:
        dest[0] = mp_obj_new_bool(cosy_barrier_broken(&self->core));
        break;
    default:
        dest[1] = MP_OBJ_SENTINEL; /* look in the table */
    }
}

static void print(const mp_print_t *printer, mp_obj_t obj, mp_print_kind_t kind)
{
    const barrier_t *self = MP_OBJ_TO_PTR(obj);
    (void)kind;
    if (cosy_barrier_broken(&self->core)) {
        cy_print_begin(printer, obj, "broken");
    } else {
        cy_print_begin(printer, obj, "filling");
        mp_printf(printer, ", waiters:%u/%u", (unsigned)cosy_barrier_waiting(&self->core),
                  (unsigned)self->core.parties);
    }
    cy_print_end(printer, NULL);
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&reset_obj)},
    {MP_ROM_QSTR(MP_QSTR_abort), MP_ROM_PTR(&abort_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&wait_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_barrier, MP_QSTR_Barrier, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         attr, attr, locals_dict, &locals_dict);
