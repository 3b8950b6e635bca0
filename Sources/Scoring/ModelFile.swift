/// Loads models from the bytes of their files.
public enum ModelFile {
    /// Loads a model.
    ///
    /// `bytes` is a manifest of the format `riskd-model/1` (see `ModelManifest`), or a bare
    /// LightGBM text, whose columns then are the feature names, without categories or target.
    /// `attachment` is asked for the file that a tree manifest names; nil means there is none.
    /// `name` stands in errors; a bare file's model is also called so.
    ///
    /// Errors: `ModelError`. Complexity: linear in the bytes, within `ModelLimits`.
    public static func load(
        name: String, bytes: [UInt8], attachment: (String) -> [UInt8]? = { _ in nil }
    ) throws(ModelError) -> Model {
        if LightGBMReader.recognises(bytes) {
            return bare(name: name, trees: try LightGBMReader.read(bytes, file: name))
        }
        let manifest = try ModelManifest(bytes: bytes, file: name)
        switch manifest.kind {
        case .scorecard:
            let scorecard = try Scorecard(manifest: manifest)
            return Model(
                description: describe(manifest, scorecard.attributes.map(\.input)),
                engine: .scorecard(scorecard))
        case .trees:
            return try trees(manifest, attachment)
        }
    }

    private static func describe(
        _ manifest: ModelManifest, _ inputs: [ModelInput]
    ) -> ModelDescription {
        ModelDescription(
            name: manifest.name, version: manifest.version, kind: manifest.kind,
            target: manifest.target, inputs: inputs)
    }

    private static func bare(name: String, trees: TreeEnsemble) -> Model {
        Model(
            description: ModelDescription(
                name: name, version: "", kind: .trees, target: .unstated,
                inputs: trees.inputNames.map { ModelInput(feature: $0) }),
            engine: .trees(trees))
    }

    private static func trees(
        _ manifest: ModelManifest, _ attachment: (String) -> [UInt8]?
    ) throws(ModelError) -> Model {
        let fileValue = try manifest.map.required("file")
        let file = try fileValue.text()
        // The name is looked up by the caller, perhaps in a folder: it must not lead out of it.
        guard !file.contains("/"), !file.hasPrefix(".") else {
            throw fileValue.error("a file name without a folder is wanted")
        }
        guard let bytes = attachment(file) else {
            throw fileValue.error(.inconsistent, "the file '\(file)' is not there")
        }
        let columns = try manifest.treeInputs()
        let read = try LightGBMReader.read(bytes, file: file)
        let list = try manifest.map.required("inputs")
        guard let trees = read.reordered(columns.map(\.column)) else {
            let known = Set(columns.map(\.column))
            let missing = read.inputNames.first { !known.contains($0) }
            throw list.error(
                .inconsistent,
                missing.map { "the column '\($0)' of '\(file)' is no input" }
                    ?? "'\(file)' has \(read.inputNames.count) columns, each must stand once")
        }
        for index in trees.categoryInputs.sorted()
        where columns[index].input.categories == nil {
            throw list.error(
                .inconsistent,
                "the trees use '\(columns[index].column)' as a category, the inputs as a number")
        }
        return Model(
            description: describe(manifest, columns.map(\.input)), engine: .trees(trees))
    }
}
