import ArgumentParser

/// The command line of riskd.
struct RiskdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "riskd",
        abstract: "Real-time consumer-credit risk over gRPC.",
        subcommands: [ServeCommand.self])
}

RiskdCommand.main()
