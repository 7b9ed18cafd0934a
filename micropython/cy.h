/* cy.h - what the files of the MicroPython module share.
 *
 * A Python task is a cosy_task whose resume function runs a generator. What it waits for is an awaitable: one small
 * object that knows an operation (cy_op_t) and what it is about. `await x` calls the awaitable, which calls the begin
 * form of a primitive with the task's own node; if that parks, the generator yields and the loop goes on with the next.
 * When the task is resumed, the awaitable is called once more and turns the result of the wait into a value or an
 * exception. Nothing else allocates, and nothing polls.
 *
 * The collector follows pointers to the heads of blocks only, and not those in the engine's lists. So: every task that
 * has not ended is on a list from a root (state.c), a task points to the awaitable it is in, an awaitable to its object.
 * Whatever an engine list links is thereby alive. Engine structs lie inside Python objects, never at their heads.
 *
 * The engine must not be left by a jump: callbacks and generators run under nlr_push, and what they raise is kept
 * (cy_escape) until the loop has been left in order. While the loop runs, a Ctrl-C is only ever noted (port.c).
 */
#ifndef CY_H
#define CY_H

#include "py/obj.h"
#include "py/runtime.h"

#include <cosy.h>

typedef struct _cy_await_t cy_await_t;
typedef struct _cy_future_t cy_future_t;
typedef struct _cy_task_t cy_task_t;
typedef struct _cy_watch_t cy_watch_t;
typedef struct _cy_timer_t cy_timer_t;

/* ---- the loop: state.c, port.c, run.c; callbacks: report.c, handle.c, threadsafe.c ---- */

extern cosy_loop cy_loop;

/* Called by each entry module's __init__: after a (soft) boot all state is new. */
void cy_init(void);
MP_DECLARE_CONST_FUN_OBJ_0(cy_init_obj);

/* An exception that ends the run: kept, and raised when the loop has been left. The first one stays. */
void cy_escape(mp_obj_t exception);

/* The task that runs; cy_current() raises RuntimeError outside one, and if it has parked already. */
cy_task_t *cy_current_or_null(void);
cy_task_t *cy_current(void);

/* Runs until `until` is done (its result is returned or raised), or for NULL until the loop is stopped or idle. */
mp_obj_t cy_run(cy_future_t *until);
bool cy_is_running(void);
void cy_must_not_run(void); /* RuntimeError if it runs */

/* Simulated time on or off; the loop must not run. Expect: may something from outside wake us? */
void cy_virtual(bool on);

/* An exception that nobody retrieves: loop.call_exception_handler({"message", "exception", "future"}). */
void cy_report(const char *message, mp_obj_t exception, mp_obj_t future);

/* Calls a function from the loop's own context; what it raises is reported, or ends the run if it is no Exception. */
void cy_call(mp_obj_t fn, size_t n_args, const mp_obj_t *args);

/* loop.call_soon(): in a turn of its own, after what is ready now. Returns the Handle. */
mp_obj_t cy_call_soon(mp_obj_t fn, size_t n_args, const mp_obj_t *args);

/* Calls off all that call_soon, call_later and call_at have taken, or call_soon_threadsafe. */
void cy_handle_cancel_all(void);
void cy_threadsafe_cancel_all(void);

/* Their roots, as after a boot. */
void cy_report_init(void);
void cy_handle_init(void);
void cy_threadsafe_init(void);

/* Lengths of time given as int or float, in seconds or milliseconds; None is COSY_FOREVER. */
cosy_time cy_seconds(mp_obj_t length);
cosy_time cy_milliseconds(mp_obj_t length);
mp_obj_t cy_to_seconds(cosy_time time);

/* The deadline that lies this far ahead, by the clock as it is now; also while the loop does not run. */
cosy_time cy_from_now(cosy_time length);

/* ---- timers that call C: timer.c ---- */

/* One delayed call. On the root's list while it is armed, so its owner stays alive. */
struct _cy_timer_t {
    cy_timer_t *next, *prev;
    mp_obj_t owner;
    void (*fire)(mp_obj_t owner);
    cosy_call call;
};

cy_timer_t *cy_timer_at(cosy_time when, mp_obj_t owner, void (*fire)(mp_obj_t owner));
void cy_timer_cancel(cy_timer_t *timer); /* of one that has fired or was cancelled: nothing happens; NULL: nothing */

/* ---- awaitables: await.c ---- */

