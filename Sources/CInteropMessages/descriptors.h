// The FileDescriptorSet of the interop and conformance services, for the reflection service.
#ifndef CINTEROPMESSAGES_DESCRIPTORS_H
#define CINTEROPMESSAGES_DESCRIPTORS_H

#include <stddef.h>

/// The first byte of the set.
const unsigned char *interop_descriptors_start(void);

/// The number of bytes of the set.
size_t interop_descriptors_count(void);

#endif
