internal import Domain

/// A hold as it stands in memory.
///
///     0    HoldImage: id, line, amount, committed, expiry, sequence, tenant, labels, placed,
///          state                                                                          64
///     64   next and previous hold of the line                                           2 x 4
///     72   next and previous in the wheel of expiries, or the place in its heap         2 x 4
///
/// 80 bytes. With 5.3 to 8 of the index by id an open hold costs 85 to 88 bytes, and the heap of
/// what is due within the wheel's smallest step 16 more. An ended hold costs the same, and 4 bytes
/// of the queue in which it waits to be forgotten.
///
/// Guards: the image is the sequencer's, written under the stripe's lock; the links of the line's
/// list are changed and followed under the lock of the *line's* stripe; those of the wheel are the
/// sequencer's alone.
struct HoldRow: Sendable {
    var image: HoldImage
    var nextOfLine = Link.out
    var previousOfLine = Link.out
    var nextDue = Link.out
    var previousDue = Link.out

    init(_ image: HoldImage) { self.image = image }

    /// What finds the line of a hold.
    static func lineKey(_ image: HoldImage) -> RowKey {
        RowKey(image.tenant, image.line.rawValue)
    }
}

extension HoldRow: StripedRow {
    var key: RowKey { RowKey(image.tenant, image.id.rawValue) }
    static func image(at row: UnsafeMutablePointer<HoldRow>) -> UnsafeMutablePointer<HoldImage> {
        unsafe row.pointer(to: \.image).unsafelyUnwrapped
    }
    static func key(_ image: HoldImage) -> RowKey { RowKey(image.tenant, image.id.rawValue) }
    static func sequence(_ image: HoldImage) -> UInt64 { image.lastSequence }
    static var vacant: HoldRow {
        HoldRow(
            HoldImage(
                id: HoldID(0), tenant: TenantID(0), line: LineID(0), state: .released,
                amountMinor: 0, committedMinor: 0, expiresAtMicros: 0))
    }
}

/// What one commit drew, as it stands in memory: 48 bytes of image and two links, 56 in all, and
/// 5.3 to 8 of index. The sequencer's alone.
struct DrawingRow: Sendable {
    var image: DrawingImage
    /// Towards the newest of the line; `Link.out` when nothing of it is left.
    var next = Link.out
    var previous = Link.out

    init(_ image: DrawingImage) { self.image = image }
}

extension DrawingRow: KeyedRow {
    var key: RowKey { RowKey(image.tenant, image.id) }
    static var vacant: DrawingRow {
        DrawingRow(
            DrawingImage(
                id: 0, tenant: TenantID(0), line: LineID(0), principalMinor: 0, labels: .none,
                placedSeconds: 0, nominalRatePpm: 0, lastSequence: 0))
    }
}

extension ReversalImage: KeyedRow {
    var key: RowKey { RowKey(tenant, entry) }
    static var vacant: ReversalImage {
        ReversalImage(entry: 0, tenant: TenantID(0), reversedMinor: 0)
    }
}
