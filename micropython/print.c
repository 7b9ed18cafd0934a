/* What the reprs of the objects share: <Lock at 0x20001a40 [locked, waiters:2]>. */
#include "cy.h"

void cy_print_begin(const mp_print_t *printer, mp_obj_t self, const char *state)
{
    mp_printf(printer, "<%q at 0x%p [%s", (qstr)mp_obj_get_type(self)->name, MP_OBJ_TO_PTR(self), state);
}

unsigned cy_count(const cosy_list *list)
{
    const cosy_wait *w = list->head;
    unsigned n = 0;
    if (w)
        do {
            n++;
            w = w->next;
        } while (w != list->head);
    return n;
}

void cy_print_end(const mp_print_t *printer, const cosy_list *waiters)
{
    unsigned n = waiters ? cy_count(waiters) : 0;
    if (n)
        mp_printf(printer, ", waiters:%u", n);
    mp_print_str(printer, "]>");
}
