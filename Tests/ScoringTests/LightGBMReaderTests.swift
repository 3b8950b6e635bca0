import Ground
import Scoring
import Testing

@Suite struct LightGBMReaderTests {
    /// Two trees: a split on a number and one on a category, then a single leaf.
    static let sound = """
        tree
        version=v4
        num_class=1
        num_tree_per_iteration=1
        max_feature_idx=1
        objective=binary sigmoid:1
        feature_names=a b
        tree_sizes=1 1

        Tree=0
        num_leaves=3
        num_cat=1
        split_feature=0 1
        threshold=0.5 0
        decision_type=2 1
        left_child=1 -1
        right_child=-2 -3
        leaf_value=0.1 0.2 0.3
        cat_boundaries=0 1
        cat_threshold=5
        is_linear=0

        Tree=1
        num_leaves=1
        num_cat=0
        leaf_value=0.5

        end of trees

        """

    @Test func readsTheSoundFile() throws {
        let model = try ModelFile.load(name: "sound", bytes: Array(Self.sound.utf8))
        #expect(model.inputNames == ["a", "b"])
        #expect(model.score([0, 2]).margin == 0.6)
        #expect(model.score([0, 1]).margin == 0.8)
        #expect(model.score([1, 2]).margin == 0.7)
        let windows = Self.sound.replacing("\n", with: "\r\n")
        #expect(try ModelFile.load(name: "w", bytes: Array(windows.utf8)).inputNames == ["a", "b"])
    }

    struct Fault: CustomTestStringConvertible {
        let from: String
        let to: String
        let kind: ModelError.Kind
        let line: Int
        let problem: String
        var testDescription: String { "\(from) -> \(to)" }

        init(
            _ from: String, _ to: String, _ kind: ModelError.Kind, _ line: Int, _ problem: String
        ) {
            self.from = from
            self.to = to
            self.kind = kind
            self.line = line
            self.problem = problem
        }
    }

    static let faults: [Fault] = [
        Fault("left_child=1 -1", "left_child=0 -1", .malformed, 10, "has two parents"),
        Fault("left_child=1 -1", "left_child=1 1", .malformed, 10, "has two parents"),
        Fault("left_child=1 -1", "left_child=-1 -1", .malformed, 10, "not reached"),
        Fault("left_child=1 -1", "left_child=-1 -3", .malformed, 10, "not reached"),
        Fault("left_child=1 -1", "left_child=2 -1", .malformed, 10, "does not exist"),
        Fault("left_child=1 -1", "left_child=1 -4", .malformed, 10, "does not exist"),
        Fault("left_child=1 -1", "left_child=-9223372036854775808 1", .malformed, 10, "exist"),
        Fault("left_child=1 -1", "left_child=1 9223372036854775807", .malformed, 10, "exist"),
        Fault("left_child=1 -1", "left_child=1", .malformed, 16, "1 numbers, 2 are wanted"),
        Fault("left_child=1 -1", "left_child=1 -1 -1", .malformed, 16, "more than 2"),
        Fault("left_child=1 -1", "left_child=1 x", .malformed, 16, "'x' is not a number"),
        Fault("split_feature=0 1", "split_feature=0 2", .malformed, 10, "feature 2 does not"),
        Fault("split_feature=0 1", "split_feature=-1 1", .malformed, 10, "feature -1 does not"),
        Fault("threshold=0.5 0", "threshold=nan 0", .malformed, 10, "not a number"),
        Fault("threshold=0.5 0", "threshold=0.5 inf", .malformed, 10, "category set"),
        Fault("threshold=0.5 0", "threshold=0.5 1", .malformed, 10, "category set"),
        Fault("threshold=0.5 0", "threshold=0.5 0.5", .malformed, 10, "category set"),
        Fault("threshold=0.5 0", "threshold=0.5 -1", .malformed, 10, "category set"),
        Fault("decision_type=2 1", "decision_type=2 13", .unsupported, 10, "decision type 13"),
        Fault("decision_type=2 1", "decision_type=-2 1", .unsupported, 10, "decision type -2"),
        Fault("leaf_value=0.1 0.2 0.3", "leaf_value=0.1 nan 0.3", .malformed, 10, "leaf"),
        Fault("leaf_value=0.1 0.2 0.3", "leaf_value=0.1 1e308 0.3", .malformed, 10, "leaf"),
        Fault("cat_boundaries=0 1", "cat_boundaries=0 -1", .tooLarge, 10, "too large"),
        Fault("cat_boundaries=0 1", "cat_boundaries=0 99999999", .tooLarge, 10, "too large"),
        Fault("cat_boundaries=0 1", "cat_boundaries=5 1", .malformed, 10, "must rise"),
        Fault("cat_threshold=5", "cat_threshold=-5", .malformed, 20, "not a number"),
        Fault("num_leaves=3", "num_leaves=2000000000", .tooLarge, 11, "0 to 131072"),
        Fault("num_leaves=3", "num_leaves=-1", .tooLarge, 11, "0 to 131072"),
        Fault("num_leaves=3", "num_leaves=0", .malformed, 10, "needs a leaf"),
        Fault("num_leaves=3", "num_leaves=4", .malformed, 18, "3 numbers, 4 are wanted"),
        Fault("num_leaves=3\n", "", .malformed, 10, "no 'num_leaves'"),
        Fault("num_cat=1", "num_cat=3", .tooLarge, 12, "0 to 2"),
        Fault("num_cat=1", "num_cat=1\nnum_cat=1", .malformed, 13, "stands twice"),
        Fault("is_linear=0", "is_linear=1", .unsupported, 10, "linear"),
        Fault("Tree=1", "Tree=2", .malformed, 23, "tree 1 is wanted"),
        Fault("Tree=1", "Tree=99999999999999999999", .malformed, 23, "tree 1 is wanted"),
        Fault("tree_sizes=1 1", "tree_sizes=1", .inconsistent, 28, "2 follow"),
        Fault("end of trees", "end of tree", .malformed, 28, "ends before"),
        Fault("version=v4", "version=v9", .unsupported, 2, "v3 and v4"),
        Fault("version=v4\n", "", .malformed, 9, "'version' is missing"),
        Fault("num_class=1", "num_class=3", .unsupported, 3, "must be 1"),
        Fault("max_feature_idx=1", "max_feature_idx=7", .inconsistent, 5, "2 feature names"),
        Fault("binary sigmoid:1", "poisson", .unsupported, 6, "'poisson'"),
        Fault("binary sigmoid:1", "binary sigmoid:0", .malformed, 6, "above 0"),
        Fault("binary sigmoid:1", "binary sigmoid:nan", .malformed, 6, "above 0"),
        Fault("feature_names=a b", "feature_names=a a", .malformed, 7, "different"),
        Fault("feature_names=a b", "feature_names=a  b", .malformed, 7, "different"),
    ]

