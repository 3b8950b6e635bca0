// The system calls and macros that Swift cannot import. No logic lives here.
//
// Every function returns -1 and sets errno on failure, unless it says otherwise.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static const uint32_t CSYSTEM_READABLE = EPOLLIN;
static const uint32_t CSYSTEM_WRITABLE = EPOLLOUT;
static const uint32_t CSYSTEM_FAILED = (uint32_t)EPOLLERR | (uint32_t)EPOLLHUP;

/// One ready descriptor: its events and the token it was registered with.
struct csystem_event {
    uint32_t events;
    uint64_t token;
};

/// epoll_create1, close-on-exec.
int csystem_epoll_create(void);

/// epoll_ctl(ADD): level-triggered.
int csystem_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);

/// epoll_ctl(MOD).
int csystem_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t token);

/// epoll_ctl(DEL).
int csystem_epoll_remove(int epoll, int descriptor);

/// epoll_wait; at most 256 events a call. Interrupted counts as no event.
int csystem_epoll_wait(int epoll, struct csystem_event *events, int capacity, int timeout_millis);

/// eventfd, non-blocking, close-on-exec.
int csystem_eventfd(void);

/// Adds one to an eventfd.
void csystem_eventfd_signal(int descriptor);

/// Sets an eventfd back to zero.
void csystem_eventfd_clear(int descriptor);

/// A listening TCP socket, non-blocking, SO_REUSEADDR. `host` is a numeric address.
/// `*port` 0 asks for any port; the port in use is written back.
int csystem_listen(const char *host, uint16_t *port, int backlog);

/// A blocking TCP connection to a numeric address, TCP_NODELAY. Every wait on it, the connecting
/// too, ends with EAGAIN after `timeout_millis`.
int csystem_connect(const char *host, uint16_t port, int timeout_millis);

/// open(O_WRONLY | O_DIRECT), close-on-exec: EINVAL where the file system knows no such writing.
int csystem_open_direct(const char *path);

/// Switches O_NONBLOCK on.
int csystem_set_nonblocking(int descriptor);

/// send with MSG_NOSIGNAL: a closed peer is an error, never a signal.
ptrdiff_t csystem_send(int descriptor, const void *bytes, size_t count);

/// recv.
ptrdiff_t csystem_receive(int descriptor, void *bytes, size_t capacity);

/// malloc_trim(0): gives whole free pages of every arena back to the kernel.
void csystem_heap_trim(void);

/// Asks for the cache line of an address and goes on at once. Any address will do. Cannot fail.
static inline void csystem_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
