extension ScalarCode {
    /// Why an instruction gave nothing; 0 for success.
    @usableFromInline
    enum Trap: UInt8 {
        case none, missing, overflow, divideByZero

        @inlinable
        var kind: ExpressionError.Kind {
            switch self {
            case .none, .overflow: .overflow
            case .missing: .missing
            case .divideByZero: .divideByZero
            }
        }
    }

    /// The registers of one evaluation, on the stack.
    @usableFromInline
    struct Frame {
        @usableFromInline var registers: InlineArray<16, UInt64>
        /// Remembered faults: the instruction's number above the trap's 8 bits; 0 for none.
        @usableFromInline var faults: InlineArray<8, UInt64>

        @inlinable
        @inline(__always)
        init() {
            registers = InlineArray(repeating: 0)
            faults = InlineArray(repeating: 0)
        }

        @inlinable
        subscript(register: UInt8) -> UInt64 {
            get { registers[Int(register & 15)] }
            set { registers[Int(register & 15)] = newValue }
        }

        @inlinable
        func int(_ register: UInt8) -> Int64 { Int64(bitPattern: self[register]) }

        @inlinable
        func double(_ register: UInt8) -> Double { Double(bitPattern: self[register]) }
    }

    /// Runs the code over a row. O(instructions), no allocation.
    @inlinable
    func run<Row: RowReader>(_ row: borrowing Row) -> ScalarResult {
        var frame = Frame()
        var place = 0
        while true {
            let instruction = instructions[place]
            var trap = Trap.none
            switch instruction.operation {
            case .end: return .bits(frame[0])
            case .jump: place = Int(instruction.operand) - 1
            case .jumpIfFalse:
                if frame[instruction.left] == 0 { place = Int(instruction.operand) - 1 }
            case .jumpIfTrue:
                if frame[instruction.left] != 0 { place = Int(instruction.operand) - 1 }
            case .forget: frame.faults[Int(instruction.left & 7)] = 0
            case .raise:
                let fault = frame.faults[Int(instruction.left & 7)]
                if fault != 0 {
                    guard let next = handle(fault, at: place, &frame) else { return result(fault) }
                    place = next - 1
                }
            case .load, .loadTime, .loadCategory, .present, .presentTime, .presentCategory:
                trap = read(instruction, row, &frame)
            default: trap = compute(instruction, &frame)
            }
            if trap != .none {
                let fault = UInt64(place) << 8 | UInt64(trap.rawValue)
                guard let next = handle(fault, at: place, &frame) else { return result(fault) }
                place = next - 1
            }
            place += 1
        }
    }

    /// Remembers a fault where an operand around it continues; nil when none does.
    @usableFromInline
    func handle(_ fault: UInt64, at place: Int, _ frame: inout Frame) -> Int? {
        let number = handlerOf[place]
        guard number >= 0 else { return nil }
        let handler = handlers[Int(number)]
        if frame.faults[Int(handler.place)] == 0 { frame.faults[Int(handler.place)] = fault }
        return Int(handler.next)
    }

    @usableFromInline
    func result(_ fault: UInt64) -> ScalarResult {
        let trap = Trap(rawValue: UInt8(truncatingIfNeeded: fault)) ?? .overflow
        return .fault(trap.kind, offset: offsets[Int(fault >> 8)])
    }

    /// Times outside the years 1 to 9999, and codes outside the dictionary, are no values.
    @inlinable
    @inline(__always)
    func read<Row: RowReader>(
        _ instruction: Instruction, _ row: borrowing Row, _ frame: inout Frame
    ) -> Trap {
        var bits = row.bits(at: Int(instruction.operand))
        switch instruction.operation {
        case .loadTime, .presentTime:
            if let found = bits, !Self.isTime(found) { bits = nil }
        case .loadCategory, .presentCategory:
            let words = constants[Int(instruction.left) << 8 | Int(instruction.right)]
            if let found = bits, found >= words { bits = nil }
        default: break
        }
        switch instruction.operation {
        case .present, .presentTime, .presentCategory:
            frame[instruction.target] = bits == nil ? 0 : 1
            return .none
        default:
            guard let bits else { return .missing }
            frame[instruction.target] = bits
            return .none
        }
    }

    @inlinable
    static func isTime(_ bits: UInt64) -> Bool {
        (-62_135_596_800_000_000...253_402_300_799_999_999).contains(Int64(bitPattern: bits))
    }
}
