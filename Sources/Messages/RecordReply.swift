internal import CMessages
public import Domain

extension Codec {
    /// The reply that a record stands for: the first caller gets it, and every repeat of the
    /// request gets the same bytes.
    ///
    /// The worker's part of the reply is in the body; the number, time, outcome and balances that
    /// the sequencer added are appended as further fields of the same message.
    /// Errors: `MessageFault` when the stored body is damaged.
    public func reply(
        to record: DurableRecord, names: LedgerNames
    ) throws(MessageFault) -> [UInt8] {
        var bytes: [UInt8] = []
        try appendReply(to: record, names: names, behind: &bytes)
        return bytes
    }

    /// Appends what `reply` gives: the replies of a batch lie in one piece of memory.
    public func appendReply(
        to record: DurableRecord, names: LedgerNames, behind bytes: inout [UInt8]
    ) throws(MessageFault) {
        switch record.type {
        case .featuresRegistered, .featuresPut, .linksPut:
            bytes += try RecordBody.part(.response, of: record.body)
        case .entityMarked:
            unsafe append(Schemas.markEntityResponse, to: &bytes) { reply in
                unsafe reply.sequence = Int64(record.tenantSequence)
            }
        case .decision:
            bytes += try RecordBody.part(.response, of: record.body)
            unsafe append(Schemas.evaluateResponse, to: &bytes) { reply in
                unsafe reply.decision_id = Int64(record.tenantSequence)
                unsafe reply.decided_at_micros = record.timeMicros
                unsafe reply.hold = hold(record.effects.holds.last, names: names)
                unsafe reply.line = line(record.effects.lines.last, names: names)
            }
        case .lineOpened, .holdPlaced, .holdCommitted, .holdReleased, .holdExtended:
            LedgerReply(self, record, names).ofHold(behind: &bytes)
        case .repaid, .charged, .reclassified, .entryReversed, .writtenOff, .lineClosed:
            LedgerReply(self, record, names).ofMoney(behind: &bytes)
        case .limitChanged, .temporaryLimitSet, .repriced, .renewed, .frozen, .unfrozen:
            LedgerReply(self, record, names).ofTerms(behind: &bytes)
        case .batchApplied:
            appendBatchReply(record, behind: &bytes)
        case .portfolioLimitSet, .portfolioLimitPaused, .exchangeRateSet, .groupSet:
            appendPortfolioReply(record, names: names, behind: &bytes)
        case .holdExpired, .lineTimeCame, .subjectTimeCame, .portfolioCounted:
            preconditionFailure("nobody asked for the sequencer's own records")
        }
    }

    /// GetDecisionResponse of a decision's record.
    public func decisionReply(
        _ record: DurableRecord, names: LedgerNames
    ) throws(MessageFault) -> [UInt8] {
        let body = try openRecordBody(record.body.span)
        let answered = try reply(to: record, names: names)
        let prefix = nested(1, body.request) + nested(2, answered)
        return unsafe encode(Schemas.getDecisionResponse, after: prefix) { reply in
            guard let inputs = body.inputs else { return }
            unsafe reply.inputs = columns(ids: inputs.featureIDs, values: inputs.values)
        }
    }

    /// A message's bytes as field `number` of an outer message: tag, length, bytes.
    private func nested(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var field: [UInt8] = [number << 3 | 2]
        var length = UInt64(bytes.count)
        while length >= 0x80 {
            field.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        field.append(UInt8(length))
        return field + bytes
    }
}
