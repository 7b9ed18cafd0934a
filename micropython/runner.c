/* asyncio.Runner: several runs, and an end at which nothing is left of them. There is one loop, so closing a runner ends
 * all tasks, those from before it too.
 */
#include "cy.h"

#include "py/objlist.h"

typedef struct _runner_t {
    mp_obj_base_t base;
    bool closed;
} runner_t;

static void must_be_open(const runner_t *self)
{
    if (self->closed)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("Runner is closed"));
}

static mp_obj_t run(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_coro, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_context, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    must_be_open(MP_OBJ_TO_PTR(args[0]));
    return mp_call_function_1(MP_OBJ_FROM_PTR(&cy_run_obj), values[0].u_obj);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(run_obj, 1, run);

static mp_obj_t get_loop(mp_obj_t self)
{
    must_be_open(MP_OBJ_TO_PTR(self));
    return MP_OBJ_FROM_PTR(&cy_type_loop);
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_loop_obj, get_loop);

static mp_obj_list_t *tasks_left(void)
{
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (cy_task_t *task = cy_task_first(); task; task = cy_task_after(task))
        if (!cy_future_done(&task->future))
            mp_obj_list_append(list, MP_OBJ_FROM_PTR(task));
    return MP_OBJ_TO_PTR(list);
}

/* Cancels what is left and waits for it; failures in that are reported. */
static void end_tasks(void)
{
    mp_obj_list_t *tasks = tasks_left();
    size_t n = tasks->len;
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        (void)cy_future_cancel(MP_OBJ_TO_PTR(tasks->items[i]), MP_OBJ_NULL);
    mp_obj_list_append(MP_OBJ_FROM_PTR(tasks), MP_OBJ_NEW_QSTR(MP_QSTR_return_exceptions));
    mp_obj_list_append(MP_OBJ_FROM_PTR(tasks), mp_const_true);
    (void)cy_run(cy_future_of(mp_call_function_n_kw(MP_OBJ_FROM_PTR(&cy_gather_obj), n, 1, tasks->items)));
    for (size_t i = 0; i < n; i++) {
        cy_future_t *task = MP_OBJ_TO_PTR(tasks->items[i]);
        if (task->state == CY_EXCEPTION && !cy_ends_run(task->value))
            cy_report("unhandled exception while a Runner was closed", task->value, tasks->items[i]);
    }
}

static mp_obj_t close_(mp_obj_t obj)
{
    runner_t *self = MP_OBJ_TO_PTR(obj);
    if (self->closed)
        return mp_const_none;
    if (cy_is_running())
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("a Runner cannot be closed from a running event loop"));
    end_tasks();
    self->closed = true;
    (void)mp_call_function_0(MP_OBJ_FROM_PTR(&cy_new_event_loop_obj)); /* callbacks that were to come */
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(close_obj, close_);

static mp_obj_t enter(mp_obj_t self)
{
    must_be_open(MP_OBJ_TO_PTR(self));
    return self;
}
static MP_DEFINE_CONST_FUN_OBJ_1(enter_obj, enter);

static mp_obj_t leave(size_t n_args, const mp_obj_t *args)
{
    (void)n_args;
    return close_(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(leave_obj, 4, 4, leave);

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_debug, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_loop_factory, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    runner_t *self = mp_obj_malloc(runner_t, type);
    self->closed = false;
    return MP_OBJ_FROM_PTR(self);
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&run_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_loop), MP_ROM_PTR(&get_loop_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&enter_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&leave_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_runner, MP_QSTR_Runner, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict,
                         &locals_dict);
