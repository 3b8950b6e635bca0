import Foundation
import Glibc

/// Speaks to the admin port of a running riskd: one HTTP/1.1 exchange a connection.
///
/// Thread: blocks the one that calls.
struct AdminClient {
    /// An answer says little; a longer one is not the admin port's.
    static let replyBytesMax = 1 << 20

    private let text: String
    private let host: String
    private let port: String

    /// Errors: `.unreachable` when `address` is not HOST:PORT.
    init(_ address: String) throws {
        guard let colon = address.lastIndex(of: ":"), UInt16(address[colon...].dropFirst()) != nil
        else { throw Failure(.unreachable, "--admin needs HOST:PORT, not '\(address)'") }
        text = address
        host = String(address[..<colon]).trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = String(address[colon...].dropFirst())
    }

    /// GET `path`, read as `Reply`.
    func get<Reply: Decodable>(_ path: String, as type: Reply.Type) throws -> Reply {
        try exchange("GET", path, body: Data(), as: type)
    }

    /// POST `body` to `path`, read the answer as `Reply`. Waits as long as it takes.
    func post<Reply: Decodable>(
        _ path: String, _ body: some Encodable, as type: Reply.Type
    ) throws -> Reply {
        try exchange("POST", path, body: try JSONEncoder().encode(body), as: type)
    }

    private struct Problem: Decodable {
        var problem: String
    }

    private func exchange<Reply: Decodable>(
        _ method: String, _ path: String, body: Data, as type: Reply.Type
    ) throws -> Reply {
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: \(text)\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        let reply = try converse(Data(head.utf8) + body)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let (status, content) = try split(reply)
        guard status == 200 else {
            let said = try? decoder.decode(Problem.self, from: content).problem
            throw Failure(.failed, said ?? "\(text) answered with status \(status)")
        }
        do {
            return try decoder.decode(Reply.self, from: content)
        } catch {
            throw Failure(.failed, "\(text) is not the admin port of a riskd of this version")
        }
    }

    /// Status and body of an answer that ends with its connection.
    private func split(_ reply: Data) throws -> (status: Int, content: Data) {
        let strange = Failure(.failed, "\(text) is not the admin port of a riskd")
        guard let end = reply.range(of: Data("\r\n\r\n".utf8)) else { throw strange }
        let head = String(decoding: reply[..<end.lowerBound], as: UTF8.self)
        let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw strange
        }
        return (status, Data(reply[end.upperBound...]))
    }

    /// Sends everything, then reads to the end of the connection.
    private func converse(_ request: Data) throws -> Data {
        let descriptor = try connected()
        defer { _ = Glibc.close(descriptor) }
        let connection = FileHandle(fileDescriptor: descriptor)
        do {
            try connection.write(contentsOf: request)
            var reply = Data()
            while let piece = try connection.read(upToCount: 1 << 16), !piece.isEmpty {
                reply += piece
                guard reply.count <= Self.replyBytesMax else {
                    throw Failure(.failed, "\(text) answers without end")
                }
            }
            return reply
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.unreachable, "\(text) ended the connection: is riskd still running?")
        }
    }

    /// Wraps getaddrinfo(3), socket(2) and connect(2).
    private func connected() throws -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, port, &hints, &found) == 0, let first = unsafe found else {
            throw Failure(.unreachable, "there is no address '\(host)'")
        }
        defer { unsafe freeaddrinfo(first) }
        let descriptor = unsafe socket(
            first.pointee.ai_family, first.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
            first.pointee.ai_protocol)
        guard descriptor >= 0 else { throw Failure(.failed, "no socket can be made") }
        guard
            unsafe connect(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0
        else {
            _ = Glibc.close(descriptor)
            throw Failure(
                .unreachable, "nothing listens on \(text): start riskd with --admin \(text)")
        }
        return descriptor
    }
}
