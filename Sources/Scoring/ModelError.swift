/// Why a model file was refused, and where.
///
/// Always the file's fault; reading the same bytes again gives the same error.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the owner of the file can do about it.
    public enum Kind: String, Sendable {
        /// The file breaks its own format: repair or export it again.
        case malformed
        /// The file is sound but asks for something this service does not do.
        case unsupported
        /// A named limit is passed: make the model smaller.
        case tooLarge
        /// Two files, or two parts of one, contradict each other.
        case inconsistent
    }

    /// What can be done about it.
    public let kind: Kind
    /// The name that the file was given at loading.
    public let file: String
    /// Counted from 1; 0 when the file as a whole is meant.
    public let line: Int
    /// One sentence without a full stop.
    public let problem: String

    /// An error at `line` of `file`.
    public init(_ kind: Kind, file: String, line: Int = 0, _ problem: String) {
        self.kind = kind
        self.file = file
        self.line = line
        self.problem = problem
    }

    /// File, line and problem.
    public var description: String {
        line == 0 ? "\(file): \(problem)" : "\(file), line \(line): \(problem)"
    }
}
