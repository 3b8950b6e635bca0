/// Protobuf bytes written by hand, field by field.
struct Wire {
    var bytes: [UInt8] = []

    private static func varint(_ value: UInt64) -> [UInt8] {
        var value = value
        var bytes: [UInt8] = []
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }

    func number(_ field: UInt64, _ value: Int64) -> Wire {
        Wire(bytes: bytes + Self.varint(field << 3) + Self.varint(UInt64(bitPattern: value)))
    }

    func double(_ field: UInt64, _ value: Double) -> Wire {
        let bits = (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        return Wire(bytes: bytes + Self.varint(field << 3 | 1) + bits)
    }

    func data(_ field: UInt64, _ value: [UInt8]) -> Wire {
        Wire(
            bytes: bytes + Self.varint(field << 3 | 2) + Self.varint(UInt64(value.count)) + value)
    }

    func text(_ field: UInt64, _ value: String) -> Wire { data(field, Array(value.utf8)) }

    func message(_ field: UInt64, _ value: Wire) -> Wire { data(field, value.bytes) }

    static func money(_ amountMinor: Int64, _ currency: String = "EUR") -> Wire {
        Wire().number(1, amountMinor).text(2, currency)
    }
}
