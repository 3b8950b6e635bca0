/// What messages a method takes and gives.
public enum MethodShape: Sendable {
    case unary
    case serverStreaming
    case clientStreaming
    case bidirectional
}

/// Where a method's handler runs.
public enum MethodClass: Sendable, Equatable {
    /// On the call's worker, to completion: memory only, at most 50 us.
    case inline
    /// On the call's worker when the request message has at most that many bytes, else like
    /// `offloaded`: for methods whose work grows with the request. `Call.isOffloaded` tells the
    /// handler which; off the worker it must not use what belongs to the worker.
    case inlineUpTo(bytes: Int)
    /// On a Dispatch queue of lower priority: everything that may block or take long.
    case offloaded

    /// Whether a call with a request of that size leaves its worker.
    @inline(__always)
    func isOffloaded(requestBytes: Int) -> Bool {
        switch self {
        case .inline: false
        case .inlineUpTo(let bytes): requestBytes > bytes
        case .offloaded: true
        }
    }
}

/// Takes the events of one streaming call, one at a time.
///
/// Thread: the call's worker, for every method.
public protocol StreamHandler: AnyObject {
    /// One whole message of the client. The bytes are valid during the call only.
    ///
    /// Messages wait while the call is not writable or `Call.pauseReading` holds; what waits is
    /// bounded by the stream's window, and the client is told to stop.
    func onMessage(_ message: Span<UInt8>)
    /// The client has sent its last message, and all of them were handed over.
    func onHalfClose()
    /// The call is over: the client reset it, the connection went, or the deadline passed.
    func onCancel()
    /// What was sent has left; there is room again. Comes only after `Call.isWritable` was false.
    func onWritable()
}

extension StreamHandler {
    /// Messages are ignored: for calls whose only request message came at the start.
    public func onMessage(_ message: Span<UInt8>) {}
    /// The half-close is ignored.
    public func onHalfClose() {}
    /// The cancellation is ignored.
    public func onCancel() {}
    /// The room is ignored.
    public func onWritable() {}
}

/// Answers a call with one request message: now or later, from any thread, exactly once.
///
/// The request is valid until the handler returns.
public typealias UnaryHandler = @Sendable (_ call: Call, _ request: Span<UInt8>) -> Void

/// One method of a service: its path, its class and what answers it.
public struct Method: Sendable {
    enum Handler: Sendable {
        case unary(UnaryHandler, cancelled: (@Sendable (Call) -> Void)?)
        case serverStreaming(@Sendable (Call, Span<UInt8>) -> (any StreamHandler)?)
        case streaming(@Sendable (Call) -> any StreamHandler)
    }

    /// "/package.Service/Method", case-sensitive.
    public let path: String
    /// What messages it takes and gives.
    public let shape: MethodShape
    /// Where its handler runs.
    public let methodClass: MethodClass
    /// Whether the gate is skipped: no credential is needed.
    public let isPublic: Bool
    let handler: Handler

    private init(
        _ path: String, _ shape: MethodShape, _ methodClass: MethodClass, isPublic: Bool,
        _ handler: Handler
    ) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        precondition(
            parts.count == 3 && parts[0].isEmpty && !parts[1].isEmpty && !parts[2].isEmpty,
            "a method path reads /package.Service/Method")
        self.path = path
        self.shape = shape
        self.methodClass = methodClass
        self.isPublic = isPublic
        self.handler = handler
    }

    /// The full name of the service the method belongs to.
    public var service: String { String(path.split(separator: "/")[0]) }

    /// One request, one reply, through `Call.reply` or `Call.fail`.
    ///
    /// `cancelled` is told, on the call's worker, when the call ends before it was answered.
    public static func unary(
        _ path: String, class methodClass: MethodClass = .inline, isPublic: Bool = false,
        cancelled: (@Sendable (Call) -> Void)? = nil, _ handler: @escaping UnaryHandler
    ) -> Method {
        Method(
            path, .unary, methodClass, isPublic: isPublic, .unary(handler, cancelled: cancelled))
    }

    /// One request, any number of replies through `Call.send`, ended by `Call.finish`.
    ///
    /// The handler may return an object that is told of cancellation and of room to write. For an
    /// offloaded method it runs off the worker; the object's events still come on the worker.
    public static func serverStreaming(
        _ path: String, class methodClass: MethodClass = .inline, isPublic: Bool = false,
        _ handler: @escaping @Sendable (Call, Span<UInt8>) -> (any StreamHandler)?
    ) -> Method {
        Method(path, .serverStreaming, methodClass, isPublic: isPublic, .serverStreaming(handler))
    }

    /// Any number of requests, one reply through `Call.reply`.
    ///
    /// The factory and its object run on the worker; long work is handed on by the object.
    public static func clientStreaming(
        _ path: String, isPublic: Bool = false,
        _ factory: @escaping @Sendable (Call) -> any StreamHandler
    ) -> Method {
        Method(path, .clientStreaming, .inline, isPublic: isPublic, .streaming(factory))
    }

    /// Any number of requests and of replies, ended by `Call.finish`.
    ///
    /// The factory and its object run on the worker; long work is handed on by the object.
    public static func bidirectional(
        _ path: String, isPublic: Bool = false,
        _ factory: @escaping @Sendable (Call) -> any StreamHandler
    ) -> Method {
        Method(path, .bidirectional, .inline, isPublic: isPublic, .streaming(factory))
    }
}
