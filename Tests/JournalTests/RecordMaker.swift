import Domain
import Ground

@testable import Journal

/// Random records with every kind of image, changed and unchanged, plain and extreme.
struct RecordMaker {
    var random: RandomSource
    private let tenant = TenantID(7)
    private var sequence: UInt64 = 0

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    /// Small ones mostly, and every width.
    private mutating func number() -> UInt64 {
        UInt64.random(in: 0...UInt64.max, using: &random)
            >> UInt64.random(in: 0...63, using: &random)
    }

    private mutating func small() -> UInt32 { UInt32(truncatingIfNeeded: number()) }
    private mutating func amount() -> Int64 { Int64(bitPattern: number() >> 1) }
    private mutating func signed() -> Int64 { chance(50) ? amount() : -amount() }
    private mutating func hash() -> Hash128 { Hash128(high: number() | 1, low: number()) }
    private mutating func last() -> UInt64 {
        chance(80) ? sequence : UInt64.random(in: 1..<sequence, using: &random)
    }
    private mutating func earlier() -> UInt64 { UInt64.random(in: 0..<sequence, using: &random) }

    private mutating func pick<Value: CaseIterable>(_: Value.Type) -> Value {
        let all = Array(Value.allCases)
        return all[Int.random(in: 0..<all.count, using: &random)]
    }

    private mutating func list<Item>(
        _ countMax: Int, _ make: (inout RecordMaker) -> Item
    ) -> [Item] {
        guard chance(40) else { return [] }
        return (0..<Int.random(in: 1...countMax, using: &random)).map { _ in make(&self) }
    }

    mutating func record() -> SequencedRecord {
        sequence = UInt64.random(in: 2...1 << 40, using: &random)
        let isBatch = chance(30)
        var record = DurableRecord(
            type: isBatch ? .batchApplied : pick(RecordType.self), tenant: tenant,
            sequence: sequence, tenantSequence: number() >> 2 | 1, timeMicros: signed(),
            keyID: small(), outcome: pick(LedgerOutcome.self),
            subject: chance(80) ? SubjectID(hash()) : .none, effects: LedgerEffects(),
            body: chance(60) ? list(300) { UInt8(truncatingIfNeeded: $0.number()) } : [])
        if record.type == .batchApplied {
            record.tenantSequenceCount = UInt32.random(in: 1...8_000, using: &random)
        }
        let subject = record.subject
        if chance(30) { record.effects.unallocatedMinor = amount() }
        record.effects.lines = list(4) { $0.line(subject) }
        record.effects.holds = list(4) { $0.hold() }
        record.effects.drawings = list(4) { $0.drawing() }
        if chance(50) { record.effects.rare = rare() }
        var previous = PreviousSequences(line: earlier())
        for line in record.effects.lines.dropFirst() {
            previous.otherLines.append(line.lastSequence == sequence ? earlier() : 0)
        }
        for cell in record.effects.rare.cells {
            previous.cells.append(cell.lastSequence == sequence ? earlier() : 0)
        }
        let hasRequest = chance(80)
        return SequencedRecord(
            record: record, requestKey: hasRequest ? hash() : .zero,
            fingerprint: hasRequest ? hash() : .zero, previous: previous,
            previousOfSubject: earlier(), alternative: UInt8.random(in: 0...3, using: &random))
    }

    private mutating func line(_ subject: SubjectID) -> LineImage {
        var line = LineImage(
            id: LineID(number()), tenant: tenant,
            subject: chance(70) && subject != .none ? subject : SubjectID(hash()), product: hash(),
            currency: Currency(packed: small()), kind: pick(LineKind.self),
            chargesUseLimit: chance(50), status: chance(50) ? .open : .writtenOff,
            version: number(), limitMinor: amount(), heldMinor: amount(), principalMinor: amount(),
            openedAtMicros: signed(), labels: LabelSetID(small()), nominalRatePpm: small(),
            renewalDay: small(), lastSequence: last())
        if chance(50) { line.details = details() }
        return line
    }

    private mutating func details() -> LineDetails {
        var debt = Debt()
        for component in DebtComponent.allCases {
            for age in DebtAge.allCases where chance(40) { debt[component, age] = amount() }
        }
        let hasTemporary = chance(50)
        return LineDetails(
            debt: chance(50) ? debt : Debt(), temporaryMinor: hasTemporary ? amount() : 0,
            temporaryEndsAtMicros: hasTemporary ? amount() : 0,
            overLimitSinceMicros: chance(50) ? amount() : 0, blocks: blocks(),
            pendingPrice: chance(50)
                ? PendingPrice(
                    nominalRatePpm: small(), effectiveAtMicros: amount(), appliesToAll: chance(50))
                : nil)
    }