/* A kind of waiting. begin is called when the await starts, in the task: it returns COSY_WAITING after cy_park(), or the
 * result. finish turns the result into a Python value; it may park again and then returns MP_OBJ_NULL, to be called once
 * more; it may raise. finish NULL: None, True for 1 ..., errors by cy_raise(). cancel (NULL: the wait is simply ended):
 * the task was asked to cancel while it waits here; true if somebody else will end the wait now.
 * arm (NULL: it cannot be one): fills in the engine's arm for a select, whose finish is then called with the arm's result
 * and must not park again. It takes nothing and may raise. */
typedef struct _cy_op_t {
    const char *what; /* for messages: "Lock.acquire" */
    int (*begin)(cy_await_t *a, cy_task_t *task);
    mp_obj_t (*finish)(cy_await_t *a, cy_task_t *task, int rc);
    bool (*cancel)(cy_await_t *a, cy_task_t *task, mp_obj_t exception);
    void (*arm)(cy_await_t *a, cosy_arm *arm);
} cy_op_t;

/* An awaitable: four words, one block. Its type is its state: fresh, waiting (then its task's `awaiting` is this), spent.
 * Each task lends out one that it gets back when its await has ended, so that most waits allocate nothing. */
struct _cy_await_t {
    mp_obj_base_t base;
    const cy_op_t *op;
    mp_obj_t self; /* what it is about */
    mp_obj_t arg;
};

extern const mp_obj_type_t cy_type_awaitable, cy_type_limited, cy_type_waiting, cy_type_spent;

/* One that was not awaited yet. */
static inline bool cy_await_is_fresh(mp_obj_t obj)
{
    return mp_obj_is_type(obj, &cy_type_awaitable) || mp_obj_is_type(obj, &cy_type_limited);
}

mp_obj_t cy_await_new(const cy_op_t *op, mp_obj_t self, mp_obj_t arg);
cy_await_t *cy_await_spare(void); /* one to lend out */

/* With a deadline, for operations that set none themselves and have begun to wait when begin returns COSY_WAITING. */
mp_obj_t cy_await_until(const cy_op_t *op, mp_obj_t self, mp_obj_t arg, cosy_time until);

/* What the await gives for a result of the wait; MP_OBJ_NULL if it has to go on waiting. */
mp_obj_t cy_await_value(cy_await_t *a, cy_task_t *task, int rc);

/* An awaitable that gives None at once, as often as asked: the result of __aexit__. */
extern const mp_obj_base_t cy_nothing;

/* Second half of a begin: the begin form has parked the task's node; waits until the deadline. */
int cy_park(cy_task_t *task, cosy_time deadline);

/* The task leaves its awaitable, which is spent: before an exception is thrown into its generator. */
void cy_await_leave(cy_task_t *task);

/* The `cancel` of an op that has something to do before the cancel is raised: the wait ends now, and finish is called in
 * the task's own turn, with COSY_ECANCELED and the exception in a->arg (see cy_raise_cancelled). */
bool cy_await_interrupt(cy_await_t *a, cy_task_t *task, mp_obj_t exception);

/* Raises the exception for a result < 0 of a wait. */
COSY_NORETURN void cy_raise(int rc, const char *what);
COSY_NORETURN void cy_raise_cancelled(mp_obj_t exception); /* MP_OBJ_NULL: a plain CancelledError */

/* ---- futures: future.c ---- */

enum { CY_PENDING, CY_RESULT, CY_EXCEPTION, CY_CANCELLED };

enum {
    CY_F_RETRIEVED = 1, /* somebody has seen its exception */
    CY_F_TASK = 2       /* it is a cy_task_t */
};

/* A future: pending, then settled for good. Waiters queue on core; watchers are called in order when it is settled.
 * value: the result, the exception, or after a cancel the CancelledError (MP_OBJ_NULL if there is none yet). */
struct _cy_future_t {
    mp_obj_base_t base;
    cosy_future core;
    mp_obj_t value;
    cy_watch_t *watchers;
    uint8_t state, flags;
};

/* What a kind of future has in its type's protocol slot. */
typedef struct _cy_future_kind_t {
    bool (*cancel)(cy_future_t *future, mp_obj_t exception); /* false: it is done already */
} cy_future_kind_t;

/* Who is called when a future is settled: synchronously, in the loop's or a task's context; must neither raise nor wait. */
struct _cy_watch_t {
    cy_watch_t *next;
    void (*done)(cy_watch_t *watch, cy_future_t *future);
    mp_obj_t owner;
    cy_future_t *future;
};

