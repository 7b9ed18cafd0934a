/* handle.h - what the Handles of call_soon() and of call_soon_threadsafe() have in common. */
#ifndef CY_HANDLE_H
#define CY_HANDLE_H

#include "cy.h"

/* A callback to come. On a list from a root until it has been called or cancelled: handle.c's, or threadsafe.c's if another
 * thread may have made it. call_soon: its core is a stackless task that stands in the ready list. Later ones have a timer
 * instead. */
typedef struct _cy_handle_t {
    mp_obj_base_t base;
    struct _cy_handle_t *next, *prev;
    mp_obj_t fn, args; /* args: a tuple; fn: MP_OBJ_NULL once called or cancelled */
    cosy_time when;    /* for call_later */
    cy_timer_t *timer;
    cosy_task core;
} cy_handle_t;

extern const mp_obj_type_t cy_type_handle, cy_type_timer_handle;

/* Fills in a new one, zeroed, that is on no list yet. Raises TypeError. */
void cy_handle_fill(cy_handle_t *handle, const mp_obj_type_t *type, mp_obj_t fn, size_t n_args, const mp_obj_t *args);

void cy_handle_link(cy_handle_t **root, cy_handle_t *handle);
void cy_handle_unlink(cy_handle_t **root, const cy_handle_t *handle); /* leaves its own links as they are */

/* Readies its core. resume calls cy_handle_run() and ends the core. */
void cy_handle_start(cy_handle_t *handle, void (*resume)(cosy_task *core));
void cy_handle_run(cy_handle_t *handle);

#endif
