/* What kind of thing is it? asyncio.isfuture, iscoroutine, iscoroutinefunction; and ensure_future. */
#include "cy.h"

#include "py/objgenerator.h"
#include "py/objtype.h"

/* Coroutines of Python's are generators; what our functions return is as good as one. */
bool cy_is_coroutine(mp_obj_t obj)
{
    return mp_obj_is_type(obj, &mp_type_gen_instance) || cy_await_is_fresh(obj) ||
           mp_obj_is_type(obj, &cy_type_waiting) || mp_obj_is_type(obj, &cy_type_spent);
}

static mp_obj_t iscoroutine(mp_obj_t obj)
{
    return mp_obj_new_bool(cy_is_coroutine(obj));
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_iscoroutine_obj, iscoroutine);

static mp_obj_t isfuture(mp_obj_t obj)
{
    return mp_obj_new_bool(cy_future_of(obj) != NULL);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_isfuture_obj, isfuture);

/* The function in a closure or bound method: the word behind the type in both, which MicroPython does not publish. */
typedef struct _wrapper_t {
    mp_obj_base_t base;
    mp_obj_t fun;
} wrapper_t;

static bool is_wrapper(mp_obj_t obj)
{
    const mp_obj_type_t *type = mp_obj_get_type(obj);
    return type == &mp_type_bound_meth || (type->name == MP_QSTR_closure && !mp_obj_is_instance_type(type));
}

static mp_obj_t iscoroutinefunction(mp_obj_t obj)
{
    while (is_wrapper(obj)) {
        const wrapper_t *wrapper = MP_OBJ_TO_PTR(obj);
        obj = wrapper->fun;
    }
#if MICROPY_EMIT_NATIVE
    if (mp_obj_is_type(obj, &mp_type_native_gen_wrap))
        return mp_const_true;
#endif
    return mp_obj_new_bool(mp_obj_is_type(obj, &mp_type_gen_wrap));
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_iscoroutinefunction_obj, iscoroutinefunction);

static mp_obj_t ensure_future(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)n_args;
    (void)kw; /* loop=...: there is one */
    return cy_future_of(args[0]) ? args[0] : MP_OBJ_FROM_PTR(cy_ensure_future(args[0]));
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_ensure_future_obj, 1, ensure_future);

mp_obj_t cy_awaitables(mp_obj_t iterable)
{
    if (cy_future_of(iterable) || cy_is_coroutine(iterable))
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("a list of futures is needed, not '%s'"),
                          mp_obj_get_type_str(iterable));
    mp_obj_t list = mp_obj_new_list(0, NULL);
    mp_obj_iter_buf_t buf;
    mp_obj_t iterator = mp_getiter(iterable, &buf), item;
    mp_set_t seen;
    mp_set_init(&seen, 0);
    while ((item = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION) {
        if (mp_set_lookup(&seen, item, MP_MAP_LOOKUP) != MP_OBJ_NULL)
            continue;
        mp_set_lookup(&seen, item, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND);
        mp_obj_list_append(list, item);
    }
    return list;
}
