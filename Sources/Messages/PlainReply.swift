internal import Domain

/// Writes the usual replies about a line and a hold as they are on the wire, field by field.
///
/// The bytes are those that libprotobuf-c packs from the same images, in a fifth of the time: it
/// asks every field of every message twice. Only for lines without details, labels and renewal
/// date, and holds without labels, which nearly all are; `Codec.line` and `Codec.hold` write the
/// others. Source: the protobuf encoding guide.
@safe
struct PlainReply: ~Copyable {
    /// Room for both messages: 26 fields of at most 12 bytes and a product's name.
    static let byteCountMax = 26 * 12 + FieldRules.nameBytesMax

    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private var count = 0

    private init(_ room: UnsafeMutableBufferPointer<UInt8>) {
        guard let start = room.baseAddress, room.count >= Self.byteCountMax else {
            preconditionFailure("there is room for a reply")
        }
        unsafe self.start = unsafe start
        capacity = room.count
    }

    /// Whether these images can be written plainly.
    static func canWrite(_ line: LineImage) -> Bool {
        line.details == nil && line.labels == .none && line.renewalDay == 0
    }

    /// Likewise.
    static func canWrite(_ hold: HoldImage) -> Bool { hold.labels == .none }

    /// Appends to `bytes` what `write` writes.
    static func append(to bytes: inout [UInt8], _ write: (inout PlainReply) -> Void) {
        bytes.append(addingCapacity: byteCountMax) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, count in
                var reply = unsafe PlainReply(room)
                write(&reply)
                count = reply.count
            }
        }
    }

    /// Bytes of the longest varint.
    private static let varintBytesMax = 10

    @inline(__always)
    private mutating func byte(_ value: UInt8) {
        precondition(count < capacity, "a plain reply fits its room")
        unsafe start[count] = value
        count &+= 1
    }

    /// An integer field that is not negative; 0 is left out, as proto3 asks. Fields above 15 have
    /// tags of two bytes.
    @inline(__always)
    mutating func number(_ field: UInt64, _ value: Int64) {
        guard value != 0 else { return }
        varint(field << 3)
        varint(UInt64(bitPattern: value))
    }

    /// Tags are one byte or two, and known here; so are the lengths of most values.
    @inline(__always)
    private mutating func varint(_ value: UInt64) {
        if value < 0x80 { return byte(UInt8(truncatingIfNeeded: value)) }
        longVarint(value)
    }

    private mutating func longVarint(_ value: UInt64) {
        precondition(capacity &- count >= Self.varintBytesMax, "a plain reply fits its room")
        var rest = value
        var end = count
        while rest >= 0x80 {
            unsafe start[end] = UInt8(truncatingIfNeeded: rest) | 0x80
            end &+= 1
            rest &>>= 7
        }
        unsafe start[end] = UInt8(truncatingIfNeeded: rest)
        count = end &+ 1
    }

    private mutating func text(_ field: UInt64, _ value: String) {
        guard !value.isEmpty else { return }
        varint(field << 3 | 2)
        var value = value
        value.withUTF8 { characters in
            varint(UInt64(characters.count))
            precondition(capacity - count >= characters.count, "a plain reply fits its room")
            if let first = characters.baseAddress {
                unsafe (start + count).update(from: first, count: characters.count)
            }
            count += characters.count
        }
    }

    /// A message field: its length is known when it is written, and takes one byte below 128.
    private mutating func message(_ field: UInt64, _ write: (inout PlainReply) -> Void) {
        varint(field << 3 | 2)
        byte(0)
        let begin = count
        write(&self)
        let length = count - begin
        guard length >= 0x80 else {
            unsafe start[begin - 1] = UInt8(length)
            return
        }
        precondition(length < 1 << 14, "a plain message is short")
        byte(0)
        unsafe (start + begin + 1).update(from: start + begin, count: length)
        unsafe start[begin - 1] = UInt8(length & 0x7f) | 0x80
        unsafe start[begin] = UInt8(length >> 7)
    }

    /// A Line as a field of its reply.
    mutating func line(_ field: UInt64, _ image: LineImage, product: String) {
        message(field) { line in
            line.number(1, Int64(image.id.rawValue))
            line.text(2, product)
            line.currency(3, image.currency)
            line.number(4, image.limitMinor)
            line.number(5, image.heldMinor)
            line.number(6, image.drawnMinor)
            line.number(7, image.availableMinor)
            line.number(8, Int64(image.version))
            line.number(9, image.openedAtMicros)
            line.number(10, Int64(image.status.rawValue))
            line.number(11, image.principalMinor)
            if image.principalMinor > 0 {
                // Without details all of it falls due later.
                line.message(13) { debt in
                    debt.number(1, Int64(DebtComponent.principal.rawValue))
                    debt.number(2, Int64(DebtAge.future.rawValue))
                    debt.number(3, image.principalMinor)
                }
            }
            line.number(16, image.overLimitMinor)
            line.number(19, Int64(image.nominalRatePpm))
            line.number(22, Int64(image.kind.rawValue))
            line.number(23, image.chargesUseLimit ? 1 : 0)
        }
    }

    private mutating func currency(_ field: UInt64, _ currency: Currency) {
        varint(field << 3 | 2)
        byte(3)
        byte(UInt8(truncatingIfNeeded: currency.packed >> 16))
        byte(UInt8(truncatingIfNeeded: currency.packed >> 8))
        byte(UInt8(truncatingIfNeeded: currency.packed))
    }

    /// A Hold as a field of its reply.
    mutating func hold(_ field: UInt64, _ image: HoldImage) {
        message(field) { hold in
            hold.number(1, Int64(image.id.rawValue))
            hold.number(2, Int64(image.line.rawValue))
            hold.number(3, image.amountMinor)
            hold.number(4, image.committedMinor)
            hold.number(5, image.heldMinor)
            hold.number(6, image.expiresAtMicros)
            hold.number(7, Int64(image.state.rawValue))
        }
    }
}