extern const mp_obj_type_t cy_type_future, cy_type_task, cy_type_gather;

cy_future_t *cy_future_new(const mp_obj_type_t *type, size_t size);
cy_future_t *cy_future_of(mp_obj_t obj); /* of a Future or Task, or an instance of a subclass; else NULL */

static inline bool cy_future_done(const cy_future_t *future)
{
    return future->state != CY_PENDING;
}

/* Settles it: wakes who waits, calls who watches. Not twice. */
void cy_future_settle(cy_future_t *future, int state, mp_obj_t value);

/* A future that may be pending: watch->done will be called once; the owner is kept alive by it. */
cy_watch_t *cy_future_watch(cy_future_t *future, mp_obj_t owner, void (*done)(cy_watch_t *, cy_future_t *));
void cy_future_watch_with(cy_future_t *future, cy_watch_t *watch); /* as above; its owner and done are set */
void cy_future_unwatch(cy_future_t *future, cy_watch_t *watch);
void cy_future_forget(cy_future_t *future, mp_obj_t owner); /* all of its watches for this owner */

/* The result of a settled future, returned or raised; it counts as retrieved. */
mp_obj_t cy_future_get(cy_future_t *future);

/* Of a settled future: the result or the exception, which may be a new CancelledError; it counts as retrieved. */
mp_obj_t cy_future_outcome(cy_future_t *future);

/* If it has failed, and nobody looks at that within a turn, it is reported. */
void cy_future_report_later(cy_future_t *future);

/* Raises in this task what another one has ended of. */
COSY_NORETURN void cy_raise_of_other(mp_obj_t exception);

/* As Future.cancel(msg=None); exception: a CancelledError, or MP_OBJ_NULL for a plain one. False if it is done. */
bool cy_future_cancel(cy_future_t *future, mp_obj_t exception);

/* Parks the task until the future is settled. */
int cy_future_wait(cy_future_t *future, cy_task_t *task, cosy_time deadline);

/* `await future`. */
extern const cy_op_t cy_op_await;
mp_obj_t cy_future_getiter(mp_obj_t self, mp_obj_iter_buf_t *buf);

/* The methods of every kind of future: native types do not find those of their parent. */
MP_DECLARE_CONST_FUN_OBJ_1(cy_future_done_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_future_cancelled_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_future_result_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_future_exception_obj);
MP_DECLARE_CONST_FUN_OBJ_2(cy_future_set_result_obj);
MP_DECLARE_CONST_FUN_OBJ_2(cy_future_set_exception_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_future_cancel_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_future_add_done_callback_obj);
MP_DECLARE_CONST_FUN_OBJ_2(cy_future_remove_done_callback_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_future_get_loop_obj);
#define CY_FUTURE_METHODS                                                                                              \
    {MP_ROM_QSTR(MP_QSTR_done), MP_ROM_PTR(&cy_future_done_obj)},                                                      \
    {MP_ROM_QSTR(MP_QSTR_cancelled), MP_ROM_PTR(&cy_future_cancelled_obj)},                                            \
    {MP_ROM_QSTR(MP_QSTR_result), MP_ROM_PTR(&cy_future_result_obj)},                                                  \
    {MP_ROM_QSTR(MP_QSTR_exception), MP_ROM_PTR(&cy_future_exception_obj)},                                            \
    {MP_ROM_QSTR(MP_QSTR_set_result), MP_ROM_PTR(&cy_future_set_result_obj)},                                          \
    {MP_ROM_QSTR(MP_QSTR_set_exception), MP_ROM_PTR(&cy_future_set_exception_obj)},                                    \
    {MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&cy_future_cancel_obj)},                                                  \
    {MP_ROM_QSTR(MP_QSTR_add_done_callback), MP_ROM_PTR(&cy_future_add_done_callback_obj)},                            \
    {MP_ROM_QSTR(MP_QSTR_remove_done_callback), MP_ROM_PTR(&cy_future_remove_done_callback_obj)},                      \
    {MP_ROM_QSTR(MP_QSTR_get_loop), MP_ROM_PTR(&cy_future_get_loop_obj)}

/* A future as it is, or a new task for a coroutine or awaitable; TypeError for anything else. */
cy_future_t *cy_ensure_future(mp_obj_t aw);

