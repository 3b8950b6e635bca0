import ArgumentParser
import Foundation

/// Why a command ends with something else than 0: one line that says what to do.
struct Failure: Error {
    /// sysexits.h, as far as DESIGN's table has them.
    enum Kind: Int32 {
        case failed = 1
        case badData = 65
        case unreachable = 69
    }

    var kind: Kind
    var problem: String

    init(_ kind: Kind, _ problem: String) {
        self.kind = kind
        self.problem = problem
    }
}

/// Runs a command's work; a failure goes to standard error, and its kind is the exit code.
func reportingFailures(_ work: () throws -> Void) throws {
    do {
        try work()
    } catch let failure as Failure {
        FileHandle.standardError.write(Data("riskctl: \(failure.problem)\n".utf8))
        throw ExitCode(failure.kind.rawValue)
    }
}

/// Facts for a reader: a line each, or one JSON object with `--json`.
struct Facts: Encodable {
    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var pairs: [(name: String, value: any Encodable & Sendable)] = []

    mutating func add(_ name: String, _ value: some Encodable & Sendable) {
        pairs.append((name, value))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (name, value) in pairs {
            let key = name.replacingOccurrences(of: " ", with: "_")
            try container.encode(value, forKey: Name(stringValue: key))
        }
    }

    func print(asJSON: Bool) throws {
        guard asJSON else {
            for (name, value) in pairs { Swift.print("\(name): \(value)") }
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
