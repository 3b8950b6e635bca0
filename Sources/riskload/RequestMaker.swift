import Ground

/// Writes the requests of a run, each different, from a seed.
struct RequestMaker {
    /// What the requests speak of.
    struct Subject {
        var subjects: SubjectRange
        var model: String
        var product: String
        /// Whether every reservation takes from one line.
        var isHot: Bool
        /// Operations of a batch.
        var batchCount: Int
    }

    /// The limit of the lines that a run opens: the largest that the service takes.
    static let limitMinor: Int64 = 1_000_000_000_000_000
    private static let euro = Array("EUR".utf8)
    /// How long the holds of batches last, seconds: the longest, so that none ends in a run.
    private static let holdSeconds: Int64 = 2_592_000

    var random: RandomSource
    var requestID: RequestID
    /// The lines that reservations take from.
    var lineIDs: [Int64] = []
    private let subjects: SubjectRange
    private let model: [UInt8]
    private let product: [UInt8]
    private let isHot: Bool
    private let batchCount: Int

    init(seed: UInt64, requestID: RequestID, subject: Subject) {
        random = RandomSource(seed: seed)
        self.requestID = requestID
        subjects = subject.subjects
        model = Array(subject.model.utf8)
        product = Array(subject.product.utf8)
        isHot = subject.isHot
        batchCount = subject.batchCount
    }

    /// Appends the message of a call.
    mutating func append(_ kind: CallKind, to body: inout [UInt8]) {
        switch kind {
        case .health: break
        case .score:
            appendSubject(1, to: &body)
            body.appendText(2, model)
        case .graph: appendSubject(1, to: &body)
        case .reserve: appendReserve(to: &body)
        case .evaluate: appendEvaluate(to: &body)
        case .getLine: body.appendInteger(1, nextLine())
        case .batch: appendBatch(.reserve, count: batchCount, to: &body)
        }
    }

    /// Appends a BatchApplyRequest whose operations all do the same: open a line for a random
    /// subject, or reserve one minor unit of a random line.
    mutating func appendBatch(_ action: BatchAction, count: Int, to body: inout [UInt8]) {
        appendRequestID(to: &body)
        for _ in 0..<count {
            switch action {
            case .openLine: appendLineOpening(to: &body)
            case .reserve:
                let line = nextLine()
                body.appendShort(2) { operation in
                    operation.appendInteger(1, BatchAction.reserve.rawValue)
                    operation.appendInteger(3, line)
                    operation.appendInteger(5, 1)
                    operation.appendInteger(7, Self.holdSeconds)
                }
            }
        }
        body.appendText(3, Self.euro)
    }

    private mutating func appendLineOpening(to body: inout [UInt8]) {
        let index = Int(random.next() % UInt64(subjects.count))
        let (subjects, product) = (subjects, product)
        body.appendShort(2) { operation in
            operation.appendInteger(1, BatchAction.openLine.rawValue)
            operation.appendInteger(5, Self.limitMinor)
            operation.appendShort(12) { subjects.append(index, to: &$0) }
            operation.appendText(13, product)
        }
    }

    private mutating func nextLine() -> Int64 {
        lineIDs[isHot ? 0 : Int(random.next() % UInt64(lineIDs.count))]
    }

    private mutating func appendReserve(to body: inout [UInt8]) {
        appendRequestID(to: &body)
        body.appendInteger(2, nextLine())
        appendMoney(3, 1, to: &body)
    }

    /// 500 to 10,000 EUR over one to four years, with a hold on a line that the approval opens.
    private mutating func appendEvaluate(to body: inout [UInt8]) {
        appendRequestID(to: &body)
        appendSubject(2, to: &body)
        body.appendText(3, product)
        let choice = random.next()
        appendMoney(4, 50_000 + Int64(choice % 191) * 5_000, to: &body)
        body.appendInteger(5, 12 * (1 + Int64(choice >> 32) % 4))
        body.appendShort(6) { $0.appendInteger(2, 1) }
    }

    private mutating func appendRequestID(to body: inout [UInt8]) {
        body.append(1 << 3 | 2)
        body.append(UInt8(RequestID.byteCount))
        requestID.append(to: &body)
    }

    private mutating func appendSubject(_ field: Int, to body: inout [UInt8]) {
        let index = Int(random.next() % UInt64(subjects.count))
        let subjects = subjects
        body.appendShort(field) { subjects.append(index, to: &$0) }
    }

    private func appendMoney(_ field: Int, _ amountMinor: Int64, to body: inout [UInt8]) {
        body.appendShort(field) { money in
            money.appendInteger(1, amountMinor)
            money.appendText(2, Self.euro)
        }
    }
}
