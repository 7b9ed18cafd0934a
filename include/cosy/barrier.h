/* cosy/barrier.h - a barrier: nobody goes on until all have arrived.
 *
 *     static cosy_barrier meet = COSY_BARRIER_INIT("meet", 3, print_line, "Synch");
 *
 *     int index = cosy_barrier_wait(&meet, COSY_FOREVER);     // 0 for the last arriver, 1.. for the others
 *
 * A generation fills, trips, and is final from then on; who arrives next belongs to the next generation at once.
 * A participant that is cancelled or times out before the trip takes its arrival back and disturbs nobody.
 */
#ifndef COSY_BARRIER_H
#define COSY_BARRIER_H

#include "loop.h"

COSY_BEGIN

/* waiters: participants of the filling generation, in order of arrival; the result each will get (its index) is stored
 * in its node. arrived: they plus the triggers. state: low bits COSY_BARRIER_..., the rest counts generations. */
typedef struct cosy_barrier {
    cosy_list waiters;
    uint32_t parties;
    uint32_t arrived;
    uint32_t state;
    int (*action)(void *arg);
    void *arg;
#if COSY_NAMES
    const char *name;
#endif
} cosy_barrier;

#if COSY_NAMES
#define COSY_BARRIER_INIT(title, count, function, argument)                                                            \
    {.parties = (count), .action = (function), .arg = (argument), .name = (title)}
#else
#define COSY_BARRIER_INIT(title, count, function, argument)                                                            \
    {.parties = (count), .action = (function), .arg = (argument)}
#endif

/**
 * cosy_barrier_init - prepares a barrier; COSY_BARRIER_INIT() does it for static ones.
 *
 * @barrier: storage.
 * @parties: how many arrivals trip it, 1 to 2^31 - 1.
 * @action: run once per generation by the last arriver before anyone goes on; it must not wait. A result other than 0
 *     breaks the barrier. NULL for none.
 * @arg: its argument.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL, zero or too many parties).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_barrier_init(cosy_barrier *barrier, uint32_t parties, int (*action)(void *), void *arg,
                               const char *name);

/**
 * cosy_barrier_wait - arrives, and waits until all have.
 *
 * @barrier: which.
 * @deadline: absolute, ns.
 *
 * Returns: 0 (this arrival tripped it) or 1 .. parties - 1 (each once); COSY_ETIMEDOUT, COSY_EAGAIN, COSY_ECANCELED
 *     (the arrival was taken back); COSY_EBROKEN (reset, aborted, or the action failed); COSY_EBUSY (called from its own
 *     action); COSY_ENOTASK; COSY_EINVAL (NULL, no parties).
 * Waits: until the others have arrived. From: a coroutine. Cost: one switch; the last one splices all others.
 */
COSY_API int cosy_barrier_wait(cosy_barrier *barrier, cosy_time deadline);

/**
 * cosy_barrier_wait_begin - begin form of cosy_barrier_wait().
 *
 * @barrier: which.
 * @w: the current task's node.
 *
 * Returns: COSY_WAITING, 0 (tripped it; COSY_OK), or a negative code.
 * Waits: no. From: a task. Cost: a list push, or the action and a splice.
 */
COSY_API int cosy_barrier_wait_begin(cosy_barrier *barrier, cosy_wait *w);

/**
 * cosy_barrier_trigger - arrives without waiting.
 *
 * @barrier: which.
 *
 * Returns: COSY_OK (arrived; if it was the last, it has tripped); COSY_EBROKEN; COSY_EBUSY; COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few stores, or the action and a splice.
 */
COSY_API int cosy_barrier_trigger(cosy_barrier *barrier);

/**
 * cosy_barrier_waiting - how many have arrived in the generation that fills (busy if not 0).
 *
 * @barrier: which.
 *
 * Returns: 0 .. parties - 1.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_barrier_waiting(const cosy_barrier *barrier)
{
    return barrier->arrived;
}

/**
 * cosy_barrier_reset - breaks the filling generation; the next one fills at once. Mends a broken barrier.
 *
 * @barrier: which. Who waits gets COSY_EBROKEN; who has tripped is not touched.
 *
 * Returns: COSY_OK; COSY_EBUSY (called from its own action); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_barrier_reset(cosy_barrier *barrier);

/**
 * cosy_barrier_abort - breaks the barrier: every wait and trigger fails until reset.
 *
 * @barrier: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (called from its own action); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API int cosy_barrier_abort(cosy_barrier *barrier);

/**
 * cosy_barrier_broken - is it broken until it is reset: aborted, or its action failed?
 *
 * @barrier: which.
 *
 * Returns: true if every wait fails with COSY_EBROKEN.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API bool cosy_barrier_broken(const cosy_barrier *barrier);

/**
 * cosy_barrier_destroy - ends a barrier's life.
 *
 * @barrier: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_barrier_destroy(cosy_barrier *barrier);

/**
 * cosy_barrier_check - looks at a barrier's invariants.
 *
 * @barrier: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_barrier_check(const cosy_barrier *barrier);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_barrier_wait_arm(cosy_arm *arm);

/**
 * cosy_arm_barrier - an arm of a select: arrives, and waits until all have.
 *
 * @barrier: which.
 *
 * If another arm wins, the arrival is taken back. cosy_arm_result() gives the index. Two arms of one select cannot make up a
 * generation: one task does not arrive twice (COSY_EINVAL).
 *
 * Returns: the arm.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_barrier(cosy_barrier *barrier)
{
    cosy_arm arm;
    arm.begin = cosy_barrier_wait_arm;
    arm.object = barrier;
    arm.place = NULL;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
