/* The loop's port: MicroPython's clock, waiting for events, and Ctrl-C.
 *
 * Waiting may raise: a KeyboardInterrupt, or what a scheduled function lets through. The engine must not be jumped out of,
 * so that is caught here and raised by run() when the loop has been left. Python code itself polls for Ctrl-C and raises
 * it inside the task that runs. What must not happen is a jump from a signal handler in the middle of the engine's lists:
 * while the loop runs, a handler of ours only notes the signal.
 */
#include "cy.h"
#include "port.h"

#include "py/mphal.h"
#include "py/smallint.h"

#if COSY_MP_UNIX_SIGINT
#include <signal.h>
#endif

MP_REGISTER_ROOT_POINTER(mp_obj_t cy_escaped);

/* ---- time ---- */

static mp_uint_t last_ticks; /* of the last look at the clock, which wraps where words have 32 bits */
static cosy_time ticked;

/* Looked at once in a while (idle() sees to that), no wrap is missed. */
static cosy_time real_now(void)
{
    mp_uint_t ticks = cy_ticks_us();
    mp_uint_t passed = ticks - last_ticks;
    last_ticks = ticks;
    ticked += (cosy_time)passed * 1000;
    return ticked;
}

static cosy_time now(cosy_loop *loop)
{
    return loop->flags & COSY_L_VIRTUAL ? loop->now : real_now();
}

cosy_time cy_from_now(cosy_time length)
{
    cosy_time time = now(&cy_loop);
    return length > COSY_FOREVER - time ? COSY_FOREVER : time + length;
}

enum { LONGEST_S = 2000000000 }; /* 63 years: what is longer is for ever */

cosy_time cy_seconds(mp_obj_t length)
{
    if (length == mp_const_none)
        return COSY_FOREVER;
    if (mp_obj_is_small_int(length)) {
        mp_int_t s = MP_OBJ_SMALL_INT_VALUE(length);
        return s < 0 ? -1 : (uint64_t)s > LONGEST_S ? COSY_FOREVER : (cosy_time)s * 1000000000;
    }
    mp_float_t s = mp_obj_get_float(length);
    if (s != s)
        mp_raise_ValueError(MP_ERROR_TEXT("a length of time cannot be NaN"));
    return s < 0 ? -1 : s > (mp_float_t)LONGEST_S ? COSY_FOREVER : (cosy_time)(s * (mp_float_t)1e6) * 1000;
}

cosy_time cy_milliseconds(mp_obj_t length)
{
    mp_int_t ms = mp_obj_get_int(length);
    /* The range of ticks_add(), as upstream has it: longer sleeps are a mistake there, and the same here. */
    if (ms >= (mp_int_t)(MICROPY_PY_TIME_TICKS_PERIOD / 2))
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("too many milliseconds"));
    return ms < 0 ? -1 : (cosy_time)ms * 1000000;
}

mp_obj_t cy_to_seconds(cosy_time time)
{
    return mp_obj_new_float((mp_float_t)time * (mp_float_t)1e-9);
}

/* ---- waiting ---- */

void cy_escape(mp_obj_t exception)
{
    if (MP_STATE_VM(cy_escaped) == MP_OBJ_NULL)
        MP_STATE_VM(cy_escaped) = exception;
    cosy_loop_break(&cy_loop);
}

enum { LONGEST_MS = 1000 }; /* one wait: keeps the sum below in 32 bits, and no wrap of the clock is missed */

static void wait_for_events(uint32_t us)
{
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        if (MP_STATE_VM(cy_io))
            cy_io_poll((mp_int_t)((us + 999) / 1000));
        else if (us >= 1000)
            mp_event_wait_ms(us / 1000);
        else {
            mp_event_handle_nowait();
            mp_hal_delay_us(us);
        }
        nlr_pop();
    } else {
        cy_escape(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

static void idle(cosy_loop *loop, cosy_time until)
{
    if ((loop->flags & COSY_L_VIRTUAL) && until != COSY_FOREVER && !loop->outside) {
        loop->now = until;
        return;
    }
    cosy_time left = until == COSY_FOREVER ? cosy_ms(LONGEST_MS) : until - now(loop);
    if (left > cosy_ms(LONGEST_MS))
        left = cosy_ms(LONGEST_MS);
    cy_port_poll();
    wait_for_events(left > 0 ? (uint32_t)left / 1000 : 0);
}

/* A Ctrl-C that has come is taken here, not left to the next task. That would get it at its first jump, and if this is
 * the one out of an `async with`, MicroPython loses it: the stack is not in order there, __aexit__ is asked of None. */
static void poll(cosy_loop *loop)
{
    (void)loop;
    cy_port_poll();
    if (MP_STATE_VM(cy_io) || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL)
        wait_for_events(0);
}

static const cosy_port port = {.now = now, .poll = poll, .idle = idle};

void cy_port_init(void)
{
    MP_STATE_VM(cy_escaped) = MP_OBJ_NULL;
    last_ticks = cy_ticks_us();
    ticked = 0;
    cy_loop.flags = 0;
    cosy_loop_init(&cy_loop, &port);
    cosy_loop_expect(&cy_loop, true);
    cy_loop.watched = CY_PORT_POLLS;
}

void cy_virtual(bool on)
{
    if (cy_loop.flags & COSY_L_RUNNING)
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the clock cannot be changed while the loop runs"));
    if (cosy_loop_live(&cy_loop))
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the clock cannot be changed while there are tasks"));
    if (on)
        cy_loop.flags |= COSY_L_VIRTUAL;
    else
        cy_loop.flags &= (uint8_t)~COSY_L_VIRTUAL;
    cosy_loop_expect(&cy_loop, !on);
}

/* ---- Ctrl-C ---- */

#if COSY_MP_UNIX_SIGINT

static struct sigaction outer;

static void note(int signal)
{
    (void)signal;
    mp_sched_keyboard_interrupt();
}

void cy_port_enter(void)
{
    struct sigaction ours = {.sa_handler = note};
    sigaction(SIGINT, NULL, &outer);
    if (outer.sa_handler != SIG_DFL && outer.sa_handler != SIG_IGN)
        sigaction(SIGINT, &ours, NULL);
}

void cy_port_leave(void)
{
    sigaction(SIGINT, &outer, NULL);
}

#else

void cy_port_enter(void)
{
}

void cy_port_leave(void)
{
}

#endif

/* ---- chips without atomic read-modify-write ---- */

#if !COSY_ATOMICS

unsigned cosy_port_mask(void);
void cosy_port_unmask(unsigned state);

unsigned cosy_port_mask(void)
{
    return (unsigned)MICROPY_BEGIN_ATOMIC_SECTION();
}

void cosy_port_unmask(unsigned state)
{
    MICROPY_END_ATOMIC_SECTION(state);
}

#endif
