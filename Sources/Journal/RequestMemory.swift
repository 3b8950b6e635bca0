internal import Domain
internal import Ground

/// What the sequencer knows about requests: which came before, which it takes, how many a tenant
/// has.
///
/// A proposal is first **placed**: recorded before, new, or to be looked for on disk. The sequencer
/// never reads the disk, so the last kind leaves it with the number below which memory was searched
/// at that time; another queue looks through the store and brings it back. Whatever had left
/// memory by then was in the store before it left, and whatever came later has a higher number. So
/// on its return the search of memory is enough, as long as nothing with a higher number has left
/// memory meanwhile: there is no moment at which a request is in neither place.
/// Thread: the sequencer.
struct RequestMemory: Sendable {
    /// Where a request stands.
    enum Place: Sendable, Equatable {
        case new
        case recorded(sequence: UInt64)
        /// Not in memory; every request numbered below this one must be looked for in the store.
        case unknown(below: Int)
    }

    var table: RequestTable
    var quota: RequestQuota
    let windowMicros: Int64

    init(_ configuration: JournalConfiguration) {
        table = RequestTable(countMax: configuration.requestCountMax)
        quota = RequestQuota(
            perTenantMax: configuration.requestsPerTenantMax,
            windowHours: configuration.requestWindowHours)
        windowMicros = Int64(configuration.requestWindowHours) * RequestTime.hourMicros
    }

    /// Proposals whose places in memory are fetched together. Reason: as many cache misses as a
    /// core has under way at a time, and few enough to be still there when their turn comes.
    static let touchCount = 16

    /// Fetches what the search for the next proposals will read.
    mutating func touch(_ coming: ArraySlice<Proposal>) {
        table.touch(
            coming.prefix(Self.touchCount).lazy.map {
                RequestEntry.tag($0.requestKey, tenant: $0.tenant)
            })
    }

    /// Where a proposal's request stands. One cache miss for a new one.
    func place(_ proposal: Proposal) -> Place {
        let tag = RequestEntry.tag(proposal.requestKey, tenant: proposal.tenant)
        if let sequence = table.find(tag) { return .recorded(sequence: sequence) }
        guard table.startNumber > proposal.lookedUpBelow ?? 0 else { return .new }
        guard let stated = RequestKey.statedMicros(proposal.requestKey) else {
            return table.forgotUntimed ? .unknown(below: table.endNumber) : .new
        }
        return stated <= table.forgottenNewestMicros ? .unknown(below: table.endNumber) : .new
    }

    /// Why a new request is not taken now; nil when it is.
    mutating func refusal(_ proposal: Proposal, atMicros now: Int64) -> Verdict.Answer? {
        if let stated = RequestKey.statedMicros(proposal.requestKey) {
            if now - stated > windowMicros { return .requestRefused(.expired) }
            if stated - now > RequestTime.futureMicros { return .requestRefused(.fromFuture) }
        }
        if table.isFull { return .overloaded }
        return quota.refusal(proposal.tenant, atMicros: now).map { .requestRefused($0) }
    }

    /// Remembers the request of a record.
    mutating func remember(
        _ key: Hash128, tenant: TenantID, sequence: UInt64, timeMicros: Int64
    ) {
        let stated = RequestKey.statedMicros(key)
        let entry = RequestEntry(
            tag: RequestEntry.tag(key, tenant: tenant), sequence: sequence,
            statesTime: stated != nil)
        table.insert(entry, statedMicros: stated, day: RequestTime.day(timeMicros))
        quota.add(tenant, atMicros: timeMicros)
    }
}
