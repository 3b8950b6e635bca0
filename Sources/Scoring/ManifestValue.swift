internal import Yams

/// One value of a YAML manifest that knows where it stands.
///
/// Errors: every accessor throws `ModelError` with the line and the path of keys.
struct ManifestValue {
    let node: Node
    let file: String
    let path: String

    /// Parses a whole manifest.
    ///
    /// Anchors and aliases are refused before parsing: a few lines of them can stand for
    /// gigabytes. Nesting is bounded by the YAML library at 1,000.
    init(bytes: [UInt8], file: String) throws(ModelError) {
        guard bytes.count <= ModelLimits.manifestBytesMax else {
            throw ModelError(
                .tooLarge, file: file,
                "\(bytes.count) bytes, at most \(ModelLimits.manifestBytesMax) are read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ModelError(.malformed, file: file, "the manifest is not UTF-8")
        }
        try Self.refuseAliases(bytes, file: file)
        do {
            guard let root = try Yams.compose(yaml: text) else {
                throw ModelError(.malformed, file: file, "the manifest is empty")
            }
            self.init(node: root, file: file, path: "")
        } catch let error as ModelError {
            throw error
        } catch let error as YamlError {
            throw Self.translate(error, file: file)
        } catch {
            throw ModelError(.malformed, file: file, "not YAML")
        }
    }

    init(node: Node, file: String, path: String) {
        self.node = node
        self.file = file
        self.path = path
    }

    private static func translate(_ error: YamlError, file: String) -> ModelError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ModelError(.malformed, file: file, line: mark.line, "not YAML: \(problem)")
        default:
            ModelError(.malformed, file: file, "not YAML")
        }
    }

    private static func refuseAliases(_ bytes: [UInt8], file: String) throws(ModelError) {
        var line = 1
        var previous = UInt8(ascii: "\n")
        for (index, byte) in bytes.enumerated() {
            let opens = byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")
            if opens, " \t\n[{,:-?".utf8.contains(previous), index + 1 < bytes.count,
                !" \t\r\n".utf8.contains(bytes[index + 1])
            {
                throw ModelError(
                    .unsupported, file: file, line: line,
                    "anchors and aliases are not read; put a space after & and * in texts")
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
        }
    }

    var line: Int { node.mark?.line ?? 0 }

    func error(_ problem: String) -> ModelError { error(.malformed, problem) }

    func error(_ kind: ModelError.Kind, _ problem: String) -> ModelError {
        ModelError(kind, file: file, line: line, path.isEmpty ? problem : "\(path): \(problem)")
    }

    /// A mapping with no other keys than `keys`: a misspelt key must not be silently ignored.
    func map(keys: Set<String>) throws(ModelError) -> ManifestMap {
        guard let mapping = node.mapping else { throw error("a mapping is wanted") }
        var values: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, keys.contains(name) else {
                let shown = key.scalar.map { String($0.string.prefix(64)) } ?? "?"
                throw ModelError(
                    .malformed, file: file, line: key.mark?.line ?? line,
                    "\(path.isEmpty ? "" : path + ": ")the key '\(shown)' is not known here")
            }
            values[name] = value
        }
        return ManifestMap(value: self, values: values)
    }

    /// A sequence of at least one value.
    func list(atMost countMax: Int) throws(ModelError) -> [ManifestValue] {
        guard let sequence = node.sequence, !sequence.isEmpty else {
            throw error("a list with at least one entry is wanted")
        }
        guard sequence.count <= countMax else {
            throw error(.tooLarge, "\(sequence.count) entries, at most \(countMax) are read")
        }
        return sequence.enumerated().map { index, node in
            ManifestValue(node: node, file: file, path: "\(path)[\(index)]")
        }
    }

    /// A text of 1 to `textBytesMax` bytes without control characters.
    func text() throws(ModelError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else {
            throw error("a text is wanted")
        }
        guard text.utf8.count <= ModelLimits.textBytesMax else {
            throw error(.tooLarge, "the text is longer than \(ModelLimits.textBytesMax) bytes")
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw error("control characters are not allowed in a text")
        }
        return text
    }

    /// A finite number.
    func number() throws(ModelError) -> Double {
        guard let text = node.scalar?.string, let number = Double(text), number.isFinite else {
            throw error("a finite number is wanted")
        }
        return number
    }

    /// A number whose sums stay exact: points, a weight, a coefficient.
    func worth() throws(ModelError) -> Double {
        let number = try number()
        guard abs(number) <= ModelLimits.worthMax else {
            throw error(.tooLarge, "a number within \(ModelLimits.worthMax) is wanted")
        }
        return number
    }

    /// A list of different texts.
    func names(atMost countMax: Int) throws(ModelError) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for value in try list(atMost: countMax) {
            let name = try value.text()
            guard seen.insert(name).inserted else { throw value.error("'\(name)' stands twice") }
            names.append(name)
        }
        return names
    }
}

/// A mapping of a manifest whose keys are all known.
struct ManifestMap {
    let value: ManifestValue
    let values: [String: Node]

    subscript(key: String) -> ManifestValue? {
        let path = value.path.isEmpty ? key : "\(value.path).\(key)"
        return values[key].map { ManifestValue(node: $0, file: value.file, path: path) }
    }

    func required(_ key: String) throws(ModelError) -> ManifestValue {
        guard let found = self[key] else { throw value.error("the key '\(key)' is missing") }
        return found
    }
}
