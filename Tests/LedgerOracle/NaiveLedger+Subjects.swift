internal import Domain
internal import Limits

extension NaiveLedger {
    /// Operations on blocks, groups and labels.
    mutating func performOnSubject(
        _ operation: LedgerOperation, number: UInt64, stamp: LedgerStamp
    ) -> Step {
        switch operation {
        case .freeze(let target, let cause, let scope, let untilMicros, let actor, let pending):
            let stops = pending == .blockCommit && scope == .newHolds ? BlockScope.all : scope
            let block = Block(
                id: number, cause: cause, scope: stops, untilMicros: untilMicros, actor: actor)
            switch target {
            case .line(let id):
                return freeze(id, block, releases: pending == .release, stamp: stamp)
            case .subject(let id):
                let owner = OracleSubject(tenant: stamp.tenant, subject: id)
                return freeze(owner, block, releases: pending == .release, stamp: stamp)
            }
        case .unfreeze(let target, let block): return unfreeze(target, block, stamp: stamp)
        case .setGroup(let id, let group):
            let owner = OracleSubject(tenant: stamp.tenant, subject: id)
            let old = self.group(of: owner)
            for account in accounts.values
            where account.line.tenant == owner.tenant && account.line.subject == id {
                portfolio.moveGroup(of: account, from: old, to: group)
            }
            edit(owner) { $0.group = group }
            return Step(outcome: .done)
        case .labelSubject(let id, let labels):
            let owner = OracleSubject(tenant: stamp.tenant, subject: id)
            if labels.count > LabelSetImage.countMax { return .refused(.tooMany) }
            let set = portfolio.intern(labels.sorted(), tenant: stamp.tenant)
            edit(owner) { $0.labels = set }
            return Step(outcome: .done)
        case .subjectTimeCame(let id):
            let owner = OracleSubject(tenant: stamp.tenant, subject: id)
            edit(owner) { subject in
                subject.blocks.removeAll { $0.untilMicros <= stamp.expiryMicros }
            }
            return Step(outcome: .done)
        default: preconditionFailure("not about a subject")
        }
    }

    private mutating func edit(_ owner: OracleSubject, _ change: (inout SubjectImage) -> Void) {
        var image = subjects[owner] ?? SubjectImage(id: owner.subject, tenant: owner.tenant)
        change(&image)
        subjects[owner] = image
        touched.subjects.insert(owner)
    }

    private mutating func freeze(
        _ id: LineID, _ block: Block, releases: Bool, stamp: LedgerStamp
    ) -> Step {
        guard let (key, found) = account(id, stamp) else { return .refused(.lineUnknown) }
        var account = found
        let count = account.line.details?.blocks.count ?? 0
        let tooManyHolds = releases && account.holds.count > Self.releasedHoldCountMax
        let refusals: [LedgerOutcome?] = [
            account.line.status == .open ? nil : .lineClosed,
            count < Block.countMax && !tooManyHolds ? nil : .tooMany,
            block.untilMicros > stamp.expiryMicros ? nil : .timePassed,
        ]
        if let first = LedgerOutcome.first(of: refusals) { return refused(first, line: key) }
        Self.edit(&account.line) { $0.blocks.append(block) }
        if releases { releaseAll(&account) }
        store(account, stamp: stamp)
        return Step(outcome: .done, line: key)
    }

    private mutating func releaseAll(_ account: inout OracleAccount) {
        for number in account.holds.keys.sorted() {
            if var hold = account.holds[number] { close(&hold, as: .released, of: &account) }
        }
    }

    private mutating func freeze(
        _ owner: OracleSubject, _ block: Block, releases: Bool, stamp: LedgerStamp
    ) -> Step {
        let frozen = accounts.values.filter {
            $0.line.tenant == owner.tenant && $0.line.subject == owner.subject
                && !$0.holds.isEmpty
        }
        let rows = frozen.reduce(0) { $0 + $1.holds.count }
        let refusals: [LedgerOutcome?] = [
            (subjects[owner]?.blocks.count ?? 0) < Block.countMax
                && !(releases && rows > Self.releasedHoldCountMax) ? nil : .tooMany,
            block.untilMicros > stamp.expiryMicros ? nil : .timePassed,
        ]
        if let first = LedgerOutcome.first(of: refusals) { return refused(first) }
        edit(owner) { $0.blocks.append(block) }
        guard releases else { return Step(outcome: .done) }
        for var account in frozen.sorted(by: { $0.line.id.rawValue < $1.line.id.rawValue }) {
            releaseAll(&account)
            store(account, stamp: stamp)
        }
        return Step(outcome: .done)
    }

    private mutating func unfreeze(
        _ target: BlockTarget, _ block: UInt64, stamp: LedgerStamp
    ) -> Step {
        switch target {
        case .line(let id):
            guard let (key, found) = account(id, stamp) else { return .refused(.lineUnknown) }
            var account = found
            let refusals: [LedgerOutcome?] = [
                account.line.status == .open ? nil : .lineClosed,
                account.line.details?.blocks.contains { $0.id == block } == true
                    ? nil : .blockUnknown,
            ]
            if let first = LedgerOutcome.first(of: refusals) { return refused(first, line: key) }
            Self.edit(&account.line) { parts in parts.blocks.removeAll { $0.id == block } }
            store(account, stamp: stamp)
            return Step(outcome: .done, line: key)
        case .subject(let id):
            let owner = OracleSubject(tenant: stamp.tenant, subject: id)
            guard subjects[owner]?.blocks.contains(where: { $0.id == block }) == true else {
                return .refused(.blockUnknown)
            }
            edit(owner) { subject in subject.blocks.removeAll { $0.id == block } }
            return Step(outcome: .done)
        }
    }
}
