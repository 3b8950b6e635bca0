internal import CMessages
public import Domain
public import Ground

/// One definition of RegisterFeaturesRequest, as it came; the registry checks its meaning.
public struct FeatureDefinitionMessage: Sendable {
    public var name: String
    /// 1 number, 2 integer, 3 boolean, 4 category, 5 time.
    public var type: UInt8
    public var categories: [String]
    public var source: String
    public var owner: String
    public var description: String
    /// 1 none, 2 monitoring only, 3 never.
    public var prohibitedBasis: UInt8
    public var isPersonalData: Bool
    /// The number in the registry; only in replies.
    public var featureID: UInt32

    /// All fields as given.
    public init(
        name: String, type: UInt8, categories: [String], source: String, owner: String,
        description: String, prohibitedBasis: UInt8, isPersonalData: Bool, featureID: UInt32
    ) {
        self.name = name
        self.type = type
        self.categories = categories
        self.source = source
        self.owner = owner
        self.description = description
        self.prohibitedBasis = prohibitedBasis
        self.isPersonalData = isPersonalData
        self.featureID = featureID
    }
}

/// RegisterFeaturesRequest, checked.
public struct RegisterFeaturesRequest: Sendable {
    public var requestKey: Hash128
    public var features: [FeatureDefinitionMessage]
}

/// ListFeaturesRequest, checked: which part of the registry.
public struct ListFeaturesRequest: Sendable {
    public var pageSize: Int
    /// Number of the first feature of the page.
    public var first: Int
}

/// One value by name, of whatever type it came in.
public struct NamedValue: Sendable, Equatable {
    /// A value as the wire knows it.
    public enum Value: Sendable, Equatable {
        case number(Double)
        case integer(Int64)
        case boolean(Bool)
        case category(String)
        case timeMicros(Int64)
    }
    public var name: String
    public var value: Value

