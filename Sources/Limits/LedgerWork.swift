internal import Domain

/// What the record in hand has touched so far, and what its chain would have to put back.
///
/// A row that carries the record's own sequence is in the lists already, so nothing is searched.
struct LedgerWork: Sendable {
    var stamp = LedgerStamp(
        tenant: TenantID(0), tenantSequence: 0, sequence: 0, timeMicros: 0, expiryMicros: 0)
    /// The tenant's number of the operation in hand: the id of what it makes.
    var number: UInt64 = 0

    /// The numbers under which a line, a hold and a drawing were made last: each only once.
    var lineNumber: UInt64 = 0
    var holdNumber: UInt64 = 0
    var drawingNumber: UInt64 = 0

    // Of the record: global slots of the rows touched, in that order.
    var lines: [(slot: UInt32, previousSequence: UInt64)] = []
    var holds: [UInt32] = []
    var drawings: [UInt32] = []
    var subjects: [UInt32] = []
    var reversals: [UInt32] = []
    /// Holds that ended.
    var endings: [UInt32] = []
    /// Lines and subjects (`WaitingTimes.key`) whose times may have changed.
    var times: [UInt32] = []
    var unallocatedMinor: Int64 = 0
    var parts: [ReversibleEntry.Part] = []

    /// Mixed keys of lines and holds that the next operations of a batch will look for.
    var warmLines: [UInt64] = []
    var warmHolds: [UInt64] = []
    /// Subjects of the lines that were found, with their tenants.
    var warmSubjects: [(tenant: TenantID, subject: SubjectID)] = []

    /// Positions of lines that a step of a scan looks at.
    var countedLineCount = Ledger.countedLineCount

    // Of the chain.
    /// The line that it opened last.
    var opened: Int?
    /// A chain of one operation refuses before it writes, so it never has to put anything back.
    var keepsUndo = false
    /// What chains did stays in the undo lists until the record ends, so that all can be put back.
    var keepsRecord = false
    var undo = Undo()
    private(set) var marks = Marks()

    /// Rows before each write, oldest first; nil: the row was made.
    struct Undo: Sendable {
        var lines: [(slot: UInt32, before: LineImage?)] = []
        var holds: [(slot: UInt32, before: HoldImage?)] = []
        var drawings: [(slot: UInt32, before: DrawingImage?)] = []
        var subjects: [(slot: UInt32, before: SubjectImage?)] = []
        var reversals: [(slot: UInt32, before: ReversalImage?)] = []

        mutating func removeAll() {
            lines.removeAll(keepingCapacity: true)
            holds.removeAll(keepingCapacity: true)
            drawings.removeAll(keepingCapacity: true)
            subjects.removeAll(keepingCapacity: true)
            reversals.removeAll(keepingCapacity: true)
        }

        /// How long each list is.
        var counts: Counts {
            Counts(
                lines: lines.count, holds: holds.count, drawings: drawings.count,
                subjects: subjects.count, reversals: reversals.count)
        }

        mutating func removeLast(downTo counts: Counts) {
            lines.removeLast(lines.count - counts.lines)
            holds.removeLast(holds.count - counts.holds)
            drawings.removeLast(drawings.count - counts.drawings)
            subjects.removeLast(subjects.count - counts.subjects)
            reversals.removeLast(reversals.count - counts.reversals)
        }

        struct Counts: Sendable {
            var lines = 0
            var holds = 0
            var drawings = 0
            var subjects = 0
            var reversals = 0
        }
    }

    /// How long the record's lists were when the chain began, and its undo lists.
    struct Marks: Sendable {
        var lines = 0
        var holds = 0
        var drawings = 0
        var subjects = 0
        var reversals = 0
        var endings = 0
        var times = 0
        var parts = 0
        var unallocatedMinor: Int64 = 0
        var undo = Undo.Counts()
    }

    /// Begins a record.
    mutating func begin(_ stamp: LedgerStamp) {
        self.stamp = stamp
        lineNumber = 0
        holdNumber = 0
        drawingNumber = 0
        Self.empty(&lines)
        Self.empty(&holds)
        Self.empty(&drawings)
        Self.empty(&subjects)
        Self.empty(&reversals)
        Self.empty(&endings)
        Self.empty(&times)
        Self.empty(&parts)
        unallocatedMinor = 0
    }

