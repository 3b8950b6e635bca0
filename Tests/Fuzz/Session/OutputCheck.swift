/// Reads what the server sends as frames: a broken one is a bug of ours.
struct OutputCheck {
    private static let frameBytesMax = 16_384
    private var head: [UInt8] = []
    private var remaining = 0
    private var frameCount = 0
    private var endedStreams: Set<UInt32> = []

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count {
            if remaining > 0 {
                let step = min(remaining, bytes.count - position)
                remaining -= step
                position += step
                continue
            }
            head.append(unsafe bytes[position])
            position += 1
            if head.count == 9 {
                frame()
                head.removeAll(keepingCapacity: true)
            }
        }
    }

    private mutating func frame() {
        remaining = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        let (type, flags) = (head[3], head[4])
        let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        precondition(remaining <= Self.frameBytesMax, "a frame of \(remaining) bytes was sent")
        precondition(type <= 9, "a frame of type \(type) was sent")
        precondition(frameCount > 0 || (type == 4 && flags == 0), "SETTINGS was not first")
        frameCount += 1
        guard type <= 1 else { return }
        precondition(stream & 1 == 1, "a reply on stream \(stream), which no client opened")
        precondition(!endedStreams.contains(stream), "stream \(stream) had ended")
        if flags & 1 != 0 { endedStreams.insert(stream) }
    }
}
