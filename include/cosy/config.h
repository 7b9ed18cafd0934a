/* cosy/config.h - what is compiled into the public structs.
 *
 * The options change the layout of structs that programs embed, so library and program must agree.
 * They are folded into COSY_ABI, which cosy_loop_open() and cosy_run() compare at run time.
 * A hosted build takes the defaults; firmware passes -DCOSY_HOSTED=0 and decides the rest for itself.
 */
#ifndef COSY_CONFIG_H
#define COSY_CONFIG_H

#define COSY_VERSION_MAJOR 0
#define COSY_VERSION_MINOR 3
#define COSY_VERSION_PATCH 0

/* 1: an operating system and a libc lie underneath (Linux); 0: bare metal. */
#ifndef COSY_HOSTED
#define COSY_HOSTED 1
#endif

/* 1: objects and tasks carry a name for reports (one pointer each). */
#ifndef COSY_NAMES
#define COSY_NAMES COSY_HOSTED
#endif

/* 1: misuse is also told in one line through cosy_port_report(); the error code is returned either way. */
#ifndef COSY_CHECKED
#define COSY_CHECKED COSY_HOSTED
#endif

/* 1: deadlines lie packed in an array that grows at spawn; 0: they are linked through the timers themselves. */
#ifndef COSY_TIMERS_DENSE
#define COSY_TIMERS_DENSE COSY_HOSTED
#endif

/* 1: the current loop is found per thread; 0: there is one loop and no thread. */
#ifndef COSY_THREADS
#define COSY_THREADS COSY_HOSTED
#endif

/* 1: tools may look at and steer each wait of a loop (one pointer per loop): fault injection. */
#ifndef COSY_HOOKS
#define COSY_HOOKS COSY_HOSTED
#endif

/* 1: every call of a primitive first checks the object's invariants, and ends the program if one is broken. For tests. */
#ifndef COSY_VALIDATE
#define COSY_VALIDATE 0
#endif

/* Waiting calls that complete at once and switches, together, until the loop looks at clock and I/O. */
#ifndef COSY_BUDGET
#define COSY_BUDGET 64
#endif

/* The layout in one number: version and options. */
#define COSY_ABI                                                                                                       \
    (COSY_VERSION_MAJOR * 65536 + COSY_VERSION_MINOR * 256 + (COSY_NAMES ? 1 : 0) + (COSY_TIMERS_DENSE ? 2 : 0) +      \
     (COSY_HOSTED ? 4 : 0) + (COSY_THREADS ? 8 : 0) + (COSY_HOOKS ? 16 : 0))

#endif
