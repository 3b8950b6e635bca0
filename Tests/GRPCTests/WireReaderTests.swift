import Ground
import Testing

@testable import GRPC

@Suite struct WireReaderTests {
    @Test(
        arguments: [
            [0x08], [0x08, 0x80], [0x0a, 5, 1], [0x00, 1], [0x0b], [0x0c], [0x0e], [0x0d, 1, 2, 3],
            [0x09, 1], [0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
            [0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        ] as [[UInt8]])
    func brokenBytesAreAProblemNotACrash(bytes: [UInt8]) {
        #expect(throws: WireProblem.self) {
            var reader = WireReader(bytes[...])
            while try reader.next() != nil {}
        }
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func randomBytesNeverCrash(seed: UInt64) {
        var random = RandomSource(seed: seed)
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var total = 0
            var reader = WireReader(bytes[...])
            while let field = try? reader.next() {
                if case .data(let data) = field.value { total += data.count }
            }
            #expect(total <= bytes.count, "seed \(seed)")
        }
    }

    @Test func readsWhatTheWriterWrote() throws {
        var writer = WireWriter()
        writer.integer(1, 300)
        writer.text(2, "gr\u{fc}n")
        writer.integer(3, 0)
        writer.data(536_870_911, [] as [UInt8])
        var reader = WireReader(writer.bytes[...])
        let first = try #require(try reader.next())
        guard case .integer(300) = first.value else { throw WireProblem(offset: 0, problem: "") }
        #expect(try WireReader.text(#require(try reader.next()).value) == "gr\u{fc}n")
        #expect(try #require(try reader.next()).number == 536_870_911)
        #expect(try reader.next() == nil)
    }
}
