public import Domain
internal import Ground

/// Portfolio limits and their counters as a pure state machine: no I/O, no clock, the same answer
/// on every replay.
///
/// A chain of operations is `begin`, any number of changes, and `undo` if it is refused; a record
/// is one or several chains (a batch) and one `finish`, which says what it changed.
///
///     begin  change change  (undo)    begin  change ...    finish
///     |---- a chain -------------|    |---- a chain ---|
///     |---------------------- a record -------------------------|
///
/// Counters: an absolute one follows what is out, that of a day or month what was taken in it. They
/// are kept in the currency of the line; a bound is compared with the sum over currencies at the
/// rates of the moment. A limit that is COUNTING counts only lines that its scan has passed: lines,
/// counters and scan belong to one thread, so what happens to a line before the scan reaches it is
/// in the line when it does, and no log of changes is needed.
///
/// Complexity: a look-up for each shape of the tenant's limits and one for each limit that matches;
/// one look-up in an array for a tenant without limits. Thread: the sequencer.
public struct Portfolio: Sendable {
    var labels = LabelSets()
    var cells = CellTable()
    var definitions: ContiguousArray<LimitDefinition> = []
    /// Numbers of replaced definitions that no counter has any more.
    var vacantDefinitions: [UInt32] = []
    /// Definitions that were COUNTING at some time; `countingTask` looks which of them are.
    var counting: [UInt32] = []
    /// Every rate of every tenant, in the order they were first set.
    var rates: [ExchangeRate] = []
    var books: ContiguousArray<PortfolioBook> = []
    var tenants = TenantPlaces()
    /// Currencies by number. Reason for a number: it takes one byte of a counter instead of four.
    var currencies: [Currency] = []

    /// Cells that the chain changed, in order, and rows of `rareUndo` between them.
    var undoLog: ContiguousArray<CellUndo> = []
    var rareUndo: [RareUndo] = []
    /// Cells that the record changed, each once.
    var touched: ContiguousArray<TouchedCell> = []
    var touchedCountAtBegin = 0
    /// How long the log was when the chain began: 0 unless the record is kept whole.
    private var undoCountAtBegin = 0
    /// The log is kept over the chains of a record.
    var keepsRecord = false
    var touchedLimits: [UInt32] = []
    var touchedRates: [Int] = []
    /// Label sets there were when the record began, and when the chain began.
    var labelCountAtRecord = 0
    var labelCountAtBegin = 0

    /// Definitions that the record replaced.
    var replaced: [Int] = []
    /// Lists of counters that nothing can ask for any more, waiting to be taken apart.
    var garbage: [UInt32] = []
    var isRestoring = false

    /// Scratch of `change`: the counters it meets, and the values of the book's dimensions.
    var touches: ContiguousArray<CellTouch> = []
    var dimensionValues = ContiguousArray<UInt64>(
        repeating: 0, count: PortfolioBook.dimensionCountMax)

    /// Which limit refused the last change, and what it would still take.
    public private(set) var refusal: PortfolioRefusal?

    /// Starts empty.
    public init() {}

    /// Whether any limit concerns the tenant; if none does, no change needs to be told.
    @inline(__always)
    public func hasLimits(_ tenant: TenantID) -> Bool { tenants[tenant] != nil }

    /// A new chain: forgets what could be undone, unless the record is kept whole.
    public mutating func begin() {
        if keepsRecord {
            undoCountAtBegin = undoLog.count
        } else {
            forgetUndo()
        }
        touchedCountAtBegin = touched.count
        labelCountAtBegin = labels.count
        refusal = nil
    }

    /// A record that is kept whole begins: nothing of it can be undone yet.
    mutating func beginRecord() { forgetUndo() }

    private mutating func forgetUndo() {
        if !undoLog.isEmpty { undoLog.removeAll(keepingCapacity: true) }
        if !rareUndo.isEmpty { rareUndo.removeAll(keepingCapacity: true) }
        undoCountAtBegin = 0
    }

