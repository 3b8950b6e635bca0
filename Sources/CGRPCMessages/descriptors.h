// The FileDescriptorSet of Protos/grpc and Protos/google, for the reflection service.
#ifndef CGRPCMESSAGES_DESCRIPTORS_H
#define CGRPCMESSAGES_DESCRIPTORS_H

#include <stddef.h>

/// The first byte of the set.
const unsigned char *grpc_descriptors_start(void);

/// The number of bytes of the set.
size_t grpc_descriptors_count(void);

#endif
