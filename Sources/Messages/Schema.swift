internal import CProtobufC

/// One generated message type: its C struct and the descriptor libprotobuf-c knows it by.
@safe
struct Schema<Message>: @unchecked Sendable {
    // Sendable because the descriptor is a constant of the generated C.
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    /// `initialize` is the generated `..__init` function; it writes the descriptor's address.
    init(_ initialize: (UnsafeMutablePointer<Message>?) -> Void) {
        let message = UnsafeMutablePointer<Message>.allocate(capacity: 1)
        defer { unsafe message.deallocate() }
        unsafe initialize(message)
        // Every generated struct begins with its ProtobufCMessage base.
        let base = unsafe UnsafeRawPointer(message).load(as: ProtobufCMessage.self)
        unsafe descriptor = base.descriptor
    }

    /// A new message in the arena with every field at its default.
    ///
    /// Replies are bounded by their requests, so a full arena is our bug.
    func make(in arena: Arena) -> UnsafeMutablePointer<Message> {
        guard let memory = unsafe arena.allocate(byteCount: MemoryLayout<Message>.size) else {
            preconditionFailure("the reply does not fit the arena")
        }
        unsafe descriptor.pointee.message_init(
            memory.bindMemory(to: ProtobufCMessage.self, capacity: 1))
        return unsafe memory.assumingMemoryBound(to: Message.self)
    }

    /// Checks and unpacks `bytes`; the message lives in the arena until its next reset.
    ///
    /// Errors: `MessageFault` when the bytes break protobuf's rules or ours.
    func unpack(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(MessageFault) -> UnsafeMutablePointer<Message> {
        var check = unsafe WireCheck(bytes: bytes)
        unsafe try check.message(descriptor, depth: 0)
        let data = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let unpacked = unsafe protobuf_c_message_unpack(
            descriptor, arena.cAllocator, bytes.count, data)
        guard let unpacked = unsafe unpacked else {
            throw MessageFault(.messageMalformed, field: "", "the message cannot be unpacked")
        }
        return unsafe UnsafeMutableRawPointer(unpacked).assumingMemoryBound(to: Message.self)
    }

    /// Appends the bytes of `message`.
    func pack(_ message: UnsafeMutablePointer<Message>, behind bytes: inout [UInt8]) {
        let raw = unsafe UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
        let size = unsafe protobuf_c_message_get_packed_size(raw)
        bytes.append(addingCapacity: size) { room in
            unsafe room.withUnsafeMutableBufferPointer { buffer, count in
                count = unsafe protobuf_c_message_pack(raw, buffer.baseAddress)
            }
        }
    }
}
