import Ground

/// A random tree in the file's own terms, its text, and the obvious way to score it.
struct RandomTree {
    var leafCount = 1
    var features: [Int] = []
    var thresholds: [Double] = []
    var decisions: [Int] = []
    var left: [Int] = []
    var right: [Int] = []
    var leafValues: [Double] = []
    var categorySets: [[UInt32]] = []

    /// Grows a tree by splitting random leaves, so that shapes run from chains to full trees.
    ///
    /// One split in `specialEvery` is on a category or counts zero as missing; 0 makes none.
    init(
        leafCount: Int, inputCount: Int, specialEvery: Int, using random: inout RandomSource
    ) {
        self.leafCount = leafCount
        for split in 0..<max(0, leafCount - 1) {
            features.append(Int.random(in: 0..<inputCount, using: &random))
            left.append(0)
            right.append(0)
            let isSpecial =
                specialEvery > 0 && Int.random(in: 0..<specialEvery, using: &random) == 0
            if isSpecial, Bool.random(using: &random) {
                thresholds.append(Double(categorySets.count))
                decisions.append(1 + 4 * Int.random(in: 0...2, using: &random))
                let words = Int.random(in: 1...3, using: &random)
                categorySets.append(
                    (0..<words).map { _ in UInt32.random(in: 0...(.max), using: &random) })
            } else {
                let threshold = Double(Int.random(in: -8...8, using: &random)) / 2
                let isInfinite = Int.random(in: 0..<10, using: &random) == 0
                thresholds.append(isInfinite ? .infinity : threshold)
                let missing = isSpecial ? 1 : 2 * Int.random(in: 0...1, using: &random)
                decisions.append(4 * missing + 2 * Int.random(in: 0...1, using: &random))
            }
            if split > 0 { hang(split, using: &random) }
        }
        hangLeaves(using: &random)
        leafValues = (0..<leafCount).map { _ in Double.random(in: -1...1, using: &random) }
    }

    /// Open places hold 0 until an inner node or a leaf takes them: node 0 is nobody's child.
    private mutating func hang(_ node: Int, using random: inout RandomSource) {
        while true {
            let parent = Int.random(in: 0..<node, using: &random)
            if left[parent] == 0 {
                left[parent] = node
                return
            }
            if right[parent] == 0 {
                right[parent] = node
                return
            }
        }
    }

    private mutating func hangLeaves(using random: inout RandomSource) {
        var leaves = (0..<leafCount).map { -$0 - 1 }.shuffled(using: &random)
        for node in left.indices {
            if left[node] == 0 { left[node] = leaves.removeLast() }
            if right[node] == 0 { right[node] = leaves.removeLast() }
        }
    }

    func text(number: Int) -> String {
        func line(_ values: [some CustomStringConvertible]) -> String {
            values.map(\.description).joined(separator: " ")
        }
        var lines = [
            "Tree=\(number)", "num_leaves=\(leafCount)", "num_cat=\(categorySets.count)",
            "split_feature=\(line(features))", "threshold=\(line(thresholds))",
            "decision_type=\(line(decisions))", "left_child=\(line(left))",
            "right_child=\(line(right))", "leaf_value=\(line(leafValues))",
        ]
        if !categorySets.isEmpty {
            var boundaries = [0]
            for set in categorySets { boundaries.append(boundaries.last! + set.count) }
            lines.append("cat_boundaries=\(line(boundaries))")
            lines.append("cat_threshold=\(line(categorySets.flatMap { $0 }))")
        }
        return lines.joined(separator: "\n") + "\nis_linear=0\nshrinkage=1\n\n\n"
    }

    /// The obvious walk, by recursion over the file's arrays.
    func score(_ row: [Double], node: Int = 0) -> Double {
        if leafCount == 1 { return leafValues[0] }
        if node < 0 { return leafValues[-node - 1] }
        return score(row, node: goesLeft(row[features[node]], node) ? left[node] : right[node])
    }

    private func goesLeft(_ value: Double, _ node: Int) -> Bool {
        if decisions[node] & 1 == 1 {
            if value.isNaN { return false }
            let set = categorySets[Int(thresholds[node])]
            let code = value.rounded(.towardZero)
            guard code >= 0, code < Double(set.count * 32) else { return false }
            return set[Int(code) / 32] >> UInt32(Int(code) % 32) & 1 == 1
        }
        let missing = decisions[node] >> 2
        let number = value.isNaN && missing != 2 ? 0 : value
        let isMissing =
            missing == 1 && abs(number) <= 1.0000000180025095e-35
            || missing == 2 && number.isNaN
        return isMissing ? decisions[node] & 2 != 0 : number <= thresholds[node]
    }
}

/// A whole random file.
struct RandomEnsemble {
    let inputCount: Int
    let trees: [RandomTree]
    var head: [String]

    init(
        treeCount: Int, leafCountMax: Int, inputCount: Int, specialEvery: Int = 3,
        using random: inout RandomSource
    ) {
        self.inputCount = inputCount
        var trees: [RandomTree] = []
        for _ in 0..<treeCount {
            let leaves = Int.random(in: 1...leafCountMax, using: &random)
            trees.append(
                RandomTree(
                    leafCount: leaves, inputCount: inputCount, specialEvery: specialEvery,
                    using: &random))
        }
        self.trees = trees
        head = [
            "tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0",
            "max_feature_idx=\(inputCount - 1)", "objective=binary sigmoid:1",
            "feature_names=" + (0..<inputCount).map { "f\($0)" }.joined(separator: " "),
        ]
    }

    var text: String {
        head.joined(separator: "\n") + "\n\n"
            + trees.enumerated().map { $1.text(number: $0) }.joined()
            + "end of trees\n\nfeature_importances:\n"
    }

    func row(using random: inout RandomSource) -> [Double] {
        let odd: [Double] = [
            .nan, 0, -0.0, 1e-36, -1e-36, 1e-34, -0.5, -1, 31, 32, 95, 96, 1e18, -1e300,
            .infinity, -.infinity,
        ]
        return (0..<inputCount).map { _ in
            Bool.random(using: &random)
                ? odd[Int.random(in: 0..<odd.count, using: &random)]
                : Double(Int.random(in: -10...40, using: &random)) / 2
        }
    }
}
