import COpenSSL

@testable import HTTP2

/// A client that OpenSSL drives over memory, and the server's stream it talks to.
@safe
final class TLSPeer {
    static let turnBytes = 256 << 10

    let client: OpaquePointer
    private let context: OpaquePointer
    private let toClient: OpaquePointer
    private let toServer: OpaquePointer
    let pipe = TLSPipe(turnBytes: TLSPeer.turnBytes)
    let server: TLSStream
    var serverStep = TLSStream.Step.waitsForBytes
    var serverGot: [UInt8] = []
    var serverIsOver = false

    /// `certificate` names files of the folder that the client shows.
    init(
        _ server: TLSContext, offering protocols: [String] = ["h2"],
        version: Int32 = TLS1_3_VERSION, certificate: String? = nil,
        in certificates: TestCertificates? = nil
    ) {
        unsafe context = SSL_CTX_new(TLS_client_method())!
        // Whatever the server refuses, it is not this end that refused it first.
        unsafe SSL_CTX_set_security_level(context, 0)
        _ = unsafe copenssl_set_min_version(context, version)
        _ = unsafe copenssl_set_max_version(context, version)
        if let certificate, let certificates {
            unsafe SSL_CTX_use_certificate_file(
                context, certificates.path("\(certificate).pem"), SSL_FILETYPE_PEM)
            unsafe SSL_CTX_use_PrivateKey_file(
                context, certificates.path("\(certificate).key"), SSL_FILETYPE_PEM)
        }
        unsafe client = SSL_new(context)!
        unsafe toClient = BIO_new(BIO_s_mem())!
        unsafe toServer = BIO_new(BIO_s_mem())!
        unsafe SSL_set_bio(client, toClient, toServer)
        let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !list.isEmpty { unsafe SSL_set_alpn_protos(client, list, UInt32(list.count)) }
        self.server = TLSStream(context: server, pipe: pipe)
    }

    deinit {
        unsafe SSL_free(client)
        unsafe SSL_CTX_free(context)
    }

    /// Moves what the client wrote before the server, at most `limit`; gives whether there was any.
    @discardableResult
    func carryUp(_ limit: Int = .max) -> Bool {
        let count = unsafe BIO_read(
            toServer, pipe.received.baseAddress, Int32(min(pipe.received.count, limit)))
        guard count > 0 else { return false }
        pipe.offer(Int(count))
        return true
    }

    /// Moves what the server wrote to the client; gives whether there was any.
    @discardableResult
    func carryDown() -> Bool {
        let written = unsafe pipe.written
        guard unsafe !written.isEmpty else { return false }
        unsafe BIO_write(toClient, written.baseAddress, Int32(written.count))
        pipe.clear()
        return true
    }

    /// Lets the server read all that was carried up.
    func serverReads() {
        unsafe withUnsafeTemporaryAllocation(byteCount: Self.turnBytes, alignment: 16) { room in
            let (count, isOver) = unsafe server.receive(from: pipe, into: room)
            unsafe serverGot += room[..<count]
            serverIsOver = serverIsOver || isOver
        }
    }

    /// Both ends go on until neither has anything to say; gives whether both are through.
    func shakeHands() -> Bool {
        var isClientDone = false
        var moves = true
        while moves {
            isClientDone = unsafe SSL_connect(client) == 1
            moves = carryUp()
            if moves, case .waitsForBytes = serverStep { serverStep = server.handshake() }
            moves = carryDown() || moves
            if case .failed = serverStep { return false }
        }
        ERR_clear_error()
        guard case .done = serverStep else { return false }
        server.attach(to: pipe)
        return isClientDone
    }

    func clientWrites(_ bytes: [UInt8]) {
        _ = unsafe SSL_write(client, bytes, Int32(bytes.count))
    }

    /// All that the client can read now.
    func clientReads() -> [UInt8] {
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe SSL_read(client, &room, Int32(room.count))
            guard count > 0 else { break }
            all += room[..<Int(count)]
        }
        ERR_clear_error()
        return all
    }

    func serverWrites(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { unsafe server.send($0) }
    }
}
