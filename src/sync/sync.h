/* src/sync/sync.h - what every primitive starts from, and the shape of a plain call. */
#ifndef COSY_SYNC_H
#define COSY_SYNC_H

#include "../core/check.h"
#include "../core/report.h"
#include "../core/wait.h"

/* The shape of a plain call, and why: every path of it ends in a tail call or in a return without a call before it, so the
 * compiler saves no register for the common paths, and a task that waits leaves one frame, the user's, to return to.
 *
 *     cosy_task *me = cosy__me();
 *     if (COSY_UNLIKELY(!sane(object, ...) || !me))
 *         return refuse(object, ..., call);              // cold: finds out what is wrong and reports it
 *     if (take(object))
 *         return cosy__done_here(me, COSY_OK);           // completed at once: spends the countdown
 *     park(object, &me->wait);
 *     return cosy_suspend(me, deadline);                 // the switch
 */

#endif
