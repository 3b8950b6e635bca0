/// A bound on an evaluation's steps, from the program alone.
///
/// Loops multiply; the size of what they run over is known where it is written out, and assumed
/// where it comes from outside. It keeps out what is exponential by its shape; the budget of steps
/// keeps out the rest.
struct StaticCost {
    private let program: Program
    private let assumedSize: Int
    /// Cost and size of each node's value; children stand before their parents.
    private var costs: [Int] = []
    private var sizes: [Int] = []

    static func bound(of program: Program, assumedSize: Int) -> Int {
        var bound = StaticCost(program: program, assumedSize: assumedSize)
        for node in program.operations.indices { bound.append(node) }
        return bound.costs[program.root]
    }

    private init(program: Program, assumedSize: Int) {
        self.program = program
        self.assumedSize = assumedSize
    }

    private mutating func append(_ node: Program.Node) {
        let below = program.children(node).reduce(1) { $0.saturatingSum(costs[$1]) }
        switch program.operations[node] {
        case .list(let elements):
            costs.append(below)
            sizes.append(elements.count)
        case .map(let entries):
            costs.append(below)
            sizes.append(entries.count)
        case .constant(.string(let text)):
            costs.append(below)
            sizes.append(text.utf8.count)
        case .loop(let loop):
            let count = sizes[loop.range]
            let round = [loop.condition, loop.body].compactMap { $0 }
                .reduce(1) { $0.saturatingSum(costs[$1]) }
            costs.append(costs[loop.range].saturatingSum(count.saturatingProduct(round)))
            sizes.append(count)
        case .call(.add, let operands) where operands.count == 2:
            let size = sizes[operands[0]].saturatingSum(sizes[operands[1]])
            costs.append(below)
            sizes.append(size)
        default:
            costs.append(below)
            sizes.append(assumedSize)
        }
    }
}