mp_obj_t cy_cancelled_error(mp_obj_t message); /* MP_OBJ_NULL or None: without arguments */

/* ---- tasks: task.c ---- */

enum {
    CY_T_CANCEL = 1, /* its wait was ended, or it has not begun: throw `cancel` when it is resumed */
    CY_T_LATER = 2,  /* its wait could not be ended any more: the next one will be */
    CY_T_CLOSED = 4, /* its generator has ended; the task goes round once more, to report its exception or to leave a wait */
    CY_T_BEGUN = 8,
    CY_T_ABANDONED = 16, /* its loop is gone: it ends at once when it is resumed */
    CY_T_TOLD = 32 /* in this turn it got a KeyboardInterrupt or its like from another task, which has ended a run already:
                    * if this one ends of it, too, that ends no other run */
};

/* A task. On one of the lists in state.c from its creation until it has ended. */
struct _cy_task_t {
    cy_future_t future;
    cy_task_t *next, *prev;
    mp_obj_t coro;
    cy_await_t *awaiting; /* what it waits in; NULL while it runs or yields */
    cy_await_t *spare;    /* the awaitable that it lends out */
    mp_obj_t cancel;      /* the CancelledError that comes */
    mp_obj_t name;
    uint16_t cancels;     /* requests not taken back: Task.cancelling() */
    uint8_t flags;
    cosy_task core;
};

cy_task_t *cy_task_new(mp_obj_t coro, mp_obj_t name); /* starts it, too; TypeError, RuntimeError (already a task's) */
mp_obj_t cy_create_task(size_t n_args, const mp_obj_t *args, mp_map_t *kw); /* as asyncio.create_task() */
bool cy_task_cancel(cy_task_t *task, mp_obj_t exception);
unsigned cy_task_uncancel(cy_task_t *task); /* returns how many requests are left */

static inline cy_task_t *cy_task_of_core(cosy_task *core)
{
    return COSY_CONTAINER(core, cy_task_t, core);
}

/* Each task that has not ended; NULL at the end. Order of no meaning. */
cy_task_t *cy_task_first(void);
cy_task_t *cy_task_after(cy_task_t *task);
void cy_task_register(cy_task_t *task);   /* RuntimeError if its coroutine is another task's */
void cy_task_unregister(cy_task_t *task);

/* ---- exceptions: errors.c ---- */

extern const mp_obj_type_t cy_type_CancelledError, cy_type_TimeoutError, cy_type_InvalidStateError;
extern const mp_obj_type_t cy_type_QueueEmpty, cy_type_QueueFull, cy_type_QueueShutDown, cy_type_BrokenBarrierError;

static inline bool cy_is_cancel(mp_obj_t exception)
{
    return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)),
                                   MP_OBJ_FROM_PTR(&cy_type_CancelledError));
}

/* Is it KeyboardInterrupt or SystemExit? Other exceptions stay with the task that raised them. */
bool cy_ends_run(mp_obj_t exception);

static inline bool cy_is_exception(mp_obj_t exception)
{
    return mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_Exception));
}

/* ---- functions and types that the modules' tables name ---- */

