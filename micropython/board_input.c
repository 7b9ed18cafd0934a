/* Keys on boards whose port reads its serial line only when a program asks for input: ^C would not stop a program that
 * runs. The poll takes what has arrived out of the device, for only then is it seen, and keeps what is not an interrupt
 * for the reader of sys.stdin. board.mk makes the port's files call the functions here instead of their own. */
#include "board.h"

#if COSY_MP_BOARD

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "uart.h"

/* Taken from the device, not yet read: `count` bytes from `first` on. When it is full the device is left alone, so
 * that what is sent meanwhile stays with the sender; nothing is lost, but a ^C behind it is seen only when some were
 * read. */
static struct {
    uint8_t byte[256];
    uint16_t first, count;
} typed;

void cosy_mp_board_poll(void)
{
    while (typed.count < sizeof typed.byte) {
        int c = uart_rx_chr();
        if (c < 0)
            return;
        if (c == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
            return; /* a second one is a second interrupt: the caller raises this one first */
        }
        typed.byte[(typed.first + typed.count++) % sizeof typed.byte] = (uint8_t)c;
    }
}

int cosy_mp_board_rx_chr(void)
{
    if (typed.count == 0)
        return uart_rx_chr();
    uint8_t c = typed.byte[typed.first];
    typed.first = (uint16_t)((typed.first + 1) % sizeof typed.byte);
    typed.count--;
    return c;
}

uintptr_t cosy_mp_board_stdio_poll(uintptr_t events)
{
    cosy_mp_board_poll();
    uintptr_t ready = events & MP_STREAM_POLL_WR; /* the line is as fast as the program */
    if (typed.count > 0)
        ready |= events & MP_STREAM_POLL_RD;
    return ready;
}

void cosy_mp_board_delay_ms(uint32_t ms)
{
    mp_uint_t began = mp_hal_ticks_ms();
    do {
        cosy_mp_board_poll();
        mp_handle_pending(true);
    } while (mp_hal_ticks_ms() - began < ms);
}

#endif
