/* src/core/check.h - what a check is, for the objects of the core and for those of src/sync.
 *
 * Every kind of object has `const char *cosy_NAME_check(const cosy_NAME *)`, which looks at its invariants and walks its
 * lists. With COSY_VALIDATE every public call begins with COSY__VALID(check(object)), so that a defect is found at the next
 * call at the latest, and names it; without, that is nothing. */
#ifndef COSY_CORE_CHECK_H
#define COSY_CORE_CHECK_H

#include "wait.h"

#if COSY_VALIDATE
void cosy__validate(const char *wrong, const char *call);
#define COSY__VALID(check) cosy__validate(check, __func__)
#else
#define COSY__VALID(check) ((void)0)
#endif

/* The invariants of any wait list: the links agree, each node is queued on this very list, for a kind of wait that
 * belongs here (`kinds`, ended by NULL), in one loop. NULL if all is well, else a sentence. */
const char *cosy__list_check(const cosy_list *list, const cosy_wait_ops *const *kinds);

/* How many nodes wait on a list. */
uint32_t cosy__list_count(const cosy_list *list);

#endif