    /// Both fields as given.
    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// One row of PutFeaturesRequest, checked but for what only the registry knows.
public struct FeatureRowMessage: Sendable {
    public var subject: SubjectID
    public var featureIDs: [UInt32]
    public var values: [Double]
    public var named: [NamedValue]
    /// 0 means the time of the call.
    public var asOfMicros: Int64
}

/// PutFeaturesRequest, checked.
public struct PutFeaturesRequest: Sendable {
    public var requestKey: Hash128
    public var rows: [FeatureRowMessage]
}

/// GetFeaturesRequest, checked.
public struct GetFeaturesRequest: Sendable {
    public var subject: SubjectID
    public var names: [String]
}

extension Codec {
    /// FeatureService.RegisterFeatures.
    public func registerFeatures(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> RegisterFeaturesRequest {
        try unsafe decode(Schemas.registerFeaturesRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let count = unsafe try FieldRules.count(
                message.n_features, "features", max: FeatureBounds.definitionsMax)
            var features: [FeatureDefinitionMessage] = []
            features.reserveCapacity(count)
            for index in 0..<count {
                guard let item = unsafe message.features[index] else { continue }
                do throws(MessageFault) {
                    features.append(unsafe try Self.definition(item.pointee))
                } catch {
                    throw error.inside("features[\(index)]")
                }
            }
            return RegisterFeaturesRequest(requestKey: requestKey, features: features)
        }
    }

    private static func definition(
        _ message: Creditrisk__V1__FeatureDefinition
    ) throws(MessageFault) -> FeatureDefinitionMessage {
        let name = unsafe try FieldRules.requiredText(
            message.name, "name", max: FeatureBounds.nameBytesMax)
        let type = unsafe message.type.rawValue
        guard (1...5).contains(type) else {
            throw MessageFault(.featureTypeMissing, field: "type", "type must be a known type")
        }
        let basis = unsafe message.prohibited_basis.rawValue
        guard basis <= 3 else {
            throw MessageFault(
                .valueTypeMismatch, field: "prohibited_basis", "prohibited_basis is not known")
        }
        let categoryCount = unsafe message.n_categories
        guard categoryCount <= FeatureBounds.categoriesMax else {
            throw MessageFault(
                .tooManyItems, field: "categories",
                "categories has more than \(FeatureBounds.categoriesMax) items")
        }
        var categories: [String] = []
        for index in 0..<categoryCount {
            categories.append(
                unsafe try FieldRules.requiredText(
                    message.categories[index], "categories[\(index)]",
                    max: FieldRules.identifierBytesMax))
        }
        return unsafe try FeatureDefinitionMessage(
            name: name, type: UInt8(type), categories: categories,
            source: FieldRules.optional(message.source, "source"),
            owner: FieldRules.optional(message.owner, "owner"),
            description: FieldRules.optional(message.description, "description"),
            prohibitedBasis: UInt8(max(basis, 1)), isPersonalData: message.personal_data != 0,
            featureID: 0)
    }

    /// FeatureService.ListFeatures.
    public func listFeatures(_ bytes: Span<UInt8>) throws(MessageFault) -> ListFeaturesRequest {
        try unsafe decode(Schemas.listFeaturesRequest, bytes) { message throws(MessageFault) in
            let size = unsafe Int(message.page_size)
            guard (0...FeatureBounds.pageSizeMax).contains(size) else {
                throw MessageFault(
                    .countOutOfRange, field: "page_size",
                    "page_size must be from 1 to \(FeatureBounds.pageSizeMax), or 0 for 100")
            }
            let token = unsafe try FieldRules.optional(message.page_token, "page_token")
            guard let first = token.isEmpty ? 0 : Int(token),
                (0...FeatureBounds.registryMax).contains(first)
            else {
                throw MessageFault(
                    .pageTokenInvalid, field: "page_token",
                    "page_token must come from an earlier page")
            }
            return ListFeaturesRequest(pageSize: size == 0 ? 100 : size, first: first)
        }
    }

    /// FeatureService.PutFeatures.
    public func putFeatures(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> PutFeaturesRequest {
        try unsafe decode(Schemas.putFeaturesRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let count = unsafe try FieldRules.count(
                message.n_rows, "rows", max: FeatureBounds.rowsMax)
            var rows: [FeatureRowMessage] = []
            rows.reserveCapacity(count)
            for index in 0..<count {
                guard let row = unsafe message.rows[index] else { continue }
                do throws(MessageFault) {
                    rows.append(unsafe try Self.row(row.pointee, key: key))
                } catch {
                    throw error.inside("rows[\(index)]")
                }
            }
            return PutFeaturesRequest(requestKey: requestKey, rows: rows)
        }
    }

    private static func row(
        _ message: Creditrisk__V1__FeatureRow, key: HashKey
    ) throws(MessageFault) -> FeatureRowMessage {
        let subject = unsafe try FieldRules.identifier(message.subject_id, "subject_id", key: key)
        var row = FeatureRowMessage(
            subject: SubjectID(subject), featureIDs: [], values: [], named: [],
            asOfMicros: unsafe try FieldRules.timeMicros(message.as_of_micros, "as_of_micros"))
        if let columns = unsafe message.columns?.pointee {
            (row.featureIDs, row.values) = unsafe try Self.columns(columns, "columns")
        }
        for index in unsafe 0..<message.n_values {
            guard let value = unsafe message.values[index] else { continue }
            row.named.append(unsafe try namedValue(value.pointee, "values[\(index)]"))
        }
        guard !row.values.isEmpty || !row.named.isEmpty else {
            throw MessageFault(.fieldMissing, field: "columns", "the row holds no value")
        }
        return row
    }

    static func columns(
        _ message: Creditrisk__V1__FeatureColumns, _ field: String
    ) throws(MessageFault) -> (ids: [UInt32], values: [Double]) {
        guard unsafe message.n_feature_ids == message.n_values else {
            throw MessageFault(
                .columnsUneven, field: field,
                "\(field) must have as many values as feature_ids")
        }
        let ids = unsafe [UInt32](
            UnsafeBufferPointer(start: message.feature_ids, count: message.n_feature_ids))
        let values = unsafe [Double](
            UnsafeBufferPointer(start: message.values, count: message.n_values))
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw MessageFault(
                .valueNotFinite, field: "\(field).values[\(bad)]",
                "a value must be a finite number")
        }
        return (ids, values)
    }

    private static func namedValue(
        _ message: Creditrisk__V1__FeatureValue, _ field: String
    ) throws(MessageFault) -> NamedValue {
        let name = unsafe try FieldRules.requiredText(
            message.name, "\(field).name", max: FeatureBounds.nameBytesMax)
        let value: NamedValue.Value
        switch unsafe message.value_case {
        case CREDITRISK__V1__FEATURE_VALUE__VALUE_NUMBER:
            guard unsafe message.number.isFinite else {
                throw MessageFault(
                    .valueNotFinite, field: "\(field).number", "a value must be a finite number")
            }
            value = unsafe .number(message.number)
        case CREDITRISK__V1__FEATURE_VALUE__VALUE_INTEGER:
            value = unsafe .integer(try whole(message.integer, "\(field).integer"))
        case CREDITRISK__V1__FEATURE_VALUE__VALUE_BOOLEAN:
            value = unsafe .boolean(message.boolean != 0)
        case CREDITRISK__V1__FEATURE_VALUE__VALUE_CATEGORY:
            value = unsafe .category(
                try FieldRules.optional(message.category, "\(field).category"))
        case CREDITRISK__V1__FEATURE_VALUE__VALUE_TIME_MICROS:
            value = unsafe .timeMicros(try whole(message.time_micros, "\(field).time_micros"))
        default:
            throw MessageFault(.fieldMissing, field: "\(field).value", "the value is missing")
        }
        return NamedValue(name: name, value: value)
    }

    /// A whole number that a double holds exactly: values are stored as doubles.
    private static func whole(_ value: Int64, _ field: String) throws(MessageFault) -> Int64 {
        guard value.magnitude <= FeatureBounds.wholeMagnitudeMax else {
            throw MessageFault(
                .valueTypeMismatch, field: field,
                "a whole number must lie within \(FeatureBounds.wholeMagnitudeMax) of zero")
        }
        return value
    }

    /// FeatureService.GetFeatures.
    public func getFeatures(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> GetFeaturesRequest {
        try unsafe decode(Schemas.getFeaturesRequest, bytes) { message throws(MessageFault) in
            let subject = unsafe try FieldRules.identifier(
                message.subject_id, "subject_id", key: key)
            let count = unsafe message.n_names
            guard count <= FeatureBounds.registryMax else {
                throw MessageFault(
                    .tooManyItems, field: "names",
                    "names has more than \(FeatureBounds.registryMax) items")
            }
            var names: [String] = []
            for index in 0..<count {
                names.append(
                    unsafe try FieldRules.requiredText(
                        message.names[index], "names[\(index)]", max: FeatureBounds.nameBytesMax))
            }
            return GetFeaturesRequest(subject: SubjectID(subject), names: names)
        }
    }
}

/// The bounds of FeatureService's messages.
public enum FeatureBounds {
    /// Definitions of one call.
    public static let definitionsMax = 4_096
    /// Features of one tenant.
    public static let registryMax = 8_192
    /// Names of one category feature.
    public static let categoriesMax = 65_536
    /// Bytes of a feature's name.
    public static let nameBytesMax = 128
    /// Rows of one PutFeatures.
    public static let rowsMax = 1_000
    /// Definitions of one page.
    public static let pageSizeMax = 1_000
    /// Bytes of names and texts that a page takes up before it ends early. Reason: clients take
    /// replies of at most 4 MiB, and one definition alone may have 3 MiB of categories.
    public static let pageBytesMax = 512 << 10
    /// 2^53: above it, whole numbers are not exact in a double.
    static let wholeMagnitudeMax: UInt64 = 9_007_199_254_740_992
}
