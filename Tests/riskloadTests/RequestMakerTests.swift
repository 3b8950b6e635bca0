import Domain
import Ground
import Messages
import Testing

@testable import riskload

/// What riskload writes by hand, read by the server's own checks.
@Suite struct RequestMakerTests {
    static let key = HashKey(first: 1, second: 2)
    let codec = Codec()

    static func maker(seed: UInt64 = 1, subjects: String = "german-:1000", isHot: Bool = false)
        -> RequestMaker
    {
        let subject = RequestMaker.Subject(
            subjects: SubjectRange(argument: subjects) ?? .demo, model: "german_scorecard",
            product: "instalment", isHot: isHot, batchCount: 3)
        var maker = RequestMaker(
            seed: seed, requestID: RequestID(runSeed: seed, nowMillis: 1_700_000_000_000),
            subject: subject)
        maker.lineIDs = [11, 12, 13]
        return maker
    }

    private func bytes(_ kind: CallKind, _ maker: inout RequestMaker) -> [UInt8] {
        var body: [UInt8] = []
        maker.append(kind, to: &body)
        return body
    }

    @Test func aScoreRequestNamesASubjectAndTheModel() throws {
        var maker = Self.maker(subjects: "german-:1")
        let body = bytes(.score, &maker)
        let request = try codec.score(body.span, key: Self.key)
        #expect(request.subject.hash == SipHash.hash("german-0000".utf8, key: Self.key))
        #expect(request.model == "german_scorecard" && !request.explains)
    }

    @Test func reservationsTakeOneMinorUnitFromEveryLine() throws {
        var maker = Self.maker()
        var lines: Set<UInt64> = []
        var ids: Set<Hash128> = []
        for _ in 0..<100 {
            let body = bytes(.reserve, &maker)
            let request = try codec.reserve(body.span, key: Self.key)
            #expect(request.amount.amountMinor == 1)
            lines.insert(request.line.rawValue)
            ids.insert(request.requestKey)
        }
        #expect(lines == [11, 12, 13])
        #expect(ids.count == 100)
    }

    @Test func hotReservationsTakeFromOneLine() throws {
        var maker = Self.maker(isHot: true)
        for _ in 0..<20 {
            let body = bytes(.reserve, &maker)
            let request = try codec.reserve(body.span, key: Self.key)
            #expect(request.line.rawValue == 11)
        }
    }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func applicationsAreSensible(seed: UInt64) throws {
        var maker = Self.maker(seed: seed)
        for _ in 0..<100 {
            let body = bytes(.evaluate, &maker)
            let request = try codec.evaluate(body.span, key: Self.key)
            #expect(
                request.product == SipHash.hash("instalment".utf8, key: Self.key), "seed \(seed)")
            #expect(
                (50_000...1_000_000).contains(request.amount.amountMinor), "seed \(seed)")
            #expect([12, 24, 36, 48].contains(request.termMonths), "seed \(seed)")
            #expect(request.hold != nil, "seed \(seed)")
        }
    }

    /// Reads the operations of a batch as the wire has them.
    private func operations(_ body: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var rest = body[...]
        var found: [ArraySlice<UInt8>] = []
        while let operation = ProtobufFields.message(2, in: rest), !operation.isEmpty {
            found.append(operation)
            rest = rest[operation.endIndex...]
        }
        return found
    }

    @Test func linesAreOpenedWithTheLargestLimit() throws {
        var maker = Self.maker(subjects: "german-:1")
        var body: [UInt8] = []
        maker.appendBatch(.openLine, count: 5, to: &body)
        let operations = try operations(body)
        #expect(operations.count == 5)
        for operation in operations {
            #expect(ProtobufFields.integer(1, in: operation) == 8)
            #expect(
                ProtobufFields.integer(5, in: operation) == UInt64(RequestMaker.limitMinor))
            #expect(
                ProtobufFields.message(12, in: operation).map(Array.init)
                    == Array("german-0000".utf8))
            #expect(
                ProtobufFields.message(13, in: operation).map(Array.init)
                    == Array("instalment".utf8))
        }
        #expect(ProtobufFields.message(3, in: body[...]).map(Array.init) == Array("EUR".utf8))
    }

    @Test func aBatchReservesOneMinorUnitEach() throws {
        var maker = Self.maker()
        var lines: Set<UInt64> = []
        for _ in 0..<50 {
            let operations = try operations(bytes(.batch, &maker))
            #expect(operations.count == 3)
            for operation in operations {
                #expect(ProtobufFields.integer(1, in: operation) == 1)
                #expect(ProtobufFields.integer(5, in: operation) == 1)
                lines.insert(try #require(ProtobufFields.integer(3, in: operation)))
            }
        }
        #expect(lines == [11, 12, 13])
    }

    @Test func getLineAsksForALineThatWasOpened() throws {
        var maker = Self.maker()
        for _ in 0..<20 {
            let line = try codec.getLine(bytes(.getLine, &maker).span)
            #expect([11, 12, 13].contains(line.rawValue))
        }
    }

    @Test(arguments: [
        ("german-:1000", 7, "german-0007"), ("german-:1000", 999, "german-0999"),
        ("x:1000000", 123_456, "x123456"), (":10", 0, "0000"), ("a:b:10", 9, "a:b0009"),
    ])
    func subjectsHaveAtLeastFourDigits(range: String, index: Int, expected: String) throws {
        var bytes: [UInt8] = []
        try #require(SubjectRange(argument: range)).append(index, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: ["german-", "german-:0", "german-:-1", "german-:x", ""])
    func otherSubjectsAreRefused(text: String) {
        #expect(SubjectRange(argument: text) == nil)
    }
}
