internal import CMessages
public import Domain
public import Ground

/// BatchApplyRequest, checked and turned into operations.
public struct BatchRequest: Sendable {
    public var requestKey: Hash128
    public var operations: [LedgerOperation] = []
    /// How many operations each chain has, in order.
    public var chains: [UInt16] = []
    /// Labels that the caller named, for the label book.
    public var labels: [NamedLabel] = []
    /// The first operation whose product the tenant does not offer.
    public var unknownProduct: Int?
}

/// What the operations of a batch need beside the message.
public struct BatchContext {
    /// Hashes the tenant's identifiers.
    public var key: HashKey
    public var nowMicros: Int64
    /// Labels of the credential; every transaction carries them.
    public var credentialLabels: [Label]
    /// The opening of a line for a product, nil when the tenant does not offer it.
    public var opening: (_ subject: SubjectID, _ product: Hash128, _ limit: Money) -> LineOpening?
    /// The order in which a line's debts are paid.
    public var waterfall: (_ line: LineID) -> Waterfall

    /// All fields as given.
    public init(
        key: HashKey, nowMicros: Int64, credentialLabels: [Label],
        opening: @escaping (SubjectID, Hash128, Money) -> LineOpening?,
        waterfall: @escaping (LineID) -> Waterfall
    ) {
        self.key = key
        self.nowMicros = nowMicros
        self.credentialLabels = credentialLabels
        self.opening = opening
        self.waterfall = waterfall
    }
}

/// What an operation of a batch does. Raw values are on the wire.
enum BatchAction: UInt8 {
    case reserve = 1
    case commit = 2
    case release = 3
    case extendHold = 4
    case repay = 5
    case postCharge = 6
    case reclassify = 7
    case openLine = 8
}

extension Codec {
    /// LimitService.BatchApply.
    ///
    /// Complexity: one pass; some 0.2 us an operation.
    public func batchApply(
        _ bytes: Span<UInt8>, in context: BatchContext
    ) throws(MessageFault) -> BatchRequest {
        try unsafe decode(Schemas.batchApplyRequest, bytes) { message throws(MessageFault) in
            unsafe try FieldRules.attribution(message.attribution)
            let requestKey = unsafe try FieldRules.requestID(message.request_id, key: context.key)
            let count = unsafe try FieldRules.count(
                message.n_operations, "operations", max: Proposal.batchOperationCountMax)
            var reader = BatchReader(
                context: context, request: BatchRequest(requestKey: requestKey))
            if unsafe !FieldRules.bytes(message.currency).isEmpty {
                reader.common = unsafe try FieldRules.currency(message.currency, "currency")
            }
            reader.request.operations.reserveCapacity(count)
            reader.request.chains.reserveCapacity(count)
            for index in 0..<count {
                guard let operation = unsafe message.operations[index] else { continue }
                do throws(MessageFault) {
                    unsafe try reader.add(operation)
                } catch {
                    throw error.inside("operations[\(index)]")
                }
            }
            try reader.finish(count)
            return reader.request
        }
    }
}

/// Turns the operations of one batch from messages into the ledger's, one after another.
private struct BatchReader {
    typealias Wire = UnsafeMutablePointer<Creditrisk__V1__BatchOperation>

    let context: BatchContext
    var request: BatchRequest
    /// The currency of operations that name none.
    var common: Currency?
    /// The last currency that was looked up: most batches have one.
    private var known: Currency?
    private var chainCount: UInt16 = 0
    private var chainOpensLine = false

    init(context: BatchContext, request: BatchRequest) {
        self.context = context
        self.request = request
    }

    mutating func add(_ wire: Wire) throws(MessageFault) {
        let action = unsafe try FieldRules.choice(
            wire.pointee.action, "action", as: BatchAction.self)
        unsafe try BatchFields.check(wire, action)
        let operation = unsafe try operation(wire, action)
        request.operations.append(operation)
        chainCount += 1
        if unsafe wire.pointee.linked == 0 {
            request.chains.append(chainCount)
            chainCount = 0
            chainOpensLine = false
        }
    }

    func finish(_ count: Int) throws(MessageFault) {
        guard chainCount == 0 else {
            throw MessageFault(
                .chainOpen, field: "operations[\(count - 1)].linked",
                "the last operation cannot be chained to a next one")
        }
    }

