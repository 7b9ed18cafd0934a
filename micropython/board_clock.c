/* A clock for boards whose port has none: the module `time`, and what MicroPython's other parts ask a port for.
 *
 * The machines have counters of 32 bits, or a 64 bit one that is read in two halves. Neither needs state here, so
 * nobody has to look at the clock every so often for it to stay right. No 64 bit number is divided by the compiler's
 * library: what that brings along does not fit into the memory layout of the ARM firmware. */
#include "board.h"

#if COSY_MP_BOARD_CLOCK

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/smallint.h"

/* n / by, for a `by` of at most 16 bits that does not divide 2^32. With n = high * 2^32 + low, and
 * 2^32 = by * per + left, each part is divided by itself; no intermediate result overflows. */
static inline uint64_t divided(uint64_t n, uint32_t by)
{
    uint32_t high = (uint32_t)(n >> 32), low = (uint32_t)n;
    uint32_t per = UINT32_MAX / by, left = UINT32_MAX % by + 1, rest = high % by;
    return ((uint64_t)(high / by) << 32) + (uint64_t)rest * per + low / by + (rest * left + low % by) / by;
}

#if defined(QEMU_SOC_MPS2)

/* The microcontroller's input and output block: seconds, and a counter of 25 MHz with a prescaler, which makes it count
 * microseconds. */
typedef struct board_fpgaio {
    volatile uint32_t led, reserved, button, reserved2;
    volatile uint32_t seconds, hundredths, counter, prescale;
} board_fpgaio;
#define FPGAIO ((board_fpgaio *)0x40028000)
#define PRESCALE_US (25 - 1)

uint64_t cosy_mp_board_us(void)
{
    if (FPGAIO->prescale != PRESCALE_US) { /* the first time */
        FPGAIO->prescale = PRESCALE_US;
        FPGAIO->counter = FPGAIO->seconds * 1000000u;
    }
    /* The counter is exact but wraps each 71 minutes; the seconds do not, and say in which round it is. The two are
     * apart by a second or so, whence the signed difference. */
    uint64_t about = (uint64_t)FPGAIO->seconds * 1000000u;
    return about + (uint64_t)(int64_t)(int32_t)(FPGAIO->counter - (uint32_t)about);
}

#elif defined(QEMU_SOC_VIRT)

/* The machine timer of RISC-V, 10 MHz. */
#define MTIME_LOW ((volatile uint32_t *)0x0200bff8)
#define MTIME_HIGH ((volatile uint32_t *)0x0200bffc)

uint64_t cosy_mp_board_us(void)
{
    uint32_t high, low;
    do { /* until the upper half has not changed around the read of the lower one */
        high = *MTIME_HIGH;
        low = *MTIME_LOW;
    } while (high != *MTIME_HIGH);
    return divided((uint64_t)high << 32 | low, 10);
}

#endif

mp_uint_t mp_hal_ticks_us(void)
{
    return (mp_uint_t)cosy_mp_board_us();
}

mp_uint_t mp_hal_ticks_ms(void)
{
    return (mp_uint_t)divided(cosy_mp_board_us(), 1000);
}

mp_uint_t mp_hal_ticks_cpu(void)
{
    return mp_hal_ticks_us();
}

static void wait_us(uint64_t us)
{
    uint64_t end = cosy_mp_board_us() + us;
    do {
        cosy_mp_board_poll();
        mp_handle_pending(true);
    } while (cosy_mp_board_us() < end);
}

void mp_hal_delay_us(mp_uint_t us)
{
    wait_us(us);
}

void mp_hal_delay_ms(mp_uint_t ms)
{
    wait_us((uint64_t)ms * 1000u);
}

/* The module time: what MicroPython has on boards without a calendar, and time(): seconds since the start. */

/* Ticks are small integers that wrap at the same place as everywhere in MicroPython. */
#define TICKS_MASK (MICROPY_PY_TIME_TICKS_PERIOD - 1)
#define TICKS_HALF (MICROPY_PY_TIME_TICKS_PERIOD / 2)

