/* cosy/local.h - task-local values: what a task and its children can read without handing it through every call.
 *
 *     static cosy_local request = COSY_LOCAL_INIT("request", "(none)");
 *
 *     cosy_binding b;
 *     cosy_bind(&b, &request, "r-17");
 *     handle();                                // anything in here: cosy_local_get(&request) gives "r-17"
 *     cosy_unbind(&b);
 *
 * A binding lies in the frame of the block in which it holds. Children in a group see what was bound when the group was
 * opened: those bindings outlive them. Other tasks begin without any.
 */
#ifndef COSY_LOCAL_H
#define COSY_LOCAL_H

#include "task.h"

COSY_BEGIN

/* A key. Constant; usually static. */
typedef struct cosy_local {
    void *fallback; /* what reads give where nothing is bound */
    const char *name;
} cosy_local;

#define COSY_LOCAL_INIT(title, value) {.fallback = (value), .name = (title)}

/* A value of a key, for a block of code. Linked from its task, innermost first; owned by the frame that bound it. */
struct cosy_binding {
    const cosy_binding *outer;
    const cosy_local *local;
    void *value;
    cosy_task *task; /* NULL while it is not bound */
};

/**
 * cosy_bind - gives a key a value until cosy_unbind().
 *
 * @binding: storage, in the frame of the block.
 * @local: the key.
 * @value: what cosy_local_get() returns in the block, in what it calls, and in the children of groups opened in it.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL); COSY_EBUSY (bound already, or what was bound in this place was never unbound);
 *     COSY_ENOTASK.
 * Waits: no. From: a task. Cost: O(bindings around it).
 */
COSY_API int cosy_bind(cosy_binding *binding, const cosy_local *local, void *value);

/**
 * cosy_unbind - ends the block. Bindings end in the reverse order of their beginning.
 *
 * @binding: the innermost binding of the current task.
 *
 * Returns: COSY_OK; COSY_EDONE (not bound); COSY_EINVAL (NULL, another task's, not the innermost: nothing is changed).
 * Waits: no. From: the task that bound it. Cost: two stores.
 */
COSY_API int cosy_unbind(cosy_binding *binding);

/**
 * cosy_local_get - the value of a key here and now.
 *
 * @local: the key.
 *
 * Returns: the innermost value; the key's fallback where nothing is bound, and outside tasks; NULL for NULL.
 * Waits: no. From: the loop's thread. Cost: O(bindings around it).
 */
COSY_API void *cosy_local_get(const cosy_local *local);

COSY_END

#endif
