public import Domain
internal import Features
public import Messages
public import Scoring

/// Why a model cannot run on a tenant's registry.
public enum BindingFault: Error, Sendable, Equatable {
    /// The registry lacks features, or categories of them; at most 8 are named.
    case featuresMissing([String])
    /// The model reads a feature that the law or the lender forbids deciding by.
    case featureProhibited(String)
}

/// A model with its inputs found in a tenant's registry: what it reads, ready to gather.
///
/// Immutable; a registry change makes a new one. Thread: any.
public final class BoundModel: Sendable {
    /// Reason: an error message a person can read.
    static let namedMax = 8

    public let model: Model
    /// SHA-256 of the model's files.
    public let hash: [UInt8]
    /// The registry's numbers of the inputs, in the model's order.
    public let featureIDs: [FeatureID]
    /// For category inputs whose codes differ: the model's code of each registry code.
    private let codes: [[Double]?]

    /// Binds every input. Errors: `BindingFault`.
    init(_ model: Model, hash: [UInt8], registry: FeatureRegistry) throws(BindingFault) {
        var missing: [String] = []
        var ids: [FeatureID] = []
        var codes: [[Double]?] = []
        for input in model.description.inputs {
            guard let id = registry.id(named: input.feature),
                let definition = registry.definition(of: id)
            else {
                missing.append(input.feature)
                continue
            }
            guard definition.prohibitedBasis == .none else {
                throw .featureProhibited(input.feature)
            }
            ids.append(id)
            codes.append(Self.codes(of: definition, for: input))
        }
        guard missing.isEmpty else {
            throw .featuresMissing(Array(missing.prefix(BoundModel.namedMax)))
        }
        self.model = model
        self.hash = hash
        self.featureIDs = ids
        self.codes = codes
    }

    /// The model's code of each registry code, NaN where the model does not know the name; nil
    /// when both agree or the input is a number.
    private static func codes(
        of definition: FeatureDefinition, for input: ModelInput
    ) -> [Double]? {
        guard case .category(let names) = definition.type else { return nil }
        return input.translation(fromRegistryOrder: names)
    }

    /// What lowered the result most, in words; none for models that give no reasons.
    public func reasons(of values: Span<Double>) -> [ReasonMessage] {
        guard let ranked = model.rankedReasons(of: values) else { return [] }
        return (0..<ranked.count).compactMap { rank in
            model.reasonText(ofInput: ranked[rank].input).map { reason in
                ReasonMessage(
                    code: reason.code, text: reason.text, pointsLost: ranked[rank].pointsLost)
            }
        }
    }

    /// Turns gathered registry values into the model's own, in place.
    func translate(_ values: inout [Double]) {
        for (index, map) in codes.enumerated() {
            guard let map, let code = Int(exactly: values[index]) else { continue }
            values[index] = map.indices.contains(code) ? map[code] : .nan
        }
    }
}
