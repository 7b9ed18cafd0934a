/* Points in time: ints of nanoseconds on the loop's clock. The arguments `until` and `timeout`, and sleep_until(). */
#include "cy.h"

#include "py/objint.h"

cosy_time cy_point(mp_obj_t time)
{
    if (time == mp_const_none)
        return COSY_FOREVER;
    if (!mp_obj_is_int(time))
        mp_raise_msg_varg(&mp_type_TypeError,
                          MP_ERROR_TEXT("a point in time is an int, cosy.now() + ns or cosy.deadline(s), not '%s'"),
                          mp_obj_get_type_str(time));
    mp_obj_t top = mp_binary_op(MP_BINARY_OP_RSHIFT, time, MP_OBJ_NEW_SMALL_INT(62));
    if (top != MP_OBJ_NEW_SMALL_INT(0)) /* before the clock began, or more than a century away */
        return mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, time, MP_OBJ_NEW_SMALL_INT(0))) ? -COSY_FOREVER : COSY_FOREVER;
    /* In two halves, because a machine word may be too short. */
    mp_int_t high = mp_obj_get_int(mp_binary_op(MP_BINARY_OP_RSHIFT, time, MP_OBJ_NEW_SMALL_INT(31)));
    return (cosy_time)high * ((cosy_time)1 << 31) + (cosy_time)(mp_obj_get_int_truncated(time) & INT32_MAX);
}

static cosy_time ahead(mp_obj_t seconds)
{
    cosy_time now = cy_from_now(0), length = cy_seconds(seconds);
    return length > COSY_FOREVER - now ? COSY_FOREVER : now + length;
}

static mp_obj_t deadline(mp_obj_t seconds)
{
    cosy_time when = ahead(seconds);
    return when == COSY_FOREVER ? mp_const_none : mp_obj_new_int_from_ll(when);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_deadline_obj, deadline);

cosy_time cy_limit(const mp_arg_val_t *until_and_timeout)
{
    mp_obj_t until = until_and_timeout[0].u_obj, timeout = until_and_timeout[1].u_obj;
    if (until != mp_const_none && timeout != mp_const_none)
        mp_raise_TypeError(MP_ERROR_TEXT("until= or timeout=, not both"));
    return timeout != mp_const_none ? ahead(timeout) : cy_point(until);
}

mp_obj_t cy_wait_method(const cy_op_t *op, mp_obj_t arg, size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {CY_LIMITS};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    return cy_await_until(op, args[0], arg, cy_limit(values));
}

/* ---- sleep_until ---- */

/* The engine compares with the time at which it last looked at the clock; this is by the clock as it is now. */
cosy_arm cy_moment_arm(cosy_time when)
{
    return cosy_arm_until(when <= cy_from_now(0) ? COSY_NOW : when);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    cosy_time when = cy_point(a->self);
    if (when <= cy_from_now(0))
        return cosy_yield_begin(&task->core.wait); /* as with sleep(0), the others have their turn */
    (void)cosy_sleep_begin(&task->core.wait);
    return cy_park(task, when);
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cy_moment_arm(cy_point(a->self));
}

static const cy_op_t sleeping = {.what = "sleep_until", .begin = begin, .arm = arm};

static mp_obj_t sleep_until(mp_obj_t time)
{
    (void)cy_point(time); /* raises for what is none */
    return cy_await_new(&sleeping, time, MP_OBJ_NULL);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_sleep_until_obj, sleep_until);
