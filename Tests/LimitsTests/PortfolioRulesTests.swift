import Domain
import Ground
import Testing

@testable import Limits

/// A portfolio with one tenant, told step by step.
struct PortfolioDesk {
    static let eur = PortfolioWorld.eur
    static let usd = PortfolioWorld.usd
    let tenant = TenantID(1)
    var portfolio = Portfolio()
    var sequence: UInt64 = 0
    var seconds: UInt32 = 1_774_700_000
    var rare = RareEffects()

    var stamp: LedgerStamp {
        LedgerStamp(
            tenant: tenant, tenantSequence: sequence, sequence: sequence,
            timeMicros: Int64(seconds) * 1_000_000, expiryMicros: 0)
    }

    /// One record; undone when `body` says anything but `.done`.
    mutating func record(_ body: (inout Portfolio, LedgerStamp) -> LedgerOutcome) -> LedgerOutcome {
        sequence += 1
        portfolio.begin()
        let outcome = body(&portfolio, stamp)
        if outcome != .done { portfolio.undo() }
        rare = RareEffects()
        portfolio.finish(stamp, into: &rare)
        return outcome
    }

    /// A limit that enforces at once, because there is nothing to count.
    mutating func limit(
        _ scope: [ScopeTerm], _ bound: PortfolioBound, period: PortfolioPeriod = .absolute,
        measure: PortfolioMeasure = .used, currency: Currency = PortfolioDesk.eur,
        zone: ZoneOffsets = .utc
    ) -> PortfolioLimitID {
        let limit = PortfolioLimit(
            id: PortfolioLimitID(0), tenant: tenant, scope: scope, measure: measure, bound: bound,
            period: period, currency: currency, zone: zone)
        _ = record { $0.setLimit(limit, stamp: $1) }
        let id = PortfolioLimitID(sequence)
        _ = record {
            $0.finishCounting(id, stamp: $1)
            return .done
        }
        return id
    }

    func exposure(
        _ amountMinor: Int64, subject: UInt64 = 5, product: UInt64 = 6,
        currency: Currency = PortfolioDesk.eur, labels: LabelSetID = .none, count: Int64 = 1,
        placed: UInt32? = nil
    ) -> Exposure {
        Exposure(
            tenant: tenant, subject: SubjectID(Hash128(high: 0, low: subject)), group: 0,
            product: Hash128(high: 0, low: product), labels: labels, currency: currency,
            measure: .used, position: 0, amountMinor: amountMinor, count: count,
            flowMinor: amountMinor, flowCount: count, placedSeconds: placed ?? seconds)
    }

    mutating func reserve(_ exposures: Exposure...) -> LedgerOutcome {
        record { $0.change(exposures, mayRefuse: true, stamp: $1) }
    }

    mutating func give(_ exposure: Exposure) {
        _ = record { $0.change(exposure, mayRefuse: false, stamp: $1) }
    }
}

@Suite struct PortfolioRulesTests {
    private static let whole = [ScopeTerm(dimension: Dimension.tenant, value: 1)]
    private static let customer = [ScopeTerm(dimension: Dimension.customer)]

    struct Bounded: Sendable {
        var bound: PortfolioBound
        var before: Int64
        var asked: Int64
        var available: Int64
    }

