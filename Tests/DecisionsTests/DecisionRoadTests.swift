import Domain
import Features
import FraudGraph
import Ground
import Journal
import Policy
import Scoring
import Testing

@testable import Decisions
@testable import Messages

/// The road on the demo's models and policy, against the policy applied by hand.
@Suite struct DecisionRoadTests {
    static let applicantCount = 400
    static let seed: UInt64 = 20_261_121

    /// Where an applicant stands in the graph.
    enum Company: Int, CaseIterable {
        case none, alone, flagged, besideFlagged, crowded
    }

    struct Application {
        var name: String
        var applicant: Applicant
        var company: Company
        var amount: Int64
        var months: Int
    }

    static func applications() throws -> [Application] {
        var random = RandomSource(seed: seed)
        let features = try DemoLender.features()
        return (0..<applicantCount).map { index in
            Application(
                name: "applicant-\(index)",
                applicant: .random(features, using: &random),
                company: index % 3 == 0
                    ? Company.allCases.randomElement(using: &random) ?? .none : .none,
                amount: .random(in: 1...210, using: &random) * 10_000
                    + .random(in: 0..<10_000, using: &random),
                months: .random(in: 3...80, using: &random))
        }
    }

    /// Puts every applicant's links and marks into the graph.
    static func link(_ applications: [Application], _ lender: Lender) throws {
        var links: [Link] = []
        var marked: [Entity] = [person("fraudster")]
        func uses(_ name: String, _ kind: EntityKind, _ thing: String) {
            links.append(
                Link(
                    from: person(name), relation: .uses,
                    to: Entity(kind: kind, id: DemoLender.hash(thing)), eventMicros: 5))
        }
        for application in applications {
            let name = application.name
            switch application.company {
            case .none: break
            case .alone: uses(name, .device, "device of \(name)")
            case .flagged:
                uses(name, .device, "device of \(name)")
                marked.append(person(name))
            case .besideFlagged:
                uses(name, .phone, "phone of \(name)")
                uses("fraudster", .phone, "phone of \(name)")
            case .crowded:
                uses(name, .device, "device of \(name)")
                for other in 0..<6 { uses("\(name) guest \(other)", .device, "device of \(name)") }
            }
        }
        try lender.record(
            Alternative(
                type: .linksPut, subject: .none,
                body: lender.scratch.codec.recordBody(change: LinksPut(links: links).encode())))
        for entity in marked {
            let change = EntityMarked(
                entity: entity, mark: Mark(kind: .confirmedFraud, reason: "told so"))
            try lender.record(
                Alternative(
                    type: .entityMarked, subject: .none,
                    body: lender.scratch.codec.recordBody(change: change.encode())))
        }
    }

    static func person(_ name: String) -> Entity {
        Entity(kind: .person, id: DemoLender.hash(name))
    }

    @Test(arguments: [false, true])
    func decidesLikeTheNaivePolicy(registryIsReversed: Bool) throws {
        let features = try DemoLender.features(reversed: registryIsReversed)
        let lender = try Lender(try DemoLender.definition(), features: features)
        let applications = try Self.applications()
        try lender.put(applications.map { ($0.name, $0.applicant) })
        try Self.link(applications, lender)
        let naive = NaivePolicy(
            scorecard: try DemoLender.model("german_scorecard.yaml"),
            trees: try DemoLender.model("german_trees.yaml"))
        var met: Set<Outcome> = []
        for application in applications {
            let comment = Comment("seed \(Self.seed), \(application)")
            let plan = try lender.decide(
                lender.request(
                    application.name, amountMinor: application.amount, months: application.months))
            let wanted = naive.decide(
                application.applicant, amount: application.amount, months: application.months,
                hopsToFlagged: [.flagged: 0, .besideFlagged: 1][application.company],
                deviceSharers: application.company == .crowded ? 6 : 0)
            met.insert(wanted.outcome)
            try expect(try lender.reply(plan), wanted, application, naive, comment)
            #expect(plan.alternative.operations.isEmpty, comment)
        }
        #expect(met == Set(Outcome.allCases), "every outcome is met")
    }

