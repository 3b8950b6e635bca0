import ArgumentParser

/// The operator's command: backups, verification, the clock.
@main
struct RiskctlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "riskctl",
        abstract:
            "Backs up, restores and verifies a riskd, asks after its clock, checks expressions.",
        discussion: """
            Commands with --admin speak to a running riskd that was started with --admin; the \
            others work on a data directory that no riskd has open.

            Exit codes: 0 done, 1 failed, 64 bad usage, 65 the data is damaged or does not add \
            up, 69 unreachable.
            """,
        subcommands: [
            BackupCommand.self, RestoreCommand.self, VerifyCommand.self, ClockCommand.self,
            ExprCommand.self,
        ])
}
