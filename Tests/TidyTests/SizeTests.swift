import Testing

@Suite("Small enough to hold")
struct SizeTests {
    static let lineLengthMax = 100
    static let functionLinesMax = 70
    static let fileLinesUsual = 400
    static let fileLinesMax = 800

    /// Files over the usual size, each with why it is one noun and not two.
    static let largeFiles: [String: String] = [
        "Protos/creditrisk/v1/limit_service.proto":
            "a service has one file, and this one has 23 methods with a comment on every field",
        "packaging/scripts/bench_limits.py":
            "one table: a row for each figure that the ledger owes, in the order they are printed",
    ]

    private static var written: [SourceFile] {
        let extensions: Set<String> = ["swift", "py", "sh", "c", "h", "proto"]
        return ["Sources", "Tests", "Protos", "clients", "packaging"]
            .flatMap { SourceTree.files(below: $0, extensions: extensions) }
            .filter { !SourceTree.isGenerated($0.path) && !isForeign($0.path) }
    }

    /// Protos of gRPC and Google stand here as their authors wrote them.
    private static func isForeign(_ path: String) -> Bool {
        path.hasPrefix("Protos/grpc/") || path.hasPrefix("Protos/google/")
    }

    @Test("Lines are at most 100 columns")
    func lineLengths() {
        let offences = Self.written.flatMap(Self.longLines)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test("Files are at most 400 lines, the listed ones at most 800")
    func fileSizes() {
        let offences = Self.written.compactMap(Self.largeFile)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test("The list of large files is not out of date")
    func largeFilesAreLarge() {
        for path in Self.largeFiles.keys {
            let lines = SourceTree.file(path)?.lines.count ?? 0
            #expect(lines > Self.fileLinesUsual, "\(path) need not be listed")
        }
    }

    @Test("Functions are at most 70 lines")
    func functionSizes() {
        let files = Self.written.filter { $0.path.hasSuffix(".swift") }
        #expect(files.count > 20, "the source tree was not found")
        let offences = files.flatMap(Self.longFunctions)
        #expect(offences.isEmpty, "\(listing(offences))")
    }

    @Test("A long line, file and function are found; the longest allowed ones are not")
    func thresholds() {
        func file(_ text: String) -> SourceFile { SourceFile(path: "a.swift", text: text) }
        let wide = String(repeating: "é", count: 100)
        #expect(Self.longLines(in: file("ok\n\(wide)\n")).isEmpty)
        #expect(Self.longLines(in: file("ok\n\(wide)!\n")).map(\.line) == [2])

        let tall = String(repeating: "\n", count: 400)
        #expect(Self.largeFile(file(tall)) == nil)
        #expect(Self.largeFile(file(tall + "\n")) != nil)

        func function(_ lineCount: Int) -> String {
            "\nfunc f() {" + String(repeating: "\n", count: lineCount - 1) + "}"
        }
        #expect(Self.longFunctions(in: file(function(70))).isEmpty)
        #expect(Self.longFunctions(in: file(function(71))).map(\.line) == [2])
    }

    private static func longLines(in file: SourceFile) -> [Offence] {
        file.lines.enumerated().filter { $0.element.count > lineLengthMax }.map {
            Offence(path: file.path, line: $0.offset + 1, rule: "\($0.element.count) columns")
        }
    }

    private static func largeFile(_ file: SourceFile) -> Offence? {
        // A last line that ends in a newline leaves an empty piece behind it.
        let lineCount = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
        let limit = largeFiles[file.path] == nil ? fileLinesUsual : fileLinesMax
        guard lineCount > limit else { return nil }
        return Offence(path: file.path, line: lineCount, rule: "\(lineCount) lines")
    }

    private static func longFunctions(in file: SourceFile) -> [Offence] {
        FunctionMeter.measure(file.text).filter { $0.lineCount > functionLinesMax }.map {
            Offence(path: file.path, line: $0.line, rule: "\($0.name): \($0.lineCount) lines")
        }
    }
}
