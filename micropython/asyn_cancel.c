/* asyn.Cancellable, asyn.NamedTask: coroutines that are known by a group or a name, to be cancelled by it.
 *
 * A Cancellable wraps a coroutine and can be used as one: given to create_task() after a call that returns itself (as
 * programs for this library write it: `Cancellable(f)()`), or awaited inside another task. It sees each step of what it
 * wraps, and so knows the task in which it runs, and when it has ended.
 */
#include "asyn.h"

#include "py/objgenerator.h"
#include "py/objlist.h"

/* On the root's list from its creation until it has ended. Begun: `task` is the one that runs it. */
typedef struct _cancellable_t {
    mp_obj_base_t base;
    struct _cancellable_t *next;
    mp_obj_t coro;
    mp_obj_t group;   /* of a NamedTask: its name */
    mp_obj_t trigger; /* what to call at the end; MP_OBJ_NULL */
    cy_task_t *task;
    cosy_event ended;
    bool over;
    bool stopped; /* over before it has begun */
    bool late;    /* it is awaited in a task whose next wait will be cancelled on its account */
} cancellable_t;

MP_REGISTER_ROOT_POINTER(struct _cancellable_t *asyn_cancellables);
static mp_uint_t made;

void asyn_cancel_init(void)
{
    MP_STATE_VM(asyn_cancellables) = NULL;
    made = 0;
}

/* ---- TaskId ---- */

/* What the coroutine function of a Cancellable gets first. Called, it gives the number. */
typedef struct _task_id_t {
    mp_obj_base_t base;
    mp_obj_t number;
} task_id_t;

static mp_obj_t task_id_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    task_id_t *self = mp_obj_malloc(task_id_t, type);
    self->number = args[0];
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t task_id_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return ((task_id_t *)MP_OBJ_TO_PTR(self))->number;
}

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_task_id, MP_QSTR_TaskId, MP_TYPE_FLAG_NONE, make_new, task_id_make_new,
                         call, task_id_call);

/* ---- @cancellable ---- */

/* Takes the TaskId away: first, or in a method second. Without one the call goes through as it is. */
typedef struct _decorated_t {
    mp_obj_base_t base;
    mp_obj_t fn;
} decorated_t;

static mp_obj_t decorated_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    if (!mp_obj_is_callable(args[0]))
        mp_raise_TypeError(MP_ERROR_TEXT("cancellable: a coroutine function is needed"));
    decorated_t *self = mp_obj_malloc(decorated_t, type);
    self->fn = args[0];
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t decorated_call(mp_obj_t obj, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    decorated_t *self = MP_OBJ_TO_PTR(obj);
    size_t id = 0, all = n_args + 2 * n_kw;
    while (id < 2 && id < n_args && !mp_obj_is_type(args[id], &asyn_type_task_id))
        id++;
    if (id == 2 || id == n_args)
        return mp_call_function_n_kw(self->fn, n_args, n_kw, args);
    mp_obj_t *rest = m_new(mp_obj_t, all);
    for (size_t from = 0, to = 0; from < all; from++)
        if (from != id)
            rest[to++] = args[from];
    mp_obj_t result = mp_call_function_n_kw(self->fn, n_args - 1, n_kw, rest);
    m_del(mp_obj_t, rest, all);
    return result;
}

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_decorated, MP_QSTR_cancellable, MP_TYPE_FLAG_BINDS_SELF,
                         make_new, decorated_make_new, call, decorated_call);

/* ---- the list ---- */

static void end(cancellable_t *self)
{
    cancellable_t **at = &MP_STATE_VM(asyn_cancellables);
    while (*at && *at != self)
        at = &(*at)->next;
    if (*at)
        *at = self->next;
    self->next = NULL;
    self->over = true;
    if (self->late) {
        self->task->flags &= (uint8_t)~CY_T_LATER;
        self->task->cancel = MP_OBJ_NULL;
    }
    self->task = NULL;
    cosy_event_set(&self->ended, NULL);
    if (self->trigger != MP_OBJ_NULL)
        cy_call(self->trigger, 0, NULL);
}

