public import Domain
public import Limits

/// Something of one tenant, by its number.
public struct OracleKey: Hashable, Sendable, Comparable {
    public var tenant: TenantID
    public var number: UInt64

    /// Both as given.
    public init(_ tenant: TenantID, _ number: UInt64) {
        self.tenant = tenant
        self.number = number
    }

    /// By tenant, then number.
    public static func < (left: OracleKey, right: OracleKey) -> Bool {
        (left.tenant.rawValue, left.number) < (right.tenant.rawValue, right.number)
    }
}

/// One subject of one tenant.
public struct OracleSubject: Hashable, Sendable {
    public var tenant: TenantID
    public var subject: SubjectID
}

/// A line with everything that hangs on it.
public struct OracleAccount: Hashable, Sendable {
    public var line: LineImage
    /// The open ones only.
    public var holds: [UInt64: HoldImage] = [:]
    /// Those with principal left only.
    public var drawings: [UInt64: DrawingImage] = [:]
}

/// The obvious ledger: dictionaries, a look at every hold for what is due, copies to undo, sums
/// taken again instead of kept. What the real one is held against.
///
/// It is written from the words of `Domain` alone and shares nothing with `Limits` but the stamp.
/// Complexity: as it comes, mostly the size of one account.
public struct NaiveLedger: Sendable {
    /// Lines of every status.
    public internal(set) var accounts: [OracleKey: OracleAccount] = [:]
    /// Where an open hold is.
    var lineOfHold: [OracleKey: OracleKey] = [:]
    /// Open holds by tenant.
    var openCounts: [TenantID: Int] = [:]
    /// Ended holds that are still known.
    public internal(set) var endedHolds: [OracleKey: HoldImage] = [:]
    /// The same, oldest ending first.
    public internal(set) var endings: [OracleKey] = []
    public internal(set) var reversals: [OracleKey: ReversalImage] = [:]
    public internal(set) var subjects: [OracleSubject: SubjectImage] = [:]
    var portfolio = NaivePortfolio()
    var touched = Touched()
    let endedHoldCountMax: Int

    /// Rows that one freeze or write-off may release. Reason: they share one record.
    public static let releasedHoldCountMax = 4_096

    /// Starts empty and remembers so many ended holds.
    public init(endedHoldCountMax: Int) { self.endedHoldCountMax = endedHoldCountMax }

    /// What the record in hand touched.
    struct Touched: Sendable {
        var lines: [OracleKey] = []
        /// Last images, because an ended hold may be forgotten at once.
        var holds: [OracleKey: HoldImage] = [:]
        var drawings: [OracleKey: DrawingImage] = [:]
        var reversals: Set<OracleKey> = []
        var subjects: Set<OracleSubject> = []
        var parts: [ReversibleEntry.Part] = []
        var unallocatedMinor: Int64 = 0
        /// The line that the chain opened last: what `openedHere` means.
        var opened: OracleKey?

        mutating func add(line: OracleKey) {
            if !lines.contains(line) { lines.append(line) }
        }
    }

    /// One operation's answer and what it met.
    struct Step {
        var outcome: LedgerOutcome
        var line: OracleKey?
        var hold: OracleKey?
        var unallocatedMinor: Int64 = 0

        static func refused(
            _ outcome: LedgerOutcome, line: OracleKey? = nil, hold: OracleKey? = nil
        ) -> Step { Step(outcome: outcome, line: line, hold: hold) }
    }

    /// Does all operations of one ordinary record, or none.
    public mutating func apply(
        _ operations: [LedgerOperation], stamp: LedgerStamp
    ) -> (outcome: LedgerOutcome, effects: LedgerEffects) {
        begin()
        // A copy is only needed where something may have to be taken back.
        let before = operations.count > 1 ? self : nil
        for operation in operations {
            let step = perform(operation, number: stamp.tenantSequence, stamp: stamp)
            guard step.outcome != .done else { continue }
            let refusal = portfolio.refusal
            if let before { self = before }
            return (step.outcome, refusedEffects(step, refusal))
        }
        return (.done, settle(stamp))
    }

