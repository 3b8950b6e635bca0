internal import COpenSSL

/// SHA-256 and HMAC-SHA-256 by OpenSSL's EVP.
public enum Digest {
    /// Bytes of a SHA-256 digest.
    public static let byteCount = 32

    /// SHA-256 of `bytes`, 32 bytes. Wraps EVP_Digest.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            let result = unsafe EVP_Digest(
                bytes, bytes.count, digest.baseAddress, nil, EVP_sha256(), nil)
            precondition(result == 1, "SHA-256 cannot fail on memory")
            count = byteCount
        }
    }

    /// HMAC-SHA-256 of `bytes` under `key`, 32 bytes. Wraps HMAC.
    public static func hmac(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            let result = unsafe HMAC(
                EVP_sha256(), key, Int32(key.count), bytes, bytes.count, digest.baseAddress, nil)
            precondition(unsafe result != nil, "HMAC cannot fail on memory")
            count = byteCount
        }
    }

    /// `count` random bytes for keys. Wraps RAND_bytes.
    public static func randomBytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            let result = unsafe RAND_bytes(bytes.baseAddress, Int32(count))
            precondition(result == 1, "the system's random source failed")
            filled = count
        }
    }

    /// Lower-case hexadecimal digits.
    public static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }

    /// Bytes of hexadecimal digits; nil when `text` is anything else.
    public static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
