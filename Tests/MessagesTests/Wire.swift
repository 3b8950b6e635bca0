/// Protobuf bytes written by hand: the tests' own oracle, independent of libprotobuf-c.
struct Wire {
    var bytes: [UInt8] = []

    static func varint(_ value: UInt64) -> [UInt8] {
        var value = value
        var bytes: [UInt8] = []
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }

    func number(_ field: UInt64, _ value: Int64) -> Wire {
        Wire(
            bytes: bytes + Wire.varint(field << 3) + Wire.varint(UInt64(bitPattern: value)))
    }

    func data(_ field: UInt64, _ value: [UInt8]) -> Wire {
        Wire(bytes: bytes + Wire.varint(field << 3 | 2) + Wire.varint(UInt64(value.count)) + value)
    }

    func text(_ field: UInt64, _ value: String) -> Wire { data(field, Array(value.utf8)) }

    func message(_ field: UInt64, _ value: Wire) -> Wire { data(field, value.bytes) }

    func doubles(_ field: UInt64, _ values: [Double]) -> Wire {
        data(
            field,
            values.flatMap { value in
                (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
            })
    }

    func packed(_ field: UInt64, _ values: [UInt64]) -> Wire {
        data(field, values.flatMap(Wire.varint))
    }

    static func money(_ amountMinor: Int64, _ currency: String) -> Wire {
        Wire().number(1, amountMinor).text(2, currency)
    }
}
