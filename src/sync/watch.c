/* Watched value. Only watchers that have seen the latest version wait, so a set lets all of them go, with the value
 * copied and the version seen. Seen is a property of the watcher, not of the task: that is what a cancel puts back.
 */
#include "sync.h"

#include "../../include/cosy/watch.h"

void *memcpy(void *to, const void *from, size_t size); /* the one thing needed of a libc */

static cosy_watch *watch_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_watch, waiters);
}

static cosy_watcher *watcher_of(const cosy_wait *w)
{
    return (cosy_watcher *)w->arg.ptr;
}

static inline void see(const cosy_watch *watch, cosy_watcher *watcher, void *place)
{
    if (place)
        memcpy(place, watch->value, watch->size);
    watcher->seen = watch->version;
}

/* Its node is unlinked. */
static void let_go(const cosy_watch *watch, cosy_watcher *watcher)
{
    cosy_wait *w = watcher->wait;
    watcher->wait = NULL;
    see(watch, watcher, watcher->place);
    cosy__grant(w);
}

static void leave(cosy_wait *w)
{
    watcher_of(w)->wait = NULL;
}

/* It has seen nothing. If the watcher went into other hands meanwhile, and waits, then it has waited enough. */
static bool undo(cosy_wait *w)
{
    const cosy_watch *watch = watch_of(w);
    cosy_watcher *watcher = watcher_of(w);
    if (watcher->wait) {
        cosy__unlink(watcher->wait);
        let_go(watch, watcher);
    } else {
        watcher->seen = watch->version - 1; /* any version but the latest */
    }
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(watch_of(w));
}

static const cosy_wait_ops watching = {.what = "watch", .leave = leave, .undo = undo, .name = name};

const char *cosy_watch_check(const cosy_watch *watch)
{
    static const cosy_wait_ops *const kinds[] = {&watching, NULL};
    if (!watch)
        return NULL;
    if (!watch->value || !watch->size)
        return "a watch has no value";
    const char *wrong = cosy__list_check(&watch->waiters, kinds);
    const cosy_wait *w = watch->waiters.head;
    if (wrong || !w)
        return wrong;
    if (watch->closed)
        return "a task waits for a watch that is closed";
    do {
        const cosy_watcher *watcher = watcher_of(w);
        if (watcher->watch != watch || watcher->wait != w)
            return "a task waits for a watch with a watcher that knows nothing of it";
        if (watcher->seen != watch->version)
            return "a task waits for a watch that has a value it has not seen";
        w = w->next;
    } while (w != watch->waiters.head);
    return NULL;
}

int cosy_watch_init(cosy_watch *watch, void *value, uint32_t size, const char *title)
{
    if (!watch || !value || !size)
        return cosy__misuse(COSY_EINVAL, "cosy_watch_init", title, NULL);
    watch->waiters.head = NULL;
    watch->value = value;
    watch->size = size;
    watch->version = 0;
    watch->closed = 0;
    COSY__SET_NAME(watch, title);
    return COSY_OK;
}

static COSY_COLD int refuse(const cosy_watch *watch, const char *call)
{
    return cosy__misuse(COSY_EINVAL, call, watch ? COSY__NAME(watch) : "NULL", NULL);
}

int cosy_watch_set(cosy_watch *watch, const void *value)
{
    COSY__VALID(cosy_watch_check(watch));
    cosy_wait *w;
    if (COSY_UNLIKELY(!watch || !value))
        return refuse(watch, "cosy_watch_set");
    if (COSY_UNLIKELY(watch->closed))
        return COSY_ECLOSED;
    if (value != watch->value)
        memcpy(watch->value, value, watch->size);
    watch->version++;
    while ((w = cosy__pop(&watch->waiters)))
        let_go(watch, watcher_of(w));
    return COSY_OK;
}

int cosy_watch_get(const cosy_watch *watch, void *value)
{
    COSY__VALID(cosy_watch_check(watch));
    if (COSY_UNLIKELY(!watch || !value))
        return refuse(watch, "cosy_watch_get");
    memcpy(value, watch->value, watch->size);
    return COSY_OK;
}

