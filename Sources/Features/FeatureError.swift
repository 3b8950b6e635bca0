public import Domain

/// What is wrong with a feature definition or value. The caller's fault, never retryable as it is.
public enum FeatureError: Error, Hashable, Sendable {
    /// The name is not 1 to 128 bytes of `[a-z0-9_.]` starting with a letter.
    case nameInvalid(feature: String)
    /// The same name twice in one request.
    case namedTwice(feature: String)
    /// The registry is full: 8,192 features.
    case registryFull(feature: String)
    /// A registered feature's `field` differs; a new meaning needs a new name.
    case meaningChanged(feature: String, field: String)
    /// The new dictionary differs from the registered one at `position`; it may only grow at its
    /// end.
    case dictionaryChanged(feature: String, position: Int)
    /// More than 65,536 names, or none.
    case dictionarySizeInvalid(feature: String, count: Int)
    /// A dictionary name is empty, longer than 256 bytes, or there twice.
    case categoryNameInvalid(feature: String, position: Int)
    /// A text field is longer than 2,048 bytes.
    case textTooLong(feature: String, field: String)
    /// No feature has this name.
    case featureUnknown(feature: String)
    /// No feature has this number.
    case featureNumberUnknown(FeatureID)
    /// NaN or infinite.
    case valueNotFinite(feature: String)
    /// An integer or time feature got a fraction.
    case valueNotWhole(feature: String)
    /// Outside -2^53...2^53.
    case valueOutOfRange(feature: String)
    /// A boolean feature got something other than 0 or 1.
    case valueNotBoolean(feature: String)
    /// Not a code of the feature's dictionary.
    case categoryCodeUnknown(feature: String)
    /// Not a name of the feature's dictionary.
    case categoryUnknown(feature: String, category: String)

    /// The offending feature's name, or its number in words.
    public var feature: String {
        switch self {
        case .nameInvalid(let feature), .namedTwice(let feature), .registryFull(let feature),
            .meaningChanged(let feature, _), .dictionaryChanged(let feature, _),
            .dictionarySizeInvalid(let feature, _), .categoryNameInvalid(let feature, _),
            .textTooLong(let feature, _), .featureUnknown(let feature),
            .valueNotFinite(let feature), .valueNotWhole(let feature),
            .valueOutOfRange(let feature), .valueNotBoolean(let feature),
            .categoryCodeUnknown(let feature), .categoryUnknown(let feature, _):
            feature
        case .featureNumberUnknown(let id): "feature number \(id.rawValue)"
        }
    }
}

extension FeatureError: CustomStringConvertible {
    /// One sentence for the person who sent it.
    public var description: String {
        switch self {
        case .nameInvalid:
            "feature name must be 1 to 128 bytes of a-z, 0-9, _ and . starting with a letter"
        case .namedTwice(let feature): "\(feature) is named twice in one request"
        case .registryFull(let feature): "\(feature) does not fit: 8,192 features are registered"
        case .meaningChanged(let feature, let field):
            "\(feature) is registered with another \(field); register a new name"
        case .dictionaryChanged(let feature, let position):
            "\(feature) changes its dictionary at position \(position); it may only grow at the end"
        case .dictionarySizeInvalid(let feature, let count):
            "\(feature) has \(count) category names; 1 to 65,536 are allowed"
        case .categoryNameInvalid(let feature, let position):
            "\(feature) has an empty, overlong or repeated category name at position \(position)"
        case .textTooLong(let feature, let field): "\(feature) has a \(field) over 2,048 bytes"
        case .featureUnknown(let feature): "\(feature) is not a registered feature"
        case .featureNumberUnknown: "\(feature) is not registered"
        case .valueNotFinite(let feature): "\(feature) got a value that is not finite"
        case .valueNotWhole(let feature): "\(feature) takes whole numbers only"
        case .valueOutOfRange(let feature): "\(feature) got a value beyond 2^53"
        case .valueNotBoolean(let feature): "\(feature) takes 0 or 1 only"
        case .categoryCodeUnknown(let feature): "\(feature) has no category with that code"
        case .categoryUnknown(let feature, let category):
            "\(feature) has no category named \(category)"
        }
    }
}
