internal import CMessages

extension Codec {
    /// RegisterFeaturesResponse.
    public func registerFeaturesReply(featureCount: Int) -> [UInt8] {
        unsafe encode(Schemas.registerFeaturesResponse) { reply in
            unsafe reply.feature_count = UInt32(featureCount)
        }
    }

    /// PutFeaturesResponse.
    public func putFeaturesReply(rowCount: Int, valueCount: Int) -> [UInt8] {
        unsafe encode(Schemas.putFeaturesResponse) { reply in
            unsafe reply.row_count = UInt32(rowCount)
            unsafe reply.value_count = UInt32(valueCount)
        }
    }

    /// ListFeaturesResponse; `next` is the first feature of the next page, nil on the last.
    public func listFeaturesReply(_ features: [FeatureDefinitionMessage], next: Int?) -> [UInt8] {
        unsafe encode(Schemas.listFeaturesResponse) { reply in
            unsafe reply.n_features = features.count
            unsafe reply.features = list(features.count) { index in
                unsafe Optional(definition(features[index]))
            }
            unsafe reply.next_page_token = text(next.map(String.init) ?? "")
        }
    }

    private func definition(
        _ feature: FeatureDefinitionMessage
    ) -> UnsafeMutablePointer<Creditrisk__V1__FeatureDefinition> {
        unsafe make(Schemas.featureDefinition) { message in
            unsafe message.name = text(feature.name)
            unsafe message.type = Creditrisk__V1__FeatureType(rawValue: UInt32(feature.type))
            unsafe message.n_categories = feature.categories.count
            unsafe message.categories = list(feature.categories.count) { index in
                unsafe Optional(text(feature.categories[index]))
            }
            unsafe message.source = text(feature.source)
            unsafe message.owner = text(feature.owner)
            unsafe message.description = text(feature.description)
            unsafe message.prohibited_basis = Creditrisk__V1__ProhibitedBasis(
                rawValue: UInt32(feature.prohibitedBasis))
            unsafe message.personal_data = feature.isPersonalData ? 1 : 0
            unsafe message.feature_id = feature.featureID
        }
    }

    /// GetFeaturesResponse; both lists of the same length.
    public func getFeaturesReply(_ values: [NamedValue], asOfMicros: [Int64]) -> [UInt8] {
        unsafe encode(Schemas.getFeaturesResponse) { reply in
            unsafe reply.n_values = values.count
            unsafe reply.values = list(values.count) { index in
                unsafe Optional(namedValue(values[index]))
            }
            unsafe reply.n_as_of_micros = asOfMicros.count
            unsafe reply.as_of_micros = list(asOfMicros.count) { asOfMicros[$0] }
        }
    }

    private func namedValue(
        _ named: NamedValue
    ) -> UnsafeMutablePointer<Creditrisk__V1__FeatureValue> {
        unsafe make(Schemas.featureValue) { message in
            unsafe message.name = text(named.name)
            switch named.value {
            case .number(let number):
                unsafe message.value_case = CREDITRISK__V1__FEATURE_VALUE__VALUE_NUMBER
                unsafe message.number = number
            case .integer(let integer):
                unsafe message.value_case = CREDITRISK__V1__FEATURE_VALUE__VALUE_INTEGER
                unsafe message.integer = integer
            case .boolean(let boolean):
                unsafe message.value_case = CREDITRISK__V1__FEATURE_VALUE__VALUE_BOOLEAN
                unsafe message.boolean = boolean ? 1 : 0
            case .category(let category):
                unsafe message.value_case = CREDITRISK__V1__FEATURE_VALUE__VALUE_CATEGORY
                unsafe message.category = text(category)
            case .timeMicros(let micros):
                unsafe message.value_case = CREDITRISK__V1__FEATURE_VALUE__VALUE_TIME_MICROS
                unsafe message.time_micros = micros
            }
        }
    }
}
