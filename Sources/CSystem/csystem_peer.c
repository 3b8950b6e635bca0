#define _GNU_SOURCE
#include "csystem_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

static void describe_four(uint32_t address, struct csystem_peer *peer) {
    uint32_t host = ntohl(address);
    peer->key = (uint64_t)0xffff << 32 | host;
    peer->is_loopback = host >> 24 == 127;
}

int csystem_accept_peer(int listener, struct csystem_peer *peer) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    memset(peer, 0, sizeof *peer);
    int made =
        accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (made < 0) return -1;
    int on = 1;
    // A peer that is gone already makes this fail; the first read will say so.
    (void)setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (address.ss_family == AF_INET) {
        describe_four(((struct sockaddr_in *)&address)->sin_addr.s_addr, peer);
    } else if (address.ss_family == AF_INET6) {
        const struct in6_addr *six = &((struct sockaddr_in6 *)&address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six)) {
            uint32_t four;
            memcpy(&four, six->s6_addr + 12, sizeof four);
            describe_four(four, peer);
        } else {
            for (int index = 0; index < 8; index += 1) {
                peer->key = peer->key << 8 | six->s6_addr[index];
            }
            peer->is_loopback = IN6_IS_ADDR_LOOPBACK(six);
        }
    }
    return made;
}

void csystem_set_user_timeout(int descriptor, uint32_t millis) {
    // Without it the kernel's own, longer patience holds.
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &millis, sizeof millis);
}

void csystem_end_output(int descriptor) {
    // Fails only when the connection is gone already.
    (void)shutdown(descriptor, SHUT_WR);
}

uint64_t csystem_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        rlim_t soft = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = soft;
    }
    return limit.rlim_cur;
}
