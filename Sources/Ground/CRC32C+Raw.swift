internal import CSystem

extension CRC32C {
    /// The same over memory that is no array, such as a batch being encoded.
    public static func checksum(
        _ bytes: UnsafeRawBufferPointer, continuing checksum: UInt32 = 0
    ) -> UInt32 {
        unsafe csystem_crc32c(checksum, bytes.baseAddress, bytes.count)
    }
}
