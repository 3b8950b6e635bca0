import Ground
import Testing

@testable import Domain

@Suite struct MoneyTests {
    @Test(arguments: ["EUR", "USD", "JPY", "KWD", "CNY"])
    func activeCurrenciesSurvivePacking(code: String) throws {
        let currency = try #require(Currency(code: code))
        #expect(currency.code == code)
        #expect(Currency(packed: currency.packed) == currency)
    }

    @Test(arguments: ["", "EU", "EURO", "eur", "DEM", "E R", "€"])
    func everythingElseIsNoCurrency(code: String) {
        #expect(Currency(code: code) == nil)
    }

    @Test func theTableHasOnlyThreeLetterCodes() {
        #expect(CurrencyTable.codes.count > 150)
        #expect(CurrencyTable.codes.allSatisfy { $0.utf8.count == 3 && $0 == $0.uppercased() })
    }

    /// Every code of three capital letters, by its bytes, against the list.
    @Test func everyCodeIsWhatTheListSays() {
        let letters = Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
        for first in letters {
            for second in letters {
                for third in letters {
                    let bytes = [first, second, third]
                    let code = String(decoding: bytes, as: UTF8.self)
                    let currency = Currency(bytes: bytes.span)
                    #expect((currency != nil) == CurrencyTable.codes.contains(code), "\(code)")
                    if let currency { #expect(currency.code == code) }
                }
            }
        }
    }

    @Test func availableIsWhatIsNeitherHeldNorDrawn() {
        let line = LineImage(
            id: LineID(1), tenant: TenantID(1), subject: SubjectID(.zero), product: .zero,
            currency: Currency(code: "EUR")!, status: .open, version: 1, limitMinor: 100,
            heldMinor: 30, principalMinor: 25, openedAtMicros: 0, lastSequence: 1)
        #expect(line.availableMinor == 45)
    }
}
