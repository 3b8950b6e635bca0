public import Domain

/// A policy ready to decide: immutable, its inputs resolved to slots.
///
/// Values are handed over by slot, in the order of `inputs`. Evaluation reads arrays, computes at
/// most a few offers, and allocates only for rules that fired. Thread: any.
public final class CompiledPolicy: Sendable {
    /// As the lender calls it.
    public let name: String
    /// The lender's own count.
    public let version: Int64
    /// Products it decides on.
    public let products: [String]
    /// Of every amount in it.
    public let currency: Currency
    /// What it reads, by slot.
    public let inputs: [PolicyInput]
    /// Every reason it can give, by code.
    public let reasons: [String: ReasonText]
    let knockOuts: [KnockOut]
    /// By knock-out: whether it can end the road before models and the graph.
    private let stopsEarly: [Bool]
    let grades: GradeTable
    let cap: OfferCap
    let affordability: AffordabilityCheck?

    init(
        name: String, version: Int64, products: [String], currency: Currency,
        inputs: [PolicyInput], reasons: [String: ReasonText], knockOuts: [KnockOut],
        grades: GradeTable, cap: OfferCap, affordability: AffordabilityCheck?
    ) {
        self.name = name
        self.version = version
        self.products = products
        self.currency = currency
        self.inputs = inputs
        self.reasons = reasons
        self.knockOuts = knockOuts
        stopsEarly = knockOuts.map { $0.isEarly && $0.rule.outcome.stopsEarly }
        self.grades = grades
        self.cap = cap
        self.affordability = affordability
    }

    /// Compiles a policy text.
    ///
    /// Errors: `PolicyError` for the first thing wrong, with its line and path.
    public static func compile(
        yaml: String, vocabulary: PolicyVocabulary
    ) throws(PolicyError) -> CompiledPolicy {
        try PolicyCompiler.compile(yaml: yaml, vocabulary: vocabulary)
    }

    /// The models it reads.
    public var models: Set<String> {
        Set(
            inputs.compactMap { input in
                switch input.source {
                case .modelProbability(let model), .modelPoints(let model): model
                case .feature, .graph: nil
                }
            })
    }

    /// True when it reads anything of the graph.
    public var readsGraph: Bool {
        inputs.contains { if case .graph = $0.source { true } else { false } }
    }

    /// First phase: the knock-outs that need neither models nor the graph.
    ///
    /// A result ends the road early: a rule declined, or asked for data. Rules that refer or ask
    /// for a step-up do not stop it, for a reviewer wants the score and the graph; they fire again
    /// in `evaluate`. Slots of models and the graph are not read.
    public func evaluateKnockOutsBeforeModels(
        values: [Double], request: PolicyRequest
    ) -> PolicyResult? {
        let fired = firedKnockOuts(values, request, earlyOnly: true)
        guard let first = fired.first else { return nil }
        return PolicyResult(outcome: first.outcome, fired: fired)
    }

    /// The whole policy: every knock-out, then the grade, then the offer.
    ///
    /// The gravest outcome wins: DECLINE, NEEDS_DATA, REFER, STEP_UP, COUNTER_OFFER, APPROVE.
    public func evaluate(values: [Double], request: PolicyRequest) -> PolicyResult {
        var fired = firedKnockOuts(values, request, earlyOnly: false)
        guard let band = grades.band(for: values[grades.slot]) else {
            return Self.settled([grades.missingRule] + fired, grade: nil)
        }
        if let rule = band.rule { fired.append(rule) }
        guard fired.isEmpty else { return Self.settled(fired, grade: band.grade) }
        return offer(in: band, values: values, request: request)
    }

    private func firedKnockOuts(
        _ values: [Double], _ request: PolicyRequest, earlyOnly: Bool
    ) -> [FiredRule] {
        precondition(values.count >= inputs.count, "one value for each input")
        var fired: [FiredRule] = []
        // By index: copying a rule out would count references to each of its texts.
        for index in knockOuts.indices where !earlyOnly || stopsEarly[index] {
            if knockOuts[index].fires(values, request) { fired.append(knockOuts[index].rule) }
        }
        return Self.ordered(fired)
    }

    /// The gravest first, else as they were.
    private static func ordered(_ fired: [FiredRule]) -> [FiredRule] {
        guard fired.count > 1 else { return fired }
        let keyed = fired.enumerated().sorted { left, right in
            let gravities = (left.element.outcome.gravity, right.element.outcome.gravity)
            return gravities.0 != gravities.1
                ? gravities.0 > gravities.1 : left.offset < right.offset
        }
        return keyed.map(\.element)
    }

    static func settled(_ fired: [FiredRule], grade: String?) -> PolicyResult {
        let fired = ordered(fired)
        return PolicyResult(outcome: fired[0].outcome, grade: grade, fired: fired)
    }
}

extension Outcome {
    /// Whether nothing that comes later could matter.
    var stopsEarly: Bool { self == .decline || self == .needsData }
}
