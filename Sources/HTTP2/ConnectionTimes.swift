/// How long a connection may take for each thing; every time is in nanoseconds.
public struct ConnectionTimes: Sendable {
    /// A time that never comes.
    public static let never = UInt64.max

    /// From the accept to the end of the preface and the client's SETTINGS. A client sends both
    /// before it waits for anything.
    public var prefaceNanos: UInt64 = 5_000_000_000
    /// From the accept to the acknowledgement of our SETTINGS: the preface's time and one round
    /// trip, generously.
    public var settingsAckNanos: UInt64 = 10_000_000_000
    /// From a frame's first byte to its last, and from HEADERS to the last CONTINUATION; the
    /// payload of DATA has the rule of its call.
    public var frameNanos: UInt64 = 5_000_000_000
    /// How long a full socket may take nothing.
    public var writeNanos: UInt64 = 30_000_000_000
    /// How long a connection may have no stream: clients open a new one in a round trip.
    public var idleNanos: UInt64 = 300_000_000_000
    /// After this much silence a PING asks whether the peer is there: gRPC proposal A9's default.
    public var keepaliveNanos: UInt64 = 7_200_000_000_000
    /// How long the answer to that PING may take: gRPC proposal A9's default.
    public var keepaliveAnswerNanos: UInt64 = 20_000_000_000
    /// How old a connection may grow, give or take a tenth; gRPC's default is never. Half an hour
    /// spreads clients again when a balancer in front sees only connections.
    public var ageNanos = ConnectionTimes.never
    /// How long the calls of a connection that is too old, or idle, may still run.
    public var graceNanos: UInt64 = 60_000_000_000
    /// How long the first GOAWAY waits for the answer to its PING before the second.
    public var drainPingNanos: UInt64 = 1_000_000_000
    /// How long a connection that we ended is still read, so that the peer sees why.
    public var lingerNanos: UInt64 = 1_000_000_000
    /// How long a request without a deadline may owe its body and send none of it.
    public var requestBodyNanos: UInt64 = 10_000_000_000
    /// How long a finished reply may wait for the peer's flow control without moving.
    public var replyNanos: UInt64 = 30_000_000_000

    /// The defaults of every time.
    public init() {}
}
