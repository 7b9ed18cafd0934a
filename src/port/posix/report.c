/* What humans read: misuse, deadlocks, survivors, overflows. Each is one line on stderr, in one write. */
#define _GNU_SOURCE
#include "posix.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void (*reporter)(const cosy_misuse *, void *);
static void *reporter_arg;

void cosy_set_reporter(void (*fn)(const cosy_misuse *, void *), void *arg)
{
    reporter = fn;
    reporter_arg = arg;
}

void cosy__line(const char *format, ...)
{
    char line[512];
    int saved = errno;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (n < 0)
        n = 0;
    if (n > (int)sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, (size_t)n);
    (void)written; /* nobody is left to be told */
    errno = saved;
}

void cosy_port_report(const cosy_misuse *m)
{
    if (reporter) {
        reporter(m, reporter_arg);
        return;
    }
    cosy__line("cosy: %s(\"%s\") in task \"%s\": %s%s%s%s", m->call, m->object, m->task, cosy_strerror(m->code),
               m->other ? " (see task \"" : "", m->other ? m->other : "", m->other ? "\")" : "");
}

void cosy_port_broken(const char *call, const char *wrong)
{
    cosy__line("cosy: %s: %s; memory was overwritten, or cosy has a defect", call, wrong);
    abort();
}

void cosy__tell(cosy_loop *loop, const char *what, const cosy_task *task)
{
    (void)loop;
    if (!task) {
        cosy__line("cosy: %s more tasks, which are not listed", what);
        return;
    }
    const cosy_wait *w = &task->wait;
    if (w->state != COSY_QUEUED) {
        cosy__line("cosy: %s task \"%s\", which is ready", what, cosy_task_name(task));
        return;
    }
    const char *name = w->list && w->ops->name ? w->ops->name(w) : NULL;
    const cosy_task *owner = w->list && w->ops->owner ? w->ops->owner(w) : NULL;
    cosy__line("cosy: %s task \"%s\", which waits for %s%s%s%s%s%s%s", what, cosy_task_name(task), w->ops->what,
               name ? " \"" : "", name ? name : "", name ? "\"" : "", owner ? ", held by \"" : "",
               owner ? cosy_task_name(owner) : "", owner ? "\"" : "");
}

void cosy__overflow_line(const cosy_task *task)
{
    /* Written piece by piece: this may run on the very stack that has no room, so no printf and no buffer. */
    static const char before[] = "cosy: stack overflow in task \"";
    static const char between[] = "\": its ";
    static const char after[] = " bytes do not suffice; spawn it with a larger .stack_size\n";
    const char *name = cosy_task_name(task);
    char digits[20], *digit = digits + sizeof digits;
    size_t size = cosy_stack_size(task);
    do
        *--digit = (char)('0' + size % 10);
    while (size /= 10);
    struct iovec pieces[] = {{(void *)(uintptr_t)before, sizeof before - 1},
                             {(void *)(uintptr_t)name, strlen(name)},
                             {(void *)(uintptr_t)between, sizeof between - 1},
                             {digit, (size_t)(digits + sizeof digits - digit)},
                             {(void *)(uintptr_t)after, sizeof after - 1}};
    ssize_t written = writev(STDERR_FILENO, pieces, sizeof pieces / sizeof pieces[0]);
    (void)written; /* nobody is left to be told */
}

void cosy_port_overflow(const cosy_task *task)
{
    cosy__overflow_line(task);
    abort();
}

const char *cosy_port_system_error(int number);

const char *cosy_port_system_error(int number)
{
    const char *text = strerrordesc_np(number);
    return text ? text : "unknown system error";
}
