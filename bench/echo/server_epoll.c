/* bench_echo_server_epoll [CONNECTIONS]: echo from a bare epoll loop. Ends when all connections have been closed. */
#include "echo.h"

#include <sys/epoll.h>

int main(int argc, char **argv)
{
    static struct epoll_event events[ECHO_MOST];
    int expected = echo_count(argc, argv, 1, 64), accepted = 0, closed = 0;
    int listener = echo_listen(), loop = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    int64_t began = 0;
    long requests = 0;

    echo_check(epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event) == 0, "epoll_ctl");
    while (closed < expected) {
        int n = epoll_wait(loop, events, ECHO_MOST, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            char buffer[4096];
            ssize_t size;
            if (fd == listener) {
                fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                echo_check(fd >= 0, "accept");
                event.data.fd = fd;
                echo_check(epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
                if (++accepted == expected)
                    began = bench_cpu();
                continue;
            }
            size = read(fd, buffer, sizeof buffer);
            if (size <= 0) {
                close(fd);
                closed++;
            } else {
                echo_check(write(fd, buffer, (size_t)size) == size, "write");
                requests++;
            }
        }
    }
    bench_print("epoll", "echo_us", (double)(bench_cpu() - began) / 1000 / (double)(requests ? requests : 1));
    return 0;
}
