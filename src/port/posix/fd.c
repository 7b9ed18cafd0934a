/* Descriptors that tasks wait for. Registered once, edge-triggered; readiness is remembered between looks, so a request
 * costs the system calls of a bare epoll loop: one wait for many, one read, one write.
 *
 * A read that gets less than it asked for has drained a stream (a pipe, a TCP connection): the next one waits without asking
 * the kernel first, unless the peer has hung up, which must be seen as the end of the stream. Datagrams and terminals
 * give one message per read, so there the kernel is asked.
 */
#define _GNU_SOURCE
#include "posix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

/* The inside of this port may use the list operations of the core: a descriptor is one more primitive. */
#include "../../sync/sync.h"

static cosy_fd *reader_fd(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_fd, readers);
}

static cosy_fd *writer_fd(const cosy_wait *w)
{
    return COSY_CONTAINER(w->list, cosy_fd, writers);
}

static void leave(cosy_wait *w)
{
    w->loop->outside--;
}

static bool undo(cosy_wait *w)
{
    (void)w;
    return true; /* readiness is a level: it stays for the next */
}

static const char *reader_name(const cosy_wait *w)
{
    return COSY__NAME(reader_fd(w));
}

static const char *writer_name(const cosy_wait *w)
{
    return COSY__NAME(writer_fd(w));
}

/* A plain call needs an object and a coroutine. `me` is the current one. */
#define PLAIN(f, call, me)                                                                                             \
    cosy_task *me = cosy__me();                                                                                        \
    do {                                                                                                               \
        if (!(f))                                                                                                      \
            return cosy__misuse(COSY_EINVAL, call, "NULL", NULL);                                                      \
        if (!me)                                                                                                       \
            return cosy__misuse(COSY_ENOTASK, call, COSY__NAME(f), NULL);                                              \
    } while (0)

static int finish(cosy_task *me, int rc, cosy_time deadline)
{
    return rc == COSY_WAITING ? cosy_suspend(me, deadline) : rc;
}

static const cosy_wait_ops reading = {.what = "input from", .leave = leave, .undo = undo, .name = reader_name};
static const cosy_wait_ops writing = {.what = "room to write to", .leave = leave, .undo = undo, .name = writer_name};

static void wake_all(cosy_list *list, int failure)
{
    cosy_wait *w;
    while ((w = cosy__pop(list))) {
        w->loop->outside--;
        if (failure)
            cosy__fail(w, failure);
        else
            cosy__grant(w);
    }
}

void cosy__fd_event(cosy_fd *f, uint32_t events)
{
    if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
        f->hung = 1;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
        f->ready |= COSY_IN;
        wake_all(&f->readers, 0);
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        f->ready |= COSY_OUT;
        wake_all(&f->writers, 0);
    }
}

static bool is_stream(int fd)
{
    struct stat status;
    int type;
    socklen_t size = sizeof type;
    if (fstat(fd, &status))
        return false;
    if (S_ISFIFO(status.st_mode))
        return true;
    return S_ISSOCK(status.st_mode) && !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

/* `nonblocking`: it was made so already. */
static int open_fd(cosy_fd *f, int fd, const char *name, cosy_loop *loop, bool nonblocking)
{
    cosy_posix *p = (cosy_posix *)(void *)loop;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = f}};
    *f = (cosy_fd){.loop = loop, .fd = fd};
    COSY__SET_NAME(f, name);
    if (!nonblocking) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
            f->fd = -1;
            return COSY_ESYSTEM - errno;
        }
    }
    if (epoll_ctl(p->epoll_fd, EPOLL_CTL_ADD, fd, &e) == 0) {
        loop->watched++;
    } else if (errno == EPERM) {
        f->always = 1; /* a regular file */
    } else {
        f->fd = -1;
        return COSY_ESYSTEM - errno;
    }
    return COSY_OK;
}

int cosy_fd_open(cosy_fd *f, int fd, const char *name)
{
    cosy_task *me = cosy_self();
    if (!f || fd < 0)
        return cosy__misuse(COSY_EINVAL, "cosy_fd_open", name, NULL);
    if (!me)
        return cosy__misuse(COSY_ENOTASK, "cosy_fd_open", name, NULL);
    int rc = open_fd(f, fd, name, me->wait.loop, false);
    f->stream = !rc && is_stream(fd);
    return rc;
}

int cosy_fd_close(cosy_fd *f)
{
    if (!f)
        return cosy__misuse(COSY_EINVAL, "cosy_fd_close", "NULL", NULL);
    if (f->fd < 0)
        return COSY_OK;
    cosy_posix *p = (cosy_posix *)(void *)f->loop;
    if (!f->always) {
        epoll_ctl(p->epoll_fd, EPOLL_CTL_DEL, f->fd, NULL); /* a duplicate may keep the file open */
        f->loop->watched--;
    }
    wake_all(&f->readers, COSY_ECLOSED);
    wake_all(&f->writers, COSY_ECLOSED);
    close(f->fd);
    f->fd = -1;
    return COSY_OK;
}

static int begin(cosy_fd *f, int events, cosy_wait *w)
{
    if (f->fd < 0)
        return cosy__done(w, COSY_ECLOSED);
    if ((f->ready & events) || f->always)
        return cosy__done(w, COSY_OK);
    f->loop->outside++;
    if (events == COSY_IN)
        return cosy__park(&f->readers, w, &reading);
    return cosy__park(&f->writers, w, &writing);
}

static int check(const cosy_fd *f, int events, const char *call)
{
    if (!f || (events != COSY_IN && events != COSY_OUT))
        return cosy__misuse(COSY_EINVAL, call, f ? COSY__NAME(f) : "NULL", NULL);
    return COSY_OK;
}

