/// Reads the text that LightGBM's `save_model` writes, versions v3 and v4.
///
/// Read: one-class models with objective `binary` or `cross_entropy`; numerical splits with every
/// kind of missing value; categorical splits; boosted, DART and random-forest (averaged) trees.
/// Refused by name: several classes, linear trees, other objectives. Keys that do not change a
/// score are passed over.
///
/// The format: lines of `key=value`; a head, then for each tree `Tree=N` and its arrays, then
/// `end of trees`. In `left_child` and `right_child` a number from 0 is an inner node and a number
/// below 0 is leaf -number - 1. `decision_type` bit 0 says category, bit 1 missing goes left, bits
/// 2 and 3 what is missing (0 nothing, 1 zero, 2 NaN).
///
/// Errors: `ModelError` with the line. Complexity: linear in the bytes.
struct LightGBMReader {
    /// A tree as its arrays stand in the file.
    struct RawTree {
        var line = 0
        var leafCount = 0
        var splitFeatures: [Int] = []
        var thresholds: [Double] = []
        var decisions: [Int] = []
        var leftChildren: [Int] = []
        var rightChildren: [Int] = []
        var leafValues: [Double] = []
        var categoryBoundaries: [Int] = []
        var categoryWords: [UInt32] = []
    }

    private struct Field {
        let line: Int
        let value: ArraySlice<UInt8>
    }

    private var lines: TextLines
    private var featureNames: [String] = []
    private var sigmoid = 1.0
    private var isAveraged = false
    private var statedTreeCount: Int?

