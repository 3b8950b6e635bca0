internal import ArgumentParser
internal import CInteropMessages
internal import Dispatch
internal import Foundation
internal import GRPC
internal import HTTP2

/// Serves the standard interop services, or stands as server under test of a public suite.
@main
struct InteropServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interop-server",
        abstract: "Test services on the transport of riskd: for checks, never for production.",
        subcommands: [ServeCommand.self, ConformanceCommand.self],
        defaultSubcommand: ServeCommand.self)

    /// sysexits.h: the input or the configuration is at fault.
    static let badData = ExitCode(65)
    static let badConfiguration = ExitCode(78)
    private static let drainMillis = 1_000
    /// Calls wait longer than a service would let them. Reason: a suite sends hundreds of cases at
    /// once, also to a debug build, and none of them is about overload.
    private static let queueNanosMax: UInt64 = 30_000_000_000

    /// What reflection tells of the services.
    static func reflection() throws -> Reflection {
        let set = unsafe UnsafeBufferPointer(
            start: interop_descriptors_start(), count: interop_descriptors_count())
        return try Reflection(descriptorSets: [unsafe Array(set)])
    }

    /// Starts a server, tells `ready` its address and serves until SIGTERM or SIGINT.
    static func serve(
        _ methods: [Method], _ configuration: ServerConfiguration,
        _ ready: (Server.Address) -> Void
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        let stopped = DispatchSemaphore(value: 0)
        let signals = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: DispatchQueue(label: "interop.signals"))
            source.setEventHandler { stopped.signal() }
            source.resume()
            return source
        }
        var configuration = configuration
        configuration.queueNanosMax = queueNanosMax
        let server = Server(
            configuration: configuration, methods: methods, reflection: try reflection())
        do {
            ready(try server.start())
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
        stopped.wait()
        signals.forEach { $0.cancel() }
        if !server.drain(timeoutMillis: drainMillis) { say("some calls did not finish in time") }
    }

    static func say(_ line: String) {
        FileHandle.standardError.write(Data("interop-server: \(line)\n".utf8))
    }
}
