/// What a decision says. Raw values are stored and on the wire; they never change.
public enum Outcome: UInt8, Sendable, CaseIterable {
    case approve = 1
    case counterOffer = 2
    case stepUp = 3
    case needsData = 4
    case refer = 5
    case decline = 6
}

/// Why the ledger refused, or that it did not. A value, never an error.
///
/// Raw values are stored in the trailer and on the wire; they never change. `precedence` is the
/// order in which reasons are looked for.
public enum LedgerOutcome: UInt16, Sendable, CaseIterable {
    /// The operation took effect.
    case done = 1
    /// The tenant has no such line.
    case lineUnknown = 2
    /// The tenant has no such hold.
    case holdUnknown = 3
    /// The line is closed or written off.
    case lineClosed = 4
    /// The line is blocked for this operation.
    case lineBlocked = 5
    /// The operation's currency is not the line's.
    case currencyMismatch = 6
    /// The hold was committed or released before.
    case holdEnded = 7
    /// The hold's time was over when the operation came, its expiry recorded already or not.
    case holdExpired = 8
    /// More than the hold has left.
    case amountExceedsHold = 9
    /// More than the line has available.
    case limitExceeded = 10
    /// A sum would not fit 64 bits.
    case amountOverflow = 11
    /// A portfolio limit needs a label that the transaction does not have.
    case labelMissing = 12
    /// More than a portfolio limit has left.
    case portfolioLimitExceeded = 13
    /// A portfolio limit is in a currency for which no exchange rate was set.
    case exchangeRateMissing = 14
    /// The transaction matches more than 16 portfolio limits.
    case tooManyLimits = 15
    /// Something is owed or held: the line cannot be closed.
    case balanceOpen = 16
    /// More than there is of that debt.
    case amountExceedsDebt = 17
    /// More than is left of the entry that it takes back.
    case amountExceedsEntry = 18
    /// The time asked for is over already.
    case timePassed = 19
    /// The line or subject has no such block.
    case blockUnknown = 20
    /// The tenant has no such portfolio limit.
    case portfolioLimitUnknown = 21
    /// Blocks, label sets or limits have reached their bound.
    case tooMany = 22
    /// Another operation of the same chain was refused.
    case chainBroken = 23

    /// The order in which reasons are looked for: the first that applies is the answer. What is
    /// unknown comes before all and is a status error.
    public static let precedence: [LedgerOutcome] = [
        .lineUnknown, .holdUnknown, .blockUnknown, .portfolioLimitUnknown, .lineClosed,
        .lineBlocked, .currencyMismatch, .labelMissing, .exchangeRateMissing, .tooManyLimits,
        .tooMany, .holdEnded, .amountExceedsHold, .amountExceedsDebt, .amountExceedsEntry,
        .amountOverflow,
        .balanceOpen, .holdExpired, .timePassed, .limitExceeded,
        .portfolioLimitExceeded, .chainBroken,
    ]
}
