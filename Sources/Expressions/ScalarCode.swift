/// A program over numbers, bools, times and categories, as flat instructions over 64-bit
/// registers: nothing is allocated, retained or looked up while it runs.
///
/// Shared and never changed: a class, so that holding it costs one reference and not one an array.
/// An instruction is 8 bytes; a typical derived feature is a dozen of them, two cache lines.
/// Every instruction either writes its register or faults. A fault inside an operand of `&&` or
/// `||` continues with the next operand, and is remembered there; any other ends the evaluation.
/// Code only jumps forwards: an evaluation takes at most as many steps as there are instructions.
@usableFromInline
final class ScalarCode: Sendable {
    @usableFromInline
    enum Operation: UInt8, Sendable {
        // Reading: `operand` is a slot.
        case load, loadTime, loadCategory, present, presentTime, presentCategory
        // `operand` is the place among the constants.
        case constant, contains
        case addInt, subtractInt, multiplyInt, divideInt, remainderInt, negateInt, magnitudeInt
        case addUInt, subtractUInt, multiplyUInt, divideUInt, remainderUInt
        case addDouble, subtractDouble, multiplyDouble, divideDouble, negateDouble
        case ceiling, floor, round, truncate, squareRoot, magnitudeDouble
        case isNaN, isInfinite, isFinite
        case equalBits, equalDouble
        case lessInt, lessOrEqualInt, lessUInt, lessOrEqualUInt, lessDouble, lessOrEqualDouble
        case greatestInt, leastInt, greatestUInt, leastUInt, greatestDouble, leastDouble
        case intToDouble, uintToDouble, doubleToInt, doubleToUInt, intToUInt, uintToInt
        case subtractTime, timeToSeconds, quotient
        case not
        // `operand` is an instruction.
        case jump, jumpIfFalse, jumpIfTrue
        // `left` is the place of a remembered fault.
        case forget, raise
        case end
    }

    @usableFromInline
    struct Instruction: Sendable {
        @usableFromInline let operation: Operation
        /// The register that is written.
        @usableFromInline let target: UInt8
        @usableFromInline let left: UInt8
        @usableFromInline let right: UInt8
        @usableFromInline var operand: Int32
    }

    /// Where to go on after a fault, and where to remember it.
    @usableFromInline
    struct Handler: Sendable {
        @usableFromInline var next: Int32
        @usableFromInline let place: Int32
    }

    /// Registers: as many as operands wait for others at once. Deeper ones run in the evaluator.
    @usableFromInline static let registerCount = 16
    /// Remembered faults: `&&` and `||` inside each other.
    @usableFromInline static let placeCount = 8

    @usableFromInline let instructions: [Instruction]
    /// For each instruction the handler that its fault goes to; -1 ends the evaluation.
    @usableFromInline let handlerOf: [Int32]
    @usableFromInline let handlers: [Handler]
    @usableFromInline let constants: [UInt64]
    /// Byte of the source of each instruction.
    @usableFromInline let offsets: [Int32]

    init(_ draft: Draft) {
        instructions = draft.instructions
        handlerOf = draft.handlerOf
        handlers = draft.handlers
        constants = draft.constants
        offsets = draft.offsets
    }

    /// Code that is being written.
    struct Draft {
        var instructions: [Instruction] = []
        var handlerOf: [Int32] = []
        var handlers: [Handler] = []
        var constants: [UInt64] = []
        var offsets: [Int32] = []
    }
}

/// What an evaluation to 64 bits gives.
public enum ScalarResult: Hashable, Sendable {
    /// As the expression's `resultKind` says.
    case bits(UInt64)
    /// Why there is no value, and the byte of the source where it was found.
    case fault(ExpressionError.Kind, offset: Int32)
}
