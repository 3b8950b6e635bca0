/// Why an expression was refused, or why it has no value.
public struct ExpressionError: Error, Hashable, Sendable {
    /// When it was found.
    public enum Stage: String, Hashable, Sendable {
        case parse, check, evaluate
    }

    /// What a caller can act on.
    public enum Kind: String, Hashable, Sendable {
        /// The text is not an expression.
        case syntax = "SYNTAX"
        /// A variable, type or function that nobody declared.
        case unknownName = "UNKNOWN_NAME"
        /// A function has no form for these types of arguments.
        case noSuchOverload = "NO_SUCH_OVERLOAD"
        /// A map has no such key, a value no such field.
        case noSuchKey = "NO_SUCH_KEY"
        /// A feature has no value in this row.
        case missing = "MISSING"
        case divideByZero = "DIVIDE_BY_ZERO"
        /// A number, time or duration left its type's range.
        case overflow = "OVERFLOW"
        /// An argument that its function does not take: an index, a time zone, a format.
        case invalidArgument = "INVALID_ARGUMENT"
        /// Two entries of one map have the same key.
        case duplicateKey = "DUPLICATE_KEY"
        /// The steps of one evaluation, or their bound, exceed the limit.
        case costExceeded = "COST_EXCEEDED"
        /// The source is longer, deeper or larger than the limits allow.
        case tooLarge = "TOO_LARGE"
    }

    /// When it was found.
    public let stage: Stage
    /// What a caller can act on.
    public let kind: Kind
    /// For a reader; without the place.
    public let message: String
    /// Where in the source.
    public let location: SourceLocation

    /// An error as given.
    public init(stage: Stage, kind: Kind, message: String, location: SourceLocation) {
        self.stage = stage
        self.kind = kind
        self.message = message
        self.location = location
    }
}

extension ExpressionError: CustomStringConvertible {
    /// As LINE:COLUMN: MESSAGE.
    public var description: String { "\(location): \(message)" }
}

/// An error on its way out of the stages: knows the byte of the source, not yet its line.
struct Fault: Error, Sendable {
    var kind: ExpressionError.Kind
    var message: String
    /// Byte of the source; negative until the node that raised it is known.
    var offset = -1

    init(_ kind: ExpressionError.Kind, _ message: String, offset: Int = -1) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }

    static func overload(_ function: String, _ arguments: [Value]) -> Fault {
        let kinds = arguments.map { $0.type.name }.joined(separator: ", ")
        return Fault(.noSuchOverload, "no such overload: \(function)(\(kinds))")
    }

    func located(at offset: Int) -> Fault {
        guard self.offset < 0 else { return self }
        var copy = self
        copy.offset = offset
        return copy
    }

    func error(_ stage: ExpressionError.Stage, in source: [UInt8]) -> ExpressionError {
        ExpressionError(
            stage: stage, kind: kind, message: message,
            location: SourceLocation(offset: max(0, offset), in: source))
    }
}
