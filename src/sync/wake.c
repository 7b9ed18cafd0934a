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

cosy_wait *cosy__served_next(cosy_wait *w, const cosy_list *list, const cosy_wait_ops *kind)
{
    return cosy__served(cosy__waiter(w)->wait.next, list, kind);
}
