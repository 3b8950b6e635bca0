internal import Domain
internal import Limits

/// How accounts are written: everything that follows from the rows is worked out again.
extension NaiveLedger {
    /// Takes an account over after an operation changed it, and sums up what its line repeats.
    mutating func store(_ changed: OracleAccount, stamp: LedgerStamp) {
        var account = changed
        let key = OracleKey(account.line.tenant, account.line.id.rawValue)
        account.line.heldMinor = account.holds.values.reduce(0) { $0 + $1.heldMinor }
        account.line.principalMinor = account.drawings.values.reduce(0) { $0 + $1.principalMinor }
        Self.settleDetails(&account.line, stamp: stamp)
        Self.check(account.line)
        let before = accounts[key]
        portfolio.move(from: before, to: account, group: groupOf(account.line))
        accounts[key] = account
        touched.add(line: key)
    }

    /// Due principal is never more than principal; over-limit has a beginning; nothing is nil.
    static func settleDetails(_ line: inout LineImage, stamp: LedgerStamp) {
        let principalMinor = line.principalMinor
        edit(&line) { parts in
            var excess =
                parts.debt[.principal, .due] + parts.debt[.principal, .overdue] - principalMinor
            for age in [DebtAge.due, .overdue] where excess > 0 {
                let cut = min(excess, parts.debt[.principal, age])
                parts.debt[.principal, age] -= cut
                excess -= cut
            }
            if parts.temporaryMinor == 0 { parts.temporaryEndsAtMicros = 0 }
        }
        let isOver = line.overLimitMinor > 0
        edit(&line) { parts in
            if !isOver { parts.overLimitSinceMicros = 0 }
            if isOver && parts.overLimitSinceMicros == 0 {
                parts.overLimitSinceMicros = stamp.timeMicros
            }
        }
    }

    /// The invariant P1 of every line after every operation.
    static func check(_ line: LineImage) {
        let parts = DetailParts(line.details)
        for component in DebtComponent.allCases {
            for age in DebtAge.allCases {
                precondition(parts.debt[component, age] >= 0, "no debt is negative")
            }
        }
        precondition(
            line.heldMinor >= 0 && line.principalMinor >= 0 && line.limitMinor >= 0
                && parts.temporaryMinor >= 0 && line.availableMinor >= 0
                && line.overLimitMinor >= 0
                && line.availableMinor - line.overLimitMinor + line.heldMinor + line.drawnMinor
                    == line.limitMinor + parts.temporaryMinor
                && parts.debt[.principal, .due] + parts.debt[.principal, .overdue]
                    <= line.principalMinor
                && parts.debt[.principal, .future] == 0,
            "the oracle broke the invariant of line \(line.id.rawValue)")
    }

    /// Changes the rare parts of a line.
    static func edit(_ line: inout LineImage, _ body: (inout DetailParts) -> Void) {
        var parts = DetailParts(line.details)
        body(&parts)
        line.details = parts.details
    }

    /// The group of a subject; 0 is none.
    func group(of key: OracleSubject) -> UInt64 { subjects[key]?.group ?? 0 }

    /// Whether a block of the line or of its subject stops this.
    func isBlocked(_ line: LineImage, by scopes: Set<BlockScope>, stamp: LedgerStamp) -> Bool {
        let ofSubject = subjects[OracleSubject(tenant: line.tenant, subject: line.subject)]?.blocks
        return ((line.details?.blocks ?? []) + (ofSubject ?? [])).contains {
            scopes.contains($0.scope) && $0.untilMicros > stamp.expiryMicros
        }
    }

    /// The tenant's account; nil when it has none of this id.
    func account(_ id: LineID, _ stamp: LedgerStamp) -> (key: OracleKey, value: OracleAccount)? {
        let key = OracleKey(stamp.tenant, id.rawValue)
        return accounts[key].map { (key, $0) }
    }
}

/// `LineDetails` that can be edited.
struct DetailParts: Sendable {
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

    var details: LineDetails? {
        let made = LineDetails(
            debt: debt, temporaryMinor: temporaryMinor,
            temporaryEndsAtMicros: temporaryEndsAtMicros,
            overLimitSinceMicros: overLimitSinceMicros, blocks: blocks, pendingPrice: pendingPrice)
        return made.isEmpty ? nil : made
    }
}
