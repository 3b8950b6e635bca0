internal import Ground

/// What a checkpoint consists of, and from where replay goes on.
///
/// One value in the store under the key `manifest`, written after every block is durable: the put
/// of this one value is the switch from the checkpoint before to this one.
///
///     magic u64 "RISKMAN1", format u16, number u64, mark 72 bytes, state hash 32 bytes,
///     participants u32, each a counted name; blocks u32, each {counted name, index u64, included
///     sequence u64, SHA-256}; CRC-32C of all before
struct CheckpointManifest: Sendable {
    struct Block: Sendable {
        var name: String
        var index: UInt64
        var includedSequence: UInt64
        var hash: SHA256Digest
    }

    static let key = Array("manifest".utf8)
    static let blockPrefix = Array("checkpoint/".utf8)
    private static let magic: UInt64 = 0x314e_414d_4b53_4952
    private static let version: UInt16 = 2

    var number: UInt64
    /// Replay starts with the record after this one.
    var mark: DurableMark
    var participants: [String]
    var blocks: [Block] = []

    /// The hash over all blocks' hashes, in order.
    func stateHash() -> SHA256Digest {
        var writer = ByteWriter(capacity: blocks.count * 32)
        for block in blocks { writer.write(block.hash) }
        return SHA256Hasher().hash(writer.bytes[...])
    }

    /// `checkpoint/`, the number, the participant and the block's index, big-endian so that keys
    /// sort.
    static func blockKey(number: UInt64, name: String, index: UInt64) -> [UInt8] {
        numberPrefix(number) + Array("\(name)/".utf8) + bigEndian(index)
    }

    static func numberPrefix(_ number: UInt64) -> [UInt8] {
        blockPrefix + bigEndian(number) + Array("/".utf8)
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> UInt64($0))
        }
    }

    func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 128 + blocks.count * 64)
        writer.write(Self.magic)
        writer.write(Self.version)
        writer.write(number)
        mark.append(to: &writer)
        writer.write(stateHash())
        writer.write(UInt32(participants.count))
        for name in participants { writer.write(name) }
        writer.write(UInt32(blocks.count))
        for block in blocks {
            writer.write(block.name)
            writer.write(block.index)
            writer.write(block.includedSequence)
            writer.write(block.hash)
        }
        writer.write(CRC32C.checksum(writer.bytes[...]))
        return writer.bytes
    }

    init(number: UInt64, mark: DurableMark, participants: [String]) {
        self.number = number
        self.mark = mark
        self.participants = participants
    }

    /// Reads a manifest back.
    init(_ bytes: [UInt8]) throws(ByteReaderError) {
        var reader = ByteReader(bytes)
        guard bytes.count > 4, try reader.read(UInt64.self) == Self.magic,
            try reader.read(UInt16.self) == Self.version
        else { throw ByteReaderError(offset: 0, problem: "no manifest") }
        var end = ByteReader(bytes[(bytes.count - 4)...])
        guard try end.read(UInt32.self) == CRC32C.checksum(bytes[..<(bytes.count - 4)]) else {
            throw ByteReaderError(offset: bytes.count - 4, problem: "wrong checksum")
        }
        number = try reader.read(UInt64.self)
        mark = try DurableMark(&reader)
        let hash = try reader.readDigest()
        participants = []
        for _ in 0..<(try reader.read(UInt32.self)) { participants.append(try reader.readString()) }
        for _ in 0..<(try reader.read(UInt32.self)) {
            blocks.append(
                Block(
                    name: try reader.readString(), index: try reader.read(UInt64.self),
                    includedSequence: try reader.read(UInt64.self), hash: try reader.readDigest()))
        }
        guard hash == stateHash() else {
            throw ByteReaderError(offset: 0, problem: "wrong state hash")
        }
    }
}
