/// What is known so far of type parameters: a substitution that grows while checking.
///
/// Source: the gradual type checking of the CEL language definition.
struct TypeBindings {
    /// Parts of a type that are looked at: what is deeper is `dyn`. Types share their parts, and a
    /// hostile source could make one whose parts are counted in powers of two.
    private static let partsMax = 512

    private var bound: [Int: ExpressionType] = [:]
    private var count = 0
    private var partsLeft = 0

    /// A parameter that nothing is known of.
    mutating func fresh() -> ExpressionType {
        count += 1
        return .parameter(count)
    }

    /// The type with its known parameters put in; unknown ones stay, or become `unknown`.
    func resolved(_ type: ExpressionType, unknown: ExpressionType? = nil) -> ExpressionType {
        var partsLeft = Self.partsMax
        return resolved(type, unknown, &partsLeft)
    }

    private func resolved(
        _ type: ExpressionType, _ unknown: ExpressionType?, _ partsLeft: inout Int
    ) -> ExpressionType {
        partsLeft -= 1
        guard partsLeft > 0 else { return .dynamic }
        switch type {
        case .parameter(let number):
            if let known = bound[number] { return resolved(known, unknown, &partsLeft) }
            return unknown ?? type
        case .list(let element): return .list(resolved(element, unknown, &partsLeft))
        case .map(let key, let value):
            let key = resolved(key, unknown, &partsLeft)
            return .map(key, resolved(value, unknown, &partsLeft))
        case .optional(let element): return .optional(resolved(element, unknown, &partsLeft))
        case .type(let element): return .type(resolved(element, unknown, &partsLeft))
        default: return type
        }
    }

    /// Whether a value of type `actual` goes where `expected` is asked for; if not, nothing is
    /// learned.
    mutating func assign(_ actual: ExpressionType, to expected: ExpressionType) -> Bool {
        let saved = bound
        partsLeft = Self.partsMax
        if matches(expected, actual) { return true }
        bound = saved
        return false
    }

    private mutating func matches(_ expected: ExpressionType, _ actual: ExpressionType) -> Bool {
        partsLeft -= 1
        guard partsLeft > 0 else { return true }
        switch (expected, actual) {
        case (.parameter(let left), .parameter(let right)) where left == right: return true
        case (.parameter(let number), _): return bind(number, actual)
        case (_, .parameter(let number)): return bind(number, expected)
        case (.dynamic, _), (_, .dynamic): return true
        case (.nullable(let left), .nullable(let right)): return left == right
        case (.nullable(let inner), _): return actual == .null || matches(inner, actual)
        case (_, .nullable(let inner)): return expected == .null || matches(expected, inner)
        case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)):
            return matches(left, right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return matches(leftKey, rightKey) && matches(leftValue, rightValue)
        // All types are values of one type when they meet.
        case (.type, .type): return true
        case (.null, .timestamp), (.null, .duration), (.null, .optional): return true
        case (.timestamp, .null), (.duration, .null), (.optional, .null): return true
        default: return expected == actual
        }
    }

    private mutating func bind(_ number: Int, _ type: ExpressionType) -> Bool {
        if let known = bound[number] {
            guard matches(known, type) else { return false }
            bound[number] = Self.moreGeneral(known, type)
            return true
        }
        let resolved = resolved(type)
        if resolved == .parameter(number) { return true }
        guard !mentions(number, in: resolved) else { return false }
        bound[number] = resolved
        return true
    }

    private func mentions(_ number: Int, in type: ExpressionType) -> Bool {
        switch type {
        case .parameter(let other): other == number
        case .list(let inner), .optional(let inner), .type(let inner), .nullable(let inner):
            mentions(number, in: inner)
        case .map(let key, let value): mentions(number, in: key) || mentions(number, in: value)
        default: false
        }
    }

    /// Of two types that go together, the one that says less.
    private static func moreGeneral(_ left: ExpressionType, _ right: ExpressionType)
        -> ExpressionType
    {
        switch (left, right) {
        case (.dynamic, _), (_, .dynamic): return .dynamic
        case (.list(let left), .list(let right)): return .list(moreGeneral(left, right))
        case (.optional(let left), .optional(let right)):
            return .optional(moreGeneral(left, right))
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return .map(moreGeneral(leftKey, rightKey), moreGeneral(leftValue, rightValue))
        case (.null, _), (.parameter, _): return right
        case (_, .nullable): return right
        default: return left
        }
    }

    /// The type of either of two values; nil when they do not go together.
    mutating func common(_ left: ExpressionType, _ right: ExpressionType) -> ExpressionType? {
        guard assign(right, to: left) else { return nil }
        return Self.moreGeneral(resolved(left), resolved(right))
    }

    /// The type of a list's elements so far, and of one more.
    mutating func joined(_ known: ExpressionType?, _ next: ExpressionType) -> ExpressionType {
        guard let known else { return next }
        return common(known, next) ?? .dynamic
    }
}
