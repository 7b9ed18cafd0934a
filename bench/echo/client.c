/* bench_echo_client PORT [CONNECTIONS [REQUESTS]]: each connection sends 32 bytes, waits for them, and sends again. */
#include "echo.h"

#include <sys/epoll.h>

int main(int argc, char **argv)
{
    static struct epoll_event events[ECHO_MOST];
    static size_t missing[65536];
    static char request[ECHO_SIZE] = "thirty-two bytes there and back";
    int count = echo_count(argc, argv, 2, 64);
    long requests = echo_count(argc, argv, 3, 200000), sent = 0, answered = 0;
    int loop = epoll_create1(0);
    struct sockaddr_in address = echo_address((unsigned)echo_count(argc, argv, 1, 0));
    int64_t began;

    if (argc < 2 || count > ECHO_MOST)
        return 2;
    int *fds = malloc((size_t)count * sizeof *fds);
    for (int i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN};
        event.data.fd = fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        echo_check(fds[i] >= 0, "socket");
        echo_check(connect(fds[i], (struct sockaddr *)&address, sizeof address) == 0, "connect");
        echo_check(epoll_ctl(loop, EPOLL_CTL_ADD, fds[i], &event) == 0, "epoll_ctl");
    }
    usleep(100000); /* all are accepted */
    began = bench_wall();
    for (int i = 0; i < count && sent < requests; i++, sent++) {
        missing[fds[i]] = ECHO_SIZE;
        echo_check(write(fds[i], request, ECHO_SIZE) == ECHO_SIZE, "write");
    }
    while (answered < requests) {
        int n = epoll_wait(loop, events, ECHO_MOST, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            char answer[ECHO_SIZE];
            ssize_t size = read(fd, answer, missing[fd]);
            echo_check(size > 0, "read");
            missing[fd] -= (size_t)size;
            if (missing[fd])
                continue;
            answered++;
            if (sent < requests) {
                sent++;
                missing[fd] = ECHO_SIZE;
                echo_check(write(fd, request, ECHO_SIZE) == ECHO_SIZE, "write");
            }
        }
    }
    bench_print("client", "echo_rate", (double)requests * 1e9 / (double)(bench_wall() - began));
    for (int i = 0; i < count; i++)
        close(fds[i]);
    free(fds);
    return 0;
}
