public import Domain

/// Who may read a text. The order is from the widest circle to the narrowest.
public enum ReasonAudience: String, Sendable, CaseIterable {
    case borrower = "BORROWER"
    case channel = "CHANNEL"
    case staff = "INTERNAL"
}

/// A reason code with a text for each audience that may read one.
public struct ReasonText: Hashable, Sendable {
    /// Upper-case letters, digits and `_`.
    public let code: String
    /// What the borrower is told; nil when it is not for the borrower.
    public let borrower: String?
    /// What a shop or partner is told; nil when it is not for them.
    public let channel: String?
    /// What the lender's own people are told.
    public let staff: String

    /// All texts as given.
    public init(code: String, borrower: String?, channel: String?, staff: String) {
        self.code = code
        self.borrower = borrower
        self.channel = channel
        self.staff = staff
    }

    /// The text for an audience; nil when the reason is not for it.
    public func text(for audience: ReasonAudience) -> String? {
        switch audience {
        case .borrower: borrower
        case .channel: channel
        case .staff: staff
        }
    }
}

/// A rule that took part in an outcome, and why.
public struct FiredRule: Hashable, Sendable {
    /// The knock-out's name, `grade X`, `cap` or `affordability`.
    public let name: String
    /// What it asked for.
    public let outcome: Outcome
    /// The code and its texts.
    public let reason: ReasonText
    /// The rule's own sentence, for the lender's people.
    public let text: String

    /// All fields as given.
    public init(name: String, outcome: Outcome, reason: ReasonText, text: String) {
        self.name = name
        self.outcome = outcome
        self.reason = reason
        self.text = text
    }
}

/// What a policy says of one application.
public struct PolicyResult: Hashable, Sendable {
    /// The gravest outcome of the rules that fired and the grade's.
    public var outcome: Outcome
    /// The grade, when a model's answer put the applicant in one.
    public var grade: String?
    /// The rules behind the outcome: the gravest first, else in the policy's order.
    public var fired: [FiredRule]
    /// What is approved, exactly as asked; with `.approve` only.
    public var offer: Offer?
    /// What is offered instead; with `.counterOffer` only.
    public var counterOffer: Offer?

    /// All fields as given.
    public init(
        outcome: Outcome, grade: String? = nil, fired: [FiredRule] = [], offer: Offer? = nil,
        counterOffer: Offer? = nil
    ) {
        self.outcome = outcome
        self.grade = grade
        self.fired = fired
        self.offer = offer
        self.counterOffer = counterOffer
    }
}

extension Outcome {
    /// What wins when several rules fire: a refusal cannot be referred away, and nobody reviews
    /// what lacks data. Higher is graver.
    var gravity: Int {
        switch self {
        case .decline: 5
        case .needsData: 4
        case .refer: 3
        case .stepUp: 2
        case .counterOffer: 1
        case .approve: 0
        }
    }
}
