internal import Domain

/// Values that arrived together for one subject.
struct FeatureColumns {
    let ids: [FeatureID]
    let values: [Double]
    let asOfMicros: Int64
}

extension FeatureRow {
    /// Spare stamps of a new row. Reason: most rows hear from a handful of sources, so the next
    /// few arrivals need no new block.
    static let stampSpare = 4

    /// A row of a subject seen for the first time.
    static func made(
        tenant: TenantID, subject: SubjectID, columns: FeatureColumns, sequence: UInt64
    ) -> FeatureRow {
        let row = FeatureRow(
            tenant: tenant, subject: subject, lastSequence: sequence,
            words: bitmap(of: columns.ids, atLeast: []), stamps: [columns.asOfMicros],
            stampCapacity: 1 + stampSpare)
        for place in 0..<row.valueCount { row.setStampIndex(0, at: place) }
        row.write(columns, stampIndex: 0)
        return row
    }

    /// Takes the columns in where they are; false when the row needs another block first.
    func merge(_ columns: FeatureColumns, sequence: UInt64) -> Bool {
        guard columns.ids.allSatisfy({ place(of: Int($0.rawValue)) != nil }) else { return false }
        let known = (0..<stampCount).last { stamp($0) == columns.asOfMicros }
        guard let index = known ?? appendStamp(columns.asOfMicros) else { return false }
        write(columns, stampIndex: index)
        lastSequence = sequence
        return true
    }

    /// A new block with room for the columns and their stamp, and with the columns in it.
    ///
    /// Stamps that no value uses any more are left out. The caller frees the old block.
    func rebuilt(with columns: FeatureColumns, sequence: UInt64) -> FeatureRow {
        var remap = [Int](repeating: -1, count: stampCount)
        for place in 0..<valueCount { remap[stampIndex(at: place)] = 0 }
        var stamps: [Int64] = []
        for index in 0..<stampCount where remap[index] == 0 {
            remap[index] = stamps.count
            stamps.append(stamp(index))
        }
        let incoming: Int
        if let known = stamps.lastIndex(of: columns.asOfMicros) {
            incoming = known
        } else {
            incoming = stamps.count
            stamps.append(columns.asOfMicros)
        }
        let row = FeatureRow(
            tenant: tenant, subject: subject, lastSequence: sequence,
            words: Self.bitmap(of: columns.ids, atLeast: (0..<wordCount).map(word)),
            stamps: stamps, stampCapacity: stamps.count + Self.stampSpare)
        var old = 0
        var new = 0
        for index in 0..<row.wordCount {
            let before = index < wordCount ? word(index) : 0
            let after = row.word(index)
            if before == after {
                let count = before.nonzeroBitCount
                row.copyValues(count, from: self, at: old, to: new)
                for offset in 0..<count {
                    row.setStampIndex(remap[stampIndex(at: old + offset)], at: new + offset)
                }
                old += count
                new += count
                continue
            }
            var bits = after
            while bits != 0 {
                let bit = bits & (0 &- bits)
                if before & bit != 0 {
                    row.setValue(value(at: old), at: new)
                    row.setStampIndex(remap[stampIndex(at: old)], at: new)
                    old += 1
                } else {
                    row.setStampIndex(incoming, at: new)
                }
                new += 1
                bits ^= bit
            }
        }
        row.write(columns, stampIndex: incoming)
        return row
    }

    /// Writes each value unless the one there is from a later instant.
    private func write(_ columns: FeatureColumns, stampIndex: Int) {
        for index in columns.ids.indices {
            guard let place = place(of: Int(columns.ids[index].rawValue)) else {
                preconditionFailure("the bitmap holds every feature being written")
            }
            guard stamp(self.stampIndex(at: place)) <= columns.asOfMicros else { continue }
            setValue(columns.values[index], at: place)
            setStampIndex(stampIndex, at: place)
        }
    }

    private static func bitmap(of ids: [FeatureID], atLeast words: [UInt64]) -> [UInt64] {
        var words = words
        for id in ids {
            let feature = Int(id.rawValue)
            precondition(feature < FeatureRegistry.featureCountMax, "feature numbers are 13 bits")
            while words.count <= feature >> 6 { words.append(0) }
            words[feature >> 6] |= 1 << UInt64(feature & 63)
        }
        return words
    }

    /// The feature numbers present, ascending.
    var ids: [FeatureID] {
        var ids: [FeatureID] = []
        ids.reserveCapacity(valueCount)
        for index in 0..<wordCount {
            var bits = word(index)
            while bits != 0 {
                ids.append(FeatureID(UInt16(index * 64 + bits.trailingZeroBitCount)))
                bits &= bits - 1
            }
        }
        return ids
    }
}
