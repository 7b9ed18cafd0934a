/* asyncio.Lock: ownerless, as its users expect; uasyncio.synchro's yields when it is acquired. */
#include "cy.h"

typedef struct _lock_t {
    mp_obj_base_t base;
    cosy_lock core;
} lock_t;

cosy_lock *cy_lock_core(mp_obj_t lock)
{
    lock_t *self = MP_OBJ_TO_PTR(lock);
    return &self->core;
}

mp_obj_t cy_lock_new(const mp_obj_type_t *type, unsigned flags)
{
    lock_t *self = mp_obj_malloc(lock_t, type);
    cosy_lock_init(&self->core, COSY_LOCK_OWNERLESS | flags, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return cy_lock_new(type, 0);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    lock_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_lock_acquire_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

/* acquire() gives True, entering a block None: `arg` says which. */
static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return a->arg;
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cosy_arm_lock(cy_lock_core(a->self));
}

static const cy_op_t acquiring = {.what = "Lock.acquire", .begin = begin, .finish = finish, .arm = arm};

mp_obj_t cy_lock_acquire(mp_obj_t self)
{
    return cy_await_new(&acquiring, self, mp_const_true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(acquire_obj, cy_lock_acquire);

mp_obj_t cy_lock_enter(mp_obj_t self)
{
    return cy_await_new(&acquiring, self, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, cy_lock_enter);

mp_obj_t cy_lock_release(mp_obj_t self)
{
    cosy_lock *lock = cy_lock_core(self);
    if (cosy_lock_release(lock) != COSY_OK)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("Lock.release: the lock is not acquired"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, cy_lock_release);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)cy_lock_release(args[0]);
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

/* Not while it has been handed to a task that has not run yet: asyncio says that it is nobody's then. */
bool cy_lock_is_held(const cosy_lock *lock)
{
    return cosy_lock_owner(lock) && !cosy_lock_handed(lock);
}

static mp_obj_t locked(mp_obj_t self)
{
    return mp_obj_new_bool(cy_lock_is_held(cy_lock_core(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(locked_obj, locked);

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    const cosy_lock *lock = cy_lock_core(self);
    (void)kind;
    cy_print_begin(printer, self, cy_lock_is_held(lock) ? "locked" : "unlocked");
    cy_print_end(printer, &lock->waiters);
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&locked_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
MP_DEFINE_CONST_DICT(cy_lock_locals, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_lock, MP_QSTR_Lock, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         locals_dict, &cy_lock_locals);
