/* Put before py/vm.c by board.mk: the interpreter looks for keys each 256 jumps, so that ^C also stops a program that
 * computes. The other ports do without, they have interrupts. */
#ifndef COSY_MP_BOARD_VM_H
#define COSY_MP_BOARD_VM_H

#define MICROPY_VM_HOOK_INIT static unsigned cosy_mp_board_jumps;
#define MICROPY_VM_HOOK_LOOP \
    if (++cosy_mp_board_jumps % 256 == 0) \
        cosy_mp_board_poll();

#include "board.h"

#endif
