/* cosy.h - cooperative concurrency in C: tasks, a loop, and what makes tasks work together.
 *
 * One header per idea; this one includes them all. Start with cosy/posix.h (cosy_run), cosy/task.h (sleep, join, cancel)
 * and cosy/lock.h; cosy/wait.h is for those who write primitives, ports and bindings.
 */
#ifndef COSY_H
#define COSY_H

#include "cosy/barrier.h"
#include "cosy/broadcast.h"
#include "cosy/chain.h"
#include "cosy/condition.h"
#include "cosy/config.h"
#include "cosy/coro.h"
#include "cosy/error.h"
#include "cosy/event.h"
#include "cosy/flags.h"
#include "cosy/future.h"
#include "cosy/gather.h"
#include "cosy/group.h"
#include "cosy/inbox.h"
#include "cosy/limiter.h"
#include "cosy/local.h"
#include "cosy/lock.h"
#include "cosy/loop.h"
#include "cosy/once.h"
#include "cosy/queue.h"
#include "cosy/rwlock.h"
#include "cosy/scope.h"
#include "cosy/select.h"
#include "cosy/semaphore.h"
#include "cosy/task.h"
#include "cosy/time.h"
#include "cosy/timer.h"
#include "cosy/wait.h"
#include "cosy/waitgroup.h"
#include "cosy/watch.h"

#if COSY_HOSTED
#include "cosy/posix.h"
#endif

#endif
