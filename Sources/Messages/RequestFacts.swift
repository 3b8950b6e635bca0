internal import CMessages
internal import Domain

/// What a statement says of the request that made a record.
///
/// Safe because its pointers lead into the codec's arena, and who asks for it encodes his reply
/// before the next reset.
@safe
struct RequestFacts {
    /// One operation of a batch.
    struct Operation {
        var action: UInt32
        var amountMinor: Int64
        var component: UInt32
        var age: UInt32
    }

    var attribution: UnsafeMutablePointer<Creditrisk__V1__Attribution>?
    /// The customer's consent or the notice.
    var reference: UnsafeMutablePointer<CChar>?
    var reversedEntry: Int64 = 0
    var reversalKind: UInt32 = 0
    /// Of a charge: what was posted.
    var charge: Operation?
    /// Of a batch, in order.
    var operations: [Operation] = []
}

extension Codec {
    /// Unpacks a record's request into the arena; what is returned lives until its next reset.
    ///
    /// Errors: `MessageFault` when the stored request is damaged.
    func facts(
        _ type: RecordType, _ request: [UInt8]
    ) throws(MessageFault) -> RequestFacts {
        guard !request.isEmpty else { return RequestFacts() }
        switch type {
        case .lineOpened, .holdPlaced, .holdCommitted, .holdReleased, .holdExtended:
            return try holdFacts(type, request)
        case .charged, .reclassified, .repaid, .entryReversed, .writtenOff, .lineClosed:
            return try moneyFacts(type, request)
        case .limitChanged, .temporaryLimitSet, .repriced, .renewed, .frozen, .unfrozen, .groupSet:
            return try termFacts(type, request)
        case .batchApplied:
            return try batchFacts(request)
        default:
            return RequestFacts()
        }
    }

    private func unpacked<Message>(
        _ schema: Schema<Message>, _ request: [UInt8]
    ) throws(MessageFault) -> UnsafeMutablePointer<Message> {
        // The bytes are copied into the arena, so nothing points into the array afterwards.
        let bytes = unsafe arena.allocate(byteCount: max(1, request.count))
        guard let bytes = unsafe bytes else {
            throw MessageFault(.messageMalformed, field: "", "the request does not fit the arena")
        }
        unsafe bytes.copyMemory(from: request, byteCount: request.count)
        return unsafe try schema.unpack(
            UnsafeRawBufferPointer(start: bytes, count: request.count), in: arena)
    }

    private func holdFacts(
        _ type: RecordType, _ request: [UInt8]
    ) throws(MessageFault) -> RequestFacts {
        var facts = RequestFacts()
        unsafe facts.attribution =
            switch type {
            case .lineOpened:
                unsafe try unpacked(Schemas.openLineRequest, request).pointee.attribution
            case .holdPlaced:
                unsafe try unpacked(Schemas.reserveRequest, request).pointee.attribution
            case .holdCommitted:
                unsafe try unpacked(Schemas.commitRequest, request).pointee.attribution
            case .holdExtended:
                unsafe try unpacked(Schemas.extendHoldRequest, request).pointee.attribution
            default:
                unsafe try unpacked(Schemas.releaseRequest, request).pointee.attribution
            }
        return facts
    }

    private func moneyFacts(
        _ type: RecordType, _ request: [UInt8]
    ) throws(MessageFault) -> RequestFacts {
        var facts = RequestFacts()
        switch type {
        case .charged, .reclassified:
            let message = unsafe try unpacked(Schemas.postChargeRequest, request)
            unsafe facts.attribution = message.pointee.attribution
            unsafe facts.charge = RequestFacts.Operation(
                action: 0, amountMinor: message.pointee.amount?.pointee.amount_minor ?? 0,
                component: message.pointee.component.rawValue, age: message.pointee.age.rawValue)
        case .entryReversed:
            let message = unsafe try unpacked(Schemas.reverseEntryRequest, request)
            unsafe facts.attribution = message.pointee.attribution
            unsafe facts.reversedEntry = message.pointee.entry_id
            unsafe facts.reversalKind = message.pointee.kind.rawValue
        case .repaid:
            unsafe facts.attribution =
                try unpacked(Schemas.repayRequest, request).pointee.attribution
        case .writtenOff:
            unsafe facts.attribution =
                try unpacked(Schemas.writeOffRequest, request).pointee.attribution
        default:
            unsafe facts.attribution =
                try unpacked(Schemas.closeLineRequest, request).pointee.attribution
        }
        return facts
    }

    private func termFacts(
        _ type: RecordType, _ request: [UInt8]
    ) throws(MessageFault) -> RequestFacts {
        var facts = RequestFacts()
        switch type {
        case .limitChanged:
            let message = unsafe try unpacked(Schemas.changeLimitRequest, request)
            unsafe facts.attribution = message.pointee.attribution
            unsafe facts.reference = message.pointee.consent_ref
        case .temporaryLimitSet:
            let message = unsafe try unpacked(Schemas.setTemporaryLimitRequest, request)
            unsafe facts.attribution = message.pointee.attribution
            unsafe facts.reference = message.pointee.consent_ref
        case .repriced:
            let message = unsafe try unpacked(Schemas.repriceRequest, request)
            unsafe facts.attribution = message.pointee.attribution
            unsafe facts.reference = message.pointee.notice_ref
        case .renewed:
            let message = unsafe try unpacked(Schemas.renewRequest, request)
            unsafe facts.attribution = message.pointee.attribution
            unsafe facts.reference = message.pointee.consent_ref
        case .frozen:
            unsafe facts.attribution =
                try unpacked(Schemas.freezeRequest, request).pointee.attribution
        case .unfrozen:
            unsafe facts.attribution =
                try unpacked(Schemas.unfreezeRequest, request).pointee.attribution
        default:
            unsafe facts.attribution =
                try unpacked(Schemas.setCustomerGroupRequest, request).pointee.attribution
        }
        return facts
    }

    private func batchFacts(_ request: [UInt8]) throws(MessageFault) -> RequestFacts {
        let message = unsafe try unpacked(Schemas.batchApplyRequest, request)
        var facts = RequestFacts()
        unsafe facts.attribution = message.pointee.attribution
        let count = unsafe message.pointee.n_operations
        facts.operations.reserveCapacity(count)
        for index in 0..<count {
            guard let operation = unsafe message.pointee.operations[index] else { continue }
            unsafe facts.operations.append(
                RequestFacts.Operation(
                    action: operation.pointee.action.rawValue,
                    amountMinor: operation.pointee.amount_minor,
                    component: operation.pointee.component.rawValue,
                    age: operation.pointee.age.rawValue))
        }
        return facts
    }
}
