/* asyncio.Condition. Its waiters stand in the line of its lock once they are notified, or cancelled: see
 * cosy/condition.h. They refer to the condition until they have run, and keep it alive: it is what they await.
 */
#include "cy.h"

/* core.lock points into the object `lock`, which is here for the collector. */
typedef struct _condition_t {
    mp_obj_base_t base;
    mp_obj_t lock;
    cosy_condition core;
} condition_t;

/* A Lock, or an instance of a class derived from it: the native object. */
static mp_obj_t lock_of(mp_obj_t obj)
{
    mp_obj_t lock = mp_obj_is_obj(obj) ? mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(&cy_type_lock)) : MP_OBJ_NULL;
    if (lock == MP_OBJ_NULL)
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("Condition: the lock must be an asyncio.Lock, not '%s'"),
                          mp_obj_get_type_str(obj));
    return lock;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_lock, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_obj_t given = values[0].u_obj;
    mp_obj_t lock = given == mp_const_none ? cy_lock_new(&cy_type_lock, 0) : lock_of(given);
    condition_t *self = mp_obj_malloc(condition_t, type);
    self->lock = lock;
    cosy_condition_init(&self->core, cy_lock_core(lock), NULL);
    return MP_OBJ_FROM_PTR(self);
}

/* The engine lets an owner-less lock count as held while it is on its way to somebody; asyncio does not. */
static void must_be_locked(const condition_t *self, const char *what)
{
    if (!cy_lock_is_held(self->core.lock))
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("%s: the lock is not acquired"), what);
}

/* ---- waiting ---- */

static int begin(cy_await_t *a, cy_task_t *task)
{
    condition_t *self = MP_OBJ_TO_PTR(a->self);
    must_be_locked(self, a->op->what);
    int rc = cosy_condition_wait_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return mp_const_true;
}

static const cy_op_t waiting = {.what = "Condition.wait", .begin = begin, .finish = finish};

static mp_obj_t wait_(mp_obj_t self)
{
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait_);

/* `arg` is the predicate, or once that is true what it said. */
static mp_obj_t so(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    (void)rc;
    return a->arg;
}

static const cy_op_t at_once = {.what = "Condition.wait_for", .finish = so};

static int begin_for(cy_await_t *a, cy_task_t *task)
{
    mp_obj_t said = mp_call_function_0(a->arg);
    if (!mp_obj_is_true(said))
        return begin(a, task);
    a->op = &at_once;
    a->arg = said;
    return COSY_OK;
}

/* Notified, and the lock is ours: looks whether it is so, and waits again if not. */
static mp_obj_t finish_for(cy_await_t *a, cy_task_t *task, int rc)
{
    if (rc < 0)
        cy_raise(rc, a->op->what);
    mp_obj_t said = mp_call_function_0(a->arg);
    if (mp_obj_is_true(said))
        return said;
    rc = begin(a, task);
    if (rc != COSY_WAITING)
        cy_raise(rc, a->op->what);
    return MP_OBJ_NULL;
}

static const cy_op_t waiting_for = {.what = "Condition.wait_for", .begin = begin_for, .finish = finish_for};

static mp_obj_t wait_for(mp_obj_t self, mp_obj_t predicate)
{
    if (!mp_obj_is_callable(predicate))
        mp_raise_TypeError(MP_ERROR_TEXT("Condition.wait_for: the predicate must be callable"));
    return cy_await_new(&waiting_for, self, predicate);
}
static MP_DEFINE_CONST_FUN_OBJ_2(wait_for_obj, wait_for);

/* ---- notifying ---- */

static mp_obj_t notify(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_n, MP_ARG_INT, {.u_int = 1}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    condition_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_int_t n = values[0].u_int;
    must_be_locked(self, "Condition.notify");
    if (n > 0)
        cosy_condition_notify(&self->core, n < INT32_MAX ? (int32_t)n : INT32_MAX);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(notify_obj, 1, notify);

static mp_obj_t notify_all(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    must_be_locked(self, "Condition.notify_all");
    cosy_condition_notify_all(&self->core);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(notify_all_obj, notify_all);

/* ---- the lock's part ---- */

static mp_obj_t acquire(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return cy_lock_acquire(self->lock);
}
static MP_DEFINE_CONST_FUN_OBJ_1(acquire_obj, acquire);

static mp_obj_t enter(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return cy_lock_enter(self->lock);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static mp_obj_t release(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return cy_lock_release(self->lock);
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, release);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)release(args[0]);
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

static mp_obj_t locked(mp_obj_t obj)
{
    const condition_t *self = MP_OBJ_TO_PTR(obj);
    return mp_obj_new_bool(cy_lock_is_held(self->core.lock));
}
static MP_DEFINE_CONST_FUN_OBJ_1(locked_obj, locked);

static void print(const mp_print_t *printer, mp_obj_t obj, mp_print_kind_t kind)
{
    const condition_t *self = MP_OBJ_TO_PTR(obj);
    (void)kind;
    cy_print_begin(printer, obj, cy_lock_is_held(self->core.lock) ? "locked" : "unlocked");
    cy_print_end(printer, &self->core.waiters);
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait_for), MP_ROM_PTR(&wait_for_obj)},
    {MP_ROM_QSTR(MP_QSTR_notify), MP_ROM_PTR(&notify_obj)},
    {MP_ROM_QSTR(MP_QSTR_notify_all), MP_ROM_PTR(&notify_all_obj)},
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&locked_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_condition, MP_QSTR_Condition, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         locals_dict, &locals_dict);
