/// PEM text (RFC 7468), or where it lies.
public enum PEMSource: Sendable, Equatable {
    /// The path of a file, read at the start and when certificates are read again.
    case file(String)
    /// The text itself.
    case text([UInt8])
}

/// What a TLS server needs.
public struct TLSConfiguration: Sendable, Equatable {
    /// The server's certificate, then the chain up to the authority that clients know.
    public var certificate: PEMSource
    /// The certificate's key, not encrypted; a file must not be readable by others.
    public var key: PEMSource
    /// The authorities of client certificates, and their revocation lists; nil asks for none.
    ///
    /// With it every client must show a certificate of one of these authorities.
    public var clientAuthorities: PEMSource?

    /// All as given.
    public init(certificate: PEMSource, key: PEMSource, clientAuthorities: PEMSource? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }

    /// The same from files.
    public init(certificatePath: String, keyPath: String, clientAuthorityPath: String? = nil) {
        self.init(
            certificate: .file(certificatePath), key: .file(keyPath),
            clientAuthorities: clientAuthorityPath.map { .file($0) })
    }
}

/// Why the files of a TLS end cannot be used.
public struct TLSError: Error, Sendable, CustomStringConvertible {
    /// One line that names the file and says what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What a TLS server has done so far.
public struct TLSStatistics: Sendable, Equatable {
    /// Handshakes that became connections.
    public var handshakesCompleted: UInt64 = 0
    /// Handshakes that the peer broke, or that offered nothing we take.
    public var handshakesFailed: UInt64 = 0
    /// Handshakes that were not over in time.
    public var handshakesLate: UInt64 = 0
    /// Handshakes given up because too many newer ones came.
    public var handshakesCrowdedOut: UInt64 = 0

    /// Starts with nothing done.
    public init() {}
}
