/* Watched objects, and what else the tasks of a scenario say to the run they are in. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>

static void say(cosy_trial *r, const cosy_watched *w, const char *sentence)
{
    const char *name = w->kind->name ? w->kind->name(w->object) : NULL;
    if (sentence)
        cosy__trial_wrong(r, "%s%s%s%s: %s", w->kind->what, name ? " \"" : "", name ? name : "", name ? "\"" : "",
                          sentence);
}

static void check(cosy_trial *r, const cosy_watched *w, bool idle)
{
    if (w->kind->check)
        say(r, w, w->kind->check(w->object));
    if (idle && w->kind->idle)
        say(r, w, w->kind->idle(w->object, w->noted));
}

void cosy__trial_check(cosy_trial *r, bool idle)
{
    for (size_t i = 0; i < r->watching && !r->out->wrong[0]; i++)
        check(r, &r->list[i], idle);
}

static cosy_watched *find(cosy_trial *r, const void *object)
{
    for (size_t i = 0; i < r->watching; i++)
        if (r->list[i].object == object)
            return &r->list[i];
    return NULL;
}

/* One more; NULL if there is no memory. */
static cosy_watched *add(cosy_trial *r)
{
    if (r->watching == r->room) {
        size_t more = r->room ? r->room * 2 : 8;
        cosy_watched *list = realloc(r->list, more * sizeof *list);
        if (!list)
            return NULL;
        r->list = list;
        r->room = more;
    }
    return &r->list[r->watching++];
}

void cosy_testing_watch(const void *object, const cosy_testing_kind *kind)
{
    cosy_trial *r = cosy__trial_here();
    if (!r || !object || !kind)
        return;
    cosy_watched *w = find(r, object);
    if (!w)
        w = add(r);
    if (!w) {
        cosy__trial_wrong(r, "there is no memory to watch %s", kind->what);
        return;
    }
    w->object = object;
    w->kind = kind;
    w->noted = kind->note ? kind->note(object) : 0;
}

void cosy_testing_unwatch(const void *object)
{
    cosy_trial *r = cosy__trial_here();
    cosy_watched *w = r ? find(r, object) : NULL;
    if (!w)
        return;
    check(r, w, true);
    *w = r->list[--r->watching];
}

void cosy_testing_fail(const char *wrong)
{
    cosy_trial *r = cosy__trial_here();
    if (r)
        cosy__trial_wrong(r, "%s", wrong);
    else
        fprintf(stderr, "cosy: %s\n", wrong);
}
