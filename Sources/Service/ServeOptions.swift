internal import Glibc

/// Where a socket listens: a numeric address or localhost, and a port.
public struct ListenAddress: Sendable, Equatable {
    public var host: String
    /// 0 takes any free port.
    public var port: UInt16

    /// Reads "127.0.0.1:50051", "[::1]:50051" or "localhost:0"; nil for anything else, for a name
    /// that only begins like a loopback address too.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[colon...].dropFirst())
        else { return nil }
        let name = text[..<colon]
        if name.hasPrefix("["), name.hasSuffix("]") {
            host = String(name.dropFirst().dropLast())
            guard Self.isAddress(host, of: AF_INET6) else { return nil }
        } else {
            host = String(name)
            guard host == "localhost" || Self.isAddress(host, of: AF_INET) else { return nil }
        }
        self.port = port
    }

    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? UInt16(text) : nil
    }

    /// Wraps inet_pton(3).
    private static func isAddress(_ text: String, of family: Int32) -> Bool {
        var address = in6_addr()
        return unsafe inet_pton(family, text, &address) == 1
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

/// The PEM files of a TLS server.
public struct TLSFiles: Sendable, Equatable {
    /// The server's certificate and its chain.
    public var certificate: String
    /// The certificate's key.
    public var key: String
    /// The authorities of client certificates; nil asks for none.
    public var clientAuthorities: String?

    /// Takes the three options as they came; nil when there are none.
    ///
    /// Throws one line when one is there without what belongs to it.
    public init?(
        certificate: String?, key: String?, clientAuthorities: String?
    ) throws(ConfigurationError) {
        guard let certificate, let key else {
            guard certificate == nil, key == nil, clientAuthorities == nil else {
                throw ConfigurationError(
                    "TLS needs both --tls-cert and --tls-key; --client-ca goes with them")
            }
            return nil
        }
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }
}

/// What `riskd serve` was asked for.
public struct ServeOptions: Sendable {
    public var listen: ListenAddress
    public var dataDirectory: String
    public var workerCount: Int
    public var configurationPath: String?
    /// The demo lender's configuration; nil without `--demo`.
    public var demoConfigurationPath: String?
    /// The admin port; nil for none.
    public var admin: ListenAddress?
    /// The files of `--tls-cert`, `--tls-key` and `--client-ca`; nil serves cleartext.
    public var tls: TLSFiles?
    /// Whether cleartext is allowed beyond loopback.
    public var isInsecure: Bool

    /// All fields as given.
    public init(
        listen: ListenAddress, dataDirectory: String, workerCount: Int,
        configurationPath: String? = nil, demoConfigurationPath: String? = nil,
        admin: ListenAddress? = nil, tls: TLSFiles? = nil, isInsecure: Bool = false
    ) {
        self.listen = listen
        self.dataDirectory = dataDirectory
        self.workerCount = workerCount
        self.configurationPath = configurationPath
        self.demoConfigurationPath = demoConfigurationPath
        self.admin = admin
        self.tls = tls
        self.isInsecure = isInsecure
    }
}
