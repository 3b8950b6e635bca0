extension Span where Element == UInt8 {
    /// The bytes as an array of their own.
    @inlinable
    public func array() -> [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
