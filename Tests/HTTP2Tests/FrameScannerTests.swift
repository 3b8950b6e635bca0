import Ground
import Testing

@testable import HTTP2

/// Every frame is seen once, wherever the pieces are cut.
@Suite struct FrameScannerTests {
    /// Frames of every kind, as a seed makes them.
    private func frames(_ source: inout RandomSource) -> [UInt8] {
        var bytes = Frames.hello
        for _ in 0..<60 {
            let stream = Int32.random(in: 1...9, using: &source)
            let count = Int.random(in: 0...40, using: &source)
            let payload = [UInt8](repeating: 3, count: count)
            switch Int.random(in: 0...7, using: &source) {
            case 0: bytes += Frames.headers(stream)
            case 1: bytes += Frames.data(stream, payload)
            case 2: bytes += Frames.padding(stream, UInt8(count))
            case 3: bytes += Frames.windowUpdate(stream)
            case 4: bytes += Frames.settings
            case 5: bytes += Frames.frame(0xaa, payload)
            case 6: bytes += Frames.frame(0, flags: 8, stream: stream, [2, 1, 0, 0])
            default:
                bytes +=
                    Frames.headers(stream, complete: false)
                    + Frames.continuation(stream, last: true, payload)
            }
        }
        return bytes
    }

    /// The oracle: what the budgets are after each frame was told to them, one by one.
    private func told(_ bytes: [UInt8]) -> SessionGuard {
        var budget = SessionGuard(GuardLimits())
        for frame in Frames.read(Array(bytes.dropFirst(Frames.preface.count))) {
            var count = frame.payload.count
            if frame.type == 0, frame.flags & 8 != 0 { count -= 1 + Int(frame.payload[0]) }
            _ = budget.arrived(type: frame.type, flags: frame.flags, payloadCount: count)
        }
        return budget
    }

    @Test func anyCutGivesTheSameCounts() {
        for seed in UInt64(1)...200 {
            var source = RandomSource(seed: seed)
            let bytes = frames(&source)
            var budget = SessionGuard(GuardLimits())
            var scanner = FrameScanner()
            var start = 0
            while start < bytes.count {
                let step = min(Int.random(in: 1...25, using: &source), bytes.count - start)
                unsafe bytes[start..<start + step].withUnsafeBufferPointer { piece in
                    _ = unsafe scanner.scan(piece, &budget)
                }
                start += step
            }
            #expect("\(budget)" == "\(told(bytes))", "seed \(seed)")
            #expect(scanner.unfinishedSinceNanos == nil, "seed \(seed)")
        }
    }

    /// What is sent, and whether something that must end in time has begun.
    @Test(arguments: [
        ("between frames", Frames.hello, false),
        ("four bytes of a head", Frames.hello + [0, 0, 8, 6], true),
        ("half a PING", Frames.hello + Array(Frames.ping().prefix(12)), true),
        (
            "half a DATA frame", Frames.hello + Array(Frames.data(1, [1, 2, 3, 4]).prefix(11)),
            false
        ),
        ("an open header block", Frames.hello + Frames.headers(1, complete: false), true),
        (
            "a header block's end",
            Frames.hello + Frames.headers(1, complete: false)
                + Frames.continuation(1, last: true, []), false
        ),
    ])
    func whatIsUnfinishedIsKnown(name: String, bytes: [UInt8], isUnfinished: Bool) {
        var budget = SessionGuard(GuardLimits())
        budget.turn(77)
        var scanner = FrameScanner()
        unsafe bytes.withUnsafeBufferPointer { piece in _ = unsafe scanner.scan(piece, &budget) }
        #expect(scanner.unfinishedSinceNanos == (isUnfinished ? 77 : nil))
    }

    @Test func aBlockThatDripsKeepsItsFirstTime() {
        var budget = SessionGuard(GuardLimits())
        var scanner = FrameScanner()
        let bytes =
            Frames.hello + Frames.headers(1, complete: false)
            + Frames.continuation(1, last: false, [0]) + Frames.continuation(1, last: false, [0])
        for (index, byte) in bytes.enumerated() {
            budget.turn(UInt64(index))
            unsafe [byte].withUnsafeBufferPointer { piece in _ = unsafe scanner.scan(piece, &budget)
            }
        }
        #expect(scanner.unfinishedSinceNanos == UInt64(Frames.hello.count))
    }

    @Test func whatIsNotHTTP2IsLeftToTheLibrary() {
        var budget = SessionGuard(GuardLimits())
        var scanner = FrameScanner()
        unsafe Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8).withUnsafeBufferPointer { piece in
            #expect(unsafe scanner.scan(piece, &budget) == nil)
        }
        #expect("\(budget)" == "\(SessionGuard(GuardLimits()))")
    }
}
