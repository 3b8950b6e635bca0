import Domain
import Features
import Foundation
import FraudGraph
import Ground
import Journal
import Messages
import Scoring
import Testing

@testable import Decisions

/// The projections behind the journal: what was recorded is there again after a start.
@Suite struct StoresTests {
    @Test func everyProjectionIsRebuilt() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("stores-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let features = try DemoLender.features()
        var random = RandomSource(seed: 17)
        let applicant = Applicant.random(features, using: &random)
        var before: [UInt8] = []
        for isFirst in [true, false] {
            let lender = try Lender(
                try DemoLender.definition(), features: isFirst ? features : [], folder: folder)
            if isFirst {
                try lender.put([("anna", applicant)])
                let application = DecisionRoadTests.Application(
                    name: "anna", applicant: applicant, company: .besideFlagged, amount: 1,
                    months: 1)
                try DecisionRoadTests.link([application], lender)
            }
            #expect(lender.registry.definitions.count == features.count)
            let plan = try lender.decide(lender.request("anna"))
            let response = try lender.body(plan).response
            #expect(try lender.reply(plan).messages(5).count == 1, "the link warns")
            if isFirst { before = response } else { #expect(response == before) }
            try lender.journal.close()
        }
    }

    /// A score asked for directly is the model's, with its reasons when they are asked for.
    @Test func scoresDirectly() throws {
        let features = try DemoLender.features(reversed: true)
        let lender = try Lender(try DemoLender.definition(), features: features)
        var random = RandomSource(seed: 18)
        let applicant = Applicant.random(features, using: &random)
        try lender.put([("anna", applicant)])
        let model = try DemoLender.model("german_scorecard.yaml")
        let bound = try #require(try lender.room.plan.models["german_scorecard"]?.get())
        let values = applicant.values(for: model)
        let wanted = model.score(values.span)
        for explains in [false, true] {
            let reply = try #require(
                lender.scratch.score(
                    DemoLender.subject("anna"), by: bound, tenant: DemoLender.tenant,
                    features: lender.stores.features, explains: explains))
            #expect(reply.probability == wanted.probability && reply.points == wanted.points)
            #expect(reply.missingCount == values.count(where: \.isNaN))
            #expect(reply.reasons.isEmpty != explains)
        }
        let stranger = lender.scratch.score(
            DemoLender.subject("nobody"), by: bound, tenant: DemoLender.tenant,
            features: lender.stores.features, explains: true)
        #expect(stranger == nil)
    }
}
