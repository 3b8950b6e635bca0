internal import Domain
internal import Ground

/// Where a link leads: a slot, or nowhere.
enum Link {
    /// The end of a list, or an empty one.
    static let none = UInt32.max
    /// Not in the list at all.
    static let out = UInt32.max - 1
}

/// A line as it stands in memory.
///
///     0    LineImage: id, subject, product, limit, held, principal, version, opened, sequence,
///          tenant, currency, labels, rate, renewal day, status, kind, rule, details      120
///     120  first drawing, last drawing, first hold, next line of the subject            4 x 4
///
/// 136 bytes. With 5.3 to 8 of the index by id, and as much of the index of subjects when every
/// subject has one line, a line costs 147 to 152 bytes, and nothing else until it has details.
/// Besides: half a page of 256 rows for each of 64 stripes, 1.1 MB in all; what was in flight at a
/// time, 168 bytes and an index; 0.3 of `TenantIndex` until the next checkpoint.
///
/// Guards: the image is the sequencer's, written under the stripe's lock; the hold list is changed
/// and walked under the same lock; the list of the subject's lines under the subject's lock; the
/// drawings are the sequencer's alone.
struct LineRow: Sendable {
    var image: LineImage
    /// Oldest and newest open drawing.
    var firstDrawing = Link.none
    var lastDrawing = Link.none
    /// Newest hold that is open, or ended by a record that is not durable yet.
    var firstHold = Link.none
    /// The subject's line before this one.
    var nextOfSubject = Link.none

    init(_ image: LineImage) { self.image = image }

    /// What finds the lines of the subject.
    static func subjectKey(_ image: LineImage) -> RowKey { RowKey(image.tenant, image.subject) }
}

extension LineRow: StripedRow {
    var key: RowKey { RowKey(image.tenant, image.id.rawValue) }
    static func image(at row: UnsafeMutablePointer<LineRow>) -> UnsafeMutablePointer<LineImage> {
        unsafe row.pointer(to: \.image).unsafelyUnwrapped
    }
    static func key(_ image: LineImage) -> RowKey { RowKey(image.tenant, image.id.rawValue) }
    static func sequence(_ image: LineImage) -> UInt64 { image.lastSequence }
    static var vacant: LineRow {
        LineRow(
            LineImage(
                id: LineID(0), tenant: TenantID(0), subject: .none, product: .zero,
                currency: Currency(packed: 0), status: .closed, version: 0, limitMinor: 0,
                heldMinor: 0, principalMinor: 0, openedAtMicros: 0, lastSequence: 0))
    }
}

/// What is known of a subject, as it stands in memory. Few subjects have one.
struct SubjectRow: Sendable {
    var image: SubjectImage

    init(_ image: SubjectImage) { self.image = image }
}

extension SubjectRow: StripedRow {
    var key: RowKey { RowKey(image.tenant, image.id) }
    static func image(at row: UnsafeMutablePointer<SubjectRow>) -> UnsafeMutablePointer<
        SubjectImage
    > {
        unsafe row.pointer(to: \.image).unsafelyUnwrapped
    }
    static func key(_ image: SubjectImage) -> RowKey { RowKey(image.tenant, image.id) }
    static func sequence(_ image: SubjectImage) -> UInt64 { image.lastSequence }
    static var vacant: SubjectRow {
        SubjectRow(SubjectImage(id: .none, tenant: TenantID(0)))
    }
}
