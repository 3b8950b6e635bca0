import Domain
import Ground
import LedgerOracle

let euro = Currency(code: "EUR") ?? Currency(packed: 0)
let dollar = Currency(code: "USD") ?? Currency(packed: 0)
let yen = Currency(code: "JPY") ?? Currency(packed: 0)

extension Callers {
    /// A request that nobody sent before.
    mutating func fresh(_ ledger: NaiveLedger, _ clock: NaiveClock) -> Proposal {
        let tenant = TenantID(UInt32.random(in: 1...options.tenantCountMax, using: &random))
        let lineCount = known[tenant]?.lines.count ?? 0
        if lineCount < 2
            || lineCount < options.lineCountMax
                && chance(options.lineCountMax > 100 ? 50 : 8, in: 100)
            || chance(3, in: 1_000)
        {
            return opening(tenant, clock)
        }
        if chance(4, in: 100) { return batch(tenant, ledger, clock) }
        if chance(2, in: 100) {
            return proposal(tenant, .featuresPut, [])
        }
        if chance(3, in: 100) { return offers(tenant, ledger, clock) }
        let operation = operation(tenant, ledger, clock)
        return proposal(tenant, Self.type(operation), [operation])
    }

    /// A new line, and a hold on it at once in half of the cases.
    private mutating func opening(_ tenant: TenantID, _ clock: NaiveClock) -> Proposal {
        let line = LedgerOperation.openLine(opening())
        guard chance(1, in: 2), case .openLine(let given) = line else {
            return proposal(tenant, .lineOpened, [line])
        }
        let hold = LedgerOperation.reserve(
            line: .openedHere, amountMinor: Int64.random(in: 1...1_200, using: &random),
            currency: given.currency, expiresAtMicros: expiry(clock), labels: labels())
        return proposal(tenant, .decision, [line, hold])
    }

    /// Several alternatives: the first that passes is taken.
    private mutating func offers(
        _ tenant: TenantID, _ ledger: NaiveLedger, _ clock: NaiveClock
    ) -> Proposal {
        let line = LineReference.existing(line(tenant))
        let currency = currency(line, tenant, ledger)
        let expiresAtMicros = expiry(clock)
        let labels = labels()
        var made = proposal(tenant, .decision, [])
        let alternatives = [Int64(200_000), 4_000, 300, 0].map { amountMinor in
            Alternative(
                type: .decision, subject: made.alternatives[0].subject,
                operations: amountMinor == 0
                    ? []
                    : [
                        .reserve(
                            line: line, amountMinor: amountMinor, currency: currency,
                            expiresAtMicros: expiresAtMicros, labels: labels)
                    ],
                body: made.alternatives[0].body)
        }
        made.alternatives = OneOrMore(alternatives)
        return made
    }

    /// Chains of operations and single ones, mixed.
    private mutating func batch(
        _ tenant: TenantID, _ ledger: NaiveLedger, _ clock: NaiveClock
    ) -> Proposal {
        var operations: [LedgerOperation] = []
        var chains: [UInt16] = []
        let chainCount =
            chance(1, in: 20)
            ? Int.random(in: 20...60, using: &random) : Int.random(in: 1...12, using: &random)
        for _ in 0..<chainCount {
            let length = chance(2, in: 3) ? 1 : Int.random(in: 2...4, using: &random)
            for place in 0..<length {
                if place > 0, case .openLine(let given) = operations[operations.count - 1] {
                    operations.append(
                        .reserve(
                            line: .openedHere,
                            amountMinor: Int64.random(in: 1...1_200, using: &random),
                            currency: given.currency, expiresAtMicros: expiry(clock),
                            labels: labels()))
                } else if place == 0 && length > 1 && chance(1, in: 30) {
                    operations.append(.openLine(opening()))
                } else {
                    operations.append(operation(tenant, ledger, clock))
                }
            }
            chains.append(UInt16(length))
        }
        return proposal(tenant, .batchApplied, operations, chains: chains)
    }

