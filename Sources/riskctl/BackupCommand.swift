import ArgumentParser
import Foundation

/// `riskctl backup`: a copy of everything that is durable now, made by the running riskd.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the data of a running riskd; calls go on.",
        discussion: """
            The copy is written by riskd, on its machine and as its user: the directory must not \
            exist, or be empty. It holds every record that was acknowledged before the command \
            began, the secret and a checkpoint: whoever has it can read everything.
            """)

    @Option(help: "The admin port of the running riskd, HOST:PORT.")
    var admin = "127.0.0.1:9090"
    @Option(help: "The directory to write the copy to.")
    var to: String
    @Flag(help: "One JSON object instead of lines.")
    var json = false

    private struct Request: Encodable {
        var directory: String
    }
    private struct Reply: Decodable {
        var sequence: UInt64
        var bytes: Int
        var files: Int
        var stateHash: String
    }

    func run() throws {
        try reportingFailures {
            // riskd has another working directory.
            let directory = URL(fileURLWithPath: to).standardizedFileURL.path
            let reply = try AdminClient(admin).post(
                "/backup", Request(directory: directory), as: Reply.self)
            var facts = Facts()
            facts.add("directory", directory)
            facts.add("last record", reply.sequence)
            facts.add("files", reply.files)
            facts.add("bytes", reply.bytes)
            facts.add("state hash", reply.stateHash)
            try facts.print(asJSON: json)
        }
    }
}
