/// An ISO 4217 currency, as its three ASCII letters packed into 32 bits.
public struct Currency: Hashable, Sendable {
    public let packed: UInt32

    /// From stored bits, already known to be a currency.
    @inlinable
    public init(packed: UInt32) { self.packed = packed }

    /// From a three-letter code; nil when ISO 4217 does not list it as an active currency.
    public init?(code: String) {
        self.init(bytes: Array(code.utf8).span)
    }

    /// From the bytes of a three-letter code; nil when ISO 4217 does not list it as an active
    /// currency. Allocates nothing.
    public init?(bytes: Span<UInt8>) {
        guard bytes.count == 3, let place = CurrencyTable.place(bytes[0], bytes[1], bytes[2]),
            CurrencyTable.active[place / 64] >> UInt64(place % 64) & 1 == 1
        else { return nil }
        packed = UInt32(bytes[0]) << 16 | UInt32(bytes[1]) << 8 | UInt32(bytes[2])
    }

    /// The three letters.
    public var code: String {
        // What is packed came from ASCII letters.
        unsafe String(unsafeUninitializedCapacity: 3) { buffer in
            for place in 0..<3 {
                unsafe buffer[place] = UInt8(truncatingIfNeeded: packed >> UInt32(16 - 8 * place))
            }
            return 3
        }
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

    /// The same as a bit for each of the 26^3 codes, for every request that names a currency.
    static let active: [UInt64] = {
        var bits = [UInt64](repeating: 0, count: 26 * 26 * 26 / 64 + 1)
        for code in codes {
            let letters = Array(code.utf8)
            guard let place = place(letters[0], letters[1], letters[2]) else { continue }
            bits[place / 64] |= 1 << UInt64(place % 64)
        }
        return bits
    }()

    /// The bit of three capital letters; nil for anything else.
    static func place(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int? {
        let (first, second, third) = (first &- 65, second &- 65, third &- 65)
        guard first < 26, second < 26, third < 26 else { return nil }
        return (Int(first) * 26 + Int(second)) * 26 + Int(third)
    }
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
