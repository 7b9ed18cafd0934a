/* sleep, sleep_ms: from the moment of the await; zero and less is a turn of the others. */
#include "cy.h"

static int rest(cy_task_t *task, cosy_time length)
{
    cosy_wait *w = &task->core.wait;
    if (length <= 0)
        return cosy_yield_begin(w);
    (void)cosy_sleep_begin(w);
    return cy_park(task, cy_from_now(length));
}

static int sleep_begin(cy_await_t *a, cy_task_t *task)
{
    return rest(task, cy_seconds(a->self));
}

static int sleep_ms_begin(cy_await_t *a, cy_task_t *task)
{
    return rest(task, cy_milliseconds(a->self));
}

static mp_obj_t sleep_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return a->arg;
}

/* Arms of a select: one of no length wins when it is asked. */
static void sleep_arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cy_moment_arm(cy_from_now(cy_seconds(a->self)));
}

static void sleep_ms_arm(cy_await_t *a, cosy_arm *arm)
{
    *arm = cy_moment_arm(cy_from_now(cy_milliseconds(a->self)));
}

static const cy_op_t sleeping = {.what = "sleep", .begin = sleep_begin, .finish = sleep_finish, .arm = sleep_arm};
static const cy_op_t sleeping_ms = {.what = "sleep_ms", .begin = sleep_ms_begin, .arm = sleep_ms_arm};

static mp_obj_t sleep_(size_t n_args, const mp_obj_t *args)
{
    (void)cy_seconds(args[0]); /* raises for what is no length of time */
    return cy_await_new(&sleeping, args[0], n_args > 1 ? args[1] : mp_const_none);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(cy_sleep_obj, 1, 2, sleep_);

static mp_obj_t sleep_ms(mp_obj_t length)
{
    if (!mp_obj_is_small_int(length))
        length = MP_OBJ_NEW_SMALL_INT(mp_obj_get_int(length));
    (void)cy_milliseconds(length);
    return cy_await_new(&sleeping_ms, length, MP_OBJ_NULL);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_sleep_ms_obj, sleep_ms);
