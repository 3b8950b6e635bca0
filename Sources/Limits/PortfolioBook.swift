internal import Domain
internal import Ground

/// One tenant's portfolio limits, found fast.
///
/// Limits whose scopes fix the same dimensions are one *shape*; within a shape they are found by
/// the fixed values. So a transaction costs one look-up a shape and one counter a limit that
/// matches it, however many limits the tenant has: a thousand limits, one for each partner, are one
/// shape and one look-up. Thread: the owner's.
struct PortfolioBook: Sendable {
    /// Dimensions that all limits of a tenant use. Reason: their values are looked up for every
    /// transaction.
    static let dimensionCountMax = 64
    /// Combinations of fixed dimensions in use for one measure. Reason: each is a look-up.
    static let shapeCountMax = 32
    /// Limits of the same measure with the same fixed values. Reason: all of them are counted with
    /// every transaction that matches one, also while they are paused.
    static let bucketCountMax = 64
    /// Exchange rates of a tenant.
    static let rateCountMax = 1_024
    /// Counters of a tenant. Reason: a quarter of what the table can hold.
    static let cellCountMax = 1 << 24

    let tenant: TenantID
    /// The current definition of each limit.
    var definitions: [PortfolioLimitID: Int] = [:]
    /// In order of number.
    private(set) var limits: [PortfolioLimitID] = []
    /// With how many terms use each; those that none uses are free.
    private(set) var dimensions: [(dimension: UInt64, useCount: Int)] = []
    private(set) var used = LimitFinder()
    private(set) var granted = LimitFinder()
    /// The number of each rate.
    var rates: [RatePair: Int] = [:]
    var cellCount = 0

    init(_ tenant: TenantID) { self.tenant = tenant }

    private func shapes(_ measure: PortfolioMeasure) -> [LimitShape] {
        measure == .used ? used.shapes : granted.shapes
    }

    private mutating func change(_ measure: PortfolioMeasure, _ body: (inout LimitFinder) -> Void) {
        if measure == .used { body(&used) } else { body(&granted) }
    }

    /// Whether a limit with this scope still fits.
    func hasRoom(for limit: PortfolioLimit) -> Bool {
        let unknown = limit.scope.count { term in
            !dimensions.contains { $0.useCount > 0 && $0.dimension == term.dimension }
        }
        guard dimensions.count(where: { $0.useCount > 0 }) + unknown <= Self.dimensionCountMax
        else { return false }
        let fixed = limit.scope.filter { $0.value != nil }
        let shape = shapes(limit.measure).first { $0.dimensions == fixed.map(\.dimension) }
        guard let shape else { return shapes(limit.measure).count < Self.shapeCountMax }
        return shape.members(Self.fixedValues(limit)).count < Self.bucketCountMax
    }

    /// Lets transactions find a limit. Says where its open terms stand among the dimensions.
    mutating func add(_ limit: PortfolioLimit, definition: Int) -> [UInt8] {
        let places = limit.scope.map { place(of: $0.dimension) }
        let fixed = zip(limit.scope, places).filter { $0.0.value != nil }
        let member = LimitShape.Member(limit: limit.id, definition: UInt32(definition))
        change(limit.measure) { finder in
            let dimensions = fixed.map(\.0.dimension)
            let found = finder.shapes.firstIndex { $0.dimensions == dimensions }
            let place = found ?? finder.shapes.count
            if found == nil {
                finder.shapes.append(
                    LimitShape(dimensions: dimensions, places: fixed.map { Int($0.1) }))
            }
            finder.shapes[place].add(member, Self.fixedValues(limit))
            guard limit.bound.isShare else { return }
            let behind = finder.shares.firstIndex { limit.id < $0.limit }
            finder.shares.insert(member, at: behind ?? finder.shares.count)
        }
        definitions[limit.id] = definition
        if !limits.contains(limit.id) {
            limits.insert(limit.id, at: limits.firstIndex { limit.id < $0 } ?? limits.count)
        }
        return zip(limit.scope, places).filter { $0.0.value == nil }.map { UInt8($0.1) }
    }

