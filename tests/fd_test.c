/* Descriptors: what include/cosy/posix.h says about cosy_fd_*, over socket pairs, pipes, files and loopback TCP. Rows run
 * in real time; what they say never depends on how long anything took.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <cosy/posix.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { BIG = 4 * 1024 * 1024 };

/* What the row cannot go on without. */
static int must(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", what, cosy_errno(rc) || rc != -1 ? cosy_strerror(rc) : strerror(errno));
        exit(2);
    }
    return rc;
}

static void open_pair(cosy_fd *a, cosy_fd *b, int type)
{
    int fd[2];
    must(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd), "socketpair");
    must(cosy_fd_open(a, fd[0], "a"), "cosy_fd_open");
    must(cosy_fd_open(b, fd[1], "b"), "cosy_fd_open");
}

static void open_pipe(cosy_fd *out, cosy_fd *in)
{
    int fd[2];
    must(pipe(fd), "pipe");
    must(cosy_fd_open(out, fd[0], "out"), "cosy_fd_open");
    must(cosy_fd_open(in, fd[1], "in"), "cosy_fd_open");
}

static int tcp(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(bind(fd, (void *)address, length), "bind");
    must(getsockname(fd, (void *)address, &length), "getsockname");
    return fd;
}

static void open_listener(cosy_fd *f, struct sockaddr_in *address)
{
    int fd = tcp(address);
    must(listen(fd, 128), "listen");
    must(cosy_fd_open(f, fd, "listener"), "cosy_fd_open");
}

static int connect_to(cosy_fd *f, const struct sockaddr_in *address)
{
    int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(cosy_fd_open(f, fd, "client"), "cosy_fd_open");
    return cosy_fd_connect(f, (const void *)address, sizeof *address, COSY_FOREVER);
}

/* Both ends of a TCP connection. */
static void open_tcp(cosy_fd *client, cosy_fd *server)
{
    struct sockaddr_in address;
    cosy_fd listener;
    open_listener(&listener, &address);
    must(connect_to(client, &address), "connect");
    must(cosy_fd_accept(&listener, server, COSY_FOREVER), "accept");
    cosy_fd_close(&listener);
}

static void close_both(cosy_fd *a, cosy_fd *b)
{
    cosy_fd_close(a);
    cosy_fd_close(b);
}

static const char *put(cosy_fd *f, const char *text)
{
    return code_name((int)cosy_fd_write(f, text, strlen(text), COSY_FOREVER));
}

/* What a read gave: the text, "end", or a code. */
static const char *get(cosy_fd *f, cosy_time deadline)
{
    static char text[4][64];
    static unsigned turn;
    char *here = text[turn++ % 4];
    ssize_t n = cosy_fd_read(f, here, sizeof text[0] - 1, deadline);
    if (n < 0)
        return code_name((int)n);
    if (n == 0)
        return "end";
    here[n] = 0;
    return here;
}

/* A task that reads once and says what came. */
struct reader {
    cosy_fd *f;
    const char *name;
    cosy_time deadline;
};

static int read_once(void *arg)
{
    const struct reader *me = arg;
    say("%s %s", me->name, get(me->f, me->deadline));
    return 0;
}

/* A real moment for the kernel and other threads; then the loop looks. */
static void moment(void)
{
    cosy_sleep(cosy_ms(2));
}

/* ---- reading and writing ---- */

static int there(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    say("wrote %s", put(&a, "hello"));
    say("read %s", get(&b, COSY_FOREVER));
    close_both(&a, &b);
    return 0;
}

static int waits(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&b, "reader", COSY_FOREVER};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *t = start(read_once, &r, "reader");
    moment();
    say("write");
    put(&a, "x");
    join(t);
    close_both(&a, &b);
    return 0;
}

static int end_of_stream(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    put(&a, "last");
    cosy_fd_close(&a);
    const char *first = get(&b, COSY_FOREVER), *second = get(&b, COSY_FOREVER);
    say("%s, %s, %s", first, second, get(&b, COSY_FOREVER));
    cosy_fd_close(&b);
    return 0;
}

/* The end comes while the reader waits, after a short read. */
static int end_while_waiting(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&b, "reader", COSY_FOREVER};
    (void)arg;
    open_tcp(&a, &b);
    put(&a, "x");
    say("%s", get(&b, COSY_FOREVER));
    cosy_task *t = start(read_once, &r, "reader");
    moment();
    cosy_fd_close(&a);
    join(t);
    cosy_fd_close(&b);
    return 0;
}

static int half_closed(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_tcp(&a, &b);
    shutdown(a.fd, SHUT_WR);
    say("%s", get(&b, COSY_FOREVER));
    put(&b, "still");
    say("%s", get(&a, COSY_FOREVER));
    close_both(&a, &b);
    return 0;
}

