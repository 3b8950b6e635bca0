import ArgumentParser
import Foundation

/// `riskctl restore`: a data directory made from a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a data directory from a backup, offline.",
        discussion: """
            The new directory appears only when all of it is on the disk. What happened after the \
            backup is not in it. Run `riskctl verify` on it before riskd serves it.
            """)

    @Argument(help: "The backup.")
    var from: String
    @Argument(help: "The data directory to make; it must not exist, or be empty.")
    var directory: String
    @Flag(help: "One JSON object instead of lines.")
    var json = false

    func run() throws {
        try reportingFailures {
            let source = URL(fileURLWithPath: from)
            let target = URL(fileURLWithPath: directory)
            try DirectoryCopy.checkIsBackup(source)
            try DirectoryCopy.checkIsFree(target)
            let copy = try DirectoryCopy(from: source, to: target)
            var facts = Facts()
            facts.add("directory", target.path)
            facts.add("files", copy.fileCount)
            facts.add("bytes", copy.byteCount)
            try facts.print(asJSON: json)
        }
    }
}
