/* asyn.h - what the files of the module asyn share. */
#ifndef CY_ASYN_H
#define CY_ASYN_H

#include "cy.h"

extern const mp_obj_type_t asyn_type_lock, asyn_type_event, asyn_type_barrier, asyn_type_semaphore;
extern const mp_obj_type_t asyn_type_bounded_semaphore, asyn_type_condition, asyn_type_gather, asyn_type_gatherable;
extern const mp_obj_type_t asyn_type_cancellable, asyn_type_named_task, asyn_type_decorated, asyn_type_task_id;

void asyn_cancel_init(void);

/* launch(func, args): calls it; a coroutine that it returns becomes a task. */
mp_obj_t asyn_launch(mp_obj_t func, mp_obj_t args);
MP_DECLARE_CONST_FUN_OBJ_2(asyn_launch_obj);

/* Arguments of what takes delay_ms, how often to look again, or nothing: nobody has to look. */
void asyn_no_args(size_t n_args, size_t n_kw, const mp_obj_t *args);

/* An awaitable that acquires a lock and then gives something. */
mp_obj_t asyn_lock_enter(mp_obj_t lock, mp_obj_t gives);

/* An awaitable that lets the others have a turn: what leaving a block does, after it has released. */
mp_obj_t asyn_turn(void);

#endif
