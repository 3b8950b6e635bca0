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
        to record: DurableRecord, products: ProductNames
    ) throws(MessageFault) -> [UInt8] {
        switch record.type {
        case .featuresRegistered, .featuresPut, .linksPut:
            return try RecordBody.part(.response, of: record.body)
        case .entityMarked:
            return unsafe encode(Schemas.markEntityResponse) { reply in
                unsafe reply.sequence = Int64(record.tenantSequence)
            }
        case .decision:
            return decisionReply(
                try RecordBody.part(.response, of: record.body), record: record,
                products: products)
        case .lineOpened, .holdPlaced, .holdCommitted, .holdReleased, .holdExpired, .repaid:
            return limitReply(record, products: products)
        }
    }

    private func limitReply(_ record: DurableRecord, products: ProductNames) -> [UInt8] {
        let outcome = Creditrisk__V1__LimitOutcome(rawValue: UInt32(record.outcome.rawValue))
        let lineImage = record.effects.lines.last
        let holdImage = record.effects.holds.last
        switch record.type {
        case .lineOpened:
            return unsafe encode(Schemas.openLineResponse) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line(lineImage, products: products)
            }
        case .holdPlaced:
            return unsafe encode(Schemas.reserveResponse) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold(holdImage)
                unsafe reply.line = line(lineImage, products: products)
            }
        case .holdCommitted:
            return unsafe encode(Schemas.commitResponse) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold(holdImage)
                unsafe reply.line = line(lineImage, products: products)
            }
        case .repaid:
            return unsafe encode(Schemas.repayResponse) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line(lineImage, products: products)
                unsafe reply.unallocated_minor = record.effects.unallocatedMinor
            }
        default:
            return unsafe encode(Schemas.releaseResponse) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold(holdImage)
                unsafe reply.line = line(lineImage, products: products)
            }
        }
    }

    private func decisionReply(
        _ planned: [UInt8], record: DurableRecord, products: ProductNames
    ) -> [UInt8] {
        unsafe encode(Schemas.evaluateResponse, after: planned) { reply in
            unsafe reply.decision_id = Int64(record.tenantSequence)
            unsafe reply.decided_at_micros = record.timeMicros
            unsafe reply.hold = hold(record.effects.holds.last)
            unsafe reply.line = line(record.effects.lines.last, products: products)
        }
    }

    /// GetDecisionResponse of a decision's record.
    public func decisionReply(
        _ record: DurableRecord, products: ProductNames
    ) throws(MessageFault) -> [UInt8] {
        let body = try openRecordBody(record.body.span)
        let answered = try reply(to: record, products: products)
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
