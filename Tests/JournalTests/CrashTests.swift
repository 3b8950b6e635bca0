import Domain
import Ground
import Testing

@testable import Journal

/// Crashes of the simulated machine, at every kind of call.
@Suite struct CrashTests {
    struct Life {
        var acknowledged: [UInt64: DurableRecord] = [:]
        /// What the state must be after exactly these records.
        var hashAfter: [UInt64: SHA256Digest] = [:]
        var durableSequence: UInt64 = 0
        var inFlight: [SequencedRecord] = []
    }

    /// Runs until the machine stops; the last batch is in flight.
    private func live(
        _ machine: inout JournalMachine, _ stream: inout ProposalStream, _ life: inout Life,
        _ random: inout RandomSource
    ) {
        for _ in 0..<400 {
            let proposals = (0..<Int.random(in: 1...8, using: &random)).map { _ in stream.next() }
            let batch = machine.sequence(proposals, wallMicros: stream.wallMicros)
            life.inFlight = batch.records
            guard let last = batch.records.last?.record.sequence else { continue }
            life.hashAfter[last] = machine.parts.sequencer.stateHash()
            do throws(FileError) {
                try machine.commit(batch)
                if Int.random(in: 0..<5, using: &random) == 0 {
                    try machine.parts.writer.settleWitness()
                }
            } catch {
                if machine.parts.writer.mark.sequence == last { acknowledge(batch, &life) }
                return
            }
            acknowledge(batch, &life)
            for made in batch.records {
                stream.numbers[made.record.tenant.rawValue] = made.record.tenantSequence
            }
            if Int.random(in: 0..<30, using: &random) == 0 {
                let copy = machine.parts
                try? Checkpointer(
                    store: machine.store, tenants: copy.tenants, participants: []
                ).run(
                    mark: copy.writer.mark, onSequencer: { $0(copy.sequencer) },
                    awaitDurable: { _ in })
            }
        }
    }

    private func acknowledge(_ batch: SequencedBatch, _ life: inout Life) {
        for made in batch.records { life.acknowledged[made.record.sequence] = made.record }
        life.durableSequence = batch.records.last?.record.sequence ?? life.durableSequence
        life.inFlight = []
    }

    /// After each crash every acknowledged record is there, none twice, and the batch in flight is
    /// wholly there or wholly absent; the rebuilt state is that of the running one.
    @Test(arguments: UInt64(1)...12) func nothingAcknowledgedIsLost(_ seed: UInt64) throws {
        let files = SimulatedFileSystem(seed: seed)
        let store = ForgetfulStore()
        var stream = ProposalStream(seed: seed)
        var random = RandomSource(seed: seed &+ 1_000)
        var life = Life()
        for crash in 0..<12 {
            let note: Comment = "seed \(seed) crash \(crash)"
            files.restart()
            store.crash()
            var machine = try JournalMachine(files: files, store: store)
            let last = machine.parts.writer.mark.sequence
            let whole = life.inFlight.last?.record.sequence ?? life.durableSequence
            #expect(last == life.durableSequence || last == whole, note)
            if last > 0 {
                #expect(machine.parts.sequencer.stateHash() == life.hashAfter[last], note)
            }
            if last == whole {
                for made in life.inFlight { life.acknowledged[made.record.sequence] = made.record }
            }
            life.durableSequence = last
            life.inFlight = []
            try verify(machine, life, last, note)
            if Bool.random(using: &random) {
                files.crash(afterCalls: Int.random(in: 1...300, using: &random))
            } else {
                files.crash(afterCalls: Int.random(in: 1...20, using: &random))
            }
            live(&machine, &stream, &life, &random)
        }
        #expect(life.durableSequence > 100, "seed \(seed) hardly ran")
    }

    private func verify(
        _ machine: JournalMachine, _ life: Life, _ last: UInt64, _ note: Comment
    ) throws {
        var keys = Set<UInt64>()
        for sequence in stride(from: UInt64(1), through: last, by: 1) {
            let stored = try machine.parts.reader.read(sequence: sequence).sequenced
            let expected = try #require(life.acknowledged[sequence], note)
            #expect(stored.record.effects == expected.effects, note)
            #expect(stored.record.body == expected.body, note)
            #expect(stored.record.tenantSequence == expected.tenantSequence, note)
            if !stored.requestKey.isZero {
                let key = RequestEntry.tag(stored.requestKey, tenant: stored.record.tenant)
                #expect(keys.insert(key).inserted, note)
            }
        }
    }

    @Test func aFailedSyncIsNeverRetried() throws {
        for seed in UInt64(1)...20 {
            let files = SimulatedFileSystem(seed: seed)
            var machine = try JournalMachine(files: files, store: MemoryStore())
            try machine.commit(machine.sequence([ProposalMaker().open(1)], wallMicros: 1))
            files.setSyncFails(true)
            let batch = machine.sequence([ProposalMaker().open(2)], wallMicros: 2)
            #expect(throws: FileError.self, "seed \(seed)") { try machine.commit(batch) }
            files.restart()
            let again = try JournalMachine.recover(files, MemoryStore())
            #expect((1...2).contains(again.report.lastSequence), "seed \(seed)")
        }
    }
}
