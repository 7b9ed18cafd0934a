/* port.h - what differs between MicroPython's ports, decided in one place. */
#ifndef CY_PORT_H
#define CY_PORT_H

#include "board.h"

#include "py/mphal.h"

/* On Unix, MicroPython may raise KeyboardInterrupt by a jump out of its signal handler. */
#if defined(__unix__) && MICROPY_ASYNC_KBD_INTR
#define COSY_MP_UNIX_SIGINT 1
#else
#define COSY_MP_UNIX_SIGINT 0
#endif

/* Microseconds; wraps with the word. */
static inline mp_uint_t cy_ticks_us(void)
{
#if COSY_MP_BOARD_CLOCK
    return (mp_uint_t)cosy_mp_board_us();
#else
    return mp_hal_ticks_us();
#endif
}

/* Looks whether somebody presses Ctrl-C on a line that has no interrupt; counted among what the loop watches. */
#define CY_PORT_POLLS COSY_MP_BOARD
static inline void cy_port_poll(void)
{
#if COSY_MP_BOARD
    cosy_mp_board_poll();
#endif
}

void cy_port_init(void);
void cy_port_enter(void); /* around each run */
void cy_port_leave(void);

/* io.c: waits for streams, at most so long; readies who waited. cy_io: the list of streams, a root. */
void cy_io_poll(mp_int_t timeout_ms);
void cy_io_init(void);

/* From now on something may come by the engine's inbox: it ends a wait for streams. From any thread. */
void cy_io_heed_inbox(void);

#endif