    private mutating func operation(
        _ wire: Wire, _ action: BatchAction
    ) throws(MessageFault) -> LedgerOperation {
        let line = unsafe LineID(FieldRules.number(wire.pointee.line_id))
        let hold = unsafe HoldID(FieldRules.number(wire.pointee.hold_id))
        switch action {
        case .reserve: return unsafe try reserve(wire)
        case .openLine: return unsafe try openLine(wire)
        case .commit:
            let money = unsafe try money(wire)
            return unsafe .commit(
                hold: hold, amountMinor: money.amountMinor, currency: money.currency,
                keepsRest: wire.pointee.keep_rest != 0)
        case .release:
            return .release(hold: hold)
        case .extendHold:
            let end = unsafe try FieldRules.holdEnd(
                ttlSeconds: wire.pointee.ttl_seconds, expiresAtMicros: 0,
                nowMicros: context.nowMicros)
            return .extend(hold: hold, expiresAtMicros: end)
        case .repay:
            let money = unsafe try money(wire)
            return .repay(
                line: line, amountMinor: money.amountMinor, currency: money.currency,
                waterfall: context.waterfall(line))
        case .postCharge:
            let money = unsafe try money(wire)
            let debt = unsafe try debt(wire)
            try FieldRules.isCharge(debt.component, "component")
            return .postCharge(
                line: line, component: debt.component, age: debt.age,
                amountMinor: money.amountMinor, currency: money.currency)
        case .reclassify:
            let money = unsafe try money(wire)
            let debt = unsafe try debt(wire)
            let from = unsafe try FieldRules.choice(
                wire.pointee.from_age, "from_age", as: DebtAge.self)
            try FieldRules.differ(from, debt.age, "from_age")
            return .reclassify(
                line: line, component: debt.component, from: from, to: debt.age,
                amountMinor: money.amountMinor, currency: money.currency)
        }
    }

    private mutating func reserve(_ wire: Wire) throws(MessageFault) -> LedgerOperation {
        let money = unsafe try money(wire)
        let duration = unsafe try FieldRules.holdMicros(wire.pointee.ttl_seconds, "ttl_seconds")
        let number = unsafe FieldRules.number(wire.pointee.line_id)
        return unsafe .reserve(
            line: number == 0 && chainOpensLine ? .openedHere : .existing(LineID(number)),
            amountMinor: money.amountMinor, currency: money.currency,
            expiresAtMicros: context.nowMicros + duration, labels: try labels(wire))
    }

    private mutating func openLine(_ wire: Wire) throws(MessageFault) -> LedgerOperation {
        let money = unsafe try money(wire)
        let subject = unsafe SubjectID(
            try FieldRules.identifier(wire.pointee.subject_id, "subject_id", key: context.key))
        let product = unsafe try FieldRules.identifier(
            wire.pointee.product, "product", key: context.key, max: FieldRules.nameBytesMax)
        guard !chainOpensLine else {
            throw MessageFault(
                .fieldUnexpected, field: "action", "a chain opens at most one line")
        }
        chainOpensLine = true
        var opening = context.opening(subject, product, money)
        if opening == nil, request.unknownProduct == nil {
            request.unknownProduct = request.operations.count
        }
        opening?.labels = unsafe try labels(wire)
        return .openLine(
            opening
                ?? LineOpening(
                    subject: subject, product: product, currency: money.currency,
                    limitMinor: money.amountMinor))
    }

    private mutating func labels(_ wire: Wire) throws(MessageFault) -> [Label] {
        guard unsafe wire.pointee.n_labels > 0 else { return context.credentialLabels }
        let named = unsafe try FieldRules.labels(
            wire.pointee.labels, wire.pointee.n_labels, key: context.key)
        try FieldRules.fits(named.count, beside: context.credentialLabels.count)
        request.labels += named
        return context.credentialLabels + named.map(\.label)
    }

    private func debt(
        _ wire: Wire
    ) throws(MessageFault) -> (component: DebtComponent, age: DebtAge) {
        unsafe (
            try FieldRules.choice(wire.pointee.component, "component"),
            try FieldRules.choice(wire.pointee.age, "age")
        )
    }

