internal import CMessages
public import Domain
public import Ground

/// SetPortfolioLimitRequest, checked; the time zone's offsets must be looked up.
public struct SetPortfolioLimitRequest: Sendable {
    public var requestKey: Hash128
    /// With the tenant 0 and UTC: both are the caller's to fill.
    public var limit: PortfolioLimit
    /// IANA name; empty is UTC.
    public var timeZone: String
    /// Words of the scope, for the label book.
    public var labels: [NamedLabel]
}

/// GetExposureRequest, checked.
public struct ExposureRequest: Sendable {
    public var limit: PortfolioLimitID
    public var keys: [NamedLabel]
    /// 0 is now.
    public var atMicros: Int64
}

/// WatchExposureRequest, checked.
public struct WatchExposureRequest: Sendable {
    public var limit: PortfolioLimitID
    public var keys: [NamedLabel]
    public var after: UInt64
    public var startsAtNewest: Bool
    public var onlyLevels: Bool
    /// 0 is now.
    public var atMicros: Int64
}

/// ListExposuresRequest, checked.
public struct ListExposuresRequest: Sendable {
    public var limit: PortfolioLimitID
    public var pageSize: Int
    /// The counter behind which the page begins; nil at the start.
    public var after: CellKey?
    /// 0 is now.
    public var atMicros: Int64
}

extension Codec {
    /// PortfolioService.SetPortfolioLimit.
    public func setPortfolioLimit(
        _ bytes: Span<UInt8>, key: HashKey, tenant: TenantID
    ) throws(MessageFault) -> SetPortfolioLimitRequest {
        try unsafe decode(Schemas.setPortfolioLimitRequest, bytes) {
            message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let terms = unsafe try Self.scope(message, key: key)
            let measure = unsafe try FieldRules.choice(
                message.measure, "measure", as: PortfolioMeasure.self)
            let bound = unsafe try Self.bound(message)
            let currency = unsafe try FieldRules.currency(message.currency, "currency")
            let period = unsafe try FieldRules.choice(
                message.period, "period", as: PortfolioPeriod.self)
            if case .share = bound, period != .absolute {
                throw MessageFault(
                    .fieldUnexpected, field: "share", "a share of the book is absolute")
            }
            let zone = unsafe try FieldRules.optional(
                message.time_zone, "time_zone", max: FieldRules.nameBytesMax)
            if period == .absolute, !zone.isEmpty {
                throw MessageFault(
                    .fieldUnexpected, field: "time_zone", "an absolute limit has no time zone")
            }
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe SetPortfolioLimitRequest(
                requestKey: requestKey,
                limit: PortfolioLimit(
                    id: PortfolioLimitID(FieldRules.number(message.portfolio_limit_id)),
                    tenant: tenant, scope: terms.map(\.term), measure: measure, bound: bound,
                    period: period, currency: currency),
                timeZone: zone, labels: terms.compactMap(\.label))
        }
    }

    private struct Term {
        var term: ScopeTerm
        /// The words, unless they are a borrower's or a group's: those are kept as hashes only.
        var label: NamedLabel?
    }

    private static func scope(
        _ message: borrowing Creditrisk__V1__SetPortfolioLimitRequest, key: HashKey
    ) throws(MessageFault) -> [Term] {
        let count = unsafe try FieldRules.count(
            message.n_scope, "scope", max: PortfolioLimit.termCountMax)
        var terms: [Term] = []
        for index in 0..<count {
            guard let sent = unsafe message.scope[index]?.pointee else { continue }
            let here = "scope[\(index)]"
            let name = unsafe try FieldRules.requiredText(
                sent.dimension, "\(here).dimension", max: FieldRules.nameBytesMax)
            let value = unsafe try FieldRules.optional(
                sent.value, "\(here).value", max: FieldRules.identifierBytesMax)
            let named = NamedLabel(name: name, value: value, key: key)
            let dimension = named.label.dimension
            guard dimension != Dimension.tenant || value.isEmpty else {
                throw MessageFault(
                    .scopeInvalid, field: "\(here).value", "the tenant has no values")
            }
            guard !terms.contains(where: { $0.term.dimension == dimension }) else {
                throw MessageFault(
                    .scopeInvalid, field: "\(here).dimension", "\(name) stands twice")
            }
            let isHashedOnly = dimension == Dimension.customer || dimension == Dimension.group
            terms.append(
                Term(
                    term: ScopeTerm(
                        dimension: dimension, value: value.isEmpty ? nil : named.label.value),
                    label: isHashedOnly ? NamedLabel(name: name, value: "", key: key) : named))
        }
        return terms.sorted { $0.term.dimension < $1.term.dimension }
    }

