internal import CMessages
internal import Domain
internal import Ground

/// Rules of the fields that calls on lines and portfolio limits share.
extension FieldRules {
    /// Bytes of an actor, a consent or a notice. Reason: as an identifier of the lender.
    public static let actorBytesMax = 128
    /// Reason: a decision has at most four main reasons; twice that is room for the lender's own.
    public static let reasonCodeCountMax = 8
    /// Parts per million of a year. Reason: short loans are quoted at thousands of percent.
    public static let ratePpmMax: Int64 = 100_000_000
    /// Parts per thousand million. Reason: no two currencies' minor units lie further apart, and a
    /// product with an amount fits 128 bits.
    public static let ratePpbMax: Int64 = 1_000_000_000_000_000

    /// One of a list of choices; the wire's numbers are the stored ones.
    static func choice<Wire: RawRepresentable, Choice: RawRepresentable>(
        _ wire: Wire, _ field: String, as type: Choice.Type = Choice.self
    ) throws(MessageFault) -> Choice where Wire.RawValue == UInt32, Choice.RawValue == UInt8 {
        guard wire.rawValue != 0 else {
            throw MessageFault(.fieldMissing, field: field, "\(field) is required")
        }
        guard let number = UInt8(exactly: wire.rawValue), let choice = Choice(rawValue: number)
        else {
            throw MessageFault(
                .choiceUnknown, field: field, "\(field) must be one of the values of its enum")
        }
        return choice
    }

    /// Who asks, and why. Gives the actor.
    ///
    /// When it is required, so are the actor and a reason code.
    @discardableResult
    static func attribution(
        _ pointer: UnsafeMutablePointer<Creditrisk__V1__Attribution>?, isRequired: Bool = false
    ) throws(MessageFault) -> String {
        let outer = "attribution"
        guard let attribution = unsafe pointer?.pointee else {
            guard !isRequired else {
                throw MessageFault(.fieldMissing, field: outer, "\(outer) is required")
            }
            return ""
        }
        let actor = unsafe try optional(
            attribution.actor, "\(outer).actor", max: actorBytesMax)
        if isRequired, actor.isEmpty {
            throw MessageFault(.fieldMissing, field: "\(outer).actor", "say who decided it")
        }
        let codes = "\(outer).reason_codes"
        let count = unsafe attribution.n_reason_codes
        guard count > 0 || !isRequired else {
            throw MessageFault(.fieldMissing, field: codes, "give at least one reason code")
        }
        guard count <= reasonCodeCountMax else {
            throw MessageFault(
                .tooManyItems, field: codes, "\(codes) has more than \(reasonCodeCountMax) items")
        }
        for index in 0..<count {
            unsafe _ = try required(
                attribution.reason_codes[index], "\(codes)[\(index)]", max: nameBytesMax)
        }
        unsafe _ = try optional(attribution.note, "\(outer).note")
        return actor
    }

    /// An amount that may be zero, in a known currency.
    static func moneyOrZero(
        _ pointer: UnsafeMutablePointer<Creditrisk__V1__Money>?, _ field: String
    ) throws(MessageFault) -> Money {
        guard let sent = unsafe pointer?.pointee, unsafe sent.amount_minor == 0 else {
            return unsafe try money(pointer, field)
        }
        return unsafe Money(
            amountMinor: 0, currency: try currency(sent.currency, "\(field).currency"))
    }

    /// Minor units of a currency that is known from elsewhere: at least 1.
    static func amountMinor(
        _ value: Int64, _ field: String
    ) throws(MessageFault) -> Int64 {
        guard value > 0 else {
            throw MessageFault(.amountNotPositive, field: field, "\(field) must be at least 1")
        }
        return try amountMinorOrZero(value, field)
    }

    /// The same, or zero.
    static func amountMinorOrZero(
        _ value: Int64, _ field: String
    ) throws(MessageFault) -> Int64 {
        guard value >= 0 else {
            throw MessageFault(.amountNotPositive, field: field, "\(field) must not be negative")
        }
        guard value <= amountMinorMax else {
            throw MessageFault(
                .amountTooLarge, field: field, "\(field) must be at most \(amountMinorMax)")
        }
        return value
    }

    /// A currency's code.
    static func currency(_ pointer: CText?, _ field: String) throws(MessageFault) -> Currency {
        guard let currency = unsafe currency(pointer) else {
            throw MessageFault(
                .currencyUnknown, field: field,
                "\(field) must be an active ISO 4217 code such as EUR")
        }
        return currency
    }

    /// A nominal annual rate, parts per million.
    static func ratePpm(_ value: Int64, _ field: String) throws(MessageFault) -> UInt32 {
        guard value >= 0, value <= ratePpmMax else {
            throw MessageFault(
                .rateOutOfRange, field: field, "\(field) must be from 0 to \(ratePpmMax)")
        }
        return UInt32(value)
    }

    /// A day as YYYY-MM-DD, in days since 1970. An empty text is 0, unless it is required.
    static func day(
        _ pointer: CText?, _ field: String, isRequired: Bool = false
    ) throws(MessageFault) -> UInt32 {
        let text = unsafe bytes(pointer)
        if text.isEmpty {
            guard !isRequired else {
                throw MessageFault(.fieldMissing, field: field, "\(field) is required")
            }
            return 0
        }
        guard let date = unsafe CivilDate(text: text), date.days > 0 else {
            throw MessageFault(
                .dateInvalid, field: field, "\(field) must be a day after 1970-01-01, YYYY-MM-DD")
        }
        return UInt32(date.days)
    }

    /// The size of a page; 0 is the default.
    static func pageSize(
        _ value: Int32, _ field: String = "page_size", default: Int, max: Int
    ) throws(MessageFault) -> Int {
        guard value >= 0, value <= max else {
            throw MessageFault(
                .countOutOfRange, field: field, "\(field) must be from 1 to \(max), or 0")
        }
        return value == 0 ? `default` : Int(value)
    }

    /// What a page token stands for: the number behind which the next page begins; 0 at the start.
    static func pageToken(_ pointer: CText?) throws(MessageFault) -> UInt64 {
        let text = unsafe bytes(pointer)
        guard !text.isEmpty else { return 0 }
        guard text.count <= 20, let number = unsafe UInt64(String(decoding: text, as: UTF8.self)),
            number > 0
        else { throw pageTokenInvalid }
        return number
    }

    /// A token that no page gave.
    public static let pageTokenInvalid = MessageFault(
        .pageTokenInvalid, field: "page_token", "page_token must be one that was given")
}
