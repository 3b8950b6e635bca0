// The two ends of a socket. No logic lives here.
#ifndef CSYSTEM_ADDRESS_H
#define CSYSTEM_ADDRESS_H

#include <stdint.h>

/// getsockname, or getpeername when `is_remote`: writes the 4 or 16 bytes of the address and the
/// port, and gives how many bytes it wrote; -1 when the socket has no such end.
int csystem_address(int descriptor, int is_remote, uint8_t bytes[16], uint16_t *port);

#endif
