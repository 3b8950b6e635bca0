public import Domain
internal import Ground

/// What a checkpoint copies, and how images are written back.
extension Portfolio {
    /// Rows of a checkpoint block. Reason: one is copied while the sequencer waits, 256 rows take
    /// some 20 us.
    public static let blockRowCount = 256

    /// Blocks of limits there are now.
    public var limitBlockCount: Int { Self.blocks(definitions.count) }
    /// Blocks of counters there are now.
    public var cellBlockCount: Int { Self.blocks(cells.slotCount) }
    /// Blocks of exchange rates there are now.
    public var rateBlockCount: Int { Self.blocks(rates.count) }
    /// Blocks of label sets there are now.
    public var labelSetBlockCount: Int { Self.blocks(labels.count) }

    /// The limits of one block; fewer than 256 at the end and where limits were replaced.
    public func limitBlock(_ index: Int) -> [PortfolioLimit] {
        Self.block(index, of: definitions.count).compactMap {
            definitions[$0].isCurrent ? definitions[$0].limit : nil
        }
    }

    /// The counters of one block; fewer than 256 at the end and where counters were forgotten.
    public func cellBlock(_ index: Int) -> [CellImage] {
        Self.block(index, of: cells.slotCount).compactMap {
            isAlive(cells[$0]) ? image(of: cells[$0]) : nil
        }
    }

    /// The exchange rates of one block.
    public func rateBlock(_ index: Int) -> [ExchangeRate] {
        Self.block(index, of: rates.count).map { rates[$0] }
    }

    /// The label sets of one block.
    public func labelSetBlock(_ index: Int) -> [LabelSetImage] {
        Self.block(index, of: labels.count).map { labels.image($0 + 1) }
    }

    /// Every limit, in no particular order.
    public func forEachLimit(_ body: (PortfolioLimit) -> Void) {
        for definition in definitions where definition.isCurrent { body(definition.limit) }
    }

    /// Every counter that can still be asked for, in no particular order.
    public func forEachCell(_ body: (CellImage) -> Void) {
        for slot in 0..<cells.slotCount where isAlive(cells[slot]) { body(image(of: cells[slot])) }
    }

    /// Every exchange rate, in no particular order.
    public func forEachRate(_ body: (ExchangeRate) -> Void) {
        for rate in rates { body(rate) }
    }

    /// Every label set, by number.
    public func forEachLabelSet(_ body: (LabelSetImage) -> Void) {
        for number in 0..<labels.count { body(labels.image(number + 1)) }
    }

    private static func blocks(_ rows: Int) -> Int { (rows + blockRowCount - 1) / blockRowCount }

    private static func block(_ index: Int, of count: Int) -> Range<Int> {
        let start = min(index * blockRowCount, count)
        return start..<min(start + blockRowCount, count)
    }
}

/// A rebuild from images in any order: of each row the newest one counts.
extension Portfolio {
    /// Begins it; nothing else may be called until `finishRestoring`.
    mutating func beginRestoring() {
        precondition(definitions.isEmpty && labels.count == 0 && rates.isEmpty, "only when empty")
        isRestoring = true
    }

    /// Writes a limit back, unless a newer version is there.
    mutating func restore(_ image: PortfolioLimit) {
        precondition(isRestoring, "restoring was not begun")
        let number = restoringDefinition(image.tenant, image.id)
        guard image.version > definitions[number].limit.version else { return }
        definitions[number].limit = image
        definitions[number].isKnown = true
    }

    /// Writes a counter back, unless a newer state is there.
    mutating func restore(_ image: CellImage) {
        precondition(isRestoring, "restoring was not begun")
        let number = restoringDefinition(image.tenant, image.key.limit)
        let key = CellPlace(
            definition: number, period: image.key.period,
            currency: currencyNumber(image.key.currency), values: image.key.values)
        let slot = cells.slot(of: key) ?? cells.insert(key, next: CellTable.none)
        if image.lastSequence > cells[slot].lastSequence { write(image, slot) }
    }

    /// Writes a rate back, unless a newer one is there.
    mutating func restore(_ image: ExchangeRate) {
        let book = makeBook(image.tenant)
        let pair = RatePair(from: image.from, to: image.to)
        guard let number = books[book].rates[pair] else {
            rates.append(image)
            books[book].rates[pair] = rates.count - 1
            return
        }
        if image.lastSequence > rates[number].lastSequence { rates[number] = image }
    }

    /// Writes a label set back.
    mutating func restore(_ image: LabelSetImage) {
        labels.restore(image)
        labelCountAtRecord = labels.count
        labelCountAtBegin = labels.count
    }

