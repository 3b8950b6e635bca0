public import Domain
internal import Ground

/// What a chain changed beside cells, to be undone.
enum RareUndo: Sendable {
    /// A definition was added, in the place of another one or of none.
    case defined(Int, replaced: Int?)
    case changed(Int, limit: PortfolioLimit, scanPosition: UInt64, isFirstTouch: Bool)
    case rateAdded(book: Int, pair: RatePair)
    case rateChanged(Int, before: ExchangeRate)
}

/// The next piece of work on a limit that is COUNTING.
public struct CountingTask: Hashable, Sendable {
    public var tenant: TenantID
    public var limit: PortfolioLimitID
    /// The scan of an earlier run is void: the record is a `restartCounting`.
    public var mustRestart: Bool
    /// The row position of the first line that is not counted yet.
    public var position: UInt64
}

extension Portfolio {
    /// The oldest limit that is COUNTING; nil when none is. Complexity: O(limits counting).
    public var countingTask: CountingTask? {
        for number in counting where Int(number) < definitions.count {
            let definition = definitions[Int(number)]
            if definition.isCurrent, definition.limit.status == .counting {
                return CountingTask(
                    tenant: definition.limit.tenant, limit: definition.limit.id,
                    mustRestart: definition.mustRestart, position: definition.scanPosition)
            }
        }
        return nil
    }

    /// Makes a limit (`id` 0: its id is the stamp's number) or replaces the definition of one.
    ///
    /// A replacement that changes only bound, currency or pause goes on with the counters there
    /// are; any other counts anew. A limit that is given as `.paused` is paused, any other keeps
    /// the status that it has. The scope is sorted by dimension, each once, values not zero.
    mutating func setLimit(_ limit: PortfolioLimit, stamp: LedgerStamp) -> LedgerOutcome {
        precondition(limit.tenant == stamp.tenant, "a limit is its record's tenant's")
        precondition(Self.isScope(limit.scope), "a scope has 1 to 4 terms, sorted")
        precondition(limit.zone.steps.count <= ZoneOffsets.stepCountMax, "a zone is bounded")
        let book = makeBook(limit.tenant)
        var made = limit
        made.version = 1
        made.lastSequence = stamp.sequence
        made.status = limit.status == .paused ? .paused : .counting
        guard limit.id.rawValue != 0 else {
            guard books[book].limits.count < PortfolioLimit.countMax,
                books[book].hasRoom(for: limit)
            else { return .tooMany }
            made.id = PortfolioLimitID(stamp.tenantSequence)
            define(made, replacing: nil, book: book, stamp: stamp)
            return .done
        }
        guard let old = books[book].definitions[limit.id] else { return .portfolioLimitUnknown }
        let current = definitions[old].limit
        made.version = current.version
        if made.status != .paused { made.status = current.status }
        if limit.countsAs(current, untilSeconds: Int64(stamp.seconds)) {
            if current.status == .counting, made.status == .paused {
                define(made, replacing: old, book: book, stamp: stamp)
                return .done
            }
            made.lastSequence = current.lastSequence
            alter(old, stamp: stamp) { $0.limit = made }
            return .done
        }
        guard books[book].hasRoom(for: limit) else { return .tooMany }
        if made.status == .enforcing { made.status = .counting }
        define(made, replacing: old, book: book, stamp: stamp)
        return .done
    }

    /// Pauses a limit or lets it go on.
    ///
    /// One that was still COUNTING is not counted while it is paused, and starts its count when it
    /// goes on: half a count is worth nothing, and whether one is whole must follow from the images
    /// in the journal. Its `lastSequence` is `.max` meanwhile: no counter of it counts.
    mutating func pauseLimit(
        _ id: PortfolioLimitID, isPaused: Bool, stamp: LedgerStamp
    ) -> LedgerOutcome {
        guard let book = tenants[stamp.tenant], let number = books[book].definitions[id] else {
            return .portfolioLimitUnknown
        }
        var limit = definitions[number].limit
        switch (limit.status, isPaused) {
        case (.counting, true):
            limit.status = .paused
            define(limit, replacing: number, book: book, stamp: stamp)
        case (.enforcing, true):
            alter(number, stamp: stamp) { $0.limit.status = .paused }
        case (.paused, false) where limit.lastSequence == Self.uncounted:
            limit.status = .counting
            define(limit, replacing: number, book: book, stamp: stamp)
        case (.paused, false):
            alter(number, stamp: stamp) { $0.limit.status = .enforcing }
        case (.paused, true), (.counting, false), (.enforcing, false):
            break
        }
        return .done
    }

