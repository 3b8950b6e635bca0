/// Finds the frames in a peer's bytes, before nghttp2 takes them.
///
/// nghttp2 1.52 tells nothing of frames it ignores (unknown types, DATA of closed streams, empty
/// blocks) and counts CONTINUATION per read, not per frame; here every frame is seen once,
/// however the bytes are cut. Nothing is checked that nghttp2 checks: after bytes that are not
/// HTTP/2 the scanner stops looking and nghttp2 says what is wrong.
/// Complexity: some ns per frame; payloads are jumped over.
struct FrameScanner {
    private static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    private static let headCount = 9
    private static let padded: UInt8 = 8
    private static let endHeaders: UInt8 = 4
    /// SETTINGS_MAX_FRAME_SIZE, which we leave at its default.
    private static let payloadMax = 16_384

    private var prefaceCount = 0
    private var payloadLeft = 0
    /// The bytes of a head that came in more than one piece: the first eight, and how many.
    private var partialHead: UInt64 = 0
    private var partialCount = 0
    private var isData = false
    private var isInsideBlock = false
    private var isLost = false
    private var beganNanos: UInt64 = 0
    /// The stream that the peer reset last: its DATA may follow before nghttp2 has seen either.
    private var lastReset: Int32 = 0

    /// When the frame or the header block that is still coming began; nil between frames, and in
    /// the payload of DATA, which has its own rule.
    var unfinishedSinceNanos: UInt64? {
        partialCount > 0 || isInsideBlock || (payloadLeft > 0 && !isData) ? beganNanos : nil
    }

    /// Looks at the next bytes; gives the first abuse, and then must not be asked again.
    ///
    /// `isClosed` tells whether a stream was open and is not any more.
    mutating func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, _ budget: inout SessionGuard,
        isClosed: (Int32) -> Bool = { _ in false }
    ) -> Abuse? {
        var index = 0
        if prefaceCount < Self.preface.utf8CodeUnitCount {
            index = unsafe scanPreface(bytes)
        }
        guard !isLost else { return nil }
        while index < bytes.count {
            if payloadLeft > 0 {
                let step = min(payloadLeft, bytes.count - index)
                payloadLeft -= step
                index += step
                continue
            }
            if partialCount == 0, bytes.count - index > Self.headCount {
                let start = unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped + index)
                let head = unsafe UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
                let padding = unsafe bytes[index + Self.headCount]
                let streamID = unsafe Self.streamID(head, bytes[index + Self.headCount - 1])
                if !isInsideBlock { beganNanos = budget.nowNanos }
                index += Self.headCount + (Self.hasPadding(head) ? 1 : 0)
                if let abuse = frame(head, padding, &budget) { return abuse }
                let rest = unsafe UnsafeBufferPointer(rebasing: bytes[index...])
                if let abuse = unsafe misplaced(head, streamID, rest, isClosed) { return abuse }
            } else {
                if let abuse = unsafe collect(bytes[index], &budget) { return abuse }
                index += 1
            }
            if isLost { return nil }
        }
        return nil
    }

    private mutating func scanPreface(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var index = 0
        while index < bytes.count, prefaceCount < Self.preface.utf8CodeUnitCount {
            guard unsafe bytes[index] == Self.preface.utf8Start[prefaceCount] else {
                isLost = true
                return index
            }
            index += 1
            prefaceCount += 1
        }
        return index
    }

    /// Whether a tenth byte belongs to the head: how much of the DATA frame is padding.
    @inline(__always)
    private static func hasPadding(_ head: UInt64) -> Bool {
        head >> 40 > 0 && UInt8(truncatingIfNeeded: head >> 32) == SessionGuard.FrameType.data
            && UInt8(truncatingIfNeeded: head >> 24) & padded != 0
    }

    /// The last of a head's eight first bytes and the ninth: which stream the frame is for.
    @inline(__always)
    private static func streamID(_ head: UInt64, _ ninth: UInt8) -> Int32 {
        Int32(truncatingIfNeeded: (head & 0x7f_ffff) << 8 | UInt64(ninth))
    }

    /// Finds frames on streams where they may not be, which nghttp2 1.52 ignores: DATA of a closed
    /// stream (RFC 9113, 5.1), PRIORITY of none or of one that waits for itself (6.3, 5.3.1 of RFC
    /// 7540). `payload` begins with the frame's, as far as it has come. A head that came in pieces
    /// is not looked at: whoever cuts heads gains nothing, for the frame is ignored.
    @inline(__always)
    private mutating func misplaced(
        _ head: UInt64, _ streamID: Int32, _ payload: UnsafeBufferPointer<UInt8>,
        _ isClosed: (Int32) -> Bool
    ) -> Abuse? {
        switch UInt8(truncatingIfNeeded: head >> 32) {
        case SessionGuard.FrameType.data:
            return streamID == lastReset || isClosed(streamID) ? .closedStream : nil
        case SessionGuard.FrameType.reset:
            lastReset = streamID
            return nil
        case SessionGuard.FrameType.priority:
            guard streamID > 0 else { return .brokenProtocol }
            guard payload.count >= 4 else { return nil }
            let parent = unsafe payload[..<4].reduce(Int32(0)) { $0 << 8 | Int32($1) }
            return parent & Int32.max == streamID ? .brokenProtocol : nil
        default: return nil
        }
    }

    /// One byte of a head that comes in pieces.
    private mutating func collect(_ byte: UInt8, _ budget: inout SessionGuard) -> Abuse? {
        if partialCount == 0, !isInsideBlock { beganNanos = budget.nowNanos }
        if partialCount < 8 { partialHead = partialHead << 8 | UInt64(byte) }
        partialCount += 1
        guard partialCount >= Self.headCount else { return nil }
        if partialCount == Self.headCount, Self.hasPadding(partialHead) { return nil }
        let head = partialHead
        partialCount = 0
        partialHead = 0
        return frame(head, byte, &budget)
    }

    @inline(__always)
    private mutating func frame(
        _ head: UInt64, _ padding: UInt8, _ budget: inout SessionGuard
    ) -> Abuse? {
        let length = Int(truncatingIfNeeded: head >> 40)
        let type = UInt8(truncatingIfNeeded: head >> 32)
        let flags = UInt8(truncatingIfNeeded: head >> 24)
        guard length <= Self.payloadMax else {
            isLost = true
            return nil
        }
        isData = type == SessionGuard.FrameType.data
        let isPadded = Self.hasPadding(head)
        payloadLeft = isPadded ? length - 1 : length
        if type == SessionGuard.FrameType.headers || type == SessionGuard.FrameType.continuation {
            isInsideBlock = flags & Self.endHeaders == 0
        }
        return budget.arrived(
            type: type, flags: flags,
            payloadCount: isPadded ? payloadLeft - Int(padding) : payloadLeft)
    }
}
