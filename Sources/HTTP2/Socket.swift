internal import CSystem
internal import Glibc

/// Why a socket call failed: the system's error number and what was tried.
public struct SocketError: Error, Sendable, CustomStringConvertible {
    /// What errno was.
    public let errorNumber: Int32
    /// What was tried.
    public let attempt: String

    /// The error that errno holds now.
    static func last(_ attempt: String) -> SocketError {
        SocketError(errorNumber: errno, attempt: attempt)
    }

    /// What was tried and the system's words for why it failed.
    public var description: String {
        unsafe "\(attempt): \(String(cString: strerror(errorNumber)))"
    }

    /// Whether another process has the port.
    public var isAddressInUse: Bool { errorNumber == EADDRINUSE }
    /// Whether the call would have to wait.
    var wouldBlock: Bool { errorNumber == EAGAIN || errorNumber == EINTR }
    /// Whether the process or the machine has no descriptors left.
    var isOutOfDescriptors: Bool {
        errorNumber == EMFILE || errorNumber == ENFILE || errorNumber == ENOBUFS
            || errorNumber == ENOMEM
    }
}

/// One TCP socket, closed with its owner.
public struct Socket: ~Copyable, Sendable {
    let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// A listening descriptor, owned by whoever took it, and its port.
    struct Listener {
        let descriptor: Int32
        let port: UInt16
    }

    /// A non-blocking listener on a numeric address and the port it got; port 0 takes any.
    static func listen(
        host: String, port: UInt16, backlog: Int32
    ) throws(SocketError) -> Listener {
        var port = port
        let descriptor = unsafe csystem_listen(host, &port, backlog)
        guard descriptor >= 0 else { throw .last("listening on \(host):\(port)") }
        return Listener(descriptor: descriptor, port: port)
    }

    /// A blocking connection to a numeric address; no call on it waits longer than the timeout.
    public static func connect(
        host: String, port: UInt16, timeoutMillis: Int32 = 10_000
    ) throws(SocketError) -> Socket {
        let descriptor = unsafe csystem_connect(host, port, timeoutMillis)
        guard descriptor >= 0 else { throw .last("connecting to \(host):\(port)") }
        return Socket(descriptor: descriptor)
    }

    /// Sends from the start of `bytes` and gives how many the system took.
    public func send(_ bytes: Span<UInt8>) throws(SocketError) -> Int {
        let count = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe csystem_send(descriptor, buffer.baseAddress, buffer.count)
        }
        guard count >= 0 else { throw .last("sending") }
        return count
    }

    /// Receives what is there, at most `room`; 0 when the peer has closed.
    public func receive(into room: UnsafeMutableRawBufferPointer) throws(SocketError) -> Int {
        let count = unsafe csystem_receive(descriptor, room.baseAddress, room.count)
        guard count >= 0 else { throw .last("receiving") }
        return count
    }

    /// Closes a descriptor that no `Socket` owns.
    static func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }
}
