/* asyncio.gather(): one future for many. As in CPython it is a future, so it can be awaited by several and cancelled. */
#include "cy.h"

#include "py/cstack.h"
#include "py/objlist.h"

/* children: what is waited for, in order of the arguments; when all have ended each place gets what came of it, and the
 * list becomes the result. Each child's watch keeps this object alive, and it keeps the children alive. */
typedef struct _gather_t {
    cy_future_t future;
    mp_obj_list_t *children;
    size_t left; /* children that have not ended */
    bool return_exceptions;
    bool cancelled; /* asked to cancel: when the children have ended that is its outcome, whatever became of them */
} gather_t;

static void all_done(gather_t *g)
{
    mp_obj_t cancel = MP_OBJ_NULL;
    for (size_t i = 0; i < g->children->len; i++) {
        cy_future_t *child = cy_future_of(g->children->items[i]);
        g->children->items[i] = cy_future_outcome(child);
        if (child->state == CY_CANCELLED)
            cancel = g->children->items[i];
    }
    if (!g->cancelled)
        cy_future_settle(&g->future, CY_RESULT, MP_OBJ_FROM_PTR(g->children));
    else
        cy_future_settle(&g->future, CY_EXCEPTION, cancel == MP_OBJ_NULL ? cy_cancelled_error(MP_OBJ_NULL) : cancel);
}

/* The first failure, a child's cancel included, is the outcome at once; the other children go on. */
static void failed(gather_t *g, mp_obj_t exception)
{
    cy_future_settle(&g->future, CY_EXCEPTION, exception);
    cy_future_report_later(&g->future);
}

static void child_done(cy_watch_t *watch, cy_future_t *child)
{
    gather_t *g = MP_OBJ_TO_PTR(watch->owner);
    g->left--;
    child->flags |= CY_F_RETRIEVED; /* also of one that ends after the first failure, as in CPython */
    if (cy_future_done(&g->future))
        return;
    if (child->state != CY_RESULT && !g->return_exceptions)
        failed(g, cy_future_outcome(child));
    else if (g->left == 0)
        all_done(g);
}

static bool cancel(cy_future_t *future, mp_obj_t exception)
{
    gather_t *g = (gather_t *)future;
    bool any = false;
    mp_cstack_check(); /* a gather of gathers ... */
    if (cy_future_done(future))
        return false;
    /* A child may end at once, and so this one: then its list holds results. */
    for (size_t i = 0; i < g->children->len && !cy_future_done(future); i++)
        if (cy_future_cancel(cy_future_of(g->children->items[i]), exception))
            any = true;
    if (any)
        g->cancelled = true;
    return any;
}

/* ---- await ---- */

static int begin(cy_await_t *a, cy_task_t *task)
{
    return cy_future_wait(MP_OBJ_TO_PTR(a->self), task, COSY_FOREVER);
}

/* A cancel of the task goes to the children in the task's own turn, not when it is asked for: those that are about to
 * start do so yet, and those that are about to end end (upstream's test of gather counts on it). Then, as in CPython, the
 * task waits until they have ended. */
static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    cy_future_t *future = MP_OBJ_TO_PTR(a->self);
    if (rc == COSY_ECANCELED) {
        if (!cancel(future, a->arg))
            cy_raise_cancelled(a->arg);
        rc = cy_future_wait(future, task, COSY_FOREVER);
        if (rc == COSY_WAITING)
            return MP_OBJ_NULL;
    }
    if (rc < 0)
        cy_raise(rc, a->op->what);
    return cy_future_get(future);
}

const cy_op_t cy_op_gather = {.what = "gather", .begin = begin, .finish = finish, .cancel = cy_await_interrupt};

static mp_obj_t getiter(mp_obj_t self, mp_obj_iter_buf_t *buf)
{
    (void)buf;
    return cy_await_new(&cy_op_gather, self, MP_OBJ_NULL);
}

/* ---- for Python ---- */

/* An argument that was given before, be it a coroutine, is the same child again. */
static mp_obj_t child_for(const mp_obj_t *args, const mp_obj_t *children, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (args[j] == args[i])
            return children[j];
    return MP_OBJ_FROM_PTR(cy_ensure_future(args[i]));
}

static mp_obj_t gather(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_return_exceptions, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(0, NULL, kw, MP_ARRAY_SIZE(allowed), allowed, values);

    gather_t *g = (gather_t *)cy_future_new(&cy_type_gather, sizeof(gather_t));
    g->children = MP_OBJ_TO_PTR(mp_obj_new_list(n_args, NULL));
    g->return_exceptions = values[0].u_bool;
    g->left = n_args;
    for (size_t i = 0; i < n_args; i++)
        g->children->items[i] = mp_const_none;
    for (size_t i = 0; i < n_args; i++)
        g->children->items[i] = child_for(args, g->children->items, i);
    if (n_args == 0)
        all_done(g);
    cy_watch_t ended = {.owner = MP_OBJ_FROM_PTR(g)};
    for (size_t i = 0; i < n_args; i++) {
        cy_future_t *child = cy_future_of(g->children->items[i]);
        if (!cy_future_done(child))
            cy_future_watch(child, MP_OBJ_FROM_PTR(g), child_done);
    }
    /* Only now: the last one that has ended already makes a result of the list. */
    for (size_t i = 0; i < n_args && g->future.state != CY_RESULT; i++) {
        cy_future_t *child = cy_future_of(g->children->items[i]);
        if (cy_future_done(child))
            child_done(&ended, child);
    }
    return MP_OBJ_FROM_PTR(g);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_gather_obj, 0, gather);

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    const gather_t *g = MP_OBJ_TO_PTR(self);
    (void)kind;
    mp_printf(printer, "<gather of %d, %d pending>", (int)g->children->len, (int)g->left);
}

static const mp_rom_map_elem_t locals[] = {CY_FUTURE_METHODS};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

static const cy_future_kind_t kind = {cancel};

MP_DEFINE_CONST_OBJ_TYPE(cy_type_gather, MP_QSTR_gather, MP_TYPE_FLAG_ITER_IS_GETITER, iter, getiter, print, print,
                         protocol, &kind, parent, &cy_type_future, locals_dict, &locals_dict);
