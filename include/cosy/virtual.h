/* cosy/virtual.h - simulated time without an operating system: a port for tests and boards.
 *
 * Time stands still while tasks run and jumps to the next deadline when nobody can. An hour of sleeping takes
 * milliseconds and gives the same order on each run. On Linux, cosy_options.virtual_time gives the same clock.
 */
#ifndef COSY_VIRTUAL_H
#define COSY_VIRTUAL_H

#include "loop.h"

COSY_BEGIN

/**
 * cosy_virtual_port - the port of simulated time, for cosy_loop_init().
 *
 * Its timer store does not grow: with COSY_TIMERS_DENSE give the loop room by cosy_timers_room().
 */
COSY_API extern const cosy_port cosy_virtual_port;

/**
 * cosy_virtual_init - prepares a loop in simulated time, which starts at 0.
 *
 * @loop: storage.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the thread that will run it. Cost: some stores.
 */
COSY_API int cosy_virtual_init(cosy_loop *loop);

COSY_END

#endif
