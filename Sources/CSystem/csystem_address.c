#include "csystem_address.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int csystem_address(int descriptor, int is_remote, uint8_t bytes[16], uint16_t *port) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    struct sockaddr *any = (struct sockaddr *)&address;
    int result = is_remote ? getpeername(descriptor, any, &length)
                           : getsockname(descriptor, any, &length);
    if (result != 0) return -1;
    if (address.ss_family == AF_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)&address;
        memcpy(bytes, &four->sin_addr, 4);
        *port = ntohs(four->sin_port);
        return 4;
    }
    if (address.ss_family == AF_INET6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address;
        memcpy(bytes, &six->sin6_addr, 16);
        *port = ntohs(six->sin6_port);
        return 16;
    }
    return -1;
}
