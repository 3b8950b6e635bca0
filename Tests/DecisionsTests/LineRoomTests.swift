import Domain
import Features
import Ground
import Journal
import Policy
import Testing

@testable import Decisions
@testable import Messages

/// Decisions with a hold: what the line has room for, and plans made again.
@Suite struct LineRoomTests {
    /// An applicant whom the policy approves for 2,000.00 EUR over 24 months.
    private func lender() throws -> Lender {
        let features = try DemoLender.features()
        let lender = try Lender(try DemoLender.definition(), features: features)
        let naive = NaivePolicy(
            scorecard: try DemoLender.model("german_scorecard.yaml"),
            trees: try DemoLender.model("german_trees.yaml"))
        var random = RandomSource(seed: 1)
        while true {
            let applicant = Applicant.random(features, using: &random)
            let answer = naive.decide(
                applicant, amount: 200_000, months: 24, hopsToFlagged: nil, deviceSharers: 0)
            guard answer.outcome == .approve else { continue }
            try lender.put([("anna", applicant)])
            return lender
        }
    }

    private func reserve(_ amountMinor: Int64, on line: LineID, _ lender: Lender) throws {
        try lender.record(
            Alternative(
                type: .holdPlaced, subject: DemoLender.subject("anna"),
                operations: [
                    .reserve(
                        line: .existing(line), amountMinor: amountMinor, currency: euro,
                        expiresAtMicros: .max, labels: [])
                ], body: []))
    }

