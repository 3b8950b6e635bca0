import Domain
import Ground
import Testing

@testable import Limits

@Suite struct LabelSetsTests {
    private func labels(_ random: inout RandomSource) -> [Label] {
        var labels: [Label] = []
        for dimension in UInt64(5)...12 where Bool.random(using: &random) {
            labels.append(
                Label(dimension: dimension, value: UInt64.random(in: 1...2, using: &random)))
        }
        return labels
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func agreesWithADictionary(_ seed: UInt64) {
        struct Key: Hashable {
            var tenant: UInt32
            var labels: [Label]
        }
        var random = RandomSource(seed: seed)
        var sets = LabelSets()
        var expected: [Key: UInt32] = [:]
        for turn in 0..<5_000 {
            if turn % 7 == 0 {
                let count = Int.random(in: max(0, sets.count - 3)...sets.count, using: &random)
                sets.removeLast(downTo: count)
                expected = expected.filter { $0.value <= count }
            }
            let key = Key(
                tenant: UInt32.random(in: 1...2, using: &random), labels: labels(&random))
            if expected[key] == nil, !key.labels.isEmpty {
                expected[key] = UInt32(expected.count + 1)
            }
            let id = sets.intern(TenantID(key.tenant), key.labels)
            #expect(id?.rawValue == expected[key, default: 0], "seed \(seed) turn \(turn)")
            #expect(sets.labels(of: id ?? .none) == key.labels, "seed \(seed) turn \(turn)")
            #expect(sets.count == expected.count, "seed \(seed) turn \(turn)")
            for dimension in UInt64(4)...12 {
                #expect(
                    sets.value(id ?? .none, of: dimension)
                        == key.labels.first { $0.dimension == dimension }?.value ?? 0,
                    "seed \(seed) turn \(turn)")
            }
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func comesBackFromImagesInAnyOrder(_ seed: UInt64) {
        var random = RandomSource(seed: seed)
        var sets = LabelSets()
        for _ in 0..<500 { _ = sets.intern(TenantID(1), labels(&random)) }
        let images = (1...sets.count).map(sets.image)
        var restored = LabelSets()
        for image in (images + images).shuffled(using: &random) { restored.restore(image) }
        restored.finishRestoring()
        #expect(restored.count == sets.count, "seed \(seed)")
        for image in images {
            #expect(restored.labels(of: image.id) == image.labels, "seed \(seed)")
            #expect(restored.intern(image.tenant, image.labels) == image.id, "seed \(seed)")
        }
    }

    @Test func aTenantCannotFillTheMemoryOfAll() {
        var sets = LabelSets()
        for value in 1...UInt64(LabelSets.countMax) {
            #expect(sets.intern(TenantID(1), [Label(dimension: 99, value: value)]) != nil)
        }
        #expect(sets.intern(TenantID(1), [Label(dimension: 98, value: 1)]) == nil)
        #expect(sets.intern(TenantID(1), [Label(dimension: 99, value: 7)]) == LabelSetID(7))
        #expect(sets.intern(TenantID(2), [Label(dimension: 98, value: 1)]) != nil)
    }
}
