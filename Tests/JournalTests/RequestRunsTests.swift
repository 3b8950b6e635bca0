import Domain
import Ground
import Testing

@testable import Journal

@Suite struct RequestRunsTests {
    private let day = RequestTime.dayMicros
    private let start: Int64 = 20_000

    /// A page of requests with tag, day after `start`, and whether the id states its time.
    private func offer(_ requests: [(tag: UInt64, day: Int, timed: Bool)]) -> RequestTable.Offer {
        var table = RequestTable(countMax: 1)
        var offers: [RequestTable.Offer] = []
        for request in requests {
            let entry = RequestEntry(
                tag: request.tag, sequence: request.tag + 1_000, statesTime: request.timed)
            let day = Int(start) + request.day
            table.insert(entry, statedMicros: request.timed ? 0 : nil, day: day)
            while let offer = table.offer(durableSequence: .max) {
                offers.append(offer)
                table.archived(offer)
            }
        }
        var page = RequestTable.Page()
        for offer in offers { page.entries += offer.page.entries }
        var days: [RequestTable.Day] = []
        for day in offers.flatMap(\.days) where days.last?.day != day.day { days.append(day) }
        return RequestTable.Offer(page: page, days: days, numbers: 0..<requests.count)
    }

    /// Days after `start`; a stated time in days after it, nil when the id states none.
    @Test(arguments: StoreChoice.allCases)
    func isFoundOnTheDaysThatItsTimeAllows(_ choice: StoreChoice) throws {
        let folder = TemporaryFolder()
        let runs = RequestRuns(store: try choice.make(folder))
        try runs.put(
            offer([(1, 0, true), (2, 0, false), (3, 1, true), (4, 8, true), (5, 300, false)]))
        let table: [(UInt64, Double?, Double, UInt64?, String)] = [
            (1, 0.5, 0.6, 1_001, "the same day"),
            (1, 0.999, 1.5, 1_001, "recorded in the morning, stated in the evening"),
            (1, 1.001, 1.5, 1_001, "a clock that is ahead over midnight"),
            (1, 1.5, 1.6, nil, "nothing could record it before its time"),
            (1, -6.9, 0.5, 1_001, "an id of a week ago"),
            (1, -7.1, 9, nil, "older ids were not taken"),
            (3, 0.2, 1.5, 1_003, "the next day"),
            (4, 1.5, 350, 1_004, "found long after"),
            (2, nil, 0.5, 1_002, "no time stated"),
            (2, nil, 399, 1_002, "for 400 days"),
            (5, nil, 300, 1_005, "another span"),
            (2, 0.5, 0.6, nil, "the kinds do not meet"),
            (9, nil, 399, nil, "unknown"), (9, 3, 399, nil, "unknown"),
        ]
        for row in table {
            let found = try runs.find(
                row.0, statedMicros: row.1.map { start * day + Int64($0 * Double(day)) },
                nowMicros: start * day + Int64(row.2 * Double(day)))
            #expect(found == row.3, "\(choice): \(row.4)")
        }
    }

    @Test(arguments: StoreChoice.allCases)
    func wholeDaysAreDroppedAfterFourHundred(_ choice: StoreChoice) throws {
        let folder = TemporaryFolder()
        let store = try choice.make(folder)
        let runs = RequestRuns(store: store)
        try store.put(Array("request/c".utf8), [1])
        try store.put(Array("request/p".utf8), [1])
        try runs.put(
            offer((0..<60).map { (UInt64($0), $0, true) } + [(90, 60, false), (91, 100, false)]))
        func count(_ prefix: String) throws -> Int {
            var count = 0
            try store.scan(prefix: Array(prefix.utf8)) { _, _ in
                count += 1
                return true
            }
            return count
        }
        for (after, timed, untimed) in [(400, 60, 2), (430, 30, 2), (480, 0, 2), (530, 0, 0)] {
            try runs.expire(nowMicros: (start + Int64(after)) * day)
            #expect(try count("request/d") == timed, "\(choice) after \(after) days")
            if after != 480 { #expect(try count("request/o") == untimed, "\(choice) \(after)") }
        }
        #expect(try count("request/") == 2, "nothing else is touched")
    }
}
