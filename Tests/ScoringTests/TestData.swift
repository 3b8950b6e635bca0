import Foundation
import Scoring
import Testing

/// Files of the tests and of the demo, found from this source file.
enum TestData {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data")
    static let demo = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/riskd/Demo")

    static func bytes(_ name: String, in folder: URL = folder) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    static func json(_ name: String, in folder: URL = folder) throws -> Any {
        try JSONSerialization.jsonObject(
            with: try Data(contentsOf: folder.appending(path: name)))
    }

    /// Loads a demo model with its attachment.
    static func demoModel(_ name: String) throws -> Model {
        let models = demo.appending(path: "models")
        return try ModelFile.load(name: name, bytes: try bytes(name, in: models)) {
            try? bytes($0, in: models)
        }
    }
}

extension Model {
    func score(_ row: [Double]) -> ModelResult { score(row.span) }

    func rankedReasons(of row: [Double]) -> RankedReasons? { rankedReasons(of: row.span) }
}

/// A table of numbers with named columns; an empty cell is NaN.
struct Table {
    let columns: [String: Int]
    let rows: [[Double]]

    init(_ name: String, in folder: URL = TestData.folder) throws {
        let text = String(decoding: try TestData.bytes(name, in: folder), as: UTF8.self)
        let lines = text.split(separator: "\n")
        var columns: [String: Int] = [:]
        for (index, name) in lines[0].split(separator: ",").enumerated() {
            columns[String(name)] = index
        }
        self.columns = columns
        rows = try lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            try #require(cells.count == columns.count)
            return try cells.map { $0.isEmpty ? Double.nan : try #require(Double($0)) }
        }
    }

    func values(_ name: String) throws -> [Double] {
        let column = try #require(columns[name])
        return rows.map { $0[column] }
    }

    /// The rows' values of these columns, in this order.
    func inputs(_ names: [String]) throws -> [[Double]] {
        let places = try names.map { try #require(columns[$0]) }
        return rows.map { row in places.map { row[$0] } }
    }
}

/// How well risks tell bad rows from good ones.
struct Separation {
    /// Area under the ROC curve, ties counted half.
    let auc: Double
    /// Largest distance between the two distributions of risk.
    let ks: Double

    init(risks: [Double], bad: [Double]) {
        let order = risks.indices.sorted { risks[$0] < risks[$1] }
        let badCount = bad.reduce(0, +)
        let goodCount = Double(bad.count) - badCount
        var goodBelow = 0.0
        var badBelow = 0.0
        var pairs = 0.0
        var distance = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var goodHere = 0.0
            var badHere = 0.0
            while end < order.count, risks[order[end]] == risks[order[start]] {
                badHere += bad[order[end]]
                goodHere += 1 - bad[order[end]]
                end += 1
            }
            pairs += badHere * (goodBelow + goodHere / 2)
            goodBelow += goodHere
            badBelow += badHere
            distance = max(distance, goodBelow / goodCount - badBelow / badCount)
            start = end
        }
        auc = pairs / (goodCount * badCount)
        ks = distance
    }
}

/// The error that loading these bytes ends in.
func loadingError(
    _ bytes: [UInt8], attachment: (String) -> [UInt8]? = { _ in nil }
) -> ModelError? {
    do {
        _ = try ModelFile.load(name: "model", bytes: bytes, attachment: attachment)
        return nil
    } catch {
        return error
    }
}
