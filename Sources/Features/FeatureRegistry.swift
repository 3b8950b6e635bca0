public import Domain

/// A tenant's features as of one moment: an immutable snapshot, swapped whole on a change.
///
/// Numbers are dense, from 0, in the order of registration, and never change their meaning.
/// Thread: any. Complexity: look-ups by number are array accesses, by name one hash look-up.
public final class FeatureRegistry: Sendable {
    /// Reason: presence bitmaps stay within 1 KiB and a number within 16 bits.
    public static let featureCountMax = 8_192
    /// Reason: category names are what humans compare; longer ones are free text.
    public static let categoryByteCountMax = 256

    /// Every definition; the position is the feature's number.
    public let definitions: [FeatureDefinition]
    private let numbers: [String: UInt16]
    /// Codes by category name, for the category features only, by feature number.
    private let codes: [UInt16: [String: UInt16]]

    /// A tenant without features.
    public static let empty = FeatureRegistry(definitions: [], numbers: [:], codes: [:])

    private init(
        definitions: [FeatureDefinition], numbers: [String: UInt16],
        codes: [UInt16: [String: UInt16]]
    ) {
        self.definitions = definitions
        self.numbers = numbers
        self.codes = codes
    }

    /// The number of a registered name.
    public func id(named name: String) -> FeatureID? { numbers[name].map(FeatureID.init) }

    /// The definition of a number.
    public func definition(of id: FeatureID) -> FeatureDefinition? {
        Int(id.rawValue) < definitions.count ? definitions[Int(id.rawValue)] : nil
    }

    /// The code of a category's name.
    public func code(of category: String, in id: FeatureID) -> UInt16? {
        codes[id.rawValue]?[category]
    }

    /// The name of a category's code; nil when the feature is no category or the code is unknown.
    public func category(of value: Double, in id: FeatureID) -> String? {
        guard case .category(let dictionary)? = definition(of: id)?.type,
            let code = Int(exactly: value), dictionary.indices.contains(code)
        else { return nil }
        return dictionary[code]
    }

    /// The registry with `added` taken in: all of them or none.
    ///
    /// A definition equal to the registered one changes nothing; a category dictionary may grow at
    /// its end, which raises the feature's version. Returns `self` when nothing changed.
    /// Errors: `FeatureError` naming the first offending feature.
    public func registering(_ added: [FeatureDefinition]) throws(FeatureError) -> FeatureRegistry {
        var definitions = definitions
        var numbers = numbers
        var codes = codes
        var namedHere: Set<String> = []
        var changed = false
        for definition in added {
            guard namedHere.insert(definition.name).inserted else {
                throw .namedTwice(feature: definition.name)
            }
            let codesHere = try Self.checked(definition)
            if let number = numbers[definition.name] {
                let known = definitions[Int(number)]
                guard let grown = try Self.evolved(known, to: definition) else { continue }
                definitions[Int(number)] = grown
                codes[number] = codesHere
            } else {
                guard definitions.count < Self.featureCountMax else {
                    throw .registryFull(feature: definition.name)
                }
                let number = UInt16(definitions.count)
                numbers[definition.name] = number
                codes[number] = codesHere
                definitions.append(definition)
                definitions[Int(number)].version = 1
            }
            changed = true
        }
        guard changed else { return self }
        return FeatureRegistry(definitions: definitions, numbers: numbers, codes: codes)
    }

    /// The same features with the versions that a checkpoint kept.
    func withVersions(of kept: [FeatureDefinition]) -> FeatureRegistry {
        var versioned = definitions
        for index in versioned.indices { versioned[index].version = kept[index].version }
        return FeatureRegistry(definitions: versioned, numbers: numbers, codes: codes)
    }

    /// Checks one definition on its own; returns the codes of its categories, if it has any.
    private static func checked(
        _ definition: FeatureDefinition
    ) throws(FeatureError) -> [String: UInt16]? {
        let name = definition.name
        guard FeatureDefinition.isName(name) else { throw .nameInvalid(feature: name) }
        let texts = [
            ("source", definition.source), ("owner", definition.owner),
            ("description", definition.description),
        ]
        for (field, text) in texts where text.utf8.count > FeatureDefinition.textByteCountMax {
            throw .textTooLong(feature: name, field: field)
        }
        guard case .category(let dictionary) = definition.type else { return nil }
        guard (1...FeatureType.dictionaryCountMax).contains(dictionary.count) else {
            throw .dictionarySizeInvalid(feature: name, count: dictionary.count)
        }
        var codes: [String: UInt16] = [:]
        codes.reserveCapacity(dictionary.count)
        for (position, category) in dictionary.enumerated() {
            guard !category.isEmpty, category.utf8.count <= categoryByteCountMax,
                codes.updateValue(UInt16(position), forKey: category) == nil
            else { throw .categoryNameInvalid(feature: name, position: position) }
        }
        return codes
    }

    /// What `known` becomes when registered again as `wanted`; nil when they are equal.
    private static func evolved(
        _ known: FeatureDefinition, to wanted: FeatureDefinition
    ) throws(FeatureError) -> FeatureDefinition? {
        let differences: [(String, Bool)] = [
            ("type", known.type.name != wanted.type.name),
            ("source", known.source != wanted.source),
            ("owner", known.owner != wanted.owner),
            ("description", known.description != wanted.description),
            ("personal-data class", known.personalData != wanted.personalData),
            ("prohibited basis", known.prohibitedBasis != wanted.prohibitedBasis),
        ]
        for (field, differs) in differences where differs {
            throw .meaningChanged(feature: known.name, field: field)
        }
        guard case .category(let old) = known.type, case .category(let new) = wanted.type,
            old != new
        else { return nil }
        for (position, category) in old.enumerated() {
            guard position < new.count, new[position] == category else {
                throw .dictionaryChanged(feature: known.name, position: position)
            }
        }
        var grown = wanted
        grown.version = known.version + 1
        return grown
    }
}
