import ArgumentParser
import Expressions
import Foundation

/// `riskctl expr`: expressions without a server.
struct ExprCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expr", abstract: "Check and evaluate expressions.",
        subcommands: [ExprCheckCommand.self, ExprEvalCommand.self])
}

/// `riskctl expr check`: runs conformance cases.
struct ExprCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Run CEL conformance cases from a JSON file.",
        discussion: """
            Prints a line for each section and ends with `N passed, N failed`; the names of \
            failing cases and what came instead stand before it. Exit codes: 0 all passed, 1 some \
            failed, 65 the file is no array of cases.
            """)

    @Argument(help: "Cases in the form of cel-spec's SimpleTest, as a JSON array.")
    var file: String

    func run() throws {
        try reportingFailures {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw Failure(.failed, "cannot read \(file)")
            }
            let suite: VectorSuite
            do {
                suite = try VectorSuite(json: Array(data))
            } catch {
                throw Failure(.badData, "\(file): \(error)")
            }
            let tallies = suite.run()
            for tally in tallies {
                print("\(tally.section): \(tally.passed) passed, \(tally.failures.count) failed")
            }
            for failure in tallies.flatMap(\.failures) {
                print("FAILED \(failure)\n    \(failure.source)")
            }
            let passed = tallies.reduce(0) { $0 + $1.passed }
            print("\(passed) passed, \(suite.count - passed) failed")
            if passed < suite.count { throw ExitCode(Failure.Kind.failed.rawValue) }
        }
    }
}

/// `riskctl expr eval`: one expression, its variables given as expressions too.
struct ExprEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluate an expression.",
        discussion: """
            riskctl expr eval 'income * 0.3 > payment' income=2500.0 payment=700.0

            Exit codes: 0 it has a value, which is printed, 1 it fails when run, 65 it or a \
            variable is refused; errors name line and column.
            """)

    @Argument(help: "The expression.")
    var expression: String
    @Argument(help: "Variables as NAME=EXPRESSION.")
    var variables: [String] = []

    func run() throws {
        try reportingFailures {
            var environment = ExpressionEnvironment()
            var row = ValueRow([])
            var names: Set<String> = []
            for variable in variables {
                let parts = variable.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, names.insert(parts[0]).inserted else {
                    throw Failure(.badData, "not NAME=EXPRESSION, or given twice: \(variable)")
                }
                let (value, type) = try evaluated(
                    parts[1], in: ExpressionEnvironment(), EmptyRow())
                environment.declare(parts[0], .value(type), slot: row.values.count)
                row.values.append(value)
            }
            print(try evaluated(expression, in: environment, row).value)
        }
    }

    private func evaluated(
        _ source: String, in environment: ExpressionEnvironment, _ row: some RowReader
    ) throws -> (value: Value, type: ExpressionType) {
        let compiled: CompiledExpression
        do {
            compiled = try CompiledExpression.compile(source, in: environment)
        } catch {
            throw Failure(.badData, "\(source): \(error)")
        }
        do {
            return (try compiled.evaluate(row), compiled.resultType)
        } catch {
            throw Failure(.failed, "\(source): \(error)")
        }
    }
}
