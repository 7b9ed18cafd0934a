/* Waiting for streams: the `asyncio.core._io_queue` of the upstream stream layer, on select.poll. */
#include "cy.h"
#include "port.h"

#if MICROPY_PY_SELECT

#include "py/stream.h"

/* A stream that somebody waits for, in one direction or both. On the root's list as long as somebody does; registered
 * with the poller for the directions in which there are waiters. */
typedef struct _cy_io_t {
    struct _cy_io_t *next;
    mp_obj_t stream;
    cosy_event ready[2]; /* reading, writing */
} cy_io_t;

MP_REGISTER_ROOT_POINTER(struct _cy_io_t *cy_io);
MP_REGISTER_ROOT_POINTER(mp_obj_t cy_poller);

static const mp_uint_t wanted[2] = {MP_STREAM_POLL_RD, MP_STREAM_POLL_WR};

/* The list has got its first stream, or lost its last. While there is one the loop looks at it, its end is no deadlock, and
 * simulated time stands still for it. */
static void count(void)
{
    cy_loop.outside = MP_STATE_VM(cy_io) ? 1 : 0;
    cy_loop.watched = CY_PORT_POLLS + cy_loop.outside;
}

void cy_io_init(void)
{
    MP_STATE_VM(cy_io) = NULL;
    MP_STATE_VM(cy_poller) = MP_OBJ_NULL;
    count();
}

/* ---- the poller ---- */

static mp_obj_t call(mp_obj_t poller, qstr method, size_t n, mp_obj_t a, mp_obj_t b)
{
    mp_obj_t args[4];
    mp_load_method(poller, method, args);
    args[2] = a;
    args[3] = b;
    return mp_call_method_n_kw(n, 0, args);
}

static mp_uint_t directions(const cy_io_t *io)
{
    return (io->ready[0].waiters.head ? wanted[0] : 0u) | (io->ready[1].waiters.head ? wanted[1] : 0u);
}

/* Among the streams it looks at is one of ours, which is ready when something else has happened: it ends the wait of the
 * poller, which knows of streams only. Where streams have descriptors that makes it look each millisecond, so it is there
 * only if somebody may need it. */
static bool heeds_inbox = !MICROPY_PY_SELECT_POSIX_OPTIMISATIONS; /* written by any thread */
static bool heeding;                                               /* the poller that there is does */

enum { UNHEEDED_MS = 100 }; /* one wait without it: another thread may make us heed the inbox meanwhile */

