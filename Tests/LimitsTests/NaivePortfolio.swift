import Domain
import Ground

@testable import Limits

/// The obvious portfolio: each limit keeps the list of every change it counts, and whatever is
/// asked is added up from that list anew. The oracle.
struct NaivePortfolio {
    struct Counted {
        var limit: PortfolioLimit
        var parts: [Exposure] = []
        /// Positions below it are counted.
        var scanned: UInt64 = 0
    }

    struct Scope: Hashable {
        var values: [UInt64]
        var period: Int32
    }

    struct Sum: Hashable {
        var amountMinor: Int64 = 0
        var count: Int64 = 0
    }

    static let wholeBook = Scope(values: [.max, .max, .max, .max], period: 0)

    var limits: [PortfolioLimitID: Counted] = [:]
    var rates: [RatePair: Int64] = [:]
    var labelSets: [UInt32: [Label]] = [:]

    // MARK: matching

    /// The value of a dimension; nil when the exposure has none.
    func value(_ exposure: Exposure, _ dimension: UInt64) -> UInt64? {
        switch dimension {
        case Dimension.tenant: 1
        case Dimension.customer: exposure.subject.hash.low
        case Dimension.product: exposure.product.low
        case Dimension.group: exposure.group == 0 ? exposure.subject.hash.low : exposure.group
        default:
            labelSets[exposure.labels.rawValue]?.first { $0.dimension == dimension }?.value
        }
    }

    func amounts(_ limit: PortfolioLimit, _ exposure: Exposure) -> Sum {
        limit.period == .absolute
            ? Sum(amountMinor: exposure.amountMinor, count: exposure.count)
            : Sum(amountMinor: exposure.flowMinor, count: exposure.flowCount)
    }

    func period(_ limit: PortfolioLimit, _ exposure: Exposure) -> Int32 {
        let seconds = Int64(exposure.placedSeconds)
        let step = limit.zone.steps.last { $0.fromSeconds <= seconds }
        let local = seconds + Int64(step?.offsetSeconds ?? 0)
        let day = Int32(local / 86_400)
        switch limit.period {
        case .absolute: return 0
        case .day: return day
        case .month:
            var month: Int32 = 0
            var firstDay: Int32 = 0
            while true {
                let year = 1970 + month / 12
                let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
                let lengths: [Int32] = [
                    31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
                ]
                if day < firstDay + lengths[Int(month % 12)] { return month }
                firstDay += lengths[Int(month % 12)]
                month += 1
            }
        }
    }

    /// The scope of a limit that an exposure falls into; nil when it does not match, or lacks a
    /// label.
    func scope(_ limit: PortfolioLimit, _ exposure: Exposure) -> Scope? {
        guard limit.measure == exposure.measure else { return nil }
        var values: [UInt64] = []
        for term in limit.scope {
            guard let value = value(exposure, term.dimension) else { return nil }
            if let wanted = term.value {
                if wanted != value { return nil }
            } else {
                values.append(value)
            }
        }
        values += Array(repeating: 0, count: 4 - values.count)
        return Scope(values: values, period: period(limit, exposure))
    }

    /// The dimension whose label an exposure lacks, if the limit may concern it.
    func missing(_ limit: PortfolioLimit, _ exposure: Exposure) -> UInt64? {
        guard limit.measure == exposure.measure else { return nil }
        for term in limit.scope {
            if let wanted = term.value, let value = value(exposure, term.dimension),
                wanted != value
            {
                return nil
            }
        }
        return limit.scope.first { value(exposure, $0.dimension) == nil }?.dimension
    }

    // MARK: adding up

    /// Every counter of a limit: of its scopes, and of the whole book for a share.
    func cells(_ counted: Counted) -> [Scope: [Currency: Sum]] {
        var cells: [Scope: [Currency: Sum]] = [:]
        for part in counted.parts {
            let sum = amounts(counted.limit, part)
            guard sum != Sum(), part.measure == counted.limit.measure else { continue }
            var scopes: [Scope] = []
            if let scope = scope(counted.limit, part) { scopes.append(scope) }
            // The book is every transaction of the measure, in the limit's scope or not.
            if counted.limit.bound.isShare {
                scopes.append(
                    Scope(
                        values: Self.wholeBook.values, period: period(counted.limit, part)))
            }
            for scope in scopes {
                cells[scope, default: [:]][part.currency, default: Sum()].amountMinor +=
                    sum.amountMinor
                cells[scope, default: [:]][part.currency, default: Sum()].count += sum.count
            }
        }
        guard let newest = cells.keys.map(\.period).max() else { return cells }
        let kept: Int32 = counted.limit.period == .day ? 32 : 2
        return cells.filter { $0.key.period >= newest - kept }
    }