static int pipes(void *arg)
{
    cosy_fd out, in;
    struct reader r = {&out, "reader", COSY_FOREVER};
    (void)arg;
    open_pipe(&out, &in);
    cosy_task *t = start(read_once, &r, "reader");
    settle(1);
    say("wrote %s", put(&in, "through"));
    join(t);
    cosy_fd_close(&in);
    say("%s", get(&out, COSY_FOREVER));
    cosy_fd_close(&out);
    return 0;
}

static int nothing(void *arg)
{
    cosy_fd a, b;
    char c = 0;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    put(&a, "x");
    say("write %d", (int)cosy_fd_write(&a, &c, 0, COSY_FOREVER));
    say("read %d", (int)cosy_fd_read(&b, &c, 0, COSY_FOREVER));
    say("%s", get(&b, COSY_FOREVER));
    close_both(&a, &b);
    return 0;
}

/* Reads that take less than there is go on without waiting for the kernel to say more. */
static int byte_by_byte(void *arg)
{
    cosy_fd a, b;
    char c[4] = "";
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    put(&a, "abc");
    for (int i = 0; i < 3; i++)
        must((int)cosy_fd_read(&b, c + i, 1, COSY_FOREVER), "read");
    say("%s", c);
    close_both(&a, &b);
    return 0;
}

/* Messages keep their boundaries: a short read of one does not mean that there is no other. */
static int messages(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_pair(&a, &b, *(const int *)arg);
    put(&a, "one");
    put(&a, "two");
    moment();
    const char *first = get(&b, cosy_in(cosy_s(1)));
    say("%s, %s", first, get(&b, cosy_in(cosy_s(1))));
    close_both(&a, &b);
    return 0;
}

/* A terminal gives a line at a time, however many are there. */
static int terminal(void *arg)
{
    cosy_fd in;
    (void)arg;
    int master = must(posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
    must(grantpt(master), "grantpt");
    must(unlockpt(master), "unlockpt");
    int slave = must(open(ptsname(master), O_RDWR | O_NOCTTY), "open");
    must(cosy_fd_open(&in, slave, "terminal"), "cosy_fd_open");
    must((int)write(master, "one\ntwo\n", 8), "write");
    moment();
    char text[2][8] = {"", ""};
    int rc[2];
    for (int i = 0; i < 2; i++)
        rc[i] = (int)cosy_fd_read(&in, text[i], 7, cosy_in(cosy_s(1)));
    say("%s %.3s, %s %.3s", code_name(rc[0]), text[0], code_name(rc[1]), text[1]);
    cosy_fd_close(&in);
    close(master);
    return 0;
}

/* ---- much data ---- */

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 31 + (at >> 12));
}

struct flow {
    cosy_fd *f;
    size_t size;
};

static int pour(void *arg)
{
    const struct flow *me = arg;
    unsigned char *data = malloc(me->size);
    for (size_t i = 0; i < me->size; i++)
        data[i] = pattern(i);
    ssize_t n = cosy_fd_write(me->f, data, me->size, COSY_FOREVER);
    free(data);
    return n == (ssize_t)me->size ? 0 : -1;
}

static int drain(void *arg)
{
    const struct flow *me = arg;
    unsigned char part[30000];
    size_t got = 0;
    while (got < me->size) {
        ssize_t n = cosy_fd_read(me->f, part, sizeof part, COSY_FOREVER);
        if (n <= 0)
            return -1;
        for (ssize_t i = 0; i < n; i++)
            if (part[i] != pattern(got + (size_t)i))
                return -2;
        got += (size_t)n;
    }
    return 0;
}

static void flow(cosy_fd *a, cosy_fd *b, bool both_ways)
{
    struct flow in = {a, BIG}, out = {b, BIG};
    cosy_task *back_in = NULL, *back_out = NULL;
    cosy_task *w = start(pour, &in, "writer"), *r = start(drain, &out, "reader");
    if (both_ways) {
        back_in = start(pour, &out, "writer back");
        back_out = start(drain, &in, "reader back");
    }
    int sent = join(w);
    say("sent %s, got %s", code_name(sent), code_name(join(r)));
    if (both_ways) {
        sent = join(back_in);
        say("sent %s, got %s", code_name(sent), code_name(join(back_out)));
    }
}

static int megabytes(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    flow(&a, &b, false);
    close_both(&a, &b);
    open_tcp(&a, &b);
    flow(&a, &b, true);
    close_both(&a, &b);
    open_pipe(&b, &a);
    flow(&a, &b, false);
    close_both(&a, &b);
    return 0;
}

static volatile sig_atomic_t storms;

