/// A 128-bit key for `SipHash`: one per tenant, so that equal identifiers of two tenants differ.
public struct HashKey: Sendable, Hashable {
    public let first: UInt64
    public let second: UInt64

    /// Both halves as given.
    @inlinable
    public init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }
}

/// SipHash-2-4 with 128 bits of output, a keyed hash for short inputs.
///
/// Complexity: linear in the input, about 1 ns a byte. Thread: any.
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012) and its 128-bit
/// variant in the authors' reference implementation.
public struct SipHash {
    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64
    @usableFromInline var pending: UInt64 = 0
    @usableFromInline var length: UInt64 = 0

    /// Starts a hash under `key`.
    @inlinable
    public init(key: HashKey) {
        v0 = key.first ^ 0x736f_6d65_7073_6575
        v1 = key.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.first ^ 0x6c79_6765_6e65_7261
        v3 = key.second ^ 0x7465_6462_7974_6573
    }

    @inlinable
    mutating func round() {
        v0 &+= v1
        v1 = v1 &<< 13 | v1 &>> 51
        v1 ^= v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 &+= v3
        v3 = v3 &<< 16 | v3 &>> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 &<< 21 | v3 &>> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 &<< 17 | v1 &>> 47
        v1 ^= v2
        v2 = v2 &<< 32 | v2 &>> 32
    }

    @inlinable
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    /// Adds one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        pending |= UInt64(byte) &<< ((length & 7) &* 8)
        length &+= 1
        if length & 7 == 0 {
            absorb(pending)
            pending = 0
        }
    }

    /// Adds every byte of `bytes`.
    @inlinable
    public mutating func append(contentsOf bytes: some Sequence<UInt8>) {
        for byte in bytes { append(byte) }
    }

    /// Adds the eight little-endian bytes of `value`.
    @inlinable
    public mutating func append(_ value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            append(UInt8(truncatingIfNeeded: value &>> shift))
        }
    }

    /// Adds every byte of `span`, eight at a time.
    @inlinable
    public mutating func append(contentsOf span: Span<UInt8>) {
        var index = 0
        while index < span.count, length & 7 != 0 {
            append(span[index])
            index += 1
        }
        while span.count - index >= 8 {
            // Eight bytes are left, as the loop's condition says.
            let word = unsafe span.bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            absorb(UInt64(littleEndian: word))
            length &+= 8
            index += 8
        }
        while index < span.count {
            append(span[index])
            index += 1
        }
    }

    /// Ends the hash.
    @inlinable
    public consuming func finish() -> Hash128 {
        absorb(pending | length &<< 56)
        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return Hash128(high: v0 ^ v1 ^ v2 ^ v3, low: low)
    }

    /// The hash of `span` under `key`, in one call.
    @inlinable
    public static func hash(_ span: Span<UInt8>, key: HashKey) -> Hash128 {
        var hash = SipHash(key: key)
        hash.append(contentsOf: span)
        return hash.finish()
    }

    /// The hash of `bytes` under `key`, in one call.
    @inlinable
    public static func hash(_ bytes: some Sequence<UInt8>, key: HashKey) -> Hash128 {
        var hash = SipHash(key: key)
        hash.append(contentsOf: bytes)
        return hash.finish()
    }
}
