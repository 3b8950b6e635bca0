import ArgumentParser
import Dispatch
import Foundation
import Service

/// `riskd serve`: runs until SIGTERM or SIGINT, then drains.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve until SIGTERM, then drain and exit 0.")

    @Option(help: "Address and port to listen on; port 0 takes any free one.")
    var listen = "127.0.0.1:50051"

    @Option(help: "Directory of the journal and its checkpoints; made when it is not there.")
    var data: String

    @Option(help: "Workers, one serial queue each; 0 means one a core.")
    var workers = 0

    @Option(help: "Configuration file: tenants, keys, models, policies.")
    var config: String?

    @Option(help: "Loopback address and port for /healthz, /readyz and /metrics.")
    var admin: String?

    @Flag(help: "Serve the tenant 'demo' with the key 'demo-key', on loopback only.")
    var demo = false

    @Option(help: "PEM file of the certificate and its chain: serve TLS. SIGHUP reads it again.")
    var tlsCert: String?

    @Option(help: "PEM file of the certificate's key; must not be readable by others.")
    var tlsKey: String?

    @Option(help: "PEM file of authorities and revocation lists: clients must show a certificate.")
    var clientCa: String?

    @Flag(help: "Allow cleartext on addresses that are not loopback.")
    var insecure = false

    /// sysexits.h: the command line, the data, the configuration are at fault.
    private static let badUsage = ExitCode(64)
    private static let badData = ExitCode(65)
    private static let badConfiguration = ExitCode(78)
    private static let workersMax = 256

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        let stopped = DispatchSemaphore(value: 0)
        let signals = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: DispatchQueue(label: "riskd.signals"))
            source.setEventHandler { stopped.signal() }
            source.resume()
            return source
        }
        let options: ServeOptions
        do {
            options = try self.options()
        } catch {
            Self.say("riskd: \(error)")
            throw Self.badUsage
        }
        let riskd: Riskd
        do {
            riskd = try Riskd.start(options) { problem in
                Self.say("the journal cannot write, ending to recover: \(problem)")
                _exit(EXIT_FAILURE)
            }
        } catch {
            Self.say("riskd: \(error)")
            throw Riskd.isAboutData(error) ? Self.badData : Self.badConfiguration
        }
        FileHandle.standardOutput.write(Data("listening on \(riskd.host):\(riskd.port)\n".utf8))
        let hangup = Self.onHangup(riskd)
        stopped.wait()
        hangup.cancel()
        signals.forEach { $0.cancel() }
        if try !riskd.stop() { Self.say("riskd: some calls did not finish in time") }
    }

    /// Reads the certificate files again at every SIGHUP; broken ones are told and not used.
    private static func onHangup(_ riskd: Riskd) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(
            signal: SIGHUP, queue: DispatchQueue(label: "riskd.hangup"))
        source.setEventHandler {
            do {
                try riskd.reloadCertificates()
            } catch {
                say("riskd: the certificate stays as it was: \(error)")
            }
        }
        source.resume()
        return source
    }

    private func options() throws -> ServeOptions {
        guard let listen = ListenAddress(listen) else {
            throw ConfigurationError(
                "--listen needs ADDRESS:PORT, such as 127.0.0.1:50051, not '\(self.listen)'")
        }
        let adminAddress = try admin.map { text in
            guard let address = ListenAddress(text) else {
                throw ConfigurationError(
                    "--admin needs ADDRESS:PORT, such as 127.0.0.1:9090, not '\(text)'")
            }
            return address
        }
        guard (0...Self.workersMax).contains(workers) else {
            throw ConfigurationError("--workers must be from 1 to \(Self.workersMax), or 0")
        }
        return ServeOptions(
            listen: listen, dataDirectory: data,
            workerCount: workers == 0 ? ProcessInfo.processInfo.activeProcessorCount : workers,
            configurationPath: config, demoConfigurationPath: try demoPath(),
            admin: adminAddress,
            tls: try TLSFiles(
                certificate: tlsCert, key: tlsKey, clientAuthorities: clientCa),
            isInsecure: insecure)
    }

    private func demoPath() throws -> String? {
        guard demo else { return nil }
        guard let path = Bundle.module.path(forResource: "Demo/riskd", ofType: "yaml") else {
            throw ConfigurationError("the demo's files are not beside the program")
        }
        return path
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
