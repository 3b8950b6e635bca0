extension Value: Equatable {
    /// Equality of the language: numbers by value whatever their types, NaN unequal to itself,
    /// values of other different types unequal, lists and maps by their elements.
    public static func == (left: Value, right: Value) -> Bool {
        if let order = numericOrder(left, right) { return order == .same }
        switch (left, right) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)): return sameText(left, right)
        case (.bytes(let left), .bytes(let right)): return left == right
        case (.list(let left), .list(let right)): return left == right
        case (.map(let left), .map(let right)): return left == right
        case (.timestamp(let left), .timestamp(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.type(let left), .type(let right)): return left == right
        case (.optional(let left), .optional(let right)): return left == right
        default: return false
        }
    }

    /// How two values stand to each other.
    enum Order { case less, same, greater, unordered }

    /// The order of two numbers of any types; nil unless both are numbers.
    static func numericOrder(_ left: Value, _ right: Value) -> Order? {
        switch (left, right) {
        case (.int(let left), .int(let right)): order(left, right)
        case (.uint(let left), .uint(let right)): order(left, right)
        case (.double(let left), .double(let right)): order(left, right)
        case (.int(let left), .uint(let right)): order(left, right)
        case (.uint(let left), .int(let right)): order(left, right)
        // As CEL defines it: the integer is rounded to a double, so 2^63 - 1 equals 2^63.
        case (.int(let left), .double(let right)): order(Double(left), right)
        case (.double(let left), .int(let right)): order(left, Double(right))
        case (.uint(let left), .double(let right)): order(Double(left), right)
        case (.double(let left), .uint(let right)): order(left, Double(right))
        default: nil
        }
    }

    /// The order of two values that `<` takes; nil when it has no such overload.
    static func order(_ left: Value, _ right: Value) -> Order? {
        if let order = numericOrder(left, right) { return order }
        switch (left, right) {
        case (.bool(let left), .bool(let right)): return order(left ? 1 : 0, right ? 1 : 0)
        case (.string(let left), .string(let right)): return order(of: left.utf8, right.utf8)
        case (.bytes(let left), .bytes(let right)): return order(of: left, right)
        case (.timestamp(let left), .timestamp(let right)):
            return left < right ? .less : left == right ? .same : .greater
        case (.duration(let left), .duration(let right)): return order(left, right)
        default: return nil
        }
    }

    private static func order<Left: BinaryInteger, Right: BinaryInteger>(
        _ left: Left, _ right: Right
    ) -> Order {
        left < right ? .less : left == right ? .same : .greater
    }

    private static func order(_ left: Double, _ right: Double) -> Order {
        left < right ? .less : left > right ? .greater : left == right ? .same : .unordered
    }

    private static func order(of left: some Collection<UInt8>, _ right: some Collection<UInt8>)
        -> Order
    {
        if left.elementsEqual(right) { return .same }
        return left.lexicographicallyPrecedes(right) ? .less : .greater
    }
}

extension ValueMap: Equatable {
    /// The same keys with equal values, in any order.
    public static func == (left: ValueMap, right: ValueMap) -> Bool {
        guard left.count == right.count else { return false }
        for (key, value) in zip(left.keys, left.values) {
            guard let other = right[key], other == value else { return false }
        }
        return true
    }
}