static void on_alarm(int signo)
{
    (void)signo;
    storms++;
}

/* Every system call is interrupted again and again, and nothing is lost. */
static int interrupted(void *arg)
{
    struct sigaction action = {.sa_handler = on_alarm}, before; /* no SA_RESTART */
    const char *pause = getenv("COSY_STORM_US"); /* a slow machine (Valgrind) would do nothing but handle signals */
    int us = pause ? atoi(pause) : 100;
    struct itimerval storm = {{0, us}, {0, us}}, calm = {{0, 0}, {0, 0}};
    (void)arg;
    sigaction(SIGALRM, &action, &before);
    storms = 0;
    setitimer(ITIMER_REAL, &storm, NULL);
    megabytes(NULL);
    cosy_time began = cosy_now();
    cosy_sleep(cosy_ms(20));
    say(cosy_now() - began >= cosy_ms(20) ? "slept long enough" : "slept too short");
    setitimer(ITIMER_REAL, &calm, NULL);
    sigaction(SIGALRM, &before, NULL);
    say(storms > 10 ? "interrupted" : "calm");
    return 0;
}

/* ---- a peer that has gone ---- */

static int gone(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_fd_close(&b);
    int rc = (int)cosy_fd_write(&a, "x", 1, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EPIPE ? "EPIPE" : code_name(rc));
    say("%s", get(&a, COSY_FOREVER));
    cosy_fd_close(&a);
    return 0;
}

static int gone_while_writing(void *arg)
{
    cosy_fd a, b;
    struct flow in = {&a, BIG};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *w = start(pour, &in, "writer");
    moment();
    cosy_fd_close(&b);
    say("writer %s", join(w) ? "got less through" : "got all through");
    int rc = (int)cosy_fd_write(&a, "x", 1, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EPIPE ? "EPIPE" : code_name(rc));
    cosy_fd_close(&a);
    return 0;
}

static int reset(void *arg)
{
    cosy_fd a, b;
    struct linger at_once = {1, 0};
    (void)arg;
    open_tcp(&a, &b);
    setsockopt(a.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    cosy_fd_close(&a); /* sends RST */
    int rc = (int)cosy_fd_read(&b, &rc, 1, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - ECONNRESET ? "ECONNRESET" : code_name(rc));
    rc = (int)cosy_fd_write(&b, "x", 1, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EPIPE ? "EPIPE" : code_name(rc));
    cosy_fd_close(&b);
    return 0;
}

static int broken_pipe(void *arg)
{
    cosy_fd out, in;
    (void)arg;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN); /* pipes raise it */
    open_pipe(&out, &in);
    cosy_fd_close(&out);
    int rc = (int)cosy_fd_write(&in, "x", 1, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EPIPE ? "EPIPE" : code_name(rc));
    cosy_fd_close(&in);
    signal(SIGPIPE, before);
    return 0;
}

/* ---- deadlines ---- */

static int deadlines(void *arg)
{
    cosy_fd a, b, listener, c;
    struct sockaddr_in address;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    open_listener(&listener, &address);
    say("read %s", get(&a, cosy_in(cosy_ms(5))));
    say("accept %s", code_name(cosy_fd_accept(&listener, &c, cosy_in(cosy_ms(5)))));
    say("wait %s", code_name(cosy_fd_wait(&a, COSY_IN, cosy_in(cosy_ms(5)))));
    cosy_scope scope;
    cosy_scope_open(&scope, cosy_in(cosy_ms(5)), 0);
    say("block %s", get(&a, COSY_FOREVER));
    cosy_scope_close(&scope);
    put(&b, "x");
    say("then %s", get(&a, COSY_FOREVER));
    close_both(&a, &b);
    cosy_fd_close(&listener);
    return 0;
}

static int write_deadline(void *arg)
{
    cosy_fd a, b;
    char *data = calloc(1, BIG);
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    ssize_t n = cosy_fd_write(&a, data, BIG, cosy_in(cosy_ms(5)));
    say("%s", n > 0 && n < BIG ? "part" : code_name((int)n));
    say("%s", code_name((int)cosy_fd_write(&a, data, BIG, cosy_in(cosy_ms(5)))));
    say("%s", code_name((int)cosy_fd_write(&a, data, BIG, COSY_NOW)));
    ssize_t got = 0, m;
    while ((m = cosy_fd_read(&b, data, BIG, cosy_in(cosy_ms(5)))) > 0)
        got += m;
    say("%s", got == n ? "all that was said to be written came" : "the count was wrong");
    close_both(&a, &b);
    free(data);
    return 0;
}

