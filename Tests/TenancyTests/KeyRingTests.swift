import Domain
import Testing

@testable import Tenancy

@Suite struct KeyRingTests {
    let demo = Principal(tenant: TenantID(7), role: .channel)
    var ring: KeyRing { KeyRing([Digest.sha256(Array("demo-key".utf8)): demo]) }

    @Test(arguments: ["Bearer demo-key", "bearer demo-key", "BEARER demo-key"])
    func aKnownKeyOpens(authorization: String) throws {
        #expect(try ring.principal(authorization: authorization) == demo)
    }

    @Test(arguments: [
        (nil, KeyRing.Refusal.keyMissing), ("", .keyMissing), ("Bearer ", .keyMissing),
        ("Basic demo-key", .keyMissing), ("demo-key", .keyMissing),
        ("Bearer " + String(repeating: "x", count: 600), .keyUnknown),
        ("Bearer demo-keys", .keyUnknown), ("Bearer demo-ke", .keyUnknown),
        ("Bearer demo-key ", .keyUnknown),
    ])
    func everythingElseIsRefusedByName(authorization: String?, refusal: KeyRing.Refusal) {
        #expect(throws: refusal) { try ring.principal(authorization: authorization) }
    }

    @Test func aPrincipalSurvivesPacking() {
        for tenant in [UInt32(1), 77, .max] {
            for labels in [UInt16(0), 1, .max] {
                let principal = Principal(
                    tenant: TenantID(tenant), role: .channel, labels: labels)
                #expect(Principal(packed: principal.packed) == principal)
                #expect(Principal.tenantBits(principal.packed) == UInt64(tenant))
            }
        }
        #expect(Principal(packed: 0) == nil)
        #expect(Principal(packed: 1 << 56 | 1) == nil)
        let first = Principal(tenant: TenantID(7), role: .channel, labels: 3)
        #expect(first.packed == 3 << 40 | 7 << 8 | 1)
    }
}
