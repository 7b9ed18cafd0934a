/* asyncio.Queue, LifoQueue, PriorityQueue. The queues of the engine have a bound; one that may grow gets a larger room
 * when it is full. Allocating comes first: a MemoryError leaves all as it was.
 */
#include "queue.h"

#include <string.h>

enum {
    FIRST_ROOM = 4,         /* slots: one block of the heap */
    LARGE_ROOM = 32,        /* is given back when it gets empty */
    MOST = UINT32_MAX >> 4  /* slots that an unbounded queue can have */
};

static bool is_priority(const cy_queue_t *q)
{
    return q->base.type == &cy_type_priority_queue;
}

/* ---- room ---- */

/* maxsize as a number of slots; as in CPython it may be a float, and a queue for 1.3 items is full with 2. */
static uint32_t most(mp_obj_t maxsize)
{
    if (mp_obj_is_float(maxsize)) {
        mp_float_t size = mp_obj_get_float(maxsize);
        if (!(size > 0) || size > (mp_float_t)MOST)
            return MOST;
        uint32_t whole = (uint32_t)size;
        return whole + ((mp_float_t)whole < size);
    }
    mp_int_t size = mp_obj_get_int(maxsize);
    return size <= 0 || (mp_uint_t)size > MOST ? MOST : (uint32_t)size;
}

static bool is_bounded(const cy_queue_t *q)
{
    return mp_obj_is_true(mp_binary_op(MP_BINARY_OP_MORE, q->maxsize, MP_OBJ_NEW_SMALL_INT(0)));
}

static void move(cy_queue_t *q, mp_obj_t *room, uint32_t capacity)
{
    mp_obj_t *old = q->core.room;
    size_t size = q->core.capacity;
    if (cosy_queue_resize(&q->core, room, NULL, capacity) == COSY_OK)
        m_del(mp_obj_t, old, size);
    else
        m_del(mp_obj_t, room, capacity);
    (void)size; /* not every configuration wants to know */
}

/* How many slots it should have for one more item; 0: no more than it has. */
static uint32_t more_room(const cy_queue_t *q)
{
    uint32_t capacity = q->core.capacity, limit;
    if (q->core.count < capacity || cosy_queue_closed(&q->core) || (limit = most(q->maxsize)) <= capacity)
        return 0;
    return capacity < limit / 2 ? 2 * capacity : limit;
}

static void make_room(cy_queue_t *q)
{
    uint32_t capacity = more_room(q);
    if (capacity)
        move(q, m_new0(mp_obj_t, capacity), capacity);
}

/* The same where nothing may be raised. */
static void try_room(cy_queue_t *q, uint32_t capacity)
{
    mp_obj_t *room = capacity ? m_new_maybe(mp_obj_t, capacity) : NULL;
    if (room) {
        memset(room, 0, capacity * sizeof *room);
        move(q, room, capacity);
    }
}

void cy_queue_left(cy_queue_t *q)
{
    cosy_queue *core = &q->core;
    if (is_priority(q))
        q->changes++;
    if (core->count == core->capacity)
        return; /* a putter's item lies there now */
    uint32_t slot = core->head ? core->head - 1 : core->capacity - 1;
    if (q->more.order != &cosy_queue_fifo)
        slot = core->count;
    cy_queue_slots(q)[slot] = MP_OBJ_NULL;
    if (!core->count && core->capacity >= LARGE_ROOM && !cosy_queue_closed(core))
        try_room(q, FIRST_ROOM);
}

static const cosy_queue_more orders[] = {COSY_QUEUE_MORE_FIFO, COSY_QUEUE_MORE_LIFO};

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_maxsize, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    mp_obj_t maxsize = values[0].u_obj;
    uint32_t capacity = MIN(most(maxsize), FIRST_ROOM);
    mp_obj_t *room = m_new0(mp_obj_t, capacity);
    bool priority = type == &cy_type_priority_queue;
    cy_queue_t *q = m_malloc0(priority ? sizeof(cy_queue_t) : offsetof(cy_queue_t, sorted));
    q->base.type = type;
    q->maxsize = maxsize;
    q->more = orders[type != &cy_type_queue];
    cosy_queue_init_with(&q->core, room, sizeof(mp_obj_t), capacity, &q->more, NULL);
    return MP_OBJ_FROM_PTR(q);
}

/* ---- putting ---- */

COSY_NORETURN static void raise_shut_down(const char *what)
{
    mp_raise_msg_varg(&cy_type_QueueShutDown, MP_ERROR_TEXT("%s: the queue is shut down"), what);
}

/* Everything that may raise; the item's place in a PriorityQueue. */
static uint32_t before_put(cy_queue_t *q, mp_obj_t item)
{
    uint32_t place = 0;
    if (is_priority(q) && !q->core.getters.head && q->core.count < most(q->maxsize) && !cosy_queue_closed(&q->core))
        place = cy_heap_place(q, item);
    make_room(q);
    return place;
}

static void after_put(cy_queue_t *q, uint32_t place, uint32_t count)
{
    if (is_priority(q) && q->core.count > count)
        cy_heap_insert(q, place);
}

