/// Writes the protobuf wire format of the few small messages that this target sends itself.
///
/// Default values are left out, as proto3 asks. Source: the protobuf encoding guide.
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    private mutating func variable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func counted(_ field: Int, _ content: some Collection<UInt8>) {
        variable(UInt64(field) << 3 | 2)
        variable(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// An integer or enum field.
    mutating func integer(_ field: Int, _ value: UInt64) {
        guard value != 0 else { return }
        variable(UInt64(field) << 3)
        variable(value)
    }

    /// A double field.
    mutating func double(_ field: Int, _ value: Double) {
        guard value.bitPattern != 0 else { return }
        variable(UInt64(field) << 3 | 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    /// A packed field of integers that are not negative.
    mutating func packed(_ field: Int, _ values: [Int]) {
        guard !values.isEmpty else { return }
        var content = WireWriter()
        for value in values { content.variable(UInt64(value)) }
        counted(field, content.bytes)
    }

    /// A string field.
    mutating func text(_ field: Int, _ value: String) {
        guard !value.isEmpty else { return }
        counted(field, value.utf8)
    }

    /// A bytes field, or an element of a repeated one; empty bytes are written too.
    mutating func data(_ field: Int, _ value: some Collection<UInt8>) {
        counted(field, value)
    }

    /// A message field; an empty message is written too.
    mutating func message(_ field: Int, _ value: WireWriter) {
        counted(field, value.bytes)
    }

    /// A message of two strings, fields 1 and 2: a map entry or a violation.
    mutating func pair(_ field: Int, _ first: String, _ second: String) {
        var entry = WireWriter()
        entry.text(1, first)
        entry.text(2, second)
        message(field, entry)
    }

    /// A google.protobuf.Any that holds `value` of the message type named.
    mutating func any(_ field: Int, type: String, _ value: WireWriter) {
        var any = WireWriter()
        any.text(1, "type.googleapis.com/" + type)
        any.data(2, value.bytes)
        message(field, any)
    }
}
