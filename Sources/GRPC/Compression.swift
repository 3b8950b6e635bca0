internal import CZlib

/// How the bytes of one message may be packed on the wire.
public enum MessageEncoding: Sendable, Equatable {
    /// As they are.
    case identity
    /// RFC 1952.
    case gzip
}

/// gzip for messages, with one stream each way that serves message after message.
///
/// Both streams are made when they are first needed: inflating costs some 40 KiB, deflating some
/// 270 KiB, once per worker. What a message claims about its size is never believed: output grows
/// with what really comes out and ends at the limit. Wraps zlib's inflate and deflate.
/// Thread: the worker that owns it.
@safe
final class Compression {
    /// Why packed bytes give no message.
    enum Problem: Error, Equatable {
        /// They are damaged, or end too early.
        case corrupt
        /// More than the limit comes out.
        case tooLong
    }

    /// Bytes that one step of inflating gives at most; a bomb is noticed after one step too many.
    private static let stepBytes = 64 << 10
    /// 15 bits of window, and 16 for the gzip wrapper (zlib.h, inflateInit2 and deflateInit2).
    private static let gzipWindowBits: Int32 = 15 + 16
    /// zlib's own usual memory level.
    private static let memoryLevel: Int32 = 8

    private var inflater: UnsafeMutablePointer<z_stream>?
    private var deflater: UnsafeMutablePointer<z_stream>?
    private var room: UnsafeMutableBufferPointer<UInt8>?

    init() {
        unsafe inflater = nil
        unsafe deflater = nil
        unsafe room = nil
    }

    deinit {
        if let inflater = unsafe inflater {
            unsafe inflateEnd(inflater)
            unsafe inflater.deallocate()
        }
        if let deflater = unsafe deflater {
            unsafe deflateEnd(deflater)
            unsafe deflater.deallocate()
        }
        unsafe room?.deallocate()
    }

    /// Unpacks one message of at most `limit` bytes; several gzip members are one message.
    ///
    /// Complexity: linear in the input and in the output up to the limit.
    func inflate(_ packed: Span<UInt8>, limit: Int) throws(Problem) -> [UInt8] {
        let stream = unsafe readyInflater()
        let room = unsafe readyRoom()
        var message: [UInt8] = []
        var problem: Problem?
        unsafe packed.withUnsafeBufferPointer { input in
            // zlib reads the input only, though its field is not const.
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            unsafe stream.pointee.avail_in = UInt32(input.count)
            problem = unsafe Self.unpack(stream, through: room, limit: limit, into: &message)
            unsafe stream.pointee.next_in = nil
        }
        if let problem { throw problem }
        return message
    }

    /// Inflates what the stream has as input; gives what went wrong, or nil.
    private static func unpack(
        _ stream: UnsafeMutablePointer<z_stream>, through room: UnsafeMutableBufferPointer<UInt8>,
        limit: Int, into message: inout [UInt8]
    ) -> Problem? {
        while true {
            unsafe stream.pointee.next_out = room.baseAddress
            unsafe stream.pointee.avail_out = UInt32(room.count)
            let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            let made = unsafe room.count - Int(stream.pointee.avail_out)
            guard made <= limit - message.count else { return .tooLong }
            unsafe message.append(contentsOf: room[..<made])
            switch code {
            case Z_OK:
                // Without input and with room left, more can only come from bytes that are missing.
                if unsafe stream.pointee.avail_in == 0, unsafe stream.pointee.avail_out > 0 {
                    return .corrupt
                }
            case Z_STREAM_END:
                if unsafe stream.pointee.avail_in == 0 { return nil }
                unsafe inflateReset(stream)
            default:
                return .corrupt
            }
        }
    }

    /// Packs one message. Complexity: linear.
    func deflate(_ message: Span<UInt8>) -> [UInt8] {
        let stream = unsafe readyDeflater()
        return unsafe message.withUnsafeBufferPointer { input in
            let bound = unsafe Int(deflateBound(stream, UInt(input.count)))
            return unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(input.count)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(output.count)
                let code = unsafe CZlib.deflate(stream, Z_FINISH)
                precondition(code == Z_STREAM_END, "zlib's own bound is too small")
                count = unsafe output.count - Int(stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
            }
        }
    }

    private func readyRoom() -> UnsafeMutableBufferPointer<UInt8> {
        if let room = unsafe room { return unsafe room }
        let made = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Self.stepBytes)
        unsafe room = unsafe made
        return unsafe made
    }

    private func readyInflater() -> UnsafeMutablePointer<z_stream> {
        if let inflater = unsafe inflater {
            unsafe inflateReset(inflater)
            return unsafe inflater
        }
        let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe made.initialize(to: z_stream())
        let code = unsafe inflateInit2_(
            made, Self.gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory to inflate")
        unsafe inflater = unsafe made
        return unsafe made
    }

    private func readyDeflater() -> UnsafeMutablePointer<z_stream> {
        if let deflater = unsafe deflater {
            unsafe deflateReset(deflater)
            return unsafe deflater
        }
        let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe made.initialize(to: z_stream())
        // The fastest level: a server pays in processor time for what the network saves.
        let code = unsafe deflateInit2_(
            made, Z_BEST_SPEED, Z_DEFLATED, Self.gzipWindowBits, Self.memoryLevel,
            Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory to deflate")
        unsafe deflater = unsafe made
        return unsafe made
    }
}
