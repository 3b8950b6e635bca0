import Domain
import Features
import Foundation
import Ground
import Messages
import Scoring
import Testing

@testable import Decisions

let euro = Currency(code: "EUR") ?? Currency(packed: 0)

/// The demo's features, models and policy, found from this source file.
enum DemoLender {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/riskd/Demo")
    static let tenant = TenantID(7)
    static let key = HashKey(first: 11, second: 13)
    static let product = hash("instalment")
    static let policyHash: [UInt8] = [1, 2, 3]
    static let modelHashes: [[UInt8]] = [[4], [5]]

    static func hash(_ name: String) -> Hash128 { SipHash.hash(name.utf8, key: key) }

    static func subject(_ name: String) -> SubjectID { SubjectID(hash(name)) }

    private static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: path)))
    }

    /// The registry's definitions; `reversed` lists every category backwards.
    static func features(reversed: Bool = false) throws -> [FeatureDefinition] {
        let json = try JSONSerialization.jsonObject(with: Data(bytes("features.json")))
        return try #require(json as? [[String: Any]]).map { feature in
            let categories = try #require(feature["categories"] as? [String])
            let type: FeatureType =
                switch try #require(feature["type"] as? String) {
                case "CATEGORY":
                    .category(dictionary: reversed ? categories.reversed() : categories)
                case "INTEGER": .integer
                default: .number
                }
            return FeatureDefinition(
                name: try #require(feature["name"] as? String), type: type,
                prohibitedBasis: feature["prohibited"] as? String == "NEVER" ? .never : .none)
        }
    }

    static func model(_ name: String) throws -> Model {
        try ModelFile.load(name: name, bytes: try bytes("models/\(name)")) {
            try? bytes("models/\($0)")
        }
    }

    /// The policy's text, with changes made to it.
    static func policy(_ changes: [(from: String, to: String)] = []) throws -> LoadedPolicy {
        var yaml = String(decoding: try bytes("policy.yaml"), as: UTF8.self)
        for change in changes {
            #expect(yaml.contains(change.from))
            yaml = yaml.replacing(change.from, with: change.to)
        }
        return LoadedPolicy(
            path: "policy.yaml", yaml: yaml, products: ["instalment"], hash: policyHash)
    }

    static func definition(policy: LoadedPolicy? = nil) throws -> TenantDefinition {
        TenantDefinition(
            tenant: tenant, name: "demo", identifierKey: key,
            models: [
                LoadedModel(model: try model("german_scorecard.yaml"), hash: modelHashes[0]),
                LoadedModel(model: try model("german_trees.yaml"), hash: modelHashes[1]),
            ], policies: [try policy ?? Self.policy()])
    }
}

/// What an applicant said, by names: independent of any registry's numbers and codes.
struct Applicant {
    enum Answer: Equatable {
        case number(Double)
        case category(String)
    }

    var answers: [String: Answer] = [:]

    /// A random applicant; about one answer in thirty is missing.
    static func random(
        _ features: [FeatureDefinition], using random: inout RandomSource
    ) -> Applicant {
        let ranges: [String: ClosedRange<Int>] = [
            "duration_months": 4...72, "credit_amount_dm": 250...18_000, "age_years": 19...75,
            "dependants": 1...2,
        ]
        var applicant = Applicant()
        for feature in features where Int.random(in: 0..<30, using: &random) > 0 {
            if case .category(let names) = feature.type {
                let name = names[Int.random(in: 0..<names.count, using: &random)]
                applicant.answers[feature.name] = .category(name)
            } else {
                let number = Int.random(in: ranges[feature.name] ?? 1...4, using: &random)
                applicant.answers[feature.name] = .number(Double(number))
            }
        }
        return applicant
    }

    /// The row as a registry stores it.
    func put(_ name: String, _ registry: FeatureRegistry) throws -> FeaturePut {
        var ids: [FeatureID] = []
        var values: [Double] = []
        for (feature, answer) in answers.sorted(by: { $0.key < $1.key }) {
            guard let id = registry.id(named: feature) else { continue }
            ids.append(id)
            switch answer {
            case .number(let number): values.append(number)
            case .category(let name): values.append(try registry.value(ofCategory: name, for: id))
            }
        }
        return FeaturePut(
            subject: DemoLender.subject(name), ids: ids, values: values, asOfMicros: 1)
    }

    /// The row as a model reads it: its own order, its own codes, NaN for what is missing.
    func values(for model: Model) -> [Double] {
        model.description.inputs.map { input in
            switch answers[input.feature] {
            case .number(let number): number
            case .category(let name):
                input.categories?.firstIndex(of: name).map(Double.init) ?? .nan
            case nil: .nan
            }
        }
    }
}
