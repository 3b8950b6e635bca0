public import Domain
internal import Ground
internal import Synchronization

extension LedgerRows {
    /// Holds that one answer lists. Reason: the line's stripe is locked while it is put together.
    public static let listedHoldCountMax = 1_024
    /// Lines that one answer lists. Reason: the subject is locked while it is put together.
    public static let listedLineCountMax = 1_024
    /// Holds that are looked at before the line is let go. Reason: some 0.2 ms, for which the
    /// sequencer may wait.
    static let walkedHoldCountMax = 4_096

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

    /// The blocks on every line of a subject, as they are durable; most have none, and then this
    /// costs one load.
    public func durableBlocks(_ tenant: TenantID, of subject: SubjectID) -> [Block] {
        let blocked = blockedStripes.load(ordering: .acquiring)
        guard blocked != 0 else { return [] }
        let key = RowKey(tenant, subject)
        guard blocked & Self.stripeBit(key) != 0 else { return [] }
        return subjects.stripe(key).durable(key)?.blocks ?? []
    }

    /// Notes that a subject may have blocks, before readers are shown it.
    func noteBlocks(of image: SubjectImage) {
        guard !image.blocks.isEmpty else { return }
        blockedStripes.bitwiseOr(Self.stripeBit(SubjectRow.key(image)), ordering: .releasing)
    }

    private static func stripeBit(_ key: RowKey) -> UInt64 { 1 &<< (key.mixed &>> 58) }

    /// The subject's lines as they are durable, newest first, closed ones too, at most `countMax`.
    ///
    /// Those behind `before` only, which is a durable line of the subject; nil when it is none.
    /// Each line is one that was durable when it was looked at; one whose opening becomes durable
    /// meanwhile may be missing. Complexity: O(`countMax`), wherever it begins.
    public func durableLines(
        _ tenant: TenantID, of subject: SubjectID, before: LineID? = nil,
        countMax: Int = LedgerRows.listedLineCountMax
    ) -> [LineImage]? {
        let key = RowKey(tenant, subject)
        let mixed = key.mixed
        let part = subjectLines[Int(truncatingIfNeeded: mixed &>> 58)]
        return part.lock.withLock {
            var next = Link.none
            if let before {
                guard let slot = durableSlot(of: RowKey(tenant, before.rawValue), owner: subject)
                else { return nil }
                next = lines[slot, \.nextOfSubject]
            } else {
                let newest = part.index.find(mixed) { slot in
                    lines.stripe(slot).lock.withLock {
                        LineRow.subjectKey(lines[slot, \.image]) == key
                    }
                }
                next = newest.map(UInt32.init) ?? Link.none
            }
            var images: [LineImage] = []
            while next != Link.none && images.count < countMax {
                let slot = Int(next)
                if let image = lines.stripe(slot).durable(at: slot &>> 6) { images.append(image) }
                // The subject's lock, which is held, guards this link.
                next = lines[slot, \.nextOfSubject]
            }
            return images
        }
    }

    /// The global slot of a line of a subject, if its opening is durable. Under the lock of the
    /// subject.
    ///
    /// The lock of the stripe is let go before the link of the slot is read, and only that lock
    /// keeps a slot from being emptied and given to another line, whose whole row is then written.
    /// But that befalls new lines alone: what is taken back is the record in hand, of which nothing
    /// is durable, and no line ever leaves otherwise. So the slot of a durable line is its own for
    /// good, and after it was hung into its subject's list, before it was durable, its link is
    /// written under the subject's lock only.
    private func durableSlot(of key: RowKey, owner: SubjectID) -> Int? {
        guard let place = lines.stripe(key).durablePlace(key), place.image.subject == owner
        else { return nil }
        return place.slot &<< 6 | Int(truncatingIfNeeded: key.mixed &>> 58)
    }

    /// The line's open holds as they are durable, newest first, at most `countMax`.
    ///
    /// Those with an id below `before` only: with the last id of one answer the next one begins,
    /// at once when that hold is still open. The line is let go after every 4,096 holds, so that
    /// nobody waits for a long list.
    public func durableHolds(
        _ tenant: TenantID, of line: LineID, before: HoldID? = nil,
        countMax: Int = LedgerRows.listedHoldCountMax
    ) -> [HoldImage] {
        let key = RowKey(tenant, line.rawValue)
        let stripe = lines.stripe(key)
        var found = HoldList(end: before, visited: before)
        while !found.isComplete {
            stripe.lock.withLock {
                guard let slot = stripe.table.slot(key) else { return found.isComplete = true }
                let next = found.visited.flatMap { link(behind: $0, tenant, line) }
                gather(from: next ?? stripe.rows[slot, \.firstHold], countMax, &found)
            }
        }
        return found.images
    }

