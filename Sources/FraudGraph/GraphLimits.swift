/// How far a walk may go, what stops being a bridge, and which marks it looks for.
public struct GraphLimits: Sendable {
    /// Links a walk may look at before it stops and says so.
    public var workMax: Int
    /// Hops, person to person, for which persons are counted: 1 to 3.
    public var countedHops: Int
    /// Hops within which the nearest flagged entity is looked for: 0 to 3.
    public var flaggedHops: Int
    /// Marks that make an entity flagged.
    public var flaggedMarks: MarkSet
    private var personCountMax: [UInt32]

    /// Reason: 20,000 links are some 200 us, the most a decision can spare.
    public static let workMaxDefault = 20_000
    /// Reason: a family or a shared flat stays well below; a public counter is far above.
    public static let personCountMaxDefault: UInt32 = 50
    /// Reason: an IP address or employer shared by more than a few says little about any of them.
    public static let looseKindPersonCountMaxDefault: UInt32 = 20

    /// The usual limits.
    public init(
        workMax: Int = workMaxDefault, countedHops: Int = 2, flaggedHops: Int = 3,
        flaggedMarks: MarkSet = .risky
    ) {
        precondition((1...3).contains(countedHops) && (0...3).contains(flaggedHops))
        precondition(workMax > 0, "a walk looks at something")
        self.workMax = workMax
        self.countedHops = countedHops
        self.flaggedHops = flaggedHops
        self.flaggedMarks = flaggedMarks
        personCountMax = Array(
            repeating: Self.personCountMaxDefault, count: EntityKind.kindCountMax)
        for kind in [EntityKind.ip, .employer, .merchant] {
            personCountMax[Int(kind.rawValue)] = Self.looseKindPersonCountMaxDefault
        }
    }

    /// An identifier of `kind` with more persons than this is a hub and no bridge.
    public subscript(hubAbove kind: EntityKind) -> UInt32 {
        get { personCountMax[Int(kind.rawValue)] }
        set { personCountMax[Int(kind.rawValue)] = newValue }
    }

    /// Every identifier is a bridge, however many share it.
    public mutating func dropHubRule() {
        personCountMax = Array(repeating: .max, count: EntityKind.kindCountMax)
    }

    @inline(__always)
    func isHub(_ kind: UInt8, persons: UInt32) -> Bool {
        persons > personCountMax[Int(kind)]
    }
}
