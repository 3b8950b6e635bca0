import Ground
import Testing

@testable import GRPC

@Suite struct MessageReaderTests {
    /// Any cutting of the same bytes gives the same messages.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func readsMessagesWhateverThePieces(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let messages = (0..<30).map { _ in
            (0..<Int.random(in: 0..<100, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
        let bytes = messages.flatMap { message -> [UInt8] in
            [0, 0, 0, 0, UInt8(message.count)] + message
        }
        var reader = MessageReader()
        var found: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1..<40, using: &random))
            let piece = Array(bytes[start..<end])
            var offset = 0
            while offset < piece.count {
                if try reader.next(piece.span, from: &offset, limit: 100) {
                    found.append(reader.message.copied())
                }
            }
            start = end
        }
        #expect(found == messages, "seed \(seed)")
        let count = reader.count
        #expect(count == messages.count, "seed \(seed)")
        let isInside = reader.isInsideMessage
        #expect(!isInside, "seed \(seed)")
    }

    @Test(
        arguments: [
            ([2, 0, 0, 0, 0], FramingProblem.badFlag(2)),
            ([1, 0, 0, 0, 0], .compressedWithoutEncoding),
            ([0, 0, 0, 0, 11], .tooLong(declared: 11, limit: 10)),
            ([0, 255, 255, 255, 255], .tooLong(declared: 4_294_967_295, limit: 10)),
        ] as [([UInt8], FramingProblem)])
    func aBadPrefixIsAProblem(prefix: [UInt8], problem: FramingProblem) {
        var reader = MessageReader()
        var offset = 0
        #expect(throws: problem) { try reader.next(prefix.span, from: &offset, limit: 10) }
        let capacity = reader.message.capacity
        #expect(capacity == 0)
    }

    @Test func knowsWhereItIs() throws {
        var reader = MessageReader()
        for (byte, inside) in zip([0, 0, 0, 0, 2, 9, 9] as [UInt8], [1, 1, 1, 1, 1, 1, 0]) {
            var offset = 0
            let piece = [byte]
            #expect(try reader.next(piece.span, from: &offset, limit: 10) == (inside == 0))
            let isInside = reader.isInsideMessage
            #expect(isInside == (inside == 1))
        }
        reader.reset(keepingBytes: 1_000)
        let count = reader.count
        #expect(count == 0)
        let isEmpty = reader.message.isEmpty
        #expect(isEmpty)
    }
}
