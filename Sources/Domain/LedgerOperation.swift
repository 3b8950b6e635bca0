public import Ground

/// The line an operation means: one that exists, or the one opened just before it in the same
/// chain.
public enum LineReference: Hashable, Sendable {
    case existing(LineID)
    case openedHere
}

/// What a new line is to be.
public struct LineOpening: Hashable, Sendable {
    public var subject: SubjectID
    public var product: Hash128
    public var currency: Currency
    /// Positive.
    public var limitMinor: Int64
    public var kind: LineKind
    public var chargesUseLimit: Bool
    public var nominalRatePpm: UInt32
    /// Days since 1970; 0 is none.
    public var renewalDay: UInt32
    /// Of the caller and the credential; the sequencer adds those of the last decision.
    public var labels: [Label]

    /// All fields as given.
    public init(
        subject: SubjectID, product: Hash128, currency: Currency, limitMinor: Int64,
        kind: LineKind = .revolving, chargesUseLimit: Bool = false, nominalRatePpm: UInt32 = 0,
        renewalDay: UInt32 = 0, labels: [Label] = []
    ) {
        self.subject = subject
        self.product = product
        self.currency = currency
        self.limitMinor = limitMinor
        self.kind = kind
        self.chargesUseLimit = chargesUseLimit
        self.nominalRatePpm = nominalRatePpm
        self.renewalDay = renewalDay
        self.labels = labels
    }
}

/// What a block is set on.
public enum BlockTarget: Hashable, Sendable {
    case line(LineID)
    /// Every line of the subject, also later ones.
    case subject(SubjectID)
}

/// What happens to the open holds of what is frozen. Raw values are on the wire.
public enum PendingHolds: UInt8, Sendable, CaseIterable {
    /// They stay and can be committed as far as the block's scope lets them.
    case keep = 1
    /// They are released in the same record.
    case release = 2
    /// They stay, and the block stops commits whatever its scope says.
    case blockCommit = 3
}

/// An entry that a counter-entry takes back, as its record has it: the sequencer reads no disk.
public struct ReversibleEntry: Hashable, Sendable {
    /// The tenant's sequence of the entry.
    public var entry: UInt64
    public var line: LineID
    /// What the entry moved, minor units: more than that is never taken back.
    public var totalMinor: Int64
    public var kind: Kind
    /// Of a repayment of an instalment line: the principal that lowered no limit, because a cut had
    /// left less of it than was repaid.
    public var unloweredMinor: Int64 = 0

    public enum Kind: Hashable, Sendable {
        /// A commit: its drawing.
        case drawing(labels: LabelSetID, placedSeconds: UInt32)
        /// A repayment: what it paid, and which drawings it freed, oldest first.
        case repayment(paid: [Part], drawings: [DrawingImage])
        /// A charge.
        case charge(DebtComponent, DebtAge)
    }

    /// One part of a repayment.
    public struct Part: Hashable, Sendable {
        public var step: WaterfallStep
        public var amountMinor: Int64

        /// Both as given.
        public init(step: WaterfallStep, amountMinor: Int64) {
            self.step = step
            self.amountMinor = amountMinor
        }
    }

    /// All fields as given.
    public init(entry: UInt64, line: LineID, totalMinor: Int64, kind: Kind) {
        self.entry = entry
        self.line = line
        self.totalMinor = totalMinor
        self.kind = kind
    }
}

/// One thing to do to the ledger. All operations of a chain take effect, or none.
///
/// Each operation of a record has a number of the tenant's own sequence (the record's first one
/// plus its place), and what it makes (line, hold, drawing, block, portfolio limit) has that number
/// as its id. Amounts are positive unless it says otherwise; the caller checks that. What is large
/// and rare is indirect, so that a batch of small operations stays small.
public enum LedgerOperation: Hashable, Sendable {
    indirect case openLine(LineOpening)
    /// Takes `amountMinor` of what is available, until `expiresAtMicros` of journal time.
    /// `labels` are the caller's and the credential's.
    case reserve(
        line: LineReference, amountMinor: Int64, currency: Currency, expiresAtMicros: Int64,
        labels: [Label])
    /// Turns `amountMinor` of a hold into a drawing; the rest stays held if `keepsRest`.
    case commit(hold: HoldID, amountMinor: Int64, currency: Currency, keepsRest: Bool)
    /// Gives the whole rest of a hold back.
    case release(hold: HoldID)
    /// Moves a hold's end, later or sooner, never before now.
    case extend(hold: HoldID, expiresAtMicros: Int64)
    /// Pays debts in the waterfall's order; what exceeds them is reported as unallocated and
    /// changes nothing.
    case repay(line: LineID, amountMinor: Int64, currency: Currency, waterfall: Waterfall)
    /// Adds a charge (never principal). May make over_limit positive.
    case postCharge(
        line: LineID, component: DebtComponent, age: DebtAge, amountMinor: Int64,
        currency: Currency)
    /// Moves a debt from one age to another: principal falls due, a charge becomes overdue.
    case reclassify(
        line: LineID, component: DebtComponent, from: DebtAge, to: DebtAge, amountMinor: Int64,
        currency: Currency)
    /// Takes `amountMinor` of an entry back.
    indirect case reverse(ReversibleEntry, amountMinor: Int64)
    /// Raises or cuts the limit to `limitMinor` >= 0.
    case changeLimit(line: LineID, limitMinor: Int64, currency: Currency)
    /// Adds `amountMinor` to the limit until `endsAtMicros`; 0 ends a temporary limit now.
    case setTemporaryLimit(
        line: LineID, amountMinor: Int64, currency: Currency, endsAtMicros: Int64)
    /// Changes the price at `effectiveAtMicros`, at once when that is not later than now.
    case reprice(line: LineID, price: PendingPrice)
    /// Moves the renewal date; `limitMinor` of 0 leaves the limit as it is.
    case renew(line: LineID, renewalDay: UInt32, limitMinor: Int64)
    /// Adds a block. Its id and time come from the record.
    indirect case freeze(
        BlockTarget, cause: BlockCause, scope: BlockScope, untilMicros: Int64, actor: String,
        pending: PendingHolds)
    /// Takes one block away.
    case unfreeze(BlockTarget, block: UInt64)
    /// Gives up everything owed: open holds are released, debts become zero, the line ends.
    case writeOff(line: LineID)
    /// Ends a line on which nothing is owed or held.
    case closeLine(line: LineID)
    /// Makes a portfolio limit (`id` 0) or replaces the definition of one, which counts anew unless
    /// only bound, currency or pause differ.
    indirect case setPortfolioLimit(PortfolioLimit)
    case pausePortfolioLimit(PortfolioLimitID, isPaused: Bool)
    case setExchangeRate(from: Currency, to: Currency, ratePpb: Int64)
    /// Puts a subject into a group of connected customers; 0 takes it out. What is out moves along.
    case setGroup(SubjectID, group: UInt64)
    /// What a decision said about its subject: region, segment, grade.
    case labelSubject(SubjectID, labels: [Label])

    /// The sequencer's own: the hold's time is over.
    case expire(hold: HoldID)
    /// The sequencer's own: a temporary limit, a block or a price of the line reached its time.
    case lineTimeCame(line: LineID)
    /// The sequencer's own: likewise a block of a subject.
    case subjectTimeCame(SubjectID)
    /// The sequencer's own: adds the next rows to the counters of a limit that is counting.
    case countPortfolioLimit(PortfolioLimitID)
}
