internal import Domain
internal import Ground
internal import Limits

/// The ledger's state at a record in 32 bytes: equal hashes, equal ledgers.
///
/// Covers every line, hold, drawing, reversal, subject, portfolio limit, counter, exchange rate and
/// label set, sorted, in the form that a checkpoint has them; not requests and guards, which say
/// what may happen next and not what is.
public struct LedgerHash: Sendable, Hashable {
    /// The last record it includes.
    public var sequence: UInt64
    /// SHA-256.
    public var bytes: [UInt8]

    /// Both as given.
    public init(sequence: UInt64, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }

    /// The 32 bytes as 64 hexadecimal digits.
    public var text: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension LedgerHash {
    /// The hash of a ledger that stands still. Memory: its rows once more while they are sorted.
    init(_ ledger: Ledger, sequence: UInt64) {
        var rows = SortedRows()
        rows.begin(.lines)
        ledger.forEachLine { rows.add($0.tenant, $0.id.rawValue, $0, SequencerSection.append) }
        rows.begin(.holds)
        ledger.forEachHold { rows.add($0.tenant, $0.id.rawValue, $0, SequencerSection.append) }
        rows.begin(.drawings)
        ledger.forEachDrawing { rows.add($0.tenant, $0.id, $0, SequencerSection.append) }
        rows.begin(.reversals)
        ledger.forEachReversal { rows.add($0.tenant, $0.entry, $0, SequencerSection.append) }
        rows.begin(.knownSubjects)
        ledger.forEachSubject { rows.add($0.tenant, $0.id.hash.low, $0, SequencerSection.append) }
        rows.begin(.limits)
        ledger.portfolio.forEachLimit {
            rows.add($0.tenant, $0.id.rawValue, $0, SequencerSection.append)
        }
        rows.begin(.cells)
        ledger.portfolio.forEachCell {
            rows.add($0.tenant, $0.key.limit.rawValue, $0, SequencerSection.append)
        }
        rows.begin(.rates)
        ledger.portfolio.forEachRate {
            rows.add($0.tenant, UInt64($0.from.packed), $0, SequencerSection.append)
        }
        rows.begin(.labelSets)
        ledger.portfolio.forEachLabelSet {
            rows.add($0.tenant, UInt64($0.id.rawValue), $0, SequencerSection.append)
        }
        self.init(sequence: sequence, bytes: rows.finish().bytes)
    }

    /// Packed rows of one section after another, each section sorted by key and then by the bytes.
    private struct SortedRows {
        private struct Row {
            var tenant: UInt32
            var number: UInt64
            var range: Range<Int>
        }
        private var rows: [Row] = []
        private let writer = PackedWriter()
        private let hasher = SHA256Hasher()

        init() { hasher.begin() }

        mutating func begin(_ section: SequencerSection) {
            hashRows()
            let name = Array(section.rawValue.utf8)
            hasher.update(name[...])
        }

        mutating func add<Image>(
            _ tenant: TenantID, _ number: UInt64, _ image: Image,
            _ append: (Image, PackedWriter) -> Void
        ) {
            let start = writer.count
            append(image, writer)
            rows.append(
                Row(tenant: tenant.rawValue, number: number, range: start..<writer.count))
        }

        private mutating func hashRows() {
            let bytes = writer.array()
            rows.sort { left, right in
                if left.tenant != right.tenant { return left.tenant < right.tenant }
                if left.number != right.number { return left.number < right.number }
                return bytes[left.range].lexicographicallyPrecedes(bytes[right.range])
            }
            for row in rows { hasher.update(bytes[row.range]) }
            rows = []
            writer.removeAll()
        }

        mutating func finish() -> SHA256Digest {
            hashRows()
            return hasher.finish()
        }
    }
}
