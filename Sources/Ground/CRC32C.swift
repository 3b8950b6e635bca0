internal import CSystem

/// The CRC-32C checksum (polynomial 0x1EDC6F41) of RFC 3720, by the SSE 4.2 instruction where the
/// processor has it.
///
/// Finds torn and damaged writes; it proves nothing against a forger. Thread: any.
public enum CRC32C {
    /// Continues `checksum` (0 at the start) over `bytes`. About 0.1 ns a byte.
    public static func checksum(_ bytes: ArraySlice<UInt8>, continuing checksum: UInt32 = 0)
        -> UInt32
    {
        unsafe bytes.withUnsafeBytes { raw in
            unsafe csystem_crc32c(checksum, raw.baseAddress, raw.count)
        }
    }

    /// The same by table, for processors without the instruction and as the tests' oracle.
    public static func checksumByTable(
        _ bytes: ArraySlice<UInt8>, continuing checksum: UInt32 = 0
    ) -> UInt32 {
        unsafe bytes.withUnsafeBytes { raw in
            unsafe csystem_crc32c_table(checksum, raw.baseAddress, raw.count)
        }
    }
}
