/* asyncio.as_completed(): these futures, one by one as they end. A plain loop gets awaitables that give the results, an
 * `async for` the futures themselves. */
#include "cy.h"

/* ended: a list of futures that have ended and were not handed out, in that order; there is a permit for each. The
 * watches of those that have not keep this object alive. */
typedef struct _ended_t {
    mp_obj_base_t base;
    mp_obj_t ended;
    size_t left; /* how many rounds the loop has yet */
    cosy_time deadline;
    cosy_semaphore permits;
} ended_t;

static void one_ended(cy_watch_t *watch, cy_future_t *future)
{
    ended_t *self = MP_OBJ_TO_PTR(watch->owner);
    future->flags |= CY_F_RETRIEVED;
    if (cy_from_now(0) >= self->deadline)
        return; /* the loop is over, or its next await says so */
    mp_obj_list_append(self->ended, MP_OBJ_FROM_PTR(future));
    cosy_semaphore_release(&self->permits, 1);
}

static int begin(cy_await_t *a, cy_task_t *task)
{
    ended_t *self = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_semaphore_acquire_begin(&self->permits, 1, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, self->deadline) : rc;
}

/* A permit is for the first that has ended: who waited first has run first. */
static mp_obj_t next_ended(cy_await_t *a, cy_task_t *task, int rc)
{
    ended_t *self = MP_OBJ_TO_PTR(a->self);
    (void)task;
    if (rc < 0)
        cy_raise(rc, a->op->what);
    mp_obj_t dest[3];
    mp_load_method(self->ended, MP_QSTR_pop, dest);
    dest[2] = MP_OBJ_NEW_SMALL_INT(0);
    return mp_call_method_n_kw(1, 0, dest);
}

static mp_obj_t result_of_next(cy_await_t *a, cy_task_t *task, int rc)
{
    return cy_future_get(cy_future_of(next_ended(a, task, rc)));
}

static const cy_op_t next_result = {.what = "as_completed", .begin = begin, .finish = result_of_next};
static const cy_op_t next_future = {.what = "as_completed", .begin = begin, .finish = next_ended};

static bool one_more(mp_obj_t obj)
{
    ended_t *self = MP_OBJ_TO_PTR(obj);
    if (!self->left)
        return false;
    self->left--;
    return true;
}

static mp_obj_t iternext(mp_obj_t self)
{
    return one_more(self) ? cy_await_new(&next_result, self, MP_OBJ_NULL) : MP_OBJ_STOP_ITERATION;
}

static mp_obj_t aiter(mp_obj_t self)
{
    return self;
}
static MP_DEFINE_CONST_FUN_OBJ_1(aiter_obj, aiter);

static mp_obj_t anext(mp_obj_t self)
{
    if (!one_more(self))
        mp_raise_type(&mp_type_StopAsyncIteration);
    return cy_await_new(&next_future, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(anext_obj, anext);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR___aiter__), MP_ROM_PTR(&aiter_obj)},
    {MP_ROM_QSTR(MP_QSTR___anext__), MP_ROM_PTR(&anext_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

static MP_DEFINE_CONST_OBJ_TYPE(type, MP_QSTR_as_completed, MP_TYPE_FLAG_ITER_IS_ITERNEXT, iter, iternext, locals_dict,
                                &locals_dict);

static mp_obj_t as_completed(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_fs, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, args, kw, MP_ARRAY_SIZE(allowed), allowed, values);

    cosy_time length = cy_seconds(values[1].u_obj);
    /* Each time by way of the list: a pointer that moves along its items would keep nothing alive, and nobody else may. */
    const mp_obj_list_t *all = MP_OBJ_TO_PTR(cy_awaitables(values[0].u_obj));
    ended_t *self = mp_obj_malloc(ended_t, &type);
    self->ended = mp_obj_new_list(0, NULL);
    self->left = all->len;
    self->deadline = COSY_FOREVER;
    cosy_semaphore_init(&self->permits, 0, COSY_SEMAPHORE_MAX, NULL);
    for (size_t i = 0; i < all->len; i++) {
        cy_future_t *future = cy_ensure_future(all->items[i]);
        cy_watch_t ended = {.owner = MP_OBJ_FROM_PTR(self)};
        if (cy_future_done(future))
            one_ended(&ended, future);
        else
            cy_future_watch(future, MP_OBJ_FROM_PTR(self), one_ended);
    }
    if (length != COSY_FOREVER)
        self->deadline = cy_from_now(length);
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_as_completed_obj, 1, as_completed);
