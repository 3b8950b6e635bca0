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
            product: "instalment", isHot: isHot)
        var maker = RequestMaker(seed: seed, runPrefix: "load-1-2-", subject: subject)
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

    @Test func linesAreOpenedWithTheLargestLimit() throws {
        var maker = Self.maker()
        var body: [UInt8] = []
        maker.appendOpenLine(to: &body)
        let request = try codec.openLine(body.span, key: Self.key)
        #expect(request.limit.amountMinor == RequestMaker.limitMinor)
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