static int now(void *arg)
{
    cosy_fd a, b, listener, c;
    struct sockaddr_in address;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    open_listener(&listener, &address);
    say("read %s", get(&a, COSY_NOW));
    say("accept %s", code_name(cosy_fd_accept(&listener, &c, COSY_NOW)));
    say("wait %s", code_name(cosy_fd_wait(&a, COSY_IN, COSY_NOW)));
    close_both(&a, &b);
    cosy_fd_close(&listener);
    return 0;
}

/* Contract 3: what can complete without waiting succeeds, also where the loop has not looked since. */
static int now_there(void *arg)
{
    cosy_fd a, b, listener, c, d;
    struct sockaddr_in address;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    open_listener(&listener, &address);
    say("write %s", code_name((int)cosy_fd_write(&a, "x", 1, COSY_NOW)));
    say("read %s", get(&b, COSY_NOW));
    must(connect_to(&d, &address), "connect");
    say("accept %s", code_name(cosy_fd_accept(&listener, &c, COSY_NOW)));
    cosy_fd_close(&d);
    if (c.fd >= 0)
        cosy_fd_close(&c);
    put(&a, "y");
    say("late read %s", get(&b, cosy_now() - 1));
    close_both(&a, &b);
    cosy_fd_close(&listener);
    return 0;
}

/* ---- cancel and close ---- */

static int cancelled(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&b, "reader", COSY_FOREVER};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *t = start(read_once, &r, "reader");
    settle(1);
    cosy_cancel(t, "enough");
    join(t);
    put(&a, "x");
    say("main %s", get(&b, COSY_FOREVER));
    close_both(&a, &b);
    return 0;
}

static int accept_once(void *listener)
{
    cosy_fd c;
    int rc = cosy_fd_accept(listener, &c, COSY_FOREVER);
    say("accept %s", code_name(rc));
    if (!rc)
        cosy_fd_close(&c);
    return 0;
}

static int cancelled_accept(void *arg)
{
    cosy_fd listener, c, d;
    struct sockaddr_in address;
    (void)arg;
    open_listener(&listener, &address);
    cosy_task *t = start(accept_once, &listener, "acceptor");
    settle(1);
    cosy_cancel(t, NULL);
    join(t);
    must(connect_to(&d, &address), "connect");
    say("main %s", code_name(cosy_fd_accept(&listener, &c, COSY_FOREVER)));
    close_both(&c, &d);
    cosy_fd_close(&listener);
    return 0;
}

/* Sticky: a wait fails at once, but what is there can still be taken. */
static int cancelled_reads(void *arg)
{
    cosy_fd *b = arg;
    say("woke %s", code_name(cosy_sleep(cosy_s(10))));
    const char *first = get(b, COSY_FOREVER);
    say("%s, %s", first, get(b, COSY_FOREVER));
    return 0;
}

static int sticky(void *arg)
{
    cosy_fd a, b;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    put(&a, "x");
    cosy_fd_wait(&b, COSY_IN, COSY_FOREVER);
    cosy_task *t = start(cancelled_reads, &b, "reader");
    settle(1);
    cosy_cancel(t, NULL);
    join(t);
    close_both(&a, &b);
    return 0;
}

static int write_much(void *arg)
{
    cosy_fd *f = arg;
    char *data = calloc(1, BIG);
    ssize_t n = cosy_fd_write(f, data, BIG, COSY_FOREVER);
    say("writer %s", n > 0 && n < BIG ? "part" : code_name((int)n));
    n = cosy_fd_write(f, data, BIG, COSY_FOREVER);
    say("writer %s", code_name((int)n));
    free(data);
    return 0;
}

static int closed_under_them(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&a, "r1", COSY_FOREVER}, s = {&a, "r2", cosy_in(cosy_s(60))};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *t = start(read_once, &r, "r1"), *u = start(read_once, &s, "r2"), *w = start(write_much, &a, "writer");
    moment();
    say("close %s", code_name(cosy_fd_close(&a)));
    join(t);
    join(u);
    join(w);
    cosy_fd_close(&b);
    return 0;
}

/* Both are granted, the first one closes: the descriptor is not there any more, and maybe another file has its number. */
static int close_when_ready(void *f)
{
    int rc = cosy_fd_wait(f, COSY_IN, COSY_FOREVER);
    cosy_fd_close(f);
    return rc;
}

static int closed_after_grant(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&b, "reader", COSY_FOREVER};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *c = start(close_when_ready, &b, "closer"), *t = start(read_once, &r, "reader");
    moment();
    put(&a, "x");
    join(t);
    say("closer %s", code_name(join(c)));
    cosy_fd_close(&a);
    return 0;
}

