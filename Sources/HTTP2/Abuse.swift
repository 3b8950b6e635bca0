/// Why a connection was ended, or not taken, because of what its peer did or failed to do.
///
/// Each kind has its own count, so that an operator sees which attack is running. Raw values
/// number the counters and mean nothing outside the process.
public enum Abuse: Int, CaseIterable, Sendable {
    /// The peer reset more streams than its budget allows (CVE-2023-44487, rapid reset).
    case resetFlood
    /// The peer made us reset more streams than its budget allows (CVE-2025-8671).
    case provokedResetFlood
    /// The peer opened more streams over the limit than can be a mistake.
    case refusedStreamFlood
    /// Too many SETTINGS frames (CVE-2019-9515).
    case settingsFlood
    /// PING frames closer together than gRPC proposal A8 permits (CVE-2019-9512).
    case pingFlood
    /// DATA frames that carry nothing (CVE-2019-9518).
    case emptyDataFlood
    /// More WINDOW_UPDATE frames than what we sent explains.
    case windowUpdateFlood
    /// More PRIORITY frames than there were streams to order (CVE-2019-9513).
    case priorityFlood
    /// Too many frames that bring no work nearer to its end, of any type.
    case idleFrameFlood
    /// Too many CONTINUATION frames of one header block (CVE-2024-28182).
    case continuationFlood
    /// Too many header blocks over the limit.
    case oversizeBlockFlood
    /// One header block many times over the limit: a compression bomb.
    case headerBomb
    /// More frames wait to be sent than the peer's own requests explain: it does not read.
    case unreadAnswers
    /// Bytes that are not HTTP/2.
    case brokenProtocol
    /// DATA of a stream that the peer itself had ended.
    case closedStream
    /// Messages that inflate to more than the limit.
    case messageBomb
    /// No preface and SETTINGS in time.
    case slowPreface
    /// Our SETTINGS were not acknowledged in time.
    case slowSettings
    /// A frame or a header block was begun and not ended in time.
    case slowFrame
    /// The socket took nothing of what waits for it.
    case stalledWrite
    /// A keepalive PING got no answer.
    case deadPeer
    /// More connections than the process takes.
    case connectionLimit
    /// More connections than one address may have.
    case addressLimit
    /// Readers that do not read hold more output bytes of the worker than it has for them.
    case unsentLimit
    /// A request whose body stopped coming. Ends the call, not the connection.
    case slowBody
    /// A reply that the peer's flow control holds back. Ends the call, not the connection.
    case slowReader

    /// The kind as a metric's label and as GOAWAY's debug data.
    ///
    /// `too_many_pings` is fixed by gRPC proposal A8; clients look for exactly these bytes.
    public var name: String {
        switch self {
        case .resetFlood: "too_many_resets"
        case .provokedResetFlood: "too_many_provoked_resets"
        case .refusedStreamFlood: "too_many_refused_streams"
        case .settingsFlood: "too_many_settings"
        case .pingFlood: "too_many_pings"
        case .emptyDataFlood: "too_many_empty_frames"
        case .windowUpdateFlood: "too_many_window_updates"
        case .priorityFlood: "too_many_priorities"
        case .idleFrameFlood: "too_many_idle_frames"
        case .continuationFlood: "too_many_continuations"
        case .oversizeBlockFlood: "too_many_oversize_headers"
        case .headerBomb: "header_bomb"
        case .unreadAnswers: "unread_answers"
        case .brokenProtocol: "broken_protocol"
        case .closedStream: "closed_stream"
        case .messageBomb: "message_bomb"
        case .slowPreface: "slow_preface"
        case .slowSettings: "slow_settings"
        case .slowFrame: "slow_frame"
        case .stalledWrite: "stalled_write"
        case .deadPeer: "dead_peer"
        case .connectionLimit: "connection_limit"
        case .addressLimit: "address_limit"
        case .unsentLimit: "unsent_limit"
        case .slowBody: "slow_body"
        case .slowReader: "slow_reader"
        }
    }

    /// The error code of the GOAWAY that ends the connection.
    var errorCode: UInt32 {
        switch self {
        case .slowSettings: HTTP2ErrorCode.settingsTimeout
        case .closedStream: HTTP2ErrorCode.streamClosed
        case .brokenProtocol: HTTP2ErrorCode.protocolError
        default: HTTP2ErrorCode.enhanceYourCalm
        }
    }
}

/// How often each kind of abuse was met.
///
/// Layout: one lane per kind, so that copying the counts allocates nothing.
public struct AbuseCounts: Sendable, Equatable {
    private var lanes = SIMD32<UInt64>()

    /// Starts at zero.
    public init() {}

    /// The count of one kind.
    public subscript(kind: Abuse) -> UInt64 {
        get { lanes[kind.rawValue] }
        set { lanes[kind.rawValue] = newValue }
    }

    /// The sum over all kinds.
    public var total: UInt64 { lanes.wrappedSum() }

    /// Adds another worker's counts.
    public static func += (total: inout AbuseCounts, other: AbuseCounts) {
        total.lanes &+= other.lanes
    }
}
