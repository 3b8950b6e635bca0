/// A place in an expression's source.
public struct SourceLocation: Hashable, Sendable {
    /// From 1; lines end with LF, CR or CR LF.
    public let line: Int
    /// From 1, in code points, as an editor counts.
    public let column: Int

    /// The first character.
    public static let start = SourceLocation(line: 1, column: 1)

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place of the byte `offset` of a source in UTF-8; linear in the offset.
    init(offset: Int, in source: [UInt8]) {
        var line = 1
        var column = 1
        var index = 0
        while index < min(offset, source.count) {
            let byte = source[index]
            index += 1
            if byte == 0x0a || byte == 0x0d {
                if byte == 0x0d, index < source.count, source[index] == 0x0a { index += 1 }
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}

extension SourceLocation: CustomStringConvertible {
    /// As LINE:COLUMN.
    public var description: String { "\(line):\(column)" }
}
