/* cosy.tasks(), cosy.dump(): what each task does, for whoever looks for the one that hangs. */
#include "cy.h"

static bool waits(const cosy_wait *w)
{
    return w->state == COSY_QUEUED && !(w->ops->spliced && w->ops->spliced(w)); /* else it was granted, see cosy/wait.h */
}

/* "running", "ready", or the name of what it waits in. */
static const char *doing(const cy_task_t *task)
{
    if (task == cy_current_or_null())
        return "running";
    if (!waits(&task->core.wait))
        return "ready";
    return task->awaiting ? task->awaiting->op->what : "sleep or stream";
}

/* Seconds until its deadline, or None. */
static mp_obj_t left(const cy_task_t *task)
{
    if (!(task->core.wait.flags & COSY_W_TIMED))
        return mp_const_none;
    return cy_to_seconds(task->core.timer.deadline - cy_from_now(0));
}

/* A list of (task, what it does, seconds left). */
static mp_obj_t tasks(void)
{
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (cy_task_t *task = cy_task_first(); task; task = cy_task_after(task)) {
        const char *what = doing(task);
        mp_obj_t row[] = {MP_OBJ_FROM_PTR(task), mp_obj_new_str_from_cstr(what), left(task)};
        mp_obj_list_append(list, mp_obj_new_tuple(MP_ARRAY_SIZE(row), row));
    }
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_tasks_obj, tasks);

static void line(cy_task_t *task)
{
    mp_obj_t dest[2];
    mp_load_method(MP_OBJ_FROM_PTR(task), MP_QSTR_get_name, dest);
    mp_obj_print_helper(&mp_plat_print, mp_call_method_n_kw(0, 0, dest), PRINT_STR);
    mp_printf(&mp_plat_print, ": %s", doing(task));
    mp_obj_t seconds = left(task);
    if (seconds != mp_const_none) {
        mp_print_str(&mp_plat_print, ", at most ");
        mp_obj_print_helper(&mp_plat_print, seconds, PRINT_STR);
        mp_print_str(&mp_plat_print, " s");
    }
    mp_print_str(&mp_plat_print, "\n");
}

static mp_obj_t dump(void)
{
    for (cy_task_t *task = cy_task_first(); task; task = cy_task_after(task))
        line(task);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(cy_dump_obj, dump);