    struct Case: CustomTestStringConvertible {
        var name: String
        var limit: Int64
        var held: Int64
        var outcome: Outcome
        var offer: Int64?
        var code: String?
        var isScored = true
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "room to spare", limit: 500_000, held: 0, outcome: .approve, offer: 200_000),
        Case(name: "exactly enough", limit: 200_000, held: 0, outcome: .approve, offer: 200_000),
        Case(
            name: "less by one", limit: 200_000, held: 1, outcome: .counterOffer, offer: 199_999,
            code: "LIMIT_EXCEEDED"),
        Case(
            name: "less than the least loan", limit: 500_000, held: 490_000, outcome: .decline,
            code: "AMOUNT_BELOW_MINIMUM"),
        Case(
            name: "used up", limit: 500_000, held: 500_000, outcome: .decline,
            code: "LIMIT_EXCEEDED", isScored: false),
    ]

    @Test(arguments: cases)
    func lineBoundsTheOffer(row: Case) throws {
        let lender = try lender()
        let line = try lender.openLine("anna", limitMinor: row.limit)
        if row.held > 0 { try reserve(row.held, on: line, lender) }
        let plan = try lender.decide(lender.request("anna", hold: .line(line)))
        let reply = try lender.reply(plan)
        #expect(reply.number(1) == Int64(row.outcome.rawValue))
        #expect(reply.messages(6).first?.messages(1).first?.number(1) == row.offer)
        #expect(reply.messages(4).first?.text(1) == row.code)
        #expect(reply.messages(3).count == (row.isScored ? 2 : 0))
        let wanted: Few<LedgerOperation> = [
            .reserve(
                line: .existing(line), amountMinor: 200_000, currency: euro,
                expiresAtMicros: lender.clock.wallMicros() + 60_000_000, labels: [])
        ]
        #expect(plan.alternative.operations == (row.outcome == .approve ? wanted : []))
    }

    @Test func approvalOpensTheLineItNeeds() throws {
        let lender = try lender()
        let plan = try lender.decide(lender.request("anna", hold: .openLine))
        #expect(
            plan.alternative.operations == [
                .openLine(
                    LineOpening(
                        subject: DemoLender.subject("anna"), product: DemoLender.product,
                        currency: euro, limitMinor: 200_000, nominalRatePpm: 129_000)),
                .reserve(
                    line: .openedHere, amountMinor: 200_000, currency: euro,
                    expiresAtMicros: lender.clock.wallMicros() + 60_000_000, labels: []),
            ])
        let record = try lender.record(plan.alternative, guards: plan.guards)
        #expect(record.effects.lines.last?.heldMinor == 200_000)
        #expect(record.effects.lines.last?.availableMinor == 0)
        #expect(record.effects.holds.last?.amountMinor == 200_000)
    }

    @Test func linesOfOthersAreUnknown() throws {
        let lender = try lender()
        let other = try lender.openLine("ben", limitMinor: 500_000)
        for line in [other, LineID(0), LineID(other.rawValue + 1), LineID(.max)] {
            #expect(throws: RoadFault.lineUnknown) {
                try lender.decide(lender.request("anna", hold: .line(line)))
            }
        }
    }

    /// An offer short of a hold is never seen by the ledger: the road itself must not mix money.
    @Test func lineInAnotherCurrencyOffersNothing() throws {
        let lender = try lender()
        let dollar = try #require(Currency(code: "USD"))
        for limit: Int64 in [150_000, 500_000] {
            let line = try lender.openLine("anna", limitMinor: limit, currency: dollar)
            let plan = try lender.decide(lender.request("anna", hold: .line(line)))
            let reply = try lender.reply(plan)
            #expect(reply.number(1) == Int64(Outcome.decline.rawValue))
            #expect(reply.messages(4).first?.text(1) == "CURRENCY_MISMATCH")
            #expect(reply.messages(6).isEmpty && plan.alternative.operations.isEmpty)
        }
    }

    struct RetryCase: CustomTestStringConvertible {
        var retry: Retry
        var outcome: Outcome
        var offer: Int64?
        var code: String?
        var testDescription: String { "\(retry)" }
    }

    static let retryCases = [
        RetryCase(
            retry: Retry(count: 1, refusal: nil, availableMinor: nil), outcome: .approve,
            offer: 200_000),
        RetryCase(
            retry: Retry(count: 1, refusal: .limitExceeded, availableMinor: 120_000),
            outcome: .counterOffer, offer: 120_000, code: "LIMIT_EXCEEDED"),
        RetryCase(
            retry: Retry(count: 2, refusal: .limitExceeded, availableMinor: 0), outcome: .decline,
            code: "LIMIT_EXCEEDED"),
        RetryCase(
            retry: Retry(count: 1, refusal: .lineClosed, availableMinor: 500_000),
            outcome: .decline, code: "LINE_CLOSED"),
        RetryCase(
            retry: Retry(count: 1, refusal: .lineBlocked, availableMinor: 500_000),
            outcome: .decline, code: "LINE_BLOCKED"),
        RetryCase(
            retry: Retry(count: 2, refusal: .currencyMismatch, availableMinor: 500_000),
            outcome: .decline, code: "CURRENCY_MISMATCH"),
        RetryCase(
            retry: Retry(
                count: DecisionRoad.planCountMax, refusal: .limitExceeded, availableMinor: 90_000),
            outcome: .refer, code: "CONTENDED"),
    ]

    @Test(arguments: retryCases)
    func plansAgain(row: RetryCase) throws {
        let lender = try lender()
        let line = try lender.openLine("anna", limitMinor: 500_000)
        let plan = try lender.decide(
            lender.request("anna", hold: .line(line)), retry: row.retry)
        let reply = try lender.reply(plan)
        #expect(reply.number(1) == Int64(row.outcome.rawValue))
        #expect(reply.messages(6).first?.messages(1).first?.number(1) == row.offer)
        #expect(reply.messages(4).first?.text(1) == row.code)
        let seen = lender.journal.appliedSequence
        let guards = [
            Guard(key: GuardKeys.subject(DemoLender.subject("anna")), seenSequence: seen),
            Guard(key: GuardKeys.marks(DemoLender.tenant), seenSequence: seen),
            Guard(key: GuardKeys.registry(DemoLender.tenant), seenSequence: seen),
        ]
        #expect(plan.guards == (row.retry.count < DecisionRoad.planCountMax ? guards : []))
    }

    /// What differs in kind shares no slot, or a mark would void every registration.
    @Test func guardKeysOfATenantDiffer() {
        let registry = GuardKeys.registry(DemoLender.tenant)
        #expect(registry.low != GuardKeys.marks(DemoLender.tenant).low)
    }

    /// A registration between reading and recording makes the plan void: it was bound to less.
    @Test func aRegistrationOvertakesPlans() throws {
        let lender = try lender()
        let plan = try lender.decide(lender.request("anna"))
        try lender.register([
            FeatureDefinition(name: "learnt_later", type: .number, source: "test", owner: "test")
        ])
        let answer = try lender.propose(plan.alternative, guards: plan.guards)
        guard case .planAgain(nil, _) = answer else {
            Issue.record("a new feature did not void the plan: \(answer)")
            return
        }
        _ = try lender.record(plan.alternative, guards: [])
    }

    /// What changes between reading and recording makes the plan void: values, marks, the line.
    @Test func overtakenPlansAreRefused() throws {
        let lender = try lender()
        let line = try lender.openLine("anna", limitMinor: 300_000)
        let request = lender.request("anna", hold: .line(line))

        var plan = try lender.decide(request)
        var applicant = Applicant()
        applicant.answers["duration_months"] = .number(9)
        try lender.put([("anna", applicant)])
        guard case .planAgain(nil, _) = try lender.propose(plan.alternative, guards: plan.guards)
        else {
            Issue.record("new values did not void the plan")
            return
        }

        plan = try lender.decide(request, retry: Retry(count: 1, refusal: nil, availableMinor: nil))
        try reserve(180_000, on: line, lender)
        let answer = try lender.propose(plan.alternative, guards: plan.guards)
        guard case .planAgain(.limitExceeded?, let effects) = answer else {
            Issue.record("a line without room did not void the plan: \(answer)")
            return
        }
        let retry = Retry(
            count: 2, refusal: .limitExceeded,
            availableMinor: effects.lines.last?.availableMinor)
        #expect(retry.availableMinor == 120_000)
        plan = try lender.decide(request, retry: retry)
        let record = try lender.record(plan.alternative, guards: plan.guards)
        #expect(record.effects.holds.isEmpty)
        #expect(try lender.reply(plan).number(1) == Int64(Outcome.counterOffer.rawValue))
    }
}
