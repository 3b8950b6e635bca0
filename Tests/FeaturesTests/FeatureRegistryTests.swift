import Domain
import Features
import Ground
import Testing

/// Definitions, their evolution, and what is refused.
@Suite struct FeatureRegistryTests {
    static let colour = FeatureDefinition(
        name: "car.colour", type: .category(dictionary: ["red", "blue"]), source: "application",
        owner: "risk", description: "colour of the car")
    static let income = FeatureDefinition(name: "income", type: .integer)

    @Test func numbersAreDenseInTheOrderOfRegistration() throws {
        let first = try FeatureRegistry.empty.registering([Self.colour, Self.income])
        let second = try first.registering([FeatureDefinition(name: "age", type: .number)])
        #expect(second.id(named: "car.colour") == FeatureID(0))
        #expect(second.id(named: "income") == FeatureID(1))
        #expect(second.id(named: "age") == FeatureID(2))
        #expect(second.id(named: "nothing") == nil)
        #expect(first.id(named: "age") == nil, "a snapshot never changes")
        #expect(second.definition(of: FeatureID(3)) == nil)
    }

    @Test func theSameDefinitionAgainChangesNothing() throws {
        let registry = try FeatureRegistry.empty.registering([Self.colour, Self.income])
        #expect(try registry.registering([Self.income, Self.colour]) === registry)
    }

