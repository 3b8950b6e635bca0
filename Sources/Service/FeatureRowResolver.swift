internal import Domain
internal import Features
internal import GRPC
internal import Messages

/// Finds a row's features in the registry and checks every value against its definition.
///
/// Errors: `Status`, with the field's path.
struct FeatureRowResolver {
    let registry: FeatureRegistry
    /// Path of the row in its message.
    let field: String

    /// Reason: clocks of two machines differ by minutes; a value dated a day ahead would hide
    /// every true one until then.
    static let aheadMicrosMax: Int64 = 86_400_000_000

    func resolve(_ row: FeatureRowMessage, nowMicros: Int64) throws -> FeaturePut {
        guard row.asOfMicros <= nowMicros + Self.aheadMicrosMax else {
            throw Refusal.status(
                .invalidArgument, "TIME_OUT_OF_RANGE",
                "as_of_micros must not be more than a day ahead", field: "\(field).as_of_micros")
        }
        var ids: [FeatureID] = []
        var values: [Double] = []
        for (index, number) in row.featureIDs.enumerated() {
            let path = "\(field).columns.feature_ids[\(index)]"
            guard let raw = UInt16(exactly: number), registry.definition(of: FeatureID(raw)) != nil
            else {
                throw Refusal.status(
                    .invalidArgument, "FEATURE_UNKNOWN", "no feature has the number \(number)",
                    field: path)
            }
            try add(row.values[index], FeatureID(raw), path, &ids, &values)
        }
        for (index, named) in row.named.enumerated() {
            let path = "\(field).values[\(index)]"
            guard let id = registry.id(named: named.name) else {
                throw Refusal.feature(.featureUnknown(feature: named.name), field: path)
            }
            try add(try value(of: named, id, path), id, path, &ids, &values)
        }
        guard Set(ids).count == ids.count else {
            throw Refusal.status(
                .invalidArgument, "VALUE_TWICE", "a feature stands twice in the row", field: field)
        }
        return FeaturePut(
            subject: row.subject, ids: ids, values: values,
            asOfMicros: row.asOfMicros == 0 ? nowMicros : row.asOfMicros)
    }

    private func add(
        _ value: Double, _ id: FeatureID, _ path: String, _ ids: inout [FeatureID],
        _ values: inout [Double]
    ) throws {
        do throws(FeatureError) {
            try registry.check(value, for: id)
        } catch {
            throw Refusal.feature(error, field: path)
        }
        ids.append(id)
        values.append(value)
    }

    /// The double of a named value; its case must be the feature's own type.
    private func value(of named: NamedValue, _ id: FeatureID, _ path: String) throws -> Double {
        guard let definition = registry.definition(of: id) else {
            preconditionFailure("the id came from this registry")
        }
        switch (definition.type, named.value) {
        case (.number, .number(let number)): return number
        case (.integer, .integer(let integer)):
            // Beyond 2^53 a double is not the integer any more: refuse, never round.
            guard let exact = Double(exactly: integer) else {
                throw Refusal.feature(.valueOutOfRange(feature: named.name), field: path)
            }
            return exact
        case (.boolean, .boolean(let boolean)): return boolean ? 1 : 0
        case (.time, .timeMicros(let micros)):
            guard let exact = Double(exactly: micros) else {
                throw Refusal.feature(.valueOutOfRange(feature: named.name), field: path)
            }
            return exact
        case (.category, .category(let name)):
            do throws(FeatureError) {
                return try registry.value(ofCategory: name, for: id)
            } catch {
                throw Refusal.feature(error, field: path)
            }
        default:
            throw Refusal.status(
                .invalidArgument, "VALUE_TYPE_MISMATCH",
                "\(named.name) takes values of the type \(definition.type.name)", field: path)
        }
    }
}

extension NamedValue {
    /// A stored value as the wire shows it; nil when the registry no longer knows the number.
    init?(_ value: Double, of id: FeatureID, _ registry: FeatureRegistry) {
        guard let definition = registry.definition(of: id) else { return nil }
        let shown: Value =
            switch definition.type {
            case .number: .number(value)
            case .integer: .integer(Int64(value))
            case .boolean: .boolean(value != 0)
            case .time: .timeMicros(Int64(value))
            case .category: .category(registry.category(of: value, in: id) ?? "")
            }
        self.init(name: definition.name, value: shown)
    }
}

extension FeatureDefinition {
    /// Bytes of its name, texts and categories, about what it takes on the wire.
    var textByteCount: Int {
        var count = name.utf8.count + source.utf8.count + owner.utf8.count
        count += description.utf8.count
        if case .category(let names) = type {
            for name in names { count += name.utf8.count + 4 }
        }
        return count
    }

    /// A definition as it came; the message's own bounds are checked already.
    init(_ message: FeatureDefinitionMessage) {
        let type: FeatureType =
            switch message.type {
            case 2: .integer
            case 3: .boolean
            case 4: .category(dictionary: message.categories)
            case 5: .time
            default: .number
            }
        let basis: ProhibitedBasis =
            switch message.prohibitedBasis {
            case 2: .monitoringOnly
            case 3: .never
            default: .none
            }
        self.init(
            name: message.name, type: type, source: message.source, owner: message.owner,
            description: message.description,
            personalData: message.isPersonalData ? .personal : .none, prohibitedBasis: basis)
    }
}

extension FeatureDefinitionMessage {
    /// A registered definition as the wire shows it.
    init(_ definition: FeatureDefinition, number: UInt32) {
        let type: (number: UInt8, categories: [String]) =
            switch definition.type {
            case .number: (1, [])
            case .integer: (2, [])
            case .boolean: (3, [])
            case .category(let names): (4, names)
            case .time: (5, [])
            }
        let basis: UInt8 =
            switch definition.prohibitedBasis {
            case .none: 1
            case .monitoringOnly: 2
            case .never: 3
            }
        self.init(
            name: definition.name, type: type.number, categories: type.categories,
            source: definition.source, owner: definition.owner,
            description: definition.description, prohibitedBasis: basis,
            isPersonalData: definition.personalData != .none, featureID: number)
    }
}
