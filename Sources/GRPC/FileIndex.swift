/// The files of FileDescriptorSets, found by name and by the names they declare.
///
/// Reads only what it needs of google.protobuf.FileDescriptorProto: name 1, package 2,
/// dependency 3, message 4, enum 5, service 6, extension 7. Nested messages are read with a list
/// of what is left to do, not by recursion.
struct FileIndex: Sendable {
    private struct File {
        var bytes: ArraySlice<UInt8>
        var imports: [String] = []
    }

    private var files: [File] = []
    private var byName: [String: Int] = [:]
    private var bySymbol: [String: Int] = [:]
    /// For each extended message, the files of its extensions by their numbers.
    private var byExtension: [String: [Int: Int]] = [:]

    /// Reads every set; a file that comes twice is taken once.
    init(_ sets: [[UInt8]]) throws(ReflectionError) {
        for set in sets {
            do {
                var reader = WireReader(set[...])
                while let field = try reader.next() {
                    if field.number == 1, case .data(let bytes) = field.value { try add(bytes) }
                }
            } catch {
                throw ReflectionError(
                    description: "no FileDescriptorSet: \(error.problem) at byte \(error.offset)")
            }
        }
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) throws(WireProblem) {
        var file = File(bytes: bytes)
        var name = ""
        var package = ""
        var declared: [(number: Int, bytes: ArraySlice<UInt8>)] = []
        var reader = WireReader(bytes)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, let value): name = try WireReader.text(value)
            case (2, let value): package = try WireReader.text(value)
            case (3, let value): file.imports.append(try WireReader.text(value))
            case (4...7, .data(let bytes)): declared.append((field.number, bytes))
            default: break
            }
        }
        guard byName[name] == nil else { return }
        let number = files.count
        byName[name] = number
        files.append(file)
        for (kind, bytes) in declared {
            try declare(bytes, kind: kind, scope: package, file: number)
        }
    }

    /// Enters a message, enum, service or extension and everything inside it.
    private mutating func declare(
        _ bytes: ArraySlice<UInt8>, kind: Int, scope: String, file: Int
    ) throws(WireProblem) {
        var todo = [(kind: kind, scope: scope, bytes: bytes)]
        while let next = todo.popLast() {
            var name = ""
            var extended: String?
            var tag = 0
            var inside: [(number: Int, bytes: ArraySlice<UInt8>)] = []
            var reader = WireReader(next.bytes)
            while let field = try reader.next() {
                if field.number == 1 {
                    name = try WireReader.text(field.value)
                } else if next.kind == 7, field.number == 2 {
                    extended = try WireReader.text(field.value)
                } else if next.kind == 7, field.number == 3, case .integer(let number) = field.value
                {
                    tag = Int(truncatingIfNeeded: number)
                } else if case .data(let bytes) = field.value {
                    inside.append((field.number, bytes))
                }
            }
            let full = next.scope.isEmpty ? name : "\(next.scope).\(name)"
            bySymbol[full] = file
            // Only extensions name the message they extend; an ordinary field does not.
            if let extended { byExtension[Self.plain(extended), default: [:]][tag] = file }
            for (number, bytes) in inside {
                if let kind = Self.kind(of: number, in: next.kind) {
                    // The values of an enum are its siblings in protobuf's scoping.
                    todo.append((kind, kind == 9 ? next.scope : full, bytes))
                }
            }
        }
    }

    /// What a field declares: 4 message, 5 enum, 7 field or extension, 8 method, 9 enum value,
    /// 10 oneof; nil for everything that has no name of its own.
    private static func kind(of field: Int, in kind: Int) -> Int? {
        switch (kind, field) {
        case (4, 2), (4, 6): 7
        case (4, 3): 4
        case (4, 4): 5
        case (4, 8): 10
        case (5, 2): 9
        case (6, 2): 8
        default: nil
        }
    }

    /// The number of a file, or nil.
    func file(named name: String) -> Int? { byName[name] }

    /// The number of the file that declares a full name, or nil.
    func file(declaring symbol: String) -> Int? {
        bySymbol[Self.plain(symbol)]
    }

    /// The number of the file that declares the extension of a message with this field number.
    func file(extending message: String, number: Int) -> Int? {
        byExtension[Self.plain(message)]?[number]
    }

    /// The field numbers of a message's extensions, ascending.
    func extensionNumbers(of message: String) -> [Int] {
        byExtension[Self.plain(message)]?.keys.sorted() ?? []
    }

    /// A full name without the dot that may stand before it.
    private static func plain(_ name: String) -> String {
        name.hasPrefix(".") ? String(name.dropFirst()) : name
    }

    /// The file and everything it imports, directly or not, itself first.
    func withImports(_ file: Int) -> [ArraySlice<UInt8>] {
        var order = [file]
        var seen: Set = [file]
        var next = 0
        while next < order.count {
            for name in files[order[next]].imports {
                if let found = byName[name], seen.insert(found).inserted { order.append(found) }
            }
            next += 1
        }
        return order.map { files[$0].bytes }
    }
}
