import Expressions
import Ground

/// Slots of every scalar kind, and rows of values that sit on the edges.
struct ScalarRow: RowReader {
    static let names: [(name: String, kind: SlotKind)] = [
        ("a", .double), ("b", .double), ("c", .double), ("i", .int), ("j", .int), ("u", .uint),
        ("v", .uint), ("p", .bool), ("q", .bool), ("t", .timeMicros), ("s.t", .timeMicros),
        ("d", .durationNanos), ("grade", .category(words: ["A", "B", "C", "D"])),
        ("other", .category(words: ["A", "B", "C", "D"])),
        ("wide", .category(words: (0..<150).map { "w\($0)" })),
    ]

    static let environment: ExpressionEnvironment = {
        var environment = ExpressionEnvironment()
        for (slot, variable) in names.enumerated() {
            environment.declare(variable.name, variable.kind, slot: slot)
        }
        return environment
    }()

    var slots: [UInt64?]

    func bits(at slot: Int) -> UInt64? { slots[slot] }

    init(slots: [UInt64?]) { self.slots = slots }

    init(random source: inout RandomSource) {
        slots = Self.names.map { variable in
            Int.random(in: 0..<7, using: &source) == 0
                ? nil : Self.bits(variable.kind, &source)
        }
    }

    private static func bits(_ kind: SlotKind, _ source: inout RandomSource) -> UInt64 {
        let ints: [Int64] = [0, 1, -1, 2, 3, 7, 100, .min, .max, .min + 1]
        let doubles: [Double] = [0, -0.0, 1, -1, 0.5, 2.5, 100, .nan, .infinity, 0x1p63, 1e300]
        switch kind {
        case .bool: return UInt64.random(in: 0...1, using: &source)
        case .int: return UInt64(bitPattern: ints.randomElement(using: &source) ?? 0)
        case .uint: return [0, 1, 2, 5, .max, 1 << 63].randomElement(using: &source) ?? 0
        case .double: return (doubles.randomElement(using: &source) ?? 0).bitPattern
        case .timeMicros:
            let times: [Int64] = [
                0, -1, 1_700_000_000_123_456, -62_135_596_800_000_000, 253_402_300_799_999_999,
                .max, .min,
            ]
            return UInt64(bitPattern: times.randomElement(using: &source) ?? 0)
        case .durationNanos:
            return UInt64(bitPattern: ints.randomElement(using: &source) ?? 0)
        // One past the dictionary at times: a code that has no word.
        case .category(let words):
            return UInt64.random(in: 0...UInt64(words.count), using: &source)
        case .value: return 0
        }
    }
}

/// Random well-typed sources over the slots of `ScalarRow`.
struct RandomExpression {
    enum Kind: CaseIterable { case bool, int, uint, double, time, duration }

    var source: RandomSource

    private mutating func pick(_ choices: [String]) -> String {
        choices.randomElement(using: &source) ?? ""
    }

    mutating func expression(_ kind: Kind, depth: Int) -> String {
        guard depth > 0 else { return leaf(kind) }
        if Int.random(in: 0..<8, using: &source) == 0 {
            let condition = expression(.bool, depth: depth - 1)
            let yes = expression(kind, depth: depth - 1)
            return "(\(condition) ? \(yes) : \(expression(kind, depth: depth - 1)))"
        }
        switch kind {
        case .bool: return bool(depth - 1)
        case .int: return int(depth - 1)
        case .uint: return uint(depth - 1)
        case .double: return double(depth - 1)
        case .time: return leaf(.time)
        case .duration:
            let time = "(\(expression(.time, depth: depth - 1)) - \(leaf(.time)))"
            return pick([time, "(\(leaf(.duration)) + \(leaf(.duration)))"])
        }
    }