static int put_begin(cy_await_t *a, cy_task_t *task)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    uint32_t place = before_put(q, a->arg), count = q->core.count;
    int rc = cosy_queue_put_begin(&q->core, &a->arg, &task->core.wait);
    after_put(q, place, count);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t put_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    mp_obj_t item = a->arg;
    (void)task;
    a->arg = MP_OBJ_NULL; /* the awaitable may live on as a spare */
    if (rc == COSY_ECLOSED)
        raise_shut_down(a->op->what);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    if (is_priority(q))
        cy_heap_admit(q, item);
    return mp_const_none;
}

/* In a PriorityQueue the item is sorted in when the select has ended: by put_finish(), if not by somebody before. */
static void put_arm(cy_await_t *a, cosy_arm *arm)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    make_room(q);
    *arm = cosy_arm_put(&q->core, &a->arg);
}

static const cy_op_t putting = {.what = "Queue.put", .begin = put_begin, .finish = put_finish, .arm = put_arm};

static mp_obj_t put(mp_obj_t self, mp_obj_t item)
{
    return cy_await_new(&putting, self, item);
}
static MP_DEFINE_CONST_FUN_OBJ_2(put_obj, put);

static mp_obj_t put_nowait(mp_obj_t self, mp_obj_t item)
{
    static const char what[] = "Queue.put_nowait";
    cy_queue_t *q = MP_OBJ_TO_PTR(self);
    uint32_t place = before_put(q, item), count = q->core.count;
    int rc = cosy_queue_try_put(&q->core, &item);
    after_put(q, place, count);
    if (rc == COSY_ECLOSED)
        raise_shut_down(what);
    if (rc == COSY_EAGAIN)
        mp_raise_msg_varg(&cy_type_QueueFull, MP_ERROR_TEXT("%s: the queue is full"), what);
    if (rc < 0)
        cy_raise(rc, what);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(put_nowait_obj, put_nowait);

/* ---- getting ---- */

static void before_get(cy_queue_t *q)
{
    if (is_priority(q))
        cy_heap_serve(q);
}

static int get_begin(cy_await_t *a, cy_task_t *task)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    before_get(q);
    int rc = cosy_queue_get_begin(&q->core, &a->arg, &task->core.wait);
    cy_queue_left(q);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static mp_obj_t get_finish(cy_await_t *a, cy_task_t *task, int rc)
{
    mp_obj_t item = a->arg;
    (void)task;
    a->arg = MP_OBJ_NULL;
    if (rc == COSY_ECLOSED)
        raise_shut_down(a->op->what);
    if (rc < 0)
        cy_raise(rc, a->op->what);
    cy_queue_left(MP_OBJ_TO_PTR(a->self)); /* once more: as an arm it did not go through get_begin() */
    return item;
}

/* A getter that is cancelled gives back what it was handed: no queue must be full only because it has not grown. */
static bool get_cancel(cy_await_t *a, cy_task_t *task, mp_obj_t exception)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    (void)task;
    (void)exception;
    try_room(q, more_room(q));
    return false;
}

static void get_arm(cy_await_t *a, cosy_arm *arm)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    before_get(q);
    *arm = cosy_arm_get(&q->core, &a->arg);
}

static const cy_op_t getting = {
    .what = "Queue.get", .begin = get_begin, .finish = get_finish, .cancel = get_cancel, .arm = get_arm};

