import Domain
import Ground
import Testing

@testable import Journal

/// Requests against a dictionary that never forgets, over evictions, checkpoints, restarts and
/// crashes of file system and store, by a clock that runs for weeks.
@Suite struct RequestOracleTests {
    /// What a dictionary knows: of every acknowledged request its record, of every tenant its
    /// times.
    private struct Oracle {
        var sequences: [Hash128: UInt64] = [:]
        var ids: [(key: Hash128, statedMicros: Int64?)] = []
        var times: [Int64] = []
    }

    private static func configuration() -> JournalConfiguration {
        var configuration = JournalMachine.configuration()
        configuration.requestCountMax = 60
        configuration.requestsPerTenantMax = 120
        return configuration
    }

    private struct Life {
        var oracle = Oracle()
        var random: RandomSource
        var now: Int64 = 1_700_000_000_000_000
        var nextID: UInt64 = 1
        var inFlight: [SequencedRecord] = []
        var counts: [String: Int] = [:]
        let note: String

        /// A new id, mostly of now; or one that was used before, young ones more often.
        mutating func key() -> Hash128 {
            if !oracle.ids.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
                let isYoung = Bool.random(using: &random)
                let first = isYoung ? max(0, oracle.ids.count - 80) : 0
                return oracle.ids[Int.random(in: first..<oracle.ids.count, using: &random)].key
            }
            nextID += 1
            let hour = RequestTime.hourMicros
            let stated: Int64? =
                switch Int.random(in: 0..<12, using: &random) {
                case 0: nil
                case 1: now - Int64.random(in: 0...30 * hour, using: &random)
                case 2: now + Int64.random(in: 0...600_000_000, using: &random)
                default: now - Int64.random(in: 0...2_000_000, using: &random)
                }
            return RequestKey.make(
                hash: Hash128(high: random.next(), low: nextID),
                statedMillis: stated.map { UInt64($0 / 1_000) })
        }

        /// What the dictionary says of a request that comes now, after some of the same batch.
        func expected(_ key: Hash128, ahead: Int) -> String {
            if let sequence = oracle.sequences[key] { return "repeated \(sequence)" }
            if let stated = RequestKey.statedMicros(key) {
                if now - stated > 24 * RequestTime.hourMicros { return "expired" }
                if stated - now > 300_000_000 { return "fromFuture" }
            }
            let first = (now / RequestTime.hourMicros - 24) * RequestTime.hourMicros
            let count = oracle.times.reversed().prefix { $0 >= first }.count + ahead
            return count < 120 ? "recorded" : "quota"
        }

