import Testing

@testable import GRPC

@Suite struct ReplyBatchTests {
    private struct Refused: Error {}

    private func read(_ batch: ReplyBatch) -> [String] {
        var seen: [String] = []
        batch.forEach { id, message in
            seen.append("\(id) \(message.copied())")
        } fail: { id, status in
            seen.append("\(id) \(status.code)")
        }
        return seen
    }

    @Test func answersComeInTheirOrderWithTheirOwnBytes() {
        var batch = ReplyBatch(capacity: 1)
        #expect(batch.isEmpty)
        batch.reply(7) { $0 += [1, 2] }
        batch.fail(8, Status(.notFound, "no"))
        batch.reply(9) { _ in }
        batch.reply(10) { $0.append(3) }
        #expect(!batch.isEmpty)
        #expect(read(batch) == ["7 [1, 2]", "8 notFound", "9 []", "10 [3]"])
    }

    @Test func whatCannotBeWrittenLeavesNothing() {
        var batch = ReplyBatch()
        batch.reply(1) { $0.append(1) }
        #expect(throws: Refused.self) {
            try batch.reply(2) { (bytes: inout [UInt8]) throws(Refused) in
                bytes += [9, 9]
                throw Refused()
            }
        }
        batch.reply(3) { $0.append(2) }
        #expect(read(batch) == ["1 [1]", "3 [2]"])
    }
}
