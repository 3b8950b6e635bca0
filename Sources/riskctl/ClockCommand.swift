import ArgumentParser

/// `riskctl clock`: whether holds expire, and the confirmation that makes them expire again.
struct ClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Look at a running riskd's clock, or confirm it.",
        discussion: """
            When the wall clock jumps by more than 60 s against the time since boot, no hold \
            expires until somebody has looked at the clock and confirms it.
            """,
        subcommands: [Status.self, Confirm.self])

    /// What both say.
    private struct Reply: Decodable {
        var frozen: Bool
        var journalTimeMicros: Int64

        func print(asJSON: Bool) throws {
            var facts = Facts()
            facts.add("expiry frozen", frozen)
            facts.add("journal time micros", journalTimeMicros)
            try facts.print(asJSON: asJSON)
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say whether a jump of the clock has frozen expiry.")

        @Option(help: "The admin port of the running riskd, HOST:PORT.")
        var admin = "127.0.0.1:9090"
        @Flag(help: "One JSON object instead of lines.")
        var json = false

        func run() throws {
            try reportingFailures {
                try AdminClient(admin).get("/clock", as: Reply.self).print(asJSON: json)
            }
        }
    }

    struct Confirm: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm", abstract: "Believe the wall clock again: expiry goes on.")

        @Option(help: "The admin port of the running riskd, HOST:PORT.")
        var admin = "127.0.0.1:9090"
        @Flag(help: "One JSON object instead of lines.")
        var json = false

        private struct Nothing: Encodable {}

        func run() throws {
            try reportingFailures {
                try AdminClient(admin).post("/clock/confirm", Nothing(), as: Reply.self)
                    .print(asJSON: json)
            }
        }
    }
}
