import Domain
import Ground
import Testing

@testable import Limits

private let euro = Currency(code: "EUR") ?? Currency(packed: 0)
private let dollar = Currency(code: "USD") ?? Currency(packed: 0)
private let tenant = TenantID(1)

@Suite struct LedgerTests {
    private var ledger = Ledger(endedHoldCountMax: 4)
    private var sequence: UInt64 = 0

    private mutating func apply(
        _ operations: [LedgerOperation], atMicros: Int64 = 10
    ) -> LedgerResult {
        let stamp = LedgerStamp(
            tenant: tenant, tenantSequence: sequence + 1, sequence: sequence + 1,
            timeMicros: atMicros, expiryMicros: atMicros)
        let result = ledger.apply(operations, stamp: stamp)
        if result.outcome == .done { sequence += 1 }
        return result
    }

    private func open(_ limitMinor: Int64) -> LedgerOperation {
        .openLine(
            subject: SubjectID(Hash128(high: 1, low: 1)), product: .zero, currency: euro,
            limitMinor: limitMinor)
    }

    private func reserve(
        _ line: LineReference, _ amountMinor: Int64, until: Int64 = 100,
        in currency: Currency = euro
    ) -> LedgerOperation {
        .reserve(line: line, amountMinor: amountMinor, currency: currency, expiresAtMicros: until)
    }

    @Test mutating func aLineAndItsHoldOpenTogetherOrNotAtAll() {
        let refused = apply([open(100), reserve(.openedHere, 101)])
        #expect(refused.outcome == .limitExceeded)
        #expect(refused.effects.lines.isEmpty, "the line it met does not exist")
        #expect(ledger.lineCount == 0 && ledger.holdCount == 0 && ledger.openHoldCount == 0)
        let done = apply([open(100), reserve(.openedHere, 60)])
        #expect(done.outcome == .done && done.previousOfLine == 0)
        #expect(done.effects.lines[0].availableMinor == 40)
        #expect(done.effects.lines[0].version == 1)
        #expect(done.effects.holds[0].id == HoldID(1))
    }

    /// Step by step: available, held, drawn after each, with the limit 100.
    @Test mutating func theLifeOfAHold() {
        _ = apply([open(100)])
        let steps: [(LedgerOperation, LedgerOutcome, Int64, Int64, Int64)] = [
            (reserve(.existing(LineID(1)), 60), .done, 40, 60, 0),
            (reserve(.existing(LineID(1)), 41), .limitExceeded, 40, 60, 0),
            (
                .commit(hold: HoldID(2), amountMinor: 61, currency: euro, keepsRest: true),
                .amountExceedsHold, 40,
                60, 0
            ),
            (
                .commit(hold: HoldID(2), amountMinor: 20, currency: euro, keepsRest: true), .done,
                40, 40, 20
            ),
            (
                .commit(hold: HoldID(2), amountMinor: 10, currency: euro, keepsRest: false), .done,
                70, 0, 30
            ),
            (
                .commit(hold: HoldID(2), amountMinor: 1, currency: euro, keepsRest: false),
                .holdEnded, 70, 0, 30
            ),
            (.release(hold: HoldID(2)), .holdEnded, 70, 0, 30),
            (.repay(line: LineID(1), amountMinor: 10, currency: euro), .done, 80, 0, 20),
            (.repay(line: LineID(1), amountMinor: 50, currency: euro), .done, 100, 0, 0),
            (reserve(.existing(LineID(1)), 100), .done, 0, 100, 0),
            (.release(hold: HoldID(7)), .done, 100, 0, 0),
        ]
        for (number, step) in steps.enumerated() {
            let result = apply([step.0])
            let line = result.effects.lines.first
            #expect(result.outcome == step.1, "step \(number)")
            #expect(line?.availableMinor == step.2, "step \(number)")
            #expect(line?.heldMinor == step.3, "step \(number)")
            #expect(line?.drawnMinor == step.4, "step \(number)")
        }
    }

    @Test mutating func whatExceedsTheDebtIsUnallocated() {
        _ = apply([open(100), reserve(.openedHere, 30)])
        _ = apply([.commit(hold: HoldID(1), amountMinor: 30, currency: euro, keepsRest: false)])
        let result = apply([.repay(line: LineID(1), amountMinor: 50, currency: euro)])
        #expect(result.effects.unallocatedMinor == 20)
        let largest = apply([
            .repay(line: LineID(1), amountMinor: .max, currency: euro),
            .repay(line: LineID(1), amountMinor: 1, currency: euro),
        ])
        #expect(largest.outcome == .amountOverflow)
    }