    private static func bound(
        _ message: borrowing Creditrisk__V1__SetPortfolioLimitRequest
    ) throws(MessageFault) -> PortfolioBound {
        switch unsafe message.bound_case {
        case CREDITRISK__V1__SET_PORTFOLIO_LIMIT_REQUEST__BOUND_AMOUNT_MINOR:
            return unsafe .amount(
                try FieldRules.amountMinorOrZero(message.amount_minor, "amount_minor"))
        case CREDITRISK__V1__SET_PORTFOLIO_LIMIT_REQUEST__BOUND_COUNT:
            guard unsafe (0...FieldRules.amountMinorMax).contains(message.count) else {
                throw MessageFault(
                    .countOutOfRange, field: "count",
                    "count must be from 0 to \(FieldRules.amountMinorMax)")
            }
            return unsafe .count(message.count)
        case CREDITRISK__V1__SET_PORTFOLIO_LIMIT_REQUEST__BOUND_SHARE:
            guard let share = unsafe message.share?.pointee else { break }
            guard unsafe (1...1_000_000).contains(share.share_ppm) else {
                throw MessageFault(
                    .rateOutOfRange, field: "share.share_ppm",
                    "share.share_ppm must be from 1 to 1000000")
            }
            return unsafe .share(
                ppm: share.share_ppm,
                bookFloorMinor: try FieldRules.amountMinorOrZero(
                    share.book_floor_minor, "share.book_floor_minor"))
        default: break
        }
        throw MessageFault(
            .fieldMissing, field: "amount_minor", "amount_minor, count or share is required")
    }

    /// PortfolioService.PausePortfolioLimit.
    public func pausePortfolioLimit(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.pausePortfolioLimitRequest, bytes) {
            message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe LedgerWrite(
                .portfolioLimitPaused, requestKey: requestKey,
                .pausePortfolioLimit(
                    PortfolioLimitID(FieldRules.number(message.portfolio_limit_id)),
                    isPaused: message.paused != 0))
        }
    }

    /// PortfolioService.SetExchangeRate.
    public func setExchangeRate(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.setExchangeRateRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let from = unsafe try FieldRules.currency(message.from_currency, "from_currency")
            let to = unsafe try FieldRules.currency(message.to_currency, "to_currency")
            guard from != to else {
                throw MessageFault(
                    .currencyUnknown, field: "to_currency", "to_currency must be another currency")
            }
            guard unsafe (1...FieldRules.ratePpbMax).contains(message.rate_ppb) else {
                throw MessageFault(
                    .rateOutOfRange, field: "rate_ppb",
                    "rate_ppb must be from 1 to \(FieldRules.ratePpbMax)")
            }
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return unsafe LedgerWrite(
                .exchangeRateSet, requestKey: requestKey,
                .setExchangeRate(from: from, to: to, ratePpb: message.rate_ppb))
        }
    }

    /// PortfolioService.SetCustomerGroup.
    public func setCustomerGroup(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> LedgerWrite {
        try unsafe decode(Schemas.setCustomerGroupRequest, bytes) { message throws(MessageFault) in
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: key)
            let subject = unsafe SubjectID(
                try FieldRules.identifier(message.subject_id, "subject_id", key: key))
            let group = unsafe try FieldRules.optional(
                message.group_id, "group_id", max: FieldRules.identifierBytesMax)
            unsafe try FieldRules.attribution(message.attribution, isRequired: true)
            return LedgerWrite(
                .groupSet, requestKey: requestKey, subject: subject,
                .setGroup(
                    subject,
                    group: group.isEmpty
                        ? 0 : Label.value(of: SipHash.hash(group.utf8, key: key))))
        }
    }
}

