/* src/core/loop.h - what the inbox shares with the loop. */
#ifndef COSY_CORE_LOOP_H
#define COSY_CORE_LOOP_H

#include "wait.h"

/* Delivers what other threads and interrupts have left. In inbox.c. */
void cosy__inbox_drain(cosy_loop *loop);

#endif
