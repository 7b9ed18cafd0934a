/* asyncio.timeout, timeout_at: a block that is cancelled when its time has come, which is TimeoutError outside it. */
#include "cy.h"

enum { CREATED, ACTIVE, EXPIRING, EXPIRED, FINISHED };

/* task: while entered (ACTIVE, EXPIRING). timer: while ACTIVE and the time is yet to come; in the same state `soon` is the
 * handle of a callback in its stead if the time had passed already. */
typedef struct _timeout_t {
    mp_obj_base_t base;
    mp_obj_t given; /* what timeout_at() was called with, for when() to return; MP_OBJ_NULL: made of `when` */
    cosy_time when;
    cy_task_t *task;
    cy_timer_t *timer;
    mp_obj_t soon;
    uint16_t cancels; /* the task's requests when it entered */
    uint8_t state;
} timeout_t;

static void expire(mp_obj_t obj)
{
    timeout_t *self = MP_OBJ_TO_PTR(obj);
    self->timer = NULL;
    self->soon = MP_OBJ_NULL;
    if (self->state != ACTIVE)
        return;
    self->state = EXPIRING;
    (void)cy_task_cancel(self->task, MP_OBJ_NULL);
}

static mp_obj_t expire_now(mp_obj_t self)
{
    expire(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(expire_now_obj, expire_now);

static void disarm(timeout_t *self)
{
    cy_timer_cancel(self->timer);
    self->timer = NULL;
    if (self->soon != MP_OBJ_NULL) {
        mp_obj_t dest[2];
        mp_load_method(self->soon, MP_QSTR_cancel, dest);
        (void)mp_call_method_n_kw(0, 0, dest);
        self->soon = MP_OBJ_NULL;
    }
}

/* A time that has passed ends the next wait, even a sleep(0): timers come only when nobody is ready. */
static void arm(timeout_t *self)
{
    mp_obj_t obj = MP_OBJ_FROM_PTR(self);
    if (self->when == COSY_FOREVER)
        return;
    if (self->when <= cy_from_now(0))
        self->soon = cy_call_soon(MP_OBJ_FROM_PTR(&expire_now_obj), 1, &obj);
    else
        self->timer = cy_timer_at(self->when, obj, expire);
}

/* ---- async with ---- */

static int enter_begin(cy_await_t *a, cy_task_t *task)
{
    timeout_t *self = MP_OBJ_TO_PTR(a->self);
    if (self->state != CREATED)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the timeout was entered before: make one for each block"));
    self->task = task;
    self->cancels = task->cancels;
    arm(self);
    self->state = ACTIVE;
    return COSY_OK;
}

static mp_obj_t enter_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    (void)rc;
    return a->self;
}

static const cy_op_t entering = {.what = "timeout", .begin = enter_begin, .finish = enter_finish};

static mp_obj_t enter(mp_obj_t self)
{
    return cy_await_new(&entering, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static bool is_cancel_type(mp_obj_t type)
{
    return type != mp_const_none && mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&cy_type_CancelledError));
}

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    timeout_t *self = MP_OBJ_TO_PTR(args[0]);
    bool cancelled = is_cancel_type(args[1]);
    if (self->state != ACTIVE && self->state != EXPIRING)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the timeout was not entered"));
    disarm(self);
    cy_task_t *task = self->task;
    self->task = NULL;
    if (self->state == ACTIVE) {
        /* Timers come one by one: of several that were due at once, one of an outer block may have been the first. */
        self->state = cancelled && self->when <= cosy_now() ? EXPIRED : FINISHED;
        return MP_OBJ_FROM_PTR(&cy_nothing);
    }
    self->state = EXPIRED;
    /* Other requests to cancel are not ours to turn into a timeout. */
    if (cy_task_uncancel(task) <= self->cancels && cancelled)
        mp_raise_type(&cy_type_TimeoutError);
    return MP_OBJ_FROM_PTR(&cy_nothing);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

/* ---- methods ---- */

static mp_obj_t when(mp_obj_t obj)
{
    timeout_t *self = MP_OBJ_TO_PTR(obj);
    if (self->given == MP_OBJ_NULL)
        self->given = self->when == COSY_FOREVER ? mp_const_none : cy_to_seconds(self->when);
    return self->given;
}
static MP_DEFINE_CONST_FUN_OBJ_1(when_obj, when);

static mp_obj_t expired(mp_obj_t obj)
{
    const timeout_t *self = MP_OBJ_TO_PTR(obj);
    return mp_obj_new_bool(self->state == EXPIRING || self->state == EXPIRED);
}
static MP_DEFINE_CONST_FUN_OBJ_1(expired_obj, expired);

static const char *const states[] = {"created", "active", "expiring", "expired", "finished"};

static mp_obj_t reschedule(mp_obj_t obj, mp_obj_t given)
{
    timeout_t *self = MP_OBJ_TO_PTR(obj);
    if (self->state == CREATED)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the timeout was not entered"));
    if (self->state != ACTIVE)
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("the timeout is %s: its time cannot be changed"),
                          states[self->state]);
    cosy_time time = cy_seconds(given);
    disarm(self);
    self->when = time;
    self->given = given;
    arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(reschedule_obj, reschedule);

static void print(const mp_print_t *printer, mp_obj_t obj, mp_print_kind_t kind)
{
    const timeout_t *self = MP_OBJ_TO_PTR(obj);
    (void)kind;
    mp_printf(printer, "<Timeout [%s]", states[self->state]);
    if (self->state == ACTIVE) {
        mp_print_str(printer, " when=");
        mp_obj_print_helper(printer, when(obj), PRINT_REPR);
    }
    mp_print_str(printer, ">");
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&when_obj)},
    {MP_ROM_QSTR(MP_QSTR_expired), MP_ROM_PTR(&expired_obj)},
    {MP_ROM_QSTR(MP_QSTR_reschedule), MP_ROM_PTR(&reschedule_obj)},
    {MP_ROM_QSTR(MP_QSTR___aenter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___aexit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

static mp_obj_t new_timeout(cosy_time time, mp_obj_t given)
{
    timeout_t *self = m_new0(timeout_t, 1);
    self->base.type = &cy_type_timeout;
    self->when = time;
    self->given = given;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    return new_timeout(cy_seconds(args[0]), args[0]);
}

MP_DEFINE_CONST_OBJ_TYPE(cy_type_timeout, MP_QSTR_Timeout, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         locals_dict, &locals_dict);

static mp_obj_t one_argument(size_t n_args, const mp_obj_t *args, mp_map_t *kw, qstr name)
{
    const mp_arg_t allowed[] = {{(uint16_t)name, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}};
    mp_arg_val_t values[1];
    mp_arg_parse_all(n_args, args, kw, 1, allowed, values);
    return values[0].u_obj;
}

static mp_obj_t timeout(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    cosy_time length = cy_seconds(one_argument(n_args, args, kw, MP_QSTR_delay));
    return new_timeout(length == COSY_FOREVER ? COSY_FOREVER : cy_from_now(length), MP_OBJ_NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_timeout_obj, 0, timeout);

static mp_obj_t timeout_at(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    mp_obj_t given = one_argument(n_args, args, kw, MP_QSTR_when);
    return new_timeout(cy_seconds(given), given);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_timeout_at_obj, 0, timeout_at);
