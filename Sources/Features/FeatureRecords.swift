public import Domain
public import Ground

/// One subject's values in a `featuresPut` record.
///
/// Body format: u8 1, u32 count, then each: subject hash, i64 as-of microseconds, u16 count, then
/// u16 feature and f64 value each.
public struct FeaturePut: Hashable, Sendable {
    /// Whose values they are.
    public var subject: SubjectID
    /// Feature numbers, in any order.
    public var ids: [FeatureID]
    /// One value for each number.
    public var values: [Double]
    /// When the values were true, microseconds.
    public var asOfMicros: Int64

    static let bodyFormat: UInt8 = 1

    /// All fields as given; both columns have one length.
    public init(subject: SubjectID, ids: [FeatureID], values: [Double], asOfMicros: Int64) {
        precondition(ids.count == values.count, "packed columns have one length")
        self.subject = subject
        self.ids = ids
        self.values = values
        self.asOfMicros = asOfMicros
    }

    /// The body of a `featuresPut` record.
    public static func encode(_ puts: [FeaturePut]) -> [UInt8] {
        var writer = ByteWriter(capacity: 5 + puts.reduce(0) { $0 + 26 + $1.ids.count * 10 })
        writer.write(bodyFormat)
        writer.write(UInt32(puts.count))
        for put in puts {
            writer.write(put.subject.hash)
            writer.write(put.asOfMicros)
            writer.write(UInt16(put.ids.count))
            for index in put.ids.indices {
                writer.write(put.ids[index].rawValue)
                writer.write(put.values[index])
            }
        }
        return writer.bytes
    }

    /// Reads a body in clear. Errors: `ByteReaderError` naming the byte.
    public static func decode(_ body: [UInt8]) throws(ByteReaderError) -> [FeaturePut] {
        var reader = ByteReader(body)
        guard try reader.read(UInt8.self) == bodyFormat else {
            throw ByteReaderError(offset: 0, problem: "unknown format of put features")
        }
        var puts: [FeaturePut] = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let subject = SubjectID(try reader.readHash())
            let asOfMicros = try reader.read(Int64.self)
            let count = Int(try reader.read(UInt16.self))
            var ids: [FeatureID] = []
            var values: [Double] = []
            for _ in 0..<count {
                let number = try reader.read(UInt16.self)
                guard number < FeatureRegistry.featureCountMax else {
                    throw ByteReaderError(offset: reader.offset, problem: "feature number too big")
                }
                ids.append(FeatureID(number))
                values.append(try reader.readDouble())
            }
            puts.append(
                FeaturePut(subject: subject, ids: ids, values: values, asOfMicros: asOfMicros))
        }
        return puts
    }

    /// A durable body was written by `encode` and is covered by the journal's hash: anything else
    /// in it is our own bug.
    static func decodeDurable(_ body: [UInt8]) -> [FeaturePut] {
        do { return try decode(body) } catch { preconditionFailure("featuresPut record: \(error)") }
    }
}

/// The body of a `featuresRegistered` record: definitions as they were accepted.
///
/// Body format: u8 1, u32 count, then each: name, u8 type, u32 category count and the names if it
/// is a category, source, owner, description, u8 personal-data class, u8 prohibited basis.
public enum FeatureRegistration {
    static let bodyFormat: UInt8 = 1

    /// Writes definitions, without their versions: registering counts them again.
    public static func encode(_ definitions: [FeatureDefinition]) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(bodyFormat)
        writer.write(UInt32(definitions.count))
        for definition in definitions { definition.encode(into: &writer) }
        return writer.bytes
    }

    /// Reads a body in clear. Errors: `ByteReaderError` naming the byte.
    public static func decode(_ body: [UInt8]) throws(ByteReaderError) -> [FeatureDefinition] {
        var reader = ByteReader(body)
        guard try reader.read(UInt8.self) == bodyFormat else {
            throw ByteReaderError(offset: 0, problem: "unknown format of registered features")
        }
        var definitions: [FeatureDefinition] = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            definitions.append(try FeatureDefinition(from: &reader))
        }
        return definitions
    }
}

extension FeatureDefinition {
    func encode(into writer: inout ByteWriter) {
        writer.write(name)
        writer.write(type.code)
        if case .category(let dictionary) = type {
            writer.write(UInt32(dictionary.count))
            for category in dictionary { writer.write(category) }
        }
        writer.write(source)
        writer.write(owner)
        writer.write(description)
        writer.write(personalData.rawValue)
        writer.write(prohibitedBasis.rawValue)
    }

    init(from reader: inout ByteReader) throws(ByteReaderError) {
        let name = try reader.readString()
        let type: FeatureType
        switch try reader.read(UInt8.self) {
        case 1: type = .number
        case 2: type = .integer
        case 3: type = .boolean
        case 4:
            var dictionary: [String] = []
            for _ in 0..<(try reader.read(UInt32.self)) {
                dictionary.append(try reader.readString())
            }
            type = .category(dictionary: dictionary)
        case 5: type = .time
        default: throw ByteReaderError(offset: reader.offset, problem: "unknown feature type")
        }
        let source = try reader.readString()
        let owner = try reader.readString()
        let description = try reader.readString()
        guard let personalData = PersonalDataClass(rawValue: try reader.read(UInt8.self)),
            let prohibitedBasis = ProhibitedBasis(rawValue: try reader.read(UInt8.self))
        else {
            throw ByteReaderError(offset: reader.offset, problem: "unknown class of a feature")
        }
        self.init(
            name: name, type: type, source: source, owner: owner, description: description,
            personalData: personalData, prohibitedBasis: prohibitedBasis)
    }
}
