internal import Domain
internal import Yams

/// A place in the policy's YAML: the node and the way to it, for errors that people can act on.
struct PolicyNode {
    let node: Node
    let path: String

    func fail(_ problem: String) -> PolicyError {
        PolicyError(
            line: node.mark?.line ?? 0, column: node.mark?.column ?? 0, path: path,
            problem: problem)
    }

    private func child(_ name: String, _ node: Node) -> PolicyNode {
        PolicyNode(node: node, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// Refuses fields that the format does not have: a misspelt rule must not be ignored.
    func checkFields(_ known: Set<String>) throws(PolicyError) {
        guard let mapping = node.mapping else { throw fail("must be a list of named fields") }
        for (key, value) in mapping {
            guard let name = key.scalar?.string, known.contains(name) else {
                let name = key.scalar?.string ?? "?"
                let all = known.sorted().joined(separator: ", ")
                throw child(name, value).fail("is not a field here; known are \(all)")
            }
        }
    }

    func field(ifPresent name: String) throws(PolicyError) -> PolicyNode? {
        guard let mapping = node.mapping else { throw fail("must be a list of named fields") }
        guard let value = mapping.first(where: { $0.key.scalar?.string == name })?.value else {
            return nil
        }
        return child(name, value)
    }

    func field(_ name: String) throws(PolicyError) -> PolicyNode {
        guard let field = try field(ifPresent: name) else { throw fail("lacks \(name)") }
        return field
    }

    func items(max countMax: Int) throws(PolicyError) -> [PolicyNode] {
        guard let sequence = node.sequence else { throw fail("must be a list") }
        guard sequence.count <= countMax else {
            throw fail("has \(sequence.count) entries; \(countMax) are allowed")
        }
        return sequence.enumerated().map { index, item in
            PolicyNode(node: item, path: "\(path)[\(index)]")
        }
    }

    func entries(max countMax: Int) throws(PolicyError) -> [(name: String, node: PolicyNode)] {
        guard let mapping = node.mapping else { throw fail("must be a list of named fields") }
        guard mapping.count <= countMax else {
            throw fail("has \(mapping.count) entries; \(countMax) are allowed")
        }
        var entries: [(name: String, node: PolicyNode)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { throw fail("has a name that is no text") }
            entries.append((name, child(name, value)))
        }
        return entries
    }

    func text(max byteCountMax: Int = 1_024) throws(PolicyError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw fail("must be a text") }
        guard text.utf8.count <= byteCountMax else {
            throw fail("is longer than \(byteCountMax) bytes")
        }
        return text
    }

    func integer(in range: ClosedRange<Int64>) throws(PolicyError) -> Int64 {
        guard let text = node.scalar?.string, let value = Int64(text) else {
            throw fail("must be a whole number")
        }
        guard range.contains(value) else {
            throw fail("must be within \(range.lowerBound) and \(range.upperBound)")
        }
        return value
    }

    func number() throws(PolicyError) -> Double {
        guard let text = node.scalar?.string, let value = Double(text), value.isFinite else {
            throw fail("must be a number")
        }
        return value
    }

    func boolean() throws(PolicyError) -> Double {
        switch node.scalar?.string {
        case "true": return 1
        case "false": return 0
        default: throw fail("must be true or false")
        }
    }

    /// An outcome by its name on the wire.
    func outcome(of allowed: [Outcome]) throws(PolicyError) -> Outcome {
        let name = try text()
        guard let outcome = allowed.first(where: { $0.policyName == name }) else {
            throw fail("must be one of \(allowed.map(\.policyName).joined(separator: ", "))")
        }
        return outcome
    }
}

extension Outcome {
    /// The name in policies and on the wire.
    var policyName: String {
        switch self {
        case .approve: "APPROVE"
        case .counterOffer: "COUNTER_OFFER"
        case .stepUp: "STEP_UP"
        case .needsData: "NEEDS_DATA"
        case .refer: "REFER"
        case .decline: "DECLINE"
        }
    }
}