    private mutating func leaf(_ kind: Kind) -> String {
        switch kind {
        case .bool:
            pick([
                "p", "q", "true", "false", "has(a)", "has(grade)", "has(s.t)",
                "(grade == 'B')", "('C' != other)", "(grade == other)",
                "(grade in ['A', 'D', 'X'])", "(wide in ['w0', 'w64', 'w149'])",
                "(i in [1, 2, 7])", "(a in [0.5, 100.0])",
            ])
        case .int: pick(["i", "j", "0", "1", "-1", "7", "9223372036854775807"])
        case .uint: pick(["u", "v", "0u", "1u", "5u"])
        case .double: pick(["a", "b", "c", "0.0", "0.3", "-1.5", "1e300"])
        case .time: pick(["t", "s.t", "timestamp('2023-11-14T22:13:20.5Z')"])
        case .duration: pick(["d", "duration('1h')", "duration('-3ns')"])
        }
    }

    private mutating func bool(_ depth: Int) -> String {
        switch Int.random(in: 0..<7, using: &source) {
        case 0, 1:
            let sign = pick(["&&", "||"])
            let count = Int.random(in: 2...3, using: &source)
            let operands = (0..<count).map { _ in expression(.bool, depth: depth) }
            return "(\(operands.joined(separator: " \(sign) ")))"
        case 2: return "!" + expression(.bool, depth: depth)
        case 3:
            let left = expression(pickNumber(), depth: depth)
            let right = expression(.double, depth: depth)
            return "(\(left) \(pick(["<", "<=", ">", ">="])) \(right))"
        case 4: return "math.isNaN(\(expression(.double, depth: depth)))"
        default:
            let kind = Kind.allCases.randomElement(using: &source) ?? .int
            let sign = pick(["<", "<=", ">", ">=", "==", "!="])
            return "(\(expression(kind, depth: depth)) \(sign) \(expression(kind, depth: depth)))"
        }
    }

    private mutating func pickNumber() -> Kind {
        [.int, .uint, .double].randomElement(using: &source) ?? .int
    }

    private mutating func int(_ depth: Int) -> String {
        switch Int.random(in: 0..<8, using: &source) {
        case 0: "int(\(expression(.double, depth: depth)))"
        case 1: "int(\(expression(.uint, depth: depth)))"
        case 2: "math.abs(\(expression(.int, depth: depth)))"
        case 3: "(-\(expression(.int, depth: depth)))"
        case 4: "int(\(leaf(.time)))"
        case 5: "(\(expression(.duration, depth: depth))).getMinutes()"
        case 6: extremum(.int, depth)
        default: arithmetic(.int, ["+", "-", "*", "/", "%"], depth)
        }
    }

    private mutating func uint(_ depth: Int) -> String {
        switch Int.random(in: 0..<6, using: &source) {
        case 0: "uint(\(expression(.double, depth: depth)))"
        case 1: "uint(\(expression(.int, depth: depth)))"
        case 2: extremum(.uint, depth)
        default: arithmetic(.uint, ["+", "-", "*", "/", "%"], depth)
        }
    }

    private mutating func double(_ depth: Int) -> String {
        switch Int.random(in: 0..<8, using: &source) {
        case 0: return "double(\(expression(.int, depth: depth)))"
        case 1: return "double(\(expression(.uint, depth: depth)))"
        case 2:
            let name = pick(["ceil", "floor", "round", "trunc", "abs", "sqrt"])
            return "math.\(name)(\(expression(.double, depth: depth)))"
        case 3: return "(-\(expression(.double, depth: depth)))"
        case 4: return extremum(.double, depth)
        default: return arithmetic(.double, ["+", "-", "*", "/"], depth)
        }
    }

    private mutating func arithmetic(_ kind: Kind, _ signs: [String], _ depth: Int) -> String {
        "(\(expression(kind, depth: depth)) \(pick(signs)) \(expression(kind, depth: depth)))"
    }

    private mutating func extremum(_ kind: Kind, _ depth: Int) -> String {
        let list = (0..<Int.random(in: 1...3, using: &source)).map { _ in
            expression(kind, depth: depth)
        }
        return "math.\(pick(["greatest", "least"]))(\(list.joined(separator: ", ")))"
    }
}