    /// Hides a limit from transactions.
    mutating func remove(_ limit: PortfolioLimit) {
        let fixed = limit.scope.filter { $0.value != nil }.map(\.dimension)
        change(limit.measure) { finder in
            guard let place = finder.shapes.firstIndex(where: { $0.dimensions == fixed }) else {
                preconditionFailure("a limit has its shape")
            }
            finder.shapes[place].remove(limit.id, Self.fixedValues(limit))
            if finder.shapes[place].count == 0 { finder.shapes.remove(at: place) }
            finder.shares.removeAll { $0.limit == limit.id }
        }
        for term in limit.scope {
            guard let place = dimensions.firstIndex(where: { $0.dimension == term.dimension })
            else { preconditionFailure("a term has its dimension") }
            dimensions[place].useCount -= 1
        }
        definitions[limit.id] = nil
        limits.removeAll { $0 == limit.id }
    }

    private mutating func place(of dimension: UInt64) -> Int {
        if let place = dimensions.firstIndex(where: { $0.dimension == dimension }) {
            dimensions[place].useCount += 1
            return place
        }
        if let place = dimensions.firstIndex(where: { $0.useCount == 0 }) {
            dimensions[place] = (dimension, 1)
            return place
        }
        precondition(dimensions.count < Self.dimensionCountMax, "too many dimensions")
        dimensions.append((dimension, 1))
        return dimensions.count - 1
    }

    static func fixedValues(_ limit: PortfolioLimit) -> FixedValues {
        var values = CellValues(repeating: 0)
        var count = 0
        for term in limit.scope {
            guard let value = term.value else { continue }
            values[count] = value
            count += 1
        }
        return FixedValues(values: values)
    }
}

/// What is worth what.
struct RatePair: Hashable, Sendable {
    var from: Currency
    var to: Currency
}

/// The fixed values of a scope in the order of their dimensions, zeros behind them.
struct FixedValues: Hashable, Sendable {
    var values: CellValues

    static func == (left: FixedValues, right: FixedValues) -> Bool {
        left.values[0] == right.values[0] && left.values[1] == right.values[1]
            && left.values[2] == right.values[2] && left.values[3] == right.values[3]
    }

    func hash(into hasher: inout Hasher) {
        // Values are keyed hashes: turning each one by another angle is mixing enough.
        hasher.combine(
            values[0] ^ (values[1] &<< 16 | values[1] &>> 48)
                ^ (values[2] &<< 32 | values[2] &>> 32) ^ (values[3] &<< 48 | values[3] &>> 16))
    }
}

/// The limits whose scopes fix the same dimensions.
struct LimitShape: Sendable {
    struct Member: Sendable {
        var limit: PortfolioLimitID
        var definition: UInt32
    }

    let dimensions: [UInt64]
    /// Where they stand among the dimensions of the book.
    let places: [Int]
    /// In order of limit.
    private var buckets: [FixedValues: [Member]] = [:]
    /// Those of a shape that fixes nothing, so that they need no look-up.
    private var whole: [Member] = []
    private(set) var count = 0

    init(dimensions: [UInt64], places: [Int]) {
        self.dimensions = dimensions
        self.places = places
    }

    func members(_ values: FixedValues) -> [Member] {
        places.isEmpty ? whole : buckets[values] ?? []
    }

    mutating func add(_ member: Member, _ values: FixedValues) {
        var members = members(values)
        members.insert(
            member, at: members.firstIndex { member.limit < $0.limit } ?? members.count)
        set(members, values)
        count += 1
    }

    mutating func remove(_ limit: PortfolioLimitID, _ values: FixedValues) {
        var members = members(values)
        guard let place = members.firstIndex(where: { $0.limit == limit }) else {
            preconditionFailure("a limit is in its bucket")
        }
        members.remove(at: place)
        set(members, values)
        count -= 1
    }

    private mutating func set(_ members: [Member], _ values: FixedValues) {
        if places.isEmpty {
            whole = members
        } else {
            buckets[values] = members.isEmpty ? nil : members
        }
    }

    /// Members that agree with every value the transaction has; a value of zero agrees with all.
    ///
    /// Complexity: O(limits of the shape). Only for transactions without a label that the shape
    /// fixes, which an enforcing member refuses.
    func agreeing(with values: CellValues) -> [Member] {
        var found: [Member] = []
        for (fixed, members) in buckets {
            let agrees = places.indices.allSatisfy {
                values[$0] == 0 || values[$0] == fixed.values[$0]
            }
            if agrees { found += members }
        }
        return found
    }
}

/// How the limits of one measure are found.
struct LimitFinder: Sendable {
    var shapes: [LimitShape] = []
    /// Limits that are a share of the whole book, in order of limit: they count every transaction
    /// of their measure.
    var shares: [LimitShape.Member] = []
}
