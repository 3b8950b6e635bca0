// CRC-32C (Castagnoli), the checksum of every format on disk.
#ifndef CSYSTEM_CRC32C_H
#define CSYSTEM_CRC32C_H

#include <stddef.h>
#include <stdint.h>

// Continues `crc` (0 at the start) over `length` bytes. Thread: any.
uint32_t csystem_crc32c(uint32_t crc, const void *bytes, size_t length);

// The portable table version of the same function: the fall-back and the tests' oracle.
uint32_t csystem_crc32c_table(uint32_t crc, const void *bytes, size_t length);

#endif
