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

/// Computes SHA-256 through OpenSSL's EVP, with one context used again and again: fetching the
/// algorithm anew costs more than hashing a record.
///
/// Thread: owned by one at a time.
@safe
final class SHA256Hasher {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    init() {
        guard let context = unsafe EVP_MD_CTX_new(),
            let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)
        else { preconditionFailure("OpenSSL has SHA-256 and memory for it") }
        unsafe self.context = context
        unsafe self.algorithm = algorithm
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    /// Starts a new hash.
    func begin() {
        let result = unsafe EVP_DigestInit_ex2(context, algorithm, nil)
        precondition(result == 1, "EVP_DigestInit_ex2 cannot fail on a fetched algorithm")
    }

    /// Adds bytes.
    func update(_ bytes: ArraySlice<UInt8>) {
        let result = unsafe bytes.withUnsafeBytes { raw in
            unsafe EVP_DigestUpdate(context, raw.baseAddress, raw.count)
        }
        precondition(result == 1, "EVP_DigestUpdate cannot fail in memory")
    }

    /// Ends the hash.
    func finish() -> SHA256Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let result = unsafe withUnsafeMutableBytes(of: &words) { raw in
            unsafe EVP_DigestFinal_ex(
                context, raw.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
        precondition(result == 1, "EVP_DigestFinal_ex cannot fail in memory")
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
}