static int closed(void *arg)
{
    cosy_fd a, b, c;
    struct sockaddr_in address = {.sin_family = AF_INET};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    say("close %s", code_name(cosy_fd_close(&a)));
    say("again %s", code_name(cosy_fd_close(&a)));
    say("read %s, write %s", get(&a, COSY_FOREVER), put(&a, "x"));
    say("accept %s", code_name(cosy_fd_accept(&a, &c, COSY_FOREVER)));
    say("connect %s", code_name(cosy_fd_connect(&a, (void *)&address, sizeof address, COSY_FOREVER)));
    say("wait %s", code_name(cosy_fd_wait(&a, COSY_IN, COSY_FOREVER)));
    cosy_fd_close(&b);
    return 0;
}

/* ---- bad arguments ---- */

static int bad_descriptor(void *arg)
{
    cosy_fd f;
    (void)arg;
    int fd = must(dup(0), "dup");
    close(fd);
    int rc = cosy_fd_open(&f, fd, "gone");
    say("%s", rc == COSY_ESYSTEM - EBADF ? "EBADF" : code_name(rc));
    say("read %s", get(&f, COSY_FOREVER));
    say("%s", code_name(cosy_fd_open(&f, -1, "none")));
    return 0;
}

static int twice(void *arg)
{
    cosy_fd a, b, again;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    int rc = cosy_fd_open(&again, a.fd, "again");
    say("%s", rc == COSY_ESYSTEM - EEXIST ? "EEXIST" : code_name(rc));
    put(&b, "x");
    say("%s", get(&a, COSY_FOREVER));
    close_both(&a, &b);
    return 0;
}

static int wrong_direction(void *arg)
{
    cosy_fd out, in;
    (void)arg;
    open_pipe(&out, &in);
    int rc = (int)cosy_fd_write(&in, "x", 1, COSY_FOREVER);
    int fd = must(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "open");
    cosy_fd file;
    must(cosy_fd_open(&file, fd, "file"), "cosy_fd_open");
    rc = (int)cosy_fd_write(&file, "x", 1, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EBADF ? "EBADF" : code_name(rc));
    cosy_fd_close(&file);
    close_both(&out, &in);
    return 0;
}

static int null(void *arg)
{
    cosy_fd a, b;
    char c;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_fd_read(NULL, &c, 1, COSY_FOREVER);
    cosy_fd_read(&a, NULL, 1, COSY_FOREVER);
    cosy_fd_write(&a, NULL, 1, COSY_FOREVER);
    cosy_fd_accept(&a, NULL, COSY_FOREVER);
    cosy_fd_connect(&a, NULL, 0, COSY_FOREVER);
    cosy_fd_wait(&a, COSY_IN | COSY_OUT, COSY_FOREVER);
    cosy_fd_wait(&a, 0, COSY_FOREVER);
    cosy_fd_close(NULL);
    close_both(&a, &b);
    return 0;
}

static int outside(void *arg)
{
    cosy_fd f = {.fd = 0, .name = "f"};
    char c;
    (void)arg;
    cosy_fd_open(&f, 0, "f");
    f.name = "f";
    cosy_fd_read(&f, &c, 1, COSY_FOREVER);
    cosy_fd_write(&f, &c, 1, COSY_FOREVER);
    cosy_fd_wait(&f, COSY_IN, COSY_FOREVER);
    cosy_fd_accept(&f, &f, COSY_FOREVER);
    return 0;
}

/* ---- files ---- */

static int file(void *arg)
{
    char path[] = "/tmp/cosy-fd-test-XXXXXX";
    cosy_fd f;
    (void)arg;
    int fd = must(mkstemp(path), "mkstemp");
    unlink(path);
    must(cosy_fd_open(&f, fd, "file"), "cosy_fd_open");
    say("wait %s", code_name(cosy_fd_wait(&f, COSY_IN, COSY_NOW)));
    say("wrote %s", put(&f, "text"));
    lseek(fd, 0, SEEK_SET);
    const char *first = get(&f, COSY_NOW);
    say("%s, %s", first, get(&f, COSY_NOW));
    say("close %s", code_name(cosy_fd_close(&f)));
    return 0;
}

static int raise_flag(void *flag)
{
    *(bool *)flag = true;
    return 0;
}

/* Contract 4: calls that complete at once, and calls that fail at once, let others run. */
static int starves_nobody(void *arg)
{
    cosy_fd f, g;
    char c;
    bool ran = false, again = false;
    int fd = must(open("/dev/zero", O_RDONLY | O_CLOEXEC), "open");
    (void)arg;
    must(cosy_fd_open(&f, fd, "zero"), "cosy_fd_open");
    cosy_task *t = start(raise_flag, &ran, "other");
    for (int i = 0; i < 1000 && !ran; i++)
        cosy_fd_read(&f, &c, 1, COSY_FOREVER);
    say(ran ? "ran" : "starved");
    join(t);
    must(cosy_fd_open(&g, must(open("/dev/null", O_WRONLY | O_CLOEXEC), "open"), "null"), "cosy_fd_open");
    t = start(raise_flag, &again, "other");
    for (int i = 0; i < 1000 && !again; i++)
        cosy_fd_read(&g, &c, 1, COSY_FOREVER); /* EBADF */
    say(again ? "ran" : "starved");
    join(t);
    close_both(&f, &g);
    return 0;
}

