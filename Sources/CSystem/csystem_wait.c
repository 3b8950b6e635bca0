#define _GNU_SOURCE
#include "csystem_wait.h"

#include <poll.h>
#include <time.h>

void csystem_wait_readable(int descriptor, uint64_t timeout_nanos) {
    struct pollfd watched = {.fd = descriptor, .events = POLLIN};
    struct timespec time = {
        .tv_sec = (time_t)(timeout_nanos / 1000000000u),
        .tv_nsec = (long)(timeout_nanos % 1000000000u),
    };
    // Whatever ended the wait, the caller asks the descriptor itself what is ready.
    (void)ppoll(&watched, 1, &time, NULL);
}