    /// Whether the bytes begin like such a file.
    static func recognises(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "tree\n".utf8) || bytes.starts(with: "tree\r\n".utf8)
    }

    /// Reads a whole file.
    static func read(_ bytes: [UInt8], file: String) throws(ModelError) -> TreeEnsemble {
        guard bytes.count <= ModelLimits.treeFileBytesMax else {
            throw ModelError(
                .tooLarge, file: file,
                "\(bytes.count) bytes, at most \(ModelLimits.treeFileBytesMax) are read")
        }
        guard recognises(bytes) else {
            throw ModelError(
                .malformed, file: file, line: 1, "a LightGBM text begins with the line 'tree'")
        }
        var reader = LightGBMReader(lines: TextLines(bytes, file: file))
        return try reader.read()
    }

    private init(lines: TextLines) {
        self.lines = lines
    }

    private mutating func read() throws(ModelError) -> TreeEnsemble {
        var head: [String: Field] = [:]
        var line = lines.next()
        while let current = line, TreeHeading(current) == .none {
            try add(current, to: &head)
            line = lines.next()
        }
        try readHead(head)
        var layout = TreeLayout(inputNames: featureNames, file: lines.file)
        while let current = line, case .tree(let number) = TreeHeading(current) {
            guard number == layout.treeCount else {
                throw lines.error("tree \(layout.treeCount) is wanted")
            }
            let heading = lines.number
            var fields: [String: Field] = [:]
            line = lines.next()
            while let inner = line, TreeHeading(inner) == .none {
                try add(inner, to: &fields)
                line = lines.next()
            }
            try layout.add(try tree(fields, heading: heading))
        }
        guard line != nil else {
            throw lines.error("the file ends before the line 'end of trees'")
        }
        if let stated = statedTreeCount, stated != layout.treeCount {
            throw lines.error(
                .inconsistent, "tree_sizes lists \(stated) trees, \(layout.treeCount) follow")
        }
        guard layout.treeCount > 0 else { throw lines.error("there is no tree") }
        return layout.ensemble(
            sigmoid: sigmoid, divisor: isAveraged ? Double(layout.treeCount) : 1)
    }

    private func add(
        _ line: ArraySlice<UInt8>, to fields: inout [String: Field]
    ) throws(ModelError) {
        guard !line.isEmpty else { return }
        let equals = line.firstIndex(of: UInt8(ascii: "=")) ?? line.endIndex
        let key = String(decoding: line[..<equals].prefix(64), as: UTF8.self)
        guard fields.count < ModelLimits.keyCountMax else {
            throw lines.error(.tooLarge, "more than \(ModelLimits.keyCountMax) keys")
        }
        guard fields[key] == nil else { throw lines.error("the key '\(key)' stands twice") }
        let value = equals == line.endIndex ? line[equals...] : line[(equals + 1)...]
        fields[key] = Field(line: lines.number, value: value)
    }

    private mutating func readHead(_ head: [String: Field]) throws(ModelError) {
        let version = try text(head, "version")
        guard version.value == "v3" || version.value == "v4" else {
            throw lines.error(.unsupported, at: version.line, "versions v3 and v4 are read")
        }
        for key in ["num_class", "num_tree_per_iteration"] {
            let count = try text(head, key)
            guard count.value == "1" else {
                throw lines.error(
                    .unsupported, at: count.line, "\(key) must be 1: one probability of default")
            }
        }
        try readObjective(try text(head, "objective"))
        isAveraged = head["average_output"] != nil
        let names = try text(head, "feature_names")
        featureNames = names.value.split(
            separator: " ", maxSplits: ModelLimits.inputCountMax,
            omittingEmptySubsequences: false
        ).map(String.init)
        guard featureNames.count <= ModelLimits.inputCountMax else {
            throw lines.error(
                .tooLarge, at: names.line,
                "at most \(ModelLimits.inputCountMax) features are read")
        }
        guard !featureNames.contains(""), Set(featureNames).count == featureNames.count else {
            throw lines.error(at: names.line, "feature names must be different and not empty")
        }
        let highest = try text(head, "max_feature_idx")
        guard highest.value == String(featureNames.count - 1) else {
            throw lines.error(
                .inconsistent, at: highest.line, "there are \(featureNames.count) feature names")
        }
        if let sizes = head["tree_sizes"] {
            statedTreeCount =
                sizes.value.split(
                    separator: UInt8(ascii: " "), maxSplits: ModelLimits.treeCountMax
                ).count
        }
    }

    private mutating func readObjective(
        _ objective: (value: String, line: Int)
    ) throws(ModelError) {
        let words = objective.value.split(separator: " ")
        switch words.first {
        case "binary":
            for word in words.dropFirst() where word.hasPrefix("sigmoid:") {
                guard let number = Double(word.dropFirst(8)), number > 0, number.isFinite else {
                    throw lines.error(at: objective.line, "sigmoid must be above 0")
                }
                sigmoid = number
            }
        case "cross_entropy":
            sigmoid = 1
        default:
            throw lines.error(
                .unsupported, at: objective.line,
                "the objective '\(objective.value.prefix(64))' gives no probability of default")
        }
    }

    private func text(
        _ fields: [String: Field], _ key: String
    ) throws(ModelError) -> (value: String, line: Int) {
        guard let field = fields[key] else { throw lines.error("the key '\(key)' is missing") }
        guard let value = String(validating: field.value, as: UTF8.self) else {
            throw lines.error(at: field.line, "\(key) is not UTF-8")
        }
        return (value, field.line)
    }

    private func tree(
        _ fields: [String: Field], heading: Int
    ) throws(ModelError) -> RawTree {
        func values<Value: LosslessStringConvertible>(
            _ key: String, _ count: Int
        ) throws(ModelError) -> [Value] {
            guard let field = fields[key] else {
                guard count > 0 else { return [] }
                throw lines.error(at: heading, "the tree has no '\(key)'")
            }
            return try lines.values(field.value, count: count, key: key, line: field.line)
        }
        func single(_ key: String, atMost limit: Int) throws(ModelError) -> Int {
            let numbers: [Int] = try values(key, 1)
            guard (0...limit).contains(numbers[0]) else {
                throw lines.error(
                    .tooLarge, at: fields[key]?.line ?? heading, "\(key) must be 0 to \(limit)")
            }
            return numbers[0]
        }
        var tree = RawTree()
        tree.line = heading
        tree.leafCount = try single("num_leaves", atMost: ModelLimits.leafCountMax)
        guard tree.leafCount > 0 else { throw lines.error(at: heading, "a tree needs a leaf") }
        if fields["is_linear"] != nil, try single("is_linear", atMost: 1) == 1 {
            throw lines.error(.unsupported, at: heading, "linear trees are not read")
        }
        let splitCount = tree.leafCount - 1
        tree.leafValues = try values("leaf_value", tree.leafCount)
        guard splitCount > 0 else { return tree }
        tree.splitFeatures = try values("split_feature", splitCount)
        tree.thresholds = try values("threshold", splitCount)
        tree.decisions = try values("decision_type", splitCount)
        tree.leftChildren = try values("left_child", splitCount)
        tree.rightChildren = try values("right_child", splitCount)
        let categoryCount = try single("num_cat", atMost: splitCount)
        if categoryCount > 0 {
            tree.categoryBoundaries = try values("cat_boundaries", categoryCount + 1)
            let wordCount = tree.categoryBoundaries[categoryCount]
            guard (0...ModelLimits.categoryWordCountMax).contains(wordCount) else {
                throw lines.error(.tooLarge, at: heading, "the category sets are too large")
            }
            tree.categoryWords = try values("cat_threshold", wordCount)
        }
        return tree
    }
}

/// What a line of a LightGBM text begins.
private enum TreeHeading: Equatable {
    case none
    case tree(Int)
    case end

    init(_ line: ArraySlice<UInt8>) {
        if line.elementsEqual("end of trees".utf8) {
            self = .end
        } else if line.starts(with: "Tree=".utf8) {
            self = .tree(Int(String(decoding: line.dropFirst(5).prefix(20), as: UTF8.self)) ?? -1)
        } else {
            self = .none
        }
    }
}
