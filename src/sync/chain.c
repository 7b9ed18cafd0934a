/* Unbounded queue of items that bring their own link. Getters wait only while there are no items.
 *
 * What a granted and then cancelled getter returns goes to the next getter or to the front; there is always room.
 */
#include "sync.h"

#include "../../include/cosy/chain.h"

static cosy_chain *chain_of(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_chain, getters);
}

static inline void hand_over(cosy_link *item, cosy_wait *getter)
{
    *(cosy_link **)getter->arg.ptr = item;
    cosy__grant(getter);
}

static const cosy_wait_ops getting;

/* Those who were served after w, and have not run, move up, as in a queue. */
static void move_up(cosy_chain *c, cosy_wait *w)
{
    cosy_link **place = w->arg.ptr;
    for (cosy_wait *g = w; (g = cosy__served_next(g, &c->getters, &getting)) != NULL;) {
        cosy_link *over = *(cosy_link **)g->arg.ptr;
        *(cosy_link **)g->arg.ptr = *place;
        *place = over;
    }
}

static bool undo(cosy_wait *w)
{
    cosy_chain *c = chain_of(w);
    move_up(c, w);
    cosy_link *item = *(cosy_link **)w->arg.ptr;
    cosy_wait *next = cosy__pop(&c->getters);
    if (next) {
        hand_over(item, next);
        return true;
    }
    item->next = c->first;
    if (!c->first)
        c->last = item;
    c->first = item;
    c->count++;
    return true;
}

static const char *name(const cosy_wait *w)
{
    return COSY__NAME(chain_of(w));
}

static const cosy_wait_ops getting = {.what = "an item of chain", .undo = undo, .name = name};

int cosy_chain_init(cosy_chain *c, const char *title)
{
    if (!c)
        return cosy__misuse(COSY_EINVAL, "cosy_chain_init", title, NULL);
    c->getters.head = NULL;
    c->first = c->last = NULL;
    c->count = 0;
    c->closed = 0;
    COSY__SET_NAME(c, title);
    return COSY_OK;
}

const char *cosy_chain_check(const cosy_chain *c)
{
    static const cosy_wait_ops *const kinds[] = {&getting, NULL};
    if (!c)
        return NULL;
    const cosy_link *item = c->first, *last = NULL;
    uint32_t n = 0;
    for (; item && n < c->count; n++) {
        last = item;
        item = item->next;
    }
    if (item || n < c->count || (last && last != c->last))
        return "the links of a chain do not agree with its count";
    if (c->getters.head && c->closed)
        return "a task waits for an item of a chain that is closed";
    if (c->getters.head && c->first)
        return "a task waits for an item that it could have";
    return cosy__list_check(&c->getters, kinds);
}

int cosy_chain_put(cosy_chain *c, cosy_link *item)
{
    COSY__VALID(cosy_chain_check(c));
    if (COSY_UNLIKELY(!c || !item))
        return cosy__misuse(COSY_EINVAL, "cosy_chain_put", c ? COSY__NAME(c) : "NULL", NULL);
    if (COSY_UNLIKELY(c->closed))
        return COSY_ECLOSED;
    cosy_wait *getter = cosy__pop(&c->getters);
    if (getter) {
        hand_over(item, getter);
        return COSY_OK;
    }
    item->next = NULL;
    if (c->first)
        c->last->next = item;
    else
        c->first = item;
    c->last = item;
    c->count++;
    return COSY_OK;
}

static inline cosy_link *take_first(cosy_chain *c)
{
    cosy_link *item = c->first;
    if (item) {
        c->first = item->next;
        c->count--;
    }
    return item;
}

/* COSY_EAGAIN if there is none. */
static inline int get(cosy_chain *c, cosy_link **item)
{
    cosy_link *first = take_first(c);
    if (!first)
        return c->closed ? COSY_ECLOSED : COSY_EAGAIN;
    *item = first;
    return COSY_OK;
}

static inline int park(cosy_chain *c, cosy_link **item, cosy_wait *w)
{
    w->arg.ptr = item;
    return cosy__park(&c->getters, w, &getting);
}

static COSY_COLD int refuse(const cosy_chain *c, const void *item, const char *call)
{
    if (!c || !item)
        return cosy__misuse(COSY_EINVAL, call, c ? COSY__NAME(c) : "NULL", NULL);
    return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(c), NULL);
}

int cosy_chain_get_begin(cosy_chain *c, cosy_link **item, cosy_wait *w)
{
    COSY__VALID(cosy_chain_check(c));
    if (!c || !item || !w)
        return refuse(c, NULL, "cosy_chain_get_begin");
    int rc = get(c, item);
    return rc == COSY_EAGAIN ? park(c, item, w) : cosy__done(w, rc);
}

int cosy_chain_get_arm(cosy_arm *arm)
{
    return cosy_chain_get_begin((cosy_chain *)arm->object, (cosy_link **)arm->place, &arm->wait);
}

int cosy_chain_get(cosy_chain *c, cosy_link **item, cosy_time deadline)
{
    COSY__VALID(cosy_chain_check(c));
    cosy_task *me = cosy__me();
    if (COSY_UNLIKELY(!c || !item || !me))
        return refuse(c, item, "cosy_chain_get");
    int rc = get(c, item);
    if (rc != COSY_EAGAIN)
        return cosy__done_here(me, rc);
    park(c, item, &me->wait);
    return cosy_suspend(me, deadline);
}

cosy_link *cosy_chain_try_get(cosy_chain *c)
{
    COSY__VALID(cosy_chain_check(c));
    return c ? take_first(c) : NULL;
}

int cosy_chain_close(cosy_chain *c)
{
    COSY__VALID(cosy_chain_check(c));
    cosy_wait *w;
    if (!c)
        return cosy__misuse(COSY_EINVAL, "cosy_chain_close", "NULL", NULL);
    c->closed = 1;
    while ((w = cosy__pop(&c->getters)))
        cosy__fail(w, COSY_ECLOSED);
    return COSY_OK;
}

int cosy_chain_destroy(cosy_chain *c)
{
    COSY__VALID(cosy_chain_check(c));
    if (!c)
        return cosy__misuse(COSY_EINVAL, "cosy_chain_destroy", "NULL", NULL);
    if (c->getters.head)
        return cosy__misuse(COSY_EBUSY, "cosy_chain_destroy", COSY__NAME(c), cosy__waiter(c->getters.head));
    return COSY_OK;
}
