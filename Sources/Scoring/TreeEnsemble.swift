internal import Glibc

/// Boosted or bagged trees in double arithmetic, equal to the library that wrote them.
///
/// Layout of a node, 16 bytes, four to a cache line:
///
///     threshold 8 | child 4 | input 2 | flags 2
///
/// A tree's nodes stand together, breadth first, the two children of a node beside each other:
/// `child` is the left one and the right one is next, so a step adds 0 or 1 and needs no branch.
/// A leaf is its own left child under an infinite threshold, so a walk that goes on stays there;
/// its value stands in `leafValues` at the leaf's place. In a category node the threshold is the
/// place of the node's bit set.
///
/// Missing values: a comparison with NaN is false, so `value > threshold` sends NaN left and the
/// flag `missingRight` sends it right. LightGBM's "no missing values" reads NaN as 0; which way
/// that goes is known when the tree is loaded and becomes the same flag. Only "zero is missing" and
/// category nodes leave the straight path.
///
/// Eight trees are walked at once: each step waits for memory and a comparison, and eight chains of
/// such waits overlap. The leaves are then added in the order of the trees, as the library does, so
/// the sum is the same to the last bit. Eight trees with a special node among them are walked one
/// after the other.
///
/// Complexity of a score: trees x depth. Thread: any; immutable.
public struct TreeEnsemble: Sendable {
    struct Node: Sendable {
        var threshold: Double
        var child: UInt32
        var input: UInt16
        var flags: UInt16
    }

    /// What is special about a node.
    enum Flag {
        static let missingRight: UInt16 = 1
        static let zeroIsMissing: UInt16 = 2
        static let category: UInt16 = 4
        static let leaf: UInt16 = 8
        /// Any of these leaves the straight path.
        static let special = zeroIsMissing | category | leaf
    }

    /// Trees walked at once: as many chains as the processor's registers hold.
    static let groupSize = 8

    /// How far from 0 still counts as 0 when zero is missing: LightGBM's kZeroThreshold, a float.
    static var zeroThreshold: Double { Double(Float(1e-35)) }

    /// Names of the inputs, in the order of the values.
    public let inputNames: [String]
    let nodes: [Node]
    /// The value of each leaf, at the place of its node; 0 at the others.
    let leafValues: [Double]
    /// Whether eight trees, from 8 x index, have no special nodes but leaves.
    let isStraight: [Bool]
    /// The first node of each tree.
    let roots: [UInt32]
    /// Bit sets of category nodes: 32 codes to a word, lowest first.
    let categoryWords: [UInt32]
    /// The link is 1 / (1 + exp(-sigmoid * margin)).
    let sigmoid: Double
    /// What the sum of the leaves is divided by: 1, or the number of trees when they vote.
    let divisor: Double

    /// How many trees there are.
    public var treeCount: Int { roots.count }

    /// How many inner nodes and leaves there are.
    public var nodeCount: Int { nodes.count }

    /// The sum of the leaves that the row falls into, in the order of the trees, or their average.
    ///
    /// One value per input, NaN where it is missing. No allocation.
    public func margin(_ values: Span<Double>) -> Double {
        precondition(values.count == inputNames.count, "one value per input")
        var sum = 0.0
        for group in isStraight.indices {
            let first = group &* Self.groupSize
            if isStraight[group] {
                sum = addLeaves(ofGroup: first, to: sum, values)
            } else {
                for tree in first..<min(first &+ Self.groupSize, roots.count) {
                    sum += leafValues[leaf(from: Int(roots[tree]), values)]
                }
            }
        }
        return sum / divisor
    }

    /// Margin and probability of one row.
    public func score(_ values: Span<Double>) -> ModelResult {
        let margin = margin(values)
        return ModelResult(
            margin: margin, probability: 1 / (1 + exp(-sigmoid * margin)), points: nil)
    }

