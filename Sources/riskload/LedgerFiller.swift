import GRPC
import Ground
import HTTP2

/// Opens the credit lines of a run, and places holds on them, in batches before it begins.
final class LedgerFiller: ClientPoolDelegate {
    /// Batches on their way at once: one being written, one being read, two between.
    static let batchesInFlight = 4
    /// How long the server may leave us without any answer.
    static let silenceNanosMax: UInt64 = 30_000_000_000

    private let plan: LoadPlan
    private let clock: any Clock
    private var maker: RequestMaker
    /// What the operations of the present step made, by their numbers.
    private var made: [Int64] = []
    private var problem: String?

    init(plan: LoadPlan, maker: RequestMaker, clock: any Clock) {
        self.plan = plan
        self.maker = maker
        self.clock = clock
    }

    /// Opens all lines unless they are there, then places all holds. Gives the maker with the
    /// lines in it.
    func fill() throws(LoadError) -> RequestMaker {
        if let first = plan.openedLine {
            maker.lineIDs = (0..<plan.lineCount).map { first + Int64($0) }
            if plan.holdCount == 0 { return maker }
        }
        var connected = plan
        connected.streamCount = Self.batchesInFlight
        let pool = try connected.connect(connectionCount: 1, clock: clock, delegate: self)
        if plan.openedLine == nil {
            try run(.openLine, count: plan.lineCount, pool)
            maker.lineIDs = made
        }
        try run(.reserve, count: plan.holdCount, pool)
        return maker
    }

    private func run(
        _ action: BatchAction, count: Int, _ pool: ClientPool
    ) throws(LoadError) {
        let method = plan.method(CallKind.batch.path)
        made = []
        made.reserveCapacity(count)
        var sentCount = 0
        var lastAnswerNanos = pool.nowNanos
        while made.count < count {
            maker.requestID.nowMillis = UInt64(clock.wallMicros() / 1_000)
            while sentCount < count {
                let size = min(plan.batchCount, count - sentCount)
                let call = pool.submit(method.block) { body in
                    ClientMethod.appendMessage(to: &body) {
                        maker.appendBatch(action, count: size, to: &$0)
                    }
                }
                guard call != nil else { break }
                sentCount += size
            }
            let before = made.count
            pool.turn(waitNanos: 100_000_000)
            if let problem { throw .failed("filling the ledger failed: \(problem)") }
            if made.count > before { lastAnswerNanos = pool.nowNanos }
            guard pool.nowNanos - lastAnswerNanos < Self.silenceNanosMax else {
                throw .failed("filling the ledger: no answer for 30 s")
            }
        }
    }

    func callEnded(_ call: Int, on connection: Int, reply: ClientReply) {
        switch ClientResult(reply) {
        case .failure(let status, let reason):
            problem = "\(status)" + (reason.map { " (\($0))" } ?? "")
        case .answer(let message):
            guard let outcomes = ProtobufFields.integers(2, in: message),
                let ids = ProtobufFields.integers(3, in: message), ids.count == outcomes.count,
                outcomes.allSatisfy({ $0 == 1 })
            else {
                problem = "the server refused an operation"
                return
            }
            made += ids.map { Int64(clamping: $0) }
        }
    }
}
