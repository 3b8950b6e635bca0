import Domain
import Ground

@testable import Journal

/// Which request was recorded where, for as long as the world lasts.
struct NaiveRequests: Sendable {
    struct Key: Hashable, Sendable {
        var tenant: TenantID
        var request: Hash128

        init(_ tenant: TenantID, _ request: Hash128) {
            self.tenant = tenant
            self.request = request
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(tenant)
            hasher.combine(request.low)
        }
    }
    struct Entry: Sendable {
        var fingerprint: Hash128
        var sequence: UInt64
    }
    private(set) var entries: [Key: Entry] = [:]

    subscript(_ proposal: Proposal) -> Entry? {
        entries[Key(proposal.tenant, proposal.requestKey)]
    }

    mutating func note(_ made: SequencedRecord) {
        guard !made.requestKey.isZero else { return }
        entries[Key(made.record.tenant, made.requestKey)] = Entry(
            fingerprint: made.fingerprint, sequence: made.record.sequence)
    }

    /// The answer to a proposal that came before; nil when it is new.
    func answer(_ proposal: Proposal) -> String? {
        guard let entry = self[proposal] else { return nil }
        return "repeated \(entry.sequence)"
    }

    /// Why a request that nobody made before is not taken; nil when it is.
    func refusal(_ proposal: Proposal, atMicros micros: Int64) -> String? {
        guard let stated = RequestKey.statedMicros(proposal.requestKey) else { return nil }
        if micros - stated > 24 * 3_600_000_000 { return "refused expired" }
        return stated - micros > 300_000_000 ? "refused fromFuture" : nil
    }
}

extension Verdict.Answer {
    /// The kind of an answer, for comparing.
    var said: String {
        switch self {
        case .recorded(let record, let alternative):
            "recorded \(record.outcome) as \(alternative)"
        case .repeated(let sequence): "repeated \(sequence)"
        case .requestRefused(let refusal): "refused \(refusal)"
        case .planAgain(let refusal, _): "plan again \(refusal.map { "\($0)" } ?? "guard")"
        case .recordTooLong: "too long"
        case .deadlinePassed: "deadline"
        case .noSpace: "no space"
        case .overloaded: "overloaded"
        case .outcomeUnknown: "unknown"
        }
    }
}
