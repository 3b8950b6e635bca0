import Domain
import Ground
import Testing

@testable import Limits

@Suite struct LedgerMemoryTests {
    /// What `LineRow` and `HoldRow` draw: 147 to 152 bytes a line, 85 to 88 a hold, at any number.
    @Test func aLineAndAHoldCostWhatIsDrawn() {
        #expect(MemoryLayout<LineRow>.stride == 136 && MemoryLayout<HoldRow>.stride == 80)
        let rows = LedgerRows()
        var line = LineRow.vacant
        var hold = HoldRow.vacant
        for number in UInt64(1)...120_000 {
            line.image.id = LineID(number)
            line.image.tenant = TenantID(1)
            line.image.subject = SubjectID(Hash128(high: 1, low: number))
            rows.linkToSubject(rows.lines.restore(line))
            hold.image.id = HoldID(number)
            hold.image.tenant = TenantID(1)
            _ = rows.holds.restore(hold)
            // Small parts are seldom full at the same time; a page of each stripe is begun.
            guard number >= 20_000, number % 4_000 == 0 else { continue }
            let memory = rows.memory
            let count = Double(number)
            let page = 64.0 * 256
            let note = Comment(rawValue: "\(number) lines: \(memory)")
            #expect(memory.lineRows >= 136 * Int(number), note)
            #expect(Double(memory.lineRows) <= 136 * (count + page), note)
            #expect(Double(memory.holdRows) <= 80 * (count + page), note)
            for index in [memory.lineIndex, memory.subjectIndex, memory.holdIndex] {
                #expect((5.3...8.0).contains(Double(index) / count), note)
            }
            #expect(memory.inFlight == 3 * 64 * 8 * 4, note)
        }
    }
}
