/// The protobuf wire format of the few requests that riskload sends, without a schema.
///
/// Default values are left out, as proto3 asks. Source: the protobuf encoding guide.
extension [UInt8] {
    /// A base-128 varint.
    mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// An integer, enum or boolean field, not negative.
    mutating func appendInteger(_ field: Int, _ value: Int64) {
        precondition(value >= 0, "riskload sends no negative numbers")
        guard value != 0 else { return }
        appendVarint(UInt64(field) << 3)
        appendVarint(UInt64(value))
    }

    /// A string field.
    mutating func appendText(_ field: Int, _ value: [UInt8]) {
        guard !value.isEmpty else { return }
        appendVarint(UInt64(field) << 3 | 2)
        appendVarint(UInt64(value.count))
        append(contentsOf: value)
    }

    /// A string or message field of at most 127 bytes, which `write` appends.
    mutating func appendShort(_ field: Int, _ write: (inout [UInt8]) -> Void) {
        appendVarint(UInt64(field) << 3 | 2)
        let lengthIndex = count
        append(0)
        write(&self)
        let length = count - lengthIndex - 1
        precondition(length < 128, "a short field has at most 127 bytes")
        self[lengthIndex] = UInt8(length)
    }
}

/// Finds fields in the replies that riskload looks at.
enum ProtobufFields {
    /// The value of a varint field, 0 when it is absent; nil when the bytes are no message.
    static func integer(_ wanted: UInt64, in message: ArraySlice<UInt8>) -> UInt64? {
        var rest = message
        while !rest.isEmpty {
            guard let tag = varint(&rest) else { return nil }
            if tag & 7 == 0 {
                guard let value = varint(&rest) else { return nil }
                if tag >> 3 == wanted { return value }
            } else if data(tag & 7, &rest) == nil {
                return nil
            }
        }
        return 0
    }

    /// The bytes of a message field, empty when it is absent; nil when the bytes are no message.
    static func message(_ wanted: UInt64, in message: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = message
        while !rest.isEmpty {
            guard let tag = varint(&rest) else { return nil }
            if tag & 7 == 0 {
                guard varint(&rest) != nil else { return nil }
            } else {
                guard let bytes = data(tag & 7, &rest) else { return nil }
                if tag == wanted << 3 | 2 { return bytes }
            }
        }
        return []
    }

    /// The values of a packed list of varints, none when it is absent; nil when the bytes are no
    /// message.
    static func integers(_ wanted: UInt64, in message: ArraySlice<UInt8>) -> [UInt64]? {
        guard var rest = Self.message(wanted, in: message) else { return nil }
        var values: [UInt64] = []
        values.reserveCapacity(rest.count)
        while !rest.isEmpty {
            guard let value = varint(&rest) else { return nil }
            values.append(value)
        }
        return values
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private static func data(_ type: UInt64, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>?
    {
        let count: UInt64
        switch type {
        case 1: count = 8
        case 2:
            guard let length = varint(&rest) else { return nil }
            count = length
        case 5: count = 4
        default: return nil
        }
        guard count <= UInt64(rest.count) else { return nil }
        let bytes = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return bytes
    }
}
