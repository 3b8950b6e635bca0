import Domain
import Ground
import Testing

@testable import Messages

@Suite struct LimitRequestsTests {
    static let key = HashKey(first: 1, second: 2)
    let codec = Codec()

    /// A ReserveRequest with parts replaced.
    static func reserve(
        requestID: String = "r-1", line: Int64 = 7, amount: Wire? = Wire.money(500, "EUR"),
        seconds: Int64 = 60
    ) -> Wire {
        let wire = Wire().text(1, requestID).number(2, line)
        return (amount.map { wire.message(3, $0) } ?? wire).number(4, seconds)
    }

    @Test func aGoodRequestIsRead() throws {
        let request = try codec.reserve(Self.reserve().bytes.span, key: Self.key)
        #expect(request.line == LineID(7))
        #expect(request.amount == Money(amountMinor: 500, currency: Currency(code: "EUR")!))
        #expect(request.durationMicros == 60_000_000)
        #expect(
            request.requestKey
                == RequestKey.make(
                    hash: SipHash.hash("r-1".utf8, key: Self.key), statedMillis: nil))
        let defaulted = try codec.reserve(Self.reserve(seconds: 0).bytes.span, key: Self.key)
        #expect(defaulted.durationMicros == 900_000_000)
    }

    @Test(arguments: [
        (reserve(requestID: ""), MessageFault.Reason.fieldMissing, "request_id"),
        (reserve(requestID: "with space"), .requestIDInvalid, "request_id"),
        (reserve(requestID: "ü"), .requestIDInvalid, "request_id"),
        (reserve(requestID: String(repeating: "x", count: 65)), .requestIDInvalid, "request_id"),
        (reserve(amount: nil), .fieldMissing, "amount"),
        (reserve(amount: Wire.money(0, "EUR")), .amountNotPositive, "amount.amount_minor"),
        (reserve(amount: Wire.money(-5, "EUR")), .amountNotPositive, "amount.amount_minor"),
        (reserve(amount: Wire.money(.min, "EUR")), .amountNotPositive, "amount.amount_minor"),
        (reserve(amount: Wire.money(.max, "EUR")), .amountTooLarge, "amount.amount_minor"),
        (
            reserve(amount: Wire.money(1_000_000_000_000_001, "EUR")), .amountTooLarge,
            "amount.amount_minor"
        ),
        (reserve(amount: Wire.money(5, "EUX")), .currencyUnknown, "amount.currency"),
        (reserve(amount: Wire.money(5, "eur")), .currencyUnknown, "amount.currency"),
        (reserve(amount: Wire.money(5, "")), .currencyUnknown, "amount.currency"),
        (reserve(seconds: -1), .durationOutOfRange, "ttl_seconds"),
        (reserve(seconds: .max), .durationOutOfRange, "ttl_seconds"),
    ])
    func everyFaultNamesItsFieldAndReason(
        wire: Wire, reason: MessageFault.Reason, field: String
    ) {
        #expect {
            try codec.reserve(wire.bytes.span, key: Self.key)
        } throws: { error in
            (error as? MessageFault)?.reason == reason && (error as? MessageFault)?.field == field
        }
    }

    @Test func identifiersOfTwoTenantsDiffer() throws {
        let wire = Wire().text(1, "r").text(2, "anna").text(3, "card")
            .message(4, Wire.money(1, "EUR"))
        let first = try codec.openLine(wire.bytes.span, key: HashKey(first: 1, second: 1))
        let second = try codec.openLine(wire.bytes.span, key: HashKey(first: 1, second: 2))
        #expect(first.subject != second.subject)
        #expect(first.product != second.product)
    }

    @Test(arguments: [(Int64(0), UInt64(0)), (-1, 0), (.min, 0), (5, 5), (.max, 1 << 63 - 1)])
    func aNumberThatCanBeNoRecordIsZero(sent: Int64, read: UInt64) throws {
        #expect(try codec.getLine(Wire().number(1, sent).bytes.span) == LineID(read))
        #expect(try codec.getHold(Wire().number(1, sent).bytes.span) == HoldID(read))
        #expect(try codec.getDecision(Wire().number(1, sent).bytes.span) == read)
    }

    /// What the hand reads is what the library reads, and what it does not read is left to the
    /// library: more fields, other fields, long forms, what is cut off.
    @Test func oneNumberIsReadByHandAsByTheLibrary() throws {
        var random = RandomSource(seed: 7)
        for _ in 0..<2_000 {
            let value = Int64(bitPattern: random.next() >> (random.next() % 64))
            let wire = Wire().number(1, value)
            let plain = PlainRequest.number(wire.bytes.span)
            #expect(plain == (value < 0 ? nil : value), "\(value)")
            #expect(try codec.getLine(wire.bytes.span) == LineID(value > 0 ? UInt64(value) : 0))
        }
        let left: [[UInt8]] = [
            [], [8], [8, 0x80], [8, 5, 8, 6], [8, 5, 16, 1], [16, 5], [10, 1, 65], [0x88, 0, 5],
            [8] + [UInt8](repeating: 0xff, count: 9), [8] + [UInt8](repeating: 0x80, count: 20),
        ]
        for bytes in left { #expect(PlainRequest.number(bytes.span) == nil, "\(bytes)") }
        #expect(try codec.getLine([8, 5, 8, 6].span) == LineID(6), "the last one counts")
        #expect(throws: MessageFault.self) { try codec.getLine([8, 0x80].span) }
    }
}
