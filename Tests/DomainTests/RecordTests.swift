import Ground
import Testing

@testable import Domain

@Suite struct RecordTests {
    private let record = DurableRecord(
        type: .holdPlaced, tenant: TenantID(1), sequence: 2, tenantSequence: 3, timeMicros: 4,
        keyID: 5, outcome: .done, subject: SubjectID(Hash128(high: 6, low: 7)),
        effects: LedgerEffects(), body: [8])

    /// A copy shares its memory until one of both is changed.
    @Test func changingACopyLeavesTheOther() {
        var copy = record
        copy.body.append(9)
        copy.effects.unallocatedMinor = 10
        copy.tenantSequenceCount = 11
        copy.type = .batchApplied
        #expect(record.body == [8] && record.effects.unallocatedMinor == 0)
        #expect(record.tenantSequenceCount == 1 && record.type == .holdPlaced)
        #expect(copy.body == [8, 9] && copy.effects.unallocatedMinor == 10)
        #expect(copy.tenantSequenceCount == 11 && copy.type == .batchApplied)
        #expect(copy.sequence == 2 && copy.tenantSequence == 3 && copy.timeMicros == 4)
        #expect(copy.subject == record.subject && copy.keyID == 5 && copy.outcome == .done)
    }
}
