internal import Domain
internal import Yams

/// Turns a policy text into a `CompiledPolicy`, or says what is wrong with it and where.
struct PolicyCompiler {
    /// Reason: a thousand rules are some 200 KB; a larger text is not a policy.
    static let textByteCountMax = 1 << 20
    static let inputCountMax = 1_024
    static let knockOutCountMax = 1_000
    static let conditionCountMax = 32
    static let categoryValueCountMax = 1_024
    static let bandCountMax = 64
    static let reasonCountMax = 4_096
    static let requestAmount = "request.amount_minor"
    static let requestTerm = "request.term_months"

    let vocabulary: PolicyVocabulary
    var inputs: [PolicyInput] = []
    var slots: [String: Int] = [:]
    var reasons: [String: ReasonText] = [:]

    static func compile(
        yaml: String, vocabulary: PolicyVocabulary
    ) throws(PolicyError) -> CompiledPolicy {
        let root = try parse(yaml)
        try root.checkFields([
            "policy", "version", "products", "currency", "inputs", "reasons", "knock_outs",
            "grades", "cap", "affordability",
        ])
        var compiler = PolicyCompiler(vocabulary: vocabulary)
        try compiler.readReasons(root.field("reasons"))
        try compiler.readInputs(root.field("inputs"))
        let currencyNode = try root.field("currency")
        guard let currency = Currency(code: try currencyNode.text()) else {
            throw currencyNode.fail("must be an active ISO 4217 code")
        }
        var products: [String] = []
        for node in try root.field("products").items(max: 64) { products.append(try node.text()) }
        guard !products.isEmpty else { throw try root.field("products").fail("names no product") }
        let cap = try compiler.cap(root.field("cap"))
        var affordability: AffordabilityCheck?
        if let node = try root.field(ifPresent: "affordability") {
            affordability = try compiler.affordability(node)
        }
        return CompiledPolicy(
            name: try root.field("policy").text(max: 128),
            version: try root.field("version").integer(in: 1...Int64.max), products: products,
            currency: currency, inputs: compiler.inputs, reasons: compiler.reasons,
            knockOuts: try compiler.knockOuts(root.field("knock_outs")),
            grades: try compiler.grades(root.field("grades"), cap: cap), cap: cap,
            affordability: affordability)
    }

    private static func parse(_ yaml: String) throws(PolicyError) -> PolicyNode {
        func wrong(_ line: Int, _ column: Int, _ problem: String) -> PolicyError {
            PolicyError(line: line, column: column, path: "", problem: problem)
        }
        guard yaml.utf8.count <= textByteCountMax else {
            throw wrong(0, 0, "the text is longer than 1 MiB")
        }
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                throw wrong(0, 0, "the text is empty")
            }
            return PolicyNode(node: node, path: "")
        } catch let error as PolicyError {
            throw error
        } catch let error as YamlError {
            let place = error.place
            throw wrong(place.line, place.column, place.problem)
        } catch {
            throw wrong(0, 0, "the text is not YAML")
        }
    }

    private mutating func readReasons(_ node: PolicyNode) throws(PolicyError) {
        for (code, texts) in try node.entries(max: Self.reasonCountMax) {
            guard code.utf8.count <= 64, code.utf8.allSatisfy(Self.isCodeByte) else {
                throw texts.fail("a reason code has up to 64 of A-Z, 0-9 and _")
            }
            try texts.checkFields(Set(ReasonAudience.allCases.map(\.rawValue)))
            reasons[code] = ReasonText(
                code: code,
                borrower: try texts.field(ifPresent: ReasonAudience.borrower.rawValue)?.text(),
                channel: try texts.field(ifPresent: ReasonAudience.channel.rawValue)?.text(),
                staff: try texts.field(ReasonAudience.staff.rawValue).text())
        }
    }

    private static func isCodeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func readInputs(_ node: PolicyNode) throws(PolicyError) {
        for item in try node.items(max: Self.inputCountMax) {
            let name = try item.text(max: 256)
            guard slots[name] == nil else { throw item.fail("\(name) is there twice") }
            slots[name] = inputs.count
            inputs.append(PolicyInput(name: name, source: try source(named: name, item)))
        }
    }

    private func source(
        named name: String, _ node: PolicyNode
    ) throws(PolicyError) -> PolicyInput.Source {
        if let feature = vocabulary.features[name] {
            guard !feature.isProhibited else {
                throw node.fail("\(name) is prohibited: no policy may decide on it")
            }
            return .feature(name: name)
        }
        if name.hasPrefix("graph.") {
            guard let signal = PolicyGraphSignal(name: name.dropFirst(6)) else {
                throw node.fail("\(name) is not a signal of the graph")
            }
            return .graph(signal)
        }
        if name.hasPrefix("model.") {
            let isPoints = name.hasSuffix(".points")
            guard isPoints || name.hasSuffix(".pd") else {
                throw node.fail("\(name) must end in .pd or .points")
            }
            let model = String(name.dropFirst(6).dropLast(isPoints ? 7 : 3))
            guard vocabulary.models.contains(model) else {
                throw node.fail("there is no model \(model)")
            }
            return isPoints ? .modelPoints(model: model) : .modelProbability(model: model)
        }
        throw node.fail("\(name) is neither a registered feature, a model's answer nor a signal")
    }

    func slot(_ node: PolicyNode) throws(PolicyError) -> Int {
        let name = try node.text(max: 256)
        guard let slot = slots[name] else {
            throw node.fail("\(name) is not among the policy's inputs")
        }
        return slot
    }

    func reason(_ node: PolicyNode) throws(PolicyError) -> ReasonText {
        let code = try node.text(max: 64)
        guard let reason = reasons[code] else {
            throw node.fail("\(code) has no text under reasons")
        }
        return reason
    }
}

extension YamlError {
    /// Where the text stops being YAML, and why.
    fileprivate var place: (line: Int, column: Int, problem: String) {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, mark.column, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            (context.mark.line, context.mark.column, "repeated: \(duplicates)")
        default: (0, 0, "the text is not YAML")
        }
    }
}
