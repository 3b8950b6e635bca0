internal import CInteropMessages
internal import CProtobufC

/// Memory of one message that is being built: it lives as long as the arena.
@safe
final class MessageArena {
    private var allocations: [UnsafeMutableRawPointer] = unsafe []

    deinit {
        for index in unsafe allocations.indices { unsafe allocations[index].deallocate() }
    }

    /// Uninitialised memory for `count` values.
    func allocate<Value>(_ type: Value.Type, count: Int) -> UnsafeMutablePointer<Value> {
        let memory = UnsafeMutablePointer<Value>.allocate(capacity: max(count, 1))
        unsafe allocations.append(UnsafeMutableRawPointer(memory))
        return unsafe memory
    }

    /// A text, NUL-terminated.
    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        unsafe list(text.utf8CString.map { $0 })
    }

    /// Bytes as libprotobuf-c has them.
    func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        unsafe ProtobufCBinaryData(len: bytes.count, data: list(bytes))
    }

    /// The values one after the other.
    func list<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
        let memory = unsafe allocate(Value.self, count: values.count)
        let buffer = unsafe UnsafeMutableBufferPointer(start: memory, count: values.count)
        _ = unsafe buffer.initialize(fromContentsOf: values)
        return unsafe memory
    }

    /// A sub-message, filled by `fill`.
    func make<Message>(
        _ schema: Schema<Message>, _ fill: (inout Message) -> Void
    ) -> UnsafeMutablePointer<Message> {
        let message = unsafe allocate(Message.self, count: 1)
        unsafe schema.initialize(message)
        unsafe fill(&message.pointee)
        return unsafe message
    }

    /// Sub-messages of a repeated field, each filled from one value.
    func makeList<Message, Value>(
        _ schema: Schema<Message>, _ values: [Value], _ fill: (inout Message, Value) -> Void
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Message>?> {
        let memory = unsafe allocate(UnsafeMutablePointer<Message>?.self, count: values.count)
        for (index, value) in values.enumerated() {
            let made = unsafe make(schema) { message in fill(&message, value) }
            unsafe (memory + index).initialize(to: made)
        }
        return unsafe memory
    }
}

/// One generated message type: how its bytes are read and written.
@safe
struct Schema<Message>: @unchecked Sendable {
    // Sendable because it holds a C function and a constant of the generated C.
    let initialize: (UnsafeMutablePointer<Message>?) -> Void
    private let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    /// `initialize` is the generated `..__init` function; it writes the descriptor's address.
    init(_ initialize: @escaping (UnsafeMutablePointer<Message>?) -> Void) {
        unsafe self.initialize = initialize
        let message = UnsafeMutablePointer<Message>.allocate(capacity: 1)
        defer { unsafe message.deallocate() }
        unsafe initialize(message)
        // Every generated struct begins with its ProtobufCMessage base.
        unsafe descriptor = UnsafeRawPointer(message).load(as: ProtobufCMessage.self).descriptor
    }

    /// Reads a message; nil when the bytes are none.
    func read<Value>(_ bytes: Span<UInt8>, _ body: (borrowing Message) -> Value) -> Value? {
        let unpacked = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe protobuf_c_message_unpack(descriptor, nil, buffer.count, buffer.baseAddress)
        }
        guard let unpacked = unsafe unpacked else { return nil }
        defer { unsafe protobuf_c_message_free_unpacked(unpacked, nil) }
        return unsafe body(
            UnsafeMutableRawPointer(unpacked).assumingMemoryBound(to: Message.self).pointee)
    }

    /// The bytes of a message that `fill` fills; its parts come from the arena.
    func write(_ fill: (MessageArena, inout Message) -> Void) -> [UInt8] {
        let arena = MessageArena()
        let message = unsafe arena.make(self) { fill(arena, &$0) }
        let base = unsafe UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
        let size = unsafe protobuf_c_message_get_packed_size(base)
        return withExtendedLifetime(arena) {
            unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = unsafe protobuf_c_message_pack(base, buffer.baseAddress)
            }
        }
    }
}

extension ProtobufCBinaryData {
    /// A copy of the bytes.
    var copied: [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: data, count: len))
    }
}

/// The texts and sub-messages of generated structs.
enum Unpacked {
    /// A string field.
    static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
        guard let pointer = unsafe pointer else { return "" }
        return unsafe String(cString: pointer)
    }

    /// The elements of a repeated field, each read by `body`.
    static func list<Element, Value>(
        _ start: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>?, _ count: Int,
        _ body: (UnsafeMutablePointer<Element>) -> Value
    ) -> [Value] {
        guard let start = unsafe start else { return [] }
        return (0..<count).compactMap { index in
            guard let element = unsafe start[index] else { return nil }
            return unsafe body(element)
        }
    }
}
