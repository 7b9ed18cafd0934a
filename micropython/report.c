/* Exceptions that nobody awaits, and the loop's handler for them. What Python code is called from the loop's own context
 * is called by cy_call(), since nobody is there to whom it could raise. */
#include "cy.h"

MP_REGISTER_ROOT_POINTER(mp_obj_t cy_exception_handler);

void cy_report_init(void)
{
    MP_STATE_VM(cy_exception_handler) = mp_const_none;
}

static mp_obj_t default_handler(mp_obj_t loop, mp_obj_t context)
{
    (void)loop;
    mp_obj_t exception = mp_obj_dict_get(context, MP_OBJ_NEW_QSTR(MP_QSTR_exception));
    mp_obj_print_helper(MICROPY_ERROR_PRINTER, mp_obj_dict_get(context, MP_OBJ_NEW_QSTR(MP_QSTR_message)), PRINT_STR);
    mp_print_str(MICROPY_ERROR_PRINTER, "\nfuture: ");
    mp_obj_print_helper(MICROPY_ERROR_PRINTER, mp_obj_dict_get(context, MP_OBJ_NEW_QSTR(MP_QSTR_future)), PRINT_STR);
    mp_print_str(MICROPY_ERROR_PRINTER, "\n");
    if (exception != mp_const_none)
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, exception);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(cy_default_handler_obj, default_handler);

static mp_obj_t call_handler(mp_obj_t context)
{
    mp_obj_t handler = MP_STATE_VM(cy_exception_handler);
    if (handler == mp_const_none)
        handler = MP_OBJ_FROM_PTR(&cy_default_handler_obj);
    return mp_call_function_2(handler, MP_OBJ_FROM_PTR(&cy_type_loop), context);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_call_handler_obj, call_handler);

void cy_report(const char *message, mp_obj_t exception, mp_obj_t future)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t context = mp_obj_new_dict(3);
        mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_message), mp_obj_new_str_from_cstr(message));
        mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_exception), exception);
        mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_future), future);
        (void)call_handler(context);
        nlr_pop();
    } else {
        cy_escape(MP_OBJ_FROM_PTR(nlr.ret_val)); /* the handler itself failed: nobody else is left to tell */
    }
}

void cy_call(mp_obj_t fn, size_t n_args, const mp_obj_t *args)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        (void)mp_call_function_n_kw(fn, n_args, 0, args);
        nlr_pop();
    } else if (!cy_ends_run(MP_OBJ_FROM_PTR(nlr.ret_val))) {
        cy_report("Exception in callback", MP_OBJ_FROM_PTR(nlr.ret_val), fn);
    } else {
        cy_escape(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

static mp_obj_t get_exception_handler(void)
{
    return MP_STATE_VM(cy_exception_handler);
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_get_exception_handler_obj, get_exception_handler);

static mp_obj_t set_exception_handler(mp_obj_t handler)
{
    if (handler != mp_const_none && !mp_obj_is_callable(handler))
        mp_raise_TypeError(MP_ERROR_TEXT("set_exception_handler: a callable or None is needed"));
    MP_STATE_VM(cy_exception_handler) = handler;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_set_exception_handler_obj, set_exception_handler);
