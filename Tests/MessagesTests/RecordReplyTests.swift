import Domain
import Ground
import Testing

@testable import Messages

@Suite struct RecordReplyTests {
    let codec = Codec()
    let product = Hash128(high: 9, low: 9)
    let names = LedgerNames(tenant: TenantID(1), products: [:])

    func record(_ type: RecordType, body: [UInt8]) -> DurableRecord {
        var effects = LedgerEffects()
        effects.lines = [
            LineImage(
                id: LineID(3), tenant: TenantID(1), subject: SubjectID(.zero), product: product,
                currency: Currency(code: "EUR")!, status: .open, version: 2, limitMinor: 100,
                heldMinor: 30, principalMinor: 10, openedAtMicros: 5, lastSequence: 8)
        ]
        effects.holds = [
            HoldImage(
                id: HoldID(4), tenant: TenantID(1), line: LineID(3), state: .held, amountMinor: 30,
                committedMinor: 0, expiresAtMicros: 99)
        ]
        return DurableRecord(
            type: type, tenant: TenantID(1), sequence: 40, tenantSequence: 4, timeMicros: 77,
            keyID: 0, outcome: .done, subject: SubjectID(.zero), effects: effects, body: body)
    }

    @Test func aReserveReplyIsTheWiresBytes() throws {
        let reply = try codec.reply(
            to: record(.holdPlaced, body: codec.recordBody(request: [1])),
            names: LedgerNames(tenant: TenantID(1), products: [product: "card"]))
        let hold = Wire().number(1, 4).number(2, 3).number(3, 30).number(5, 30).number(6, 99)
            .number(7, 1)
        let line = Wire().number(1, 3).text(2, "card").text(3, "EUR").number(4, 100).number(5, 30)
            .number(6, 10).number(7, 60).number(8, 2).number(9, 5).number(10, 1)
            .number(11, 10)
            .message(13, Wire().number(1, 1).number(2, 3).number(3, 10))
            .number(22, 1)
        #expect(reply == Wire().number(1, 1).message(2, hold).message(3, line).bytes)
    }

    @Test func aDecisionsReplyIsThePlannedPartAndTheSequencers() throws {
        let planned = codec.evaluateReply(
            EvaluateReply(
                outcome: .approve, grade: "A", scores: [], reasons: [], warnings: [], offer: nil,
                policy: "p", policyVersion: "1"))
        let inputs = DecisionInputs(
            featureIDs: [1, 2], values: [0.5, -1], policyHash: [7], modelHashes: [[8], [9]],
            readSequence: 39, policyValues: [0.25, 3], nowMicros: 76, askedMinor: 30)
        let body = codec.recordBody(request: [10, 1, 97], response: planned, inputs: inputs)
        let reply = try codec.reply(to: record(.decision, body: body), names: names)
        #expect(Array(reply.prefix(planned.count)) == planned)
        #expect(reply.count > planned.count)
        #expect(try codec.reply(to: record(.decision, body: body), names: names) == reply)
        let opened = try codec.openRecordBody(body.span)
        #expect(opened.request == [10, 1, 97])
        #expect(opened.inputs == inputs)
    }

    @Test func aBodyKeepsItsChange() throws {
        let body = codec.recordBody(response: [1, 2], change: [3])
        let opened = try codec.openRecordBody(body.span)
        #expect(try RecordBody.part(.change, of: body) == [3])
        #expect(try RecordBody.part(.response, of: body) == [1, 2])
        #expect(try RecordBody.part(.change, of: codec.recordBody(response: [1])) == [])
        for cut in 1..<body.count {
            let part = try? RecordBody.part(.change, of: Array(body[..<cut]))
            #expect(part == nil || part == [], "cut at \(cut)")
        }
        #expect(opened.change == [3])
        #expect(opened.response == [1, 2])
        #expect(opened.inputs == nil)
        #expect(try codec.reply(to: record(.linksPut, body: body), names: names) == [1, 2])
    }

    @Test func aDamagedBodyIsAFault() {
        #expect(throws: MessageFault.self) {
            try codec.reply(to: record(.decision, body: [0x0a]), names: names)
        }
    }
}
