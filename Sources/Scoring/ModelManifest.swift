/// The head of a model's YAML file, the same for every kind.
///
/// The format `riskd-model/1`:
///
///     format: riskd-model/1
///     kind: scorecard            # or trees
///     name: german_scorecard
///     version: "1"
///     target:
///       default_definition: "90 days past due"
///       horizon: "12 months"
///       population: "instalment credits"
///       sample: "2019 to 2021"   # optional
///
/// A scorecard goes on as `Scorecard` says and is whole in one file. Trees go on with:
///
///     file: german_trees.txt     # LightGBM's own text, beside this file
///     inputs:                    # every column of the tree file once, in any order
///       - feature: checking_status
///         column: checking       # its name in the tree file; optional if it is the same
///         kind: category         # or number
///         categories: ["... < 0 DM", "no checking account"]   # in code order, from 0
///       - feature: duration_months
///         kind: number
///
/// The order of `inputs` is the order of the values to score.
struct ModelManifest {
    let name: String
    let version: String
    let kind: ModelKind
    let target: ModelTarget
    let map: ManifestMap

    private static let headKeys: Set<String> = ["format", "kind", "name", "version", "target"]

    /// Reads the head and checks that no key is unknown to the kind.
    init(bytes: [UInt8], file: String) throws(ModelError) {
        let root = try ManifestValue(bytes: bytes, file: file)
        let every = Self.headKeys.union(Scorecard.manifestKeys).union(Self.treeKeys)
        let open = try root.map(keys: every)
        let format = try open.required("format")
        guard try format.text() == "riskd-model/1" else {
            throw format.error(.unsupported, "only 'riskd-model/1' is read")
        }
        let kindValue = try open.required("kind")
        guard let kind = ModelKind(rawValue: try kindValue.text()) else {
            throw kindValue.error(.unsupported, "'scorecard' or 'trees' is wanted")
        }
        let own = kind == .scorecard ? Scorecard.manifestKeys : Self.treeKeys
        map = try root.map(keys: Self.headKeys.union(own))
        self.kind = kind
        name = try Self.identifier(map.required("name"))
        version = try map.required("version").text()
        let target = try map.required("target").map(
            keys: ["default_definition", "horizon", "population", "sample"])
        self.target = ModelTarget(
            defaultDefinition: try target.required("default_definition").text(),
            horizon: try target.required("horizon").text(),
            population: try target.required("population").text(),
            sample: try target["sample"]?.text() ?? "")
    }

    static let treeKeys: Set<String> = ["file", "inputs"]

    /// A registry name or model name: a-z, 0-9, "_" and ".", a letter first, at most 128 bytes.
    static func identifier(_ value: ManifestValue) throws(ModelError) -> String {
        let text = try value.text()
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let allowed = text.utf8.allSatisfy {
            letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: ".")
        }
        guard allowed, let first = text.utf8.first, letters.contains(first),
            text.utf8.count <= 128
        else {
            throw value.error("a name of a-z, 0-9, _ and ., a letter first, is wanted")
        }
        return text
    }

    /// The categories of an input: required for `kind: category`, refused for `kind: number`.
    static func categories(of entry: ManifestMap) throws(ModelError) -> [String]? {
        let kind = try entry.required("kind")
        switch try kind.text() {
        case "number":
            if let categories = entry["categories"] {
                throw categories.error("a number has no categories")
            }
            return nil
        case "category":
            return try entry.required("categories").names(atMost: ModelLimits.categoryCountMax)
        default:
            throw kind.error("'number' or 'category' is wanted")
        }
    }

    /// The inputs of a tree manifest and the tree file's column name of each.
    func treeInputs() throws(ModelError) -> [(input: ModelInput, column: String)] {
        var inputs: [(ModelInput, String)] = []
        var features: Set<String> = []
        for value in try map.required("inputs").list(atMost: ModelLimits.inputCountMax) {
            let entry = try value.map(keys: ["feature", "column", "kind", "categories"])
            let feature = try Self.identifier(entry.required("feature"))
            guard features.insert(feature).inserted else {
                throw value.error("the feature '\(feature)' stands twice")
            }
            let input = ModelInput(feature: feature, categories: try Self.categories(of: entry))
            inputs.append((input, try entry["column"]?.text() ?? feature))
        }
        return inputs
    }
}