static mp_obj_t get(mp_obj_t self)
{
    return cy_await_new(&getting, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_obj, get);

static mp_obj_t get_nowait(mp_obj_t self)
{
    static const char what[] = "Queue.get_nowait";
    cy_queue_t *q = MP_OBJ_TO_PTR(self);
    mp_obj_t item = MP_OBJ_NULL;
    before_get(q);
    int rc = cosy_queue_try_get(&q->core, &item);
    if (rc == COSY_ECLOSED)
        raise_shut_down(what);
    if (rc == COSY_EAGAIN)
        mp_raise_msg_varg(&cy_type_QueueEmpty, MP_ERROR_TEXT("%s: the queue is empty"), what);
    if (rc < 0)
        cy_raise(rc, what);
    cy_queue_left(q);
    return item;
}
static MP_DEFINE_CONST_FUN_OBJ_1(get_nowait_obj, get_nowait);

/* ---- the work ---- */

static int join_begin(cy_await_t *a, cy_task_t *task)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    int rc = cosy_queue_join_begin(&q->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

static void join_arm(cy_await_t *a, cosy_arm *arm)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(a->self);
    *arm = cosy_arm_queue_join(&q->core);
}

static const cy_op_t joining = {.what = "Queue.join", .begin = join_begin, .arm = join_arm};

static mp_obj_t join(mp_obj_t self)
{
    return cy_await_new(&joining, self, MP_OBJ_NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(join_obj, join);

static mp_obj_t task_done(mp_obj_t self)
{
    cy_queue_t *q = MP_OBJ_TO_PTR(self);
    if (cosy_queue_task_done(&q->core) != COSY_OK)
        mp_raise_ValueError(MP_ERROR_TEXT("Queue.task_done: called more often than items were got"));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(task_done_obj, task_done);

static mp_obj_t shutdown_(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_immediate, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_FALSE}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    cy_queue_t *q = MP_OBJ_TO_PTR(args[0]);
    mp_arg_parse_all(n_args - 1, args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, values);
    bool immediate = mp_obj_is_true(values[0].u_obj);
    (void)cosy_queue_shutdown(&q->core, immediate ? COSY_QUEUE_DISCARD : COSY_QUEUE_DRAIN, NULL);
    if (immediate)
        memset(q->core.room, 0, q->core.capacity * sizeof(mp_obj_t));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(shutdown_obj, 1, shutdown_);

/* ---- looking ---- */

static mp_obj_t qsize(mp_obj_t self)
{
    const cy_queue_t *q = MP_OBJ_TO_PTR(self);
    return MP_OBJ_NEW_SMALL_INT(cosy_queue_count(&q->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(qsize_obj, qsize);

static mp_obj_t empty(mp_obj_t self)
{
    const cy_queue_t *q = MP_OBJ_TO_PTR(self);
    return mp_obj_new_bool(cosy_queue_empty(&q->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(empty_obj, empty);

static mp_obj_t full(mp_obj_t self)
{
    const cy_queue_t *q = MP_OBJ_TO_PTR(self);
    return mp_obj_new_bool(is_bounded(q) && cosy_queue_count(&q->core) >= most(q->maxsize));
}
static MP_DEFINE_CONST_FUN_OBJ_1(full_obj, full);

static void attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
    const cy_queue_t *q = MP_OBJ_TO_PTR(self);
    if (dest[0] == MP_OBJ_NULL && name == MP_QSTR_maxsize)
        dest[0] = q->maxsize;
    else if (dest[0] == MP_OBJ_NULL)
        dest[1] = MP_OBJ_SENTINEL; /* look in the table */
}

/* The items' own reprs are Python code, so the queue is looked at anew for each. */
static void print_items(const mp_print_t *printer, const cy_queue_t *q)
{
    for (uint32_t i = 0; i < q->core.count; i++) {
        uint32_t slot = (q->core.head + i) % q->core.capacity;
        mp_print_str(printer, i ? ", " : " _queue=[");
        mp_obj_print_helper(printer, cy_queue_slots(q)[slot], PRINT_REPR);
    }
    mp_print_str(printer, "]");
}

static void print(const mp_print_t *printer, mp_obj_t self, mp_print_kind_t kind)
{
    const cy_queue_t *q = MP_OBJ_TO_PTR(self);
    unsigned getters = cy_count(&q->core.getters), putters = cy_count(&q->core.putters);
    (void)kind;
    mp_printf(printer, "<%q at 0x%p maxsize=", (qstr)q->base.type->name, q);
    mp_obj_print_helper(printer, q->maxsize, PRINT_REPR);
    if (q->core.count)
        print_items(printer, q);
    if (getters)
        mp_printf(printer, " _getters[%u]", getters);
    if (putters)
        mp_printf(printer, " _putters[%u]", putters);
    if (cosy_queue_unfinished(&q->core))
        mp_printf(printer, " tasks=%u", (unsigned)cosy_queue_unfinished(&q->core));
    if (cosy_queue_closed(&q->core))
        mp_print_str(printer, " shutdown");
    mp_print_str(printer, ">");
}

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_put), MP_ROM_PTR(&put_obj)},
    {MP_ROM_QSTR(MP_QSTR_put_nowait), MP_ROM_PTR(&put_nowait_obj)},
    {MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&get_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_nowait), MP_ROM_PTR(&get_nowait_obj)},
    {MP_ROM_QSTR(MP_QSTR_join), MP_ROM_PTR(&join_obj)},
    {MP_ROM_QSTR(MP_QSTR_task_done), MP_ROM_PTR(&task_done_obj)},
    {MP_ROM_QSTR(MP_QSTR_shutdown), MP_ROM_PTR(&shutdown_obj)},
    {MP_ROM_QSTR(MP_QSTR_qsize), MP_ROM_PTR(&qsize_obj)},
    {MP_ROM_QSTR(MP_QSTR_empty), MP_ROM_PTR(&empty_obj)},
    {MP_ROM_QSTR(MP_QSTR_full), MP_ROM_PTR(&full_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_queue, MP_QSTR_Queue, MP_TYPE_FLAG_NONE, make_new, make_new, print, print, attr, attr,
                         locals_dict, &locals_dict);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_lifo_queue, MP_QSTR_LifoQueue, MP_TYPE_FLAG_NONE, make_new, make_new, print, print,
                         attr, attr, parent, &cy_type_queue, locals_dict, &locals_dict);
MP_DEFINE_CONST_OBJ_TYPE(cy_type_priority_queue, MP_QSTR_PriorityQueue, MP_TYPE_FLAG_NONE, make_new, make_new, print,
                         print, attr, attr, parent, &cy_type_queue, locals_dict, &locals_dict);
