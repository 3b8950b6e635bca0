import Foundation

/// Conformance cases of the CEL specification, read from JSON and run.
///
/// The form is that of cel-spec's SimpleTest: an array of objects with `name`, `expr`, `file`,
/// `section`, and optionally `bindings`, `typeEnv`, `container`, `disableCheck`, and `value` or
/// `evalError`; a case with neither expects true.
public struct VectorSuite: Sendable {
    /// What a case expects.
    enum Expectation: Sendable {
        case value(Value)
        case error
    }

    /// One case.
    struct Case: Sendable {
        let name: String
        let section: String
        let source: String
        let environment: ExpressionEnvironment
        let row: ValueRow
        let isChecked: Bool
        let expectation: Expectation
    }

    /// Why a file is no suite, or a case cannot be read.
    public struct Problem: Error, CustomStringConvertible {
        /// What is wrong, with what was found.
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// A case that did not give what it expects.
    public struct Failure: Sendable, CustomStringConvertible {
        /// FILE/SECTION/NAME.
        public let name: String
        /// The expression.
        public let source: String
        /// What came instead.
        public let problem: String

        /// Name and problem.
        public var description: String { "\(name): \(problem)" }
    }

    /// How many cases of a section did what.
    public struct Tally: Sendable {
        /// FILE/SECTION, in the order of the file.
        public let section: String
        /// Cases that gave what they should.
        public internal(set) var passed = 0
        /// Cases that did not.
        public internal(set) var failures: [Failure] = []
    }

    /// A case, or why it cannot be run: it then counts as failed.
    enum Entry: Sendable {
        case readable(Case)
        case unreadable(name: String, section: String, problem: String)
    }

    let entries: [Entry]
    /// Cases.
    public var count: Int { entries.count }

    /// Reads a suite; fails only when it is no JSON array of objects.
    public init(json: [UInt8]) throws {
        let document = try? JSONSerialization.jsonObject(with: Data(json))
        guard let list = document as? [[String: Any]] else {
            throw Problem("not a JSON array of cases")
        }
        entries = list.map(VectorReader.entry)
    }

    /// Runs every case and counts by section.
    public func run() -> [Tally] {
        var tallies: [Tally] = []
        var places: [String: Int] = [:]
        for entry in entries {
            let section = entry.section
            let place = places[section] ?? tallies.count
            if place == tallies.count {
                places[section] = place
                tallies.append(Tally(section: section))
            }
            if let failure = entry.failure() {
                tallies[place].failures.append(failure)
            } else {
                tallies[place].passed += 1
            }
        }
        return tallies
    }
}

extension VectorSuite.Entry {
    fileprivate var section: String {
        switch self {
        case .readable(let one): one.section
        case .unreadable(_, let section, _): section
        }
    }

    /// Runs a case; nil when it gave what it should.
    fileprivate func failure() -> VectorSuite.Failure? {
        switch self {
        case .readable(let one):
            one.problem().map {
                VectorSuite.Failure(
                    name: "\(one.section)/\(one.name)", source: one.source, problem: $0)
            }
        case .unreadable(let name, let section, let problem):
            VectorSuite.Failure(name: "\(section)/\(name)", source: "", problem: problem)
        }
    }
}

extension VectorSuite.Case {
    /// What is wrong with the case's result; nil when it is as expected.
    func problem() -> String? {
        let expression: CompiledExpression
        do {
            expression = try CompiledExpression.compile(
                source, in: environment, checking: isChecked ? .typed : .none)
        } catch {
            // Unchecked, every error of the language but the syntax's is one of the run.
            return "refused: \(error)"
        }
        do {
            let value = try expression.evaluate(row)
            switch expectation {
            case .error: return "no error but \(value)"
            case .value(let wanted):
                return value.isIdentical(to: wanted) ? nil : "\(value) instead of \(wanted)"
            }
        } catch {
            if case .error = expectation { return nil }
            return "\(error)"
        }
    }
}

extension Value {
    /// The same type and value all the way down: stricter than the language's equality, which
    /// takes 1 for 1u, and kinder to NaN.
    func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.double(let left), .double(let right)):
            return left.isNaN ? right.isNaN : left == right && left.sign == right.sign
        case (.list(let left), .list(let right)):
            return left.count == right.count
                && zip(left, right).allSatisfy { $0.isIdentical(to: $1) }
        case (.map(let left), .map(let right)):
            return left.count == right.count
                && zip(left.keys, left.values).allSatisfy { key, value in
                    right.keys.contains { $0.isIdentical(to: key) }
                        && right[key].map { value.isIdentical(to: $0) } ?? false
                }
        case (.optional(let left), .optional(let right)):
            guard let left, let right else { return left == nil && right == nil }
            return left.isIdentical(to: right)
        default: return type == other.type && self == other
        }
    }
}
