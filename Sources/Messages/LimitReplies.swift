internal import CMessages
public import Domain
public import Ground

/// The tenant's product names by their hash: records keep only the hash.
public typealias ProductNames = [Hash128: String]

extension Codec {
    /// Appends a GetLineResponse that is written plainly; false, having appended nothing, when the
    /// line has more to say than that. `product` is the name of its product.
    public func appendPlainLineReply(
        _ image: LineImage, product: String, behind bytes: inout [UInt8]
    ) -> Bool {
        guard writesPlainly, PlainReply.canWrite(image) else { return false }
        PlainReply.append(to: &bytes) { $0.line(1, image, product: product) }
        return true
    }

    /// Appends a GetLineResponse. `blocks` are those on every line of the subject.
    public func appendLineReply(
        _ image: LineImage, blocks: [Block], names: LedgerNames, behind bytes: inout [UInt8]
    ) {
        unsafe append(Schemas.getLineResponse, to: &bytes) { reply in
            unsafe reply.line = line(image, names: names)
            guard !blocks.isEmpty else { return }
            unsafe reply.n_subject_blocks = blocks.count
            unsafe reply.subject_blocks = self.blocks(blocks)
        }
    }

    /// GetHoldResponse.
    public func holdReply(_ image: HoldImage, names: LedgerNames) -> [UInt8] {
        unsafe encode(Schemas.getHoldResponse) { reply in
            unsafe reply.hold = hold(image, names: names)
        }
    }

    /// ListLinesResponse. `next` is what the next page begins behind; nil on the last one.
    public func linesReply(
        _ images: [LineImage], subject: SubjectImage?, next: UInt64?, names: LedgerNames
    ) -> [UInt8] {
        unsafe encode(Schemas.listLinesResponse) { reply in
            unsafe reply.n_lines = images.count
            unsafe reply.lines = list(images.count) { unsafe line(images[$0], names: names) }
            if let next { unsafe reply.next_page_token = text(String(next)) }
            guard let blocks = subject?.blocks, !blocks.isEmpty else { return }
            unsafe reply.n_subject_blocks = blocks.count
            unsafe reply.subject_blocks = self.blocks(blocks)
        }
    }

    /// ListHoldsResponse. `next` is what the next page begins behind; nil on the last one.
    public func holdsReply(
        _ images: [HoldImage], next: UInt64?, names: LedgerNames
    ) -> [UInt8] {
        unsafe encode(Schemas.listHoldsResponse) { reply in
            unsafe reply.n_holds = images.count
            unsafe reply.holds = list(images.count) { unsafe hold(images[$0], names: names) }
            if let next { unsafe reply.next_page_token = text(String(next)) }
        }
    }

    func line(
        _ image: LineImage?, names: LedgerNames
    ) -> UnsafeMutablePointer<Creditrisk__V1__Line>? {
        guard let image else { return nil }
        return unsafe make(Schemas.line) { line in
            unsafe line.line_id = Int64(image.id.rawValue)
            unsafe line.product = text(names.products[image.product] ?? "")
            unsafe line.currency = code(image.currency)
            unsafe line.limit_minor = image.limitMinor
            unsafe line.held_minor = image.heldMinor
            unsafe line.drawn_minor = image.drawnMinor
            unsafe line.available_minor = image.availableMinor
            unsafe line.version = Int64(image.version)
            unsafe line.opened_at_micros = image.openedAtMicros
            unsafe line.status = Creditrisk__V1__LineStatus(
                rawValue: UInt32(image.status.rawValue))
            unsafe line.principal_minor = image.principalMinor
            unsafe line.nominal_rate_ppm = Int64(image.nominalRatePpm)
            unsafe line.kind = Creditrisk__V1__LineKind(rawValue: UInt32(image.kind.rawValue))
            unsafe line.charges_use_limit = image.chargesUseLimit ? 1 : 0
            unsafe line.over_limit_minor = image.overLimitMinor
            if image.renewalDay > 0 {
                unsafe line.renewal_date = text(CivilDate(days: Int(image.renewalDay)).text)
            }
            if image.labels != .none {
                let texts = names.labels?.labels(of: image.labels, tenant: names.tenant) ?? []
                unsafe line.n_labels = texts.count
                unsafe line.labels = labels(texts)
            }
            if image.owedMinor > 0 {
                let debts = DebtMessage.all(of: image)
                unsafe line.n_debts = debts.count
                unsafe line.debts = self.debts(debts)
            }
            if let details = image.details { unsafe fill(&line, details) }
        }
    }