extern const mp_obj_type_t cy_type_lock, cy_type_event, cy_type_loop;
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(cy_sleep_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_sleep_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_create_task_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_run_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_run_until_complete_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_get_event_loop_obj);
MP_DECLARE_CONST_FUN_OBJ_0(cy_new_event_loop_obj);
MP_DECLARE_CONST_FUN_OBJ_0(cy_get_running_loop_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(cy_current_task_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(cy_all_tasks_obj);
extern const mp_obj_base_t cy_io_queue; /* where there is a select module */

/* The methods of the loop whose table, in loop.c, is not where they are: run.c, report.c, handle.c, threadsafe.c. */
MP_DECLARE_CONST_FUN_OBJ_0(cy_run_forever_obj);
MP_DECLARE_CONST_FUN_OBJ_0(cy_stop_obj);
MP_DECLARE_CONST_FUN_OBJ_0(cy_get_exception_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_set_exception_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_2(cy_default_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_call_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_call_soon_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_call_soon_threadsafe_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_call_later_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(cy_call_later_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_call_at_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(cy_call_at_old_obj);

/* lock.c, for the other locks and conditions. flags: COSY_LOCK_... besides OWNERLESS. */
mp_obj_t cy_lock_new(const mp_obj_type_t *type, unsigned flags);
cosy_lock *cy_lock_core(mp_obj_t lock);
bool cy_lock_is_held(const cosy_lock *lock);
mp_obj_t cy_lock_acquire(mp_obj_t lock);
mp_obj_t cy_lock_release(mp_obj_t lock);
extern const mp_obj_dict_t cy_lock_locals;

/* ---- uasyncio and asyn of old: synchro.c, asyn.c ---- */

extern const mp_obj_module_t cy_module_synchro, cy_module_queues;
extern const mp_obj_type_t cy_type_synchro_lock;
MP_DECLARE_CONST_FUN_OBJ_1(cy_cancel_obj);

/* The task of a coroutine that has not ended; NULL if it is none's. O(tasks). */
cy_task_t *cy_task_of_coro(mp_obj_t coro);

/* ---- the other objects to synchronise with, and what reprs share: semaphore.c, condition.c, barrier.c, queue.c, print.c */

extern const mp_obj_type_t cy_type_semaphore, cy_type_bounded_semaphore, cy_type_condition, cy_type_barrier;
extern const mp_obj_type_t cy_type_queue, cy_type_lifo_queue, cy_type_priority_queue;

mp_obj_t cy_lock_enter(mp_obj_t lock); /* as cy_lock_acquire(), but gives None: __aenter__ */

/* <Lock at 0x... [state, waiters:2]>; waiters: NULL if it is not about them. */
void cy_print_begin(const mp_print_t *printer, mp_obj_t self, const char *state);
void cy_print_end(const mp_print_t *printer, const cosy_list *waiters);
unsigned cy_count(const cosy_list *list);

/* ---- structured concurrency: gather.c, wait_for.c, wait.c, as_completed.c, shield.c, timeout.c, taskgroup.c, runner.c ---- */

/* `await` of what gather() returned. */
extern const cy_op_t cy_op_gather;

/* asyncio.ExceptionGroup if all are Exceptions, else a BaseExceptionGroup. exceptions: a tuple. */
mp_obj_t cy_exception_group(const char *message, mp_obj_t exceptions);

/* A coroutine, or one of our awaitables. */
bool cy_is_coroutine(mp_obj_t obj);

/* The things that wait() and its like are asked to wait for: a list, each once, in order; TypeError if it is one itself. */
mp_obj_t cy_awaitables(mp_obj_t iterable);

extern const mp_obj_type_t cy_type_timeout, cy_type_taskgroup, cy_type_runner;
extern const mp_obj_type_t cy_type_BaseExceptionGroup, cy_type_ExceptionGroup;
MP_DECLARE_CONST_FUN_OBJ_KW(cy_gather_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_wait_for_obj);
MP_DECLARE_CONST_FUN_OBJ_2(cy_wait_for_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_wait_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_as_completed_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_shield_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_timeout_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_timeout_at_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_ensure_future_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_isfuture_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_iscoroutine_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_iscoroutinefunction_obj);

/* ---- the module cosy: the files cosy_... ---- */

/* A point in time: an int of nanoseconds. None: COSY_FOREVER. */
cosy_time cy_point(mp_obj_t time);

/* The arm of a moment; one that has come wins when it is asked. */
cosy_arm cy_moment_arm(cosy_time when);

/* The arguments `until` and `timeout` of a method that waits, at the end of its table; their values give the deadline. */
#define CY_LIMITS                                                                                                      \
    {MP_QSTR_until, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},                                          \
    {MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}
cosy_time cy_limit(const mp_arg_val_t *until_and_timeout);

/* A method that has no other arguments than those. */
mp_obj_t cy_wait_method(const cy_op_t *op, mp_obj_t arg, size_t n_args, const mp_obj_t *args, mp_map_t *kw);

/* Set from interrupts and other threads. cy_signal_boot: after a soft reboot. */
void cy_signal_boot(void);
extern const mp_obj_type_t cy_type_signal, cy_type_threadsafeflag;

extern const mp_obj_type_t cy_type_flags, cy_type_rwlock, cy_type_waitgroup, cy_type_watch, cy_type_broadcast,
    cy_type_limiter, cy_type_once;
MP_DECLARE_CONST_FUN_OBJ_1(cy_deadline_obj);
MP_DECLARE_CONST_FUN_OBJ_1(cy_sleep_until_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(cy_select_obj);
MP_DECLARE_CONST_FUN_OBJ_0(cy_tasks_obj);
MP_DECLARE_CONST_FUN_OBJ_0(cy_dump_obj);

#endif
