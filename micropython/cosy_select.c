/* cosy.select: waits for whichever of several awaitables comes first, and lets that one alone take effect.
 *
 *     i, value = await cosy.select(queue.get(), stop.wait(), cosy.sleep_until(t))
 *
 * Its arms are fresh awaitables, which it uses up; what they ask for stays in them, also where the engine puts an item.
 */
#include "cy.h"

/* The awaitable of a select. await.self: the tuple of its arms; await.arg: the tuple (index, value), made beforehand, so
 * that nothing can fail when an arm has won. While it waits, core and arms are in the engine's lists; whoever waits in it
 * keeps it alive. */
typedef struct _select_t {
    cy_await_t await; /* must be first */
    bool biased;
    cosy_time until;
    cosy_selection core;
    cosy_arm arms[];
} select_t;

/* While the select waits its arms are `waiting`, so that no task lends them out. */
static void mark(mp_obj_t arms, const mp_obj_type_t *type)
{
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(arms, &n, &items);
    for (size_t i = 0; i < n; i++)
        ((mp_obj_base_t *)MP_OBJ_TO_PTR(items[i]))->type = type;
}

static void fill(select_t *s, size_t n, mp_obj_t *items)
{
    for (size_t i = 0; i < n; i++) {
        cy_await_t *inner = MP_OBJ_TO_PTR(items[i]);
        if (inner->base.type != &cy_type_awaitable)
            mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("select: arm %d, %s, was awaited meanwhile"), (int)i,
                              inner->op->what);
        inner->op->arm(inner, &s->arms[i]);
    }
}

/* Whom to ask first, so that no arm that is always ready starves another: as good as random, yet the same in each run. */
static unsigned draw(size_t n)
{
    static uint32_t state;
    state = state * 1664525u + 1013904223u;
    return (state >> 16) % (unsigned)n;
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    select_t *s = (select_t *)a;
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(a->self, &n, &items);
    fill(s, n, items);
    mark(a->self, &cy_type_waiting);
    int rc = cosy_select_begin(&s->core, s->arms, (unsigned)n, s->biased ? 0 : draw(n), &task->core.wait);
    if (rc == COSY_WAITING)
        return cy_park(task, cosy_select_until(&s->core, s->until));
    if (rc == COSY_EINVAL) {
        mark(a->self, &cy_type_awaitable);
        mp_raise_ValueError(MP_ERROR_TEXT("select: two arms wait for the same thing"));
    }
    return rc;
}

static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    select_t *s = (select_t *)a;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    int winner = cosy_select_winner(&s->core);
    size_t n;
    mp_obj_t *items, *pair;
    mp_obj_get_array(a->self, &n, &items);
    mp_obj_get_array(a->arg, &n, &pair);
    pair[0] = MP_OBJ_NEW_SMALL_INT(winner);
    pair[1] = cy_await_value(MP_OBJ_TO_PTR(items[winner]), task, cosy_arm_result(&s->arms[winner]));
    mark(a->self, &cy_type_spent);
    return a->arg;
}

/* An arm that has won may have to know that what it got will go back. (A future that has won is done and heeds no cancel.) */
static bool cancel(cy_await_t *a, cy_task_t *task, mp_obj_t exception)
{
    const select_t *s = (const select_t *)a;
    int winner = cosy_select_winner(&s->core);
    if (winner < 0)
        return false;
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(a->self, &n, &items);
    cy_await_t *inner = MP_OBJ_TO_PTR(items[winner]);
    if (inner->op->cancel)
        (void)inner->op->cancel(inner, task, exception);
    return false;
}

static const cy_op_t selecting = {.what = "select", .begin = begin, .finish = finish, .cancel = cancel};

/* ---- what can be an arm ---- */

static mp_obj_t arm_of(mp_obj_t thing, size_t i)
{
    cy_future_t *future = cy_future_of(thing);
    if (future)
        return cy_await_new(&cy_op_await, MP_OBJ_FROM_PTR(future), MP_OBJ_NULL);
    if (mp_obj_is_type(thing, &cy_type_spent) || mp_obj_is_type(thing, &cy_type_waiting))
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("select: arm %d was awaited before: call it anew"), (int)i);
    if (mp_obj_is_type(thing, &cy_type_limited))
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("select: arm %d has a limit of its own: give it to select"),
                          (int)i);
    if (mp_obj_is_type(thing, &mp_type_gen_instance))
        mp_raise_msg_varg(&mp_type_TypeError,
                          MP_ERROR_TEXT("select: arm %d is a coroutine, which cannot be withdrawn: make it a task"), (int)i);
    if (!mp_obj_is_type(thing, &cy_type_awaitable))
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("select: arm %d is a '%s': an awaitable of cosy is needed"),
                          (int)i, mp_obj_get_type_str(thing));
    const cy_await_t *a = MP_OBJ_TO_PTR(thing);
    if (!a->op->arm)
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("select: arm %d, %s, cannot be withdrawn: make it a task"),
                          (int)i, a->op->what);
    return thing;
}

static mp_obj_t arms_of(size_t n, const mp_obj_t *things)
{
    mp_obj_t tuple = mp_obj_new_tuple(n, things);
    mp_obj_t *items;
    mp_obj_get_array(tuple, &n, &items);
    for (size_t i = 0; i < n; i++) {
        items[i] = arm_of(items[i], i);
        for (size_t j = 0; j < i; j++)
            if (items[j] == items[i])
                mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("select: arms %d and %d are the same"), (int)j, (int)i);
    }
    return tuple;
}

static mp_obj_t select_(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_biased, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = true}}, CY_LIMITS};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(0, NULL, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    if (!n_args)
        mp_raise_ValueError(MP_ERROR_TEXT("select: nothing to wait for"));
    mp_obj_t arms = arms_of(n_args, args);
    mp_obj_t pair = mp_obj_new_tuple(2, (const mp_obj_t[]){mp_const_none, mp_const_none});
    select_t *s = m_malloc(sizeof(select_t) + n_args * sizeof(cosy_arm));
    s->await = (cy_await_t){.base.type = &cy_type_awaitable, .op = &selecting, .self = arms, .arg = pair};
    s->biased = values[0].u_bool;
    s->until = cy_limit(&values[1]);
    return MP_OBJ_FROM_PTR(s);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_select_obj, 0, select_);
