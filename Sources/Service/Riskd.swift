internal import Decisions
internal import Domain
internal import Foundation
internal import GRPC
internal import Ground
internal import HTTP2
internal import Journal
internal import Logging
internal import Messages
internal import Tenancy

/// The whole service: configuration -> tenants -> recovery -> methods -> port, and back down.
///
/// Thread: any; `stop` once.
public final class Riskd: Sendable {
    /// Milliseconds that accepted calls may take to finish while draining.
    public static let drainMillis = 30_000

    private static let log = Logger(label: "riskd")

    /// Where it listens.
    public let host: String
    /// The port in use, also when any was asked for.
    public let port: UInt16

    private let server: Server
    private let journal: Journal
    private let admin: AdminServer?
    private let desk: VerdictDesk
    private let streams: LiveStreams

    private init(
        address: Server.Address, server: Server, journal: Journal, desk: VerdictDesk,
        streams: LiveStreams, admin: AdminServer?
    ) {
        host = address.host
        port = address.port
        self.server = server
        self.journal = journal
        self.admin = admin
        self.desk = desk
        self.streams = streams
    }

    /// Starts everything, or throws one line that says what to do.
    ///
    /// `onFatal` is called when the journal cannot write any more: callers have been told that
    /// their outcome is unknown, and the process must end and recover.
    public static func start(
        _ options: ServeOptions, onFatal: @escaping @Sendable (String) -> Void
    ) throws -> Riskd {
        let configuration = try configuration(options)
        try makeFolder(options.dataDirectory)
        let stores = Stores()
        let secret = try RootSecret.load(directory: options.dataDirectory)
        let tenants = try TenantLoader(secret: secret).load(configuration)
        let pending = PendingCalls(workerCount: options.workerCount)
        let desk = VerdictDesk(pending: pending, stores: stores)

        // Recovery: every projection is as it was, then every plan is bound to its registry.
        let stages = stores.projections { tenants.bind($0, to: stores.registries) }
        var journalConfiguration = JournalConfiguration(directory: options.dataDirectory)
        journalConfiguration.identity = secret.journalIdentity
        journalConfiguration.requestWindowHours = configuration.requests.windowHours
        journalConfiguration.requestsPerTenantMax = configuration.requests.perTenantMax
        let journal = try Journal.open(
            journalConfiguration, clock: SystemClock(), projections: stages, participants: stages,
            onVerdicts: { desk.deliver($0) },
            onFatal: { error in desk.sayGoodbye { onFatal("\(error)") } })
        report(journal.recoveryReport)
        for room in tenants.all { tenants.bind(room.definition.tenant, to: stores.registries) }

        // The port opens last: who can connect finds everything there.
        let engine = Engine(
            stores: stores, tenants: tenants, journal: journal, pending: pending,
            contexts: WorkerContexts(workerCount: options.workerCount, keys: tenants.keys),
            bodyBytesMax: journalConfiguration.bodyBytesMax,
            takesKeysOverWeb: configuration.web.takesTenantKeys)
        let server = try server(options, engine, configuration)
        desk.connect(engine: engine, server: server)
        var admin: AdminServer?
        do {
            admin = try options.admin.map { address in
                try AdminServer(
                    address, server: server, journal: journal, pending: pending,
                    data: options.dataDirectory)
            }
            let address = try server.start()
            return Riskd(
                address: address, server: server, journal: journal, desk: desk,
                streams: engine.streams, admin: admin)
        } catch {
            admin?.stop()
            try? journal.close()
            desk.disconnect()
            throw error
        }
    }

    private static func configuration(
        _ options: ServeOptions
    ) throws(ConfigurationError) -> Configuration {
        var configuration = Configuration.empty
        if let path = options.configurationPath {
            configuration = try ConfigurationReader(path: path).read()
        }
        if let path = options.demoConfigurationPath {
            guard options.listen.isLoopback else {
                throw ConfigurationError(
                    "--demo opens the tenant demo with a public key: listen on 127.0.0.1")
            }
            let demo = try ConfigurationReader(path: path).read()
            guard
                !demo.tenants.contains(where: { tenant in
                    configuration.tenants.contains { $0.number == tenant.number }
                })
            else {
                throw ConfigurationError("the tenant number 1 is the demo's: leave out --demo")
            }
            configuration.tenants += demo.tenants
            let digests = configuration.tenants.flatMap(\.keys).map(\.sha256)
            guard Set(digests).count == digests.count else {
                throw ConfigurationError(
                    "a tenant has the demo's public key: give it another, or leave out --demo")
            }
        }
        return configuration
    }

    private static func makeFolder(_ path: String) throws(ConfigurationError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ConfigurationError("cannot make the data directory \(path): name another")
        }
    }

    private static func report(_ recovery: RecoveryReport) {
        if let damage = recovery.storeDamage {
            log.warning(
                "store/ was corrupted, set aside as store.damaged-N and rebuilt from the journal",
                metadata: ["problem": "\(damage)"])
        }
        guard recovery.lastSequence > 0 else { return }
        log.info(
            "recovered",
            metadata: [
                "records": "\(recovery.lastSequence)", "replayed": "\(recovery.recordsReplayed)",
                "tornTailBytes": "\(recovery.tornTailBytes)", "seconds": "\(recovery.seconds)",
            ])
    }

    private static func server(
        _ options: ServeOptions, _ engine: Engine, _ file: Configuration
    ) throws -> Server {
        var configuration = ServerConfiguration(
            host: options.listen.host, port: options.listen.port,
            workerCount: options.workerCount)
        configuration.insecure = options.isInsecure
        configuration.tls = options.tls.map { files in
            TLSConfiguration(
                certificatePath: files.certificate, keyPath: files.key,
                clientAuthorityPath: files.clientAuthorities)
        }
        configuration.errorDomain = Refusal.domain
        configuration.webOrigins = file.web.origins
        configuration.times = file.times
        let methods =
            DecisionService(engine: engine).methods + ScoringService(engine: engine).methods
            + FeatureService(engine: engine).methods + GraphService(engine: engine).methods
            + LimitService(engine: engine).methods + PortfolioService(engine: engine).methods
        return Server(
            configuration: configuration, methods: methods,
            hooks: ServerHooks(
                gate: { call, _ in engine.admit(call) },
                tenant: { Principal.tenantBits($0) },
                turnEnded: { engine.turnEnded($0) }),
            reflection: try Reflection(descriptorSets: [DescriptorSet.bytes]))
    }

    /// Whether a start failed because what is stored is damaged, lost or of another directory.
    public static func isAboutData(_ error: any Error) -> Bool {
        switch error {
        case RootSecret.Failure.wrongSize, RootSecret.Failure.missing: true
        case let error as JournalError:
            switch error {
            case .directoryInUse, .fileFailed, .closed: false
            default: true
            }
        default: false
        }
    }

    /// Reads the certificate files again: new connections get what they hold now.
    ///
    /// Throws one line when they cannot be used; then everything stays as it was.
    public func reloadCertificates() throws {
        guard try server.reloadCertificates() else { return }
        Self.log.info("certificate files read again")
    }

    /// Says goodbye to clients, finishes accepted calls, writes a checkpoint and ends.
    ///
    /// Returns whether every call finished in time. Blocks.
    public func stop() throws -> Bool {
        admin?.setReady(false)
        // Streams that follow the journal never end by themselves.
        streams.stop()
        let isComplete = server.drain(timeoutMillis: Self.drainMillis)
        server.stop()
        admin?.stop()
        try journal.close()
        desk.disconnect()
        return isComplete
    }
}
