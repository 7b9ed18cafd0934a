/* One run: a loop in simulated time, the scenario as its main task, and what is to be said of it afterwards. */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPIN_LIMIT = 100000, TOLD_MOST = 3 };

static cosy_trial *trial_of(cosy_loop *loop)
{
    return COSY_CONTAINER(loop->port, cosy_trial, port);
}

void cosy__trial_wrong(cosy_trial *r, const char *format, ...)
{
    va_list args;
    if (r->out->wrong[0])
        return;
    va_start(args, format);
    vsnprintf(r->out->wrong, sizeof r->out->wrong, format, args);
    va_end(args);
    if (r->loop)
        cosy_loop_stop(r->loop);
}

/* ---- a task in words ---- */

const char *cosy__trial_object(const cosy_wait *w)
{
    return w->list && w->ops->name ? w->ops->name(w) : NULL;
}

void cosy__trial_describe(char *to, size_t size, const cosy_wait *w)
{
    const char *name = cosy__trial_object(w);
    snprintf(to, size, "for %s%s%s%s", w->ops->what, name ? " \"" : "", name ? name : "", name ? "\"" : "");
}

static void describe_task(char *to, size_t size, const cosy_task *task)
{
    char wait[100];
    const cosy_wait *w = &task->wait;
    if (w->state != COSY_QUEUED) {
        snprintf(to, size, "task \"%s\", which is ready", cosy_task_name(task));
        return;
    }
    const cosy_task *owner = w->list && w->ops->owner ? w->ops->owner(w) : NULL;
    cosy__trial_describe(wait, sizeof wait, w);
    snprintf(to, size, "task \"%s\", which waits %s%s%s%s", cosy_task_name(task), wait, owner ? ", held by \"" : "",
             owner ? cosy_task_name(owner) : "", owner ? "\"" : "");
}

/* ---- reports go into the run's own and not to stderr ---- */

static void on_tell(cosy_loop *loop, const char *what, const cosy_task *task)
{
    cosy_trial *r = trial_of(loop);
    char line[160];
    size_t used = strlen(r->told);
    if (!r->what)
        r->what = what;
    if (!task || strcmp(what, r->what) || r->lines++ >= TOLD_MOST)
        return; /* what follows a report is its effect */
    describe_task(line, sizeof line, task);
    snprintf(r->told + used, sizeof r->told - used, "%s%s%s", used ? "; " : what, used ? "" : " ", line);
}

static void told_nothing(cosy_trial *r)
{
    r->what = NULL;
    r->told[0] = 0;
    r->lines = 0;
}

static void on_misuse(const cosy_misuse *m, void *arg)
{
    cosy_trial *r = arg;
    if (!(r->scenario->allow & COSY_ALLOW_MISUSE))
        cosy__trial_wrong(r, "misuse: %s(\"%s\") in task \"%s\": %s", m->call, m->object, m->task, cosy_strerror(m->code));
}

/* ---- beginning, end ---- */

static int body(void *arg)
{
    cosy_trial *r = arg;
    int result = r->scenario->run(r->scenario->arg);
    r->main = NULL; /* from here on its handle is dead for us */
    return result;
}

static int open_loop(cosy_trial *r)
{
    const cosy_spawn_options name = {.name = "main"};
    cosy_loop *loop;
    cosy_options options = {.virtual_time = true};
    if (r->scenario->options)
        options = *r->scenario->options;
    options.virtual_time = true;
    if (!options.spin_limit)
        options.spin_limit = SPIN_LIMIT;
    int rc = cosy_loop_open(&loop, &options);
    if (rc)
        return rc;
    r->below = loop->port;
    r->port = *r->below;
    r->port.tell = on_tell;
    cosy__trial_hook(r);
    loop->port = &r->port;
    rc = cosy_loop_hook(loop, &r->hooks);
    if (!rc)
        rc = cosy_loop_spawn(loop, &r->main, body, r, &name);
    if (rc)
        cosy_loop_close(loop);
    else
        r->loop = loop;
    return rc;
}

cosy_trial *cosy__trial_here(void)
{
    cosy_loop *loop = cosy_here();
    return loop->port && loop->port->tell == on_tell ? trial_of(loop) : NULL;
}

static const char *report(const cosy_trial *r, int rc)
{
    return r->told[0] ? r->told : cosy_strerror(rc);
}

/* The main task has ended, or never will. */
static void judge_end(cosy_trial *r, int rc, int result)
{
    if (rc == COSY_EDEADLK) {
        if (!(r->scenario->allow & COSY_ALLOW_DEADLOCK))
            cosy__trial_wrong(r, "%s", report(r, rc));
    } else if (rc == COSY_EAGAIN) {
        cosy__trial_wrong(r, "the loop was stopped before the main task had ended");
    } else if (rc) {
        cosy__trial_wrong(r, "%s", report(r, rc));
    } else if (result < 0 && !r->at) {
        cosy__trial_wrong(r, "it fails: %s", cosy_strerror(result));
    } else if (cosy_loop_live(r->loop) && !(r->scenario->allow & COSY_ALLOW_LEFT)) {
        told_nothing(r);
        for (cosy_group *group = r->loop->groups; group; group = group->next)
            cosy_group_survivors(group);
        cosy__trial_wrong(r, "the main task has ended, and left others: %s", r->told);
    }
}

static void judge_after(cosy_trial *r, int rc)
{
    const char *(*verify)(void *) = r->scenario->verify;
    if (rc)
        cosy__trial_wrong(r, "%s", report(r, rc));
    cosy__trial_check(r, true);
    const char *sentence = verify && !r->out->wrong[0] ? verify(r->scenario->arg) : NULL;
    if (sentence)
        cosy__trial_wrong(r, "%s", sentence);
}

int cosy__trial_run(cosy_trial *r)
{
    int result = COSY_OK;
    cosy_set_reporter(on_misuse, r);
    int rc = open_loop(r);
    if (!rc) {
        cosy_loop *loop = r->loop;
        int ran = cosy_loop_run_until(loop, r->main, &result);
        judge_end(r, ran, result);
        told_nothing(r);
        r->main = r->target = NULL;
        r->loop = NULL;
        judge_after(r, cosy_loop_close(loop));
    }
    cosy_set_reporter(NULL, NULL);
    free(r->list);
    return rc;
}
