/* call_soon, call_later, call_at: callbacks to come, each with a Handle by which it can be called off. */
#include "handle.h"

#include "py/mphal.h"
#include "py/smallint.h"

MP_REGISTER_ROOT_POINTER(struct _cy_handle_t *cy_handles);

void cy_handle_init(void)
{
    MP_STATE_VM(cy_handles) = NULL;
}

void cy_handle_link(cy_handle_t **root, cy_handle_t *handle)
{
    handle->next = *root;
    if (handle->next)
        handle->next->prev = handle;
    *root = handle;
}

void cy_handle_unlink(cy_handle_t **root, const cy_handle_t *handle)
{
    if (handle->next)
        handle->next->prev = handle->prev;
    if (handle->prev)
        handle->prev->next = handle->next;
    else
        *root = handle->next;
}

static void drop(cy_handle_t *handle)
{
    cy_handle_unlink(&MP_STATE_VM(cy_handles), handle);
    handle->next = handle->prev = NULL;
}

/* Programs for the loop of old give it coroutines as callbacks, too: they become tasks when it is time. */
static bool is_coroutine(mp_obj_t fn)
{
    return mp_obj_is_type(fn, &mp_type_gen_instance);
}

static void handle_call(cy_handle_t *handle)
{
    mp_obj_t fn = handle->fn;
    if (fn == MP_OBJ_NULL)
        return;
    handle->fn = MP_OBJ_NULL;
    size_t n;
    mp_obj_t *args;
    mp_obj_get_array(handle->args, &n, &args);
    if (is_coroutine(fn))
        cy_call(MP_OBJ_FROM_PTR(&cy_create_task_obj), 1, &fn);
    else
        cy_call(fn, n, args);
}

void cy_handle_run(cy_handle_t *handle)
{
    cy_loop.running = NULL; /* a callback is no task: nothing can be awaited in it */
    handle_call(handle);
}

static void resume(cosy_task *core)
{
    cy_handle_t *handle = COSY_CONTAINER(core, cy_handle_t, core);
    cy_handle_run(handle);
    drop(handle);
    cosy_task_end(core, COSY_OK);
}

void cy_handle_start(cy_handle_t *handle, void (*resume_)(cosy_task *core))
{
    cosy_task_init(&handle->core, &cy_loop, resume_, NULL);
    cosy_task_start(&handle->core, NULL);
    cosy_detach(&handle->core);
}

void cy_handle_fill(cy_handle_t *handle, const mp_obj_type_t *type, mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    if (!mp_obj_is_callable(fn) && !is_coroutine(fn))
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a callable is needed, not '%s'"), mp_obj_get_type_str(fn));
    handle->base.type = type;
    handle->fn = fn;
    handle->args = mp_obj_new_tuple(n_args, args);
}

static cy_handle_t *handle_new(const mp_obj_type_t *type, size_t size, mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    cy_handle_t *handle = m_malloc0(size);
    cy_handle_fill(handle, type, fn, n_args, args);
    cy_handle_link(&MP_STATE_VM(cy_handles), handle);
    return handle;
}

mp_obj_t cy_call_soon(mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    cy_handle_t *handle = handle_new(&cy_type_handle, sizeof(cy_handle_t), fn, n_args, args);
    cy_handle_start(handle, resume);
    return MP_OBJ_FROM_PTR(handle);
}

static mp_obj_t call_soon(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw; /* context=... */
    return cy_call_soon(args[0], n_args - 1, args + 1);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_call_soon_obj, 1, call_soon);

static void handle_fired(mp_obj_t owner)
{
    cy_handle_t *handle = MP_OBJ_TO_PTR(owner);
    handle_call(handle);
    drop(handle); /* not before: the arguments of the call hang from it */
}

static mp_obj_t call_when(cosy_time when, mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    /* A timer has no need of the part with the core. */
    cy_handle_t *handle = handle_new(&cy_type_timer_handle, offsetof(cy_handle_t, core), fn, n_args, args);
    handle->when = when;
    handle->timer = cy_timer_at(when, MP_OBJ_FROM_PTR(handle), handle_fired);
    return MP_OBJ_FROM_PTR(handle);
}

