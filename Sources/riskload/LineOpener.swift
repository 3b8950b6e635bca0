import GRPC
import Ground
import HTTP2

/// Opens the credit lines that reservations take from, before the run.
final class LineOpener: ClientPoolDelegate {
    /// How long the server may leave us without any answer.
    static let silenceNanosMax: UInt64 = 10_000_000_000

    private let plan: LoadPlan
    private let clock: any Clock
    private var maker: RequestMaker
    private var lineIDs: [Int64] = []
    private var problem: String?

    init(plan: LoadPlan, maker: RequestMaker, clock: any Clock) {
        self.plan = plan
        self.maker = maker
        self.clock = clock
    }

    /// Opens them all, as many at once as one connection has streams.
    ///
    /// Gives the maker with the lines in it.
    func open() throws(LoadError) -> RequestMaker {
        let pool = try plan.connect(connectionCount: 1, clock: clock, delegate: self)
        let method = plan.method("/creditrisk.v1.LimitService/OpenLine")
        var sentCount = 0
        var lastAnswerNanos = pool.nowNanos
        while lineIDs.count < plan.lineCount {
            while sentCount < plan.lineCount {
                let call = pool.submit(method.block) { body in
                    ClientMethod.appendMessage(to: &body) { maker.appendOpenLine(to: &$0) }
                }
                guard call != nil else { break }
                sentCount += 1
            }
            let before = lineIDs.count
            pool.turn(waitNanos: 100_000_000)
            if let problem { throw .failed("opening a credit line failed: \(problem)") }
            if lineIDs.count > before { lastAnswerNanos = pool.nowNanos }
            guard pool.nowNanos - lastAnswerNanos < Self.silenceNanosMax else {
                throw .failed("opening credit lines: no answer for 10 s")
            }
        }
        maker.lineIDs = lineIDs
        return maker
    }

    func callEnded(_ call: Int, on connection: Int, reply: ClientReply) {
        switch ClientResult(reply) {
        case .failure(let status, let reason):
            problem = "\(status)" + (reason.map { " (\($0))" } ?? "")
        case .answer(let message):
            guard ProtobufFields.integer(1, in: message) == 1,
                let line = ProtobufFields.message(2, in: message),
                let lineID = ProtobufFields.integer(1, in: line)
            else {
                problem = "the server refused to open the line"
                return
            }
            lineIDs.append(Int64(clamping: lineID))
        }
    }
}
