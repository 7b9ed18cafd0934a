/* cosy_signal.h - what cosy.Signal and asyncio.ThreadSafeFlag have in common: something that is set from anywhere, hard
 * interrupts and other threads included. */
#ifndef CY_SIGNAL_H
#define CY_SIGNAL_H

#include "cy.h"

/* core: its post is in the engine's inbox from a raise until the loop looks. listed: it is on the list that begins at a
 * root, by `next`. A raise puts it there, since from then on the inbox points into it, whatever becomes of those who know it;
 * whoever waits for a signal next looks through the list. Written from anywhere, so only in an atomic section. */
typedef struct _cy_signal_t {
    mp_obj_base_t base;
    struct _cy_signal_t *next;
    bool listed;
    cosy_signal core;
} cy_signal_t;

mp_obj_t cy_signal_new(const mp_obj_type_t *type, bool latch);
void cy_signal_raise(cy_signal_t *signal);
int cy_signal_begin(cy_await_t *a, cy_task_t *task);
void cy_signal_arm(cy_await_t *a, cosy_arm *arm);

#endif
