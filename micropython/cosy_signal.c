/* cosy.Signal: set from anywhere, hard interrupts and other threads included; any number of tasks wait. It counts, each set
 * lets one waiter go; or it latches: sets before the next wait melt into one, and a set lets all go who wait. */
#include "cosy_signal.h"

#include "port.h"

MP_REGISTER_ROOT_POINTER(struct _cy_signal_t *cy_signals);

void cy_signal_boot(void)
{
    MP_STATE_VM(cy_signals) = NULL;
}

mp_obj_t cy_signal_new(const mp_obj_type_t *type, bool latch)
{
    cy_signal_t *self = m_new0(cy_signal_t, 1);
    self->base.type = type;
    cosy_signal_init(&self->core, &cy_loop, latch, NULL);
    cy_io_heed_inbox();
    return MP_OBJ_FROM_PTR(self);
}

/* Allocates nothing. */
void cy_signal_raise(cy_signal_t *self)
{
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    if (!self->listed) {
        self->listed = true;
        self->next = MP_STATE_VM(cy_signals);
        MP_STATE_VM(cy_signals) = self;
    }
    MICROPY_END_ATOMIC_SECTION(state);
    cosy_signal_raise(&self->core);
}

/* Lets go of those that the inbox does not hold any more. */
static void tidy(void)
{
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    for (cy_signal_t **at = &MP_STATE_VM(cy_signals); *at;) {
        cy_signal_t *signal = *at;
        if (signal->core.post.queued) {
            at = &signal->next;
        } else {
            signal->listed = false;
            *at = signal->next;
        }
    }
    MICROPY_END_ATOMIC_SECTION(state);
}

/* Takes out of the inbox what would come out of it by itself: who waits after a set need not wait. */
static void look(cy_signal_t *self)
{
    if (cosy_atomic_load(&self->core.raised))
        self->core.post.fn(self->core.post.arg);
}

int cy_signal_begin(cy_await_t *a, cy_task_t *task)
{
    cy_signal_t *self = MP_OBJ_TO_PTR(a->self);
    if (MP_STATE_VM(cy_signals))
        tidy();
    look(self);
    int rc = cosy_signal_wait_begin(&self->core, &task->core.wait);
    return rc == COSY_WAITING ? cy_park(task, COSY_FOREVER) : rc;
}

void cy_signal_arm(cy_await_t *a, cosy_arm *arm)
{
    cy_signal_t *self = MP_OBJ_TO_PTR(a->self);
    look(self);
    *arm = cosy_arm_signal(&self->core);
}

/* ---- Signal ---- */

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    static const mp_arg_t allowed[] = {{MP_QSTR_latch, MP_ARG_BOOL, {.u_bool = false}}};
    mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed), allowed, values);
    return cy_signal_new(type, values[0].u_bool);
}

static mp_obj_t set(mp_obj_t self)
{
    cy_signal_raise(MP_OBJ_TO_PTR(self));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(set_obj, set);

static const cy_op_t waiting = {.what = "Signal.wait", .begin = cy_signal_begin, .arm = cy_signal_arm};

static mp_obj_t wait(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    return cy_wait_method(&waiting, MP_OBJ_NULL, n_args, args, kw);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wait_obj, 1, wait);

static const mp_rom_map_elem_t locals[] = {
    {MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_raise_), MP_ROM_PTR(&set_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
};
static MP_DEFINE_CONST_DICT(locals_dict, locals);

MP_DEFINE_CONST_OBJ_TYPE(cy_type_signal, MP_QSTR_Signal, MP_TYPE_FLAG_NONE, make_new, make_new, locals_dict, &locals_dict);
