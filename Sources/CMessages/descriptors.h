// The FileDescriptorSet of Protos/creditrisk/v1, for the reflection service.
#ifndef CMESSAGES_DESCRIPTORS_H
#define CMESSAGES_DESCRIPTORS_H

#include <stddef.h>

/// The first byte of the set.
const unsigned char *creditrisk_descriptors_start(void);

/// The number of bytes of the set.
size_t creditrisk_descriptors_count(void);

#endif