static mp_obj_t time_ticks_ms(void)
{
    return MP_OBJ_NEW_SMALL_INT(mp_hal_ticks_ms() & TICKS_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(time_ticks_ms_obj, time_ticks_ms);

static mp_obj_t time_ticks_us(void)
{
    return MP_OBJ_NEW_SMALL_INT(mp_hal_ticks_us() & TICKS_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(time_ticks_us_obj, time_ticks_us);

static mp_obj_t time_ticks_diff(mp_obj_t later, mp_obj_t earlier)
{
    mp_uint_t apart = (mp_uint_t)(mp_obj_get_int(later) - mp_obj_get_int(earlier));
    return MP_OBJ_NEW_SMALL_INT((mp_int_t)((apart + TICKS_HALF) & TICKS_MASK) - (mp_int_t)TICKS_HALF);
}
static MP_DEFINE_CONST_FUN_OBJ_2(time_ticks_diff_obj, time_ticks_diff);

static mp_obj_t time_ticks_add(mp_obj_t ticks, mp_obj_t delta)
{
    mp_int_t by = mp_obj_get_int(delta);
    /* Further than half the period, ticks_diff would take it for a step the other way. */
    if (by >= (mp_int_t)TICKS_HALF || by <= -(mp_int_t)TICKS_HALF)
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("ticks_add: the interval is half the period or more"));
    return MP_OBJ_NEW_SMALL_INT(((mp_uint_t)mp_obj_get_int(ticks) + (mp_uint_t)by) & TICKS_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_2(time_ticks_add_obj, time_ticks_add);

static mp_obj_t time_sleep_us(mp_obj_t us)
{
    mp_int_t n = mp_obj_get_int(us);
    wait_us(n > 0 ? (uint64_t)n : 0);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_sleep_us_obj, time_sleep_us);

static mp_obj_t time_sleep_ms(mp_obj_t ms)
{
    mp_int_t n = mp_obj_get_int(ms);
    wait_us(n > 0 ? (uint64_t)n * 1000u : 0);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_sleep_ms_obj, time_sleep_ms);

static mp_obj_t time_sleep(mp_obj_t seconds)
{
    /* Milliseconds: a float of 32 bits has no more to offer, and its conversion to 64 bits is not linked. */
    mp_float_t ms = mp_obj_get_float(seconds) * MICROPY_FLOAT_CONST(1000.0);
    if (!(ms >= 0)) /* nor a number that is none */
        mp_raise_ValueError(MP_ERROR_TEXT("sleep: the time must not be negative"));
    if (ms > MICROPY_FLOAT_CONST(4e9))
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("sleep: 4000000 seconds are the most"));
    wait_us((uint64_t)(uint32_t)ms * 1000u);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_sleep_obj, time_sleep);

static mp_obj_t time_time(void)
{
    return mp_obj_new_int_from_ull(divided(divided(cosy_mp_board_us(), 1000), 1000));
}
static MP_DEFINE_CONST_FUN_OBJ_0(time_time_obj, time_time);

static const mp_rom_map_elem_t time_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_time) },
    { MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&time_sleep_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&time_sleep_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_sleep_us), MP_ROM_PTR(&time_sleep_us_obj) },
    { MP_ROM_QSTR(MP_QSTR_ticks_ms), MP_ROM_PTR(&time_ticks_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_ticks_us), MP_ROM_PTR(&time_ticks_us_obj) },
    { MP_ROM_QSTR(MP_QSTR_ticks_cpu), MP_ROM_PTR(&time_ticks_us_obj) },
    { MP_ROM_QSTR(MP_QSTR_ticks_add), MP_ROM_PTR(&time_ticks_add_obj) },
    { MP_ROM_QSTR(MP_QSTR_ticks_diff), MP_ROM_PTR(&time_ticks_diff_obj) },
    { MP_ROM_QSTR(MP_QSTR_time), MP_ROM_PTR(&time_time_obj) },
};
static MP_DEFINE_CONST_DICT(time_globals, time_table);

const mp_obj_module_t cosy_mp_board_time = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&time_globals,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_time, cosy_mp_board_time);

#endif
