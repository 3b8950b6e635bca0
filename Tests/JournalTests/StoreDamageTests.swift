import Domain
import Foundation
import Ground
import Testing

@testable import Journal

/// A store that RocksDB calls corrupted is rebuilt from the journal.
@Suite struct StoreDamageTests {
    private let folder = TemporaryFolder()

    private func damageManifest() throws {
        let store = URL(fileURLWithPath: folder.path + "/store")
        let names = try FileManager.default.contentsOfDirectory(atPath: store.path)
        let name = try #require(names.first { $0.hasPrefix("MANIFEST-") })
        let manifest = store.appendingPathComponent(name)
        var bytes = try Data(contentsOf: manifest)
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: manifest)
    }

    @Test func aCorruptedStoreIsSetAsideAndRebuilt() throws {
        let tests = JournalTests()
        let folder = folder
        let verdicts = VerdictBox()
        var configuration = tests.configuration(.rocksDB)
        configuration.directory = folder.path
        func open() throws -> Journal {
            try Journal.open(
                configuration, clock: SimulatedClock(), projections: [], participants: [],
                onVerdicts: { verdicts.take($0) }, onFatal: { Issue.record("fatal: \($0)") })
        }
        var journal = try open()
        journal.submit([
            ProposalMaker().open(1), ProposalMaker().reserve(2, line: 1, amountMinor: 300),
        ])
        _ = verdicts.answer(2)
        let hash = try journal.stateHash()
        try journal.close()
        for round in 1...2 {
            try damageManifest()
            journal = try open()
            #expect(journal.recoveryReport.storeDamage?.hasPrefix("Corruption:") == true)
            #expect(journal.recoveryReport.checkpointSequence == 0)
            #expect(journal.recoveryReport.recordsReplayed == 2)
            #expect(try journal.stateHash() == hash)
            try journal.close()
            let aside = folder.path + "/store.damaged-\(round)"
            #expect(FileManager.default.fileExists(atPath: aside))
        }
        journal = try open()
        #expect(journal.recoveryReport.storeDamage == nil)
        #expect(journal.recoveryReport.checkpointSequence == 2)
        try journal.close()
    }
}
