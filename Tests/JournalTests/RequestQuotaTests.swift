import Domain
import Ground
import Testing

@testable import Journal

@Suite struct RequestQuotaTests {
    private let hour = RequestTime.hourMicros

    /// A list of all times says the same, over quiet hours and days, and over a restart.
    @Test(arguments: [UInt64(1), 2, 3]) func countsAsAListOfTimesDoes(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var quota = RequestQuota(perTenantMax: 50, windowHours: 24)
        var times: [TenantID: [Int64]] = [:]
        var now: Int64 = 1_700_000_000_000_000
        for step in 0..<3_000 {
            let note: Comment = "seed \(seed) step \(step)"
            now += Int64.random(in: 0...hour, using: &random)
            if Int.random(in: 0..<100, using: &random) == 0 {
                now += Int64.random(in: 0...40, using: &random) * hour
            }
            let tenant = TenantID(UInt32.random(in: 1...3, using: &random))
            let first = (now / hour - 24) * hour
            let expected = (times[tenant] ?? []).filter { $0 >= first }.count
            #expect(quota.count(tenant, atMicros: now) == UInt64(expected), note)
            let refusal = quota.refusal(tenant, atMicros: now)
            #expect((refusal == nil) == (expected < 50), note)
            if refusal == nil {
                quota.add(tenant, atMicros: now)
                times[tenant, default: []].append(now)
            }
            if Int.random(in: 0..<50, using: &random) == 0 {
                var again = RequestQuota(perTenantMax: 50, windowHours: 24)
                for row in quota.rows {
                    again.restore(
                        row.tenant, lastHour: row.lastHour, oldestFirst: quota.oldestFirst(row))
                }
                #expect(again == quota, note)
                quota = again
            }
        }
    }

    @Test func theRefusalSaysWhenAnHourLeaves() {
        var quota = RequestQuota(perTenantMax: 2, windowHours: 24)
        let start = 500_000 * hour
        quota.add(TenantID(1), atMicros: start + 5)
        quota.add(TenantID(1), atMicros: start + hour)
        #expect(
            quota.refusal(TenantID(1), atMicros: start + hour + 10)
                == .quotaReached(retryMicros: hour - 10))
        #expect(quota.refusal(TenantID(2), atMicros: start + hour + 10) == nil)
        #expect(quota.refusal(TenantID(1), atMicros: start + 25 * hour - 1) != nil)
        #expect(quota.refusal(TenantID(1), atMicros: start + 25 * hour) == nil)
    }

    @Test func anotherWindowKeepsTheHoursItHas() {
        var quota = RequestQuota(perTenantMax: 9, windowHours: 48)
        let start = 500_000 * hour
        for index in Int64(0)..<40 { quota.add(TenantID(1), atMicros: start + index * hour) }
        var shorter = RequestQuota(perTenantMax: 9, windowHours: 24)
        for row in quota.rows {
            shorter.restore(
                row.tenant, lastHour: row.lastHour, oldestFirst: quota.oldestFirst(row))
        }
        #expect(quota.count(TenantID(1), atMicros: start + 39 * hour) == 40)
        #expect(shorter.count(TenantID(1), atMicros: start + 39 * hour) == 25)
    }
}
