public import Domain

extension NaiveLedger {
    /// The open hold that is due first at a time, by the time it ends and its id.
    public func firstDueHold(atMicros micros: Int64) -> HoldImage? {
        accounts.values.flatMap { $0.holds.values }
            .filter { $0.expiresAtMicros <= micros }
            .min { left, right in
                (left.expiresAtMicros, left.tenant.rawValue, left.id.rawValue)
                    < (right.expiresAtMicros, right.tenant.rawValue, right.id.rawValue)
            }
    }

    /// Lines of which a temporary limit, a block or a price has reached its time.
    public func dueLines(atMicros micros: Int64) -> [LineImage] {
        accounts.values.map(\.line).filter { line in
            let parts = DetailParts(line.details)
            guard line.status == .open else { return false }
            return parts.temporaryMinor > 0 && parts.temporaryEndsAtMicros <= micros
                || parts.blocks.contains { $0.untilMicros <= micros }
                || (parts.pendingPrice.map { $0.effectiveAtMicros <= micros } ?? false)
        }
    }

    /// Subjects of which a block has reached its time.
    public func dueSubjects(atMicros micros: Int64) -> [SubjectImage] {
        subjects.values.filter { $0.blocks.contains { $0.untilMicros <= micros } }
    }
}

extension NaiveLedger {
    /// Open holds of a tenant.
    public func openHoldCount(_ tenant: TenantID) -> Int { openCounts[tenant] ?? 0 }

    /// Open holds of all.
    public var openHoldCount: Int { lineOfHold.count }
}