static mp_obj_t call_later(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw;
    return call_when(cy_from_now(cy_seconds(args[0])), args[1], n_args - 2, args + 2);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_call_later_obj, 2, call_later);

static mp_obj_t call_later_ms(size_t n_args, const mp_obj_t *args)
{
    return call_when(cy_from_now(cy_milliseconds(args[0])), args[1], n_args - 2, args + 2);
}
MP_DEFINE_CONST_FUN_OBJ_VAR(cy_call_later_ms_obj, 2, call_later_ms);

static mp_obj_t call_at(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw;
    return call_when(cy_seconds(args[0]), args[1], n_args - 2, args + 2);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_call_at_obj, 2, call_at);

/* call_at_(when, callback, args=()), of the loop of old. An int is what time.ticks_ms() counts, which wraps; a float is
 * what time() of this loop counts. */
enum { LONGEST_MS = INT32_MAX }; /* 24 days: what is longer is for ever */

static mp_obj_t call_at_old(size_t n_args, const mp_obj_t *args)
{
    cosy_time when;
    size_t n = 0;
    mp_obj_t *rest = NULL;
    if (mp_obj_is_small_int(args[0])) {
        mp_uint_t half = MICROPY_PY_TIME_TICKS_PERIOD / 2;
        mp_uint_t left = (mp_uint_t)MP_OBJ_SMALL_INT_VALUE(args[0]) - mp_hal_ticks_ms() + half;
        cosy_time ms = (cosy_time)(left & (MICROPY_PY_TIME_TICKS_PERIOD - 1)) - (cosy_time)half;
        when = ms < 0 ? cy_from_now(0) : ms > LONGEST_MS ? COSY_FOREVER : cy_from_now(ms * 1000000);
    } else {
        when = cy_seconds(args[0]);
    }
    if (n_args > 2)
        mp_obj_get_array(args[2], &n, &rest);
    return call_when(when, args[1], n, rest);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(cy_call_at_old_obj, 2, 3, call_at_old);

static mp_obj_t handle_cancel(mp_obj_t self)
{
    cy_handle_t *handle = MP_OBJ_TO_PTR(self);
    if (handle->fn == MP_OBJ_NULL)
        return mp_const_none;
    handle->fn = MP_OBJ_NULL;
    if (handle->timer) {
        cy_timer_cancel(handle->timer);
        drop(handle);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(handle_cancel_obj, handle_cancel);

void cy_handle_cancel_all(void)
{
    for (cy_handle_t *handle = MP_STATE_VM(cy_handles), *next; handle; handle = next) {
        next = handle->next;
        (void)handle_cancel(MP_OBJ_FROM_PTR(handle));
    }
}

static mp_obj_t handle_cancelled(mp_obj_t self)
{
    cy_handle_t *handle = MP_OBJ_TO_PTR(self);
    return mp_obj_new_bool(handle->fn == MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(handle_cancelled_obj, handle_cancelled);

static mp_obj_t handle_when(mp_obj_t self)
{
    cy_handle_t *handle = MP_OBJ_TO_PTR(self);
    return cy_to_seconds(handle->when);
}
static MP_DEFINE_CONST_FUN_OBJ_1(handle_when_obj, handle_when);

static const mp_rom_map_elem_t handle_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&handle_cancel_obj)},
    {MP_ROM_QSTR(MP_QSTR_cancelled), MP_ROM_PTR(&handle_cancelled_obj)},
    {MP_ROM_QSTR(MP_QSTR_when), MP_ROM_PTR(&handle_when_obj)},
};
static MP_DEFINE_CONST_DICT(handle_locals, handle_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_handle, MP_QSTR_Handle, MP_TYPE_FLAG_NONE, locals_dict, &handle_locals);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_timer_handle, MP_QSTR_TimerHandle, MP_TYPE_FLAG_NONE, locals_dict, &handle_locals);
