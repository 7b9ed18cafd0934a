/* Task-local values: a list of bindings in the frames of a task, innermost first, that goes on into the bindings which
 * held where the task's group was opened.
 */
#include "report.h"

#include "../../include/cosy/local.h"

int cosy_bind(cosy_binding *binding, const cosy_local *local, void *value)
{
    cosy_task *me = cosy_self();
    if (!binding || !local)
        return cosy__misuse(COSY_EINVAL, "cosy_bind", local ? local->name : NULL, NULL);
    if (!me) {
        binding->task = NULL;
        return cosy__misuse(COSY_ENOTASK, "cosy_bind", local->name, NULL);
    }
    for (const cosy_binding *b = me->locals; b; b = b->outer)
        if (b == binding) /* or one that was in the same place, and whose block was left without unbinding it */
            return cosy__misuse(COSY_EBUSY, "cosy_bind", local->name, NULL);
    binding->outer = me->locals;
    binding->local = local;
    binding->value = value;
    binding->task = me;
    me->locals = binding;
    me->status |= COSY_T_OPENED;
    return COSY_OK;
}

int cosy_unbind(cosy_binding *binding)
{
    cosy_task *me = cosy_self();
    if (!binding)
        return cosy__misuse(COSY_EINVAL, "cosy_unbind", NULL, NULL);
    if (!binding->task)
        return cosy__misuse(COSY_EDONE, "cosy_unbind", NULL, NULL);
    if (binding->task != me || me->locals != binding)
        return cosy__misuse(COSY_EINVAL, "cosy_unbind", binding->local->name, binding->task);
    me->locals = binding->outer;
    binding->task = NULL;
    return COSY_OK;
}

void *cosy_local_get(const cosy_local *local)
{
    const cosy_task *me = cosy_self();
    if (!local)
        return NULL;
    for (const cosy_binding *b = me ? me->locals : NULL; b; b = b->outer)
        if (b->local == local)
            return b->value;
    return local->fallback;
}
