internal import Domain
internal import Ground

/// What a scope comes to over all currencies, in the currency of its limit.
struct ScopeTotal {
    /// Minor units of the limit's currency, every currency rounded up by itself.
    var amountMinor: Int128 = 0
    var count: Int128 = 0
    /// False when something was counted in a currency that has no rate.
    var isConverted = true
}

/// Comparing with bounds. 128 bits, because a share multiplies a sum by a million and a rate by a
/// thousand million.
enum PortfolioMeter {
    /// Amounts beyond are taken as this. Reason: a hundred times a million times the sum of all
    /// currencies still fits 127 bits, and there is no such amount of money.
    private static let amountMax: Int128 = 1 << 90
    private static let ppb: Int128 = 1_000_000_000

    /// Rounded up, so that a bound is never overshot by rounding.
    static func convert(_ amountMinor: Int128, ratePpb: Int64) -> Int128 {
        let product = amountMinor * Int128(ratePpb)
        let quotient = product > 0 ? (product + ppb - 1) / ppb : product / ppb
        return min(max(quotient, -amountMax), amountMax)
    }

    /// The greatest amount that is still worth at most `amountMinor` when it is rounded up.
    static func convertBack(_ amountMinor: Int128, ratePpb: Int64) -> Int128 {
        amountMinor <= 0 ? 0 : amountMinor * ppb / Int128(ratePpb)
    }

    /// Whether a total, with what is asked for in it, keeps the bound.
    static func keeps(_ bound: PortfolioBound, _ total: ScopeTotal, book: ScopeTotal) -> Bool {
        switch bound {
        case .amount(let most): total.amountMinor <= most
        case .count(let most): total.count <= most
        case .share(let ppm, let bookFloorMinor):
            total.amountMinor * 1_000_000
                <= Int128(ppm) * max(book.amountMinor, Int128(bookFloorMinor))
        }
    }

    /// 0, 80, 90 or 100: how much of the bound is reached, in percent.
    static func level(_ bound: PortfolioBound, _ total: ScopeTotal, book: ScopeTotal) -> UInt8 {
        let (taken, most): (Int128, Int128) =
            switch bound {
            case .amount(let most): (total.amountMinor, Int128(most))
            case .count(let most): (total.count, Int128(most))
            case .share(let ppm, let bookFloorMinor):
                (
                    total.amountMinor * 1_000_000,
                    Int128(ppm) * max(book.amountMinor, Int128(bookFloorMinor))
                )
            }
        if taken <= 0 || taken * 100 < most * 80 { return 0 }
        if taken * 100 < most * 90 { return 80 }
        return taken * 100 < most * 100 ? 90 : 100
    }

    /// What a bound would still take, minor units of the limit's currency or a count.
    static func available(
        _ bound: PortfolioBound, _ total: ScopeTotal, book: ScopeTotal
    ) -> Int64 {
        switch bound {
        case .amount(let most): return clamp(Int128(most) - total.amountMinor)
        case .count(let most): return clamp(Int128(most) - total.count)
        case .share(let ppm, let bookFloorMinor):
            if ppm >= 1_000_000 { return .max }
            // What keeps the share of the floor, or of a book that grows along: the larger of both.
            let ofFloor = Int128(ppm) * Int128(bookFloorMinor) / 1_000_000 - total.amountMinor
            let room = Int128(ppm) * book.amountMinor - total.amountMinor * 1_000_000
            return clamp(max(ofFloor, room <= 0 ? 0 : room / (1_000_000 - Int128(ppm))))
        }
    }

    static func clamp(_ number: Int128) -> Int64 {
        Int64(min(max(number, 0), Int128(Int64.max)))
    }
}

extension Portfolio {
    /// Sums a scope over its currencies. `known` is a slot of one of its counters, if there is one:
    /// with a single currency nothing is looked up. Complexity: O(currencies of the limit).
    func total(
        _ definition: Int, period: Int32, values: CellValues, book: Int, known: Int? = nil
    ) -> ScopeTotal {
        var total = ScopeTotal()
        if let known, definitions[definition].currencies.count == 1 {
            add(cells[known], to: &total, definition: definition, book: book)
            return total
        }
        for currency in definitions[definition].currencies {
            let key = CellPlace(
                definition: definition, period: period, currency: currency, values: values)
            if let slot = cells.slot(of: key) {
                add(cells[slot], to: &total, definition: definition, book: book)
            }
        }
        return total
    }

