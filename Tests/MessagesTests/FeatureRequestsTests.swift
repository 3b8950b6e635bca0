import Ground
import Testing

@testable import Messages

@Suite struct FeatureRequestsTests {
    static let key = HashKey(first: 1, second: 2)
    let codec = Codec()

    static func put(_ row: Wire) -> Wire { Wire().text(1, "r").message(2, row) }

    static func columns(_ ids: [UInt64], _ values: [Double]) -> Wire {
        Wire().packed(1, ids).doubles(2, values)
    }

    @Test func columnsAndNamesAreRead() throws {
        let row = Wire().text(1, "anna").message(2, Self.columns([3, 1], [0.5, -2]))
            .message(3, Wire().text(1, "purpose").text(5, "car")).number(4, 9)
        let request = try codec.putFeatures(Self.put(row).bytes.span, key: Self.key)
        #expect(request.rows.count == 1)
        #expect(request.rows[0].featureIDs == [3, 1])
        #expect(request.rows[0].values == [0.5, -2])
        #expect(request.rows[0].named == [NamedValue(name: "purpose", value: .category("car"))])
        #expect(request.rows[0].asOfMicros == 9)
    }

    @Test(arguments: [
        (Wire().text(1, "r"), MessageFault.Reason.fieldMissing, "rows"),
        (put(Wire().text(1, "a")), .fieldMissing, "rows[0].columns"),
        (put(Wire().message(2, columns([1], [1]))), .fieldMissing, "rows[0].subject_id"),
        (
            put(Wire().text(1, "a").message(2, columns([1, 2], [1]))), .columnsUneven,
            "rows[0].columns"
        ),
        (
            put(Wire().text(1, "a").message(2, columns([1, 2], [1, .nan]))), .valueNotFinite,
            "rows[0].columns.values[1]"
        ),
        (
            put(Wire().text(1, "a").message(2, columns([1], [-.infinity]))), .valueNotFinite,
            "rows[0].columns.values[0]"
        ),
        (
            put(Wire().text(1, "a").message(3, Wire().text(1, "x"))), .fieldMissing,
            "rows[0].values[0].value"
        ),
        (
            put(Wire().text(1, "a").message(2, columns([1], [1])).number(4, -1)),
            .timeOutOfRange, "rows[0].as_of_micros"
        ),
        (
            put(Wire().text(1, String(repeating: "a", count: 129))), .textTooLong,
            "rows[0].subject_id"
        ),
    ])
    func everyFaultNamesItsFieldAndReason(
        wire: Wire, reason: MessageFault.Reason, field: String
    ) {
        #expect {
            try codec.putFeatures(wire.bytes.span, key: Self.key)
        } throws: { error in
            (error as? MessageFault)?.reason == reason && (error as? MessageFault)?.field == field
        }
    }

    @Test(arguments: [
        (Wire().number(1, -1), MessageFault.Reason.countOutOfRange),
        (Wire().number(1, 1_001), .countOutOfRange),
        (Wire().text(2, "x"), .pageTokenInvalid),
        (Wire().text(2, "-1"), .pageTokenInvalid),
    ])
    func badPagesAreRefused(wire: Wire, reason: MessageFault.Reason) {
        #expect {
            try codec.listFeatures(wire.bytes.span)
        } throws: { ($0 as? MessageFault)?.reason == reason }
    }

    @Test(arguments: [
        "9223372036854775807", "9223372036854774807", "8193", "-1", "x", "99999999999999999999",
    ])
    func aPageTokenBeyondTheRegistryIsRefused(token: String) {
        #expect {
            try codec.listFeatures(Wire().number(1, 1_000).text(2, token).bytes.span)
        } throws: { error in
            guard let fault = error as? MessageFault else { return false }
            return fault.reason == .pageTokenInvalid && fault.field == "page_token"
        }
    }
}
