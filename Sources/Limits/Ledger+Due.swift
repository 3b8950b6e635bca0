public import Domain
internal import Ground

/// Something that the sequencer itself makes a record of.
public struct DueWork: Hashable, Sendable {
    public var tenant: TenantID
    /// Whose line, hold or block it is; none for a portfolio limit.
    public var subject: SubjectID
    public var operation: LedgerOperation
    public var recordType: RecordType
}

extension Ledger {
    /// When to look for due work again; nil when nothing waits.
    ///
    /// Never later than the next time, and equal to it once that is within 65 ms; before that it
    /// may be sooner, by at most as long as there is still to wait.
    public var nextDueMicros: Int64? {
        switch (wheel.nextDueMicros, waiting.first?.dueMicros) {
        case (let hold?, let time?): min(hold, time)
        case (let hold, let time): hold ?? time
        }
    }

    /// What is due first at `micros`, in order of time; of one time holds before lines before
    /// subjects, each by tenant and id. Nil when nothing is due.
    ///
    /// After a jump over a million ends it takes many looks, each of less than 1 ms, to know what
    /// is first: until then nil, while `nextDueMicros` stays in the past.
    ///
    /// The sequencer writes a record of it and asks again.
    public mutating func firstDue(atMicros micros: Int64) -> DueWork? {
        let hold = wheel.firstDue(atMicros: micros)
        if hold == nil, let next = wheel.nextDueMicros, next <= micros { return nil }
        if let first = waiting.first, first.dueMicros <= micros {
            let holdMicros = hold.map { rows.holds[$0, \.image.expiresAtMicros] }
            if first.dueMicros < holdMicros ?? .max { return work(ofWaiting: first.key) }
        }
        guard let hold else { return nil }
        let image = rows.holds.image(hold)
        let subject = rows.lines[lineSlot(of: image), \.image.subject]
        return DueWork(
            tenant: image.tenant, subject: subject, operation: .expire(hold: image.id),
            recordType: .holdExpired)
    }

    private func work(ofWaiting key: UInt32) -> DueWork {
        guard key & WaitingTimes.subjectMark != 0 else {
            let line = rows.lines.image(Int(key))
            return DueWork(
                tenant: line.tenant, subject: line.subject,
                operation: .lineTimeCame(line: line.id), recordType: .lineTimeCame)
        }
        let subject = rows.subjects.image(Int(key & ~WaitingTimes.subjectMark))
        return DueWork(
            tenant: subject.tenant, subject: subject.id,
            operation: .subjectTimeCame(subject.id), recordType: .subjectTimeCame)
    }
}
