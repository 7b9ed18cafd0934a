/* Simulated time: idling is jumping. Freestanding. */
#include "../../../include/cosy/virtual.h"

static cosy_time now(cosy_loop *loop)
{
    return loop->now;
}

static void idle(cosy_loop *loop, cosy_time until)
{
    if (until != COSY_FOREVER && !loop->outside)
        loop->now = until;
}

const cosy_port cosy_virtual_port = {.now = now, .idle = idle};

int cosy_virtual_init(cosy_loop *loop)
{
    int rc = cosy_loop_init(loop, &cosy_virtual_port);
    if (rc == COSY_OK)
        loop->flags |= COSY_L_VIRTUAL;
    return rc;
}
