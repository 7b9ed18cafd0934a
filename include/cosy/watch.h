/* cosy/watch.h - a watched value: one sets it, any number of tasks wait for it to change and get the latest.
 *
 *     static struct config config = {.level = 1};
 *     static cosy_watch changes = COSY_WATCH_INIT("config", config);
 *
 *     cosy_watch_set(&changes, &next);                       // copies, wakes all who watch, never waits
 *
 *     cosy_watcher watcher;                                  // of each task that watches
 *     cosy_watch_open(&watcher, &changes);                   // has seen what there is now
 *     cosy_watch_next(&watcher, &config, COSY_FOREVER);      // waits until there is something else
 *
 * Each set makes a version. A watcher remembers the version it has seen; versions between that and the latest are
 * skipped, the latest never is. A task that was woken and is cancelled before it has run has seen nothing: the next call
 * with the same watcher returns at once with the value that is then the latest.
 *
 * The value lies in storage of yours and may be read there as well; only cosy_watch_set() tells that it has changed.
 */
#ifndef COSY_WATCH_H
#define COSY_WATCH_H

#include "loop.h"

COSY_BEGIN

/* waiters: nodes of watchers that have seen `version`, each pointed to by its watcher and its arg to the watcher; none
 * once it is closed. */
typedef struct cosy_watch {
    cosy_list waiters;
    void *value;
    uint32_t size;    /* of the value, bytes */
    uint32_t version; /* counts sets; wraps */
    uint32_t closed;
#if COSY_NAMES
    const char *name;
#endif
} cosy_watch;

/* Who watches. Used by one task at a time; needs no closing. */
typedef struct cosy_watcher {
    cosy_watch *watch;
    cosy_wait *wait; /* the node that waits with it, or NULL */
    void *place;     /* where the value goes then, or NULL */
    uint32_t seen;   /* version */
} cosy_watcher;

/* For a static watch over a variable, whose initial value is the first. */
#if COSY_NAMES
#define COSY_WATCH_INIT(title, variable) {.value = &(variable), .size = sizeof(variable), .name = (title)}
#else
#define COSY_WATCH_INIT(title, variable) {.value = &(variable), .size = sizeof(variable)}
#endif

/**
 * cosy_watch_init - prepares a watch at run time.
 *
 * @watch: storage for the watch itself.
 * @value: storage for the value, which holds the first one; stays until the watch is destroyed.
 * @size: bytes of the value, at least 1.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, zero).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_watch_init(cosy_watch *watch, void *value, uint32_t size, const char *name);

/**
 * cosy_watch_set - makes a copy of a value the latest and wakes all who wait for one. Never switches.
 *
 * @watch: which.
 * @value: what to copy; may be the watch's own storage, when the value was changed in place.
 *
 * It counts as new even if it is equal to the one before.
 *
 * Returns: COSY_OK; COSY_ECLOSED (nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread; elsewhere a function posted with cosy_post_fn(). Cost: a copy, and one for each
 *     task that waits.
 */
COSY_API int cosy_watch_set(cosy_watch *watch, const void *value);

/**
 * cosy_watch_get - copies the latest value. What a watcher has seen does not change.
 *
 * @watch: which.
 * @value: where it goes.
 *
 * Returns: COSY_OK, also when closed; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a copy.
 */
COSY_API int cosy_watch_get(const cosy_watch *watch, void *value);

/**
 * cosy_watch_version - how often it was set.
 *
 * @watch: which.
 *
 * Returns: 0 at first; wraps.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_watch_version(const cosy_watch *watch)
{
    return watch->version;
}

/**
 * cosy_watch_open - begins to watch. The value that is there now counts as seen.
 *
 * @watcher: storage, usually in the frame of the task that watches.
 * @watch: which; stays as long as the watcher is used.
 *
 * A watch does not know its watchers, so nothing has to be closed.
 *
 * Returns: COSY_OK, also when the watch is closed; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a few stores.
 */
COSY_API int cosy_watch_open(cosy_watcher *watcher, cosy_watch *watch);

/**
 * cosy_watch_next - waits until the value is not the one that was seen, and gets the latest.
 *
 * @watcher: whose view; one task at a time waits with it.
 * @value: where the value goes, must stay until the call returns; NULL if it is looked at where it lies.
 * @deadline: absolute, ns.
 *
 * What is unseen is got even after a close. A watcher that sleeps through 2^32 sets misses them.
 *
 * Returns: COSY_OK (and the version it has got counts as seen); COSY_ECLOSED (closed, and the latest was seen);
 *     COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED (nothing was seen; what `value` holds is undefined); COSY_EBUSY
 *     (another task waits with this watcher); COSY_ENOTASK; COSY_EINVAL (NULL, not open).
 * Waits: while the latest was seen. From: a coroutine. Cost: a copy, and one switch when it waits.
 */
COSY_API int cosy_watch_next(cosy_watcher *watcher, void *value, cosy_time deadline);

/**
 * cosy_watch_next_begin - begin form of cosy_watch_next().
 *
 * @watcher: whose view.
 * @value: where the value goes, or NULL; must stay until the wait is over.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING, COSY_ECLOSED, COSY_EBUSY or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a copy or a list push.
 */
COSY_API int cosy_watch_next_begin(cosy_watcher *watcher, void *value, cosy_wait *w);

/**
 * cosy_watch_try - gets the latest value if it is unseen; needs no task.
 *
 * @watcher: whose view.
 * @value: where the value goes, or NULL.
 *
 * Returns: COSY_OK; COSY_EAGAIN (seen); COSY_ECLOSED (closed and seen); COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a copy.
 */
COSY_API int cosy_watch_try(cosy_watcher *watcher, void *value);

/**
 * cosy_watch_changed - would cosy_watch_try() get a value?
 *
 * @watcher: whose view.
 *
 * Returns: true if the latest value is unseen.
 * Waits: no. From: the loop's thread. Cost: two loads.
 */
COSY_INLINE bool cosy_watch_changed(const cosy_watcher *watcher)
{
    return watcher->seen != watcher->watch->version;
}

/**
 * cosy_watch_close - the latest value is the last; who has not seen it still gets it.
 *
 * @watch: which. Tasks that wait get COSY_ECLOSED, for they have seen it.
 *
 * Returns: COSY_OK, also when closed already; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_watch_close(cosy_watch *watch);

/**
 * cosy_watch_destroy - ends a watch's life; its watchers must not be used any more.
 *
 * @watch: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_watch_destroy(cosy_watch *watch);

/**
 * cosy_watch_check - looks at a watch's invariants.
 *
 * @watch: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_watch_check(const cosy_watch *watch);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_watch_next_arm(cosy_arm *arm);

/**
 * cosy_arm_watch - an arm of a select: cosy_watch_next().
 *
 * @watcher: whose view. If another arm wins, the latest value is still unseen.
 * @value: where the value goes, or NULL; stays until the select returns.
 *
 * Returns: the arm, to be put among those of a select.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_watch(cosy_watcher *watcher, void *value)
{
    cosy_arm arm;
    arm.begin = cosy_watch_next_arm;
    arm.object = watcher;
    arm.place = value;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