extension Codec {
    /// PortfolioService.ListPortfolioLimits.
    public func listPortfolioLimits(
        _ bytes: Span<UInt8>
    ) throws(MessageFault) -> PageRequest<Void> {
        try unsafe decode(Schemas.listPortfolioLimitsRequest, bytes) {
            message throws(MessageFault) in
            try unsafe PageRequest(
                owner: (),
                pageSize: FieldRules.pageSize(message.page_size, default: 100, max: 1_000),
                after: FieldRules.pageToken(message.page_token))
        }
    }

    /// PortfolioService.GetExposure.
    public func getExposure(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> ExposureRequest {
        try unsafe decode(Schemas.getExposureRequest, bytes) { message throws(MessageFault) in
            try unsafe ExposureRequest(
                limit: PortfolioLimitID(FieldRules.number(message.portfolio_limit_id)),
                keys: FieldRules.counterKeys(message.keys, message.n_keys, key: key),
                atMicros: FieldRules.timeMicros(message.at_micros, "at_micros"))
        }
    }

    /// PortfolioService.ListExposures.
    public func listExposures(
        _ bytes: Span<UInt8>
    ) throws(MessageFault) -> ListExposuresRequest {
        try unsafe decode(Schemas.listExposuresRequest, bytes) { message throws(MessageFault) in
            let limit = unsafe PortfolioLimitID(FieldRules.number(message.portfolio_limit_id))
            let token = unsafe try FieldRules.optional(
                message.page_token, "page_token", max: FieldRules.identifierBytesMax)
            return try unsafe ListExposuresRequest(
                limit: limit,
                pageSize: FieldRules.pageSize(message.page_size, default: 100, max: 1_000),
                after: CellToken.read(token, of: limit),
                atMicros: FieldRules.timeMicros(message.at_micros, "at_micros"))
        }
    }

    /// PortfolioService.WatchExposure.
    public func watchExposure(
        _ bytes: Span<UInt8>, key: HashKey
    ) throws(MessageFault) -> WatchExposureRequest {
        try unsafe decode(Schemas.watchExposureRequest, bytes) { message throws(MessageFault) in
            try unsafe WatchExposureRequest(
                limit: PortfolioLimitID(FieldRules.number(message.portfolio_limit_id)),
                keys: FieldRules.counterKeys(message.keys, message.n_keys, key: key),
                after: FieldRules.cursor(message.after_change_id, "after_change_id"),
                startsAtNewest: message.from_newest != 0,
                onlyLevels: message.levels_only != 0,
                atMicros: FieldRules.timeMicros(message.at_micros, "at_micros"))
        }
    }
}

/// A counter's key as a page token: values, period and currency in hexadecimal.
enum CellToken {
    static func write(_ key: CellKey) -> String {
        var parts = key.values.indices.map { String(key.values[$0], radix: 16) }
        parts.append(String(UInt32(bitPattern: key.period), radix: 16))
        parts.append(String(key.currency.packed, radix: 16))
        return parts.joined(separator: ".")
    }

    static func read(
        _ text: String, of limit: PortfolioLimitID
    ) throws(MessageFault) -> CellKey? {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            .map { UInt64($0, radix: 16) }
        guard parts.count == 6, let first = parts[0], let second = parts[1], let third = parts[2],
            let fourth = parts[3], let period = parts[4].flatMap(UInt32.init(exactly:)),
            let currency = parts[5].flatMap(UInt32.init(exactly:))
        else { throw FieldRules.pageTokenInvalid }
        return CellKey(
            limit: limit, values: [first, second, third, fourth],
            period: Int32(bitPattern: period), currency: Currency(packed: currency))
    }
}
