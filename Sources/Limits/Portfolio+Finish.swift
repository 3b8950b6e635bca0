internal import Domain
internal import Ground

extension Portfolio {
    /// Forgotten counters that one record takes apart. Reason: some 2 us, a small part of a record.
    static let garbageStepCount = 32

    /// Ends a record: adds what it changed to its images, each row once, in its final state.
    ///
    /// Counters get their level here: how much of its bound their scope has reached, kept the same
    /// in the scope's other currencies. Returns, for each cell image in order, the sequence of the
    /// record that changed the cell before; 0 is none. Complexity: O(cells changed).
    @discardableResult
    mutating func finish(_ stamp: LedgerStamp, into rare: inout RareEffects) -> [UInt64] {
        if labels.count > labelCountAtRecord {
            rare.labelSets += (labelCountAtRecord..<labels.count).map { labels.image($0 + 1) }
            labelCountAtRecord = labels.count
        }
        for number in touchedLimits where definitions[Int(number)].isCurrent {
            rare.limits.append(definitions[Int(number)].limit)
        }
        if !touchedRates.isEmpty {
            for number in Set(touchedRates).sorted() { rare.rates.append(rates[number]) }
        }
        let previous = touched.isEmpty ? [] : finishCells(stamp, into: &rare)
        for number in replaced { discard(definition: number) }
        forgetRecord()
        if !garbage.isEmpty { collectGarbage() }
        return previous
    }

    private mutating func forgetRecord() {
        if !touchedLimits.isEmpty {
            touchedLimits.removeAll(keepingCapacity: true)
            counting.removeAll {
                Int($0) >= definitions.count || !definitions[Int($0)].isCurrent
                    || definitions[Int($0)].limit.status != .counting
            }
        }
        if !touchedRates.isEmpty { touchedRates.removeAll(keepingCapacity: true) }
        if !replaced.isEmpty { replaced.removeAll(keepingCapacity: true) }
        touched.removeAll(keepingCapacity: true)
        touchedCountAtBegin = 0
        labelCountAtBegin = labels.count
        undoLog.removeAll(keepingCapacity: true)
        if !rareUndo.isEmpty { rareUndo.removeAll(keepingCapacity: true) }
    }

    private mutating func finishCells(
        _ stamp: LedgerStamp, into rare: inout RareEffects
    ) -> [UInt64] {
        var place = 0
        // Setting a level may touch the scope's other currencies, which then stand behind.
        while place < touched.count {
            setLevel(ofTouched: place, stamp: stamp)
            place += 1
        }
        var previous: [UInt64] = []
        previous.reserveCapacity(touched.count)
        rare.cells.reserveCapacity(rare.cells.count + touched.count)
        for entry in touched {
            let row = cells[Int(entry.slot)]
            // Replaced later in the same record, or older than what the record counted last.
            guard isAlive(row) else { continue }
            rare.cells.append(image(of: row))
            previous.append(entry.previousSequence)
        }
        for entry in touched {
            let row = cells[Int(entry.slot)]
            if entry.previousSequence == 0 { forgetOldPeriods(Int(row.definition)) }
        }
        return previous
    }

    /// Writes the level that a scope has reached into its counters.
    private mutating func setLevel(ofTouched place: Int, stamp: LedgerStamp) {
        let slot = Int(touched[place].slot)
        let row = cells[slot]
        let number = Int(row.definition)
        guard definitions[number].isCurrent, definitions[number].limit.status != .counting,
            let level = level(of: row, slot: slot)
        else { return }
        cells[slot].level = level
        // Another currency may differ though this one does not: it came while a rate was missing.
        if definitions[number].currencies.count == 1 { return }
        let values = cells.values(of: row)
        for currency in definitions[number].currencies where currency != row.currency {
            let key = CellPlace(
                definition: number, period: row.period, currency: currency, values: values)
            guard let other = cells.slot(of: key), cells[other].level != level else { continue }
            let before = cells[other].lastSequence
            cells[other].level = level
            if before != stamp.sequence {
                cells[other].lastSequence = stamp.sequence
                touched.append(TouchedCell(slot: UInt32(other), previousSequence: before))
            }
        }
    }

    /// How much of its bound a counter's scope has reached; nil when a rate is missing or when it
    /// is no scope but the whole book.
    func level(of row: CellRow, slot: Int?) -> UInt8? {
        let number = Int(row.definition)
        let values = cells.values(of: row)
        let bound = definitions[number].limit.bound
        let book = book(ofDefinition: number)
        if bound.isCount || !bound.isShare {
            let total = total(
                number, period: row.period, values: values, book: book, known: slot)
            guard total.isConverted || bound.isCount else { return nil }
            return PortfolioMeter.level(bound, total, book: ScopeTotal())
        }
        if values[0] & values[1] & values[2] & values[3] == .max { return nil }
        let total = total(number, period: row.period, values: values, book: book, known: slot)
        let whole = self.total(
            number, period: row.period, values: CellKey.wholeBook, book: book)
        guard total.isConverted, whole.isConverted else { return nil }
        return PortfolioMeter.level(bound, total, book: whole)
    }

    /// Gives the lists of periods that nothing can ask for any more to the garbage.
    ///
    /// What counts as forgotten follows from the newest period of the limit alone, so a replay and
    /// a restored checkpoint forget the same; when the rows are taken apart shows nowhere.
    mutating func forgetOldPeriods(_ number: Int) {
        while let oldest = definitions[number].periods.first,
            !definitions[number].keeps(oldest.period)
        {
            garbage.append(oldest.newest)
            definitions[number].periods.removeFirst()
        }
    }

    /// Gives all counters of a replaced definition to the garbage.
    mutating func discard(definition number: Int) {
        garbage += definitions[number].periods.map(\.newest)
        definitions[number].periods = []
        if definitions[number].cellCount == 0 { vacantDefinitions.append(UInt32(number)) }
    }

    /// Takes some forgotten counters apart.
    mutating func collectGarbage() {
        for _ in 0..<Self.garbageStepCount {
            guard let slot = garbage.popLast() else { return }
            let row = cells[Int(slot)]
            if row.next != CellTable.none { garbage.append(row.next) }
            removeCell(Int(slot))
            let number = Int(row.definition)
            if !definitions[number].isCurrent, definitions[number].cellCount == 0 {
                vacantDefinitions.append(row.definition)
            }
        }
    }

    /// Takes a counter out of the table; its list is the caller's business.
    mutating func removeCell(_ slot: Int) {
        let number = Int(cells[slot].definition)
        definitions[number].cellCount -= 1
        books[book(ofDefinition: number)].cellCount -= 1
        cells.remove(slot)
    }

    /// Whether a counter can still be asked for.
    func isAlive(_ row: CellRow) -> Bool {
        guard row.definition != CellTable.none else { return false }
        // Field by field: a copy of the whole definition would count its arrays up and down.
        return definitions[Int(row.definition)].isCurrent
            && definitions[Int(row.definition)].keeps(row.period)
    }

    func image(of row: CellRow) -> CellImage {
        let number = Int(row.definition)
        return CellImage(
            key: CellKey(
                limit: definitions[number].limit.id, values: cells.values(of: row),
                period: row.period,
                currency: currencies[Int(row.currency)]),
            tenant: definitions[number].limit.tenant, amountMinor: row.amountMinor,
            count: row.count,
            level: row.level, lastSequence: row.lastSequence)
    }
}
