/* asyncio.shield(): a future that ends as another one does, and whose cancel does not reach that one. */
#include "cy.h"

static void inner_done(cy_watch_t *watch, cy_future_t *inner)
{
    cy_future_t *outer = MP_OBJ_TO_PTR(watch->owner);
    if (cy_future_done(outer)) { /* cancelled: nobody will see what became of the inner one */
        if (inner->state == CY_EXCEPTION)
            cy_future_report_later(inner);
        return;
    }
    mp_obj_t outcome = inner->value;
    inner->flags |= CY_F_RETRIEVED;
    cy_future_settle(outer, inner->state, outcome);
    if (inner->state == CY_EXCEPTION)
        cy_future_report_later(outer);
}

static mp_obj_t shield(mp_obj_t aw)
{
    cy_future_t *inner = cy_ensure_future(aw);
    if (cy_future_done(inner))
        return MP_OBJ_FROM_PTR(inner);
    cy_future_t *outer = cy_future_new(&cy_type_future, sizeof(cy_future_t));
    cy_future_watch(inner, MP_OBJ_FROM_PTR(outer), inner_done);
    return MP_OBJ_FROM_PTR(outer);
}
MP_DEFINE_CONST_FUN_OBJ_1(cy_shield_obj, shield);