    /// Does a batch: each chain of operations by itself, all of a chain or none of it.
    public mutating func applyBatch(
        _ operations: [LedgerOperation], chains: [UInt16], stamp: LedgerStamp
    ) -> (outcome: LedgerOutcome, effects: LedgerEffects) {
        begin()
        var results: [OperationResult] = []
        var place = 0
        for count in chains.map(Int.init) {
            let before = count > 1 ? self : nil
            touched.opened = nil
            var chain: [OperationResult] = []
            for offset in 0..<count {
                let number = stamp.tenantSequence + UInt64(place + offset)
                let step = perform(operations[place + offset], number: number, stamp: stamp)
                guard step.outcome != .done else {
                    chain.append(result(step))
                    continue
                }
                if let before { self = before }
                chain = (0..<count).map { _ in OperationResult(outcome: .chainBroken) }
                chain[offset] = result(step)
                break
            }
            results += chain
            place += count
        }
        var effects = settle(stamp)
        var rare = effects.rare
        rare.results = results
        effects.rare = rare
        return (.done, effects)
    }

    private mutating func begin() {
        touched = Touched()
        portfolio.begin()
    }

    private func result(_ step: Step) -> OperationResult {
        OperationResult(
            outcome: step.outcome, line: LineID(step.line?.number ?? 0),
            hold: HoldID(step.hold?.number ?? 0),
            availableMinor: step.line.flatMap { accounts[$0]?.line.availableMinor } ?? 0,
            unallocatedMinor: step.unallocatedMinor)
    }

    /// A refusal shows the line and hold that it met, as they are.
    private func refusedEffects(_ step: Step, _ refusal: PortfolioRefusal?) -> LedgerEffects {
        var effects = LedgerEffects()
        if let key = step.line, let line = accounts[key]?.line { effects.lines = [line] }
        if let key = step.hold, let hold = hold(key) { effects.holds = [hold] }
        if let refusal {
            var rare = RareEffects()
            rare.refusal = refusal
            effects.rare = rare
        }
        return effects
    }

    /// Stamps what the record touched and gathers the images.
    private mutating func settle(_ stamp: LedgerStamp) -> LedgerEffects {
        var effects = LedgerEffects()
        var rare = RareEffects()
        for key in touched.lines {
            accounts[key]?.line.version += 1
            accounts[key]?.line.lastSequence = stamp.sequence
            if let line = accounts[key]?.line { effects.lines.append(line) }
        }
        for (key, image) in touched.holds.sorted(by: { $0.key < $1.key }) {
            var hold = image
            hold.lastSequence = stamp.sequence
            effects.holds.append(hold)
            if hold.state == .held {
                accounts[OracleKey(key.tenant, hold.line.rawValue)]?.holds[key.number] = hold
            } else {
                endedHolds[key] = hold
                endings.append(key)
            }
        }
        for (key, image) in touched.drawings.sorted(by: { $0.key < $1.key }) {
            var drawing = image
            drawing.lastSequence = stamp.sequence
            effects.drawings.append(drawing)
            guard drawing.principalMinor > 0 else { continue }
            accounts[OracleKey(key.tenant, drawing.line.rawValue)]?.drawings[key.number] = drawing
        }
        for key in touched.reversals.sorted() {
            reversals[key]?.lastSequence = stamp.sequence
            if let image = reversals[key] { rare.reversals.append(image) }
        }
        for key in touched.subjects.sorted(by: { $0.subject.hash < $1.subject.hash }) {
            subjects[key]?.lastSequence = stamp.sequence
            if let image = subjects[key] { rare.subjects.append(image) }
        }
        effects.unallocatedMinor = touched.unallocatedMinor
        rare.parts = touched.parts
        portfolio.settle(stamp, into: &rare)
        effects.rare = rare
        if endings.count > endedHoldCountMax {
            let surplus = endings.count - endedHoldCountMax
            for key in endings.prefix(surplus) { endedHolds[key] = nil }
            endings.removeFirst(surplus)
        }
        touched.holds = [:]
        return effects
    }

    /// What is known of a subject beside its lines.
    public func subject(_ tenant: TenantID, _ id: SubjectID) -> SubjectImage? {
        subjects[OracleSubject(tenant: tenant, subject: id)]
    }

    /// Drawings with principal left.
    public var drawingCount: Int { accounts.values.reduce(0) { $0 + $1.drawings.count } }

    /// A hold, open or ended and still known.
    public func hold(_ key: OracleKey) -> HoldImage? {
        if let line = lineOfHold[key] { return accounts[line]?.holds[key.number] }
        return endedHolds[key] ?? touched.holds[key]
    }
}
