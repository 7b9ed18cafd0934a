/* What outlives a call: the loop, and the lists that keep tasks alive. Everything else hangs from these.
 *
 * Neither roots nor statics are cleared by a soft reboot, but the heap is made anew: what they point to is gone. So the
 * first import after a boot starts from nothing. It is recognised by sys.modules, which is new after a boot.
 */
#include "cy.h"
#include "port.h"

enum { BUCKETS = 8 };

/* Tasks that have not ended, by the address of their coroutine: creating a task looks whether it has one already. */
MP_REGISTER_ROOT_POINTER(struct _cy_task_t *cy_tasks[8]);

cosy_loop cy_loop;

void cy_timer_init(void);
void cy_future_init(void);

void cy_init(void)
{
    mp_map_t *loaded = &MP_STATE_VM(mp_loaded_modules_dict).map;
    mp_map_elem_t *mine = mp_map_lookup(loaded, MP_OBJ_NEW_QSTR(MP_QSTR__cosy), MP_MAP_LOOKUP_ADD_IF_NOT_FOUND);
    if (mine->value != MP_OBJ_NULL)
        return;
    mine->value = mp_const_none;
    for (int i = 0; i < BUCKETS; i++)
        MP_STATE_VM(cy_tasks)[i] = NULL;
    cy_timer_init();
    cy_future_init();
    cy_port_init();
    cy_report_init();
    cy_handle_init();
    cy_threadsafe_init();
    cy_io_init();
    cy_signal_boot();
}

static mp_obj_t init(void)
{
    cy_init();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_init_obj, init);

static cy_task_t **bucket(const cy_task_t *task)
{
    uintptr_t address = (uintptr_t)task->coro;
    return &MP_STATE_VM(cy_tasks)[address / MICROPY_BYTES_PER_GC_BLOCK % BUCKETS];
}

void cy_task_register(cy_task_t *task)
{
    cy_task_t **head = bucket(task);
    for (const cy_task_t *t = *head; t; t = t->next)
        if (t->coro == task->coro)
            mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("coroutine is a task already: await that task instead"));
    task->prev = NULL;
    task->next = *head;
    if (task->next)
        task->next->prev = task;
    *head = task;
}

void cy_task_unregister(cy_task_t *task)
{
    if (task->next)
        task->next->prev = task->prev;
    if (task->prev)
        task->prev->next = task->next;
    else
        *bucket(task) = task->next;
    task->next = task->prev = NULL;
}

static cy_task_t *first_from(int i)
{
    for (; i < BUCKETS; i++)
        if (MP_STATE_VM(cy_tasks)[i])
            return MP_STATE_VM(cy_tasks)[i];
    return NULL;
}

cy_task_t *cy_task_first(void)
{
    return first_from(0);
}

cy_task_t *cy_task_after(cy_task_t *task)
{
    return task->next ? task->next : first_from((int)(bucket(task) - MP_STATE_VM(cy_tasks)) + 1);
}
