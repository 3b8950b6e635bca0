import Ground
import Testing

@testable import Journal

@Suite struct WitnessTests {
    private func mark(_ sequence: UInt64) -> DurableMark {
        DurableMark(
            sequence: sequence, hash: SHA256Digest(words: (1, 2, 3, 4)), segment: 5, start: 6,
            offset: 7, timeMicros: 8)
    }

    @Test func everyFieldStandsWhereTheDrawingSays() {
        let bytes = Witness.encode(mark(9), identity: 3)
        #expect(bytes.count == 512 && bytes[..<8].elementsEqual("RISKWIT1".utf8))
        let table: [(offset: Int, value: UInt8)] = [
            (8, 3), (16, 9), (24, 1), (32, 2), (40, 3), (48, 4), (56, 5), (64, 6), (72, 7), (80, 8),
        ]
        for row in table { #expect(bytes[row.offset] == row.value, "at \(row.offset)") }
        #expect(bytes[92...].allSatisfy { $0 == 0 })
    }

    /// Two slots in turn: when the younger one is torn, the older one is believed.
    @Test func aTornSlotLeavesTheOther() throws {
        let files = SimulatedFileSystem(seed: 1)
        try Witness.create(in: files, identity: 3)
        let witness = try #require(try Witness.open(in: files))
        #expect(witness.written == .start)
        for sequence in UInt64(1)...3 {
            try witness.write(mark(sequence))
            try witness.sync()
            #expect(try Witness.open(in: files)?.written == mark(sequence))
        }
        let young = try files.open(Witness.name).read(at: 0, count: 512)[16] == 3 ? 0 : 512
        files.damage(Witness.name) { $0[young + 20] ^= 1 }
        #expect(try Witness.open(in: files)?.written == mark(2))
        files.damage(Witness.name) { $0[512 - young + 20] ^= 1 }
        #expect(try Witness.open(in: files) == nil)
    }
}
