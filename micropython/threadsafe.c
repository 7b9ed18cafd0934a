/* call_soon_threadsafe: call_soon from another thread or a scheduled function. It wakes the loop, also out of a wait for
 * streams. A hard interrupt cannot allocate: there cosy.Signal and asyncio.ThreadSafeFlag serve.
 *
 * The Handle is made whole where it is asked for, so that too little memory is told there and nothing can fail when it
 * comes out of the inbox. Several come in the order of the calls; what call_soon() has taken meanwhile may come before.
 */
#include "handle.h"
#include "port.h"

#include "py/gc.h"

/* A Handle that comes by the inbox. On the root's list from the call until the callback has been called: the inbox points
 * into it, then the ready list does. That list is written by any thread, so only in an atomic section. */
typedef struct _posted_t {
    cy_handle_t handle; /* must be first; its core is not set up before the post has come out */
    cosy_post post;
} posted_t;

MP_REGISTER_ROOT_POINTER(struct _cy_handle_t *cy_posted);

void cy_threadsafe_init(void)
{
    MP_STATE_VM(cy_posted) = NULL;
}

/* Without a big lock another thread may be in the middle of a collection that has looked at the root already, or has yet to
 * look at the links of this handle. Any question to the heap waits for its end; meanwhile our stack holds the handle. */
static void outlast_collection(const cy_handle_t *handle)
{
#if MICROPY_ENABLE_GC && MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    (void)gc_nbytes(handle); /* not in an atomic section: who collects needs one, too */
#else
    (void)handle;
#endif
}

static void keep(cy_handle_t *handle)
{
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    cy_handle_link(&MP_STATE_VM(cy_posted), handle);
    MICROPY_END_ATOMIC_SECTION(state);
    outlast_collection(handle);
}

static void let_go(cy_handle_t *handle)
{
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    cy_handle_unlink(&MP_STATE_VM(cy_posted), handle);
    MICROPY_END_ATOMIC_SECTION(state);
    outlast_collection(handle);
    handle->next = handle->prev = NULL; /* whoever keeps it does not keep those that stood beside it */
}

static void resume(cosy_task *core)
{
    cy_handle_t *handle = COSY_CONTAINER(core, cy_handle_t, core);
    cy_handle_run(handle);
    let_go(handle);
    cosy_task_end(core, COSY_OK);
}

/* In the loop: out of the inbox. */
static void arrived(void *arg)
{
    cy_handle_t *handle = arg;
    if (handle->fn == MP_OBJ_NULL)
        let_go(handle); /* cancelled on the way */
    else
        cy_handle_start(handle, resume);
}

static mp_obj_t call_soon_threadsafe(size_t n_args, const mp_obj_t *args, mp_map_t *kw)
{
    (void)kw; /* context=... */
    posted_t *self = m_new0(posted_t, 1);
    cy_handle_fill(&self->handle, &cy_type_handle, args[0], n_args - 1, args + 1);
    cy_io_heed_inbox();
    keep(&self->handle);
    (void)cosy_post_fn(&cy_loop, &self->post, arrived, &self->handle);
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_KW(cy_call_soon_threadsafe_obj, 1, call_soon_threadsafe);

void cy_threadsafe_cancel_all(void)
{
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    for (cy_handle_t *handle = MP_STATE_VM(cy_posted); handle; handle = handle->next)
        handle->fn = MP_OBJ_NULL;
    MICROPY_END_ATOMIC_SECTION(state);
}