    func total(_ limit: PortfolioLimit, _ sums: [Currency: Sum]) -> ScopeTotal {
        var total = ScopeTotal()
        for (currency, sum) in sums {
            total.count += Int128(sum.count)
            if sum.amountMinor == 0 { continue }
            if currency == limit.currency {
                total.amountMinor += Int128(sum.amountMinor)
            } else if let rate = rates[RatePair(from: currency, to: limit.currency)] {
                let product = Int128(sum.amountMinor) * Int128(rate)
                let (quotient, rest) = product.quotientAndRemainder(dividingBy: 1_000_000_000)
                total.amountMinor += quotient + (rest > 0 ? 1 : 0)
            } else {
                total.isConverted = false
            }
        }
        return total
    }

    func keeps(_ limit: PortfolioLimit, _ total: ScopeTotal, _ book: ScopeTotal) -> Bool {
        switch limit.bound {
        case .amount(let most): total.amountMinor <= most
        case .count(let most): total.count <= most
        case .share(let ppm, let floor):
            total.amountMinor * 1_000_000 <= Int128(ppm) * max(Int128(floor), book.amountMinor)
        }
    }

    func level(_ limit: PortfolioLimit, _ scope: Scope) -> UInt8? {
        guard let counted = limits[limit.id] else { return nil }
        let cells = cells(counted)
        let total = total(limit, cells[scope] ?? [:])
        let book = self.total(
            limit, cells[Scope(values: Self.wholeBook.values, period: scope.period)] ?? [:])
        guard limit.bound.isCount || total.isConverted && book.isConverted else { return nil }
        for percent in [UInt8(100), 90, 80] {
            var part = limit
            var scaled = total
            scaled.amountMinor *= 100
            scaled.count *= 100
            var scaledBook = book
            // One less than the part of the bound must be broken.
            switch limit.bound {
            case .amount(let most): part.bound = .amount(most * Int64(percent) - 1)
            case .count(let most): part.bound = .count(most * Int64(percent) - 1)
            case .share(let ppm, let floor):
                scaled.amountMinor = total.amountMinor * 100 * 1_000_000 + 1
                scaledBook.amountMinor = book.amountMinor * 1_000_000
                part.bound = .share(ppm: ppm * Int64(percent), bookFloorMinor: floor * 1_000_000)
            }
            let taken = limit.bound.isCount ? total.count : total.amountMinor
            if taken > 0, !keeps(part, scaled, scaledBook) { return percent }
        }
        return 0
    }

    // MARK: changes

    mutating func change(
        _ exposures: [Exposure], mayRefuse: Bool
    ) -> (outcome: LedgerOutcome, refusal: PortfolioRefusal?) {
        let ordered = limits.values.sorted { $0.limit.id < $1.limit.id }
        func takes(_ limit: PortfolioLimit, _ exposure: Exposure) -> Bool {
            let sum = amounts(limit, exposure)
            return limit.status == .enforcing
                && (limit.bound.isCount ? sum.count : sum.amountMinor) > 0
        }
        if mayRefuse {
            for counted in ordered {
                for exposure in exposures where takes(counted.limit, exposure) {
                    if let dimension = missing(counted.limit, exposure) {
                        return (
                            .labelMissing,
                            PortfolioRefusal(limit: counted.limit.id, missingDimension: dimension)
                        )
                    }
                }
            }
        }
        let before = limits
        for (id, counted) in limits {
            for exposure in exposures where exposure.position < counted.scanned {
                limits[id]?.parts.append(exposure)
            }
        }
        guard mayRefuse, let found = firstRefusal(exposures, ordered, takes) else {
            return (.done, nil)
        }
        limits = before
        return found
    }

