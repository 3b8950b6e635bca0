internal import CMessages
internal import Domain

extension Codec {
    /// BatchApplyResponse: columns instead of a message for each operation.
    func appendBatchReply(_ record: DurableRecord, behind bytes: inout [UInt8]) {
        let results = record.effects.rare.results
        let hasUnallocated = results.contains { $0.unallocatedMinor != 0 }
        unsafe append(Schemas.batchApplyResponse, to: &bytes) { reply in
            unsafe reply.first_entry_id = Int64(record.tenantSequence)
            unsafe reply.n_outcomes = results.count
            unsafe reply.outcomes = list(results.count) {
                Creditrisk__V1__LimitOutcome(rawValue: UInt32(results[$0].outcome.rawValue))
            }
            unsafe reply.n_ids = results.count
            unsafe reply.ids = list(results.count) { index in
                let result = results[index]
                let id = result.hold.rawValue != 0 ? result.hold.rawValue : result.line.rawValue
                return Int64(id)
            }
            unsafe reply.n_available_minor = results.count
            unsafe reply.available_minor = list(results.count) { results[$0].availableMinor }
            guard hasUnallocated else { return }
            unsafe reply.n_unallocated_minor = results.count
            unsafe reply.unallocated_minor = list(results.count) { results[$0].unallocatedMinor }
        }
    }
}