int cosy_watch_open(cosy_watcher *watcher, cosy_watch *watch)
{
    COSY__VALID(cosy_watch_check(watch));
    if (!watcher || !watch)
        return refuse(watch, "cosy_watch_open");
    watcher->watch = watch;
    watcher->wait = NULL;
    watcher->place = NULL;
    watcher->seen = watch->version;
    return COSY_OK;
}

static inline cosy_watch *watched_by(const cosy_watcher *watcher)
{
    return watcher ? watcher->watch : NULL;
}

/* COSY_EAGAIN if the latest was seen. */
static inline int look(const cosy_watch *watch, cosy_watcher *watcher, void *place)
{
    if (watcher->seen == watch->version)
        return COSY_UNLIKELY(watch->closed) ? COSY_ECLOSED : COSY_EAGAIN;
    see(watch, watcher, place);
    return COSY_OK;
}

static COSY_COLD int busy(const cosy_watcher *watcher, const char *call)
{
    return cosy__misuse(COSY_EBUSY, call, COSY__NAME(watcher->watch), cosy__waiter(watcher->wait));
}

static inline int park(cosy_watch *watch, cosy_watcher *watcher, void *place, cosy_wait *w)
{
    watcher->wait = w;
    watcher->place = place;
    w->arg.ptr = watcher;
    return cosy__park(&watch->waiters, w, &watching);
}

int cosy_watch_next_begin(cosy_watcher *watcher, void *value, cosy_wait *w)
{
    cosy_watch *watch = watched_by(watcher);
    COSY__VALID(cosy_watch_check(watch));
    if (COSY_UNLIKELY(!watch || !w))
        return refuse(w ? watch : NULL, "cosy_watch_next_begin");
    int rc = look(watch, watcher, value);
    if (rc != COSY_EAGAIN)
        return cosy__done(w, rc);
    if (COSY_UNLIKELY(watcher->wait != NULL))
        return busy(watcher, "cosy_watch_next_begin");
    return park(watch, watcher, value, w);
}

int cosy_watch_next_arm(cosy_arm *arm)
{
    return cosy_watch_next_begin((cosy_watcher *)arm->object, arm->place, &arm->wait);
}

int cosy_watch_next(cosy_watcher *watcher, void *value, cosy_time deadline)
{
    cosy_watch *watch = watched_by(watcher);
    COSY__VALID(cosy_watch_check(watch));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!watch))
        return refuse(watch, "cosy_watch_next");
    if (COSY_UNLIKELY(!me))
        return cosy__misuse(COSY_ENOTASK, "cosy_watch_next", COSY__NAME(watch), NULL);
    int rc = look(watch, watcher, value);
    if (rc != COSY_EAGAIN)
        return cosy__done_here(me, rc);
    if (COSY_UNLIKELY(watcher->wait != NULL))
        return busy(watcher, "cosy_watch_next");
    park(watch, watcher, value, &me->wait);
    return cosy_suspend(me, deadline);
}

int cosy_watch_try(cosy_watcher *watcher, void *value)
{
    const cosy_watch *watch = watched_by(watcher);
    COSY__VALID(cosy_watch_check(watch));
    if (COSY_UNLIKELY(!watch))
        return refuse(watch, "cosy_watch_try");
    return look(watch, watcher, value);
}

int cosy_watch_close(cosy_watch *watch)
{
    COSY__VALID(cosy_watch_check(watch));
    cosy_wait *w;
    if (!watch)
        return refuse(watch, "cosy_watch_close");
    watch->closed = 1;
    while ((w = cosy__pop(&watch->waiters))) {
        watcher_of(w)->wait = NULL;
        cosy__fail(w, COSY_ECLOSED);
    }
    return COSY_OK;
}

int cosy_watch_destroy(cosy_watch *watch)
{
    COSY__VALID(cosy_watch_check(watch));
    if (!watch)
        return refuse(watch, "cosy_watch_destroy");
    if (watch->waiters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_watch_destroy", COSY__NAME(watch), cosy__waiter(watch->waiters.head));
    return COSY_OK;
}
