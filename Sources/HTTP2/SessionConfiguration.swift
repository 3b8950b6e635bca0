/// The limits a session announces and keeps.
public struct SessionConfiguration: Sendable {
    /// Streams that the peer may have open at once.
    public var maxConcurrentStreams: UInt32 = 1_024
    /// Bytes of one block's fields, each counted as name + value + 32 (RFC 9113, 6.5.2).
    public var fieldBytesMax = 16 << 10
    /// Fields of one block: many tiny fields cost more than their bytes.
    public var fieldCountMax = 100
    /// Body bytes of one stream on their way to us.
    public var streamWindowBytes: UInt32 = 1 << 20
    /// Body bytes of the whole connection on their way to us.
    public var connectionWindowBytes: Int32 = 4 << 20
    /// Whether a stream's window is given back as its body arrives. If not, the delegate says by
    /// `Session.consume` what it has taken. The connection's window is always given back, so that
    /// a stream that nobody reads does not stop the others.
    public var givesStreamWindowBack = true
    /// Frames waiting to be sent. A reply is two frames and streams are limited, so more than
    /// this is a peer that makes us answer control frames and does not read the answers.
    public var outboundFramesMax = 5_000
    /// What a client may ask of a server before the connection ends.
    public var limits = GuardLimits()

    /// The defaults of every limit.
    public init() {}
}

/// Why a session cannot go on; the connection must be closed after what is left was sent.
public struct SessionError: Error, Sendable, CustomStringConvertible {
    /// The number nghttp2 gave, or 0 when the limit is our own.
    public let code: Int32
    /// What was wrong, in words.
    public let problem: String
    /// What the peer did, if it is to blame and the session is a server's.
    public let abuse: Abuse?

    init(code: Int32, problem: String, abuse: Abuse? = nil) {
        self.code = code
        self.problem = problem
        self.abuse = abuse
    }

    /// The problem.
    public var description: String { problem }
}

/// The error codes of RFC 9113, section 7, that this target sends.
public enum HTTP2ErrorCode {
    /// NO_ERROR: a shutdown that is none of the peer's fault.
    public static let noError: UInt32 = 0
    /// PROTOCOL_ERROR: the peer broke the protocol.
    public static let protocolError: UInt32 = 1
    /// INTERNAL_ERROR: something broke here.
    public static let internalError: UInt32 = 2
    /// SETTINGS_TIMEOUT: our SETTINGS were not acknowledged.
    public static let settingsTimeout: UInt32 = 4
    /// STREAM_CLOSED: a frame of a stream that was ended.
    public static let streamClosed: UInt32 = 5
    /// REFUSED_STREAM: nothing was done, it may be tried again.
    public static let refusedStream: UInt32 = 7
    /// CANCEL: the stream is not wanted any more.
    public static let cancel: UInt32 = 8
    /// ENHANCE_YOUR_CALM: the peer makes too much work.
    public static let enhanceYourCalm: UInt32 = 11
}
