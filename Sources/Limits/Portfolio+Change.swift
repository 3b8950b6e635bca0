public import Domain
internal import Ground

/// A counter that a change meets.
struct CellTouch {
    var limit: PortfolioLimitID
    var definition: Int
    var period: Int32
    var currency: UInt8
    var values: CellValues
    var amountMinor: Int64
    var count: Int64
    /// It may refuse: the limit is enforcing and more of what it bounds is asked for.
    var mayRefuse: Bool
    /// Where the counter is, once it was changed.
    var slot = 0
}

/// The first reason against a change, in the order of `LedgerOutcome.precedence`, and among equal
/// ones that of the oldest limit.
struct PortfolioVerdict {
    private(set) var outcome = LedgerOutcome.done
    private(set) var refusal: PortfolioRefusal?

    /// The reasons that are looked for here, in the order of precedence.
    private static let order: [LedgerOutcome] = [
        .labelMissing, .exchangeRateMissing, .tooManyLimits, .tooMany, .amountOverflow,
        .portfolioLimitExceeded,
    ]

    private static func rank(_ outcome: LedgerOutcome) -> Int {
        order.firstIndex(of: outcome) ?? order.count
    }

    /// Whether a refusal for this reason by this limit would be the answer.
    func isBehind(_ reason: LedgerOutcome, _ limit: PortfolioLimitID) -> Bool {
        let (mine, other) = (Self.rank(outcome), Self.rank(reason))
        return other < mine || other == mine && limit < (refusal?.limit ?? PortfolioLimitID(0))
    }

    mutating func consider(_ reason: LedgerOutcome, _ why: PortfolioRefusal) {
        guard isBehind(reason, why.limit) else { return }
        outcome = reason
        refusal = why
    }
}

extension Portfolio {
    /// Changes every counter that the exposures match, or none.
    ///
    /// `mayRefuse` is false where nothing may stop the change: what gives back, moves or is a fact
    /// already. All exposures are of one tenant. A refusal leaves the reason in `refusal` and keeps
    /// what the chain did before. Complexity: see `Portfolio`; an exposure without limits costs one
    /// look-up in an array.
    mutating func change(
        _ exposures: [Exposure], mayRefuse: Bool, stamp: LedgerStamp
    ) -> LedgerOutcome {
        if exposures.count == 1 {
            return change(exposures[0], mayRefuse: mayRefuse, stamp: stamp)
        }
        if !mayRefuse {
            for exposure in exposures { _ = change(exposure, mayRefuse: false, stamp: stamp) }
            return .done
        }
        guard let first = exposures.first, let book = tenants[first.tenant] else { return .done }
        touches.removeAll(keepingCapacity: true)
        var verdict = PortfolioVerdict()
        for exposure in exposures {
            precondition(exposure.tenant == first.tenant, "a change is one tenant's")
            gather(exposure, book: book, verdict: &verdict)
        }
        return settle(book: book, verdict: verdict, stamp: stamp)
    }

    /// The same for one exposure.
    mutating func change(
        _ exposure: Exposure, mayRefuse: Bool, stamp: LedgerStamp
    ) -> LedgerOutcome {
        guard let book = tenants[exposure.tenant] else { return .done }
        if !touches.isEmpty { touches.removeAll(keepingCapacity: true) }
        var verdict = PortfolioVerdict()
        gather(exposure, book: book, verdict: &verdict)
        if mayRefuse { return settle(book: book, verdict: verdict, stamp: stamp) }
        for place in touches.indices { _ = take(place, book: book, stamp: stamp) }
        return .done
    }

    /// Adds what the limits of the book make of an exposure to `touches`.
    private mutating func gather(
        _ exposure: Exposure, book: Int, verdict: inout PortfolioVerdict
    ) {
        // Each list by itself: a copy of the book would count all of its lists.
        let (shapes, shares) =
            exposure.measure == .used
            ? (books[book].used.shapes, books[book].used.shares)
            : (books[book].granted.shapes, books[book].granted.shares)
        if shapes.isEmpty { return }
        resolve(exposure, book: book)
        let firstTouch = touches.count
        for share in shares { touchBook(share, exposure) }
        for index in shapes.indices {
            var fixed = FixedValues(values: CellValues(repeating: 0))
            var isMissing = false
            for place in shapes[index].places.indices {
                let value = dimensionValues[shapes[index].places[place]]
                fixed.values[place] = value
                if value == 0 { isMissing = true }
            }
            if isMissing {
                for member in shapes[index].agreeing(with: fixed.values) {
                    let definition = Int(member.definition)
                    if definitions[definition].rule.takes(exposure) {
                        missLabel(definition, book: book, verdict: &verdict)
                    }
                }
                continue
            }
            for member in shapes[index].members(fixed) {
                touch(member, exposure, book: book, verdict: &verdict)
            }
        }
        let enforcingCount = touches[firstTouch...].count { $0.mayRefuse }
        if enforcingCount > PortfolioLimit.matchCountMax {
            verdict.consider(.tooManyLimits, PortfolioRefusal(limit: PortfolioLimitID(0)))
        }
    }

