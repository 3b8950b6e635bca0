internal import COpenSSL

/// Who a peer is, by the certificate that was verified.
public struct PeerCertificate: Sendable, Equatable {
    /// The subject, as RFC 2253 writes names: "CN=loans,O=Example Bank".
    public let subject: String
    /// The subject's alternative names: "DNS:loans.example", "URI:spiffe://example/loans",
    /// "email:desk@example"; other kinds are left out.
    public let alternativeNames: [String]
}

/// Reads certificates. Wraps the X509 functions.
enum TLSCertificate {
    /// Alternative names kept of one certificate; more are left out.
    private static let namesMax = 32

    /// A certificate from DER, owned by the caller; nil when the bytes are none.
    static func decode(_ content: UnsafeBufferPointer<UInt8>) -> OpaquePointer? {
        var next = content.baseAddress
        return unsafe d2i_X509(nil, &next, content.count)
    }

    /// A revocation list from DER, owned by the caller; nil when the bytes are none.
    static func decodeRevocations(_ content: UnsafeBufferPointer<UInt8>) -> OpaquePointer? {
        var next = content.baseAddress
        return unsafe d2i_X509_CRL(nil, &next, content.count)
    }

    /// Whether today lies in the certificate's time.
    static func isCurrent(_ certificate: OpaquePointer) -> Bool {
        unsafe X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0
            && X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0
    }

    /// The names in a certificate.
    static func names(_ certificate: OpaquePointer) -> PeerCertificate {
        unsafe PeerCertificate(
            subject: subject(certificate), alternativeNames: alternativeNames(certificate))
    }

    private static func subject(_ certificate: OpaquePointer) -> String {
        guard let text = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(text) }
        unsafe X509_NAME_print_ex(
            text, X509_get_subject_name(certificate), 0, UInt(COPENSSL_NAME_RFC2253))
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe BIO_read(text, &bytes, Int32(bytes.count))
        return String(decoding: bytes.prefix(Int(max(count, 0))), as: UTF8.self)
    }

    private static func alternativeNames(_ certificate: OpaquePointer) -> [String] {
        guard
            let found = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
        else { return [] }
        let names = OpaquePointer(found)
        defer { unsafe GENERAL_NAMES_free(names) }
        let count = unsafe min(Int(copenssl_general_name_count(names)), namesMax)
        return (0..<count).compactMap { index in
            var kind: Int32 = 0
            let value = unsafe GENERAL_NAME_get0_value(
                copenssl_general_name(names, Int32(index)), &kind)
            let label: String
            switch kind {
            case GEN_DNS: label = "DNS"
            case GEN_URI: label = "URI"
            case GEN_EMAIL: label = "email"
            default: return nil
            }
            guard let value = unsafe value else { return nil }
            let string = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
            let bytes = unsafe UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
            // IA5 text; a NUL inside would let one name pass for another.
            guard unsafe bytes.allSatisfy({ (0x20...0x7e).contains($0) }) else { return nil }
            return unsafe "\(label):\(String(decoding: bytes, as: UTF8.self))"
        }
    }
}
