/// When a connection must do something although nothing arrives.
///
/// A pure state machine: whoever owns the connection asks `step` when `nextNanos` has come and
/// does what it says. Between two looks only stores happen: nothing is armed or cleared per call,
/// so an idle connection costs one look in ten seconds and a busy one in two.
/// Layout: at most 104 bytes inside its connection.
struct ConnectionLife {
    /// What is to be done.
    enum Step: Equatable {
        case wait
        /// The connection ends because of its peer.
        case end(Abuse)
        /// Ask whether the peer is there.
        case ping
        /// First GOAWAY and a PING.
        case announceShutdown(reason: StaticReason)
        /// Second GOAWAY.
        case refuseStreams
        /// What was left to finish has had its time.
        case cutOff
    }

    /// GOAWAY's debug data when the end is nobody's fault, as gRPC writes it.
    enum StaticReason: String {
        case none = ""
        case idle = "max_idle"
        case age = "max_age"
    }

    /// What the session and the socket show.
    struct Facts {
        var hasSettings = true
        var hasSettingsAck = true
        var unfinishedSinceNanos: UInt64?
        var openStreams = 0
        var headersSeen: UInt64 = 0
        var hasUnsent = false
    }

    private enum Drain {
        case none
        case announced(refusesNanos: UInt64)
        case refused(cutOffNanos: UInt64)
    }

    /// How often a connection with streams is looked at: the resolution of the calls' own rules.
    private static let busyPeriodNanos: UInt64 = 2_000_000_000
    private static let idlePeriodNanos: UInt64 = 10_000_000_000

    let openedNanos: UInt64
    /// When bytes came last.
    var receivedNanos: UInt64
    /// When the socket last took something, or began to wait.
    var wroteNanos: UInt64 = 0
    private var idleSinceNanos: UInt64
    private var headersSeen: UInt64 = 0
    private var pingNanos: UInt64 = 0
    private let oldNanos: UInt64
    private var drain = Drain.none
    private(set) var reason = StaticReason.none

    /// `jitter`: any number; it moves the connection's greatest age by up to a tenth.
    init(nowNanos: UInt64, jitter: UInt64, _ times: ConnectionTimes) {
        openedNanos = nowNanos
        receivedNanos = nowNanos
        idleSinceNanos = nowNanos
        let tenths = times.ageNanos / 1_000 * (jitter % 201)
        let age =
            times.ageNanos == ConnectionTimes.never
            ? times.ageNanos : times.ageNanos / 10 * 9 + tenths
        oldNanos = Self.sum(nowNanos, age)
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    /// What is due at `nowNanos`, one thing at a time.
    mutating func step(_ nowNanos: UInt64, _ facts: Facts, _ times: ConnectionTimes) -> Step {
        if facts.openStreams > 0 || facts.headersSeen != headersSeen {
            headersSeen = facts.headersSeen
            idleSinceNanos = nowNanos
        }
        if let abuse = lateness(nowNanos, facts, times) { return .end(abuse) }
        switch drain {
        case .announced(let due) where due <= nowNanos: return .refuseStreams
        case .refused(let due) where due <= nowNanos: return .cutOff
        case .announced, .refused: return .wait
        case .none: break
        }
        if oldNanos <= nowNanos {
            reason = .age
            return .announceShutdown(reason: reason)
        }
        if Self.sum(idleSinceNanos, times.idleNanos) <= nowNanos {
            reason = .idle
            return .announceShutdown(reason: reason)
        }
        if pingNanos == 0, Self.sum(receivedNanos, times.keepaliveNanos) <= nowNanos {
            pingNanos = nowNanos
            return .ping
        }
        return .wait
    }

    private mutating func lateness(
        _ nowNanos: UInt64, _ facts: Facts, _ times: ConnectionTimes
    ) -> Abuse? {
        func isOver(_ since: UInt64, _ span: UInt64) -> Bool { Self.sum(since, span) <= nowNanos }
        if !facts.hasSettings, isOver(openedNanos, times.prefaceNanos) { return .slowPreface }
        if !facts.hasSettingsAck, isOver(openedNanos, times.settingsAckNanos) {
            return .slowSettings
        }
        if let since = facts.unfinishedSinceNanos, isOver(since, times.frameNanos) {
            return .slowFrame
        }
        if facts.hasUnsent, isOver(wroteNanos, times.writeNanos) { return .stalledWrite }
        if pingNanos > 0 {
            // Whatever came since shows that the peer is there.
            if receivedNanos > pingNanos {
                pingNanos = 0
            } else if isOver(pingNanos, times.keepaliveAnswerNanos) {
                return .deadPeer
            }
        }
        return nil
    }

    /// The first GOAWAY was sent.
    mutating func announced(_ nowNanos: UInt64, _ times: ConnectionTimes) {
        drain = .announced(refusesNanos: Self.sum(nowNanos, times.drainPingNanos))
    }

    /// The second GOAWAY leaves; gives false when it has left before.
    mutating func refused(_ nowNanos: UInt64, _ times: ConnectionTimes) -> Bool {
        if case .refused = drain { return false }
        // A server that drains as a whole has a deadline of its own.
        let grace = reason == .none ? ConnectionTimes.never : times.graceNanos
        drain = .refused(cutOffNanos: Self.sum(nowNanos, grace))
        return true
    }

    /// When `step` must be asked again at the latest.
    func nextNanos(_ nowNanos: UInt64, _ facts: Facts, _ times: ConnectionTimes) -> UInt64 {
        var next = nowNanos + (facts.openStreams > 0 ? Self.busyPeriodNanos : Self.idlePeriodNanos)
        func atMost(_ since: UInt64, _ span: UInt64) { next = min(next, Self.sum(since, span)) }
        if !facts.hasSettings { atMost(openedNanos, times.prefaceNanos) }
        if !facts.hasSettingsAck { atMost(openedNanos, times.settingsAckNanos) }
        if let since = facts.unfinishedSinceNanos { atMost(since, times.frameNanos) }
        if facts.hasUnsent { atMost(wroteNanos, times.writeNanos) }
        if pingNanos > 0 { atMost(pingNanos, times.keepaliveAnswerNanos) }
        switch drain {
        case .announced(let due), .refused(let due): atMost(due, 0)
        case .none:
            atMost(oldNanos, 0)
            if facts.openStreams == 0 { atMost(idleSinceNanos, times.idleNanos) }
            if pingNanos == 0 { atMost(receivedNanos, times.keepaliveNanos) }
        }
        return max(next, nowNanos + 1)
    }
}
