internal import Domain
internal import Journal
internal import Limits
internal import Messages

/// The changes of a counter behind a cursor, read from the journal along the back-pointers of its
/// cells, one chain for each currency, and merged in order.
///
/// A walk remembers at most 16,384 changes of each chain; what lies behind the last one that is
/// complete in all chains is walked for again. A record that changed several currencies is given
/// whole, so a cursor never stands inside one.
/// Thread: one at a time, off the workers: it reads the disk.
final class CounterHistory {
    /// Changes remembered of one chain. Reason: two megabytes.
    static let rememberedMax = 16_384
    /// Changes of one message, and those of the last record beyond.
    static let pageCount = 64

    private let journal: Journal
    private let tenant: TenantID
    private let counter: Counter
    private let onlyLevels: Bool
    private let rememberedMax: Int
    private var cursor: UInt64
    /// The counter's level before the next change; nil before the first look.
    private var level: UInt8?
    /// Changes to give, the next one last.
    private var waiting: [Change] = []
    /// Whether the last look left newer changes behind, because it remembers so many only.
    private var isCut = false

    private struct Change {
        var sequence: UInt64
        var number: UInt64
        var timeMicros: Int64
        var cell: CellImage
    }

    /// Tests remember less.
    init(
        journal: Journal, tenant: TenantID, counter: Counter, cursor: UInt64, onlyLevels: Bool,
        rememberedMax: Int = CounterHistory.rememberedMax
    ) {
        self.rememberedMax = rememberedMax
        self.journal = journal
        self.tenant = tenant
        self.counter = counter
        self.cursor = cursor
        self.onlyLevels = onlyLevels
    }

    /// The next changes in order; empty when there are none as yet.
    func forward() throws(JournalError) -> [ExposureChangeMessage] {
        while true {
            if waiting.isEmpty { try look() }
            let page = give()
            // Nothing but changes that are passed over is no reason to wait for the next one, as
            // long as a walk left newer ones behind.
            if !page.isEmpty || !isCut { return page }
        }
    }

    /// The newest change there is, and from there on forward.
    func newest() throws(JournalError) -> [ExposureChangeMessage] {
        var newest: Change?
        for key in keys() {
            try walk(key) { change in
                if newest.map({ $0.sequence < change.sequence }) ?? true { newest = change }
                return .stop
            }
        }
        guard let newest else { return [] }
        cursor = newest.number - 1
        waiting = []
        level = nil
        return try forward()
    }

    private func give() -> [ExposureChangeMessage] {
        var page: [ExposureChangeMessage] = []
        while let change = waiting.last {
            if page.count >= Self.pageCount, change.number != cursor { break }
            waiting.removeLast()
            cursor = change.number
            let isCrossed = change.cell.level != level ?? 0
            level = change.cell.level
            guard isCrossed || !onlyLevels else { continue }
            page.append(
                ExposureChangeMessage(
                    change: change.number, timeMicros: change.timeMicros, cell: change.cell,
                    isLevelCrossed: isCrossed))
        }
        return page
    }

    /// Walks every chain back to the cursor and merges what it finds and every chain has.
    private func look() throws(JournalError) {
        var found: [Change] = []
        var before: Change?
        isCut = false
        // The walks come one after the other, and records meanwhile: a later chain would have some
        // that an earlier one has not, and the cursor would pass over those.
        var completeTo = journal.appliedSequence
        for key in keys() {
            var chain: [Change] = []
            var isChainCut = false
            try walk(key) { change in
                guard change.number > cursor else {
                    if before.map({ $0.sequence < change.sequence }) ?? true { before = change }
                    return .stop
                }
                chain.append(change)
                if chain.count > 2 * rememberedMax {
                    chain.removeFirst(chain.count - rememberedMax)
                    isChainCut = true
                }
                return .goOn
            }
            if isChainCut { completeTo = min(completeTo, chain[0].sequence) }
            isCut = isCut || isChainCut
            found += chain
        }
        if level == nil { level = before?.cell.level ?? 0 }
        waiting = found.filter { $0.sequence <= completeTo }.sorted { $0.sequence > $1.sequence }
    }

    /// The cells that the counter has now.
    private func keys() -> [CellKey] {
        let exposure = journal.ledger.portfolio.exposure(
            tenant, counter.limit.id, values: counter.values, period: counter.period)
        return exposure?.cells.map(\.key) ?? []
    }

    private func walk(
        _ key: CellKey, _ body: (Change) -> WalkStep
    ) throws(JournalError) {
        _ = try journal.walkBack(tenant: tenant, cell: key, countMax: .max) { record in
            let cell = record.effects.rare.cells.first { $0.key == key }
            guard let cell else { preconditionFailure("a walk visits records of its cell") }
            return body(
                Change(
                    sequence: record.sequence, number: record.tenantSequence,
                    timeMicros: record.timeMicros, cell: cell))
        }
    }
}
