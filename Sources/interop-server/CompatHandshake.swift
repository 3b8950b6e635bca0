internal import CInteropMessages
internal import CProtobufC

/// How the conformance suite wants the server to be started.
struct CompatRequest: Equatable {
    var isServable = true
    var usesTLS = false
    var clientCertificatePEM: [UInt8] = []
    var receiveLimitBytes = 0
    var certificatePEM: [UInt8] = []
    var keyPEM: [UInt8] = []
}

/// Why the suite's request cannot be read.
struct CompatProblem: Error, CustomStringConvertible {
    let description: String
}

/// The messages that the suite and the server exchange on standard input and output, each behind
/// a 4-byte big-endian length.
enum CompatHandshake {
    /// The longest request. Reason: it holds two certificates and a key, some 10 KiB.
    static let requestBytesMax = 1 << 20

    private static let request =
        unsafe Schema<Connectrpc__Conformance__V1__ServerCompatRequest>(
            connectrpc__conformance__v1__server_compat_request__init)
    private static let response =
        unsafe Schema<Connectrpc__Conformance__V1__ServerCompatResponse>(
            connectrpc__conformance__v1__server_compat_response__init)

    /// Reads one request from `read`, which gives exactly as many bytes as asked for, or fewer at
    /// the end of the input.
    static func readRequest(
        _ read: (_ count: Int) -> [UInt8]
    ) throws(CompatProblem) -> CompatRequest {
        let prefix = read(4)
        guard prefix.count == 4 else {
            throw CompatProblem(description: "the input ends before the length of a request")
        }
        let count = prefix.reduce(0) { $0 << 8 | Int($1) }
        guard count <= requestBytesMax else {
            throw CompatProblem(
                description: "a request of \(count) bytes; at most \(requestBytesMax) are taken")
        }
        let bytes = count == 0 ? [] : read(count)
        guard bytes.count == count else {
            throw CompatProblem(
                description: "the input ends after \(bytes.count) of \(count) bytes")
        }
        guard let request = parse(bytes.span) else {
            throw CompatProblem(description: "the input is no ServerCompatRequest")
        }
        return request
    }

    private static func parse(_ bytes: Span<UInt8>) -> CompatRequest? {
        unsafe request.read(bytes) { message in
            let protocols = [
                CONNECTRPC__CONFORMANCE__V1__PROTOCOL__PROTOCOL_UNSPECIFIED,
                CONNECTRPC__CONFORMANCE__V1__PROTOCOL__PROTOCOL_GRPC,
                CONNECTRPC__CONFORMANCE__V1__PROTOCOL__PROTOCOL_GRPC_WEB,
            ]
            let versions = [
                CONNECTRPC__CONFORMANCE__V1__HTTPVERSION__HTTP_VERSION_UNSPECIFIED,
                CONNECTRPC__CONFORMANCE__V1__HTTPVERSION__HTTP_VERSION_2,
            ]
            let credentials = unsafe message.server_creds
            return unsafe CompatRequest(
                isServable: protocols.contains(message.protocol)
                    && versions.contains(message.http_version),
                usesTLS: message.use_tls != 0,
                clientCertificatePEM: message.client_tls_cert.copied,
                receiveLimitBytes: Int(message.message_receive_limit),
                certificatePEM: credentials?.pointee.cert.copied ?? [],
                keyPEM: credentials?.pointee.key.copied ?? [])
        }
    }

    /// The answer with its length in front.
    static func response(host: String, port: UInt16, certificatePEM: [UInt8]) -> [UInt8] {
        let bytes = unsafe response.write { arena, message in
            unsafe message.host = arena.text(host)
            unsafe message.port = UInt32(port)
            unsafe message.pem_cert = arena.bytes(certificatePEM)
        }
        let count = UInt32(bytes.count)
        let prefix = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        return prefix + bytes
    }
}
