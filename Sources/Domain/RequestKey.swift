public import Ground

/// What a request is known by: a hash under the tenant's own key, and the time that its id states.
///
///     high   1 | milliseconds since 1970, 48 bits | hash, 15 bits     the id states its time
///            0 | hash, 63 bits                                       it states none
///     low    hash, 64 bits
///
/// The time travels inside the key, so that a record holds it and replay knows it. What else shares
/// the table of requests later (events) makes its keys here too.
public enum RequestKey {
    /// A key of an id's hash. `statedMillis` has at most 48 bits, as in a UUID of version 7.
    public static func make(hash: Hash128, statedMillis: UInt64?) -> Hash128 {
        guard let statedMillis else {
            return Hash128(high: hash.high & ~(1 << 63), low: hash.low)
        }
        precondition(statedMillis < 1 << 48, "milliseconds have 48 bits")
        return Hash128(
            high: 1 << 63 | statedMillis << 15 | hash.high & (1 << 15 - 1), low: hash.low)
    }

    /// The time that the request's id states, microseconds; nil when it states none.
    @inlinable
    public static func statedMicros(_ key: Hash128) -> Int64? {
        guard key.high &>> 63 == 1 else { return nil }
        return Int64((key.high &<< 1) &>> 16) &* 1_000
    }
}

/// Why a request is not executed, from its request_id alone. Nothing is recorded.
public enum RequestRefusal: Hashable, Sendable {
    /// Not remembered, and older than the window in which ids are accepted.
    case expired
    /// Its id states a time ahead of the clock.
    case fromFuture
    /// The tenant has as many requests inside the window as it may; the count falls in this time.
    case quotaReached(retryMicros: Int64)
    /// Whether it came before could not be read from disk.
    case unreadable
}

/// What a record must agree with to be the record of a request that came again.
///
/// A class only so that the other verdicts, nearly all, carry eight bytes for it.
public final class RepeatedRequest: Sendable {
    public let tenant: TenantID
    public let requestKey: Hash128
    public let fingerprint: Hash128

    /// Those of a proposal.
    public init(_ proposal: Proposal) {
        tenant = proposal.tenant
        requestKey = proposal.requestKey
        fingerprint = proposal.fingerprint
    }
}
