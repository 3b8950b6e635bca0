internal import Domain
internal import Limits

/// Every line's balances, added up again from the records: the naive account that a journal is
/// verified with.
///
/// A record holds the image of each row after it. This keeps the last image of each line, open hold
/// and drawing, and asks of every record that a line's held amount changed by exactly what its
/// holds did, and its principal by exactly what its drawings did; at the end the ledger that was
/// rebuilt must hold the same rows. Memory: the rows once more. Thread: owned by one at a time.
struct BalanceBook {
    /// Differences that are told in words; more are only counted. Reason: one cause may show on
    /// every line.
    static let toldCountMax = 100

    private struct Key: Hashable {
        var tenant: TenantID
        var number: UInt64
    }

    private var lines: [Key: LineImage] = [:]
    /// Open ones only: an ended hold takes nothing any more.
    private var holds: [Key: HoldImage] = [:]
    /// Those of which something is left.
    private var drawings: [Key: DrawingImage] = [:]
    private(set) var differenceCount = 0
    private(set) var differences: [String] = []

    var lineCount: Int { lines.count }
    var openHoldCount: Int { holds.count }
    var drawingCount: Int { drawings.count }

    mutating func note(_ difference: String) {
        differenceCount += 1
        if differences.count < Self.toldCountMax { differences.append(difference) }
    }

    /// Adds a record; records come in order, each once.
    mutating func take(_ record: DurableRecord) {
        guard record.outcome == .done else { return }
        var held: [Key: Int64] = [:]
        for hold in record.effects.holds {
            let key = Key(tenant: hold.tenant, number: hold.id.rawValue)
            let line = Key(tenant: hold.tenant, number: hold.line.rawValue)
            held[line, default: 0] += hold.heldMinor - (holds[key]?.heldMinor ?? 0)
            holds[key] = hold.state == .held ? hold : nil
            if hold.heldMinor < 0 || hold.committedMinor > hold.amountMinor {
                note("record \(record.sequence): hold \(hold.id.rawValue) is overdrawn")
            }
        }
        var principal: [Key: Int64] = [:]
        for drawing in record.effects.drawings {
            let key = Key(tenant: drawing.tenant, number: drawing.id)
            let line = Key(tenant: drawing.tenant, number: drawing.line.rawValue)
            principal[line, default: 0] +=
                drawing.principalMinor - (drawings[key]?.principalMinor ?? 0)
            drawings[key] = drawing.principalMinor == 0 ? nil : drawing
        }
        for line in record.effects.lines {
            let key = Key(tenant: line.tenant, number: line.id.rawValue)
            compare(line, sequence: record.sequence, held: held[key], principal: principal[key])
            held[key] = nil
            principal[key] = nil
            lines[key] = line
        }
        for key in Set(held.keys).union(principal.keys)
        where held[key] ?? 0 != 0 || principal[key] ?? 0 != 0 {
            note("record \(record.sequence): line \(key.number) did not change with its holds")
        }
    }

    private mutating func compare(
        _ line: LineImage, sequence: UInt64, held: Int64?, principal: Int64?
    ) {
        let before = lines[Key(tenant: line.tenant, number: line.id.rawValue)]
        let what = "record \(sequence): line \(line.id.rawValue) of tenant \(line.tenant.rawValue)"
        let heldMinor = (before?.heldMinor ?? 0) + (held ?? 0)
        if line.heldMinor != heldMinor {
            note("\(what) holds \(line.heldMinor), its holds \(heldMinor)")
        }
        let principalMinor = (before?.principalMinor ?? 0) + (principal ?? 0)
        if line.principalMinor != principalMinor {
            note("\(what) has drawn \(line.principalMinor), its drawings \(principalMinor)")
        }
        if min(line.limitMinor, line.heldMinor, line.principalMinor) < 0 {
            note("\(what) has an amount below zero")
        }
        if let before, line.version < before.version {
            note("\(what) goes back from version \(before.version) to \(line.version)")
        }
    }

    /// Compares with the rows of a ledger that was rebuilt otherwise.
    mutating func compare(with ledger: Ledger) {
        if ledger.lineCount != lines.count {
            note("the ledger has \(ledger.lineCount) lines, the records \(lines.count)")
        }
        if ledger.openHoldCount != holds.count {
            note("the ledger has \(ledger.openHoldCount) open holds, the records \(holds.count)")
        }
        for (key, line) in lines where ledger.line(key.tenant, line.id) != line {
            note("line \(key.number) of tenant \(key.tenant.rawValue) differs from its last record")
        }
        for (key, hold) in holds where ledger.hold(key.tenant, hold.id) != hold {
            note("hold \(key.number) of tenant \(key.tenant.rawValue) differs from its last record")
        }
    }
}
