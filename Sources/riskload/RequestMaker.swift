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
    }

    /// The limit of the lines that a run opens: the largest that the service takes.
    static let limitMinor: Int64 = 1_000_000_000_000_000
    private static let euro = Array("EUR".utf8)
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    var random: RandomSource
    /// The lines that reservations take from.
    var lineIDs: [Int64] = []
    private let subjects: SubjectRange
    private let model: [UInt8]
    private let product: [UInt8]
    private let isHot: Bool
    /// Starts each request id; no other run has it.
    private let runPrefix: [UInt8]
    private var writeCount: UInt64 = 0

    /// `runPrefix` is printable ASCII, at most 40 bytes, and unique to this run.
    init(seed: UInt64, runPrefix: String, subject: Subject) {
        precondition(runPrefix.utf8.count <= 40, "a request id has at most 64 bytes")
        random = RandomSource(seed: seed)
        subjects = subject.subjects
        model = Array(subject.model.utf8)
        product = Array(subject.product.utf8)
        isHot = subject.isHot
        self.runPrefix = Array(runPrefix.utf8)
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
        }
    }

    /// Appends an OpenLineRequest for a random subject.
    mutating func appendOpenLine(to body: inout [UInt8]) {
        appendRequestID(to: &body)
        appendSubject(2, to: &body)
        body.appendText(3, product)
        appendMoney(4, Self.limitMinor, to: &body)
    }

    private mutating func appendReserve(to body: inout [UInt8]) {
        appendRequestID(to: &body)
        let index = isHot ? 0 : Int(random.next() % UInt64(lineIDs.count))
        body.appendInteger(2, lineIDs[index])
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
        writeCount += 1
        let number = writeCount
        let prefix = runPrefix
        body.appendShort(1) { text in
            text.append(contentsOf: prefix)
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                text.append(Self.hexadecimal[Int(number >> shift & 15)])
            }
        }
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
