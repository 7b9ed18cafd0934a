/* Exceptions of the module, and how results of the engine become exceptions. */
#include "cy.h"

#define EXCEPTION(name, base)                                                                                          \
    MP_DEFINE_CONST_OBJ_TYPE(cy_type_##name, MP_QSTR_##name, MP_TYPE_FLAG_NONE, make_new, mp_obj_exception_make_new,   \
                             print, mp_obj_exception_print, attr, mp_obj_exception_attr, parent, &mp_type_##base)

/* Not an Exception: `except Exception` must not swallow a cancel. */
EXCEPTION(CancelledError, BaseException);
EXCEPTION(TimeoutError, Exception);
EXCEPTION(InvalidStateError, Exception);
EXCEPTION(QueueEmpty, Exception);
EXCEPTION(QueueFull, Exception);
EXCEPTION(QueueShutDown, Exception);
EXCEPTION(BrokenBarrierError, RuntimeError);

mp_obj_t cy_cancelled_error(mp_obj_t message)
{
    if (message == MP_OBJ_NULL || message == mp_const_none)
        return mp_obj_new_exception(&cy_type_CancelledError);
    return mp_obj_new_exception_args(&cy_type_CancelledError, 1, &message);
}

COSY_NORETURN void cy_raise_cancelled(mp_obj_t exception)
{
    nlr_raise(exception == MP_OBJ_NULL ? cy_cancelled_error(MP_OBJ_NULL) : exception);
}

bool cy_ends_run(mp_obj_t exception)
{
    return mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt)) ||
           mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_SystemExit));
}

COSY_NORETURN void cy_raise(int rc, const char *what)
{
    const mp_obj_type_t *type;
    switch (rc) {
    case COSY_ETIMEDOUT:
    case COSY_EAGAIN:
        type = &cy_type_TimeoutError;
        break;
    case COSY_ECANCELED:
        type = &cy_type_CancelledError;
        break;
    case COSY_EBROKEN:
        type = &cy_type_BrokenBarrierError;
        break;
    case COSY_EINVAL:
        type = &mp_type_ValueError;
        break;
    case COSY_ENOMEM:
        type = &mp_type_MemoryError;
        break;
    default:
        type = &mp_type_RuntimeError;
        break;
    }
    if (rc == COSY_ETIMEDOUT || rc == COSY_ECANCELED)
        mp_raise_type(type);
    mp_raise_msg_varg(type, MP_ERROR_TEXT("%s: %s"), what, cosy_strerror(rc));
}
