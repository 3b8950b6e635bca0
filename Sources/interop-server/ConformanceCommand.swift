internal import ArgumentParser
internal import Foundation
internal import GRPC
internal import HTTP2

/// `interop-server conformance`: the server under test of the Connect conformance suite.
struct ConformanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Serve ConformanceService as standard input asks, until SIGTERM.",
        discussion: """
            Reads one ServerCompatRequest from standard input and writes a ServerCompatResponse \
            to standard output, each behind a 4-byte big-endian length. The suite closes standard \
            input at once, so its end does not end the server.
            """)

    func run() throws {
        let request = try readRequest()
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.workerCount = ProcessInfo.processInfo.activeProcessorCount
        if request.receiveLimitBytes > 0 {
            configuration.receiveLimitBytes = request.receiveLimitBytes
        }
        if request.usesTLS {
            // The suite gives the certificate that its client will show as its own authority.
            let clients = request.clientCertificatePEM
            configuration.tls = TLSConfiguration(
                certificate: .text(request.certificatePEM), key: .text(request.keyPEM),
                clientAuthorities: clients.isEmpty ? nil : .text(clients))
        }
        try InteropServer.serve(ConformanceService.methods, configuration) { address in
            FileHandle.standardOutput.write(
                Data(
                    CompatHandshake.response(
                        host: address.host, port: address.port,
                        certificatePEM: request.usesTLS ? request.certificatePEM : [])))
        }
    }

    private func readRequest() throws -> CompatRequest {
        let request: CompatRequest
        do {
            request = try CompatHandshake.readRequest { count in
                let bytes = try? FileHandle.standardInput.read(upToCount: count)
                return Array(bytes ?? Data())
            }
        } catch {
            InteropServer.say("\(error)")
            throw InteropServer.badData
        }
        guard request.isServable else {
            InteropServer.say("only gRPC and gRPC-Web over HTTP/2 are served")
            throw InteropServer.badConfiguration
        }
        return request
    }
}
