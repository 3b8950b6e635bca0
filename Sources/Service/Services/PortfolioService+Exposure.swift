internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Limits
internal import Messages

/// Counters of portfolio limits: read once, listed, watched.
extension PortfolioService {
    func getExposure(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let room = engine.tenant(of: call)
            let tenant = room.definition.tenant
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.getExposure(request, key: room.definition.identifierKey)
            let counter = try counter(tenant, wanted.limit, wanted.keys, wanted.atMicros)
            let exposure = engine.journal.ledger.portfolio.exposure(
                tenant, wanted.limit, values: counter.values, period: counter.period)
            guard let exposure else { throw Refusal.portfolioLimitUnknown }
            call.reply(
                codec.exposureReply(
                    ExposureMessage(exposure, counter),
                    names: engine.stores.names(of: tenant)))
        }
    }

    func listExposures(_ call: Call, _ request: Span<UInt8>) {
        engine.answer(call) {
            let tenant = engine.tenant(of: call).definition.tenant
            let codec = Codec()
            let wanted = try codec.listExposures(request)
            let portfolio = engine.journal.ledger.portfolio
            guard let limit = portfolio.limit(tenant, wanted.limit) else {
                throw Refusal.portfolioLimitUnknown
            }
            let period = wanted.after?.period ?? period(of: limit, wanted.atMicros)
            let page = portfolio.exposures(
                tenant, wanted.limit, period: period, after: wanted.after,
                countMax: wanted.pageSize)
            let messages = page.scopes.map { scope in
                ExposureMessage(
                    scope,
                    Counter(
                        limit: limit, values: scope.cells.first?.key.values ?? [0, 0, 0, 0],
                        period: period))
            }
            call.reply(
                codec.exposuresReply(
                    messages, next: page.end, names: engine.stores.names(of: tenant)))
        }
    }

    func watchExposure(_ call: Call, _ request: Span<UInt8>) -> (any StreamHandler)? {
        engine.stream(call) {
            let room = engine.tenant(of: call)
            let tenant = room.definition.tenant
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.watchExposure(request, key: room.definition.identifierKey)
            let counter = try counter(tenant, wanted.limit, wanted.keys, wanted.atMicros)
            let journal = engine.journal
            let history = CounterHistory(
                journal: journal, tenant: tenant, counter: counter, cursor: wanted.after,
                onlyLevels: wanted.onlyLevels)
            let pages = Codec()
            var takesNewest = wanted.startsAtNewest
            let stream = PagedStream(call, follows: true, streams: engine.streams) {
                let changes = takesNewest ? try history.newest() : try history.forward()
                takesNewest = false
                return changes.isEmpty ? nil : pages.exposureChangesReply(changes)
            }
            // The whole limit, because a counter has a cell for each currency, and one may come
            // later: what does not concern this counter is not found by the look that follows.
            stream.start { stream in
                let token = journal.watch(.limit(tenant, wanted.limit)) { _ in stream.wake() }
                return token.map { token in { journal.unwatch(token) } }
            }
            return stream
        }
    }

    /// Which counter of a limit is meant: one value for each open term of its scope.
    private func counter(
        _ tenant: TenantID, _ id: PortfolioLimitID, _ keys: [NamedLabel], _ atMicros: Int64
    ) throws -> Counter {
        guard let limit = engine.journal.ledger.portfolio.limit(tenant, id) else {
            throw Refusal.portfolioLimitUnknown
        }
        // The tenant is one value, which nobody has to name.
        let open = limit.scope.filter { $0.value == nil }
        var values = InlineArray<4, UInt64>(repeating: 0)
        for (place, term) in open.enumerated() {
            if term.dimension == Dimension.tenant {
                values[place] = 1
                continue
            }
            let key = keys.first { $0.label.dimension == term.dimension }
            guard let key else { throw Refusal.counterKeysInvalid }
            values[place] = key.label.value
        }
        let named = open.count { $0.dimension != Dimension.tenant }
        guard keys.count == named else { throw Refusal.counterKeysInvalid }
        return Counter(limit: limit, values: values, period: period(of: limit, atMicros))
    }

    private func period(of limit: PortfolioLimit, _ atMicros: Int64) -> Int32 {
        let micros = atMicros == 0 ? engine.nowMicros : atMicros
        return limit.zone.period(limit.period, atSeconds: micros / 1_000_000)
    }
}

/// One counter of a portfolio limit: all its currencies.
struct Counter: Sendable {
    var limit: PortfolioLimit
    /// Of the open terms, zeros behind them.
    var values: InlineArray<4, UInt64>
    var period: Int32
}

extension ExposureMessage {
    /// What the ledger has in a counter.
    init(_ exposure: PortfolioExposure, _ counter: Counter) {
        let open = counter.limit.scope.count { $0.value == nil }
        self.init(
            limit: counter.limit, values: (0..<open).map { counter.values[$0] },
            period: counter.period, amountMinor: exposure.amountMinor, count: exposure.count,
            parts: exposure.cells.map { cell in
                Part(
                    currency: cell.key.currency, amountMinor: cell.amountMinor,
                    count: cell.count)
            }, levelPercent: exposure.level, available: exposure.available,
            bookMinor: exposure.bookMinor)
    }
}
