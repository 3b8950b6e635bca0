internal import COpenSSL
internal import Glibc

/// One certificate with its rules: what every TLS connection made from it shares.
///
/// Wraps SSL_CTX. Versions 1.2 and 1.3, AEAD suites with ECDHE, X25519 and P-256; ALPN h2 or
/// nothing; no renegotiation, compression, early data or cache of sessions. A client may resume
/// with a ticket; the tickets' keys live here, so that tickets end with the certificate and the
/// revocation lists under which they were made: what is resumed is not verified again.
@safe
final class TLSContext: @unchecked Sendable {
    // Sendable because OpenSSL counts references to the context with atomics and locks what it
    // changes; `renewTicketKeys` belongs to the one queue on which handshakes run.
    let context: OpaquePointer
    /// Whether clients must show a certificate.
    let verifiesPeers: Bool
    private var ticketsRenewedNanos: UInt64?

    /// How long a session can be resumed: an hour, as a ticket does not notice revocation.
    static let ticketSeconds = 3_600
    /// How long one key protects tickets; a ticket of an older key means a whole handshake.
    private static let ticketKeyNanos: UInt64 = 6 * 3_600 * 1_000_000_000
    /// Name, HMAC key and AES key, as SSL_CTX_set_tlsext_ticket_keys takes them.
    private static let ticketKeyBytes = 80
    /// A client's chain in one handshake; some KiB are usual.
    private static let chainBytesMax = 32 << 10
    /// Authorities between a client's certificate and one of the file.
    private static let chainDepthMax: Int32 = 4
    private static let suites12 =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    private static let suites13 =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    /// Reads the files. Throws one line that says which is wrong and how.
    init(_ configuration: TLSConfiguration) throws(TLSError) {
        guard let made = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw TLSError("OpenSSL makes no TLS context: \(TLSFile.lastReason())")
        }
        unsafe context = unsafe made
        verifiesPeers = configuration.clientAuthorities != nil
        try setRules()
        unsafe SSL_CTX_set_client_hello_cb(context, TLSNegotiation.checkHello, nil)
        unsafe SSL_CTX_set_alpn_select_cb(context, TLSNegotiation.chooseProtocol, nil)
        try loadChain(configuration.certificate)
        try loadKey(configuration.key, for: configuration.certificate)
        if let source = configuration.clientAuthorities { try loadClientAuthorities(source) }
    }

    deinit {
        unsafe SSL_CTX_free(context)
    }

    private func setRules() throws(TLSError) {
        unsafe SSL_CTX_set_security_level(context, 2)
        unsafe SSL_CTX_set_options(
            context,
            COPENSSL_NO_RENEGOTIATION | COPENSSL_NO_COMPRESSION | COPENSSL_SERVER_PREFERENCE)
        _ = unsafe copenssl_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        _ = unsafe copenssl_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        _ = unsafe copenssl_set_chain_bytes_max(context, Self.chainBytesMax)
        _ = unsafe SSL_CTX_set_timeout(context, Self.ticketSeconds)
        let isSet = unsafe [
            copenssl_set_min_version(context, TLS1_2_VERSION) == 1,
            copenssl_set_max_version(context, TLS1_3_VERSION) == 1,
            SSL_CTX_set_cipher_list(context, Self.suites12) == 1,
            SSL_CTX_set_ciphersuites(context, Self.suites13) == 1,
            copenssl_set_groups(context, "X25519:P-256") == 1,
            // A gRPC client keeps its connection: one ticket is enough.
            SSL_CTX_set_num_tickets(context, 1) == 1,
            SSL_CTX_set_max_early_data(context, 0) == 1,
            SSL_CTX_set_recv_max_early_data(context, 0) == 1,
            SSL_CTX_set_session_id_context(context, [0x68, 0x32], 2) == 1,
        ]
        guard isSet.allSatisfy({ $0 }) else {
            throw TLSError("this OpenSSL lacks what riskd's TLS needs: \(TLSFile.lastReason())")
        }
    }

    private func loadChain(_ source: PEMSource) throws(TLSError) {
        let path = TLSFile.name(source)
        let bytes = try TLSFile.read(source)
        var count = 0
        try unsafe TLSFile.forEachBlock(in: bytes, path) { name, content throws(TLSError) in
            guard name == "CERTIFICATE" else { return }
            count += 1
            guard let certificate = unsafe TLSCertificate.decode(content) else {
                throw TLSError("certificate \(count) in \(path) is damaged")
            }
            defer { unsafe X509_free(certificate) }
            guard unsafe TLSCertificate.isCurrent(certificate) else {
                throw TLSError("certificate \(count) in \(path) has expired, or is not valid yet")
            }
            let result =
                unsafe count == 1
                ? Int(SSL_CTX_use_certificate(context, certificate))
                : copenssl_add_chain_certificate(context, certificate)
            guard result == 1 else {
                throw TLSError("certificate \(count) in \(path): \(TLSFile.lastReason())")
            }
        }
        guard count > 0 else { throw TLSError("\(path) has no PEM certificate") }
    }

    private func loadKey(_ key: PEMSource, for certificate: PEMSource) throws(TLSError) {
        let path = TLSFile.name(key)
        var bytes = try TLSFile.read(key, isKey: true)
        defer {
            unsafe bytes.withUnsafeMutableBytes {
                unsafe OPENSSL_cleanse($0.baseAddress, $0.count)
            }
        }
        guard let text = unsafe BIO_new_mem_buf(bytes, Int32(bytes.count)) else {
            throw TLSError("no memory to read \(path)")
        }
        defer { unsafe BIO_free(text) }
        // The default would ask for a password at the terminal.
        let noPassword:
            @convention(c) (
                UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?
            ) -> Int32 = { _, _, _, _ in -1 }
        guard let key = unsafe PEM_read_bio_PrivateKey(text, nil, noPassword, nil) else {
            throw TLSError(
                "\(path) has no PEM key that is not encrypted: \(TLSFile.lastReason())")
        }
        defer { unsafe EVP_PKEY_free(key) }
        guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1,
            unsafe SSL_CTX_check_private_key(context) == 1
        else {
            ERR_clear_error()
            throw TLSError(
                "the key \(path) does not belong to the certificate "
                    + TLSFile.name(certificate))
        }
    }

    private func loadClientAuthorities(_ source: PEMSource) throws(TLSError) {
        let path = TLSFile.name(source)
        let bytes = try TLSFile.read(source)
        let store = unsafe SSL_CTX_get_cert_store(context)
        var authorities = 0
        var lists = 0
        try unsafe TLSFile.forEachBlock(in: bytes, path) { name, content throws(TLSError) in
            var isTaken = true
            switch name {
            case "CERTIFICATE":
                authorities += 1
                let certificate = unsafe TLSCertificate.decode(content)
                defer { unsafe X509_free(certificate) }
                isTaken =
                    unsafe certificate != nil && X509_STORE_add_cert(store, certificate) == 1
                    && SSL_CTX_add_client_CA(context, certificate) == 1
            case "X509 CRL":
                lists += 1
                let list = unsafe TLSCertificate.decodeRevocations(content)
                defer { unsafe X509_CRL_free(list) }
                isTaken = unsafe list != nil && X509_STORE_add_crl(store, list) == 1
            default: return
            }
            guard isTaken else {
                throw TLSError("a \(name) block in \(path) is refused: \(TLSFile.lastReason())")
            }
        }
        guard authorities > 0 else { throw TLSError("\(path) has no PEM certificate") }
        if lists > 0 {
            // From the first list on, every issuer of client certificates needs a current one.
            unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
        }
        unsafe SSL_CTX_set_verify_depth(context, Self.chainDepthMax)
        unsafe SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }

    /// Takes fresh keys for tickets when the old ones are old. Thread: the handshakes' queue.
    func renewTicketKeys(nowNanos: UInt64) {
        // OpenSSL itself makes the first keys.
        guard let renewed = ticketsRenewedNanos else { return ticketsRenewedNanos = nowNanos }
        guard nowNanos - renewed >= Self.ticketKeyNanos else { return }
        ticketsRenewedNanos = nowNanos
        unsafe withUnsafeTemporaryAllocation(
            byteCount: Self.ticketKeyBytes, alignment: 16
        ) { keys in
            let filled = unsafe RAND_bytes(keys.baseAddress, Int32(keys.count))
            precondition(filled == 1, "the system's random source failed")
            let taken = unsafe copenssl_set_ticket_keys(context, keys.baseAddress, keys.count)
            precondition(taken == 1, "OpenSSL takes 80 bytes of ticket keys")
            unsafe OPENSSL_cleanse(keys.baseAddress, keys.count)
        }
    }
}
