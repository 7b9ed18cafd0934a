/* cosy.Once: something is done by the first who comes; the others wait until it is done. If it fails, the next has the turn.
 *
 *     async with once as mine:
 *         if mine:
 *             await connect()
 */
#include "cy.h"

typedef struct _once_t {
    mp_obj_base_t base;
    cosy_once core;
} once_t;

static cosy_once *core(mp_obj_t self)
{
    return &((once_t *)MP_OBJ_TO_PTR(self))->core;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    once_t *self = mp_obj_malloc(once_t, type);
    cosy_once_init(&self->core, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    int rc = cosy_once_enter_begin(core(a->self), &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

/* True: it is the caller's turn. */
static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return mp_obj_new_bool(rc == COSY_ONCE_TURN);
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cosy_arm_once(core(a->self));
}

static const cy_op_t entering = {.what = "Once.enter", .begin = begin, .finish = finish, .arm = arm};

static mp_obj_t enter(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    return cy_wait_method(&entering, MP_OBJ_NULL, n_args, args, kw);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(enter_obj, 1, enter);

static mp_obj_t enter_block(mp_obj_t self)
{
    return cy_await_new(&entering, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_block_obj, enter_block);

/* leave(ok=True) */
static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    int rc = cosy_once_leave(core(args[0]), n_args < 2 || mp_obj_is_true(args[1]) ? COSY_OK : COSY_EAGAIN);
    if (rc < 0)
        cy_raise(rc, "Once.leave");
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 1, 2, leave);

static mp_obj_t leave_block(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    const cy_task_t *task = cy_current_or_null();
    if (task && cosy_once_runner(core(args[0])) == &task->core)
        (void)cosy_once_leave(core(args[0]), args[1] == mp_const_none ? COSY_OK : COSY_EAGAIN);
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_block_obj, 4, 4, leave_block);

static mp_obj_t done(mp_obj_t self)
{
    return mp_obj_new_bool(cosy_once_done(core(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(done_obj, done);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_enter), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR_leave), MP_ROM_PTR(&leave_obj)},
    {MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&done_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_block_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_block_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_once, MP_QSTR_Once, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict, &locals_dict);
