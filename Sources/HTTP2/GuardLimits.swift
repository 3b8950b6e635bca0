/// What one peer may ask of a server's session before the connection ends.
///
/// Every budget is far above what a busy, correct client does and far below what hurts.
public struct GuardLimits: Sendable {
    /// Streams a peer may reset, or make us reset, in a burst: a client that gives up a page of
    /// calls at once.
    public var resetBurst: UInt64 = 200
    /// Resets a second after the burst.
    public var resetsPerSecond: UInt64 = 50
    /// Streams over MAX_CONCURRENT_STREAMS in a burst: one round trip of a hasty client.
    public var refusalBurst: UInt64 = 500
    /// Refused streams a second after the burst.
    public var refusalsPerSecond: UInt64 = 10
    /// Header blocks over the limit in a burst: each is inflated in full, to keep HPACK's state.
    public var oversizeBlockBurst: UInt64 = 20
    /// Oversize blocks a second after the burst.
    public var oversizeBlocksPerSecond: UInt64 = 1
    /// Messages that inflate over the limit, in a burst: 5 ms of work each.
    public var bombBurst: UInt64 = 20
    /// See `bombBurst`.
    public var bombsPerSecond: UInt64 = 1
    /// Decoded bytes of one block that end the connection at once: 64 times what is announced.
    public var blockBytesMax = 1 << 20
    /// CONTINUATION frames of one header block: nine full frames are 144 KiB of compressed fields.
    public var continuationsMax = 8
    /// SETTINGS frames in one window: clients send one or two in a connection's life.
    public var settingsMax = 100
    /// DATA frames in a row that carry nothing and end nothing.
    public var emptyDataInRowMax = 10
    /// DATA frames in a second that carry nothing, padding not counted as something.
    public var emptyDataPerSecondMax = 1_000
    /// WINDOW_UPDATE frames earned by each DATA frame we send: Envoy's ratio.
    public var windowUpdatesPerDataFrame = 20
    /// WINDOW_UPDATE frames earned by each stream: Envoy's ratio.
    public var windowUpdatesPerStream = 2
    /// WINDOW_UPDATE frames a new connection has; Envoy gives 5, nghttp2's tests alone need more.
    public var windowUpdatesAtStart = 100
    /// The most unspent WINDOW_UPDATE frames: what an honest past lets a later flood cost, some ms.
    public var windowUpdatesSavedMax = 20_000
    /// PRIORITY frames earned by each stream, and had by a new connection: Envoy's ratio.
    public var prioritiesPerStream = 100
    /// The most unspent PRIORITY frames.
    public var prioritiesSavedMax = 10_000
    /// Frames of a window that bring no work nearer to its end.
    public var idleFramesMax = 10_000
    /// The window of `settingsMax` and `idleFramesMax`.
    public var windowNanos: UInt64 = 10_000_000_000
    /// The peer's flow control window below which a DATA frame counts as an idle frame: a reply
    /// asked for byte by byte costs us a frame a byte.
    public var tinyWindowBytes = 64
    /// The least time between PINGs while streams are open (gRPC proposal A8).
    public var pingIntervalNanos: UInt64 = 300_000_000_000
    /// The least time between PINGs while no stream is open (gRPC proposal A8).
    public var pingIntervalIdleNanos: UInt64 = 7_200_000_000_000
    /// PINGs that may come too early before the connection ends (gRPC proposal A8).
    public var pingStrikesMax = 2

    /// The defaults of every budget.
    public init() {}
}
