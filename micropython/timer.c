/* Delayed calls of C functions on behalf of Python objects. */
#include "cy.h"

MP_REGISTER_ROOT_POINTER(struct _cy_timer_t *cy_timers);

void cy_timer_init(void);

void cy_timer_init(void)
{
    MP_STATE_VM(cy_timers) = NULL;
}

static void drop(cy_timer_t *timer)
{
    if (timer->next)
        timer->next->prev = timer->prev;
    if (timer->prev)
        timer->prev->next = timer->next;
    else
        MP_STATE_VM(cy_timers) = timer->next;
    timer->next = timer->prev = NULL;
}

static void fired(void *arg)
{
    cy_timer_t *timer = arg;
    nlr_buf_t nlr;
    drop(timer);
    if (nlr_push(&nlr) == 0) {
        timer->fire(timer->owner);
        nlr_pop();
    } else {
        cy_escape(MP_OBJ_FROM_PTR(nlr.ret_val)); /* no memory left for what it starts */
    }
}

cy_timer_t *cy_timer_at(cosy_time when, mp_obj_t owner, void (*fire)(mp_obj_t owner))
{
    cy_timer_t *timer = m_new0(cy_timer_t, 1);
    timer->owner = owner;
    timer->fire = fire;
    timer->next = MP_STATE_VM(cy_timers);
    if (timer->next)
        timer->next->prev = timer;
    MP_STATE_VM(cy_timers) = timer;
    cosy_call_at(&cy_loop, &timer->call, when, fired, timer);
    return timer;
}

void cy_timer_cancel(cy_timer_t *timer)
{
    if (timer && cosy_call_cancel(&timer->call) == COSY_OK)
        drop(timer);
}
