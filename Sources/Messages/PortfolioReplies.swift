internal import CMessages
public import Domain
internal import Ground

/// One counter of a portfolio limit, all its currencies together.
public struct ExposureMessage: Sendable {
    public struct Part: Sendable {
        public var currency: Currency
        public var amountMinor: Int64
        public var count: Int64

        /// All fields as given.
        public init(currency: Currency, amountMinor: Int64, count: Int64) {
            self.currency = currency
            self.amountMinor = amountMinor
            self.count = count
        }
    }

    public var limit: PortfolioLimit
    /// Values of the open terms, in the order of the scope.
    public var values: [UInt64]
    /// Days or months since 1970, as the limit's period has it.
    public var period: Int32
    /// Minor units of the limit's currency; nil when a rate is missing.
    public var amountMinor: Int64?
    public var count: Int64
    public var parts: [Part]
    public var levelPercent: UInt8
    /// Minor units of the limit's currency, or a count.
    public var available: Int64
    /// Of a share: the whole book.
    public var bookMinor: Int64?

    /// All fields as given.
    public init(
        limit: PortfolioLimit, values: [UInt64], period: Int32, amountMinor: Int64?, count: Int64,
        parts: [Part], levelPercent: UInt8, available: Int64, bookMinor: Int64?
    ) {
        self.limit = limit
        self.values = values
        self.period = period
        self.amountMinor = amountMinor
        self.count = count
        self.parts = parts
        self.levelPercent = levelPercent
        self.available = available
        self.bookMinor = bookMinor
    }
}

/// One change of a counter.
public struct ExposureChangeMessage: Sendable {
    public var change: UInt64
    public var timeMicros: Int64
    public var cell: CellImage
    public var isLevelCrossed: Bool

    /// All fields as given.
    public init(change: UInt64, timeMicros: Int64, cell: CellImage, isLevelCrossed: Bool) {
        self.change = change
        self.timeMicros = timeMicros
        self.cell = cell
        self.isLevelCrossed = isLevelCrossed
    }
}

extension Codec {
    /// The reply of a write of PortfolioService, from its record alone.
    func appendPortfolioReply(
        _ record: DurableRecord, names: LedgerNames, behind bytes: inout [UInt8]
    ) {
        let outcome = Creditrisk__V1__LimitOutcome(rawValue: UInt32(record.outcome.rawValue))
        let limit = record.outcome == .done ? record.effects.rare.limits.last : nil
        switch record.type {
        case .portfolioLimitSet:
            unsafe append(Schemas.setPortfolioLimitResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                if let limit { unsafe reply.limit = self.limit(limit, names: names) }
            }
        case .portfolioLimitPaused:
            unsafe append(Schemas.pausePortfolioLimitResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
                if let limit { unsafe reply.limit = self.limit(limit, names: names) }
            }
        case .exchangeRateSet:
            unsafe append(Schemas.setExchangeRateResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
            }
        default:
            unsafe append(Schemas.setCustomerGroupResponse, to: &bytes) { reply in
                unsafe reply.outcome = outcome
            }
        }
    }

    /// ListPortfolioLimitsResponse. `next` is what the next page begins behind.
    public func portfolioLimitsReply(
        _ limits: [PortfolioLimit], next: UInt64?, names: LedgerNames
    ) -> [UInt8] {
        unsafe encode(Schemas.listPortfolioLimitsResponse) { reply in
            unsafe reply.n_limits = limits.count
            unsafe reply.limits = list(limits.count) { unsafe limit(limits[$0], names: names) }
            if let next { unsafe reply.next_page_token = text(String(next)) }
        }
    }

    /// GetExposureResponse.
    public func exposureReply(_ exposure: ExposureMessage, names: LedgerNames) -> [UInt8] {
        unsafe encode(Schemas.getExposureResponse) { reply in
            unsafe reply.exposure = message(exposure, names: names)
        }
    }

    /// ListExposuresResponse. `next` is what the next page begins behind.
    public func exposuresReply(
        _ exposures: [ExposureMessage], next: CellKey?, names: LedgerNames
    ) -> [UInt8] {
        unsafe encode(Schemas.listExposuresResponse) { reply in
            unsafe reply.n_exposures = exposures.count
            unsafe reply.exposures = list(exposures.count) {
                unsafe message(exposures[$0], names: names)
            }
            if let next { unsafe reply.next_page_token = text(CellToken.write(next)) }
        }
    }

