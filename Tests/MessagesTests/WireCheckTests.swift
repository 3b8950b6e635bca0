import Domain
import Ground
import Testing

@testable import Messages

@Suite struct WireCheckTests {
    let key = HashKey(first: 1, second: 2)
    let codec = Codec()

    func fault(_ bytes: [UInt8]) -> MessageFault? {
        do throws(MessageFault) {
            _ = try codec.openLine(bytes.span, key: key)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            [0x0a], [0x0a, 0x05, 0x61], [0x00, 0x00], [0x0b], [0x0f], [0x0d, 1, 2, 3],
            [0x09, 1, 2, 3, 4, 5, 6, 7],
            [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ] as [[UInt8]])
    func brokenBytesAreMalformed(bytes: [UInt8]) {
        #expect(fault(bytes)?.reason == .messageMalformed)
    }

    @Test func textThatIsNotUTF8IsNamed() {
        let bad = fault(Wire().text(1, "r").data(2, [0xc3, 0x28]).bytes)
        #expect(bad?.reason == .textNotUTF8)
        #expect(bad?.field == "subject_id")
    }

    @Test func aNULInsideTextIsNamed() {
        let bad = fault(Wire().text(1, "r").data(2, [0x61, 0, 0x62]).bytes)
        #expect(bad?.reason == .textHasNUL)
        #expect(bad?.field == "subject_id")
    }

    @Test func theFieldOfAnInnerMessageHasItsPath() {
        let money = Wire().number(1, 5).data(2, [0xff])
        let bad = fault(Wire().text(1, "r").text(2, "a").text(3, "p").message(4, money).bytes)
        #expect(bad?.reason == .textNotUTF8)
        #expect(bad?.field == "limit.currency")
    }

    @Test func tooManyElementsEndEarly() {
        let flood = [UInt8](repeating: 0x20, count: 2 * (WireCheck.elementCountMax + 1))
        #expect(fault(flood)?.reason == .tooManyItems)
    }

    /// Random damage to a good message never crashes and never invents a field.
    @Test func damagedMessagesEndInAFault() {
        let good = Wire().text(1, "r-1").text(2, "anna").text(3, "card")
            .message(4, Wire.money(5, "EUR")).bytes
        for seed in UInt64(0)..<3_000 {
            var random = RandomSource(seed: seed)
            var bytes = good
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<4, using: &random))
            if let request = try? codec.openLine(bytes.span, key: key) {
                #expect(
                    (1...FieldRules.amountMinorMax).contains(request.limit.amountMinor),
                    "seed \(seed)")
            }
        }
    }
}
