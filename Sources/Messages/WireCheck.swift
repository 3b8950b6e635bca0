internal import CProtobufC

/// Reads a message's bytes once, before anything is allocated for it.
///
/// libprotobuf-c has no recursion limit, hands strings over without a length and does not check
/// that they are UTF-8. So this walk, led by the same descriptors, holds the bounds: depth, number
/// of elements, well-formed tags and lengths, UTF-8 without a NUL in every string field.
///
/// Complexity: one pass over the bytes. Source: the protobuf encoding guide (wire types, varints).
@safe
struct WireCheck {
    /// Reason: our messages nest four deep.
    static let depthMax = 8
    /// Reason: 1,000 rows of 256 named values, two elements each; packed columns count as one.
    static let elementCountMax = 600_000

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var elementCount = 0

    init(bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = unsafe bytes
    }

    /// Checks the bytes from here to `end` (all when nil) as one message.
    mutating func message(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, depth: Int, end: Int? = nil
    ) throws(MessageFault) {
        let end = unsafe end ?? bytes.count
        while position < end {
            elementCount += 1
            guard elementCount <= WireCheck.elementCountMax else {
                throw MessageFault(
                    .tooManyItems, field: "",
                    "the message has more than \(WireCheck.elementCountMax) elements")
            }
            let tag = try varint(end: end)
            guard tag >> 3 != 0, tag <= UInt64(UInt32.max) else { throw malformed("a bad tag") }
            let field = unsafe protobuf_c_message_descriptor_get_field(
                descriptor, UInt32(tag >> 3))
            switch tag & 7 {
            case 0: _ = try varint(end: end)
            case 1: try skip(8, end: end)
            case 2: unsafe try lengthDelimited(field, depth: depth, end: end)
            case 5: try skip(4, end: end)
            default: throw malformed("a group or unknown wire type")
            }
        }
    }

    private mutating func lengthDelimited(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>?, depth: Int, end: Int
    ) throws(MessageFault) {
        let length = try varint(end: end)
        guard length <= UInt64(end - position) else {
            throw malformed("a length beyond the end")
        }
        let innerEnd = position + Int(length)
        defer { position = innerEnd }
        guard let field = unsafe field else { return }
        switch unsafe field.pointee.type {
        case PROTOBUF_C_TYPE_STRING:
            unsafe try text(field, end: innerEnd)
        case PROTOBUF_C_TYPE_MESSAGE:
            guard depth + 1 < WireCheck.depthMax else { throw malformed("too deep a nesting") }
            let inner = unsafe field.pointee.descriptor.assumingMemoryBound(
                to: ProtobufCMessageDescriptor.self)
            do {
                unsafe try message(inner, depth: depth + 1, end: innerEnd)
            } catch {
                throw unsafe error.inside(String(cString: field.pointee.name))
            }
        default:
            break
        }
    }

    private func text(
        _ field: UnsafePointer<ProtobufCFieldDescriptor>, end: Int
    ) throws(MessageFault) {
        let slice = unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<end])
        var isASCII = true
        for index in slice.indices {
            let byte = unsafe slice[index]
            if byte == 0 {
                throw unsafe MessageFault(
                    .textHasNUL, field: String(cString: field.pointee.name),
                    "text must not hold a NUL character")
            }
            isASCII = isASCII && byte < 0x80
        }
        if !isASCII, unsafe String(validating: slice, as: UTF8.self) == nil {
            throw unsafe MessageFault(
                .textNotUTF8, field: String(cString: field.pointee.name), "text must be UTF-8")
        }
    }

    private mutating func skip(_ count: Int, end: Int) throws(MessageFault) {
        guard end - position >= count else { throw malformed("a value beyond the end") }
        position += count
    }

    private mutating func varint(end: Int) throws(MessageFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard position < end else { throw malformed("a number cut off") }
            let byte = unsafe bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw malformed("a number of more than ten bytes")
    }

    private func malformed(_ problem: String) -> MessageFault {
        MessageFault(.messageMalformed, field: "", "not a protobuf message: \(problem)")
    }
}