    /// Sets what one minor unit of `from` is worth; `ratePpb` is from 1 to 10^18.
    mutating func setRate(
        from: Currency, to: Currency, ratePpb: Int64, stamp: LedgerStamp
    ) -> LedgerOutcome {
        precondition((1...Self.ratePpbMax).contains(ratePpb), "a rate is from 1 to 10^18")
        let book = makeBook(stamp.tenant)
        let pair = RatePair(from: from, to: to)
        let rate = ExchangeRate(
            tenant: stamp.tenant, from: from, to: to, ratePpb: ratePpb,
            lastSequence: stamp.sequence)
        if let number = books[book].rates[pair] {
            remember(.rateChanged(number, before: rates[number]))
            rates[number] = rate
            touchedRates.append(number)
            return .done
        }
        guard books[book].rates.count < PortfolioBook.rateCountMax else { return .tooMany }
        rates.append(rate)
        books[book].rates[pair] = rates.count - 1
        touchedRates.append(rates.count - 1)
        remember(.rateAdded(book: book, pair: pair))
        return .done
    }

    /// Adds one line's exposures to the counters of a limit, whatever its scan has passed.
    mutating func count(
        _ exposures: [Exposure], into id: PortfolioLimitID, stamp: LedgerStamp
    ) {
        guard let book = tenants[stamp.tenant], let number = books[book].definitions[id] else {
            preconditionFailure("a limit that is counted is there")
        }
        let scanPosition = definitions[number].scanPosition
        definitions[number].scanPosition = .max
        for exposure in exposures where exposure.measure == definitions[number].limit.measure {
            touches.removeAll(keepingCapacity: true)
            gather(exposure, only: number, book: book)
            for place in touches.indices { _ = take(place, book: book, stamp: stamp) }
        }
        definitions[number].scanPosition = scanPosition
    }

    /// Says that every line below `position` is in the counters of a limit.
    mutating func advanceCounting(
        _ id: PortfolioLimitID, to position: UInt64, stamp: LedgerStamp
    ) {
        let number = countingDefinition(id, stamp: stamp)
        precondition(position >= definitions[number].scanPosition, "a scan goes forward")
        let definition = definitions[number]
        remember(
            .changed(
                number, limit: definition.limit, scanPosition: definition.scanPosition,
                isFirstTouch: false))
        definitions[number].scanPosition = position
    }

    /// Every line is counted: the limit refuses from here on.
    mutating func finishCounting(_ id: PortfolioLimitID, stamp: LedgerStamp) {
        let number = countingDefinition(id, stamp: stamp)
        alter(number, stamp: stamp) {
            $0.limit.status = .enforcing
            $0.scanPosition = .max
        }
    }

    /// Counts a limit anew whose scan did not live to its end: after a restart rows have other
    /// positions.
    mutating func restartCounting(_ id: PortfolioLimitID, stamp: LedgerStamp) {
        guard let book = tenants[stamp.tenant], let number = books[book].definitions[id],
            definitions[number].limit.status == .counting
        else { preconditionFailure("a limit that restarts is counting") }
        define(definitions[number].limit, replacing: number, book: book, stamp: stamp)
    }

    /// `lastSequence` of a paused limit that was never counted to the end.
    static let uncounted = UInt64.max
    /// The greatest rate. Reason: the product of an amount and a rate fits 127 bits.
    public static let ratePpbMax: Int64 = 1_000_000_000_000_000_000

