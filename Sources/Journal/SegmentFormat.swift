internal import Ground

/// The first sector of a segment file; batches follow from byte 512 on.
///
///       0 magic u64 "RISKSEG1"   8 journal's random identity u64   16 number u64
///      24 segment bytes u64     32 format u16 = 2                 34 zero u16
///      36 CRC-32C of 0..<36     40 zeros to 512
enum SegmentFormat {
    static let magic: UInt64 = 0x3147_4553_4b53_4952
    static let version: UInt16 = 2
    static let headerBytes = 512

    /// `segment-` and the number as 16 hexadecimal digits, so that names sort as numbers do.
    static func name(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return "segment-" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The number in a segment's name; nil for other files.
    static func number(name: String) -> UInt64? {
        guard name.hasPrefix("segment-"), name.utf8.count == 24 else { return nil }
        return UInt64(name.dropFirst(8), radix: 16)
    }

    static func encode(number: UInt64, identity: UInt64, segmentBytes: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: headerBytes)
        writer.write(magic)
        writer.write(identity)
        writer.write(number)
        writer.write(UInt64(segmentBytes))
        writer.write(version)
        writer.write(UInt16(0))
        writer.write(CRC32C.checksum(writer.bytes[0..<36]))
        writer.write(raw: repeatElement(0, count: headerBytes - writer.count))
        return writer.bytes
    }

    /// Reads identity and size; throws what is wrong with the header of segment `number`.
    static func read(
        _ bytes: [UInt8], number: UInt64
    ) throws(JournalError) -> (identity: UInt64, segmentBytes: Int) {
        var reader = ByteReader(bytes)
        guard bytes.count >= headerBytes, (try? reader.read(UInt64.self)) == magic,
            let identity = try? reader.read(UInt64.self),
            let found = try? reader.read(UInt64.self),
            let segmentBytes = try? reader.read(UInt64.self),
            let format = try? reader.read(UInt16.self), (try? reader.read(UInt16.self)) == 0,
            (try? reader.read(UInt32.self)) == CRC32C.checksum(bytes[0..<36])
        else { throw .damaged(segment: number, offset: 0, problem: "segment header") }
        guard format == version else { throw .unknownFormat(number, format: format) }
        guard found == number else {
            throw .foreignSegment(number, problem: "its header says segment \(found)")
        }
        return (identity, Int(segmentBytes))
    }
}
