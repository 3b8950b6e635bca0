internal import COpenSSL
internal import CSystem
internal import Glibc

/// What OpenSSL reads from and writes to while a thread drives it.
///
/// On a worker: two pieces of memory, so that a turn costs one recv and one send however many
/// records there are, and OpenSSL never waits inside a write. During a handshake: the socket
/// itself, so that OpenSSL takes exactly its records and leaves nothing behind when the
/// connection moves to its worker. Thread: the one that owns it.
@safe
final class TLSPipe {
    /// The socket to use directly, or -1.
    var descriptor: Int32 = -1
    /// Room for what was received, in one piece.
    let received: UnsafeMutableRawBufferPointer
    private var unread: UnsafeRawBufferPointer
    private let room: UnsafeMutableRawBufferPointer
    private var roomUsed = 0
    /// Handshake messages that came after the handshake: requests for new keys.
    var lateMessages = 0
    /// A peer that changes keys more often makes work for its own sake: usual is once in 2^37
    /// bytes. Kept here because one read of OpenSSL runs through any number of them.
    static let lateMessagesMax = 1_000
    /// A record that began in the turn before may add its text to this turn's.
    private static let recordBytesMax = 17 << 10
    private static let retryFlags = BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY

    /// A pipe in memory: takes at most `turnBytes` of plain text in one turn, each way.
    init(turnBytes: Int) {
        precondition(turnBytes >= 2 * Self.recordBytesMax, "a turn holds a record")
        unsafe received = .allocate(
            byteCount: turnBytes - Self.recordBytesMax, alignment: 64)
        // At most 30 bytes more for each record of 16 KiB, and some for alerts and new keys.
        unsafe room = .allocate(byteCount: turnBytes + turnBytes >> 8 + 4_096, alignment: 64)
        unsafe unread = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// A pipe over sockets.
    init() {
        unsafe received = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        unsafe room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        unsafe unread = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    deinit {
        unsafe received.deallocate()
        unsafe room.deallocate()
    }

    /// Puts the first `count` bytes of `received` before OpenSSL.
    func offer(_ count: Int) {
        unsafe unread = UnsafeRawBufferPointer(rebasing: received[..<count])
    }

    /// What OpenSSL has written since `clear`; valid until it writes again.
    var written: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: room[..<roomUsed])
    }

    /// Forgets what was written.
    func clear() { roomUsed = 0 }

    /// A BIO over this pipe, owned by the caller. The pipe outlives its use.
    func makeBIO() -> OpaquePointer {
        guard let made = unsafe BIO_new(Self.method.pointer) else {
            preconditionFailure("OpenSSL has no memory for a BIO")
        }
        unsafe attach(made)
        return unsafe made
    }

    /// Makes a BIO that `makeBIO` of some pipe gave use this one.
    func attach(_ bio: OpaquePointer?) {
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
    }

    private static func with<Result>(
        _ bio: OpaquePointer?, _ body: (TLSPipe) -> Result
    ) -> Result? {
        guard let data = unsafe BIO_get_data(bio) else { return nil }
        return unsafe Unmanaged<TLSPipe>.fromOpaque(data)._withUnsafeGuaranteedRef(body)
    }

    /// Counts what OpenSSL tells of handshake messages after the handshake.
    static let countLateMessages: @convention(c) (OpaquePointer?, Int32, Int32) -> Void = {
        stream, place, _ in
        guard place & SSL_CB_LOOP != 0 else { return }
        _ = unsafe with(SSL_get_rbio(stream)) { $0.lateMessages += 1 }
    }

    /// Gives OpenSSL the next bytes: their number, -1 for later with `mustWait`, or for never.
    private func take(
        _ destination: UnsafeMutableRawPointer, _ count: Int, _ mustWait: inout Bool
    ) -> Int {
        if descriptor >= 0 {
            let result = unsafe csystem_receive(descriptor, destination, count)
            mustWait = result < 0 && SocketError.last("receiving").wouldBlock
            return result
        }
        guard lateMessages <= Self.lateMessagesMax else { return -1 }
        guard let start = unsafe unread.baseAddress, unsafe !unread.isEmpty else {
            mustWait = true
            return -1
        }
        let taken = unsafe min(count, unread.count)
        unsafe destination.copyMemory(from: start, byteCount: taken)
        unsafe unread = UnsafeRawBufferPointer(rebasing: unread[taken...])
        return taken
    }

    private func put(
        _ source: UnsafeRawPointer, _ count: Int, _ mustWait: inout Bool
    ) -> Int {
        if descriptor >= 0 {
            let result = unsafe csystem_send(descriptor, source, count)
            mustWait = result < 0 && SocketError.last("sending").wouldBlock
            return result
        }
        guard unsafe count <= room.count - roomUsed else { return -1 }
        unsafe room.baseAddress.unsafelyUnwrapped.advanced(by: roomUsed)
            .copyMemory(from: source, byteCount: count)
        roomUsed += count
        return count
    }

    /// The functions behind every such BIO.
    @safe
    private struct Method: @unchecked Sendable {
        // Sendable because nothing changes after init.
        let pointer: OpaquePointer?

        init() {
            unsafe pointer = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "pipe")
            unsafe BIO_meth_set_read(pointer) { bio, bytes, count in
                unsafe BIO_clear_flags(bio, TLSPipe.retryFlags)
                var mustWait = false
                guard let bytes = unsafe bytes,
                    let taken = unsafe TLSPipe.with(
                        bio, { unsafe $0.take(bytes, Int(count), &mustWait) })
                else { return -1 }
                if mustWait {
                    unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
                }
                return Int32(taken)
            }
            unsafe BIO_meth_set_write(pointer) { bio, bytes, count in
                unsafe BIO_clear_flags(bio, TLSPipe.retryFlags)
                var mustWait = false
                guard let bytes = unsafe bytes,
                    let taken = unsafe TLSPipe.with(
                        bio, { unsafe $0.put(bytes, Int(count), &mustWait) })
                else { return -1 }
                if mustWait {
                    unsafe BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
                }
                return Int32(taken)
            }
            // A flush has nothing to do; every other question has no answer.
            unsafe BIO_meth_set_ctrl(pointer) { _, command, _, _ in
                command == BIO_CTRL_FLUSH ? 1 : 0
            }
        }
    }

    private static let method = Method()
}
