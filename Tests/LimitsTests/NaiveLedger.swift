import Domain

/// The obvious ledger: dictionaries, a sweep for expiries, a copy to undo. The oracle.
struct NaiveLedger {
    struct Key: Hashable {
        var tenant: TenantID
        var number: UInt64
    }
    var lines: [Key: LineImage] = [:]
    var holds: [Key: HoldImage] = [:]
    var ended: [Key] = []
    var endedHoldCountMax: Int

    mutating func apply(
        _ operations: [LedgerOperation], tenant: TenantID, number: UInt64, sequence: UInt64,
        timeMicros: Int64
    ) -> (outcome: LedgerOutcome, lines: [LineImage], holds: [HoldImage], unallocatedMinor: Int64) {
        let before = self
        var touchedLines: [Key] = []
        var touchedHolds: [Key] = []
        var unallocated: Int64 = 0
        for operation in operations {
            let step = perform(
                operation, tenant: tenant, number: number, timeMicros: timeMicros,
                unallocated: &unallocated)
            guard step.outcome == .done else {
                self = before
                return (
                    step.outcome, step.line.flatMap { lines[$0] }.map { [$0] } ?? [],
                    step.hold.flatMap { holds[$0] }.map { [$0] } ?? [], 0
                )
            }
            if let line = step.line, !touchedLines.contains(line) { touchedLines.append(line) }
            if let hold = step.hold, !touchedHolds.contains(hold) { touchedHolds.append(hold) }
        }
        for key in touchedLines {
            lines[key]?.version += 1
            lines[key]?.lastSequence = sequence
        }
        for key in touchedHolds { holds[key]?.lastSequence = sequence }
        for key in touchedHolds.sorted(by: { $0.number < $1.number })
        where holds[key]?.state != .held {
            ended.append(key)
        }
        let images = (
            LedgerOutcome.done, touchedLines.compactMap { lines[$0] },
            touchedHolds.compactMap { holds[$0] }, unallocated
        )
        while ended.count > endedHoldCountMax { holds[ended.removeFirst()] = nil }
        return images
    }

    private typealias Answer = (outcome: LedgerOutcome, line: Key?, hold: Key?)

    private mutating func perform(
        _ operation: LedgerOperation, tenant: TenantID, number: UInt64, timeMicros: Int64,
        unallocated: inout Int64
    ) -> Answer {
        let own = Key(tenant: tenant, number: number)
        switch operation {
        case .openLine(let subject, let product, let currency, let limitMinor):
            lines[own] = LineImage(
                id: LineID(number), tenant: tenant, subject: subject, product: product,
                currency: currency, status: .open, version: 0, limitMinor: limitMinor,
                heldMinor: 0, drawnMinor: 0, openedAtMicros: timeMicros, lastSequence: 0)
            return (.done, own, nil)
        case .reserve(let reference, let amountMinor, let currency, let expiresAtMicros):
            var key = own
            if case .existing(let id) = reference {
                key = Key(tenant: tenant, number: id.rawValue)
            }
            guard let line = lines[key] else { return (.lineUnknown, nil, nil) }
            if line.status == .closed { return (.lineClosed, key, nil) }
            if line.currency != currency { return (.currencyMismatch, key, nil) }
            if expiresAtMicros <= timeMicros { return (.holdExpired, key, nil) }
            if amountMinor > line.limitMinor - line.heldMinor - line.drawnMinor {
                return (.limitExceeded, key, nil)
            }
            lines[key]?.heldMinor += amountMinor
            holds[own] = HoldImage(
                id: HoldID(number), tenant: tenant, line: line.id, state: .held,
                amountMinor: amountMinor, committedMinor: 0, heldMinor: amountMinor,
                expiresAtMicros: expiresAtMicros)
            return (.done, key, own)
        case .commit(let id, let amountMinor, let currency, let keepsRest):
            return change(id, currency: currency, tenant: tenant, timeMicros: timeMicros) {
                line, hold in
                guard amountMinor <= hold.heldMinor else { return .amountExceedsHold }
                line.heldMinor -= hold.heldMinor
                line.drawnMinor += amountMinor
                hold.committedMinor += amountMinor
                hold.heldMinor -= amountMinor
                if !keepsRest { hold.heldMinor = 0 }
                if hold.heldMinor == 0 { hold.state = .committed }
                line.heldMinor += hold.heldMinor
                return .done
            }
        case .release(let id):
            return change(id, tenant: tenant, timeMicros: timeMicros) { line, hold in
                line.heldMinor -= hold.heldMinor
                hold.heldMinor = 0
                hold.state = .released
                return .done
            }
        case .repay(let id, let amountMinor, let currency):
            let key = Key(tenant: tenant, number: id.rawValue)
            guard let line = lines[key] else { return (.lineUnknown, nil, nil) }
            if line.currency != currency { return (.currencyMismatch, key, nil) }
            let paid = min(line.drawnMinor, amountMinor)
            lines[key]?.drawnMinor -= paid
            unallocated += amountMinor - paid
            return (.done, key, nil)
        case .expire(let id):
            return change(id, tenant: tenant, timeMicros: .min) { line, hold in
                line.heldMinor -= hold.heldMinor
                hold.heldMinor = 0
                hold.state = .expired
                return .done
            }
        }
    }

    private mutating func change(
        _ id: HoldID, currency: Currency? = nil, tenant: TenantID, timeMicros: Int64,
        _ body: (inout LineImage, inout HoldImage) -> LedgerOutcome
    ) -> Answer {
        let key = Key(tenant: tenant, number: id.rawValue)
        guard var hold = holds[key] else { return (.holdUnknown, nil, nil) }
        let lineKey = Key(tenant: tenant, number: hold.line.rawValue)
        guard var line = lines[lineKey] else { return (.lineUnknown, nil, nil) }
        if line.status == .closed { return (.lineClosed, lineKey, key) }
        if let currency, currency != line.currency { return (.currencyMismatch, lineKey, key) }
        if hold.state == .committed || hold.state == .released { return (.holdEnded, lineKey, key) }
        if hold.state == .expired || hold.expiresAtMicros <= timeMicros {
            return (.holdExpired, lineKey, key)
        }
        let outcome = body(&line, &hold)
        if outcome == .done {
            lines[lineKey] = line
            holds[key] = hold
        }
        return (outcome, lineKey, key)
    }

    /// The open hold whose time is over first.
    func firstDue(atMicros micros: Int64) -> Int64? {
        holds.values.filter { $0.state == .held && $0.expiresAtMicros <= micros }
            .map(\.expiresAtMicros).min()
    }
}
