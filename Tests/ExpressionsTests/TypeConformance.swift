@testable import Expressions

extension Value {
    /// Whether the checker, which promised this type, was right.
    func conforms(to type: ExpressionType) -> Bool {
        switch (type, self) {
        case (.dynamic, _), (.parameter, _): true
        case (.nullable(let inner), _): isNull || conforms(to: inner)
        case (.list(let element), .list(let list)):
            list.allSatisfy { $0.conforms(to: element) }
        case (.map(let key, let value), .map(let map)):
            map.keys.allSatisfy { $0.conforms(to: key) }
                && map.values.allSatisfy { $0.conforms(to: value) }
        case (.optional(let inner), .optional(let value)):
            value.map { $0.conforms(to: inner) } ?? true
        case (.type, .type): true
        // What may be absent may be null.
        case (.timestamp, .null), (.duration, .null), (.optional, .null): true
        default: ExpressionType(self.type) == type
        }
    }

    private var isNull: Bool {
        if case .null = self { return true }
        return false
    }
}
