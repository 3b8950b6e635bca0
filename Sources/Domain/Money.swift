/// An ISO 4217 currency, as its three ASCII letters packed into 32 bits.
public struct Currency: Hashable, Sendable {
    public let packed: UInt32

    /// From stored bits, already known to be a currency.
    @inlinable
    public init(packed: UInt32) { self.packed = packed }

    /// From a three-letter code; nil when ISO 4217 does not list it as an active currency.
    public init?(code: String) {
        guard CurrencyTable.codes.contains(code) else { return nil }
        packed = code.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The three letters.
    public var code: String {
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: packed >> $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The active codes of ISO 4217 (list one, without funds codes and metals).
enum CurrencyTable {
    static let codes: Set<String> = Set(
        """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
        BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
        GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS
        KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
        MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
        RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP
        TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
        ZWG
        """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))
}

/// An amount in minor units of one currency. Never passes through a floating-point number.
public struct Money: Hashable, Sendable {
    public let amountMinor: Int64
    public let currency: Currency

    /// The amount as given; signs are the caller's rule.
    @inlinable
    public init(amountMinor: Int64, currency: Currency) {
        self.amountMinor = amountMinor
        self.currency = currency
    }
}

/// A rate in parts per million: 1% is 10,000, one basis point is 100.
public struct Rate: Hashable, Sendable, Comparable {
    public let ppm: Int64

    /// Parts per million.
    @inlinable
    public init(ppm: Int64) { self.ppm = ppm }

    /// By size.
    @inlinable
    public static func < (left: Rate, right: Rate) -> Bool { left.ppm < right.ppm }
}