    /// Adds what one definition makes of an exposure to `touches`.
    mutating func gather(_ exposure: Exposure, only number: Int, book: Int) {
        resolve(exposure, book: book)
        let limit = definitions[number].limit
        let member = LimitShape.Member(limit: limit.id, definition: UInt32(number))
        touchBook(member, exposure)
        for term in limit.scope {
            guard let value = term.value else { continue }
            if self.value(of: term.dimension, book: book) != value { return }
        }
        var verdict = PortfolioVerdict()
        touch(member, exposure, book: book, verdict: &verdict)
    }

    /// The resolved value of a dimension that some limit uses.
    private func value(of dimension: UInt64, book: Int) -> UInt64 {
        let place = books[book].dimensions.firstIndex {
            $0.useCount > 0 && $0.dimension == dimension
        }
        return place.map { dimensionValues[$0] } ?? 0
    }

    /// Adds the counter of one matching limit to `touches`.
    private mutating func touch(
        _ member: LimitShape.Member, _ exposure: Exposure, book: Int,
        verdict: inout PortfolioVerdict
    ) {
        let definition = Int(member.definition)
        let rule = definitions[definition].rule
        let (amountMinor, count) = (rule.amountMinor(exposure), rule.count(exposure))
        if amountMinor | count == 0 { return }
        let mayRefuse = rule.takes(exposure)
        // The scan has not come to this line yet and will find the change in it.
        if exposure.position >= definitions[definition].scanPosition { return }
        var values = CellValues(repeating: 0)
        for place in 0..<definitions[definition].openCount {
            let value = dimensionValues[Int(definitions[definition].openPlaces[place])]
            if value == 0 {
                if mayRefuse { missLabel(definition, book: book, verdict: &verdict) }
                return
            }
            values[place] = value
        }
        let period = definitions[definition].period(atSeconds: exposure.placedSeconds)
        // So long ago that its counter was forgotten: nothing can ask what this gives back to.
        guard definitions[definition].keeps(period) else { return }
        touches.append(
            CellTouch(
                limit: member.limit, definition: definition, period: period,
                currency: currencyNumber(exposure.currency), values: values,
                amountMinor: amountMinor, count: count, mayRefuse: mayRefuse))
    }

    /// Adds the counter of the whole book of a share limit to `touches`: the book is every
    /// transaction of the measure, in the limit's scope or not.
    private mutating func touchBook(_ member: LimitShape.Member, _ exposure: Exposure) {
        let definition = Int(member.definition)
        let rule = definitions[definition].rule
        guard rule.isShare, exposure.position < definitions[definition].scanPosition
        else { return }
        let (amountMinor, count) = (rule.amountMinor(exposure), rule.count(exposure))
        if amountMinor | count == 0 { return }
        let period = definitions[definition].period(atSeconds: exposure.placedSeconds)
        guard definitions[definition].keeps(period) else { return }
        touches.append(
            CellTouch(
                limit: member.limit, definition: definition, period: period,
                currency: currencyNumber(exposure.currency), values: CellKey.wholeBook,
                amountMinor: amountMinor, count: count, mayRefuse: false))
    }

    /// Writes the exposure's value of each dimension of the book into `dimensionValues`; 0 where it
    /// has none.
    private mutating func resolve(_ exposure: Exposure, book: Int) {
        for place in books[book].dimensions.indices {
            let dimension = books[book].dimensions[place].dimension
            dimensionValues[place] =
                switch dimension {
                case Dimension.tenant: 1
                case Dimension.customer: Label.value(of: exposure.subject.hash)
                case Dimension.product: Label.value(of: exposure.product)
                // A customer who is connected to no one is a group of one.
                case Dimension.group:
                    exposure.group != 0
                        ? exposure.group : Label.value(of: exposure.subject.hash)
                default: labels.value(exposure.labels, of: dimension)
                }
        }
    }

