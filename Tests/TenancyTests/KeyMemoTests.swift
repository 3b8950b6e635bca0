import Domain
import Testing

@testable import Tenancy

@Suite struct KeyMemoTests {
    private func ring(_ count: UInt32) -> KeyRing {
        var principals: [[UInt8]: Principal] = [:]
        for tenant in 1...count {
            let digest = Digest.sha256(Array("key-\(tenant)".utf8))
            principals[digest] = Principal(tenant: TenantID(tenant), role: .channel)
        }
        return KeyRing(principals)
    }

    /// What the memo says is what the ring says, the first time, again, and after other keys of
    /// the same slot.
    @Test func saysWhatTheRingSays() throws {
        let ring = ring(300)
        var memo = KeyMemo(ring)
        for _ in 0..<3 {
            for tenant in 1...300 as ClosedRange<UInt32> {
                for scheme in ["Bearer", "bearer"] {
                    let value = Array("\(scheme) key-\(tenant)".utf8)
                    let expected = Principal(tenant: TenantID(tenant), role: .channel).packed
                    #expect(try memo.principal(authorization: value.span) == expected)
                    #expect(memo.known(authorization: value.span) == expected)
                    #expect(try memo.principal(authorization: value.span) == expected)
                }
            }
        }
    }

    @Test(arguments: ["Bearer key-0", "Bearer key-1 ", "Basic key-1", "Bearer", "", "key-1"])
    func refusesWhatTheRingRefuses(_ text: String) throws {
        let ring = ring(2)
        var memo = KeyMemo(ring)
        let value = Array(text.utf8)
        let expected = try #require(throws: KeyRing.Refusal.self) {
            try ring.principal(authorization: text)
        }
        for _ in 0..<2 {
            #expect(throws: expected) { try memo.principal(authorization: value.span) }
            #expect(memo.known(authorization: value.span) == 0)
        }
        #expect(throws: KeyRing.Refusal.keyMissing) { try memo.principal(authorization: nil) }
    }
}
