internal import Ground

/// How a connection is encrypted.
public struct Encryption: Sendable, Equatable {
    /// As OpenSSL writes it: "TLSv1.3".
    public let protocolName: String
    /// The suite's name in the registry of TLS: "TLS_AES_128_GCM_SHA256".
    public let suite: String
}

/// What operators are told of a connection. Thread: the worker.
extension Connection {
    /// This end. Asks the system.
    public var localAddress: SocketAddress {
        SocketAddress(of: socket.descriptor, isRemote: false)
    }

    /// The client's end. Asks the system.
    public var remoteAddress: SocketAddress {
        SocketAddress(of: socket.descriptor, isRemote: true)
    }

    /// How it is encrypted; nil in clear.
    public var encryption: Encryption? { tls?.encryption }

    /// When the worker took it, on the monotonic clock.
    public var openedNanos: UInt64 { life.openedNanos }

    /// Calls that have not closed.
    public var openStreams: Int { isClosed ? 0 : session.openStreams }
}

extension Worker {
    /// Visits the delegates of the connections that are open; one that ended and only waits for
    /// its peer to see why has none. Thread: the worker.
    public func forEachDelegate(_ body: (any SessionDelegate) -> Void) {
        connections.forEach { connection in
            if !connection.isClosed { body(connection.session.delegate) }
        }
    }
}