/* ---- several at once ---- */

static int two_readers(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&b, "r1", COSY_FOREVER}, s = {&b, "r2", COSY_FOREVER};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *t = start(read_once, &r, "r1"), *u = start(read_once, &s, "r2");
    moment();
    put(&a, "x");
    join(t);
    put(&a, "y");
    join(u);
    close_both(&a, &b);
    return 0;
}

static int two_readers_end(void *arg)
{
    cosy_fd a, b;
    struct reader r = {&b, "r1", COSY_FOREVER}, s = {&b, "r2", COSY_FOREVER};
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    cosy_task *t = start(read_once, &r, "r1"), *u = start(read_once, &s, "r2");
    moment();
    cosy_fd_close(&a);
    join(t);
    join(u);
    cosy_fd_close(&b);
    return 0;
}

/* Readiness is a level: it is there for everybody until somebody says it is drained. */
static int level(void *arg)
{
    cosy_fd a, b;
    char c;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    say("out %s", code_name(cosy_fd_wait(&a, COSY_OUT, COSY_FOREVER)));
    put(&a, "x");
    say("in %s", code_name(cosy_fd_wait(&b, COSY_IN, COSY_FOREVER)));
    say("in %s", code_name(cosy_fd_wait(&b, COSY_IN, COSY_NOW)));
    must((int)read(b.fd, &c, 1), "read");
    say("own read %d", (int)read(b.fd, &c, 1));
    cosy_fd_drained(&b, COSY_IN);
    say("in %s", code_name(cosy_fd_wait(&b, COSY_IN, cosy_in(cosy_ms(2)))));
    put(&a, "y");
    say("in %s", code_name(cosy_fd_wait(&b, COSY_IN, COSY_FOREVER)));
    close_both(&a, &b);
    return 0;
}

enum { CLIENTS = 100 };

static struct sockaddr_in server_address;
static int served, answered;

static int echo_one(void *arg)
{
    cosy_fd *f = arg;
    int number;
    if (cosy_fd_read(f, &number, sizeof number, COSY_FOREVER) == sizeof number &&
        cosy_fd_write(f, &number, sizeof number, COSY_FOREVER) == sizeof number)
        served++;
    cosy_fd_close(f);
    free(f);
    return 0;
}

static int serve(void *arg)
{
    cosy_fd *listener = arg;
    int rc;
    do {
        cosy_fd *f = malloc(sizeof *f);
        rc = cosy_fd_accept(listener, f, COSY_FOREVER);
        if (rc)
            free(f);
        else
            must(cosy_spawn(NULL, echo_one, f, NULL), "cosy_spawn");
    } while (!rc);
    return rc;
}

static int ask(void *arg)
{
    int number = *(const int *)arg, answer = -1;
    cosy_fd f;
    int rc = connect_to(&f, &server_address);
    if (!rc && cosy_fd_write(&f, &number, sizeof number, COSY_FOREVER) == sizeof number &&
        cosy_fd_read(&f, &answer, sizeof answer, COSY_FOREVER) == sizeof answer && answer == number)
        answered++;
    cosy_fd_close(&f);
    return rc;
}

static int clients(void *arg)
{
    cosy_fd listener;
    cosy_group group;
    static int numbers[CLIENTS];
    (void)arg;
    served = answered = 0;
    open_listener(&listener, &server_address);
    cosy_task *server = start(serve, &listener, "server");
    cosy_group_open(&group, "clients");
    for (int i = 0; i < CLIENTS; i++) {
        numbers[i] = i;
        must(cosy_spawn_in(&group, NULL, ask, &numbers[i], NULL), "cosy_spawn_in");
    }
    say("join %s", code_name(cosy_group_join(&group, COSY_FOREVER)));
    cosy_fd_close(&listener);
    say("server %s", code_name(join(server)));
    say("%d served, %d answered", served, answered);
    return 0;
}

static int refused(void *arg)
{
    struct sockaddr_in address;
    cosy_fd f;
    (void)arg;
    int fd = tcp(&address); /* bound, so that nobody else gets the port; it does not listen */
    int rc = connect_to(&f, &address);
    say("%s", rc == COSY_ESYSTEM - ECONNREFUSED ? "ECONNREFUSED" : code_name(rc));
    cosy_fd_close(&f);
    close(fd);
    return 0;
}

