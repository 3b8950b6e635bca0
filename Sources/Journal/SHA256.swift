internal import COpenSSL
internal import Ground

/// 32 bytes of SHA-256, as four words in stored order.
struct SHA256Digest: Hashable, Sendable {
    var words: (UInt64, UInt64, UInt64, UInt64)

    /// All zeros: the hash before the first batch.
    static let zero = SHA256Digest(words: (0, 0, 0, 0))

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// The 32 bytes in order.
    var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 32)
        writer.write(self)
        return writer.bytes
    }

    /// By all four words.
    static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        left.words == right.words
    }

    /// By the first word, which is uniform.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension ByteWriter {
    mutating func write(_ digest: SHA256Digest) {
        write(digest.words.0)
        write(digest.words.1)
        write(digest.words.2)
        write(digest.words.3)
    }
}

extension ByteReader {
    mutating func readDigest() throws(ByteReaderError) -> SHA256Digest {
        let first = try read(UInt64.self)
        let second = try read(UInt64.self)
        let third = try read(UInt64.self)
        return SHA256Digest(words: (first, second, third, try read(UInt64.self)))
    }
}

/// Computes SHA-256 with OpenSSL's own function, one state used again and again.
///
/// Not through EVP: for the 100 to 300 bytes of a record its calls cost as much as the hash.
/// Thread: owned by one at a time.
@safe
final class SHA256Hasher {
    private var state = SHA256_CTX()

    init() { begin() }

    /// Starts a new hash.
    func begin() { unsafe copenssl_sha256_begin(&state) }

    /// Adds bytes.
    func update(_ bytes: ArraySlice<UInt8>) {
        unsafe bytes.withUnsafeBytes { raw in unsafe update(raw) }
    }

    /// Adds bytes of memory that is no array.
    func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe copenssl_sha256_update(&state, bytes.baseAddress, bytes.count)
    }

    /// Ends the hash.
    func finish() -> SHA256Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { raw in
            unsafe copenssl_sha256_finish(
                &state, raw.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        return SHA256Digest(
            words: (
                UInt64(littleEndian: words.0), UInt64(littleEndian: words.1),
                UInt64(littleEndian: words.2), UInt64(littleEndian: words.3)
            ))
    }

    /// The hash of `bytes` in one call.
    func hash(_ bytes: ArraySlice<UInt8>) -> SHA256Digest {
        begin()
        update(bytes)
        return finish()
    }

    /// The same over memory that is no array.
    func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        begin()
        unsafe update(bytes)
        return finish()
    }
}