    /// The list of a line's holds as far as it has been walked.
    private struct HoldList {
        var images: [HoldImage] = []
        /// Only holds below are wanted.
        var end: HoldID?
        /// The hold behind which the walk goes on, while it is in the list.
        var visited: HoldID?
        var isComplete = false
    }

    /// Walks some of the list. Under the lock of the line's stripe, which guards the links.
    private func gather(from first: UInt32, _ countMax: Int, _ found: inout HoldList) {
        var (next, left, hasMoved) = (first, Self.walkedHoldCountMax, false)
        while next != Link.none && found.images.count < countMax {
            if left <= 0 && hasMoved { return }
            left -= 1
            let place = Int(next)
            if let image = holds.stripe(place).durable(at: place &>> 6) {
                found.visited = image.id
                hasMoved = true
                if image.state == .held, found.end.map({ image.id.rawValue < $0.rawValue }) ?? true
                {
                    found.images.append(image)
                    found.end = image.id
                }
            }
            next = holds[place, \.nextOfLine]
        }
        found.isComplete = true
    }

    /// What follows a hold in its line's list; nil when it is not there. Under the lock of the
    /// line's stripe.
    private func link(behind hold: HoldID, _ tenant: TenantID, _ line: LineID) -> UInt32? {
        let key = RowKey(tenant, hold.rawValue)
        let stripe = holds.stripe(key)
        // Read under both locks: a hold that has ended may leave the table, and its slot may go to
        // a hold of another line, as soon as this one is free.
        let next = stripe.lock.withLock { () -> UInt32 in
            guard let slot = stripe.table.slot(key), stripe.rows[slot, \.image].line == line
            else { return Link.out }
            return stripe.rows[slot, \.nextOfLine]
        }
        return next == Link.out ? nil : next
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
        if effects.lines.count < Self.longCountMin {
            for line in effects.lines {
                lines.stripe(LineRow.key(line)).publish(line, sequence: sequence)
            }
        } else {
            lines.publish(effects.lines, sequence: sequence) { _ in true }
        }
        let isLong = effects.holds.count >= Self.longCountMin
        if isLong { holds.publish(effects.holds, sequence: sequence) { $0.state == .held } }
        for hold in effects.holds where !isLong || hold.state != .held {
            let stripe = holds.stripe(HoldRow.key(hold))
            if hold.state == .held {
                stripe.publish(hold, sequence: sequence)
            } else if let slot = stripe.publishFinding(hold, sequence: sequence) {
                leaveLine(hold, slot, stripe)
            }
        }
        guard !effects.isUsual else { return }
        for subject in effects.rare.subjects {
            noteBlocks(of: subject)
            let stripe = subjects.stripe(SubjectRow.key(subject))
            stripe.publish(subject, sequence: sequence)
        }
    }

    /// Images from which on a record is published a stripe after the other. Reason: below it a
    /// stripe has a few of them at most.
    static let longCountMin = 256

    /// Takes a hold that has ended off its line's list.
    private func leaveLine(_ hold: HoldImage, _ slot: Int, _ stripe: Stripe<HoldRow>) {
        let lineKey = RowKey(hold.tenant, hold.line.rawValue)
        let number = Int(truncatingIfNeeded: lineKey.mixed &>> 58)
        let holdNumber = Int(truncatingIfNeeded: HoldRow.key(hold).mixed &>> 58)
        let lineStripe = lines.stripe(number)
        lineStripe.lock.withLock {
            guard let line = lineStripe.table.slot(lineKey) else {
                preconditionFailure("a hold's line is always there")
            }
            // The sequencer may have forgotten the hold meanwhile, and its slot may have another;
            // under the lock of the hold's stripe the slot keeps what it has.
            stripe.lock.withLock {
                guard stripe.rows.key(slot) == HoldRow.key(hold) else { return }
                unlink(slot &<< 6 | holdNumber, line: line &<< 6 | number)
            }
        }
    }
}
