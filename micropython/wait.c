/* asyncio.wait(): until all of these futures are done, or the first is. Nothing is cancelled, nothing raised. */
#include "cy.h"

/* One call. The watches of pending futures keep it alive, as does its awaitable. */
typedef struct _wait_t {
    mp_obj_t futures; /* a list */
    cosy_event enough;
    size_t left; /* futures that are not done */
    cosy_time length;
    uint16_t until; /* MP_QSTR_ALL_COMPLETED ... */
} wait_t;

static bool suffices(const wait_t *w, const cy_future_t *done)
{
    return w->left == 0 || w->until == MP_QSTR_FIRST_COMPLETED ||
           (w->until == MP_QSTR_FIRST_EXCEPTION && done->state == CY_EXCEPTION);
}

static void one_done(cy_watch_t *watch, cy_future_t *future)
{
    wait_t *w = MP_OBJ_TO_PTR(watch->owner);
    future->flags |= CY_F_RETRIEVED; /* the caller gets it and can look */
    w->left--;
    if (suffices(w, future))
        cosy_event_set(&w->enough, NULL);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    wait_t *w = MP_OBJ_TO_PTR(a->self);
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(w->futures, &n, &items);
    w->left = n;
    for (size_t i = 0; i < n; i++)
        if (!cy_future_done(cy_future_of(items[i])))
            cy_future_watch(cy_future_of(items[i]), a->self, one_done);
    cy_watch_t ended = {.owner = a->self};
    for (size_t i = 0; i < n; i++)
        if (cy_future_done(cy_future_of(items[i])))
            one_done(&ended, cy_future_of(items[i]));
    if (w->length <= 0 && !cosy_event_is_set(&w->enough))
        return cosy_yield_begin(&task->core.wait); /* who polls lets others run */
    int rc = cosy_event_wait_begin(&w->enough, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, w->length == COSY_FOREVER ? COSY_FOREVER : cy_from_now(w->length)) : rc;
}

/* The sets (done, pending). */
static mp_obj_t finish(cy_await_t *a, cy_task_t *task, int rc)
{
    wait_t *w = MP_OBJ_TO_PTR(a->self);
    (void)task;
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(w->futures, &n, &items);
    for (size_t i = 0; i < n; i++)
        cy_future_forget(cy_future_of(items[i]), a->self);
    if (rc == COSY_ECANCELED)
        cy_raise_cancelled(a->arg);
    mp_obj_t sets[2] = {mp_obj_new_set(0, NULL), mp_obj_new_set(0, NULL)};
    for (size_t i = 0; i < n; i++)
        mp_obj_set_store(sets[cy_future_done(cy_future_of(items[i])) ? 0 : 1], items[i]);
    return mp_obj_new_tuple(2, sets);
}

static const cy_op_t waiting = {.what = "wait", .begin = begin, .finish = finish, .cancel = cy_await_interrupt};

static mp_obj_t wait_(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_fs, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_return_when, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_QSTR(MP_QSTR_ALL_COMPLETED)}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);

    mp_obj_t futures = cy_awaitables(values[0].u_obj);
    size_t n;
    mp_obj_t *items;
    mp_obj_get_array(futures, &n, &items);
    if (n == 0)
        mp_raise_ValueError(MP_ERROR_TEXT("wait: the set of tasks is empty"));
    for (size_t i = 0; i < n; i++)
        if (!cy_future_of(items[i]))
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("wait: tasks or futures are needed, not '%s'"),
                              mp_obj_get_type_str(items[i]));
    qstr until = mp_obj_is_str(values[2].u_obj) ? mp_obj_str_get_qstr(values[2].u_obj) : MP_QSTRnull;
    if (until != MP_QSTR_ALL_COMPLETED && until != MP_QSTR_FIRST_COMPLETED && until != MP_QSTR_FIRST_EXCEPTION)
        mp_raise_ValueError(MP_ERROR_TEXT("wait: return_when is one of the three constants of asyncio"));

    wait_t *w = m_new0(wait_t, 1);
    w->futures = futures;
    w->length = cy_seconds(values[1].u_obj);
    w->until = (uint16_t)until;
    cosy_event_init(&w->enough, NULL);
    return cy_await_new(&waiting, MP_OBJ_FROM_PTR(w), MP_OBJ_NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_wait_obj, 1, wait_);
