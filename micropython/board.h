/* What a board that QEMU plays lacks and cosy needs: a clock, and a look at the keys while a program runs.
 *
 * COSY_MP_BOARD        1 on the boards of MicroPython's qemu port that are known here, else 0 (and nothing is compiled)
 * COSY_MP_BOARD_CLOCK  1 if that port has no clock of its own, which is so before release 1.27 */
#ifndef COSY_MP_BOARD_H
#define COSY_MP_BOARD_H

#include <stdint.h>

#include "py/mpconfig.h"

#if defined(QEMU_SOC_MPS2) || defined(QEMU_SOC_VIRT)
#define COSY_MP_BOARD 1
#else
#define COSY_MP_BOARD 0
#endif
#define COSY_MP_BOARD_CLOCK (COSY_MP_BOARD && !MICROPY_PY_TIME)

#if COSY_MP_BOARD_CLOCK
/* Microseconds since the board was started. Never goes back, never wraps; a soft reboot does not set it to zero. */
uint64_t cosy_mp_board_us(void);
#endif

#if COSY_MP_BOARD
/* Looks for keys that have arrived. An interrupt key (^C while a program runs) becomes a pending KeyboardInterrupt,
 * which the caller raises with mp_handle_pending(true) where it can afford to; others wait for whoever reads sys.stdin.
 * Costs one read of a device register if there is nothing. */
void cosy_mp_board_poll(void);

/* What board.mk makes the port call in place of its own functions, so that a program can be interrupted in
 * time.sleep(), and so that nothing is lost which cosy_mp_board_poll() has seen. */
int cosy_mp_board_rx_chr(void);                       /* uart_rx_chr: the next byte, or a negative number */
uintptr_t cosy_mp_board_stdio_poll(uintptr_t events); /* mp_hal_stdio_poll: which of the events are there */
void cosy_mp_board_delay_ms(uint32_t ms);             /* mp_hal_delay_ms; what is scheduled runs meanwhile */
#endif

#endif
