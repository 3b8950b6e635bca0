/// Why a policy text is not a policy: where, and a sentence for the person who wrote it.
public struct PolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; 0 when the text as a whole is wrong.
    public let line: Int
    /// From 1; 0 when the text as a whole is wrong.
    public let column: Int
    /// Where in the document: `knock_outs[2].when[0].is`; empty for the whole.
    public let path: String
    /// One sentence without a full stop.
    public let problem: String

    /// All fields as given.
    public init(line: Int, column: Int, path: String, problem: String) {
        self.line = line
        self.column = column
        self.path = path
        self.problem = problem
    }

    /// `line 12, knock_outs[2].reason: the sentence`.
    public var description: String {
        path.isEmpty ? "line \(line): \(problem)" : "line \(line), \(path): \(problem)"
    }
}
