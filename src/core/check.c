/* Validity: what holds of every wait list, and what happens to a program in which it does not. */
#include "check.h"

static bool among(const cosy_wait_ops *ops, const cosy_wait_ops *const *kinds)
{
    for (; *kinds; kinds++)
        if (*kinds == ops)
            return true;
    return false;
}

const char *cosy__list_check(const cosy_list *list, const cosy_wait_ops *const *kinds)
{
    const cosy_wait *w = list->head;
    if (w)
        do {
            if (w->next->prev != w || w->prev->next != w)
                return "the links of a wait list do not agree";
            if (w->state != COSY_QUEUED)
                return "a node in a wait list does not wait";
            if (w->list != list)
                return "a node in a wait list believes to be in another";
            if (!among(w->ops, kinds))
                return "a node in a wait list waits for another kind of thing";
            if (w->loop != list->head->loop)
                return "tasks of two loops wait in one list";
            w = w->next;
        } while (w != list->head);
    return NULL;
}

uint32_t cosy__list_count(const cosy_list *list)
{
    uint32_t n = 0;
    const cosy_wait *w = list->head;
    if (w)
        do {
            n++;
            w = w->next;
        } while (w != list->head);
    return n;
}

#if COSY_VALIDATE
void cosy__validate(const char *wrong, const char *call)
{
    if (COSY_UNLIKELY(wrong != NULL))
        cosy_port_broken(call, wrong);
}
#endif
