import ArgumentParser
import Testing

@testable import riskload

@Suite struct RiskloadCommandTests {
    @Test func theFlagsOfTheContractAreTaken() throws {
        let command = try RiskloadCommand.parse(
            [
                "--addr", "127.0.0.1:1", "--key", "k", "--scenario", "mix", "--rate", "5",
                "--duration", "30s", "--connections", "2", "--streams", "3", "--warmup", "5s",
                "--json", "f", "--subjects", "a-:7", "--lines", "9", "--hot",
            ])
        #expect(command.scenario == .mix && command.rate == 5 && command.hot)
        #expect(command.duration.nanos == 30_000_000_000 && command.connections == 2)
        #expect(command.holds == 0 && command.batch == 8_000)
        #expect(command.subjects.count == 7 && command.streams == 3 && command.json == "f")
    }

    @Test(arguments: [
        ("reserve-hot", Scenario.reserveHot), ("get-line", .getLine), ("batch", .batch),
    ])
    func scenariosOfTheLedgerAreNamedInKebabCase(name: String, scenario: Scenario) throws {
        let command = try RiskloadCommand.parse(["--scenario", name, "--closed"])
        #expect(command.scenario == scenario && scenario.needsLines)
    }

    @Test(arguments: [
        "--scenario health", "--scenario health --closed --rate 5", "--scenario nothing --closed",
        "--scenario health --rate 0", "--scenario health --rate 10000001", "--closed",
        "--scenario health --closed --duration 0s", "--scenario health --closed --streams 0",
        "--scenario health --closed --connections 4097", "--scenario health --closed --lines 0",
        "--scenario health --closed --html f", "--scenario batch --closed --batch 8001",
        "--scenario batch --closed --holds 4000001", "--scenario health --closed --key ü",
    ])
    func badUsageIsExitCode64(line: String) {
        let error = #expect(throws: (any Error).self) {
            try RiskloadCommand.parse(line.split(separator: " ").map(String.init))
        }
        #expect(error.map { RiskloadCommand.exitCode(for: $0).rawValue } == 64)
    }
}
