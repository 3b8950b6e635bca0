/// What a decision says. Raw values are stored and on the wire; they never change.
public enum Outcome: UInt8, Sendable, CaseIterable {
    case approve = 1
    case counterOffer = 2
    case stepUp = 3
    case needsData = 4
    case refer = 5
    case decline = 6
}

/// Why the ledger refused, in order of precedence, or that it did not. A value, never an error.
///
/// Raw values are stored in the trailer and on the wire; they never change.
public enum LedgerOutcome: UInt16, Sendable, CaseIterable {
    /// The operation took effect.
    case done = 1
    /// The tenant has no such line.
    case lineUnknown = 2
    /// The tenant has no such hold.
    case holdUnknown = 3
    /// The line is closed.
    case lineClosed = 4
    /// The line is blocked for this operation.
    case lineBlocked = 5
    /// The operation's currency is not the line's.
    case currencyMismatch = 6
    /// The hold was committed or released before.
    case holdEnded = 7
    /// The hold's time was over when the operation came, its expiry recorded already or not.
    case holdExpired = 8
    /// More than the hold, the debt or the arithmetic allows.
    case amountExceedsHold = 9
    /// More than the line has available.
    case limitExceeded = 10
    /// A sum would not fit 64 bits.
    case amountOverflow = 11
}
