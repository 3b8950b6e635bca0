extension ScalarCode {
    /// Runs an instruction that only reads registers and constants.
    @inlinable
    @inline(__always)
    func compute(_ instruction: Instruction, _ frame: inout Frame) -> Trap {
        let left = instruction.left
        let right = instruction.right
        let target = instruction.target
        switch instruction.operation {
        case .constant: frame[target] = constants[Int(instruction.operand)]
        case .contains:
            let code = frame[left]
            let word = constants[Int(instruction.operand) + Int(code >> 6)]
            frame[target] = word >> (code & 63) & 1
        case .not: frame[target] = frame[left] ^ 1
        case .equalBits: frame[target] = frame[left] == frame[right] ? 1 : 0
        case .equalDouble: frame[target] = frame.double(left) == frame.double(right) ? 1 : 0
        case .lessInt: frame[target] = frame.int(left) < frame.int(right) ? 1 : 0
        case .lessOrEqualInt: frame[target] = frame.int(left) <= frame.int(right) ? 1 : 0
        case .lessUInt: frame[target] = frame[left] < frame[right] ? 1 : 0
        case .lessOrEqualUInt: frame[target] = frame[left] <= frame[right] ? 1 : 0
        case .lessDouble: frame[target] = frame.double(left) < frame.double(right) ? 1 : 0
        case .lessOrEqualDouble:
            frame[target] = frame.double(left) <= frame.double(right) ? 1 : 0
        case .addDouble:
            frame[target] = (frame.double(left) + frame.double(right)).bitPattern
        case .subtractDouble:
            frame[target] = (frame.double(left) - frame.double(right)).bitPattern
        case .multiplyDouble:
            frame[target] = (frame.double(left) * frame.double(right)).bitPattern
        case .divideDouble:
            frame[target] = (frame.double(left) / frame.double(right)).bitPattern
        case .intToDouble: frame[target] = Double(frame.int(left)).bitPattern
        case .uintToDouble: frame[target] = Double(frame[left]).bitPattern
        default: return computeChecked(instruction, &frame)
        }
        return .none
    }

    /// What may overflow, or is rare.
    @usableFromInline
    func computeChecked(_ instruction: Instruction, _ frame: inout Frame) -> Trap {
        let left = frame.int(instruction.left)
        let right = frame.int(instruction.right)
        let result: (value: Int64, overflow: Bool)
        switch instruction.operation {
        case .addInt: result = Self.pair(left.addingReportingOverflow(right))
        case .subtractInt: result = Self.pair(left.subtractingReportingOverflow(right))
        case .multiplyInt: result = Self.pair(left.multipliedReportingOverflow(by: right))
        case .divideInt, .remainderInt:
            guard right != 0 else { return .divideByZero }
            result = Self.pair(
                instruction.operation == .divideInt
                    ? left.dividedReportingOverflow(by: right)
                    : left.remainderReportingOverflow(dividingBy: right))
        case .negateInt, .magnitudeInt:
            guard left != .min else { return .overflow }
            result = (instruction.operation == .negateInt ? -left : abs(left), false)
        case .greatestInt: result = (right > left ? right : left, false)
        case .leastInt: result = (right < left ? right : left, false)
        case .subtractTime:
            let (micros, first) = left.subtractingReportingOverflow(right)
            let (nanos, second) = micros.multipliedReportingOverflow(by: 1_000)
            result = (nanos, first || second)
        case .timeToSeconds: result = (left.flooredQuotient(1_000_000), false)
        case .quotient:
            result = (left / Int64(bitPattern: constants[Int(instruction.operand)]), false)
        case .uintToInt: result = (left, left < 0)
        case .intToUInt: result = (left, left < 0)
        default: return computeRare(instruction, &frame)
        }
        guard !result.overflow else { return .overflow }
        frame[instruction.target] = UInt64(bitPattern: result.value)
        return .none
    }

    private static func pair(_ result: (partialValue: Int64, overflow: Bool)) -> (Int64, Bool) {
        (result.partialValue, result.overflow)
    }

    private func computeRare(_ instruction: Instruction, _ frame: inout Frame) -> Trap {
        let left = frame[instruction.left]
        let right = frame[instruction.right]
        let result: (partialValue: UInt64, overflow: Bool)
        switch instruction.operation {
        case .addUInt: result = left.addingReportingOverflow(right)
        case .subtractUInt: result = left.subtractingReportingOverflow(right)
        case .multiplyUInt: result = left.multipliedReportingOverflow(by: right)
        case .divideUInt, .remainderUInt:
            guard right != 0 else { return .divideByZero }
            result = (instruction.operation == .divideUInt ? left / right : left % right, false)
        case .greatestUInt: result = (max(left, right), false)
        case .leastUInt: result = (min(left, right), false)
        case .doubleToInt, .doubleToUInt:
            let number = frame.double(instruction.left)
            let isInt = instruction.operation == .doubleToInt
            guard isInt ? number > -0x1p63 && number < 0x1p63 : number >= 0 && number < 0x1p64
            else { return .overflow }
            result = (isInt ? UInt64(bitPattern: Int64(number)) : UInt64(number), false)
        default:
            let left = frame.double(instruction.left)
            let right = frame.double(instruction.right)
            result = (Self.rareDouble(instruction.operation, left, right), false)
        }
        guard !result.overflow else { return .overflow }
        frame[instruction.target] = result.partialValue
        return .none
    }

    private static func rareDouble(_ operation: Operation, _ left: Double, _ right: Double)
        -> UInt64
    {
        switch operation {
        case .negateDouble: return (-left).bitPattern
        case .magnitudeDouble: return left.magnitude.bitPattern
        case .ceiling: return left.rounded(.up).bitPattern
        case .floor: return left.rounded(.down).bitPattern
        case .round: return left.rounded(.toNearestOrAwayFromZero).bitPattern
        case .truncate: return left.rounded(.towardZero).bitPattern
        case .squareRoot: return left.squareRoot().bitPattern
        case .greatestDouble: return (right > left ? right : left).bitPattern
        case .leastDouble: return (right < left ? right : left).bitPattern
        case .isNaN: return left.isNaN ? 1 : 0
        case .isInfinite: return left.isInfinite ? 1 : 0
        case .isFinite: return left.isFinite ? 1 : 0
        default: preconditionFailure("an instruction without a meaning: \(operation)")
        }
    }
}
