/* A TCP echo server on the loopback interface: one task per connection, in a group.
 *
 * echo_server [port] prints the port it listens on (0, the default: the kernel picks one). On SIGINT or SIGTERM it stops
 * accepting, cancels the group, waits until every connection is closed, and ends.
 */
#include <cosy.h>
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct client {
    cosy_fd fd;
    char buffer[4096];
};

static cosy_group clients;
static cosy_fd listener;

static int echo(void *arg)
{
    struct client *c = arg;
    ssize_t n;
    while ((n = cosy_fd_read(&c->fd, c->buffer, sizeof c->buffer, COSY_FOREVER)) > 0) {
        ssize_t written = cosy_fd_write(&c->fd, c->buffer, (size_t)n, COSY_FOREVER);
        if (written != n)
            break; /* the peer has gone, or we are cancelled */
    }
    cosy_fd_close(&c->fd);
    free(c);
    return COSY_OK; /* what becomes of one client does not concern the others */
}

/* Accepts until the listener is closed. */
static int serve(void *arg)
{
    (void)arg;
    for (;;) {
        struct client *c = malloc(sizeof *c);
        int rc = c ? cosy_fd_accept(&listener, &c->fd, COSY_FOREVER) : COSY_ENOMEM;
        if (!rc) {
            rc = cosy_spawn_in(&clients, NULL, echo, c, &(cosy_spawn_options){.name = "client"});
            if (!rc)
                continue;
            cosy_fd_close(&c->fd);
        }
        free(c);
        if (rc == COSY_ECLOSED || rc == COSY_ECANCELED)
            return COSY_OK;
        fprintf(stderr, "echo_server: %s\n", cosy_strerror(rc));
        rc = cosy_sleep(cosy_ms(100)); /* out of memory or of descriptors: some client will end */
        if (rc)
            return rc;
    }
}

/* A descriptor that listens on 127.0.0.1, or a negative code. Prints the port. */
static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof address;
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return COSY_ESYSTEM - errno;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) || bind(fd, (void *)&address, length) ||
        listen(fd, SOMAXCONN) || getsockname(fd, (void *)&address, &length)) {
        int rc = COSY_ESYSTEM - errno;
        close(fd);
        return rc;
    }
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static int run(void *port)
{
    cosy_signal quit;
    cosy_task *server;
    int fd = listen_on(*(const uint16_t *)port);
    if (fd < 0)
        return fd;
    int rc = cosy_fd_open(&listener, fd, "listener");
    if (rc) {
        close(fd);
        return rc;
    }
    rc = cosy_signal_init(&quit, cosy_here(), true, "quit");
    if (!rc)
        rc = cosy_catch(&quit, SIGINT);
    if (!rc)
        rc = cosy_catch(&quit, SIGTERM);
    if (!rc)
        rc = cosy_group_open(&clients, "clients");
    if (!rc) {
        rc = cosy_spawn(&server, serve, NULL, &(cosy_spawn_options){.name = "server"});
        if (!rc) {
            rc = cosy_signal_wait(&quit, COSY_FOREVER);
            cosy_fd_close(&listener); /* no new clients */
            cosy_join(server, NULL, COSY_FOREVER);
        }
        cosy_group_cancel(&clients, "the server stops");
        int left = cosy_group_join(&clients, COSY_FOREVER);
        rc = rc ? rc : left;
    }
    cosy_catch(NULL, SIGINT); /* quit lives in this frame */
    cosy_catch(NULL, SIGTERM);
    cosy_fd_close(&listener);
    if (!rc)
        printf("stopped\n");
    return rc;
}

int main(int argc, char **argv)
{
    uint16_t port = argc > 1 ? (uint16_t)strtoul(argv[1], NULL, 10) : 0;
    int rc = cosy_run(run, &port, NULL);
    if (rc)
        fprintf(stderr, "echo_server: %s\n", cosy_strerror(rc));
    return rc ? 1 : 0;
}
