import Testing

@testable import HTTP2

/// The rules of time, asked as the worker asks them.
@Suite struct ConnectionLifeTests {
    private static let second: UInt64 = 1_000_000_000

    /// A connection that is looked at whenever it wants to be, until something is to be done.
    private struct Run {
        var life: ConnectionLife
        var facts = ConnectionLife.Facts()
        let times: ConnectionTimes
        var nowNanos: UInt64 = 1_000 * second

        init(jitter: UInt64 = 100, _ change: (inout ConnectionTimes) -> Void = { _ in }) {
            var times = ConnectionTimes()
            change(&times)
            self.times = times
            life = ConnectionLife(nowNanos: nowNanos, jitter: jitter, times)
        }

        /// The next thing to do and how many seconds after the start it comes.
        mutating func next() -> (ConnectionLife.Step, seconds: UInt64) {
            while nowNanos < 100_000 * second {
                let step = life.step(nowNanos, facts, times)
                if step != .wait { return (step, nowNanos / second - 1_000) }
                nowNanos = life.nextNanos(nowNanos, facts, times)
            }
            return (.wait, .max)
        }
    }

    /// What the peer did not do, and when it ends for what.
    @Test(
        arguments: [
            (ConnectionLife.Facts(hasSettings: false, hasSettingsAck: false), Abuse.slowPreface, 5),
            (ConnectionLife.Facts(hasSettingsAck: false), .slowSettings, 10),
            (ConnectionLife.Facts(unfinishedSinceNanos: 1_003 * second), .slowFrame, 8),
            (ConnectionLife.Facts(openStreams: 1, hasUnsent: true), .stalledWrite, 33),
        ] as [(ConnectionLife.Facts, Abuse, UInt64)])
    func whatDoesNotHappenInTimeEnds(
        facts: ConnectionLife.Facts, abuse: Abuse, seconds: UInt64
    ) {
        var run = Run()
        run.life.wroteNanos = 1_003 * Self.second
        run.facts = facts
        let (step, end) = run.next()
        #expect(step == .end(abuse))
        #expect(end == seconds)
    }

    @Test func anIdleConnectionIsToldGoodbyeInTwoSteps() {
        var run = Run()
        let (step, seconds) = run.next()
        #expect(step == .announceShutdown(reason: .idle))
        #expect(seconds == 300)
        run.life.announced(run.nowNanos, run.times)
        #expect(run.next() == (.refuseStreams, 301))
        let leaves = run.life.refused(run.nowNanos, run.times)
        let leavesAgain = run.life.refused(run.nowNanos, run.times)
        #expect(leaves && !leavesAgain, "the second GOAWAY leaves once")
        #expect(run.life.reason.rawValue == "max_idle")
        #expect(run.next() == (.cutOff, 361))
    }

    @Test func aStreamThatCameAndWentMakesTheConnectionYoungAgain() {
        var run = Run()
        run.nowNanos += 200 * Self.second
        #expect(run.life.step(run.nowNanos, run.facts, run.times) == .wait)
        run.facts.headersSeen = 1
        #expect(run.next() == (.announceShutdown(reason: .idle), 500))
    }

    @Test func anOpenStreamIsNeverIdle() {
        var run = Run { $0.keepaliveNanos = ConnectionTimes.never }
        run.facts.openStreams = 1
        #expect(run.next() == (.wait, .max))
    }

    @Test func aSilentPeerIsAskedAndThenGivenUp() {
        var run = Run()
        run.facts.openStreams = 1
        #expect(run.next() == (.ping, 7_200))
        #expect(run.next() == (.end(.deadPeer), 7_220))
    }

    @Test func aPeerThatAnswersIsAskedAgain() {
        var run = Run()
        run.facts.openStreams = 1
        for round in 1...5 {
            #expect(run.next() == (.ping, UInt64(round) * 7_201 - 1))
            run.nowNanos += Self.second
            run.life.receivedNanos = run.nowNanos
        }
    }

    /// The jitter and the age at which a limit of 1,000 s ends the connection.
    @Test(arguments: [(0, 900), (100, 1_000), (200, 1_100), (201, 900)] as [(UInt64, UInt64)])
    func theGreatestAgeIsSpreadByATenth(jitter: UInt64, seconds: UInt64) {
        var run = Run(jitter: jitter) { $0.ageNanos = 1_000 * Self.second }
        run.facts.openStreams = 1
        #expect(run.next() == (.announceShutdown(reason: .age), seconds))
        #expect(run.life.reason.rawValue == "max_age")
    }

    @Test func aServerThatDrainsCutsNothingOff() {
        var run = Run()
        run.facts.openStreams = 1
        run.life.announced(run.nowNanos, run.times)
        #expect(run.next() == (.refuseStreams, 1))
        let leaves = run.life.refused(run.nowNanos, run.times)
        #expect(leaves)
        #expect(run.next() == (.wait, .max))
    }

    @Test func itIsSmallEnoughForTenThousand() {
        #expect(MemoryLayout<ConnectionLife>.stride <= 104)
        #expect(MemoryLayout<SessionGuard>.stride <= 512)
        #expect(MemoryLayout<FrameScanner>.stride <= 64)
    }

    @Test func timersFindEveryConnectionOnceAndNotTooEarly() {
        var timers = ConnectionTimers(nowNanos: 0)
        for id in UInt64(0)..<1_000 {
            timers.set(id | 7 << 32, atNanos: 3 * Self.second)
            timers.set(id | 7 << 32, atNanos: id * Self.second / 10)
        }
        timers.clear(5 | 7 << 32)
        var found: [UInt64] = []
        var nowNanos: UInt64 = 0
        while timers.dueNanos != .max {
            #expect(timers.dueNanos > nowNanos)
            nowNanos = timers.dueNanos
            var due: [UInt64] = []
            timers.takeDue(nowNanos, into: &due)
            for id in due {
                let wanted = (id & 0xffff_ffff) * Self.second / 10
                #expect(wanted <= nowNanos && nowNanos <= wanted + 200_000_000)
            }
            found += due
        }
        #expect(found.count == 999)
        #expect(Set(found).count == 999)
    }
}
