import Foundation
import Testing

@Suite("Protos keep the house rules")
struct ProtoTests {
    @Test("Every declaration of our protos keeps them")
    func allProtos() {
        let files = SourceTree.files(below: "Protos/creditrisk", extensions: ["proto"])
            .map { ProtoFile(path: $0.path, text: $0.text) }
        let count = files.flatMap(\.declarations).count
        #expect(count > 100, "only \(count) declarations were read")
        let offences = ProtoRules.offences(in: files)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    private static let good = """
        syntax = "proto3";
        package creditrisk.v1;
        import "creditrisk/v1/common.proto";
        // Serves.
        service LineService {
          // Opens.
          rpc Open(OpenRequest) returns (OpenResponse);
          // Watches.
          rpc Watch(WatchRequest) returns (stream WatchResponse) {}
        }
        // Asks.
        message OpenRequest {
          // Required. A number.
          int64 line_id = 1;
          // Optional. More,
          // on two lines.
          repeated creditrisk.v1.Line lines = 2 [packed = true];
          // How it is paid.
          oneof means {
            // Optional. By card.
            string card = 3;
          }
          reserved 4, 5;
        }
        // State.
        enum LineState {
          // Not said.
          LINE_STATE_UNSPECIFIED = 0;
          // Open.
          LINE_STATE_OPEN = 1;
        }

        """

    private static func rules(_ text: String) -> [String] {
        let file = ProtoFile(path: "Protos/creditrisk/v1/line.proto", text: text)
        return ProtoRules.offences(in: [file]).map { "\($0.line): \($0.rule)" }
    }

    @Test("A good file has no offence and is read whole")
    func goodFile() {
        #expect(Self.rules(Self.good) == [])
        let file = ProtoFile(path: "a", text: Self.good)
        #expect(
            file.declarations.map(\.name) == [
                "LineService", "Open", "Watch", "OpenRequest", "line_id", "lines", "means", "card",
                "LineState", "LINE_STATE_UNSPECIFIED", "LINE_STATE_OPEN",
            ])
        #expect(
            file.declarations[2].kind
                == .method(request: "WatchRequest", response: "WatchResponse"))
        #expect(
            file.declarations[5].kind == .field(type: "creditrisk.v1.Line", label: "repeated"))
        #expect(file.declarations[5].comment == "Optional. More, on two lines.")
        #expect(file.declarations[7].parent == "OpenRequest")
    }

    @Test(
        "Each broken rule is found at its line",
        arguments: [
            ("// Opens.", "", "7: Open has no comment"),
            ("// State.", "", "26: LineState has no comment"),
            ("// Optional. By card.", "", "21: card has no comment"),
            ("// Open.", "", "30: LINE_STATE_OPEN has no comment"),
            ("Required. A number", "A number", "14: line_id has a comment that does not open"),
            ("line_id =", "lineId =", "14: lineId is not lower_snake_case"),
            ("  int64 line_id", "  optional int64 line_id", "14: line_id is 'optional'"),
            ("(OpenRequest)", "(OpenLineRequest)", "7: Open takes OpenLineRequest"),
            ("(OpenResponse)", "(Line)", "7: Open gives Line"),
            ("UNSPECIFIED = 0", "UNSPECIFIED = 2", "26: LineState does not open with"),
            ("LINE_STATE_OPEN", "OPEN", "30: OPEN does not begin with LINE_STATE_"),
            ("package creditrisk.v1", "package creditrisk.v2", "1: package is not the folder's"),
            ("service LineService", "service Line", "5: Line does not end with 'Service'"),
            ("v1.Line lines", "v1.OpenRequest lines", "12: OpenRequest contains itself"),
            ("rpc Watch(WatchRequest)", "rpc Watch(OpenRequest)", "9: Watch shares OpenRequest"),
        ])
    func brokenRules(old: String, new: String, expected: String) throws {
        let range = try #require(Self.good.firstRange(of: old))
        let found = Self.rules(Self.good.replacingCharacters(in: range, with: new))
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test("Enumeration prefixes", arguments: [("LimitOutcome", "LIMIT_OUTCOME"), ("ID", "ID")])
    func prefixes(name: String, prefix: String) {
        #expect(ProtoRules.upperSnake(name) == prefix)
    }
}
