/// A protobuf message read field by field: the tests' own reader.
struct Fields {
    private enum Value {
        case number(UInt64)
        case bytes([UInt8])
    }

    private var values: [Int: [Value]] = [:]

    /// Nil when the bytes are no message.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let tag = Self.varint(&rest) else { return nil }
            let value: Value
            switch tag & 7 {
            case 0:
                guard let number = Self.varint(&rest) else { return nil }
                value = .number(number)
            case 1:
                guard rest.count >= 8 else { return nil }
                value = .number(rest.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
                rest = rest.dropFirst(8)
            case 2:
                guard let count = Self.varint(&rest), rest.count >= Int(count) else { return nil }
                value = .bytes(Array(rest.prefix(Int(count))))
                rest = rest.dropFirst(Int(count))
            default:
                return nil
            }
            values[Int(tag >> 3), default: []].append(value)
        }
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// The last number of a field; 0 when there is none.
    func number(_ field: Int) -> Int64 {
        if case .number(let number)? = values[field]?.last { Int64(bitPattern: number) } else { 0 }
    }

    /// The last double of a field; 0 when there is none.
    func double(_ field: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: number(field)))
    }

    /// Every byte string of a field.
    func bytes(_ field: Int) -> [[UInt8]] {
        (values[field] ?? []).compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    /// The last text of a field; empty when there is none.
    func text(_ field: Int) -> String { String(decoding: bytes(field).last ?? [], as: UTF8.self) }

    /// The messages of a field.
    func messages(_ field: Int) -> [Fields] { bytes(field).compactMap(Fields.init) }
}
