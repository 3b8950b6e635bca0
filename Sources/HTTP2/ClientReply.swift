/// What a client received on one stream: the fields of all its blocks, and the body.
///
/// Layout: names and values end to end in one buffer, so that a reply that is used again
/// allocates nothing.
public struct ClientReply: Sendable {
    private struct Field {
        var start: Int32
        var nameCount: Int32
        var valueCount: Int32
    }

    private var text: [UInt8] = []
    private var fields: [Field] = []
    /// The body as it came, all DATA frames joined.
    public private(set) var body: [UInt8] = []
    /// Whether the peer ended the stream; false when it was reset or the connection was lost.
    public internal(set) var isComplete = false
    /// The code of RST_STREAM, or 0.
    public internal(set) var errorCode: UInt32 = 0
    /// Why the connection was lost, when that is what ended the call.
    public internal(set) var connectionProblem: String?

    /// The value of the first field with this name, in lower case; pseudo-fields too.
    ///
    /// Complexity: linear in the number of fields, which replies have few of.
    public func field(_ name: StaticString) -> ArraySlice<UInt8>? {
        for field in fields where Int(field.nameCount) == name.utf8CodeUnitCount {
            let start = Int(field.start)
            var matches = true
            for offset in 0..<name.utf8CodeUnitCount
            where unsafe text[start + offset] != name.utf8Start[offset] {
                matches = false
                break
            }
            if matches {
                let valueStart = start + Int(field.nameCount)
                return text[valueStart..<valueStart + Int(field.valueCount)]
            }
        }
        return nil
    }

    mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        fields.append(
            Field(
                start: Int32(text.count), nameCount: Int32(name.count),
                valueCount: Int32(value.count)))
        text.append(copying: name)
        text.append(copying: value)
    }

    mutating func append(body bytes: Span<UInt8>) {
        body.append(copying: bytes)
    }

    mutating func reset() {
        text.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        body.removeAll(keepingCapacity: true)
        isComplete = false
        errorCode = 0
        connectionProblem = nil
    }
}

extension [UInt8] {
    /// Appends every byte of a span in one copy.
    fileprivate mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