    /// Most lists of most records are empty, and asking costs less than emptying.
    @inline(__always)
    private static func empty<Element>(_ list: inout [Element]) {
        if !list.isEmpty { list.removeAll(keepingCapacity: true) }
    }

    /// Begins a chain of so many operations.
    mutating func beginChain(operationCount: Int) {
        opened = nil
        keepsUndo = operationCount > 1 || keepsRecord
        guard keepsUndo else { return }
        if !keepsRecord { undo.removeAll() }
        marks = Marks(
            lines: lines.count, holds: holds.count, drawings: drawings.count,
            subjects: subjects.count, reversals: reversals.count, endings: endings.count,
            times: times.count, parts: parts.count, unallocatedMinor: unallocatedMinor,
            undo: undo.counts)
    }

    /// Makes the whole record one chain, for putting all of it back.
    mutating func widenChain() { marks = Marks() }

    /// Forgets what the chain added to the record's lists.
    mutating func dropChain() {
        lines.removeLast(lines.count - marks.lines)
        holds.removeLast(holds.count - marks.holds)
        drawings.removeLast(drawings.count - marks.drawings)
        subjects.removeLast(subjects.count - marks.subjects)
        reversals.removeLast(reversals.count - marks.reversals)
        endings.removeLast(endings.count - marks.endings)
        times.removeLast(times.count - marks.times)
        parts.removeLast(parts.count - marks.parts)
        unallocatedMinor = marks.unallocatedMinor
        undo.removeLast(downTo: marks.undo)
    }
}

/// One operation's answer, and the rows it met.
struct LedgerStep {
    var outcome: LedgerOutcome
    var line: Int?
    var hold: Int?
    var unallocatedMinor: Int64 = 0
}

/// `LineDetails` that can be changed.
struct LineTerms {
    var debt = Debt()
    var temporaryMinor: Int64 = 0
    var temporaryEndsAtMicros: Int64 = 0
    var overLimitSinceMicros: Int64 = 0
    var blocks: [Block] = []
    var pendingPrice: PendingPrice?

    init(_ details: LineDetails?) {
        guard let details else { return }
        debt = details.debt
        temporaryMinor = details.temporaryMinor
        temporaryEndsAtMicros = details.temporaryEndsAtMicros
        overLimitSinceMicros = details.overLimitSinceMicros
        blocks = details.blocks
        pendingPrice = details.pendingPrice
    }

    /// Nil when nothing in it says anything.
    var details: LineDetails? {
        let made = LineDetails(
            debt: debt, temporaryMinor: temporaryMinor,
            temporaryEndsAtMicros: temporaryMinor == 0 ? 0 : temporaryEndsAtMicros,
            overLimitSinceMicros: overLimitSinceMicros, blocks: blocks, pendingPrice: pendingPrice)
        return made.isEmpty ? nil : made
    }
}

extension LineImage {
    /// Changes the rare parts.
    mutating func edit(_ change: (inout LineTerms) -> Void) {
        var terms = LineTerms(details)
        change(&terms)
        details = terms.details
    }

    /// What is owed of one kind. Future principal is what is neither due nor overdue.
    func owed(_ component: DebtComponent, _ age: DebtAge) -> Int64 {
        guard component == .principal, age == .future else {
            return details?.debt[component, age] ?? 0
        }
        guard let debt = details?.debt else { return principalMinor }
        return principalMinor - debt[.principal, .due] - debt[.principal, .overdue]
    }

    /// Adds to what is owed of one kind, or takes away; principal of every age is in the sum too.
    mutating func addOwed(_ component: DebtComponent, _ age: DebtAge, _ amountMinor: Int64) {
        if component == .principal { principalMinor += amountMinor }
        guard component != .principal || age != .future else { return }
        edit { $0.debt[component, age] += amountMinor }
    }

    /// The next time at which something of an open line ends or begins; nil when nothing does.
    var nextTimeMicros: Int64? {
        guard status == .open, let details else { return nil }
        var times = details.blocks.map(\.untilMicros)
        if details.temporaryMinor > 0 { times.append(details.temporaryEndsAtMicros) }
        if let price = details.pendingPrice { times.append(price.effectiveAtMicros) }
        return times.min().flatMap { $0 == .max ? nil : $0 }
    }
}
