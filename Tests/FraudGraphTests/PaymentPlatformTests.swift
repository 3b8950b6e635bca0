import Domain
import Foundation
import FraudGraph
import Ground
import Testing

/// The real, anonymised payment platform: every expected answer, through the public surface.
///
/// Runs where the shared data is: `RISKD_SHARED_DATA`, or `../shared/data` beside the package.
@Suite struct PaymentPlatformTests {
    static let folder: String? = {
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("../shared/data").path
        let path = ProcessInfo.processInfo.environment["RISKD_SHARED_DATA"] ?? beside
        let folder = path + "/graph_p2p"
        return FileManager.default.fileExists(atPath: folder + "/User.csv.gz") ? folder : nil
    }()

    struct Expected: Decodable {
        let user: Int
        let flagged: Bool
        let cards: Int
        let devices: Int
        let cardSharers: Int
        let deviceSharers: Int
        let hop1: Int
        let hop2: Int
        let hop3: Int
        let minHopsToFlagged: Int
    }

    /// The unpacked file, by gzip(1): every Debian has it.
    static func lines(_ name: String) throws -> [Substring] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", try #require(folder) + "/" + name]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    static func entity(_ kind: EntityKind, _ id: Substring) -> Entity {
        Entity(
            kind: kind,
            id: SipHash.hash(id.utf8, key: HashKey(first: 1, second: UInt64(kind.rawValue))))
    }

    static func load(_ graph: FraudGraph, tenant: TenantID) throws {
        for line in try lines("User.csv.gz").dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            if fields[1] == "1" {
                graph.mark(
                    tenant: tenant, entity: entity(.person, fields[0]),
                    mark: Mark(kind: .confirmedFraud))
            }
        }
        for (file, kind, relation) in [
            ("HAS_CC.csv.gz", EntityKind.card, RelationKind.owns),
            ("USED.csv.gz", .device, .uses),
        ] {
            let links = try lines(file).dropFirst().map { line in
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                return Link(
                    from: entity(.person, fields[1]), relation: relation,
                    to: entity(kind, fields[2]), eventMicros: 0)
            }
            graph.putLinks(tenant: tenant, links: links, sequence: 1)
        }
    }

    @Test(.enabled(if: folder != nil, "the shared data is not here"))
    func everyExpectedAnswer() throws {
        let graph = FraudGraph()
        let tenant = TenantID(1)
        try Self.load(graph, tenant: tenant)
        var limits = GraphLimits(workMax: 1 << 20, countedHops: 3)
        limits.dropHubRule()
        let scratch = GraphScratch(workMax: 1 << 20)
        let lines = try Self.lines("expected.jsonl.gz")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        #expect(lines.count == 450)
        for line in lines {
            let row = try decoder.decode(Expected.self, from: Data(line.utf8))
            let subject = Self.entity(.person, Substring(String(row.user)))
            let found = graph.signals(
                tenant: tenant, subject: subject, limits: limits, nowMicros: 0, scratch: scratch)
            let comment: Comment = "user \(row.user)"
            #expect(found.identifiers(of: .card) == row.cards, comment)
            #expect(found.identifiers(of: .device) == row.devices, comment)
            #expect(found.sharers(through: .card) == row.cardSharers, comment)
            #expect(found.sharers(through: .device) == row.deviceSharers, comment)
            #expect(found.personsWithin1 == row.hop1, comment)
            #expect(found.personsWithin2 - found.personsWithin1 == row.hop2, comment)
            #expect(found.personsWithin3 - found.personsWithin2 == row.hop3, comment)
            #expect(!found.budgetReached, comment)
            #expect(found.isFlagged == row.flagged, comment)
            #expect(found.hopsToOtherFlagged == row.minHopsToFlagged, comment)
        }
    }
}
