internal import CMessages
internal import Domain
internal import Ground

/// The bounds that fields of requests share. One place, so that every service refuses alike.
public enum FieldRules {
    /// Bytes of a lender's identifier. Reason: room for a prefixed UUID or an e-mail address.
    public static let identifierBytesMax = 128
    /// Bytes of a product's, model's or grade's name.
    public static let nameBytesMax = 64
    /// Bytes of a text for people.
    public static let textBytesMax = 512
    /// Characters of a request_id. Reason: a UUID with room for a caller's prefix.
    public static let requestIDBytesMax = 64
    /// Minor units. Reason: sums of a thousand such amounts still fit 64 bits.
    public static let amountMinorMax: Int64 = 1_000_000_000_000_000
    /// Seconds. Reason: 30 days is the longest a shop keeps an order open.
    public static let holdSecondsMax: Int64 = 2_592_000
    /// Seconds a hold lasts when the caller does not say.
    public static let holdSecondsDefault: Int64 = 900
    /// Months. Reason: 50 years, longer than any mortgage.
    public static let termMonthsMax: Int32 = 600
    /// Microseconds, exclusive: 2^55, in the year 3111. Reason: links keep a time in 56 bits.
    public static let timeMicrosMax: Int64 = 1 << 55

    typealias CText = UnsafeMutablePointer<CChar>

    /// The bytes of a text field without its NUL. libprotobuf-c never leaves the pointer nil.
    static func bytes(_ pointer: CText?) -> UnsafeBufferPointer<UInt8> {
        guard let pointer = unsafe pointer else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        let start = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
        return unsafe UnsafeBufferPointer(start: start, count: textLength(pointer))
    }

    private static func textLength(_ pointer: CText) -> Int {
        var end = unsafe pointer
        while unsafe end.pointee != 0 { unsafe end += 1 }
        return unsafe end - pointer
    }

    /// A text of 1 to `max` bytes.
    static func required(
        _ pointer: CText?, _ field: String, max: Int
    ) throws(MessageFault) -> UnsafeBufferPointer<UInt8> {
        let bytes = unsafe bytes(pointer)
        guard !bytes.isEmpty else {
            throw MessageFault(.fieldMissing, field: field, "\(field) is required")
        }
        guard bytes.count <= max else {
            throw MessageFault(
                .textTooLong, field: field, "\(field) has more than \(max) bytes")
        }
        return unsafe bytes
    }

    /// A text of at most `max` bytes, possibly empty.
    static func optional(
        _ pointer: CText?, _ field: String, max: Int = textBytesMax
    ) throws(MessageFault) -> String {
        let bytes = unsafe bytes(pointer)
        guard bytes.count <= max else {
            throw MessageFault(
                .textTooLong, field: field, "\(field) has more than \(max) bytes")
        }
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// A required text as a String.
    static func requiredText(
        _ pointer: CText?, _ field: String, max: Int = textBytesMax
    ) throws(MessageFault) -> String {
        unsafe String(decoding: try required(pointer, field, max: max), as: UTF8.self)
    }

    /// A lender's identifier, hashed at the door.
    static func identifier(
        _ pointer: CText?, _ field: String, key: HashKey, max: Int = identifierBytesMax
    ) throws(MessageFault) -> Hash128 {
        unsafe SipHash.hash(try required(pointer, field, max: max), key: key)
    }

    /// A request_id, hashed: 1 to 64 printable ASCII characters. A UUID of version 7 states its
    /// time, which becomes part of the key, and is the same in lower and upper case.
    static func requestID(_ pointer: CText?, key: HashKey) throws(MessageFault) -> Hash128 {
        let bytes = unsafe bytes(pointer)
        guard !bytes.isEmpty else {
            throw MessageFault(
                .fieldMissing, field: "request_id", "request_id is required on every write")
        }
        let isPrintable = unsafe bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard bytes.count <= requestIDBytesMax, isPrintable else {
            throw MessageFault(
                .requestIDInvalid, field: "request_id",
                "request_id must be 1 to \(requestIDBytesMax) printable ASCII characters")
        }
        guard let millis = unsafe UUIDText.millis(bytes) else {
            return RequestKey.make(hash: unsafe SipHash.hash(bytes, key: key), statedMillis: nil)
        }
        var hash = SipHash(key: key)
        // Sets the bit of lower case, which digits and hyphens have set already.
        for place in bytes.indices { hash.append(unsafe bytes[place] | 0x20) }
        return RequestKey.make(hash: hash.finish(), statedMillis: millis)
    }

    /// A positive amount in a known currency.
    static func money(
        _ pointer: UnsafeMutablePointer<Creditrisk__V1__Money>?, _ field: String
    ) throws(MessageFault) -> Money {
        guard let money = unsafe pointer?.pointee else {
            throw MessageFault(.fieldMissing, field: field, "\(field) is required")
        }
        // The fault's words are made only when there is one: this runs on every write.
        guard unsafe money.amount_minor > 0 else {
            let amount = "\(field).amount_minor"
            throw MessageFault(.amountNotPositive, field: amount, "\(amount) must be at least 1")
        }
        guard unsafe money.amount_minor <= amountMinorMax else {
            let amount = "\(field).amount_minor"
            throw MessageFault(
                .amountTooLarge, field: amount, "\(amount) must be at most \(amountMinorMax)")
        }
        guard let currency = unsafe currency(money.currency) else {
            throw MessageFault(
                .currencyUnknown, field: "\(field).currency",
                "\(field).currency must be an active ISO 4217 code such as EUR")
        }
        return unsafe Money(amountMinor: money.amount_minor, currency: currency)
    }

    /// A currency that ISO 4217 lists; nil for any other text.
    static func currency(_ pointer: CText?) -> Currency? {
        unsafe Currency(bytes: bytes(pointer).span)
    }

    /// A hold's duration in microseconds.
    static func holdMicros(
        _ seconds: Int64, _ field: String
    ) throws(MessageFault) -> Int64 {
        guard seconds >= 0, seconds <= holdSecondsMax else {
            throw MessageFault(
                .durationOutOfRange, field: field,
                "\(field) must be from 1 to \(holdSecondsMax), or 0 for \(holdSecondsDefault)")
        }
        return (seconds == 0 ? holdSecondsDefault : seconds) * 1_000_000
    }

    /// An instant from 1970 to 3111; 0 stays 0 and means what the field says.
    static func timeMicros(_ micros: Int64, _ field: String) throws(MessageFault) -> Int64 {
        guard micros >= 0, micros < timeMicrosMax else {
            throw MessageFault(
                .timeOutOfRange, field: field, "\(field) must lie between 1970 and 3111")
        }
        return micros
    }

    /// A record's number as it is on the wire; 0 when it can be no number.
    static func number(_ value: Int64) -> UInt64 { value > 0 ? UInt64(value) : 0 }

    /// A list of at most `max` items, and at least one.
    static func count(_ count: Int, _ field: String, max: Int) throws(MessageFault) -> Int {
        guard count > 0 else {
            throw MessageFault(.fieldMissing, field: field, "\(field) must not be empty")
        }
        guard count <= max else {
            throw MessageFault(
                .tooManyItems, field: field, "\(field) has more than \(max) items")
        }
        return count
    }
}
