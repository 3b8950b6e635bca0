/// What came of one operation of a batch.
public struct OperationResult: Hashable, Sendable {
    public var outcome: LedgerOutcome
    /// The line or hold it met or made; 0 is none.
    public var line: LineID
    public var hold: HoldID
    /// What the line had available afterwards, minor units.
    public var availableMinor: Int64
    /// The part of a repayment that met no debt.
    public var unallocatedMinor: Int64

    /// All fields as given.
    public init(
        outcome: LedgerOutcome, line: LineID = LineID(0), hold: HoldID = HoldID(0),
        availableMinor: Int64 = 0, unallocatedMinor: Int64 = 0
    ) {
        self.outcome = outcome
        self.line = line
        self.hold = hold
        self.availableMinor = availableMinor
        self.unallocatedMinor = unallocatedMinor
    }
}

/// Why a portfolio limit refused.
public struct PortfolioRefusal: Hashable, Sendable {
    /// The limit that refused; 0 when a label was missing before any was looked at.
    public var limit: PortfolioLimitID
    /// What it would still take, minor units of the line's currency, or a count for a count limit.
    public var available: Int64
    /// The dimension whose label was missing; 0 when none was.
    public var missingDimension: UInt64

    /// All fields as given.
    public init(limit: PortfolioLimitID, available: Int64 = 0, missingDimension: UInt64 = 0) {
        self.limit = limit
        self.available = available
        self.missingDimension = missingDimension
    }
}

/// The images that few records have, apart so that the others do not carry empty lists around.
public struct RareEffects: Hashable, Sendable {
    public var reversals: [ReversalImage] = []
    public var subjects: [SubjectImage] = []
    public var labelSets: [LabelSetImage] = []
    public var limits: [PortfolioLimit] = []
    public var cells: [CellImage] = []
    public var rates: [ExchangeRate] = []
    /// What a repayment or a counter-entry moved, in the order it was met.
    public var parts: [ReversibleEntry.Part] = []
    public var refusal: PortfolioRefusal?
    /// One for each operation of a batch, in order; empty for every other record.
    public var results: [OperationResult] = []

    /// Empty.
    @inlinable
    public init() {}
}

/// What a record's operations did to the ledger: images after, in the order touched.
///
/// A refusal carries the line (and hold) it met, unchanged, so that the caller learns what is
/// available.
public struct LedgerEffects: Hashable, Sendable {
    public var lines: [LineImage] = []
    public var holds: [HoldImage] = []
    public var drawings: [DrawingImage] = []
    /// The part of a repayment that met no debt, minor units.
    public var unallocatedMinor: Int64 = 0
    @usableFromInline var box: Box?

    @usableFromInline
    final class Box: Hashable, Sendable {
        @usableFromInline let effects: RareEffects
        @usableFromInline static let none = Box(RareEffects())
        init(_ effects: RareEffects) { self.effects = effects }
        @usableFromInline
        static func == (left: Box, right: Box) -> Bool { left.effects == right.effects }
        @usableFromInline
        func hash(into hasher: inout Hasher) { hasher.combine(effects) }
    }

    /// Empty: the record did not touch the ledger.
    public init() {}

    /// True when there are no rare images.
    @inlinable
    public var isUsual: Bool { box == nil }

    /// The rare images. Setting copies: gather them first, then set once. Read the list that is
    /// wanted (`effects.rare.cells`): a copy of all of them counts each one. Inlined, because an
    /// accessor that is called allocates its frame; one with two yields would not be inlined.
    public var rare: RareEffects {
        @inlinable @inline(__always)
        _read {
            let held = box ?? Box.none
            yield held.effects
        }
        set { box = newValue == RareEffects() ? nil : Box(newValue) }
    }
}