int cosy_fd_wait_begin(cosy_fd *f, int events, cosy_wait *w)
{
    int rc = check(f, events, "cosy_fd_wait_begin");
    return rc ? rc : begin(f, events, w);
}

int cosy_fd_arm(cosy_arm *arm)
{
    return cosy_fd_wait_begin(arm->object, (int)arm->n, &arm->wait);
}

int cosy_fd_wait(cosy_fd *f, int events, cosy_time deadline)
{
    PLAIN(f, "cosy_fd_wait", me);
    int rc = check(f, events, "cosy_fd_wait");
    return rc ? rc : finish(me, begin(f, events, &me->wait), deadline);
}

void cosy_fd_drained(cosy_fd *f, int events)
{
    f->ready &= (uint8_t)~events;
}

/* After a system call, or instead of one: spends the countdown like every call that completes at once. */
static ssize_t done(cosy_task *me, ssize_t result)
{
    (void)cosy__done_here(me, COSY_OK);
    return result;
}

/* Before a system call: waits until the direction is ready. What has not been seen ready is tried all the same if there
 * is no time to wait, once: *tried. A negative result ends the call. */
static int until_ready(cosy_fd *f, int events, cosy_task *me, cosy_time deadline, bool *tried)
{
    int rc = COSY_OK;
    if (f->fd < 0)
        return (int)done(me, COSY_ECLOSED);
    if ((f->ready & events) || f->always)
        return COSY_OK;
    if (!*tried && deadline <= me->wait.loop->now) { /* COSY_NOW is less than any time */
        *tried = true;
        return COSY_OK;
    }
    rc = finish(me, begin(f, events, &me->wait), deadline);
    return rc == COSY_OK && f->fd < 0 ? COSY_ECLOSED : rc; /* closed between its wake-up and its turn */
}

/* Why there is nothing to call; COSY_OK if there is. */
#define CHECKED(f, buffer, call, me)                                                                                   \
    PLAIN(f, call, me);                                                                                          \
    do {                                                                                                               \
        if (!(buffer))                                                                                                 \
            return cosy__misuse(COSY_EINVAL, call, COSY__NAME(f), NULL);                                               \
    } while (0)

ssize_t cosy_fd_read(cosy_fd *f, void *buffer, size_t size, cosy_time deadline)
{
    CHECKED(f, buffer, "cosy_fd_read", me);
    bool tried = false;
    for (;;) {
        int rc = until_ready(f, COSY_IN, me, deadline, &tried);
        if (rc)
            return rc;
        ssize_t n = read(f->fd, buffer, size);
        if (n >= 0) {
            if ((size_t)n < size && f->stream && !f->hung)
                cosy_fd_drained(f, COSY_IN);
            return done(me, n);
        }
        if (errno == EAGAIN)
            cosy_fd_drained(f, COSY_IN);
        else if (errno != EINTR)
            return done(me, COSY_ESYSTEM - errno);
    }
}

ssize_t cosy_fd_write(cosy_fd *f, const void *buffer, size_t size, cosy_time deadline)
{
    CHECKED(f, buffer, "cosy_fd_write", me);
    size_t written = 0;
    bool socket = true, tried = false;
    for (;;) {
        int rc = until_ready(f, COSY_OUT, me, deadline, &tried);
        if (rc)
            return written ? (ssize_t)written : rc;
        const char *at = (const char *)buffer + written;
        ssize_t n = socket ? send(f->fd, at, size - written, MSG_NOSIGNAL) : write(f->fd, at, size - written);
        if (n >= 0) {
            written += (size_t)n;
            if (written == size)
                return done(me, (ssize_t)written);
            cosy_fd_drained(f, COSY_OUT); /* the kernel took less than offered */
        } else if (errno == EAGAIN) {
            cosy_fd_drained(f, COSY_OUT);
        } else if (errno == ENOTSOCK && socket) {
            socket = false;
        } else if (errno != EINTR) {
            return done(me, written ? (ssize_t)written : COSY_ESYSTEM - errno);
        }
    }
}

int cosy_fd_accept(cosy_fd *listener, cosy_fd *connection, cosy_time deadline)
{
    CHECKED(listener, connection, "cosy_fd_accept", me);
    bool tried = false;
    for (;;) {
        int rc = until_ready(listener, COSY_IN, me, deadline, &tried);
        if (rc)
            return rc;
        int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            rc = open_fd(connection, fd, COSY__NAME(listener), listener->loop, true);
            connection->stream = listener->stream;
            if (rc)
                close(fd);
            return (int)done(me, rc);
        }
        if (errno == EAGAIN)
            cosy_fd_drained(listener, COSY_IN);
        else if (errno != EINTR && errno != ECONNABORTED)
            return (int)done(me, COSY_ESYSTEM - errno);
    }
}

int cosy_fd_connect(cosy_fd *f, const struct sockaddr *address, socklen_t length, cosy_time deadline)
{
    CHECKED(f, address, "cosy_fd_connect", me);
    if (f->fd < 0)
        return COSY_ECLOSED;
    f->hung = 0; /* an unconnected socket counts as hung up */
    cosy_fd_drained(f, COSY_IN | COSY_OUT);
    if (connect(f->fd, address, length) == 0)
        return (int)done(me, COSY_OK);
    if (errno != EINPROGRESS && errno != EINTR)
        return (int)done(me, COSY_ESYSTEM - errno);
    bool tried = true; /* the answer cannot be there yet */
    int rc = until_ready(f, COSY_OUT, me, deadline, &tried);
    if (rc)
        return rc;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    return error ? COSY_ESYSTEM - error : COSY_OK;
}