static bool is_named(const cancellable_t *c)
{
    return c->base.type == &asyn_type_named_task;
}

static cancellable_t *named(mp_obj_t name)
{
    cancellable_t *c = MP_STATE_VM(asyn_cancellables);
    while (c && !(is_named(c) && mp_obj_equal(c->group, name)))
        c = c->next;
    if (c && c->task && cosy_task_ended(&c->task->core)) { /* its loop was given up, with all tasks */
        end(c);
        return named(name);
    }
    return c;
}

/* ---- making one ---- */

/* Calls the coroutine function: with a TaskId, the arguments after it, and all keyword arguments but `own`. */
static mp_obj_t coroutine(const mp_obj_t *fn, size_t n_args, size_t n_kw, qstr own, mp_obj_t *value)
{
    size_t all = n_args + 2 * n_kw;
    mp_obj_t *args = m_new(mp_obj_t, all), *to = args, number = mp_obj_new_int_from_uint(made++);
    *to++ = task_id_make_new(&asyn_type_task_id, 1, 0, &number);
    for (size_t i = 1; i < n_args; i++)
        *to++ = fn[i];
    size_t kept = 0;
    for (size_t i = n_args; i < all; i += 2)
        if (fn[i] == MP_OBJ_NEW_QSTR(own)) {
            *value = fn[i + 1];
        } else {
            *to++ = fn[i];
            *to++ = fn[i + 1];
            kept++;
        }
    mp_obj_t coro = mp_call_function_n_kw(fn[0], n_args, kept, args);
    m_del(mp_obj_t, args, all);
    if (!mp_obj_is_type(coro, &mp_type_gen_instance))
        mp_raise_TypeError(MP_ERROR_TEXT("a coroutine function is needed, one made with @cancellable"));
    return coro;
}

static mp_obj_t new(const mp_obj_type_t *type, mp_obj_t coro, mp_obj_t group, mp_obj_t trigger)
{
    cancellable_t *self = mp_obj_malloc(cancellable_t, type);
    self->coro = coro;
    self->group = group;
    self->trigger = trigger;
    self->task = NULL;
    cosy_event_init(&self->ended, NULL);
    self->over = self->stopped = self->late = false;
    self->next = MP_STATE_VM(asyn_cancellables);
    MP_STATE_VM(asyn_cancellables) = self;
    return MP_OBJ_FROM_PTR(self);
}

/* Cancellable(coroutine function, *args, group=0, **kwargs) */
static mp_obj_t cancellable_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_obj_t group = MP_OBJ_NEW_SMALL_INT(0);
    mp_obj_t coro = coroutine(args, n_args, n_kw, MP_QSTR_group, &group);
    return new(type, coro, group, MP_OBJ_NULL);
}

/* NamedTask(name, coroutine function, *args, barrier=None, **kwargs). A group of one. */
static mp_obj_t named_task_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 2, MP_OBJ_FUN_ARGS_MAX, true);
    if (named(args[0])) {
        mp_obj_t text = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_str), args[0]);
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("NamedTask: there is a task of the name '%s' already"),
                          mp_obj_str_get_str(text));
    }
    mp_obj_t barrier = mp_const_none, trigger = MP_OBJ_NULL;
    mp_obj_t coro = coroutine(args + 1, n_args - 1, n_kw, MP_QSTR_barrier, &barrier);
    if (barrier != mp_const_none)
        trigger = mp_load_attr(barrier, MP_QSTR_trigger);
    return new(type, coro, args[0], trigger);
}

static mp_obj_t call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return self;
}

/* ---- running: it behaves as the coroutine would ---- */

