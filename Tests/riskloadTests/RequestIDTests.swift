import Foundation
import Testing

@testable import riskload

@Suite struct RequestIDTests {
    private func text(_ source: inout RequestID) -> String {
        var bytes: [UInt8] = []
        source.append(to: &bytes)
        #expect(bytes.count == RequestID.byteCount)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func areUUIDsOfVersion7ThatStateTheirTime() throws {
        var source = RequestID(runSeed: 3, nowMillis: 0x0123_4567_89ab)
        for _ in 0..<100 {
            let id = text(&source)
            let uuid = try #require(UUID(uuidString: id)).uuid
            #expect(id.hasPrefix("01234567-89ab-7"))
            #expect(uuid.6 >> 4 == 7, "the version")
            #expect(uuid.8 >> 6 == 2, "the variant")
        }
    }

    @Test func areAllDifferentAlsoInOneMillisecondAndInTwoRuns() {
        var first = RequestID(runSeed: 1, nowMillis: 5)
        var second = RequestID(runSeed: 2, nowMillis: 5)
        var seen: Set<String> = []
        for _ in 0..<10_000 {
            seen.insert(text(&first))
            seen.insert(text(&second))
        }
        #expect(seen.count == 20_000)
    }
}
