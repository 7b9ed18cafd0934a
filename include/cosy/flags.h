/* cosy/flags.h - thirty-two flags in one object; tasks wait for any or all of some.
 *
 *     enum { LINK_UP = 1, TIME_SET = 2, STOP = 4 };
 *     static cosy_flags status = COSY_FLAGS_INIT("status", 0);
 *
 *     cosy_flags_set(&status, LINK_UP);
 *     cosy_flags_wait(&status, LINK_UP | TIME_SET, COSY_FLAGS_ALL, NULL, COSY_FOREVER);
 *     cosy_flags_wait(&status, STOP, COSY_FLAGS_ANY | COSY_FLAGS_CLEAR, NULL, COSY_FOREVER);   // the first takes it
 *
 * A set looks at those who wait in the order they came, and lets each go whose condition holds. Who waits with
 * COSY_FLAGS_CLEAR takes the bits that satisfied it, so those behind do not see them any more; who waits without leaves
 * them. A condition that does not hold holds nobody back, and reserves nothing: a wait for all of several bits gets them
 * when they are set at one moment.
 *
 * Bits that were taken belong to the task that took them: a clear does not reach them. If its wait is cancelled before
 * it has run, they are set again and the line is looked at again.
 */
#ifndef COSY_FLAGS_H
#define COSY_FLAGS_H

#include "loop.h"

COSY_BEGIN

/* bits: what is set and was not taken. No queued wait is satisfied by them. A waiting node's arg points to its
 * cosy_flags_want. */
typedef struct cosy_flags {
    cosy_list waiters;
    uint32_t bits;
#if COSY_NAMES
    const char *name;
#endif
} cosy_flags;

/* How a wait is satisfied: COSY_FLAGS_ANY or COSY_FLAGS_ALL, with or without COSY_FLAGS_CLEAR. */
enum {
    COSY_FLAGS_ANY = 0,  /* one of the bits is enough */
    COSY_FLAGS_ALL = 1,  /* all of them, at one moment */
    COSY_FLAGS_CLEAR = 2 /* and the bits of the mask that were set are taken */
};

/* What a wait asks for and gets. Begin forms and arms are given one, which stays until the wait is over. */
typedef struct cosy_flags_want {
    uint32_t mask; /* which bits, at least one */
    uint32_t how;  /* COSY_FLAGS_... */
    uint32_t got;  /* the bits of the mask that were set when it was satisfied, also those it took; 0 if it was not */
} cosy_flags_want;

/* For static ones; `first` are the bits that are set at first. */
#if COSY_NAMES
#define COSY_FLAGS_INIT(title, first) {.bits = (first), .name = (title)}
#else
#define COSY_FLAGS_INIT(title, first) {.bits = (first)}
#endif

/**
 * cosy_flags_init - prepares flags; COSY_FLAGS_INIT(name, bits) does it for static ones.
 *
 * @flags: storage.
 * @bits: which are set at first.
 * @name: for reports; may be NULL.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_API int cosy_flags_init(cosy_flags *flags, uint32_t bits, const char *name);

/**
 * cosy_flags_set - sets bits and lets those go whose condition holds now, in order. Never switches.
 *
 * @flags: which.
 * @bits: to be set; those that are set already stay, and change nothing.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread; elsewhere a function posted with cosy_post_fn(). Cost: O(waiters).
 */
COSY_API int cosy_flags_set(cosy_flags *flags, uint32_t bits);

/**
 * cosy_flags_clear - clears bits. Who was let go stays so, with the bits that it took.
 *
 * @flags: which.
 * @bits: to be cleared.
 *
 * Returns: COSY_OK; COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a store.
 */
COSY_API int cosy_flags_clear(cosy_flags *flags, uint32_t bits);

/**
 * cosy_flags_get - the bits that are set now.
 *
 * @flags: which.
 *
 * Returns: the bits; those that a wait took are not among them.
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_INLINE uint32_t cosy_flags_get(const cosy_flags *flags)
{
    return flags->bits;
}

/**
 * cosy_flags_wait - waits until any or all of some bits are set.
 *
 * @flags: which.
 * @mask: the bits it is about, at least one.
 * @how: COSY_FLAGS_ANY or COSY_FLAGS_ALL; with COSY_FLAGS_CLEAR the bits of the mask that are set are taken.
 * @got: where the bits of the mask go that were set when the wait was satisfied, before they were taken; 0 if it failed.
 *     May be NULL.
 * @deadline: absolute, ns.
 *
 * Returns: COSY_OK (they were set; who does not take them may find them clear by now); COSY_ETIMEDOUT, COSY_EAGAIN,
 *     COSY_ECANCELED (nothing was taken); COSY_ENOTASK; COSY_EINVAL (NULL flags, no bits, an unknown how).
 * Waits: until its condition holds. From: a coroutine. Cost: a few instructions when it holds, else one switch, and the
 *     one frame that its arguments wait in.
 */
COSY_API int cosy_flags_wait(cosy_flags *flags, uint32_t mask, unsigned how, uint32_t *got, cosy_time deadline);

/**
 * cosy_flags_wait_begin - begin form of cosy_flags_wait().
 *
 * @flags: which.
 * @want: mask and how are given, got comes back; must stay until the wait is over.
 * @w: the current task's node.
 *
 * Returns: COSY_OK, COSY_WAITING or COSY_EINVAL.
 * Waits: no. From: a task. Cost: a list push at most.
 */
COSY_API int cosy_flags_wait_begin(cosy_flags *flags, cosy_flags_want *want, cosy_wait *w);

/**
 * cosy_flags_try - takes or finds bits if they are set; needs no task. Overtakes nobody: no task waits for what is set.
 *
 * @flags: which.
 * @mask: as in cosy_flags_wait().
 * @how: as in cosy_flags_wait().
 * @got: as in cosy_flags_wait().
 *
 * Returns: COSY_OK; COSY_EAGAIN; COSY_EINVAL.
 * Waits: no. From: the loop's thread, in a task or not. Cost: a few instructions.
 */
COSY_API int cosy_flags_try(cosy_flags *flags, uint32_t mask, unsigned how, uint32_t *got);

/**
 * cosy_flags_destroy - ends the life of flags.
 *
 * @flags: which.
 *
 * Returns: COSY_OK; COSY_EBUSY (somebody waits: nothing is changed); COSY_EINVAL (NULL).
 * Waits: no. From: the loop's thread. Cost: a load.
 */
COSY_API int cosy_flags_destroy(cosy_flags *flags);

/**
 * cosy_flags_check - looks at the invariants of flags.
 *
 * @flags: which, or NULL.
 *
 * Returns: NULL if all is well, else what is wrong, in one sentence.
 * Waits: no. From: the loop's thread. Cost: O(waiters).
 */
COSY_API const char *cosy_flags_check(const cosy_flags *flags);

/* Begin form for arms, see cosy/select.h. */
COSY_API int cosy_flags_wait_arm(cosy_arm *arm);

/**
 * cosy_arm_flags - an arm of a select: cosy_flags_wait().
 *
 * @flags: which.
 * @want: mask and how are given, got comes back; stays until the select returns. got is 0 if another arm won.
 *
 * Returns: the arm, to be put among those of a select.
 * Waits: no. From: anywhere. Cost: a few stores.
 */
COSY_INLINE cosy_arm cosy_arm_flags(cosy_flags *flags, cosy_flags_want *want)
{
    cosy_arm arm;
    arm.begin = cosy_flags_wait_arm;
    arm.object = flags;
    arm.place = want;
    arm.n = 0;
    return arm;
}

COSY_END

#endif