static mp_vm_return_kind_t step(cancellable_t *self, mp_obj_t exception, mp_obj_t *value)
{
    mp_vm_return_kind_t kind;
    nlr_buf_t nlr;
    if (self->stopped) {
        self->stopped = false;
        *value = cy_cancelled_error(MP_OBJ_NULL);
        return MP_VM_RETURN_EXCEPTION;
    }
    if (self->over)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the Cancellable has ended: make a new one"));
    if (!self->task)
        self->task = cy_current();
    if (nlr_push(&nlr) == 0) {
        kind = mp_obj_gen_resume(self->coro, mp_const_none, exception, value);
        nlr_pop();
    } else {
        end(self);
        nlr_jump(nlr.ret_val);
    }
    if (kind != MP_VM_RETURN_YIELD)
        end(self);
    return kind;
}

static mp_obj_t next(mp_obj_t self)
{
    mp_obj_t value;
    switch (step(MP_OBJ_TO_PTR(self), MP_OBJ_NULL, &value)) {
    case MP_VM_RETURN_YIELD:
        return value;
    case MP_VM_RETURN_NORMAL:
        return mp_make_stop_iteration(value);
    default:
        nlr_raise(value);
    }
}

static mp_obj_t throw_(mp_obj_t self, mp_obj_t exception)
{
    mp_obj_t value;
    switch (step(MP_OBJ_TO_PTR(self), mp_make_raise_obj(exception), &value)) {
    case MP_VM_RETURN_YIELD:
        return value;
    case MP_VM_RETURN_NORMAL:
        nlr_raise(mp_obj_new_exception_args(&mp_type_StopIteration, 1, &value));
    default:
        nlr_raise(value);
    }
}
static MP_DEFINE_CONST_FUN_OBJ_2(throw_obj, throw_);

/* Tasks take for a coroutine what has this method. */
static mp_obj_t send(mp_obj_t self, mp_obj_t nothing)
{
    (void)nothing;
    mp_obj_t value = next(self);
    if (value == MP_OBJ_STOP_ITERATION)
        nlr_raise(mp_obj_new_exception_args(&mp_type_StopIteration, 1, &MP_STATE_THREAD(stop_iteration_arg)));
    return value;
}
static MP_DEFINE_CONST_FUN_OBJ_2(send_obj, send);

static mp_obj_t close_(mp_obj_t obj)
{
    cancellable_t *self = MP_OBJ_TO_PTR(obj);
    if (self->over)
        return mp_const_none;
    mp_obj_t method[2];
    mp_load_method(self->coro, MP_QSTR_close, method);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        (void)mp_call_method_n_kw(0, 0, method);
        nlr_pop();
    } else {
        end(self);
        nlr_jump(nlr.ret_val);
    }
    end(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(close_obj, close_);

/* ---- cancelling ---- */

/* The caller's own is left alone: nobody cancels himself. */
static void cancel_one(cancellable_t *c, cy_task_t *caller)
{
    cy_task_t *task = c->task ? c->task : cy_task_of_coro(MP_OBJ_FROM_PTR(c));
    if (c->over || task == caller)
        return;
    if (!task || cosy_task_ended(&task->core)) { /* nobody runs it, or nobody does any more */
        c->stopped = !task;
        end(c);
        return;
    }
    bool late = (task->flags & CY_T_LATER) != 0;
    cy_task_cancel(task, MP_OBJ_NULL);
    if (task->coro != MP_OBJ_FROM_PTR(c)) { /* it is awaited there: only it is cancelled, not the task around it */
        task->cancels--;
        c->late = !late && (task->flags & CY_T_LATER);
    }
}

/* Those of a group; with `only_named` the task of that name. */
static mp_obj_t members(mp_obj_t group, bool only_named)
{
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (cancellable_t *c = MP_STATE_VM(asyn_cancellables); c; c = c->next)
        if ((!only_named || is_named(c)) && mp_obj_equal(c->group, group))
            mp_obj_list_append(list, MP_OBJ_FROM_PTR(c));
    return list;
}

/* self: the group, then the list of those that have not ended. arg: None, or for a name True, if there is one. */
static int cancel_begin(cy_await_t *a, cy_task_t *task)
{
    size_t n;
    mp_obj_t *all;
    bool only_named = a->arg != mp_const_none;
    a->self = members(a->self, only_named);
    mp_obj_get_array(a->self, &n, &all);
    if (only_named)
        a->arg = mp_obj_new_bool(n > 0);
    for (size_t i = n; i-- > 0;) /* the list begins with the youngest */
        cancel_one(MP_OBJ_TO_PTR(all[i]), task);
    return COSY_OK;
}

static mp_obj_t cancel_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    mp_obj_list_t *list = MP_OBJ_TO_PTR(a->self);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    for (; list->len; list->len--) {
        cancellable_t *c = MP_OBJ_TO_PTR(list->items[list->len - 1]);
        if (c->over || c->task == task)
            continue;
        if (cosy_event_wait_begin(&c->ended, &task->core.wait) == COSY_WAITING &&
            cy_park(task, COSY_FOREVER) == COSY_WAITING)
            return MP_OBJ_NULL;
    }
    return a->arg;
}

