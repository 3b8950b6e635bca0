/// Every key that opens the service, by its SHA-256: the keys themselves are never kept.
///
/// Immutable; a change makes a new ring. Looking a key up costs one SHA-256 and one hash look-up
/// whether it is known or not, so the time says nothing about how much of a guess was right.
/// Thread: any.
public struct KeyRing: Sendable {
    /// Bytes of an `authorization` value. Reason: a prefix, an id and 256 bits in any encoding.
    public static let authorizationBytesMax = 512

    /// Why a call has no principal.
    public enum Refusal: Error, Sendable, Equatable {
        case keyMissing
        case keyUnknown
    }

    private let principals: [[UInt8]: Principal]

    /// From the digests of the keys.
    public init(_ principals: [[UInt8]: Principal]) {
        self.principals = principals
    }

    /// Who `authorization: Bearer KEY` is.
    public func principal(authorization: String?) throws(Refusal) -> Principal {
        guard let authorization else { throw .keyMissing }
        let bytes = Array(authorization.utf8)
        let scheme = Array("bearer ".utf8)
        guard bytes.count > scheme.count, zip(bytes, scheme).allSatisfy({ $0 | 0x20 == $1 })
        else { throw .keyMissing }
        guard bytes.count <= KeyRing.authorizationBytesMax else { throw .keyUnknown }
        let digest = Digest.sha256(Array(bytes[scheme.count...]))
        guard let principal = principals[digest] else { throw .keyUnknown }
        return principal
    }
}