static int backlog(void *arg)
{
    struct sockaddr_in address;
    cosy_fd listener, f[3], g[3];
    int accepted = 0;
    (void)arg;
    open_listener(&listener, &address);
    for (int i = 0; i < 3; i++)
        must(connect_to(&f[i], &address), "connect");
    moment();
    while (accepted < 3 && cosy_fd_accept(&listener, &g[accepted], cosy_in(cosy_s(1))) == COSY_OK)
        accepted++;
    say("%d", accepted);
    for (int i = 0; i < 3; i++)
        close_both(&f[i], &g[i]);
    cosy_fd_close(&listener);
    return 0;
}

static int no_descriptor_left(void *arg)
{
    struct sockaddr_in address;
    struct rlimit was, tight;
    cosy_fd listener, client, server, spare, other;
    (void)arg;
    open_listener(&listener, &address);
    must(connect_to(&client, &address), "connect");
    open_pair(&spare, &other, SOCK_STREAM);
    getrlimit(RLIMIT_NOFILE, &was);
    tight = was;
    int next = must(dup(0), "dup");
    close(next);
    tight.rlim_cur = (rlim_t)next; /* the highest that is in use, plus one */
    setrlimit(RLIMIT_NOFILE, &tight);
    int rc = cosy_fd_accept(&listener, &server, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EMFILE ? "EMFILE" : code_name(rc));
    rc = cosy_fd_accept(&listener, &server, COSY_FOREVER);
    say("%s", rc == COSY_ESYSTEM - EMFILE ? "EMFILE" : code_name(rc));
    cosy_fd_close(&spare);
    say("%s", code_name(cosy_fd_accept(&listener, &server, COSY_FOREVER)));
    put(&client, "x");
    say("%s", get(&server, COSY_FOREVER));
    setrlimit(RLIMIT_NOFILE, &was);
    close_both(&client, &server);
    close_both(&listener, &other);
    return 0;
}

/* A number that is used again belongs to a new file: nothing of the old one is left. */
static int number_again(void *arg)
{
    cosy_fd a, b, c, d;
    (void)arg;
    open_pair(&a, &b, SOCK_STREAM);
    put(&a, "old");
    cosy_fd_wait(&b, COSY_IN, COSY_FOREVER);
    close_both(&a, &b);
    open_pair(&c, &d, SOCK_STREAM);
    say("%s", get(&d, cosy_in(cosy_ms(2))));
    put(&c, "new");
    say("%s", get(&d, COSY_FOREVER));
    close_both(&c, &d);
    return 0;
}

/* ---- simulated time ---- */

static void *write_later(void *arg)
{
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    if (write(*(const int *)arg, "x", 1) != 1)
        abort();
    return NULL;
}

static int sleep_a_second(void *arg)
{
    (void)arg;
    cosy_sleep(cosy_s(1));
    say("slept at %d", at_ms());
    return 0;
}

/* Contract 5: it does not jump while a task waits for a descriptor. */
static int simulated(void *arg)
{
    pthread_t thread;
    cosy_fd out;
    int fd[2];
    (void)arg;
    must(pipe(fd), "pipe");
    must(cosy_fd_open(&out, fd[0], "out"), "cosy_fd_open");
    cosy_task *t = start(sleep_a_second, NULL, "sleeper");
    pthread_create(&thread, NULL, write_later, &fd[1]);
    const char *got = get(&out, COSY_FOREVER);
    say("%s at %d", got, at_ms());
    join(t);
    pthread_join(thread, NULL);
    cosy_fd_close(&out);
    close(fd[1]);
    return 0;
}

static int datagram = SOCK_DGRAM, packet = SOCK_SEQPACKET;

