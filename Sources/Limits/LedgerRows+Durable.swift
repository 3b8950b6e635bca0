public import Domain
internal import Ground

extension LedgerRows {
    /// Holds that one answer lists. Reason: the line's stripe is locked while it is put together.
    public static let listedHoldCountMax = 1_024

    /// The tenant's line as it is durable, or nil when it has none of this id. Some 50 ns.
    public func durableLine(_ tenant: TenantID, _ id: LineID) -> LineImage? {
        let key = RowKey(tenant, id.rawValue)
        return lines.stripe(key).durable(key)
    }

    /// The tenant's hold as it is durable, or nil when it has none of this id or it ended long ago.
    public func durableHold(_ tenant: TenantID, _ id: HoldID) -> HoldImage? {
        let key = RowKey(tenant, id.rawValue)
        return holds.stripe(key).durable(key)
    }

    /// What is known of a subject beside its lines, as it is durable; nil for most subjects.
    public func durableSubject(_ tenant: TenantID, _ id: SubjectID) -> SubjectImage? {
        let key = RowKey(tenant, id)
        return subjects.stripe(key).durable(key)
    }

    /// The subject's lines as they are durable, newest first, closed ones too.
    ///
    /// Each line is one that was durable when it was looked at; a line whose opening becomes
    /// durable meanwhile may be missing.
    public func durableLines(_ tenant: TenantID, of subject: SubjectID) -> [LineImage] {
        let key = RowKey(tenant, subject)
        let mixed = key.mixed
        let part = subjectLines[Int(truncatingIfNeeded: mixed &>> 58)]
        return part.lock.withLock { _ in
            var images: [LineImage] = []
            let newest = part.index.find(mixed) { slot in
                let stripe = lines.stripe(slot)
                return stripe.lock.withLock { _ in
                    stripe.table[slot &>> 6].image.tenant == tenant
                        && stripe.table[slot &>> 6].image.subject == subject
                }
            }
            var next = newest.map(UInt32.init) ?? Link.none
            while next != Link.none {
                let slot = Int(next)
                if let image = lines.stripe(slot).durable(at: slot &>> 6) { images.append(image) }
                // The subject's lock, which is held, guards this link.
                next = lines.with(slot) { $0.nextOfSubject }
            }
            return images
        }
    }

    /// The line's open holds as they are durable, newest first, at most `countMax`.
    ///
    /// Those with an id below `before` only: with the last id of one answer the next one begins.
    public func durableHolds(
        _ tenant: TenantID, of line: LineID, before: HoldID? = nil,
        countMax: Int = LedgerRows.listedHoldCountMax
    ) -> [HoldImage] {
        let key = RowKey(tenant, line.rawValue)
        let stripe = lines.stripe(key)
        return stripe.lock.withLock { _ in
            guard let slot = stripe.table.slot(key) else { return [] }
            var images: [HoldImage] = []
            var next = stripe.table[slot].firstHold
            while next != Link.none && images.count < countMax {
                let place = Int(next)
                if let image = holds.stripe(place).durable(at: place &>> 6), image.state == .held,
                    before.map({ image.id.rawValue < $0.rawValue }) ?? true
                {
                    images.append(image)
                }
                // The line's lock, which is held, guards this link.
                next = holds.with(place) { $0.nextOfLine }
            }
            return images
        }
    }
}

extension LedgerRows {
    /// Takes over that a record is durable: readers see its images from here on. Records come in
    /// the order of the journal; a refused one moved nothing and is left out.
    ///
    /// Thread: the publisher, before anyone is told of the record.
    public func publish(_ record: DurableRecord) {
        guard record.outcome == .done else { return }
        publish(record.effects, sequence: record.sequence)
    }

    /// Likewise, from the effects alone.
    public func publish(_ effects: LedgerEffects, sequence: UInt64) {
        for line in effects.lines {
            _ = lines.stripe(LineRow.key(line)).publish(line, sequence: sequence)
        }
        for hold in effects.holds {
            let stripe = holds.stripe(HoldRow.key(hold))
            let slot = stripe.publish(hold, sequence: sequence)
            if hold.state != .held, let slot { leaveLine(hold, slot, stripe) }
        }
        guard !effects.isUsual else { return }
        for subject in effects.rare.subjects {
            let stripe = subjects.stripe(SubjectRow.key(subject))
            _ = stripe.publish(subject, sequence: sequence)
        }
    }

    /// Takes a hold that has ended off its line's list.
    private func leaveLine(_ hold: HoldImage, _ slot: Int, _ stripe: Stripe<HoldRow>) {
        let lineKey = RowKey(hold.tenant, hold.line.rawValue)
        let number = Int(truncatingIfNeeded: lineKey.mixed &>> 58)
        let holdNumber = Int(truncatingIfNeeded: HoldRow.key(hold).mixed &>> 58)
        let lineStripe = lines.stripe(number)
        lineStripe.lock.withLock { _ in
            guard let line = lineStripe.table.slot(lineKey) else {
                preconditionFailure("a hold's line is always there")
            }
            // The sequencer may have forgotten the hold meanwhile, and its slot may have another.
            let isSame = stripe.lock.withLock { _ in
                stripe.table[slot].key == HoldRow.key(hold)
            }
            if isSame { unlink(slot &<< 6 | holdNumber, line: line &<< 6 | number) }
        }
    }
}