        mutating func acknowledge(_ records: [SequencedRecord]) {
            for made in records {
                oracle.sequences[made.requestKey] = made.record.sequence
                oracle.ids.append(
                    (made.requestKey, RequestKey.statedMicros(made.requestKey)))
                oracle.times.append(made.record.timeMicros)
            }
            inFlight = []
        }
    }

    /// One step: a few requests, each against the dictionary, and their batch. False: it crashed.
    private func step(_ machine: inout JournalMachine, _ life: inout Life) throws -> Bool {
        life.now += Int64.random(in: 0...1_200_000_000, using: &life.random)
        if Int.random(in: 0..<200, using: &life.random) == 0 {
            life.now += Int64.random(in: 0...30, using: &life.random) * RequestTime.dayMicros
        }
        var pending: [SequencedRecord] = []
        var verdicts: [Verdict] = []
        for _ in 0..<Int.random(in: 1...6, using: &life.random) {
            var proposal = ProposalMaker().proposal(life.nextID, .featuresPut, [])
            proposal.requestKey = life.key()
            var expected = life.expected(proposal.requestKey, ahead: pending.count)
            if let made = pending.first(where: { $0.requestKey == proposal.requestKey }) {
                expected = "repeated \(made.record.sequence)"
            }
            let batch = machine.sequence([proposal], wallMicros: life.now)
            #expect(answer(batch) == expected, "\(life.note) at \(life.now)")
            life.counts[expected.split(separator: " ").first.map(String.init) ?? "", default: 0] +=
                1
            pending += batch.records
            verdicts += batch.verdicts
        }
        life.inFlight = pending
        var batch = SequencedBatch()
        batch.records = pending
        do throws(FileError) {
            try machine.commit(batch)
        } catch {
            return false
        }
        life.acknowledge(pending)
        try machine.archiveRequests()
        return true
    }

    private func answer(_ batch: SequencedBatch) -> String {
        switch batch.verdicts.last?.answer {
        case .recorded: return "recorded"
        case .repeated(let sequence): return "repeated \(sequence)"
        case .requestRefused(.quotaReached): return "quota"
        case .requestRefused(let refusal): return "\(refusal)"
        default: return "other"
        }
    }

    private func checkpoint(_ machine: inout JournalMachine, _ life: inout Life) throws -> Bool {
        var parts = machine
        var isAlive = true
        var failure: (any Error)?
        let checkpointer = Checkpointer(
            store: machine.store, tenants: machine.parts.tenants, participants: [])
        let attempt = Result {
            try checkpointer.run(
                mark: machine.parts.writer.mark,
                onSequencer: { body in
                    // Requests go on, and leave memory, between any two blocks.
                    if isAlive, Int.random(in: 0..<4, using: &life.random) == 0 {
                        do {
                            isAlive = try step(&parts, &life)
                        } catch {
                            failure = error
                        }
                    }
                    body(parts.parts.sequencer)
                },
                awaitDurable: { _ throws(JournalError) in
                    // What a batch that failed made is in the blocks, and must never be switched
                    // to.
                    guard isAlive else { throw .closed }
                })
        }
        if let failure { throw failure }
        if isAlive { try attempt.get() }
        machine = parts
        return isAlive
    }

    /// With a store that keeps what was flushed only, and a machine that stops at any call.
    @Test(arguments: UInt64(1)...8) func agreesWithADictionaryThatNeverForgets(
        _ seed: UInt64
    ) throws {
        let files = SimulatedFileSystem(seed: seed)
        let store = ForgetfulStore()
        var life = Life(random: RandomSource(seed: seed), note: "seed \(seed)")
        for _ in 0..<10 {
            files.restart()
            store.crash()
            var machine = try JournalMachine(
                files: files, store: store, configuration: Self.configuration())
            if machine.parts.writer.mark.sequence == life.inFlight.last?.record.sequence {
                life.acknowledge(life.inFlight)
            }
            life.inFlight = []
            try machine.archiveRequests()
            files.crash(afterCalls: Int.random(in: 1...600, using: &life.random))
            var isAlive = true
            for _ in 0..<150 where isAlive {
                isAlive = try step(&machine, &life)
                if isAlive, Int.random(in: 0..<25, using: &life.random) == 0 {
                    isAlive = try checkpoint(&machine, &life)
                }
            }
        }
        for kind in ["recorded", "repeated", "expired", "fromFuture", "quota"] {
            #expect(life.counts[kind, default: 0] > 10, "seed \(seed) met \(life.counts)")
        }
    }

    /// Everything in the store is there after a crash that no checkpoint came before.
    @Test func whatLeftMemorySinceTheCheckpointLeavesItAgainInTheReplay() throws {
        var configuration = Self.configuration()
        configuration.requestsPerTenantMax = 1_000
        let files = SimulatedFileSystem(seed: 1)
        let store = ForgetfulStore()
        var machine = try JournalMachine(
            files: files, store: store, configuration: configuration)
        let now: Int64 = 1_700_000_000_000_000
        for number in UInt64(1)...300 {
            try machine.commit(
                machine.sequence([ProposalMaker().open(number)], wallMicros: now))
            try machine.archiveRequests()
        }
        #expect(machine.parts.sequencer.requests.table.startNumber >= 224)
        store.crash()
        #expect(try store.get(Array("manifest".utf8)) == nil)
        machine = try JournalMachine(
            files: files, store: store, configuration: configuration)
        #expect(machine.parts.sequencer.requests.table.startNumber >= 224)
        for number in UInt64(1)...300 {
            let batch = machine.sequence([ProposalMaker().open(number)], wallMicros: now)
            #expect(answer(batch) == "repeated \(number)")
        }
    }
}