    /// Each operation is wrong in several ways; the first in the table of precedence is told.
    @Test mutating func refusalsComeInTheDocumentedOrder() {
        _ = apply([open(100), reserve(.openedHere, 60, until: 20)])
        let line = LineReference.existing(LineID(1))
        let table: [(LedgerOperation, LedgerOutcome)] = [
            (reserve(.existing(LineID(9)), 999, until: 0, in: dollar), .lineUnknown),
            (
                .commit(hold: HoldID(9), amountMinor: 999, currency: euro, keepsRest: false),
                .holdUnknown
            ),
            (.release(hold: HoldID(9)), .holdUnknown),
            (.repay(line: LineID(9), amountMinor: 1, currency: dollar), .lineUnknown),
            (reserve(line, 999, until: 0, in: dollar), .currencyMismatch),
            (.repay(line: LineID(1), amountMinor: 1, currency: dollar), .currencyMismatch),
            (reserve(line, 999, until: 20), .holdExpired),
            (
                .commit(hold: HoldID(1), amountMinor: 999, currency: dollar, keepsRest: false),
                .currencyMismatch
            ),
            (
                .commit(hold: HoldID(1), amountMinor: 999, currency: euro, keepsRest: false),
                .holdExpired
            ),
            (reserve(line, 999, until: 21), .limitExceeded),
            (reserve(line, .max, until: 21), .limitExceeded),
        ]
        for (number, row) in table.enumerated() {
            #expect(apply([row.0], atMicros: 20).outcome == row.1, "row \(number)")
        }
        #expect(ledger.line(tenant, LineID(1))?.availableMinor == 40, "refusals change nothing")
        _ = apply([.expire(hold: HoldID(1))], atMicros: 20)
        #expect(ledger.line(tenant, LineID(1))?.availableMinor == 100)
        let late = apply(
            [.commit(hold: HoldID(1), amountMinor: 1, currency: euro, keepsRest: false)],
            atMicros: 20)
        #expect(late.outcome == .holdExpired && late.effects.holds[0].state == .expired)
    }

    @Test mutating func anotherTenantsIdsAreUnknown() {
        _ = apply([open(100), reserve(.openedHere, 60)])
        let foreign = LedgerStamp(
            tenant: TenantID(2), tenantSequence: 1, sequence: 2, timeMicros: 10, expiryMicros: 10)
        #expect(
            ledger.apply([reserve(.existing(LineID(1)), 1)], stamp: foreign).outcome == .lineUnknown
        )
        #expect(
            ledger.apply([.release(hold: HoldID(1))], stamp: foreign).outcome == .holdUnknown)
    }

    @Test func rowsAreAsSmallAsPromised() {
        #expect(MemoryLayout<LineImage>.stride == 104)
        #expect(MemoryLayout<HoldImage>.stride == 64)
    }
}

/// Random operations of random tenants: the fast ledger and the naive one never differ.
@Suite struct LedgerOracleTests {
    @Test(arguments: UInt64(1)...6) func agreesWithTheNaiveLedger(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var ledger = Ledger(endedHoldCountMax: 16)
        var naive = NaiveLedger(endedHoldCountMax: 16)
        var images: [(lines: [LineImage], holds: [HoldImage])] = []
        var numbers: [UInt32: UInt64] = [:]
        var now: Int64 = 1_000
        var sequence: UInt64 = 0
        var outcomes = Set<LedgerOutcome>()
        for turn in 0..<2_500 {
            let note: Comment = "seed \(seed) turn \(turn)"
            now += Int64.random(in: 0...3, using: &random)
            while true {
                let due = ledger.firstDue(atMicros: now)
                #expect(due?.hold.expiresAtMicros == naive.firstDue(atMicros: now), note)
                guard let due else { break }
                let (result, expected) = both(
                    [.expire(hold: due.hold.id)], due.hold.tenant, &ledger, &naive, &numbers,
                    &sequence, now)
                #expect(result.effects.holds == expected.holds, note)
                images.append((result.effects.lines, result.effects.holds))
            }
            let tenant = TenantID(UInt32.random(in: 1...3, using: &random))
            let operations = operations(&random, number: numbers[tenant.rawValue] ?? 0, now: now)
            let (result, expected) = both(
                operations, tenant, &ledger, &naive, &numbers, &sequence, now)
            outcomes.insert(result.outcome)
            #expect(result.outcome == expected.outcome, note)
            #expect(result.effects.lines == expected.lines, note)
            #expect(result.effects.holds == expected.holds, note)
            #expect(result.effects.unallocatedMinor == expected.unallocatedMinor, note)
            if result.outcome == .done {
                images.append((result.effects.lines, result.effects.holds))
            }
            #expect(ledger.lineCount == naive.lines.count, note)
            #expect(ledger.holdCount == naive.holds.count, note)
            let open = naive.holds.values.filter { $0.state == .held }
            #expect(ledger.openHoldCount == open.count, note)
            #expect(ledger.nextExpiryMicros == open.map(\.expiresAtMicros).min(), note)
        }
        #expect(outcomes.count >= 7, "seed \(seed) met only \(outcomes)")
        checkRestored(ledger, naive, images, seed)
    }

