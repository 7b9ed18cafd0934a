/* The modules asyncio, asyncio.core and uasyncio: tables of names. What waits for streams is upstream's own Python file,
 * frozen, which asks for asyncio.core.
 */
#include "cy.h"

#include "py/builtin.h"
#include "py/objstr.h"

/* ---- asyncio.core ---- */

static const mp_rom_map_elem_t core_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_core)},
    {MP_ROM_QSTR(MP_QSTR_CancelledError), MP_ROM_PTR(&cy_type_CancelledError)},
    {MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&cy_type_TimeoutError)},
    {MP_ROM_QSTR(MP_QSTR_Task), MP_ROM_PTR(&cy_type_task)},
    {MP_ROM_QSTR(MP_QSTR_Loop), MP_ROM_PTR(&cy_type_loop)},
    {MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&cy_sleep_obj)},
    {MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&cy_sleep_ms_obj)},
    {MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&cy_create_task_obj)},
    {MP_ROM_QSTR(MP_QSTR_current_task), MP_ROM_PTR(&cy_current_task_obj)},
    {MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&cy_run_obj)},
    {MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&cy_run_until_complete_obj)},
    {MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&cy_get_event_loop_obj)},
    {MP_ROM_QSTR(MP_QSTR_new_event_loop), MP_ROM_PTR(&cy_new_event_loop_obj)},
    {MP_ROM_QSTR(MP_QSTR_sys), MP_ROM_PTR(&mp_module_sys)},
#if MICROPY_PY_SELECT
    {MP_ROM_QSTR(MP_QSTR__io_queue), MP_ROM_PTR(&cy_io_queue)},
#endif
};
static MP_DEFINE_CONST_DICT(core_globals, core_table);

static const mp_obj_module_t core_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&core_globals};

/* Names that the stream layer has; it is loaded when the first of them is used. */
static mp_obj_t from_stream(qstr name)
{
    static const uint16_t names[] = {MP_QSTR_open_connection, MP_QSTR_start_server, MP_QSTR_StreamReader,
                                     MP_QSTR_StreamWriter, MP_QSTR_Stream, MP_QSTR_Server};
    for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++)
        if (names[i] == name) {
            mp_obj_t from = mp_obj_new_tuple(1, (mp_obj_t[]){MP_OBJ_NEW_QSTR(name)});
            return mp_load_attr(mp_import_name(qstr_from_str("asyncio.stream"), from, MP_OBJ_NEW_SMALL_INT(0)), name);
        }
    return MP_OBJ_NULL;
}

void cy_asyncio_attr(mp_obj_t self, qstr name, mp_obj_t *dest);

void cy_asyncio_attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
    (void)self;
    if (dest[0] == MP_OBJ_NULL)
        dest[0] = from_stream(name);
    else if (dest[1] != MP_OBJ_NULL && mp_obj_is_type(dest[1], &mp_type_module))
        dest[0] = MP_OBJ_NULL; /* the importer stores a submodule; sys.modules has it */
}

/* ---- asyncio, uasyncio ---- */

/* Where the importer looks for submodules that are not in the table: upstream's frozen stream.py. */
static MP_DEFINE_STR_OBJ(frozen_path, ".frozen/asyncio");

