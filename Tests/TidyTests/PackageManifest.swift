/// What `Package.swift` says of one target.
struct ManifestTarget: Equatable {
    let name: String
    /// `target`, `executableTarget`, `testTarget` or `systemLibrary`.
    let kind: String
    /// Names of targets and products it depends on.
    let dependencies: [String]
    let line: Int
}

/// The targets of a package manifest, read from its text.
struct PackageManifest {
    let targets: [ManifestTarget]

    init(_ source: String) {
        let tokens = TokenizedText(source).tokens
        let products = Self.namedProducts(tokens)
        let kinds: Set<String> = ["target", "executableTarget", "testTarget", "systemLibrary"]
        targets = tokens.indices.compactMap { index in
            guard index >= 1, kinds.contains(tokens[index].text), tokens[index - 1].text == ".",
                index + 1 < tokens.count, tokens[index + 1].text == "("
            else { return nil }
            let body = Self.inside(tokens, from: index + 1)
            // The manifest's own helper makes names by interpolation; it is no target.
            guard let name = Self.string(after: "name", in: body), !name.contains("\\") else {
                return nil
            }
            return ManifestTarget(
                name: name, kind: tokens[index].text,
                dependencies: Self.dependencies(in: body, products: products),
                line: tokens[index].line)
        }
    }

    /// Dependencies that the rules of `Sources` do not allow.
    var offences: [Offence] {
        targets.filter { $0.kind == "target" || $0.kind == "executableTarget" }
            .filter { !$0.name.hasPrefix("C") || ImportRules.allowed[$0.name] != nil }
            .flatMap { target -> [Offence] in
                guard let allowed = ImportRules.allowed[target.name] else {
                    return [offence(target, "\(target.name): no import rule")]
                }
                return target.dependencies.filter { !allowed.contains($0) }
                    .map { offence(target, "\(target.name) must not depend on \($0)") }
            }
    }

    private func offence(_ target: ManifestTarget, _ rule: String) -> Offence {
        Offence(path: "Package.swift", line: target.line, rule: rule)
    }

    /// `let argumentParser = Target.Dependency.product(name: "ArgumentParser", ...)`, by variable.
    private static func namedProducts(_ tokens: [Token]) -> [String: String] {
        var found: [String: String] = [:]
        for index in tokens.indices.dropLast(12) where tokens[index].text == "let" {
            let words = tokens[(index + 2)...(index + 7)].map(\.text)
            guard words == ["=", "Target", ".", "Dependency", ".", "product"] else { continue }
            found[tokens[index + 1].text] = string(
                after: "name", in: inside(tokens, from: index + 8))
        }
        return found
    }

    private static func dependencies(in body: [Token], products: [String: String]) -> [String] {
        guard let start = body.firstIndex(where: { $0.text == "dependencies" }) else { return [] }
        let list = inside(body, from: start + 2)
        var found: [String] = []
        var index = 0
        while index < list.count {
            let token = list[index]
            if token.kind == .string { found.append(token.text) }
            if token.kind == .word, index + 1 < list.count, list[index + 1].text == "(" {
                let product = inside(list, from: index + 1)
                if let name = string(after: "name", in: product) { found.append(name) }
                index += product.count + 2
            } else if token.kind == .word, let name = products[token.text] {
                found.append(name)
            }
            index += 1
        }
        return found
    }

    /// The tokens between the bracket at `start` and the one that closes it.
    private static func inside(_ tokens: [Token], from start: Int) -> [Token] {
        var depth = 0
        for index in start..<tokens.count where tokens[index].kind == .mark {
            if "([".contains(tokens[index].text) { depth += 1 }
            if ")]".contains(tokens[index].text) { depth -= 1 }
            if depth == 0 { return Array(tokens[(start + 1)..<index]) }
        }
        return []
    }

    private static func string(after label: String, in tokens: [Token]) -> String? {
        guard let index = tokens.firstIndex(where: { $0.text == label }), index + 2 < tokens.count,
            tokens[index + 1].text == ":", tokens[index + 2].kind == .string
        else { return nil }
        return tokens[index + 2].text
    }
}
