internal import Domain
internal import Ground
internal import Limits

extension Sequencer {
    /// A hash of everything that replay must rebuild, independent of slots and order in memory.
    func stateHash() -> SHA256Digest {
        let writer = PackedWriter()
        writer.raw(LedgerHash(ledger, sequence: lastSequence).bytes)
        writer.fixed(lastSequence)
        for hold in ledger.endedHolds { writer.fixed(hold.id.rawValue) }
        writer.varint(ledger.openHoldCount)
        writer.varint(requests.table.endNumber)
        writer.fixed(requests.table.digest)
        for block in 0..<subjects.blockCount {
            for sequence in subjects.block(block) { writer.fixed(sequence) }
        }
        for (tenant, number) in tenantSequences.all {
            writer.fixed(tenant.rawValue)
            writer.fixed(number)
        }
        return unsafe writer.withBytes(0..<writer.count) { unsafe SHA256Hasher().hash($0) }
    }
}
