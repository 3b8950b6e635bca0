internal import Ground

/// The keys that one worker saw last and whose they are, so that a call of a known key costs no
/// SHA-256.
///
/// A key is remembered by a SipHash under a secret of this process, whole `authorization` value
/// and all: nothing of a key is kept, and how long a look-up takes says nothing about how much of
/// a guess was right. Only keys that the ring knows are remembered, and a ring never changes.
///
/// Layout: 64 slots of 24 bytes, a key in the one its hash names; two keys of one slot take turns.
/// Thread: the worker that owns it.
public struct KeyMemo {
    /// Slots. Reason: the callers of one worker have few keys at a time; more only cost the ring's
    /// own look-up.
    public static let slotCount = 64

    private struct Slot {
        var hash = Hash128.zero
        var principal: UInt64 = 0
    }

    private let ring: KeyRing
    private let secret: HashKey
    private var slots = [Slot](repeating: Slot(), count: slotCount)

    /// Remembers nothing yet of `ring`. Its secret is the system's random bytes.
    public init(_ ring: KeyRing) {
        self.ring = ring
        secret = HashKey(
            first: .random(in: .min ... .max), second: .random(in: .min ... .max))
    }

    /// Who an `authorization` value is, packed, if it was seen lately; 0, which is nobody, if not.
    public func known(authorization value: Span<UInt8>) -> UInt64 {
        let hash = SipHash.hash(value, key: secret)
        let slot = slots[Int(truncatingIfNeeded: hash.low) & (Self.slotCount - 1)]
        return slot.hash == hash && !hash.isZero ? slot.principal : 0
    }

    /// Who an `authorization` value is, packed; nil stands for a missing one.
    public mutating func principal(
        authorization value: Span<UInt8>?
    ) throws(KeyRing.Refusal) -> UInt64 {
        guard let value else { throw .keyMissing }
        let hash = SipHash.hash(value, key: secret)
        let index = Int(truncatingIfNeeded: hash.low) & (Self.slotCount - 1)
        if slots[index].hash == hash, !hash.isZero { return slots[index].principal }
        let text = String(decoding: value.array(), as: UTF8.self)
        let principal = try ring.principal(authorization: text).packed
        slots[index] = Slot(hash: hash, principal: principal)
        return principal
    }
}