    /// What few lines have.
    private func fill(_ line: inout Creditrisk__V1__Line, _ details: LineDetails) {
        unsafe line.charges_minor = details.debt.chargesMinor
        if details.temporaryMinor > 0 {
            unsafe line.temporary_minor = details.temporaryMinor
            unsafe line.temporary_ends_at_micros = details.temporaryEndsAtMicros
        }
        unsafe line.over_limit_since_micros = details.overLimitSinceMicros
        unsafe line.n_blocks = details.blocks.count
        unsafe line.blocks = blocks(details.blocks)
        guard let price = details.pendingPrice else { return }
        unsafe line.pending_price = make(Schemas.pendingPrice) { message in
            unsafe message.nominal_rate_ppm = Int64(price.nominalRatePpm)
            unsafe message.effective_at_micros = price.effectiveAtMicros
            unsafe message.applies_to_all = price.appliesToAll ? 1 : 0
        }
    }

    func hold(
        _ image: HoldImage?, names: LedgerNames
    ) -> UnsafeMutablePointer<Creditrisk__V1__Hold>? {
        guard let image else { return nil }
        return unsafe make(Schemas.hold) { hold in
            unsafe hold.hold_id = Int64(image.id.rawValue)
            unsafe hold.line_id = Int64(image.line.rawValue)
            unsafe hold.amount_minor = image.amountMinor
            unsafe hold.committed_minor = image.committedMinor
            unsafe hold.held_minor = image.heldMinor
            unsafe hold.expires_at_micros = image.expiresAtMicros
            unsafe hold.state = Creditrisk__V1__HoldState(rawValue: UInt32(image.state.rawValue))
            guard image.labels != .none else { return }
            let texts = names.labels?.labels(of: image.labels, tenant: names.tenant) ?? []
            unsafe hold.n_labels = texts.count
            unsafe hold.labels = labels(texts)
        }
    }

    func blocks(
        _ blocks: [Block]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Creditrisk__V1__Block>?>? {
        unsafe list(blocks.count) { index in
            let block = blocks[index]
            return unsafe make(Schemas.block) { message in
                unsafe message.block_id = Int64(block.id)
                unsafe message.cause = Creditrisk__V1__BlockCause(
                    rawValue: UInt32(block.cause.rawValue))
                unsafe message.scope = Creditrisk__V1__BlockScope(
                    rawValue: UInt32(block.scope.rawValue))
                unsafe message.until_micros = block.untilMicros == .max ? 0 : block.untilMicros
                unsafe message.actor = text(block.actor)
            }
        }
    }

    func labels(
        _ texts: [LabelText]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Creditrisk__V1__Label>?>? {
        unsafe list(texts.count) { index in
            unsafe make(Schemas.label) { message in
                unsafe message.name = text(texts[index].name)
                unsafe message.value = text(texts[index].value)
            }
        }
    }

    func debts(
        _ debts: [DebtMessage]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Creditrisk__V1__Debt>?>? {
        unsafe list(debts.count) { index in
            unsafe make(Schemas.debt) { message in
                unsafe message.component = Creditrisk__V1__DebtComponent(
                    rawValue: UInt32(debts[index].step.component.rawValue))
                unsafe message.age = Creditrisk__V1__DebtAge(
                    rawValue: UInt32(debts[index].step.age.rawValue))
                unsafe message.amount_minor = debts[index].amountMinor
            }
        }
    }

    /// A currency's three letters in the arena.
    func code(_ currency: Currency) -> UnsafeMutablePointer<CChar>? {
        unsafe list(4) { place in
            place == 3 ? 0 : CChar(truncatingIfNeeded: currency.packed >> (16 - place * 8))
        }
    }
}

/// An amount of one kind of debt, or how it changed.
struct DebtMessage: Equatable {
    var step: WaterfallStep
    var amountMinor: Int64

    init(_ step: WaterfallStep, _ amountMinor: Int64) {
        self.step = step
        self.amountMinor = amountMinor
    }

    init(_ part: ReversibleEntry.Part) {
        self.init(part.step, part.amountMinor)
    }

    /// What a line owes by component and age, only what is not zero.
    static func all(of line: LineImage) -> [DebtMessage] {
        changes(from: nil, to: line)
    }

    /// How the debts of a line changed, only what is not zero. Nil is a line that was not there.
    static func changes(from before: LineImage?, to after: LineImage) -> [DebtMessage] {
        let (old, new) = (Balances(before), Balances(after))
        var found: [DebtMessage] = []
        for component in DebtComponent.allCases {
            for age in DebtAge.allCases {
                let step = WaterfallStep(component, age)
                let change = new[step] - old[step]
                if change != 0 { found.append(DebtMessage(step, change)) }
            }
        }
        return found
    }

    /// A line's debts with future principal among them.
    private struct Balances {
        private let debt: Debt
        private let futurePrincipal: Int64

        init(_ line: LineImage?) {
            debt = line?.details?.debt ?? Debt()
            futurePrincipal =
                (line?.principalMinor ?? 0) - debt[.principal, .due] - debt[.principal, .overdue]
        }

        subscript(step: WaterfallStep) -> Int64 {
            step == WaterfallStep(.principal, .future)
                ? futurePrincipal : debt[step.component, step.age]
        }
    }
}
