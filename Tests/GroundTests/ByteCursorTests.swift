import Testing

@testable import Ground

@Suite struct ByteCursorTests {
    @Test func whatIsWrittenIsRead() throws {
        var writer = ByteWriter()
        writer.write(UInt8(7))
        writer.write(Int64.min)
        writer.write(-0.5)
        writer.write(Hash128(high: 1, low: 2))
        writer.write("grün")
        writer.write(counted: [9, 8])
        writer.patch(0, at: writer.count - 6)
        var reader = ByteReader(writer.bytes)
        #expect(try reader.read(UInt8.self) == 7)
        #expect(try reader.read(Int64.self) == .min)
        #expect(try reader.readDouble() == -0.5)
        #expect(try reader.readHash() == Hash128(high: 1, low: 2))
        #expect(try reader.readString() == "grün")
        #expect(try reader.readCounted().isEmpty)
        #expect(Array(try reader.read(count: 2)) == [9, 8])
        #expect(reader.remaining == 0)
    }

    @Test func everyCutIsAnError() throws {
        var writer = ByteWriter()
        writer.write("abcdef")
        for cut in 0..<writer.count {
            var reader = ByteReader(writer.bytes[..<cut])
            #expect(throws: ByteReaderError.self) { try reader.readString() }
        }
    }

    @Test func textThatIsNotUTF8IsAnError() {
        var reader = ByteReader([2, 0, 0, 0, 0xc3, 0x28])
        #expect(throws: ByteReaderError.self) { try reader.readString() }
    }

    @Test func aSeedGivesTheSameNumbersAndAnotherDoesNot() {
        var first = RandomSource(seed: 3)
        var same = RandomSource(seed: 3)
        var other = RandomSource(seed: 4)
        let numbers = (0..<8).map { _ in first.next() }
        #expect(numbers == (0..<8).map { _ in same.next() })
        #expect(numbers != (0..<8).map { _ in other.next() })
    }

    @Test func aSimulatedClockMovesOnlyWhenMoved() {
        let clock = SimulatedClock(wallMicros: 100)
        #expect(clock.wallMicros() == 100)
        clock.advance(micros: 5)
        clock.jumpWall(micros: -50)
        #expect(clock.wallMicros() == 55)
        #expect(clock.bootMicros() == 5)
        #expect(clock.monotonicNanos() == 5_000)
    }
}
