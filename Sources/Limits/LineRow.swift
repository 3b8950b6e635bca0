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
/// 136 bytes. With 5.3 to 10.7 of the index by id, and as much of the index of subjects when every
/// subject has one line, a line costs 147 to 157 bytes, and nothing else until it has details.
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
}

extension LineRow: StripedRow {
    var key: RowKey { RowKey(image.tenant, image.id.rawValue) }
    var isVacant: Bool { image.id.rawValue == 0 }
    var lastSequence: UInt64 { image.lastSequence }
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
    var isVacant: Bool { image.tenant.rawValue == 0 }
    var lastSequence: UInt64 { image.lastSequence }
    static func key(_ image: SubjectImage) -> RowKey { RowKey(image.tenant, image.id) }
    static func sequence(_ image: SubjectImage) -> UInt64 { image.lastSequence }
    static var vacant: SubjectRow {
        SubjectRow(SubjectImage(id: .none, tenant: TenantID(0)))
    }
}