    private mutating func blocks() -> [Block] {
        list(Block.countMax) {
            Block(
                id: $0.number(), cause: $0.pick(BlockCause.self), scope: $0.pick(BlockScope.self),
                untilMicros: $0.chance(50) ? .max : $0.amount(),
                actor: String(repeating: "ä", count: Int.random(in: 0...64, using: &$0.random)))
        }
    }

    private mutating func hold() -> HoldImage {
        let states: [HoldState] = [.held, .committed, .released, .expired]
        return HoldImage(
            id: HoldID(number()), tenant: tenant, line: LineID(number()),
            state: states[Int.random(in: 0..<4, using: &random)], amountMinor: amount(),
            committedMinor: amount(), expiresAtMicros: signed(), labels: LabelSetID(small()),
            placedSeconds: small(), lastSequence: last())
    }

    private mutating func drawing() -> DrawingImage {
        DrawingImage(
            id: number(), tenant: tenant, line: LineID(number()), principalMinor: amount(),
            labels: LabelSetID(small()), placedSeconds: small(), nominalRatePpm: small(),
            lastSequence: last())
    }

    private mutating func rare() -> RareEffects {
        let tenant = tenant
        var rare = RareEffects()
        rare.reversals = list(3) {
            ReversalImage(
                entry: $0.number(), tenant: tenant, reversedMinor: $0.amount(),
                lastSequence: $0.last())
        }
        rare.subjects = list(3) {
            SubjectImage(
                id: SubjectID($0.hash()), tenant: tenant, labels: LabelSetID($0.small()),
                group: $0.number(), blocks: $0.blocks(), lastSequence: $0.last())
        }
        rare.labelSets = list(3) { maker in
            LabelSetImage(
                id: LabelSetID(maker.small()), tenant: tenant,
                labels: maker.list(LabelSetImage.countMax) {
                    Label(dimension: $0.number(), value: $0.number())
                })
        }
        rare.limits = list(3) { $0.limit() }
        rare.cells = list(6) { $0.cell() }
        rare.rates = list(3) {
            ExchangeRate(
                tenant: tenant, from: Currency(packed: $0.small()),
                to: Currency(packed: $0.small()), ratePpb: $0.amount(), lastSequence: $0.last())
        }
        rare.parts = list(12) {
            ReversibleEntry.Part(
                step: WaterfallStep($0.pick(DebtComponent.self), $0.pick(DebtAge.self)),
                amountMinor: $0.amount())
        }
        if chance(50) {
            rare.refusal = PortfolioRefusal(
                limit: PortfolioLimitID(number()), available: signed(), missingDimension: number())
        }
        rare.results = list(9) {
            OperationResult(
                outcome: $0.pick(LedgerOutcome.self), line: LineID($0.number()),
                hold: HoldID($0.number()), availableMinor: $0.amount(),
                unallocatedMinor: $0.amount())
        }
        return rare
    }

    private mutating func limit() -> PortfolioLimit {
        let bounds: [PortfolioBound] = [
            .amount(amount()), .count(amount()), .share(ppm: amount(), bookFloorMinor: amount()),
        ]
        let scope = list(PortfolioLimit.termCountMax) {
            ScopeTerm(dimension: $0.number(), value: $0.chance(50) ? $0.number() : nil)
        }
        let steps = list(5) {
            ZoneOffsets.Step(
                fromSeconds: $0.signed(), offsetSeconds: Int32(truncatingIfNeeded: $0.signed()))
        }
        return PortfolioLimit(
            id: PortfolioLimitID(number()), tenant: tenant, scope: scope,
            measure: pick(PortfolioMeasure.self),
            bound: bounds[Int.random(in: 0..<3, using: &random)],
            period: pick(PortfolioPeriod.self), currency: Currency(packed: small()),
            zone: ZoneOffsets(name: chance(50) ? "Europe/Berlin" : "", steps: steps),
            status: pick(PortfolioStatus.self), version: number(), lastSequence: last())
    }

    private mutating func cell() -> CellImage {
        var values = InlineArray<4, UInt64>(repeating: 0)
        for place in values.indices where chance(50) { values[place] = number() }
        return CellImage(
            key: CellKey(
                limit: PortfolioLimitID(number()), values: values,
                period: Int32(truncatingIfNeeded: signed()), currency: Currency(packed: small())),
            tenant: tenant, amountMinor: signed(), count: signed(),
            level: UInt8.random(in: 0...100, using: &random), lastSequence: last())
    }
}
