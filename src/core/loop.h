/* src/core/loop.h - what inbox and groups share with the loop. */
#ifndef COSY_CORE_LOOP_H
#define COSY_CORE_LOOP_H

#include "wait.h"

/* Delivers what other threads and interrupts have left. In inbox.c. */
void cosy__inbox_drain(cosy_loop *loop);

/* One line about a task, through the port; the first twenty since loop->told was 0. In loop.c. */
void cosy__tell_task(cosy_loop *loop, const char *what, const cosy_task *task);

#endif
