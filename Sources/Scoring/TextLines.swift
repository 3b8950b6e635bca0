/// The lines of a text file, one after the other, with their numbers.
struct TextLines {
    let file: String
    private let bytes: [UInt8]
    private var position = 0
    /// The line that `next` gave last, from 1.
    private(set) var number = 0

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// The next line without its end, or nil after the last.
    mutating func next() -> ArraySlice<UInt8>? {
        guard position < bytes.count else { return nil }
        let start = position
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        position = end + 1
        number += 1
        let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
        return bytes[start..<(hasReturn ? end - 1 : end)]
    }

    /// An error at `line`, or at the line read last.
    func error(
        _ kind: ModelError.Kind, at line: Int? = nil, _ problem: String
    ) -> ModelError {
        ModelError(kind, file: file, line: line ?? number, problem)
    }

    /// The file is malformed at `line`, or at the line read last.
    func error(at line: Int? = nil, _ problem: String) -> ModelError {
        error(.malformed, at: line, problem)
    }

    /// Exactly `count` numbers divided by single spaces.
    ///
    /// Stops at the first number too many, so a hostile line costs no more than its bytes.
    func values<Value: LosslessStringConvertible>(
        _ line: ArraySlice<UInt8>, count: Int, key: String, line number: Int
    ) throws(ModelError) -> [Value] {
        var values: [Value] = []
        // A number takes two bytes at least: the claim is not believed further than that.
        values.reserveCapacity(min(count, line.count / 2 + 1))
        var rest = line
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: " ")) ?? rest.endIndex
            // The longest double that is printed has 24 characters.
            let word = String(decoding: rest[..<end].prefix(40), as: UTF8.self)
            guard values.count < count else {
                throw error(at: number, "\(key) has more than \(count) numbers")
            }
            guard let value = Value(word) else {
                throw error(at: number, "'\(word)' is not a number that \(key) may hold")
            }
            values.append(value)
            rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
        }
        guard values.count == count else {
            throw error(at: number, "\(key) has \(values.count) numbers, \(count) are wanted")
        }
        return values
    }
}
