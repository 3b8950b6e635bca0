import Domain
import Foundation
import Ground
import Testing

@testable import Journal

/// Figures of the table of requests: `RISKD_MEASURE=1 swift test -c release --filter
/// RequestMeasurements`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["RISKD_MEASURE"] != nil), .serialized)
struct RequestMeasurements {
    private static let count = 2_000_000
    private static let nowMicros: Int64 = 1_700_000_000_000_000

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let time = try clock.measure(body)
        return Double(time.components.attoseconds) / 1e18 + Double(time.components.seconds)
    }

    private func key(_ number: Int) -> Hash128 {
        let low = UInt64(number) &* 0x9e37_79b9_7f4a_7c15
        return RequestKey.make(
            hash: Hash128(high: low, low: low ^ low &>> 29),
            statedMillis: UInt64(Self.nowMicros / 1_000) + UInt64(number / 100))
    }

    /// Bytes of all files in a folder.
    private func bytes(of folder: String) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: folder).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            let isFile = attributes[.type] as? FileAttributeType == .typeRegular
            return sum + (isFile ? attributes[.size] as? Int ?? 0 : 0)
        }
    }

    /// Two million requests: remembering, saving, and loading them at a start.
    @Test func theTableOfTwoMillionLoads() throws {
        let folder = TemporaryFolder()
        let store = try RocksStore(path: folder.path)
        let configuration = JournalConfiguration(directory: "")
        var sequencer = Sequencer(configuration)
        let remembered = seconds {
            for number in 0..<Self.count {
                sequencer.requests.remember(
                    key(number), tenant: TenantID(1), sequence: UInt64(number) + 1,
                    timeMicros: Self.nowMicros + Int64(number) * 10)
            }
        }
        let below = try RequestCheckpoint.savePages(after: nil, store: store) { $0(sequencer) }
        let block = RequestCheckpoint.block(sequencer, savedBelow: below)
        try store.flush()
        store.forgetReads()
        for _ in 0..<3 {
            var digest: UInt64 = 0
            let loaded = try seconds {
                let found = try RequestCheckpoint.load(
                    block, store: store, configuration: configuration)
                digest = found.requests.table.digest
            }
            print("measured: \(Self.count) requests load in \(loaded) s")
            #expect(digest == sequencer.requests.table.digest)
            store.forgetReads()
        }
        print("measured: remembering one \(remembered / Double(Self.count) * 1e9) ns")
    }

    /// What it costs a request to leave memory: processor and disk.
    @Test func theArchiveOfTwoMillion() throws {
        let folder = TemporaryFolder()
        let store = try RocksStore(path: folder.path)
        let runs = RequestRuns(store: store)
        var table = RequestTable(countMax: 1 << 16)
        var spent = 0.0
        var archived = 0
        for number in 0..<Self.count {
            let tag = RequestEntry.tag(key(number), tenant: TenantID(1))
            let entry = RequestEntry(tag: tag, sequence: UInt64(number) + 1, statesTime: true)
            let micros = Self.nowMicros + Int64(number) * 10
            table.insert(entry, statedMicros: micros, day: RequestTime.day(micros))
            while let offer = table.offer(durableSequence: .max) {
                spent += try seconds { try runs.put(offer) }
                archived += offer.page.entries.count
                table.archived(offer)
            }
        }
        spent += try seconds { try store.flush() }
        let perRequest = Double(try bytes(of: folder.path)) / Double(archived)
        print("measured: archiving one \(spent / Double(archived) * 1e9) ns, \(perRequest) bytes")
        let looked = try seconds {
            for number in 0..<10_000 {
                let tag = RequestEntry.tag(key(number * 100), tenant: TenantID(1))
                let found = try runs.find(
                    tag, statedMicros: Self.nowMicros + Int64(number) * 1_000,
                    nowMicros: Self.nowMicros + 100_000_000)
                #expect(found == UInt64(number) * 100 + 1)
            }
        }
        print("measured: looking one up on disk \(looked / 10_000 * 1e6) us")
    }
}
