public import Domain

extension FeatureRegistry {
    /// Whole numbers of this size and below are exact in a `Double`.
    public static let wholeValueMax: Double = 9_007_199_254_740_992

    /// Checks that `value` is one that the feature may have.
    ///
    /// Errors: `FeatureError` naming the feature and what is wrong with its value.
    public func check(_ value: Double, for id: FeatureID) throws(FeatureError) {
        let number = Int(id.rawValue)
        guard number < definitions.count else { throw .featureNumberUnknown(id) }
        let name = definitions[number].name
        guard value.isFinite else { throw .valueNotFinite(feature: name) }
        switch definitions[number].type {
        case .number: return
        case .integer, .time:
            guard value == value.rounded(.towardZero) else { throw .valueNotWhole(feature: name) }
            guard value.magnitude <= Self.wholeValueMax else {
                throw .valueOutOfRange(feature: name)
            }
        case .boolean:
            guard value == 0 || value == 1 else { throw .valueNotBoolean(feature: name) }
        case .category(let dictionary):
            guard let code = Int(exactly: value), dictionary.indices.contains(code) else {
                throw .categoryCodeUnknown(feature: name)
            }
        }
    }

    /// Checks packed columns before they become a record.
    public func check(_ values: [Double], for ids: [FeatureID]) throws(FeatureError) {
        precondition(values.count == ids.count, "packed columns have one length")
        for index in ids.indices { try check(values[index], for: ids[index]) }
    }

    /// The value of a category given by name.
    public func value(ofCategory name: String, for id: FeatureID) throws(FeatureError) -> Double {
        guard let definition = definition(of: id) else { throw .featureNumberUnknown(id) }
        guard let code = code(of: name, in: id) else {
            throw .categoryUnknown(feature: definition.name, category: name)
        }
        return Double(code)
    }
}