#define NAMES                                                                                                          \
    {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&cy_init_obj)},                                                         \
    {MP_ROM_QSTR(MP_QSTR___path__), MP_ROM_PTR(&frozen_path)},                                                         \
    {MP_ROM_QSTR(MP_QSTR_core), MP_ROM_PTR(&core_module)},                                                             \
    {MP_ROM_QSTR(MP_QSTR_CancelledError), MP_ROM_PTR(&cy_type_CancelledError)},                                        \
    {MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&cy_type_TimeoutError)},                                            \
    {MP_ROM_QSTR(MP_QSTR_InvalidStateError), MP_ROM_PTR(&cy_type_InvalidStateError)},                                  \
    {MP_ROM_QSTR(MP_QSTR_Future), MP_ROM_PTR(&cy_type_future)},                                                        \
    {MP_ROM_QSTR(MP_QSTR_Task), MP_ROM_PTR(&cy_type_task)},                                                            \
    {MP_ROM_QSTR(MP_QSTR_Loop), MP_ROM_PTR(&cy_type_loop)},                                                            \
    {MP_ROM_QSTR(MP_QSTR_Lock), MP_ROM_PTR(&cy_type_lock)},                                                            \
    {MP_ROM_QSTR(MP_QSTR_Event), MP_ROM_PTR(&cy_type_event)},                                                          \
    {MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&cy_sleep_obj)},                                                           \
    {MP_ROM_QSTR(MP_QSTR_sleep_ms), MP_ROM_PTR(&cy_sleep_ms_obj)},                                                     \
    {MP_ROM_QSTR(MP_QSTR_create_task), MP_ROM_PTR(&cy_create_task_obj)},                                               \
    {MP_ROM_QSTR(MP_QSTR_current_task), MP_ROM_PTR(&cy_current_task_obj)},                                             \
    {MP_ROM_QSTR(MP_QSTR_all_tasks), MP_ROM_PTR(&cy_all_tasks_obj)},                                                   \
    {MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&cy_run_obj)},                                                               \
    {MP_ROM_QSTR(MP_QSTR_run_until_complete), MP_ROM_PTR(&cy_run_until_complete_obj)},                                 \
    {MP_ROM_QSTR(MP_QSTR_get_event_loop), MP_ROM_PTR(&cy_get_event_loop_obj)},                                         \
    {MP_ROM_QSTR(MP_QSTR_get_running_loop), MP_ROM_PTR(&cy_get_running_loop_obj)},                                     \
    {MP_ROM_QSTR(MP_QSTR_new_event_loop), MP_ROM_PTR(&cy_new_event_loop_obj)},                                         \
    {MP_ROM_QSTR(MP_QSTR_Semaphore), MP_ROM_PTR(&cy_type_semaphore)},                                                  \
    {MP_ROM_QSTR(MP_QSTR_BoundedSemaphore), MP_ROM_PTR(&cy_type_bounded_semaphore)},                                   \
    {MP_ROM_QSTR(MP_QSTR_Condition), MP_ROM_PTR(&cy_type_condition)},                                                  \
    {MP_ROM_QSTR(MP_QSTR_Barrier), MP_ROM_PTR(&cy_type_barrier)},                                                      \
    {MP_ROM_QSTR(MP_QSTR_BrokenBarrierError), MP_ROM_PTR(&cy_type_BrokenBarrierError)},                                \
    {MP_ROM_QSTR(MP_QSTR_Queue), MP_ROM_PTR(&cy_type_queue)},                                                          \
    {MP_ROM_QSTR(MP_QSTR_LifoQueue), MP_ROM_PTR(&cy_type_lifo_queue)},                                                 \
    {MP_ROM_QSTR(MP_QSTR_PriorityQueue), MP_ROM_PTR(&cy_type_priority_queue)},                                         \
    {MP_ROM_QSTR(MP_QSTR_QueueEmpty), MP_ROM_PTR(&cy_type_QueueEmpty)},                                                \
    {MP_ROM_QSTR(MP_QSTR_QueueFull), MP_ROM_PTR(&cy_type_QueueFull)},                                                  \
    {MP_ROM_QSTR(MP_QSTR_QueueShutDown), MP_ROM_PTR(&cy_type_QueueShutDown)},                                          \
    {MP_ROM_QSTR(MP_QSTR_Timeout), MP_ROM_PTR(&cy_type_timeout)},                                                      \
    {MP_ROM_QSTR(MP_QSTR_TaskGroup), MP_ROM_PTR(&cy_type_taskgroup)},                                                  \
    {MP_ROM_QSTR(MP_QSTR_Runner), MP_ROM_PTR(&cy_type_runner)},                                                        \
    {MP_ROM_QSTR(MP_QSTR_ExceptionGroup), MP_ROM_PTR(&cy_type_ExceptionGroup)},                                        \
    {MP_ROM_QSTR(MP_QSTR_BaseExceptionGroup), MP_ROM_PTR(&cy_type_BaseExceptionGroup)},                                \
    {MP_ROM_QSTR(MP_QSTR_gather), MP_ROM_PTR(&cy_gather_obj)},                                                         \
    {MP_ROM_QSTR(MP_QSTR_wait_for), MP_ROM_PTR(&cy_wait_for_obj)},                                                     \
    {MP_ROM_QSTR(MP_QSTR_wait_for_ms), MP_ROM_PTR(&cy_wait_for_ms_obj)},                                               \
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&cy_wait_obj)},                                                             \
    {MP_ROM_QSTR(MP_QSTR_as_completed), MP_ROM_PTR(&cy_as_completed_obj)},                                             \
    {MP_ROM_QSTR(MP_QSTR_shield), MP_ROM_PTR(&cy_shield_obj)},                                                         \
    {MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&cy_timeout_obj)},                                                       \
    {MP_ROM_QSTR(MP_QSTR_timeout_at), MP_ROM_PTR(&cy_timeout_at_obj)},                                                 \
    {MP_ROM_QSTR(MP_QSTR_ensure_future), MP_ROM_PTR(&cy_ensure_future_obj)},                                           \
    {MP_ROM_QSTR(MP_QSTR_isfuture), MP_ROM_PTR(&cy_isfuture_obj)},                                                     \
    {MP_ROM_QSTR(MP_QSTR_iscoroutine), MP_ROM_PTR(&cy_iscoroutine_obj)},                                               \
    {MP_ROM_QSTR(MP_QSTR_iscoroutinefunction), MP_ROM_PTR(&cy_iscoroutinefunction_obj)},                               \
    {MP_ROM_QSTR(MP_QSTR_ALL_COMPLETED), MP_ROM_QSTR(MP_QSTR_ALL_COMPLETED)},                                          \
    {MP_ROM_QSTR(MP_QSTR_FIRST_COMPLETED), MP_ROM_QSTR(MP_QSTR_FIRST_COMPLETED)},                                      \
    {MP_ROM_QSTR(MP_QSTR_FIRST_EXCEPTION), MP_ROM_QSTR(MP_QSTR_FIRST_EXCEPTION)},                                      \
    {MP_ROM_QSTR(MP_QSTR_ThreadSafeFlag), MP_ROM_PTR(&cy_type_threadsafeflag)},

static const mp_rom_map_elem_t asyncio_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_asyncio)},
    NAMES
};
static MP_DEFINE_CONST_DICT(asyncio_globals, asyncio_table);

const mp_obj_module_t cy_module_asyncio = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&asyncio_globals};

MP_REGISTER_MODULE(MP_QSTR_asyncio, cy_module_asyncio);
MP_REGISTER_MODULE_DELEGATION(cy_module_asyncio, cy_asyncio_attr);

static const mp_rom_map_elem_t uasyncio_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_uasyncio)},
    NAMES
#if COSY_MP_V2
    {MP_ROM_QSTR(MP_QSTR_synchro), MP_ROM_PTR(&cy_module_synchro)},
    {MP_ROM_QSTR(MP_QSTR_queues), MP_ROM_PTR(&cy_module_queues)},
    {MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&cy_cancel_obj)},
#endif
};
static MP_DEFINE_CONST_DICT(uasyncio_globals, uasyncio_table);

const mp_obj_module_t cy_module_uasyncio = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&uasyncio_globals};

MP_REGISTER_MODULE(MP_QSTR_uasyncio, cy_module_uasyncio);
MP_REGISTER_MODULE_DELEGATION(cy_module_uasyncio, cy_asyncio_attr);