    private func expect(
        _ reply: Fields, _ wanted: NaivePolicy.Answer, _ application: Application,
        _ naive: NaivePolicy, _ comment: Comment
    ) throws {
        #expect(reply.number(1) == Int64(wanted.outcome.rawValue), comment)
        #expect(reply.text(2) == wanted.grade, comment)
        #expect(reply.text(7) == "german-instalment" && reply.text(8) == "1", comment)
        let models = wanted.isScored ? [naive.scorecard, naive.trees] : []
        let scores = reply.messages(3)
        #expect(scores.map { $0.text(1) } == models.map(\.description.name), comment)
        for (score, model) in zip(scores, models) {
            let values = application.applicant.values(for: model)
            let result = model.score(values.span)
            #expect(score.double(3) == result.probability, comment)
            #expect(score.double(4) == result.points ?? 0, comment)
        }
        var reasons = wanted.rules.map(\.code)
        if wanted.isGraded {
            let values = application.applicant.values(for: naive.scorecard)
            let given = naive.scorecard.rankedReasons(of: values.span)
            let ranked = try #require(given)
            reasons += ranked.all.compactMap {
                naive.scorecard.reasonText(ofInput: $0.input)?.code
            }
        }
        #expect(reply.messages(4).map { $0.text(1) } == reasons, comment)
        #expect(
            reply.messages(4).prefix(wanted.rules.count).map { $0.text(2) }
                == wanted.rules.map(\.text), comment)
        let isWarned = [.flagged, .besideFlagged].contains(application.company)
        #expect(reply.messages(5).count == (wanted.isScored && isWarned ? 1 : 0), comment)
        expect(reply.messages(6).first, wanted.offer, comment)
    }

    private func expect(_ offer: Fields?, _ wanted: Offer?, _ comment: Comment) {
        guard let wanted, let offer else {
            #expect((offer == nil) == (wanted == nil), comment)
            return
        }
        #expect(offer.messages(1).first?.number(1) == wanted.amountMinor, comment)
        #expect(offer.messages(1).first?.text(2) == "EUR", comment)
        #expect(offer.number(2) == Int64(wanted.termMonths), comment)
        #expect(offer.number(3) == wanted.nominalRatePpm, comment)
        #expect(offer.number(4) == wanted.effectiveRatePpm, comment)
        #expect(offer.number(5) == wanted.instalmentMinor, comment)
        #expect(offer.number(6) == wanted.lastInstalmentMinor, comment)
        #expect(offer.number(7) == wanted.totalMinor, comment)
    }

    /// The record keeps the request as it came and every value that was read, prohibited ones not.
    @Test func recordKeepsWhatWasRead() throws {
        let lender = try Lender(try DemoLender.definition(), features: try DemoLender.features())
        var random = RandomSource(seed: 3)
        let applicant = Applicant.random(try DemoLender.features(), using: &random)
        try lender.put([("anna", applicant)])
        let plan = try lender.decide(lender.request("anna"))
        let body = try lender.body(plan)
        let inputs = try #require(body.inputs)
        #expect(body.request == [9, 9])
        #expect(inputs.policyHash == DemoLender.policyHash)
        #expect(inputs.modelHashes == DemoLender.modelHashes)
        #expect(inputs.readSequence == lender.journal.appliedSequence)
        var read: [String: Double] = [:]
        for (id, value) in zip(inputs.featureIDs, inputs.values) {
            let definition = try #require(
                lender.registry.definition(of: FeatureID(UInt16(id))))
            #expect(definition.prohibitedBasis == .none)
            read[definition.name] = value
        }
        let put = try applicant.put("anna", lender.registry)
        for (id, value) in zip(put.ids, put.values) {
            let definition = try #require(lender.registry.definition(of: id))
            guard definition.prohibitedBasis == .none else { continue }
            #expect(read[definition.name] == value, "\(definition.name)")
        }
    }

    @Test func refusesWhatItCannotDecide() throws {
        let lender = try Lender(try DemoLender.definition())
        var request = lender.request("anna")
        guard case .failure(let fault)? = lender.room.plan.policies[DemoLender.product] else {
            Issue.record("a policy was bound to no features")
            return
        }
        #expect(throws: RoadFault.policyNotBound(fault.description)) {
            try lender.decide(request)
        }
        try lender.register(try DemoLender.features())
        #expect(throws: RoadFault.subjectUnknown) { try lender.decide(request) }
        request.amount = Money(
            amountMinor: 1, currency: try #require(Currency(code: "USD")))
        #expect(throws: RoadFault.currencyNotOffered(euro)) { try lender.decide(request) }
        request.product = DemoLender.hash("mortgage")
        #expect(throws: RoadFault.productUnknown) { try lender.decide(request) }
    }
}