    /// Makes the whole record one chain, which `undo` then takes back.
    mutating func widenChain() {
        precondition(keepsRecord, "the record is kept whole")
        undoCountAtBegin = 0
        touchedCountAtBegin = 0
        labelCountAtBegin = labelCountAtRecord
    }

    /// The most counters that the record in hand changes: a level may change in the scope's other
    /// currencies too. Complexity: one look at each counter that it changed.
    var touchedCountMax: Int {
        touched.reduce(0) { count, entry in
            let definition = Int(cells[Int(entry.slot)].definition)
            return count + max(1, definitions[definition].currencies.count)
        }
    }

    /// Sets of labels that the record in hand made.
    var newLabelSetCount: Int { labels.count - labelCountAtRecord }

    /// Takes back everything since `begin`, exactly.
    public mutating func undo() {
        rollBack(to: undoCountAtBegin)
        precondition(touched.count == touchedCountAtBegin, "undo left a counter touched")
        labels.removeLast(downTo: labelCountAtBegin)
    }

    /// Takes back the changes above a mark in the log.
    mutating func rollBack(to mark: Int) {
        while undoLog.count > mark {
            let entry = undoLog.removeLast()
            if entry.slot == CellTable.none {
                undoRare(rareUndo.removeLast())
                continue
            }
            let slot = Int(entry.slot)
            if entry.isFirstTouch { touched.removeLast() }
            if entry.isNew {
                let row = cells[slot]
                definitions[Int(row.definition)].unlink(row.period, next: row.next)
                removeCell(slot)
            } else {
                var row = cells[slot]
                row.amountMinor = entry.amountMinor
                row.count = entry.count
                row.lastSequence = entry.lastSequence
                cells[slot] = row
            }
        }
    }

    /// Remembers why a change was refused and answers with it.
    mutating func refuse(_ outcome: LedgerOutcome, _ why: PortfolioRefusal?) -> LedgerOutcome {
        refusal = why
        return outcome
    }

    /// The place of a definition's book.
    func book(ofDefinition definition: Int) -> Int {
        guard let book = tenants[definitions[definition].limit.tenant] else {
            preconditionFailure("a definition has its tenant's book")
        }
        return book
    }

    /// The number of a currency, given when it is first met.
    mutating func currencyNumber(_ currency: Currency) -> UInt8 {
        if let number = currencies.firstIndex(of: currency) { return UInt8(number) }
        precondition(currencies.count < 256, "the world has fewer than 256 currencies")
        currencies.append(currency)
        return UInt8(currencies.count - 1)
    }
}

/// What a cell was before a change. 40 bytes.
struct CellUndo {
    var amountMinor: Int64
    var count: Int64
    var lastSequence: UInt64
    /// `CellTable.none`: the entry stands for the last one of the rare log.
    var slot: UInt32
    var isNew: Bool
    var isFirstTouch: Bool

    /// Stands for an entry of the rare log.
    static let rare = CellUndo(
        amountMinor: 0, count: 0, lastSequence: 0, slot: CellTable.none, isNew: false,
        isFirstTouch: false)
}

/// A cell that the record changed, and the sequence of the record that changed it before.
struct TouchedCell {
    var slot: UInt32
    var previousSequence: UInt64
}

/// The book of each tenant that has limits: an array for the low numbers that tenants are given,
/// a dictionary for any other.
struct TenantPlaces: Sendable {
    private static let denseCountMax = 65_536
    private var dense: ContiguousArray<UInt32> = []
    private var others: [TenantID: Int] = [:]

    subscript(tenant: TenantID) -> Int? {
        @inline(__always)
        get {
            let number = Int(tenant.rawValue)
            if number < dense.count { return dense[number] == 0 ? nil : Int(dense[number]) - 1 }
            return others.isEmpty ? nil : others[tenant]
        }
        set {
            let number = Int(tenant.rawValue)
            guard number < Self.denseCountMax else {
                others[tenant] = newValue
                return
            }
            while dense.count <= number { dense.append(0) }
            dense[number] = newValue.map { UInt32($0) + 1 } ?? 0
        }
    }
}
