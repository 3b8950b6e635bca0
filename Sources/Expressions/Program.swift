/// An expression with every name resolved: what the evaluator runs.
///
/// Nodes in one array, children before their parents.
struct Program: Sendable {
    typealias Node = Int

    struct Loop: Sendable {
        let kind: Syntax.Loop.Kind
        let range: Node
        /// Where the element, key or index goes.
        let local: Int
        /// Where the value of a two-variable loop goes.
        let secondLocal: Int?
        let condition: Node?
        let body: Node?
    }

    struct Entry: Sendable {
        let key: Node
        let value: Node
        let isOptional: Bool
    }

    struct Element: Sendable {
        let value: Node
        let isOptional: Bool
    }

    struct Field: Sendable {
        let name: String
        let value: Node
        let isOptional: Bool
    }

    enum Operation: Sendable {
        case constant(Value)
        /// The variable of a loop or a binding.
        case local(Int)
        /// A declared variable: its number in `variables`.
        case variable(Int)
        case isPresent(Int)
        /// Only without type checking: a name or function that nobody declared.
        case failure(ExpressionError.Kind, String)
        case select(Node, String, isOptional: Bool)
        case has(Node, String)
        case index(Node, Node, isOptional: Bool)
        case call(Function, [Node])
        case matches(Node, Pattern)
        case list([Element])
        case map([Entry])
        case message(WellKnownType, [Field])
        case and([Node])
        case or([Node])
        case conditional(Node, Node, Node)
        case loop(Loop)
        case bind(Int, Node, Node)
        case optionalMap(Node, Int, Node, isFlat: Bool)
    }

    var operations: [Operation] = []
    /// Byte of the source of each node.
    var offsets: [Int] = []
    /// What the checker knows of each node's value.
    var types: [ExpressionType] = []
    var variables: [ExpressionEnvironment.Variable] = []
    var localCount = 0
    var root: Node = 0

    /// The nodes below a node.
    func children(_ node: Node) -> [Node] {
        switch operations[node] {
        case .constant, .local, .variable, .isPresent, .failure: []
        case .select(let operand, _, _), .has(let operand, _), .matches(let operand, _): [operand]
        case .index(let operand, let key, _): [operand, key]
        case .call(_, let arguments), .and(let arguments), .or(let arguments): arguments
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .message(_, let fields): fields.map(\.value)
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .loop(let loop): [loop.range, loop.condition, loop.body].compactMap { $0 }
        case .bind(_, let value, let body): [value, body]
        case .optionalMap(let target, _, let body, _): [target, body]
        }
    }
}
