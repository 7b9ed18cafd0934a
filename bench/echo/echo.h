/* What the two echo servers and their client share. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

#include "../clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ECHO_SIZE = 32, ECHO_MOST = 1024 };

static inline void echo_check(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(1);
    }
}

static inline struct sockaddr_in echo_address(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* Listens on a port of the kernel's choice and says which. */
static inline int echo_listen(void)
{
    struct sockaddr_in address = echo_address(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    echo_check(fd >= 0, "socket");
    echo_check(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    echo_check(listen(fd, ECHO_MOST) == 0, "listen");
    echo_check(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static inline int echo_count(int argc, char **argv, int at, int otherwise)
{
    return argc > at ? atoi(argv[at]) : otherwise;
}

#endif
