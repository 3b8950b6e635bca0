/// HTTP/2 frames by hand: what no proper client would send.
enum Frames {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = frame(4)
    static let settingsAck = frame(4, flags: 1)
    static let hello = preface + settings

    /// One frame.
    static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: Int32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        let length = payload.count
        return [
            UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8),
            UInt8(truncatingIfNeeded: length), type, flags,
        ] + big(UInt32(bitPattern: stream)) + payload
    }

    /// Four bytes, most significant first.
    static func big(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// ":method: POST", ":scheme: http", ":path: /" and ":authority: x".
    static let request: [UInt8] = [0x83, 0x86, 0x84, 0x41, 1, 0x78]

    static func headers(
        _ stream: Int32, ends: Bool = false, complete: Bool = true, _ block: [UInt8] = request
    ) -> [UInt8] {
        frame(1, flags: (ends ? 1 : 0) | (complete ? 4 : 0), stream: stream, block)
    }

    static func continuation(_ stream: Int32, last: Bool, _ block: [UInt8]) -> [UInt8] {
        frame(9, flags: last ? 4 : 0, stream: stream, block)
    }

    static func data(_ stream: Int32, ends: Bool = false, _ bytes: [UInt8] = []) -> [UInt8] {
        frame(0, flags: ends ? 1 : 0, stream: stream, bytes)
    }

    /// DATA that is padding alone.
    static func padding(_ stream: Int32, _ count: UInt8) -> [UInt8] {
        frame(
            0, flags: 8, stream: stream, [count] + [UInt8](repeating: 0, count: Int(count)))
    }

    static func reset(_ stream: Int32, _ code: UInt32 = 8) -> [UInt8] {
        frame(3, stream: stream, big(code))
    }

    static func ping(_ mark: UInt8 = 1) -> [UInt8] {
        frame(6, [UInt8](repeating: mark, count: 8))
    }

    static func windowUpdate(_ stream: Int32, _ bytes: UInt32 = 1) -> [UInt8] {
        frame(8, stream: stream, big(bytes))
    }

    static func priority(_ stream: Int32) -> [UInt8] { frame(2, stream: stream, big(0) + [7]) }

    /// A literal field that is not indexed, with a new name. Names and values below 127 bytes.
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
            + Array(value.utf8)
    }

    /// A frame that was read.
    struct Read: Equatable {
        var type: UInt8
        var flags: UInt8
        var stream: Int32
        var payload: [UInt8]

        /// Four bytes of the payload as a number.
        func number(at offset: Int) -> UInt32 {
            payload.dropFirst(offset).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Takes whole frames apart.
    static func read(_ bytes: [UInt8]) -> [Read] {
        var list: [Read] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let stream = head[5..<9].reduce(0) { $0 << 8 | UInt32($1) }
            list.append(
                Read(
                    type: head[3], flags: head[4], stream: Int32(bitPattern: stream),
                    payload: Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return list
    }
}
