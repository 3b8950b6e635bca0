import Domain
import Ground
import LedgerOracle

/// Everybody who calls the simulated server: they know what they were answered, choose at random
/// what to do next, and send some things twice.
struct Callers {
    /// What one tenant's callers learned from answers.
    struct Knowledge {
        var lines: [LineID] = []
        var holds: [HoldID] = []
        var entries: [ReversibleEntry] = []
        var blocks: [(target: BlockTarget, id: UInt64)] = []
        var limits: [PortfolioLimitID] = []
        /// What is left of drawings: the difference of two images is what a repayment freed.
        var drawings: [UInt64: Int64] = [:]

        /// Old entries are forgotten: callers take back what is recent.
        static let countMax = 160
    }

    var random: RandomSource
    let options: SimulationOptions
    var known: [TenantID: Knowledge] = [:]
    private var nextTicket: UInt64 = 1
    /// The callers' own clock.
    private var wallMicros: Int64 = 0
    /// Answered requests that may be sent again.
    private var answered: [Proposal] = []
    /// Requests that a crash left without an answer: sent again until they have one.
    private(set) var unanswered: [Proposal] = []

    init(seed: UInt64, options: SimulationOptions) {
        random = RandomSource(seed: seed)
        self.options = options
    }

    func tenants() -> [TenantID] { (1...options.tenantCountMax).map { TenantID($0) } }

    mutating func chance(_ one: Int, in of: Int) -> Bool {
        Int.random(in: 0..<of, using: &random) < one
    }

    /// What somebody sends next.
    mutating func next(_ ledger: NaiveLedger, _ clock: NaiveClock) -> Proposal {
        wallMicros = clock.callersMicros
        if !unanswered.isEmpty && chance(1, in: 2) { return unanswered.removeFirst() }
        if !answered.isEmpty && chance(5, in: 100) {
            let place = Int.random(in: 0..<answered.count, using: &random)
            var again = answered[place]
            again.ticket = ticket()
            // The same id with another payload, sometimes.
            if chance(1, in: 5) { again.fingerprint.low ^= 1 << 7 }
            return again
        }
        var proposal = fresh(ledger, clock)
        if chance(1, in: 100) { proposal.deadlineMicros = clock.wallMicros - 1 }
        if chance(2, in: 100) { proposal.onRefusal = .returnToWorker }
        return proposal
    }

    private mutating func ticket() -> UInt64 {
        defer { nextTicket += 1 }
        return nextTicket
    }

    /// Wraps operations into a request of their own.
    mutating func proposal(
        _ tenant: TenantID, _ type: RecordType, _ operations: [LedgerOperation],
        chains: [UInt16] = []
    ) -> Proposal {
        let bodyCount = Int.random(in: 0...60, using: &random)
        var alternative = Alternative(
            type: type, subject: subject(), operations: operations,
            body: [UInt8](repeating: UInt8(truncatingIfNeeded: nextTicket), count: bodyCount))
        alternative.chains = chains
        return Proposal(
            tenant: tenant, requestKey: requestKey(),
            fingerprint: Hash128(high: random.next(), low: random.next()), nowMicros: 0,
            alternatives: OneOrMore(alternative), ticket: ticket())
    }

    /// Most ids state their time, now and then one that is too old or ahead.
    private mutating func requestKey() -> Hash128 {
        let hash = Hash128(high: random.next(), low: random.next())
        if chance(1, in: 4) { return RequestKey.make(hash: hash, statedMillis: nil) }
        var micros = wallMicros
        if chance(1, in: 200) { micros -= 25 * 3_600_000_000 }
        if chance(1, in: 200) { micros += 3_600_000_000 }
        return RequestKey.make(hash: hash, statedMillis: UInt64(micros / 1_000))
    }

    /// One of a tenant's twelve borrowers.
    mutating func subject() -> SubjectID {
        SubjectID(Hash128(high: 77, low: UInt64.random(in: 1...12, using: &random) &* 0x9e37_79b9))
    }

    /// Callers whose server stopped do not know what became of these.
    mutating func lose(_ proposals: [Proposal]) {
        for var proposal in proposals {
            proposal.lookedUpBelow = nil
            unanswered.append(proposal)
        }
        // A caller gives up after a while.
        if unanswered.count > 400 { unanswered.removeFirst(unanswered.count - 400) }
    }

    /// A reply came.
    mutating func hear(_ heard: Proposal) {
        guard chance(1, in: 3) else { return }
        var proposal = heard
        // The journal's own note about the first time.
        proposal.lookedUpBelow = nil
        if answered.count < 300 {
            answered.append(proposal)
        } else {
            answered[Int.random(in: 0..<answered.count, using: &random)] = proposal
        }
    }

    /// What a recorded answer tells.
    mutating func learn(_ record: DurableRecord, _ operations: [LedgerOperation]) {
        guard record.outcome == .done else { return }
        var knowledge = known[record.tenant] ?? Knowledge()
        for (place, operation) in operations.enumerated() {
            let isBatch = record.tenantSequenceCount > 1 || record.type == .batchApplied
            let number = record.tenantSequence + (isBatch ? UInt64(place) : 0)
            if isBatch, record.effects.rare.results[place].outcome != .done { continue }
            learn(operation, number, record, isBatch: isBatch, &knowledge)
        }
        for drawing in record.effects.drawings {
            knowledge.drawings[drawing.id] =
                drawing.principalMinor > 0 ? drawing.principalMinor : nil
        }
        Self.trim(&knowledge.holds)
        Self.trim(&knowledge.entries)
        Self.trim(&knowledge.blocks)
        known[record.tenant] = knowledge
    }

    private static func trim<Item>(_ list: inout [Item]) {
        if list.count > 2 * Knowledge.countMax {
            list.removeFirst(list.count - Knowledge.countMax)
        }
    }

    private func learn(
        _ operation: LedgerOperation, _ number: UInt64, _ record: DurableRecord, isBatch: Bool,
        _ knowledge: inout Knowledge
    ) {
        switch operation {
        case .openLine: knowledge.lines.append(LineID(number))
        case .reserve: knowledge.holds.append(HoldID(number))
        case .commit(_, let amountMinor, _, _):
            guard let drawing = record.effects.drawings.first(where: { $0.id == number }) else {
                return
            }
            knowledge.entries.append(
                ReversibleEntry(
                    entry: number, line: drawing.line, totalMinor: amountMinor,
                    kind: .drawing(
                        labels: drawing.labels, placedSeconds: drawing.placedSeconds)))
        case .repay(let line, _, _, _):
            // What one repayment of a batch paid is not told apart in its record.
            guard !isBatch else { return }
            let parts = record.effects.rare.parts
            let total = parts.reduce(0) { $0 + $1.amountMinor }
            guard total > 0 else { return }
            let freed = record.effects.drawings.map { image in
                var drawing = image
                let before = knowledge.drawings[image.id] ?? image.principalMinor
                drawing.principalMinor = before - image.principalMinor
                return drawing
            }
            knowledge.entries.append(
                ReversibleEntry(
                    entry: number, line: line, totalMinor: total,
                    kind: .repayment(paid: parts, drawings: freed)))
        case .postCharge(let line, let component, let age, let amountMinor, _):
            knowledge.entries.append(
                ReversibleEntry(
                    entry: number, line: line, totalMinor: amountMinor,
                    kind: .charge(component, age)))
        case .freeze(let target, _, _, _, _, _): knowledge.blocks.append((target, number))
        case .setPortfolioLimit(let limit) where limit.id.rawValue == 0:
            knowledge.limits.append(PortfolioLimitID(number))
        default: break
        }
    }
}
