#define _GNU_SOURCE
#include "csystem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { EVENTS_PER_WAIT = 256 };

int csystem_open_direct(const char *path) { return open(path, O_WRONLY | O_DIRECT | O_CLOEXEC); }

int csystem_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int csystem_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int csystem_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event);
}

int csystem_epoll_remove(int epoll, int descriptor) {
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int csystem_epoll_wait(int epoll, struct csystem_event *events, int capacity, int timeout_millis) {
    struct epoll_event ready[EVENTS_PER_WAIT];
    int most = capacity < EVENTS_PER_WAIT ? capacity : EVENTS_PER_WAIT;
    int count = epoll_wait(epoll, ready, most, timeout_millis);
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int index = 0; index < count; index += 1) {
        events[index].events = ready[index].events;
        events[index].token = ready[index].data.u64;
    }
    return count;
}

int csystem_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void csystem_eventfd_signal(int descriptor) {
    // A full counter already means "signalled", so the result carries no news.
    (void)eventfd_write(descriptor, 1);
}

void csystem_eventfd_clear(int descriptor) {
    eventfd_t value;
    (void)eventfd_read(descriptor, &value);
}

static socklen_t address_from(const char *host, uint16_t port, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    struct sockaddr_in *four = (struct sockaddr_in *)storage;
    if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        return sizeof *four;
    }
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)storage;
    if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        return sizeof *six;
    }
    errno = EINVAL;
    return 0;
}

static int close_and_fail(int descriptor) {
    int kept = errno;
    close(descriptor);
    errno = kept;
    return -1;
}

int csystem_listen(const char *host, uint16_t *port, int backlog) {
    struct sockaddr_storage address;
    socklen_t length = address_from(host, *port, &address);
    if (length == 0) return -1;
    int made = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    int on = 1;
    if (setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return close_and_fail(made);
    }
    if (bind(made, (struct sockaddr *)&address, length) != 0) return close_and_fail(made);
    if (listen(made, backlog) != 0) return close_and_fail(made);
    if (getsockname(made, (struct sockaddr *)&address, &length) != 0) return close_and_fail(made);
    *port = address.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&address)->sin_port)
                                         : ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return made;
}

int csystem_connect(const char *host, uint16_t port, int timeout_millis) {
    struct sockaddr_storage address;
    socklen_t length = address_from(host, port, &address);
    if (length == 0) return -1;
    int made = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    struct timeval limit = {timeout_millis / 1000, timeout_millis % 1000 * 1000};
    (void)setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(made, (struct sockaddr *)&address, length) != 0) return close_and_fail(made);
    int on = 1;
    (void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

int csystem_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL, 0);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

ptrdiff_t csystem_send(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

ptrdiff_t csystem_receive(int descriptor, void *bytes, size_t capacity) {
    return recv(descriptor, bytes, capacity, 0);
}

void csystem_heap_trim(void) { malloc_trim(0); }
