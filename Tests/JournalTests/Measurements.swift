import Dispatch
import Domain
import Foundation
import Ground
import Limits
import Testing

@testable import Journal

/// Figures rather than judgements, of a release build: `RISKD_MEASURE=1 swift test -c release`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["RISKD_MEASURE"] != nil), .serialized)
struct Measurements {
    private static let lineCount = 1_000_000

    private func expectFigure(_ name: String, _ nanos: UInt64, _ count: Int) {
        let perItem = Double(nanos) / Double(count)
        print("measured: \(name) \((perItem * 10).rounded() / 10) ns")
        #expect(perItem > 0)
    }

    /// Processor time of this thread, nanoseconds: what others do meanwhile does not count.
    private func processorNanos() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func elapsed(_ body: () throws -> Void) rethrows -> UInt64 {
        let start = processorNanos()
        try body()
        return processorNanos() - start
    }

    /// The stages of a durable reserve but the disk, spread over a million lines and on one.
    @Test(arguments: [Measurements.lineCount, 1]) func aReserveByStages(_ spread: Int) throws {
        var configuration = JournalConfiguration(directory: "")
        configuration.requestCountMax = 4_000_000
        var sequencer = Sequencer(configuration)
        let view = LedgerView(sequencer.ledger)
        let tenants = TenantIndex(store: MemoryStore())
        let encoder = BatchEncoder()
        let now = ClockReading(
            wallMicros: 1_700_000_000_000_000, bootMicros: 1_700_000_000_000_000)
        var maker = ProposalMaker()
        maker.expiresAtMicros = now.wallMicros + 600_000_000
        var hash = SHA256Digest.zero
        var nanos: [String: UInt64] = [:]
        var bytes = 0
        func run(_ proposals: [Proposal]) {
            var batch = SequencedBatch()
            nanos["sequencer", default: 0] += elapsed {
                for proposal in proposals {
                    sequencer.take(proposal, reading: now, into: &batch)
                }
            }
            nanos["encode", default: 0] += elapsed {
                hash = encoder.encode(batch.records, previous: hash, identity: 1)
            }
            bytes += encoder.writer.count
            nanos["publish rows", default: 0] += elapsed {
                for made in batch.records { view.publish(made.record) }
            }
            nanos["publish index", default: 0] += elapsed { tenants.append(batch.records) }
        }
        var random = RandomSource(seed: 1)
        var ticket: UInt64 = 0
        func proposals(_ count: Int, _ make: (UInt64) -> Proposal) -> [Proposal] {
            (0..<count).map { _ in
                ticket += 1
                var proposal = make(ticket)
                proposal.alternatives[0].body = [UInt8](repeating: 5, count: 120)
                return proposal
            }
        }
        while ticket < UInt64(Self.lineCount) {
            run(proposals(500) { maker.open($0, limitMinor: 1_000_000_000) })
        }
        nanos = [:]
        bytes = 0
        let count = 1_000_000
        for _ in 0..<count / 250 {
            run(
                proposals(250) {
                    let line = UInt64.random(in: 1...UInt64(spread), using: &random)
                    return maker.reserve($0, line: line, amountMinor: 100)
                })
        }
        for (name, value) in nanos.sorted(by: { $0.key < $1.key }) {
            expectFigure("reserve over \(spread) lines, \(name)", value, count)
        }
        print("measured: \(bytes / count) bytes a reserve with a body of 120")
    }

    /// 8,000 independent reserves in one record.
    @Test func aBatchOfEightThousand() throws {
        var configuration = JournalConfiguration(directory: "")
        configuration.requestCountMax = 100_000
        var sequencer = Sequencer(configuration)
        let view = LedgerView(sequencer.ledger)
        let tenants = TenantIndex(store: MemoryStore())
        let encoder = BatchEncoder()
        let now = ClockReading(
            wallMicros: 1_700_000_000_000_000, bootMicros: 1_700_000_000_000_000)
        var maker = ProposalMaker()
        maker.expiresAtMicros = now.wallMicros + 600_000_000
        var random = RandomSource(seed: 1)
        var nanos: [String: UInt64] = [:]
        let rounds = 50
        for ticket in UInt64(1)...100_000 {
            var batch = SequencedBatch()
            sequencer.take(
                maker.open(ticket, limitMinor: 1_000_000_000), reading: now, into: &batch)
            for made in batch.records { view.publish(made.record) }
            tenants.append(batch.records)
        }
        for round in 0..<rounds {
            let reserves = (0..<8_000).map { _ in
                (line: UInt64.random(in: 1...100_000, using: &random), amountMinor: Int64(5))
            }
            let proposal = maker.batch(UInt64(200_000 + round), reserves)
            var batch = SequencedBatch()
            nanos["sequencer", default: 0] += elapsed {
                sequencer.take(proposal, reading: now, into: &batch)
            }
            nanos["encode", default: 0] += elapsed {
                _ = encoder.encode(batch.records, previous: .zero, identity: 1)
            }
            nanos["publish", default: 0] += elapsed {
                for made in batch.records { view.publish(made.record) }
                tenants.append(batch.records)
            }
        }
        for (name, value) in nanos.sorted(by: { $0.key < $1.key }) {
            expectFigure("batch operation, \(name)", value, rounds * 8_000)
        }
        print("measured: \(encoder.writer.count / 8_000) bytes an operation of a batch")
    }

    /// From the first byte read to ready, out of a checkpoint.
    @Test func aRestart() throws {
        let folder = TemporaryFolder()
        var configuration = JournalConfiguration(directory: folder.path)
        configuration.checkpointEveryRecords = .max
        let box = Lock<Int>(0)
        let done = DispatchSemaphore(value: 0)
        func open() throws -> Journal {
            try Journal.open(
                configuration, clock: SystemClock(), projections: [], participants: [],
                onVerdicts: { verdicts in
                    box.withLock { $0 += verdicts.count }
                    done.signal()
                }, onFatal: { print("measured: fatal \($0)") })
        }
        let journal = try open()
        let maker = ProposalMaker()
        var random = RandomSource(seed: 1)
        for start in stride(from: 0, to: 2 * Self.lineCount, by: 10_000) {
            journal.submit(
                (start..<start + 10_000).map { number in
                    let ticket = UInt64(number) + 1
                    guard number >= Self.lineCount else {
                        var open = maker.open(ticket, limitMinor: 1_000_000)
                        if case .openLine(var opening) = open.alternatives[0].operations[0] {
                            opening.subject = SubjectID(Hash128(high: 5, low: ticket))
                            open.alternatives[0].operations = [.openLine(opening)]
                        }
                        return open
                    }
                    let line = UInt64.random(in: 1...UInt64(Self.lineCount), using: &random)
                    return maker.reserve(ticket, line: line, amountMinor: 1)
                })
            while box.withLock({ $0 }) < start { done.wait() }
        }
        try journal.close()
        for _ in 0..<3 {
            let again = try open()
            let report = again.recoveryReport
            print("measured: restart \(report.seconds) s, \(report.recordsReplayed) replayed")
            #expect(report.lastSequence == UInt64(2 * Self.lineCount))
            try again.close()
        }
        let inspected = try elapsed { _ = try Journal.inspect(configuration) }
        print("measured: replay of everything \(Double(inspected) / 1e9) s")
    }
}
