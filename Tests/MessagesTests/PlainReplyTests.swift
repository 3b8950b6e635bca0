import Domain
import Ground
import Testing

@testable import Messages

/// What is written by hand beside what libprotobuf-c packs.
@Suite struct PlainReplyTests {
    private let product = Hash128(high: 9, low: 9)

    private func amount(_ random: inout RandomSource) -> Int64 {
        // Every length of a varint, and zero, which is left out.
        Int64(random.next() >> (1 + random.next() % 64))
    }

    private func line(_ random: inout RandomSource) -> LineImage {
        LineImage(
            id: LineID(random.next() >> 1), tenant: TenantID(1), subject: SubjectID(.zero),
            product: random.next() % 4 == 0 ? .zero : product,
            currency: Currency(code: ["EUR", "JPY", "USD"][Int(random.next() % 3)])!,
            kind: random.next() % 2 == 0 ? .revolving : .instalment,
            chargesUseLimit: random.next() % 2 == 0,
            status: [.open, .closed, .writtenOff][Int(random.next() % 3)],
            version: random.next() >> 1, limitMinor: amount(&random) >> 2,
            heldMinor: amount(&random) >> 2, principalMinor: amount(&random) >> 2,
            openedAtMicros: amount(&random), nominalRatePpm: UInt32(random.next() % 3) * 99_000,
            lastSequence: 8)
    }

    private func hold(_ random: inout RandomSource) -> HoldImage {
        HoldImage(
            id: HoldID(random.next() >> 1), tenant: TenantID(1), line: LineID(3),
            state: random.next() % 2 == 0 ? .held : .released, amountMinor: amount(&random) >> 2,
            committedMinor: 0, expiresAtMicros: amount(&random))
    }

    private func record(_ random: inout RandomSource) -> DurableRecord {
        var effects = LedgerEffects()
        if random.next() % 8 != 0 { effects.lines = [line(&random)] }
        if random.next() % 4 != 0 { effects.holds = [hold(&random)] }
        return DurableRecord(
            type: .holdPlaced, tenant: TenantID(1), sequence: 40, tenantSequence: 4,
            timeMicros: 77, keyID: 0, outcome: random.next() % 3 == 0 ? .limitExceeded : .done,
            subject: SubjectID(.zero), effects: effects, body: [])
    }

    /// Names that push a line's length over the 127 bytes that one byte can say.
    @Test(arguments: ["", "card", String(repeating: "ü", count: 32)], 1...4 as ClosedRange<UInt64>)
    func theBytesAreThoseOfTheLibrary(name: String, seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        let names = LedgerNames(tenant: TenantID(1), products: [product: name])
        let (plain, library) = (Codec(), Codec())
        library.writesPlainly = false
        for _ in 0..<500 {
            let record = record(&random)
            #expect(
                try plain.reply(to: record, names: names)
                    == library.reply(to: record, names: names), "seed \(seed)")
            let line = line(&random)
            var (fast, slow): ([UInt8], [UInt8]) = ([7], [7])
            let product = names.products[line.product] ?? ""
            #expect(plain.appendPlainLineReply(line, product: product, behind: &fast))
            library.appendLineReply(line, blocks: [], names: names, behind: &slow)
            #expect(fast == slow, "seed \(seed)")
        }
    }

    /// Lines that have more are left to the library, and say it.
    @Test func whatIsNotPlainIsNotWrittenPlainly() {
        var random = RandomSource(seed: 1)
        var line = line(&random)
        #expect(PlainReply.canWrite(line))
        line.renewalDay = 1
        #expect(!PlainReply.canWrite(line))
        line.renewalDay = 0
        line.details = LineDetails(temporaryMinor: 5, temporaryEndsAtMicros: 9)
        #expect(!PlainReply.canWrite(line))
    }

    /// The longest there can be fits the room.
    @Test func theLongestReplyFits() throws {
        var random = RandomSource(seed: 2)
        var record = record(&random)
        var line = line(&random)
        line.id = LineID(UInt64(Int64.max))
        line.product = product
        line.limitMinor = .max
        line.heldMinor = .max / 2
        line.principalMinor = .max / 2
        line.version = UInt64(Int64.max)
        line.openedAtMicros = .max
        line.nominalRatePpm = .max
        record.effects.lines = [line]
        let hold = HoldImage(
            id: HoldID(UInt64(Int64.max)), tenant: TenantID(1), line: LineID(UInt64(Int64.max)),
            state: .held, amountMinor: .max, committedMinor: 0, expiresAtMicros: .max)
        record.effects.holds = [hold]
        let name = String(repeating: "n", count: FieldRules.nameBytesMax)
        let names = LedgerNames(tenant: TenantID(1), products: [product: name])
        let reply = try Codec().reply(to: record, names: names)
        #expect(reply.count <= PlainReply.byteCountMax)
    }
}