static mp_obj_t cancel_asked(cy_await_t *a, cy_task_t *task, int rc)
{
    (void)task;
    (void)rc;
    return a->arg;
}

static const cy_op_t waiting = {.what = "cancel_all", .begin = cancel_begin, .finish = cancel_finish};
static const cy_op_t asking = {.what = "cancel_all", .begin = cancel_begin, .finish = cancel_asked};

static mp_obj_t cancel_all(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_group, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)}},
        {MP_QSTR_nowait, MP_ARG_BOOL, {.u_bool = false}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values); /* args[0]: the class */
    return cy_await_new(values[1].u_bool ? &asking : &waiting, values[0].u_obj, mp_const_none);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(cancel_all_obj, 1, cancel_all);
static MP_DEFINE_CONST_CLASSMETHOD_OBJ(cancel_all_class, MP_ROM_PTR(&cancel_all_obj));

static mp_obj_t cancel_named(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {
        {MP_QSTR_name, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_nowait, MP_ARG_BOOL, {.u_bool = true}},
    };
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    return cy_await_new(values[1].u_bool ? &asking : &waiting, values[0].u_obj, mp_const_true);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(cancel_named_obj, 1, cancel_named);
static MP_DEFINE_CONST_CLASSMETHOD_OBJ(cancel_named_class, MP_ROM_PTR(&cancel_named_obj));

static mp_obj_t is_running(mp_obj_t class, mp_obj_t name)
{
    (void)class;
    return mp_obj_new_bool(named(name) != NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_2(is_running_obj, is_running);
static MP_DEFINE_CONST_CLASSMETHOD_OBJ(is_running_class, MP_ROM_PTR(&is_running_obj));

/* ---- the types ---- */

#define COROUTINE                                                                                                      \
    {MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&send_obj)},                                                                \
    {MP_ROM_QSTR(MP_QSTR_throw), MP_ROM_PTR(&throw_obj)},                                                              \
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&close_obj)},                                                              \
    {MP_ROM_QSTR(MP_QSTR_cancel_all), MP_ROM_PTR(&cancel_all_class)}

static const mp_rom_map_elem_t cancellable_locals_table[] = {COROUTINE};
static MP_DEFINE_CONST_DICT(cancellable_locals, cancellable_locals_table);

static const mp_rom_map_elem_t named_task_locals_table[] = {
    COROUTINE,
    {MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&cancel_named_class)},
    {MP_ROM_QSTR(MP_QSTR_is_running), MP_ROM_PTR(&is_running_class)},
};
static MP_DEFINE_CONST_DICT(named_task_locals, named_task_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(asyn_type_cancellable, MP_QSTR_Cancellable, MP_TYPE_FLAG_ITER_IS_ITERNEXT,
                         make_new, cancellable_make_new, call, call, iter, next, locals_dict, &cancellable_locals);
MP_DEFINE_CONST_OBJ_TYPE(asyn_type_named_task, MP_QSTR_NamedTask, MP_TYPE_FLAG_ITER_IS_ITERNEXT,
                         make_new, named_task_make_new, call, call, iter, next, parent, &asyn_type_cancellable,
                         locals_dict, &named_task_locals);
