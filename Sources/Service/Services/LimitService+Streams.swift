internal import Decisions
internal import Domain
internal import GRPC
internal import Ground
internal import Journal
internal import Messages

/// The entries of a line, as a statement or as they come.
extension LimitService {
    var streams: [Method] {
        [
            .serverStreaming(Self.path("ListStatement")) { call, request in
                listStatement(call, request)
            },
            .serverStreaming(Self.path("WatchLine")) { call, request in
                watchLine(call, request)
            },
        ]
    }

    private func listStatement(
        _ call: Call, _ request: Span<UInt8>
    ) -> (any StreamHandler)? {
        engine.stream(call) {
            let tenant = engine.tenant(of: call).definition.tenant
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.listStatement(request)
            guard engine.journal.ledger.line(tenant, wanted.line) != nil else {
                throw Refusal.lineUnknown
            }
            let history = LineHistory(
                journal: engine.journal, tenant: tenant, line: wanted.line, cursor: wanted.after)
            let pages = Codec()
            var left = wanted.countMax
            let stream = PagedStream(call, follows: false, streams: engine.streams) {
                let entries =
                    wanted.isNewestFirst
                    ? try history.backward(left) : try history.forward(left)
                left -= entries.count
                return entries.isEmpty ? nil : try pages.statementReply(entries)
            }
            stream.start()
            return stream
        }
    }

    /// The watch begins before the first look: what comes before it is found by the look, what
    /// comes later wakes the stream.
    private func watchLine(_ call: Call, _ request: Span<UInt8>) -> (any StreamHandler)? {
        engine.stream(call) {
            let tenant = engine.tenant(of: call).definition.tenant
            let codec = engine.contexts[call.workerIndex].codec
            let wanted = try codec.watchLine(request)
            let journal = engine.journal
            guard journal.ledger.line(tenant, wanted.line) != nil else {
                throw Refusal.lineUnknown
            }
            let history = LineHistory(
                journal: journal, tenant: tenant, line: wanted.line, cursor: wanted.after)
            let pages = Codec()
            var takesNewest = wanted.startsAtNewest
            let stream = PagedStream(call, follows: true, streams: engine.streams) {
                let entries =
                    takesNewest ? try history.newest() : try history.forward(.max)
                takesNewest = false
                return entries.isEmpty ? nil : try pages.watchReply(entries)
            }
            stream.start { stream in
                let token = journal.watch(.line(tenant, wanted.line)) { _ in stream.wake() }
                return token.map { token in { journal.unwatch(token) } }
            }
            return stream
        }
    }
}

extension Engine {
    /// Runs `body`, which makes a stream; a fault of the message or a refusal fails the call.
    func stream(
        _ call: Call, _ body: () throws -> PagedStream
    ) -> (any StreamHandler)? {
        var made: PagedStream?
        answer(call) { made = try body() }
        return made
    }
}
