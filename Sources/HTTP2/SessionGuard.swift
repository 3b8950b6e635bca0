/// The counters that stand between a peer and the work it can cause.
///
/// Fed with every frame that arrives, before nghttp2 sees it, and with what is sent; answers with
/// the kind of abuse when a budget is spent. Only adds and compares: no clock, no memory.
/// Thread: its session's.
struct SessionGuard {
    /// Frame types (RFC 9113, section 6) as numbers, because they arrive as such.
    enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    private static let endStreamOrAck: UInt8 = 1

    let limits: GuardLimits
    private(set) var nowNanos: UInt64 = 0
    private var windowStartNanos: UInt64 = 0
    private var secondStartNanos: UInt64 = 0
    private var settingsInWindow = 0
    private var idleInWindow = 0
    private var emptyInSecond = 0
    private var emptyInRow = 0
    private var continuations = 0
    private var windowUpdatesLeft: Int
    private var prioritiesLeft: Int
    private var lastPingNanos: UInt64?
    private var pingStrikes = 0
    private var sentSincePing = false
    private var resets = RateGate()
    private var refusals = RateGate()
    private var oversizeBlocks = RateGate()
    private var bombs = RateGate()
    /// Streams that were taken and have not closed.
    var openStreams = 0
    /// Streams ever announced by HEADERS, refused ones too.
    private(set) var headersSeen: UInt64 = 0
    /// Whether the peer's first SETTINGS came.
    private(set) var hasSettings = false
    /// Whether the peer acknowledged ours.
    private(set) var hasSettingsAck = false

    init(_ limits: GuardLimits) {
        self.limits = limits
        windowUpdatesLeft = limits.windowUpdatesAtStart
        prioritiesLeft = limits.prioritiesPerStream
    }

    /// Bytes arrived at `nowNanos`: windows that are over begin anew.
    mutating func turn(_ nowNanos: UInt64) {
        self.nowNanos = nowNanos
        if nowNanos &- windowStartNanos >= limits.windowNanos {
            windowStartNanos = nowNanos
            settingsInWindow = 0
            idleInWindow = 0
        }
        if nowNanos &- secondStartNanos >= 1_000_000_000 {
            secondStartNanos = nowNanos
            emptyInSecond = 0
        }
    }

    /// A frame's head arrived. `payloadCount`: its payload without padding.
    @inline(__always)
    mutating func arrived(type: UInt8, flags: UInt8, payloadCount: Int) -> Abuse? {
        switch type {
        case FrameType.headers:
            headersSeen &+= 1
            emptyInRow = 0
            continuations = 0
            windowUpdatesLeft = min(
                windowUpdatesLeft &+ limits.windowUpdatesPerStream, limits.windowUpdatesSavedMax)
            prioritiesLeft = min(
                prioritiesLeft &+ limits.prioritiesPerStream, limits.prioritiesSavedMax)
            return nil
        case FrameType.data:
            if payloadCount > 0 || flags & Self.endStreamOrAck != 0 {
                emptyInRow = 0
                return nil
            }
            return emptyData()
        case FrameType.windowUpdate:
            windowUpdatesLeft &-= 1
            return windowUpdatesLeft < 0 ? .windowUpdateFlood : nil
        default: return control(type, flags)
        }
    }

    private mutating func emptyData() -> Abuse? {
        emptyInRow += 1
        emptyInSecond += 1
        if emptyInRow > limits.emptyDataInRowMax { return .emptyDataFlood }
        if emptyInSecond > limits.emptyDataPerSecondMax { return .emptyDataFlood }
        return idleFrame()
    }

    private mutating func control(_ type: UInt8, _ flags: UInt8) -> Abuse? {
        let isAck = flags & Self.endStreamOrAck != 0
        switch type {
        case FrameType.continuation:
            continuations += 1
            if continuations > limits.continuationsMax { return .continuationFlood }
            return nil
        case FrameType.settings:
            if isAck {
                hasSettingsAck = true
            } else {
                hasSettings = true
                settingsInWindow += 1
                if settingsInWindow > limits.settingsMax { return .settingsFlood }
            }
        case FrameType.ping:
            if !isAck, isPingTooEarly() { return .pingFlood }
        case FrameType.priority:
            prioritiesLeft -= 1
            if prioritiesLeft < 0 { return .priorityFlood }
        default: break
        }
        return idleFrame()
    }

    /// A frame that brings no work nearer to its end.
    mutating func idleFrame() -> Abuse? {
        idleInWindow += 1
        return idleInWindow > limits.idleFramesMax ? .idleFrameFlood : nil
    }

    /// gRPC proposal A8: a PING that comes too early is a strike, unless we sent HEADERS or DATA
    /// since the one before: clients measure the path with a PING after data arrived.
    private mutating func isPingTooEarly() -> Bool {
        defer { sentSincePing = false }
        if sentSincePing { pingStrikes = 0 }
        if !sentSincePing, let last = lastPingNanos {
            let least =
                openStreams > 0 ? limits.pingIntervalNanos : limits.pingIntervalIdleNanos
            if nowNanos &- last < least {
                pingStrikes += 1
                return pingStrikes > limits.pingStrikesMax
            }
        }
        lastPingNanos = nowNanos
        return false
    }

    /// HEADERS or DATA were sent.
    @inline(__always)
    mutating func sent(isData: Bool) {
        sentSincePing = true
        guard isData else { return }
        windowUpdatesLeft = min(
            windowUpdatesLeft &+ limits.windowUpdatesPerDataFrame, limits.windowUpdatesSavedMax)
    }

    /// The peer reset a stream that was open.
    mutating func reset() -> Abuse? {
        resets.admits(nowNanos, burst: limits.resetBurst, perSecond: limits.resetsPerSecond)
            ? nil : .resetFlood
    }

    /// We reset a stream because of what the peer did on it: the same budget.
    mutating func provokedReset() -> Abuse? {
        resets.admits(nowNanos, burst: limits.resetBurst, perSecond: limits.resetsPerSecond)
            ? nil : .provokedResetFlood
    }

    /// A stream over the limit was refused.
    mutating func refusal() -> Abuse? {
        refusals.admits(
            nowNanos, burst: limits.refusalBurst, perSecond: limits.refusalsPerSecond)
            ? nil : .refusedStreamFlood
    }

    /// A message inflated to more than the limit.
    mutating func bomb() -> Abuse? {
        bombs.admits(nowNanos, burst: limits.bombBurst, perSecond: limits.bombsPerSecond)
            ? nil : .messageBomb
    }

    /// A header block was over the limit.
    mutating func oversizeBlock() -> Abuse? {
        oversizeBlocks.admits(
            nowNanos, burst: limits.oversizeBlockBurst,
            perSecond: limits.oversizeBlocksPerSecond)
            ? nil : .oversizeBlockFlood
    }
}

/// A burst and a rate after it, in one number.
///
/// Source: the generic cell rate algorithm, ITU-T I.371: `fullNanos` is when everything admitted
/// so far would have come, had it come at the rate.
struct RateGate {
    private var fullNanos: UInt64 = 0

    /// Whether one more fits; if so it is counted.
    mutating func admits(_ nowNanos: UInt64, burst: UInt64, perSecond: UInt64) -> Bool {
        let step = 1_000_000_000 / max(perSecond, 1)
        let from = max(fullNanos, nowNanos)
        guard from - nowNanos + step <= burst * step else { return false }
        fullNanos = from + step
        return true
    }
}
