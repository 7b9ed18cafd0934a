/* asyn.Condition(lock=None): who waits is told first come, first served. Entered with `async with`, or `with await`. */
#include "asyn.h"

/* core.lock points into lock. */
typedef struct _condition_t {
    mp_obj_base_t base;
    cosy_condition core;
    mp_obj_t lock;
} condition_t;

/* The lock that an object is, or derives from; any of the three kinds. */
static mp_obj_t lock_of(mp_obj_t obj)
{
    static const mp_obj_type_t *const types[] = {&asyn_type_lock, &cy_type_lock, &cy_type_synchro_lock};
    if (mp_obj_is_obj(obj))
        for (size_t i = 0; i < MP_ARRAY_SIZE(types); i++) {
            mp_obj_t lock = mp_obj_cast_to_native_base(obj, MP_OBJ_FROM_PTR(types[i]));
            if (lock != MP_OBJ_NULL)
                return lock;
        }
    mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("Condition: a Lock is needed, not '%s'"),
                      mp_obj_get_type_str(obj));
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_lock, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_obj_t lock = values[0].u_obj;
    lock = lock == mp_const_none ? cy_lock_new(&asyn_type_lock, 0) : lock_of(lock);
    condition_t *self = mp_obj_malloc(condition_t, type);
    self->lock = lock;
    cosy_condition_init(&self->core, cy_lock_core(lock), NULL);
    return MP_OBJ_FROM_PTR(self);
}

/* ---- the lock ---- */

static mp_obj_t enter(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return asyn_lock_enter(self->lock, obj);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static mp_obj_t getiter(mp_obj_t self, mp_obj_iter_buf_t *buf)
{
    (void)buf;
    return enter(self);
}

static mp_obj_t acquire(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return cy_lock_acquire(self->lock);
}
static MP_DEFINE_CONST_FUN_OBJ_1(acquire_obj, acquire);

static mp_obj_t release(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return cy_lock_release(self->lock);
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, release);

static mp_obj_t locked(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    return mp_obj_new_bool(cy_lock_is_held(cy_lock_core(self->lock)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(locked_obj, locked);

static mp_obj_t leave_async(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)release(args[0]);
    return asyn_turn();
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_async_obj, 4, 4, leave_async);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    return release(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

/* ---- waiting ---- */

static COSY_NORETURN void not_held(const char *what)
{
    mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("%s: the condition's lock is not acquired"), what);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    condition_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_condition_wait_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc == COSY_ENOTHELD)
        not_held(a->op->what);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return mp_const_true;
}

static const cy_op_t waiting = {.what = "Condition.wait", .begin = begin, .finish = finish};

static mp_obj_t wait(mp_obj_t self)
{
    return cy_await_new(&waiting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait);

/* wait_for: `arg` is the predicate. It is asked first, and again after each notification; the lock is held then. */
static int look(cy_await_t *a, cy_task_t *task)
{
    (void)a;
    (void)task;
    return COSY_OK;
}

static mp_obj_t looked(cy_await_t *a, cy_task_t *task, int rc)
{
    for (;;) {
        (void)finish(a, task, rc);
        mp_obj_t value = mp_call_function_0(a->arg);
        if (mp_obj_is_true(value))
            return value;
        rc = begin(a, task);
        if (rc == COSY_WAITING)
            return MP_OBJ_NULL;
    }
}

static const cy_op_t waiting_for = {.what = "Condition.wait_for", .begin = look, .finish = looked};

static mp_obj_t wait_for(mp_obj_t self, mp_obj_t predicate)
{
    if (!mp_obj_is_callable(predicate))
        mp_raise_TypeError(MP_ERROR_TEXT("Condition.wait_for: the predicate must be a callable"));
    return cy_await_new(&waiting_for, self, predicate);
}
static MP_DEFINE_CONST_FUN_OBJ_2(wait_for_obj, wait_for);

/* ---- notifying ---- */

static mp_obj_t notify(size_t n_args, const mp_obj_t *args)
{
    condition_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_int_t n = n_args > 1 ? mp_obj_get_int(args[1]) : 1;
    if (cosy_condition_notify(&self->core, n < 0 ? 0 : n > INT32_MAX ? INT32_MAX : (int32_t)n) != COSY_OK)
        not_held("Condition.notify");
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(notify_obj, 1, 2, notify);

static mp_obj_t notify_all(mp_obj_t obj)
{
    condition_t *self = MP_OBJ_TO_PTR(obj);
    if (cosy_condition_notify_all(&self->core) != COSY_OK)
        not_held("Condition.notify_all");
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(notify_all_obj, notify_all);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&locked_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait_for), MP_ROM_PTR(&wait_for_obj)},
    {MP_ROM_QSTR(MP_QSTR_notify), MP_ROM_PTR(&notify_obj)},
    {MP_ROM_QSTR(MP_QSTR_notify_all), MP_ROM_PTR(&notify_all_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&leave_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_async_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_condition, MP_QSTR_Condition, MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new,
                         iter, getiter, locals_dict, &locals_dict);
