/* cosy.Broadcast: each receiver gets each item; who is too slow misses the oldest, and can know how many.
 *
 *     async for item in news.receiver(): ...
 */
#include "cy.h"

/* room: `capacity` objects, a block of its own. */
typedef struct _broadcast_t {
    mp_obj_base_t base;
    mp_obj_t *room;
    cosy_broadcast core;
} broadcast_t;

/* While a task waits with it, core points into its awaitable, which the task keeps alive. missed: before the last item. */
typedef struct _receiver_t {
    mp_obj_base_t base;
    broadcast_t *broadcast;
    uint32_t missed;
    cosy_receiver core;
} receiver_t;

static const mp_obj_type_t receiver_type;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t capacity = mp_obj_get_int(args[0]);
    if (capacity < 1 || capacity > INT32_MAX / (mp_int_t)sizeof(mp_obj_t))
        mp_raise_ValueError(MP_ERROR_TEXT("Broadcast: keeps one item at least"));
    broadcast_t *self = mp_obj_malloc(broadcast_t, type);
    self->room = m_new0(mp_obj_t, (size_t)capacity);
    cosy_broadcast_init(&self->core, self->room, sizeof(mp_obj_t), (uint32_t)capacity, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t send(mp_obj_t obj, mp_obj_t item)
{
    broadcast_t *self = MP_OBJ_TO_PTR(obj);
    if (cosy_broadcast_send(&self->core, &item) == COSY_ECLOSED)
        mp_raise_msg(&mp_type_EOFError, MP_ERROR_TEXT("Broadcast.send: it was closed"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(send_obj, send);

static mp_obj_t close_(mp_obj_t self)
{
    cosy_broadcast_close(&((broadcast_t *)MP_OBJ_TO_PTR(self))->core);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(close_obj, close_);

static mp_obj_t receiver(mp_obj_t obj)
{
    broadcast_t *self = MP_OBJ_TO_PTR(obj);
    receiver_t *receiver = mp_obj_malloc(receiver_t, &receiver_type);
    receiver->broadcast = self;
    receiver->missed = 0;
    cosy_broadcast_join(&receiver->core, &self->core);
    return MP_OBJ_FROM_PTR(receiver);
}
static MP_DEFINE_CONST_FUN_OBJ_1(receiver_obj, receiver);

/* ---- waiting; the item comes into the awaitable's arg ---- */

static int begin(cy_await_t *a, cy_task_t *task)
{
    receiver_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_broadcast_receive_begin(&self->core, &a->arg, &self->missed, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t item_or(cy_await_t *a, int rc, const mp_obj_type_t *end)
{
    if (rc == COSY_ECLOSED)
        mp_raise_type(end);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return a->arg;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    return item_or(a, rc, &mp_type_EOFError);
}

static mp_obj_t finish_iteration(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    return item_or(a, rc, &mp_type_StopAsyncIteration);
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    receiver_t *self = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_broadcast(&self->core, &a->arg, &self->missed);
}

static const cy_op_t waiting = {.what = "Receiver.next", .begin = begin, .finish = finish, .arm = arm};
static const cy_op_t iterating = {.what = "Receiver.next", .begin = begin, .finish = finish_iteration, .arm = arm};

static mp_obj_t next(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    return cy_wait_method(&waiting, MP_OBJ_NULL, n_args, args, kw);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(next_obj, 1, next);

static mp_obj_t iterate(mp_obj_t self)
{
    return cy_await_new(&iterating, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(iterate_obj, iterate);

static mp_obj_t itself(mp_obj_t self)
{
    return self;
}
static MP_DEFINE_CONST_FUN_OBJ_1(itself_obj, itself);

static mp_obj_t missed(mp_obj_t self)
{
    return mp_obj_new_int_from_uint(((receiver_t *)MP_OBJ_TO_PTR(self))->missed);
}
static MP_DEFINE_CONST_FUN_OBJ_1(missed_obj, missed);

/* ---- tables ---- */

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&send_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_obj)},
    {MP_ROM_QSTR(MP_QSTR_receiver), MP_ROM_PTR(&receiver_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_broadcast, MP_QSTR_Broadcast, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals_dict);

static const mp_rom_map_elem_t receiver_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_next), MP_ROM_PTR(&next_obj)},
    {MP_ROM_QSTR(MP_QSTR_missed), MP_ROM_PTR(&missed_obj)},
    {MP_ROM_QSTR(MP_QSTR___aiter__), MP_ROM_PTR(&itself_obj)},
    {MP_ROM_QSTR(MP_QSTR___anext__), MP_ROM_PTR(&iterate_obj)},
};
static MP_DEFINE_CONST_DICT(receiver_locals, receiver_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(receiver_type, MP_QSTR_Receiver, MP_TYPE_FLAG_NONE, locals_dict, &receiver_locals);
