/// An expression as it is written, macros recognised: nodes in one array, children before their
/// parents, so that no pass over it needs more than an index.
struct Syntax {
    typealias Node = Int

    /// A loop over a list or the keys of a map.
    struct Loop {
        enum Kind: Sendable {
            case all, exists, existsOne, filter, map, transformList, transformMap
            case transformMapEntry
        }

        let kind: Kind
        let range: Node
        /// The element or key; with a second variable the index or key.
        let variable: String
        /// The element or value.
        let secondVariable: String?
        /// Which elements take part; nil for all. Of `filter` the whole loop.
        let condition: Node?
        let body: Node?
    }

    struct Entry {
        let key: Node
        let value: Node
        /// The value is an optional, and without one there is no entry.
        let isOptional: Bool
    }

    struct Field {
        let name: String
        let value: Node
        let isOptional: Bool
    }

    struct Element {
        let value: Node
        let isOptional: Bool
    }

    enum Kind {
        case constant(Value)
        /// `isRooted`: with a dot before it, outside every package.
        case name(String, isRooted: Bool)
        case select(Node, field: String, isOptional: Bool, isQuoted: Bool)
        /// has(operand.field), or has(name) of a declared variable.
        case has(Node, field: String)
        case hasName(String)
        case index(Node, Node, isOptional: Bool)
        /// Operators are functions with names such as `_+_`.
        case call(String, [Node])
        case memberCall(Node, String, [Node])
        case list([Element])
        case map([Entry])
        case message(String, [Field])
        case and([Node])
        case or([Node])
        case conditional(Node, Node, Node)
        case loop(Loop)
        /// cel.bind: a variable, what it stands for, where.
        case bind(String, Node, Node)
        /// optMap, or optFlatMap if flat.
        case optionalMap(Node, String, Node, isFlat: Bool)
    }

    private(set) var kinds: [Kind] = []
    /// Byte of the source where each node's operator, name or bracket stands.
    private(set) var offsets: [Int] = []
    /// Longest path from each node down.
    private(set) var heights: [Int] = []
    var root: Node = 0

    /// Adds a node over children that are there already.
    mutating func add(_ kind: Kind, at offset: Int, limits: ExpressionLimits) throws(Fault) -> Node
    {
        guard kinds.count < limits.nodesMax else {
            throw Fault(
                .tooLarge, "the expression has more than \(limits.nodesMax) parts", offset: offset)
        }
        let height = 1 + (Self.children(kind).map { heights[$0] }.max() ?? 0)
        guard height <= limits.heightMax else {
            throw Fault(
                .tooLarge, "the expression is more than \(limits.heightMax) levels deep",
                offset: offset)
        }
        kinds.append(kind)
        offsets.append(offset)
        heights.append(height)
        return kinds.count - 1
    }

    static func children(_ kind: Kind) -> [Node] {
        switch kind {
        case .constant, .name, .hasName: []
        case .select(let operand, _, _, _), .has(let operand, _): [operand]
        case .index(let operand, let index, _): [operand, index]
        case .call(_, let arguments), .and(let arguments), .or(let arguments): arguments
        case .memberCall(let target, _, let arguments): [target] + arguments
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .message(_, let fields): fields.map(\.value)
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .loop(let loop): [loop.range, loop.condition, loop.body].compactMap { $0 }
        case .bind(_, let value, let body): [value, body]
        case .optionalMap(let target, _, let body, _): [target, body]
        }
    }

    /// The dotted name that a node spells, if it is nothing else.
    func dottedName(_ node: Node) -> (name: String, isRooted: Bool)? {
        switch kinds[node] {
        case .name(let name, let isRooted): (name, isRooted)
        case .select(let operand, let field, false, false):
            dottedName(operand).map { ("\($0.name).\(field)", $0.isRooted) }
        default: nil
        }
    }
}
