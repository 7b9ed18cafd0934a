/* What the checks of objects that wake all share; see sync.h. */
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