    @Test func aDictionaryGrowsAtItsEndOnly() throws {
        let registry = try FeatureRegistry.empty.registering([Self.colour])
        var wider = Self.colour
        wider.type = .category(dictionary: ["red", "blue", "green"])
        let grown = try registry.registering([wider])
        #expect(grown.code(of: "green", in: FeatureID(0)) == 2)
        #expect(grown.category(of: 2, in: FeatureID(0)) == "green")
        #expect(grown.category(of: 3, in: FeatureID(0)) == nil)
        #expect(grown.definitions[0].version == 2)
        #expect(registry.code(of: "green", in: FeatureID(0)) == nil)
        for names in [["blue", "red"], ["red"], ["red", "green", "blue"]] {
            var other = Self.colour
            other.type = .category(dictionary: names)
            let position = names.first == "blue" ? 0 : 1
            #expect(
                throws: FeatureError.dictionaryChanged(feature: "car.colour", position: position)
            ) {
                try registry.registering([other])
            }
        }
    }

    @Test(arguments: ["", "1a", "_a", "A", "a-b", "a b", "ä", String(repeating: "a", count: 129)])
    func badNamesAreRefused(name: String) {
        #expect(throws: FeatureError.nameInvalid(feature: name)) {
            try FeatureRegistry.empty.registering([FeatureDefinition(name: name, type: .number)])
        }
    }

    @Test func aChangedMeaningNamesItsField() throws {
        let registry = try FeatureRegistry.empty.registering([Self.income])
        var changes: [(String, FeatureDefinition)] = []
        func change(_ field: String, _ edit: (inout FeatureDefinition) -> Void) {
            var definition = Self.income
            edit(&definition)
            changes.append((field, definition))
        }
        change("type") { $0.type = .number }
        change("source") { $0.source = "bureau" }
        change("owner") { $0.owner = "somebody" }
        change("description") { $0.description = "another" }
        change("personal-data class") { $0.personalData = .special }
        change("prohibited basis") { $0.prohibitedBasis = .never }
        for (field, definition) in changes {
            #expect(throws: FeatureError.meaningChanged(feature: "income", field: field)) {
                try registry.registering([definition])
            }
        }
    }

    @Test func limitsAreExact() throws {
        let full = (0..<8_192).map { FeatureDefinition(name: "f\($0)", type: .number) }
        let registry = try FeatureRegistry.empty.registering(full)
        #expect(throws: FeatureError.registryFull(feature: "more")) {
            try registry.registering([FeatureDefinition(name: "more", type: .number)])
        }
        #expect(throws: FeatureError.namedTwice(feature: "income")) {
            try FeatureRegistry.empty.registering([Self.income, Self.income])
        }
        func register(_ categories: [String]) throws {
            _ = try FeatureRegistry.empty.registering([
                FeatureDefinition(name: "c", type: .category(dictionary: categories))
            ])
        }
        let names = (0..<65_537).map(String.init)
        try register(Array(names.dropLast()))
        #expect(throws: FeatureError.dictionarySizeInvalid(feature: "c", count: 65_537)) {
            try register(names)
        }
        #expect(throws: FeatureError.dictionarySizeInvalid(feature: "c", count: 0)) {
            try register([])
        }
        #expect(throws: FeatureError.categoryNameInvalid(feature: "c", position: 1)) {
            try register(["a", "a"])
        }
    }

    @Test func valuesAreCheckedByType() throws {
        let registry = try FeatureRegistry.empty.registering([
            Self.colour, Self.income, FeatureDefinition(name: "yes", type: .boolean),
            FeatureDefinition(name: "x", type: .number), FeatureDefinition(name: "t", type: .time),
        ])
        let edge = FeatureRegistry.wholeValueMax
        let good: [(UInt16, Double)] = [
            (0, 0), (0, 1), (1, -3), (1, edge), (1, -edge), (2, 0), (2, 1), (3, 0.5), (3, 1e300),
            (4, 1_700_000_000_000_000),
        ]
        for (id, value) in good { try registry.check(value, for: FeatureID(id)) }
        let bad: [(UInt16, Double, FeatureError)] = [
            (0, 2, .categoryCodeUnknown(feature: "car.colour")),
            (0, -1, .categoryCodeUnknown(feature: "car.colour")),
            (0, 0.5, .categoryCodeUnknown(feature: "car.colour")),
            (1, 0.5, .valueNotWhole(feature: "income")),
            (1, edge * 2, .valueOutOfRange(feature: "income")),
            (2, 2, .valueNotBoolean(feature: "yes")),
            (3, .nan, .valueNotFinite(feature: "x")),
            (3, -.infinity, .valueNotFinite(feature: "x")),
            (4, 1.5, .valueNotWhole(feature: "t")),
            (9, 1, .featureNumberUnknown(FeatureID(9))),
        ]
        for (id, value, error) in bad {
            #expect(throws: error) { try registry.check(value, for: FeatureID(id)) }
        }
    }

    @Test func recordsAndCheckpointsKeepEverything() throws {
        let definitions = [
            Self.colour, Self.income,
            FeatureDefinition(
                name: "sex", type: .category(dictionary: ["f", "m"]), personalData: .special,
                prohibitedBasis: .monitoringOnly),
        ]
        let body = FeatureRegistration.encode(definitions)
        #expect(try FeatureRegistration.decode(body) == definitions)
        for end in 0..<body.count {
            #expect(throws: (any Error).self) {
                try FeatureRegistration.decode(Array(body[..<end]))
            }
        }
        var wider = Self.colour
        wider.type = .category(dictionary: ["red", "blue", "green"])
        let registries = FeatureRegistries()
        registries.apply(record(1, FeatureRegistration.encode(definitions)))
        registries.apply(record(2, FeatureRegistration.encode([wider])))
        var writer = ByteWriter()
        #expect(registries.copyBlock(0, into: &writer) == 2)
        let restored = FeatureRegistries()
        try restored.loadBlock(writer.bytes, includedSequence: 2)
        restored.apply(record(2, FeatureRegistration.encode([wider])))
        let tenant = TenantID(1)
        #expect(
            restored.registry(of: tenant).definitions == registries.registry(of: tenant).definitions
        )
        #expect(restored.registry(of: tenant).definitions[0].version == 2)
        #expect(restored.registry(of: TenantID(2)).definitions.isEmpty)
    }

    private func record(_ sequence: UInt64, _ body: [UInt8]) -> DurableRecord {
        DurableRecord(
            type: .featuresRegistered, tenant: TenantID(1), sequence: sequence,
            tenantSequence: sequence, timeMicros: 0, keyID: 0, outcome: .done,
            subject: SubjectID(.zero), effects: LedgerEffects(), body: body)
    }
}
