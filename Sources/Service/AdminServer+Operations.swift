internal import Dispatch
internal import FlyingFox
internal import Foundation
internal import Journal

extension AdminServer {
    /// Where operators' work runs: it reads and writes disks, and must not hold the pool's threads.
    private static let operations = DispatchQueue(label: "riskd.operations", qos: .utility)
    /// A request says a path.
    private static let bodyBytesMax = 64 << 10

    /// `POST /backup`, `GET /state-hash`, `GET /clock` and `POST /clock/confirm`: what `riskctl`
    /// asks. One after another; each answers with JSON, a failure with `{"problem": "..."}`.
    ///
    /// There are no credentials: who reaches loopback may ask. A page in a browser on this machine
    /// reaches it too, so a request must name a loopback host and say that it is JSON, which a
    /// foreign page cannot say without being asked first (and nobody answers that question).
    static func appendOperations(to http: HTTPServer, journal: Journal, data: String) async {
        await http.appendRoute("POST /backup") { request in
            await answer(request) {
                let wanted = try JSONDecoder().decode(BackupRequest.self, from: $0)
                return BackupReply(
                    try BackupMaker(journal: journal, data: data).run(to: wanted.directory))
            }
        }
        await http.appendRoute("GET /state-hash") { request in
            await answer(request) { _ in
                let hash = try journal.stateHash()
                return StateHashReply(sequence: hash.sequence, hash: hash.text)
            }
        }
        await http.appendRoute("GET /clock") { request in
            await answer(request) { _ in ClockReply(journal) }
        }
        await http.appendRoute("POST /clock/confirm") { request in
            await answer(request) { _ in
                journal.confirmClock()
                return ClockReply(journal)
            }
        }
    }

    /// Checks where a request comes from, does its work on the operators' queue, and answers.
    private static func answer<Reply: Encodable & Sendable>(
        _ request: HTTPRequest, _ work: @escaping @Sendable (Data) throws -> Reply
    ) async -> HTTPResponse {
        guard isOperators(request) else {
            return json(.forbidden, Problem(problem: "only riskctl on this machine may ask this"))
        }
        guard let body = try? await request.bodyData, body.count <= bodyBytesMax else {
            return json(.badRequest, Problem(problem: "the request is too long or broke off"))
        }
        do {
            let reply = try await withCheckedThrowingContinuation { continuation in
                operations.async { continuation.resume(with: Result { try work(body) }) }
            }
            return json(.ok, reply)
        } catch is DecodingError {
            return json(.badRequest, Problem(problem: "the request is not the JSON it should be"))
        } catch {
            return json(.internalServerError, Problem(problem: "\(error)"))
        }
    }

    /// Whether nothing but a program on this machine can have sent it.
    static func isOperators(_ request: HTTPRequest) -> Bool {
        guard let host = request.headers[.host], ListenAddress(host)?.isLoopback == true else {
            return false
        }
        return request.method == .GET || request.headers[.contentType] == "application/json"
    }

    private static func json(_ status: HTTPStatusCode, _ reply: some Encodable) -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(reply) else {
            return HTTPResponse(statusCode: .internalServerError)
        }
        return HTTPResponse(
            statusCode: status, headers: [.contentType: "application/json"], body: text)
    }
}

private struct Problem: Encodable {
    let problem: String
}

private struct BackupRequest: Decodable {
    let directory: String
}

private struct BackupReply: Encodable {
    let sequence: UInt64
    let files: Int
    let bytes: Int
    let stateHash: String

    init(_ report: BackupReport) {
        sequence = report.sequence
        // Beside the segments: the witness and the secret.
        files = report.segmentCount + 2
        bytes = report.byteCount
        stateHash = report.stateHash.text
    }
}

private struct StateHashReply: Encodable {
    let sequence: UInt64
    let hash: String
}

private struct ClockReply: Encodable {
    let frozen: Bool
    let journalTimeMicros: Int64

    init(_ journal: Journal) {
        frozen = journal.isClockFrozen
        journalTimeMicros = journal.appliedTimeMicros
    }
}
