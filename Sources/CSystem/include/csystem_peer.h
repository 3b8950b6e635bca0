// Sockets of peers nobody vouches for: who they are, how long the kernel waits for them, how many
// descriptors there are for them. No logic lives here.
#ifndef CSYSTEM_PEER_H
#define CSYSTEM_PEER_H

#include <stdint.h>

/// Who is at the other end: the IPv4 address, or the upper 64 bits of the IPv6 address.
struct csystem_peer {
    uint64_t key;
    int is_loopback;
};

/// accept4, non-blocking, close-on-exec, TCP_NODELAY; says who it is. -1 and errno on failure.
int csystem_accept_peer(int listener, struct csystem_peer *peer);

/// TCP_USER_TIMEOUT: the kernel gives up on bytes that are not acknowledged for so long.
void csystem_set_user_timeout(int descriptor, uint32_t millis);

/// shutdown(SHUT_WR): the peer sees the end, and what it sends is still read.
void csystem_end_output(int descriptor);

/// Raises the soft limit of descriptors to the hard one and gives it; 0 when it is not known.
uint64_t csystem_raise_descriptor_limit(void);

#endif
