import Domain
import Ground
import Testing

@testable import Limits

/// A lender's book in miniature: lines, holds and drawings of one tenant, whose exposures go to the
/// portfolio and to the oracle alike.
struct PortfolioWorld {
    struct Line {
        var position: UInt64
        var subject: UInt64
        var product: UInt64
        var currency: Currency
        var grantedMinor: Int64
    }

    struct Item {
        var line: Int
        var labels: LabelSetID
        var amountMinor: Int64
        var placedSeconds: UInt32
        var isDrawing: Bool
    }

    static let eur = Currency(packed: 0x45_55_52)
    static let usd = Currency(packed: 0x55_53_44)
    static let jpy = Currency(packed: 0x4a_50_59)
    static let currencies = [eur, eur, eur, usd, jpy]
    static let positionMax: UInt64 = 400

    let tenant: TenantID
    var naive = NaivePortfolio()
    var lines: [Line] = []
    var items: [Item] = []
    var groups: [UInt64: UInt64] = [:]
    var positions: [UInt64] = []
    var sequence: UInt64 = 0

    init(_ tenant: UInt32, random: inout RandomSource) {
        self.tenant = TenantID(tenant)
        positions = (0..<Self.positionMax).shuffled(using: &random)
    }

    func exposure(
        _ line: Line, _ measure: PortfolioMeasure, labels: LabelSetID = .none,
        amountMinor: Int64 = 0, count: Int64 = 0, flowMinor: Int64 = 0, flowCount: Int64 = 0,
        placedSeconds: UInt32, group: UInt64? = nil
    ) -> Exposure {
        Exposure(
            tenant: tenant, subject: SubjectID(Hash128(high: 1, low: line.subject)),
            group: group ?? groups[line.subject] ?? 0,
            product: Hash128(high: 2, low: line.product), labels: labels,
            currency: line.currency, measure: measure, position: line.position,
            amountMinor: amountMinor, count: count, flowMinor: flowMinor, flowCount: flowCount,
            placedSeconds: placedSeconds)
    }

    /// What a scan adds of a line.
    func counted(_ line: Int, nowSeconds: UInt32, group: UInt64? = nil) -> [Exposure] {
        var exposures = [
            exposure(
                lines[line], .granted, amountMinor: lines[line].grantedMinor, count: 1,
                placedSeconds: nowSeconds, group: group)
        ]
        for item in items where item.line == line {
            exposures.append(
                exposure(
                    lines[line], .used, labels: item.labels, amountMinor: item.amountMinor,
                    count: 1, flowMinor: item.amountMinor, flowCount: 1,
                    placedSeconds: item.placedSeconds, group: group))
        }
        return exposures
    }

    func negated(_ exposure: Exposure) -> Exposure {
        var negated = exposure
        negated.amountMinor = -exposure.amountMinor
        negated.count = -exposure.count
        negated.flowMinor = -exposure.flowMinor
        negated.flowCount = -exposure.flowCount
        return negated
    }
}

/// Random limits and labels.
extension PortfolioWorld {
    static let zones: [ZoneOffsets] = [.utc, ZonePeriodsTests.berlin, ZonePeriodsTests.apia]
    static let custom: UInt64 = 1 << 63 | 77

    static func labels(_ random: inout RandomSource) -> [Label] {
        var labels: [Label] = []
        for (dimension, values) in [(Dimension.channel, 2), (Dimension.region, 3), (custom, 2)]
        where Int.random(in: 0..<8, using: &random) > 0 {
            labels.append(
                Label(
                    dimension: dimension,
                    value: UInt64.random(in: 1...UInt64(values), using: &random)))
        }
        return labels
    }

    static func limit(
        _ id: PortfolioLimitID, tenant: TenantID, random: inout RandomSource
    ) -> PortfolioLimit {
        let granted = Int.random(in: 0..<4, using: &random) == 0
        let dimensions: [UInt64] =
            granted
            ? [Dimension.tenant, Dimension.customer, Dimension.group, Dimension.product]
            : [
                Dimension.tenant, Dimension.customer, Dimension.group, Dimension.product,
                Dimension.channel, Dimension.region, custom,
            ]
        let count = [1, 1, 1, 2, 2, 3, 4].randomElement(using: &random) ?? 1
        let scope = dimensions.shuffled(using: &random).prefix(count).sorted().map { dimension in
            ScopeTerm(
                dimension: dimension,
                value: dimension == Dimension.tenant || Bool.random(using: &random)
                    ? UInt64.random(
                        in: 1...(dimension == Dimension.tenant ? 1 : 2), using: &random) : nil)
        }
        let bound: PortfolioBound =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .count(Int64.random(in: 1...15, using: &random))
            case 1:
                .share(
                    ppm: Int64.random(in: 20_000...1_200_000, using: &random),
                    bookFloorMinor: Int64.random(in: 0...20_000, using: &random))
            default: .amount(Int64.random(in: 100...9_000, using: &random))
            }
        return PortfolioLimit(
            id: id, tenant: tenant, scope: scope, measure: granted ? .granted : .used,
            bound: bound,
            period: [.absolute, .absolute, .day, .month].randomElement(using: &random)
                ?? .absolute,
            currency: currencies.randomElement(using: &random) ?? eur,
            zone: zones.randomElement(using: &random) ?? .utc,
            status: Int.random(in: 0..<10, using: &random) == 0 ? .paused : .counting)
    }
}
