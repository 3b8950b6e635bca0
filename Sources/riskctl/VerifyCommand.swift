import ArgumentParser
import Foundation
import Journal
import Tenancy

/// `riskctl verify`: reads a whole data directory and adds everything up again.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read a stopped data directory from end to end.",
        discussion: """
            Checks every checksum, the chain of hashes and the hashes of every record, rebuilds \
            the state from all records and from the checkpoint, adds every balance up from the \
            holds and drawings of the records, and compares the three. Changes nothing. Damage \
            and differences end with exit code 65.
            """)

    @Argument(help: "A data directory or a backup that no riskd has open.")
    var directory: String
    @Flag(help: "One JSON object instead of lines.")
    var json = false

    func run() throws {
        try reportingFailures {
            let report = try verified()
            var facts = Facts()
            facts.add("records", report.recordCount)
            facts.add("checkpoint at record", report.checkpointSequence)
            facts.add("torn tail bytes", report.tornTailBytes)
            facts.add("lines", report.lineCount)
            facts.add("open holds", report.openHoldCount)
            facts.add("differences", report.differenceCount)
            facts.add("state hash", report.stateHash)
            try facts.print(asJSON: json)
            guard report.differenceCount == 0 else {
                throw Failure(.badData, report.differences.joined(separator: "\nriskctl: "))
            }
        }
    }

    private func verified() throws -> VerificationReport {
        // A secret is read only where there is a journal: elsewhere loading would make one.
        let isJournal = FileManager.default.fileExists(atPath: directory + "/witness")
        do {
            let secret = isJournal ? try RootSecret.load(directory: directory) : nil
            return try JournalVerifier.verify(
                directory: directory, identity: secret?.journalIdentity)
        } catch let error as JournalError {
            switch error {
            case .directoryInUse, .fileFailed, .closed: throw Failure(.failed, "\(error)")
            default: throw Failure(.badData, "\(error)")
            }
        } catch {
            throw Failure(.badData, "\(error)")
        }
    }
}