    private func firstRefusal(
        _ exposures: [Exposure], _ ordered: [Counted],
        _ takes: (PortfolioLimit, Exposure) -> Bool
    ) -> (LedgerOutcome, PortfolioRefusal?)? {
        var exceeded: PortfolioRefusal?
        for old in ordered {
            guard let now = limits[old.limit.id] else { continue }
            let limit = now.limit
            let (before, after) = (cells(old), cells(now))
            for exposure in exposures where takes(limit, exposure) {
                guard let scope = scope(limit, exposure), let sums = after[scope] else { continue }
                let had = before[scope]?[exposure.currency] ?? Sum()
                let has = sums[exposure.currency] ?? Sum()
                let net =
                    limit.bound.isCount ? has.count - had.count : has.amountMinor - had.amountMinor
                if net <= 0 { continue }
                let bookScope = Scope(values: Self.wholeBook.values, period: scope.period)
                let (one, all) = (total(limit, sums), total(limit, after[bookScope] ?? [:]))
                if !limit.bound.isCount, !one.isConverted || !all.isConverted {
                    return (.exchangeRateMissing, PortfolioRefusal(limit: limit.id))
                }
                if exceeded == nil, !keeps(limit, one, all) {
                    exceeded = PortfolioRefusal(
                        limit: limit.id,
                        available: available(
                            limit, after, scope, bookScope, exposure.currency, net))
                }
            }
        }
        let isTooMany = exposures.contains { exposure in
            ordered.count { takes($0.limit, exposure) && scope($0.limit, exposure) != nil } > 16
        }
        if isTooMany { return (.tooManyLimits, PortfolioRefusal(limit: PortfolioLimitID(0))) }
        return exceeded.map { (.portfolioLimitExceeded, $0) }
    }

    /// Tries amounts from `net` downwards by halving the step.
    private func available(
        _ limit: PortfolioLimit, _ cells: [Scope: [Currency: Sum]], _ scope: Scope,
        _ bookScope: Scope, _ currency: Currency, _ net: Int64
    ) -> Int64 {
        func fits(_ amount: Int64) -> Bool {
            var (one, all) = (cells[scope] ?? [:], cells[bookScope] ?? [:])
            one[currency]?.amountMinor += amount - net
            one[currency]?.count += limit.bound.isCount ? amount - net : 0
            all[currency]?.amountMinor += amount - net
            return keeps(limit, total(limit, one), total(limit, all))
        }
        var best: Int64 = 0
        var step: Int64 = 1 << 40
        while step > 0 {
            if best + step < net, fits(best + step) { best += step }
            step /= 2
        }
        return best
    }
}

extension NaivePortfolio {
    /// A definition that counts the same goes on with its list, any other starts an empty one.
    mutating func set(_ limit: PortfolioLimit) {
        guard let old = limits[limit.id] else {
            var counted = Counted(limit: limit)
            counted.limit.status = limit.status == .paused ? .paused : .counting
            limits[limit.id] = counted
            return
        }
        let isSame =
            old.limit.scope == limit.scope && old.limit.measure == limit.measure
            && old.limit.period == limit.period && old.limit.zone.name == limit.zone.name
            && (old.limit.bound.isShare || !limit.bound.isShare)
        var status = limit.status == .paused ? .paused : old.limit.status
        var counted = Counted(limit: limit)
        if isSame, !(old.limit.status == .counting && status == .paused) {
            (counted.parts, counted.scanned) = (old.parts, old.scanned)
        } else if status == .enforcing {
            status = .counting
        }
        counted.limit.status = status
        limits[limit.id] = counted
    }

    mutating func pause(_ id: PortfolioLimitID, isPaused: Bool) {
        guard var counted = limits[id] else { return }
        switch (counted.limit.status, isPaused) {
        case (.counting, true): counted = Counted(limit: counted.limit)
        case (.paused, false) where counted.scanned != .max:
            counted = Counted(limit: counted.limit)
            counted.limit.status = .counting
            limits[id] = counted
            return
        case (.paused, false):
            counted.limit.status = .enforcing
        default: break
        }
        if isPaused { counted.limit.status = .paused }
        limits[id] = counted
    }
}
