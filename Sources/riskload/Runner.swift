import GRPC
import Ground
import HTTP2
import Histogram

/// Makes the calls of a run and counts what came of them. Thread: one, the caller's.
///
/// Warm-up calls are made like the others and left out of every figure. What is meant to be sent
/// within the measured time counts, also when it could only be sent or was answered later.
final class Runner: ClientPoolDelegate {
    struct OpenCall {
        var kind = CallKind.health
        var intendedNanos: UInt64 = 0
    }

    /// How long after its end a run waits for what is still open.
    static let drainNanosMax: UInt64 = 5_000_000_000
    /// The longest wait of a turn, so that the progress line lives.
    static let waitNanosMax: UInt64 = 100_000_000

    let plan: LoadPlan
    let clock: any Clock
    var maker: RequestMaker
    var tallies = CallKind.allCases.map(Tally.init(kind:))
    /// How late sends were for our own reasons, nanoseconds.
    var sendLag = Tally.makeHistogram()
    /// Calls that were due while every stream was busy: late for the server's reasons.
    var streamWaitCount = 0
    /// Answers that came inside the measured time.
    var answeredInTimeCount = 0
    var beginNanos: UInt64 = 0
    var measureNanos: UInt64 = 0
    var endNanos: UInt64 = 0
    private let kinds: [CallKind]
    private let methods: [ClientMethod]
    private var open: [OpenCall]
    private var pool: ClientPool?
    private var schedule: SendSchedule?
    private var sentCount: UInt64 = 0
    private var isBlocked = false

    init(plan: LoadPlan, maker: RequestMaker, clock: any Clock) {
        self.plan = plan
        self.maker = maker
        self.clock = clock
        kinds = plan.scenario.hundred
        methods = CallKind.allCases.map { plan.method($0.path) }
        open = [OpenCall](repeating: OpenCall(), count: plan.connectionCount * plan.streamCount)
    }

    /// Connects, warms up, measures, waits for what is open, and reports.
    func run(_ progress: inout ProgressLine) throws(LoadError) -> LoadReport {
        let pool = try plan.connect(
            connectionCount: plan.connectionCount, clock: clock, delegate: self)
        self.pool = pool
        beginNanos = clock.monotonicNanos()
        measureNanos = beginNanos + plan.warmup.nanos
        endNanos = measureNanos + plan.duration.nanos
        schedule = plan.ratePerSecond.map { rate in
            SendSchedule(
                startNanos: beginNanos, ratePerSecond: rate, lengthNanos: endNanos - beginNanos)
        }
        drive(until: measureNanos, &progress)
        let before = Effort.now(pool, clock)
        drive(until: endNanos, &progress)
        let effort = Effort.now(pool, clock).since(before)
        drain(&progress)
        return LoadReport(self, effort: effort, lostProblem: pool.lastProblem)
    }

    /// Sends what is due and takes turns until the time has come.
    private func drive(until untilNanos: UInt64, _ progress: inout ProgressLine) {
        guard let pool else { return }
        var nowNanos = clock.monotonicNanos()
        while nowNanos < untilNanos {
            send(nowNanos)
            var wait = min(untilNanos - nowNanos, Self.waitNanosMax)
            if let schedule, !isBlocked, sentCount < schedule.callCount {
                let due = schedule.intendedNanos(sentCount)
                wait = due > nowNanos ? min(wait, due - nowNanos) : 0
            }
            maker.requestID.nowMillis = UInt64(clock.wallMicros() / 1_000)
            pool.turn(waitNanos: wait)
            nowNanos = clock.monotonicNanos()
            progress.show(self, nowNanos: nowNanos, inFlightCount: pool.inFlightCount)
        }
    }

    /// Sends every call that is due, or fills every stream in a closed loop.
    private func send(_ nowNanos: UInt64) {
        guard let schedule else {
            if let pool, pool.inFlightCount < open.count {
                while submit(intendedNanos: nowNanos, on: nil) {}
            }
            return
        }
        while sentCount < schedule.callCount {
            let intended = schedule.intendedNanos(sentCount)
            guard intended <= nowNanos else { break }
            guard submit(intendedNanos: intended, on: nil) else {
                isBlocked = true
                return
            }
            sentCount += 1
            guard intended >= measureNanos else { continue }
            if isBlocked {
                streamWaitCount += 1
            } else {
                _ = sendLag.record(max(nowNanos - intended, 1))
            }
        }
        isBlocked = false
    }

    private func submit(intendedNanos: UInt64, on connection: Int?) -> Bool {
        guard let pool else { return false }
        let kind = kinds.count == 1 ? kinds[0] : kinds[Int(maker.random.next() % 100)]
        let block = methods[kind.rawValue].block
        let call = pool.submit(block, on: connection) { body in
            ClientMethod.appendMessage(to: &body) { maker.append(kind, to: &$0) }
        }
        guard let call else { return false }
        open[call] = OpenCall(kind: kind, intendedNanos: intendedNanos)
        return true
    }

    func callEnded(_ call: Int, on connection: Int, reply: ClientReply) {
        guard let pool else { return }
        let ended = open[call]
        let nowNanos = pool.nowNanos
        let result = ClientResult(reply)
        if ended.intendedNanos >= measureNanos, ended.intendedNanos < endNanos {
            tallies[ended.kind.rawValue].add(
                result, latencyNanos: nowNanos - min(nowNanos, ended.intendedNanos))
        }
        if case .answer = result, nowNanos >= measureNanos, nowNanos < endNanos {
            answeredInTimeCount += 1
        }
        if schedule == nil, nowNanos < endNanos {
            _ = submit(intendedNanos: nowNanos, on: connection)
        }
    }

    /// Waits for what is open and sends what is overdue; what remains then has failed.
    private func drain(_ progress: inout ProgressLine) {
        guard let pool else { return }
        var nowNanos = clock.monotonicNanos()
        let limitNanos = nowNanos + Self.drainNanosMax
        // What is sent last still has time to be answered.
        let sendLimitNanos = limitNanos - Self.drainNanosMax / 5
        while nowNanos < limitNanos, pool.inFlightCount > 0 || unsentCount > 0 {
            if schedule != nil, nowNanos < sendLimitNanos { send(nowNanos) }
            pool.turn(waitNanos: min(limitNanos - nowNanos, Self.waitNanosMax))
            nowNanos = clock.monotonicNanos()
            progress.show(self, nowNanos: nowNanos, inFlightCount: pool.inFlightCount)
        }
        let silent = "DEADLINE_EXCEEDED: no answer within 5 s of the end"
        for (kind, count) in openCounts(pool) { tallies[kind].addFailure(silent, count: count) }
        let first = tallies.firstIndex { $0.kind == kinds[0] } ?? 0
        tallies[first].addFailure(
            "NOT_SENT: no stream was free until 4 s after the end", count: unsentCount)
    }

    /// Measured calls that were due and could not be sent.
    private var unsentCount: Int {
        guard let schedule else { return 0 }
        let warm = SendSchedule(
            startNanos: beginNanos, ratePerSecond: schedule.ratePerSecond,
            lengthNanos: measureNanos - beginNanos)
        return Int(schedule.callCount - max(sentCount, warm.callCount))
    }

    /// Measured calls that have not ended, by kind.
    private func openCounts(_ pool: ClientPool) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for (call, entry) in open.enumerated() where pool.isBusy(call) {
            if entry.intendedNanos >= measureNanos, entry.intendedNanos < endNanos {
                counts[entry.kind.rawValue, default: 0] += 1
            }
        }
        return counts
    }
}
