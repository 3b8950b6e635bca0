internal import Domain
internal import Foundation
internal import Limits

/// Time zones as tables of offsets, made when a portfolio limit is set and journaled with it.
///
/// The machine's knowledge of zones is asked once, here: whatever it says goes into the record, so
/// replays and other machines put a hold into the same day even when zone rules change meanwhile.
enum ZoneTable {
    /// Years a table reaches beyond now; after them its last offset stays. Reason: a limit that is
    /// set again takes a new table, and none will go unchanged for so long.
    static let yearsAhead: Int64 = 40
    /// Between two looks. Reason: no zone ever changed its offset twice within two days; halving
    /// finds the second in between.
    private static let lookSeconds: Int64 = 2 * 86_400
    private static let yearSeconds: Int64 = 31_556_952

    /// The offsets of an IANA zone from 1970 to 40 years after `nowSeconds`; nil for a name that
    /// is none. Complexity: some 25,000 look-ups, 5 to 50 ms: never on a road.
    static func offsets(ofZone name: String, nowSeconds: Int64) -> ZoneOffsets? {
        guard name.utf8.count <= 64, let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ seconds: Int64) -> Int32 {
            Int32(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        }
        var steps: [ZoneOffsets.Step] = []
        var known = offset(0)
        if known != 0 { steps.append(.init(fromSeconds: 0, offsetSeconds: known)) }
        let end = nowSeconds + yearsAhead * yearSeconds
        for start in stride(from: Int64(0), to: end, by: Int(lookSeconds)) {
            let next = offset(start + lookSeconds)
            if next == known { continue }
            var (before, after) = (start, start + lookSeconds)
            while after - before > 1 {
                let middle = (before + after) / 2
                if offset(middle) == known { before = middle } else { after = middle }
            }
            known = next
            steps.append(.init(fromSeconds: after, offsetSeconds: known))
        }
        // The oldest go: what is counted lies in the present.
        return ZoneOffsets(name: name, steps: steps.suffix(ZoneOffsets.stepCountMax))
    }
}
