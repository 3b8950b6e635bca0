internal import COpenSSL

/// One TLS connection: plain text on one side, a pipe on the other. Wraps SSL.
///
/// Does no I/O of its own beyond its pipe. Layout: OpenSSL's state, some 10 KiB while nothing is
/// on its way; its two buffers of 17 KiB come and go with the records. Thread: one at a time, the
/// handshakes' queue and then the worker.
@safe
final class TLSStream: @unchecked Sendable {
    // Sendable because the handshakes' queue gives its only reference to the worker's mailbox.

    /// How far a handshake is.
    enum Step {
        case waitsForBytes
        case waitsForRoom
        case done
        case failed
    }

    private let stream: OpaquePointer
    private let context: TLSContext
    private var lateMessages = 0
    /// Whether the state is beyond repair: nothing more can be said, not even goodbye.
    private var isBroken = false
    /// Who the client is, once it was verified; nil when no certificate is asked for.
    private(set) var peer: PeerCertificate?

    /// The server's end of a connection, before its handshake.
    init(context: TLSContext, pipe: TLSPipe) {
        guard let made = unsafe SSL_new(context.context) else {
            preconditionFailure("OpenSSL has no memory for a connection")
        }
        unsafe stream = unsafe made
        self.context = context
        let bio = unsafe pipe.makeBIO()
        // One BIO for both ways counts once.
        unsafe SSL_set_bio(stream, bio, bio)
    }

    deinit {
        unsafe SSL_free(stream)
    }

    /// Goes on with the handshake as far as the pipe allows.
    func handshake() -> Step {
        ERR_clear_error()
        let result = unsafe SSL_accept(stream)
        if result == 1 { return finishHandshake() ? .done : .failed }
        switch unsafe SSL_get_error(stream, result) {
        case SSL_ERROR_WANT_READ: return .waitsForBytes
        case SSL_ERROR_WANT_WRITE: return .waitsForRoom
        default:
            isBroken = true
            ERR_clear_error()
            return .failed
        }
    }

    private func finishHandshake() -> Bool {
        guard context.verifiesPeers else { return true }
        guard let certificate = unsafe SSL_get1_peer_certificate(stream) else { return false }
        defer { unsafe X509_free(certificate) }
        // A resumed session was verified when it began; its certificate may have ended since.
        guard unsafe TLSCertificate.isCurrent(certificate) else { return false }
        peer = unsafe TLSCertificate.names(certificate)
        return true
    }

    /// Moves the connection to another pipe, that of its worker.
    func attach(to pipe: TLSPipe) {
        unsafe pipe.attach(SSL_get_rbio(stream))
        unsafe SSL_set_info_callback(stream, TLSPipe.countLateMessages)
    }

    /// Takes all that the pipe offers; gives the plain bytes and whether the peer has ended.
    ///
    /// `room` is large enough for what a pipe offers at once. Without an allocation but OpenSSL's.
    func receive(
        from pipe: TLSPipe, into room: UnsafeMutableRawBufferPointer
    ) -> (count: Int, isOver: Bool) {
        pipe.lateMessages = lateMessages
        defer { lateMessages = pipe.lateMessages }
        ERR_clear_error()
        var total = 0
        while total < room.count {
            var count = 0
            let result = unsafe SSL_read_ex(
                stream, room.baseAddress.unsafelyUnwrapped + total, room.count - total, &count)
            if result == 1 {
                total += count
                continue
            }
            switch unsafe SSL_get_error(stream, result) {
            case SSL_ERROR_WANT_READ: return (total, false)
            case SSL_ERROR_ZERO_RETURN: return (total, true)
            default:
                isBroken = true
                ERR_clear_error()
                return (total, true)
            }
        }
        return (total, false)
    }

    /// Writes plain bytes as records into the pipe; gives whether that was possible.
    func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        ERR_clear_error()
        var count = 0
        let result = unsafe SSL_write_ex(stream, bytes.baseAddress, bytes.count, &count)
        guard result == 1, count == bytes.count else {
            isBroken = true
            ERR_clear_error()
            return false
        }
        return true
    }

    /// Writes close_notify into the pipe, where that is still possible.
    func sayGoodbye() {
        guard !isBroken else { return }
        isBroken = true
        unsafe SSL_shutdown(stream)
        ERR_clear_error()
    }

    /// The version and the suite in use.
    var encryption: Encryption {
        let suite = unsafe SSL_CIPHER_standard_name(SSL_get_current_cipher(stream))
        return unsafe Encryption(
            protocolName: String(cString: SSL_get_version(stream)),
            suite: suite.map { unsafe String(cString: $0) } ?? "")
    }
}
