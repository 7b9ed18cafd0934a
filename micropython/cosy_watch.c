/* cosy.Watch: a value of which only the latest counts. Each watcher is told once of each latest.
 *
 *     async for value in settings.watch(): ...
 */
#include "cy.h"

/* value: what core copies from, an object that the collector finds here. */
typedef struct _watch_t {
    mp_obj_base_t base;
    mp_obj_t value;
    cosy_watch core;
} watch_t;

/* While a task waits with it, core points into its awaitable, which the task keeps alive. */
typedef struct _watcher_t {
    mp_obj_base_t base;
    watch_t *watch;
    cosy_watcher core;
} watcher_t;

static const mp_obj_type_t watcher_type;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    watch_t *self = mp_obj_malloc(watch_t, type);
    self->value = n_args ? args[0] : mp_const_none;
    cosy_watch_init(&self->core, &self->value, sizeof self->value, NULL);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t set(mp_obj_t obj, mp_obj_t value)
{
    watch_t *self = MP_OBJ_TO_PTR(obj);
    if (cosy_watch_set(&self->core, &value) == COSY_ECLOSED)
        mp_raise_msg(&mp_type_EOFError, MP_ERROR_TEXT("Watch.set: it was closed"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(set_obj, set);

static mp_obj_t get(mp_obj_t self)
{
    return ((watch_t *)MP_OBJ_TO_PTR(self))->value;
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_obj, get);

static mp_obj_t close_(mp_obj_t self)
{
    cosy_watch_close(&((watch_t *)MP_OBJ_TO_PTR(self))->core);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(close_obj, close_);

static mp_obj_t watch(mp_obj_t obj)
{
    watch_t *self = MP_OBJ_TO_PTR(obj);
    watcher_t *watcher = mp_obj_malloc(watcher_t, &watcher_type);
    watcher->watch = self;
    cosy_watch_open(&watcher->core, &self->core);
    return MP_OBJ_FROM_PTR(watcher);
}
static MP_DEFINE_CONST_FUN_OBJ_1(watch_obj, watch);

/* ---- waiting; the value comes into the awaitable's arg ---- */

static int begin(cy_await_t *a, cy_task_t *task)
{
    watcher_t *watcher = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_watch_next_begin(&watcher->core, &a->arg, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t value_or(cy_await_t *a, int rc, const mp_obj_type_t *end)
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
    return value_or(a, rc, &mp_type_EOFError);
}

static mp_obj_t finish_iteration(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    return value_or(a, rc, &mp_type_StopAsyncIteration);
}

static void arm(cy_await_t *a, cosy_arm *arm)
{
    watcher_t *watcher = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_watch(&watcher->core, &a->arg);
}

static const cy_op_t waiting = {.what = "Watcher.next", .begin = begin, .finish = finish, .arm = arm};
static const cy_op_t iterating = {.what = "Watcher.next", .begin = begin, .finish = finish_iteration, .arm = arm};

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

static mp_obj_t changed(mp_obj_t self)
{
    return mp_obj_new_bool(cosy_watch_changed(&((watcher_t *)MP_OBJ_TO_PTR(self))->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(changed_obj, changed);

/* ---- tables ---- */

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&get_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_obj)},
    {MP_ROM_QSTR(MP_QSTR_watch), MP_ROM_PTR(&watch_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_watch, MP_QSTR_Watch, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict, &locals_dict);

static const mp_rom_map_elem_t watcher_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_next), MP_ROM_PTR(&next_obj)},
    {MP_ROM_QSTR(MP_QSTR_changed), MP_ROM_PTR(&changed_obj)},
    {MP_ROM_QSTR(MP_QSTR___aiter__), MP_ROM_PTR(&itself_obj)},
    {MP_ROM_QSTR(MP_QSTR___anext__), MP_ROM_PTR(&iterate_obj)},
};
static MP_DEFINE_CONST_DICT(watcher_locals, watcher_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(watcher_type, MP_QSTR_Watcher, MP_TYPE_FLAG_NONE, locals_dict, &watcher_locals);