    @Test(arguments: faults)
    func namesTheFault(_ fault: Fault) throws {
        try #require(Self.sound.contains(fault.from))
        let broken = Self.sound.replacing(fault.from, with: fault.to, maxReplacements: 1)
        let error = try #require(loadingError(Array(broken.utf8)))
        #expect(error.kind == fault.kind, "\(error)")
        #expect(error.line == fault.line, "\(error)")
        #expect(error.problem.contains(fault.problem), "\(error)")
        #expect(error.file == "model")
    }

    /// A file cut anywhere before its end is refused.
    @Test func refusesEveryTruncation() {
        let bytes = Array(Self.sound.utf8)
        let end = Self.sound.ranges(of: "end of trees")[0].upperBound.utf16Offset(in: Self.sound)
        for count in 0..<end {
            #expect(loadingError(Array(bytes[..<count])) != nil, "cut at \(count)")
        }
    }

    /// Random damage ends in an error or in a model that scores without a trap.
    @Test(arguments: [11, 12, 13, 14] as [UInt64])
    func survivesRandomDamage(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let pieces: [[UInt8]] = [
            "0", "1", "-", "9", " ", "=", "\n", "nan", "inf", "1e999", "-1", "99999999999",
            "Tree=", "end of trees\n", "num_leaves=", ".", "\u{0}",
        ].map { Array($0.utf8) }
        var refusedCount = 0
        for round in 0..<400 {
            let ensemble = RandomEnsemble(
                treeCount: 3, leafCountMax: 8, inputCount: 4, using: &random)
            var bytes = Array(ensemble.text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, place + Int.random(in: 0...6, using: &random))
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &random)]
                bytes.replaceSubrange(place..<end, with: piece)
            }
            guard let model = try? ModelFile.load(name: "damaged", bytes: bytes) else {
                refusedCount += 1
                continue
            }
            let row = (0..<model.inputNames.count).map { _ in
                Double.random(in: -40...40, using: &random)
            }
            let result = model.score(row)
            #expect(!result.margin.isNaN, "seed \(seed), round \(round)")
        }
        #expect(refusedCount > 100, "seed \(seed): damage must usually be noticed")
    }

    /// Large nonsense is refused at once.
    @Test func refusesGiants() throws {
        let zeros = [UInt8](repeating: 0, count: 100_000_000)
        #expect(loadingError(zeros)?.kind == .tooLarge)
        let tree = Array("tree\n".utf8) + zeros
        #expect(loadingError(tree)?.kind == .tooLarge)
        let claim = Self.sound.replacing("num_leaves=3", with: "num_leaves=131072")
        #expect(loadingError(Array(claim.utf8))?.problem.contains("131072 are wanted") == true)
    }

    /// Millions of small pieces cost no more than their bytes.
    @Test func refusesCrowds() throws {
        let head = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nobjective=binary\n"
        let keys = (0..<300).map { "k\($0)=\n" }.joined()
        #expect(loadingError(Array((head + keys).utf8))?.problem.contains("256 keys") == true)
        let names = String(repeating: "a ", count: 10_000_000)
        let crowd = head + "feature_names=\(names)\n\nTree=0\n"
        #expect(loadingError(Array(crowd.utf8))?.problem.contains("8192 features") == true)
        let trees = (0..<20_001).map { "Tree=\($0)\nnum_leaves=1\nleaf_value=1\n" }.joined()
        let forest = head + "max_feature_idx=0\nfeature_names=a\n\n" + trees + "end of trees\n"
        #expect(loadingError(Array(forest.utf8))?.problem.contains("20000 trees") == true)
    }

    /// A chain as deep as a tree may be is laid out and walked without recursion.
    @Test func walksTheDeepestChain() throws {
        let leaves = 131_072
        let splits = leaves - 1
        func list(_ value: (Int) -> String) -> String {
            (0..<splits).map(value).joined(separator: " ")
        }
        let text = """
            tree
            version=v4
            num_class=1
            num_tree_per_iteration=1
            max_feature_idx=0
            objective=binary
            feature_names=a

            Tree=0
            num_leaves=\(leaves)
            num_cat=0
            split_feature=\(list { _ in "0" })
            threshold=\(list { "\($0)" })
            decision_type=\(list { _ in "2" })
            left_child=\(list { "\(-$0 - 1)" })
            right_child=\(list { $0 == splits - 1 ? "\(-leaves)" : "\($0 + 1)" })
            leaf_value=\(list { "\($0)" }) -7
            end of trees
            """
        let model = try ModelFile.load(name: "chain", bytes: Array(text.utf8))
        #expect(model.score([1e9]).margin == -7)
        #expect(model.score([77_000]).margin == 77_000)
    }
}
