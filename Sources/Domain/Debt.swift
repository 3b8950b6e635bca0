/// What is owed. Raw values are stored and on the wire; they never change.
public enum DebtComponent: UInt8, Sendable, CaseIterable {
    case principal = 1
    case interest = 2
    case fee = 3
    case penalty = 4
}

/// When it is owed. Raw values are stored and on the wire; they never change.
public enum DebtAge: UInt8, Sendable, CaseIterable {
    case overdue = 1
    case due = 2
    case future = 3
}

/// What a line owes beside future principal: one amount, minor units, per component and age.
///
/// Principal that is neither due nor overdue is not kept here: it is the line's principal less
/// both.
public struct Debt: Hashable, Sendable {
    private var interest = Ages()
    private var fee = Ages()
    private var penalty = Ages()
    private var principal = Ages()

    private struct Ages: Hashable, Sendable {
        var overdue: Int64 = 0
        var due: Int64 = 0
        var future: Int64 = 0
    }

    /// Nothing owed.
    public init() {}

    /// The amount of one kind. Future principal reads as zero: the line knows it.
    public subscript(component: DebtComponent, age: DebtAge) -> Int64 {
        get {
            let ages =
                switch component {
                case .principal: principal
                case .interest: interest
                case .fee: fee
                case .penalty: penalty
                }
            return switch age {
            case .overdue: ages.overdue
            case .due: ages.due
            case .future: ages.future
            }
        }
        set {
            func set(_ ages: inout Ages) {
                switch age {
                case .overdue: ages.overdue = newValue
                case .due: ages.due = newValue
                case .future: ages.future = newValue
                }
            }
            switch component {
            case .principal: set(&principal)
            case .interest: set(&interest)
            case .fee: set(&fee)
            case .penalty: set(&penalty)
            }
        }
    }

    /// Interest, fees and penalties of every age.
    public var chargesMinor: Int64 {
        [interest, fee, penalty].reduce(0) { $0 + $1.overdue + $1.due + $1.future }
    }
}

/// One step of a repayment's way: pay this kind of debt until it is gone.
public struct WaterfallStep: Hashable, Sendable {
    public var component: DebtComponent
    public var age: DebtAge

    /// Both as given.
    public init(_ component: DebtComponent, _ age: DebtAge) {
        self.component = component
        self.age = age
    }
}

/// The order in which a repayment meets a line's debts: each kind at most once. The order is the
/// product's, because laws differ.
public struct Waterfall: Hashable, Sendable {
    public var steps: [WaterfallStep]

    /// The steps as given. Errors: a bug when a kind comes twice.
    public init(steps: [WaterfallStep]) {
        precondition(Set(steps).count == steps.count, "a kind of debt comes once")
        self.steps = steps
    }

    /// Overdue before due before future, and in each penalties, fees, interest, principal.
    public static let usual = Waterfall(
        steps: [DebtAge.overdue, .due, .future].flatMap { age in
            [DebtComponent.penalty, .fee, .interest, .principal].map { WaterfallStep($0, age) }
        })
}
