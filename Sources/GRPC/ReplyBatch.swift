/// Answers to calls of one worker that leave together: one letter, one piece of memory.
///
/// Layout: messages lie one behind another without frames, in `bytes`; an answer knows where its
/// own ends. So an answer costs no allocation of its own, and nothing is freed on another thread
/// than the one that allocated it but the batch.
/// Thread: the maker's, then the worker's.
public struct ReplyBatch: Sendable {
    private struct Answer: Sendable {
        let callID: UInt64
        /// Where its message ends; it begins where the one before ends.
        let end: Int
        /// Its place in `failures`, or -1 for a message.
        let failure: Int
    }

    private var bytes: [UInt8] = []
    private var answers: [Answer] = []
    private var failures: [Status] = []

    /// Empty, with room for `count` answers of some 200 bytes.
    public init(capacity count: Int = 0) {
        answers.reserveCapacity(count)
        bytes.reserveCapacity(count * 200)
    }

    /// Whether nobody is answered.
    public var isEmpty: Bool { answers.isEmpty }

    /// Ends a call with the one message that `write` appends; what it throws adds nothing.
    public mutating func reply<Failure>(
        _ callID: UInt64, _ write: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        do {
            try write(&bytes)
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
        precondition(bytes.count >= start, "a message was appended")
        answers.append(Answer(callID: callID, end: bytes.count, failure: -1))
    }

    /// Ends a call with an error.
    public mutating func fail(_ callID: UInt64, _ status: Status) {
        precondition(status.code != .ok, "a call fails with an error")
        answers.append(Answer(callID: callID, end: bytes.count, failure: failures.count))
        failures.append(status)
    }

    /// Visits every answer in the order given.
    func forEach(
        reply: (_ callID: UInt64, _ message: Span<UInt8>) -> Void,
        fail: (_ callID: UInt64, _ status: Status) -> Void
    ) {
        var start = 0
        for answer in answers {
            if answer.failure < 0 {
                reply(answer.callID, bytes.span.extracting(start..<answer.end))
            } else {
                fail(answer.callID, failures[answer.failure])
            }
            start = answer.end
        }
    }
}
