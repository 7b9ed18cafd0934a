/* What objects share that is no fast path; see sync.h. */
#include "sync.h"

const char *cosy__wake_all_check(const cosy_list *list, uint32_t word)
{
    const cosy_wait *w = list->head;
    if (w)
        do {
            if (w->arg.n != cosy__splices(word))
                return "a node in a wait list was granted already";
            if ((w->flags & COSY_W_TIMED) && !(word & COSY__TIMED))
                return "a node has a timer, and its object would splice it";
            w = w->next;
        } while (w != list->head);
    return NULL;
}

cosy_wait *cosy__served(cosy_wait *w, const cosy_list *list, const cosy_wait_ops *kind)
{
    for (; w; w = w->next) {
        if (w->state != COSY_GRANTED)
            continue;
        cosy_wait *granted = w->ops->inner ? w->ops->inner(w) : w;
        if (granted->ops == kind && granted->list == list)
            return granted;
    }
    return NULL;
}

/* A select that is still asking its arms runs, and is in no ready list: nobody is behind it. */
cosy_wait *cosy__served_next(cosy_wait *w, const cosy_list *list, const cosy_wait_ops *kind)
{
    const cosy_wait *ready = &cosy__waiter(w)->wait;
    return ready->state == COSY_GRANTED ? cosy__served(ready->next, list, kind) : NULL;
}
