internal import Domain
internal import Ground

/// Drawings: what commits drew and is not repaid, in a list of each line, oldest first.
extension Ledger {
    /// The open drawings of the line in a slot, oldest first, as slots.
    func drawingSlots(_ line: Int) -> [Int] {
        var slots: [Int] = []
        var next = rows.lines[line, \.firstDrawing]
        while next != Link.none {
            slots.append(Int(next))
            next = book.drawings[Int(next)].next
        }
        return slots
    }

    /// The slot of a drawing, which may be one of which nothing is left in this record.
    func drawingSlot(_ id: UInt64) -> Int? {
        book.drawings.slot(RowKey(work.stamp.tenant, id))
    }

    /// Adds a drawing, or writes it again after nothing was left of it.
    mutating func insert(_ image: DrawingImage, line: Int) {
        precondition(image.principalMinor > 0, "a drawing has principal")
        var drawing = image
        drawing.lastSequence = work.stamp.sequence
        let slot = book.drawings.insert(DrawingRow(drawing))
        linkDrawing(slot, line: line)
        work.drawings.append(UInt32(truncatingIfNeeded: slot))
        if work.keepsUndo { work.undo.drawings.append((UInt32(truncatingIfNeeded: slot), nil)) }
    }

    /// Writes a drawing that an operation changed: without principal it leaves its line's list, and
    /// with some again it comes back.
    mutating func write(_ slot: Int, _ changed: DrawingImage, line: Int) {
        var drawing = changed
        precondition(drawing.principalMinor >= 0, "a drawing is not negative")
        let before = book.drawings[slot].image
        drawing.lastSequence = work.stamp.sequence
        if before.lastSequence != work.stamp.sequence {
            work.drawings.append(UInt32(truncatingIfNeeded: slot))
        }
        if work.keepsUndo {
            work.undo.drawings.append((UInt32(truncatingIfNeeded: slot), before))
        }
        put(drawing, slot, line: line)
    }

    private func put(_ drawing: DrawingImage, _ slot: Int, line: Int) {
        let before = book.drawings[slot].image.principalMinor
        book.drawings[slot].image = drawing
        if before > 0 && drawing.principalMinor == 0 { unlinkDrawing(slot, line: line) }
        if before == 0 && drawing.principalMinor > 0 { linkDrawing(slot, line: line) }
    }

    func undo(drawing slot: Int, _ before: DrawingImage?) {
        let image = book.drawings[slot].image
        guard let line = rows.lines.slot(RowKey(image.tenant, image.line.rawValue)) else {
            preconditionFailure("a drawing's line is always there")
        }
        if let before {
            put(before, slot, line: line)
        } else {
            if image.principalMinor > 0 { unlinkDrawing(slot, line: line) }
            book.drawings.remove(slot)
        }
    }

    /// Hangs a drawing into its line's list by its number: nearly always at the end.
    func linkDrawing(_ slot: Int, line: Int) {
        let id = book.drawings[slot].image.id
        var (previous, next) = (rows.lines[line, \.lastDrawing], Link.none)
        while previous != Link.none && book.drawings[Int(previous)].image.id > id {
            (previous, next) = (book.drawings[Int(previous)].previous, previous)
        }
        book.drawings[slot].previous = previous
        book.drawings[slot].next = next
        let link = UInt32(truncatingIfNeeded: slot)
        if previous == Link.none {
            rows.lines[line, \.firstDrawing] = link
        } else {
            book.drawings[Int(previous)].next = link
        }
        if next == Link.none {
            rows.lines[line, \.lastDrawing] = link
        } else {
            book.drawings[Int(next)].previous = link
        }
    }

    private func unlinkDrawing(_ slot: Int, line: Int) {
        let (previous, next) = (book.drawings[slot].previous, book.drawings[slot].next)
        if previous == Link.none {
            rows.lines[line, \.firstDrawing] = next
        } else {
            book.drawings[Int(previous)].next = next
        }
        if next == Link.none {
            rows.lines[line, \.lastDrawing] = previous
        } else {
            book.drawings[Int(next)].previous = previous
        }
        book.drawings[slot].next = Link.out
        book.drawings[slot].previous = Link.out
    }
}