static const test_row rows[] = {
    {"what is there is read", there, "wrote 5; read hello", .real_time = true},
    {"a reader waits until something comes", waits, "write; reader x", .real_time = true},
    {"the end of the stream is 0, again and again", end_of_stream, "last, end, end", .real_time = true},
    {"the end comes to a reader that waits", end_while_waiting, "x; reader end", .real_time = true},
    {"half a connection can be closed", half_closed, "end; still", .real_time = true},
    {"pipes", pipes, "wrote 7; reader through; end", .real_time = true},
    {"nothing to read or to write", nothing, "write 0; read 0; x", .real_time = true},
    {"reads smaller than what is there go on at once", byte_by_byte, "abc", .real_time = true},
    {"a short datagram does not hide the next one", messages, "one, two", &datagram, .real_time = true},
    {"a short packet does not hide the next one", messages, "one, two", &packet, .real_time = true},
    {"a short line of a terminal does not hide the next one", terminal, "4 one, 4 two", .real_time = true},
    {"megabytes go through pair, TCP both ways, and pipe", megabytes,
     "sent OK, got OK; sent OK, got OK; sent OK, got OK; sent OK, got OK", .real_time = true},
    {"a storm of signals loses nothing", interrupted,
     "sent OK, got OK; sent OK, got OK; sent OK, got OK; sent OK, got OK; slept long enough; interrupted",
     .real_time = true},
    {"a peer that has gone is EPIPE, not SIGPIPE", gone, "EPIPE; end", .real_time = true},
    {"a peer that goes while data is written", gone_while_writing, "writer got less through; EPIPE", .real_time = true},
    {"a peer that resets", reset, "ECONNRESET; EPIPE", .real_time = true},
    {"a pipe without a reader", broken_pipe, "EPIPE", .real_time = true},
    {"deadlines of read, accept, wait and of a block", deadlines,
     "read ETIMEDOUT; accept ETIMEDOUT; wait ETIMEDOUT; block ETIMEDOUT; then x", .real_time = true},
    {"a write that runs out of time says how much went", write_deadline,
     "part; ETIMEDOUT; EAGAIN; all that was said to be written came", .real_time = true},
    {"COSY_NOW with nothing there", now, "read EAGAIN; accept EAGAIN; wait EAGAIN", .real_time = true},
    {"COSY_NOW and a passed deadline take what is there", now_there, "write 1; read x; accept OK; late read y",
     .real_time = true},
    {"a cancelled reader takes nothing", cancelled, "reader ECANCELED; main x", .real_time = true},
    {"a cancelled accept takes nothing", cancelled_accept, "accept ECANCELED; main OK", .real_time = true},
    {"a cancel is sticky, what is there is still read", sticky, "woke ECANCELED; x, ECANCELED", .real_time = true},
    {"close wakes readers and writers", closed_under_them,
     "close OK; r1 ECLOSED; r2 ECLOSED; writer part; writer ECLOSED", .real_time = true},
    {"close after the grant, before the reader ran", closed_after_grant, "reader ECLOSED; closer OK", .real_time = true},
    {"all calls on a closed one", closed,
     "close OK; again OK; read ECLOSED, write ECLOSED; accept ECLOSED; connect ECLOSED; wait ECLOSED",
     .real_time = true},
    {"a bad descriptor", bad_descriptor, "EBADF; read ECLOSED; cosy_fd_open(none) by main: EINVAL; EINVAL",
     .real_time = true},
    {"a descriptor opened twice", twice, "EEXIST; x", .real_time = true},
    {"the wrong direction", wrong_direction, "EBADF", .real_time = true},
    {"NULL and wrong events", null,
     "cosy_fd_read(NULL) by main: EINVAL; cosy_fd_read(a) by main: EINVAL; cosy_fd_write(a) by main: EINVAL; "
     "cosy_fd_accept(a) by main: EINVAL; cosy_fd_connect(a) by main: EINVAL; cosy_fd_wait(a) by main: EINVAL; "
     "cosy_fd_wait(a) by main: EINVAL; cosy_fd_close(NULL) by main: EINVAL",
     .real_time = true},
    {"outside a task", outside,
     "cosy_fd_open(f) by (no task): ENOTASK; cosy_fd_read(f) by (no task): ENOTASK; "
     "cosy_fd_write(f) by (no task): ENOTASK; cosy_fd_wait(f) by (no task): ENOTASK; "
     "cosy_fd_accept(f) by (no task): ENOTASK",
     .without_loop = true},
    {"a regular file is always ready", file, "wait OK; wrote 4; text, end; close OK", .real_time = true},
    {"calls that complete or fail at once starve nobody", starves_nobody, "ran; ran", .real_time = true},
    {"two readers of one descriptor, in order", two_readers, "r1 x; r2 y", .real_time = true},
    {"two readers see the end", two_readers_end, "r1 end; r2 end", .real_time = true},
    {"readiness is a level until it is drained", level,
     "out OK; in OK; in OK; own read -1; in ETIMEDOUT; in OK", .real_time = true},
    {"a hundred clients", clients, "join OK; server ECLOSED; 100 served, 100 answered", .real_time = true},
    {"a connection refused", refused, "ECONNREFUSED", .real_time = true},
    {"three in the backlog, one look", backlog, "3", .real_time = true},
    {"no descriptor left for a connection", no_descriptor_left, "EMFILE; EMFILE; OK; x", .real_time = true},
    {"a number used again", number_again, "ETIMEDOUT; new", .real_time = true},
    {"simulated time waits for a descriptor", simulated, "x at 0; slept at 1000"},
};

int main(void)
{
    return TEST_ROWS("fd", rows);
}
