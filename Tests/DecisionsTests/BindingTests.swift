import Domain
import Features
import Foundation
import Ground
import Messages
import Policy
import Scoring
import Testing

@testable import Decisions

/// Models and policies found in a registry, or why not.
@Suite struct BindingTests {
    private func registry(_ features: [FeatureDefinition]) throws -> FeatureRegistry {
        try FeatureRegistry.empty.registering(features)
    }

    private func fault(_ plan: TenantPlan, model: String) throws -> BindingFault? {
        let result = try #require(plan.models[model])
        if case .failure(let fault) = result { return fault }
        return nil
    }

    private func problem(_ plan: TenantPlan) throws -> String? {
        let result = try #require(plan.policies[DemoLender.product])
        if case .failure(let fault) = result { return fault.description }
        return nil
    }

    @Test func registryThatGrowsLaterBinds() throws {
        let features = try DemoLender.features()
        let room = TenantRoom(try DemoLender.definition())
        guard
            case .featuresMissing(let names)? = try fault(room.plan, model: "german_scorecard")
        else {
            Issue.record("a model was bound to nothing")
            return
        }
        #expect(names.count == BoundModel.namedMax, "a message that a person can read")
        #expect(try problem(room.plan)?.contains("checking_status") == true)

        room.bind(try registry(Array(features.dropLast(2))))
        #expect(
            try fault(room.plan, model: "german_trees") == .featuresMissing(["telephone"]))
        #expect(try problem(room.plan)?.hasPrefix("policy.yaml: line ") == true)

        room.bind(try registry(features))
        #expect(try fault(room.plan, model: "german_scorecard") == nil)
        #expect(try fault(room.plan, model: "german_trees") == nil)
        #expect(try problem(room.plan) == nil)
    }

    @Test(arguments: [ProhibitedBasis.never, .monitoringOnly])
    func prohibitedFeaturesBindNothing(basis: ProhibitedBasis) throws {
        var features = try DemoLender.features()
        let index = try #require(features.firstIndex { $0.name == "checking_status" })
        features[index].prohibitedBasis = basis
        let room = TenantRoom(try DemoLender.definition())
        room.bind(try registry(features))
        for model in ["german_scorecard", "german_trees"] {
            #expect(
                try fault(room.plan, model: model) == .featureProhibited("checking_status"))
        }
        #expect(try problem(room.plan)?.contains("checking_status is prohibited") == true)
    }

    /// The law's features stand in the registry; a policy that reads one does not bind.
    @Test(arguments: ["age_years", "sex_and_marital_status", "foreign_worker"])
    func policyMayNotReadProhibitedFeatures(name: String) throws {
        let policy = try DemoLender.policy([
            ("inputs:\n  - checking_status\n", "inputs:\n  - \(name)\n  - checking_status\n")
        ])
        let room = TenantRoom(try DemoLender.definition(policy: policy))
        room.bind(try registry(try DemoLender.features()))
        #expect(try problem(room.plan)?.contains("\(name) is prohibited") == true)
    }

    struct BadPolicy: CustomTestStringConvertible {
        var from: String
        var to: String
        var problem: String
        var testDescription: String { problem }
    }

    @Test(arguments: [
        BadPolicy(
            from: "graph.sharers.device", to: "graph.sharers.dog",
            problem: "policy.yaml: there is no kind of entity called dog"),
        BadPolicy(
            from: "model.german_trees.pd", to: "model.oracle.pd",
            problem: "there is no model oracle"),
        BadPolicy(
            from: "value: unemployed", to: "value: idle",
            problem: "there is no category \"idle\""),
    ])
    func policyFaultsSayWhat(row: BadPolicy) throws {
        let policy = try DemoLender.policy([(row.from, row.to)])
        let room = TenantRoom(try DemoLender.definition(policy: policy))
        room.bind(try registry(try DemoLender.features()))
        let problem = try #require(try problem(room.plan))
        #expect(problem.contains(row.problem), "\(problem)")
        #expect(problem.hasPrefix("policy.yaml"))
    }

    /// Codes of a registry in another order, with a name that the model has never heard of.
    @Test func codesAreTranslated() throws {
        var features = try DemoLender.features()
        let index = try #require(features.firstIndex { $0.name == "housing" })
        guard case .category(let names) = features[index].type else {
            Issue.record("housing is a category")
            return
        }
        features[index].type = .category(dictionary: ["tent"] + names.reversed())
        let model = try DemoLender.model("german_scorecard.yaml")
        let bound = try BoundModel(model, hash: [], registry: try registry(features))
        let position = try #require(model.inputNames.firstIndex(of: "housing"))
        var translated: [Double] = []
        for code in 0...names.count {
            var values = [Double](repeating: .nan, count: model.inputNames.count)
            values[position] = Double(code)
            bound.translate(&values)
            translated.append(values[position])
            #expect(values.indices.allSatisfy { $0 == position || values[$0].isNaN })
        }
        #expect(translated[0].isNaN, "an unknown category is a missing one")
        #expect(translated.dropFirst().elementsEqual([2, 1, 0]))
    }
}
