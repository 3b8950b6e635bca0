internal import Decisions
internal import Domain
internal import Features
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// creditrisk.v1.FeatureService: the registry and the subjects' values.
struct FeatureService: Sendable {
    let engine: Engine

    var methods: [Method] {
        let path = "/creditrisk.v1.FeatureService/"
        let batch = MethodClass.inlineUpTo(bytes: Engine.inlineRequestBytesMax)
        return [
            .unary(path + "RegisterFeatures", class: batch) { call, request in
                register(call, request)
            },
            .unary(path + "ListFeatures", class: .offloaded) { call, request in
                list(call, request)
            },
            .unary(path + "PutFeatures", class: batch) { call, request in put(call, request) },
            .unary(path + "GetFeatures") { call, request in get(call, request) },
        ]
    }

    /// The worker registers against the registry it sees; if another registration comes first, the
    /// guard fails and the call registers again against the new one.
    private func register(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.codec(for: call)
            let wanted = try codec.registerFeatures(request, key: room.definition.identifierKey)
            let definitions = wanted.features.map(FeatureDefinition.init)
            engine.write(
                call, request, key: wanted.requestKey, type: .featuresRegistered, plansAgain: true
            ) { scratch, retry in
                guard retry?.count ?? 0 < DecisionRoad.planCountMax else {
                    throw Refusal.contended
                }
                return try registration(definitions, room, scratch.codec)
            }
        }
    }

    private func registration(
        _ definitions: [FeatureDefinition], _ room: TenantRoom, _ codec: Codec
    ) throws -> WritePlan {
        let tenant = room.definition.tenant
        let seen = engine.journal.appliedSequence
        let grown: FeatureRegistry
        do throws(FeatureError) {
            grown = try engine.stores.registries.registry(of: tenant).registering(definitions)
        } catch {
            let index = definitions.firstIndex { $0.name == error.feature } ?? 0
            throw Refusal.feature(error, field: "features[\(index)]")
        }
        let key = GuardKeys.registry(tenant)
        let alternative = Alternative(
            type: .featuresRegistered, subject: .none, touches: [key],
            body: codec.recordBody(
                response: codec.registerFeaturesReply(featureCount: grown.definitions.count),
                change: FeatureRegistration.encode(definitions)))
        return WritePlan(
            alternative: alternative, guards: [Guard(key: key, seenSequence: seen)])
    }

    private func list(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let codec = Codec()
            let wanted = try codec.listFeatures(request)
            let definitions = engine.tenant(of: call).plan.registry.definitions
            let page = Self.page(of: definitions, from: wanted.first, count: wanted.pageSize)
            let messages = page.map { number in
                FeatureDefinitionMessage(definitions[number], number: UInt32(number))
            }
            let end = page.upperBound
            call.reply(
                codec.listFeaturesReply(messages, next: end < definitions.count ? end : nil))
        }
    }

    /// The definitions of a page: at most `count`, fewer when their texts are long, one at least.
    private static func page(
        of definitions: [FeatureDefinition], from first: Int, count: Int
    ) -> Range<Int> {
        guard first < definitions.count else { return definitions.count..<definitions.count }
        var end = first
        var byteCount = 0
        while end < definitions.count, end - first < count {
            byteCount += definitions[end].textByteCount
            guard end == first || byteCount <= FeatureBounds.pageBytesMax else { break }
            end += 1
        }
        return first..<end
    }

    private func put(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.codec(for: call)
            let wanted = try codec.putFeatures(request, key: room.definition.identifierKey)
            engine.write(call, request, key: wanted.requestKey, type: .featuresPut) { scratch, _ in
                try values(wanted.rows, room.plan.registry, scratch.codec)
            }
        }
    }

    private func values(
        _ rows: [FeatureRowMessage], _ registry: FeatureRegistry, _ codec: Codec
    ) throws -> WritePlan {
        let nowMicros = engine.nowMicros
        var puts: [FeaturePut] = []
        puts.reserveCapacity(rows.count)
        for (index, row) in rows.enumerated() {
            let resolver = FeatureRowResolver(registry: registry, field: "rows[\(index)]")
            puts.append(try resolver.resolve(row, nowMicros: nowMicros))
        }
        let valueCount = puts.reduce(0) { $0 + $1.ids.count }
        return WritePlan(
            alternative: Alternative(
                type: .featuresPut, subject: puts.count == 1 ? puts[0].subject : .none,
                touches: puts.map { GuardKeys.subject($0.subject) },
                body: codec.recordBody(
                    response: codec.putFeaturesReply(
                        rowCount: puts.count, valueCount: valueCount),
                    change: FeaturePut.encode(puts))))
    }

    private func get(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.getFeatures(request, key: room.definition.identifierKey)
            let registry = room.plan.registry
            var ids: Set<FeatureID> = []
            for (index, name) in wanted.names.enumerated() {
                guard let id = registry.id(named: name) else {
                    throw Refusal.feature(
                        .featureUnknown(feature: name), field: "names[\(index)]")
                }
                ids.insert(id)
            }
            let row = engine.stores.features.row(
                tenant: room.definition.tenant, subject: wanted.subject)
            guard let row else { throw Refusal.subjectUnknown }
            // A feature registered after the registry was read is left out, value and instant.
            let known = row.ids.indices.compactMap { position -> (NamedValue, Int64)? in
                guard ids.isEmpty || ids.contains(row.ids[position]) else { return nil }
                return NamedValue(row.values[position], of: row.ids[position], registry)
                    .map { ($0, row.asOfMicros[position]) }
            }
            call.reply(
                codec.getFeaturesReply(known.map(\.0), asOfMicros: known.map(\.1)))
        }
    }
}
