// A wait that counts in nanoseconds; epoll_wait counts in milliseconds. No logic lives here.
#ifndef CSYSTEM_WAIT_H
#define CSYSTEM_WAIT_H

#include <stdint.h>

/// ppoll for input on one descriptor, which may be an epoll set; returns early when interrupted.
void csystem_wait_readable(int descriptor, uint64_t timeout_nanos);

#endif
