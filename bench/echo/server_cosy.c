/* bench_echo_server_cosy [CONNECTIONS]: echo by cosy, a task for each connection. Ends when all connections have been closed. */
#include "echo.h"

#include <cosy.h>

static cosy_fd listener, connections[ECHO_MOST];
static cosy_task *tasks[ECHO_MOST];
static int expected;
static int64_t began;
static long requests;

static void check(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", what, cosy_strerror(rc));
        exit(1);
    }
}

static int serve(void *arg)
{
    cosy_fd *connection = arg;
    char buffer[4096];
    ssize_t size;
    while ((size = cosy_fd_read(connection, buffer, sizeof buffer, COSY_FOREVER)) > 0) {
        if (cosy_fd_write(connection, buffer, (size_t)size, COSY_FOREVER) != size)
            break;
        requests++;
    }
    return cosy_fd_close(connection);
}

static int run(void *arg)
{
    (void)arg;
    check(cosy_fd_open(&listener, echo_listen(), "listener"), "open");
    for (int i = 0; i < expected; i++) {
        check(cosy_fd_accept(&listener, &connections[i], COSY_FOREVER), "accept");
        check(cosy_spawn(&tasks[i], serve, &connections[i], NULL), "spawn");
    }
    began = bench_cpu();
    for (int i = 0; i < expected; i++)
        check(cosy_join(tasks[i], NULL, COSY_FOREVER), "join");
    bench_print("cosy", "echo_us", (double)(bench_cpu() - began) / 1000 / (double)(requests ? requests : 1));
    return cosy_fd_close(&listener);
}

int main(int argc, char **argv)
{
    cosy_options options = {.stack_size = 16384};
    expected = echo_count(argc, argv, 1, 64);
    if (expected > ECHO_MOST)
        return 2;
    return cosy_run(run, NULL, &options) ? 1 : 0;
}
