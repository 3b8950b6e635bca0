internal import Dispatch
internal import FlyingFox
internal import FlyingSocks
internal import Foundation
internal import GRPC
internal import Ground
internal import Journal

/// The operators' port, HTTP/1.1: `/healthz`, `/readyz`, `/metrics` in Prometheus' text format,
/// `/channels`, the open connections, and what `riskctl` asks (`appendOperations`).
///
/// Runs on the cooperative pool, which the workers leave alone: each has a serial queue of its own.
final class AdminServer: Sendable {
    private let http: HTTPServer
    private let task: Task<Void, Never>
    private let isReady: Lock<Bool>

    /// Listens, or throws one line that says what to do.
    init(
        _ address: ListenAddress, server: Server, journal: Journal, pending: PendingCalls,
        data: String
    ) throws(ConfigurationError) {
        guard address.isLoopback else {
            throw ConfigurationError("--admin has no credentials: listen on 127.0.0.1")
        }
        let http: HTTPServer
        do {
            http = try Self.server(address)
        } catch {
            throw ConfigurationError("--admin needs a numeric address, not '\(address.host)'")
        }
        self.http = http
        let isReady = Lock(true)
        self.isReady = isReady
        let failure = Lock<String?>(nil)
        let isDecided = DispatchSemaphore(value: 0)
        task = Task {
            await http.appendRoute("GET /healthz") { _ in HTTPResponse(statusCode: .ok) }
            await http.appendRoute("GET /readyz") { _ in
                HTTPResponse(statusCode: isReady.withLock { $0 } ? .ok : .serviceUnavailable)
            }
            await http.appendRoute("GET /metrics") { _ in
                let text = AdminServer.metrics(server, journal, pending)
                return HTTPResponse(
                    statusCode: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                    body: Data(text.utf8))
            }
            await http.appendRoute("GET /channels") { request in
                await AdminServer.channels(server, request)
            }
            await AdminServer.appendOperations(to: http, journal: journal, data: data)
            do {
                try await http.run()
            } catch {
                failure.withLock { $0 = "\(error)" }
                isDecided.signal()
            }
        }
        Task {
            try? await http.waitUntilListening()
            isDecided.signal()
        }
        isDecided.wait()
        if failure.withLock({ $0 }) != nil {
            throw ConfigurationError(
                "the admin port \(address.port) is busy: name another with --admin")
        }
    }

    /// Whether `/readyz` says that calls are welcome.
    func setReady(_ ready: Bool) {
        isReady.withLock { $0 = ready }
    }

    /// On exactly the address asked for: the library's own loopback is IPv6 only.
    private static func server(_ address: ListenAddress) throws -> HTTPServer {
        if address.host.contains(":") {
            let socketAddress = try sockaddr_in6.inet6(ip6: address.host, port: address.port)
            return HTTPServer(address: socketAddress, logger: .disabled)
        }
        let host = address.host == "localhost" ? "127.0.0.1" : address.host
        let socketAddress = try sockaddr_in.inet(ip4: host, port: address.port)
        return HTTPServer(address: socketAddress, logger: .disabled)
    }

    func stop() {
        task.cancel()
    }
}