    /// Notes that a limit needs a label that the transaction does not have.
    private func missLabel(_ definition: Int, book: Int, verdict: inout PortfolioVerdict) {
        let limit = definitions[definition].limit
        guard verdict.isBehind(.labelMissing, limit.id) else { return }
        let missing = limit.scope.first { value(of: $0.dimension, book: book) == 0 }
        verdict.consider(
            .labelMissing,
            PortfolioRefusal(limit: limit.id, missingDimension: missing?.dimension ?? 0))
    }

    /// Changes the counters in `touches` and asks their limits; takes it back if one refuses.
    private mutating func settle(
        book: Int, verdict: PortfolioVerdict, stamp: LedgerStamp
    ) -> LedgerOutcome {
        var verdict = verdict
        if verdict.outcome == .labelMissing {
            return refuse(verdict.outcome, verdict.refusal)
        }
        let mark = undoLog.count
        for place in touches.indices {
            let problem = take(place, book: book, stamp: stamp)
            // A limit that does not enforce refuses nothing, not even a sum that does not fit.
            let isEnforcing = definitions[touches[place].definition].rule.isEnforcing
            if problem != .done && (problem != .amountOverflow || isEnforcing) {
                verdict.consider(problem, PortfolioRefusal(limit: touches[place].limit))
            }
        }
        for place in touches.indices where touches[place].mayRefuse {
            judge(place, book: book, verdict: &verdict)
        }
        guard verdict.outcome != .done else { return .done }
        rollBack(to: mark)
        return refuse(verdict.outcome, verdict.refusal)
    }

    /// Changes one counter, which is made if need be. Says what would forbid it, if anything may.
    mutating func take(_ place: Int, book: Int, stamp: LedgerStamp) -> LedgerOutcome {
        let touch = touches[place]
        let key = CellPlace(
            definition: touch.definition, period: touch.period, currency: touch.currency,
            values: touch.values)
        var outcome = LedgerOutcome.done
        let slot: Int
        if let found = cells.slot(of: key) {
            slot = found
        } else {
            if books[book].cellCount >= PortfolioBook.cellCountMax { outcome = .tooMany }
            slot = insertCell(key, book: book)
            undoLog.append(
                CellUndo(
                    amountMinor: 0, count: 0, lastSequence: 0, slot: UInt32(slot), isNew: true,
                    isFirstTouch: false))
        }
        touches[place].slot = slot
        var row = cells[slot]
        let isFirstTouch = row.lastSequence != stamp.sequence
        undoLog.append(
            CellUndo(
                amountMinor: row.amountMinor, count: row.count, lastSequence: row.lastSequence,
                slot: UInt32(slot), isNew: false, isFirstTouch: isFirstTouch))
        if isFirstTouch {
            touched.append(
                TouchedCell(slot: UInt32(slot), previousSequence: row.lastSequence))
        }
        let (amountMinor, amountOverflows) = row.amountMinor.addingReportingOverflow(
            touch.amountMinor)
        // Where nothing may refuse, a scan or a move, a sum can reach the greatest number. It stays
        // there: what is given back later may be of what did not fit.
        let isFull = amountOverflows || row.amountMinor == .max || amountMinor == .max
        let (count, countOverflows) = row.count.addingReportingOverflow(touch.count)
        row.amountMinor = isFull ? .max : amountMinor
        row.count = count
        row.lastSequence = stamp.sequence
        cells[slot] = row
        return isFull && touch.amountMinor > 0 || countOverflows ? .amountOverflow : outcome
    }

    /// Adds an empty counter to the table and to the list of its period.
    mutating func insertCell(_ key: CellPlace, book: Int) -> Int {
        let definition = Int(key.definition)
        let slot = cells.insert(key, next: definitions[definition].newest(key.period))
        definitions[definition].link(slot, key.period)
        definitions[definition].note(key.currency)
        definitions[definition].cellCount += 1
        books[book].cellCount += 1
        return slot
    }
}

extension CellKey {
    /// The values under which a share limit counts the tenant's whole book: no label set has them.
    public static let wholeBook = InlineArray<4, UInt64>(repeating: .max)

    /// Whether it counts the whole book for a share limit, which is no scope of its own.
    public var isWholeBook: Bool {
        values[0] & values[1] & values[2] & values[3] == .max
    }
}
