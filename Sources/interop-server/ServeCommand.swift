internal import ArgumentParser
internal import Foundation
internal import GRPC
internal import HTTP2

/// `interop-server --port P`: grpc.testing.TestService and OpenRcaService.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the interop services on 127.0.0.1 until SIGTERM.")

    @Option(help: "Port to listen on; 0 takes any free one.")
    var port: UInt16

    @Option(help: "PEM file of the certificate and its chain: serve TLS.")
    var tlsCert: String?

    @Option(help: "PEM file of the certificate's key; must not be readable by others.")
    var tlsKey: String?

    @Option(help: "Worker queues; one for each processor by default.")
    var workers: Int = ProcessInfo.processInfo.activeProcessorCount

    /// Gives the request back, byte for byte: what the transport itself costs (`make bench`).
    private static let echo = Method.unary("/bench.Echo/Call", isPublic: true) { call, request in
        call.reply(request)
    }

    func validate() throws {
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-cert and --tls-key belong together")
        }
        guard (1...64).contains(workers) else {
            throw ValidationError("--workers must be from 1 to 64")
        }
    }

    func run() throws {
        let reports = LoadReports()
        var configuration = ServerConfiguration(host: "127.0.0.1", port: port)
        // Nobody's secrets are served here, and no gate stands before them.
        configuration.channelz = true
        configuration.workerCount = workers
        if let tlsCert, let tlsKey {
            configuration.tls = TLSConfiguration(certificatePath: tlsCert, keyPath: tlsKey)
        }
        try InteropServer.serve(
            TestService(reports).methods + reports.methods + [Self.echo], configuration
        ) { address in
            let line = "listening on \(address.host):\(address.port)\n"
            FileHandle.standardOutput.write(Data(line.utf8))
        }
    }
}
