internal import Glibc

/// Why a text is no address of a server.
public struct ClientAddressError: Error, Sendable, CustomStringConvertible {
    /// One line that says what is wrong.
    public let description: String
    /// Whether the text is not of the form HOST:PORT; otherwise the host has no address.
    public let isMalformed: Bool
}

/// Where a server listens, looked up once.
public struct ClientAddress: Sendable, CustomStringConvertible {
    /// "host:port" as it was given: what the `:authority` field carries.
    public let description: String
    private let family: Int32
    /// A sockaddr of the family, as the system wrote it.
    private let socketAddress: [UInt8]

    /// Looks up "host:port"; an IPv6 address stands in brackets. Blocks while a name is resolved.
    public init(_ text: String) throws(ClientAddressError) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]),
            port > 0, colon > text.startIndex
        else {
            throw ClientAddressError(
                description: "\(text) is not of the form HOST:PORT", isMalformed: true)
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = unsafe getaddrinfo(host, String(port), &hints, &found)
        guard result == 0, let first = unsafe found else {
            let problem = unsafe String(cString: gai_strerror(result))
            throw ClientAddressError(
                description: "\(host) cannot be looked up: \(problem)", isMalformed: false)
        }
        defer { unsafe freeaddrinfo(first) }
        let raw = unsafe UnsafeRawBufferPointer(
            start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen))
        description = text
        family = unsafe first.pointee.ai_family
        unsafe socketAddress = Array(raw)
    }

    /// A non-blocking socket whose connection has been begun: writable means that it is decided.
    func beginConnecting() throws(SocketError) -> Socket {
        let flags = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = Glibc.socket(family, Int32(flags), 0)
        guard descriptor >= 0 else { throw .last("making a socket") }
        let made = Socket(descriptor: descriptor)
        var on: Int32 = 1
        // Without it small writes wait for acknowledgements; a failure costs speed only.
        _ = unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let result = unsafe socketAddress.withUnsafeBytes { bytes in
            unsafe Glibc.connect(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count))
        }
        guard result == 0 || errno == EINPROGRESS else {
            throw .last("connecting to \(description)")
        }
        return made
    }

    /// How a begun connection turned out, once the socket is writable.
    func checkConnected(_ socket: borrowing Socket) throws(SocketError) {
        var problem: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &problem, &size)
        guard result == 0 else { throw .last("connecting to \(description)") }
        guard problem == 0 else {
            throw SocketError(errorNumber: problem, attempt: "connecting to \(description)")
        }
    }
}
