/// One declaration of a .proto file, with the comment above it.
struct ProtoDeclaration {
    enum Kind: Equatable {
        case message, enumeration, oneof, service
        case field(type: String, label: String?)
        case value(number: String)
        case method(request: String, response: String)
    }

    let kind: Kind
    let name: String
    /// Name of the message, enumeration or service around it; empty at the top.
    let parent: String
    let line: Int
    let comment: String?
}

/// The declarations of a .proto file (proto3, without options in braces).
struct ProtoFile {
    let path: String
    private(set) var package = ""
    private(set) var declarations: [ProtoDeclaration] = []

    private let source: TokenizedText
    private var position = 0

    init(path: String, text: String) {
        self.path = path
        source = TokenizedText(text)
        while position < source.tokens.count { parseStatement(parent: "") }
    }

    private func word(_ offset: Int = 0) -> String {
        let index = position + offset
        return index < source.tokens.count ? source.tokens[index].text : ""
    }

    private mutating func declare(_ kind: ProtoDeclaration.Kind, name: String, parent: String) {
        let line = source.tokens[position].line
        declarations.append(
            ProtoDeclaration(
                kind: kind, name: name, parent: parent, line: line,
                comment: source.comment(above: line)))
    }

    private mutating func parseStatement(parent: String) {
        switch word() {
        case "package":
            let name = source.tokens[(position + 1)...].prefix { $0.text != ";" }
            package = name.map(\.text).joined()
            skip(past: ";")
        case "message" where word(2) == "{": parseBlock(.message, parent: parent)
        case "enum" where word(2) == "{": parseEnumeration(parent: parent)
        case "service" where word(2) == "{": parseBlock(.service, parent: parent)
        case "oneof" where word(2) == "{": parseBlock(.oneof, parent: parent)
        case "rpc": parseMethod(parent: parent)
        case "syntax", "import", "option", "reserved": skip(past: ";")
        case ";": position += 1
        default: parseField(parent: parent)
        }
    }

    private mutating func parseBlock(_ kind: ProtoDeclaration.Kind, parent: String) {
        let name = word(1)
        declare(kind, name: name, parent: parent)
        position += 3
        // A oneof's members are fields of the message around it.
        let inner = kind == .oneof ? parent : name
        while position < source.tokens.count, word() != "}" { parseStatement(parent: inner) }
        position += 1
    }

    private mutating func parseEnumeration(parent: String) {
        let name = word(1)
        declare(.enumeration, name: name, parent: parent)
        position += 3
        while position < source.tokens.count, word() != "}" {
            if word(1) == "=" { declare(.value(number: word(2)), name: word(), parent: name) }
            skip(past: ";")
        }
        position += 1
    }

    private mutating func parseMethod(parent: String) {
        let end = source.tokens[position...].firstIndex { $0.text == ";" || $0.text == "{" }
        let words = source.tokens[position..<(end ?? source.tokens.count)].map(\.text)
        let halves = words.split(separator: "returns")
        func type(_ half: ArraySlice<String>?) -> String {
            guard let half, let open = half.firstIndex(of: "(") else { return "" }
            let inside = half[(open + 1)...].prefix { $0 != ")" }
            return inside.drop { $0 == "stream" }.joined()
        }
        declare(
            .method(request: type(halves.first), response: type(halves.dropFirst().first)),
            name: word(1), parent: parent)
        skip(past: word(words.count) == "{" ? "}" : ";")
    }

    private mutating func parseField(parent: String) {
        let statement = source.tokens[position...].prefix { $0.text != ";" }.map(\.text)
        let labels: Set<String> = ["optional", "required", "repeated"]
        if let equals = statement.firstIndex(of: "="), equals >= 2 {
            let label = labels.contains(statement[0]) ? statement[0] : nil
            let type = statement[(label == nil ? 0 : 1)..<(equals - 1)].joined()
            declare(
                .field(type: type, label: label), name: statement[equals - 1], parent: parent)
        }
        skip(past: ";")
    }

    private mutating func skip(past mark: String) {
        while position < source.tokens.count, word() != mark { position += 1 }
        position += 1
    }
}
