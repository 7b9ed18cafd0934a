/* cosy.Limiter: a semaphore that knows who holds its permits, and whose number can be changed. Tasks hold them; one may hold
 * several. */
#include "cy.h"

/* One permit. Of the awaitable until it is granted and the task has run, then on the limiter's list until it is released:
 * the engine's list of holders is no reference for the collector. */
typedef struct _permit_t {
    struct _permit_t *next;
    cy_task_t *task;
    cosy_permit core;
} permit_t;

typedef struct _limiter_t {
    mp_obj_base_t base;
    permit_t *held; /* the latest first */
    cosy_limiter core;
} limiter_t;

static int32_t limit_of(mp_obj_t obj)
{
    mp_int_t n = mp_obj_get_int(obj);
    if (n < 0 || n > INT32_MAX)
        mp_raise_ValueError(MP_ERROR_TEXT("Limiter: a limit is 0 or more"));
    return (int32_t)n;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    int32_t limit = limit_of(args[0]);
    limiter_t *self = mp_obj_malloc(limiter_t, type);
    self->held = NULL;
    cosy_limiter_init(&self->core, limit, NULL);
    return MP_OBJ_FROM_PTR(self);
}

/* ---- acquire: the awaitable's arg is the permit ---- */

static int begin(cy_await_t *a, cy_task_t *task)
{
    limiter_t *self = MP_OBJ_TO_PTR(a->self);
    permit_t *permit = MP_OBJ_TO_PTR(a->arg);
    int rc = cosy_limiter_acquire_begin(&self->core, &permit->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    if (rc < 0)
        cy_raise(rc, a->op->what);
    limiter_t *self = MP_OBJ_TO_PTR(a->self);
    permit_t *permit = MP_OBJ_TO_PTR(a->arg);
    permit->task = task;
    permit->next = self->held;
    self->held = permit;
    return mp_const_true;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    limiter_t *self = MP_OBJ_TO_PTR(a->self);
    permit_t *permit = MP_OBJ_TO_PTR(a->arg);
    *arm = cosy_arm_limiter(&self->core, &permit->core);
}

static const cy_op_t acquiring = {.what = "Limiter.acquire", .begin = begin, .finish = finish, .arm = arm};

static mp_obj_t acquire(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    return cy_wait_method(&acquiring, MP_OBJ_FROM_PTR(m_new0(permit_t, 1)), n_args, args, kw);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(acquire_obj, 1, acquire);

static mp_obj_t enter(mp_obj_t self)
{
    return cy_await_new(&acquiring, self, MP_OBJ_FROM_PTR(m_new0(permit_t, 1)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

/* ---- release ---- */

static mp_obj_t release(mp_obj_t obj)
{
    limiter_t *self = MP_OBJ_TO_PTR(obj);
    const cy_task_t *task = cy_current_or_null();
    for (permit_t **at = &self->held; *at; at = &(*at)->next) {
        permit_t *permit = *at;
        if (permit->task == task) {
            *at = permit->next;
            cosy_limiter_release(&permit->core);
            return mp_const_none;
        }
    }
    mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("Limiter.release: the current task holds no permit"));
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, release);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)release(args[0]);
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

/* ---- looking at it, changing it ---- */

static mp_obj_t resize(mp_obj_t self, mp_obj_t limit)
{
    cosy_limiter_resize(&((limiter_t *)MP_OBJ_TO_PTR(self))->core, limit_of(limit));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(resize_obj, resize);

static mp_obj_t limit(mp_obj_t self)
{
    return mp_obj_new_int(cosy_limiter_limit(&((limiter_t *)MP_OBJ_TO_PTR(self))->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(limit_obj, limit);

static mp_obj_t available(mp_obj_t self)
{
    return mp_obj_new_int(cosy_limiter_available(&((limiter_t *)MP_OBJ_TO_PTR(self))->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(available_obj, available);

/* The tasks, the latest first; one that holds several as often. */
static mp_obj_t holders(mp_obj_t self)
{
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (const permit_t *permit = ((limiter_t *)MP_OBJ_TO_PTR(self))->held; permit; permit = permit->next)
        mp_obj_list_append(list, MP_OBJ_FROM_PTR(permit->task));
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(holders_obj, holders);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR_resize), MP_ROM_PTR(&resize_obj)},
    {MP_ROM_QSTR(MP_QSTR_limit), MP_ROM_PTR(&limit_obj)},
    {MP_ROM_QSTR(MP_QSTR_available), MP_ROM_PTR(&available_obj)},
    {MP_ROM_QSTR(MP_QSTR_holders), MP_ROM_PTR(&holders_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_limiter, MP_QSTR_Limiter, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals_dict);
