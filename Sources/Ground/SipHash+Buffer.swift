extension SipHash {
    /// The hash of a buffer under `key`: eight bytes at a time, as of a span.
    @inlinable
    public static func hash(_ bytes: UnsafeBufferPointer<UInt8>, key: HashKey) -> Hash128 {
        unsafe hash(bytes.span, key: key)
    }
}