static mp_uint_t inbox_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t arg, int *error)
{
    (void)self;
    if (request == MP_STREAM_POLL)
        return cosy_atomic_load(&cy_loop.inbox) || cy_loop.ready ? arg & MP_STREAM_POLL_RD : 0;
    *error = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_stream_p_t inbox_stream = {.ioctl = inbox_ioctl};
static MP_DEFINE_CONST_OBJ_TYPE(inbox_type, MP_QSTR_inbox, MP_TYPE_FLAG_NONE, protocol, &inbox_stream);
static const mp_obj_base_t inbox = {.type = &inbox_type};

void cy_io_heed_inbox(void)
{
    heeds_inbox = true;
}

static void watch(mp_obj_t poller, mp_obj_t stream, mp_uint_t events)
{
    (void)call(poller, MP_QSTR_register, 2, stream, MP_OBJ_NEW_SMALL_INT(events));
}

/* One that a failure has left in an unknown state is given up, and the next one made from the list. */
static mp_obj_t poller(void)
{
    if (MP_STATE_VM(cy_poller) == MP_OBJ_NULL) {
        mp_obj_t select = mp_import_name(MP_QSTR_select, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        mp_obj_t fresh = mp_call_function_0(mp_load_attr(select, MP_QSTR_poll));
        heeding = heeds_inbox;
        if (heeding)
            watch(fresh, MP_OBJ_FROM_PTR(&inbox), MP_STREAM_POLL_RD);
        for (const cy_io_t *io = MP_STATE_VM(cy_io); io; io = io->next)
            watch(fresh, io->stream, directions(io));
        MP_STATE_VM(cy_poller) = fresh;
    }
    return MP_STATE_VM(cy_poller);
}

static void watch_or_give_up(mp_obj_t stream, mp_uint_t events)
{
    mp_obj_t known = poller();
    MP_STATE_VM(cy_poller) = MP_OBJ_NULL;
    watch(known, stream, events);
    MP_STATE_VM(cy_poller) = known;
}

/* ---- the list ---- */

/* Somebody came or went: tells the poller, drops the stream when nobody is left. `at` points to its place in the list. */
static void adjust(cy_io_t **at)
{
    cy_io_t *io = *at;
    mp_uint_t events = directions(io);
    if (events) {
        (void)call(poller(), MP_QSTR_modify, 2, io->stream, MP_OBJ_NEW_SMALL_INT(events));
    } else {
        *at = io->next;
        count();
        (void)call(poller(), MP_QSTR_unregister, 1, io->stream, MP_OBJ_NULL);
    }
}

static cy_io_t **find(mp_obj_t stream)
{
    cy_io_t **at = &MP_STATE_VM(cy_io);
    while (*at && (*at)->stream != stream)
        at = &(*at)->next;
    return at;
}

/* Waiters that were cancelled have left by themselves; their streams go when somebody looks. */
static void forget_idle(void)
{
    for (cy_io_t **at = &MP_STATE_VM(cy_io); *at;) {
        cy_io_t *io = *at;
        if (!directions(io))
            adjust(at);
        if (*at == io)
            at = &io->next;
    }
}

void cy_io_poll(mp_int_t timeout_ms)
{
    mp_event_handle_nowait(); /* not all ports' poll() does: Ctrl-C, scheduled functions */
    forget_idle();
    if (!MP_STATE_VM(cy_io))
        return;
    if (heeding != heeds_inbox)
        MP_STATE_VM(cy_poller) = MP_OBJ_NULL;
    mp_obj_t known = poller();
    if (MICROPY_PY_THREAD && !heeding && timeout_ms > UNHEEDED_MS)
        timeout_ms = UNHEEDED_MS;
    mp_obj_t ready = call(known, MP_QSTR_ipoll, 1, MP_OBJ_NEW_SMALL_INT(timeout_ms), MP_OBJ_NULL);
    mp_obj_t item;
    while ((item = mp_iternext(ready)) != MP_OBJ_STOP_ITERATION) {
        mp_obj_t *pair;
        mp_obj_get_array_fixed_n(item, 2, &pair);
        mp_uint_t events = (mp_uint_t)mp_obj_get_int(pair[1]);
        cy_io_t **at = find(pair[0]);
        if (!*at)
            continue;
        for (int i = 0; i < 2; i++)
            if (events & ~wanted[1 - i]) { /* its own direction, or an error, which both must see */
                cosy_event_set(&(*at)->ready[i], NULL);
                cosy_event_clear(&(*at)->ready[i]);
            }
        adjust(at);
    }
}

static mp_obj_t wait(mp_obj_t stream, int direction)
{
    cy_task_t *task = cy_current();
    cy_io_t *io = *find(stream);
    if (!io) {
        io = m_new0(cy_io_t, 1);
        io->stream = stream;
        watch_or_give_up(stream, wanted[direction]);
        io->next = MP_STATE_VM(cy_io);
        MP_STATE_VM(cy_io) = io;
        count();
    } else if (!io->ready[direction].waiters.head) {
        (void)call(poller(), MP_QSTR_modify, 2, stream, MP_OBJ_NEW_SMALL_INT(directions(io) | wanted[direction]));
    }
    if (cosy_event_wait_begin(&io->ready[direction], &task->core.wait) == COSY_WAITING)
        (void)cy_park(task, COSY_FOREVER);
    return mp_const_none;
}

static mp_obj_t queue_read(mp_obj_t self, mp_obj_t stream)
{
    (void)self;
    return wait(stream, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(queue_read_obj, queue_read);

static mp_obj_t queue_write(mp_obj_t self, mp_obj_t stream)
{
    (void)self;
    return wait(stream, 1);
}
static MP_DEFINE_CONST_FUN_OBJ_2(queue_write_obj, queue_write);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_queue_read), MP_ROM_PTR(&queue_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_queue_write), MP_ROM_PTR(&queue_write_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

static MP_DEFINE_CONST_OBJ_TYPE(io_queue_type, MP_QSTR_IOQueue, MP_TYPE_FLAG_NONE, locals_dict, &locals_dict);

const mp_obj_base_t cy_io_queue = {.type = &io_queue_type};

#else

MP_REGISTER_ROOT_POINTER(struct _cy_io_t *cy_io);

void cy_io_init(void)
{
    MP_STATE_VM(cy_io) = NULL;
}

void cy_io_poll(mp_int_t timeout_ms)
{
    (void)timeout_ms;
}

void cy_io_heed_inbox(void)
{
}

#endif