    private mutating func opening() -> LineOpening {
        LineOpening(
            subject: subject(),
            product: Hash128(high: 3, low: UInt64.random(in: 1...3, using: &random)),
            currency: chance(1, in: 8) ? dollar : euro,
            limitMinor: Int64.random(in: 1...10, using: &random) * 1_000,
            kind: chance(1, in: 4) ? .instalment : .revolving,
            chargesUseLimit: chance(1, in: 3),
            nominalRatePpm: UInt32.random(in: 0...300_000, using: &random),
            renewalDay: UInt32.random(in: 0...30_000, using: &random), labels: labels())
    }

    /// What a credential and a caller say: none, some, rarely too many.
    mutating func labels() -> [Label] {
        var labels: [Label] = []
        for dimension in [Dimension.channel, Dimension.partner, 1 << 63 | 5] as [UInt64]
        where chance(2, in: 3) {
            labels.append(
                Label(
                    dimension: dimension, value: UInt64.random(in: 1...3, using: &random)))
        }
        if chance(1, in: 200) {
            labels += (6...13).map { Label(dimension: 1 << 63 | $0, value: 1) }
        }
        return labels
    }

    mutating func expiry(_ clock: NaiveClock) -> Int64 {
        let seconds: ClosedRange<Int64> =
            chance(1, in: 20) ? -5...1 : chance(1, in: 4) ? 1...5 : 5...240
        return max(clock.journalMicros, clock.wallMicros)
            + Int64.random(in: seconds, using: &random) * 1_000_000
            + Int64.random(in: 0...1_000_000, using: &random)
    }

    mutating func amount() -> Int64 {
        if chance(1, in: 150) { return Int64.max - Int64.random(in: 0...5_000, using: &random) }
        return Int64.random(in: 1...(chance(1, in: 6) ? 6_000 : 500), using: &random)
    }

    mutating func line(_ tenant: TenantID) -> LineID {
        let lines = known[tenant]?.lines ?? []
        if lines.isEmpty || chance(1, in: 150) { return LineID(random.next() % 40) }
        // A third of everything meets one hot line.
        if chance(1, in: 3) { return lines[lines.count / 2] }
        return lines[Int.random(in: 0..<lines.count, using: &random)]
    }

    mutating func hold(_ tenant: TenantID) -> HoldID {
        let holds = known[tenant]?.holds ?? []
        if holds.isEmpty || chance(1, in: 150) { return HoldID(random.next() % 4_000) }
        let recent = max(0, holds.count - (chance(1, in: 3) ? 160 : 20))
        return holds[Int.random(in: recent..<holds.count, using: &random)]
    }

    /// Mostly the line's own.
    mutating func currency(
        _ line: LineReference, _ tenant: TenantID, _ ledger: NaiveLedger
    ) -> Currency {
        if chance(1, in: 60) { return yen }
        guard case .existing(let id) = line else { return euro }
        return ledger.accounts[OracleKey(tenant, id.rawValue)]?.line.currency ?? euro
    }

    mutating func currency(
        ofHold hold: HoldID, _ tenant: TenantID, _ ledger: NaiveLedger
    ) -> Currency {
        let line = ledger.hold(OracleKey(tenant, hold.rawValue))?.line ?? LineID(0)
        return currency(.existing(line), tenant, ledger)
    }

    /// The record that an operation alone makes.
    static func type(_ operation: LedgerOperation) -> RecordType {
        switch operation {
        case .openLine: .lineOpened
        case .reserve: .holdPlaced
        case .commit: .holdCommitted
        case .release: .holdReleased
        case .extend: .holdExtended
        case .repay: .repaid
        case .postCharge: .charged
        case .reclassify: .reclassified
        case .reverse: .entryReversed
        case .changeLimit: .limitChanged
        case .setTemporaryLimit: .temporaryLimitSet
        case .reprice: .repriced
        case .renew: .renewed
        case .freeze: .frozen
        case .unfreeze: .unfrozen
        case .writeOff: .writtenOff
        case .closeLine: .lineClosed
        case .setPortfolioLimit: .portfolioLimitSet
        case .pausePortfolioLimit: .portfolioLimitPaused
        case .setExchangeRate: .exchangeRateSet
        case .setGroup: .groupSet
        case .labelSubject: .decision
        case .expire: .holdExpired
        case .lineTimeCame: .lineTimeCame
        case .subjectTimeCame: .subjectTimeCame
        case .countPortfolioLimit: .portfolioCounted
        }
    }
}
