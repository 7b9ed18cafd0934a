/* cosy.RWLock: many readers or one writer, first come first served.
 *
 *     async with lock.reader: ...
 *     async with lock.writer: ...
 */
#include "cy.h"

typedef struct _rwlock_t {
    mp_obj_base_t base;
    cosy_rwlock core;
} rwlock_t;

/* lock.reader, lock.writer: made when they are asked for, their type says which side they are. */
typedef struct _side_t {
    mp_obj_base_t base;
    mp_obj_t lock;
} side_t;

static const mp_obj_type_t reader_type, writer_type;

static cosy_rwlock *core(mp_obj_t lock)
{
    return &((rwlock_t *)MP_OBJ_TO_PTR(lock))->core;
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    rwlock_t *self = mp_obj_malloc(rwlock_t, type);
    cosy_rwlock_init(&self->core, NULL);
    return MP_OBJ_FROM_PTR(self);
}

/* ---- waiting; the awaitable's self is the lock, its arg what the await gives ---- */

static void not_for_oneself(const cosy_rwlock *lock, cy_task_t *task)
{
    if (cosy_rwlock_writer(lock) == &task->core)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("RWLock: the task holds it for writing: it would wait for itself"));
}

static int read_begin(cy_await_t *a, cy_task_t *task)
{
    not_for_oneself(core(a->self), task);
    int rc = cosy_rwlock_read_begin(core(a->self), &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static int write_begin(cy_await_t *a, cy_task_t *task)
{
    not_for_oneself(core(a->self), task);
    int rc = cosy_rwlock_write_begin(core(a->self), &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return a->arg;
}

static void read_arm(cy_await_t *a, cosy_arm *arm)
{
    not_for_oneself(core(a->self), cy_current());
    *arm = cosy_arm_rwlock_read(core(a->self));
}

static void write_arm(cy_await_t *a, cosy_arm *arm)
{
    not_for_oneself(core(a->self), cy_current());
    *arm = cosy_arm_rwlock_write(core(a->self));
}

static const cy_op_t reading = {
    .what = "RWLock.reader.acquire", .begin = read_begin, .finish = finish, .arm = read_arm,
};
static const cy_op_t writing = {
    .what = "RWLock.writer.acquire", .begin = write_begin, .finish = finish, .arm = write_arm,
};

/* ---- one side ---- */

static bool reads(mp_obj_t side)
{
    return mp_obj_is_type(side, &reader_type);
}

static mp_obj_t lock_of(mp_obj_t side)
{
    return ((side_t *)MP_OBJ_TO_PTR(side))->lock;
}

static mp_obj_t acquire(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    mp_obj_t lock = lock_of(args[0]);
    mp_arg_check_num(n_args, 0, 1, 1, true);
    return cy_wait_method(reads(args[0]) ? &reading : &writing, mp_const_true, 1, &lock, kw);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(acquire_obj, 1, acquire);

static mp_obj_t enter(mp_obj_t side)
{
    return cy_await_new(reads(side) ? &reading : &writing, lock_of(side), mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static mp_obj_t release(mp_obj_t side)
{
    cosy_rwlock *lock = core(lock_of(side));
    int rc = reads(side) ? cosy_rwlock_read_release(lock) : cosy_rwlock_write_release(lock);
    if (rc < 0)
        cy_raise(rc, reads(side) ? "RWLock.reader.release" : "RWLock.writer.release");
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(release_obj, release);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    (void)release(args[0]);
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

static mp_obj_t locked(mp_obj_t side)
{
    const cosy_rwlock *lock = core(lock_of(side));
    return mp_obj_new_bool(reads(side) ? cosy_rwlock_readers(lock) != 0 : cosy_rwlock_writer(lock) != NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(locked_obj, locked);

static const mp_rom_map_elem_t side_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&acquire_obj)},
    {MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&release_obj)},
    {MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&locked_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(side_locals, side_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(reader_type, MP_QSTR_reader, MP_TYPE_FLAG_NONE, locals_dict, &side_locals);
static MP_DEFINE_CONST_OBJ_TYPE(writer_type, MP_QSTR_writer, MP_TYPE_FLAG_NONE, locals_dict, &side_locals);

/* ---- the lock ---- */

static mp_obj_t side(const mp_obj_type_t *type, mp_obj_t lock)
{
    side_t *side = mp_obj_malloc(side_t, type);
    side->lock = lock;
    return MP_OBJ_FROM_PTR(side);
}

static void attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
    if (dest[0] == MP_OBJ_NULL && name == MP_QSTR_reader)
        dest[0] = side(&reader_type, self);
    else if (dest[0] == MP_OBJ_NULL && name == MP_QSTR_writer)
        dest[0] = side(&writer_type, self);
    else
        dest[1] = MP_OBJ_SENTINEL; /* look in the table */
}

/* The writer reads on: whoever stands first in line and reads comes in too, nobody writes in between. */
static mp_obj_t downgrade(mp_obj_t self)
{
    int rc = cosy_rwlock_downgrade(core(self));
    if (rc < 0)
        cy_raise(rc, "RWLock.downgrade");
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(downgrade_obj, downgrade);

static mp_obj_t readers(mp_obj_t self)
{
    return mp_obj_new_int_from_uint(cosy_rwlock_readers(core(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(readers_obj, readers);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_downgrade), MP_ROM_PTR(&downgrade_obj)},
    {MP_ROM_QSTR(MP_QSTR_readers), MP_ROM_PTR(&readers_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_rwlock, MP_QSTR_RWLock, MP_TYPE_FLAG_NONE, make_new, make_new, attr, attr,
                         locals_dict, &locals_dict);
