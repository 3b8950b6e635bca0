internal import CSystem
internal import Glibc
internal import Ground

/// The turn of a connection that is encrypted.
///
/// OpenSSL stands between the worker's buffers: what was received is decrypted in one go, what is
/// sent is encrypted in one go, and `unsent` holds what is encrypted already.
extension Worker {
    /// Receives once and decrypts all of it into `input`; gives how much that is.
    ///
    /// 0 when no whole record is there yet; nil when the peer has ended or broken the protocol.
    func receive(_ connection: Connection, _ stream: TLSStream) throws(SocketError) -> Int? {
        guard let pipe else { preconditionFailure("a worker without TLS got a TLS connection") }
        let count = try unsafe connection.socket.receive(into: pipe.received)
        guard count > 0 else { return nil }
        noteReceived(connection, count)
        pipe.clear()
        pipe.offer(count)
        let (plain, isOver) = unsafe stream.receive(from: pipe, into: input)
        // An alert, or the answer to new keys, leaves before anything else.
        unsafe keepMore(connection, pipe.written)
        if isOver {
            if plain == 0 {
                // Says why, if the socket takes it at once; the connection ends either way.
                _ = unsafe connection.unsent.withUnsafeBytes { rest in
                    unsafe csystem_send(
                        connection.socket.descriptor, rest.baseAddress, rest.count)
                }
                return nil
            }
            connection.peerHasEnded = true
        }
        return plain
    }

    /// Encrypts what `output` holds; the records are valid until the next call.
    func encrypt(
        _ bytes: UnsafeRawBufferPointer, _ stream: TLSStream
    ) throws(SocketError) -> UnsafeRawBufferPointer {
        guard let pipe else { preconditionFailure("a worker without TLS got a TLS connection") }
        pipe.clear()
        guard unsafe stream.send(bytes) else {
            throw SocketError(errorNumber: EPROTO, attempt: "encrypting")
        }
        return unsafe pipe.written
    }

    /// Sends close_notify if the socket takes it at once.
    func sayGoodbye(_ connection: Connection, _ stream: TLSStream) {
        // Behind records that the socket has not taken it would come out of order.
        guard let pipe, connection.unsent.isEmpty else { return }
        pipe.clear()
        stream.sayGoodbye()
        _ = unsafe csystem_send(
            connection.socket.descriptor, pipe.written.baseAddress, pipe.written.count)
    }
}
