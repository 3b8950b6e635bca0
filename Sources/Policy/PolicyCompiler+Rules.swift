internal import Domain

extension PolicyCompiler {
    func knockOuts(_ node: PolicyNode) throws(PolicyError) -> [KnockOut] {
        var knockOuts: [KnockOut] = []
        var names: Set<String> = []
        for item in try node.items(max: Self.knockOutCountMax) {
            try item.checkFields(["name", "when", "outcome", "reason", "text"])
            let name = try item.field("name").text(max: 128)
            guard names.insert(name).inserted else { throw item.fail("\(name) is there twice") }
            var conditions: [PolicyCondition] = []
            let when = try item.field("when")
            for condition in try when.items(max: Self.conditionCountMax) {
                conditions.append(try self.condition(condition))
            }
            guard !conditions.isEmpty else { throw when.fail("a rule needs a condition") }
            let rule = FiredRule(
                name: name,
                outcome: try item.field("outcome").outcome(
                    of: [.decline, .refer, .needsData, .stepUp]),
                reason: try reason(item.field("reason")), text: try item.field("text").text())
            let isEarly = conditions.allSatisfy { condition in
                condition.slot.map { inputs[$0].isEarly } ?? true
            }
            knockOuts.append(KnockOut(conditions: conditions, isEarly: isEarly, rule: rule))
        }
        return knockOuts
    }

    private func condition(_ node: PolicyNode) throws(PolicyError) -> PolicyCondition {
        try node.checkFields(["input", "is", "value", "values"])
        let inputNode = try node.field("input")
        let input = try inputNode.text(max: 256)
        if input == Self.requestAmount || input == Self.requestTerm {
            let test = try test(node) { value throws(PolicyError) in
                try value.integer(in: 0...Int64.max)
            }
            return input == Self.requestAmount ? .amountMinor(test) : .termMonths(test)
        }
        let slot = try slot(inputNode)
        switch try node.field("is").text() {
        case "missing", "present":
            guard try node.field(ifPresent: "value") == nil,
                try node.field(ifPresent: "values") == nil
            else { throw node.fail("missing and present take no value") }
            let isMissing = try node.field("is").text() == "missing"
            return isMissing ? .missing(slot: slot) : .present(slot: slot)
        case let comparison:
            let kind = kind(of: inputs[slot])
            if case .number = kind {
            } else if !["equals", "not_equals", "one_of"].contains(comparison) {
                throw try node.field("is").fail(
                    "\(input) has no order: use equals, not_equals, one_of, missing or present")
            }
            let scale = isProbability(inputs[slot]) ? 1_000_000.0 : 1
            return .value(
                slot: slot,
                try test(node) { value throws(PolicyError) in
                    try Self.value(value, of: kind) / scale
                })
        }
    }

    private func kind(of input: PolicyInput) -> PolicyFeature.Kind {
        guard case .feature(let name) = input.source, let feature = vocabulary.features[name]
        else { return .number }
        return feature.kind
    }

    /// Policies write probabilities in parts per million; slots hold them as 0 to 1.
    private func isProbability(_ input: PolicyInput) -> Bool {
        if case .modelProbability = input.source { true } else { false }
    }

    private static func value(
        _ node: PolicyNode, of kind: PolicyFeature.Kind
    ) throws(PolicyError) -> Double {
        switch kind {
        case .number: return try node.number()
        case .boolean: return try node.boolean()
        case .category(let dictionary):
            let name = try node.text()
            guard let code = dictionary.firstIndex(of: name) else {
                throw node.fail("there is no category \"\(name)\"")
            }
            return Double(code)
        }
    }

    private func test<Value: Comparable & Sendable>(
        _ node: PolicyNode, read: (PolicyNode) throws(PolicyError) -> Value
    ) throws(PolicyError) -> PolicyTest<Value> {
        let isNode = try node.field("is")
        let comparison = try isNode.text()
        if comparison == "one_of" {
            guard try node.field(ifPresent: "value") == nil else {
                throw node.fail("one_of takes values, not value")
            }
            var values: [Value] = []
            for item in try node.field("values").items(max: Self.categoryValueCountMax) {
                values.append(try read(item))
            }
            return .oneOf(values)
        }
        guard try node.field(ifPresent: "values") == nil else {
            throw node.fail("only one_of takes values")
        }
        switch comparison {
        case "below": return .below(try read(node.field("value")))
        case "at_most": return .atMost(try read(node.field("value")))
        case "above": return .above(try read(node.field("value")))
        case "at_least": return .atLeast(try read(node.field("value")))
        case "equals": return .equals(try read(node.field("value")))
        case "not_equals": return .notEquals(try read(node.field("value")))
        default:
            throw isNode.fail(
                "must be below, at_most, above, at_least, equals, not_equals, one_of, missing "
                    + "or present; request inputs are never missing")
        }
    }
}