    @Test(
        "what a limit would still take",
        arguments: [
            Bounded(bound: .amount(1_000), before: 700, asked: 301, available: 300),
            Bounded(bound: .amount(1_000), before: 1_000, asked: 1, available: 0),
            Bounded(bound: .amount(0), before: 0, asked: 1, available: 0),
            Bounded(bound: .count(1), before: 10, asked: 1, available: 0),
            // 10% of a book that counts as 5,000 at least.
            Bounded(
                bound: .share(ppm: 100_000, bookFloorMinor: 5_000), before: 0, asked: 501,
                available: 500),
            Bounded(
                bound: .share(ppm: 100_000, bookFloorMinor: 5_000), before: 450, asked: 51,
                available: 50),
        ])
    func available(_ given: Bounded) {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.customer, given.bound)
        if given.before > 0 { #expect(desk.reserve(desk.exposure(given.before)) == .done) }
        #expect(desk.reserve(desk.exposure(given.asked)) == .portfolioLimitExceeded)
        #expect(
            desk.portfolio.refusal == PortfolioRefusal(limit: id, available: given.available))
        if given.available > 0 {
            #expect(desk.reserve(desk.exposure(given.available)) == .done)
        }
    }

    @Test func aShareGrowsWithTheBook() {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.customer, .share(ppm: 500_000, bookFloorMinor: 100))
        #expect(desk.reserve(desk.exposure(50, subject: 1)) == .done)
        #expect(desk.reserve(desk.exposure(60, subject: 2)) == .portfolioLimitExceeded)
        #expect(desk.reserve(desk.exposure(50, subject: 2)) == .done)
        // 50 of 100 have to stay half of the book: nobody may take alone.
        #expect(desk.reserve(desk.exposure(1, subject: 1)) == .portfolioLimitExceeded)
        #expect(
            desk.reserve(desk.exposure(40, subject: 1), desk.exposure(40, subject: 2)) == .done)
        let exposure = desk.portfolio.exposure(
            desk.tenant, id, values: [1, 0, 0, 0], period: 0)
        #expect(exposure?.amountMinor == 90 && exposure?.bookMinor == 180)
        #expect(exposure?.available == 0 && exposure?.level == 100)
    }

    @Test func anotherCurrencyNeedsARate() {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.whole, .amount(1_000))
        let dollars = desk.exposure(100, currency: PortfolioDesk.usd)
        #expect(desk.reserve(dollars) == .exchangeRateMissing)
        #expect(desk.rare.cells.isEmpty)
        func rate(_ ppb: Int64) {
            let outcome = desk.record {
                $0.setRate(
                    from: PortfolioDesk.usd, to: PortfolioDesk.eur, ratePpb: ppb, stamp: $1)
            }
            #expect(outcome == .done)
        }
        rate(900_000_001)
        // Rounded up: 100 dollars are 91 euros.
        #expect(desk.reserve(dollars, desk.exposure(909)) == .done)
        #expect(desk.reserve(desk.exposure(1)) == .portfolioLimitExceeded)
        rate(500_000_000)
        #expect(desk.reserve(desk.exposure(42)) == .portfolioLimitExceeded)
        #expect(desk.portfolio.refusal?.available == 41)
        #expect(
            desk.reserve(desk.exposure(100, currency: PortfolioDesk.usd)) == .portfolioLimitExceeded
        )
        #expect(desk.portfolio.refusal?.available == 82)
        // What is given back is what was taken, whatever the rate did.
        desk.give(desk.exposure(-100, currency: PortfolioDesk.usd, count: -1))
        let exposure = desk.portfolio.exposure(desk.tenant, id, values: [0, 0, 0, 0], period: 0)
        #expect(exposure?.amountMinor == 909 && exposure?.count == 1)
        #expect(exposure?.cells.map(\.amountMinor).sorted() == [0, 909])
    }

    @Test func aLabelThatALimitNeedsMustBeThere() {
        var desk = PortfolioDesk()
        let region = desk.limit(
            [
                ScopeTerm(dimension: Dimension.product, value: 6),
                ScopeTerm(dimension: Dimension.region, value: 2),
            ], .amount(100))
        #expect(desk.reserve(desk.exposure(1)) == .labelMissing)
        #expect(
            desk.portfolio.refusal
                == PortfolioRefusal(limit: region, missingDimension: Dimension.region))
        // The product says already that this limit is not meant.
        #expect(desk.reserve(desk.exposure(1, product: 7)) == .done)
        let north = desk.portfolio.labels.intern(
            desk.tenant, [Label(dimension: Dimension.region, value: 1)])
        let south = desk.portfolio.labels.intern(
            desk.tenant, [Label(dimension: Dimension.region, value: 2)])
        #expect(desk.reserve(desk.exposure(500, labels: north ?? .none)) == .done)
        #expect(desk.reserve(desk.exposure(101, labels: south ?? .none)) == .portfolioLimitExceeded)
        _ = desk.record { $0.pauseLimit(region, isPaused: true, stamp: $1) }
        #expect(desk.reserve(desk.exposure(1)) == .done)
        #expect(desk.reserve(desk.exposure(101, labels: south ?? .none)) == .done)
        #expect(desk.rare.cells.map(\.level) == [100], "a paused limit has levels too")
    }

    @Test func sixteenLimitsMatchAndNoMore() {
        var desk = PortfolioDesk()
        let limits = (0..<16).map { _ in desk.limit(Self.whole, .amount(1_000)) }
        #expect(desk.reserve(desk.exposure(1)) == .done)
        #expect(desk.rare.cells.count == 16)
        _ = desk.limit(Self.customer, .amount(1_000))
        #expect(desk.reserve(desk.exposure(1)) == .tooManyLimits)
        _ = desk.record { $0.pauseLimit(limits[3], isPaused: true, stamp: $1) }
        #expect(desk.reserve(desk.exposure(1)) == .done)
        #expect(desk.rare.cells.count == 17, "a paused limit goes on counting")
    }

    @Test func aSumThatDoesNotFitIsRefused() {
        var desk = PortfolioDesk()
        _ = desk.limit(Self.whole, .count(100))
        #expect(desk.reserve(desk.exposure(.max - 1)) == .done)
        #expect(desk.reserve(desk.exposure(1)) == .amountOverflow)
        desk.give(desk.exposure(1 - .max, count: -1))
        #expect(desk.reserve(desk.exposure(1)) == .done)
    }

    @Test func aSumThatNobodyMayRefuseStaysFull() {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.whole, .amount(.max))
        desk.give(desk.exposure(.max - 5))
        desk.give(desk.exposure(10))
        desk.give(desk.exposure(-10, count: -1))
        #expect(desk.rare.cells.map(\.amountMinor) == [.max])
        #expect(desk.reserve(desk.exposure(1)) == .amountOverflow)
        #expect(desk.portfolio.refusal?.limit == id)
        // A limit that is paused refuses nothing.
        _ = desk.record { $0.pauseLimit(id, isPaused: true, stamp: $1) }
        #expect(desk.reserve(desk.exposure(1)) == .done)
        #expect(desk.rare.cells.map(\.amountMinor) == [.max])
    }

    @Test func levelsAreCrossedOnce() {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.whole, .amount(1_000))
        let view = PortfolioView()
        view.fill(from: desk.portfolio)
        func apply() -> [[UInt8]] {
            var effects = LedgerEffects()
            effects.rare = desk.rare
            return view.apply(effects, tenant: desk.tenant, outcome: .done).map {
                [$0.from, $0.to]
            }
        }
        for (amount, crossed): (Int64, [[UInt8]]) in [
            (799, []), (1, [[0, 80]]), (50, []), (149, [[80, 90]]), (1, [[90, 100]]),
            (-101, [[100, 80]]), (-899, [[80, 0]]), (1_000, [[0, 100]]),
        ] {
            if amount > 0 {
                #expect(desk.reserve(desk.exposure(amount)) == .done)
            } else {
                desk.give(desk.exposure(amount, count: -1))
            }
            #expect(apply() == crossed, "\(amount)")
        }
        #expect(view.exposure(desk.tenant, id, values: [0, 0, 0, 0], period: 0)?.level == 100)
    }

    @Test func aDayIsTheZonesAndGivesBackToItself() {
        var desk = PortfolioDesk()
        // 21:59:59 UTC on 2026-05-31 is a second before midnight in Berlin.
        desk.seconds = 1_780_264_799
        _ = desk.limit(Self.whole, .amount(100), period: .day, zone: ZonePeriodsTests.berlin)
        let evening = desk.exposure(100)
        #expect(desk.reserve(evening) == .done)
        #expect(desk.reserve(desk.exposure(1)) == .portfolioLimitExceeded)
        desk.seconds += 1
        #expect(desk.reserve(desk.exposure(60)) == .done)
        // Yesterday's release does not make room today.
        desk.give(desk.exposure(-100, count: -1, placed: evening.placedSeconds))
        #expect(desk.reserve(desk.exposure(41)) == .portfolioLimitExceeded)
        #expect(desk.portfolio.refusal?.available == 40)
    }

    /// A zone that is looked up again reaches further ahead: the counters go on, for readers too,
    /// and a hold falls into the day that the new table says.
    @Test func aZoneThatReachesFurtherKeepsTheCounters() {
        var desk = PortfolioDesk()
        desk.seconds = 1_780_264_799
        let id = desk.limit(Self.whole, .amount(100), period: .day, zone: ZonePeriodsTests.berlin)
        #expect(desk.reserve(desk.exposure(60)) == .done)
        let view = PortfolioView()
        view.fill(from: desk.portfolio)
        var limit = desk.portfolio.limit(desk.tenant, id)
        // The clocks of the new table stand still at midnight for two hours.
        let midnight = Int64(desk.seconds) + 1
        limit?.zone.steps.removeAll { $0.fromSeconds > midnight }
        limit?.zone.steps.append(.init(fromSeconds: midnight, offsetSeconds: 0))
        limit?.bound = .amount(70)
        #expect(desk.record { $0.setLimit(limit ?? $0.definitions[0].limit, stamp: $1) } == .done)
        #expect(desk.portfolio.limit(desk.tenant, id)?.status == .enforcing)
        var effects = LedgerEffects()
        effects.rare = desk.rare
        _ = view.apply(effects, tenant: desk.tenant, outcome: .done)
        let day = ZonePeriodsTests.berlin.day(atSeconds: Int64(desk.seconds))
        let seen = view.exposure(desk.tenant, id, values: [0, 0, 0, 0], period: day)
        #expect(seen?.amountMinor == 60 && seen?.available == 10)
        desk.seconds += 1
        #expect(desk.reserve(desk.exposure(11)) == .portfolioLimitExceeded, "still the same day")
        #expect(desk.reserve(desk.exposure(10)) == .done)

        limit?.zone.steps[0].offsetSeconds += 60
        #expect(desk.record { $0.setLimit(limit ?? $0.definitions[0].limit, stamp: $1) } == .done)
        #expect(desk.portfolio.limit(desk.tenant, id)?.status == .counting, "other days before now")
    }

    @Test func oldDaysAreForgotten() {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.customer, .amount(100), period: .day)
        let first = desk.seconds
        for _ in 0..<400 {
            for subject in UInt64(1)...20 {
                #expect(desk.reserve(desk.exposure(1, subject: subject)) == .done)
            }
            desk.seconds += 86_400
        }
        var count = 0
        desk.portfolio.forEachCell { _ in count += 1 }
        #expect(count == 33 * 20)
        #expect(desk.portfolio.cells.slotCount <= 35 * 20, "rows are used again")
        let day = ZoneOffsets.utc.day(atSeconds: Int64(first))
        let old = desk.portfolio.exposure(desk.tenant, id, values: [1, 0, 0, 0], period: day)
        #expect(old?.cells.isEmpty == true)
        desk.give(desk.exposure(-1, count: -1, placed: first))
        #expect(desk.rare.cells.isEmpty)
    }

    @Test func aPageMissesAndRepeatsNothing() {
        var desk = PortfolioDesk()
        let id = desk.limit(Self.customer, .amount(1_000))
        for subject in UInt64(1)...500 { _ = desk.reserve(desk.exposure(1, subject: subject)) }
        let view = PortfolioView()
        view.fill(from: desk.portfolio)
        for size in [1, 7, 64, 100, 499, 500, 501] {
            var found: [UInt64] = []
            var end: CellKey?
            repeat {
                let page = view.exposures(
                    desk.tenant, id, period: 0, after: end, countMax: size)
                #expect(page.scopes.count <= size)
                found += page.scopes.compactMap { $0.cells.first?.key.values[0] }
                end = page.end
            } while end != nil
            #expect(found.sorted() == Array(1...500), "pages of \(size)")
        }
    }

    @Test func boundsOfATenantAreRefusals() {
        var desk = PortfolioDesk()
        for dimension in 0..<UInt64(PortfolioBook.shapeCountMax) {
            let scope = [ScopeTerm(dimension: 100 + dimension, value: 1)]
            let limit = PortfolioLimit(
                id: PortfolioLimitID(0), tenant: desk.tenant, scope: scope, measure: .used,
                bound: .amount(1), period: .absolute, currency: PortfolioDesk.eur)
            #expect(desk.record { $0.setLimit(limit, stamp: $1) } == .done)
        }
        let limit = PortfolioLimit(
            id: PortfolioLimitID(0), tenant: desk.tenant, scope: Self.whole, measure: .used,
            bound: .amount(1), period: .absolute, currency: PortfolioDesk.eur)
        #expect(desk.record { $0.setLimit(limit, stamp: $1) } == .tooMany)
        var unknown = limit
        unknown.id = PortfolioLimitID(99_999)
        #expect(desk.record { $0.setLimit(unknown, stamp: $1) } == .portfolioLimitUnknown)
        #expect(desk.portfolio.countingTask?.limit == PortfolioLimitID(1))
    }
}