    private mutating func money(_ wire: Wire) throws(MessageFault) -> Money {
        let amount = unsafe try FieldRules.amountMinor(wire.pointee.amount_minor, "amount_minor")
        return unsafe Money(amountMinor: amount, currency: try currency(wire.pointee.currency))
    }

    private mutating func currency(
        _ text: UnsafeMutablePointer<CChar>?
    ) throws(MessageFault) -> Currency {
        guard let text = unsafe text, unsafe text.pointee != 0 else {
            guard let common else {
                throw MessageFault(
                    .currencyUnknown, field: "currency",
                    "name a currency here or for the whole batch")
            }
            return common
        }
        if let known, unsafe known.isWritten(as: text) { return known }
        let found = unsafe try FieldRules.currency(text, "currency")
        known = found
        return found
    }
}

extension Currency {
    /// Whether a NUL-terminated text is exactly this code.
    fileprivate func isWritten(as text: UnsafeMutablePointer<CChar>) -> Bool {
        for (place, shift) in [UInt32(16), 8, 0].enumerated() {
            guard unsafe UInt8(bitPattern: text[place]) == UInt8(packed >> shift & 0xff) else {
                return false
            }
        }
        return unsafe text[3] == 0
    }
}

/// Which fields each action reads: whatever else is there was meant for another action.
private enum BatchFields {
    private static let line: UInt16 = 1 << 0
    private static let hold: UInt16 = 1 << 1
    private static let amount: UInt16 = 1 << 2
    private static let currency: UInt16 = 1 << 3
    private static let ttl: UInt16 = 1 << 4
    private static let keepRest: UInt16 = 1 << 5
    private static let component: UInt16 = 1 << 6
    private static let age: UInt16 = 1 << 7
    private static let fromAge: UInt16 = 1 << 8
    private static let subject: UInt16 = 1 << 9
    private static let product: UInt16 = 1 << 10
    private static let labels: UInt16 = 1 << 11
    private static let names = [
        "line_id", "hold_id", "amount_minor", "currency", "ttl_seconds", "keep_rest", "component",
        "age", "from_age", "subject_id", "product", "labels",
    ]

    private static func allowed(_ action: BatchAction) -> UInt16 {
        switch action {
        case .reserve: line | amount | currency | ttl | labels
        case .commit: hold | amount | currency | keepRest
        case .release: hold
        case .extendHold: hold | ttl
        case .repay: line | amount | currency
        case .postCharge: line | amount | currency | component | age
        case .reclassify: line | amount | currency | component | age | fromAge
        case .openLine: subject | product | amount | currency | labels
        }
    }

    static func check(
        _ wire: UnsafeMutablePointer<Creditrisk__V1__BatchOperation>, _ action: BatchAction
    ) throws(MessageFault) {
        func bit(_ isThere: Bool, _ field: UInt16) -> UInt16 { isThere ? field : 0 }
        func isText(_ text: UnsafeMutablePointer<CChar>?) -> Bool {
            guard let text = unsafe text else { return false }
            return unsafe text.pointee != 0
        }
        var present = unsafe bit(wire.pointee.line_id != 0, line)
        present |= unsafe bit(wire.pointee.hold_id != 0, hold)
        present |= unsafe bit(wire.pointee.amount_minor != 0, amount)
        present |= unsafe bit(isText(wire.pointee.currency), currency)
        present |= unsafe bit(wire.pointee.ttl_seconds != 0, ttl)
        present |= unsafe bit(wire.pointee.keep_rest != 0, keepRest)
        present |= unsafe bit(wire.pointee.component.rawValue != 0, component)
        present |= unsafe bit(wire.pointee.age.rawValue != 0, age)
        present |= unsafe bit(wire.pointee.from_age.rawValue != 0, fromAge)
        present |= unsafe bit(isText(wire.pointee.subject_id), subject)
        present |= unsafe bit(isText(wire.pointee.product), product)
        present |= unsafe bit(wire.pointee.n_labels != 0, labels)
        let others = present & ~allowed(action)
        guard others == 0 else {
            let name = names[others.trailingZeroBitCount]
            throw MessageFault(
                .fieldUnexpected, field: name, "\(name) is not of this action: leave it out")
        }
    }
}
