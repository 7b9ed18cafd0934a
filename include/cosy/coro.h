/* cosy/coro.h - coroutines: tasks with a stack of their own, so that C reads from top to bottom.
 *
 *     static int greet(void *arg) { ...; cosy_sleep(cosy_ms(10)); ...; return 0; }
 *
 *     cosy_task *t;
 *     rc = cosy_spawn(&t, greet, "hello", NULL);
 *     cosy_join(t, &result, COSY_FOREVER);
 *
 * A coroutine that waits hands the processor straight to the next ready one. Its stack holds what C functions need, so
 * give those that call into libc (printf: 8 KiB) enough; an overflow is caught by a guard page and told by name.
 */
#ifndef COSY_CORO_H
#define COSY_CORO_H

#include "loop.h"

COSY_BEGIN

typedef int (*cosy_fn)(void *arg);

typedef struct cosy_spawn_options {
    const char *name;  /* for reports; constant, or outlives the task */
    size_t stack_size; /* bytes, the task's own block included; 0 for the loop's default (64 KiB) */
} cosy_spawn_options;

#define COSY_STACK_MIN 1024u
#define COSY_STACK_DEFAULT 65536u

/**
 * cosy_spawn - starts a coroutine in the current loop. It is queued, not entered.
 *
 * @task: where its handle goes: join it or detach it. NULL: nobody will, it is detached.
 * @fn: what it runs; its return value is the task's result.
 * @arg: its argument; must stay as long as the task needs it.
 * @options: name and stack size; NULL for the defaults.
 *
 * Returns: COSY_OK; COSY_EINVAL (fn is NULL); COSY_ESTACK (smaller than COSY_STACK_MIN); COSY_ENOMEM; COSY_ENOTASK (no
 *     loop runs here: cosy_loop_spawn() takes one).
 * Waits: no. From: the loop's thread. Cost: a pooled stack and some 20 stores; a new stack costs a page fault.
 */
COSY_API int cosy_spawn(cosy_task **task, cosy_fn fn, void *arg, const cosy_spawn_options *options);

/**
 * cosy_spawn_in - starts a coroutine in a group.
 *
 * @group: an open group.
 * @task: as in cosy_spawn(); usually NULL, cosy_group_join() waits for it anyway.
 * @fn: as in cosy_spawn().
 * @arg: as in cosy_spawn().
 * @options: as in cosy_spawn().
 *
 * Returns: as cosy_spawn(); COSY_ECANCELED (the group was cancelled: nothing is started).
 * Waits: no. From: the loop's thread. Cost: as cosy_spawn().
 */
COSY_API int cosy_spawn_in(cosy_group *group, cosy_task **task, cosy_fn fn, void *arg,
                           const cosy_spawn_options *options);

/**
 * cosy_loop_spawn - starts a coroutine in a loop that need not run yet (create task).
 *
 * @loop: which.
 * @task: as in cosy_spawn().
 * @fn: as in cosy_spawn().
 * @arg: as in cosy_spawn().
 * @options: as in cosy_spawn().
 *
 * Returns: as cosy_spawn().
 * Waits: no. From: the loop's thread. Cost: as cosy_spawn().
 */
COSY_API int cosy_loop_spawn(cosy_loop *loop, cosy_task **task, cosy_fn fn, void *arg,
                             const cosy_spawn_options *options);

/**
 * cosy_coro_init - makes a coroutine on memory of the caller's: for firmware, and for static stacks.
 *
 * @loop: where it will run; cosy_task_start() starts it.
 * @memory: its stack and, at the top, its task block.
 * @size: bytes of memory, at least COSY_STACK_MIN.
 * @fn: what it runs.
 * @arg: its argument.
 * @name: for reports; may be NULL.
 * @task: where its handle goes.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_ESTACK; COSY_ENOMEM (the timer store cannot grow).
 * Waits: no. From: the loop's thread. Cost: some 20 stores.
 */
COSY_API int cosy_coro_init(cosy_loop *loop, void *memory, size_t size, cosy_fn fn, void *arg, const char *name,
                            cosy_task **task);

/**
 * cosy_stack_size - how large a coroutine's stack is.
 *
 * @task: a coroutine; NULL for the current one.
 *
 * Returns: bytes it can use, its task block not included; 0 for a task without a stack.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API size_t cosy_stack_size(const cosy_task *task);

/**
 * cosy_stack_used - high-water mark: how much of its stack a coroutine has ever used.
 *
 * @task: a coroutine; NULL for the current one.
 *
 * Counts from the lowest byte that is not zero, so earlier users of a pooled stack count too.
 *
 * Returns: bytes; 0 for a task without a stack.
 * Waits: no. From: the loop's thread. Cost: reads the unused part of the stack.
 */
COSY_API size_t cosy_stack_used(const cosy_task *task);

/* The pool that cosy_spawn() takes stacks from; one per loop, for ports. Opaque. */
typedef struct cosy_stacks cosy_stacks;

/**
 * cosy_stacks_open - gives a loop a pool of stacks; for ports.
 *
 * @loop: which.
 * @stack_size: what cosy_spawn() takes by default; 0 for COSY_STACK_DEFAULT.
 *
 * Returns: COSY_OK; COSY_ENOMEM; COSY_ESTACK.
 * Waits: no. From: the loop's thread. Cost: one allocation.
 */
COSY_API int cosy_stacks_open(cosy_loop *loop, size_t stack_size);

/**
 * cosy_stacks_close - frees a loop's pool and every stack in it; no task may be left.
 *
 * @loop: which.
 *
 * Waits: no. From: the loop's thread.
 */
COSY_API void cosy_stacks_close(cosy_loop *loop);

/**
 * cosy_stacks_reap - takes the stack of an ended task back; a port's reap().
 *
 * @loop: which.
 * @task: it has ended.
 *
 * Waits: no. From: the loop's thread. Cost: a list push.
 */
COSY_API void cosy_stacks_reap(cosy_loop *loop, cosy_task *task);

/* How the stacks of this process are guarded. */
typedef enum cosy_guard {
    COSY_GUARD_MADVISE,  /* MADV_GUARD_INSTALL: one mapping for any number of stacks (Linux 6.13) */
    COSY_GUARD_MPROTECT, /* a mapping each, while the kernel allows more */
    COSY_GUARD_CANARY    /* a word at the bottom, looked at when a task goes to the loop or ends */
} cosy_guard;

/**
 * cosy_stacks_guard - how a loop's next stack of a page or more will be guarded.
 *
 * @loop: which.
 *
 * Returns: the best that has worked so far.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API cosy_guard cosy_stacks_guard(const cosy_loop *loop);

/**
 * cosy_stack_overflowed - did this task overflow its stack? For a port's fault handler.
 *
 * @task: the task that runs.
 * @address: where the fault was.
 *
 * Returns: true if the address is just below the task's stack.
 * Waits: no. From: a signal handler. Cost: a few loads.
 */
COSY_API bool cosy_stack_overflowed(const cosy_task *task, uintptr_t address);

/**
 * cosy_port_overflow - a stack has overflowed: tells whose, and ends the process; supplied by the port.
 *
 * @task: whose.
 */
COSY_API COSY_NORETURN void cosy_port_overflow(const cosy_task *task);

COSY_END

#endif