    private func countingDefinition(_ id: PortfolioLimitID, stamp: LedgerStamp) -> Int {
        guard let book = tenants[stamp.tenant], let number = books[book].definitions[id],
            definitions[number].limit.status == .counting, !definitions[number].mustRestart
        else { preconditionFailure("a limit that is counted is counting") }
        return number
    }

    /// Adds a definition that counts from nothing.
    private mutating func define(
        _ limit: PortfolioLimit, replacing old: Int?, book: Int, stamp: LedgerStamp
    ) {
        var limit = limit
        limit.lastSequence = limit.status == .paused ? Self.uncounted : stamp.sequence
        if let old {
            if !touchedLimits.contains(UInt32(old)) { limit.version += 1 }
            retire(old, book: book)
            replaced.append(old)
        }
        let number = addDefinition(LimitDefinition(limit, isCounted: false))
        enter(number, book: book)
        touchedLimits.append(UInt32(number))
        remember(.defined(number, replaced: old))
    }

    /// Changes a definition whose counters go on.
    private mutating func alter(
        _ number: Int, stamp: LedgerStamp, _ change: (inout LimitDefinition) -> Void
    ) {
        let isFirstTouch = !touchedLimits.contains(UInt32(number))
        let definition = definitions[number]
        remember(
            .changed(
                number, limit: definition.limit, scanPosition: definition.scanPosition,
                isFirstTouch: isFirstTouch))
        change(&definitions[number])
        if isFirstTouch {
            definitions[number].limit.version += 1
            touchedLimits.append(UInt32(number))
        }
    }

    /// Puts a definition under a number that no counter has any more.
    mutating func addDefinition(_ definition: LimitDefinition) -> Int {
        guard let vacant = vacantDefinitions.popLast() else {
            definitions.append(definition)
            return definitions.count - 1
        }
        definitions[Int(vacant)] = definition
        return Int(vacant)
    }

    /// Lets transactions find a definition.
    mutating func enter(_ number: Int, book: Int) {
        definitions[number].isCurrent = true
        let places = books[book].add(definitions[number].limit, definition: number)
        definitions[number].openCount = places.count
        for (place, dimension) in places.enumerated() {
            definitions[number].openPlaces[place] = dimension
        }
        if definitions[number].limit.status == .counting { counting.append(UInt32(number)) }
    }

    /// Hides a definition, and with it all its counters.
    mutating func retire(_ number: Int, book: Int) {
        definitions[number].isCurrent = false
        books[book].remove(definitions[number].limit)
    }

    private mutating func remember(_ entry: RareUndo) {
        rareUndo.append(entry)
        undoLog.append(.rare)
    }

    mutating func undoRare(_ entry: RareUndo) {
        switch entry {
        case .defined(let number, let old):
            let book = book(ofDefinition: number)
            retire(number, book: book)
            touchedLimits.removeLast()
            vacantDefinitions.append(UInt32(number))
            if let old {
                replaced.removeLast()
                enter(old, book: book)
            }
        case .changed(let number, let limit, let scanPosition, let isFirstTouch):
            definitions[number].limit = limit
            definitions[number].scanPosition = scanPosition
            if isFirstTouch { touchedLimits.removeLast() }
            if limit.status == .counting { counting.append(UInt32(number)) }
        case .rateAdded(let book, let pair):
            books[book].rates[pair] = nil
            rates.removeLast()
            touchedRates.removeLast()
        case .rateChanged(let number, let before):
            rates[number] = before
            touchedRates.removeLast()
        }
    }

    /// The place of a tenant's book, which is made if there is none.
    mutating func makeBook(_ tenant: TenantID) -> Int {
        if let book = tenants[tenant] { return book }
        books.append(PortfolioBook(tenant))
        tenants[tenant] = books.count - 1
        return books.count - 1
    }

    private static func isScope(_ scope: [ScopeTerm]) -> Bool {
        (1...PortfolioLimit.termCountMax).contains(scope.count)
            && scope.allSatisfy { $0.value != 0 && $0.dimension != 0 }
            && zip(scope, scope.dropFirst()).allSatisfy { $0.dimension < $1.dimension }
    }
}
