/// Turns bytes of calls into requests and answers into bytes.
///
/// Each worker has one, so no call waits for another's memory. What a decoding returns is a Swift
/// value; nothing of it points into the arena.
/// Thread: owned by one worker or one queue.
public final class Codec {
    let arena = Arena()
    /// Whether usual replies are written by `PlainReply`; tests turn it off to have the bytes of
    /// libprotobuf-c beside it.
    var writesPlainly = true

    /// Starts with its first chunk of memory allocated.
    public init() {}

    /// Unpacks, reads with `body`, gives the memory back.
    func decode<Message, Request>(
        _ schema: Schema<Message>, _ bytes: Span<UInt8>,
        _ body: (borrowing Message) throws(MessageFault) -> Request
    ) throws(MessageFault) -> Request {
        defer { arena.reset() }
        var outcome: Result<Request, MessageFault>?
        unsafe bytes.withUnsafeBytes { raw in
            do throws(MessageFault) {
                let message = unsafe try schema.unpack(raw, in: arena)
                outcome = .success(unsafe try body(message.pointee))
            } catch {
                outcome = .failure(error)
            }
        }
        guard let outcome else { preconditionFailure("withUnsafeBytes calls its body") }
        return try outcome.get()
    }

    /// Builds a message with `body` and packs it after `prefix`.
    func encode<Message>(
        _ schema: Schema<Message>, after prefix: [UInt8] = [],
        _ body: (inout Message) -> Void
    ) -> [UInt8] {
        var bytes = prefix
        append(schema, to: &bytes, body)
        return bytes
    }

    /// Builds a message with `body` and packs it behind what is in `bytes`.
    func append<Message>(
        _ schema: Schema<Message>, to bytes: inout [UInt8], _ body: (inout Message) -> Void
    ) {
        defer { arena.reset() }
        let message = unsafe schema.make(in: arena)
        unsafe body(&message.pointee)
        unsafe schema.pack(message, behind: &bytes)
    }

    /// A text in the arena, NUL-terminated.
    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        var text = text
        return text.withUTF8 { utf8 in
            guard let memory = unsafe arena.allocate(byteCount: utf8.count + 1) else {
                preconditionFailure("the reply does not fit the arena")
            }
            if let start = utf8.baseAddress {
                unsafe memory.copyMemory(from: start, byteCount: utf8.count)
            }
            unsafe memory.storeBytes(of: 0, toByteOffset: utf8.count, as: UInt8.self)
            return unsafe memory.assumingMemoryBound(to: CChar.self)
        }
    }

    /// A list of `count` values in the arena, filled by position.
    func list<Element>(
        _ count: Int, _ element: (Int) -> Element
    ) -> UnsafeMutablePointer<Element>? {
        guard count > 0 else { return nil }
        guard let memory = unsafe arena.allocate(byteCount: count * MemoryLayout<Element>.stride)
        else {
            preconditionFailure("the reply does not fit the arena")
        }
        let list = unsafe memory.bindMemory(to: Element.self, capacity: count)
        for index in 0..<count { unsafe (list + index).initialize(to: element(index)) }
        return unsafe list
    }

    /// A sub-message in the arena, filled by `body`.
    func make<Message>(
        _ schema: Schema<Message>, _ body: (inout Message) -> Void
    ) -> UnsafeMutablePointer<Message> {
        let message = unsafe schema.make(in: arena)
        unsafe body(&message.pointee)
        return unsafe message
    }
}
