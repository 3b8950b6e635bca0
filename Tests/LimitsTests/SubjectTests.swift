import Domain
import Ground
import Testing

@testable import Limits

/// Blocks, labels of the last decision, groups, and the times that lines and subjects wait for.
@Suite struct SubjectTests {
    private var world = LedgerFixture()

    /// What each scope stops: reserve, commit, extend, raise, temporary limit, renewal; and never a
    /// release, a repayment, a charge or a cut.
    @Test(
        arguments: [
            (BlockScope.newHolds, PendingHolds.keep, [true, false, false, false, false, false]),
            (.commits, .keep, [false, true, false, false, false, false]),
            (.all, .keep, [true, true, true, true, true, true]),
            (.newHolds, .blockCommit, [true, true, true, true, true, true]),
            (.commits, .blockCommit, [false, true, false, false, false, false]),
        ], [true, false])
    mutating func aBlockStopsWhatItsScopeSays(
        _ row: (scope: BlockScope, pending: PendingHolds, stops: [Bool]), ofSubject: Bool
    ) {
        world.apply(world.open(100), world.reserve(nil, 10))
        world.apply(world.reserve(1, 20))
        let target = ofSubject ? BlockTarget.subject(borrower) : .line(LineID(1))
        world.apply(world.freeze(target, row.scope, row.pending))
        let operations = [
            world.reserve(1, 1), world.commit(1, 1, keepsRest: true),
            world.extend(1, until: 90_000_000), world.limit(1, 101),
            world.temporary(1, 1, until: 90_000_000),
            .renew(line: LineID(1), renewalDay: 1, limitMinor: 0),
        ]
        for (operation, isStopped) in zip(operations, row.stops) {
            let outcome = world.apply(operation).outcome
            #expect(outcome == (isStopped ? .lineBlocked : .done), "\(operation)")
        }
        for operation in [
            world.release(2), world.repay(1, 1), world.charge(1, .fee, .due, 1), world.limit(1, 90),
        ] { #expect(world.apply(operation).outcome == .done, "\(operation)") }
        world.apply(.unfreeze(target, block: 3))
        #expect(world.apply(world.reserve(1, 1)).outcome == .done)
    }

    @Test mutating func aBlockOfASubjectStopsLaterLinesToo() {
        world.apply(world.freeze(.subject(borrower), .newHolds))
        world.apply(world.open(100))
        #expect(world.apply(world.reserve(2, 1)).outcome == .lineBlocked)
        let other = SubjectID(Hash128(high: 2, low: 2))
        world.apply(world.open(100, subject: other))
        #expect(world.apply(world.reserve(3, 1)).outcome == .done)
    }

    /// Readers see a subject's blocks from the publishing of their record on, and after a restart;
    /// those of no other subject.
    @Test mutating func readersSeeBlocksFromTheirPublishingOn() {
        let other = SubjectID(Hash128(high: 2, low: 2))
        let rows = world.ledger.rows
        let opened = world.apply(world.open(100))
        rows.publish(opened.effects, sequence: world.sequence)
        let frozen = world.apply(world.freeze(.subject(borrower), .all))
        #expect(rows.durableBlocks(lender, of: borrower).isEmpty, "not durable yet")
        rows.publish(frozen.effects, sequence: world.sequence)
        let blocks = rows.durableBlocks(lender, of: borrower)
        #expect(blocks.map(\.scope) == [.all])
        #expect(rows.durableBlocks(lender, of: other).isEmpty)
        #expect(rows.durableBlocks(TenantID(2), of: borrower).isEmpty)

        var restored = Ledger()
        frozen.effects.rare.subjects.forEach { restored.restore($0) }
        #expect(restored.rows.durableBlocks(lender, of: borrower) == blocks)

        let lifted = world.apply(.unfreeze(.subject(borrower), block: blocks[0].id))
        rows.publish(lifted.effects, sequence: world.sequence)
        #expect(rows.durableBlocks(lender, of: borrower).isEmpty)
    }

    @Test mutating func aFreezeReleasesTheHoldsOfAllLinesInOneRecord() {
        world.apply(world.open(100), world.reserve(nil, 10))
        world.apply(world.open(100), world.reserve(nil, 20))
        world.apply(world.reserve(2, 5))
        let result = world.apply(world.freeze(.subject(borrower), .all, .release))
        #expect(result.effects.holds.map(\.id.rawValue) == [1, 2, 3])
        #expect(result.effects.holds.allSatisfy { $0.state == .released })
        #expect(result.effects.lines.map(\.heldMinor) == [0, 0])
        #expect(world.ledger.openHoldCount == 0)
    }

    @Test mutating func aFreezeThatWouldEndTooManyHoldsIsRefused() {
        world.ledger = Ledger()
        world.apply(world.open(100_000))
        let countMax = UInt64(Ledger.endedAtOnceCountMax)
        for _ in 0..<countMax { world.apply(world.reserve(1, 1)) }
        let over = world.apply(world.reserve(1, 1))
        for target in [BlockTarget.line(LineID(1)), .subject(borrower)] {
            let outcome = world.apply(world.freeze(target, .all, .release)).outcome
            #expect(outcome == .tooMany)
        }
        #expect(world.apply(.writeOff(line: LineID(1))).outcome == .tooMany)
        world.apply(.release(hold: over.effects.holds[0].id))
        let done = world.apply(world.freeze(.line(LineID(1)), .all, .release))
        #expect(done.effects.holds.count == Int(countMax) && world.line(1)?.heldMinor == 0)
    }

    @Test mutating func timesComeInOrder() {
        world.apply(world.open(100), world.reserve(nil, 10, until: 40_000_000))
        world.apply(world.temporary(1, 50, until: 30_000_000))
        world.apply(world.freeze(.line(LineID(1)), .newHolds, until: 50_000_000))
        world.apply(world.freeze(.subject(borrower), .newHolds, until: 20_000_000))
        let price = PendingPrice(
            nominalRatePpm: 70_000, effectiveAtMicros: 60_000_000, appliesToAll: true)
        world.apply(.reprice(line: LineID(1), price: price))
        world.apply(world.commit(1, 5, keepsRest: true))
        let expected: [(Int64, LedgerOperation)] = [
            (20_000_000, .subjectTimeCame(borrower)), (30_000_000, .lineTimeCame(line: LineID(1))),
            (40_000_000, .expire(hold: HoldID(1))), (50_000_000, .lineTimeCame(line: LineID(1))),
            (60_000_000, .lineTimeCame(line: LineID(1))),
        ]
        for (due, operation) in expected {
            #expect(world.ledger.firstDue(atMicros: due - 1) == nil, "\(operation)")
            #expect(world.ledger.nextDueMicros.map { $0 <= due } == true, "\(operation)")
            world.now = due
            let work = world.ledger.firstDue(atMicros: due)
            #expect(work?.operation == operation && work?.subject == borrower)
            world.apply(operation)
        }
        #expect(world.ledger.nextDueMicros == nil)
        let line = world.line(1)
        #expect(line?.grantedMinor == 100 && line?.details == nil)
        #expect(line?.nominalRatePpm == 70_000)
        #expect(world.ledger.drawings(lender, of: LineID(1)).map(\.nominalRatePpm) == [70_000])
        #expect(world.ledger.subject(lender, borrower)?.blocks == [])
    }

    @Test mutating func aTemporaryLimitThatIsChangedWaitsForItsLastEnd() {
        world.apply(world.open(100))
        for end in [Int64(90_000_000), 50_000_000, 70_000_000] {
            world.apply(world.temporary(1, 10, until: end))
            #expect(world.ledger.nextDueMicros == end)
        }
        world.apply(world.temporary(1, 0, until: 0))
        #expect(world.ledger.nextDueMicros == nil && world.ledger.waiting.count == 0)
    }

    @Test mutating func holdsCarryTheLabelsOfTheLastDecision() {
        let region = Label(dimension: Dimension.region, value: 4)
        let channel = Label(dimension: Dimension.channel, value: 2)
        world.apply(.labelSubject(borrower, labels: [region]))
        let opened = world.apply(world.open(100, labels: [channel]))
        let set = world.ledger.portfolio.labels.labels(of: opened.effects.lines[0].labels)
        #expect(set == [channel, region])
        // The caller may add, not replace.
        let other = Label(dimension: Dimension.region, value: 9)
        let held = world.apply(world.reserve(2, 1, labels: [other]))
        #expect(world.ledger.portfolio.labels.labels(of: held.effects.holds[0].labels) == [region])
        let tooMany = (100..<108).map { Label(dimension: 1 << 63 | $0, value: 1) }
        #expect(world.apply(world.reserve(2, 1, labels: tooMany)).outcome == .tooMany)
    }

    @Test mutating func aGroupsCountersFollowItsMembers() {
        world.apply(world.open(100), world.reserve(nil, 10))
        world.apply(.setGroup(borrower, group: 5))
        world.apply(
            .setPortfolioLimit(
                PortfolioLimit(
                    id: PortfolioLimitID(0), tenant: lender,
                    scope: [ScopeTerm(dimension: Dimension.group)], measure: .used,
                    bound: .amount(50), period: .absolute, currency: euro)))
        let limit = PortfolioLimitID(world.sequence)
        while let work = world.ledger.countingWork { world.apply(work.operation) }
        #expect(world.ledger.portfolio.limit(lender, limit)?.status == .enforcing)
        func taken(_ group: UInt64) -> Int64? {
            var key = CellKey(
                limit: limit, values: InlineArray(repeating: 0), period: 0, currency: euro)
            key.values[0] = group
            return world.ledger.portfolio.cell(lender, key)?.amountMinor
        }
        #expect(taken(5) == 10)
        world.apply(.setGroup(borrower, group: 6))
        #expect(taken(5) == 0 && taken(6) == 10)
        let refused = world.apply(world.reserve(1, 41))
        #expect(refused.outcome == .portfolioLimitExceeded)
        #expect(refused.effects.rare.refusal?.limit == limit)
        #expect(refused.effects.rare.refusal?.available == 40)
        #expect(refused.effects.lines.first?.heldMinor == 10)
        world.apply(world.reserve(1, 40))
        world.apply(world.release(1))
        #expect(taken(6) == 40)
    }
}
