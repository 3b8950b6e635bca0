import Testing

@testable import GRPC

@Suite struct StatusTests {
    /// The fields of a message, by number, as often as they come.
    private func fields(_ bytes: ArraySlice<UInt8>) throws -> [Int: [WireReader.Value]] {
        var found: [Int: [WireReader.Value]] = [:]
        var reader = WireReader(bytes)
        while let field = try reader.next() { found[field.number, default: []].append(field.value) }
        return found
    }

    private func data(_ value: WireReader.Value?) throws -> ArraySlice<UInt8> {
        guard case .data(let data)? = value else { throw WireProblem(offset: 0, problem: "none") }
        return data
    }

    private func integer(_ value: WireReader.Value?) -> UInt64? {
        if case .integer(let integer)? = value { integer } else { nil }
    }

    @Test func detailsCarryEveryPartOnce() throws {
        let status = Status.withDetails(
            .invalidArgument, "bad amount", reason: "AMOUNT_NEGATIVE", domain: "creditrisk",
            metadata: [("line", "7")], fieldViolations: [("amount_minor", "is negative")],
            quotaViolations: [("tenant", "too many")], retryDelayMillis: 1_500)
        #expect(status.code == .invalidArgument)
        let outer = try fields(status.details[...])
        #expect(integer(outer[1]?.first) == 3)
        #expect(try WireReader.text(#require(outer[2]?.first)) == "bad amount")
        var found: [String: [Int: [WireReader.Value]]] = [:]
        for value in outer[3] ?? [] {
            let any = try fields(data(value))
            let type = try WireReader.text(#require(any[1]?.first))
            #expect(found.updateValue(try fields(data(any[2]?.first)), forKey: type) == nil)
        }
        let prefix = "type.googleapis.com/google.rpc."
        let info = try #require(found[prefix + "ErrorInfo"])
        #expect(try WireReader.text(#require(info[1]?.first)) == "AMOUNT_NEGATIVE")
        #expect(try WireReader.text(#require(info[2]?.first)) == "creditrisk")
        let entry = try fields(data(info[3]?.first))
        #expect(try WireReader.text(#require(entry[2]?.first)) == "7")
        let violation = try fields(data(found[prefix + "BadRequest"]?[1]?.first))
        #expect(try WireReader.text(#require(violation[1]?.first)) == "amount_minor")
        let quota = try fields(data(found[prefix + "QuotaFailure"]?[1]?.first))
        #expect(try WireReader.text(#require(quota[2]?.first)) == "too many")
        let delay = try fields(data(found[prefix + "RetryInfo"]?[1]?.first))
        #expect(integer(delay[1]?.first) == 1)
        #expect(integer(delay[2]?.first) == 500_000_000)
    }

    @Test func codesHaveTheirNumbers() {
        #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
        #expect(StatusCode.unauthenticated.rawValue == 16)
        #expect(StatusCode.dataLoss.rawValue == 15)
    }
}
