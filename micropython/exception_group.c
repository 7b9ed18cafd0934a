/* BaseExceptionGroup, ExceptionGroup: what a TaskGroup raises. MicroPython has no `except*`; `.exceptions` tells. */
#include "cy.h"

#include "py/objtuple.h"

/* The arguments are (message, exceptions). */
static void attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
    if (dest[0] == MP_OBJ_NULL && (name == MP_QSTR_message || name == MP_QSTR_exceptions)) {
        mp_obj_t found[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
        mp_obj_exception_attr(self, MP_QSTR_args, found);
        size_t n;
        mp_obj_t *args;
        mp_obj_get_array(found[0], &n, &args);
        size_t at = name == MP_QSTR_message ? 0 : 1;
        if (at < n)
            dest[0] = args[at];
        if (at == 1 && n > 1 && mp_obj_is_type(args[1], &mp_type_list)) {
            mp_obj_get_array(args[1], &n, &args);
            dest[0] = mp_obj_new_tuple(n, args);
        }
        return;
    }
    mp_obj_exception_attr(self, name, dest);
}

/* At the end of a traceback: one for each exception in it. */
static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    mp_obj_t message[2] = {MP_OBJ_NULL, MP_OBJ_NULL}, inside[2] = {MP_OBJ_NULL, MP_OBJ_NULL};
    attr(self, MP_QSTR_message, message);
    attr(self, MP_QSTR_exceptions, inside);
    bool subclass = (kind & PRINT_EXC_SUBCLASS) != 0;
    kind = (mp_print_kind_t)(kind & ~PRINT_EXC_SUBCLASS);
    if (kind == PRINT_REPR || inside[0] == MP_OBJ_NULL || !mp_obj_is_type(inside[0], &mp_type_tuple)) {
        mp_obj_exception_print(printer, self, subclass ? (mp_print_kind_t)(kind | PRINT_EXC_SUBCLASS) : kind);
        return;
    }
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(inside[0], &n, &items);
    if (kind == PRINT_EXC && !subclass)
        mp_printf(printer, "%s", mp_obj_get_type_str(self));
    if (kind == PRINT_EXC)
        mp_print_str(printer, ": ");
    mp_obj_print_helper(printer, message[0], PRINT_STR);
    mp_printf(printer, " (%d sub-exception%s)", (int)n, n == 1 ? "" : "s");
    if (kind == PRINT_EXC)
        for (size_t i = 0; i < n; i++) {
            mp_printf(printer, "\n-- %d of %d:\n", (int)i + 1, (int)n);
            mp_obj_print_exception(printer, items[i]);
        }
}

static const mp_rom_obj_tuple_t parents = {
    {&mp_type_tuple}, 2, {MP_ROM_PTR(&cy_type_BaseExceptionGroup), MP_ROM_PTR(&mp_type_Exception)}};

MP_DEFINE_CONST_OBJ_TYPE(cy_type_BaseExceptionGroup, MP_QSTR_BaseExceptionGroup, MP_TYPE_FLAG_NONE, make_new,
                         mp_obj_exception_make_new, print, print, attr, attr, parent, &mp_type_BaseException);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_ExceptionGroup, MP_QSTR_ExceptionGroup, MP_TYPE_FLAG_NONE, make_new,
                         mp_obj_exception_make_new, print, print, attr, attr, parent, &parents);

mp_obj_t cy_exception_group(const char *message, mp_obj_t exceptions)
{
    const mp_obj_type_t *type = &cy_type_ExceptionGroup;
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(exceptions, &n, &items);
    for (size_t i = 0; i < n; i++)
        if (!cy_is_exception(items[i]))
            type = &cy_type_BaseExceptionGroup;
    mp_obj_t args[2] = {mp_obj_new_str_from_cstr(message), exceptions};
    return mp_obj_new_exception_args(type, 2, args);
}