    private typealias Expected = (
        outcome: LedgerOutcome, lines: [LineImage], holds: [HoldImage], unallocatedMinor: Int64
    )

    private func both(
        _ operations: [LedgerOperation], _ tenant: TenantID, _ ledger: inout Ledger,
        _ naive: inout NaiveLedger, _ numbers: inout [UInt32: UInt64], _ sequence: inout UInt64,
        _ now: Int64
    ) -> (LedgerResult, Expected) {
        let number = (numbers[tenant.rawValue] ?? 0) + 1
        let stamp = LedgerStamp(
            tenant: tenant, tenantSequence: number, sequence: sequence + 1, timeMicros: now,
            expiryMicros: now)
        let result = ledger.apply(operations, stamp: stamp)
        let expected = naive.apply(
            operations, tenant: tenant, number: number, sequence: sequence + 1, timeMicros: now)
        if result.outcome == .done {
            numbers[tenant.rawValue] = number
            sequence += 1
        }
        return (result, expected)
    }

    private func operations(
        _ random: inout RandomSource, number: UInt64, now: Int64
    ) -> [LedgerOperation] {
        let currency = Int.random(in: 0..<20, using: &random) == 0 ? dollar : euro
        let line = LineID(UInt64.random(in: 1...min(number + 1, 8), using: &random))
        func hold(_ random: inout RandomSource) -> HoldID {
            HoldID(UInt64.random(in: (number > 30 ? number - 30 : 1)...number + 1, using: &random))
        }
        let amount = Int64.random(in: 1...120, using: &random)
        let until = now + Int64.random(in: -1...60, using: &random)
        let open = LedgerOperation.openLine(
            subject: SubjectID(Hash128(high: 1, low: number)), product: .zero, currency: euro,
            limitMinor: Int64.random(in: 100...500, using: &random))
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return [open]
        case 1:
            return [
                open,
                .reserve(
                    line: .openedHere, amountMinor: amount * 2, currency: currency,
                    expiresAtMicros: until),
            ]
        case 2...6:
            return [
                .reserve(
                    line: .existing(line), amountMinor: amount, currency: currency,
                    expiresAtMicros: until)
            ]
        case 7, 8:
            return [
                .commit(
                    hold: hold(&random), amountMinor: amount, currency: currency,
                    keepsRest: Bool.random(using: &random))
            ]
        case 9: return [.release(hold: hold(&random))]
        case 10: return [.release(hold: hold(&random)), .release(hold: hold(&random))]
        default:
            return [
                .repay(line: line, amountMinor: amount, currency: currency),
                .commit(hold: hold(&random), amountMinor: 1, currency: currency, keepsRest: true),
            ]
        }
    }

    /// Images alone, in order, some of them twice, rebuild the same ledger.
    private func checkRestored(
        _ ledger: Ledger, _ naive: NaiveLedger,
        _ images: [(lines: [LineImage], holds: [HoldImage])], _ seed: UInt64
    ) {
        var restored = Ledger(endedHoldCountMax: 16)
        restored.beginRestoring()
        for image in images + images.suffix(100) {
            for line in image.lines { restored.restore(line) }
            for hold in image.holds { restored.restore(hold) }
        }
        restored.finishRestoring()
        #expect(restored.endedHolds == ledger.endedHolds, "seed \(seed)")
        #expect(restored.nextExpiryMicros == ledger.nextExpiryMicros, "seed \(seed)")
        #expect(restored.holdCount == naive.holds.count, "seed \(seed)")
        for (key, line) in naive.lines {
            #expect(restored.line(key.tenant, line.id) == line, "seed \(seed)")
            #expect(ledger.line(key.tenant, line.id) == line, "seed \(seed)")
        }
        for (key, hold) in naive.holds {
            #expect(restored.hold(key.tenant, hold.id) == hold, "seed \(seed)")
            #expect(ledger.hold(key.tenant, hold.id) == hold, "seed \(seed)")
        }
        var blockRows = 0
        for block in 0..<ledger.lineBlockCount { blockRows += ledger.lineBlock(block).count }
        #expect(blockRows == naive.lines.count, "seed \(seed)")
    }
}
