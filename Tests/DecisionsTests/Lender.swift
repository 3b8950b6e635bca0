import Dispatch
import Domain
import Features
import Foundation
import FraudGraph
import Ground
import Journal
import Policy
import Scoring
import Testing

@testable import Decisions
@testable import Messages

/// The demo lender on a journal of its own: stores, plan, road and scratch, in a folder that is
/// removed at the end.
final class Lender {
    let stores: Stores
    let journal: Journal
    let room: TenantRoom
    let road: DecisionRoad
    let scratch = DecisionScratch()
    let clock = SimulatedClock()
    private let folder: String
    private let keepsFolder: Bool
    private let answers: AnswerBox
    private var ticket: UInt64 = 0

    /// Opens the journal in `folder`, or in a new one.
    init(
        _ definition: TenantDefinition, features: [FeatureDefinition] = [], folder: String? = nil
    ) throws {
        let made = FileManager.default.temporaryDirectory
            .appendingPathComponent("road-\(UUID().uuidString)").path
        self.folder = folder ?? made
        keepsFolder = folder != nil
        let stores = Stores()
        let room = TenantRoom(definition)
        let answers = AnswerBox()
        var configuration = JournalConfiguration(directory: self.folder)
        configuration.store = .inMemory
        configuration.segmentBytes = 4 << 20
        configuration.guardSlotsLog2 = 12
        configuration.subjectSlotsLog2 = 12
        let stages = stores.projections { room.bind(stores.registries.registry(of: $0)) }
        journal = try Journal.open(
            configuration, clock: clock, projections: stages, participants: stages,
            onVerdicts: { answers.take($0) }, onFatal: { Issue.record("the journal failed: \($0)") }
        )
        self.stores = stores
        self.room = room
        self.answers = answers
        road = DecisionRoad(stores: stores, journal: journal)
        if !features.isEmpty { try register(features) }
    }

    deinit {
        try? journal.close()
        if !keepsFolder { try? FileManager.default.removeItem(atPath: folder) }
    }

    var registry: FeatureRegistry { stores.registries.registry(of: DemoLender.tenant) }

    /// Proposes and waits for the verdict.
    func propose(
        _ alternative: Alternative, guards: [Guard] = [],
        onRefusal: Proposal.OnRefusal = .returnToWorker
    ) throws -> Verdict.Answer {
        ticket += 1
        // A journal that is opened again remembers the requests of before.
        var random = SystemRandomNumberGenerator()
        journal.submit([
            Proposal(
                tenant: DemoLender.tenant,
                requestKey: RequestKey.make(
                    hash: Hash128(high: random.next(), low: random.next() | 1), statedMillis: nil),
                fingerprint: Hash128(high: 1, low: 1), nowMicros: clock.wallMicros(),
                guards: guards, alternatives: OneOrMore(alternative), onRefusal: onRefusal,
                ticket: ticket)
        ])
        return try #require(answers.answer(ticket), "no verdict came in 10 s")
    }

    /// Proposes what must be recorded.
    @discardableResult
    func record(_ alternative: Alternative, guards: [Guard] = []) throws -> DurableRecord {
        guard case .recorded(let record, _) = try propose(alternative, guards: guards) else {
            throw LenderError.notRecorded
        }
        return record
    }

    func register(_ features: [FeatureDefinition]) throws {
        let change = FeatureRegistration.encode(features)
        try record(
            Alternative(
                type: .featuresRegistered, subject: .none,
                touches: [GuardKeys.registry(DemoLender.tenant)],
                body: scratch.codec.recordBody(change: change)))
    }

    /// Stores applicants by name.
    func put(_ applicants: [(name: String, applicant: Applicant)]) throws {
        for start in stride(from: 0, to: applicants.count, by: 100) {
            let puts = try applicants[start..<min(start + 100, applicants.count)].map {
                try $0.applicant.put($0.name, registry)
            }
            try record(
                Alternative(
                    type: .featuresPut, subject: .none,
                    touches: puts.map { GuardKeys.subject($0.subject) },
                    body: scratch.codec.recordBody(change: FeaturePut.encode(puts))))
        }
    }

    /// Opens a line for a subject; gives its id.
    func openLine(
        _ name: String, limitMinor: Int64, currency: Currency = euro
    ) throws -> LineID {
        let record = try record(
            Alternative(
                type: .lineOpened, subject: DemoLender.subject(name),
                operations: [
                    .openLine(
                        LineOpening(
                            subject: DemoLender.subject(name), product: DemoLender.product,
                            currency: currency, limitMinor: limitMinor))
                ], body: []))
        return try #require(record.effects.lines.last).id
    }

    /// An application of a subject.
    func request(
        _ name: String, amountMinor: Int64 = 200_000, months: Int = 24, hold: HoldTarget? = nil
    ) -> EvaluateRequest {
        EvaluateRequest(
            requestKey: Hash128(high: 1, low: 1), subject: DemoLender.subject(name),
            product: DemoLender.product,
            amount: Money(amountMinor: amountMinor, currency: euro), termMonths: months,
            hold: hold.map { HoldWish(target: $0, durationMicros: 60_000_000) })
    }

    func decide(_ request: EvaluateRequest, retry: Retry? = nil) throws -> PlannedDecision {
        try road.decide(
            request, raw: [9, 9], in: room, nowMicros: clock.wallMicros(), retry: retry,
            scratch: scratch)
    }

    /// The reply inside a plan's record.
    func reply(_ plan: PlannedDecision) throws -> Fields {
        try #require(Fields(try body(plan).response))
    }

    func body(_ plan: PlannedDecision) throws -> RecordBody {
        try scratch.codec.openRecordBody(plan.alternative.body.span)
    }
}

enum LenderError: Error {
    case notRecorded
}

/// Collects verdicts by ticket and lets a test wait for one.
final class AnswerBox: Sendable {
    private let answers = Lock<[UInt64: Verdict.Answer]>([:])
    private let arrived = DispatchSemaphore(value: 0)

    func take(_ verdicts: [Verdict]) {
        for verdict in verdicts {
            answers.withLock { $0[verdict.ticket] = verdict.answer }
            arrived.signal()
        }
    }

    /// The answer to a ticket; nil when 10 s pass without it.
    func answer(_ ticket: UInt64) -> Verdict.Answer? {
        while true {
            if let answer = answers.withLock({ $0[ticket] }) { return answer }
            if arrived.wait(timeout: .now() + .seconds(10)) == .timedOut { return nil }
        }
    }
}
