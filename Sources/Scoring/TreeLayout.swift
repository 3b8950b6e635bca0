/// Lays trees out as `TreeEnsemble` walks them, checking each as it comes.
///
/// Checked: every index is in range; every inner node and leaf is reached exactly once, so there
/// is no cycle, no shared branch and nothing unreachable; no threshold is NaN and no leaf value
/// could make a sum overflow.
struct TreeLayout {
    private typealias Node = TreeEnsemble.Node
    private typealias Flag = TreeEnsemble.Flag

    let file: String
    private let inputNames: [String]
    private var nodes: [Node] = []
    private var leafValues: [Double] = []
    private var isSpecial: [Bool] = []
    private var roots: [UInt32] = []
    private var categoryWords: [UInt32] = []

    init(inputNames: [String], file: String) {
        self.inputNames = inputNames
        self.file = file
    }

    var treeCount: Int { roots.count }

    /// Everything laid out so far.
    func ensemble(sigmoid: Double, divisor: Double) -> TreeEnsemble {
        TreeEnsemble(
            inputNames: inputNames, nodes: nodes, leafValues: leafValues,
            isStraight: stride(from: 0, to: roots.count, by: TreeEnsemble.groupSize).map {
                let end = $0 + TreeEnsemble.groupSize
                return end <= roots.count && !isSpecial[$0..<end].contains(true)
            },
            roots: roots, categoryWords: categoryWords, sigmoid: sigmoid, divisor: divisor)
    }

    /// Adds one tree, breadth first.
    mutating func add(_ tree: LightGBMReader.RawTree) throws(ModelError) {
        let prefix = "tree \(roots.count): "
        func error(_ kind: ModelError.Kind, _ problem: String) -> ModelError {
            ModelError(kind, file: file, line: tree.line, prefix + problem)
        }
        guard roots.count < ModelLimits.treeCountMax else {
            throw error(.tooLarge, "at most \(ModelLimits.treeCountMax) trees are read")
        }
        guard nodes.count + 2 * tree.leafCount <= ModelLimits.nodeCountMax,
            categoryWords.count + tree.categoryWords.count <= ModelLimits.categoryWordCountMax
        else {
            throw error(.tooLarge, "at most \(ModelLimits.nodeCountMax) nodes are read")
        }
        let firstWord = categoryWords.count
        categoryWords += tree.categoryWords
        let root = nodes.count
        roots.append(UInt32(root))
        // The file's number of each node laid out, in the same order.
        var sources = [tree.leafCount > 1 ? 0 : -1]
        var isReached = Array(repeating: false, count: 2 * tree.leafCount)
        var next = 0
        while next < sources.count {
            let source = sources[next]
            next += 1
            guard source >= -tree.leafCount, source < tree.leafCount - 1 else {
                throw error(.malformed, "the child \(source) does not exist")
            }
            // Inner nodes take the first half of the places, leaf -1 the first of the second half.
            let place = source >= 0 ? source : tree.leafCount - 1 - source
            guard !isReached[place] else {
                throw error(.malformed, "the child \(source) has two parents")
            }
            isReached[place] = true
            if source < 0 {
                let value = tree.leafValues[-source - 1]
                guard abs(value) <= ModelLimits.leafValueMax else {
                    throw error(.malformed, "the leaf value \(value) is out of range")
                }
                nodes.append(
                    Node(
                        threshold: .infinity, child: UInt32(nodes.count), input: 0,
                        flags: Flag.leaf))
                leafValues.append(value)
            } else {
                let child = root + sources.count
                sources.append(tree.leftChildren[source])
                sources.append(tree.rightChildren[source])
                nodes.append(
                    try split(tree, source, child: child, firstWord: firstWord, error))
                leafValues.append(0)
            }
        }
        guard sources.count == 2 * tree.leafCount - 1 else {
            throw error(.malformed, "some nodes are not reached from the root")
        }
        let special = Flag.category | Flag.zeroIsMissing
        isSpecial.append(nodes[root...].contains { $0.flags & special != 0 })
    }

    private typealias MakeError = (ModelError.Kind, String) -> ModelError

    private func split(
        _ tree: LightGBMReader.RawTree, _ source: Int, child: Int, firstWord: Int,
        _ error: MakeError
    ) throws(ModelError) -> Node {
        let input = tree.splitFeatures[source]
        guard inputNames.indices.contains(input) else {
            throw error(.malformed, "the split feature \(input) does not exist")
        }
        let threshold = tree.thresholds[source]
        // Infinity is sound: LightGBM writes it where a split only parts missing from present.
        guard !threshold.isNaN else {
            throw error(.malformed, "the threshold of node \(source) is not a number")
        }
        let decision = tree.decisions[source]
        let missing = decision >> 2
        guard (0...11).contains(decision) else {
            throw error(.unsupported, "the decision type \(decision) of node \(source)")
        }
        var node = Node(threshold: threshold, child: UInt32(child), input: UInt16(input), flags: 0)
        if decision & 1 != 0 {
            node.flags = Flag.category
            node.threshold = try categories(tree, threshold, firstWord, error)
        } else if missing == 0 {
            // NaN is read as 0.
            node.flags = threshold < 0 ? Flag.missingRight : 0
        } else {
            node.flags = decision & 2 != 0 ? 0 : Flag.missingRight
            if missing == 1 { node.flags |= Flag.zeroIsMissing }
        }
        return node
    }

    private func categories(
        _ tree: LightGBMReader.RawTree, _ threshold: Double, _ firstWord: Int, _ error: MakeError
    ) throws(ModelError) -> Double {
        let boundaries = tree.categoryBoundaries
        guard threshold >= 0, threshold < Double(boundaries.count - 1),
            threshold.rounded() == threshold
        else {
            throw error(.malformed, "the category set \(threshold) does not exist")
        }
        let start = boundaries[Int(threshold)]
        let end = boundaries[Int(threshold) + 1]
        guard start >= 0, start <= end, end <= tree.categoryWords.count else {
            throw error(.malformed, "cat_boundaries must rise and end with the words")
        }
        return CategoryPlace(firstWord: firstWord + start, wordCount: end - start).threshold
    }
}
