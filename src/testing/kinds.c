/* What the runner knows about cosy's own objects: their names, their checks, and when they are idle. A line per kind. */
#include "../../include/cosy/testing.h"

#if COSY_NAMES
#define NAME(it) ((it)->name)
#else
#define NAME(it) ((void)(it), (const char *)0)
#endif

/* In title, note and sentence, `it` is the object, in sentence `noted` what note gave when it was watched. */
#define KIND(kind, title, note, sentence)                                                                              \
    static const char *name_##kind(const void *object)                                                                 \
    {                                                                                                                  \
        const cosy_##kind *it = object;                                                                                \
        (void)it;                                                                                                      \
        return title;                                                                                                  \
    }                                                                                                                  \
    static const char *check_##kind(const void *object)                                                                \
    {                                                                                                                  \
        return cosy_##kind##_check((const cosy_##kind *)object);                                                       \
    }                                                                                                                  \
    static intptr_t note_##kind(const void *object)                                                                    \
    {                                                                                                                  \
        const cosy_##kind *it = object;                                                                                \
        (void)it;                                                                                                      \
        return (intptr_t)(note);                                                                                       \
    }                                                                                                                  \
    static const char *idle_##kind(const void *object, intptr_t noted)                                                 \
    {                                                                                                                  \
        const cosy_##kind *it = object;                                                                                \
        (void)noted;                                                                                                   \
        return sentence;                                                                                               \
    }

static const char waited_for[] = "somebody waits for it still";

KIND(barrier, NAME(it), it->arrived,
     it->waiters.head ? waited_for : it->arrived != (uint32_t)noted ? "somebody has arrived and not gone on" : NULL)
KIND(broadcast, NAME(it), 0,
     it->waiters.head ? waited_for : it->receivers ? "a receiver has not left it" : NULL)
KIND(chain, NAME(it), 0, it->getters.head ? waited_for : NULL)
KIND(condition, NAME(it), 0, it->waiters.head ? waited_for : NULL)
KIND(event, NAME(it), 0, it->waiters.head ? waited_for : NULL)
KIND(flags, NAME(it), 0, it->waiters.head ? waited_for : NULL)
KIND(future, NAME(it), 0, it->waiters.head ? waited_for : NULL)
KIND(group, NAME(it), 0, it->loop ? "it has not been joined" : NULL)
KIND(limiter, NAME(it), 0, it->waiters.head ? waited_for : cosy_limiter_held(it) ? "it is held still" : NULL)
KIND(lock, NAME(it), 0, it->owner ? "it is held still" : it->waiters.head ? waited_for : NULL)
KIND(once, NAME(it), 0, it->waiters.head ? waited_for : it->runner ? "somebody is at it still" : NULL)
KIND(queue, NAME(it), 0,
     it->getters.head || it->putters.head || (it->more && it->more->joiners.head) ? waited_for : NULL)
KIND(rwlock, NAME(it), 0, it->waiters.head ? waited_for : it->writer || it->readers ? "it is held still" : NULL)
KIND(scope, NULL, 0, it->task ? "it has not been closed" : NULL)
KIND(semaphore, NAME(it), it->count,
     it->waiters.head                ? waited_for
     : it->count < (int32_t)noted ? "it has fewer permits than it had"
     : it->count > (int32_t)noted ? "it has more permits than it had"
                                  : NULL)
KIND(signal, NAME(it), 0, it->waiters.head ? waited_for : NULL)
KIND(waitgroup, NAME(it), it->count,
     it->waiters.head ? waited_for : it->count != (int32_t)noted ? "its count is not what it was" : NULL)
KIND(watch, NAME(it), 0, it->waiters.head ? waited_for : NULL)

#define ENTRY(kind, KIND) [COSY_KIND_##KIND] = {#kind, name_##kind, check_##kind, note_##kind, idle_##kind},

const cosy_testing_kind cosy_testing_kinds[COSY_KIND_COUNT] = {COSY_TESTING_KINDS(ENTRY)};
