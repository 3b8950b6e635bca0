internal import Ground
internal import Messages

/// The channel and partner of every credential, as the labels of what it holds and opens.
///
/// A principal has its place here: one array look-up a call. Fixed while riskd runs.
struct CredentialLabels: Sendable {
    private var entries: [[NamedLabel]] = [[]]

    /// No credential has any.
    init() {}

    /// The place of a key's labels, 0 when it has none; nil when there are too many.
    mutating func place(of key: Configuration.Key, _ hashKey: HashKey) -> UInt16? {
        var labels: [NamedLabel] = []
        if let channel = key.channel {
            labels.append(NamedLabel(name: "channel", value: channel, key: hashKey))
        }
        if let partner = key.partner {
            labels.append(NamedLabel(name: "partner", value: partner, key: hashKey))
        }
        guard !labels.isEmpty else { return 0 }
        guard let place = UInt16(exactly: entries.count) else { return nil }
        entries.append(labels)
        return place
    }

    /// The labels at a place.
    subscript(place: UInt16) -> [NamedLabel] { entries[Int(place)] }
}