    /// WatchExposureResponse.
    public func exposureChangesReply(_ changes: [ExposureChangeMessage]) -> [UInt8] {
        unsafe encode(Schemas.watchExposureResponse) { reply in
            unsafe reply.n_changes = changes.count
            unsafe reply.changes = list(changes.count) { index in
                let change = changes[index]
                return unsafe make(Schemas.exposureChange) { message in
                    unsafe message.change_id = Int64(change.change)
                    unsafe message.time_micros = change.timeMicros
                    unsafe message.amount_minor = change.cell.amountMinor
                    unsafe message.count = change.cell.count
                    unsafe message.currency = code(change.cell.key.currency)
                    unsafe message.level_percent = Int32(change.cell.level)
                    unsafe message.level_crossed = change.isLevelCrossed ? 1 : 0
                }
            }
        }
    }

    private func limit(
        _ limit: PortfolioLimit, names: LedgerNames
    ) -> UnsafeMutablePointer<Creditrisk__V1__PortfolioLimit>? {
        unsafe make(Schemas.portfolioLimit) { message in
            unsafe message.portfolio_limit_id = Int64(limit.id.rawValue)
            unsafe message.n_scope = limit.scope.count
            unsafe message.scope = list(limit.scope.count) { index in
                let term = limit.scope[index]
                return unsafe make(Schemas.scopeTerm) { part in
                    unsafe part.dimension = text(names.dimension(term.dimension))
                    guard let value = term.value else { return }
                    unsafe part.value = text(names.value(value, of: term.dimension))
                    unsafe part.value_number = value
                }
            }
            unsafe message.measure = Creditrisk__V1__PortfolioMeasure(
                rawValue: UInt32(limit.measure.rawValue))
            unsafe message.period = Creditrisk__V1__PortfolioPeriod(
                rawValue: UInt32(limit.period.rawValue))
            unsafe message.status = Creditrisk__V1__PortfolioStatus(
                rawValue: UInt32(limit.status.rawValue))
            unsafe message.currency = code(limit.currency)
            if limit.period != .absolute { unsafe message.time_zone = text(limit.zone.name) }
            unsafe message.version = Int64(limit.version)
            unsafe fill(&message, limit.bound)
        }
    }

    private func fill(_ message: inout Creditrisk__V1__PortfolioLimit, _ bound: PortfolioBound) {
        switch bound {
        case .amount(let amount):
            unsafe message.bound_case = CREDITRISK__V1__PORTFOLIO_LIMIT__BOUND_AMOUNT_MINOR
            unsafe message.amount_minor = amount
        case .count(let count):
            unsafe message.bound_case = CREDITRISK__V1__PORTFOLIO_LIMIT__BOUND_COUNT
            unsafe message.count = count
        case .share(let ppm, let floor):
            unsafe message.bound_case = CREDITRISK__V1__PORTFOLIO_LIMIT__BOUND_SHARE
            unsafe message.share = make(Schemas.shareBound) { share in
                unsafe share.share_ppm = ppm
                unsafe share.book_floor_minor = floor
            }
        }
    }

    private func message(
        _ exposure: ExposureMessage, names: LedgerNames
    ) -> UnsafeMutablePointer<Creditrisk__V1__Exposure>? {
        let open = exposure.limit.scope.filter { $0.value == nil }
        return unsafe make(Schemas.exposure) { message in
            unsafe message.portfolio_limit_id = Int64(exposure.limit.id.rawValue)
            unsafe message.n_keys = open.count
            unsafe message.keys = list(open.count) { index in
                let (dimension, value) = (open[index].dimension, exposure.values[index])
                return unsafe make(Schemas.exposureKey) { key in
                    unsafe key.dimension = text(names.dimension(dimension))
                    unsafe key.value = text(names.value(value, of: dimension))
                    unsafe key.value_number = value
                }
            }
            if let start = exposure.periodStart {
                unsafe message.period_start = text(start.text)
            }
            unsafe message.amount_minor = exposure.amountMinor ?? 0
            unsafe message.count = exposure.count
            unsafe message.n_parts = exposure.parts.count
            unsafe message.parts = list(exposure.parts.count) { index in
                unsafe make(Schemas.exposurePart) { part in
                    unsafe part.currency = code(exposure.parts[index].currency)
                    unsafe part.amount_minor = exposure.parts[index].amountMinor
                    unsafe part.count = exposure.parts[index].count
                }
            }
            unsafe message.level_percent = Int32(exposure.levelPercent)
            unsafe message.rate_missing = exposure.amountMinor == nil ? 1 : 0
            unsafe message.available = exposure.available
            unsafe message.book_minor = exposure.bookMinor ?? 0
        }
    }
}

extension ExposureMessage {
    /// The first day of the counter's period; nil without one.
    fileprivate var periodStart: CivilDate? {
        switch limit.period {
        case .absolute: nil
        case .day: CivilDate(days: Int(period))
        case .month: CivilDate(monthsSince1970: Int(period))
        }
    }
}
