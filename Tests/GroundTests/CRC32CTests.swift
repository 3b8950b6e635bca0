import Ground
import Testing

@Suite struct CRC32CTests {
    /// The check values of RFC 3720, appendix B.4.
    private static let known: [(bytes: [UInt8], checksum: UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
        ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
        ([UInt8](0..<32), 0x46dd_794e),
        ([UInt8]((0..<32).reversed()), 0x113f_db5c),
        ([], 0),
    ]

    @Test(arguments: known) func knownValues(_ row: (bytes: [UInt8], checksum: UInt32)) {
        #expect(CRC32C.checksum(row.bytes[...]) == row.checksum)
        #expect(CRC32C.checksumByTable(row.bytes[...]) == row.checksum)
    }

    @Test func instructionAndTableAgreeInPieces() {
        var random = RandomSource(seed: 7)
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let cut = Int.random(in: 0...length, using: &random)
            let first = CRC32C.checksum(bytes[..<cut])
            let whole = CRC32C.checksum(bytes[cut...], continuing: first)
            #expect(whole == CRC32C.checksumByTable(bytes[...]), "length \(length) cut \(cut)")
        }
    }
}
