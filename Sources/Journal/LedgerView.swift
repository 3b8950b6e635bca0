public import Domain
internal import Ground
internal import Limits

/// Lines and holds as they are durable: what GetLine and GetHold read.
///
/// 64 shards by key, each rows under a lock that is held for one look-up (some 50 ns) or one row's
/// replacement; readers are on any thread, the publisher is the only writer. Ended holds leave it
/// in the order and at the bound of `Ledger`. Memory: the rows once more, beside the sequencer's.
public final class LedgerView: Projection, Sendable {
    private struct Shard {
        var lines = RowTable<LineImage>(partCountLog2: 4)
        var holds = RowTable<HoldImage>(partCountLog2: 4)
    }
    /// Ended holds in the order they ended; the publisher's alone, so its lock never waits.
    private let ended = Lock(SlidingRing<Key>())
    private let shards: [Lock<Shard>]
    private let endedHoldCountMax: Int

    private struct Key: Sendable {
        var tenant: TenantID
        var id: UInt64
    }

    init(endedHoldCountMax: Int) {
        self.endedHoldCountMax = endedHoldCountMax
        shards = (0..<64).map { _ in Lock(Shard()) }
    }

    /// The tenant's line, or nil when it has none of this id.
    public func line(_ tenant: TenantID, _ id: LineID) -> LineImage? {
        shard(tenant, id.rawValue).withLock { shard in
            shard.lines.slot(tenant: tenant, number: id.rawValue).map { shard.lines[$0] }
        }
    }

    /// The tenant's hold, or nil when it has none of this id or it ended long ago.
    public func hold(_ tenant: TenantID, _ id: HoldID) -> HoldImage? {
        shard(tenant, id.rawValue).withLock { shard in
            shard.holds.slot(tenant: tenant, number: id.rawValue).map { shard.holds[$0] }
        }
    }

    /// Takes the images of a record over; refused records changed nothing.
    public func apply(_ record: DurableRecord) {
        guard record.outcome == .done else { return }
        for line in record.effects.lines { write(line) }
        let endings = record.effects.holds.filter { $0.state != .held }
        for hold in record.effects.holds { write(hold) }
        if !endings.isEmpty { keepEnded(endings) }
    }

    /// Fills an empty view from a restored ledger.
    func fill(from ledger: Ledger) {
        ledger.forEachLine { write($0) }
        ledger.forEachHold { write($0) }
        let endings = ledger.endedHolds
        ended.withLock { ended in
            for hold in endings { ended.append(Key(tenant: hold.tenant, id: hold.number)) }
        }
    }

    private func shard(_ tenant: TenantID, _ number: UInt64) -> Lock<Shard> {
        let mixed = (number &+ UInt64(tenant.rawValue) &<< 32) &* 0x9e37_79b9_7f4a_7c15
        return shards[Int(truncatingIfNeeded: mixed &>> 58)]
    }

    private func write(_ line: LineImage) {
        shard(line.tenant, line.number).withLock { shard in
            if let slot = shard.lines.slot(tenant: line.tenant, number: line.number) {
                shard.lines.replace(slot, with: line)
            } else {
                _ = shard.lines.insert(line)
            }
        }
    }

    private func write(_ hold: HoldImage) {
        shard(hold.tenant, hold.number).withLock { shard in
            if let slot = shard.holds.slot(tenant: hold.tenant, number: hold.number) {
                shard.holds.replace(slot, with: hold)
            } else {
                _ = shard.holds.insert(hold)
            }
        }
    }

    private func keepEnded(_ endings: [HoldImage]) {
        ended.withLock { ended in
            for hold in endings.sorted(by: { $0.number < $1.number }) {
                ended.append(Key(tenant: hold.tenant, id: hold.number))
            }
            while ended.count > endedHoldCountMax {
                let oldest = ended.removeFirst()
                shard(oldest.tenant, oldest.id).withLock { shard in
                    if let slot = shard.holds.slot(tenant: oldest.tenant, number: oldest.id) {
                        shard.holds.remove(slot)
                    }
                }
            }
        }
    }
}
