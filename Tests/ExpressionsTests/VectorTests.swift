import Foundation
import Testing

@testable import Expressions

/// Where the suite of the specification lies beside the repository, if it does.
private let sharedSuite: URL? = {
    var folder = URL(filePath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let named = ProcessInfo.processInfo.environment["CEL_VECTORS"].map { URL(filePath: $0) }
    let file = named ?? folder.appending(path: "../shared/data/cel/vectors.json").standardized
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
}()

@Suite("Vectors")
struct VectorTests {
    @Test(
        "Every case of the specification's suite passes",
        .enabled(if: sharedSuite != nil, "no ../shared/data/cel/vectors.json"))
    func shared() throws {
        let file = try #require(sharedSuite)
        let tallies = try VectorSuite(json: Array(Data(contentsOf: file))).run()
        for failure in tallies.flatMap(\.failures) {
            Issue.record("\(failure.source): \(failure)")
        }
        #expect(tallies.reduce(0) { $0 + $1.passed } >= 836)
    }
}

@Suite("Reading vectors")
struct VectorReadingTests {
    private static func tallies(_ json: String) throws -> [VectorSuite.Tally] {
        try VectorSuite(json: Array(json.utf8)).run()
    }

    @Test("Cases pass and fail by value, type, error and container, counted by section")
    func counting() throws {
        let tallies = try Self.tallies(
            """
            [{"name": "a", "file": "f", "section": "s", "expr": "1 + 1",
              "value": {"int64Value": "2"}},
             {"name": "b", "file": "f", "section": "s", "expr": "2",
              "value": {"uint64Value": "2"}},
             {"name": "c", "file": "f", "section": "t", "expr": "1 / 0",
              "evalError": {"errors": [{"message": "any"}]}},
             {"name": "d", "file": "f", "section": "t", "expr": "1",
              "evalError": {"errors": []}},
             {"name": "e", "file": "f", "section": "t", "expr": "1 == 1"},
             {"name": "f", "file": "f", "section": "t", "expr": "1 +"},
             {"name": "g", "file": "f", "section": "t", "expr": "y", "container": "x",
              "typeEnv": [{"name": "x.y", "ident": {"type": {"primitive": "BOOL"}}}],
              "bindings": {"x.y": {"value": {"boolValue": true}}}},
             {"name": "h", "file": "f", "section": "t", "expr": "nobody", "disableCheck": true,
              "evalError": {"errors": []}},
             {"name": "i", "file": "f", "section": "t", "expr": "1", "value": {"odd": 1}}]
            """)
        #expect(tallies.map(\.section) == ["f/s", "f/t"])
        #expect(tallies.map(\.passed) == [1, 4])
        #expect(
            tallies.flatMap(\.failures).map(\.name) == ["f/s/b", "f/t/d", "f/t/f", "f/t/i"])
    }

    @Test("Values of every kind are read")
    func values() throws {
        let cases: [(json: String, source: String)] = [
            (#"{"nullValue": null}"#, "null"), (#"{"doubleValue": "-Infinity"}"#, "-1.0 / 0.0"),
            (#"{"doubleValue": 1.5}"#, "1.5"), (#"{"bytesValue": "/w=="}"#, "b'\\xff'"),
            (#"{"int64Value": "-9223372036854775808"}"#, "-9223372036854775808"),
            (#"{"uint64Value": "18446744073709551615"}"#, "18446744073709551615u"),
            (#"{"typeValue": "google.protobuf.Timestamp"}"#, "type(timestamp(0))"),
            (#"{"listValue": {"values": [{"boolValue": true}]}}"#, "[true]"),
            (
                #"{"mapValue": {"entries": [{"key": {"stringValue": "k"}, "value": "#
                    + #"{"nullValue": null}}]}}"#,
                "{'k': null}"
            ),
            (
                #"{"objectValue": {"@type": "#
                    + #""type.googleapis.com/google.protobuf.Duration", "value": "1.5s"}}"#,
                "duration('1500ms')"
            ),
            (
                #"{"objectValue": {"@type": "t/google.protobuf.Timestamp", "value": "#
                    + #""1970-01-01T00:00:01Z"}}"#,
                "timestamp(1)"
            ),
            (
                #"{"objectValue": {"@type": "t/google.protobuf.Value", "value": {"a": "#
                    + #"[1, null]}}}"#,
                "{'a': [1.0, null]}"
            ),
        ]
        for (json, source) in cases {
            let text =
                #"[{"name": "n", "expr": "\#(source.replacing("\\", with: "\\\\"))", "#
                + #""value": \#(json)}]"#
            #expect(try Self.tallies(text).map(\.passed) == [1], "\(json)")
        }
    }

    @Test("What is no suite is refused", arguments: ["", "{}", "[1]", "nonsense"])
    func refused(_ json: String) {
        #expect(throws: VectorSuite.Problem.self) { try Self.tallies(json) }
    }
}
