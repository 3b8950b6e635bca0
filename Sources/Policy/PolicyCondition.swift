/// A comparison with constants.
enum PolicyTest<Value: Comparable & Sendable>: Sendable {
    case below(Value)
    case atMost(Value)
    case above(Value)
    case atLeast(Value)
    case equals(Value)
    case notEquals(Value)
    case oneOf([Value])

    @inline(__always)
    func passes(_ value: Value) -> Bool {
        switch self {
        case .below(let bound): value < bound
        case .atMost(let bound): value <= bound
        case .above(let bound): value > bound
        case .atLeast(let bound): value >= bound
        case .equals(let wanted): value == wanted
        case .notEquals(let unwanted): value != unwanted
        case .oneOf(let wanted): wanted.contains(value)
        }
    }
}

/// One condition of a knock-out, its input resolved to a slot.
///
/// A missing value (NaN) meets `missing` and nothing else, not even `not_equals`: what is not
/// known is never held for or against anybody by accident.
enum PolicyCondition: Sendable {
    case missing(slot: Int)
    case present(slot: Int)
    case value(slot: Int, PolicyTest<Double>)
    case amountMinor(PolicyTest<Int64>)
    case termMonths(PolicyTest<Int64>)

    @inline(__always)
    func holds(_ values: [Double], _ request: PolicyRequest) -> Bool {
        switch self {
        case .missing(let slot): values[slot].isNaN
        case .present(let slot): !values[slot].isNaN
        case .value(let slot, let test): !values[slot].isNaN && test.passes(values[slot])
        case .amountMinor(let test): test.passes(request.amountMinor)
        case .termMonths(let test): test.passes(Int64(request.termMonths))
        }
    }

    /// The slot it reads; nil when it reads the request.
    var slot: Int? {
        switch self {
        case .missing(let slot), .present(let slot), .value(let slot, _): slot
        case .amountMinor, .termMonths: nil
        }
    }
}

/// A rule that takes an application out of the ordinary way when all its conditions hold.
struct KnockOut: Sendable {
    let conditions: [PolicyCondition]
    /// True when it reads neither models nor the graph.
    let isEarly: Bool
    /// What it says when it fires.
    let rule: FiredRule

    /// Whether all its conditions hold.
    func fires(_ values: [Double], _ request: PolicyRequest) -> Bool {
        for index in conditions.indices where !conditions[index].holds(values, request) {
            return false
        }
        return true
    }
}
