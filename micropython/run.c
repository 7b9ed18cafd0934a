/* Running the loop: until a future is done, until it is stopped, and how a run ends that was ended from outside. */
#include "cy.h"
#include "port.h"

bool cy_is_running(void)
{
    return (cy_loop.flags & COSY_L_RUNNING) != 0;
}

static void stop_now(cy_watch_t *watch, cy_future_t *future)
{
    (void)watch;
    (void)future;
    cosy_loop_break(&cy_loop);
}

static void raise_escaped(void)
{
    mp_obj_t exception = MP_STATE_VM(cy_escaped);
    if (exception != MP_OBJ_NULL) {
        MP_STATE_VM(cy_escaped) = MP_OBJ_NULL;
        nlr_raise(exception);
    }
}

void cy_must_not_run(void)
{
    if (cy_is_running())
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("run() cannot be called from a running event loop"));
}

mp_obj_t cy_run(cy_future_t *until)
{
    cy_must_not_run();
    cy_watch_t *watch = NULL;
    if (until) {
        until->flags |= CY_F_RETRIEVED; /* it is raised here */
        if (cy_future_done(until))
            return cy_future_get(until);
        watch = cy_future_watch(until, mp_const_none, stop_now);
    }
    cy_port_enter();
    int rc = cosy_loop_run(&cy_loop);
    cy_port_leave();
    if (until && !cy_future_done(until))
        cy_future_unwatch(until, watch);
    raise_escaped();
    if (rc == COSY_EDEADLK)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("deadlock: nobody can wake the tasks that are left"));
    if (rc < 0)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("simulated time stands still: some task never waits"));
    if (!until)
        return mp_const_none;
    if (!cy_future_done(until))
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the event loop stopped before the future was done"));
    return cy_future_get(until);
}

/* A run was ended by something that is not main's outcome: Ctrl-C, a deadlock, stop(). Nobody has a hold of main, so it is
 * cancelled and may clean up; what else it raises, or a second Ctrl-C, is not told any more. */
static void unwind(cy_future_t *main)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        if (cy_future_cancel(main, MP_OBJ_NULL))
            (void)cy_run(main);
        nlr_pop();
    }
}

static mp_obj_t run(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_main, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_debug, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_loop_factory, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    cy_must_not_run();
    cy_future_t *main = &cy_task_new(values[0].u_obj, MP_OBJ_NULL)->future;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t result = cy_run(main);
        nlr_pop();
        return result;
    }
    unwind(main);
    nlr_jump(nlr.ret_val);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_run_obj, 1, run);

static mp_obj_t run_until_complete(mp_obj_t aw)
{
    cy_must_not_run();
    return cy_run(cy_ensure_future(aw));
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_run_until_complete_obj, run_until_complete);

static mp_obj_t run_forever(void)
{
    return cy_run(NULL);
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_run_forever_obj, run_forever);

/* Who is ready now has its turn yet. A loop that does not run keeps nothing of it for the next run. */
static mp_obj_t stop(void)
{
    cosy_loop_stop(&cy_loop);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_stop_obj, stop);
