import Dispatch
import Domain
import Foundation
import Ground

@testable import Journal

/// A folder that is removed when the test ends.
final class TemporaryFolder {
    let path: String

    init() {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("journal-\(UUID().uuidString)").path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Collects verdicts by ticket and lets a test wait for them.
final class VerdictBox: Sendable {
    private let verdicts = Lock<[UInt64: Verdict.Answer]>([:])
    private let arrived = DispatchSemaphore(value: 0)

    func take(_ batch: [Verdict]) {
        for verdict in batch {
            verdicts.withLock { $0[verdict.ticket] = verdict.answer }
            arrived.signal()
        }
    }

    /// The answer to a ticket; nil when 10 s pass without it.
    func answer(_ ticket: UInt64) -> Verdict.Answer? {
        while true {
            if let answer = verdicts.withLock({ $0[ticket] }) { return answer }
            if arrived.wait(timeout: .now() + .seconds(10)) == .timedOut { return nil }
        }
    }

    var count: Int { verdicts.withLock { $0.count } }
}

let euro = Currency(code: "EUR") ?? Currency(packed: 0)

/// Keeps what it is given, in order.
final class RecordingProjection: Projection {
    private let records = Lock<[DurableRecord]>([])
    func apply(_ record: DurableRecord) { records.withLock { $0.append(record) } }
    var sequences: [UInt64] { records.withLock { $0.map(\.sequence) } }
}

/// Makes proposals with keys that follow from the ticket.
struct ProposalMaker {
    var tenant = TenantID(1)
    var expiresAtMicros: Int64 = 4_000_000_000_000_000

    func proposal(
        _ ticket: UInt64, _ type: RecordType, _ operations: [LedgerOperation],
        subject: UInt64 = 1, body: [UInt8] = [1, 2, 3],
        onRefusal: Proposal.OnRefusal = .recordRefusal
    ) -> Proposal {
        Proposal(
            tenant: tenant,
            requestKey: RequestKey.make(
                hash: Hash128(high: ticket &* 0x9e37_79b9_7f4a_7c15, low: ticket + 1),
                statedMillis: nil),
            fingerprint: Hash128(high: 7, low: 9), nowMicros: 0,
            alternatives: [
                Alternative(
                    type: type, subject: SubjectID(Hash128(high: 5, low: subject)),
                    operations: operations, body: body)
            ],
            onRefusal: onRefusal, ticket: ticket)
    }

    func open(_ ticket: UInt64, limitMinor: Int64 = 1_000) -> Proposal {
        proposal(
            ticket, .lineOpened,
            [
                .openLine(
                    LineOpening(
                        subject: SubjectID(Hash128(high: 5, low: 1)),
                        product: Hash128(high: 1, low: 1), currency: euro, limitMinor: limitMinor))
            ])
    }

    /// A batch of independent reserves, one chain each: line and amount.
    func batch(_ ticket: UInt64, _ reserves: [(line: UInt64, amountMinor: Int64)]) -> Proposal {
        var made = proposal(
            ticket, .batchApplied,
            reserves.map {
                .reserve(
                    line: .existing(LineID($0.line)), amountMinor: $0.amountMinor, currency: euro,
                    expiresAtMicros: expiresAtMicros, labels: [])
            })
        made.alternatives[0].subject = .none
        made.alternatives[0].chains = Array(repeating: 1, count: reserves.count)
        return made
    }

    func reserve(_ ticket: UInt64, line: UInt64, amountMinor: Int64) -> Proposal {
        proposal(
            ticket, .holdPlaced,
            [
                .reserve(
                    line: .existing(LineID(line)), amountMinor: amountMinor, currency: euro,
                    expiresAtMicros: expiresAtMicros, labels: [])
            ])
    }
}
