internal import Decisions
internal import Domain
internal import Messages
internal import Yams

/// What a tenant says about its products and the labels of its subjects.
extension ConfigurationReader {
    /// The terms of products by name; those that are not named have the usual ones.
    func products(_ node: Node?) throws(ConfigurationError) -> [String: ProductTerms] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else { throw fault(node, "products must be a mapping") }
        var products: [String: ProductTerms] = [:]
        for (key, value) in mapping {
            guard let name = key.string, !name.isEmpty,
                name.utf8.count <= FieldRules.nameBytesMax
            else { throw fault(key, "a product has a name of at most 64 bytes") }
            products[name] = try terms(value, of: name)
        }
        return products
    }

    private func terms(
        _ node: Node, of name: String
    ) throws(ConfigurationError) -> ProductTerms {
        let map = try mapping(
            node, "the product \(name)", keys: ["kind", "charges_use_limit", "repay_order"])
        var terms = ProductTerms.usual
        if let kind = map["kind"] {
            switch kind.string {
            case "revolving": terms.kind = .revolving
            case "instalment": terms.kind = .instalment
            default: throw fault(kind, "kind must be revolving or instalment")
            }
        }
        if let choice = map["charges_use_limit"] {
            guard let isUsed = choice.bool else {
                throw fault(choice, "charges_use_limit must be true or false")
            }
            terms.chargesUseLimit = isUsed
        }
        if let order = map["repay_order"] { terms.waterfall = try waterfall(order) }
        return terms
    }

    private func waterfall(_ node: Node) throws(ConfigurationError) -> Waterfall {
        var steps: [WaterfallStep] = []
        for item in try items(node, "repay_order") {
            let map = try mapping(item, "a step of repay_order", keys: ["component", "age"])
            let component: DebtComponent? =
                switch map["component"]?.string {
                case "principal": .principal
                case "interest": .interest
                case "fee": .fee
                case "penalty": .penalty
                default: nil
                }
            let age: DebtAge? =
                switch map["age"]?.string {
                case "overdue": .overdue
                case "due": .due
                case "future": .future
                default: nil
                }
            guard let component else {
                throw fault(item, "component must be principal, interest, fee or penalty")
            }
            guard let age else { throw fault(item, "age must be overdue, due or future") }
            let step = WaterfallStep(component, age)
            guard !steps.contains(step) else {
                throw fault(item, "\(component) \(age) stands twice in repay_order")
            }
            steps.append(step)
        }
        guard !steps.isEmpty else { throw fault(node, "repay_order must not be empty") }
        return Waterfall(steps: steps)
    }

    /// The features that decisions label their subjects with.
    func labelFeatures(_ node: Node?) throws(ConfigurationError) -> LabelFeatures {
        guard let node else { return LabelFeatures() }
        let map = try mapping(node, "labels", keys: ["region", "segment"])
        return LabelFeatures(
            region: try label(map["region"], "region"),
            segment: try label(map["segment"], "segment"))
    }

    /// A text of 1 to 128 bytes; nil when it is left out.
    func label(_ node: Node?, _ what: String) throws(ConfigurationError) -> String? {
        guard let node else { return nil }
        guard let text = node.string, !text.isEmpty,
            text.utf8.count <= FieldRules.identifierBytesMax
        else { throw fault(node, "\(what) must be a text of 1 to 128 bytes") }
        return text
    }
}