    /// Ends it: drops void and forgotten counters, and makes everything findable.
    ///
    /// A limit that was COUNTING has to start again, as `countingTask` says.
    mutating func finishRestoring() {
        isRestoring = false
        labels.finishRestoring()
        for number in definitions.indices {
            precondition(definitions[number].isKnown, "a counter's limit is in the journal")
            let limit = definitions[number].limit
            let isCounted =
                limit.status == .enforcing
                || limit.status == .paused && limit.lastSequence != Self.uncounted
            definitions[number].scanPosition = isCounted ? .max : 0
            definitions[number].mustRestart = limit.status == .counting
            enter(number, book: makeBook(limit.tenant))
        }
        for slot in 0..<cells.slotCount {
            let row = cells[slot]
            let number = Int(row.definition)
            guard row.lastSequence >= definitions[number].limit.lastSequence else {
                cells.remove(slot)
                continue
            }
            cells[slot].next = definitions[number].newest(row.period)
            definitions[number].link(slot, row.period)
            definitions[number].note(row.currency)
            definitions[number].cellCount += 1
            books[book(ofDefinition: number)].cellCount += 1
        }
        for number in definitions.indices { forgetOldPeriods(number) }
        while !garbage.isEmpty { collectGarbage() }
    }

    /// The definition of a limit that images were or will be restored of.
    private mutating func restoringDefinition(_ tenant: TenantID, _ id: PortfolioLimitID) -> Int {
        let book = makeBook(tenant)
        if let number = books[book].definitions[id] { return number }
        let unknown = PortfolioLimit(
            id: id, tenant: tenant, scope: [], measure: .used, bound: .amount(0),
            period: .absolute, currency: Currency(packed: 0))
        definitions.append(LimitDefinition(unknown, isKnown: false, isCounted: false))
        books[book].definitions[id] = definitions.count - 1
        return definitions.count - 1
    }

    private mutating func write(_ image: CellImage, _ slot: Int) {
        var row = cells[slot]
        row.amountMinor = image.amountMinor
        row.count = image.count
        row.level = image.level
        row.lastSequence = image.lastSequence
        cells[slot] = row
    }
}

/// A copy that follows durable records: images in the order of the journal.
extension Portfolio {
    /// Takes a limit over; counters from before it counts are void.
    mutating func follow(_ image: PortfolioLimit) {
        let book = makeBook(image.tenant)
        guard let old = books[book].definitions[image.id] else {
            enter(addDefinition(LimitDefinition(image, isCounted: true)), book: book)
            return
        }
        guard image.version > definitions[old].limit.version else { return }
        // Counters that went on have the sequence that they began with. Two that never counted both
        // have the greatest one, and need not be alike.
        if image.lastSequence == definitions[old].limit.lastSequence,
            image.lastSequence != Self.uncounted
                || image.countsAs(definitions[old].limit, untilSeconds: .max)
        {
            definitions[old].limit = image
            return
        }
        retire(old, book: book)
        enter(addDefinition(LimitDefinition(image, isCounted: true)), book: book)
        discard(definition: old)
    }

    /// Takes a counter over, and says the level that its scope had before.
    @discardableResult
    mutating func follow(_ image: CellImage) -> UInt8 {
        guard let book = tenants[image.tenant],
            let number = books[book].definitions[image.key.limit]
        else { preconditionFailure("a record sets a limit before it counts for it") }
        guard definitions[number].keeps(image.key.period) else { return image.level }
        let key = CellPlace(
            definition: number, period: image.key.period,
            currency: currencyNumber(image.key.currency), values: image.key.values)
        let found = cells.slot(of: key)
        let level = levelOfScope(key, found)
        if let found {
            if image.lastSequence > cells[found].lastSequence { write(image, found) }
        } else {
            write(image, insertCell(key, book: book))
            forgetOldPeriods(number)
        }
        if !garbage.isEmpty { collectGarbage() }
        return level
    }

    /// The level that a counter's scope has, which is that of its first currency; `slot` is the
    /// counter's own, if it is there.
    private func levelOfScope(_ place: CellPlace, _ slot: Int?) -> UInt8 {
        let number = Int(place.definition)
        if let slot, definitions[number].currencies.count == 1 { return cells[slot].level }
        for currency in definitions[number].currencies {
            let other = CellPlace(
                definition: number, period: place.period, currency: currency,
                values: place.values)
            if let found = cells.slot(of: other) { return cells[found].level }
        }
        return 0
    }

    /// A portfolio of its own, sharing no page of counters.
    func copied() -> Portfolio {
        var copy = self
        copy.cells = cells.copied()
        return copy
    }
}
