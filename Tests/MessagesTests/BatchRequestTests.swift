import Domain
import Ground
import Testing

@testable import Messages

@Suite struct BatchRequestTests {
    let codec = Codec()
    let context = BatchContext(
        key: HashKey(first: 1, second: 2), nowMicros: 1_000, credentialLabels: [],
        opening: { subject, product, limit in
            LineOpening(
                subject: subject, product: product, currency: limit.currency,
                limitMinor: limit.amountMinor)
        }, waterfall: { _ in .usual })

    /// A BatchApplyRequest of these operations.
    static func batch(_ operations: [Wire], currency: String = "EUR") -> Wire {
        operations.reduce(Wire().text(1, "r-1").text(3, currency)) { $0.message(2, $1) }
    }

    static func reserve(line: Int64, amount: Int64, isLinked: Bool = false) -> Wire {
        Wire().number(1, 1).number(2, isLinked ? 1 : 0).number(3, line).number(5, amount)
    }

    @Test func operationsAndChainsAreRead() throws {
        let euro = Currency(code: "EUR")!
        let wire = Self.batch([
            Self.reserve(line: 7, amount: 5, isLinked: true), Self.reserve(line: 8, amount: 6),
            Wire().number(1, 3).number(4, 9),
        ])
        let request = try codec.batchApply(wire.bytes.span, in: context)
        #expect(request.chains == [2, 1])
        #expect(
            request.operations == [
                .reserve(
                    line: .existing(LineID(7)), amountMinor: 5, currency: euro,
                    expiresAtMicros: 900_001_000, labels: []),
                .reserve(
                    line: .existing(LineID(8)), amountMinor: 6, currency: euro,
                    expiresAtMicros: 900_001_000, labels: []),
                .release(hold: HoldID(9)),
            ])
    }

    @Test func aReserveBehindAnOpeningMayMeanItsLine() throws {
        let opening = Wire().number(1, 8).number(2, 1).number(5, 100).text(12, "ada")
            .text(13, "card")
        let behind = try codec.batchApply(
            Self.batch([opening, Self.reserve(line: 0, amount: 5)]).bytes.span, in: context)
        guard case .reserve(let line, _, _, _, _) = behind.operations[1] else {
            Issue.record("not a hold")
            return
        }
        #expect(line == .openedHere)
        let alone = try codec.batchApply(
            Self.batch([Self.reserve(line: 0, amount: 5)]).bytes.span, in: context)
        guard case .reserve(let none, _, _, _, _) = alone.operations[0] else {
            Issue.record("not a hold")
            return
        }
        #expect(none == .existing(LineID(0)), "line 0 is unknown")
    }

    @Test(arguments: [
        (Self.batch([Wire()]), MessageFault.Reason.fieldMissing, "operations[0].action"),
        (
            Self.batch([reserve(line: 1, amount: 1), reserve(line: 1, amount: 0)]),
            .amountNotPositive, "operations[1].amount_minor"
        ),
        (
            Self.batch([reserve(line: 1, amount: 1, isLinked: true)]), .chainOpen,
            "operations[0].linked"
        ),
        (
            Self.batch([reserve(line: 1, amount: 1).text(12, "s")]), .fieldUnexpected,
            "operations[0].subject_id"
        ),
        (
            Self.batch([reserve(line: 1, amount: 1)], currency: ""), .currencyUnknown,
            "operations[0].currency"
        ),
        (Self.batch([]), .fieldMissing, "operations"),
    ])
    func everyFaultNamesItsOperation(wire: Wire, reason: MessageFault.Reason, field: String) {
        #expect {
            try codec.batchApply(wire.bytes.span, in: context)
        } throws: { error in
            (error as? MessageFault)?.reason == reason && (error as? MessageFault)?.field == field
        }
    }

    /// What the reading of a batch may cost: the engine has two microseconds for an operation.
    @Test func readingIsCheap() throws {
        let wire = Self.batch(
            (0..<8_000).map { Self.reserve(line: Int64($0 + 1), amount: 5) })
        var best = Duration.seconds(1)
        for _ in 0..<5 {
            best = try min(
                best,
                ContinuousClock().measure {
                    _ = try codec.batchApply(wire.bytes.span, in: context)
                })
        }
        print("a batch of 8,000 (\(wire.bytes.count) bytes) is read in \(best)")
        #expect(best < .milliseconds(100), "an unoptimised build takes some 30 ms")
    }
}
