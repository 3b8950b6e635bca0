internal import CMessages
public import Domain
public import Ground

/// A label with the words it stands for: the ledger keeps only their hashes.
public struct NamedLabel: Hashable, Sendable {
    public let label: Label
    public let name: String
    public let value: String

    /// Hashes both words under the tenant's key; `name` may be a known dimension's.
    public init(name: String, value: String, key: HashKey) {
        self.name = name
        self.value = value
        label = Label(
            dimension: Dimension.number(of: name, key: key),
            value: Label.value(of: SipHash.hash(value.utf8, key: key)))
    }
}

extension Dimension {
    /// The known dimensions by name: nobody gives them as a label of his own.
    public static let names: [String: UInt64] = [
        "tenant": tenant, "customer": customer, "group": group, "product": product,
        "channel": channel, "partner": partner, "region": region, "segment": segment,
        "grade": grade,
    ]

    /// The known dimensions by number.
    public static let namesByNumber: [UInt64: String] = Dictionary(
        uniqueKeysWithValues: names.map { ($0.value, $0.key) })

    /// The number of a dimension, a known one's or the lender's own.
    public static func number(of name: String, key: HashKey) -> UInt64 {
        names[name] ?? Label.dimension(of: SipHash.hash(name.utf8, key: key))
    }
}

extension FieldRules {
    typealias CLabels = UnsafeMutablePointer<UnsafeMutablePointer<Creditrisk__V1__Label>?>

    /// The labels that a caller gives a transaction: no known dimension, each dimension once.
    static func labels(
        _ list: CLabels?, _ count: Int, _ field: String = "labels", key: HashKey
    ) throws(MessageFault) -> [NamedLabel] {
        guard count > 0, let list = unsafe list else { return [] }
        let labels = unsafe try namedLabels(
            list, count, field, max: LabelSetImage.countMax, key: key)
        for (index, label) in labels.enumerated() where Dimension.names[label.name] != nil {
            throw MessageFault(
                .labelReserved, field: "\(field)[\(index)].name",
                "\(label.name) is not the caller's to give")
        }
        return labels
    }

    /// The values that name one counter of a portfolio limit: any dimension, each once.
    static func counterKeys(
        _ list: CLabels?, _ count: Int, key: HashKey
    ) throws(MessageFault) -> [NamedLabel] {
        guard count > 0, let list = unsafe list else { return [] }
        return unsafe try namedLabels(
            list, count, "keys", max: PortfolioLimit.termCountMax, key: key)
    }

    private static func namedLabels(
        _ list: CLabels, _ count: Int, _ field: String, max: Int, key: HashKey
    ) throws(MessageFault) -> [NamedLabel] {
        guard count <= max else {
            throw MessageFault(.tooManyItems, field: field, "\(field) has more than \(max) items")
        }
        var labels: [NamedLabel] = []
        for index in 0..<count {
            guard let sent = unsafe list[index]?.pointee else { continue }
            let here = "\(field)[\(index)]"
            let label = unsafe NamedLabel(
                name: try requiredText(sent.name, "\(here).name", max: nameBytesMax),
                value: try requiredText(sent.value, "\(here).value", max: identifierBytesMax),
                key: key)
            guard !labels.contains(where: { $0.label.dimension == label.label.dimension }) else {
                throw MessageFault(
                    .labelTwice, field: "\(here).name", "\(label.name) stands twice")
            }
            labels.append(label)
        }
        return labels
    }
}

extension FieldRules {
    /// A transaction has at most eight labels, those of its credential among them.
    public static func fits(_ count: Int, beside others: Int) throws(MessageFault) {
        guard count + others <= LabelSetImage.countMax else {
            throw MessageFault(
                .tooManyItems, field: "labels",
                "a transaction has at most \(LabelSetImage.countMax) labels, and the credential"
                    + " gives \(others)")
        }
    }
}
