import ArgumentParser

/// Subjects that exist on the server: a prefix and numbers from 0, with at least four digits.
struct SubjectRange: ExpressibleByArgument, Equatable {
    static let digitCountMin = 4
    /// Identifiers are at most 128 bytes; the rest is for the digits.
    static let prefixBytesMax = 96
    let prefix: [UInt8]
    let count: Int

    /// What the demo loads.
    static let demo = SubjectRange(prefix: "applicant-", count: 1_000)

    private init(prefix: String, count: Int) {
        self.prefix = Array(prefix.utf8)
        self.count = count
    }

    /// Nil unless it reads PREFIX:COUNT with a count from 1 to 10^9.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let count = Int(argument[argument.index(after: colon)...]),
            (1...1_000_000_000).contains(count)
        else { return nil }
        prefix = Array(argument[..<colon].utf8)
        self.count = count
        guard prefix.count <= Self.prefixBytesMax else { return nil }
    }

    /// Appends the identifier of subject `index`: applicant-0042.
    func append(_ index: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: prefix)
        var digitCount = Self.digitCountMin
        var power = 1_000
        while index / power >= 10 {
            power *= 10
            digitCount += 1
        }
        for _ in 0..<digitCount {
            bytes.append(UInt8(ascii: "0") + UInt8(index / power % 10))
            power /= 10
        }
    }

    var defaultValueDescription: String { String(decoding: prefix, as: UTF8.self) + ":\(count)" }
}
