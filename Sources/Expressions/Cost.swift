/// What evaluation costs, in steps of some 20 ns: one for each node, more where a function's work
/// or result grows with its arguments.
struct Cost {
    /// Bytes that one step copies, compares or searches.
    private static let bytesPerStep = 16

    private var total = 0
    private let limit: Int

    /// Steps of one call beyond its node's own; past `limit` only that it is past it.
    static func steps(_ function: Function, _ values: [Value], upTo limit: Int) -> Int {
        switch function {
        case .dyn, .type, .optionalOf, .hasValue, .orValue, .or, .value: return 0
        case .size:
            guard case .string = values.first else { return 0 }
        case .matches, .contains, .indexOf, .lastIndexOf, .replace, .split:
            // A search may look at each place of the one for each place of the other; a pattern
            // that is no constant is read here as well.
            let sizes = values.map { 1 + size($0, upTo: limit) }
            let (product, overflow) = sizes.prefix(2).reduce(4) { $0.saturatingProduct($1) }
                .addingReportingOverflow(function == .matches ? 64 : sizes.reduce(0, +))
            return overflow ? .max : product
        default: break
        }
        var cost = Cost(limit: limit)
        for value in values { cost.add(value) }
        return cost.total
    }

    /// Steps to walk over a value once. Parts may be shared, so that a small value walks like a
    /// giant: the walk ends soon after `limit`.
    static func size(_ value: Value, upTo limit: Int) -> Int {
        var cost = Cost(limit: limit)
        cost.add(value)
        return cost.total
    }

    private init(limit: Int) { self.limit = limit }

    private mutating func add(_ value: Value) {
        guard total <= limit else { return }
        switch value {
        case .string(let text): total += text.utf8.count / Self.bytesPerStep
        case .bytes(let bytes): total += bytes.count / Self.bytesPerStep
        case .list(let list):
            total += list.count
            for element in list where total <= limit { add(element) }
        case .map(let map):
            total += 2 * map.count
            for value in map.values where total <= limit { add(value) }
        case .optional(let inner):
            if let inner { add(inner) }
        default: break
        }
    }
}

extension Int {
    /// The product of two numbers that are not negative; the highest when it is higher.
    func saturatingProduct(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }

    /// The sum of two numbers that are not negative; the highest when it is higher.
    func saturatingSum(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
