internal import CMessages
internal import Domain

/// The reply of a call on a line, from its record alone.
struct LedgerReply {
    private let codec: Codec
    private let record: DurableRecord
    private let names: LedgerNames
    private let outcome: Creditrisk__V1__LimitOutcome

    init(_ codec: Codec, _ record: DurableRecord, _ names: LedgerNames) {
        self.codec = codec
        self.record = record
        self.names = names
        outcome = Creditrisk__V1__LimitOutcome(rawValue: UInt32(record.outcome.rawValue))
    }

    /// The entry's number, unless it was refused.
    private var entry: Int64 { record.outcome == .done ? Int64(record.tenantSequence) : 0 }

    private func line() -> UnsafeMutablePointer<Creditrisk__V1__Line>? {
        unsafe codec.line(record.effects.lines.last, names: names)
    }

    private func hold() -> UnsafeMutablePointer<Creditrisk__V1__Hold>? {
        unsafe codec.hold(record.effects.holds.last, names: names)
    }

    private func refusal() -> UnsafeMutablePointer<Creditrisk__V1__PortfolioRefusal>? {
        guard let refusal = record.effects.rare.refusal else { return nil }
        return unsafe codec.make(Schemas.portfolioRefusal) { message in
            unsafe message.portfolio_limit_id = Int64(refusal.limit.rawValue)
            unsafe message.available = refusal.available
            guard refusal.missingDimension != 0 else { return }
            unsafe message.missing_label = codec.text(names.dimension(refusal.missingDimension))
        }
    }

    /// Writes outcome, hold and line of a Reserve plainly, if they can be.
    private func appendPlain(behind bytes: inout [UInt8]) -> Bool {
        let (hold, line) = (record.effects.holds.last, record.effects.lines.last)
        guard codec.writesPlainly, record.effects.rare.refusal == nil,
            line.map(PlainReply.canWrite) ?? true, hold.map(PlainReply.canWrite) ?? true
        else { return false }
        PlainReply.append(to: &bytes) { reply in
            reply.number(1, Int64(record.outcome.rawValue))
            if let hold { reply.hold(2, hold) }
            if let line { reply.line(3, line, product: names.products[line.product] ?? "") }
        }
        return true
    }

    /// OpenLine, Reserve, Commit, Release, ExtendHold.
    func ofHold(behind bytes: inout [UInt8]) {
        switch record.type {
        case .lineOpened:
            unsafe codec.append(Schemas.openLineResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.refusal = refusal()
            }
        case .holdPlaced:
            if appendPlain(behind: &bytes) { return }
            unsafe codec.append(Schemas.reserveResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold()
                unsafe reply.line = line()
                unsafe reply.refusal = refusal()
            }
        case .holdCommitted:
            unsafe codec.append(Schemas.commitResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold()
                unsafe reply.line = line()
                unsafe reply.entry_id = entry
            }
        case .holdExtended:
            unsafe codec.append(Schemas.extendHoldResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold()
                unsafe reply.line = line()
            }
        default:
            unsafe codec.append(Schemas.releaseResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.hold = hold()
                unsafe reply.line = line()
            }
        }
    }

    /// Repay, PostCharge, ReverseEntry, WriteOff, CloseLine.
    func ofMoney(behind bytes: inout [UInt8]) {
        let parts = record.effects.rare.parts.map(DebtMessage.init)
        switch record.type {
        case .repaid:
            unsafe codec.append(Schemas.repayResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.unallocated_minor = record.effects.unallocatedMinor
                unsafe reply.n_paid = parts.count
                unsafe reply.paid = codec.debts(parts)
                unsafe reply.entry_id = entry
            }
        case .entryReversed:
            unsafe codec.append(Schemas.reverseEntryResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.unallocated_minor = record.effects.unallocatedMinor
                unsafe reply.n_moved = parts.count
                unsafe reply.moved = codec.debts(parts)
                unsafe reply.entry_id = entry
            }
        case .writtenOff:
            let released = releasedHolds()
            unsafe codec.append(Schemas.writeOffResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.n_given_up = parts.count
                unsafe reply.given_up = codec.debts(parts)
                unsafe reply.n_released_hold_ids = released.count
                unsafe reply.released_hold_ids = codec.list(released.count) { released[$0] }
            }
        case .lineClosed:
            unsafe codec.append(Schemas.closeLineResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
            }
        default:
            unsafe codec.append(Schemas.postChargeResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.entry_id = entry
            }
        }
    }

    /// ChangeLimit, SetTemporaryLimit, Reprice, Renew, Freeze, Unfreeze.
    func ofTerms(behind bytes: inout [UInt8]) {
        switch record.type {
        case .limitChanged:
            unsafe codec.append(Schemas.changeLimitResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.refusal = refusal()
            }
        case .temporaryLimitSet:
            unsafe codec.append(Schemas.setTemporaryLimitResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.refusal = refusal()
            }
        case .renewed:
            unsafe codec.append(Schemas.renewResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
                unsafe reply.refusal = refusal()
            }
        case .repriced:
            unsafe codec.append(Schemas.repriceResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                unsafe reply.line = line()
            }
        case .frozen:
            let released = releasedHolds()
            unsafe codec.append(Schemas.freezeResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                if !isOfSubject { unsafe reply.line = line() }
                unsafe reply.block_id = entry
                unsafe reply.n_released_hold_ids = released.count
                unsafe reply.released_hold_ids = codec.list(released.count) { released[$0] }
            }
        default:
            unsafe codec.append(Schemas.unfreezeResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                if !isOfSubject { unsafe reply.line = line() }
            }
        }
    }

    /// Whether a block is a subject's: the record then has that subject's image.
    private var isOfSubject: Bool { !record.effects.rare.subjects.isEmpty }

    private func releasedHolds() -> [Int64] {
        guard record.outcome == .done else { return [] }
        return record.effects.holds.filter { $0.state == .released }.map { Int64($0.id.rawValue) }
    }
}