    private func add(_ row: CellRow, to total: inout ScopeTotal, definition: Int, book: Int) {
        total.count += Int128(row.count)
        if row.amountMinor == 0 { return }
        guard
            let rate = rate(
                row.currency, to: definitions[definition].limit.currency, book: book)
        else {
            total.isConverted = false
            return
        }
        total.amountMinor += PortfolioMeter.convert(Int128(row.amountMinor), ratePpb: rate)
    }

    /// Parts per thousand million; nil when the tenant set none.
    func rate(_ from: UInt8, to: Currency, book: Int) -> Int64? {
        let from = currencies[Int(from)]
        if from == to { return 1_000_000_000 }
        return books[book].rates[RatePair(from: from, to: to)].map { rates[$0].ratePpb }
    }

    /// Looks whether the counter that a change has just met still keeps its bound.
    func judge(_ place: Int, book: Int, verdict: inout PortfolioVerdict) {
        let touch = touches[place]
        let (netMinor, netCount) = net(touch)
        let bound = definitions[touch.definition].limit.bound
        guard (bound.isCount ? netCount : netMinor) > 0 else { return }
        let total = total(
            touch.definition, period: touch.period, values: touch.values, book: book,
            known: touch.slot)
        var whole = ScopeTotal()
        var wholeSlot = touch.slot
        if bound.isShare {
            // The counter of the whole book is met before that of the scope.
            let met = touches.first {
                $0.definition == touch.definition && $0.period == touch.period
                    && $0.currency == touch.currency && $0.values[0] == .max
            }
            guard let met else { preconditionFailure("a share counts the whole book") }
            wholeSlot = met.slot
            whole = self.total(
                touch.definition, period: touch.period, values: CellKey.wholeBook, book: book,
                known: wholeSlot)
        }
        if !bound.isCount, !total.isConverted || !whole.isConverted {
            verdict.consider(.exchangeRateMissing, PortfolioRefusal(limit: touch.limit))
        } else if !PortfolioMeter.keeps(bound, total, book: whole),
            verdict.isBehind(.portfolioLimitExceeded, touch.limit)
        {
            let available = available(
                touch, netMinor: netMinor, netCount: netCount, total: total, whole: whole,
                wholeSlot: wholeSlot, book: book)
            verdict.consider(
                .portfolioLimitExceeded,
                PortfolioRefusal(limit: touch.limit, available: available))
        }
    }

    /// What the whole change does to a counter: it may give back with one hand what it takes with
    /// the other.
    private func net(_ touch: CellTouch) -> (minor: Int128, count: Int128) {
        var net: (minor: Int128, count: Int128) = (0, 0)
        for other in touches where other.slot == touch.slot {
            net.minor += Int128(other.amountMinor)
            net.count += Int128(other.count)
        }
        return net
    }

    /// The most that the limit would have taken instead, in the currency of the exposure.
    private func available(
        _ touch: CellTouch, netMinor: Int128, netCount: Int128, total: ScopeTotal,
        whole: ScopeTotal, wholeSlot: Int, book: Int
    ) -> Int64 {
        let limit = definitions[touch.definition].limit
        let before = Int128(cells[touch.slot].amountMinor) - netMinor
        guard let rate = rate(touch.currency, to: limit.currency, book: book) else { return 0 }
        func worth(_ amountMinor: Int128) -> Int128 {
            PortfolioMeter.convert(amountMinor, ratePpb: rate)
        }
        switch limit.bound {
        case .count(let most):
            return PortfolioMeter.clamp(Int128(most) - (total.count - netCount))
        case .amount(let most):
            let others = total.amountMinor - worth(before + netMinor)
            return PortfolioMeter.clamp(
                PortfolioMeter.convertBack(Int128(most) - others, ratePpb: rate) - before)
        case .share:
            // By halving: with a floor, a share of itself and rounding there is no shorter way that
            // is exact, and a refusal may take a microsecond.
            let wholeNow = Int128(cells[wholeSlot].amountMinor)
            var (low, high) = (Int128(0), netMinor)
            while low < high {
                let middle = (low + high + 1) / 2
                var (one, all) = (total, whole)
                one.amountMinor += worth(before + middle) - worth(before + netMinor)
                all.amountMinor += worth(wholeNow - netMinor + middle) - worth(wholeNow)
                if PortfolioMeter.keeps(limit.bound, one, book: all) {
                    low = middle
                } else {
                    high = middle - 1
                }
            }
            return PortfolioMeter.clamp(low)
        }
    }
}