    /// Walks eight trees at once and adds their leaves in order.
    @inline(__always)
    private func addLeaves(ofGroup first: Int, to sum: Double, _ values: Span<Double>) -> Double {
        let nodes = nodes.span
        // Written out, so that the eight places stay in registers.
        var (p0, p1) = (Int(roots[first]), Int(roots[first &+ 1]))
        var (p2, p3) = (Int(roots[first &+ 2]), Int(roots[first &+ 3]))
        var (p4, p5) = (Int(roots[first &+ 4]), Int(roots[first &+ 5]))
        var (p6, p7) = (Int(roots[first &+ 6]), Int(roots[first &+ 7]))
        var moved = 0
        repeat {
            moved = Self.advance(&p0, nodes, values)
            moved |= Self.advance(&p1, nodes, values)
            moved |= Self.advance(&p2, nodes, values)
            moved |= Self.advance(&p3, nodes, values)
            moved |= Self.advance(&p4, nodes, values)
            moved |= Self.advance(&p5, nodes, values)
            moved |= Self.advance(&p6, nodes, values)
            moved |= Self.advance(&p7, nodes, values)
        } while moved != 0
        let half = sum + leafValues[p0] + leafValues[p1] + leafValues[p2] + leafValues[p3]
        return half + leafValues[p4] + leafValues[p5] + leafValues[p6] + leafValues[p7]
    }

    /// Takes one step down a tree without special nodes; 0 when it stands at a leaf.
    ///
    /// Unchecked look-ups are safe because the layout was checked when it was made: a child is a
    /// place in `nodes`, an input is below the count that `margin` demands of the values.
    @inline(__always)
    private static func advance(
        _ place: inout Int, _ nodes: Span<Node>, _ values: Span<Double>
    ) -> Int {
        let node = unsafe nodes[unchecked: place]
        let value = unsafe values[unchecked: Int(node.input)]
        let next = Int(node.child) &+ step(node, value)
        defer { place = next }
        return next ^ place
    }

    /// Walks one tree to its leaf. Ends because every child stands behind its parent.
    private func leaf(from root: Int, _ values: Span<Double>) -> Int {
        var place = root
        while true {
            let node = nodes[place]
            if node.flags & Flag.special == 0 {
                place = Int(node.child) &+ Self.step(node, values[Int(node.input)])
            } else if node.flags & Flag.leaf != 0 {
                return place
            } else {
                let right = specialGoesRight(node, values[Int(node.input)])
                place = Int(node.child) &+ (right ? 1 : 0)
            }
        }
    }

    /// 0 for left, 1 for right.
    @inline(__always)
    private static func step(_ node: Node, _ value: Double) -> Int {
        // Both comparisons are computed, not branched on: which way a row goes cannot be guessed.
        let above = value > node.threshold ? 1 : 0
        let missing = value != value ? 1 : 0
        return above | (missing & Int(node.flags & Flag.missingRight))
    }

    /// Category sets, and zeros that count as missing.
    private func specialGoesRight(_ node: Node, _ value: Double) -> Bool {
        guard node.flags & Flag.category != 0 else {
            let isMissing = !(abs(value) > Self.zeroThreshold)
            return isMissing ? node.flags & Flag.missingRight != 0 : value > node.threshold
        }
        let place = CategoryPlace(threshold: node.threshold)
        // NaN, negative codes and codes past the set are in no set: right. Fractions are cut off.
        guard value > -1, value < Double(place.wordCount) * 32 else { return true }
        let code = Int(value)
        return categoryWords[place.firstWord + code / 32] >> UInt32(code % 32) & 1 == 0
    }
}

/// Where a category node's bit set stands, kept in the bits of its threshold.
struct CategoryPlace {
    let firstWord: Int
    let wordCount: Int

    init(firstWord: Int, wordCount: Int) {
        self.firstWord = firstWord
        self.wordCount = wordCount
    }

    @inline(__always)
    init(threshold: Double) {
        firstWord = Int(threshold.bitPattern & 0xffff_ffff)
        wordCount = Int(threshold.bitPattern >> 32)
    }

    var threshold: Double {
        Double(bitPattern: UInt64(wordCount) << 32 | UInt64(firstWord))
    }
}
