internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Limits
internal import Messages

/// creditrisk.v1.PortfolioService: limits over many lines, their counters, rates and groups.
///
/// Writes are proposals as everywhere; reads come from the durable copy of the counters
/// (`PortfolioView`). Setting a limit looks its time zone up, so it leaves the worker.
struct PortfolioService: Sendable {
    let engine: Engine

    var methods: [Method] {
        [
            .unary(Self.path("SetPortfolioLimit"), class: .offloaded) { call, request in
                setLimit(call, request)
            },
            .unary(Self.path("ListPortfolioLimits"), class: .offloaded) { call, request in
                listLimits(call, request)
            },
            .unary(Self.path("GetExposure")) { call, request in getExposure(call, request) },
            .unary(Self.path("ListExposures"), class: .offloaded) { call, request in
                listExposures(call, request)
            },
            .serverStreaming(Self.path("WatchExposure")) { call, request in
                watchExposure(call, request)
            },
            write("PausePortfolioLimit") { codec, request, key in
                try codec.pausePortfolioLimit(request, key: key)
            },
            write("SetExchangeRate") { codec, request, key in
                try codec.setExchangeRate(request, key: key)
            },
            write("SetCustomerGroup") { codec, request, key in
                try codec.setCustomerGroup(request, key: key)
            },
        ]
    }

    static func path(_ method: String) -> String { "/creditrisk.v1.PortfolioService/" + method }

    private func write(
        _ method: String,
        _ read: @escaping @Sendable (Codec, Span<UInt8>, HashKey) throws -> LedgerWrite
    ) -> Method {
        .unary(Self.path(method)) { call, request in
            engine.answer(call) {
                let key = engine.tenant(of: call).definition.identifierKey
                let codec = engine.contexts[call.workerIndex].codec
                engine.write(call, request, try read(codec, request, key))
            }
        }
    }

    private func setLimit(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let tenant = room.definition.tenant
            let codec = engine.codec(for: call)
            let wanted = try codec.setPortfolioLimit(
                request, key: room.definition.identifierKey, tenant: tenant)
            let raw = request.array()
            engine.write(
                call, request, key: wanted.requestKey, type: .portfolioLimitSet
            ) { scratch, _ in
                var limit = wanted.limit
                if !wanted.timeZone.isEmpty {
                    let zone = ZoneTable.offsets(
                        ofZone: wanted.timeZone, nowSeconds: engine.nowMicros / 1_000_000)
                    guard let zone else { throw Refusal.timeZoneUnknown }
                    limit.zone = zone
                }
                return WritePlan(
                    alternative: Alternative(
                        type: .portfolioLimitSet, subject: .none,
                        operations: [.setPortfolioLimit(limit)],
                        body: engine.body(
                            raw.span, labels: wanted.labels, room, scratch.codec)))
            }
        }
    }

    private func listLimits(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let tenant = engine.tenant(of: call).definition.tenant
            let codec = Codec()
            let wanted = try codec.listPortfolioLimits(request)
            // One more than the page tells whether there is a next one.
            let limits = engine.journal.ledger.portfolio.limits(
                tenant, after: PortfolioLimitID(wanted.after), countMax: wanted.pageSize + 1)
            let page = Array(limits.prefix(wanted.pageSize))
            let next = limits.count > page.count ? page.last?.id.rawValue : nil
            call.reply(
                codec.portfolioLimitsReply(
                    page, next: next, names: engine.stores.names(of: tenant)))
        }
    }
}
